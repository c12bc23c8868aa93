"""``mt.autograd.profiler``: how often each operation runs, and how long it takes.

A profiler costs nothing while it is off: nobody asks whether it is on. `Recorder.start` replaces
what is to be timed (every ``forward``, the engine's ``run_node``, optimizers' ``step`` ...) by a
function that notes the time, calls what was there, and notes the time again; `stop` puts everything
back. The work of MiniTorch around ``forward``, the making of tensors and of the graph, counts as
the time of what called the operation.

The file has PyTorch's place and stands above all that it times: autograd/__init__.py loads it when
it is asked for.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
import sys
import threading
import tracemalloc
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from time import perf_counter_ns
from typing import Any

from ..nn.modules.hooks import Hooked
from ..nn.multiply_adds import COSTS
from ..ops.arithmetic import Add, Mul
from ..optim.optimizer import Optimizer
from ..utils.data.iterators import _BaseDataLoaderIter
from . import engine
from .anomaly import PACKAGE
from .operation import Operation
from .profiler_util import EventList, FunctionEvent, FunctionEventAvg, Interval

__all__ = ["EventList", "FunctionEvent", "profile", "record_function"]

MODULES_PREFIX = "nn.Module: "
ACTIVE: list[Recorder] = []  # the one that runs now
ONE = "Another profiler is running. MiniTorch has one at a time: end its `with` block first."


class Recorder:
    """Notes what runs between `start` and `stop`, of all threads, as events."""

    def __init__(self, shapes: bool, flops: bool, memory: bool, stack: bool, modules: bool) -> None:
        self.shapes, self.flops, self.memory, self.stack = shapes, flops, memory, stack
        self.modules = modules
        self.events: list[FunctionEvent] = []
        self.open: dict[int, list[tuple[FunctionEvent, Any]]] = defaultdict(list)
        self.replaced: list[tuple[Any, str, Any]] = []
        self.lines: Any = weakref.WeakKeyDictionary()  # of a node: where its operation was called
        self.labels: Any = weakref.WeakKeyDictionary()  # of a module: its name and number
        self.notes = 0  # bytes that the events themselves take

    def start(self) -> None:
        """Replace what is to be timed."""
        if ACTIVE:
            raise RuntimeError(ONE)
        ACTIVE.append(self)
        self.own_tracing = self.memory and not tracemalloc.is_tracing()
        if self.own_tracing:
            tracemalloc.start(1)
        self.zero = perf_counter_ns()
        for owner, name, timed in self.watched():
            before = vars(owner)[name]
            self.replaced.append((owner, name, before))
            setattr(owner, name, functools.wraps(before)(timed(before)))

    def stop(self) -> None:
        """Put everything back."""
        for stack in list(self.open.values()):
            for event, _ in reversed(list(stack)):
                self.end(event)
        for owner, name, before in reversed(self.replaced):
            setattr(owner, name, before)
        self.replaced.clear()
        if self.own_tracing:
            tracemalloc.stop()
        ACTIVE.remove(self)

    # One event ------------------------------------------------------------------------------------

    def begin(self, name: str, source: Any = None, shapes: Any = None) -> FunctionEvent:
        """An event begins; ``source`` is what runs."""
        before = self.allocated()
        thread = threading.get_ident()
        event = FunctionEvent(len(self.events) + 1, name, thread, 0.0)
        event.input_shapes = shapes or []
        stack = self.open[thread]
        if stack:
            event.cpu_parent = stack[-1][0]
            event.cpu_parent.cpu_children.append(event)
        if self.stack:
            event.stack = callers()
        self.events.append(event)
        stack.append((event, source))
        self.notes += self.allocated() - before
        event.cpu_memory_usage = -(self.allocated() - self.notes)
        event.time_range = Interval(self.now(), 0.0)
        return event

    def end(self, event: FunctionEvent) -> None:
        """An event ends, and so does what is still open inside of it."""
        end = self.now()
        held = self.allocated() - self.notes
        stack = self.open[event.thread]
        while not event.time_range.end:  # it has none yet, unless `stop` came before
            inner = stack.pop()[0]
            inner.cpu_memory_usage += held
            inner.time_range = Interval(inner.time_range.start, end)

    def now(self) -> float:
        """Microseconds since the start."""
        return (perf_counter_ns() - self.zero) / 1e3

    def allocated(self) -> int:
        """How many bytes Python and NumPy hold, if that is asked for."""
        return tracemalloc.get_traced_memory()[0] if self.memory else 0

    # What is timed --------------------------------------------------------------------------------

    def watched(self) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
        """(owner, attribute, what makes the function that stands in for it)."""
        costs = self.costs()
        kind: Any
        for kind in kinds(Operation):
            if inspect.isfunction(vars(kind).get("forward")):
                yield kind, "forward", functools.partial(self.timed_forward, costs.get(kind))
        yield engine, "run_node", self.timed_node
        yield engine, "accumulate", self.labelled(lambda *_: "torch::autograd::AccumulateGrad")
        for kind in kinds(Optimizer):
            for name in vars(kind).keys() & {"step", "zero_grad"}:
                yield kind, name, self.labelled(functools.partial(optimizer_label, name))
        yield _BaseDataLoaderIter, "__next__", self.labelled(loader_label)
        if self.modules:
            yield Hooked, "__call__", self.labelled(self.module_label)

    def timed_forward(self, cost: Any, forward: Callable[..., Any]) -> Callable[..., Any]:
        """``forward`` of an operation, timed."""

        def timed(node: Any, xp: Any, *args: Any) -> Any:
            stack = self.open[threading.get_ident()]
            if stack and stack[-1][1] is node:  # one forward makes use of another: one event
                return forward(node, xp, *args)
            shapes = self.shapes and [list(getattr(arg, "shape", ())) for arg in args]
            event = self.begin(operation_label(type(node)), node, shapes)
            try:
                out = forward(node, xp, *args)
            finally:
                self.end(event)
            if self.stack:
                self.lines[node] = event.stack
            if cost is not None:
                event.flops = cost(getattr(out, "size", 0), *args)
            return out

        return timed

    def timed_node(self, run_node: Callable[..., Any]) -> Callable[..., Any]:
        """The engine's ``run_node``, timed: the rules of a node, and adding up what they say."""

        def timed(node: Any, grads: Any, *rest: Any) -> Any:
            shapes = self.shapes and [[] if g is None else list(g.shape) for g in grads]
            event = self.begin(node.name(), None, shapes)
            event.stack = self.lines.get(node, event.stack)  # where its forward was called
            try:
                return run_node(node, grads, *rest)
            finally:
                self.end(event)

        return timed

    def labelled(self, label: Callable[..., str]) -> Callable[[Any], Callable[..., Any]]:
        """What makes a timed function of a function; ``label`` says how the event is called."""

        def timed_of(function: Callable[..., Any]) -> Callable[..., Any]:
            def timed(first: Any, *args: Any, **kwargs: Any) -> Any:
                event = self.begin(label(first))
                try:
                    return function(first, *args, **kwargs)
                finally:
                    self.end(event)

            return timed

        return timed_of

    def module_label(self, module: Any) -> str:
        """``nn.Module: Linear_0`` for the first linear layer that runs."""
        kind = type(module).__name__
        if module not in self.labels:
            number = sum(name.startswith(f"{kind}_") for name in self.labels.values())
            self.labels[module] = f"{kind}_{number}"
        return MODULES_PREFIX + self.labels[module]

    def costs(self) -> dict[Any, Any]:
        """By operation: how many floating point operations a call takes, if that is asked for."""
        if not self.flops:
            return {}

        def twice(cost: Any) -> Callable[..., int]:
            return lambda *args: 2 * cost(*args)

        once = dict.fromkeys((Add, Mul), lambda size, *args: size)
        return {kind: twice(cost) for kind, cost in COSTS.items()} | once


