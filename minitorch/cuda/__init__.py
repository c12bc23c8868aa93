"""``mt.cuda``: what there is to say about GPUs, under PyTorch's names. CuPy does the work.

Where there is no GPU, what needs one raises AssertionError, with a sentence on what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING, Any, NamedTuple

from .. import backend, late as _late, tensor_types as _types
from ..later import later as _later
from ..out_of_memory import OutOfMemoryError as OutOfMemoryError
from . import memory as memory, random as random
from .memory import (
    empty_cache as empty_cache,
    max_memory_allocated as max_memory_allocated,
    max_memory_reserved as max_memory_reserved,
    mem_get_info as mem_get_info,
    memory_allocated as memory_allocated,
    memory_reserved as memory_reserved,
    memory_stats as memory_stats,
    memory_summary as memory_summary,
    reset_peak_memory_stats as reset_peak_memory_stats,
    set_per_process_memory_fraction as set_per_process_memory_fraction,
)
from .random import (
    get_rng_state as get_rng_state,
    get_rng_state_all as get_rng_state_all,
    initial_seed as initial_seed,
    manual_seed as manual_seed,
    manual_seed_all as manual_seed_all,
    seed as seed,
    seed_all as seed_all,
    set_rng_state as set_rng_state,
    set_rng_state_all as set_rng_state_all,
)
from .streams import (
    Event as Event,
    Stream as Stream,
    StreamContext as StreamContext,
    current_stream as current_stream,
    default_stream as default_stream,
    set_stream as set_stream,
    stream as stream,
)
from .which import (
    current_device as current_device,
    device_count as device_count,
    index_of as _index_of,
    is_available as is_available,
)

if _TYPE_CHECKING:
    from . import amp as amp, nccl as nccl
else:  # mt.cuda.amp stands above mt.amp, and that above this file
    __getattr__, __dir__ = _later(__name__, "amp nccl")

FloatTensor, DoubleTensor, HalfTensor = (
    _types.CUDA[f"{name}Tensor"] for name in ("Float", "Double", "Half")
)
LongTensor, IntTensor, ShortTensor = (
    _types.CUDA[f"{name}Tensor"] for name in ("Long", "Int", "Short")
)
ByteTensor, CharTensor, BoolTensor = (
    _types.CUDA[f"{name}Tensor"] for name in ("Byte", "Char", "Bool")
)


def set_device(device: Any) -> None:
    """Make ``device`` the GPU that ``device="cuda"`` means; a negative number changes nothing.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.set_device(0)
    """
    if not (isinstance(device, int) and device < 0):
        backend.cupy().cuda.Device(_index_of(device)).use()


class device:  # noqa: N801 - PyTorch's name
    """A context in which ``device="cuda"`` means this GPU; None or a negative number: no change.

    >>> with mt.cuda.device(-1):  # 0 is the first GPU
    ...     x = mt.zeros(1)
    """

    def __init__(self, device: Any) -> None:
        self.idx = -1 if device is None or device == -1 else _index_of(device)
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
    properties = backend.cupy().cuda.runtime.getDeviceProperties(_index_of(device))
    return str(properties["name"].decode())


def get_device_capability(device: Any = None) -> tuple[int, int]:
    """The generation of a GPU, such as (9, 0): what NVIDIA calls its compute capability.

    >>> capability = mt.cuda.get_device_capability() if mt.cuda.is_available() else None
    """
    properties = backend.cupy().cuda.runtime.getDeviceProperties(_index_of(device))
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
    found = backend.cupy().cuda.runtime.getDeviceProperties(_index_of(device))
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
    backend.cupy().cuda.Device(_index_of(device)).synchronize()
    _late.look()


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """False: NumPy and CuPy have no bfloat16.

    >>> mt.cuda.is_bf16_supported()
    False
    """
    return False
