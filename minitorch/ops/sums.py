"""Sums of arrays at the speed of BLAS, without losing digits.

For floats in main memory `np.add.reduce` takes two to ten times as long as PyTorch's sum. A product
with a vector of ones gives the same sum at PyTorch's speed, but it adds one number after the
other: in float32 digits go as the sum grows. So numbers are added up in short blocks first, and
then the sums of the blocks. The error stays at a few units in the last place for ten million
numbers.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from .arrays import row_major

ROW = 1024  # numbers of one row that are added up at once; a row is summed in parallel lanes
COLUMN = 256  # rows that are added up at once, one after the other
FEW, MANY = 16, 32768  # below, NumPy sums over some dimensions and over all as fast
ONES: dict[str, Any] = {"f": np.ones(ROW, np.float32), "d": np.ones(ROW, np.float64)}


def total(xp: Any, x: Any) -> Any:
    """The sum of all elements."""
    if x.size < MANY or x.dtype.char not in "fd" or not x.flags.forc or xp is not np:
        return plain(xp, x, None, False)
    # what lies in memory in Fortran's order is the transpose of an array in C's order
    return sum_rows((x if x.flags.c_contiguous else x.T).reshape(1, x.size))[0]


def over(xp: Any, x: Any, dims: tuple[int, ...], keepdim: bool = False) -> Any:
    """The sum over ``dims``, which ascend."""
    if x.ndim == 2 and len(dims) == 1 and not (keepdim or x.flags.c_contiguous):
        x, dims = x.T, (1 - dims[0],)  # quick if it lies in memory in Fortran's order
    if x.size < FEW or x.dtype.char not in "fd" or not x.flags.c_contiguous or xp is not np:
        return plain(xp, x, dims, keepdim)
    if x.ndim == 2 and len(dims) == 1 and not keepdim:  # the steps below, as they are most often
        if dims == (0,) and len(x) <= COLUMN:
            return ONES[x.dtype.char][: len(x)].dot(x)
        if dims == (1,) and x.shape[1] <= ROW:
            return x.dot(ONES[x.dtype.char][: x.shape[1]])
    if not dims:
        return x.copy()
    steps, shape = plan(x.shape, dims, keepdim)
    for step in steps:
        x = sum_rows(x.reshape(step)) if len(step) == 2 else sum_columns(x.reshape(step))
    return x.reshape(shape)


@functools.lru_cache(maxsize=1024)  # to work it out takes as long as a sum of 10,000 numbers
def plan(
    shape: tuple[int, ...], dims: tuple[int, ...], keepdim: bool
) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """The shapes to give the array before each step, and the shape of the result.

    Neighbouring dimensions are summed in one step, the last ones first.
    """
    steps: list[tuple[int, ...]] = []
    left = list(shape)
    kept = tuple([1 if i in dims else length for i, length in enumerate(shape)])
    while dims:
        last = first = dims[-1]
        while first - 1 in dims:
            first -= 1
        before, length, after = (
            math.prod(part) for part in (left[:first], left[first : last + 1], left[last + 1 :])
        )
        steps.append((before, length) if last + 1 == len(left) else (before, length, after))
        del left[first : last + 1]
        dims = dims[: first - last - 1]
    return steps, kept if keepdim else tuple(left)


def total_of_squares(xp: Any, x: Any) -> Any:
    """The sum of the squares of all elements, without an array of squares."""
    if x.dtype.char not in "fd" or not x.flags.forc or xp is not np:
        return total(xp, x * x)
    flat = (x if x.flags.c_contiguous else x.T).ravel()
    if x.size <= 8 * ROW:
        return flat.dot(flat)
    whole = x.size // ROW * ROW
    blocks, rest = flat[:whole].reshape(-1, ROW), flat[whole:]
    return np.add.reduce(np.vecdot(blocks, blocks)) + rest.dot(rest)


def sum_rows(x: Any) -> Any:
    """Shape (n, length) to (n,)."""
    length = x.shape[1]
    one = ONES[x.dtype.char]
    if length <= ROW:
        return x @ one[:length]
    whole = length // ROW * ROW
    blocks = x[:, :whole].reshape(x.shape[0], -1, ROW) @ one
    sums = np.add.reduce(blocks, axis=1)
    return sums if whole == length else sums + x[:, whole:] @ one[: length - whole]


def sum_columns(x: Any) -> Any:
    """Shape (n, length, m) to (n, m)."""
    n, length, m = x.shape
    one = ONES[x.dtype.char]
    if length <= COLUMN:
        return one[:length] @ x
    whole = length // COLUMN * COLUMN
    blocks = one[:COLUMN] @ x[:, :whole].reshape(n, -1, COLUMN, m)
    sums = sum_columns(blocks)
    return sums if whole == length else sums + one[: length - whole] @ x[:, whole:]


def plain(xp: Any, x: Any, dims: Any, keepdim: bool) -> Any:
    """NumPy's or CuPy's own sum. That of float16 is accumulated in float32, as in PyTorch."""
    if x.dtype.char == "e":
        return xp.add.reduce(x, axis=dims, dtype="f", keepdims=keepdim).astype("e", order="C")
    # the dtype, because NumPy would sum small integers in a larger one
    out = xp.add.reduce(x, axis=dims, dtype=x.dtype, keepdims=keepdim)
    return out if x.ndim < 3 else row_major(xp, out)
