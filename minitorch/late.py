"""What a GPU is asked now and answers later: whether an index was out of range.

A call on a GPU array returns before the work is done, and to look at a number is to wait for it. So
an operation asks its question and goes on. The GPU copies the answer into main memory when it gets
there, and somebody reads it who comes by then: the next operation with a question, or the program
when it waits for a number anyway. Until then CuPy has read another element, of the same tensor.
"""

from __future__ import annotations

import collections
import importlib
import os
import threading
from collections.abc import Callable
from typing import Any

# Marks in the GPU's queue of work, and what to do when they are passed.
waiting: collections.deque[tuple[Any, Callable[[], Any]]] = collections.deque()
_lock = threading.Lock()
_kept: Any = None


def forget() -> None:
    """Begin anew: a forked process must not touch the GPU, not even to free a mark."""
    global waiting, _kept, _lock
    _kept, waiting, _lock = waiting, collections.deque(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)


def when_done(then: Callable[[], Any]) -> None:
    """Call ``then`` some time after what is in the current stream now is done."""
    mark = importlib.import_module("cupy").cuda.Event(disable_timing=True)
    mark.record()
    with _lock:
        waiting.append((mark, then))


def look() -> None:
    """Do what waits for marks that are passed; does not wait itself."""
    while True:
        with _lock:
            if not waiting or not waiting[0][0].done:
                return
            _, then = waiting.popleft()
        then()


def ask(answer: Any, refuse: Callable[[int], None]) -> None:
    """Call ``refuse``, which may raise an error, with ``answer``, an integer on a GPU."""
    look()
    number = importlib.import_module("cupyx").empty_pinned((), answer.dtype)
    answer.get(out=number, blocking=False)
    when_done(lambda: refuse(int(number)))
