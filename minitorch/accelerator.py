"""``mt.accelerator``: the GPU, whatever its kind. There is one kind here, CUDA."""

from __future__ import annotations

import warnings
from typing import Any

from . import cuda, devices


def is_available() -> bool:
    """Whether there is a GPU that can be used.

    >>> device = mt.accelerator.current_accelerator() if mt.accelerator.is_available() else "cpu"
    """
    return cuda.is_available()


def device_count() -> int:
    """How many GPUs there are; 0 without CuPy."""
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> devices.device | None:
    """``device("cuda")`` if there is a GPU, else None."""
    return devices.device("cuda") if is_available() else None


def _refuse_without() -> None:
    if not is_available():
        raise RuntimeError("Cannot access accelerator device when none is available.")


def current_device_index() -> int:
    """The number of the GPU on which ``device="cuda"`` makes tensors."""
    _refuse_without()
    return cuda.current_device()


def set_device_index(device: Any, /) -> None:
    """Make ``device`` the GPU that ``device="cuda"`` means."""
    _refuse_without()
    cuda.set_device(device)


def current_device_idx() -> int:
    """The old name of `current_device_index`."""
    warnings.warn("Use `current_device_index` instead.", FutureWarning, stacklevel=2)
    return current_device_index()


def set_device_idx(device: Any, /) -> None:
    """The old name of `set_device_index`."""
    warnings.warn("Use `set_device_index` instead.", FutureWarning, stacklevel=2)
    set_device_index(device)


def synchronize(device: Any = None, /) -> None:
    """Wait until everything that was given to the GPU to do is done."""
    _refuse_without()
    cuda.synchronize(device)


def empty_cache() -> None:
    """Give memory that CuPy holds for later back to the GPU."""
    _refuse_without()
    cuda.empty_cache()


def memory_allocated(device_index: Any = None, /) -> int:
    """Bytes of GPU memory that tensors use now."""
    _refuse_without()
    return cuda.memory_allocated(device_index)


def memory_reserved(device_index: Any = None, /) -> int:
    """Bytes of GPU memory that CuPy holds, for tensors now and later."""
    _refuse_without()
    return cuda.memory_reserved(device_index)


class device_index:  # noqa: N801 - PyTorch's name
    """A context in which ``device="cuda"`` means this GPU; None changes nothing."""

    def __init__(self, device: int | None, /) -> None:
        self.idx = device
        self.prev_idx = -1

    def __enter__(self) -> None:
        if self.idx is not None:
            self.prev_idx = current_device_index()
            set_device_index(self.idx)

    def __exit__(self, *exc: object) -> None:
        if self.idx is not None:
            set_device_index(self.prev_idx)
