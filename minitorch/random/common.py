"""What all the draws share: rounding to a dtype, the order of memory, PyTorch's names in errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import dtypes
from ..backend import Array
from ..memory_formats import slowest_first
from .generator import Generator

Shape = tuple[int, ...]

# The names of dtypes in PyTorch's sentences, by NumPy's name.
SCALAR_TYPE = {dtype.name: name for dtype, name in dtypes.SCALAR_TYPE.items()}
C_TYPE = {dtype.name: name for dtype, name in dtypes.C_TYPE.items()}

PIECE = 2**15  # numbers made at a time: they stay in the processor's cache, which halves the time


def filled(generator: Generator, shape: Shape, dtype: Any, make: Callable[[int], Array]) -> Array:
    """An array of ``make(n)``, rounded to ``dtype``; many numbers are made a piece at a time."""
    n = math.prod(shape)
    if n <= PIECE or generator.xp is not np:
        return round_to(dtype, make(n)).reshape(shape)
    result = np.empty(n, dtype)
    for start in range(0, n, PIECE):
        piece = result[start : start + PIECE]
        piece[:] = round_to(dtype, make(len(piece)))
    return result.reshape(shape)


def memory_order(array: Array) -> Array:
    """A view with the axes in the order of memory, the largest stride first.

    PyTorch fills a tensor in this order, contiguous or not:
    ``view = memory_order(x); view[...] = uniform(generator, view.shape, view.dtype)``.
    """
    return array.transpose(slowest_first(array))


def work_type(dtype: np.dtype) -> Any:
    """The type in which numbers of a floating dtype are made: float32 for float16, else itself."""
    return np.float64 if dtype == np.float64 else np.float32


def round_to(dtype: np.dtype, x: Array) -> Array:
    """``x`` cast to ``dtype``; to float16 by way of float32, as in PyTorch."""
    if dtype == np.float16:
        x = x.astype(np.float32, copy=False)
    return x.astype(dtype, copy=False)


def not_implemented(kernel: str, dtype: np.dtype) -> NotImplementedError:
    """PyTorch's error for a dtype that one of its functions does not have."""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{SCALAR_TYPE[dtype.name]}'")


def check_floating(kernel: str, dtype: np.dtype) -> None:
    """Raise `not_implemented` unless ``dtype`` is floating."""
    if dtype.kind != "f":
        raise not_implemented(kernel, dtype)
