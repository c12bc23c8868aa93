"""Pooling in one, two and three dimensions: the largest element, or the mean, of each window.

A window is a box, so pooling goes dimension by dimension, the last one first: the largest of a 3x3
window is the largest of its rows' largest. Along one dimension a loop runs over the few places
within a window, never over the windows. For windows of 2 that is

    y = maximum(x[..., 0::2], x[..., 1::2])

For the gradient of max pooling it is enough to know which place won, in each dimension. Of equal
elements the first one wins, and of several NaN the last one, as in PyTorch.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import kernels
from ..backend import array_module, to_device
from . import sums

ALL = slice(None)

# Elements that a step works on. A step passes over its data several times: in pieces that fit the
# processor's caches, 3x3 windows on 8x64x112x112 take 0.35 of the time.
PIECE_ON_CPU = 1 << 19

MANY = 1 << 12  # elements from which on pairs of neighbours are compared all at a time

# From so many places on windows that stand side by side are a dimension of their own to NumPy: the
# largest of 56x56 takes 0.27 instead of 0.77 ms for 320 images, its gradient 0.5 instead of 5.6.
LONG = 8

_BITS = {size: np.dtype(f"i{size}") for size in (1, 2, 4, 8)}


@dataclass(frozen=True)
class Windows:
    """The windows along one dimension.

    ``places`` holds for the first place of every window, for the second one, and so on: which
    windows have it, where in the input it is, and its number. ``reverse`` holds the same, arranged
    so that no entry names an element of the input twice: a gradient can be added there.
    """

    length: int  # of the input
    count: int  # of windows
    places: list[tuple[Any, Any, Any]]
    reverse: list[tuple[Any, Any, Any]]
    disjoint: bool = False  # no element of the input is in two windows
    # (kernel, stride, padding, dilation); None for windows of several sizes
    box: tuple[int, int, int, int] | None = None

    @property
    def pairs(self) -> bool:
        """Every window has two places."""
        return len(self.places) == 2 and all(window is ALL for window, _, _ in self.places)

    @functools.cached_property
    def tile(self) -> tuple[int, int] | None:
        """(windows, places) if the windows are long, stand side by side and cover the input."""
        kernel = self.length // max(self.count, 1)
        if kernel < LONG or kernel * self.count != self.length:
            return None
        return (self.count, kernel) if self.box == (kernel, kernel, 0, 1) else None

    @property
    def halves(self) -> bool:
        """The windows are pairs of neighbours, and cover the input."""
        return self.pairs and self.disjoint and self.length == 2 * self.count


def output_size(
    length: int, kernel: int, stride: int, padding: int, dilation: int = 1, ceil_mode: bool = False
) -> int:
    """How many windows there are; with ``ceil_mode`` the last one may hang over the end."""
    room = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    # A window must begin in the input or before it, not in the border behind it.
    return count - 1 if ceil_mode and (count - 1) * stride >= length + padding else count


@functools.lru_cache(256)
def windows(
    length: int, count: int, kernel: int, stride: int, padding: int = 0, dilation: int = 1
) -> Windows:
    """``count`` windows of ``kernel`` places, every ``stride``, without those in the border."""
    places: list[tuple[Any, Any, Any]] = []
    for place in range(kernel):
        shift = dilation * place - padding
        first = max(0, -(shift // stride))
        last = min(count, (length - 1 - shift) // stride + 1)
        if first < last:
            where = slice(first * stride + shift, (last - 1) * stride + shift + 1, stride)
            window = ALL if last - first == count else slice(first, last)
            places.append((window, where, len(places)))
    disjoint = stride > dilation * (kernel - 1)
    box = kernel, stride, padding, dilation
    return Windows(length, count, places, places, disjoint, box)


@functools.lru_cache(256)
def adaptive_windows(device: int | None, length: int, count: int) -> Windows:
    """``count`` windows that cover ``length``: from i L // count up to ceil((i + 1) L / count)."""
    if count and length % count == 0:
        return windows(length, count, length // count, length // count)
    i, j = np.arange(count), np.arange(length)
    there = functools.partial(to_device, index=device)
    start, end = i * length // count, -(-(i + 1) * length // count)
    # The windows that contain element j stand side by side too: from `first` up to `last`.
    first, last = np.searchsorted(end, j, "right"), np.searchsorted(start, j, "right")
    places, reverse = [], []
    for place in range(max(end - start, default=0)):
        window = i[start + place < end]
        places.append((there(window), there(start[window] + place), place))
    for step in range(max(last - first, default=0)):
        where = j[first + step < last]
        window = first[where] + step
        reverse.append((there(window), there(where), there(where - start[window])))
    return Windows(length, count, places, reverse)


def max_pool(x: Any, dims: Sequence[Windows]) -> Any:
    """The largest element of each window; ``dims`` are the last dimensions of ``x``."""
    if _fits(x, dims):
        return LARGEST(*_corners(x))
    return _in_pieces(_max_pool, dims, x)


def max_pool_gradient(g: Any, x: Any, dims: Sequence[Windows]) -> Any:
    """The gradient of `max_pool`: each element of ``g`` goes to the largest of its window."""
    if _fits(x, dims):
        dx = array_module(x).empty(x.shape, x.dtype)
        SPREAD(g, *_corners(x), *_corners(dx))
        return dx
    return _in_pieces(lambda g, x, dims: _spread(g, _winners(x, dims), dims), dims, g, x)


def max_pool_select(v: Any, x: Any, dims: Sequence[Windows]) -> Any:
    """What ``v`` has where ``x`` is the largest of its window: the gradient's gradient."""
    return _in_pieces(lambda v, x, dims: _select(v, _winners(x, dims), dims), dims, v, x)


def max_pool_indices(x: Any, dims: Sequence[Windows]) -> Any:
    """Where the largest elements are, in the input with its pooled dimensions laid out as one."""
    xp = array_module(x)
    lengths = [dim.length for dim in dims]
    places = xp.arange(math.prod(lengths)).reshape(lengths)
    return max_pool_select(xp.broadcast_to(places, x.shape), x, dims)


def sum_pool(x: Any, dims: Sequence[Windows]) -> Any:
    """The sum of each window."""
    return _in_pieces(_sum_pool, dims, x)


def sum_pool_gradient(g: Any, dims: Sequence[Windows]) -> Any:
    """The gradient of `sum_pool`: each element of ``g`` goes to all elements of its window."""
    return _in_pieces(_sum_pool_gradient, dims, g)


# For windows of 2x2 a kernel each: see kernels.py. The places in a window are [[a, b], [c, d]].
_LARGER = "T m = (b > a) | (b != b) ? b : a; T n = (d > c) | (d != d) ? d : c; "
LARGEST = kernels.Kernel(
    "largest", "T a, T b, T c, T d", "T y", _LARGER + "y = (n > m) | (n != n) ? n : m"
)
SPREAD = kernels.Kernel(
    "spread",
    "T g, T a, T b, T c, T d",
    "T at_a, T at_b, T at_c, T at_d",
    _LARGER + "T upper = (n > m) | (n != n) ? T(0) : g; T lower = (n > m) | (n != n) ? g : T(0); "
    "at_a = (b > a) | (b != b) ? T(0) : upper; at_b = (b > a) | (b != b) ? upper : T(0); "
    "at_c = (d > c) | (d != d) ? T(0) : lower; at_d = (d > c) | (d != d) ? lower : T(0)",
)


def _fits(x: Any, dims: Sequence[Windows]) -> bool:
    """Not on a CPU: there the loop takes 1.03 ms, NumPy 0.22, for numbers that lie two apart."""
    return kernels.on_gpu(x) and len(dims) == 2 and dims[0].halves and dims[1].halves


def _corners(x: Any) -> list[Any]:
    """The first places of all windows of 2x2, the second, the third, and the last."""
    return [x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)]


