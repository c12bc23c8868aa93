"""Systems of linear equations, and inverses.

The derivatives need no others than these: with ``X = A⁻¹ B``, and * for the conjugate transpose,

    grad_B = A*⁻¹ grad,    grad_A = -grad_B X*
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import return_types
from ..autograd.operation import Operation
from ..user_warnings import warn
from . import lapack
from .arrays import column_major
from .matmul import matmul
from .operands import not_implemented
from .sizes import broadcast as broadcast_shapes

# Operations ---------------------------------------------------------------------------------------


class LinalgSolveEx(Operation):
    """``A⁻¹ B``, and which of the matrices ``A`` are singular; B may be vectors."""

    materialize = False

    def forward(self, xp: Any, A: Any, B: Any, are_vectors: Any) -> Any:
        B = B[..., None] if are_vectors else B

        def solve(a: Any) -> Any:
            return xp.linalg.solve(*lapack.broadcast(xp, a, B))

        X, info = lapack.attempt(xp, solve, lapack.zero_pivot, A)
        X = X[..., 0] if are_vectors else X
        return column_major(xp, X) if X.ndim > 1 else X, info

    def backward(self, grad: Any, A: Any, are_vectors: Any, out: Any) -> Any:
        X = out[0]
        grad_b = column = LinalgSolveEx.apply(A.mH, grad[0], are_vectors)[0]
        if not self.needs_input_grad[0]:
            return None, grad_b
        if are_vectors:
            column, X = grad_b.unsqueeze(-1), X.unsqueeze(-1)
        return -matmul(column, X.mH), grad_b


class LinalgInvEx(Operation):
    """``A⁻¹``, and which of the matrices are singular."""

    materialize = False

    def forward(self, xp: Any, A: Any) -> Any:
        inverse, info = lapack.attempt(xp, xp.linalg.inv, lapack.zero_pivot, A)
        return column_major(xp, inverse), info

    def grad_A(self, grad: Any, out: Any) -> Any:
        return -matmul(out[0].mH, matmul(grad[0], out[0].mH))


class LinalgSolveTriangular(Operation):
    """``A⁻¹ B``, or ``B A⁻¹`` if not ``left``, where only one triangle of ``A`` counts."""

    def forward(self, xp: Any, A: Any, B: Any, upper: Any, left: Any, unit: Any) -> Any:
        if not left:
            A, B, upper = A.swapaxes(-1, -2), B.swapaxes(-1, -2), not upper
        A, B = lapack.broadcast(xp, A, B)

        def solved(a: Any, b: Any) -> Any:
            if not b.size:
                return b
            if xp is np:  # BLAS, which divides by a zero on the diagonal: SciPy's raises an error
                return lapack.routine("trsm", a.dtype.char)(1, a, b, lower=not upper, diag=unit)
            return lapack.library(xp).solve_triangular(
                a, b, lower=not upper, unit_diagonal=unit, check_finite=False
            )

        X = lapack.each(xp, solved, A, B)
        return X if left else column_major(xp, X.swapaxes(-1, -2))

    def backward(self, grad: Any, A: Any, upper: Any, left: Any, unit: Any, out: Any) -> Any:
        grad_b = LinalgSolveTriangular.apply(A.mH, grad, not upper, left, unit)
        if not self.needs_input_grad[0]:
            return None, grad_b
        grad_a = -(matmul(grad_b, out.mH) if left else matmul(out.mH, grad_b))
        edge = 1 if unit else 0
        return (grad_a.triu(edge) if upper else grad_a.tril(-edge)), grad_b


def solved(A: Any, B: Any, upper: bool, left: bool = True, unit: bool = False) -> Any:
    """``A⁻¹ B`` or ``B A⁻¹`` of a triangular matrix, for rules."""
    return LinalgSolveTriangular.apply(A, B, upper, left, unit)


# Inverses -----------------------------------------------------------------------------------------

SINGULAR = (
    "The diagonal element {} is zero, the inversion could not be completed because the input "
    "matrix is singular."
)


def inverse_or_error(A: Any, name: str) -> Any:
    """The inverse; an error, in which the function has this name, where there is none."""
    result, info = LinalgInvEx.apply(A)
    lapack.refuse(name, info, SINGULAR)
    return result


def inverse(A: Any) -> Any:
    """The inverse, for rules; NaN where there is none."""
    return LinalgInvEx.apply(A)[0]


def inv(A: Any) -> Any:
    """The inverse of a matrix ``(..., n, n)``, with ``A A⁻¹ = A⁻¹ A = I``.

    A `LinAlgError` says which matrix is singular.

    >>> import minitorch as mt
    >>> mt.linalg.inv(mt.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    lapack.check("linalg.inv", A)
    return inverse_or_error(A, "linalg.inv")


def plain_inverse(input: Any) -> Any:
    """The inverse of a matrix: `linalg.inv`.

    >>> mt.inverse(mt.tensor([[2.0, 0.0], [0.0, 4.0]]))
    tensor([[0.5000, 0.0000],
            [0.0000, 0.2500]])
    """
    return inv(input)


def inv_ex(A: Any, *, check_errors: bool = False) -> Any:
    """The inverse, and ``info``: 0, or which diagonal element of U in ``A = P L U`` is zero.

    Without ``check_errors`` singular matrices are no error; their inverses are NaN.

    Shapes: (..., n, n) to (..., n, n) and (...).

    >>> import minitorch as mt
    >>> mt.linalg.inv_ex(mt.zeros(2, 2)).info
    tensor(1, dtype=torch.int32)
    """
    lapack.check("linalg.inv", A)
    result, info = LinalgInvEx.apply(A)
    if check_errors:
        lapack.refuse("linalg.inv_ex", info, SINGULAR)
    return return_types.linalg_inv_ex((result, info))


# Equations ----------------------------------------------------------------------------------------


def vectors_for(A: Any, B: Any) -> bool:
    """Whether ``B`` is a vector, or a batch of as many vectors as there are matrices ``A``."""
    b: tuple[int, ...] = B._array.shape
    return len(b) == 1 or (len(b) > 0 and b == A._array.shape[:-1])


def check_equation(name: str, A: Any, B: Any, left: bool) -> None:
    """Refuse shapes that do not fit, and batches that cannot be broadcast."""
    a, b = A._array.shape, B._array.shape
    if len(b) < 2:
        raise RuntimeError(f"{name}: The input tensor B must have at least 2 dimensions.")
    if a[-2] != b[-2 if left else -1]:
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {'AX' if left else 'XA'} = B "
            f"({a[-2]}x{a[-1]} and {b[-2]}x{b[-1]})"
        )
    broadcast_shapes(b[:-2], a[:-2])


