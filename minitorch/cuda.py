"""``mt.cuda``: what there is to say about GPUs, under PyTorch's names. CuPy does the work."""

from __future__ import annotations

from typing import Any

from . import backend, devices, random as _random, tensor_types as _types
from .streams import (
    Event as Event,
    Stream as Stream,
    StreamContext as StreamContext,
    current_stream as current_stream,
    default_stream as default_stream,
    set_stream as set_stream,
    stream as stream,
)

FloatTensor, DoubleTensor, HalfTensor = (
    _types.CUDA[f"{name}Tensor"] for name in ("Float", "Double", "Half")
)
LongTensor, IntTensor, ShortTensor = (
    _types.CUDA[f"{name}Tensor"] for name in ("Long", "Int", "Short")
)
ByteTensor, CharTensor, BoolTensor = (
    _types.CUDA[f"{name}Tensor"] for name in ("Byte", "Char", "Bool")
)


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
    """Make ``device`` the GPU that ``device="cuda"`` means; a negative number changes nothing."""
    if not (isinstance(device, int) and device < 0):
        backend.cupy().cuda.Device(_index(device)).use()


class device:  # noqa: N801 - PyTorch's name
    """A context in which ``device="cuda"`` means this GPU; None or a negative number: no change."""

    def __init__(self, device: Any) -> None:
        self.idx = -1 if device is None or device == -1 else _index(device)
        self.prev_idx = -1

    def __enter__(self) -> None:
        if self.idx >= 0:
            self.prev_idx = current_device()
            set_device(self.idx)

    def __exit__(self, *exc: object) -> None:
        set_device(self.prev_idx)


class device_of(device):  # noqa: N801 - PyTorch's name
    """A context in which ``device="cuda"`` means the GPU of ``obj``; of a CPU tensor: no change."""

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.device if obj.is_cuda else None)


def get_device_name(device: Any = None) -> str:
    """The product name of a GPU."""
    properties = backend.cupy().cuda.runtime.getDeviceProperties(_index(device))
    return str(properties["name"].decode())


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """The generation of a GPU, such as (9, 0): what NVIDIA calls its compute capability."""
    properties = backend.cupy().cuda.runtime.getDeviceProperties(_index(device))
    return properties["major"], properties["minor"]


def synchronize(device: Any = None) -> None:
    """Wait until everything that was given to the GPU to do is done."""
    backend.cupy().cuda.Device(_index(device)).synchronize()


def empty_cache() -> None:
    """Give memory that CuPy holds for later back to the GPU."""
    if not is_available():
        return
    backend.cupy().get_default_memory_pool().free_all_blocks()


def memory_allocated(device: Any = None) -> int:
    """Bytes of GPU memory that tensors use now; 0 without a GPU."""
    if not is_available():
        return 0
    with backend.on_device(_index(device)):
        return int(backend.cupy().get_default_memory_pool().used_bytes())


def memory_reserved(device: Any = None) -> int:
    """Bytes of GPU memory that CuPy holds, for tensors now and later."""
    if not is_available():
        return 0
    with backend.on_device(_index(device)):
        return int(backend.cupy().get_default_memory_pool().total_bytes())


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Bytes of a GPU's memory that are free, and that there are."""
    with backend.on_device(_index(device)):
        free, total = backend.cupy().cuda.runtime.memGetInfo()
    return int(free), int(total)


_peaks: dict[int, Any] = {}  # by GPU: the hook that counts since `reset_peak_memory_stats`


def reset_peak_memory_stats(device: Any = None) -> None:
    """From now on `max_memory_allocated` counts, for what this thread does."""
    index = _index(device)
    if index in _peaks:
        _peaks[index].__exit__()
    _peaks[index] = _peak(memory_allocated(index), index)
    _peaks[index].__enter__()


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes in use at once since `reset_peak_memory_stats`; 0 without a GPU.

    Without that call nobody counts, and the answer is what CuPy holds, which is no less.
    """
    if not is_available():
        return 0
    index = _index(device)
    return int(_peaks[index].peak) if index in _peaks else memory_reserved(index)


def _peak(used: int, index: int) -> Any:
    """One of CuPy's hooks, which are told of each piece of memory taken and given back."""

    class Peak(backend.cupy().cuda.MemoryHook):  # type: ignore[misc]
        name = f"peak of GPU {index}"
        now = peak = used

        def malloc_postprocess(self, *, device_id: int, mem_size: int, **others: Any) -> None:
            if device_id == index:
                self.now += mem_size
                self.peak = max(self.peak, self.now)

        def free_postprocess(self, *, device_id: int, mem_size: int, **others: Any) -> None:
            if device_id == index:
                self.now -= mem_size

    return Peak()


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False: NumPy and CuPy have no bfloat16."""
    return False


def manual_seed(seed: int) -> None:
    """Seed the random stream of the current GPU; without a GPU, nothing happens, as in PyTorch."""
    if is_available():
        _random.default_for(current_device()).manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Seed the random streams of all GPUs."""
    for index in range(device_count()):
        _random.default_for(index).manual_seed(seed)


def _index(device: Any) -> int:
    """The number of the GPU meant by ``device``: a number, a name, None for the current."""
    index = devices.array_index("cuda" if device is None else device)
    if index is None:
        raise ValueError(f"Expected a cuda device, but got: {device}")
    return index