def _max_pool(x: Any, dims: Sequence[Windows]) -> Any:
    """The first dimension first, for once: less is left to do where neighbours are taken apart."""
    for axis, dim in reversed(_last_first(dims)):
        x = _largest(x, axis, dim)
    return x


def _winners(x: Any, dims: Sequence[Windows]) -> list[Any]:
    """For each dimension, the last one first: which place of its window has the largest element."""
    which = _first_largest
    # Whether there is a NaN is asked in main memory only: a GPU would have to be waited for.
    if x.dtype.kind == "f" and x.size and (not isinstance(x, np.ndarray) or np.isnan(x.max())):
        which = _first_largest_or_last_nan
    winners = []
    for axis, dim in _last_first(dims):
        y = None if axis == 1 and which is _first_largest and dim.pairs else _largest(x, axis, dim)
        winners.append(which(x, y, axis, dim))
        x = y
    return winners


def _spread(g: Any, winners: list[Any], dims: Sequence[Windows]) -> Any:
    """Each element of ``g`` at the place of the winner of its window, zeros elsewhere."""
    xp = array_module(g)
    for (axis, dim), winner in zip(reversed(_last_first(dims)), reversed(winners), strict=True):
        if dim.tile:
            dx = xp.zeros(_tiled(g.shape, axis, dim.tile), g.dtype)
            there = xp.expand_dims(winner, axis + 1)
            xp.put_along_axis(dx, there, xp.expand_dims(g, axis + 1), axis + 1)
            g = dx.reshape(_resized(g, axis, dim.length))
            continue
        if axis == g.ndim - 1 and g.itemsize == 4 and dim.halves:
            g = _interleaved(g, winner)
            continue
        dx = xp.zeros(_resized(g, axis, dim.length), g.dtype)
        for window, where, place in dim.reverse:
            at = _at(axis, window)
            won = _masked(g[at], winner[at] == _along(place, g.ndim - axis))
            if dim.disjoint:
                dx[_at(axis, where)] = won
            else:
                dx[_at(axis, where)] += won
        g = dx
    return g


