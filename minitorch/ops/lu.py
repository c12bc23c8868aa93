"""``A = P L U``: a matrix as a product of triangular ones, after its rows were exchanged."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import backend, return_types
from ..autograd.operation import Operation, wrap as constant
from ..user_warnings import warn
from . import lapack
from .arrays import column_major
from .joining import cat
from .matmul import matmul
from .operands import not_implemented
from .padding import ConstantPadNd
from .solving import check_equation, solved


class LinalgLuFactorEx(Operation):
    """L and U of ``A = P L U`` in one matrix, the exchanges of rows, and which pivot is zero.

    For a square matrix the gradient is ``P L*⁻¹ (tril(L* grad_L, -1) + triu(grad_U U*)) U*⁻¹``.
    Further columns of U are L⁻¹ times columns of A, further rows of L are rows of A times U⁻¹.
    """

    materialize = False

    def forward(self, xp: Any, A: Any) -> Any:
        def factored(a: Any) -> Any:
            if not a.size:
                return a, xp.zeros(0, "int32"), xp.zeros((), "int32")
            if xp is np:
                packed, pivots, info = lapack.routine("getrf", a.dtype.char)(a)
            else:
                with warnings.catch_warnings():  # that a pivot is zero; ``info`` says it, too
                    warnings.simplefilter("ignore", RuntimeWarning)
                    packed, pivots = lapack.library(xp).lu_factor(a, check_finite=False)
                zero = packed.diagonal() == 0
                info = xp.where(zero.any(), zero.argmax() + 1, 0)
            return packed, (pivots + 1).astype("int32"), xp.asarray(info).astype("int32")

        packed, pivots, info = lapack.each(xp, factored, A)
        self.save(pivots=pivots.copy())  # the user may change the result in place
        return column_major(xp, packed), pivots, info

    def grad_A(self, grad: Any, out: Any, pivots: Any) -> Any:
        packed, of_packed = out[0], grad[0]
        m, n = packed._array.shape[-2:]
        k = min(m, n)
        L, U = triangles(packed[..., :k, :k])
        towards_l = towards_u = of_packed[..., :k, :k]
        if n > k:
            rest = solved(L.mH, of_packed[..., k:], True, unit=True)
            towards_l = towards_l - matmul(rest, packed[..., k:].mH)
        elif m > k:
            rest = solved(U.mH, of_packed[..., k:, :], False, left=False)
            towards_u = towards_u - matmul(packed[..., k:, :].mH, rest)
        inner = matmul(L.mH, towards_l.tril(-1)).tril(-1) + matmul(towards_u.triu(), U.mH).triu()
        result = solved(L.mH, solved(U.mH, inner, False, left=False), True, unit=True)
        if m != n:
            result = cat([result, rest], -1 if n > k else -2)
        return reordered(result, rows_of(pivots, m), back=True)


def triangles(packed: Any) -> tuple[Any, Any]:
    """L, with ones on the diagonal, and U out of one matrix."""
    m, n = packed._array.shape[-2:]
    k = min(m, n)
    ones = packed.new_ones(k).diag()
    if m > k:
        ones = ConstantPadNd.apply(ones, ((0, m - k), (0, 0)), 0)
    return packed[..., :k].tril(-1) + ones, packed[..., :k, :].triu()


PIVOTS = "Pivots given to lu_solve must all be {}. Did you properly pass the result of lu_factor?"


def check_pivots(pivots: Any, m: int, low: str, high: str) -> None:
    """Refuse pivots that are no rows, in words for those that are too small and too large."""
    exchanges = backend.to_numpy(pivots._array)
    if exchanges.size and not 1 <= exchanges.min() <= exchanges.max() <= m:
        raise RuntimeError(low if exchanges.min() < 1 else high)


def rows_of(pivots: Any, m: int) -> np.ndarray:
    """Which row of A is which row of ``L U``, from the exchanges that LAPACK made one by one."""
    exchanges = backend.to_numpy(pivots._array)
    batch = exchanges.shape[:-1]
    order = np.broadcast_to(np.arange(m), (*batch, m)).copy()
    for i in range(exchanges.shape[-1]):
        other = exchanges[..., i : i + 1].astype("int64") - 1
        here = order[..., i : i + 1].copy()
        order[..., i : i + 1] = np.take_along_axis(order, other, -1)
        np.put_along_axis(order, other, here, -1)
    return order


def reordered(x: Any, order: np.ndarray, back: bool = False) -> Any:
    """The rows of the matrices ``x`` in this order; ``back``: put back where they came from."""
    order = order.argsort(-1) if back else order
    batch = np.broadcast_shapes(order.shape[:-1], x._array.shape[:-2])
    places = np.broadcast_to(order[..., None], (*batch, order.shape[-1], x._array.shape[-1]))
    x = x.expand(*batch, *x._array.shape[-2:])
    places = backend.to_device(places, backend.device_index(x._array))
    return x.gather(-2, constant(x, places))


def check_lu(name: str, A: Any, pivot: bool) -> None:
    """The checks of `lu` and `lu_factor`."""
    array = A._array
    if array.ndim < 2:
        raise RuntimeError(
            f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(array.shape)} "
            "instead"
        )
    if array.dtype.char not in "fdFD":
        raise not_implemented("lu_cpu", array)
    if not pivot:
        raise RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU")


ZERO_PIVOT = (
    "U[{0},{0}] is zero and using it on lu_solve would result in a division by zero. If you still "
    "want to perform the factorization, consider calling linalg.lu(A, pivot) or "
    "linalg.lu_factor_ex(A, pivot)"
)


def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> Any:
    """As `lu_factor`, and ``info``: 0, or which element of U's diagonal is zero.

    Shapes: (..., m, n) to (..., m, n), pivots (..., min(m, n)) and info (...).

    >>> import minitorch as mt
    >>> mt.linalg.lu_factor_ex(mt.tensor([[1.0, 2.0], [2.0, 4.0]])).info
    tensor(2, dtype=torch.int32)
    """
    check_lu("torch.lu_factor", A, pivot)
    packed, pivots, info = LinalgLuFactorEx.apply(A)
    if check_errors:
        lapack.refuse("torch.linalg.lu_factor_ex", info, ZERO_PIVOT, RuntimeError)
    return return_types.linalg_lu_factor_ex((packed, pivots, info))


def lu_factor(A: Any, *, pivot: bool = True) -> Any:
    """L and U of ``A = P L U`` in one matrix, for `lu_solve`: L below the diagonal, U from it on.

    ``pivots`` says with which row, counted from 1, each row was exchanged, one after the other.

    Shapes: (..., m, n) to (..., m, n) and pivots (..., min(m, n)).

    >>> import minitorch as mt
    >>> mt.linalg.lu_factor(mt.tensor([[1.0, 2.0], [4.0, 4.0]]))
    torch.return_types.linalg_lu_factor(
    LU=tensor([[4.0000, 4.0000],
            [0.2500, 1.0000]]),
    pivots=tensor([2, 2], dtype=torch.int32))
    """
    check_lu("torch.lu_factor", A, pivot)
    packed, pivots, info = LinalgLuFactorEx.apply(A)
    lapack.refuse("torch.linalg.lu_factor", info, ZERO_PIVOT, RuntimeError)
    return return_types.linalg_lu_factor((packed, pivots))


def lu(A: Any, *, pivot: bool = True) -> Any:
    """``A = P L U``: rows exchanged by P, L lower triangular with ones, U upper triangular.

    Shapes: (..., m, n) to P (..., m, m), L (..., m, k), U (..., k, n) with k = min(m, n).

    >>> import minitorch as mt
    >>> P, L, U = mt.linalg.lu(mt.tensor([[1.0, 2.0], [4.0, 4.0]]))
    >>> L, P @ L @ U
    (tensor([[1.0000, 0.0000],
            [0.2500, 1.0000]]), tensor([[1., 2.],
            [4., 4.]]))
    """
    check_lu("linalg.lu", A, pivot)
    packed, pivots, _ = LinalgLuFactorEx.apply(A)
    return return_types.linalg_lu((permutation(packed, pivots), *triangles(packed)))


def permutation(packed: Any, pivots: Any) -> Any:
    """The matrix P of ``A = P L U``."""
    array = packed._array
    m = array.shape[-2]
    xp = backend.array_module(array)
    wrong = (
        "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive."
        "Did you properly pass the result of lu_factor?"
    )
    check_pivots(pivots, m, wrong, wrong)
    rows = np.eye(m, dtype=array.dtype)[rows_of(pivots, m)]
    return constant(packed, xp.ascontiguousarray(xp.asarray(rows.swapaxes(-1, -2))))


def plain_lu(input: Any, pivot: bool = True, get_infos: bool = False) -> Any:
    """The old form of `linalg.lu_factor`; ``get_infos``: with ``info``, and without errors.

    >>> import minitorch as mt
    >>> lu, pivots = mt.lu(mt.tensor([[0.0, 2.0], [4.0, 1.0]]))
    >>> lu, pivots
    (tensor([[4., 1.],
            [0., 2.]]), tensor([2, 2], dtype=torch.int32))
    """
    warn(
        "torch.lu is deprecated in favor of torch.linalg.lu_factor / torch.linalg.lu_factor_ex and "
        "will be removed in a future PyTorch release.\nLU, pivots = torch.lu(A, compute_pivots)\n"
        "should be replaced with\nLU, pivots = torch.linalg.lu_factor(A, compute_pivots)\nand\n"
        "LU, pivots, info = torch.lu(A, compute_pivots, get_infos=True)\n"
        "should be replaced with\n"
        "LU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots)"
    )
    if get_infos:
        return return_types._lu_with_info(lu_factor_ex(input, pivot=pivot))
    return tuple(lu_factor_ex(input, pivot=pivot))[:2]


def lu_unpack(
    LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True
) -> Any:
    """P, L and U out of what `linalg.lu_factor` returns; empty those that are not asked for.

    >>> import minitorch as mt
    >>> mt.lu_unpack(*mt.linalg.lu_factor(mt.eye(2) * 2)).U
    tensor([[2., 0.],
            [0., 2.]])
    """
    if LU_data._array.ndim < 2:
        raise RuntimeError(
            "torch.lu_unpack: Expected tensor with 2 or more dimensions. Got size: "
            f"{list(LU_data._array.shape)} instead"
        )
    if unpack_pivots and LU_pivots._array.dtype != np.int32:
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype."
            "\nNote: this function is intended to be used with the output produced by "
            "torch.linalg.lu_factor"
        )
    empty = LU_data.new_empty(0)
    P = permutation(LU_data, LU_pivots) if unpack_pivots else empty
    L, U = triangles(LU_data) if unpack_data else (empty, empty)
    return return_types.lu_unpack((P, L, U))


def lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Any:
    """The solution X of ``A X = B`` from what `lu_factor` says of A.

    Of ``X A = B`` if not ``left``; with ``adjoint`` A is transposed and conjugated.

    Shapes: LU (..., n, n), pivots (..., n), B (..., n, k) to (..., n, k).

    >>> import minitorch as mt
    >>> LU, pivots = mt.linalg.lu_factor(mt.tensor([[0.0, 2.0], [1.0, 0.0]]))
    >>> mt.linalg.lu_solve(LU, pivots, mt.tensor([[2.0], [3.0]]))
    tensor([[3.],
            [1.]])
    """
    a = LU._array
    lapack.check("torch.linalg.lu_solve", LU, kernel="linalg.lu_solve_cpu")
    lapack.check_same_dtype("linalg.lu_solve", a, B._array, ("LU", "B"))
    if pivots._array.dtype != np.int32:
        raise RuntimeError("linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32")
    if pivots._array.shape[-1:] != a.shape[-1:]:
        raise RuntimeError(
            "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the "
            "matrix"
        )
    check_equation("linalg.lu_solve", LU, B, left)
    if not left:  # X A = B: A* X* = B*
        return lu_solve(LU, pivots, B.mH, adjoint=not adjoint).mH
    limits = "greater or equal to 1", "smaller or equal to LU.size(-2)"
    check_pivots(pivots, a.shape[-1], *map(PIVOTS.format, limits))
    order = rows_of(pivots, a.shape[-1])
    if adjoint:  # A* = U* L* Pᵀ
        X = solved(LU.mH, solved(LU.mH, B, False), True, unit=True)
        return reordered(X, order, back=True)
    return solved(LU, solved(LU, reordered(B, order), False, unit=True), True)


def plain_lu_solve(input: Any, LU_data: Any, LU_pivots: Any) -> Any:
    """The old form of `linalg.lu_solve`.

    >>> import minitorch as mt
    >>> lu, pivots = mt.lu(mt.tensor([[2.0, 0.0], [0.0, 4.0]]))
    >>> mt.lu_solve(mt.tensor([[2.0], [2.0]]), lu, pivots)
    tensor([[1.0000],
            [0.5000]])
    """
    warn(
        "torch.lu_solve is deprecated in favor of torch.linalg.lu_solveand will be removed in a "
        "future PyTorch release.\nNote that torch.linalg.lu_solve has its arguments reversed.\n"
        "X = torch.lu_solve(B, LU, pivots)\nshould be replaced with\n"
        "X = torch.linalg.lu_solve(LU, pivots, B)"
    )
    return lu_solve(LU_data, LU_pivots, input)
