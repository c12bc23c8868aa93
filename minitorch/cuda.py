"""``mt.cuda``: what there is to say about GPUs, under PyTorch's names. CuPy does the work."""

from __future__ import annotations

from typing import Any

from . import backend, devices, random as _random


def is_available() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    try:
        backend.cupy()
    except AssertionError:
        return False
    return True


def device_count() -> int:
    """How many GPUs there are; 0 without CuPy."""
    return int(backend.cupy().cuda.runtime.getDeviceCount()) if is_available() else 0


def current_device() -> int:
    """The number of the GPU on which ``device="cuda"`` makes tensors."""
    return int(backend.cupy().cuda.runtime.getDevice())


def set_device(device: Any) -> None:
    """Make ``device`` the GPU that ``device="cuda"`` means."""
    backend.cupy().cuda.Device(_index(device)).use()


def get_device_name(device: Any = None) -> str:
    """The product name of a GPU."""
    properties = backend.cupy().cuda.runtime.getDeviceProperties(_index(device))
    return str(properties["name"].decode())


def synchronize(device: Any = None) -> None:
    """Wait until everything that was given to the GPU to do is done."""
    backend.cupy().cuda.Device(_index(device)).synchronize()


def empty_cache() -> None:
    """Give memory that CuPy holds for later back to the GPU."""
    backend.cupy().get_default_memory_pool().free_all_blocks()


def memory_allocated(device: Any = None) -> int:
    """Bytes of GPU memory that tensors use now."""
    with backend.on_device(_index(device)):
        return int(backend.cupy().get_default_memory_pool().used_bytes())


def manual_seed(seed: int) -> None:
    """Seed the random stream of the current GPU; without a GPU, nothing happens, as in PyTorch."""
    if is_available():
        _random.default_for(current_device()).manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Seed the random streams of all GPUs."""
    manual_seed(seed)


def _index(device: Any) -> int:
    """The number of the GPU meant by ``device``: a number, a name, None for the current."""
    if isinstance(device, int):
        return device
    index = devices.array_index("cuda" if device is None else device)
    if index is None:
        raise ValueError(f"Expected a cuda device, but got: {device}")
    return index
