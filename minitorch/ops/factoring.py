"""Matrices as products of simpler ones: Cholesky, QR. LU is in lu.py, LDL in reflections.py."""

from __future__ import annotations

import functools
from typing import Any

from .. import return_types
from ..autograd.operation import Operation
from ..user_warnings import warn
from . import lapack
from .arrays import column_major
from .joining import cat
from .matmul import matmul
from .operands import not_implemented
from .solving import solved

NOT_POSITIVE = (
    "The factorization could not be completed because the input is not positive-definite (the "
    "leading minor of order {} is not positive-definite)."
)


# Cholesky -----------------------------------------------------------------------------------------


class LinalgCholeskyEx(Operation):
    """The lower triangular L with ``A = L L*``, and where ``A`` is not positive-definite.

    The gradient is ``L*⁻¹ P L⁻¹ / 2`` with P the lower triangle of ``L* grad``, mirrored.
    """

    materialize = False

    def forward(self, xp: Any, input: Any, upper: Any) -> Any:
        a = lapack.transposed(input) if upper else input
        cholesky = functools.partial(lapack.cholesky, xp)
        factor, info = lapack.attempt(xp, cholesky, lapack.minor_not_positive, a)
        return lapack.transposed(factor) if upper else column_major(xp, factor), info

    def grad_input(self, grad: Any, upper: Any, out: Any) -> Any:
        of_factor, factor = grad[0], out[0]
        if upper:
            of_factor, factor = of_factor.mH, factor.mH
        inner = matmul(factor.mH, of_factor).tril()
        inner = (inner + inner.tril(-1).mH) / 2
        return solved(factor, solved(factor.mH, inner, True), False, left=False)


class Cholesky(LinalgCholeskyEx):
    """As `LinalgCholeskyEx`."""