def _select(v: Any, winners: list[Any], dims: Sequence[Windows]) -> Any:
    """What stands in ``v`` at the place of the winner of each window: `_spread` the other way."""
    xp = array_module(v)
    for (axis, dim), winner in zip(_last_first(dims), winners, strict=True):
        if dim.tile:
            there = xp.expand_dims(winner, axis + 1)
            v = v.reshape(_tiled(v.shape, axis, dim.tile))
            v = xp.take_along_axis(v, there, axis + 1).squeeze(axis + 1)
            continue
        y = xp.zeros(_resized(v, axis, dim.count), v.dtype)
        for window, where, place in dim.places:
            at = _at(axis, window)
            y[at] += _masked(v[_at(axis, where)], winner[at] == place)
        v = y
    return v


def _sum_pool(x: Any, dims: Sequence[Windows]) -> Any:
    xp = array_module(x)
    for axis, dim in _last_first(dims):
        if dim.tile:
            x = sums.over(xp, x.reshape(_tiled(x.shape, axis, dim.tile)), (axis + 1,))
            continue
        y = xp.zeros(_resized(x, axis, dim.count), x.dtype)
        for window, where, _ in dim.places:
            y[_at(axis, window)] += x[_at(axis, where)]
        x = y
    return x


def _sum_pool_gradient(g: Any, dims: Sequence[Windows]) -> Any:
    xp = array_module(g)
    for axis, dim in _last_first(dims):
        if dim.tile:
            g = g.repeat(dim.tile[1], axis)
            continue
        dx = xp.zeros(_resized(g, axis, dim.length), g.dtype)
        for window, where, _ in dim.reverse:
            dx[_at(axis, where)] += g[_at(axis, window)]
        g = dx
    return g


def _largest(x: Any, axis: int, dim: Windows) -> Any:
    """The largest elements along one dimension."""
    xp = array_module(x)
    if dim.tile:
        return x.reshape(_tiled(x.shape, axis, dim.tile)).max(axis + 1)
    if _beside(x, axis, dim):
        return _of_pairs(np.maximum, x, x.dtype)
    whole = [x[_at(axis, where)] for window, where, _ in dim.places if window is ALL]
    if len(whole) > 1:
        y = functools.reduce(xp.maximum, whole)
    else:
        y = xp.full(_resized(x, axis, dim.count), _lowest(x.dtype), x.dtype)
        y = xp.maximum(y, whole[0], out=y) if whole else y
    for window, where, _ in dim.places:
        if window is not ALL:
            at = _at(axis, window)
            part = y[at]  # a view; for adaptive windows a copy, hence the assignment
            y[at] = xp.maximum(part, x[_at(axis, where)], out=part)
    return y


def _first_largest(x: Any, y: Any, axis: int, dim: Windows) -> Any:
    """The place of the first of the largest elements, which are equal to ``y``."""
    xp = array_module(x)
    if _beside(x, axis, dim):
        return _of_pairs(np.less, x, np.dtype(bool)).view(np.uint8)
    if dim.pairs:
        first, second = (x[_at(axis, where)] for _, where, _ in dim.places)
        return (second > first).view(np.uint8)
    if dim.tile:
        return x.reshape(_tiled(x.shape, axis, dim.tile)).argmax(axis + 1)
    place = xp.zeros(y.shape, np.uint8 if len(dim.places) <= 256 else np.int64)
    missed = xp.ones(y.shape, bool)
    for window, where, _ in dim.places[:-1]:
        at = _at(axis, window)
        missed[at] &= x[_at(axis, where)] != y[at]
        place += missed
    return place


def _beside(x: Any, axis: int, dim: Windows) -> bool:
    """Whether the windows are pairs that lie side by side, and so many that `_of_pairs` pays."""
    beside = dim.halves and axis == x.ndim - 1 and x.itemsize in (2, 4)
    return beside and x.size >= MANY and isinstance(x, np.ndarray)


