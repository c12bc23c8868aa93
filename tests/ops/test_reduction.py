"""Reductions, running values and ranks against NumPy and against finite differences."""

from __future__ import annotations

import pickle
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

import minitorch as mt
from minitorch import return_types
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.ops import cumulative, sums
from minitorch.ops.norms import vector_norm

rng = np.random.default_rng(0)
X = rng.standard_normal((2, 3, 4))
M = rng.standard_normal((3, 4))
V = rng.standard_normal(5)
S = np.array(1.5)
EMPTY = np.zeros(0)
ZEROS = np.array([[1.0, 0, 2], [0, 4, 0], [1, 2, 3]])
C = rng.standard_normal((2, 3)) + 1j * rng.standard_normal((2, 3))

# (name, function, inputs): functions that have a derivative at these points
ROWS = [
    ("sum", lambda x: x.sum(), [X, S, EMPTY, C]),
    ("sum dims", lambda x: x.sum((0, -1)), [X, M, C]),
    ("sum keepdim", lambda x: x.sum(0, keepdim=True), [X, S, EMPTY]),
    ("sum_to_size", lambda x: x.sum_to_size(3, 1), [X, M]),
    ("mean", lambda x: x.mean(), [X, S, C]),
    ("mean dim", lambda x: x.mean(1), [X, M]),
    ("nansum", lambda x: x.nansum(0), [X, M]),
    ("nanmean", lambda x: x.nanmean(), [X, S]),
    ("prod", lambda x: x.prod(), [M, S, ZEROS, np.array([2.0, 0, 3]), C]),
    ("prod dim", lambda x: x.prod(1), [M, ZEROS, C]),
    ("prod keepdim", lambda x: x.prod(0, True), [X, ZEROS, S]),
    ("logsumexp", lambda x: x.logsumexp(-1), [X, M, S, C]),
    ("logsumexp dims", lambda x: x.logsumexp((0, 1), True), [X, M]),
    ("max", lambda x: x.max(), [X, S]),
    ("min dim", lambda x: x.min(0).values, [X, M, S]),
    ("max keepdim", lambda x: x.max(-1, keepdim=True).values, [X, M, S]),
    ("amax", lambda x: x.amax((0, 1)), [X, M]),
    ("amin", lambda x: x.amin(-1, True), [X, M, S]),
    ("aminmax", lambda x: tuple(x.aminmax(dim=0)), [X, M, S]),
    ("var", lambda x: x.var(), [X, M, C]),
    ("var dim", lambda x: x.var((0, 1), correction=0, keepdim=True), [X, M]),
    ("std", lambda x: x.std(-1), [X, M, C]),
    ("var_mean", lambda x: mt.var_mean(x, 0), [X, M]),
    ("std_mean", lambda x: mt.std_mean(x), [X, M]),
    ("norm", lambda x: x.norm(), [X, M, S, C]),
    ("norm 1", lambda x: x.norm(1, 0), [X, M]),
    ("norm 3", lambda x: x.norm(3, -1, True), [X, M]),
    ("norm 0.5", lambda x: x.norm(0.5), [M]),
    ("norm inf", lambda x: x.norm(float("inf"), 0), [X, M]),
    ("cumsum", lambda x: x.cumsum(0), [X, M, S, EMPTY, C]),
    ("cumprod", lambda x: x.cumprod(-1), [M, ZEROS, S, C]),
    ("cummax", lambda x: x.cummax(0).values, [X, M, S]),
    ("cummin", lambda x: x.cummin(-1).values, [X, M, S]),
    ("logcumsumexp", lambda x: x.logcumsumexp(0), [X, M, S]),
    ("sort", lambda x: x.sort(0).values, [X, M, S]),
    ("sort down", lambda x: x.sort(descending=True, stable=True).values, [X, M]),
    ("topk", lambda x: x.topk(2).values, [X, M]),
    ("topk long", lambda x: x.topk(3).values, [rng.permutation(np.arange(40.0))]),
    ("kthvalue", lambda x: x.kthvalue(2).values, [X, M]),
    ("median", lambda x: x.median(), [M, S]),
    ("median dim", lambda x: x.median(0).values, [X, M, S]),
    ("nanmedian", lambda x: x.nanmedian(-1, True).values, [X, M, S]),
    ("mode", lambda x: x.mode(0).values, [X, M, S]),
]
CASES = [
    pytest.param(function, value, id=f"{name}-{i}")
    for name, function, values in ROWS
    for i, value in enumerate(values)
]


@pytest.mark.parametrize(("function", "value"), CASES)
def test_gradient(function, value):
    x = mt.tensor(value).requires_grad_()
    assert gradcheck(function, (x,))


@pytest.mark.parametrize(("function", "value"), CASES)
def test_second_gradient(function, value):
    x = mt.tensor(value).requires_grad_()
    assert gradgradcheck(function, (x,))


