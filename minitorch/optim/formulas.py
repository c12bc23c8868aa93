"""The pieces that the formulas of the algorithms are made of.

The first functions work on arrays: they change ``x`` in place, ``a`` is an array of the same shape
to work in, and the order of operations is PyTorch's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..backend import Array
from ..tensor import Tensor


def add_scaled(xp: Any, x: Array, y: Array, factor: float, a: Array) -> None:
    """``x ← x + factor · y``."""
    xp.multiply(y, factor, out=a)
    x += a


def add_quotient(xp: Any, x: Array, y: Array, z: Array, factor: float, a: Array) -> None:
    """``x ← x + factor · y / z``."""
    xp.multiply(y, factor, out=a)
    a /= z
    x += a


def average(xp: Any, x: Array, y: Array, weight: float, a: Array) -> None:
    """``x ← (1 − weight) x + weight · y``, as ``x`` plus a part of the difference."""
    xp.subtract(y, x, out=a)
    if weight < 0.5:
        a *= weight
        x += a
    else:  # from the other end, so that a weight of 1 gives y itself
        a *= 1 - weight
        xp.subtract(y, a, out=x)


def average_square(xp: Any, x: Array, y: Array, beta: float, a: Array) -> None:
    """``x ← β x + (1 − β) y²``."""
    x *= beta
    xp.multiply(y, 1 - beta, out=a)
    a *= y
    x += a


def counter(value: float = 0.0) -> Array:
    """A number to keep in the state: 0-d, float32 unless the default dtype is float64.

    It lives in main memory even if the parameter does not: the formulas want it as a Python number.
    """
    wide = dtypes.get_default_dtype() is dtypes.float64
    return np.array(value, np.float64 if wide else np.float32)


def advance(count: Array) -> float:
    """Add one to a counter, and return its value."""
    count.fill(count.item() + 1.0)
    value: float = count.item()
    return value


def number(option: Any) -> Any:
    """An option for the formulas: a tensor of one element as a NumPy number, others as they are."""
    if not isinstance(option, Tensor):
        return option
    return backend.to_numpy(option._array).reshape(())[()]
