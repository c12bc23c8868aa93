"""Powers and exponentials of matrices, products along a dimension, matrices made of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.operation import Operation
from . import lapack
from .dims import takes_axis
from .joining import cat
from .matmul import matmul
from .products import cross as plain_cross
from .slicing import diagonal as plain_diagonal
from .solving import inv


class LinalgMatrixExp(Operation):
    """``exp(A) = I + A + A²/2 + ...``; its derivative is a block of a larger exponential."""

    def forward(self, xp: Any, input: Any) -> Any:
        if not input.size:
            return input.copy()
        # SciPy loses digits in single precision that PyTorch does not
        wide, expm = input.astype("D" if input.dtype.kind == "c" else "d"), lapack.library(xp).expm
        result = expm(wide) if xp is np else lapack.each(xp, expm, wide)
        return result.astype(input.dtype, copy=False)

    def grad_input(self, grad: Any, input: Any) -> Any:
        #     exp (A* grad) = (exp A*  the gradient)
        #         (0    A*)   (0       exp A*      )
        n = input._array.shape[-1]
        adjoint = input.mH
        above = cat([adjoint, grad], -1)
        below = cat([adjoint.new_zeros(adjoint._array.shape), adjoint], -1)
        return LinalgMatrixExp.apply(cat([above, below], -2))[..., :n, n:]


def matrix_exp(input: Any) -> Any:
    """The exponential ``I + A + A²/2 + A³/6 + ...`` of a matrix ``(..., n, n)``.

    >>> import minitorch as mt
    >>> mt.linalg.matrix_exp(mt.tensor([[0.0, 1.0], [0.0, 0.0]]))
    tensor([[1., 1.],
            [0., 1.]])
    """
    array = input._array
    if array.ndim < 2:
        raise RuntimeError("linalg.matrix_exp: The input tensor A must have at least 2 dimensions.")
    lapack.check_square("linalg.matrix_exp", array)
    if array.dtype.kind not in "fc":
        raise RuntimeError(
            "linalg.matrix_exp: Expected a floating point or complex tensor as input. Got "
            f"{lapack.kind_of(array)}"
        )
    return LinalgMatrixExp.apply(input)


def matrix_power(input: Any, n: int) -> Any:
    """The matrix times itself, ``n`` times; its inverse for a negative ``n``, I for 0.

    Shapes: (..., n, n) to (..., n, n).

    >>> import minitorch as mt
    >>> mt.linalg.matrix_power(mt.tensor([[1, 1], [0, 1]]), 5)
    tensor([[1, 5],
            [0, 1]])
    """
    array = input._array
    if array.ndim < 2:
        raise RuntimeError(
            "linalg.matrix_power: The input tensor A must have at least 2 dimensions."
        )
    lapack.check_square("linalg.matrix_power", array)
    if n == 0:
        return input.clone().copy_(input.new_ones(array.shape[-1]).diag())
    if n < 0:
        return inv(input) if n == -1 else matrix_power(inv(input), -n)
    if n == 1:
        return input.clone()
    result = None  # by squaring: the powers 1, 2, 4, ... that n is the sum of
    while True:
        if n % 2:
            result = input if result is None else matmul(result, input)
        n //= 2
        if not n:
            return result
        input = matmul(input, input)


@takes_axis
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """The dot products ``Σ conj(x) y`` of the vectors along ``dim``, broadcast together.

    Shapes: (..., n) both, to (...).

    >>> import minitorch as mt
    >>> mt.linalg.vecdot(mt.tensor([[1.0, 2.0], [3.0, 4.0]]), mt.tensor([1.0, 1.0]))
    tensor([3., 7.])
    """
    if x._array.dtype.kind not in "fc":
        raise RuntimeError(
            "linalg.vecdot: Expected a floating point or complex tensor as input. Got "
            f"{lapack.kind_of(x._array)}"
        )
    lapack.check_same_dtype("linalg.vecdot", x._array, y._array, ("x", "y"))
    return (x.conj() * y).sum(dim)


@takes_axis
def cross(input: Any, other: Any, *, dim: int = -1) -> Any:
    """The cross product of vectors of length 3 along ``dim``.

    >>> import minitorch as mt
    >>> mt.linalg.cross(mt.tensor([1, 0, 0]), mt.tensor([0, 1, 0]))
    tensor([0, 0, 1])
    """
    return plain_cross(input, other, dim)


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """The diagonals of the matrices in the last two dimensions, as a view.

    >>> import minitorch as mt
    >>> mt.linalg.diagonal(mt.tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return plain_diagonal(A, offset, dim1, dim2)


def linalg_vander(x: Any, *, N: int | None = None) -> Any:
    """The powers 0 to ``N - 1`` (as many as elements) of ``x`` as rows: ``(..., n, N)``.

    >>> import minitorch as mt
    >>> mt.linalg.vander(mt.tensor([1, 2, 3]))
    tensor([[1, 1, 1],
            [1, 2, 4],
            [1, 3, 9]])
    """
    array = x._array
    if array.dtype.kind == "b" or array.dtype.char == "e":
        raise RuntimeError(
            "linalg.vander supports floating point, complex, and integer tensors, but got "
            f"{lapack.kind_of(array)}"
        )
    x = x if array.ndim else x.reshape(1)
    shape = x._array.shape
    count = shape[-1] if N is None else N
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    rows = x.unsqueeze(-1).expand(*shape, count - 1)
    return cat([rows.new_ones((*shape, 1)), rows.cumprod(-1)], -1)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers ``N - 1`` (as many as elements) down to 0 of a vector, one row for each element.

    Shapes: (n) to (n, N).

    >>> import minitorch as mt
    >>> mt.vander(mt.tensor([1, 2, 3]))
    tensor([[1, 1, 1],
            [4, 2, 1],
            [9, 3, 1]])
    """
    array = x._array
    if array.ndim != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = array.shape[0] if N is None else N
    if count < 0:
        raise RuntimeError("N must be non-negative.")
    x = x.long() if array.dtype.kind == "b" else x
    columns = x.unsqueeze(-1).expand(array.shape[0], max(count - 1, 0))
    powers = cat([x.new_ones(array.shape[0], 1), columns.cumprod(-1)], -1)[:, :count]
    return powers if increasing else powers.flip(-1)
