"""A GPU in a few lines of Python, slow and strict, to learn on: `launch` runs a kernel on threads.

A kernel is written for one thread. It is a function whose first argument says who it is::

    def add(me, a, b, out):
        i = me.block * me.threads + me.thread
        if i < len(out):
            out[i] = a[i] + b[i]

A kernel whose threads work together is a generator: ``yield`` stands for CUDA's ``__syncthreads()``
and waits until all threads of the block have come there. ``me.shared`` is the block's memory, in
which `Race` is found. Arrays among the arguments, a GPU's main memory, are not watched.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Race(Exception):
    """Two threads touched one element of shared memory with no barrier between, and one wrote."""


class Shared:
    """Memory that the threads of a block share, ``size`` numbers; NaN where nothing was written."""

    def __init__(self, size: int) -> None:
        self.values = [math.nan] * size
        self.since_barrier: dict[int, set[tuple[int, str]]] = {}  # who has read and written what
        self.running = 0

    def touch(self, place: int, how: str) -> None:
        """Remember who is there, and raise `Race` if another thread is in the way."""
        if not 0 <= place < len(self.values):
            raise IndexError(f"thread {self.running}: shared memory has no element {place}")
        touched = self.since_barrier.setdefault(place, set())
        for thread, what in touched:
            if thread != self.running and "write" in (how, what):
                raise Race(
                    f"element {place} of the shared memory: thread {self.running} {how}s, thread "
                    f"{thread} {what}s, and no barrier is between them"
                )
        touched.add((self.running, how))

    def __getitem__(self, place: int) -> float:
        self.touch(place, "read")
        return self.values[place]

    def __setitem__(self, place: int, value: float) -> None:
        self.touch(place, "write")
        self.values[place] = value


@dataclass
class Thread:
    """Who a thread is: CUDA's ``blockIdx.x``, ``threadIdx.x`` and ``blockDim.x``."""

    block: int
    thread: int
    threads: int
    shared: Shared


def launch(kernel: Callable[..., Any], blocks: int, threads: int, *args: Any) -> None:
    """Run ``kernel`` on ``blocks`` times ``threads`` threads, each up to the next barrier.

    Raises `Race` (see there), and RuntimeError if some threads of a block wait at a barrier that
    others never reach: a real GPU would then hang, or go on with wrong numbers.
    """
    for block in range(blocks):
        shared = Shared(threads)
        waiting = dict(enumerate(Thread(block, i, threads, shared) for i in range(threads)))
        running: dict[int, Any] = {}
        for i, me in waiting.items():
            shared.running = i
            started = kernel(me, *args)  # a plain function has run now, a generator not begun
            if inspect.isgenerator(started):
                running[i] = started
        while running:
            shared.since_barrier.clear()
            arrived = {}
            for i, thread in running.items():
                shared.running = i
                if next(thread, "finished") != "finished":
                    arrived[i] = thread
            if arrived and len(arrived) < len(running):
                missing = sorted(running.keys() - arrived.keys())
                raise RuntimeError(f"block {block}: threads {missing} never reach the barrier")
            running = arrived
