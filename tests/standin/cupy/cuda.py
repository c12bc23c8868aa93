"""`cupy.cuda` with two GPUs that do everything at once."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any


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
            "multiProcessorCount": 1, "index": _check(device)}  # fmt: skip


runtime = SimpleNamespace(
    CUDARuntimeError=CUDARuntimeError,
    getDeviceCount=lambda: COUNT,
    getDevice=lambda: _now[-1],
    setDevice=lambda device: _now.__setitem__(-1, _check(device)),
    getDeviceProperties=_properties,
    deviceSynchronize=lambda: None,
    memGetInfo=lambda: (1 << 29, 1 << 30),
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


class Pool:
    """A pool that knows nothing: the memory is NumPy's. Its numbers are made up."""

    def __init__(self) -> None:
        self.used = {0: 512, 1: 0}
        self.hooks: dict[str, Any] = {}

    def used_bytes(self) -> int:
        return self.used[_now[-1]]

    def total_bytes(self) -> int:
        return self.used[_now[-1]] + 1024

    def free_all_blocks(self, stream: Any = None) -> None:
        """There are none."""

    def take(self, size: int) -> None:
        """As if an array of this size were made, or given back if it is negative."""
        self.used[_now[-1]] += size
        for hook in self.hooks.values():
            tell = hook.malloc_postprocess if size > 0 else hook.free_postprocess
            tell(device_id=_now[-1], size=abs(size), mem_size=abs(size), mem_ptr=0, pmem_id=0)


POOL = Pool()


class Stream:
    """A queue of work; here everything is done at once."""

    null: Any = None

    def __init__(self, null=False, non_blocking=False, ptds=False, priority=None) -> None:
        self.ptr, self.device_id, self.priority = 0 if null else id(self), _now[-1], priority or 0
        self.done = True

    def __enter__(self) -> Stream:
        _streams.append(self)
        return self

    def __exit__(self, *exc: object) -> None:
        _streams.pop()

    def use(self) -> Stream:
        _streams[-1] = self
        return self

    def synchronize(self) -> None:
        """There is nothing to wait for."""

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
        self.timed = not disable_timing

    done = True

    def record(self, stream: Any = None) -> None:
        self.at = time.perf_counter()

    def synchronize(self) -> None:
        """There is nothing to wait for."""


Stream.null = Stream(null=True)
_streams = [Stream.null]


def get_current_stream(device_id: int = -1) -> Stream:
    return _streams[-1]


def get_elapsed_time(start_event: Event, end_event: Event) -> float:
    """Milliseconds from one event to another."""
    if start_event.at is None or end_event.at is None:
        raise CUDARuntimeError("cudaErrorInvalidResourceHandle: invalid resource handle")
    return (end_event.at - start_event.at) * 1000
