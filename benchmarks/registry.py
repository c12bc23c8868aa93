"""What a workload is, and the tables of them all: for the CPU, and for a GPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Step = Callable[[], Any]
# What a workload builds: the step to time, or several by name, or None to time the bare import.
Build = Callable[[Any], "Step | dict[str, Step] | None"]


@dataclass(frozen=True)
class Workload:
    """A program to time, the same text for either library."""

    name: str
    title: str
    build: Build
    target: float | None  # MiniTorch's time over torch's is to be at most this


WORKLOADS: dict[str, Workload] = {}
GPU_WORKLOADS: dict[str, Workload] = {}


def workload(
    target: float | None = None, gpu: float | None = None, cpu: bool = True
) -> Callable[[Build], Build]:
    """Adds a function to the table; the first line of its docstring is the row's title.

    With ``gpu``, the target there, it is in the table of a GPU as well; without ``cpu`` only there.

    The function takes the library, ``torch`` or ``minitorch`` in its place, makes whatever it needs
    and returns a step: a function without arguments that is timed. A step that returns a tensor has
    its numbers compared between the libraries, too. Several steps in a dict make one row, with the
    geometric mean of their ratios.
    """

    def register(build: Build) -> Build:
        name = build.__name__
        title = (build.__doc__ or name).splitlines()[0].rstrip(".")
        if cpu:
            WORKLOADS[name] = Workload(name, title, build, target)
        if gpu is not None:
            GPU_WORKLOADS[name] = Workload(name, title, build, gpu)
        return build

    return register
