"""Questions about tensors: ``is_tensor``, ``numel``, ``result_type``, and the limits of dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend, dtypes
from .autograd.graph import TensorBase
from .storage import Storage


def is_tensor(obj: Any) -> bool:
    """Whether ``obj`` is a tensor.

    >>> mt.is_tensor(mt.zeros(1)), mt.is_tensor([0.0])
    (True, False)
    """
    return isinstance(obj, TensorBase)


def is_storage(obj: Any) -> bool:
    """Whether ``obj`` is a storage.

    >>> mt.is_storage(mt.zeros(1)), mt.is_storage(mt.zeros(1).untyped_storage())
    (False, True)
    """
    return isinstance(obj, Storage)


def detach(input: Any) -> Any:
    """`Tensor.detach` as a function.

    >>> mt.detach(mt.ones(1, requires_grad=True) * 2)
    tensor([2.])
    """
    return input.detach()


def is_floating_point(input: Any) -> bool:
    """Whether the tensor's dtype is float16, float32 or float64.

    >>> mt.is_floating_point(mt.tensor([1.0])), mt.is_floating_point(mt.tensor([1]))
    (True, False)
    """
    return dtypes.of(input._array).is_floating_point


def is_complex(input: Any) -> bool:
    """Whether the tensor's dtype is complex64 or complex128.

    >>> mt.is_complex(mt.tensor([1j])), mt.is_complex(mt.tensor([1.0]))
    (True, False)
    """
    return dtypes.of(input._array).is_complex


def is_signed(input: Any) -> bool:
    """Whether the tensor's dtype has negative numbers.

    >>> mt.is_signed(mt.tensor([1])), mt.is_signed(mt.tensor([1], dtype=mt.uint8))
    (True, False)
    """
    return dtypes.of(input._array).is_signed


def is_same_size(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape.

    >>> mt.is_same_size(mt.ones(2, 3), mt.ones(3, 2))
    False
    """
    first, second = input._array, other._array
    return bool(first.shape == second.shape)


def get_device(input: Any) -> int:
    """The number of the GPU that holds the tensor, -1 for main memory.

    >>> mt.get_device(mt.zeros(1))
    -1
    """
    index = backend.device_index(input._array)
    return -1 if index is None else index


def is_nonzero(input: Any) -> bool:
    """Whether the only element of ``input`` is not zero.

    >>> mt.is_nonzero(mt.tensor([0.0])), mt.is_nonzero(mt.tensor([[-1]]))
    (False, True)
    """
    return bool(input)


def numel(input: Any) -> int:
    """How many elements the tensor has.

    >>> mt.numel(mt.zeros(2, 3))
    6
    """
    return int(input._array.size)


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """The dtype of an operation on two tensors or numbers.

    >>> mt.result_type(mt.tensor([1, 2]), 1.0)
    torch.float32
    """
    return dtypes.result_type(
        *[x._array if isinstance(x, TensorBase) else x for x in (tensor1, tensor2)]
    )


class finfo:  # noqa: N801 - PyTorch's name
    """The limits of a floating dtype: ``max``, ``eps``, ``tiny``, ``resolution``, ``bits`` ...

    >>> mt.finfo(mt.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: dtypes.dtype | None = None) -> None:
        dtype = dtypes.get_default_dtype() if type is None else type
        if dtype.category < dtypes.FLOATING:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle "
                "'torch.finfo'"
            )
        info = np.finfo(dtype.to_real().numpy)
        self.bits = int(info.bits)
        self.max, self.min, self.eps = float(info.max), float(info.min), float(info.eps)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.resolution = 10.0**-info.precision
        self.dtype = dtype.to_real().name

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.tiny:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo:  # noqa: N801 - PyTorch's name
    """The limits of an integer dtype: ``min``, ``max``, ``bits``.

    >>> mt.iinfo(mt.int8)
    iinfo(min=-128, max=127, dtype=int8)
    """

    def __init__(self, type: dtypes.dtype) -> None:
        if type is dtypes.bool_:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        if type.category != dtypes.INTEGER:
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle "
                "'torch.iinfo'"
            )
        info = np.iinfo(type.numpy)
        self.bits, self.min, self.max = int(info.bits), int(info.min), int(info.max)
        self.dtype = type.name

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
