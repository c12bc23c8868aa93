"""The benchmark's programs run, and its table says what was measured."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

import minitorch as mt
from benchmarks import worker
from benchmarks.__main__ import digits, memory, table
from benchmarks.chart import draw, grows
from benchmarks.compare import Failed, Row, measure
from benchmarks.worker import build, mean_square, median_ms
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_workload_runs(name):
    for step in build(mt, name).values():
        assert math.isfinite(mean_square(step))


def test_command_prints_a_markdown_table():
    command = [sys.executable, "-m", "benchmarks", "--quick", "--markdown", "--only", "call"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 5  # head, rule, the workload and its two parts
    assert "MiniTorch ms" in rows[0]
    assert set(rows[1]) == set("|-: ")
    assert [row.count("|") for row in rows] == [rows[0].count("|")] * 5


def test_a_worker_that_fails_says_why():
    with pytest.raises(Failed, match="KeyError: 'no such workload'"):
        measure("minitorch", "no such workload", 0.01, 1)


def test_median_is_of_one_call(monkeypatch):
    now, calls = [0.0], []
    monkeypatch.setattr(worker, "perf_counter", lambda: now[0])

    def step():
        calls.append(None)
        now[0] += 0.002

    assert median_ms(step, 0.05) == pytest.approx(2.0)
    assert len(calls) >= 8


@pytest.mark.parametrize(
    ("torch_ms", "target", "problem", "verdict"),
    [
        (2.0, 0.5, "", "met"),
        (1.9, 0.5, "", "missed"),
        (1.9, None, "", ""),
        (2.0, 0.5, "other numbers", "other numbers"),
    ],
)
def test_verdict(torch_ms, target, problem, verdict):
    row = Row("w", target, {"torch": torch_ms, "minitorch": 1.0}, problem=problem)
    assert row.verdict == verdict


def test_what_only_the_compiled_loops_reach():
    row = Row("work", 0.5, {"torch": 4.0, "minitorch": 3.0, "compiled": 2.0})
    assert row.verdict == "met compiled"
    assert table([row], ["torch", "minitorch", "compiled"], markdown=False).splitlines()[::2] == [
        "workload  torch ms  MiniTorch ms  ratio  compiled ms  ratio  at most       verdict  "
        "torch MiB  MiniTorch MiB  compiled MiB",
        "work          4.00          3.00   0.75         2.00   0.50      0.5  met compiled",
    ]


def test_table_with_and_without_torch():
    row = Row("work", 0.5, {"torch": 4.0, "minitorch": 1.0}, {"torch": 2.0, "minitorch": 3.25})
    assert table([row], ["torch", "minitorch"], markdown=False).splitlines() == [
        "workload  torch ms  MiniTorch ms  ratio  at most  verdict  torch MiB  MiniTorch MiB",
        "--------  --------  ------------  -----  -------  -------  ---------  -------------",
        "work          4.00          1.00   0.25      0.5      met        2.0            3.2",
    ]
    assert table([row], ["minitorch"], markdown=True).splitlines() == [
        "| workload | MiniTorch ms | verdict | MiniTorch MiB |",
        "| -------- | -----------: | ------: | ------------: |",
        "| work     |         1.00 |         |           3.2 |",
    ]


def test_memory_of_the_training_steps():
    small = Row("Training step: a", 1.0, {"torch": 1, "minitorch": 1}, {"torch": 8, "minitorch": 2})
    large = Row("Training step: b", 1.0, {"torch": 1, "minitorch": 1}, {"torch": 8, "minitorch": 9})
    assert memory([small]).endswith("0.25 to 0.25; at most 1: met.")
    assert memory([small, large]).endswith("0.25 to 1.12; at most 1: missed.")
    assert memory([Row("Training step: c")]) == ""


def test_chart(tmp_path):
    bar = Row("work", 0.5, {"torch": 4.0, "minitorch": 1.0})
    growing = Row("by size", None, {"torch": 2.0, "minitorch": 1.0})
    growing.parts = [Row(str(size), ms={"torch": size, "minitorch": 1.0}) for size in (1, 2, 4)]
    assert [grows(bar), grows(growing)] == [False, True]
    for rows in [[bar], [growing], [bar, growing]]:
        path = tmp_path / "chart.png"
        draw(rows, path)
        assert path.read_bytes().startswith(b"\x89PNG")
        path.unlink()


def test_digits():
    assert [digits(x) for x in (0.000984, 0.0418, 1.0, 36.94, 923.4, 12345.6)] == [
        "0.000984",
        "0.0418",
        "1.00",
        "36.9",
        "923",
        "12346",
    ]
