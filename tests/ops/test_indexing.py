"""Indexing without PyTorch: NumPy's values, repeated indices, gradients that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import minitorch as mt
from minitorch.ops import masked, places

SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4)


def numbers(shape, dtype=np.float64):
    return np.arange(np.prod(shape, dtype=int), dtype=dtype).reshape(shape) + 1


@st.composite
def basic(draw):
    """A shape and a basic index for it, with positive steps."""
    shape = draw(SHAPES)
    index = draw(hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True))
    items = index if isinstance(index, tuple) else (index,)
    return shape, tuple([slice(None) if reverse(item) else item for item in items])


def reverse(item):
    return isinstance(item, slice) and item.step is not None and item.step < 0


@given(basic())
def test_basic_index_reads_a_view(given):
    shape, index = given
    array = numbers(shape)
    x = mt.from_numpy(array)
    np.testing.assert_array_equal(x[index].numpy(), array[index])
    assert x[index]._is_view()


@given(basic())
def test_basic_index_and_its_gradient(given):
    shape, index = given
    x = mt.tensor(numbers(shape), requires_grad=True)
    part = x[index]
    (part * part).sum().backward()
    expected = np.zeros(shape)
    expected[index] = 2 * numbers(shape)[index]
    np.testing.assert_array_equal(x.grad.numpy(), expected)


@given(basic())
def test_basic_index_is_written(given):
    shape, index = given
    expected = numbers(shape)
    x, y = mt.tensor(expected), mt.tensor(expected, requires_grad=True) * 1
    part = numbers(expected[index].shape) + 100
    x[index] = mt.tensor(part)
    y[index] = mt.tensor(part)
    expected[index] = part
    np.testing.assert_array_equal(x.numpy(), expected)
    np.testing.assert_array_equal(y.detach().numpy(), expected)


@given(SHAPES, st.data())
def test_one_integer_array(shape, data):
    dim = data.draw(st.integers(0, len(shape) - 1))
    index = data.draw(
        hnp.arrays(
            np.int64,
            hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3),
            elements=st.integers(-shape[dim], shape[dim] - 1),
        )
    )
    where = (*[slice(None)] * dim, index)
    x = mt.tensor(numbers(shape), requires_grad=True)
    picked = x[(*[slice(None)] * dim, mt.tensor(index))]
    np.testing.assert_array_equal(picked.detach().numpy(), numbers(shape)[where])
    weights = numbers(picked.shape)
    (picked * mt.tensor(weights)).sum().backward()
    expected = np.zeros(shape)
    np.add.at(expected, where, weights)
    np.testing.assert_array_equal(x.grad.numpy(), expected)


@given(hnp.arrays(np.bool_, SHAPES), st.data())
def test_a_mask(mask, data):
    shape = (*mask.shape, *data.draw(hnp.array_shapes(min_dims=1, max_dims=1, max_side=3)))
    array = numbers(shape)
    x = mt.tensor(array, requires_grad=True)
    np.testing.assert_array_equal(x[mt.tensor(mask)].detach().numpy(), array[mask])
    x[mt.tensor(mask)].sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.broadcast_to(mask[..., None], shape))
    y = mt.tensor(array)
    y[mt.tensor(mask)] = 0
    array[mask] = 0
    np.testing.assert_array_equal(y.numpy(), array)


@given(SHAPES, st.data())
def test_gather_and_scatter_add_are_each_other_s_derivative(shape, data):
    dim = data.draw(st.integers(0, len(shape) - 1))
    length = data.draw(st.integers(0, 5))
    index = data.draw(
        hnp.arrays(
            np.int64,
            (*shape[:dim], length, *shape[dim + 1 :]),
            elements=st.integers(0, shape[dim] - 1),
        )
    )
    x = mt.tensor(numbers(shape), requires_grad=True)
    picked = x.gather(dim, mt.tensor(index))
    expected = np.take_along_axis(numbers(shape), index, dim)
    np.testing.assert_array_equal(picked.detach().numpy(), expected)
    weights = mt.tensor(numbers(index.shape), requires_grad=True)
    (gradient,) = mt.autograd.grad((picked * weights).sum(), x, create_graph=True)
    added = mt.zeros_like(x).scatter_add(dim, mt.tensor(index), weights)
    np.testing.assert_array_equal(gradient.detach().numpy(), added.detach().numpy())
    for whole in (gradient, added):
        (back,) = mt.autograd.grad((whole * x).sum(), weights, retain_graph=True)
        np.testing.assert_array_equal(back.numpy(), expected)


@settings(deadline=None)
@given(
    st.sampled_from(["float16", "float32", "float64", "int64", "int8", "complex128"]),
    st.integers(1, 40),
    st.sampled_from([1, 3, 200]),
    st.sampled_from([0, 1, 7, 100]),
)
def test_row_sums_whatever_adds_up(dtype, count, width, many):
    rng = np.random.default_rng(count)
    rows = rng.integers(0, 2, (many, width)).astype(dtype)
    where = rng.integers(0, count, many)
    expected = np.zeros((count, width), dtype)
    np.add.at(expected, where, rows)
    found = places.row_sums(np, rows, where, count) if many else expected
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("size", [10, 2 * masked.MANY])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "bool"])
def test_choose_is_where(size, dtype):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, size)).astype(dtype)
    condition = rng.random(size) < 0.5
    if dtype.startswith("f"):
        a[:4] = np.nan, np.inf, -0.0, 0.0
    for first, second in [(a, b), (a, b.dtype.type(0)), (a.dtype.type(1), b)]:
        found = masked.choose(np, condition, first, second)
        np.testing.assert_array_equal(found, np.where(condition, first, second))
        assert found.dtype == dtype
    square = masked.choose(np, condition[:5, None], a[:5], b[:5])
    np.testing.assert_array_equal(square, np.where(condition[:5, None], a[:5], b[:5]))


def test_large_masks_broadcast():
    x = mt.rand(300, 200, requires_grad=True)
    mask = mt.rand(200) < 0.5
    filled = x.masked_fill(mask, -mt.inf)
    expected = np.where(mask.numpy(), -np.inf, x.detach().numpy())
    np.testing.assert_array_equal(filled.detach().numpy(), expected)
    mt.where(mask, x, 0.0).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.broadcast_to(mask.numpy(), (300, 200)))


def test_backward_does_not_see_later_changes_of_the_indices():
    index = mt.tensor([0, 1])
    for read in (lambda x: x[index], lambda x: x.index_select(0, index), lambda x: x.take(index)):
        x = mt.zeros(3, requires_grad=True)
        y = read(x)
        index.fill_(2)
        y.sum().backward()
        index.copy_(mt.tensor([0, 1]))
        assert x.grad.tolist() == [1, 1, 0]


def test_a_second_backward_through_freed_indices_is_refused():
    x = mt.zeros(3, requires_grad=True)
    y = x[[0, 0]].sum()
    y.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def test_nothing_is_written_when_an_index_is_out_of_range():
    x = mt.zeros(3)
    with pytest.raises(IndexError, match="index 7 is out of bounds for dimension 0 with size 3"):
        x[[0, 7]] = 1
    assert x.tolist() == [0, 0, 0]


def test_where_takes_the_other_place_s_gradient_even_if_it_is_nan():
    x = mt.tensor([0.0, 4.0], requires_grad=True)
    mt.where(x > 0, x.sqrt(), 0.0).sum().backward()
    assert x.grad.isnan().tolist() == [True, False]  # 0 * inf, as in PyTorch


def test_negative_steps_are_refused():
    with pytest.raises(ValueError, match="step must be greater than zero"):
        mt.arange(3)[::-1]
