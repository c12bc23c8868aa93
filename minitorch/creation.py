"""Making tensors: from data (`tensor`, `from_numpy`), filled (`zeros`), counted (`arange`)."""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any

import numpy as np

from . import backend, devices, dtypes
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make


def leaf(array: Any, device: Any = None, requires_grad: bool = False) -> Any:
    """A tensor that holds ``array``, moved to ``device`` (None: the default device)."""
    array = backend.to_device(array, devices.array_index(device))
    result = make(TensorBase._result_class, array, state.recording)
    return result.requires_grad_() if requires_grad else result


# From data ----------------------------------------------------------------------------------------


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

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    >>> mt.tensor([0.5, 1])
    tensor([0.5000, 1.0000])
    """
    if isinstance(data, TensorBase):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use "
            "sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), "
            "rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        device = device or devices.of(data._array)
    return leaf(array_from(data, dtype, copy=True), device, requires_grad)


def array_from(data: Any, dtype: dtypes.dtype | None = None, copy: bool = False) -> Any:
    """The array `tensor` makes of ``data``; shares memory with an array unless ``copy``."""
    if dtype is not None:
        check_dtype(dtype, "tensor")
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
    if array.dtype.kind not in "biufc":
        raise refusal(data)
    if array.dtype.kind == "u":  # NumPy's choice for integers from 2**63 on
        raise ValueError("Overflow when unpacking long long")
    if dtype is None:
        first = first_element(data)
        if isinstance(first, np.generic | np.ndarray):
            dtype = dtypes.of(array)
        else:
            dtype = dtypes.of_number(array.flat[0].item() if array.size else 0.0)
    elif dtype.category == 1 and array.dtype.kind == "i" and array.size:
        limits = np.iinfo(dtype.numpy)
        if (
            array.min() < (limits.min if dtype.is_signed else -limits.max)
            or array.max() > limits.max
        ):
            raise RuntimeError(f"value cannot be converted to type {dtype.c_name} without overflow")
    return array.astype(dtype.numpy, copy=False)


def without_tensors(data: Any) -> Any:
    """``data`` with tensors of one element inside lists replaced by their numbers."""
    if isinstance(data, TensorBase):
        if data._array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return backend.to_numpy(data._array).reshape(())[()].item()
    if isinstance(data, list | tuple) and isinstance(first_element(data), TensorBase):
        return [without_tensors(item) for item in data]
    return list(data) if isinstance(data, range) else data


def first_element(data: Any) -> Any:
    """The first thing in nested lists that is no list."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return data


def refusal(data: Any, depth: int = 0) -> Exception:
    """PyTorch's error for ``data`` that makes no tensor."""
    first = first_element(data)
    if isinstance(first, str):
        return ValueError("too many dimensions 'str'")
    if not isinstance(first, numbers.Number | np.ndarray):
        return RuntimeError(f"Could not infer dtype of {type(first).__name__}")
    if any(isinstance(n, int) and not -(2**63) <= n < 2**63 for n in flat(data)):
        return ValueError("Overflow when unpacking long long")
    return ragged(data, 0) or TypeError("not a sequence")


def flat(data: Any) -> Any:
    """The elements of nested lists, one after the other."""
    if isinstance(data, list | tuple):
        for item in data:
            yield from flat(item)
    else:
        yield data


def ragged(data: Any, dim: int) -> Exception | None:
    """The error for nested lists whose lengths differ; None if these do not."""
    if not isinstance(data, list | tuple) or not data:
        return None
    if not isinstance(data[0], list | tuple):
        if any(isinstance(item, list | tuple) for item in data):
            return TypeError("'list' object cannot be interpreted as an integer")
        return None
    for item in data:
        if not isinstance(item, list | tuple):
            return TypeError("not a sequence")
        if len(item) != len(data[0]):
            return ValueError(
                f"expected sequence of length {len(data[0])} at dim {dim + 1} (got {len(item)})"
            )
    return next((e for e in (ragged(item, dim + 1) for item in data) if e is not None), None)


def as_tensor(data: Any, dtype: dtypes.dtype | None = None, device: Any = None) -> Any:
    """``data`` as a tensor, without a copy of an array or tensor of that dtype and device."""
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
    """``obj`` as a tensor; ``copy`` True always copies, False never, None only where it must."""
    if isinstance(obj, TensorBase) and not copy:
        return as_tensor(obj, dtype, device)
    return leaf(array_from(obj, dtype, copy=bool(copy)), device, requires_grad)


def from_numpy(ndarray: np.ndarray) -> Any:
    """A tensor that shares the memory of a NumPy array: a change of one is a change of both.

    >>> import minitorch as mt
    >>> a = np.zeros(2)
    >>> x = mt.from_numpy(a)
    >>> a[0] = 1
    >>> x
    tensor([1., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    dtypes.from_numpy(ndarray.dtype)
    if any(step < 0 for step in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )
    return make(TensorBase._result_class, ndarray, state.recording)


# Filled -------------------------------------------------------------------------------------------


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


def shape_of(size: tuple[Any, ...], caller: str) -> tuple[int, ...]:
    """The shape meant by ``zeros(2, 3)``, ``zeros((2, 3))`` or ``zeros([2, 3])``."""
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
            array = xp.full(shape, value, dtype.numpy)
    result = make(TensorBase._result_class, array, state.recording)
    return result.requires_grad_() if requires_grad else result


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
