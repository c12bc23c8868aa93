"""``mt.profiler``, in PyTorch's place: a profiler that goes with a training loop.

What is timed, and how, is in autograd/profiler.py. Here are schedules: which steps of a loop are
looked at, and what is done with what was seen.
"""

from __future__ import annotations

import enum
import json
import os
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from .autograd.profiler import profile as _Profile, record_function
from .autograd.profiler_util import EventList
from .user_warnings import warn

__all__ = [
    "ProfilerAction",
    "ProfilerActivity",
    "profile",
    "record_function",
    "schedule",
    "supported_activities",
    "tensorboard_trace_handler",
]


class ProfilerActivity(enum.Enum):
    """What can be timed. MiniTorch times what happens on the CPU, whether or not it is asked for.

    >>> mt.profiler.ProfilerActivity.CPU
    <ProfilerActivity.CPU: 0>
    """

    CPU = 0
    XPU = 1
    CUDA = 2


class ProfilerAction(enum.Enum):
    """What a schedule says of a step.

    >>> mt.profiler.ProfilerAction.RECORD.value
    2
    """

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


RECORDING = (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)
INCOMPLETE = (ProfilerAction.WARMUP, ProfilerAction.RECORD)  # a cycle ends in RECORD_AND_SAVE


def supported_activities() -> set[ProfilerActivity]:
    """What `profile` looks at if it is not told.

    >>> mt.profiler.supported_activities()
    {<ProfilerActivity.CPU: 0>}
    """
    return {ProfilerActivity.CPU}


def schedule(
    *,
    wait: int,
    warmup: int,
    active: int,
    repeat: int = 0,
    skip_first: int = 0,
    skip_first_wait: int = 0,
) -> Callable[[int], ProfilerAction]:
    """Look at ``active`` steps after ``wait`` and ``warmup`` steps; and so on, ``repeat`` times.

    0 times is as often as there are steps. The first ``skip_first`` steps do not count; unless
    ``skip_first_wait`` is 0, the first cycle does not wait.

    >>> what = mt.profiler.schedule(wait=1, warmup=1, active=2, repeat=1)
    >>> [what(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if wait < 0 or warmup < 0 or active <= 0 or repeat < 0 or skip_first < 0:
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} "
            f"(need >= 0), active={active} (need > 0), repeat={repeat} (need >= 0), "
            f"skip_first={skip_first} (need >= 0)."
        )
    if warmup == 0:
        said = "Profiler won't be using warmup, this can skew profiler results"
        warn(said)
    cycle = wait + warmup + active

    def what(step: int) -> ProfilerAction:
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        if skip_first_wait:
            step += wait
        place = step % cycle
        if (repeat and step >= repeat * cycle) or place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD_AND_SAVE if place == cycle - 1 else ProfilerAction.RECORD

    return what


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False
) -> Callable[[Any], None]:
    """What ``on_trace_ready`` may be: write each trace as a new file into a folder.

    >>> handler = mt.profiler.tensorboard_trace_handler("runs")
    """

    def write(profiler: Any) -> None:
        try:
            os.makedirs(dir_name, exist_ok=True)
        except OSError as error:
            raise RuntimeError("Can't create directory: " + dir_name) from error
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json" + ".gz" * use_gzip
        profiler.export_chrome_trace(os.path.join(dir_name, name))

    return write


class profile:  # noqa: N801 - PyTorch's name
    """Time what a block does, or some steps of a loop that calls ``step()`` at the end of each.

    ``schedule(step)`` says what to do in a step; without one all of the block is looked at.
    ``on_trace_ready(profiler)`` is called when there is something to see. What the other arguments
    add is told at `autograd.profiler.profile`.

    >>> model, x = nn.Linear(4, 2), mt.ones(3, 4)
    >>> with mt.profiler.profile(activities=[mt.profiler.ProfilerActivity.CPU]) as profiler:
    ...     loss = model(x).sum()
    >>> {row.key: row.count for row in profiler.key_averages()}["aten::linear"]
    1
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[..., Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
    ) -> None:
        if use_cuda is not None:
            said = "`use_cuda` is deprecated, use `activities` argument instead"
            warn(said, FutureWarning)
        if activities is not None and not set(activities):
            raise AssertionError("No valid profiler activities found")
        self.options = {
            "record_shapes": record_shapes,
            "with_flops": with_flops,
            "profile_memory": profile_memory,
            "with_stack": with_stack,
            "with_modules": with_modules,
            "experimental_config": experimental_config,
            "acc_events": acc_events,
        }
        self.profiler: _Profile | None = None
        self.record_steps = schedule is not None
        self.schedule = schedule or (lambda step: ProfilerAction.RECORD)
        self.on_trace_ready = on_trace_ready
        self.step_num = 0
        self.current_action = self.schedule(0)
        self.metadata: dict[str, Any] = {}

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin with the action of the current step."""
        self._change(ProfilerAction.NONE, self.current_action)
        self._open_step()

    def step(self) -> None:
        """A step of the loop has ended."""
        self._close_step()
        before = self.current_action
        self.step_num += 1
        self.current_action = self.schedule(self.step_num)
        self._change(before, self.current_action)
        self._open_step()

    def stop(self) -> None:
        """End, in the middle of a cycle, too."""
        self._close_step()
        self._change(self.current_action, None)

    def _change(self, before: ProfilerAction, now: ProfilerAction | None) -> None:
        """From what was done in one step to what is done in the next; None: that is all."""
        if now is not None and before.value > now.value and before in INCOMPLETE:
            said = f"Incorrect schedule: {before.name} followed by {now.name}"
            warn(said)
        ready = before is ProfilerAction.RECORD_AND_SAVE or (before in RECORDING and now is None)
        goes_on = before is ProfilerAction.RECORD and now in RECORDING
        if before in RECORDING and not goes_on:
            self._trace().__exit__()
        if ready and self.on_trace_ready is not None:
            self.on_trace_ready(self)
        if now in RECORDING and not goes_on:
            if self.profiler is None or not self.options["acc_events"]:
                self.profiler = _Profile(**self.options)
            self.profiler.__enter__()

    def _open_step(self) -> None:
        if self.record_steps:
            self._label = record_function(f"ProfilerStep#{self.step_num}").__enter__()

    def _close_step(self) -> None:
        if self.record_steps:
            self._label.__exit__()

    def _trace(self, what: str = "") -> _Profile:
        """What was seen in the last cycle."""
        if self.profiler is None:
            raise AssertionError(f"Profiler must be initialized before {what}")
        return self.profiler

    # What was seen --------------------------------------------------------------------------------

    def events(self) -> EventList:
        """Everything that ran, in the order in which it began."""
        return self._trace("accessing events").function_events

    def key_averages(
        self, group_by_input_shape: bool = False, group_by_stack_n: int = 0
    ) -> EventList:
        """One row for each name (and shapes of inputs, or lines that called)."""
        trace = self._trace("getting key averages")
        return trace.key_averages(group_by_input_shape, group_by_stack_n)

    def export_chrome_trace(self, path: str) -> None:
        """Write a file for ``chrome://tracing`` or Perfetto; compressed if it ends in ``.gz``."""
        self._trace("exporting chrome trace").export_chrome_trace(path, self.metadata)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Write the lines that called each event, and its time; needs ``with_stack``."""
        self._trace("exporting stacks").export_stacks(path, metric)

    def add_metadata(self, key: str, value: str) -> None:
        """Write a text into the file of the trace, too."""
        self.metadata[key] = value

    def add_metadata_json(self, key: str, value: str) -> None:
        """Write what JSON says into the file of the trace, too."""
        self.metadata[key] = json.loads(value)
