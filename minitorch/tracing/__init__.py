"""See what happens inside: `trace` records a backward pass, to read it and to step through it."""

from ..explaining import memory
from .backward import trace
from .modules import recording
from .record import Group, Kept, Line, Numbers, Outgoing, Rule, Step
from .steps import Trace

trace.memory = memory  # type: ignore[attr-defined]  # `mt.trace.memory(loss)` is `mt.memory(loss)`

__all__ = [
    "Group",
    "Kept",
    "Line",
    "Numbers",
    "Outgoing",
    "Rule",
    "Step",
    "Trace",
    "recording",
    "trace",
]
