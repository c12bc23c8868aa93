"""Views, joining and rearranging without PyTorch: NumPy's values, shared memory, copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

import minitorch as mt

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


def numbers(shape):
    return np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape)


def shares_memory(a, b):
    return a._array.size > 0 and np.shares_memory(a._array, b._array)


@pytest.mark.parametrize("dtype", ["float32", "complex128", "bool"])
@pytest.mark.parametrize("shape", [(300, 256), (256, 333)])
def test_large_transposed_matrices_are_copied(shape, dtype):
    x = (numbers(shape) % 7).astype(dtype)
    for take in (lambda t: t.t(), lambda t: t.t()[1:, :259], lambda t: t[:, :-1], lambda t: t[::2]):
        copy = take(mt.tensor(x)).contiguous()
        assert copy.is_contiguous() and copy._array.dtype == dtype
        np.testing.assert_array_equal(copy.numpy(), take(mt.tensor(x)).numpy())


@st.composite
def reshapes(draw):
    """A tensor with its dimensions in any order, and a shape of as many elements."""
    shape = draw(SHAPES)
    order = draw(st.permutations(range(len(shape))))
    return numbers(shape).transpose(order), draw(factors(int(np.prod(shape))))


@st.composite
def factors(draw, count):
    """Lengths whose product is ``count``."""
    lengths = []
    while count > 1:
        length = draw(st.sampled_from([n for n in range(1, count + 1) if count % n == 0]))
        lengths.append(length)
        count //= length
        if len(lengths) > 4:
            break
    return (*lengths, count)


@given(reshapes())
def test_reshape(given):
    array, shape = given
    x = mt.from_numpy(array)
    y = x.reshape(shape)
    np.testing.assert_array_equal(y.numpy(), array.reshape(shape))
    if array.size:
        assert shares_memory(x, y) == y._is_view()


@given(reshapes())
def test_view_is_refused_just_where_reshape_copies(given):
    array, shape = given
    x = mt.from_numpy(array)
    if x.reshape(shape)._is_view():
        assert shares_memory(x, x.view(shape)) or not array.size
    else:
        with pytest.raises(RuntimeError, match="view size is not compatible"):
            x.view(shape)


@given(SHAPES, st.data())
def test_reshape_infers_one_length(shape, data):
    array = numbers(shape)
    if array.size:
        wanted = list(shape) or [1]
        wanted[data.draw(st.integers(0, len(wanted) - 1))] = -1
        np.testing.assert_array_equal(
            mt.tensor(array).reshape(wanted).numpy(), array.reshape(wanted)
        )


@given(SHAPES, st.data())
def test_permute_and_its_gradient(shape, data):
    order = tuple(data.draw(st.permutations(range(len(shape)))))
    x = mt.tensor(numbers(shape), requires_grad=True)
    y = x.permute(order)
    np.testing.assert_array_equal(y.detach().numpy(), numbers(shape).transpose(order))
    weights = numbers(y.shape)
    (y * mt.tensor(weights)).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), weights.transpose(np.argsort(order)))


@given(hnp.mutually_broadcastable_shapes(num_shapes=1, max_dims=4, max_side=3))
def test_expand(shapes):
    (shape,), target = shapes.input_shapes, shapes.result_shape
    x = mt.tensor(numbers(shape), requires_grad=True)
    y = x.expand(target)
    np.testing.assert_array_equal(y.detach().numpy(), np.broadcast_to(numbers(shape), target))
    y.sum().backward()
    copies = np.prod(target) / max(np.prod(shape), 1)
    np.testing.assert_array_equal(x.grad.numpy(), np.full(shape, copies))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.integers(0, 2), st.data())
def test_cat_and_split_are_inverse(lengths, dim, data):
    shape = data.draw(hnp.array_shapes(min_dims=dim + 1, max_dims=3, min_side=0, max_side=3))
    shapes = [(*shape[:dim], length, *shape[dim + 1 :]) for length in lengths]
    parts = [mt.tensor(numbers(shape) + i, requires_grad=True) for i, shape in enumerate(shapes)]
    whole = mt.cat(parts, dim)
    np.testing.assert_array_equal(
        whole.detach().numpy(), np.concatenate([part.detach().numpy() for part in parts], dim)
    )
    for part, again in zip(parts, whole.split(lengths, dim), strict=True):
        np.testing.assert_array_equal(part.detach().numpy(), again.detach().numpy())
    (whole * whole).sum().backward()
    for part in parts:
        np.testing.assert_array_equal(part.grad.numpy(), 2 * part.detach().numpy())


NUMPY = {
    "flip": (lambda x: x.flip(0), lambda a: np.flip(a, 0)),
    "flip both": (lambda x: x.flip(0, 1), np.flip),
    "roll": (lambda x: x.roll(2), lambda a: np.roll(a, 2)),
    "roll both": (lambda x: x.roll((1, -2), (0, 1)), lambda a: np.roll(a, (1, -2), (0, 1))),
    "rot90": (lambda x: x.rot90(), np.rot90),
    "rot90 back": (lambda x: x.rot90(-1), lambda a: np.rot90(a, -1)),
    "tril": (lambda x: x.tril(1), lambda a: np.tril(a, 1)),
    "triu": (lambda x: x.triu(-1), lambda a: np.triu(a, -1)),
    "repeat": (lambda x: x.repeat(2, 1, 3), lambda a: np.tile(a, (2, 1, 3))),
    "tile": (lambda x: x.tile(3), lambda a: np.tile(a, (1, 3))),
    "repeat_interleave": (lambda x: x.repeat_interleave(2, 1), lambda a: np.repeat(a, 2, 1)),
    "diagonal": (lambda x: x.diagonal(-1), lambda a: np.diagonal(a, -1)),
    "diag of row": (lambda x: x[0].diag(1), lambda a: np.diag(a[0], 1)),
    "unbind": (lambda x: x.unbind(1)[1], lambda a: a[:, 1]),
    "unfold": (
        lambda x: x.unfold(1, 3, 2),
        lambda a: np.lib.stride_tricks.sliding_window_view(a, 3, 1)[:, ::2],
    ),
    "hstack": (lambda x: mt.hstack([x, x]), lambda a: np.hstack([a, a])),
    "vstack": (lambda x: mt.vstack([x, x[0]]), lambda a: np.vstack([a, a[0]])),
    "dstack": (lambda x: mt.dstack([x, x]), lambda a: np.dstack([a, a])),
    "column_stack": (
        lambda x: mt.column_stack([x, x[:, 0]]),
        lambda a: np.column_stack([a, a[:, 0]]),
    ),
    "meshgrid": (
        lambda x: mt.meshgrid(x[0], x[1], indexing="xy")[1],
        lambda a: np.meshgrid(a[0], a[1])[1],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMPY)
@pytest.mark.parametrize("transposed", [False, True])
def test_numpy_says_the_same(name, transposed):
    ours, theirs = NUMPY[name]
    array = numbers((5, 4)).T if transposed else numbers((4, 5))
    np.testing.assert_array_equal(ours(mt.from_numpy(array)).numpy(), theirs(array))


def test_as_strided_adds_up_the_gradients_of_a_place():
    x = mt.arange(4.0).requires_grad_()
    x.as_strided((2, 3), (1, 1)).sum().backward()
    assert x.grad.tolist() == [1, 2, 2, 1]


def test_as_strided_divides_the_gradient_of_a_shared_place():
    x = mt.arange(2.0).requires_grad_()
    shared = x.expand(3, 2)
    shared.as_strided((2,), (1,)).sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_view_of_another_dtype_shares_memory_and_version():
    x = mt.tensor([1.0, 2.0])
    bits = x.view(mt.int32)
    bits[0] = 0
    assert x.tolist() == [0.0, 2.0]
    assert x._version == 1


def test_cat_of_transposed_tensors_is_row_major():
    x = mt.zeros(3, 2).t()
    assert mt.cat([x, x]).is_contiguous()
    assert mt.stack([x, x]).is_contiguous()


def test_cat_leaves_out_empty_vectors():
    x = mt.ones(2, 2, requires_grad=True)
    y = mt.cat([mt.zeros(0, dtype=mt.float64), x])
    assert y.dtype is mt.float64
    y.sum().backward()
    assert x.grad.tolist() == [[1, 1], [1, 1]]