@pytest.mark.parametrize("p", [0.5, 1, 2, 3, float("inf")])
def test_gradients_of_distances(p):
    x = mt.tensor(M).requires_grad_()
    y = mt.tensor(rng.standard_normal((2, 4))).requires_grad_()
    assert gradcheck(lambda x, y: mt.dist(x, y[0], p), (x, y))
    assert gradgradcheck(lambda x, y: mt.dist(x, y[0], p), (x, y))
    assert gradcheck(lambda x, y: mt.cdist(x, y, p), (x, y))
    assert gradgradcheck(lambda x, y: mt.cdist(x, y, p), (x, y))


# Values -------------------------------------------------------------------------------------------

FLOATS = st.floats(-100, 100, width=32)
ARRAYS = hnp.arrays(
    np.float32, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5), elements=FLOATS
)


@given(ARRAYS, st.data())
def test_reductions_are_numpys(x, data):
    dims = tuple(d for d in range(x.ndim) if data.draw(st.booleans()))
    keepdim = data.draw(st.booleans())
    t = mt.tensor(x)
    if not dims and x.ndim:
        dims = tuple(range(x.ndim))
    exact = x.astype("d")
    bound = {"rtol": 1e-5, "atol": 1e-2}

    def check(found, expected):
        np.testing.assert_allclose(found.numpy(), expected, **bound)
        assert found.shape == np.shape(expected)

    check(t.sum(dims, keepdim), exact.sum(dims, keepdims=keepdim))
    check(t.norm(2, dims, keepdim), np.sqrt((exact**2).sum(dims, keepdims=keepdim)))
    assert (t.any(dims, keepdim).numpy() == x.any(dims, keepdims=keepdim)).all()
    assert (t.all(dims, keepdim).numpy() == x.all(dims, keepdims=keepdim)).all()
    if x.size:
        check(t.mean(dims, keepdim), exact.mean(dims, keepdims=keepdim))
        check(t.var(dims, keepdim=keepdim, correction=0), exact.var(dims, keepdims=keepdim))
        check(t.amax(dims, keepdim), x.max(dims, keepdims=keepdim))
        check(t.amin(dims, keepdim), x.min(dims, keepdims=keepdim))


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_running_sums_and_extremes_of_many_rows(dim):
    x = np.random.default_rng(0).standard_normal((40, 50, 60)).astype("f")
    x[3, 4, 5] = np.nan
    t, wide = mt.tensor(x), x.astype("d")
    np.testing.assert_array_equal(t.cumsum(dim).numpy(), wide.cumsum(dim).astype("f"))
    np.testing.assert_array_equal(t.cumprod(dim).numpy(), wide.cumprod(dim).astype("f"))
    values, indices = t.cummax(dim)
    np.testing.assert_array_equal(values.numpy(), np.maximum.accumulate(x, dim))
    np.testing.assert_array_equal(np.take_along_axis(x, indices.numpy(), dim), values.numpy())
    assert values.is_contiguous() and not values._is_view()


@given(ARRAYS, st.data())
def test_one_dimension_is_numpys(x, data):
    if x.ndim == 0 or x.size == 0:
        return
    dim = data.draw(st.integers(-x.ndim, x.ndim - 1))
    t = mt.tensor(x)
    values, indices = t.max(dim)
    assert (values.numpy() == x.max(dim)).all()
    assert (indices.numpy() == x.argmax(dim)).all()
    assert (t.argmin(dim, True).numpy() == x.argmin(dim, keepdims=True)).all()
    assert (t.cummax(dim).values.numpy() == np.maximum.accumulate(x, dim)).all()
    np.testing.assert_allclose(
        t.cumsum(dim).numpy(), x.astype("d").cumsum(dim), rtol=1e-6, atol=1e-6
    )
    ordered, order = t.sort(dim=dim, stable=True)
    assert (ordered.numpy() == np.sort(x, dim)).all()
    assert (order.numpy() == np.argsort(x, dim, kind="stable")).all()
    k = data.draw(st.integers(0, x.shape[dim]))
    top = t.topk(k, dim)
    assert (top.values.numpy() == np.flip(np.sort(x, dim), dim).take(range(k), dim)).all()
    assert (np.take_along_axis(x, top.indices.numpy(), dim) == top.values.numpy()).all()
    middle = t.median(dim).values.numpy()
    assert (middle == np.sort(x, dim).take((x.shape[dim] - 1) // 2, dim)).all()


@given(hnp.arrays(np.int64, st.integers(0, 30), elements=st.integers(-4, 4)))
def test_distinct_values_are_numpys(x):
    t = mt.tensor(x)
    found = t.unique(return_inverse=True, return_counts=True)
    expected = np.unique(x, return_inverse=True, return_counts=True)
    for a, b in zip(found, expected, strict=True):
        assert (a.numpy() == b).all()
    values, inverse, counts = t.unique_consecutive(return_inverse=True, return_counts=True)
    assert (values[inverse].numpy() == x).all()
    assert (np.repeat(values.numpy(), counts.numpy()) == x).all()
    assert mt.bincount(t + 4, minlength=9).sum() == len(x)
    places = mt.searchsorted(mt.arange(-4, 5), t)
    assert (places.numpy() == x + 4).all()


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "int8", "uint8"])
def test_topk_of_long_rows(dtype, largest):
    x = rng.integers(0, 100, (2, 3, 50)).astype(dtype)
    x[0, 0, :20] = 127  # ties, and int8's largest number
    x[0, 1, :20] = 0
    if dtype == "float32":
        x[0, 2, 3:5] = np.nan
        x[1, 0] = np.inf
        x[1, 1] = -np.inf
    values, indices = mt.tensor(x).topk(4, dim=-1, largest=largest)
    ordered = np.sort(x, -1)
    expected = ordered[..., ::-1][..., :4] if largest else ordered[..., :4]
    np.testing.assert_array_equal(values.numpy(), expected)
    np.testing.assert_array_equal(np.take_along_axis(x, indices.numpy(), -1), expected)
    assert all(len(set(row)) == 4 for row in indices.numpy().reshape(-1, 4))


