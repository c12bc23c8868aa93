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
from .memory_formats import contiguous_format, inverse, order, preserve_format
from .ops.scalars import number
from .size import Size

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


def old_style(data: tuple[Any, ...], dtype: dtypes.dtype, index: int | None) -> Any:
    """The array that the old constructors make: ``Tensor()``, ``Tensor(2, 3)``, ``Tensor([2, 3])``.

    A tensor is taken as it is: it must be of that dtype and on that device.
    """
    if not data:
        return backend.to_device(np.empty(0, dtype.numpy), index)
    first = data[0]
    if isinstance(first, int | Size):
        return backend.to_device(np.empty(shape_of(data, "Tensor"), dtype.numpy), index)
    if isinstance(first, TensorBase):
        have = dtypes.of(first._array), backend.device_index(first._array)
        if have != (dtype, index):
            raise TypeError(f"expected {options(dtype, index)} (got {options(*have)})")
        return first._array
    if first is None or isinstance(first, float):
        raise TypeError(f"new(): data must be a sequence (got {type(first).__name__})")
    return backend.to_device(array_from(first, dtype, copy=True), index)


def options(dtype: dtypes.dtype, index: int | None) -> str:
    """How PyTorch's errors show dtype and device."""
    device = "cpu" if index is None else f"cuda:{index}"
    return (
        f"TensorOptions(dtype={dtypes.C_TYPE[dtype]}, device={device}, layout=Strided, "
        "requires_grad=false (default), pinned_memory=false (default), memory_format=(nullopt))"
    )


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


def empty(
    *size: Any,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = contiguous_format,
) -> Any:
    """A tensor of arbitrary content, ``empty(2, 3)`` or ``empty((2, 3))``."""
    kind = check_dtype(dtype, "empty")
    made = filled(shape_of(size, "empty"), None, kind, device, requires_grad)
    if memory_format is contiguous_format:
        return made
    return like(made, None, None, None, requires_grad, memory_format)


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


def like(input: Any, value: Any, dtype: Any, device: Any, requires_grad: bool, format: Any) -> Any:
    """A tensor of one value with the shape and, unless given, dtype and device of ``input``."""
    array = input._array
    kind = dtypes.of(array) if dtype is None else check_dtype(dtype, "like")
    where = devices.of(array) if device is None else device
    if format is preserve_format and array.flags.c_contiguous:
        return filled(array.shape, value, kind, where, requires_grad)
    dims = order(array, format)
    shape = tuple([array.shape[dim] for dim in dims])
    tensor = filled(shape, value, kind, where, requires_grad)
    tensor._array = tensor._array.transpose(inverse(dims))
    return tensor


def zeros_like(
    input: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """Zeros with the shape, dtype and device of ``input``."""
    return like(input, 0, dtype, device, requires_grad, memory_format)


def ones_like(
    input: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """Ones with the shape, dtype and device of ``input``."""
    return like(input, 1, dtype, device, requires_grad, memory_format)


def empty_like(
    input: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """Arbitrary content with the shape, dtype and device of ``input``."""
    return like(input, None, dtype, device, requires_grad, memory_format)


def full_like(
    input: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """``fill_value`` with the shape, dtype and device of ``input``."""
    return like(input, fill_value, dtype, device, requires_grad, memory_format)


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


def empty_strided(
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Arbitrary content, laid out in memory by ``stride``.

    >>> import minitorch as mt
    >>> mt.empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    if len(size) != len(stride):
        raise RuntimeError(
            f"dimensionality of sizes ({len(size)}) must match dimensionality of strides "
            f"({len(stride)})"
        )
    shape_of((size,), "empty_strided")
    like = empty(0, dtype=dtype, device=device)
    return require(new_empty_strided(like, size, stride), requires_grad)


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


def scalar_tensor(
    s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """A tensor without dimensions, of the default dtype unless ``dtype`` says another.

    >>> import minitorch as mt
    >>> mt.scalar_tensor(3)
    tensor(3.)
    """
    if not isinstance(s, bool | int | float | complex):
        raise TypeError(
            f"scalar_tensor(): argument 's' (position 1) must be Number, not {type(s).__name__}"
        )
    return full((), s, dtype=check_dtype(dtype, "scalar_tensor"), device=device,
                requires_grad=requires_grad)  # fmt: skip


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