def solutions(A: Any, B: Any, left: bool) -> tuple[Any, Any]:
    """The results of `solve_ex`."""
    lapack.check("linalg.solve", A, kernel="lu_cpu")
    lapack.check_same_dtype("linalg.solve", A._array, B._array)
    are_vectors = vectors_for(A, B)
    check_equation("linalg.solve", A, B.unsqueeze(-1) if are_vectors else B, left)
    if left:
        result: tuple[Any, Any] = LinalgSolveEx.apply(A, B, are_vectors)
        return result
    X, info = LinalgSolveEx.apply(A.mT, B.mT, False)
    return X.mT, info


def solve(A: Any, B: Any, *, left: bool = True) -> Any:
    """The solution X of ``A X = B``, or ``X A = B`` if not ``left``; ``A`` is ``(..., n, n)``.

    ``B`` is a matrix ``(..., n, k)``, a vector ``(n)``, or for a batch of matrices a batch of
    vectors. A `LinAlgError` says which matrix is singular.

    >>> import minitorch as mt
    >>> mt.linalg.solve(mt.tensor([[2.0, 0.0], [0.0, 4.0]]), mt.tensor([2.0, 2.0]))
    tensor([1.0000, 0.5000])
    """
    result, info = solutions(A, B, left)
    sentence = "The solver failed because the input matrix is singular."
    lapack.refuse("torch.linalg.solve", info, sentence)
    return result


