"""``mt.accelerator``: the GPU, whatever its kind. There is one kind here, CUDA.

Where there is no GPU, all but the first three functions raise RuntimeError.
"""

from __future__ import annotations

from typing import Any

from . import cuda, devices
from .user_warnings import warn


def is_available() -> bool:
    """Whether there is a GPU that can be used.

    >>> device = mt.accelerator.current_accelerator() if mt.accelerator.is_available() else "cpu"
    """
    return cuda.is_available()


def device_count() -> int:
    """How many GPUs there are; 0 without CuPy.

    >>> (mt.accelerator.device_count() > 0) == mt.accelerator.is_available()
    True
    """
    return cuda.device_count()


def current_accelerator(check_available: bool = False) -> devices.device | None:
    """``device("cuda")`` if there is a GPU, else None; ``check_available`` changes nothing here.

    >>> device = mt.accelerator.current_accelerator() or mt.device("cpu")
    >>> mt.zeros(1, device=device).device.type == device.type
    True
    """
    return devices.device("cuda") if is_available() else None


def _refuse_without() -> None:
    if not is_available():
        raise RuntimeError("Cannot access accelerator device when none is available.")


def current_device_index() -> int:
    """The number of the GPU on which ``device="cuda"`` makes tensors.

    >>> if mt.accelerator.is_available():
    ...     assert mt.zeros(1, device="cuda").get_device() == mt.accelerator.current_device_index()
    """
    _refuse_without()
    return cuda.current_device()


def set_device_index(device: Any, /) -> None:
    """Make ``device`` the GPU that ``device="cuda"`` means.

    >>> if mt.accelerator.is_available():
    ...     mt.accelerator.set_device_index(0)
    """
    _refuse_without()
    cuda.set_device(device)


def current_device_idx() -> int:
    """The old name of `current_device_index`."""
    warn("Use `current_device_index` instead.", FutureWarning)
    return current_device_index()


def set_device_idx(device: Any, /) -> None:
    """The old name of `set_device_index`."""
    warn("Use `set_device_index` instead.", FutureWarning)
    set_device_index(device)


def synchronize(device: Any = None, /) -> None:
    """Wait until everything that was given to the GPU to do is done.

    >>> if mt.accelerator.is_available():
    ...     mt.accelerator.synchronize()
    """
    _refuse_without()
    cuda.synchronize(device)


def empty_cache() -> None:
    """Give memory that CuPy holds for later back to the GPU.

    >>> if mt.accelerator.is_available():
    ...     mt.accelerator.empty_cache()
    """
    _refuse_without()
    cuda.empty_cache()


def memory_allocated(device_index: Any = None, /) -> int:
    """Bytes of GPU memory that tensors use now.

    >>> if mt.accelerator.is_available():
    ...     x = mt.zeros(1000, device="cuda")
    ...     at_least_4000 = mt.accelerator.memory_allocated()
    """
    _refuse_without()
    return cuda.memory_allocated(device_index)


def memory_reserved(device_index: Any = None, /) -> int:
    """Bytes of GPU memory that CuPy holds, for tensors now and later.

    >>> if mt.accelerator.is_available():
    ...     assert mt.accelerator.memory_reserved() >= mt.accelerator.memory_allocated()
    """
    _refuse_without()
    return cuda.memory_reserved(device_index)


def max_memory_allocated(device_index: Any = None, /) -> int:
    """The most bytes that tensors used at once since `reset_peak_memory_stats`.

    >>> if mt.accelerator.is_available():
    ...     assert mt.accelerator.max_memory_allocated() >= mt.accelerator.memory_allocated()
    """
    _refuse_without()
    return cuda.max_memory_allocated(device_index)


def reset_peak_memory_stats(device_index: Any = None, /) -> None:
    """From now on `max_memory_allocated` counts, for what this thread does.

    >>> if mt.accelerator.is_available():
    ...     mt.accelerator.reset_peak_memory_stats()
    """
    _refuse_without()
    cuda.reset_peak_memory_stats(device_index)


def get_memory_info(device_index: Any = None, /) -> tuple[int, int]:
    """Bytes of a GPU's memory that are free, and that there are.

    >>> if mt.accelerator.is_available():
    ...     free, total = mt.accelerator.get_memory_info()
    """
    _refuse_without()
    return cuda.mem_get_info(device_index)


def current_stream(device: Any = None, /) -> Any:
    """The queue into which the work of this thread goes.

    >>> if mt.accelerator.is_available():
    ...     mt.accelerator.current_stream().synchronize()
    """
    _refuse_without()
    return cuda.current_stream(device)


def set_stream(stream: Any) -> None:
    """Put the work of this thread into ``stream`` from now on.

    >>> if mt.accelerator.is_available():
    ...     mt.accelerator.set_stream(mt.accelerator.current_stream())
    """
    _refuse_without()
    cuda.set_stream(stream)


class device_index:  # noqa: N801 - PyTorch's name
    """A context in which ``device="cuda"`` means this GPU; None changes nothing.

    >>> with mt.accelerator.device_index(None):
    ...     x = mt.zeros(1)
    """

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
