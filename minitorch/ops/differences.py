"""Numerical calculus: differences of neighbours, slopes, areas under sampled curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..autograd.graph import TensorBase
from .dims import over_dims, takes_axis, wrap
from .joining import cat
from .operands import invalid_combination, plain
from .sizes import is_integer

# Differences --------------------------------------------------------------------------------------


@over_dims
def diff(input: Any, n: int = 1, dim: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The differences ``x[i + 1] - x[i]`` along ``dim``, taken ``n`` times; of bools ``!=``.

    ``prepend`` and ``append`` are joined to ``input`` first.

    >>> import minitorch as mt
    >>> mt.diff(mt.tensor([1, 3, 2])), mt.diff(mt.tensor([1, 3, 2]), n=2)
    (tensor([ 2, -1]), tensor([-3]))
    """
    shape = input._array.shape
    if not shape:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    dim = wrap(dim, len(shape))
    for more in (prepend, append):
        if more is not None:
            check_ends(shape, more._array.shape, dim)
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    parts = [part for part in (prepend, input, append) if part is not None]
    x = cat(parts, dim) if len(parts) > 1 else input
    if n == 0:
        return x.clone() if x is input else x
    for _ in range(min(n, x._array.shape[dim])):
        length = x._array.shape[dim]
        after, before = x.narrow(dim, 1, length - 1), x.narrow(dim, 0, length - 1)
        x = after.logical_xor(before) if x._array.dtype.kind == "b" else after - before
    return x


def check_ends(shape: tuple[int, ...], other: tuple[int, ...], dim: int) -> None:
    """Refuse what cannot be joined to the input of `diff`."""
    if len(other) != len(shape):
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for place, (size, given) in enumerate(zip(shape, other, strict=True)):
        if place != dim and size != given:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input "
                f"except along the differencing dimension; input.size({place}) = {size}, but got "
                f"tensor.size({place}) = {given}"
            )


@takes_axis
def gradient(input: Any, *, spacing: Any = None, dim: Any = None, edge_order: int = 1) -> Any:
    """The slopes of a sampled function along each of the dimensions, by central differences.

    ``spacing`` is the distance of the samples, one number for all dimensions or one for each, or
    their coordinates, a vector for each. At the edges the slope is that of a line through two
    samples, with ``edge_order=2`` of a parabola through three.

    >>> import minitorch as mt
    >>> mt.gradient(mt.tensor([1.0, 2.0, 4.0, 8.0]))
    (tensor([1.0000, 1.5000, 3.0000, 4.0000]),)
    """
    if input._array.dtype == "uint8":
        raise RuntimeError("torch.gradient does not support uint8 input.")
    ndim = input._array.ndim
    given = [dim] if is_integer(dim) else dim
    dims = list(range(ndim)) if given is None else [wrap(d, ndim) for d in given]
    if dims and not ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    steps = [1] * len(dims) if spacing is None else spacing
    steps = [steps] * len(dims) if plain(steps) is not None else list(steps)
    if len(steps) != len(dims):
        wanted = f"'self.dim() = {ndim}', since dim argument was not given"
        if given is not None:
            wanted = f"'dim' argument, but dim has length {len(dims)}"
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length "
            f"equal to {wanted}, but got a list of length {len(steps)}"
        )
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    for step in steps:
        if isinstance(step, TensorBase) and step._array.ndim != 1:
            raise RuntimeError(
                "torch.gradient expected each element of spacing to have one dimension, but got an "
                f"element with {step._array.ndim} dimensions!"
            )
    for d in dims:
        if input._array.shape[d] <= edge_order:
            raise RuntimeError(
                "torch.gradient expected each dimension size to be at least edge_order+1"
            )
    return tuple([slopes(input, d, step, edge_order) for d, step in zip(dims, steps, strict=True)])