def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> Any:
    """As `solve`, and ``info`` as of `inv_ex`; singular matrices are no error, X is NaN there.

    Shapes: A (..., n, n), B (..., n, k) or (..., n); the result as B, and (...).

    >>> import minitorch as mt
    >>> a = mt.tensor([[[2.0]], [[0.0]]])
    >>> mt.linalg.solve_ex(a, mt.ones(2, 1, 1)).info
    tensor([0, 1], dtype=torch.int32)
    """
    result, info = solutions(A, B, left)
    if check_errors:
        sentence = "The solver failed because the input matrix is singular."
        lapack.refuse("torch.linalg.solve_ex", info, sentence)
    return return_types.linalg_solve_ex((result, info))


def solve_triangular(
    input: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Any:
    """The solution X of ``A X = B``, or ``X A = B`` if not ``left``, with A triangular.

    The other triangle of ``input`` is not looked at, nor is its diagonal if ``unitriangular``,
    which says that it is 1. A zero on the diagonal gives infinities, no error.

    Shapes: input (..., n, n), B (..., n, k) to (..., n, k).

    >>> import minitorch as mt
    >>> A = mt.tensor([[1.0, 1.0], [0.0, 2.0]])
    >>> mt.linalg.solve_triangular(A, mt.tensor([[3.0], [4.0]]), upper=True)
    tensor([[1.],
            [2.]])
    """
    a = input._array
    if a.ndim < 2:
        raise RuntimeError(
            "linalg.solve_triangular: The input tensor A must have at least 2 dimensions."
        )
    lapack.check_square("linalg.solve_triangular", a)
    check_equation("linalg.solve_triangular", input, B, left)
    if a.dtype.char not in "fdFD":
        raise not_implemented("triangular_solve_cpu", a)
    return LinalgSolveTriangular.apply(input, B.to(input.dtype), upper, left, unitriangular)


def triangular_solve(
    input: Any, A: Any, upper: bool = True, transpose: bool = False, unitriangular: bool = False
) -> Any:
    """The old form of `linalg.solve_triangular`: (the solution X of ``A X = input``, A).

    >>> import minitorch as mt
    >>> a = mt.tensor([[2.0, 1.0], [0.0, 4.0]])
    >>> mt.triangular_solve(mt.tensor([[5.0], [4.0]]), a).solution
    tensor([[2.],
            [1.]])
    """
    warn(
        "torch.triangular_solve is deprecated in favor of torch.linalg.solve_triangular"
        "and will be removed in a future PyTorch release.\n"
        "torch.linalg.solve_triangular has its arguments reversed and does not return a copy of "
        "one of the inputs.\n"
        "X = torch.triangular_solve(B, A).solution\nshould be replaced with\n"
        "X = torch.linalg.solve_triangular(A, B)."
    )
    for name, tensor in (("b", input), ("A", A)):
        if tensor._array.ndim < 2:
            raise RuntimeError(
                f"torch.triangular_solve: Expected {name} to have at least 2 dimensions, but it "
                f"has {tensor._array.ndim} dimensions instead"
            )
    check_sizes("triangular_solve", input, A)
    if A._array.dtype.char not in "fdFD":
        raise not_implemented("triangular_solve_cpu", A._array)
    matrix, upper = (A.mT, not upper) if transpose else (A, upper)
    X = LinalgSolveTriangular.apply(matrix, input, upper, True, unitriangular)
    return return_types.triangular_solve((X, A.clone()))


def check_sizes(name: str, b: Any, A: Any) -> None:
    """The checks of PyTorch's older functions for equations."""
    rows, columns = A._array.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"A must be batches of square matrices, but they are {rows} by {columns} matrices"
        )
    if A._array.dtype != b._array.dtype:
        raise RuntimeError(
            "Expected b and A to have the same dtype, but found b of type "
            f"{lapack.kind_of(b._array)} and A of type {lapack.kind_of(A._array)} instead."
        )
    if b._array.shape[-2] != rows:
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {rows} by {rows} but each b "
            f"matrix is {b._array.shape[-2]} by {b._array.shape[-1]}"
        )


