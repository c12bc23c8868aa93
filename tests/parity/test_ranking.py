"""Sorting, ranks, distinct values, counting as in PyTorch: values, derivatives, errors."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.compare import same, same_error

rng = np.random.default_rng(0)
X = rng.standard_normal((3, 4, 5)).astype("f")
M = rng.standard_normal((3, 7)).astype("f")
D = rng.standard_normal((3, 4))
H = rng.standard_normal((3, 4)).astype("e")
S = np.float32(1.5)
LONG = rng.permutation(1000).astype("f")  # without ties
WIDE = rng.permutation(2 * 600).reshape(2, 600).astype("f")
TIES = np.array([[3, 1, 3, 2, 1], [0, 0, 0, 0, 0], [5, 7, 7, 5, 5]], "f")
NAN = np.array([[1, np.nan, 2, 0], [np.nan, np.nan, np.nan, np.nan], [4, 5, 6, np.nan]], "f")
I = rng.integers(-3, 3, (3, 6))  # noqa: E741
N = rng.integers(0, 6, 20)
B = I > 0
C = np.array([1 + 2j, 3], "F")
E = np.zeros(0, "f")
E2 = np.zeros((2, 0), "f")
SORTED = np.array([1.0, 3, 5, 7], "f")
ROWS_SORTED = np.array([[1.0, 3, 5], [2, 4, 6]], "f")

ROWS = [
    (
        "sort",
        lambda lib, x: x.sort(),
        [(X,), (M,), (S,), (D,), (H,), (TIES,), (NAN,), (I,), (B,), (E,), (LONG,)],
    ),
    ("sort dim", lambda lib, x: lib.sort(x, 0), [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (E2,)]),
    (
        "sort down",
        lambda lib, x: x.sort(descending=True),
        [(X,), (M,), (S,), (TIES,), (NAN,), (I,), (B,), (LONG,)],
    ),
    (
        "sort stable",
        lambda lib, x: x.sort(stable=True, descending=True),
        [(X,), (TIES,), (NAN,), (N,)],
    ),
    (
        "sort stable up",
        lambda lib, x: lib.sort(x, stable=True, dim=-1),
        [(X,), (TIES,), (NAN,), (N,)],
    ),
    ("argsort", lambda lib, x: x.argsort(), [(X,), (S,), (TIES,), (NAN,), (I,), (LONG,)]),
    (
        "argsort dim",
        lambda lib, x: lib.argsort(x, dim=0, descending=True, stable=True),
        [(X,), (S,), (TIES,), (NAN,), (I,)],
    ),
    ("msort", lambda lib, x: lib.msort(x), [(X,), (S,), (TIES,), (I,)]),
    ("topk", lambda lib, x: x.topk(2), [(X,), (M,), (D,), (H,), (LONG,), (WIDE,), (I[:, :2],)]),
    ("topk dim", lambda lib, x: lib.topk(x, 3, 0), [(X,), (M,), (LONG,)]),
    (
        "topk small",
        lambda lib, x: x.topk(4, dim=1, largest=False, sorted=True),
        [(X,), (M,), (WIDE,)],
    ),
    ("topk half", lambda lib, x: x.topk(x.shape[-1] // 2), [(X,), (M,), (WIDE,)]),
    ("topk none", lambda lib, x: x.topk(0), [(X,), (E,)]),
    ("topk one", lambda lib, x: x.topk(1), [(S,), (WIDE,)]),
    ("topk nan", lambda lib, x: x.topk(2), [(np.array([1, np.nan, 3], "f"),)]),
    ("topk nan small", lambda lib, x: x.topk(2, largest=False), [(np.array([1, np.nan, 3], "f"),)]),
    ("kthvalue", lambda lib, x: x.kthvalue(2), [(X,), (M,), (D,), (LONG,), (NAN[2],)]),
    ("kthvalue dim", lambda lib, x: lib.kthvalue(x, 3, 0, True), [(X,), (M,)]),
    ("kthvalue one", lambda lib, x: x.kthvalue(1), [(S,)]),
    (
        "median",
        lambda lib, x: x.median(),
        [(X,), (M,), (S,), (D,), (TIES,), (NAN,), (I,), (E,), (LONG,)],
    ),
    ("median dim", lambda lib, x: x.median(0), [(X,), (M,), (S,), (TIES,), (NAN,), (I,)]),
    (
        "median keepdim",
        lambda lib, x: lib.median(x, -1, keepdim=True),
        [(X,), (S,), (TIES,), (NAN,), (N,)],
    ),
    (
        "nanmedian",
        lambda lib, x: x.nanmedian(),
        [(X,), (S,), (TIES,), (NAN,), (I,), (E,), (NAN[1],)],
    ),
    ("nanmedian dim", lambda lib, x: lib.nanmedian(x, 1), [(X,), (TIES,), (NAN[[0, 2]],), (I,)]),
    ("nanmedian keepdim", lambda lib, x: x.nanmedian(0, True), [(X,), (S,), (TIES,), (NAN,), (I,)]),
    ("mode", lambda lib, x: x.mode(), [(X,), (S,), (TIES,), (I,), (B,), (N[:16],)]),
    ("mode dim", lambda lib, x: lib.mode(x, 0, True), [(X,), (S,), (TIES,), (I,), (E2,)]),
]
ROWS_WITHOUT_GRAD = [
    ("unique", lambda lib, x: x.unique(), [(N,), (I,), (TIES,), (NAN,), (B,), (E,), (S,)]),
    (
        "unique all",
        lambda lib, x: lib.unique(x, return_inverse=True, return_counts=True),
        [(N,), (I,), (TIES,), (NAN,), (E,), (S,)],
    ),
    ("unique inverse", lambda lib, x: x.unique(sorted=True, return_inverse=True), [(I,), (TIES,)]),
    ("unique counts", lambda lib, x: x.unique(return_counts=True), [(I,), (TIES,)]),
    (
        "unique dim",
        lambda lib, x: x.unique(dim=0, return_inverse=True, return_counts=True),
        [(I % 2,), (TIES,), (N,), (E2.T,)],
    ),
    ("unique dim 1", lambda lib, x: lib.unique(x, dim=1, return_inverse=True), [(I % 2,), (TIES,)]),
    (
        "unique_consecutive",
        lambda lib, x: x.unique_consecutive(),
        [(N,), (I,), (TIES,), (NAN,), (B,), (E,), (S,)],
    ),
    (
        "unique_consecutive all",
        lambda lib, x: lib.unique_consecutive(x, True, True),
        [(N,), (I,), (TIES,), (NAN,), (E,), (S,)],
    ),
    (
        "unique_consecutive dim",
        lambda lib, x: x.unique_consecutive(return_counts=True, dim=0),
        [(I[[0, 0, 1]],), (N,)],
    ),
    (
        "unique_consecutive dim 1",
        lambda lib, x: x.unique_consecutive(True, dim=1),
        [(I[:, [0, 0, 1, 0]],)],
    ),
    (
        "searchsorted",
        lambda lib, s, x: lib.searchsorted(s, x),
        [
            (SORTED, M),
            (SORTED, S),
            (SORTED, N),
            (N[:0], N),
            (ROWS_SORTED, ROWS_SORTED),
            (SORTED, NAN),
        ],
    ),
    (
        "searchsorted right",
        lambda lib, s, x: lib.searchsorted(s, x, right=True),
        [(SORTED, SORTED), (ROWS_SORTED, ROWS_SORTED[:, :2]), (SORTED, NAN)],
    ),
    (
        "searchsorted side",
        lambda lib, s, x: lib.searchsorted(s, x, side="right", out_int32=True),
        [(SORTED, SORTED), (np.arange(4), SORTED)],
    ),
    ("searchsorted number", lambda lib, s: lib.searchsorted(s, 3.5), [(SORTED,), (np.arange(9),)]),
    (
        "searchsorted sorter",
        lambda lib, s, x, i: lib.searchsorted(s, x, sorter=i),
        [(SORTED[[2, 0, 3, 1]], SORTED, np.array([1, 3, 0, 2]))],
    ),
    ("bucketize", lambda lib, x, s: lib.bucketize(x, s), [(M, SORTED), (N, SORTED), (S, SORTED)]),
    (
        "bucketize right",
        lambda lib, x, s: lib.bucketize(x, s, right=True, out_int32=True),
        [(SORTED, SORTED)],
    ),
    ("bucketize number", lambda lib, s: lib.bucketize(3.5, s), [(SORTED,), (np.arange(9),)]),
    ("histc", lambda lib, x: lib.histc(x), [(X,), (D,), (H,), (E,), (TIES,)]),
    ("histc bins", lambda lib, x: x.histc(7, -1, 1), [(X,), (D,), (NAN,)]),
    ("histc range", lambda lib, x: x.histc(bins=4, min=0, max=8), [(X,), (SORTED,)]),
    ("histc equal", lambda lib, x: x.histc(3), [(TIES[1],)]),
    (
        "bincount",
        lambda lib, x: x.bincount(),
        [(N,), (N[:0],), (N.astype("uint8"),), (N.astype("int32"),)],
    ),
    ("bincount minlength", lambda lib, x: lib.bincount(x, minlength=9), [(N,), (N[:0],)]),
]
CASES = [
    pytest.param(function, inputs, grad, id=f"{name}-{i}")
    for grad, table in ((True, ROWS), (False, ROWS_WITHOUT_GRAD))
    for name, function, rows in table
    for i, inputs in enumerate(rows)
]


@pytest.mark.parametrize(("function", "inputs", "grad"), CASES)
def test_as_pytorch(function, inputs, grad):
    same(function, *inputs, grad=grad)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "float16"])
def test_weighted_bincount(dtype):
    weights = np.arange(20).astype(dtype)
    same(lambda lib, x, w: lib.bincount(x, w), N, weights, grad=False)


@pytest.mark.parametrize("length", [3, 8, 16, 40, 300])
def test_ties_rank_as_in_pytorch(length):
    for seed in range(20):
        x = np.random.default_rng(seed).integers(0, 5, length).astype("f")
        same(lambda lib, x: x.median(0), x)
        same(lambda lib, x: x.sort(stable=True), x)
        same(lambda lib, x: x.sort(stable=True, descending=True), x)
        same(lambda lib, x: x.topk(length // 2)[0], x, grad=False)
        same(lambda lib, x: x.kthvalue(2)[0], x, grad=False)
        if length <= 16:  # longer ones PyTorch sorts in an order of its own
            same(lambda lib, x: x.sort(), x)
            same(lambda lib, x: x.mode(), x)
        else:
            same(lambda lib, x: x.sort()[0], x, grad=False)
            same(lambda lib, x: x.mode()[0], x, grad=False)


ERRORS = [
    ("sort dim", lambda lib, x: x.sort(2), M),
    ("sort complex", lambda lib, x: x.sort(), C),
    ("argsort dim", lambda lib, x: x.argsort(2), M),
    ("topk k", lambda lib, x: x.topk(8), M),
    ("topk negative", lambda lib, x: x.topk(-1), M),
    ("topk 0-d", lambda lib, x: x.topk(2), S),
    ("topk dim", lambda lib, x: x.topk(1, 5), M),
    ("topk bool", lambda lib, x: x.topk(1), B),
    ("topk complex", lambda lib, x: x.topk(1), C),
    ("kthvalue 0", lambda lib, x: x.kthvalue(0), M),
    ("kthvalue k", lambda lib, x: x.kthvalue(8), M),
    ("kthvalue 0-d", lambda lib, x: x.kthvalue(2), S),
    ("kthvalue empty", lambda lib, x: x.kthvalue(1), E),
    ("kthvalue bool", lambda lib, x: x.kthvalue(1), B),
    ("kthvalue complex", lambda lib, x: x.kthvalue(1), C),
    ("median dim", lambda lib, x: x.median(2), M),
    ("median empty", lambda lib, x: x.median(0), E),
    ("median bool", lambda lib, x: x.median(), B),
    ("median complex", lambda lib, x: x.median(), C),
    ("nanmedian empty", lambda lib, x: x.nanmedian(0), E),
    ("mode dim", lambda lib, x: x.mode(2), M),
    ("mode empty", lambda lib, x: x.mode(), E),
    ("unique complex", lambda lib, x: x.unique(), C),
    ("unique 0-d", lambda lib, x: x.unique(dim=0), S),
    ("unique empty", lambda lib, x: x.unique(dim=0), E2),
    ("unique dim", lambda lib, x: x.unique(dim=5), M),
    ("unique_consecutive dim", lambda lib, x: x.unique_consecutive(dim=5), M),
    ("unique_consecutive empty", lambda lib, x: x.unique_consecutive(dim=0), E2),
    ("searchsorted shapes", lambda lib, s, x: lib.searchsorted(s, x), ROWS_SORTED, SORTED),
    ("searchsorted rank", lambda lib, s, x: lib.searchsorted(s, x[None]), ROWS_SORTED, ROWS_SORTED),
    ("searchsorted number", lambda lib, s: lib.searchsorted(s, 3), ROWS_SORTED),
    ("searchsorted 0-d", lambda lib, s, x: lib.searchsorted(s, x), S, SORTED),
    ("searchsorted side", lambda lib, s: lib.searchsorted(s, s, side="foo"), SORTED),
    ("searchsorted sides", lambda lib, s: lib.searchsorted(s, s, side="left", right=True), SORTED),
    ("searchsorted sorter", lambda lib, s: lib.searchsorted(s, s, sorter=s), SORTED),
    ("searchsorted sorter size", lambda lib, s, i: lib.searchsorted(s, s, sorter=i), SORTED, N),
    (
        "searchsorted sorter range",
        lambda lib, s, i: lib.searchsorted(s, s, sorter=i),
        SORTED,
        np.array([0, 1, 2, 9]),
    ),
    ("searchsorted list", lambda lib, x: lib.searchsorted([1, 2], x), M),
    ("bucketize list", lambda lib, x: lib.bucketize(x, [1, 2]), M),
    ("bucketize 2-d", lambda lib, s: lib.bucketize(s, s), ROWS_SORTED),
    ("histc bins", lambda lib, x: x.histc(0), M),
    ("histc range", lambda lib, x: x.histc(3, 3, 0), M),
    ("histc int", lambda lib, x: x.histc(3), I),
    ("histc infinite", lambda lib, x: x.histc(3), np.array([np.inf, 1], "f")),
    ("bincount float", lambda lib, x: x.bincount(), M[0]),
    ("bincount bool", lambda lib, x: x.bincount(), B[0]),
    ("bincount negative", lambda lib, x: x.bincount(), np.array([-1, 2])),
    ("bincount 2-d", lambda lib, x: x.bincount(), I),
    ("bincount minlength", lambda lib, x: x.bincount(minlength=-1), N),
    ("bincount weights", lambda lib, x, w: x.bincount(w), N, SORTED),
]


@pytest.mark.parametrize("row", ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(row):
    same_error(row[1], *row[2:])


@pytest.mark.parametrize(
    "function",
    [
        lambda lib, x: x.unique().sum().backward(),
        lambda lib, x: x.unique(dim=0).sum().backward(),
        lambda lib, x: x.unique_consecutive().sum().backward(),
        lambda lib, x: lib.bincount(lib.tensor([0, 1, 1, 2]), x).sum().backward(),
    ],
)
def test_no_derivative(function):
    same_error(function, SORTED, grad=True)


def test_named_results():
    for call in (
        lambda lib: lib.tensor([[2.0, 1.0]]).sort(),
        lambda lib: lib.tensor([[2.0, 1.0]]).topk(1),
        lambda lib: lib.tensor([2.0, 1.0]).kthvalue(1),
        lambda lib: lib.tensor([2, 1]).median(0),
        lambda lib: lib.tensor([2, 1]).nanmedian(0),
        lambda lib: lib.tensor([2, 1]).mode(0),
    ):
        assert repr(call(mt)) == repr(call(torch))
