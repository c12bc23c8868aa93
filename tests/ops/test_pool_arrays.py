"""The array functions of pooling: against loops over windows, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from minitorch.ops import pool_arrays
from minitorch.ops.pool_arrays import (
    adaptive_windows,
    max_pool,
    max_pool_gradient,
    max_pool_indices,
    max_pool_select,
    sum_pool,
    sum_pool_gradient,
    windows,
)
from tests.oracles import (
    naive_adaptive_avg_pool,
    naive_adaptive_max_pool,
    naive_avg_pool,
    naive_max_pool,
    pool_size,
    window,
)

NAN = float("nan")


@st.composite
def shapes(draw):
    """A batch, and one to three dimensions to pool."""
    ndim = draw(st.integers(1, 3))
    batch = draw(st.tuples(st.integers(0, 3), st.integers(1, 2)))
    return batch, tuple(draw(st.lists(st.integers(1, 7), min_size=ndim, max_size=ndim)))


@st.composite
def cases(draw, dilated=True):
    """A shape, and kernel, stride, padding, dilation and ceil_mode : at least one window."""
    batch, size = draw(shapes())

    def numbers(low, high):
        return tuple(draw(st.lists(st.integers(low, high), min_size=len(size), max_size=len(size))))

    kernel, stride = numbers(1, 4), numbers(1, 4)
    dilation = numbers(1, 2) if dilated else (1,) * len(size)
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    ceil_mode = draw(st.booleans())
    counts = [
        pool_size(*n, ceil_mode) for n in zip(size, kernel, stride, padding, dilation, strict=True)
    ]
    assume(min(counts) > 0)
    return (*batch, *size), (kernel, stride, padding, dilation), ceil_mode


def dims_of(shape, numbers, ceil_mode):
    dims = []
    for length, k, s, p, d in zip(shape[2:], *numbers, strict=True):
        count = pool_arrays.output_size(length, k, s, p, d, ceil_mode)
        assert count == pool_size(length, k, s, p, d, ceil_mode)
        dims.append(windows(length, count, k, s, p, d))
    return dims


def integers(seed, shape, high=4, dtype=np.float64):
    """Few different whole numbers: many ties, and sums that are exact in any order."""
    return np.random.default_rng(seed).integers(-high, high, shape).astype(dtype)


def with_nans(x):
    return np.where(np.random.default_rng(9).random(x.shape) < 0.2, NAN, x)


def is_max_pool(x, dims, expected, index):
    """Values, places, gradient and the gradient's gradient are those of the oracle."""
    np.testing.assert_array_equal(max_pool(x, dims), expected)
    np.testing.assert_array_equal(max_pool_indices(x, dims), index)
    flat = (*x.shape[:2], -1)
    g = integers(5, expected.shape, dtype=np.float32)
    dx = np.zeros(x.shape, np.float32).reshape(*x.shape[:2], int(np.prod(x.shape[2:])))
    for n, c in np.ndindex(*x.shape[:2]):
        np.add.at(dx[n, c], index[n, c], g[n, c])
    np.testing.assert_array_equal(max_pool_gradient(g, x, dims), dx.reshape(x.shape))
    if x.size:
        v = integers(6, x.shape, dtype=np.float32)
        chosen = np.take_along_axis(v.reshape(flat), index.reshape(flat), -1)
        np.testing.assert_array_equal(max_pool_select(v, x, dims), chosen.reshape(index.shape))


@given(cases(), st.sampled_from([np.float32, np.float64, np.float16, np.int64, np.uint8]))
@settings(max_examples=150, deadline=None)
def test_max_pool(case, dtype):
    shape, numbers, ceil_mode = case
    dims = dims_of(shape, numbers, ceil_mode)
    for place in np.ndindex(*[dim.count for dim in dims]):
        assume(all(window(place, shape[2:], *numbers)))
    x = integers(1, shape, dtype=dtype)
    is_max_pool(x, dims, *naive_max_pool(x, *numbers, ceil_mode))


@pytest.mark.parametrize("nan", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int32])
def test_many_pairs_are_as_those_of_float64(dtype, nan):
    """Of 4 or 2 bytes, many pairs side by side are compared in another way."""
    shape = (2, 3, 48, 64)
    assert np.prod(shape) >= 2 * pool_arrays.MANY
    x = integers(1, shape)
    if nan and dtype != np.int32:
        x = with_nans(x)
    dims = dims_of(shape, ((2, 2), (2, 2), (0, 0), (1, 1)), False)
    g = integers(2, (2, 3, 24, 32))
    few = x.astype(dtype)
    np.testing.assert_array_equal(max_pool(few, dims), max_pool(x, dims))
    found = max_pool_gradient(g.astype(dtype), few, dims)
    np.testing.assert_array_equal(found, max_pool_gradient(g, x, dims))


@given(cases(dilated=False))
@settings(max_examples=100, deadline=None)
def test_max_pool_of_nan_and_infinity(case):
    shape, numbers, ceil_mode = case
    dims = dims_of(shape, numbers, ceil_mode)
    x = with_nans(integers(1, shape))
    is_max_pool(x, dims, *naive_max_pool(x, *numbers, ceil_mode))
    x = np.full(shape, -np.inf)
    is_max_pool(x, dims, *naive_max_pool(x, *numbers, ceil_mode))


