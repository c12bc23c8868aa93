"""Numbers at equal distances: `arange` up to its end, `linspace`, `logspace`, `range` with it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import backend, dtypes
from .autograd.graph import TensorBase
from .creation import is_number
from .from_data import check_dtype, leaf
from .ops.old import warn_of_old
from .ops.sizes import fits, long


def arange(
    start: Any = None,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``start, start + step, ...`` up to but without ``end``; ``arange(end)`` starts at 0.

    >>> import minitorch as mt
    >>> mt.arange(5), mt.arange(1, 2, 0.5)
    (tensor([0, 1, 2, 3, 4]), tensor([1.0000, 1.5000]))
    """
    if end is None:
        start, end = 0, start
    elif start is None:
        start = 0
    start, end, step = (
        x._array.item() if isinstance(x, TensorBase) else x for x in (start, end, step)
    )
    for name, value in (("start", start), ("end", end), ("step", step)):
        is_number(value, "arange", name, 1)
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is None:
        whole = all(isinstance(x, int | np.integer) for x in (start, end, step))
        dtype = dtypes.int64 if whole else dtypes.get_default_dtype()
    dtype = check_dtype(dtype, "arange")
    if any(isinstance(x, int) and not fits(x) for x in (start, end, step)):
        raise OverflowError("int too big to convert")
    count = math.ceil((end - start) / step)
    if not fits(count):
        raise RuntimeError("invalid size, possible overflow?")
    with backend.memory_for((count,), dtype.numpy):
        array = (start + np.arange(count) * step).astype(dtype.numpy)
    return leaf(array, device, requires_grad)


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``steps`` values from ``start`` to ``end``, both included, at equal distances.

    >>> import minitorch as mt
    >>> mt.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    start, end = (x._array.item() if isinstance(x, TensorBase) else x for x in (start, end))
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = check_dtype(dtype, "linspace")
    with backend.memory_for((long(steps),), kind.numpy):
        array = spaced(start, end, steps, kind)
    return leaf(array, device, requires_grad)


def spaced(start: Any, end: Any, steps: int, dtype: dtypes.dtype) -> np.ndarray:
    """`linspace` as an array: as in PyTorch the second half is counted back from the end."""
    work = dtype.numpy if dtype.category >= 2 else np.dtype(np.float32)
    if steps == 1:
        return np.array([start]).astype(dtype.numpy)
    one = work.type
    step = one(end - start) / one(max(steps - 1, 1))
    if dtype.category < 2:
        step = one((end - start) / max(steps - 1, 1))
    elif work == np.float32:  # multiplied and added with one rounding
        step = np.float64((one(end) - one(start)) / one(max(steps - 1, 1)))
        start, end, one, work = one(start), one(end), np.float64, np.dtype(np.float64)
    index = np.arange(steps)
    forth = one(start) + step * index.astype(work)
    back = one(end) - step * (steps - 1 - index).astype(work)
    return np.where(index < steps // 2, forth, back).astype(dtype.numpy)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``base`` to the powers of `linspace`.

    >>> import minitorch as mt
    >>> mt.logspace(0, 3, 4), mt.logspace(0, 3, 4, base=2)
    (tensor([   1.,   10.,  100., 1000.]), tensor([1., 2., 4., 8.]))
    """
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = check_dtype(dtype, "logspace")
    powers = spaced(start, end, steps, kind).astype(np.float64)
    return leaf(np.power(base, powers).astype(kind.numpy), device, requires_grad)


def range_(
    start: Any,
    end: Any,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """The older form of `arange`, which ends with ``end`` and makes floats.

    >>> import minitorch as mt
    >>> mt.range(1, 2, 0.5)
    tensor([1.0000, 1.5000, 2.0000])
    """
    warn_of_old(
        "torch.range is deprecated and will be removed in a future release because its behavior is "
        "inconsistent with Python's range builtin. Instead, use torch.arange, which produces "
        "values in [start, end)."
    )
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    values = start + np.arange(int((end - start) / step) + 1) * step
    return leaf(values.astype(check_dtype(dtype, "range").numpy), device, requires_grad)
