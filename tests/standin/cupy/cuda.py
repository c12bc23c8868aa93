"""`cupy.cuda` with two GPUs that do everything at once."""

from __future__ import annotations

import math
import time
import weakref
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np


class CUDARuntimeError(RuntimeError):
    """What CUDA refuses."""


COUNT = 2
_now = [0]  # the current device; a list, since `Device` contexts nest


def _check(device: int) -> int:
    if not 0 <= device < COUNT:
        raise CUDARuntimeError("cudaErrorInvalidDevice: invalid device ordinal")
    return device


def _properties(device: int) -> dict[str, Any]:
    return {"name": b"A stand-in for a GPU", "major": 9, "minor": 1, "totalGlobalMem": 1 << 30,
            "multiProcessorCount": 1, "maxThreadsPerMultiProcessor": 2048,
            "index": _check(device)}  # fmt: skip


class PinnedMemory(bytearray):
    """Main memory that stays where it is."""

    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    __hash__ = object.__hash__  # type: ignore[assignment]
    __eq__ = object.__eq__

    def __init__(self, shape: Any, dtype: Any) -> None:
        super().__init__(max(1, math.prod(shape) * np.dtype(dtype).itemsize))
        self.alive.add(self)

    def holds(self, address: int) -> bool:
        start = np.frombuffer(self, np.uint8).ctypes.data
        return start <= address < start + len(self)


def _attributes(address: int) -> SimpleNamespace:
    return SimpleNamespace(type=int(any(memory.holds(address) for memory in PinnedMemory.alive)))


_later: list[Callable[[], None]] = []  # copies to main memory for which nobody has waited


def later(copy: Callable[[], None]) -> None:
    """Do ``copy`` when somebody waits for a GPU."""
    _later.append(copy)


def wait() -> None:
    """Do what was to be done later."""
    while _later:
        _later.pop(0)()


runtime = SimpleNamespace(
    pointerGetAttributes=_attributes,
    CUDARuntimeError=CUDARuntimeError,
    getDeviceCount=lambda: COUNT,
    getDevice=lambda: _now[-1],
    setDevice=lambda device: _now.__setitem__(-1, _check(device)),
    getDeviceProperties=_properties,
    deviceSynchronize=wait,
    memGetInfo=lambda: (1 << 29, 1 << 30),
    driverGetVersion=lambda: 13000,
    runtimeGetVersion=lambda: 12090,
)


class Device:
    """A GPU by its number; as a context the one that arrays are made on."""

    def __init__(self, device: Any = None) -> None:
        self.id = _now[-1] if device is None else int(device)

    compute_capability = "00"
    mem_info = (1 << 29, 1 << 30)

    def __int__(self) -> int:
        return self.id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __enter__(self) -> Device:
        _now.append(_check(self.id))
        return self

    def __exit__(self, *exc: object) -> None:
        _now.pop()

    def use(self) -> Device:
        _now[-1] = _check(self.id)
        return self

    def synchronize(self) -> None:
        _check(self.id)
        wait()


class MemoryPointer:
    """Where an array lies."""

    def __init__(self, ptr: int) -> None:
        self.ptr = ptr


class MemoryHook:
    """What is told of memory taken and given back."""

    name = "MemoryHook"

    def __enter__(self) -> MemoryHook:
        if self.name in POOL.hooks:
            raise KeyError(f"memory hook {self.name} already exists")
        POOL.hooks[self.name] = self
        return self

    def __exit__(self, *exc: object) -> None:
        del POOL.hooks[self.name]


class OutOfMemoryError(MemoryError):
    """There is no memory on the GPU."""


class Pool:
    """A pool that knows nothing: the memory is NumPy's. Its numbers are made up."""

    limit = math.inf  # of the bytes of one array

    def __init__(self) -> None:
        self.used = {0: 512, 1: 0}
        self.hooks: dict[str, Any] = {}

    def malloc(self, size: int) -> None:
        if size > self.limit:
            raise OutOfMemoryError(f"Out of memory allocating {size:,} bytes")

    def used_bytes(self) -> int:
        return self.used[_now[-1]]

    def total_bytes(self) -> int:
        return self.used[_now[-1]] + 1024

    def set_limit(self, size: Any = None, fraction: Any = None) -> None:
        self.fraction = fraction

    def free_all_blocks(self, stream: Any = None) -> None:
        """There are none."""

    def take(self, size: int) -> None:
        """As if an array of this size were made, or given back if it is negative."""
        self.used[_now[-1]] += size
        for hook in self.hooks.values():
            if size > 0:
                hook.alloc_postprocess(device_id=_now[-1], mem_size=size, mem_ptr=0)
            tell = hook.malloc_postprocess if size > 0 else hook.free_postprocess
            tell(device_id=_now[-1], size=abs(size), mem_size=abs(size), mem_ptr=0, pmem_id=0)


POOL = Pool()
memory = SimpleNamespace(OutOfMemoryError=OutOfMemoryError)
_allocator = [POOL.malloc]


def get_allocator() -> Callable[[int], Any]:
    return _allocator[0]


def set_allocator(allocator: Callable[[int], Any]) -> None:
    _allocator[0] = allocator


class Stream:
    """A queue of work. All is done at once, but copies to main memory when somebody waits."""

    null: Any = None

    def __init__(self, null=False, non_blocking=False, ptds=False, priority=None) -> None:
        self.ptr, self.device_id, self.priority = 0 if null else id(self), _now[-1], priority or 0

    done = property(lambda self: not _later)

    def __enter__(self) -> Stream:
        _streams.append(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _streams.pop()

    def use(self) -> Stream:
        _streams[-1] = self
        return self

    def synchronize(self) -> None:
        wait()

    def record(self, event: Any = None) -> Any:
        event = Event() if event is None else event
        event.record(self)
        return event

    def wait_event(self, event: Event) -> None:
        assert isinstance(event, Event)


class Event:
    """A mark in a stream: the time when it was passed."""

    def __init__(self, block=False, disable_timing=False, interprocess=False) -> None:
        self.at: float | None = None
        self.timed, self.device_id = not disable_timing, _now[-1]

    done = property(lambda self: not _later)

    def record(self, stream: Any = None) -> None:
        if stream is not None and stream.ptr and stream.device_id != self.device_id:
            raise CUDARuntimeError("cudaErrorInvalidResourceHandle: the stream of another GPU")
        self.at = time.perf_counter()

    def synchronize(self) -> None:
        wait()


Stream.null = Stream(null=True)
_streams = [Stream.null]


def get_current_stream(device_id: int = -1) -> Stream:
    return _streams[-1]


def get_elapsed_time(start_event: Event, end_event: Event) -> float:
    """Milliseconds from one event to another."""
    if start_event.at is None or end_event.at is None:
        raise CUDARuntimeError("cudaErrorInvalidResourceHandle: invalid resource handle")
    return (end_event.at - start_event.at) * 1000