def cholesky(input: Any, *, upper: bool = False) -> Any:
    """The Cholesky factor L of a positive-definite matrix: ``A = L L*``, L lower triangular.

    Only the lower triangle of ``input`` is looked at; with ``upper``, only the upper one, and the
    result is U with ``A = U* U``. A `LinAlgError` says which matrix is not positive-definite.

    Shapes: (..., n, n) to (..., n, n).

    >>> import minitorch as mt
    >>> mt.linalg.cholesky(mt.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    lapack.check("linalg.cholesky", input, kernel="cholesky_cpu")
    factor, info = LinalgCholeskyEx.apply(input, upper)
    lapack.refuse("linalg.cholesky", info, NOT_POSITIVE)
    return factor


def cholesky_ex(input: Any, *, upper: bool = False, check_errors: bool = False) -> Any:
    """As `cholesky`, and ``info``: 0, or the order of the leading minor that is not positive.

    Without ``check_errors`` such matrices are no error; their factors are NaN.

    Shapes: (..., n, n) to (..., n, n) and (...).

    >>> import minitorch as mt
    >>> mt.linalg.cholesky_ex(mt.tensor([[1.0, 2.0], [2.0, 1.0]])).info
    tensor(2, dtype=torch.int32)
    """
    lapack.check("linalg.cholesky", input, kernel="cholesky_cpu")
    factor, info = LinalgCholeskyEx.apply(input, upper)
    if check_errors:
        lapack.refuse("linalg.cholesky_ex", info, NOT_POSITIVE)
    return return_types.linalg_cholesky_ex((factor, info))


def plain_cholesky(input: Any, upper: bool = False) -> Any:
    """The old name of `linalg.cholesky`.

    >>> import minitorch as mt
    >>> mt.cholesky(mt.tensor([[4.0, 2.0], [2.0, 5.0]]))
    tensor([[2., 0.],
            [1., 2.]])
    """
    warn(
        "torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a "
        "future PyTorch release.\nL = torch.cholesky(A)\nshould be replaced with\n"
        "L = torch.linalg.cholesky(A)\nand\nU = torch.cholesky(A, upper=True)\n"
        "should be replaced with\nU = torch.linalg.cholesky(A).mH\n"
        "This transform will produce equivalent results for all valid (symmetric positive "
        "definite) inputs."
    )
    array = input._array
    if array.dtype.kind not in "fc" and array.ndim > 1 and array.size:
        raise not_implemented("cholesky_cpu", array)
    lapack.check("cholesky", input, kernel="cholesky_cpu")
    factor, info = Cholesky.apply(input, upper)
    lapack.refuse("cholesky", info, NOT_POSITIVE)
    return factor


# QR -----------------------------------------------------------------------------------------------


class LinalgQr(Operation):
    """``A = Q R`` with Q orthonormal and R upper triangular; ``mode`` as NumPy's.

    For square R the gradient is ``(grad_Q + Q sym(triu(grad_R R* - Q* grad_Q))) R*⁻¹``, where sym
    mirrors a triangle, conjugated, to the other side.
    """

    materialize = False

    def forward(self, xp: Any, A: Any, mode: Any) -> Any:
        if mode == "r":
            return xp.empty(0, A.dtype), column_major(xp, xp.linalg.qr(A, mode="r"))
        return tuple([column_major(xp, x) for x in xp.linalg.qr(A, mode=mode)])

    def grad_A(self, grad: Any, A: Any, mode: Any, out: Any) -> Any:
        of_q, of_r = grad
        Q, R = out
        m, n = A._array.shape[-2:]
        if mode == "r":
            raise RuntimeError(
                "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. "
                "Please use linalg.qr(A, mode='reduced') if you are going to differentiate through "
                "linalg.qr."
            )
        if mode == "complete" and m > n:
            raise RuntimeError(
                "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
            )
        if m >= n:
            return grad_qr(of_q, of_r, Q, R)
        # A = (A1 A2), R = (R1 R2) with A1 = Q R1 and R2 = Q* A2
        if of_r is None:
            of_r = R.new_zeros(R._array.shape)
        towards_q = matmul(A[..., m:], of_r[..., m:].mH)
        towards_q = towards_q if of_q is None else towards_q + of_q
        first = grad_qr(towards_q, of_r[..., :m], Q, R[..., :m])
        return cat([first, matmul(Q, of_r[..., m:])], -1)


def grad_qr(of_q: Any, of_r: Any, Q: Any, R: Any) -> Any:
    """The gradient of ``A = Q R`` with a square R."""
    inner: Any = 0 if of_r is None else matmul(of_r, R.mH)
    inner = inner if of_q is None else inner - matmul(Q.mH, of_q)
    upper = inner.triu()
    mirrored = upper + upper.mH - upper.diagonal(0, -2, -1).real.diag_embed()
    result = matmul(Q, mirrored)
    return solved(R.mH, result if of_q is None else result + of_q, False, left=False)


def check_qr(A: Any, mode: str) -> None:
    """The checks of `qr`."""
    lapack.check("linalg.qr", A, square=False, kernel="geqrf_cpu")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), "
            "'r', or 'complete'"
        )


def qr(A: Any, mode: str = "reduced") -> Any:
    """``A = Q R``: the columns of Q are orthonormal, R is upper triangular.

    With ``A`` of shape ``(..., m, n)`` and k the smaller of the two, Q is ``(..., m, k)`` and R
    ``(..., k, n)``. ``mode="complete"``: Q is square; ``mode="r"``: Q is left out, and empty.

    >>> import minitorch as mt
    >>> mt.linalg.qr(mt.tensor([[0.0, 2.0], [3.0, 0.0]])).R.abs()
    tensor([[3., 0.],
            [0., 2.]])
    """
    check_qr(A, mode)
    return return_types.linalg_qr(LinalgQr.apply(A, mode))


def plain_qr(input: Any, some: bool = True) -> Any:
    """The old form of `linalg.qr`; ``some=False`` is ``mode="complete"``.

    >>> import minitorch as mt
    >>> q, r = mt.qr(mt.tensor([[3.0, 1.0], [4.0, 2.0]]))
    >>> r.abs()
    tensor([[5.0000, 2.2000],
            [0.0000, 0.4000]])
    """
    warn(
        "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future "
        "PyTorch release.\nThe boolean parameter 'some' has been replaced with a string parameter "
        "'mode'.\nQ, R = torch.qr(A, some)\nshould be replaced with\n"
        "Q, R = torch.linalg.qr(A, 'reduced' if some else 'complete')"
    )
    mode = "reduced" if some else "complete"
    check_qr(input, mode)
    return return_types.qr(LinalgQr.apply(input, mode))
