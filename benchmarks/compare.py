"""Runs a workload in both libraries, turn about, and draws the row of the table from it."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .registry import Workload

ROOT = Path(__file__).resolve().parents[1]
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
# Settings that make a library compute as if on another processor. Neither library runs with one:
# each chooses its instructions itself, as it does on a machine where nobody has set anything.
PROCESSOR_VARIABLES = (
    "ATEN_CPU_CAPABILITY",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_DISABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
)


class Failed(Exception):
    """A library could not run a workload; the message is the end of what it printed."""


@dataclass
class Row:
    """A line of the table; ``parts`` are the steps of a workload that has several."""

    title: str
    target: float | None = None
    ms: dict[str, float] = field(default_factory=dict)  # by library
    memory: dict[str, float] = field(default_factory=dict)  # by library, in MiB
    parts: list[Row] = field(default_factory=list)
    problem: str = ""

    def ratio(self, library: str = "minitorch") -> float | None:
        """The library's time over torch's, None where one is missing."""
        if {"torch", library} <= self.ms.keys():
            return self.ms[library] / self.ms["torch"]
        return None

    @property
    def verdict(self) -> str:
        """How the ratios stand to the target."""
        if self.problem:
            return self.problem
        ratio, compiled = self.ratio(), self.ratio("compiled")
        if ratio is None or self.target is None:
            return ""
        if ratio <= self.target:
            return "met"
        return "met compiled" if compiled is not None and compiled <= self.target else "missed"


def measure(
    library: str, name: str, seconds: float, threads: int, device: str = "cpu"
) -> dict[str, Any]:
    """Returns what a fresh process measured; raises Failed."""
    environment = {k: v for k, v in os.environ.items() if k not in PROCESSOR_VARIABLES}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.worker", library, name, str(seconds), device],
        cwd=ROOT,
        env=environment | dict.fromkeys(THREAD_VARIABLES, str(threads)),
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Failed(f"{library}, {name}:\n{done.stderr.strip()}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def compare(
    workload: Workload,
    libraries: list[str],
    rounds: int,
    seconds: float,
    threads: int,
    device: str = "cpu",
) -> tuple[Row, dict[str, str]]:
    """Returns the workload's row and the libraries' versions; raises Failed."""
    results: dict[str, list[dict[str, Any]]] = {library: [] for library in libraries}
    for turn in range(rounds):
        # The order changes each round: no library always follows the other.
        for library in libraries if turn % 2 == 0 else reversed(libraries):
            results[library].append(measure(library, workload.name, seconds, threads, device))

    row = Row(workload.title, workload.target)
    names = list(results[libraries[0]][0]["ms"])
    parts = [Row(name) for name in names]
    for library, runs in results.items():
        for part in parts:
            part.ms[library] = statistics.median(run["ms"][part.title] for run in runs)
        # A ratio of geometric means is the geometric mean of the ratios.
        row.ms[library] = math.exp(statistics.fmean(math.log(part.ms[library]) for part in parts))
        row.memory[library] = statistics.median(run["memory"] for run in runs) / 2**20
    if len(parts) > 1:
        row.parts = parts
    for name in names:
        first, *others = (runs[0]["numbers"].get(name, 0.0) for runs in results.values())
        if not all(math.isclose(first, other, rel_tol=1e-3) for other in others):
            row.problem = "other numbers"
    return row, {library: runs[0]["version"] for library, runs in results.items()}


def compare_all(
    workloads: list[Workload],
    libraries: list[str],
    rounds: int,
    seconds: float,
    threads: int,
    device: str = "cpu",
) -> tuple[list[Row], dict[str, str], list[str]]:
    """Returns a row for each workload, the libraries' versions, and what failed."""
    rows: list[Row] = []
    versions: dict[str, str] = {}
    failures: list[str] = []
    for workload in workloads:
        print(f"{workload.name} …", file=sys.stderr)
        try:
            row, versions = compare(workload, libraries, rounds, seconds, threads, device)
        except Failed as failure:
            row = Row(workload.title, workload.target, problem="failed")
            failures.append(str(failure))
        rows.append(row)
    return rows, versions, failures
