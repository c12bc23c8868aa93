"""Products of matrices and vectors against NumPy and against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

import minitorch as mt
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.ops.linear import linear
from minitorch.ops.products import multi_dot

rng = np.random.default_rng(0)


def f(*shape):
    return rng.standard_normal(shape)


def c(*shape):
    return f(*shape) + 1j * f(*shape)


A, B, V, W, T = f(2, 3), f(3, 4), f(3), f(2), f(5, 2, 3)
ROWS = [
    (
        "matmul",
        lambda a, b: a @ b,
        [
            (A, B),
            (A, V),
            (W, A),
            (V, V),
            (T, B),
            (T, V),
            (W, T),
            (A, f(5, 3, 4)),
            (T, f(5, 3, 4)),
            (f(4, 1, 2, 3), f(5, 3, 2)),
            (f(0, 3), f(3, 2)),
            (f(2, 0), f(0, 3)),
            (c(2, 3), c(3, 4)),
            (c(2, 3), c(3)),
            (c(5, 2, 3), c(3, 4)),
            (c(2, 2, 3), c(1, 3, 4)),
        ],
    ),
    ("matmul transposed", lambda a, b: a.mT @ b.mT, [(f(3, 2), f(4, 3)), (f(2, 3, 2), f(2, 4, 3))]),
    ("bmm", lambda a, b: mt.bmm(a, b), [(T, f(5, 3, 4)), (f(0, 2, 3), f(0, 3, 4))]),
    ("vdot", lambda a, b: mt.vdot(a, b), [(V, f(3)), (c(3), c(3))]),
    ("inner", lambda a, b: mt.inner(a, b), [(A, f(4, 3)), (f(), A)]),
    ("outer", lambda a, b: mt.outer(a, b), [(V, W), (f(0), V)]),
    ("kron", lambda a, b: mt.kron(a, b), [(A, f(2, 2)), (V, A)]),
    ("cross", lambda a, b: mt.cross(a, b, dim=1), [(A, f(2, 3)), (c(2, 3), c(2, 3))]),
    ("tensordot", lambda a, b: mt.tensordot(a, b, ([1, 0], [0, 2])), [(f(2, 3, 4), f(3, 5, 2))]),
    ("linear", lambda a, w: linear(a, w), [(A, f(4, 3)), (T, f(4, 3)), (V, f(4, 3))]),
    (
        "linear bias",
        linear,
        [(A, f(4, 3), f(4)), (T, f(4, 3), f(4)), (V, f(4, 3), f(4)), (A, f(4, 3), f(1))],
    ),
    (
        "addmm",
        lambda x, a, b: mt.addmm(x, a, b, beta=2, alpha=3),
        [(f(4), A, B), (c(4), c(2, 3), c(3, 4))],
    ),
    ("addmv", lambda x, a, v: mt.addmv(x, a, v, beta=2, alpha=3), [(W, A, V), (f(), A, V)]),
    ("addr", lambda x, v, w: mt.addr(x, v, w, beta=2, alpha=3), [(f(3), W, V)]),
    ("addbmm", lambda x, a, b: mt.addbmm(x, a, b, beta=2, alpha=3), [(f(2, 4), T, f(5, 3, 4))]),
    ("baddbmm", lambda x, a, b: mt.baddbmm(x, a, b, beta=2, alpha=3), [(f(4), T, f(5, 3, 4))]),
    ("trace", lambda x: x.trace(), [(f(3, 3),), (f(2, 4),), (f(0, 2),)]),
    ("multi_dot", lambda a, b, d: multi_dot([a, b, d]), [(A, B, f(4, 2)), (W, A, V), (W, A, B)]),
    ("einsum diagonal", lambda a, b: mt.einsum("iij,jk->ki", a, b), [(f(2, 2, 3), B)]),
    (
        "einsum batch",
        lambda a, b: mt.einsum("...ij,...jk->...ik", a, b),
        [(T, f(5, 3, 4)), (T, f(1, 3, 4))],
    ),
    (
        "einsum broadcast",
        lambda a, b: mt.einsum("ij,jk->ik", a, b),
        [(f(2, 1), B), (c(2, 3), c(3, 4))],
    ),
    ("einsum three", lambda a, b, d: mt.einsum("i,ij,j->", a, b, d), [(W, A, V)]),
    ("einsum unused", lambda a, b: mt.einsum("ij,kl->i", a, b), [(A, B)]),
    ("einsum one", lambda a: mt.einsum("ijk->ki", a), [(T,)]),
]
CASES = [
    pytest.param(function, values, id=f"{name}-{i}")
    for name, function, rows in ROWS
    for i, values in enumerate(rows)
]


@pytest.mark.parametrize(("function", "values"), CASES)
def test_gradient(function, values):
    tensors = [mt.tensor(value).requires_grad_() for value in values]
    assert gradcheck(function, tensors)


@pytest.mark.parametrize(("function", "values"), CASES)
def test_second_gradient(function, values):
    tensors = [mt.tensor(value).requires_grad_() for value in values]
    assert gradgradcheck(function, tensors)


SMALL = st.integers(0, 4)


@given(st.data())
def test_matmul_is_numpys(data):
    n, k, m = data.draw(SMALL), data.draw(SMALL), data.draw(SMALL)
    batch = data.draw(
        hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, min_side=0, max_side=3)
    )
    a, b = (
        f(*shape, *last) for shape, last in zip(batch.input_shapes, ((n, k), (k, m)), strict=True)
    )
    if a.ndim == 2 and data.draw(st.booleans()):
        a = a[0] if n else a
    if b.ndim == 2 and data.draw(st.booleans()):
        b = b[:, 0] if m else b
    found = mt.matmul(mt.tensor(a), mt.tensor(b))
    assert found.shape == (a @ b).shape
    np.testing.assert_allclose(found.numpy(), a @ b, rtol=1e-12, atol=1e-12)


@given(st.data())
def test_einsum_is_numpys(data):
    sizes = {letter: data.draw(st.integers(0, 3)) for letter in "abcd"}
    letters = st.text("abcd", max_size=3)
    terms = data.draw(st.lists(letters, min_size=1, max_size=3))
    used = sorted(set("".join(terms)))
    output = "".join(data.draw(st.permutations(used)))[: data.draw(st.integers(0, len(used)))]
    equation = ",".join(terms) + "->" + output
    arrays = [f(*[sizes[letter] for letter in term]) for term in terms]
    found = mt.einsum(equation, *[mt.tensor(array) for array in arrays])
    expected = np.einsum(equation, *arrays)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-12)


@given(st.integers(0, 2), st.data())
def test_tensordot_is_numpys(count, data):
    shared = [data.draw(st.integers(1, 3)) for _ in range(count)]
    a, b = f(2, *shared), f(*shared, 3)
    found = mt.tensordot(mt.tensor(a), mt.tensor(b), count)
    np.testing.assert_allclose(found.numpy(), np.tensordot(a, b, count), rtol=1e-12)


def test_kron_cross_and_trace_are_numpys():
    for a, b in ((A, B), (V, A), (f(2, 1, 3), A)):
        np.testing.assert_allclose(mt.kron(mt.tensor(a), mt.tensor(b)).numpy(), np.kron(a, b))
    np.testing.assert_allclose(
        mt.linalg.cross(mt.tensor(A), mt.tensor(A + 1)).numpy(), np.cross(A, A + 1)
    )
    assert mt.tensor(A).trace().item() == np.trace(A)


def test_multi_dot_takes_the_cheapest_order():
    shapes = [(30, 1), (1, 40), (40, 10), (10, 25)]
    arrays = [f(*shape) for shape in shapes]
    tensors = [mt.tensor(array).requires_grad_() for array in arrays]
    found = multi_dot(tensors)
    np.testing.assert_allclose(found.detach().numpy(), np.linalg.multi_dot(arrays), rtol=1e-12)
    first_factor = found.grad_fn.next_functions[0][0]
    assert first_factor.variable is tensors[0]  # (30, 1) times the rest, which is 1 x 25


def test_half_precision_is_rounded_once():
    a, b = f(20, 300).astype("e"), f(300, 20).astype("e")
    exact = a.astype("d") @ b.astype("d")
    found = (mt.tensor(a) @ mt.tensor(b)).numpy()
    assert found.dtype == np.float16
    np.testing.assert_allclose(found, exact, rtol=1e-3, atol=2e-2)


def test_a_matrix_without_need_of_gradient_is_not_kept():
    a, b = mt.tensor(A), mt.tensor(B).requires_grad_()
    out = a @ b
    b.detach().add_(1)  # backward wants only a
    out.sum().backward()
    np.testing.assert_allclose(b.grad.numpy(), A.T @ np.ones((2, 4)))
