"""Sums, means, extremes, running and ranked values as in PyTorch: values, derivatives, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.compare import same, same_error

rng = np.random.default_rng(0)
X = rng.standard_normal((3, 4, 5)).astype("f")
M = rng.standard_normal((3, 4)).astype("f")
V = rng.standard_normal(6).astype("f")
S = np.float32(1.5)
D = rng.standard_normal((3, 4))
H = rng.standard_normal((3, 4)).astype("e")
C = (rng.standard_normal((3, 4)) + 1j * rng.standard_normal((3, 4))).astype("F")
ZEROS = np.array([[1, 0, 2, 3], [0, 4, 0, 5], [1, 2, 3, 4]], "f")
TIES = np.array([[3, 1, 3, 2], [0, 0, 0, 0], [5, 7, 7, 5]], "f")
NAN = np.array([[1, np.nan, 2], [np.nan, np.nan, np.nan], [4, 5, 6]], "f")
INF = np.array([[-np.inf, 1, 2], [-np.inf, -np.inf, -np.inf], [np.inf, 1, -np.inf]], "f")
I = rng.integers(-5, 5, (3, 4))  # noqa: E741
I32 = I.astype("int32")
U = np.array([[1, 2, 250], [3, 200, 0]], "uint8")
B = I > 0
E = np.zeros(0, "f")
E2 = np.zeros((2, 0), "f")
inf = float("inf")

# name: (function of (lib, tensors ...), tuples of inputs)
EVERY_DIM = [(X,), (M,), (S,), (D,), (E2,), (H,)]
ROWS = [
    ("sum", lambda lib, x: x.sum(), [*EVERY_DIM, (C,), (I,), (I32,), (U,), (B,), (E,), (NAN,)]),
    ("sum dim", lambda lib, x: lib.sum(x, -1), [*EVERY_DIM, (C,), (I,), (U,), (B,), (E,)]),
    ("sum first", lambda lib, x: x.sum(0, keepdim=True), [*EVERY_DIM, (C,), (I32,), (E,)]),
    ("sum dims", lambda lib, x: x.sum((0, 1)), [(X,), (M,), (I,)]),
    ("sum middle", lambda lib, x: x.sum(1), [(X,), (M,)]),
    ("sum ends", lambda lib, x: x.sum([-1, 0], True), [(X,), (M,), (B,)]),
    ("sum none", lambda lib, x: x.sum(dim=()), [(X,), (S,)]),
    ("sum None", lambda lib, x: x.sum(dim=None, keepdim=True), [(X,), (S,), (E2,)]),
    ("sum axis", lambda lib, x: x.sum(axis=1, keepdims=True), [(X,), (M,)]),
    ("sum dtype", lambda lib, x: x.sum(dtype=lib.float64), [(X,), (I,), (B,), (U,)]),
    ("sum uint8", lambda lib, x: x.sum(0, dtype=lib.uint8), [(U,), (I,)]),
    ("sum transposed", lambda lib, x: x.t().sum(0), [(M,)]),
    ("sum_to_size", lambda lib, x: x.sum_to_size(4, 1), [(X,)]),
    ("sum_to_size same", lambda lib, x: x.sum_to_size(x.shape) * 1, [(X,)]),
    ("sum of tensor dim", lambda lib, x: x.sum(lib.tensor(1)), [(X,)]),
    ("sum_to_size inner", lambda lib, x: x.sum_to_size(3, 1, 1), [(X,)]),
    ("sum_to_size all", lambda lib, x: x.sum_to_size([]), [(X,), (S,)]),
    ("mean", lambda lib, x: x.mean(), [*EVERY_DIM, (C,), (E,), (NAN,)]),
    ("mean dim", lambda lib, x: lib.mean(x, 0), [*EVERY_DIM, (C,), (E,)]),
    ("mean dims", lambda lib, x: x.mean((0, -1), keepdim=True), [(X,), (M,), (H,)]),
    ("mean dtype", lambda lib, x: x.mean(dtype=lib.float64), [(X,), (I,), (B,)]),
    ("nansum", lambda lib, x: x.nansum(), [(NAN,), (X,), (I,), (E,)]),
    ("nansum dim", lambda lib, x: x.nansum(1, keepdim=True), [(NAN,), (X,), (I,)]),
    ("nanmean", lambda lib, x: x.nanmean(), [(NAN,), (X,)]),
    ("nanmean dim", lambda lib, x: x.nanmean(0), [(NAN,), (X,)]),
    (
        "prod",
        lambda lib, x: x.prod(),
        [(M,), (V,), (S,), (D,), (ZEROS,), (I,), (B,), (U,), (E,), (C,)],
    ),
    ("prod half", lambda lib, x: x.prod(1), [(H,)]),
    ("prod one zero", lambda lib, x: x.prod(), [(np.array([2, 0, 3.0]),), (np.array([0.0]),)]),
    ("prod dim", lambda lib, x: x.prod(1), [(X,), (M,), (D,), (ZEROS,), (I,), (E2,), (C,)]),
    ("prod keepdim", lambda lib, x: lib.prod(x, 0, True), [(X,), (M,), (S,), (ZEROS,), (E2,)]),
    ("prod dtype", lambda lib, x: x.prod(dtype=lib.float64), [(M,), (I,)]),
    ("all", lambda lib, x: x.all(), [(B,), (M,), (I,), (U,), (E,), (S,), (C,), (NAN,)]),
    ("all dim", lambda lib, x: x.all(-1, True), [(B,), (M,), (I,), (U,), (E,), (S,)]),
    ("all dims", lambda lib, x: x.all((0, 1)), [(B,), (X,)]),
    ("all no dim", lambda lib, x: x.all(dim=()), [(B,), (X,)]),
    ("any", lambda lib, x: x.any(), [(B,), (M,), (I,), (U,), (E,), (S,), (C,)]),
    ("any dim", lambda lib, x: lib.any(x, dim=0), [(B,), (M,), (I,), (U,), (E2,), (S,)]),
    ("any keepdim", lambda lib, x: x.any(keepdim=True), [(B,), (M,)]),
    (
        "count_nonzero",
        lambda lib, x: x.count_nonzero(),
        [(B,), (M,), (I,), (E,), (S,), (C,), (NAN,)],
    ),
    ("count_nonzero dim", lambda lib, x: x.count_nonzero(0), [(B,), (M,), (I,), (E2,)]),
    ("count_nonzero dims", lambda lib, x: x.count_nonzero((0, -1)), [(X,)]),
    (
        "logsumexp",
        lambda lib, x: x.logsumexp(-1),
        [(X,), (M,), (S,), (D,), (H,), (I,), (INF,), (100 * M,)],
    ),
    ("logsumexp dims", lambda lib, x: lib.logsumexp(x, (0, 1), True), [(X,), (M,), (C,)]),
    ("logsumexp empty", lambda lib, x: x.logsumexp(0), [(E,), (E2,)]),
    ("max", lambda lib, x: x.max(), [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (B,), (U,), (H,)]),
    ("min", lambda lib, x: x.min(), [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (B,), (U,), (H,)]),
    ("max dim", lambda lib, x: x.max(0), [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (B,), (E2,)]),
    ("min dim", lambda lib, x: x.min(0), [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (B,), (E2,)]),
    ("max keepdim", lambda lib, x: lib.max(x, -1, keepdim=True), [(X,), (S,), (TIES,), (NAN,)]),
    ("min keepdim", lambda lib, x: lib.min(x, dim=-1, keepdim=True), [(X,), (S,), (TIES,), (NAN,)]),
    ("max axis", lambda lib, x: x.max(axis=1).values, [(X,)]),
    ("max of two", lambda lib, x, y: lib.max(x, y), [(M, TIES), (M, S), (I, M)]),
    ("min of two", lambda lib, x, y: lib.min(x, other=y), [(M, TIES), (M, S), (I, M)]),
    ("amax", lambda lib, x: x.amax(), [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (B,)]),
    ("amin", lambda lib, x: x.amin(), [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (B,)]),
    ("amax dims", lambda lib, x: x.amax((0, 1), True), [(X,), (TIES,), (NAN,)]),
    ("amin dim", lambda lib, x: lib.amin(x, 0), [(X,), (TIES,), (NAN,), (E2,)]),
    ("aminmax", lambda lib, x: x.aminmax(), [(X,), (TIES,), (S,), (I,)]),
    ("aminmax dim", lambda lib, x: lib.aminmax(x, dim=1, keepdim=True), [(X,), (TIES,)]),
    ("aminmax max", lambda lib, x: x.aminmax(dim=0).max, [(X,), (TIES,), (S,)]),
    ("argmax", lambda lib, x: x.argmax(), [(X,), (TIES,), (S,), (NAN,), (I,)]),
    ("argmin", lambda lib, x: x.argmin(), [(X,), (TIES,), (S,), (NAN,), (I,)]),
    ("argmax dim", lambda lib, x: lib.argmax(x, 0), [(X,), (TIES,), (S,), (NAN,), (E2,)]),
    ("argmin keepdim", lambda lib, x: x.argmin(-1, True), [(X,), (TIES,), (S,), (NAN,)]),
    ("argmax keepdim", lambda lib, x: x.argmax(keepdim=True), [(X,), (S,)]),
    ("var", lambda lib, x: x.var(), [(X,), (M,), (D,), (H,), (C,), (V,)]),
    ("var dim", lambda lib, x: x.var(0), [(X,), (M,), (C,)]),
    ("var dims", lambda lib, x: lib.var(x, (0, 1), keepdim=True), [(X,), (M,)]),
    ("var biased", lambda lib, x: x.var(False), [(X,), (M,)]),
    ("var unbiased", lambda lib, x: x.var(1, False, True), [(X,), (M,)]),
    ("var correction", lambda lib, x: x.var(dim=1, correction=0.5), [(X,), (M,)]),
    ("var correction all", lambda lib, x: x.var(dim=1, correction=4), [(M,)]),
    ("var correction more", lambda lib, x: x.var(dim=1, correction=6), [(M,)]),
    ("var one", lambda lib, x: x.var(), [(S,), (E,)]),
    ("std", lambda lib, x: x.std(), [(X,), (M,), (D,), (H,), (C,), (V,), (S,)]),
    ("std dim", lambda lib, x: x.std(-1, keepdim=True), [(X,), (M,), (TIES,)]),
    ("std unbiased", lambda lib, x: lib.std(x, dim=0, unbiased=False), [(X,), (M,)]),
    ("std_mean", lambda lib, x: lib.std_mean(x), [(X,), (M,), (C,)]),
    ("var_mean", lambda lib, x: lib.var_mean(x, 0, keepdim=True), [(X,), (M,), (C,)]),
    ("std_mean dim", lambda lib, x: lib.std_mean(x, dim=(0, 1), correction=0), [(X,), (M,)]),
    ("var_mean's mean", lambda lib, x: lib.var_mean(x)[1], [(M,)]),
    ("norm", lambda lib, x: x.norm(), [(X,), (M,), (S,), (D,), (H,), (C,), (E,), (0 * M,)]),
    ("norm dim", lambda lib, x: x.norm(dim=1, keepdim=True), [(X,), (M,), (TIES,)]),
    ("norm strided", lambda lib, x: x[:, ::2].norm(), [(X,), (M,)]),
    ("norm fro", lambda lib, x: lib.norm(x, "fro", (0, 1)), [(X,), (M,)]),
    ("norm dtype", lambda lib, x: x.norm(2, dtype=lib.float64), [(X,), (M,)]),
    (
        "cumsum",
        lambda lib, x: x.cumsum(0),
        [(X,), (M,), (S,), (D,), (C,), (I,), (U,), (B,), (E2,), (H,)],
    ),
    ("cumsum dtype", lambda lib, x: lib.cumsum(x, -1, dtype=lib.float64), [(X,), (I,)]),
    ("cumsum axis", lambda lib, x: x.cumsum(axis=1), [(X,)]),
    ("cumprod", lambda lib, x: x.cumprod(0), [(X,), (M,), (S,), (D,), (I,), (ZEROS,), (E2,), (C,)]),
    ("cumprod dim", lambda lib, x: lib.cumprod(x, 1), [(X,), (ZEROS,), (0 * M,), (B,)]),
    ("cummax", lambda lib, x: x.cummax(1), [(X,), (M,), (TIES,), (NAN,), (I,), (B,)]),
    ("cummin", lambda lib, x: lib.cummin(x, 0), [(X,), (M,), (TIES,), (NAN,), (I,), (S,), (E,)]),
    ("logcumsumexp", lambda lib, x: x.logcumsumexp(1), [(X,), (M,), (D,), (10 * D,)]),
    ("logcumsumexp 0", lambda lib, x: lib.logcumsumexp(x, 0), [(X,), (S,), (E,)]),
    ("dist", lambda lib, x, y: lib.dist(x, y), [(M, TIES), (M, S), (M, M)]),
    ("dist p", lambda lib, x, y: x.dist(y, 3), [(M, TIES)]),
    ("dist inf", lambda lib, x, y: lib.dist(x, y, inf), [(M, TIES)]),
    ("cdist", lambda lib, x, y: lib.cdist(x, y), [(M, TIES), (M, V[:4][None])]),
    (
        "cdist by a product",
        lambda lib, x, y: lib.cdist(x, y, compute_mode="use_mm_for_euclid_dist"),
        [(M, V[:4][None]), (X, X[:, :2] + 1)],
    ),
    ("cdist p", lambda lib, x, y: lib.cdist(x, y, 1.5), [(M, TIES)]),
    ("cdist 0", lambda lib, x, y: lib.cdist(x, y, 0), [(M, TIES)]),
    ("cdist 1", lambda lib, x, y: lib.cdist(x, y, 1), [(M, TIES)]),
    ("cdist batch", lambda lib, x, y: lib.cdist(x, y, 3), [(X, X[:, :2]), (X, X[0])]),
]
ROWS += [
    (f"norm {p}", lambda lib, x, p=p: x.norm(p), [(X,), (M,), (TIES,), (0 * M,)])
    for p in (0, 0.5, 1, 1.5, 3, -1, inf, -inf)
]
ROWS += [
    (f"norm {p} dim", lambda lib, x, p=p: lib.norm(x, p, 0), [(X,), (M,), (TIES,)])
    for p in (0, 0.5, 1, 2.5, inf, -inf)
]
# PyTorch has no second derivative of cdist, and NaN or 0 in these corners: |x| ** 2.5 at 0, the
# variance of one number.
NO_SECOND = {"cdist", "cdist 0", "cdist p", "cdist 1", "cdist batch", "norm 2.5 dim", "var one"}
CASES = [
    pytest.param(function, inputs, name in NO_SECOND, id=f"{name}-{i}")
    for name, function, rows in ROWS
    for i, inputs in enumerate(rows)
]


@pytest.mark.parametrize(("function", "inputs", "first_only"), CASES)
def test_as_pytorch(function, inputs, first_only):
    same(function, *inputs, second=not first_only, slack=4)


def test_sum_to_size_of_leading_dimensions():
    same(
        lambda lib, x: x.sum_to_size((4, 5)), X, names=False, slack=4
    )  # one node less than PyTorch


ERRORS = [
    ("sum dim", lambda lib, x: x.sum(5), M),
    ("sum dims", lambda lib, x: x.sum((0, 0)), M),
    ("argmax float", lambda lib, x: x.argmax(0.5), M),
    ("cumsum bool", lambda lib, x: x.cumsum(True), M),
    ("std correction", lambda lib, x: x.std(unbiased=True, correction=1), M),
    ("sum dims wrong", lambda lib, x: x.sum((0, 2)), M),
    ("sum 0-d", lambda lib, x: x.sum(1), S),
    ("sum keepdim", lambda lib, x: x.sum(0, 1), M),
    ("sum number", lambda lib: lib.sum(3)),
    ("sum list", lambda lib: lib.sum([1, 2])),
    ("mean int", lambda lib, x: x.mean(), I),
    ("mean bool", lambda lib, x: x.mean(0), B),
    ("mean dtype", lambda lib, x: x.mean(dtype=lib.int64), M),
    ("mean keepdim", lambda lib, x: x.mean(0, 1), M),
    ("sum_to_size", lambda lib, x: x.sum_to_size(2), M),
    ("sum_to_size more", lambda lib, x: x.sum_to_size(1, 3, 4), M),
    ("nansum complex", lambda lib, x: x.nansum(), C),
    ("nanmean int", lambda lib, x: x.nanmean(), I),
    ("prod dim", lambda lib, x: x.prod(2), M),
    ("all dim", lambda lib, x: x.all(5), B),
    ("all dims", lambda lib, x: x.all((0, 0)), B),
    ("any dim", lambda lib, x: x.any(-3), B),
    ("count_nonzero", lambda lib, x: x.count_nonzero(2), M),
    ("logsumexp dim", lambda lib, x: x.logsumexp(2), M),
    ("max empty", lambda lib, x: x.max(), E),
    ("min empty", lambda lib, x: x.min(), E),
    ("max empty dim", lambda lib, x: x.max(1), E2),
    ("min empty dim", lambda lib, x: x.min(-1), E2),
    ("max dim", lambda lib, x: x.max(2), M),
    ("max keepdim", lambda lib, x: x.max(0, 1), M),
    ("max complex", lambda lib, x: x.max(), C),
    ("max complex dim", lambda lib, x: x.max(0), C),
    ("min complex", lambda lib, x: x.min(), C),
    ("min complex dim", lambda lib, x: x.min(0), C),
    ("max number", lambda lib: lib.max(3)),
    ("amax empty", lambda lib, x: x.amax(), E),
    ("amax empty dim", lambda lib, x: x.amax(1), E2),
    ("amin empty dim", lambda lib, x: x.amin(1), E2),
    ("amax dims", lambda lib, x: x.amax((0, 0)), M),
    ("amax complex", lambda lib, x: x.amax(), C),
    ("amin complex", lambda lib, x: x.amin(), C),
    ("aminmax empty", lambda lib, x: x.aminmax(), E),
    ("aminmax empty dim", lambda lib, x: x.aminmax(dim=1), E2),
    ("aminmax complex", lambda lib, x: x.aminmax(), C),
    ("argmax empty", lambda lib, x: x.argmax(), E),
    ("argmax empty dim", lambda lib, x: x.argmax(1), E2),
    ("argmin empty dim", lambda lib, x: x.argmin(1), E2),
    ("argmax bool", lambda lib, x: x.argmax(), B),
    ("argmax complex", lambda lib, x: x.argmax(), C),
    ("argmax dim", lambda lib, x: x.argmax(2), M),
    ("argmax keepdim", lambda lib, x: x.argmax(0, 1), M),
    ("argmax list", lambda lib: lib.argmax([1])),
    ("var int", lambda lib, x: x.var(), I),
    ("std int", lambda lib, x: x.std(), I),
    ("std_mean int", lambda lib, x: lib.std_mean(x), I),
    ("var_mean int", lambda lib, x: lib.var_mean(x), I),
    ("var dim", lambda lib, x: x.var(2), M),
    ("norm int", lambda lib, x: x.norm(), I),
    ("norm dim", lambda lib, x: x.norm(2, 5), M),
    ("norm order", lambda lib, x: x.norm("foo"), M),
    ("norm empty", lambda lib, x: x.norm(inf), E),
    ("norm empty dim", lambda lib, x: x.norm(inf, 1), E2),
    ("norm empty negative", lambda lib, x: x.norm(-1), E),
    ("norm dtype", lambda lib, x: x.norm(2, dtype=lib.float32), D),
    ("norm dtype int", lambda lib, x: x.norm(2, dtype=lib.int64), D),
    ("dist int", lambda lib, x: lib.dist(x, x), I),
    ("cdist 1-d", lambda lib, x: lib.cdist(x, x[0]), M),
    ("cdist int", lambda lib, x: lib.cdist(x, x), I),
    ("cdist columns", lambda lib, x: lib.cdist(x, x[:, :2]), M),
    ("cdist p", lambda lib, x: lib.cdist(x, x, -1), M),
    ("cdist dtypes", lambda lib, x, y: lib.cdist(x, y), M, D),
    ("cumsum dim", lambda lib, x: x.cumsum(2), M),
    ("cumprod dim", lambda lib, x: x.cumprod(-3), M),
    ("cummax dim", lambda lib, x: x.cummax(2), M),
    ("cummax complex", lambda lib, x: x.cummax(0), C),
    ("cummin complex", lambda lib, x: x.cummin(0), C),
    ("logcumsumexp int", lambda lib, x: x.logcumsumexp(0), I),
    ("logcumsumexp dim", lambda lib, x: x.logcumsumexp(2), M),
]


@pytest.mark.parametrize("row", ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(row):
    same_error(row[1], *row[2:])


def test_named_results():
    for call in (
        lambda lib: lib.tensor([[1.0, 2.0]]).max(1),
        lambda lib: lib.tensor([[1.0, 2.0]]).min(0, keepdim=True),
        lambda lib: lib.tensor([1.0, 2.0]).aminmax(),
        lambda lib: lib.tensor([2, 1]).cummax(0),
    ):
        assert repr(call(mt)) == repr(call(torch))
    values, indices = mt.tensor([3.0, 4.0]).max(0)
    assert (values.item(), indices.item()) == (4.0, 1)


def test_warns_where_there_is_no_freedom():
    for lib in (mt, torch):
        for name in ("var", "std", "var_mean", "std_mean"):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                getattr(lib, name)(lib.tensor([1.0, 2.0]), correction=2)
            said = [str(w.message) for w in caught if w.category is UserWarning]
            assert len(said) == 1
            assert said[0].startswith(f"{name}(): degrees of freedom is <= 0. Correction should be")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_sums_are_as_accurate_as_pytorch(dtype):
    x = np.random.default_rng(1).random(10_000_000).astype(dtype)
    exact = x.astype("longdouble").sum()
    ulp = np.finfo(dtype).eps
    for found in (mt.tensor(x).sum(), mt.tensor(x).mean() * x.size):
        assert abs(float(found) / float(exact) - 1) < 4 * ulp
    x = x[:3_000_000].reshape(300_000, 10)
    exact = x.astype("longdouble").sum(0)
    assert np.abs(mt.tensor(x).sum(0).numpy() / exact.astype("d") - 1).max() < 4 * ulp
