"""Resampling: each element of the output is a weighted sum of a few of the input.

It goes dimension by dimension. The elements that go into the sum are the taps of an output: one for
nearest, two for linear, four for cubic interpolation. Written as a matrix, with a row for each
output, the taps are mostly zeros; the gradient is the product with the transposed matrix, so it is
taps again, and so is its gradient.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import backend
from ..autograd.operation import Operation
from .arrays import channels_as_in, wide

# Up to so many elements along a dimension the product with the whole matrix is faster than the sum
# over the taps: 32 -> 64 elements on 4x64 images takes 0.52 of the time, 256 -> 512 takes 3.1.
DENSE = 96
EDGE = 8  # up to so many elements beside a run of neighbours are copied one by one


@dataclass(frozen=True, eq=False)
class Taps:
    """Along one dimension: of which elements each output is the sum, and with which weights.

    They are NumPy's arrays: what is asked of them would wait for a GPU.
    """

    length: int  # of the input
    places: np.ndarray  # (taps, length of the output)
    weights: np.ndarray  # the same shape
    device: int | None  # where the input is

    @functools.cached_property
    def there(self) -> list[tuple[Any, Any]]:
        """Places and weights of each tap, where the input is."""
        both = [backend.to_device(part, self.device) for part in (self.places, self.weights)]
        return list(zip(*both, strict=True))

    @functools.cached_property
    def picks(self) -> bool:
        """Whether each output is one element of the input as it is."""
        return len(self.places) == 1 and bool((self.weights == 1).all())

    @functools.cached_property
    def run(self) -> tuple[int, int]:
        """From which output to which they are neighbours in the input: the longest such run."""
        ends = np.flatnonzero(np.diff(self.places[0], prepend=-9, append=-9) != 1)
        longest = int(np.diff(ends).argmax())
        return int(ends[longest]), int(ends[longest + 1])

    @functools.cached_property
    def matrix(self) -> Any:
        """(length of the output, length of the input)."""
        count = self.places.shape[1]
        matrix = np.zeros((count, self.length), self.weights.dtype)
        rows = np.arange(count)
        for places, weights in zip(self.places, self.weights, strict=True):
            matrix[rows, places] += weights  # no place twice in one tap
        return matrix

    @functools.cached_property
    def transposed(self) -> Taps:
        """The taps of the gradient: for each input the outputs it went into."""
        weights = self.weights.reshape(-1)
        count = self.places.shape[1]
        used = np.flatnonzero(weights)
        places = self.places.reshape(-1)[used]
        order = used[np.argsort(places, kind="stable")]
        places = self.places.reshape(-1)[order]
        rank = np.arange(len(order)) - np.searchsorted(places, places)
        shape = (int(rank.max()) + 1 if len(order) else 1, self.length)
        found, factors = np.zeros(shape, places.dtype), np.zeros(shape, weights.dtype)
        found[rank, places], factors[rank, places] = order % count, weights[order]
        found = np.where(factors != 0, found, found[0])  # so that a NaN gets nowhere else
        return Taps(count, found, factors, self.device)


class Resample(Operation):
    """Each of the last dimensions of ``x`` through its taps; None leaves it as it is."""

    def forward(self, xp: Any, x: Any, maps: Any) -> Any:
        work = x if x.dtype.kind == "u" else wide(x)
        # In a product with a matrix a NaN or infinity would spread to where its weight is 0.
        short = any(taps and not taps.picks and taps.length <= DENSE for taps in maps)
        # (On a GPU to look would be to wait.)
        short = short and x.dtype.kind == "f" and not backend.is_gpu_array(x)
        finite = short and bool(xp.isfinite(work.sum()))
        for back, taps in enumerate(reversed(maps), start=1):
            if taps is not None:
                work = along(xp, work, x.ndim - back, taps, finite and taps.length <= DENSE)
        out = work.copy() if work is x else work.astype(x.dtype, copy=False)
        return channels_as_in(xp, out, x)

    def grad_x(self, grad: Any, maps: Any) -> Any:
        return Resample.apply(grad, [taps and taps.transposed for taps in maps])


@functools.cache
def operation(name: str) -> type[Operation]:
    """`Resample` under the name that PyTorch has for a mode."""
    return type(name, (Resample,), {"__doc__": Resample.__doc__, "__module__": __name__})


def along(xp: Any, x: Any, axis: int, taps: Taps, dense: bool) -> Any:
    """``x`` with one dimension put through its taps."""
    if taps.picks:
        return picked(xp, x, axis, taps)
    if x.dtype.kind == "u":
        return along_bytes(xp, x, axis, taps)
    if dense:
        shape = (*x.shape[:axis], taps.places.shape[1], *x.shape[axis + 1 :])
        if axis == x.ndim - 1:
            return (x.reshape(-1, taps.length) @ taps.matrix.T).reshape(shape)
        rows = (math.prod(x.shape[:axis]), taps.length, math.prod(x.shape[axis + 1 :]))
        return (taps.matrix @ x.reshape(rows)).reshape(shape)
    total = None
    for places, weights in taps.there:
        part = x.take(places, axis)
        part *= weights.reshape(-1, *(1,) * (x.ndim - 1 - axis))
        total = part if total is None else xp.add(total, part, out=total)
    return total


def picked(xp: Any, x: Any, axis: int, taps: Taps) -> Any:
    """`along` where each output is an element of ``x``; a run of neighbours is copied at once.

    Such are padded images: 0.16 instead of 0.6 ms for a border of 1 round 20x16x56x56.
    """
    places, (first, last) = taps.places[0], taps.run if taps.places.size else (0, 0)
    if xp is not np or len(places) - (last - first) > EDGE:
        return x.take(taps.there[0][0], axis)
    before = (slice(None),) * axis
    out = np.empty((*x.shape[:axis], len(places), *x.shape[axis + 1 :]), x.dtype)
    start = int(places[first])
    out[(*before, slice(first, last))] = x[(*before, slice(start, start + last - first))]
    for place in (*range(first), *range(last, len(places))):
        out[(*before, place)] = x[(*before, int(places[place]))]
    return out


def along_bytes(xp: Any, x: Any, axis: int, taps: Taps) -> Any:
    """`along` for whole numbers from 0 to 255: with whole weights, so many to 1, and rounded."""
    factors = taps.weights.copy()
    for before, tap in itertools.pairwise(range(len(factors))):
        same = taps.places[before] == taps.places[tap]  # at the border: they are one weight
        factors[tap] += np.where(same, factors[before], 0)
        factors[before][same] = 0
    largest = float(factors.max())
    bits = next(n for n in range(22) if n == 21 or int(0.5 + largest * 2 ** (n + 1)) >= 1 << 15)
    whole = np.trunc(factors * 2**bits + np.copysign(0.5, factors)).astype(np.int32)
    total: Any = 1 << (bits - 1)
    for (places, _), weights in zip(taps.there, xp.asarray(whole), strict=True):
        column = weights.reshape(-1, *(1,) * (x.ndim - 1 - axis))
        total = total + x.take(places, axis).astype(np.int32) * column
    return xp.clip(total >> bits, 0, 255).astype(x.dtype)


# The taps of each mode ----------------------------------------------------------------------------


@functools.lru_cache(256)
def taps_for(
    device: int | None,
    mode: str,
    length: int,
    count: int,
    scale: float | None,
    align_corners: bool,
    antialias: bool,
    real: Any,
) -> Taps | None:
    """The taps from ``length`` to ``count`` elements; None where nothing changes.

    ``real`` is the dtype to compute in: the weights of float32 images are rounded as PyTorch does.
    """
    if length == count and scale in (None, 1):
        return None
    if mode.startswith("nearest"):
        places = nearest(length, count, scale, 0.5 if mode == "nearest-exact" else 0)[None]
        weights = np.ones(places.shape, real)
    elif antialias:
        step = ratio(length, count, scale, align_corners, real)
        places, weights = filtered(mode, length, count, step, real)
    else:
        at = source(length, count, scale, align_corners, real)
        places, weights = (cubic if mode == "bicubic" else linear)(at, length, align_corners)
    return Taps(length, places, weights, device)


def ratio(length: int, count: int, scale: float | None, align_corners: bool, real: Any) -> Any:
    """How far apart in the input neighbours of the output are."""
    if align_corners:
        return real(length - 1) / real(count - 1) if count > 1 else real(0)
    return real(1 / scale) if scale is not None else real(length) / real(count)


def source(length: int, count: int, scale: float | None, align_corners: bool, real: Any) -> Any:
    """Where in the input each element of the output lies.

    With ``align_corners`` the centres of the first and of the last elements meet, otherwise their
    outer edges do.
    """
    step = ratio(length, count, scale, align_corners, real)
    if align_corners:
        return np.arange(count, dtype=real) * step
    # Rounded once, like the processor's multiply-and-subtract that PyTorch uses.
    return ((np.arange(count) + 0.5) * np.float64(step) - 0.5).astype(real)


def nearest(length: int, count: int, scale: float | None, shift: float) -> Any:
    """The place of each output, rounded down; with a ``shift`` of 0.5 that of its centre."""
    step = ratio(length, count, scale, False, np.float32)
    places = np.floor((np.arange(count, dtype=np.float32) + np.float32(shift)) * step)
    return np.minimum(places.astype(np.int64), length - 1)


def linear(at: Any, length: int, align_corners: bool) -> tuple[Any, Any]:
    """Two neighbours; what is nearer weighs more."""
    at = np.maximum(at, 0)
    first = np.minimum(np.floor(at).astype(np.int64), length - 1)
    part = np.clip(at - first.astype(at.dtype), 0, 1)
    return np.stack([first, np.minimum(first + 1, length - 1)]), np.stack([1 - part, part])


def cubic(at: Any, length: int, align_corners: bool) -> tuple[Any, Any]:
    """Four neighbours, weighed by Keys' cubic convolution with a = -0.75."""
    first = np.floor(at)
    steps = np.arange(-1, 3, dtype=at.dtype)[:, None]
    weights = keys(at - first - steps, at.dtype.type(-0.75))
    return np.clip((first + steps).astype(np.int64), 0, length - 1), weights


