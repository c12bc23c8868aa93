"""Along one dimension of an array: the largest element, sums and softmax, in the fastest spelling.

NumPy's reductions along the last dimension begin anew for each row, which takes as long as a
hundred numbers. Here are ways round that. All results keep the dimension, with length 1.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Any

import numpy as np

from .. import kernels

NARROW = 64  # up to this length it is faster to turn the rows into columns first
LONG = 512  # from this length on, a column meets rows in half the time if buffers are short
MANY = 1 << 15  # elements from which on the repeated numbers of short rows cost less than they save
LONGEST = 1 << 14  # of the rows that a loop adds up: digits go as a sum grows (see sums.py)
SAFE = 60.0  # e ** 60 is far from float32's largest number, also if many of them are added up


class ShortBuffers:
    """A context in which a column meets long rows in half the time.

    NumPy expands the column into a buffer first, unless a single row would fill the buffer. So make
    the buffer shorter than a row: on 1000x1000 ``x - column`` takes 0.09 ms instead of 0.18.
    """

    def __enter__(self) -> None:
        self.before = np.setbufsize(2 * LONG)

    def __exit__(self, *error: Any) -> None:
        np.setbufsize(self.before)


UNCHANGED = nullcontext()


def of_length(length: int) -> Any:
    """The context for columns that meet rows of ``length``; to enter and leave takes 1.5 µs."""
    return ShortBuffers() if length >= LONG else UNCHANGED


def for_channels(values: Any, x: Any) -> Any:
    """One number for each channel, dimension 1 of ``x``, in a shape that meets ``x``.

    Where many rows are short, it is repeated for all places: whole images meet in 0.4 to 0.65 of
    the time that a column takes.
    """
    if x.size >= MANY and len(x) > 1 and isinstance(x, np.ndarray) and x.flags.c_contiguous:
        places = math.prod(x.shape[2:])
        if 1 < places < LONG:
            return values.repeat(places).reshape(1, *x.shape[1:])
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def largest(xp: Any, x: Any, dim: int) -> Any:
    """The largest element. NaN counts only if there is nothing else (that halves the time)."""
    if in_loops(x, dim):
        return of_rows(LARGEST, x)
    if xp is np and dim == x.ndim - 1 and 0 < x.shape[dim] <= NARROW:
        columns = np.ascontiguousarray(x.reshape(-1, x.shape[dim]).T)
        return np.fmax.reduce(columns, axis=0).reshape(*x.shape[:-1], 1)
    if xp is np:
        return np.fmax.reduce(x, axis=dim, keepdims=True)
    return x.max(axis=dim, keepdims=True)


def total(xp: Any, x: Any, dim: int) -> Any:
    """The sum."""
    if in_loops(x, dim):
        return of_rows(TOTAL, x)
    if xp is np and dim == x.ndim - 1:
        return np.einsum("...i->...", x)[..., None]
    return x.sum(axis=dim, keepdims=True)


def inner(xp: Any, x: Any, y: Any, dim: int) -> Any:
    """The sum of ``x * y``."""
    if in_loops(x, dim) and y.flags.c_contiguous and y.dtype == x.dtype and y.shape == x.shape:
        return of_rows(INNER, x, y)
    if xp is np and dim == x.ndim - 1:
        return np.vecdot(x, y)[..., None]
    return (x * y).sum(axis=dim, keepdims=True)


def in_loops(x: Any, dim: int) -> bool:
    """Whether a loop is to go along the rows of ``x``, on the CPU.

    The threads that go through its elements, before or after, then find them in their own caches.
    """
    if not kernels.fits(x):  # first: without loops the answer is to take no time
        return False
    whole = isinstance(x, np.ndarray) and dim == x.ndim - 1 and x.flags.c_contiguous
    return whole and 0 < x.shape[dim] <= LONGEST


def of_rows(kernel: kernels.Kernel, x: Any, *others: Any) -> Any:
    """One number for each row, by `TOTAL` and the like."""
    return kernel(x, *others, x.shape[-1], np.empty((*x.shape[:-1], 1), x.dtype))


def softmax(xp: Any, x: Any, dim: int) -> Any:
    """``exp(x) / Σ exp(x)``, of floats of at least 32 bits; a new array.

    The usual way subtracts the largest element first, for exp not to overflow. To find it takes
    NumPy as long as all the rest, so it is left out where no element is large and no row has only
    small ones.
    """
    fits = kernels.fits(x)
    if xp is np and not fits and x.max() < SAFE:
        out = np.exp(x)
        sums = total(np, out, dim)
        if sums.min() > 1e-6:
            return shares(out, sums)
    top = largest(xp, x, dim)
    if fits:
        out = EXP_BELOW(x, top)
    else:
        with of_length(x.shape[-1]):
            out = xp.exp(x - top)
    return shares(out, total(xp, out, dim))


def shares(x: Any, total: Any) -> Any:
    """``x / total``, written into ``x``."""
    if kernels.fits(x):
        SHARES(total, x)
    else:
        with of_length(x.shape[-1]):
            x /= total
    return x


# After `minitorch.compile`, on a CPU: along rows of n elements.
LARGEST = kernels.Kernel(
    "row_largest",
    "raw T x, int64 n",
    "T largest",
    "T top = x[i * n]; "
    '_Pragma("omp simd reduction(max : top)") for (int64 j = 1; j < n; j++) '
    "{ T value = x[i * n + j]; top = value > top || top != top ? value : top; } "
    "largest = top",
)
TOTAL = kernels.Kernel(
    "row_total",
    "raw T x, int64 n",
    "T total",
    "T sum = 0; "
    '_Pragma("omp simd reduction(+ : sum)") for (int64 j = 0; j < n; j++) sum += x[i * n + j]; '
    "total = sum",
)
INNER = kernels.Kernel(
    "row_inner",
    "raw T x, raw T y, int64 n",
    "T total",
    "T sum = 0; "
    '_Pragma("omp simd reduction(+ : sum)") for (int64 j = 0; j < n; j++) '
    "sum += x[i * n + j] * y[i * n + j]; "
    "total = sum",
)
# For a GPU: see kernels.py.
EXP_BELOW = kernels.Kernel("exp_below", "T x, T top", "T y", "y = exp(x - top)")
SHARES = kernels.Kernel("shares", "T total", "T x", "x = x / total")
# Those of layer norm and batch norm: what stands beside their calls says the same for NumPy.
MINUS = kernels.Kernel("minus", "T x, T mean", "T y", "y = x - mean")
SCALED = kernels.Kernel(
    "scaled", "T x, T scale, T weight, T bias", "T y", "y = x * scale * weight + bias"
)
WEIGHTED = kernels.Kernel("weighted", "T weight, T bias", "T out", "out = out * weight + bias")
PULLED_BACK = kernels.Kernel(
    "pulled_back",
    "T h, T total, T along, T scale, T share",
    "T normed",
    "normed = (h - normed * along * share - total * share) * scale",
)
