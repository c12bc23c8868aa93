"""Determinants, and their logarithms."""

from __future__ import annotations

import math
from typing import Any

from .. import return_types
from ..autograd.operation import Operation
from . import lapack
from .complexes import conj
from .masking import masked
from .matmul import matmul
from .reduction import product_of_others
from .solving import inverse
from .spectra import svd


class LinalgDet(Operation):
    """The determinant; its derivative is the matrix of cofactors, ``det A · A⁻¹`` transposed."""

    def forward(self, xp: Any, A: Any) -> Any:
        return xp.linalg.det(A)

    def grad_A(self, grad: Any, A: Any, out: Any) -> Any:
        singular = out == 0
        factor = (grad * conj(out))[..., None, None]
        if not singular.any():
            return factor * inverse(A).mH
        # Without an inverse, from the singular values: each gets the product of the others.
        n = A._array.shape[-1]
        flat, factor, singular = A.reshape(-1, n, n), factor.reshape(-1, 1, 1), singular.reshape(-1)
        found = factor * inverse(with_identity(flat, singular)).mH
        U, S, Vh = svd(flat[singular], full_matrices=False)
        scale = grad.reshape(-1)[singular] * conj(det(U) * det(Vh))
        cofactors = matmul(U * (scale[:, None] * product_of_others(S, 1))[:, None, :], Vh)
        return found.index_put((singular,), cofactors).reshape(A._array.shape)


def with_identity(A: Any, mask: Any) -> Any:
    """A batch of matrices with identity matrices where the mask is True."""
    mask = mask[:, None, None]
    return masked(A, ~mask) + masked(A.new_ones(A._array.shape[-1]).diag(), mask)


class LinalgSlogdet(Operation):
    """The sign of the determinant and the logarithm of its absolute value."""

    def forward(self, xp: Any, A: Any) -> Any:
        sign, logarithm = xp.linalg.slogdet(A)
        if A.dtype.kind == "f":  # the sign of NaN is 0, as of each number on U's diagonal
            sign = xp.where(xp.isnan(logarithm), 0, sign)
        return xp.asarray(sign, A.dtype), xp.asarray(logarithm)

    def grad_A(self, grad: Any, A: Any, out: Any) -> Any:
        sign, of_logarithm = grad
        factor = of_logarithm
        if A._array.dtype.kind == "c":  # a sign of unit length turns with the angle of det
            factor = of_logarithm - (conj(sign) * out[0]).imag * 1j
        return factor[..., None, None] * inverse(A).mH


def det(A: Any) -> Any:
    """The determinant of a matrix ``(..., n, n)``.

    >>> import minitorch as mt
    >>> mt.linalg.det(mt.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor(-2.)
    """
    lapack.check("linalg.det", A, kernel="lu_cpu")
    return LinalgDet.apply(A)


def slogdet(A: Any) -> Any:
    """The sign (of complex matrices: the direction) of the determinant, and ``ln |det A|``.

    It does not overflow where the determinant does. Of a singular matrix it is 0 and -∞.

    Shapes: (..., n, n) to two of (...).

    >>> import minitorch as mt
    >>> mt.linalg.slogdet(mt.tensor([[1.0, 2.0], [3.0, 4.0]]))
    torch.return_types.linalg_slogdet(
    sign=tensor(-1.),
    logabsdet=tensor(0.6931))
    """
    lapack.check("linalg.slogdet", A)
    return return_types.linalg_slogdet(LinalgSlogdet.apply(A))


def plain_det(input: Any) -> Any:
    """The determinant of a matrix: `linalg.det`.

    >>> mt.det(mt.tensor([[1.0, 2.0], [3.0, 4.0]])).round(decimals=4)
    tensor(-2.)
    """
    return det(input)


def plain_slogdet(input: Any) -> Any:
    """The sign of the determinant and ``ln |det|``: `linalg.slogdet`.

    >>> import minitorch as mt
    >>> sign, logabsdet = mt.slogdet(mt.tensor([[0.0, 2.0], [3.0, 0.0]]))
    >>> sign, logabsdet  # minus the exponential of it
    (tensor(-1.), tensor(1.7918))
    """
    return return_types.slogdet(slogdet(input))


def logdet(input: Any) -> Any:
    """``ln det``: NaN where the determinant is negative, -∞ where it is 0.

    >>> import minitorch as mt
    >>> mt.logdet(mt.eye(2) * 3)
    tensor(2.1972)
    """
    array = lapack.check("logdet", input, kernel="lu_cpu")
    sign, logarithm = LinalgSlogdet.apply(input)
    if array.dtype.kind == "c":
        return sign.log() + logarithm
    return logarithm.masked_fill(sign == -1, math.nan)
