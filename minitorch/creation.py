"""Making tensors by their size, or in the size of others: `zeros`, `full`, `empty_like`, `eye`."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend, devices, dtypes
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make
from .from_data import array_from, check_dtype, leaf, require
from .memory_formats import contiguous_format, inverse, order, preserve_format
from .ops.expanding import strided
from .ops.scalars import number
from .ops.sizes import long, sizes


def shape_of(size: tuple[Any, ...], caller: str, named: Any = None) -> tuple[int, ...]:
    """The shape meant by ``zeros(2, 3)``, ``zeros((2, 3))`` or ``zeros(size=(2, 3))``."""
    if named is not None and not size:
        size = (named,)
    if not size:
        raise TypeError(f'{caller}() missing 1 required positional arguments: "size"')
    shape = sizes(size, caller)
    if any(length < 0 for length in shape):
        if caller in ("zeros", "ones", "full"):
            raise RuntimeError(f"{caller}: Dimension size must be non-negative.")
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def filled(
    shape: tuple[int, ...],
    value: Any,
    dtype: dtypes.dtype,
    device: Any,
    requires_grad: bool,
    like: Any = TensorBase,
) -> Any:
    """A tensor of one value (None: arbitrary content), of the class of ``like``."""
    index = devices.array_index(device)
    xp = np if index is None else backend.cupy()
    with backend.on_device(index), backend.memory_for(shape, dtype.numpy):
        if value is None:
            array = xp.empty(shape, dtype.numpy)
        elif value.__class__ is int and value == 0:  # not -0.0
            array = xp.zeros(shape, dtype.numpy)
        else:
            array = xp.full(shape, number(value, dtype, "full"), dtype.numpy)
    return require(make(like._result_class, array, state.recording), requires_grad)


def zeros(
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A tensor of zeros, ``zeros(2, 3)`` or ``zeros((2, 3))``.

    >>> mt.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    shape = shape_of(args, "zeros", size)
    return filled(shape, 0, check_dtype(dtype, "zeros"), device, requires_grad)


def ones(
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A tensor of ones, ``ones(2, 3)`` or ``ones((2, 3))``.

    >>> mt.ones(2, 3)
    tensor([[1., 1., 1.],
            [1., 1., 1.]])
    """
    shape = shape_of(args, "ones", size)
    return filled(shape, 1, check_dtype(dtype, "ones"), device, requires_grad)


def empty(
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = contiguous_format,
) -> Any:
    """A tensor of arbitrary content, ``empty(2, 3)`` or ``empty((2, 3))``.

    >>> mt.empty(2, 3).shape, mt.empty((0,))
    (torch.Size([2, 3]), tensor([]))
    """
    kind = check_dtype(dtype, "empty")
    made = filled(shape_of(args, "empty", size), None, kind, device, requires_grad)
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

    >>> mt.full((2,), 7)
    tensor([7, 7])
    """
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
        return filled(array.shape, value, kind, where, requires_grad, input)
    dims = order(array, format)
    shape = tuple([array.shape[dim] for dim in dims])
    tensor = filled(shape, value, kind, where, requires_grad, input)
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
    """Zeros with the shape, dtype and device of ``input``.

    >>> mt.zeros_like(mt.tensor([[1.5, 2.5]]))
    tensor([[0., 0.]])
    """
    return like(input, 0, dtype, device, requires_grad, memory_format)


def ones_like(
    input: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """Ones with the shape, dtype and device of ``input``.

    >>> mt.ones_like(mt.tensor([[1, 2], [3, 4]]))
    tensor([[1, 1],
            [1, 1]])
    """
    return like(input, 1, dtype, device, requires_grad, memory_format)


def empty_like(
    input: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """Arbitrary content with the shape, dtype and device of ``input``.

    >>> mt.empty_like(mt.tensor([[1, 2]])).dtype
    torch.int64
    """
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
    """``fill_value`` with the shape, dtype and device of ``input``.

    >>> mt.full_like(mt.tensor([1.0, 2.0]), 7)
    tensor([7., 7.])
    """
    return like(input, fill_value, dtype, device, requires_grad, memory_format)


# The methods x.new_zeros(...): as the functions, with the tensor's dtype and device.


def new_filled(
    self: Any, shape: tuple[int, ...], value: Any, dtype: Any, device: Any, requires_grad: bool
) -> Any:
    """A tensor of one value with, unless given, the dtype and device of ``self``."""
    kind = dtypes.of(self._array) if dtype is None else check_dtype(dtype, "new_full")
    where = devices.of(self._array) if device is None else device
    return filled(shape, value, kind, where, requires_grad, self)


def new_zeros(
    self: Any,
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Zeros with the dtype and device of this tensor.

    >>> mt.tensor([1, 2]).new_zeros(2, 2)
    tensor([[0, 0],
            [0, 0]])
    """
    shape = shape_of(args, "new_zeros", size)
    return new_filled(self, shape, 0, dtype, device, requires_grad)


def new_ones(
    self: Any,
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Ones with the dtype and device of this tensor.

    >>> mt.tensor([1, 2]).new_ones(2)
    tensor([1, 1])
    """
    shape = shape_of(args, "new_ones", size)
    return new_filled(self, shape, 1, dtype, device, requires_grad)


def new_empty(
    self: Any,
    *args: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Arbitrary content with the dtype and device of this tensor.

    >>> mt.tensor([1, 2]).new_empty(2, 3).dtype
    torch.int64
    """
    shape = shape_of(args, "new_empty", size)
    return new_filled(self, shape, None, dtype, device, requires_grad)


def new_full(
    self: Any,
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``fill_value`` with the dtype and device of this tensor.

    >>> mt.tensor([1.0], dtype=mt.float64).new_full((2,), 3)
    tensor([3., 3.], dtype=torch.float64)
    """
    shape = shape_of((size,), "new_full")
    return new_filled(self, shape, fill_value, dtype, device, requires_grad)


def new_empty_strided(
    self: Any,
    size: Any,
    stride: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """Arbitrary content, laid out in memory by ``stride``, like this tensor otherwise.

    >>> mt.zeros(1).new_empty_strided((2, 3), (1, 2)).stride()
    (1, 2)
    """
    last = sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    memory = new_empty(self, max(last + 1, 0), dtype=dtype, device=device)._array
    xp = backend.array_module(memory)
    steps = tuple(step * memory.itemsize for step in stride)
    array = strided(xp, memory, tuple(size), steps)
    return require(make(TensorBase._result_class, array, state.recording), requires_grad)


def new_tensor(
    self: Any, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """A tensor with a copy of ``data``, with the dtype and device of this tensor.

    >>> mt.tensor([1.0]).new_tensor([1, 2])
    tensor([1., 2.])
    """
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


def scalar_tensor(
    s: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """A tensor without dimensions, of the default dtype unless ``dtype`` says another.

    >>> mt.scalar_tensor(3)
    tensor(3.)
    """
    value = s._array.item() if isinstance(s, TensorBase) else s
    return filled((), value, check_dtype(dtype, "scalar_tensor"), device, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """The identity matrix of ``n`` rows and ``m`` (or ``n``) columns.

    >>> mt.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    for name, value in (("n", n), ("m", m)):
        if value is not None and value < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {value}")
    kind = check_dtype(dtype, "eye").numpy
    with backend.memory_for((long(n), long(n if m is None else m)), kind):
        array = np.eye(n, m, dtype=kind)
    return leaf(array, device, requires_grad)
