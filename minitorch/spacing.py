"""Numbers at equal distances: `arange` up to its end, `linspace`, `logspace`, `range` with it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import backend, dtypes
from .autograd.graph import TensorBase
from .from_data import check_dtype, leaf
from .ops.operands import not_implemented
from .ops.scalars import number
from .ops.sizes import fits, long
from .user_warnings import warn


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
        array = np.arange(count)
        if step != 1:
            array = array * step
        if start != 0:
            array = start + array
        array = array.astype(dtype.numpy, copy=False)
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

    >>> mt.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    start, end = ends("linspace", start, end)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = dtype_between(start, end, dtype, "linspace")
    start, end = (number(x, kind, "linspace") for x in (start, end))
    with backend.memory_for((long(steps),), kind.numpy):
        array = spaced(start, end, steps, kind)
    return leaf(array, device, requires_grad)


def ends(caller: str, start: Any, end: Any) -> tuple[Any, Any]:
    """Both as numbers; tensors among them have no dimensions."""
    tensors = {n: x for n, x in (("start", start), ("end", end)) if isinstance(x, TensorBase)}
    wrong = [f"{n} with {x._array.ndim} dimension(s)" for n, x in tensors.items() if x._array.ndim]
    if wrong:
        raise RuntimeError(
            f"{caller} only supports 0-dimensional start and end tensors, but got "
            f"{' and '.join(wrong)}."
        )
    start, end = (x._array.item() if isinstance(x, TensorBase) else x for x in (start, end))
    return start, end


def dtype_between(start: Any, end: Any, dtype: Any, caller: str) -> dtypes.dtype:
    """The ``dtype`` asked for; None: the default one, a complex one for complex ends."""
    kind = check_dtype(dtype, caller)
    if kind is dtypes.bool_:
        raise not_implemented(f"{caller}_cpu", np.empty(0, bool))
    if not isinstance(start, complex) and not isinstance(end, complex):
        return kind
    if dtype is not None and not kind.is_complex:
        inferred = dtypes.C_TYPE[dtypes.get_default_dtype().to_complex()]
        raise RuntimeError(
            f"torch.{caller}(): inferred dtype {inferred} can't be safely cast to passed dtype "
            + dtypes.SCALAR_TYPE[kind]
        )
    return kind.to_complex()


def spaced(start: Any, end: Any, steps: int, dtype: dtypes.dtype) -> np.ndarray:
    """`linspace` as an array: as in PyTorch the second half is counted back from the end."""
    if dtype.category < dtypes.FLOATING:
        start, end = int(start), int(end)
    if steps == 1:
        return np.array([start]).astype(dtype.numpy)
    width, gaps = end - start, max(steps - 1, 1)  # 0 steps give an empty array
    kind: Any = dtype.numpy.type if dtype.category >= dtypes.FLOATING else np.float32
    if dtype.category < dtypes.FLOATING:
        step = kind(width / gaps)
    elif kind is np.float32:  # multiplied and added with one rounding: that is in float64
        step = np.float64((kind(end) - kind(start)) / kind(gaps))
        start, end, kind = kind(start), kind(end), np.float64
    else:
        step = kind(width) / kind(gaps)
    forth = np.arange(steps // 2).astype(kind)
    back = np.arange(gaps - steps // 2, gaps - steps, -1).astype(kind)
    forth *= step
    back *= step
    return np.concatenate((kind(start) + forth, kind(end) - back)).astype(dtype.numpy, copy=False)


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

    >>> mt.logspace(0, 3, 4), mt.logspace(0, 3, 4, base=2)
    (tensor([   1.,   10.,  100., 1000.]), tensor([1., 2., 4., 8.]))
    """
    start, end = ends("logspace", start, end)
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = dtype_between(start, end, dtype, "logspace")
    start, end = (number(x, kind, "logspace") for x in (start, end))
    if kind.category < dtypes.FLOATING:  # whole ends, and powers between them
        powers = spaced(start, end, steps, dtypes.float32)
    else:
        powers = spaced(start, end, steps, kind)
    powers = powers.astype(np.complex128 if kind.is_complex else np.float64)
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

    >>> mt.range(1, 2, 0.5)
    tensor([1.0000, 1.5000, 2.0000])
    """
    warn(
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