def cholesky_solve(input: Any, input2: Any, upper: bool = False) -> Any:
    """The solution X of ``A X = B`` from a Cholesky factor of A.

    ``input`` is B, ``input2`` is L of ``A = L L*``, or if ``upper`` U of ``A = U* U``.

    >>> import minitorch as mt
    >>> mt.cholesky_solve(mt.tensor([[4.0], [8.0]]), mt.eye(2) * 2)
    tensor([[1.],
            [2.]])
    """
    B, L = input, input2
    for name, tensor in (("b", B), ("u", L)):
        if tensor._array.ndim < 2:
            raise RuntimeError(
                f"{name} should have at least 2 dimensions, but has {tensor._array.ndim} "
                "dimensions instead"
            )
    check_sizes("cholesky_solve", B, L)
    if L._array.dtype.char not in "fdFD":
        raise not_implemented("cholesky_solve_cpu", L._array)
    apply = LinalgSolveTriangular.apply
    if upper:
        return apply(L, apply(L.mH, B, False, True, False), True, True, False)
    return apply(L.mH, apply(L, B, False, True, False), True, True, False)


def cholesky_inverse(input: Any, upper: bool = False) -> Any:
    """The inverse of ``L L*``, or of ``U* U`` if ``upper``, where ``input`` is that factor.

    >>> import minitorch as mt
    >>> mt.cholesky_inverse(mt.tensor([[2.0, 0.0], [1.0, 2.0]]))
    tensor([[ 0.3125, -0.1250],
            [-0.1250,  0.2500]])
    """
    array = input._array
    if array.ndim < 2:
        raise RuntimeError("cholesky_inverse: The input tensor A must have at least 2 dimensions.")
    lapack.check_square("cholesky_inverse", array)
    if array.dtype.char not in "fdFD":
        raise not_implemented("cholesky_inverse_out_cpu", array)
    return cholesky_solve(input.new_ones(array.shape[-1]).diag(), input, upper)


# Tensors as matrices ------------------------------------------------------------------------------


def tensorinv(input: Any, ind: int = 2) -> Any:
    """The inverse of `tensordot`: the first ``ind`` dimensions are the rows, the rest columns.

    >>> import minitorch as mt
    >>> mt.linalg.tensorinv(mt.eye(6).view(2, 3, 6)).shape
    torch.Size([6, 2, 3])
    """
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    shape = input._array.shape
    rows, columns = math.prod(shape[:ind]), math.prod(shape[ind:])
    if rows != columns:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == "
            f"prod(self.shape[:ind]), but got {columns} != {rows}"
        )
    matrix = input.reshape(rows, rows)
    lapack.check("linalg.inv", matrix)
    return inverse_or_error(matrix, "inv").reshape(shape[ind:] + shape[:ind])


def tensorsolve(input: Any, other: Any, dims: Any = None) -> Any:
    """The solution X of ``tensordot(input, X, X.ndim) = other``; ``dims`` are moved last first.

    >>> import minitorch as mt
    >>> mt.linalg.tensorsolve(mt.eye(6).view(2, 3, 6), mt.ones(2, 3))
    tensor([1., 1., 1., 1., 1., 1.])
    """
    if dims is not None:
        input = input.movedim(tuple(dims), tuple(range(-len(dims), 0)))
    shape, ndim = input._array.shape, other._array.ndim
    rows, columns = math.prod(shape[:ndim]), math.prod(shape[ndim:])
    if rows != columns:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
            f"prod(self.shape[:other.ndim]), but got {columns} != {rows}"
        )
    return solve(input.reshape(rows, columns), other.reshape(-1)).reshape(shape[ndim:])
