"""Copies of a tensor: in the same or another dtype, order of memory, or on another device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend, devices, dtypes, from_data, transfers
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from ..memory_formats import contiguous_format, inverse, is_ordered, order, preserve_format
from ..user_warnings import warn
from . import operands


class Clone(Operation):
    """A copy with memory of its own, in the same order of dimensions."""

    def forward(self, xp: Any, x: Any) -> Any:
        return copied(x)

    def grad_x(self, grad: Any) -> Any:
        return grad


LARGE = 256  # rows and columns from which on a matrix is copied in strips
STRIP = 32  # columns


def in_strips(x: Any) -> Any:
    """``x.copy(order="C")`` of a matrix that lies in memory column by column.

    To copy a row means to read one number from each column. The next row reads their neighbours,
    which a strip still has in the processor's cache. 1000x1000 takes 0.55 of the time, 1024x1024
    (whose columns get in each other's way there) 0.22.
    """
    out = np.empty(x.shape, x.dtype)
    for start in range(0, x.shape[1], STRIP):
        strip = slice(start, start + STRIP)
        out[:, strip] = x[:, strip]
    return out


class Contiguous(Operation):
    """A copy in row-major order."""

    torch_name = "CloneBackward0"

    def forward(self, xp: Any, x: Any) -> Any:
        if xp is np and x.ndim == 2 and min(x.shape) >= LARGE and x.strides[0] < x.strides[1]:
            return in_strips(x)
        return x.copy(order="C")

    def grad_x(self, grad: Any) -> Any:
        return grad


class Ordered(Operation):
    """A copy whose dimensions lie in memory in the order ``dims``, the slowest first."""

    torch_name = "CloneBackward0"

    def forward(self, xp: Any, x: Any, dims: Any) -> Any:
        return x.transpose(dims).copy(order="C").transpose(inverse(dims))

    def grad_x(self, grad: Any) -> Any:
        return grad


class ToCopy(Operation):
    """A copy in another dtype or on another device; the gradient goes back there."""

    def forward(
        self, xp: Any, x: Any, dtype: Any, device_index: int | None, non_blocking: bool = False
    ) -> Any:
        self.source = backend.device_index(x)
        if x.dtype.kind == "c" and dtype.kind not in "cb":
            x = real_part(x)
        moves = self.source != device_index  # which copies
        x = x.astype(dtype, "C" if 0 in x.strides else "K", copy=not moves)
        return transfers.copied(x, device_index, non_blocking)

    def grad_x(self, grad: Any) -> Any:  # its dtype is the engine's business
        return converted(grad, grad._array.dtype, self.source)


def copied(x: Any) -> Any:
    """A copy of an array in the same order of dimensions; an expanded one in row-major order."""
    return x.copy(order="C" if 0 in x.strides else "K")


def real_part(array: Any) -> Any:
    """The real part of a complex array, with PyTorch's warning that the rest is lost."""
    warn("Casting complex values to real discards the imaginary part")
    return array.real


# Copies -------------------------------------------------------------------------------------------


def clone(input: Any, *, memory_format: Any = preserve_format) -> Any:
    """A copy of ``input`` with memory of its own, through which gradients flow.

    >>> import minitorch as mt
    >>> x = mt.zeros(2)
    >>> y = x.clone()
    >>> y[0] = 1
    >>> x, y
    (tensor([0., 0.]), tensor([1., 0.]))
    """
    if memory_format is preserve_format:
        return Clone.apply(input)
    return Ordered.apply(input, order(input._array, memory_format))


def contiguous(self: Any, memory_format: Any = contiguous_format) -> Any:
    """This tensor if its elements lie in memory row by row, without gaps; else such a copy.

    Or in another order of dimensions, such as ``mt.channels_last``.

    >>> import minitorch as mt
    >>> x = mt.arange(4).view(2, 2).t()
    >>> x.stride(), x.contiguous().stride()
    ((1, 2), (2, 1))
    """
    if memory_format is contiguous_format:
        return self if self._array.flags.c_contiguous else Contiguous.apply(self)
    dims = order(self._array, memory_format)
    return self if is_ordered(self._array, memory_format) else Ordered.apply(self, dims)


def converted(
    input: Any,
    dtype: np.dtype,
    device_index: int | None,
    copy: bool = False,
    non_blocking: bool = False,
) -> Any:
    """``input`` in a NumPy dtype on a device: itself if it is so already, unless ``copy``."""
    array = input._array
    if copy or (array.dtype is not dtype and array.dtype != dtype):
        return ToCopy.apply(input, dtype, device_index, non_blocking)
    if backend.device_index(array) != device_index:
        return ToCopy.apply(input, dtype, device_index, non_blocking)
    return input


def to(
    self: Any,
    *args: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """This tensor in another dtype or on another device; itself if nothing changes.

    ``to(dtype)``, ``to(device)``, ``to(device, dtype)`` or ``to(other)``. With ``copy`` it is a
    copy in any case. With ``non_blocking`` nobody waits for a copy from pinned memory to a GPU (see
    `pin_memory`), nor for one from a GPU: its numbers are there after ``mt.cuda.synchronize()``.
    ``memory_format`` is for `contiguous`.

    >>> import minitorch as mt
    >>> mt.tensor([1.5, 2.5]).to(mt.int64)
    tensor([1, 2])
    """
    if args:
        dtype, device, rest = destination(args, dtype, device)
        if rest:
            non_blocking, copy = (*rest, copy)[:2]
    wanted = self._array.dtype if dtype is None else from_data.check_dtype(dtype, "to").numpy
    here = backend.device_index(self._array)
    index = here if device is None else devices.array_index(device)
    if memory_format is preserve_format:
        return converted(self, wanted, index, copy, non_blocking)
    return contiguous(converted(self, wanted, index, copy), memory_format)


def destination(args: tuple[Any, ...], dtype: Any, device: Any) -> tuple[Any, Any, list[Any]]:
    """The dtype and device that ``to(*args)`` asks for (None: as they are), and the other args."""
    first, *rest = args
    if isinstance(first, dtypes.dtype | type):
        return first, device, rest
    if isinstance(first, TensorBase):
        return dtypes.of(first._array), devices.of(first._array), rest
    if rest and not isinstance(rest[0], bool):
        dtype = rest.pop(0)
    if not isinstance(first, str | int | devices.device | None) or not isinstance(
        dtype, dtypes.dtype | type | None
    ):
        raise operands.invalid_combination("to", args)
    return dtype, first, rest


def cpu(self: Any, memory_format: Any = preserve_format) -> Any:
    """This tensor in main memory; itself if it is there already.

    ``memory_format`` is for `contiguous`, here and in the methods below.

    >>> import minitorch as mt
    >>> x = mt.zeros(1)
    >>> x.cpu() is x
    True
    """
    return ordered(converted(self, self._array.dtype, None), memory_format)


def ordered(tensor: Any, memory_format: Any) -> Any:
    """``tensor`` in this layout."""
    if memory_format is preserve_format:
        return tensor
    return contiguous(tensor, memory_format)


def cuda(
    self: Any,
    device: Any = None,
    non_blocking: bool = False,
    memory_format: Any = preserve_format,
) -> Any:
    """This tensor on a GPU (the current one, unless ``device`` names it).

    With ``non_blocking`` nobody waits for a copy from pinned memory: see `pin_memory`.

    >>> import minitorch as mt
    >>> x = mt.zeros(2)
    >>> x = x.cuda() if mt.cuda.is_available() else x
    """
    if device is None and self.is_cuda:
        return ordered(self, memory_format)
    index = devices.array_index("cuda" if device is None else device)
    there = converted(self, self._array.dtype, index, non_blocking=non_blocking)
    return ordered(there, memory_format)


def type_(self: Any, dtype: Any = None, non_blocking: bool = False) -> Any:
    """PyTorch's old name of the dtype, such as ``'torch.FloatTensor'``; or a copy in ``dtype``.

    >>> import minitorch as mt
    >>> mt.ones(1).type(), mt.ones(1).type("torch.LongTensor")
    ('torch.FloatTensor', tensor([1]))
    """
    if dtype is None:
        place = "cuda." if self.is_cuda else ""
        return f"torch.{place}{dtypes.SCALAR_TYPE[dtypes.of(self._array)]}Tensor"
    if isinstance(dtype, dtypes.dtype):
        return to(self, dtype, non_blocking=non_blocking)
    if isinstance(dtype, type):
        dtype = old_name(dtype)
    elif not isinstance(dtype, str):
        raise TypeError("dtype must be a type, str, or dtype object")
    place, _, name = dtype.rpartition(".")
    names = {f"{name}Tensor": d for d, name in dtypes.SCALAR_TYPE.items()}
    names["Tensor"] = dtypes.get_default_dtype()
    if place not in OLD or name not in names:
        raise ValueError(f"invalid type: '{dtype}'")
    return to(self, OLD[place], names[name], non_blocking)


OLD = {"torch": "cpu", "torch.cuda": "cuda"}  # where the old types of a module live


def old_name(kind: type) -> str:
    """``"torch.FloatTensor"`` of `FloatTensor`, ``"torch.Tensor"`` of `Tensor`."""
    if issubclass(kind, TensorBase):
        return "torch.Tensor"
    return f"{kind.__module__}.{kind.__name__}" if kind.__module__ in OLD else kind.__name__


def type_as(self: Any, other: Any) -> Any:
    """This tensor in the dtype and on the device of ``other``.

    >>> import minitorch as mt
    >>> mt.tensor([1.7]).type_as(mt.tensor([0]))
    tensor([1])
    """
    return to(self, other)


def in_dtype(name: str, dtype: dtypes.dtype) -> Callable[..., Any]:
    """The method ``x.float()`` and its kin: ``x.to(dtype)``."""

    def method(self: Any, memory_format: Any = preserve_format) -> Any:
        result = converted(self, dtype.numpy, backend.device_index(self._array))
        return result if memory_format is preserve_format else contiguous(result, memory_format)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"""This tensor as {dtype}; itself if it is that already.

    >>> import minitorch as mt
    >>> mt.tensor([1, 0]).{name}().dtype
    {dtype}
    """
    return method


bool_ = in_dtype("bool", dtypes.bool_)
byte = in_dtype("byte", dtypes.uint8)
char = in_dtype("char", dtypes.int8)
short = in_dtype("short", dtypes.int16)
int_ = in_dtype("int", dtypes.int32)
long = in_dtype("long", dtypes.int64)
half = in_dtype("half", dtypes.float16)
bfloat16 = in_dtype("bfloat16", dtypes.bfloat16)
float_ = in_dtype("float", dtypes.float32)
double = in_dtype("double", dtypes.float64)
cfloat = in_dtype("cfloat", dtypes.complex64)
cdouble = in_dtype("cdouble", dtypes.complex128)
bfloat16.__doc__ = """Refused: NumPy has no bfloat16.

    >>> import minitorch as mt
    >>> mt.tensor([1.0]).bfloat16()
    Traceback (most recent call last):
        ...
    TypeError: There is no bfloat16 here, since NumPy has none. Use mt.float32.
    """
