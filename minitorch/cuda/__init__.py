"""``mt.cuda``: what there is to say about GPUs, under PyTorch's names. CuPy does the work."""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import backend, devices, late as _late, random as _random, tensor_types as _types
from ..out_of_memory import OutOfMemoryError as OutOfMemoryError
from ..streams import (
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


def set_device(device: Any) -> None:
    """Make ``device`` the GPU that ``device="cuda"`` means; a negative number changes nothing.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.set_device(0)
    """
    if not (isinstance(device, int) and device < 0):
        backend.cupy().cuda.Device(_index(device)).use()


class device:  # noqa: N801 - PyTorch's name
    """A context in which ``device="cuda"`` means this GPU; None or a negative number: no change.

    >>> with mt.cuda.device(-1):  # 0 is the first GPU
    ...     x = mt.zeros(1)
    """

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
    """A context in which ``device="cuda"`` means the GPU of ``obj``; of a CPU tensor: no change.

    >>> with mt.cuda.device_of(mt.zeros(1)):
    ...     x = mt.ones(1)
    """

    def __init__(self, obj: Any) -> None:
        super().__init__(obj.device if obj.is_cuda else None)


def get_device_name(device: Any = None) -> str:
    """The product name of a GPU.

    >>> name = mt.cuda.get_device_name() if mt.cuda.is_available() else "no GPU"
    """
    properties = backend.cupy().cuda.runtime.getDeviceProperties(_index(device))
    return str(properties["name"].decode())


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """The generation of a GPU, such as (9, 0): what NVIDIA calls its compute capability.

    >>> capability = mt.cuda.get_device_capability() if mt.cuda.is_available() else None
    """
    properties = backend.cupy().cuda.runtime.getDeviceProperties(_index(device))
    return properties["major"], properties["minor"]


class _CudaDeviceProperties(NamedTuple):
    """What `get_device_properties` tells of a GPU; memory in bytes."""

    name: str
    major: int
    minor: int
    total_memory: int
    multi_processor_count: int


def get_device_properties(device: Any = None) -> _CudaDeviceProperties:
    """The name, generation, memory and number of processors of a GPU.

    >>> if mt.cuda.is_available():
    ...     bytes_of_memory = mt.cuda.get_device_properties(0).total_memory
    """
    found = backend.cupy().cuda.runtime.getDeviceProperties(_index(device))
    return _CudaDeviceProperties(
        found["name"].decode(),
        found["major"],
        found["minor"],
        found["totalGlobalMem"],
        found["multiProcessorCount"],
    )


def synchronize(device: Any = None) -> None:
    """Wait until everything that was given to the GPU to do is done.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.synchronize()
    """
    backend.cupy().cuda.Device(_index(device)).synchronize()
    _late.look()


def empty_cache() -> None:
    """Give memory that CuPy holds for later back to the GPU.

    >>> mt.cuda.empty_cache()
    """
    if not is_available():
        return
    backend.cupy().get_default_memory_pool().free_all_blocks()


def memory_allocated(device: Any = None) -> int:
    """Bytes of GPU memory that tensors use now; 0 without a GPU.

    >>> x = mt.zeros(1000, device="cuda" if mt.cuda.is_available() else "cpu")
    >>> at_least_4000_on_a_gpu = mt.cuda.memory_allocated()
    """
    if not is_available():
        return 0
    with backend.on_device(_index(device)):
        return int(backend.cupy().get_default_memory_pool().used_bytes())


def memory_reserved(device: Any = None) -> int:
    """Bytes of GPU memory that CuPy holds, for tensors now and later.

    >>> mt.cuda.memory_reserved() >= mt.cuda.memory_allocated()
    True
    """
    if not is_available():
        return 0
    with backend.on_device(_index(device)):
        return int(backend.cupy().get_default_memory_pool().total_bytes())


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Bytes of a GPU's memory that are free, and that there are.

    >>> if mt.cuda.is_available():
    ...     free, total = mt.cuda.mem_get_info()
    """
    with backend.on_device(_index(device)):
        free, total = backend.cupy().cuda.runtime.memGetInfo()
    return int(free), int(total)


_peaks: dict[int, Any] = {}  # by GPU: the hook that counts since `reset_peak_memory_stats`


def reset_peak_memory_stats(device: Any = None) -> None:
    """From now on `max_memory_allocated` counts, for what this thread does.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.reset_peak_memory_stats()
    ...     x = mt.zeros(1000, device="cuda")
    ...     at_least_4000 = mt.cuda.max_memory_allocated()
    """
    index = _index(device)
    if index in _peaks:
        _peaks[index].__exit__()
    _peaks[index] = _peak(memory_allocated(index), index)
    _peaks[index].__enter__()


def max_memory_allocated(device: Any = None) -> int:
    """The most bytes in use at once since `reset_peak_memory_stats`; 0 without a GPU.

    Without that call nobody counts, and the answer is what CuPy holds, which is no less.

    >>> mt.cuda.max_memory_allocated() >= mt.cuda.memory_allocated()
    True
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
    """False: NumPy and CuPy have no bfloat16.

    >>> mt.cuda.is_bf16_supported()
    False
    """
    return False


def manual_seed(seed: int) -> None:
    """Seed the random stream of the current GPU; without a GPU, nothing happens, as in PyTorch.

    >>> mt.cuda.manual_seed(0)
    """
    if is_available():
        _random.default_for(current_device()).manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    """Seed the random streams of all GPUs.

    >>> mt.cuda.manual_seed_all(0)
    """
    for index in range(device_count()):
        _random.default_for(index).manual_seed(seed)


def _index(device: Any) -> int:
    """The number of the GPU meant by ``device``: a number, a name, None for the current."""
    index = devices.array_index("cuda" if device is None else device)
    if index is None:
        raise ValueError(f"Expected a cuda device, but got: {device}")
    return index