def _of_pairs(function: Callable[..., Any], x: Any, dtype: np.dtype) -> Any:
    """``function(first, second)`` of each pair of neighbours along the last dimension.

    NumPy takes every other number one by one, but all numbers and their neighbours many at a time.
    So all neighbours are asked, and every other answer is thrown away: two answers as one number of
    twice the bytes, cut to the half that the first one fills. 0.35 to 0.5 of the time.
    """
    line = x.reshape(-1)
    answers = np.empty(line.size, dtype)
    function(line[:-1], line[1:], out=answers[:-1])
    first = answers.view(f"<u{2 * dtype.itemsize}").astype(f"<u{dtype.itemsize}")
    return first.view(dtype).reshape(*x.shape[:-1], -1)


def _first_largest_or_last_nan(x: Any, y: Any, axis: int, dim: Windows) -> Any:
    """As `_first_largest`; of a window with NaN the place of the last one."""
    xp = array_module(x)
    place = _first_largest(x, y, axis, dim)
    for window, where, number in dim.places:
        at = _at(axis, window)
        place[at] = xp.where(xp.isnan(x[_at(axis, where)]), number, place[at])
    return place


def _masked(values: Any, mask: Any) -> Any:
    """``values`` where ``mask`` holds, else 0.

    By bits: ``where`` takes 10 times as long for a random mask, and ``values * mask`` makes inf * 0
    a NaN.
    """
    bits = values.view(_BITS[values.itemsize])
    return (bits & -mask.view(_BITS[1])).view(values.dtype)


def _interleaved(g: Any, winner: Any) -> Any:
    """``[[a], [b]]`` with winners ``[[0], [1]]`` becomes ``[[a, 0], [0, b]]``.

    Two elements of 4 bytes are a number of 8 bytes, which is shifted if the second one wins: half
    the time of writing to every other place, twice.
    """
    both = g.view(np.uint32).astype(np.uint64, order="C")
    shifted = winner if sys.byteorder == "little" else 1 - winner
    both <<= 32 * shifted  # bytes: their product takes 0.07 of the time of their shift
    return both.view(g.dtype)


def _in_pieces(function: Callable[..., Any], dims: Sequence[Windows], *arrays: Any) -> Any:
    """``function`` of the arrays and ``dims``, on a part of the batch at a time."""
    xp = array_module(arrays[0])
    while len(dims) > 1 and dims[0].length == dims[0].count == 1:
        dims = dims[1:]  # nothing to do there: it counts as a dimension of the batch
    batch = arrays[0].shape[: arrays[0].ndim - len(dims)]
    total = math.prod(batch)
    arrays = tuple(a.reshape(total, *a.shape[a.ndim - len(dims) :]) for a in arrays)
    if len(dims) > 1 and all(dim.box == (dim.length, dim.length, 0, 1) for dim in dims):
        # one window is all there is: one dimension will do
        length = math.prod([dim.length for dim in dims])
        one = [windows(length, 1, length, length)]
        y = _in_pieces(function, one, *[a.reshape(total, math.prod(a.shape[1:])) for a in arrays])
        sizes = [1 if y.shape[1] == 1 else dim.length for dim in dims]
        return y.reshape(*batch, *sizes)
    largest = max(math.prod(a.shape[1:]) for a in arrays)
    step = max(1, PIECE_ON_CPU // max(1, largest)) if xp is np else total
    if total <= step:
        y = function(*arrays, dims)
    else:
        piece = function(*[a[:step] for a in arrays], dims)
        y = xp.empty((total, *piece.shape[1:]), piece.dtype)
        y[:step] = piece
        for i in range(step, total, step):
            y[i : i + step] = function(*[a[i : i + step] for a in arrays], dims)
    return y.reshape(*batch, *y.shape[1:])


def _last_first(dims: Sequence[Windows]) -> list[tuple[int, Windows]]:
    """The dimensions with their places in an array of one batch dimension, the last one first."""
    return [(axis, dims[axis - 1]) for axis in range(len(dims), 0, -1)]


def _lowest(dtype: Any) -> Any:
    return -math.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _resized(array: Any, axis: int, length: int) -> tuple[int, ...]:
    """The shape of ``array`` with ``length`` elements along ``axis``."""
    return (*array.shape[:axis], length, *array.shape[axis + 1 :])


def _tiled(shape: tuple[int, ...], axis: int, tile: tuple[int, int]) -> tuple[int, ...]:
    """``shape`` with the windows along ``axis``, and the places of each as the next dimension."""
    return (*shape[:axis], *tile, *shape[axis + 1 :])


def _at(axis: int, where: Any) -> tuple[Any, ...]:
    """The index that takes ``where`` along ``axis``."""
    return (ALL,) * axis + (where,)


def _along(place: Any, dims: int) -> Any:
    """An array of places along the first of ``dims`` dimensions; a single place as it is."""
    return place if isinstance(place, int) else place.reshape(-1, *(1,) * (dims - 1))
