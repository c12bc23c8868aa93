"""`recording`: remember which line, and which call of which module, made each node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..autograd.anomaly import detect_anomaly
from ..autograd.graph import next_number
from ..autograd.modes import state
from ..nn.modules.hooks import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from ..notebook import file_name
from .record import Group, Line

FRAME = re.compile(r'  File "(.*)", line (\d+), in (.*)(?:\n    (.*))?')


@dataclass
class Call:
    """A call of a module. It made the nodes whose numbers lie between its own two."""

    name: str
    kind: str
    parent: int | None
    start: int
    end: int | None = None


class Recorded:
    """The calls of the last recording: no tensors and no modules, so they may stay."""

    calls: list[Call] = []


@contextmanager
def recording() -> Iterator[None]:
    """In this context forward remembers the lines and modules that make each node.

    A trace of what is computed here shows the user's lines, and modules that fold. It makes each
    operation slower, by a fraction of a millisecond; outside nothing is remembered and nothing is
    slower. The modules are those of the last recording.

    >>> model = mt.nn.Sequential(mt.nn.Linear(2, 1), mt.nn.Tanh())
    >>> with mt.tracing.recording():
    ...     loss = model(mt.ones(3, 2)).sum()
    >>> for step in mt.trace(loss):
    ...     print(step.name, step.line and step.line.code)
    SumBackward0 loss = model(mt.ones(3, 2)).sum()
    TanhBackward0 loss = model(mt.ones(3, 2)).sum()
    AddmmBackward0 loss = model(mt.ones(3, 2)).sum()
    model.0.weight None
    model.0.bias None
    """
    calls: list[Call] = []
    Recorded.calls = calls
    before = state.anomaly, state.check_nan
    running: list[tuple[int, Any]] = []  # (index of the call, module), the innermost last

    def enter(module: Any, args: Any) -> None:
        kind = type(module).__name__
        parent, name = None, kind
        if running:
            parent, caller = running[-1]
            name = next((name for name, m in caller.named_modules() if m is module and name), kind)
        running.append((len(calls), module))
        calls.append(Call(name, kind, parent, next_number()))

    def leave(module: Any, args: Any, result: Any) -> None:
        if running and running[-1][1] is module:
            calls[running.pop()[0]].end = next_number()

    handles = (
        register_module_forward_pre_hook(enter),
        register_module_forward_hook(leave, always_call=True),
    )
    detect_anomaly.set(True, before[1] if before[0] else False)
    try:
        yield
    finally:
        Recorded.calls = calls  # a recording inside this one has seen only a part
        detect_anomaly.set(*before)
        for handle in handles:
            handle.remove()


def call_of(node: Any) -> int | None:
    """The index of the innermost call that made ``node``."""
    inside = None
    for index, call in enumerate(Recorded.calls):  # a call comes after the one that it is in
        if call.start < node.number and (call.end is None or node.number < call.end):
            inside = index
    return inside


def groups(used: set[int]) -> tuple[list[Group], dict[int, int]]:
    """The calls with these indices and all they are in, and where each has gone."""
    every = set()
    for index in used:
        outer: int | None = index
        while outer is not None:
            every.add(outer)
            outer = Recorded.calls[outer].parent
    place = {index: number for number, index in enumerate(sorted(every))}
    found = []
    for index in place:
        call = Recorded.calls[index]
        found.append(
            Group(call.name, call.kind, None if call.parent is None else place[call.parent])
        )
    return found, place


def line_of(node: Any) -> Line | None:
    """The line of the user's program that made ``node``, if it was remembered."""
    frame = FRAME.match(node.stack[0][-1]) if node.stack else None
    if frame is None:
        return None
    file, number, function, code = frame.groups()
    return Line(file_name(file), int(number), function, (code or "").strip())
