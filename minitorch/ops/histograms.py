"""Histograms in one and in several dimensions."""

from __future__ import annotations

import functools
import math
from typing import Any

from .. import backend, dtypes, return_types
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap as constant
from .operands import not_implemented


class Histogram(Operation):
    """How many points ``(N, D)`` fall into each cell of a grid, or the sum of their weights."""

    torch_name = "torch::autograd::NotImplemented"

    def forward(self, xp: Any, points: Any, weight: Any, density: Any, *edges: Any) -> Any:
        shape = tuple([len(e) - 1 for e in edges])
        place: Any = xp.zeros(len(points), "int64")
        inside: Any = xp.ones(len(points), bool)
        for column, e, count in zip(points.T, edges, shape, strict=True):
            cell = xp.searchsorted(e, column, side="right") - 1
            cell = xp.where(column == e[-1], count - 1, cell)  # the last cell has both its edges
            inside &= (column >= e[0]) & (column <= e[-1])
            place = place * count + cell
        weights = None if weight is None else weight.reshape(-1)[inside]
        counts = xp.bincount(place[inside], weights, math.prod(shape))
        counts = counts.reshape(shape).astype(points.dtype)
        if density:
            cells = functools.reduce(xp.multiply.outer, [xp.diff(e) for e in edges])
            counts = counts / counts.sum() / cells
        return counts

    def backward(self, grad: Any) -> Any:
        raise RuntimeError("derivative for aten::histogram is not implemented")


def edges_of(
    name: str, input: Any, points: Any, bins: Any, dim: int, low: float, high: float
) -> Any:
    """The edges along one dimension: as given, or of ``bins`` cells of equal width."""
    kind = dtypes.of(points)
    if isinstance(bins, TensorBase):
        e = bins._array
        if e.ndim != 1:
            raise RuntimeError(
                "torch.histogramdd: bins tensor should have one dimension, but got "
                f"{e.ndim} dimensions in the bins tensor for dimension {dim}"
            )
        if e.dtype != points.dtype:
            raise RuntimeError(
                "torch.histogramdd: input tensor and bins tensors should have the same dtype, but "
                f"got input with dtype {dtypes.C_TYPE[kind]} and bins for dimension {dim} with "
                f"dtype {dtypes.C_TYPE[dtypes.of(e)]}"
            )
        return bins
    if bins <= 0:
        raise RuntimeError(f"torch.{name}(): bins must be > 0, but got {bins} for dimension {dim}")
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(
            f"torch.histogramdd: dimension {dim}'s range [{low:g}, {high:g}] is not finite"
        )
    if low > high:
        raise RuntimeError(
            f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for "
            f"dimension {dim}"
        )
    if low == high:
        low, high = low - 0.5, high + 0.5
    xp = backend.array_module(points)
    return constant(input, xp.linspace(low, high, bins + 1, dtype=points.dtype))


def grid(
    name: str, input: Any, points: Any, bins: Any, limits: Any, weight: Any, density: bool
) -> tuple[Any, tuple[Any, ...]]:
    """The histogram of ``points`` ``(N, D)``, with ``bins`` cells or edges for each dimension."""
    array = points._array
    if array.dtype.char not in "fd":
        raise not_implemented("histogramdd", array)
    if weight is not None and weight._array.shape != array.shape[:-1]:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the "
            "input tensor excluding its innermost dimension, but got input with shape "
            f"{list(array.shape)} and weight with shape {list(weight._array.shape)}"
        )
    edges = []
    flat = array.reshape(-1, array.shape[-1])
    for dim, cells in enumerate(bins):
        if limits is not None:
            low, high = limits[2 * dim : 2 * dim + 2]
        elif flat.size and not isinstance(cells, TensorBase):
            low, high = float(flat[:, dim].min()), float(flat[:, dim].max())
        else:
            low, high = 0.0, 1.0 if not flat.size else 0.0
        edges.append(edges_of(name, input, array, cells, dim, low, high))
    points = points.reshape(-1, array.shape[-1])
    return Histogram.apply(points, weight, density, *edges), tuple(edges)


def histogram(
    input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False
) -> Any:
    """How many elements fall into each bin, and the edges of the bins.

    ``bins`` is the number of bins of equal width over ``range`` (that of the elements unless
    given), or a vector of edges. Each bin has its lower edge, the last one both. ``weight``: the
    weights of the elements are added up; ``density``: divided so that the area is 1.

    >>> import minitorch as mt
    >>> mt.histogram(mt.tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0))
    torch.return_types.histogram(
    hist=tensor([0., 2., 1., 0.]),
    bin_edges=tensor([0.0000, 0.7500, 1.5000, 2.2500, 3.0000]))
    """
    points = input.reshape(-1, 1)
    if weight is not None and weight._array.shape == input._array.shape:
        weight = weight.reshape(-1)
    counts, edges = grid("histogram", input, points, [bins], range, weight, density)
    return return_types.histogram((counts, edges[0]))


def histogramdd(
    input: Any, bins: Any, range: Any = None, weight: Any = None, density: bool = False
) -> Any:
    """How many of the points ``(..., D)`` fall into each cell of a grid, and the grid's edges.

    ``bins``: the number of cells along all dimensions, or along each, or the edges along each.
    ``range`` has the lower and the upper end for each dimension, one after the other.

    >>> import minitorch as mt
    >>> points = mt.tensor([[0.0, 1.0], [1.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
    >>> mt.histogramdd(points, bins=[3, 3]).hist
    tensor([[0., 1., 0.],
            [1., 0., 0.],
            [1., 0., 1.]])
    """
    if input._array.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    count = input._array.shape[-1]
    bins = [bins] * count if isinstance(bins, int) else list(bins)
    if len(bins) != count:
        raise RuntimeError(
            "histogramdd: The size of bins must be equal to the innermost dimension of the input."
        )
    return return_types.histogramdd(grid("histogramdd", input, input, bins, range, weight, density))
