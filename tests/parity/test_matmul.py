"""Products of matrices and vectors as in PyTorch: values, derivatives, strides, errors."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from minitorch.ops.products import multi_dot
from tests.parity.compare import same, same_error

rng = np.random.default_rng(0)


def f(*shape, dtype="f"):
    return rng.standard_normal(shape).astype(dtype)


def c(*shape):
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype("F")


def i(*shape, dtype="int64"):
    return rng.integers(-5, 5, shape).astype(dtype)


SQUARE = f(3, 3)
A, B, V, W, T = f(2, 3), f(3, 4), f(3), f(2), f(5, 2, 3)
BOTH = [
    (A, B),
    (A, V),
    (W, A),
    (V, V),
    (T, B),
    (T, V),
    (W, T),
    (T, f(5, 3, 4)),
    (f(4, 1, 2, 3), f(5, 3, 2)),
    (f(2, 4, 2, 3), f(3, 2)),
    (f(0, 3), f(3, 2)),
    (f(2, 0), f(0, 3)),
    (f(2, 0, 3), f(2, 3, 0)),
    (f(0), f(0)),
    (f(3, 0), f(0)),
    (f(0, 2, 3), f(3, 2)),
    (f(4, 0, 3), f(3)),
    (f(2, 3, dtype="d"), f(3, 4, dtype="d")),
    (f(2, 3, dtype="e"), f(3, 4, dtype="e")),
    (c(2, 3), c(3, 4)),
    (c(2, 3), c(3)),
    (c(3), c(3)),
    (c(5, 2, 3), c(3, 4)),
    (c(5, 2, 3), c(5, 3, 4)),
    (i(2, 3), i(3, 4)),
    (i(2, 3), i(3)),
    (i(3), i(3)),
    (i(5, 2, 3), i(3, 4)),
    (i(5, 2, 3), i(5, 3, 4)),
    (i(2, 3, dtype="uint8"), i(3, 4, dtype="uint8")),
    (i(2, 3, dtype="int8"), i(3, dtype="int8")),
]
MATRICES = [
    (A, B),
    (f(2, 3, dtype="d"), f(3, 2, dtype="d")),
    (c(2, 3), c(3, 4)),
    (i(2, 3), i(3, 4)),
]
BATCHES = [
    (T, f(5, 3, 4)),
    (c(2, 2, 3), c(2, 3, 4)),
    (i(2, 2, 3), i(2, 3, 4)),
    (f(0, 2, 3), f(0, 3, 4)),
]
ROWS = [
    ("matmul", lambda lib, a, b: lib.matmul(a, b), BOTH),
    ("@", lambda lib, a, b: a @ b, MATRICES),
    (
        "matmul transposed",
        lambda lib, a, b: a.t() @ b.t(),
        [(f(3, 2), f(4, 3)), (c(3, 2), c(4, 3))],
    ),
    ("matmul batch transposed", lambda lib, a, b: a.mT @ b.mT, [(f(5, 3, 2), f(5, 4, 3))]),
    ("matmul expanded", lambda lib, a, b: a.expand(2, 3) @ b, [(V, B)]),
    ("matmul with itself", lambda lib, a: a @ a.t(), [(A,), (c(2, 3),)]),
    ("mm", lambda lib, a, b: a.mm(b), [*MATRICES, (f(0, 3), f(3, 2)), (f(2, 0), f(0, 3))]),
    ("bmm", lambda lib, a, b: lib.bmm(a, b), BATCHES),
    ("mv", lambda lib, a, v: a.mv(v), [(A, V), (c(2, 3), c(3)), (i(2, 3), i(3)), (f(0, 3), V)]),
    ("dot", lambda lib, a, b: a.dot(b), [(V, f(3)), (c(3), c(3)), (i(3), i(3)), (f(0), f(0))]),
    (
        "vdot",
        lambda lib, a, b: lib.vdot(a, b),
        [(V, f(3)), (c(3), c(3)), (i(3), i(3)), (f(0), f(0))],
    ),
    (
        "outer",
        lambda lib, a, b: lib.outer(a, b),
        [(V, W), (c(3), c(2)), (V, i(2)), (i(3), i(2)), (f(0), V)],
    ),
    ("ger", lambda lib, a, b: a.ger(b), [(V, W)]),
    ("outer of columns", lambda lib, a, b: lib.outer(a[:, 0], b[0]), [(A, B)]),
    (
        "addmm",
        lambda lib, x, a, b: lib.addmm(x, a, b),
        [(f(2, 4), A, B), (f(4), A, B), (f(), A, B), (i(2, 4), i(2, 3), i(3, 4))],
    ),
    (
        "addmm scaled",
        lambda lib, x, a, b: x.addmm(a, b, beta=0.5, alpha=2),
        [(f(2, 4), A, B), (f(2, 1), A, B), (i(4), i(2, 3), i(3, 4)), (c(4), c(2, 3), c(3, 4))],
    ),
    (
        "addmm without",
        lambda lib, x, a, b: lib.addmm(x, a, b, beta=0),
        [(np.full(4, np.nan, "f"), A, B)],
    ),
    ("addmv", lambda lib, x, a, v: lib.addmv(x, a, v), [(W, A, V), (f(), A, V)]),
    (
        "addmv scaled",
        lambda lib, x, a, v: x.addmv(a, v, beta=3, alpha=0.5),
        [(W, A, V), (c(2), c(2, 3), c(3))],
    ),
    ("addr", lambda lib, x, a, b: lib.addr(x, a, b), [(f(2, 3), W, V), (f(3), W, V)]),
    (
        "addr of dtypes",
        lambda lib, x, a, b: lib.addr(x, a, b, beta=2, alpha=3),
        [(i(2, 3), W, V), (f(2, 3), i(2), i(3)), (SQUARE > 0, V > 0, V > 0)],
    ),
    (
        "addr scaled",
        lambda lib, x, a, b: x.addr(a, b, beta=3, alpha=0.5),
        [(f(2, 3), W, V), (c(2, 3), c(2), c(3))],
    ),
    (
        "baddbmm",
        lambda lib, x, a, b: lib.baddbmm(x, a, b),
        [(f(5, 2, 4), T, f(5, 3, 4)), (f(4), T, f(5, 3, 4))],
    ),
    (
        "baddbmm scaled",
        lambda lib, x, a, b: x.baddbmm(a, b, beta=3, alpha=0.5),
        [(f(5, 2, 4), T, f(5, 3, 4)), (c(4), c(2, 2, 3), c(2, 3, 4))],
    ),
    (
        "addbmm",
        lambda lib, x, a, b: lib.addbmm(x, a, b),
        [(f(2, 4), T, f(5, 3, 4)), (f(4), T, f(5, 3, 4)), (i(2, 4), i(5, 2, 3), i(5, 3, 4))],
    ),
    (
        "addbmm scaled",
        lambda lib, x, a, b: x.addbmm(a, b, beta=3, alpha=0.5),
        [(f(2, 4), T, f(5, 3, 4)), (c(4), c(2, 2, 3), c(2, 3, 4))],
    ),
    (
        "linear",
        lambda lib, x, w, b: lib.nn.functional.linear(x, w, b),
        [
            (A, f(4, 3), f(4)),
            (T, f(4, 3), f(4)),
            (V, f(4, 3), f(4)),
            (A, f(4, 3), f(1)),
            (A, f(4, 3), f()),
            (f(0, 3), f(4, 3), f(4)),
            (f(2, 2, 2, 3), f(4, 3), f(4)),
            (c(2, 3), c(4, 3), c(4)),
            (f(2, 3, dtype="e"), f(4, 3, dtype="e"), f(4, dtype="e")),
            (A, f(4, 3), f(2, 4)),
        ],
    ),
    (
        "linear without bias",
        lambda lib, x, w: lib.nn.functional.linear(x, w),
        [(A, f(4, 3)), (T, f(4, 3)), (V, f(4, 3)), (A, V), (T, V), (c(2, 3), c(4, 3))],
    ),
    (
        "trace",
        lambda lib, x: x.trace(),
        [(f(3, 3),), (f(2, 3),), (f(3, 2),), (i(2, 2),), (f(0, 2),)],
    ),
    ("cross", lambda lib, a, b: lib.cross(a, b, dim=1), [(A, f(2, 3)), (i(3, 3), i(3, 3))]),
    (
        "cross dim",
        lambda lib, a, b: a.cross(b, dim=1),
        [(A, f(2, 3)), (f(1, 3), A), (c(2, 3), c(2, 3))],
    ),
]
NAMELESS = [  # composed otherwise than in PyTorch: the last node has another name
    (
        "linear 3-d, wide bias",
        lambda lib, x, w, b: lib.nn.functional.linear(x, w, b),
        [(T, f(4, 3), f(2, 4))],
    ),
    ("matmul one with many", lambda lib, a, b: a @ b, [(A, f(5, 3, 4)), (f(1, 2, 3), f(5, 3, 2))]),
    (
        "chain_matmul",
        lambda lib, a, b, d: lib.chain_matmul(a, b, d),
        [(A, B, f(4, 2)), (f(9, 2), f(2, 8), f(8, 1))],
    ),
    (
        "inner",
        lambda lib, a, b: lib.inner(a, b),
        [
            (A, f(4, 3)),
            (A, V),
            (V, f(3)),
            (T, A),
            (f(), A),
            (A, f()),
            (i(2, 3), i(3)),
            (c(2, 3), c(3)),
        ],
    ),
    (
        "kron",
        lambda lib, a, b: lib.kron(a, b),
        [(A, B), (V, W), (V, A), (f(), A), (i(2, 2), f(2, 2)), (c(2, 2), c(2, 2)), (T, A)],
    ),
    (
        "tensordot",
        lambda lib, a, b: lib.tensordot(a, b),
        [(A, f(2, 3)), (T, f(2, 3)), (i(2, 3), i(2, 3, 4))],
    ),
    ("tensordot 1", lambda lib, a, b: lib.tensordot(a, b, 1), [(A, B), (T, B), (c(2, 3), c(3, 2))]),
    ("tensordot 0", lambda lib, a, b: lib.tensordot(a, b, 0), [(A, W), (f(), A)]),
    (
        "tensordot lists",
        lambda lib, a, b: lib.tensordot(a, b, dims=([1, 0], [0, 2])),
        [(f(2, 3, 4), f(3, 5, 2)), (f(1, 3, 4), f(3, 5, 2))],
    ),
    (
        "tensordot tensor",
        lambda lib, a, b: lib.tensordot(a, b, lib.tensor([[1], [1]])),
        [(A, f(4, 3)), (A, f(4, 1)), (f(2, 1), f(4, 3))],
    ),
    ("tensordot ints", lambda lib, a, b: lib.tensordot(a, b, ([-1], [-1])), [(A, f(4, 3)), (T, A)]),
]
CASES = [
    pytest.param(function, inputs, names, id=f"{name}-{k}")
    for names, table in ((True, ROWS), (False, NAMELESS))
    for name, function, rows in table
    for k, inputs in enumerate(rows)
]


@pytest.mark.parametrize(("function", "inputs", "names"), CASES)
def test_as_pytorch(function, inputs, names):
    same(function, *inputs, names=names, slack=4)


def multi_dot_of(lib):
    return multi_dot if lib is mt else lib.linalg.multi_dot


ERRORS = [
    ("matmul 2 x 2", lambda lib, a: a @ a, A),
    ("matmul 2 x 1", lambda lib, a, v: a @ v, A, W),
    ("matmul 1 x 2", lambda lib, v, a: v @ a, V, A),
    ("matmul 1 x 1", lambda lib, v, w: v @ w, V, W),
    ("matmul 2 x 0", lambda lib, a, b: a @ b, A, f()),
    ("matmul 0 x 2", lambda lib, a, b: a @ b, f(), A),
    ("matmul 0 x 0", lambda lib, a: a @ a, f()),
    ("matmul number", lambda lib, a: a @ 3, A),
    ("number matmul", lambda lib, a: 3 @ a, A),
    ("matmul of number", lambda lib, a: lib.matmul(a, 3), A),
    ("matmul dtypes", lambda lib, a, b: a @ b, A, f(3, 4, dtype="d")),
    ("matmul int and float", lambda lib, a, b: a @ b, A, i(3, 4)),
    ("matmul int32 and int64", lambda lib, a, b: a @ b, i(2, 3, dtype="int32"), i(3, 4)),
    ("matmul half and float", lambda lib, a, b: a @ b, f(2, 3, dtype="e"), B),
    ("matmul bool", lambda lib, a: a @ a, SQUARE > 0),
    ("matmul batches", lambda lib, a, b: a @ b, f(2, 3, 4), f(3, 4, 5)),
    ("matmul batch sizes", lambda lib, a, b: a @ b, f(2, 3, 4), f(2, 5, 6)),
    ("matmul 3 x 2", lambda lib, a, b: a @ b, f(2, 3, 4), f(5, 6)),
    ("matmul 3 x 1", lambda lib, a, b: a @ b, f(2, 3, 4), f(5)),
    ("matmul 1 x 3", lambda lib, a, b: a @ b, f(5), f(2, 3, 4)),
    ("matmul 2 x 3", lambda lib, a, b: a @ b, f(3, 5), f(2, 3, 4)),
    ("matmul 3 x 3 dtypes", lambda lib, a, b: a @ b, T, f(5, 3, 4, dtype="d")),
    ("mm", lambda lib, a: lib.mm(a, a), A),
    ("mm vector", lambda lib, a, v: lib.mm(a, v), A, V),
    ("mm batch", lambda lib, a, b: lib.mm(a, b), T, B),
    ("mm dtypes", lambda lib, a, b: lib.mm(a, b), A, f(3, 4, dtype="d")),
    ("mm number", lambda lib, a: lib.mm(a, 3), A),
    ("mm of number", lambda lib, a: lib.mm(3, a), A),
    ("bmm 2-d", lambda lib, a: lib.bmm(a, a), A),
    ("bmm 2-d second", lambda lib, a, b: lib.bmm(a, b), T, A),
    ("bmm batches", lambda lib, a, b: lib.bmm(a, b), f(2, 3, 4), f(3, 4, 5)),
    ("bmm sizes", lambda lib, a, b: lib.bmm(a, b), f(2, 3, 4), f(2, 5, 6)),
    ("bmm dtypes", lambda lib, a, b: lib.bmm(a, b), f(2, 3, 4), f(2, 4, 6, dtype="d")),
    ("mv matrix", lambda lib, a: lib.mv(a, a), A),
    ("mv size", lambda lib, a, w: lib.mv(a, w), A, W),
    ("mv dtypes", lambda lib, a, v: lib.mv(a, v), A, f(3, dtype="d")),
    ("dot size", lambda lib, a, b: lib.dot(a, b), V, W),
    ("dot 2-d", lambda lib, a: lib.dot(a, a), A),
    ("dot dtypes", lambda lib, a, b: lib.dot(a, b), V, i(3)),
    ("dot bool", lambda lib, a: lib.dot(a, a), V > 0),
    ("vdot size", lambda lib, a, b: lib.vdot(a, b), V, W),
    ("vdot 2-d", lambda lib, a: lib.vdot(a, a), A),
    ("inner size", lambda lib, a, b: lib.inner(a, b), A, W),
    ("inner dtypes", lambda lib, a, b: lib.inner(a, b), V, i(3)),
    ("outer 2-d", lambda lib, a, b: lib.outer(a, b), A, V),
    ("outer 2-d second", lambda lib, a, b: lib.outer(b, a), A, V),
    ("addmm bias", lambda lib, x, a, b: lib.addmm(x, a, b), V, A, B),
    ("addmm size", lambda lib, x, a: lib.addmm(x, a, a), V, A),
    ("addmm dtypes", lambda lib, x, a, b: lib.addmm(x, a, b), f(4), A, f(3, 4, dtype="d")),
    ("addmm bias dtype", lambda lib, x, a, b: lib.addmm(x, a, b), i(4), A, B),
    ("addmm vector", lambda lib, x, a, v: lib.addmm(x, a, v), W, A, V),
    ("addmm 3-d", lambda lib, x, a, b: lib.addmm(x, a, b), f(1, 2, 4), A, B),
    ("addmv size", lambda lib, x, a, w: lib.addmv(x, a, w), W, A, W),
    ("addmv bias", lambda lib, x, a, v: lib.addmv(x, a, v), V, A, V),
    ("addmv matrix", lambda lib, x, a: lib.addmv(x, a, a), W, A),
    ("addr size", lambda lib, x, w, v: lib.addr(x, w, v), f(2, 2), W, V),
    ("addr beta", lambda lib, x, v: lib.addr(x, v, v, beta=0.5), i(3, 3), i(3)),
    ("addr matrix", lambda lib, x, a, v: lib.addr(x, a, v), f(2, 3), A, V),
    ("addmv dtypes", lambda lib, x, a, v: lib.addmv(x, a, v), f(2, dtype="d"), A, V),
    ("mv bool", lambda lib, a: lib.mv(a, a[0]), SQUARE > 0),
    ("addmm bool", lambda lib, a: lib.addmm(a, a, a), SQUARE > 0),
    ("bmm bool", lambda lib, a: lib.bmm(a[None], a[None]), SQUARE > 0),
    ("addbmm bool", lambda lib, a: lib.addbmm(a, a[None], a[None]), SQUARE > 0),
    ("addbmm 2-d", lambda lib, a: lib.addbmm(a, a, a[None]), f(1, 1)),
    ("baddbmm 2-d", lambda lib, a: lib.baddbmm(a, a, a[None]), f(1, 1)),
    ("addbmm dtypes", lambda lib, x, a: lib.addbmm(x, a, a), f(3, 3, dtype="d"), f(2, 3, 3)),
    ("baddbmm dtypes", lambda lib, x, a: lib.baddbmm(x, a, a), f(3, 3, dtype="d"), f(2, 3, 3)),
    ("linear bool", lambda lib, a: lib.nn.functional.linear(a, a, a[0]), SQUARE > 0),
    ("multi_dot one", lambda lib, a: multi_dot_of(lib)([a]), A),
    ("multi_dot sizes", lambda lib, a: multi_dot_of(lib)([a, a]), A),
    ("inner number", lambda lib, a: lib.inner(a, 3), A),
    ("addbmm sizes", lambda lib, x, a, b: lib.addbmm(x, a, b), f(3, 5), f(2, 3, 4), f(2, 3, 5)),
    ("addbmm batches", lambda lib, x, a, b: lib.addbmm(x, a, b), f(3, 5), f(2, 3, 4), f(3, 4, 5)),
    (
        "baddbmm sizes",
        lambda lib, x, a, b: lib.baddbmm(x, a, b),
        f(2, 3, 5),
        f(2, 3, 4),
        f(2, 3, 5),
    ),
    ("baddbmm bias", lambda lib, x, a, b: lib.baddbmm(x, a, b), f(2, 3, 4), f(2, 3, 4), f(2, 4, 5)),
    ("trace 1-d", lambda lib, x: x.trace(), V),
    ("trace bool", lambda lib, x: x.trace(), SQUARE > 0),
    ("cross size", lambda lib, a: lib.cross(a, a, dim=0), A),
    ("cross nowhere", lambda lib, a: lib.cross(a, a), f(2, 2)),
    ("cross dtypes", lambda lib, a, b: lib.cross(a, b), A, f(2, 3, dtype="d")),
    ("cross rank", lambda lib, a, v: lib.cross(v, a, dim=-1), A, V),
    ("tensordot sizes", lambda lib, a: lib.tensordot(a, a, 1), A),
    ("tensordot lists", lambda lib, a: lib.tensordot(a, a, ([0], [1])), A),
    ("tensordot lengths", lambda lib, a: lib.tensordot(a, a, ([0, 1], [1])), A),
    ("tensordot negative", lambda lib, a: lib.tensordot(a, a, -1), A),
    ("tensordot many", lambda lib, a: lib.tensordot(a, a, 3), A),
    ("tensordot dim", lambda lib, a: lib.tensordot(a, a, ([5], [0])), A),
    ("tensordot twice", lambda lib, a: lib.tensordot(a, a, ([0, 0], [0, 0])), A),
    ("tensordot dtypes", lambda lib, a, b: lib.tensordot(a, b), A, f(2, 3, dtype="d")),
    ("linear sizes", lambda lib, a, w, b: lib.nn.functional.linear(a, w, b), A, f(4, 2), f(4)),
    ("linear sizes without bias", lambda lib, a, w: lib.nn.functional.linear(a, w), A, f(4, 2)),
    ("linear bias", lambda lib, a, w, b: lib.nn.functional.linear(a, w, b), A, f(4, 3), V),
    ("linear vector and bias", lambda lib, a, w, b: lib.nn.functional.linear(a, w, b), A, V, f()),
    (
        "linear 3-d",
        lambda lib, a, w, b: lib.nn.functional.linear(a, w, b),
        f(2, 2, 3),
        f(4, 2),
        f(4),
    ),
    ("linear 1-d", lambda lib, a, w, b: lib.nn.functional.linear(a, w, b), W, f(4, 3), f(4)),
    (
        "linear dtypes",
        lambda lib, a, w, b: lib.nn.functional.linear(a, w, b),
        f(2, 3, dtype="d"),
        f(4, 3),
        f(4),
    ),
    ("linear int", lambda lib, a, w, b: lib.nn.functional.linear(a, w, b), i(2, 3), f(4, 3), f(4)),
    (
        "linear dtypes without bias",
        lambda lib, a, w: lib.nn.functional.linear(a, w),
        f(2, 3, dtype="d"),
        f(4, 3),
    ),
    (
        "linear bias dtype",
        lambda lib, a, w, b: lib.nn.functional.linear(a, w, b),
        A,
        f(4, 3),
        f(4, dtype="d"),
    ),
    ("linear 0-d", lambda lib, a, w, b: lib.nn.functional.linear(a, w, b), f(), f(4, 3), f(4)),
    ("linear 3-d weight", lambda lib, a, w: lib.nn.functional.linear(a, w), A, f(2, 4, 3)),
]


@pytest.mark.parametrize("row", ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(row):
    same_error(row[1], *row[2:])


def test_weight_gradient_needs_no_copy():
    x, w = mt.tensor(f(64, 30)), mt.tensor(f(20, 30)).requires_grad_()
    for out in (mt.nn.functional.linear(x, w, mt.tensor(f(20))), mt.nn.functional.linear(x, w)):
        assert out._array.flags.c_contiguous
        (grad,) = mt.autograd.grad(out, w, mt.tensor(f(64, 20)))
        assert grad._array.base is None
        assert grad._array.flags.c_contiguous


def test_in_place_forms():
    a, b, x = f(2, 3), f(3, 4), f(2, 4)
    same(lambda lib, x, a, b: (x * 1).addmm_(a, b, beta=2), x, a, b)
    same(lambda lib, x, a, v: (x * 1).addmv_(a, v), f(2), a, f(3))
    same(lambda lib, x, v, w: (x * 1).addr_(v, w), f(2, 3), f(2), f(3))
    same(lambda lib, x, a, b: (x * 1).baddbmm_(a, b), f(5, 2, 4), T, f(5, 3, 4))
    same(lambda lib, x, a, b: (x * 1).addbmm_(a, b), f(2, 4), T, f(5, 3, 4))
