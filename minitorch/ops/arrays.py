"""Small helpers on arrays that operations of several families share."""

from __future__ import annotations

import functools
import importlib
from typing import Any

import numpy as np


@functools.cache
def special(xp: Any) -> Any:
    """SciPy's special functions for NumPy, or CuPy's; loaded when first needed."""
    return importlib.import_module("scipy.special" if xp is np else "cupyx.scipy.special")


def wide(x: Any) -> Any:
    """float16 as float32: what takes several steps is rounded once at the end, as in PyTorch."""
    return x.astype(np.float32) if x.dtype.char == "e" else x


def channels_as_in(xp: Any, out: Any, *inputs: Any) -> Any:
    """Images ``out`` with the channels last in memory if one of ``inputs`` has them so."""
    for array in inputs:
        if array.ndim < 4 or array.flags.c_contiguous:
            continue
        if xp.moveaxis(array, 1, -1).flags.c_contiguous:
            return xp.moveaxis(xp.ascontiguousarray(xp.moveaxis(out, 1, -1)), -1, 1)
    return out


def sigmoid(xp: Any, x: Any) -> Any:
    """``1 / (1 + exp(-x))`` of a floating or complex array, in one new array."""
    out = xp.negative(x, out=xp.empty_like(x))
    xp.exp(out, out=out)
    out += 1
    return xp.reciprocal(out, out=out)


def sign(xp: Any, x: Any) -> Any:
    """-1, 0 or 1 of a real or bool array; 0 of NaN, unlike NumPy's."""
    if x.dtype.kind == "b":
        return x.copy()
    return xp.subtract(x > 0, x < 0, dtype=np.int8).astype(x.dtype)
