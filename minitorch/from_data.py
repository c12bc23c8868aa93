"""Making tensors from data: numbers, nested lists, NumPy arrays, other tensors.

First what everything that makes tensors shares: `leaf`, `require`, `check_dtype`.
"""

from __future__ import annotations

import functools
import numbers
from typing import Any

import numpy as np

from . import backend, devices, dtypes
from .autograd.errors import type_name
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make
from .placement import check_pinning, pinned
from .user_warnings import warn


def leaf(array: Any, device: Any = None, requires_grad: bool = False) -> Any:
    """A tensor that holds ``array``, moved to ``device`` (None: the default device)."""
    array = backend.to_device(array, devices.array_index(device))
    return require(make(TensorBase._result_class, array, state.recording), requires_grad)


def require(tensor: Any, requires_grad: bool) -> Any:
    """``tensor``, a new one, with ``requires_grad`` set as asked for."""
    if requires_grad and tensor._array.dtype.kind not in "fc":
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return tensor.requires_grad_() if requires_grad else tensor


def check_dtype(dtype: Any, caller: str) -> dtypes.dtype:
    """``dtype`` as one of MiniTorch's (Python's ``float`` ... count); the default for None."""
    if dtype is None:
        return dtypes.get_default_dtype()
    if isinstance(dtype, dtypes.dtype):
        return dtype
    if dtype in (float, int, bool, complex):
        return {
            float: dtypes.float64,
            int: dtypes.int64,
            bool: dtypes.bool_,
            complex: dtypes.complex128,
        }[dtype]
    raise TypeError(f"{caller}(): argument 'dtype' must be torch.dtype, not {type(dtype).__name__}")


