"""The workloads of `python -m benchmarks.gpu` run there, and their training steps do not wait."""

from __future__ import annotations

import sys

import pytest

import minitorch as mt
from benchmarks import gpu, worker
from benchmarks.workloads import GPU_WORKLOADS

# The large product is one of the others, larger.
SMALL = [name for name in GPU_WORKLOADS if name != "large_matmul"]


@pytest.mark.parametrize("name", SMALL)
def test_workload(name):
    core = pytest.importorskip("cupy._core")
    ((_, step),) = worker.build(mt, name, "cuda").items()
    for _ in range(2):
        getattr(core, "waits", {}).clear()
        result = step()
        assert not getattr(core, "waits", {})  # what the stand-in counts
    assert result.is_cuda and result.isfinite().all()


def test_measuring(monkeypatch, capsys):
    arguments = ["worker", "minitorch", "relu", "0.01", "cuda"]
    monkeypatch.setattr(sys, "argv", arguments)
    worker.main()
    mt.cuda.memory._peaks.pop(0).__exit__()
    found = eval(capsys.readouterr().out)
    assert found["ms"][""] > 0 and found["memory"] >= 0 and found["numbers"] == {}


def test_hardware():
    line = gpu.hardware()
    assert " GiB, driver for CUDA " in line and "CuPy" in line
