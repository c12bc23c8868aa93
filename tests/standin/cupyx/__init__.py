"""The stand-in's `cupyx`."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
from cupy._core import linalg_raises
from cupy.cuda import PinnedMemory


@contextlib.contextmanager
def errstate(*, divide=None, over=None, under=None, invalid=None, linalg=None) -> Any:
    """Whether a failed decomposition raises an error ("raise") or is not looked at ("ignore")."""
    linalg_raises.append(linalg == "raise")
    try:
        yield
    finally:
        linalg_raises.pop()


def scatter_add(a: Any, slices: Any, value: Any) -> None:
    """``a[slices] += value``, adding up where a place is named twice."""
    a.scatter_add(slices, value)


def empty_pinned(shape: Any, dtype: Any = float, order: str = "C") -> Any:
    """An array of NumPy in pinned main memory."""
    return np.ndarray(shape, dtype, PinnedMemory(shape, dtype), order=order)