@given(shapes(), st.lists(st.integers(1, 9), min_size=3, max_size=3), st.booleans())
@settings(max_examples=100, deadline=None)
def test_adaptive_max_pool(shape, out, nan):
    batch, size = shape
    out = out[: len(size)]
    x = integers(1, (*batch, *size))
    x = with_nans(x) if nan else x
    dims = [adaptive_windows(None, length, count) for length, count in zip(size, out, strict=True)]
    is_max_pool(x, dims, *naive_adaptive_max_pool(x, out))


@given(cases(dilated=False))
@settings(max_examples=100, deadline=None)
def test_sum_pool(case):
    shape, numbers, ceil_mode = case
    kernel, stride, padding, _ = numbers
    x = integers(1, shape)
    dims = dims_of(shape, numbers, ceil_mode)
    y = sum_pool(x, dims)
    expected = naive_avg_pool(x, kernel, stride, padding, ceil_mode, divisor_override=1)
    np.testing.assert_array_equal(y, expected)
    g = integers(2, y.shape)
    assert np.vdot(y, g) == np.vdot(x, sum_pool_gradient(g, dims))


@given(shapes(), st.lists(st.integers(1, 9), min_size=3, max_size=3))
@settings(max_examples=100, deadline=None)
def test_adaptive_sum_pool(shape, out):
    batch, size = shape
    out = out[: len(size)]
    x = integers(1, (*batch, *size))
    dims = [adaptive_windows(None, length, count) for length, count in zip(size, out, strict=True)]
    y = sum_pool(x, dims)
    counts = sum_pool(np.ones(size)[None], dims)
    np.testing.assert_allclose(y / counts, naive_adaptive_avg_pool(x, out), rtol=1e-13)
    g = integers(2, y.shape)
    assert np.vdot(y, g) == np.vdot(x, sum_pool_gradient(g, dims))


def test_of_equal_elements_the_first_gets_the_gradient():
    x = np.zeros((1, 1, 4, 4))
    dims = [windows(4, 2, 2, 2)] * 2
    dx = max_pool_gradient(np.ones((1, 1, 2, 2)), x, dims)
    np.testing.assert_array_equal(np.flatnonzero(dx), [0, 2, 8, 10])


def test_infinite_gradients_stay_where_they_are():
    x = np.arange(4.0).reshape(1, 1, 4)
    dims = [windows(4, 2, 2, 2)]
    dx = max_pool_gradient(np.array([[[np.inf, NAN]]]), x, dims)
    np.testing.assert_array_equal(dx, [[[0, np.inf, 0, NAN]]])


@pytest.mark.parametrize("step", [1, 7, 64])
def test_the_size_of_pieces_changes_nothing(step, monkeypatch):
    x = integers(1, (3, 5, 6, 4), high=100)
    dims = [windows(6, 3, 2, 2), windows(4, 2, 3, 2, 1)]
    g = integers(2, (3, 5, 3, 2))
    whole = [
        max_pool(x, dims),
        max_pool_indices(x, dims),
        max_pool_gradient(g, x, dims),
        sum_pool(x, dims),
        sum_pool_gradient(g, dims),
    ]
    monkeypatch.setattr(pool_arrays, "PIECE_ON_CPU", step)
    parts = [
        max_pool(x, dims),
        max_pool_indices(x, dims),
        max_pool_gradient(g, x, dims),
        sum_pool(x, dims),
        sum_pool_gradient(g, dims),
    ]
    for expected, found in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("nan", [False, True])
@pytest.mark.parametrize("kernel", [(8, 9), (16, 3), (2, 18), (16, 18)])
def test_long_windows_side_by_side(kernel, nan):
    x = integers(1, (2, 3, 16, 18))
    x = with_nans(x) if nan else x
    dims = [windows(n, n // k, k, k) for n, k in zip((16, 18), kernel, strict=True)]
    assert any(dim.tile for dim in dims)
    is_max_pool(x, dims, *naive_max_pool(x, kernel, kernel, (0, 0), (1, 1)))
    if nan:
        return
    expected = naive_avg_pool(x, kernel, kernel, (0, 0), False, divisor_override=1)
    np.testing.assert_array_equal(sum_pool(x, dims), expected)
    g = integers(2, expected.shape)
    assert np.vdot(expected, g) == np.vdot(x, sum_pool_gradient(g, dims))


def test_views_and_large_windows():
    x = integers(1, (4, 300, 2, 3), high=1000).transpose(2, 3, 0, 1)
    dims = [windows(4, 2, 2, 2), windows(300, 1, 300, 300)]
    is_max_pool(x, dims, *naive_max_pool(x, (2, 300), (2, 300), (0, 0), (1, 1)))
    g = np.broadcast_to(np.float64(1), (2, 3, 2, 1))
    assert max_pool_gradient(g, x, dims).sum() == 12
    assert sum_pool_gradient(g, dims).sum() == x.size


def test_inputs_stay_as_they_are():
    x = integers(1, (2, 3, 4, 4))
    before = x.copy()
    for numbers in ((1, 1), (2, 2), (3, 1)):
        dims = [windows(4, (4 - numbers[0]) // numbers[1] + 1, *numbers)] * 2
        y = max_pool(x, dims)
        y += 1
        z = sum_pool(x, dims)
        z += 1
        max_pool_gradient(y, x, dims)
    np.testing.assert_array_equal(x, before)
