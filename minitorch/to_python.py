"""From tensors to Python and NumPy: numbers, lists, arrays, truth, length, copies."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import backend, copying, dlpack, late
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make, wrap
from .user_warnings import warn


@functools.cache  # once, as PyTorch does
def warn_of_lost_gradient() -> None:
    """PyTorch's warning where a number is made of a tensor that requires grad."""
    warn(
        "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
        "behavior.\nConsider using tensor.detach() first."
    )


class ToPython(TensorBase):
    """The part of `Tensor` that makes something else of a tensor."""

    __slots__ = ()

    def item(self) -> Any:
        """The only element as a Python number.

        >>> mt.tensor([[2.5]]).item()
        2.5
        """
        if self._array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._array.size} elements cannot be converted to Scalar"
            )
        return self._number()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers, a 0-d tensor as one number.

        >>> mt.tensor([[1, 2], [3, 4]]).tolist(), mt.tensor(5.0).tolist()
        ([[1, 2], [3, 4]], 5.0)
        """
        numbers = self._array.tolist()
        if late.waiting:
            late.look()
        return numbers

    def numpy(self, *, force: bool = False) -> np.ndarray:
        """The NumPy array, sharing memory; ``force=True`` detaches and moves to the CPU first.

        >>> x = mt.zeros(2)
        >>> x.numpy()[0] = 5  # the same memory
        >>> x
        tensor([5., 0.])
        """
        if not force:
            if self.is_cuda:
                raise TypeError(
                    f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to "
                    "copy the tensor to host memory first."
                )
            if self.requires_grad and state.recording:
                raise RuntimeError(
                    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() "
                    "instead."
                )
        return backend.to_numpy(self._array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.numpy()
        return array if dtype is None else array.astype(dtype, copy=False)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return wrap(self, np.asarray(array))  # np.exp(tensor) and tensor + array are tensors

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        """Where on a GPU the numbers are, for `cupy.asarray(tensor)` and others that share them."""
        if not self.is_cuda:
            raise AttributeError(
                f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {self.type()} If "
                "CUDA data is required use tensor.cuda() to copy tensor to device memory."
            )
        if self.requires_grad:
            raise RuntimeError(
                "Can't get __cuda_array_interface__ on Variable that requires grad. If gradients "
                "aren't required, use var.detach() to get Variable that doesn't require grad."
            )
        found: dict[str, Any] = self._array.__cuda_array_interface__
        return found

    __dlpack__ = dlpack.dlpack
    __dlpack_device__ = dlpack.dlpack_device
    __deepcopy__ = copying.deepcopy
    __reduce_ex__ = copying.reduce_ex

    def as_subclass(self, cls: Any) -> Any:
        """This tensor as one of a user's own class: the same memory, the same history.

        >>> class Named(mt.Tensor):
        ...     name = "mine"
        >>> x = mt.zeros(2).as_subclass(Named)
        >>> x.name, type(x) is Named
        ('mine', True)
        """
        same = self.view_as(self)
        tensor = make(cls, same._array)
        for slot in ("_counter", "_requires_grad", "_grad_fn", "_output_nr", "_view"):
            setattr(tensor, slot, getattr(same, slot))
        return tensor

    def __contains__(self, element: Any) -> bool:
        if not isinstance(element, TensorBase | int | float | complex):
            raise RuntimeError(
                "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
                f"{type(element)}."
            )
        return bool(self.eq(element).any())

    def __delitem__(self, index: Any) -> None:
        raise TypeError("Tensor does not support deleting items")

    def __len__(self) -> int:
        if self._array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self._array)

    def __bool__(self) -> bool:
        if self._array.size != 1:
            if self._array.size == 0:
                raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self._number())

    def __int__(self) -> int:
        return int(self._one_number())

    def __float__(self) -> float:
        if self.requires_grad and state.recording:
            warn_of_lost_gradient()
        return float(self._one_number())

    def __complex__(self) -> complex:
        if self.requires_grad and state.recording:
            warn_of_lost_gradient()
        return complex(self._one_number())

    def _one_number(self) -> Any:
        if self._array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self._number()

    def _number(self) -> Any:
        number = self._array.item()
        if late.waiting:  # the program has waited for a GPU
            late.look()
        return number

    def __index__(self) -> int:
        if self._array.size != 1 or self._array.dtype.kind in "fc":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __iter__(self) -> Iterator[Any]:
        if self._array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))