def keys(x: Any, a: Any) -> Any:
    """The kernel of cubic convolution; Keys, *Cubic convolution interpolation*, 1981."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0)).astype(x.dtype)


def triangle(x: Any, a: Any) -> Any:
    """1 at 0, and 0 from 1 on."""
    return np.maximum(1 - np.abs(x), 0)


def lanczos(x: Any, a: Any) -> Any:
    """sinc(x) sinc(x / 3) up to 3."""
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0).astype(x.dtype)


FILTERS = {"bilinear": (triangle, 1), "bicubic": (keys, 2), "lanczos": (lanczos, 3)}


def filtered(mode: str, length: int, count: int, step: Any, real: Any) -> tuple[Any, Any]:
    """All elements under a filter, which is as much wider as the image shrinks."""
    kernel, reach = FILTERS[mode]
    wide = max(step, real(1))
    centre = step * (np.arange(count, dtype=real) + real(0.5))
    start = np.maximum((centre - reach * wide + real(0.5)).astype(np.int64), 0)
    end = np.minimum((centre + reach * wide + real(0.5)).astype(np.int64), length)
    places = start + np.arange(max(int((end - start).max()), 1))[:, None]
    offset = ((places - centre + real(0.5)) / wide).astype(real)
    weights = np.where(places < end, kernel(offset, real(-0.5)), 0)
    weights /= weights.sum(0)
    return np.minimum(places, length - 1), weights.astype(real)