def operation_label(kind: Any) -> str:
    """PyTorch's name of an operation: ``aten::sum`` for `Sum` and for `SumDim`, its variant."""
    torch_name = re.sub(r"Backward\d*$", "", kind.torch_name)
    name = torch_name if kind.__qualname__.startswith(torch_name) else kind.__qualname__
    return "aten::" + re.sub(r"(?<=[a-z0-9D])(?=[A-Z][a-z])", "_", name).lower()


def optimizer_label(method: str, optimizer: Any) -> str:
    """``Optimizer.step#SGD.step``."""
    return f"Optimizer.{method}#{type(optimizer).__name__}.{method}"


def loader_label(iterator: Any) -> str:
    """``enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__``."""
    return f"enumerate(DataLoader)#{type(iterator).__name__}.__next__"


def kinds(base: Any) -> list[Any]:
    """A class and all that are made of it, each once."""
    found = [base]
    for kind in found:  # which grows
        found += kind.__subclasses__()
    return list(dict.fromkeys(found))


def callers() -> list[str]:
    """The lines of the program that led here, innermost first, without MiniTorch's own."""
    lines: list[str] = []
    # Not the frames of the recorder itself: as objects they would count as memory of the event.
    frame = sys._getframe(3)
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE):
            lines.append(f"{code.co_filename}({frame.f_lineno}): {code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]
    return lines


class record_function(contextlib.ContextDecorator):  # noqa: N801 - PyTorch's name
    """A label for a block or a function, which a profiler shows as an event.

    >>> x = mt.tensor(2.0)
    >>> with mt.profiler.profile() as profiler:
    ...     with mt.profiler.record_function("forward"):
    ...         y = x.exp()
    >>> [row.key for row in profiler.key_averages()]
    ['forward', 'aten::exp']
    """

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self.args = args

    def _recreate_cm(self) -> record_function:  # a decorated function may call itself
        return type(self)(self.name, self.args)

    def __enter__(self) -> record_function:
        self._recorder = ACTIVE[0] if ACTIVE else None
        if self._recorder is not None:
            self._event = self._recorder.begin(self.name)
            self._event.is_user_annotation = True
        return self

    def __exit__(self, *exc: object) -> None:
        if self._recorder is not None and self._recorder in ACTIVE:
            self._recorder.end(self._event)


class profile:  # noqa: N801 - PyTorch's name
    """Time every operation, backward node, optimizer step and label in a ``with`` block.

    ``record_shapes`` notes the shapes of inputs, ``with_stack`` the lines that called;
    ``with_flops`` counts the operations on numbers, of products and of ``add`` and ``mul``;
    ``profile_memory`` the bytes that Python and NumPy hold more after an event than before;
    ``with_modules`` times the calls of layers. Afterwards ``function_events`` has all events, and
    ``key_averages()`` a row for each name. RuntimeError if another profiler is running.

    >>> x = mt.ones(2, requires_grad=True)
    >>> with mt.autograd.profiler.profile() as profiler:
    ...     x.exp().sum().backward()
    >>> rows = {row.key: row.count for row in profiler.key_averages()}
    >>> rows["aten::exp"], rows["ExpBackward0"]
    (1, 1)
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
        experimental_config: Any = None,
        acc_events: bool = False,
    ) -> None:
        if experimental_config is not None or not use_cpu:
            raise NotImplementedError(
                "MiniTorch times operations on the CPU, without a configuration"
            )
        self.enabled = enabled
        self.record_shapes = record_shapes or with_flops
        self.with_flops, self.profile_memory = with_flops, profile_memory
        self.with_stack, self.with_modules = with_stack, with_modules
        self.acc_events = acc_events
        self.entered = False
        self._events: EventList | None = None

    def __enter__(self) -> profile | None:
        if not self.enabled:
            return None
        if self.entered:
            raise RuntimeError("Profiler context manager is not reentrant")
        self._recorder = Recorder(
            self.record_shapes,
            self.with_flops,
            self.profile_memory,
            self.with_stack,
            self.with_modules,
        )
        self._recorder.start()
        self.entered = True
        return self

    def __exit__(self, *exc: object) -> None:
        if not self.enabled:
            return
        self._recorder.stop()
        self.entered = False
        before = self._events if self.acc_events and self._events else []
        events = [*before, *self._recorder.events]
        self._events = EventList(events, self.profile_memory, self.with_flops)

    def __repr__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._events is None else repr(self._events)

    def __str__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._events is None else str(self._events)

    @property
    def function_events(self) -> EventList:
        """Everything that ran, in the order in which it began."""
        if self._events is None:
            raise RuntimeError("Profiler didn't finish running")
        return self._events

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all events."""
        return self.function_events.self_cpu_time_total

    def table(self, *args: Any, **kwargs: Any) -> str:
        """The events as a table; the arguments are those of ``EventList.table``."""
        return self.function_events.table(*args, **kwargs)

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0
    ) -> EventList:
        """One row for each name (and shapes of inputs, or lines that called)."""
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n)

    def total_average(self) -> FunctionEventAvg:
        """All events added up."""
        return self.function_events.total_average()

    def export_chrome_trace(self, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Write a file for ``chrome://tracing`` or Perfetto."""
        self.function_events.export_chrome_trace(path, metadata)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Write the lines that called each event, and its time; needs ``with_stack``."""
        events = self.function_events
        if not self.with_stack:
            raise AssertionError("export_stacks() requires with_stack=True")
        events.export_stacks(path, metric)
