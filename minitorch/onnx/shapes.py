"""The ONNX nodes of operations that move elements, choose them, or reduce dimensions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..ops import (
    cumulative,
    embedding,
    expanding,
    extremes,
    indexing,
    joining,
    norms,
    padding,
    places,
    ranking,
    rearranging,
    reduction,
    resampling,
    selection,
    shape,
    shuffling,
    slicing,
    splitting,
    statistics,
    subscript,
    transposing,
)

FAR = np.iinfo(np.int64).max  # as the end of a slice: up to the last element

# Shapes and parts ---------------------------------------------------------------------------------


def reshape(g: Any, x: Any, *how: Any) -> Any:
    """The same elements in the shape of the result."""
    return g.reshape(x, g.step.results[0].shape)


def transpose(g: Any, x: Any, dim0: int, dim1: int) -> Any:
    """Two dimensions exchanged."""
    order = list(range(len(x.shape)))
    if order:
        order[dim0], order[dim1] = order[dim1], order[dim0]
    return g.Transpose(x, perm=order)


def expand(g: Any, x: Any, shape: Any) -> Any:
    """Dimensions of length 1 made longer; what is as long already is said by a 1."""
    new = len(shape) - len(x.shape)
    have = (None,) * new + tuple(x.shape)
    return g.Expand(x, [1 if n == h else n for n, h in zip(shape, have, strict=True)])


def part(g: Any, x: Any, where: Any) -> Any:
    """What NumPy's basic index shows: slices first, then single places, then new dimensions."""
    items = [item for item in where if item is not Ellipsis]
    dims = [item for item in items if item is not None]
    cuts = []
    for axis, item in enumerate(dims):
        if isinstance(item, slice):
            start, step = item.start or 0, item.step or 1
            stop = FAR if item.stop is None else item.stop
            if not (start == 0 and step == 1 and stop in (FAR, x.shape[axis])):
                cuts.append((start, stop, axis, step))
    if cuts:
        x = g.Slice(x, *map(list, zip(*cuts, strict=True)))
    for axis, item in reversed(list(enumerate(dims))):
        if not isinstance(item, slice):
            x = g.Gather(x, np.array(item, np.int64), axis=axis)
    shown = [item for item in items if item is None or isinstance(item, slice)]
    new = [place for place, item in enumerate(shown) if item is None]
    return g.Unsqueeze(x, new) if new else x


def split(g: Any, x: Any, lengths: Any, dim: int) -> Any:
    """Ranges one after the other."""
    if len(lengths) == 1:
        return (x,)
    return tuple(g.Split(x, lengths, outputs=len(lengths), axis=dim))


def unbind(g: Any, x: Any, dim: int) -> Any:
    """Each place of a dimension by itself."""
    found = range(len(g.step.results))
    return tuple([g.Gather(x, np.array(place, np.int64), axis=dim) for place in found])


def cat(g: Any, dim: int, *parts: Any) -> Any:
    """One after the other, in one dtype."""
    dtype = g.step.results[0].dtype
    return g.Concat(*[g.cast(part, dtype) for part in parts], axis=dim)


def stack(g: Any, dim: int, *parts: Any) -> Any:
    """One after the other along a new dimension."""
    return cat(g, dim, *[g.Unsqueeze(part, [dim]) for part in parts])


def repeat(g: Any, x: Any, counts: Any) -> Any:
    """Copies side by side."""
    new = len(counts) - len(x.shape)
    x = g.Unsqueeze(x, list(range(new))) if new > 0 else x
    return g.Tile(x, [1] * -new + list(counts))


def flip(g: Any, x: Any, dims: Any) -> Any:
    """Dimensions from the last place to the first."""
    count = len(dims)
    return g.Slice(x, [-1] * count, [-FAR] * count, list(dims), [-1] * count)


def roll(g: Any, x: Any, shifts: Any, dims: Any) -> Any:
    """What leaves a dimension at its end comes in at its beginning."""
    if dims is None:
        count = math.prod(x.shape)
        flat = replace(g.reshape(x, [-1]), shape=(count,))
        return g.reshape(roll(g, flat, [shifts], [0]), x.shape)
    lengths = x.shape
    for shift, dim in zip(shifts, dims, strict=True):
        cut = -shift % lengths[dim] if lengths[dim] else 0
        x = g.Concat(g.Slice(x, [cut], [FAR], [dim]), g.Slice(x, [0], [cut], [dim]), axis=dim)
    return x


def pad(g: Any, x: Any, widths: Any, value: float) -> Any:
    """A constant at the ends; below 0 they are cut."""
    ends = [max(before, 0) for before, _ in widths] + [max(after, 0) for _, after in widths]
    cuts = [(axis, -min(b, 0), min(a, 0) or FAR) for axis, (b, a) in enumerate(widths)]
    cuts = [(axis, start, end) for axis, start, end in cuts if start or end != FAR]
    if cuts:
        axes, starts, stops = map(list, zip(*cuts, strict=True))
        return g.Slice(g.Pad(x, ends, np.array(value, x.dtype)), starts, stops, axes)
    return g.Pad(x, ends, np.array(value, x.dtype))


