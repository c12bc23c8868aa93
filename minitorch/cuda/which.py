"""Which GPUs there are, and which one an argument means."""

from __future__ import annotations

from typing import Any

from .. import backend, devices


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU.

    >>> device = "cuda" if mt.cuda.is_available() else "cpu"
    >>> mt.zeros(1, device=device).is_cuda == mt.cuda.is_available()
    True
    """
    return backend.has_gpu()


def device_count() -> int:
    """How many GPUs there are; 0 without CuPy.

    >>> (mt.cuda.device_count() > 0) == mt.cuda.is_available()
    True
    """
    return int(backend.cupy().cuda.runtime.getDeviceCount()) if is_available() else 0


def current_device() -> int:
    """The number of the GPU on which ``device="cuda"`` makes tensors.

    >>> if mt.cuda.is_available():
    ...     assert mt.zeros(1, device="cuda").get_device() == mt.cuda.current_device()
    """
    return int(backend.cupy().cuda.runtime.getDevice())


def index_of(device: Any) -> int:
    """The number of the GPU meant by ``device``: a number, a name, None for the current."""
    if isinstance(device, int):
        device = f"cuda:{device}"
    index = devices.array_index("cuda" if device is None else device)
    if index is None:
        raise ValueError(f"Expected a cuda device, but got: {device}")
    return index
