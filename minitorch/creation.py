"""Making tensors filled with one value (`zeros`, `full`) and counted (`arange`, `linspace`)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import backend, devices, dtypes
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make
from .from_data import array_from, check_dtype, leaf, require
from .ops.scalars import number

# Filled -------------------------------------------------------------------------------------------


def shape_of(size: tuple[Any, ...], caller: str) -> tuple[int, ...]:
    """The shape meant by ``zeros(2, 3)``, ``zeros((2, 3))`` or ``zeros([2, 3])``."""
    if not size:
        raise TypeError(f'{caller}() missing 1 required positional arguments: "size"')
    if len(size) == 1 and isinstance(size[0], list | tuple):
        size = tuple(size[0])
    for position, length in enumerate(size):
        if not hasattr(length, "__index__"):
            raise TypeError(
                f"{caller}(): argument 'size' (position {position + 1}) must be tuple of ints, "
                f"not {type(length).__name__}"
            )
    shape = tuple(int(length) for length in size)
    if any(length < 0 for length in shape):
        if caller in ("zeros", "ones", "full"):
            raise RuntimeError(f"{caller}: Dimension size must be non-negative.")
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def filled(
    shape: tuple[int, ...], value: Any, dtype: dtypes.dtype, device: Any, requires_grad: bool
) -> Any:
    """A tensor of one value; of arbitrary content if ``value`` is None."""
    index = devices.array_index(device)
    xp = np if index is None else backend.cupy()
    with backend.on_device(index):
        if value is None:
            array = xp.empty(shape, dtype.numpy)
        elif value == 0:
            array = xp.zeros(shape, dtype.numpy)
        else:
            array = xp.full(shape, number(value, dtype, "full"), dtype.numpy)
    return require(make(TensorBase._result_class, array, state.recording), requires_grad)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
    """A tensor of zeros, ``zeros(2, 3)`` or ``zeros((2, 3))``.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    return filled(shape_of(size, "zeros"), 0, check_dtype(dtype, "zeros"), device, requires_grad)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
    """A tensor of ones, ``ones(2, 3)`` or ``ones((2, 3))``."""
    return filled(shape_of(size, "ones"), 1, check_dtype(dtype, "ones"), device, requires_grad)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Any:
    """A tensor of arbitrary content, ``empty(2, 3)`` or ``empty((2, 3))``."""
    return filled(shape_of(size, "empty"), None, check_dtype(dtype, "empty"), device, requires_grad)


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A tensor of ``fill_value``, whose type gives the dtype.

    >>> import minitorch as mt
    >>> mt.full((2,), 7)
    tensor([7, 7])
    """
    if not isinstance(size, list | tuple):
        raise TypeError(
            f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}"
        )
    if isinstance(fill_value, TensorBase):
        fill_value = fill_value._array.item()
    kind = dtypes.of_number(fill_value) if dtype is None else check_dtype(dtype, "full")
    return filled(shape_of((size,), "full"), fill_value, kind, device, requires_grad)


def like(input: Any, value: Any, dtype: Any, device: Any, requires_grad: bool) -> Any:
    """A tensor of one value with the shape and, unless given, dtype and device of ``input``."""
    kind = dtypes.of(input._array) if dtype is None else check_dtype(dtype, "like")
    where = devices.of(input._array) if device is None else device
    return filled(input._array.shape, value, kind, where, requires_grad)


def zeros_like(
    input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Zeros with the shape, dtype and device of ``input``."""
    return like(input, 0, dtype, device, requires_grad)


def ones_like(
    input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Ones with the shape, dtype and device of ``input``."""
    return like(input, 1, dtype, device, requires_grad)


def empty_like(
    input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Arbitrary content with the shape, dtype and device of ``input``."""
    return like(input, None, dtype, device, requires_grad)


def full_like(
    input: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``fill_value`` with the shape, dtype and device of ``input``."""
    return like(input, fill_value, dtype, device, requires_grad)


# The methods x.new_zeros(...): as the functions, with the tensor's dtype and device.


def new_zeros(
    self: Any, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Zeros with the dtype and device of this tensor."""
    return new_full(
        self,
        shape_of(size, "new_zeros"),
        0,
        dtype=dtype,
        device=device,
        requires_grad=requires_grad,
    )


def new_ones(
    self: Any, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Ones with the dtype and device of this tensor."""
    return new_full(
        self, shape_of(size, "new_ones"), 1, dtype=dtype, device=device, requires_grad=requires_grad
    )


def new_empty(
    self: Any, *size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """Arbitrary content with the dtype and device of this tensor."""
    return new_full(
        self,
        shape_of(size, "new_empty"),
        None,
        dtype=dtype,
        device=device,
        requires_grad=requires_grad,
    )


def new_full(
    self: Any,
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``fill_value`` with the dtype and device of this tensor."""
    kind = dtypes.of(self._array) if dtype is None else check_dtype(dtype, "new_full")
    where = devices.of(self._array) if device is None else device
    return filled(shape_of((size,), "new_full"), fill_value, kind, where, requires_grad)


def new_empty_strided(
    self: Any, size: Any, stride: Any, *, dtype: Any = None, device: Any = None
) -> Any:
    """Arbitrary content, laid out in memory by ``stride``, like this tensor otherwise."""
    last = sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    memory = new_empty(self, max(last + 1, 0), dtype=dtype, device=device)._array
    xp = backend.array_module(memory)
    steps = tuple(step * memory.itemsize for step in stride)
    array = xp.lib.stride_tricks.as_strided(memory, tuple(size), steps)
    return make(TensorBase._result_class, array, state.recording)


def new_tensor(
    self: Any, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """A tensor with a copy of ``data``, with the dtype and device of this tensor."""
    kind = dtypes.of(self._array) if dtype is None else dtype
    where = devices.of(self._array) if device is None else device
    return leaf(array_from(data, kind, copy=True), where, requires_grad)


# Counted ------------------------------------------------------------------------------------------


def arange(
    start: Any,
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
    count = math.ceil((end - start) / step)
    return leaf((start + np.arange(count) * step).astype(dtype.numpy), device, requires_grad)


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
    return leaf(spaced(start, end, steps, kind), device, requires_grad)


def spaced(start: Any, end: Any, steps: int, dtype: dtypes.dtype) -> np.ndarray:
    """`linspace` as an array: as in PyTorch the second half is counted back from the end."""
    work = dtype.numpy if dtype.category >= 2 else np.dtype(np.float32)
    if steps == 1:
        return np.array([start]).astype(dtype.numpy)
    one = work.type
    step = one(end - start) / one(max(steps - 1, 1))
    if dtype.category < 2:
        step = one((end - start) / max(steps - 1, 1))
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
    """``base`` to the powers of `linspace`."""
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    kind = check_dtype(dtype, "logspace")
    powers = spaced(start, end, steps, kind).astype(np.float64)
    return leaf(np.power(base, powers).astype(kind.numpy), device, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """The identity matrix of ``n`` rows and ``m`` (or ``n``) columns.

    >>> import minitorch as mt
    >>> mt.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    for name, value in (("n", n), ("m", m)):
        if value is not None and value < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {value}")
    return leaf(np.eye(n, m, dtype=check_dtype(dtype, "eye").numpy), device, requires_grad)