def pixel_shuffle(g: Any, x: Any, factor: int) -> Any:
    """Channels become pixels."""
    if len(x.shape) != 4:
        raise NotImplementedError("it needs (N, C, H, W)")
    return g.DepthToSpace(x, blocksize=factor, mode="CRD")


def pixel_unshuffle(g: Any, x: Any, factor: int) -> Any:
    """Pixels become channels."""
    *batch, channels, height, width = x.shape
    count = len(batch)
    cut = [*batch, channels, height // factor, factor, width // factor, factor]
    order = [count + place for place in (0, 2, 4, 1, 3)]
    x = g.Transpose(g.reshape(x, cut), perm=[*range(count), *order])
    return g.reshape(x, g.step.results[0].shape)


def channel_shuffle(g: Any, x: Any, groups: int) -> Any:
    """The channels of a group distributed among the others."""
    batch, channels, *rest = x.shape
    x = g.reshape(x, [batch, groups, channels // groups, *rest])
    x = g.Transpose(x, perm=[0, 2, 1, *range(3, 3 + len(rest))])
    return g.reshape(x, g.step.results[0].shape)


def resample(g: Any, x: Any, maps: Any) -> Any:
    """Each dimension through its taps: as a choice of elements, or a product with a matrix."""
    ndim = len(x.shape)
    for axis, taps in enumerate(maps, start=ndim - len(maps)):
        if taps is None:
            continue
        if taps.picks:
            x = g.Gather(x, taps.places[0], axis=axis)
        elif axis == ndim - 1:
            x = g.MatMul(x, taps.matrix.T.astype(x.dtype))
        else:  # for the matrix to stand on the left, the dimension must be the last but one
            order = list(range(ndim))
            order[axis], order[ndim - 2] = order[ndim - 2], order[axis]
            swapped = axis != ndim - 2
            x = g.Transpose(x, perm=order) if swapped else x
            x = g.MatMul(taps.matrix.astype(x.dtype), x)
            x = g.Transpose(x, perm=order) if swapped else x
    return x


# Elements by their places -------------------------------------------------------------------------


def pick(g: Any, x: Any, dim: int, span: int, places: Any) -> Any:
    """Elements at places; several dimensions that are indexed together are first made one."""
    if span != 1:
        count = math.prod(x.shape[dim : dim + span])
        x = g.reshape(x, [*x.shape[:dim], count, *x.shape[dim + span :]])
    return g.Gather(x, places, axis=dim)


def lookup(g: Any, weight: Any, indices: Any, *rest: Any) -> Any:
    """Rows of a table."""
    return g.Gather(weight, indices, axis=0)


# Reductions ---------------------------------------------------------------------------------------


def over(op: str, g: Any, x: Any, dims: Any, keepdim: bool, dtype: Any = None) -> Any:
    """A reduction over some dimensions, in the dtype of its result."""
    return g.reduce(op, g.cast(x, g.step.results[0].dtype), dims, keepdim)


def over_all(op: str, g: Any, x: Any, dtype: Any = None) -> Any:
    """A reduction over all dimensions."""
    return over(op, g, x, (), False)


def product(g: Any, x: Any, dim: int, keepdim: bool, dtype: Any = None) -> Any:
    """The product over a dimension."""
    return over("ReduceProd", g, x, (dim,), keepdim)


def truth(op: str, g: Any, x: Any, dims: Any, keepdim: bool) -> Any:
    """Whether all or any elements are not 0: the least or the largest of zeros and ones."""
    bits = g.cast(g.cast(x, bool), np.int32)
    bits = g.reduce(op, bits, dims, keepdim) if dims else bits
    return g.cast(bits, g.step.results[0].dtype)


def variance(g: Any, x: Any, dims: Any, correction: Any, keepdim: bool) -> tuple[Any, Any]:
    """The variance, and the mean."""
    dims = list(dims) or list(range(len(x.shape)))
    count = math.prod([x.shape[dim] for dim in dims])
    mean = g.reduce("ReduceMean", x, dims, True)
    away = g.Sub(x, mean)
    total = g.reduce("ReduceSum", g.Mul(away, away), dims, keepdim)
    mean = mean if keepdim else g.Squeeze(mean, dims)
    return g.Div(total, count - correction), mean


def deviation(*arguments: Any) -> tuple[Any, Any]:
    """The square root of the variance, and the mean."""
    g, *_ = arguments
    var, mean = variance(*arguments)
    return g.Sqrt(var), mean


def best(op: str, g: Any, x: Any, dim: Any, keepdim: bool) -> Any:
    """Where the largest or least element is; of all of them if there is no dimension."""
    if dim is None:
        x, dim = g.reshape(x, [-1]), 0
    return g.node(op, x, axis=dim, keepdims=int(keepdim))


def best_and_place(word: str, g: Any, x: Any, dim: int, keepdim: bool) -> Any:
    """The largest or least element along a dimension, and where it is."""
    value = g.reduce(f"Reduce{word}", x, [dim], keepdim)
    return value, best(f"Arg{word}", g, x, dim, keepdim)


def top(g: Any, x: Any, k: int, dim: int, largest: bool) -> Any:
    """The k largest or least, in order, and where they are."""
    if not x.shape:
        return x, g.constant(np.array(0, np.int64))
    return tuple(g.TopK(x, [k], outputs=2, axis=dim, largest=int(largest)))


def norm(g: Any, x: Any, p: float, dims: Any, keepdim: bool, dtype: Any) -> Any:
    """The sum of absolute values, or the root of the sum of squares."""
    if p not in (1, 2):
        raise NotImplementedError(f"the norm of order {p}")
    return over(f"ReduceL{int(p)}", g, x, dims or (), keepdim)


def log_sum_exp(g: Any, x: Any, dims: Any, keepdim: bool) -> Any:
    """The logarithm of the sum of exponentials."""
    return over("ReduceLogSumExp", g, x, dims, keepdim) if x.shape else x


def permute(g: Any, x: Any, dims: Any) -> Any:
    """The dimensions in another order."""
    return g.Transpose(x, perm=list(dims)) if dims else x


def cumulated(g: Any, x: Any, dim: int, dtype: Any) -> Any:
    """The sums of what came so far."""
    x = replace(g.cast(x, g.step.results[0].dtype), shape=x.shape)
    return g.CumSum(x, np.array(dim, np.int64)) if x.shape else x


def ordered(g: Any, x: Any, dim: int, descending: bool, stable: bool) -> Any:
    """All elements in order, and where they were; of equal ones the first comes first."""
    return top(g, x, x.shape[dim] if x.shape else 1, dim, descending)


SHAPES: dict[type, Callable[..., Any]] = {
    shape.View: reshape,
    shape.Unsqueeze: reshape,
    shape.Squeeze: reshape,
    shape.SqueezeDim: reshape,
    shape.SqueezeDims: reshape,
    transposing.Transpose: transpose,
    transposing.T: lambda g, x: g.Transpose(x),
    transposing.Permute: permute,
    expanding.Expand: expand,
    expanding.Repeat: repeat,
    slicing.Part: part,
    slicing.Select: part,
    slicing.Slice: part,
    subscript.NewDim: part,
    splitting.Split: split,
    splitting.SplitWithSizes: split,
    splitting.Unbind: unbind,
    joining.Cat: cat,
    joining.Stack: stack,
    rearranging.Flip: flip,
    rearranging.Roll: roll,
    rearranging.Tril: lambda g, x, k: g.Trilu(x, np.array(k, np.int64), upper=0),
    rearranging.Triu: lambda g, x, k: g.Trilu(x, np.array(k, np.int64), upper=1),
    padding.ConstantPadNd: pad,
    shuffling.PixelShuffle: pixel_shuffle,
    shuffling.PixelUnshuffle: pixel_unshuffle,
    shuffling.ChannelShuffle: channel_shuffle,
    resampling.Resample: resample,
    indexing.Index: pick,
    selection.IndexSelect: pick,
    places.Pick: pick,
    embedding.Embedding: lookup,
    reduction.Sum: partial(over_all, "ReduceSum"),
    reduction.SumDim: partial(over, "ReduceSum"),
    reduction.Mean: partial(over_all, "ReduceMean"),
    reduction.MeanDim: partial(over, "ReduceMean"),
    reduction.Prod: partial(over_all, "ReduceProd"),
    reduction.ProdDim: product,
    reduction.AllTrue: partial(truth, "ReduceMin"),
    reduction.AnyTrue: partial(truth, "ReduceMax"),
    reduction.Logsumexp: log_sum_exp,
    extremes.Max: partial(over_all, "ReduceMax"),
    extremes.Min: partial(over_all, "ReduceMin"),
    extremes.Amax: partial(over, "ReduceMax"),
    extremes.Amin: partial(over, "ReduceMin"),
    extremes.MaxDim: partial(best_and_place, "Max"),
    extremes.MinDim: partial(best_and_place, "Min"),
    extremes.Argmax: partial(best, "ArgMax"),
    extremes.Argmin: partial(best, "ArgMin"),
    ranking.Topk: top,
    ranking.Sort: ordered,
    ranking.SortStable: ordered,
    ranking.Argsort: lambda *arguments: ordered(*arguments)[1],
    statistics.Var: lambda *arguments: variance(*arguments)[0],
    statistics.VarMean: variance,
    statistics.Std: lambda *arguments: deviation(*arguments)[0],
    statistics.StdMean: deviation,
    norms.LinalgVectorNorm: norm,
    cumulative.Cumsum: cumulated,
}
