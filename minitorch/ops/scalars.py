"""Python numbers as elements of a tensor: cut to its dtype, or refused because they do not fit."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from .. import dtypes
from .conversion import to
from .operands import KINDS

# C++ has several names for these, and these sentences other ones than most.
C_NAME = dtypes.C_TYPE | {
    dtypes.uint8: "uint8_t",
    dtypes.int8: "int8_t",
    dtypes.int16: "int16_t",
    dtypes.int64: "int64_t",
}


@functools.cache
def limits(dtype: dtypes.dtype) -> tuple[Any, Any]:
    """The smallest and largest number that PyTorch takes for an element of ``dtype``."""
    if dtype.category == dtypes.INTEGER:
        info = np.iinfo(dtype.numpy)
        return (int(info.min) if dtype.is_signed else -int(info.max)), int(info.max)
    largest = float(np.finfo(dtype.numpy).max)
    return -largest, largest


def number(value: Any, dtype: dtypes.dtype, caller: str) -> Any:
    """The Python number ``value`` as one that NumPy can write into an array of ``dtype``.

    Fractions are cut off for integers; what does not fit is refused, as in PyTorch.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, KINDS):
        raise TypeError(
            f"{caller}() received an invalid combination of arguments - got "
            f"({value.__class__.__name__})"
        )
    if dtype.category == dtypes.BOOL:
        return bool(value)
    smallest, largest = limits(dtype)
    if isinstance(value, complex):
        if dtype.category < dtypes.COMPLEX and value.imag:
            raise overflow(dtype)
        parts = (value.real, value.imag)
        if any(math.isfinite(part) and abs(part) > largest for part in parts):
            raise overflow(dtype)
        return value if dtype.category == dtypes.COMPLEX else number(value.real, dtype, caller)
    if dtype.category == dtypes.INTEGER:
        if isinstance(value, float) and not dtype.is_signed:
            smallest = 0  # of negative numbers only integers wrap round
        if not math.isfinite(value) or not smallest <= value <= largest:
            raise overflow(dtype)
        value = int(value)
        return value if value >= 0 or dtype.is_signed else value + largest + 1
    if math.isfinite(value) and not smallest <= value <= largest:
        raise overflow(dtype)
    return value


def element(value: Any, like: Any, caller: str) -> Any:
    """``value``, a tensor of one element, in the dtype of ``like``; refused if it does not fit."""
    if not np.can_cast(value._array.dtype, like._array.dtype):
        number(value.item(), dtypes.of(like._array), caller)
    return to(value, like)


def overflow(dtype: dtypes.dtype) -> RuntimeError:
    """The error for a number that ``dtype`` cannot hold."""
    name = C_NAME[dtype]
    return RuntimeError(f"value cannot be converted to type {name} without overflow")