# Accuracy and robustness --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(10_000_000,), (300_000, 10), (10, 300_000), (3, 5000, 70)])
def test_sums_keep_their_digits(dtype, shape):
    x = np.random.default_rng(1).random(shape).astype(dtype)
    t, ulp = mt.tensor(x), np.finfo(dtype).eps
    for dims in [tuple(range(x.ndim)), *[(d,) for d in range(x.ndim)]]:
        exact = x.sum(dims, dtype="longdouble")
        assert np.abs(t.sum(dims).numpy() / exact - 1).max() < 8 * ulp
    exact = x.astype("longdouble").var(ddof=1)
    assert abs(float(t.var()) / exact - 1) < 8 * ulp


def test_variance_far_from_zero():
    x = (1e4 + rng.standard_normal(100_000)).astype("f")
    assert float(mt.tensor(x).var()) == pytest.approx(x.astype("d").var(ddof=1), rel=1e-6)


def test_large_sums_with_infinite_and_missing_numbers():
    x = np.ones((300, 400), "f")
    x[1, 2], x[2, 3], x[4, 5] = np.inf, -np.inf, np.nan
    np.testing.assert_array_equal(mt.tensor(x).sum(0).numpy(), x.sum(0))
    np.testing.assert_array_equal(mt.tensor(x).sum(1).numpy(), x.sum(1))
    assert np.isnan(mt.tensor(x).sum().item())


def test_running_values_without_numpys_accumulate():
    """The steps that CuPy needs give the same as NumPy's accumulate."""

    class OtherModule:
        maximum, logaddexp = np.maximum, np.logaddexp

    for shape in [(7,), (3, 8), (2, 1), (4, 0)]:
        x = rng.standard_normal(shape)
        for ufunc in (np.maximum, np.logaddexp):
            for dim in range(x.ndim):
                found = cumulative.accumulate(OtherModule, ufunc, x, dim)
                np.testing.assert_allclose(found, ufunc.accumulate(x, dim), rtol=1e-12)


@given(hnp.array_shapes(min_dims=1, max_dims=4, max_side=20), st.data())
def test_sums_by_blocks(shape, data):
    """Shapes around the lengths of blocks, which are made small here."""
    dims = tuple(d for d in range(len(shape)) if data.draw(st.booleans()))
    x = np.arange(np.prod(shape), dtype="d").reshape(shape)
    with mock.patch.multiple(sums, ROW=8, COLUMN=4, FEW=1, MANY=1, ONES={"d": np.ones(8)}):
        np.testing.assert_array_equal(sums.over(np, x, dims), x.sum(dims))
        np.testing.assert_array_equal(sums.over(np, x, dims, True), x.sum(dims, keepdims=True))
        assert sums.total(np, x) == x.sum()
        assert not np.shares_memory(sums.over(np, x, dims), x)
        assert sums.total(np, x.T) == x.sum()
        assert sums.total_of_squares(np, x) == (x * x).sum()


def test_changing_the_returned_indices_leaves_the_gradient():
    for call in (
        lambda x: x.max(1),
        lambda x: x.sort(1),
        lambda x: x.cummax(1),
        lambda x: x.topk(1, 1),
    ):
        x = mt.tensor([[1.0, 3.0, 2.0]], requires_grad=True)
        values, indices = call(x)
        indices.zero_()
        values.sum().backward()
        assert x.grad[0, 1] >= 1


def test_vector_norm_takes_numbers_only():
    with pytest.raises(TypeError, match=r"argument 'ord' \(position 2\) must be Number, not str"):
        vector_norm(mt.tensor([1.0]), "fro")
    assert mt.tensor([[3.0, 0.0], [0.0, -4.0]]).norm("nuc").item() == 7


def test_named_tuples():
    pair = return_types.max((mt.tensor([1]), mt.tensor([0])))
    assert pair.values is pair[0]
    assert pair.indices is pair[1]
    assert repr(pair) == "torch.return_types.max(\nvalues=tensor([1]),\nindices=tensor([0]))"
    assert isinstance(pair, tuple)
    with pytest.raises(TypeError, match=r"takes a 2-sequence \(1-sequence given\)"):
        return_types.max((1,))
    again = pickle.loads(pickle.dumps(return_types.sort((1, 2))))
    assert type(again) is return_types.sort
    assert again == (1, 2)
