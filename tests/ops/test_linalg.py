"""What decompositions, solutions and inverses are, by their definitions; what has none."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg

import minitorch as mt

L = mt.linalg
rng = np.random.default_rng(0)


def real(*shape):
    return rng.standard_normal(shape)


def cplx(*shape):
    return real(*shape) + 1j * real(*shape)


def same(found, expected, tolerance=1e-9):
    np.testing.assert_allclose(found, expected, tolerance, tolerance)


def unit(A):
    return np.broadcast_to(np.eye(A.shape[-1]), A.shape)


SQUARE = [real(3, 3), cplx(3, 3), real(2, 4, 3, 3), real(0, 0), real(0, 2, 2)]
ANY = [*SQUARE, real(4, 2), cplx(2, 3), real(2, 2, 3), real(3, 0), real(0, 3)]
squares = pytest.mark.parametrize("A", [mt.tensor(A) for A in SQUARE], ids=lambda A: A.shape)
matrices = pytest.mark.parametrize("A", [mt.tensor(A) for A in ANY], ids=lambda A: A.shape)


@matrices
def test_factors_give_the_matrix_back(A):
    for mode in ("reduced", "complete"):
        Q, R = L.qr(A, mode)
        same(Q @ R, A)
        same(Q.mH @ Q, unit(Q.mH @ Q))
        same(R, R.triu())
    P, lower, U = L.lu(A)
    same(P @ lower @ U, A)
    same(lower.tril(-1) + lower.triu(), lower)
    for full in (False, True):
        U, S, Vh = L.svd(A, full)
        k = S.shape[-1]
        same((U[..., :k] * S[..., None, :].to(U.dtype)) @ Vh[..., :k, :], A)
        same(U.mH @ U, unit(U.mH @ U))
    same(L.svdvals(A), S)
    if A.shape[-2] >= A.shape[-1] > 0:
        same(L.householder_product(*mt.geqrf(A)) @ L.qr(A).R, A)


@squares
def test_eigenvectors(A):
    values, V = L.eig(A)
    same(A.to(V.dtype) @ V, V * values[..., None, :])
    same(mt.sort(L.eigvals(A).abs()).values, mt.sort(values.abs()).values)
    H = A + A.mH
    values, V = L.eigh(H)
    same(H @ V, V * values[..., None, :].to(V.dtype))
    same(L.eigvalsh(H, "U"), values)


@squares
def test_cholesky(A):
    H = A @ A.mH + A.new_tensor(np.eye(A.shape[-1]))
    lower = L.cholesky(H)
    same(lower @ lower.mH, H)
    same(L.cholesky(H, upper=True), lower.mH)
    same(mt.cholesky_inverse(lower) @ H, unit(H))
    same(H @ mt.cholesky_solve(A, lower), A)


@squares
def test_solutions(A):
    same(A @ L.inv(A), unit(A))
    B = mt.tensor(np.asarray(real(A.shape[-1], 2), A.numpy().dtype))
    same(A @ L.solve(A, B), (A @ A.inverse()) @ B)
    same(L.solve(A, B.mT, left=False) @ A, (B.mT @ A.inverse()) @ A)
    LU, pivots = L.lu_factor(A)
    same(A @ L.lu_solve(LU, pivots, A), A)
    same(A.mH @ L.lu_solve(LU, pivots, A, adjoint=True), A)
    H = (A + A.mH) / 2
    for hermitian in (True,) if A.is_complex() else (True, False):
        factors = L.ldl_factor(H, hermitian=hermitian)
        same(H @ L.ldl_solve(*factors, A, hermitian=hermitian), A)
    same(L.det(A), np.linalg.det(A.numpy()))
    same(mt.logdet(A @ A.mH).real, L.slogdet(A).logabsdet * 2)
    same(L.matrix_exp(A), scipy.linalg.expm(A.numpy()))


@matrices
def test_pseudoinverse_and_least_squares(A):
    P = L.pinv(A)
    same(A @ P @ A, A)
    same(P @ A @ P, P)
    same((A @ P).mH, A @ P)
    B = A.new_tensor(real(A.shape[-2], 5)).expand(*A.shape[:-1], 5)
    for driver in (None, "gels", "gelsd", "gelss"):
        same(L.lstsq(A, B, driver=driver).solution, P @ B)
    assert (L.matrix_rank(A) == min(A.shape[-2:])).all()


def test_rank_of_few_values():
    A = mt.tensor(np.diag([1.0, 1e-3, 0.0]))
    assert L.matrix_rank(A).item() == 2
    assert L.matrix_rank(A, atol=0.01).item() == L.matrix_rank(A, 0.01).item() == 1
    assert L.matrix_rank(A, rtol=0.01, hermitian=True).item() == 1
    same(L.pinv(A, rtol=0.01), np.diag([1.0, 0, 0]))
    same(L.pinv(A, 0.01, hermitian=True), np.diag([1.0, 0, 0]))


@pytest.mark.parametrize("order", ["fro", "nuc", 2, -2, 1, -1, math.inf, -math.inf])
def test_norms_and_condition(order):
    A = real(3, 3)
    same(L.matrix_norm(mt.tensor(A), order), np.linalg.norm(A, order))
    same(L.norm(mt.tensor(A), order), np.linalg.norm(A, order))
    same(L.cond(mt.tensor(A), order), np.linalg.cond(A, order))
    assert L.cond(mt.zeros(2, 2), 1).item() == math.inf


SINGULAR = mt.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
NOT_A_NUMBER = SINGULAR * math.nan


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda: L.inv(SINGULAR), r"linalg.inv: \(Batch element 1\): The diagonal element 1 is"),
        (lambda: L.inv(SINGULAR[1]), r"linalg.inv: The diagonal element 1 is zero"),
        (lambda: L.inv_ex(SINGULAR, check_errors=True), "linalg.inv_ex: .Batch element 1.: The d"),
        (lambda: L.solve(SINGULAR, SINGULAR), r"torch.linalg.solve: \(Batch element 1\): The sol"),
        (lambda: L.solve_ex(SINGULAR, SINGULAR, check_errors=True), "torch.linalg.solve_ex: "),
        (lambda: L.cholesky(SINGULAR), "linalg.cholesky: .Batch element 1.: .* minor of order 1"),
        (lambda: L.cholesky(NOT_A_NUMBER), "Batch element 0.: .* minor of order 1"),
        (lambda: L.cholesky_ex(-SINGULAR, check_errors=True), "linalg.cholesky_ex: "),
        (lambda: L.svd(NOT_A_NUMBER), "linalg.svd: .Batch element 0.: .* non-finite values"),
        (lambda: L.svdvals(NOT_A_NUMBER[0]), "linalg.svd: The .* non-finite values"),
    ],
)
def test_linalg_error(function, sentence):
    with pytest.raises(L.LinAlgError, match=sentence):
        function()


def test_libraries_that_disagree_about_a_matrix_say_nothing_of_their_own():
    """Of equal rows NumPy and SciPy may find that one is singular, where the other does not."""
    numbers = np.random.default_rng(0).standard_normal((100, 1, 4)).view("complex128")
    for row in numbers.astype("complex64"):
        twice = mt.tensor(np.repeat(row, 2, 0))
        for function in (L.inv, L.slogdet, lambda A: L.solve(A, A)):
            try:
                function(twice)
            except L.LinAlgError as error:
                assert "singular" in str(error) and str(error) != "Singular matrix"


def test_those_that_fail_are_nan_and_the_others_right():
    for function in (L.inv_ex, L.cholesky_ex, lambda A: L.solve_ex(A, A)):
        result, info = function(SINGULAR)
        assert info.tolist() == [0, 1]
        same(result[0], np.eye(2))
        assert result[1].isnan().all()
    assert L.lu_factor_ex(SINGULAR).info.tolist() == [0, 1]
    with pytest.raises(RuntimeError, match=r"\(Batch element 1\): U\[1,1\] is zero"):
        L.lu_factor(SINGULAR)


def test_what_depends_on_the_phase_has_no_derivative():
    A = mt.tensor(cplx(2, 2), requires_grad=True)
    for value in (L.eigh(A)[1].real, L.eig(A)[1].imag, L.svd(A)[0].real):
        with pytest.raises(RuntimeError, match="specified up to multiplication by e"):
            value.sum().backward()


def test_derivatives_that_are_not_there():
    A = mt.tensor(real(3, 2), requires_grad=True)
    square = A @ A.mT
    for value, error, sentence in [
        (L.qr(A, "complete").R, RuntimeError, "nrows > ncols"),
        (L.qr(A, "r").R, RuntimeError, "mode='r'"),
        (mt.geqrf(A).a, NotImplementedError, "geqrf"),
        (L.ldl_factor(square).LD, RuntimeError, "ldl_factor_ex is not implemented"),
        (
            L.ldl_solve(*L.ldl_factor(square.detach() + mt.eye(3)), A),
            RuntimeError,
            "ldl_solve is not implemented",
        ),
    ]:
        with pytest.raises(error, match=sentence):
            value.sum().backward()


@pytest.mark.parametrize(
    ("function", "newer"),
    [
        (lambda A: mt.cholesky(A), "torch.linalg.cholesky"),
        (lambda A: mt.qr(A), "torch.linalg.qr"),
        (lambda A: A.lu(), "torch.linalg.lu_factor"),
        (lambda A: mt.lu_solve(A, *L.lu_factor(A)), "torch.linalg.lu_solve"),
        (lambda A: A.triangular_solve(A), "torch.linalg.solve_triangular"),
    ],
)
def test_older_functions_say_what_is_newer(function, newer):
    with pytest.warns(UserWarning, match=newer) as caught:
        function(mt.eye(2))
    assert caught[0].filename == __file__


def test_pivots_that_are_none():
    with pytest.raises(RuntimeError, match=r"smaller or equal to LU.size\(-2\)"):
        L.lu_solve(mt.eye(2), mt.tensor([1, 3], dtype=mt.int32), mt.eye(2))
    with pytest.raises(RuntimeError, match="between 1 and LU"):
        mt.lu_unpack(mt.eye(2), mt.tensor([0, 1], dtype=mt.int32))
    for pivots in ([0, 1], [1, 3], [1, -1], [-1, -2], [-3, -3]):
        with pytest.raises(RuntimeError, match="not those of ldl_factor"):
            L.ldl_solve(mt.eye(2), mt.tensor(pivots, dtype=mt.int32), mt.eye(2))


def test_low_rank():
    A = mt.tensor(real(30, 3) @ real(3, 8))
    U, S, V = mt.svd_lowrank(A, 3)
    same((U * S) @ V.mT, A)
    same(mt.svd_lowrank(A.mT, 3)[1], S)
    U, S, V = mt.pca_lowrank(A)
    same((U * S) @ V.mT, A - A.mean(0))
    same(mt.svd_lowrank(A, 3, M=A.mean(0, keepdim=True))[1], S[:3])
