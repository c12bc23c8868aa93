"""Products of reflections ``H = I - τ v v*``, in which LAPACK keeps Q of ``A = Q R``, and LDL.

Column i of a matrix holds the v of reflection i below its diagonal; on the diagonal it is 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, return_types
from ..autograd.operation import Operation
from . import lapack
from .arrays import column_major
from .complexes import conj
from .lu import triangles
from .matmul import matmul
from .operands import not_implemented


class Geqrf(Operation):
    """R, and below it the reflections that make Q, with their factors τ."""

    def forward(self, xp: Any, input: Any) -> Any:
        packed, tau = xp.linalg.qr(input, mode="raw")
        return xp.ascontiguousarray(packed).swapaxes(-1, -2), tau

    def backward(self, grad: Any) -> Any:
        raise NotImplementedError("the derivative for 'geqrf' is not implemented.")


def geqrf(input: Any) -> Any:
    """``A = Q R`` as LAPACK leaves it: R, the vectors of Q's reflections below it, and ``tau``.

    Shapes: (..., m, n) to (..., m, n) and tau (..., min(m, n)).

    >>> import minitorch as mt
    >>> a, tau = mt.geqrf(mt.tensor([[3.0], [4.0]]))
    >>> a.abs(), tau
    (tensor([[5.0000],
            [0.5000]]), tensor([1.6000]))
    """
    array = input._array
    if array.ndim < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    if array.dtype.char not in "fdFD":
        raise not_implemented("geqrf_cpu", array)
    return return_types.geqrf(Geqrf.apply(input))


def reflected(input: Any, tau: Any, other: Any, adjoint: bool) -> Any:
    """``Q other``, or ``Q* other``, with Q the product of the reflections."""
    vectors, _ = triangles(input)
    places = range(tau._array.shape[-1])
    for i in places if adjoint else reversed(places):
        v = vectors[..., i : i + 1]
        factor = tau[..., i, None, None]
        other = other - (conj(factor) if adjoint else factor) * matmul(v, matmul(v.mH, other))
    return other


def householder_product(input: Any, tau: Any) -> Any:
    """The first columns of Q, the product of the reflections that `geqrf` returns.

    Shapes: input (..., m, n), tau (..., k) to (..., m, n).

    >>> import minitorch as mt
    >>> A = mt.tensor([[3.0], [4.0]])
    >>> Q = mt.linalg.householder_product(*mt.geqrf(A))
    >>> (Q.mT @ A).abs()
    tensor([[5.]])
    """
    name = "torch.linalg.householder_product"
    a, t = input._array, tau._array
    if a.ndim < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    if a.shape[-2] < a.shape[-1]:
        raise RuntimeError(
            f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]"
        )
    if a.shape[-1] < t.shape[-1]:
        raise RuntimeError(
            f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]"
        )
    if t.ndim != a.ndim - 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal "
            f"to {t.ndim} and input.ndim is equal to {a.ndim}"
        )
    if t.dtype != a.dtype:
        raise RuntimeError(
            f"{name}: tau dtype {lapack.kind_of(t)} does not match input dtype {lapack.kind_of(a)}"
        )
    if a.dtype.char not in "fdFD":
        raise not_implemented("orgqr_cpu", a)
    return reflected(input, tau, triangles(input.new_zeros(a.shape[-2:]))[0], False)


def orgqr(input: Any, input2: Any) -> Any:
    """The older name of `linalg.householder_product`: ``input2`` is its ``tau``.

    >>> import minitorch as mt
    >>> A = mt.tensor([[3.0], [4.0]])
    >>> (mt.orgqr(*mt.geqrf(A)).mT @ A).abs()
    tensor([[5.]])
    """
    return householder_product(input, input2)


def ormqr(input: Any, input2: Any, input3: Any, left: bool = True, transpose: bool = False) -> Any:
    """``Q B`` with Q the product of the reflections ``input, input2`` that `geqrf` returns.

    B is ``input3``. ``transpose``: ``Q* B``; not ``left``: ``B Q``, ``B Q*``.

    >>> import minitorch as mt
    >>> A = mt.tensor([[3.0], [4.0]])
    >>> mt.ormqr(*mt.geqrf(A), A, transpose=True)[0].abs()
    tensor([5.])
    """
    tau, other = input2, input3
    if input._array.dtype.char not in "fdFD":
        raise not_implemented("ormqr_cpu", input._array)
    if input._array.ndim < 2:
        raise RuntimeError("torch.ormqr: input must have at least 2 dimensions.")
    if other._array.ndim < 2:
        raise RuntimeError("torch.ormqr: other must have at least 2 dimensions.")
    side = -2 if left else -1
    if other._array.shape[side] != input._array.shape[-2]:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if tau._array.shape[-1] != min(other._array.shape[side], input._array.shape[-1]):
        raise RuntimeError(
            f"torch.ormqr: tau.shape[-1] must be equal to min(other.shape[{side}], input.shape[-1])"
        )
    if left:
        return reflected(input, tau, other, transpose)
    return reflected(input, tau, other.mH, not transpose).mH


# LDL ----------------------------------------------------------------------------------------------


class LdlFactorEx(Operation):
    """``A = L D L*`` (or with the plain transpose) in one matrix, as LAPACK leaves it.

    PyTorch has no derivative.
    """

    torch_name = "torch::autograd::NotImplemented"

    def forward(self, xp: Any, input: Any, hermitian: Any) -> Any:
        name = "hetrf" if hermitian and input.dtype.kind == "c" else "sytrf"

        def factored(a: Any) -> Any:
            if not a.size:
                return a, np.zeros(0, "int32"), np.zeros((), "int32")
            packed, pivots, info = lapack.routine(name, a.dtype.char)(a, lower=1)
            return np.tril(packed), pivots.astype("int32"), np.int32(info)

        packed, *rest = lapack.each(np, factored, backend.to_numpy(input))
        return column_major(xp, xp.asarray(packed)), *map(xp.asarray, rest)

    def backward(self, grad: Any) -> Any:
        raise RuntimeError("derivative for aten::linalg_ldl_factor_ex is not implemented")


def blocks(pivots: list[int]) -> list[tuple[int, int, int]]:
    """The blocks of D as (row, size, the row that its last one was exchanged with)."""
    n, row, found = len(pivots), 0, []
    while row < n:
        size = 1 if pivots[row] > 0 else 2
        same = pivots[row : row + size]
        other = abs(pivots[row]) - 1
        if len(same) < size or same[0] != same[-1] or not 0 <= other < n:
            raise RuntimeError("torch.linalg.ldl_solve: pivots are not those of ldl_factor")
        found.append((row, size, other))
        row += size
    return found


class LdlSolve(Operation):
    """The solution of ``A X = B`` from the factors of A. PyTorch has no derivative."""

    torch_name = "torch::autograd::NotImplemented"

    def forward(self, xp: Any, LD: Any, pivots: Any, B: Any, hermitian: Any) -> Any:
        LD, B = lapack.broadcast(xp, LD, B)
        order = np.broadcast_to(backend.to_numpy(pivots), LD.shape[:-1])[..., None]

        def solved(a: Any, b: Any, p: Any) -> Any:
            adjoint = a.conj() if hermitian else a
            x, steps = b.copy(), blocks(p[:, 0].tolist())
            for row, size, other in steps:  # L and D
                after, last = row + size, row + size - 1
                x[[last, other]] = x[[other, last]]
                here = slice(row, after)
                x[after:] -= a[after:, here] @ x[here]
                block = xp.tril(a[here, here]) + xp.tril(adjoint[here, here], -1).T
                x[here] = x[here] / block if size == 1 else xp.linalg.solve(block, x[here])
            for row, size, other in reversed(steps):  # Lᵀ or L*
                after, last = row + size, row + size - 1
                x[row:after] -= adjoint[after:, row:after].T @ x[after:]
                x[[last, other]] = x[[other, last]]
            return x

        return lapack.each(xp, solved, LD, B, order) if B.size else B.copy()

    def backward(self, grad: Any) -> Any:
        raise RuntimeError("derivative for aten::linalg_ldl_solve is not implemented")


def ldl_factor_ex(input: Any, *, hermitian: bool = False, check_errors: bool = False) -> Any:
    """As `ldl_factor`, and LAPACK's ``info``: 0, or which diagonal element of D is zero.

    Shapes: (..., n, n) to LD (..., n, n), pivots (..., n) and info (...).

    >>> import minitorch as mt
    >>> mt.linalg.ldl_factor_ex(mt.tensor([[2.0, 1.0], [1.0, 2.0]])).info
    tensor(0, dtype=torch.int32)
    """
    name = "torch.linalg.ldl_factor_ex"
    lapack.check(name, input, kernel="ldl_factor_kernel_cpu")
    packed, pivots, info = LdlFactorEx.apply(input, hermitian)
    if check_errors:
        lapack.refuse(name, info, "Unknown error code: {}.", RuntimeError)
    return return_types.linalg_ldl_factor_ex((packed, pivots, info))


def ldl_factor(input: Any, *, hermitian: bool = False) -> Any:
    """``A = L D Lᵀ`` of a symmetric matrix, with ``hermitian`` ``L D L*``, for `ldl_solve`.

    L is triangular with ones, D has blocks of one or two rows. Both come in one matrix, with
    LAPACK's exchanges of rows. Only the lower triangle of ``input`` is looked at.

    Shapes: (..., n, n) to LD (..., n, n) and pivots (..., n).

    >>> import minitorch as mt
    >>> mt.linalg.ldl_factor(mt.tensor([[2.0, 1.0], [1.0, 3.0]])).LD
    tensor([[2.0000, 0.0000],
            [0.5000, 2.5000]])
    """
    packed, pivots, info = ldl_factor_ex(input, hermitian=hermitian)
    lapack.refuse("torch.linalg.ldl_factor", info, "Unknown error code: {}.", RuntimeError)
    return return_types.linalg_ldl_factor((packed, pivots))


def ldl_solve(LD: Any, pivots: Any, B: Any, *, hermitian: bool = False) -> Any:
    """The solution X of ``A X = B`` from what `ldl_factor` says of A.

    Shapes: LD (..., n, n), pivots (..., n), B (..., n, k) to (..., n, k).

    >>> import minitorch as mt
    >>> LD, pivots = mt.linalg.ldl_factor(mt.tensor([[2.0, 1.0], [1.0, 3.0]]))
    >>> mt.linalg.ldl_solve(LD, pivots, mt.tensor([[3.0], [4.0]]))
    tensor([[1.],
            [1.]])
    """
    name = "torch.linalg.ldl_solve"
    a, b = LD._array, B._array
    if b.ndim < 2:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-b.ndim}, {b.ndim - 1}], "
            "but got -2)"
        )
    if b.shape[-2] != a.shape[-1]:
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {a.shape[-1]} by "
            f"{a.shape[-1]} but each b matrix is {b.shape[-2]} by {b.shape[-1]}"
        )
    if a.shape[:-1] != pivots._array.shape:
        raise RuntimeError(
            f"{name}: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with "
            f"shape {list(pivots._array.shape)} instead"
        )
    return LdlSolve.apply(LD, pivots, B, hermitian)
