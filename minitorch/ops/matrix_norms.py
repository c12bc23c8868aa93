"""How large matrices are: norms, and condition numbers."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from . import lapack
from .dims import over_dims, takes_axis, wrap
from .norms import check_norm_dtype, vector_norm
from .solving import inv_ex
from .spectra import svdvals

NUMBERS = (2, -2, 1, -1, math.inf, -math.inf)


def matrix_norm(
    input: Any,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Any:
    """A norm of the matrices in the two dimensions ``dim``.

    ``"fro"``: √Σ|aᵢⱼ|², ``"nuc"``: the sum of the singular values, 2 and -2: the largest and
    smallest of them, 1 and -1: the largest and smallest sum of a column's absolute values, inf and
    -inf: of a row's.

    Shapes: (..., m, n) to (...).

    >>> import minitorch as mt
    >>> A = mt.tensor([[3.0, 0.0], [0.0, -4.0]])
    >>> mt.linalg.matrix_norm(A), mt.linalg.matrix_norm(A, "nuc"), mt.linalg.matrix_norm(A, 2)
    (tensor(5.), tensor(7.), tensor(4.))
    """
    name = "linalg.matrix_norm"
    array = input._array
    if array.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if array.dtype.kind not in "fc":
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got "
            f"{lapack.kind_of(array)}"
        )
    dims = [dim] if isinstance(dim, int) else list(dim)
    if len(dims) != 2:
        raise RuntimeError(f"{name}: dim must be a 2-tuple. Got {' '.join(map(str, dims))}")
    first, second = (wrap(d, array.ndim) for d in dims)
    if first == second:
        raise RuntimeError(f"{name}: dims must be different. Got ({dims[0]}, {dims[1]})")
    if ord not in ("fro", "nuc", *NUMBERS):
        raise RuntimeError(f"{name}: Order {ord} not supported.")
    if dtype is not None:
        check_norm_dtype(dtypes.of(array), dtype, name)
        input = input.to(dtype)
    if ord == "fro":
        return vector_norm(input, 2, [first, second], keepdim)
    if ord in ("nuc", 2, -2):
        if array.dtype.char == "e":
            raise RuntimeError(f"{name}: Low precision dtypes not supported. Got Half")
        values = svdvals(input.movedim((first, second), (-2, -1)))
        result = values.sum(-1) if ord == "nuc" else extreme(values, ord, -1)
        if keepdim:
            for place in sorted((first, second)):
                result = result.unsqueeze(place)
        return result
    along, over = (first, second) if abs(ord) == 1 else (second, first)
    over -= 1 if over > along and not keepdim else 0
    return extreme(vector_norm(input, 1, along, keepdim), ord, over, keepdim)


def extreme(values: Any, ord: float, dim: int, keepdim: bool = False) -> Any:
    """The largest value along ``dim``, 0 of none; for a negative ``ord`` the smallest."""
    if ord < 0:
        return values.amin(dim, keepdim)
    return values.amax(dim, keepdim) if values._array.shape[dim] else values.sum(dim, keepdim)


@takes_axis
def linalg_norm(
    input: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    """`vector_norm` over one dimension, `matrix_norm` over two, which ``dim`` or the input has.

    Without ``ord`` it is the 2-norm of all elements, or over ``dim``.

    >>> import minitorch as mt
    >>> mt.linalg.norm(mt.tensor([3.0, 4.0])), mt.linalg.norm(mt.eye(2), 2)
    (tensor(5.), tensor(1.))
    """
    dims = [dim] if isinstance(dim, int) else dim
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}"
        )
    ndim = input._array.ndim
    if dims is None and ord is not None and ndim not in (1, 2):
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
            f"{ndim}D."
        )
    if ord is None:
        return vector_norm(input, 2, dim, keepdim, dtype=dtype)
    if isinstance(ord, str) or (ndim if dims is None else len(dims)) == 2:
        return matrix_norm(input, ord, (-2, -1) if dims is None else dims, keepdim, dtype=dtype)
    return vector_norm(input, ord, dims, keepdim, dtype=dtype)


@over_dims
def norm(
    input: Any, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None
) -> Any:
    """The ``p``-norm of all elements, or over ``dim``; ``"fro"``, the default, is the 2-norm.

    ``"nuc"`` is the nuclear norm of `linalg.matrix_norm`.

    >>> import minitorch as mt
    >>> x = mt.tensor([[3.0, 4.0], [6.0, 8.0]])
    >>> x.norm(dim=1), x.norm(1)
    (tensor([ 5., 10.]), tensor(21.))
    """
    few = dim is None or isinstance(dim, int) or len(dim) <= 2
    if isinstance(p, str) and not (p == "fro" and few):
        dims = range(input._array.ndim) if dim is None else dim
        return matrix_norm(input, p, dims, keepdim, dtype=dtype)
    return vector_norm(input, 2 if p in (None, "fro") else p, dim, keepdim, dtype=dtype)


def cond(input: Any, p: Any = None) -> Any:
    """The condition number ``‖A‖ ‖A⁻¹‖`` of a matrix, infinite if it is singular.

    ``p`` is a norm of `matrix_norm`, the 2-norm unless given: the largest singular value by the
    smallest, which matrices that are not square have as well.

    Shapes: (..., m, n) to (...).

    >>> import minitorch as mt
    >>> mt.linalg.cond(mt.tensor([[1.0, 0.0], [0.0, 4.0]]))
    tensor(4.)
    """
    array = input._array
    if array.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p is not None and p not in ("fro", "nuc", *NUMBERS):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}")
    if not array.size:
        return input.new_zeros(array.shape[:-2]).real
    if p in (None, 2, -2):
        values = svdvals(input)
        largest, smallest = values[..., 0], values[..., -1]
        return smallest / largest if p == -2 else largest / smallest
    lapack.check_square(f"linalg.cond(ord={p})", array)
    inverse, info = inv_ex(input)
    result = matrix_norm(input, p) * matrix_norm(inverse, p)
    return result.masked_fill(info != 0, math.inf)
