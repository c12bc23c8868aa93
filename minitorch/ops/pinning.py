"""``x.pin_memory()``: a copy in main memory that a GPU can read by itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes, transfers
from ..autograd.operation import Operation
from ..user_warnings import warn


class PinMemory(Operation):
    """A copy in pinned memory."""

    def forward(self, xp: Any, x: Any) -> Any:
        return transfers.pinned(x)

    def grad_x(self, grad: Any) -> Any:
        return grad


def pin_memory(self: Any, device: Any = None) -> Any:
    """A copy in pinned memory, which a GPU reads by itself; this tensor if it is there already.

    From there ``x.to("cuda", non_blocking=True)`` copies while the program goes on. Pinned memory
    is main memory that the system leaves where it is. RuntimeError without a GPU.

    >>> import minitorch as mt
    >>> x = mt.zeros(2)
    >>> x = x.pin_memory() if mt.cuda.is_available() else x
    """
    warn_of_device("pin_memory", device)
    array = self._array
    if not isinstance(array, np.ndarray):
        kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
        raise RuntimeError(
            f"cannot pin 'torch.cuda.{kind}Tensor' only dense CPU tensors can be pinned"
        )
    if not backend.has_gpu():
        raise RuntimeError("Cannot access accelerator device when none is available.")
    return self if transfers.is_pinned(array) else PinMemory.apply(self)


def is_pinned(self: Any, device: Any = None) -> bool:
    """Whether the tensor lies in pinned memory: see `pin_memory`.

    >>> import minitorch as mt
    >>> mt.zeros(1).is_pinned()
    False
    """
    warn_of_device("is_pinned", device)
    return backend.has_gpu() and transfers.is_pinned(self._array)


def warn_of_device(caller: str, device: Any) -> None:
    """PyTorch's warning that the current GPU is meant whatever ``device`` says."""
    if device is not None:
        warn(
            f"The argument 'device' of Tensor.{caller}() is deprecated. Please do not pass this "
            "argument.",
            DeprecationWarning,
        )
