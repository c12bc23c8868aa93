"""DLPack: memory that several libraries share, by a small protocol that all of them speak.

A tensor gives its memory away by two methods; `from_dlpack` takes that of another library's array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend
from .autograd.graph import TensorBase
from .autograd.modes import state
from .autograd.operation import make

CPU, CUDA = 1, 2  # DLPack's numbers of the kinds of devices


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
    if type(ext_tensor).__name__ == "PyCapsule":
        array = from_capsule(ext_tensor)
    elif hasattr(ext_tensor, "__dlpack__"):
        kind, _ = ext_tensor.__dlpack_device__()
        array = (backend.cupy() if kind == CUDA else np).from_dlpack(ext_tensor)
    else:
        raise RuntimeError(
            "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed "
            "only once, so you might have already constructed a tensor from it once."
        )
    tensor = make(TensorBase._result_class, array, state.recording)
    if device is not None:
        tensor = tensor.to(device)
    return tensor.clone() if copy and tensor._array is array else tensor


def to_dlpack(tensor: Any) -> Any:
    """The DLPack capsule of a tensor; it can be used once.

    >>> capsule = mt.utils.dlpack.to_dlpack(mt.tensor([1.0, 2.0]))
    >>> mt.utils.dlpack.from_dlpack(capsule)
    tensor([1., 2.])
    """
    return tensor.__dlpack__()
