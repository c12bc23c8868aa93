"""``mt.FloatTensor`` and its kin: PyTorch's old names for tensors of one dtype.

``FloatTensor(2, 3)`` is a tensor of that size with arbitrary content, ``LongTensor([1, 2])`` one
with these numbers, ``isinstance(x, DoubleTensor)`` asks for the dtype. `mt.cuda` has the same names
for tensors on a GPU. ``Tensor(2, 3)`` and ``x.new(2, 3)`` are made in the same way (`old_style`).
`mt.tensor(data, dtype=...)` is what one writes today.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend, devices, dtypes
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make
from .creation import shape_of
from .from_data import array_from
from .ops.operands import invalid_combination
from .size import Size
from .user_warnings import warn


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


class tensortype(type):  # noqa: N801 - PyTorch's name
    """The class of `FloatTensor` and its kin, of which tensors are instances by their dtype."""

    dtype: dtypes.dtype
    is_cuda: bool

    def __call__(cls, *data: Any, device: Any = None, **kwargs: Any) -> Any:
        """A tensor of a size, with data, or an empty one."""
        if "data" in kwargs and not data:
            data = (kwargs.pop("data"),)
        if kwargs:
            raise invalid_combination("new", (*data, *kwargs.values()))
        index = None
        if cls.is_cuda:
            cls.refuse_without_gpu()
            warn(
                "The torch.cuda.*DtypeTensor constructors are no longer recommended. It's best to "
                "use methods such as torch.tensor(data, dtype=*, device='cuda') to create tensors."
            )
            index = devices.array_index("cuda" if device is None else device)
        return make(TensorBase._result_class, old_style(data, cls.dtype, index), state.recording)

    def refuse_without_gpu(cls) -> None:
        """PyTorch's error where there is no GPU."""
        try:
            backend.cupy()
        except AssertionError:
            raise TypeError(
                f"type {cls.__module__}.{cls.__name__} not available. Torch not compiled with CUDA "
                "enabled."
            ) from None

    def __instancecheck__(cls, instance: Any) -> bool:
        return (
            isinstance(instance, TensorBase)
            and dtypes.of(instance._array) is cls.dtype
            and (backend.device_index(instance._array) is not None) is cls.is_cuda
        )


def named(name: str, dtype: dtypes.dtype, is_cuda: bool) -> tensortype:
    """The type of this name in ``torch`` or ``torch.cuda``."""
    where = "on a GPU" if is_cuda else "in main memory"
    line, printed = f"mt.{name}([1, 0]).dtype", repr(dtype)
    if is_cuda:
        line, printed = f"isinstance(mt.zeros(2), mt.cuda.{name})", "False"
    attributes = {
        "__doc__": f"""The old name for a tensor of {dtype!r} {where}.

    >>> {line}
    {printed}
    """,
        "__module__": "torch.cuda" if is_cuda else "torch",
        "dtype": dtype,
        "is_cuda": is_cuda,
    }
    return tensortype(name, (), attributes)


CPU, CUDA = (
    {
        f"{name}Tensor": named(f"{name}Tensor", dtype, is_cuda)
        for dtype, name in dtypes.SCALAR_TYPE.items()
        if not dtype.is_complex
    }
    for is_cuda in (False, True)
)
FloatTensor, DoubleTensor, HalfTensor = (CPU[f"{n}Tensor"] for n in ("Float", "Double", "Half"))
LongTensor, IntTensor, ShortTensor = (CPU[f"{n}Tensor"] for n in ("Long", "Int", "Short"))
ByteTensor, CharTensor, BoolTensor = (CPU[f"{n}Tensor"] for n in ("Byte", "Char", "Bool"))


def new(self: Any, *data: Any) -> Any:
    """The old way to make a tensor like this one: ``x.new(2, 3)``, ``x.new([1, 2])``.

    >>> mt.tensor([1]).new([2, 3])
    tensor([2, 3])
    """
    array = old_style(data, dtypes.of(self._array), backend.device_index(self._array))
    return make(TensorBase._result_class, array, state.recording)


def set_default_tensor_type(t: Any) -> None:
    """The old way to choose the default dtype and device: ``"torch.DoubleTensor"`` or the type.

    `set_default_dtype` and `set_default_device` are what one writes today.

    >>> mt.set_default_tensor_type("torch.DoubleTensor")
    >>> mt.get_default_dtype()
    torch.float64
    >>> mt.set_default_tensor_type("torch.FloatTensor")
    """
    if isinstance(t, str):
        _, dot, name = t.rpartition("torch.")
        known = CUDA if name.startswith("cuda.") else CPU
        name = name.removeprefix("cuda.")
        if not dot:
            raise ModuleNotFoundError(f"No module named '{t.partition('.')[0]}'")
        if name not in known:
            raise AttributeError(f"module 'torch' has no attribute '{name}'")
        t = known[name]
    if not isinstance(t, tensortype):
        raise TypeError(
            "invalid type object: only floating-point types are supported as the default type"
        )
    if t.is_cuda:
        t.refuse_without_gpu()
    warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
        "torch.set_default_dtype() and torch.set_default_device() as alternatives."
    )
    dtypes.set_default_dtype(t.dtype)
    devices.set_default_device("cuda" if t.is_cuda else "cpu")
