"""How large vectors are, and how far apart: norms and distances."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from . import operands, sums
from .arrays import row_major
from .dims import over_dims, wrap, wrap_all
from .masking import masked
from .reduction import restore

# How `cdist` computes Euclidean distances, in PyTorch's words.
WHERE_MANY = "use_mm_for_euclid_dist_if_necessary"
ALWAYS, NEVER = "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"


class LinalgVectorNorm(Operation):
    """``(|x| ** p).sum(dims) ** (1 / p)``, and what that tends to for p = 0 and p = inf."""

    def forward(self, xp: Any, input: Any, p: Any, dims: Any, keepdim: Any, dtype: Any) -> Any:
        if dtype is not None:
            input = input.astype(dtype.numpy, copy=False)
        return norm_of(xp, input, p, dims, keepdim)

    def grad_input(
        self, grad: Any, input: Any, p: Any, dims: Any, keepdim: Any, dtype: Any, out: Any
    ) -> Any:
        sizes = input._array.shape
        grad, norm = restore(grad, sizes, dims, keepdim), restore(out, sizes, dims, keepdim)
        return grad_norm(grad, input if dtype is None else input.to(dtype), p, dims, norm)


def norm_of(xp: Any, x: Any, p: float, dims: tuple[int, ...], keepdim: bool) -> Any:
    """The norm of the array ``x`` over ``dims``."""
    kind = x.real.dtype
    x = x.astype("f") if kind.char == "e" else x  # as in PyTorch
    if p == 2 and x.dtype.kind == "f":
        if len(dims) == x.ndim and not keepdim:
            norm = xp.sqrt(sums.total_of_squares(xp, x))
        else:
            norm = xp.sqrt(sums.over(xp, x * x, dims, keepdim))
    else:
        size = xp.absolute(x)
        if p == 0:
            norm = (size != 0).sum(axis=dims, keepdims=keepdim)
        elif p == math.inf:
            norm = size.max(axis=dims, keepdims=keepdim)
        elif p == -math.inf:
            norm = size.min(axis=dims, keepdims=keepdim)
        else:
            power = size if p == 1 else size**p
            norm = sums.over(xp, power, dims, keepdim) ** (1 / p)
    return row_major(xp, norm.astype(kind, copy=False))


def grad_norm(grad: Any, x: Any, p: float, dims: tuple[int, ...], norm: Any) -> Any:
    """The gradient of ``norm``, that of ``x`` over ``dims`` (kept); zero where the norm is 0."""
    if p == 0:
        return None
    if p == 1:
        return grad * x.sgn()
    if p == 2:
        return grad * masked(x / norm, norm != 0)
    size = x.abs()
    if math.isinf(p):  # those that are largest (or smallest) share it
        extreme = (size == norm) | size.isnan()
        return x.sgn() * masked(grad / extreme.sum(dims, True), extreme)
    slope = x.sgn() * masked(size.pow(p - 1), size != 0)
    return slope * masked(grad / norm.pow(p - 1), norm != 0)


class Dist(Operation):
    """The norm of ``a - b``."""

    def forward(self, xp: Any, input: Any, other: Any, p: Any) -> Any:
        difference = input - other
        return norm_of(xp, difference, p, tuple(range(difference.ndim)), False)

    def backward(self, grad: Any, input: Any, other: Any, p: Any, out: Any) -> Any:
        difference = input - other
        towards = grad_norm(grad, difference, p, tuple(range(difference._array.ndim)), out)
        return towards, None if towards is None else -towards


class Cdist(Operation):
    """The norms of the differences between each row of one matrix and each row of another."""

    def forward(self, xp: Any, x1: Any, x2: Any, p: Any) -> Any:
        difference = x1[..., :, None, :] - x2[..., None, :, :]
        return norm_of(xp, difference, p, (difference.ndim - 1,), False)

    def backward(self, grad: Any, x1: Any, x2: Any, p: Any, out: Any) -> Any:
        difference = x1.unsqueeze(-2) - x2.unsqueeze(-3)
        last = (difference._array.ndim - 1,)
        towards = grad_norm(grad.unsqueeze(-1), difference, p, last, out.unsqueeze(-1))
        if p == 1:  # the sign of NaN, which is 0, is NaN here
            towards = towards.where(~difference.isnan(), difference)
        if towards is None:  # p = 0
            towards = difference.new_zeros(difference._array.shape)
        return towards.sum(-2), -towards.sum(-3)


class EuclideanDist(Operation):
    """`Cdist` for p = 2 by a product of matrices: ``|a − b|² = |a|² − 2 a·b + |b|²``.

    Of rows that are nearly equal it has few right digits, since large numbers cancel.
    """

    torch_name = "ViewBackward0"  # PyTorch composes it, and a view comes last

    def forward(self, xp: Any, x1: Any, x2: Any) -> Any:
        squares = (x1 * x1).sum(axis=-1)[..., None] + (x2 * x2).sum(axis=-1)[..., None, :]
        squares -= 2 * (x1 @ x2.swapaxes(-1, -2))
        return xp.sqrt(xp.maximum(squares, 0))

    def backward(self, grad: Any, x1: Any, x2: Any, out: Any) -> Any:
        ratio = masked(grad / out, out != 0)
        return (
            x1 * ratio.sum(-1, True) - ratio @ x2,
            x2 * ratio.sum(-2).unsqueeze(-1) - ratio.mT @ x1,
        )


@over_dims
def vector_norm(
    x: Any, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Any:
    r"""The norm of the elements of ``x`` as one vector, or of the vectors along ``dim``.

    $(\sum_i |x_i|^p)^{1/p}$ with p = ``ord``; inf: the largest, -inf: the smallest absolute value;
    0: the number of elements that are not zero.

    >>> import minitorch as mt
    >>> mt.linalg.vector_norm(mt.tensor([3.0, 4.0]))
    tensor(5.)
    """
    if not isinstance(ord, int | float):
        number = operands.plain(ord.item() if isinstance(ord, TensorBase) else ord)
        if not isinstance(number, int | float):
            raise TypeError(
                "linalg_vector_norm(): argument 'ord' (position 2) must be Number, "
                f"not {type(ord).__name__}"
            )
        ord = number
    array = x._array
    check_norm_dtype(dtypes.of(array), dtype)
    dims = wrap_all(dim, array.ndim)
    if array.size == 0 and (ord < 0 or ord == math.inf):
        refuse_empty_norm(array.shape, ord, None if dim is None else dims)
    return LinalgVectorNorm.apply(x, ord, dims, keepdim, dtype)


def check_norm_dtype(have: Any, dtype: Any, name: str = "linalg.vector_norm") -> None:
    """Norms are of floating numbers, and ``dtype`` must not lose digits."""
    if have.category < dtypes.FLOATING:
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got "
            f"{dtypes.SCALAR_TYPE[have]}"
        )
    if dtype is None:
        return
    if dtype.category < dtypes.FLOATING:
        raise RuntimeError(
            f"{name}: dtype should be floating point or complex, but got "
            f"{dtypes.SCALAR_TYPE[dtype]}"
        )
    if dtype.is_complex != have.is_complex:
        kind = "complex" if have.is_complex else "real"
        raise RuntimeError(
            f"{name}: dtype should be {kind} for {kind} inputs, but got {dtypes.SCALAR_TYPE[dtype]}"
        )
    if dtypes.promote_types(have, dtype) is not dtype:
        raise RuntimeError(
            f"{name}: the dtype of the input ({dtypes.SCALAR_TYPE[have]}) should be "
            f"convertible without narrowing to the specified dtype ({dtypes.SCALAR_TYPE[dtype]})"
        )


def refuse_empty_norm(shape: tuple[int, ...], ord: float, dims: tuple[int, ...] | None) -> None:
    """A norm without identity, of no elements."""
    shown = str(ord) if math.isinf(ord) else f"{ord:g}"
    if dims is None:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {shown} norm on an empty tensor because the "
            "operation does not have an identity"
        )
    for dim in dims:
        if shape[dim] == 0:
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {shown} norm on the dimension {dim}because "
                "this dimension is empty and the operation does not have an identity"
            )


def norm_except_dim(v: Any, pow: int = 2, dim: int = 0) -> Any:
    """The ``pow``-norm over all dimensions but ``dim``, which are kept; over all if it is -1.

    >>> import minitorch as mt
    >>> mt.norm_except_dim(mt.tensor([[3.0, 4.0], [6.0, 8.0]]))
    tensor([[ 5.],
            [10.]])
    """
    if dim == -1:
        return vector_norm(v, pow)
    dim = wrap(dim, v._array.ndim)
    return vector_norm(v, pow, [d for d in range(v._array.ndim) if d != dim], True)


@over_dims
def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Any:
    """``input`` with the slices along ``dim`` scaled down whose ``p``-norm is above ``maxnorm``.

    >>> import minitorch as mt
    >>> mt.renorm(mt.tensor([[3.0, 4.0], [0.3, 0.4]]), p=2, dim=0, maxnorm=1)
    tensor([[0.6000, 0.8000],
            [0.3000, 0.4000]])
    """
    ndim = input._array.ndim
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {ndim} dimensions")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    place = wrap(dim, ndim)
    norms = vector_norm(input, p, [d for d in range(ndim) if d != place], True)
    above = norms > maxnorm
    # PyTorch's small addend, so that rounding does not leave the norm above the limit
    scale = (maxnorm / (norms + 1e-7)).masked_fill(~above, 1)
    return (input * scale).contiguous()


@over_dims
def dist(input: Any, other: Any, p: float = 2) -> Any:
    """The ``p``-norm of ``input - other``, which are broadcast together.

    >>> import minitorch as mt
    >>> mt.dist(mt.tensor([1.0, 2.0]), mt.tensor([4.0, 6.0]))
    tensor(5.)
    """
    kind = dtypes.result_type(input._array, other._array)
    if kind.category < dtypes.FLOATING:
        raise RuntimeError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{dtypes.SCALAR_TYPE[kind]} instead."
        )
    if math.isinf(p) and not (input._array.size and other._array.size):
        refuse_empty_norm((), p, None)
    return Dist.apply(input.to(kind), other.to(kind), float(p))


@over_dims
def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: str = WHERE_MANY) -> Any:
    """The ``p``-norm distance between each row of ``x1`` and each row of ``x2``.

    Shapes: ``(..., P, M)`` and ``(..., R, M)`` to ``(..., P, R)``. Between more than 25 rows
    distances with ``p = 2`` come from a product of matrices, which is faster, but less exact for
    rows that are close to each other. ``compute_mode="use_mm_for_euclid_dist"`` has it so always,
    ``"donot_use_mm_for_euclid_dist"`` never.

    >>> import minitorch as mt
    >>> mt.cdist(mt.tensor([[0.0, 0.0]]), mt.tensor([[3.0, 4.0], [0.0, 1.0]]))
    tensor([[5., 1.]])
    """
    if compute_mode not in (WHERE_MANY, ALWAYS, NEVER):
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for name, tensor in (("X1", x1), ("X2", x2)):
        if tensor._array.ndim < 2:
            raise RuntimeError(
                f"cdist only supports at least 2D tensors, {name} got: {tensor._array.ndim}D"
            )
        if tensor._array.dtype.kind != "f":
            kind = dtypes.SCALAR_TYPE[dtypes.of(tensor._array)]
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {kind}")
    columns = x1._array.shape[-1], x2._array.shape[-1]
    if columns[0] != columns[1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {columns[0]} X2: {columns[1]}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1._array.dtype != x2._array.dtype:
        raise RuntimeError(
            f"expected scalar type {dtypes.SCALAR_TYPE[dtypes.of(x1._array)]} but found "
            f"{dtypes.SCALAR_TYPE[dtypes.of(x2._array)]}"
        )
    many = x1._array.shape[-2] > 25 or x2._array.shape[-2] > 25
    if p == 2 and (many or compute_mode == ALWAYS) and compute_mode != NEVER:
        return EuclideanDist.apply(x1, x2)
    if x1._array.dtype.char == "e" and x1._array.size and x2._array.size:
        raise operands.not_implemented("cdist", x1._array)
    return Cdist.apply(x1, x2, p)
