"""How much of a GPU's memory is in use: what CuPy's pool says, under PyTorch's names."""

from __future__ import annotations

import collections
from typing import Any

from .. import backend
from ..out_of_memory import bytes_as_text
from .which import index_of, is_available


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
    with backend.on_device(index_of(device)):
        return int(backend.cupy().get_default_memory_pool().used_bytes())


def memory_reserved(device: Any = None) -> int:
    """Bytes of GPU memory that CuPy holds, for tensors now and later.

    >>> mt.cuda.memory_reserved() >= mt.cuda.memory_allocated()
    True
    """
    if not is_available():
        return 0
    with backend.on_device(index_of(device)):
        return int(backend.cupy().get_default_memory_pool().total_bytes())


def mem_get_info(device: Any = None) -> tuple[int, int]:
    """Bytes of a GPU's memory that are free, and that there are.

    >>> if mt.cuda.is_available():
    ...     free, total = mt.cuda.mem_get_info()
    """
    with backend.on_device(index_of(device)):
        free, total = backend.cupy().cuda.runtime.memGetInfo()
    return int(free), int(total)


_peaks: dict[int, Any] = {}  # by GPU: the hook that counts since `reset_peak_memory_stats`


def reset_peak_memory_stats(device: Any = None) -> None:
    """From now on the largest figures are counted, for what this thread does.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.reset_peak_memory_stats()
    ...     x = mt.zeros(1000, device="cuda")
    ...     at_least_4000 = mt.cuda.max_memory_allocated()
    """
    index = index_of(device)
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
    index = index_of(device)
    return int(_peaks[index].peak) if index in _peaks else memory_reserved(index)


def max_memory_reserved(device: Any = None) -> int:
    """The most bytes that CuPy held at once since `reset_peak_memory_stats`; 0 without a GPU.

    Without that call nobody counts, and the answer is what CuPy holds now.

    >>> mt.cuda.max_memory_reserved() >= mt.cuda.memory_reserved()
    True
    """
    if not is_available():
        return 0
    index = index_of(device)
    now = memory_reserved(index)
    return max(int(_peaks[index].held), now) if index in _peaks else now


def _peak(used: int, index: int) -> Any:
    """One of CuPy's hooks, which are told of each piece of memory taken and given back."""

    class Peak(backend.cupy().cuda.MemoryHook):  # type: ignore[misc]
        name = f"peak of GPU {index}"
        now = peak = used
        held = memory_reserved(index)

        def alloc_postprocess(self, *, device_id: int, **others: Any) -> None:
            if device_id == index:  # CuPy took memory from the GPU itself
                self.held = max(self.held, memory_reserved(index))

        def malloc_postprocess(self, *, device_id: int, mem_size: int, **others: Any) -> None:
            if device_id == index:
                self.now += mem_size
                self.peak = max(self.peak, self.now)

        def free_postprocess(self, *, device_id: int, mem_size: int, **others: Any) -> None:
            if device_id == index:
                self.now -= mem_size

    return Peak()


def memory_stats(device: Any = None) -> dict[str, Any]:
    """The figures of this file under the names that they have in PyTorch; none without a GPU.

    >>> figures = mt.cuda.memory_stats()
    >>> figures.get("allocated_bytes.all.current", 0) == mt.cuda.memory_allocated()
    True
    """
    found: dict[str, Any] = collections.OrderedDict()
    if is_available():
        found["allocated_bytes.all.current"] = memory_allocated(device)
        found["allocated_bytes.all.peak"] = max_memory_allocated(device)
        found["reserved_bytes.all.current"] = memory_reserved(device)
        found["reserved_bytes.all.peak"] = max_memory_reserved(device)
    return found


def memory_summary(device: Any = None, abbreviated: bool = False) -> str:
    """The figures of `memory_stats` as a table to print.

    >>> if mt.cuda.is_available():
    ...     print(mt.cuda.memory_summary())
    """
    index, figures = index_of(device), memory_stats(device)
    lines = [f"Memory of GPU {index}, by CuPy's pool", f"{'':10}{'now':>14}{'most':>14}"]
    for name, key in (("in use", "allocated_bytes"), ("held", "reserved_bytes")):
        now, most = (bytes_as_text(figures[f"{key}.all.{w}"]) for w in ("current", "peak"))
        lines.append(f"{name:10}{now:>14}{most:>14}")
    return "\n".join(lines)


def set_per_process_memory_fraction(fraction: float, device: Any = None) -> None:
    """Let CuPy hold no more than this part of a GPU's memory; then it is out of memory.

    >>> if mt.cuda.is_available():
    ...     mt.cuda.set_per_process_memory_fraction(0.5)
    """
    if not isinstance(fraction, float):
        raise TypeError("Invalid type for fraction argument, must be `float`")
    if not 0 <= fraction <= 1:
        raise ValueError(f"Invalid fraction value: {fraction}. Allowed range: 0~1")
    with backend.on_device(index_of(device)):
        backend.cupy().get_default_memory_pool().set_limit(fraction=fraction)
