"""Small helpers on arrays that operations of several families share."""

from __future__ import annotations

import functools
import importlib
from typing import Any

import numpy as np

from .. import kernels


@functools.cache
def special(xp: Any) -> Any:
    """SciPy's special functions for NumPy, or CuPy's; loaded when first needed."""
    return importlib.import_module("scipy.special" if xp is np else "cupyx.scipy.special")


def wide(x: Any) -> Any:
    """float16 as float32: what takes several steps is rounded once at the end, as in PyTorch."""
    return x.astype(np.float32) if x.dtype.char == "e" else x


def row_major(xp: Any, out: Any) -> Any:
    """``out`` in row-major order, as PyTorch's is, where NumPy's is in the order of the input."""
    return xp.asarray(out, order="C")


def column_major(xp: Any, x: Any) -> Any:
    """The matrices of ``x`` column by column in memory, as LAPACK leaves them."""
    return xp.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)


def channels_as_in(xp: Any, out: Any, *inputs: Any) -> Any:
    """``out`` in row-major order, or with the channels last if one of ``inputs`` has them so."""
    for array in inputs:
        if array.ndim in (4, 5) and not array.flags.c_contiguous and channels_last(array):
            return xp.moveaxis(xp.ascontiguousarray(xp.moveaxis(out, 1, -1)), -1, 1)
    return row_major(xp, out)


def channels_last(x: Any) -> bool:
    """Whether the channels, dimension 1 of 4 or 5, lie in memory closest together."""
    least = 0
    for dim in (1, *range(x.ndim - 1, 1, -1), 0):
        step = x.strides[dim]
        if step < least or (dim == 0 and least == x.strides[1]):  # the latter: one number an image
            return False
        least = step * x.shape[dim]
    return least > 0


def empty_like(xp: Any, x: Any, dtype: Any = None) -> Any:
    """An array in the same order of dimensions as ``x``; of an expanded one in row-major order."""
    return xp.empty_like(x, dtype, order="C" if 0 in x.strides else "K")


def in_order_of(xp: Any, out: Any, x: Any) -> Any:
    """``out``, which is row-major, in the same order of dimensions as ``x``."""
    if x.flags.c_contiguous:
        return out
    result = empty_like(xp, x, out.dtype)
    result[...] = out
    return result


def sigmoid(xp: Any, x: Any) -> Any:
    """``1 / (1 + exp(-x))`` of a floating or complex array, in one new array."""
    if kernels.fits(x):
        return SIGMOID(x)
    out = xp.negative(x, out=empty_like(xp, x))
    xp.exp(out, out=out)
    out += 1
    return xp.divide(1, out, out=out)  # half the time of `reciprocal`


# The same for a GPU: see kernels.py.
SIGMOID = kernels.Kernel("sigmoid", "T x", "T y", "y = T(1) / (T(1) + exp(-x))")


def sign(xp: Any, x: Any) -> Any:
    """-1, 0 or 1 of a real or bool array; 0 of NaN, unlike NumPy's."""
    if x.dtype.kind == "b":
        return in_order_of(xp, x.copy(), x)
    return ((x > 0).view(np.int8) - (x < 0).view(np.int8)).astype(x.dtype)