def slopes(x: Any, dim: int, step: Any, edge_order: int) -> Any:
    """The slopes along one dimension."""
    length = x._array.shape[dim]

    def at(start: int, count: int = 1) -> Any:
        return x.narrow(dim, start % length, count)

    if not isinstance(step, TensorBase):
        inner = (at(2, length - 2) - at(0, length - 2)) / (2 * step) if length > 2 else None
        if edge_order == 1:
            ends = (at(1) - at(0)) / step, (at(-1) - at(-2)) / step
        else:
            ends = (
                (-1.5 * at(0) + 2 * at(1) - 0.5 * at(2)) / step,
                (0.5 * at(-3) - 2 * at(-2) + 1.5 * at(-1)) / step,
            )
    else:  # weights of three samples at distances a and b from the middle one
        steps = step.diff()[: length - 1]
        shape = [-1 if d == dim else 1 for d in range(x._array.ndim)]
        a, b = steps[:-1].reshape(shape), steps[1:].reshape(shape)
        left, middle, right = -b / (a * (a + b)), (b - a) / (a * b), a / (b * (a + b))
        inner = left * at(0, length - 2) + middle * at(1, length - 2) + right * at(2, length - 2)
        a, b = steps[0], steps[-1]
        if edge_order == 1:
            ends = (at(1) - at(0)) / a, (at(-1) - at(-2)) / b
        else:
            second, before = steps[1], steps[-2]
            ends = (
                -(2 * a + second) / (a * (a + second)) * at(0)
                + (a + second) / (a * second) * at(1)
                - a / (second * (a + second)) * at(2),
                b / (before * (before + b)) * at(-3)
                - (before + b) / (before * b) * at(-2)
                + (2 * b + before) / (b * (before + b)) * at(-1),
            )
    return cat([ends[0], ends[1]] if inner is None else [ends[0], inner, ends[1]], dim)


# Areas --------------------------------------------------------------------------------------------


@takes_axis
def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The area under the samples ``y`` along ``dim``, joined by lines: ``Σ (yᵢ + yᵢ₊₁) / 2 · dx``.

    ``x`` are the places of the samples; without it they are ``dx`` apart, 1 unless given.

    >>> import minitorch as mt
    >>> mt.trapezoid(mt.tensor([1.0, 5.0, 10.0])), mt.trapezoid(mt.tensor([1.0, 5.0]), dx=2)
    (tensor(10.5000), tensor(6.))
    """
    shape = y._array.shape
    if shape and not shape[wrap(dim, len(shape))]:
        return y.detach().sum(dim, dtype=dtypes.of(y._array))
    x, dx = distances("trapezoid", y, x, dx, dim)
    if x is not None:
        return (pairs(y, dim) * x).sum(dim) / 2.0
    return (y.sum(dim) - (y.select(dim, 0) + y.select(dim, -1)) * 0.5) * dx


@takes_axis
def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """The areas up to each sample after the first; see `trapezoid`.

    >>> import minitorch as mt
    >>> mt.cumulative_trapezoid(mt.tensor([1.0, 5.0, 10.0]))
    tensor([ 3.0000, 10.5000])
    """
    x, dx = distances("cumulative_trapezoid", y, x, dx, dim)
    if x is not None:
        return (pairs(y, dim) * x).cumsum(dim) / 2.0
    return (pairs(y, dim) * (dx / 2.0)).cumsum(dim)


@takes_axis
def trapz(y: Any, x: Any = None, *, dx: float = 1, dim: int = -1) -> Any:
    """The older name of `trapezoid`.

    >>> import minitorch as mt
    >>> mt.trapz(mt.tensor([0.0, 1.0, 4.0]))
    tensor(3.)
    """
    return trapezoid(y, x, dim=dim) if x is not None else trapezoid(y, dx=dx, dim=dim)


def pairs(y: Any, dim: int) -> Any:
    """The sum of each sample and the next."""
    count = max(y._array.shape[dim] - 1, 0)
    return y.narrow(dim, y._array.shape[dim] - count, count) + y.narrow(dim, 0, count)


def distances(name: str, y: Any, x: Any, dx: Any, dim: int) -> tuple[Any, Any]:
    """How far the places ``x`` are from each other, shaped as ``y``, and ``dx`` as a number."""
    shape: Sequence[int] = y._array.shape
    dx = dx._array.item() if isinstance(dx, TensorBase) else dx
    if (x is not None and dx is not None) or (dx is not None and plain(dx) is None):
        raise invalid_combination(name, (y, x, dx))
    if y._array.dtype.kind == "b" or (x is not None and x._array.dtype.kind == "b"):
        where = "`y`" if x is None else "`x` or `y`"
        raise RuntimeError(f"{name}: received a bool input for {where}, but bool is not supported")
    if isinstance(dx, bool | complex):
        raise RuntimeError(f"{name}: Currently, we only support dx as a real number.")
    if not shape:
        if name == "trapezoid":
            dim = dim if x is None else 0
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    place = wrap(dim, len(shape))
    if x is None:
        return None, 1.0 if dx is None else float(dx)
    if x._array.ndim == 1:
        if x._array.shape[0] != shape[place]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = x.reshape([-1 if d == place else 1 for d in range(len(shape))])
    elif x._array.ndim < len(shape):
        x = x.reshape((1,) * (len(shape) - x._array.ndim) + x._array.shape)
    return x.diff(dim=place), None