def tensor(
    data: Any,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Any:
    """A tensor with a copy of ``data``: a number, nested lists of numbers, an array, or a tensor.

    The dtype is that of the array or tensor; Python integers give int64, floats the default dtype.

    >>> mt.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    >>> mt.tensor([0.5, 1])
    tensor([0.5000, 1.0000])
    """
    pins = check_pinning("tensor", pin_memory)
    if isinstance(data, TensorBase):
        warn(
            "To copy construct from a tensor, it is recommended to use "
            "sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), "
            "rather than torch.tensor(sourceTensor)."
        )
        device = device or devices.of(data._array)
    made = leaf(array_from(data, dtype, copy=True), device, requires_grad)
    return pinned(made) if pins else made


def array_from(data: Any, dtype: dtypes.dtype | None = None, copy: bool = False) -> Any:
    """The array `tensor` makes of ``data``; shares memory with an array unless ``copy``."""
    if dtype is not None:
        dtype = check_dtype(dtype, "tensor")
    if isinstance(data, TensorBase):
        data = data._array
    if isinstance(data, np.ndarray | np.generic) or backend.is_gpu_array(data):
        wanted = (dtype or dtypes.from_numpy(data.dtype)).numpy
        return (np.asarray(data) if isinstance(data, np.generic) else data).astype(
            wanted, copy=copy
        )
    data = without_tensors(data)
    if isinstance(data, str):
        raise TypeError("new(): invalid data type 'str'")
    try:
        array = np.array(data)
    except (ValueError, OverflowError, TypeError):
        array = np.array(None)
    if array.dtype.kind in "uOf" and has_long_integers(array, data):
        array = from_long_integers(data, dtype)
    if array.dtype.kind not in "biufc":
        raise refusal(data)
    first = first_element(data)
    if isinstance(first, np.ndarray) and first.ndim:
        warn_of_arrays()
    if dtype is None:
        if isinstance(first, np.ndarray):
            dtype = dtypes.of(array)
        elif isinstance(first, np.generic):  # NumPy's numbers bring their own dtypes
            kinds = [
                dtypes.of(n) if isinstance(n, np.generic) else dtypes.of_number(n)
                for n in flat(data)
            ]
            dtype = functools.reduce(dtypes.promote_types, kinds)
        else:
            dtype = dtypes.of_number(array.flat[0].item() if array.size else 0.0)
    elif dtype.category == dtypes.INTEGER and array.dtype.kind in "if" and array.size:
        refuse_overflow(array, dtype)
    elif array.dtype.kind == "c" and isinstance(first, complex | float | int):
        if dtype.category == dtypes.INTEGER:
            raise TypeError("'complex' object cannot be interpreted as an integer")
        if dtype.is_floating_point:
            raise TypeError("must be real number, not complex")
    return array.astype(dtype.numpy, copy=False)


def refuse_overflow(array: Any, dtype: dtypes.dtype) -> None:
    """Refuse numbers that the integer ``dtype`` cannot hold; negative integers wrap if unsigned."""
    limits = np.iinfo(dtype.numpy)
    lowest = limits.min if dtype.is_signed or array.dtype.kind == "f" else -limits.max
    if not (lowest <= array.min() and array.max() <= limits.max):  # nor NaN
        raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")


def has_long_integers(array: Any, data: Any) -> bool:
    """Whether integers of more than 64 bits with the sign are in ``data``, read as ``array``.

    NumPy makes uint64 or objects of them, and float64 if others are shorter.
    """
    if array.dtype.kind == "f" and not (
        isinstance(first_element(data), int) and array.max() >= 2**63
    ):
        return False
    return any(map(is_long_integer, flat(data)))


def is_long_integer(value: Any) -> bool:
    """Whether it is an integer of more than 64 bits with the sign."""
    return isinstance(value, int) and not -(2**63) <= value < 2**63


def from_long_integers(data: Any, dtype: dtypes.dtype | None) -> Any:
    """The array of ``data`` with integers that only floating point numbers can hold."""
    found = list(flat(data))
    if dtype is None:
        integral = all(isinstance(n, int) for n in found)
    else:
        integral = dtype.category == dtypes.INTEGER
    if integral or not all(isinstance(n, numbers.Number) for n in found) or ragged(data):
        raise refusal(data)
    return np.array(data, np.result_type(*{type(n) for n in found} - {int}, np.float64))


def without_tensors(data: Any) -> Any:
    """``data`` with tensors of one element inside lists replaced by their numbers."""
    if isinstance(data, TensorBase):
        if data._array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return backend.to_numpy(data._array).item()
    if isinstance(data, list | tuple) and isinstance(first_element(data), TensorBase):
        return [without_tensors(item) for item in data]
    return list(data) if isinstance(data, range) else data


def first_element(data: Any) -> Any:
    """The first thing in nested lists that is no list."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return data


def refusal(data: Any) -> Exception:
    """PyTorch's error for ``data`` that makes no tensor."""
    if isinstance(first_element(data), str):
        return ValueError("too many dimensions 'str'")
    for item in flat(data):
        if isinstance(item, str):
            return TypeError("new(): invalid data type 'str'")
        if isinstance(item, TensorBase):
            return ValueError("only one element tensors can be converted to Python scalars")
        if not isinstance(item, numbers.Number | np.ndarray):
            return RuntimeError(f"Could not infer dtype of {type(item).__name__}")
    unequal = ragged(data)
    if unequal:
        return unequal
    if any(map(is_long_integer, flat(data))):
        return ValueError("Overflow when unpacking long long")
    return TypeError("not a sequence")


@functools.cache  # once, as PyTorch does
def warn_of_arrays() -> None:
    """PyTorch's warning for a list of arrays."""
    warn(
        "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider "
        "converting the list to a single numpy.ndarray with numpy.array() before converting to a "
        "tensor."
    )


def flat(data: Any) -> Any:
    """The elements of nested lists, one after the other."""
    if isinstance(data, list | tuple):
        for item in data:
            yield from flat(item)
    else:
        yield data


def is_row(data: Any) -> bool:
    """Whether it is a list or tuple, or an array with dimensions."""
    return isinstance(data, list | tuple) or (isinstance(data, np.ndarray) and data.ndim > 0)


def ragged(data: Any) -> Exception | None:
    """The error for nested lists whose lengths differ; None if these do not."""
    lengths = []
    first = data
    while is_row(first):
        lengths.append(len(first))
        first = first[0] if len(first) else None
    return unlike(data, lengths, 0, any(isinstance(item, float) for item in flat(data)))


def unlike(data: Any, lengths: list[int], dim: int, floating: bool) -> Exception | None:
    """The error for the first of nested lists that has not the ``lengths`` from ``dim`` on."""
    if dim == len(lengths):
        if isinstance(data, np.ndarray) and data.ndim:
            return TypeError("only 0-dimensional arrays can be converted to Python scalars")
        if not is_row(data):
            return None
        kind = type(data).__name__
        if floating:
            return TypeError(f"must be real number, not {kind}")
        return TypeError(f"'{kind}' object cannot be interpreted as an integer")
    if not is_row(data):
        return TypeError("not a sequence")
    if len(data) != lengths[dim]:
        return ValueError(
            f"expected sequence of length {lengths[dim]} at dim {dim} (got {len(data)})"
        )
    found = (unlike(item, lengths, dim + 1, floating) for item in data)
    return next((error for error in found if error is not None), None)


def as_tensor(data: Any, dtype: dtypes.dtype | None = None, device: Any = None) -> Any:
    """``data`` as a tensor, without a copy of an array or tensor of that dtype and device.

    >>> import numpy as np
    >>> a = np.array([1.0, 2.0])
    >>> mt.as_tensor(a)[0] = 9  # the array itself, not a copy
    >>> a
    array([9., 2.])
    >>> mt.as_tensor([1, 2], dtype=mt.float32)
    tensor([1., 2.])
    """
    if isinstance(data, TensorBase):
        source: Any = data
        return source.to(device or devices.of(data._array), dtype or dtypes.of(data._array))
    return leaf(array_from(data, dtype), device)


def asarray(
    obj: Any,
    *,
    dtype: dtypes.dtype | None = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Any:
    """``obj`` as a tensor; ``copy`` True always copies, False never, None only where it must.

    >>> x = mt.asarray([1, 2])
    >>> mt.asarray(x) is x, mt.asarray(x, copy=True) is x
    (True, False)
    """
    if isinstance(obj, TensorBase) and not copy:
        return as_tensor(obj, dtype, device)
    return leaf(array_from(obj, dtype, copy=bool(copy)), device, requires_grad)


def frombuffer(
    buffer: Any,
    *,
    dtype: dtypes.dtype,
    count: int = -1,
    offset: int = 0,
    requires_grad: bool = False,
) -> Any:
    """The bytes of ``buffer`` from ``offset`` on as a vector of ``count`` numbers, not copied.

    >>> mt.frombuffer(bytearray([1, 0, 2, 0]), dtype=mt.int16)
    tensor([1, 2], dtype=torch.int16)
    """
    try:
        length = memoryview(buffer).nbytes
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    size = dtype.itemsize
    if not length or not count:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length "
            f"({length} bytes) minus 1"
        )
    if count < 0 and (length - offset) % size:
        raise ValueError(
            f"buffer length ({length - offset} bytes) after offset ({offset} bytes) must be a "
            f"multiple of element size ({size})"
        )
    if count > 0 and offset + count * size > length:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must "
            f"not be greater than actual buffer length ({length} bytes)"
        )
    array = np.frombuffer(buffer, dtype.numpy, count, offset)
    if not array.flags.writeable:
        warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. "
            "This means you can write to the underlying (supposedly non-writable) buffer using the "
            "tensor. You may want to copy the buffer to protect its data or make it writable "
            "before converting it to a tensor. This type of warning will be suppressed for the "
            "rest of this program."
        )
    return leaf(array, "cpu", requires_grad)


def from_numpy(ndarray: np.ndarray) -> Any:
    """A tensor that shares the memory of a NumPy array: a change of one is a change of both.

    >>> import numpy as np
    >>> a = np.zeros(2)
    >>> x = mt.from_numpy(a)
    >>> a[0] = 1
    >>> x
    tensor([1., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type_name(ndarray)})")
    dtypes.from_numpy(ndarray.dtype)
    if not ndarray.flags.writeable:
        warn_of_read_only()
    if any(step < 0 for step in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )
    return make(TensorBase._result_class, ndarray, state.recording)


@functools.cache  # once, as PyTorch does
def warn_of_read_only() -> None:
    """PyTorch's warning for an array that cannot be written to."""
    warn(
        "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. "
        "This means writing to this tensor will result in undefined behavior. You may want to copy "
        "the array to protect its data or make it writable before converting it to a tensor. This "
        "type of warning will be suppressed for the rest of this program.\nHere NumPy will refuse "
        "to write to it."
    )
