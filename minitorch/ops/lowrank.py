"""The largest singular values of a large matrix, by random projections.

Halko, Martinsson, Tropp: Finding structure with randomness (2011), https://arxiv.org/abs/0909.4061
"""

from __future__ import annotations

from typing import Any

from .factoring import qr
from .matmul import matmul
from .spectra import svd


def svd_lowrank(A: Any, q: int = 6, niter: int = 2, M: Any = None) -> tuple[Any, Any, Any]:
    """The ``q`` largest singular values of ``A``, or of ``A - M``, and their vectors: (U, S, V).

    A random projection finds a space of ``q`` dimensions that holds most of A; ``niter`` products
    with A and its transpose make it better. The decomposition is that of A within the space.

    Shapes: A (..., m, n) to U (..., m, q), S (..., q), V (..., n, q).

    >>> import minitorch as mt
    >>> A = mt.ones(4, 3) @ mt.diag(mt.tensor([1.0, 2.0, 3.0]))
    >>> mt.svd_lowrank(A, q=1)[1]
    tensor([7.4833])
    """
    if M is not None:
        A = A - M.broadcast_to(A.shape)
    m, n = A.shape[-2:]
    tall = A.mH if m < n else A
    basis = qr(matmul(tall, A.new_empty(tall._array.shape[-1], q).normal_())).Q
    for _ in range(niter):
        basis = qr(matmul(tall.mH, basis)).Q
        basis = qr(matmul(tall, basis)).Q
    U, S, Vh = svd(matmul(basis.mH, tall), full_matrices=False)
    U, V = matmul(basis, U), Vh.mH
    return (V, S, U) if m < n else (U, S, V)


def pca_lowrank(
    A: Any, q: int | None = None, center: bool = True, niter: int = 2
) -> tuple[Any, Any, Any]:
    """The principal components of the rows of ``A``: `svd_lowrank`, with ``center`` less the mean.

    The columns of V are the directions in which the rows differ most.

    >>> import minitorch as mt
    >>> mt.pca_lowrank(mt.tensor([[1.0, 0.0], [3.0, 0.0]]), q=1)[2].abs()
    tensor([[1.],
            [0.]])
    """
    smaller = min(A.shape[-2:])
    q = min(6, smaller) if q is None else q
    if not 0 <= q <= smaller:
        raise ValueError(
            f"q(={q}) must be non-negative integer and not greater than min(m, n)={smaller}"
        )
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, keepdim=True) if center else A, q, niter)
