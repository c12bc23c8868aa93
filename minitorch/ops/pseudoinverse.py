"""Where there is no inverse, or no exact solution: pseudoinverse, least squares, rank."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes, return_types
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap as constant
from . import lapack
from .matmul import matmul
from .spectra import eigvalsh, svdvals


def tolerance(xp: Any, values: Any, atol: Any, rtol: Any, size: int) -> Any:
    """Below which of ``values`` counts as zero: ``max(atol, rtol * largest)``, as a column.

    Unless given, ``rtol`` is the precision times ``size``, or 0 if there is an ``atol``.
    """
    if rtol is None:
        default = float(np.finfo(values.dtype).eps) * size
        rtol = default if atol is None else xp.where(xp.asarray(atol) > 0, 0.0, default)
    atol = 0.0 if atol is None else atol
    atol, rtol = xp.asarray(atol)[..., None], xp.asarray(rtol)[..., None]
    if not values.shape[-1]:
        return atol
    return xp.maximum(atol, rtol * values.max(axis=-1, keepdims=True))


class LinalgPinv(Operation):
    """The pseudoinverse P, from singular values of which the small ones count as zero.

    Its derivative is ``dP = -P dA P + P P* dA* (I - A P) + (I - P A) dA* P* P``.
    """

    def forward(self, xp: Any, input: Any, atol: Any, rtol: Any, hermitian: Any) -> Any:
        size = max(input.shape[-2:])
        if hermitian:
            values, u = xp.linalg.eigh(input)
            vh, magnitudes = lapack.transposed(u), xp.absolute(values)
        else:
            u, values, vh = lapack.singular(xp, input, full_matrices=False)
            magnitudes = values
        kept = magnitudes > tolerance(xp, magnitudes, atol, rtol, size)
        inverses = xp.where(kept, 1 / xp.where(kept, values, 1), 0).astype(values.dtype)
        return lapack.transposed(vh) * inverses[..., None, :] @ lapack.transposed(u)

    def grad_input(self, grad: Any, input: Any, out: Any) -> Any:
        return grad_pinv(grad, input, out)


def grad_pinv(grad: Any, A: Any, P: Any) -> Any:
    """The gradient of the pseudoinverse P of A."""
    adjoint, back = P.mH, grad.mH
    result = -matmul(adjoint, matmul(grad, adjoint))
    outside = matmul(matmul(back, P), adjoint)
    result = result + outside - matmul(A, matmul(P, outside))
    outside = matmul(adjoint, matmul(P, back))
    return result + outside - matmul(matmul(outside, P), A)


def array_of(value: Any) -> Any:
    """A tolerance, a number or a tensor, for an operation that takes it as a plain value."""
    return value._array if isinstance(value, TensorBase) else value


def pinv(
    input: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Any:
    """The pseudoinverse (Moore-Penrose inverse) of a matrix ``(..., m, n)``: ``(..., n, m)``.

    Singular values up to ``max(atol, rtol * largest)`` count as zero; ``rtol`` is the precision
    times the larger of m and n unless given. ``rcond`` is its older name. ``hermitian``: from
    eigenvalues, and only the lower triangle is looked at.

    >>> import minitorch as mt
    >>> mt.linalg.pinv(mt.tensor([[2.0], [0.0]]))
    tensor([[0.5000, 0.0000]])
    """
    array = input._array
    if array.ndim < 2 or array.dtype.char not in "fdFD":
        raise RuntimeError(
            f"linalg.pinv({lapack.kind_of(array)}{{{list(array.shape)}}}): expected a tensor with "
            "2 or more dimensions of float, double, cfloat or cdouble types"
        )
    if hermitian:
        lapack.check_square("linalg.eigh", array)
    rtol = rcond if rtol is None else rtol
    return LinalgPinv.apply(input, array_of(atol), array_of(rtol), hermitian)


def pinverse(input: Any, rcond: float = 1e-15) -> Any:
    """The older form of `linalg.pinv`.

    >>> import minitorch as mt
    >>> mt.pinverse(mt.tensor([[2.0, 0.0], [0.0, 0.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.0000]])
    """
    return pinv(input, rcond)


def matrix_rank(
    input: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Any:
    """How many singular values of a matrix are above ``max(atol, rtol * largest)``; see `pinv`.

    ``tol`` is an older name of ``atol``.

    Shapes: (..., m, n) to (...).

    >>> import minitorch as mt
    >>> mt.linalg.matrix_rank(mt.ones(3, 3))
    tensor(1)
    """
    array = input._array
    if array.ndim < 2:
        raise RuntimeError(
            "torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions."
        )
    if array.dtype.char not in "fdFD":
        raise RuntimeError("This function doesn't handle types other than float and double")
    if tol is not None:
        atol, rtol = tol, 0.0
    if not array.size:
        return input.new_zeros(array.shape[:-2], dtype=dtypes.int64)
    input = input.detach()
    values = eigvalsh(input).abs() if hermitian else svdvals(input)
    return Rank.apply(values, array_of(atol), array_of(rtol), max(array.shape[-2:]))


class Rank(Operation):
    """How many of the singular values count as not zero."""

    def forward(self, xp: Any, values: Any, atol: Any, rtol: Any, size: Any) -> Any:
        return (values > tolerance(xp, values, atol, rtol, size)).sum(axis=-1)


# Least squares ------------------------------------------------------------------------------------

DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


class LinalgLstsq(Operation):
    """The X that makes ``A X - B`` smallest, A's rank and singular values.

    X is ``P B`` with P the pseudoinverse of A, which gives the derivatives.
    """

    materialize = False

    def forward(self, xp: Any, input: Any, b: Any, rcond: Any, driver: Any) -> Any:
        def solved(a: Any, b: Any) -> Any:
            if not a.size or not b.size:
                x = xp.zeros((a.shape[1], b.shape[1]), a.dtype)
                return x, xp.zeros((), "int64"), xp.zeros(min(a.shape), a.real.dtype)
            if xp is np:
                name = "gelsy" if driver == "gelsy" else "gelsd" if driver == "gels" else driver
                x, _, rank, values = lapack.library(xp).lstsq(
                    a, b, rcond, lapack_driver=name, check_finite=False
                )
            else:
                x, _, rank, values = xp.linalg.lstsq(a, b, rcond)
            values = xp.zeros(0, a.real.dtype) if values is None else values
            return x, xp.asarray(rank, "int64"), values

        return lapack.each(xp, solved, *lapack.broadcast(xp, input, b))

    def backward(self, grad: Any, input: Any, b: Any) -> Any:
        P = pinv(input)
        of_b = matmul(P.mH, grad[0])
        if not self.needs_input_grad[0]:
            return None, of_b
        return grad_pinv(matmul(grad[0], b.mH), input, P), of_b


def lstsq(input: Any, b: Any, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """The X that makes ``‖A X - B‖`` smallest, with A of shape ``(..., m, n)``, B ``(..., m, k)``.

    Results: the ``solution`` X; the squared ``residuals`` if m > n and the rank is n (not of the
    driver gelsy); the ``rank`` (not of gels); the ``singular_values`` (of gelsd and gelss). Those
    left out are empty. ``driver`` is LAPACK's function, ``"gelsy"`` unless given. ``rcond``:
    singular values that are smaller in relation to the largest count as zero.

    >>> import minitorch as mt
    >>> A = mt.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> mt.linalg.lstsq(A, mt.tensor([[1.0], [3.0], [5.0]])).solution.round()
    tensor([[1.],
            [2.]])
    """
    name = "torch.linalg.lstsq"
    a, rhs = input._array, b._array
    if a.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if rhs.ndim < 1:
        raise RuntimeError(f"{name}: other must have at least 1 dimension.")
    if a.dtype != rhs.dtype:
        raise RuntimeError(
            f"{name}: Expected input and other to have the same dtype, but got input's dtype "
            f"{lapack.kind_of(a)} and other's dtype {lapack.kind_of(rhs)}"
        )
    is_vector = rhs.ndim == a.ndim - 1 and rhs.shape == a.shape[:-1]
    place = -1 if rhs.ndim < a.ndim else -2
    if rhs.ndim < a.ndim - 1 or a.shape[-2] != rhs.shape[place]:
        raise RuntimeError(f"{name}: input.size(-2) should match other.size({place})")
    if a.dtype.char not in "fdFD":
        raise RuntimeError("This function doesn't handle types other than float and double")
    if driver is not None and driver not in DRIVERS:
        raise RuntimeError(
            f"{name}: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
        )
    driver = driver or "gelsy"
    m, n = a.shape[-2:]
    rcond = float(np.finfo(a.dtype).eps) * max(m, n) if rcond is None else rcond
    B = b.unsqueeze(-1) if is_vector else b
    X, rank, values = LinalgLstsq.apply(input, B, rcond, driver)
    residuals = input.new_empty(0, dtype=dtypes.of(a.real))
    if m > n and driver != "gelsy" and (rank == n).all():
        difference = matmul(input, X) - B
        residuals = (difference * difference.conj()).real.sum(-2)
    empty = constant(input, np.zeros(0, a.real.dtype))
    return return_types.linalg_lstsq(
        (
            X.squeeze(-1) if is_vector else X,
            residuals,
            rank.new_empty(0) if driver == "gels" else rank,
            values.detach() if driver in ("gelsd", "gelss") else empty,
        )
    )
