"""Copies of tensors by Python's ``copy`` and ``pickle``, and memory shared by DLPack."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from . import backend
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make
from .ops.expanding import strided
from .ops.memory_views import memory_of, offset_of, owner_of

NOT_A_LEAF = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at "
    "the moment.  If you were attempting to deepcopy a module, this may be because of a "
    "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
)
CPU, CUDA = 1, 2  # DLPack's numbers of the kinds of devices


def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
    """``copy.deepcopy(x)`` of a leaf: copies that shared memory share it again, ``.grad`` included.

    >>> import minitorch as mt
    >>> x = mt.zeros(2)
    >>> y, first = copy.deepcopy((x, x[0]))
    >>> y[0] = 1
    >>> x, first
    (tensor([0., 0.]), tensor(1.))
    """
    if not self.is_leaf:
        raise RuntimeError(NOT_A_LEAF)
    if id(self) in memo:
        return memo[id(self)]
    xp = backend.array_module(self._array)
    owner = owner_of(xp, self._array)
    if id(owner) not in memo:
        memo[id(owner)] = memory_of(xp, owner).copy()
    memory = memo[id(owner)].view(self._array.dtype)[offset_of(self._array) :]
    array = strided(xp, memory, self._array.shape, self._array.strides)
    copied = make(type(self), array, state.recording)
    memo[id(self)] = copied
    copied._requires_grad = self._requires_grad
    copied._grad = copy.deepcopy(self._grad, memo)
    if vars(self):
        vars(copied).update(copy.deepcopy(vars(self), memo))
    return copied


def reduce_ex(self: Any, protocol: Any) -> tuple[Any, ...]:
    """For pickle and ``copy.copy``: the numbers, without history and ``.grad``."""
    index = backend.device_index(self._array)
    array = self._array if index is None else backend.to_numpy(self._array)
    return rebuild, (type(self), array, index, self.requires_grad), vars(self) or None


def rebuild(kind: type, array: Any, index: int | None, requires_grad: bool) -> Any:
    """The tensor that `reduce_ex` took apart."""
    tensor = make(kind, backend.to_device(array, index), state.recording)
    tensor._requires_grad = requires_grad
    return tensor


# DLPack -------------------------------------------------------------------------------------------


def dlpack(
    self: Any,
    *,
    stream: Any = None,
    max_version: Any = None,
    dl_device: Any = None,
    copy: bool | None = None,
) -> Any:
    """The capsule by which another library takes over this tensor's memory."""
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    options = {"stream": stream, "max_version": max_version, "dl_device": dl_device, "copy": copy}
    given = {name: value for name, value in options.items() if value is not None}
    return self._array.__dlpack__(**given)


def dlpack_device(self: Any) -> tuple[int, int]:
    """DLPack's number for the kind of device (1: main memory, 2: CUDA), and the device's number."""
    index = backend.device_index(self._array)
    return (CPU, 0) if index is None else (CUDA, index)


class Capsule:
    """A bare capsule, as old programs pass it, as an object that gives it; ``kind`` of device."""

    def __init__(self, capsule: Any, kind: int) -> None:
        self.capsule, self.kind = capsule, kind

    def __dlpack__(self, **options: Any) -> Any:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.kind, 0


def from_capsule(capsule: Any) -> Any:
    """The array of a bare capsule, which does not say on which device its memory is."""
    try:
        return np.from_dlpack(Capsule(capsule, CPU))
    except RuntimeError:  # an unsupported device; the capsule has not been used by this
        if not backend.has_gpu():
            raise
        return backend.cupy().from_dlpack(Capsule(capsule, CUDA))


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Any:
    """A tensor that shares the memory of another library's array, or of a DLPack capsule.

    >>> import numpy as np
    >>> a = np.zeros(2)
    >>> x = mt.from_dlpack(a)
    >>> a[0] = 1
    >>> x
    tensor([1., 0.], dtype=torch.float64)
    """
    source = ext_tensor
    bare = type(source).__name__ == "PyCapsule"
    if not bare and not hasattr(source, "__dlpack__"):
        raise RuntimeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed "
            "only once, so you might have already constructed a tensor from it once."
        )
    if bare:
        array = from_capsule(source)
    else:
        kind, _ = source.__dlpack_device__()
        array = (backend.cupy() if kind == CUDA else np).from_dlpack(source)
    tensor = make(TensorBase._result_class, array, state.recording)
    if device is not None:
        tensor = tensor.to(device)
    return tensor.clone() if copy and tensor._array is array else tensor


def to_dlpack(tensor: Any) -> Any:
    """The DLPack capsule of a tensor; it can be used once.

    >>> import minitorch as mt
    >>> capsule = mt.utils.dlpack.to_dlpack(mt.tensor([1.0, 2.0]))
    >>> mt.utils.dlpack.from_dlpack(capsule)
    tensor([1., 2.])
    """
    return tensor.__dlpack__()
