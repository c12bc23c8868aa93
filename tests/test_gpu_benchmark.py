"""`python -m benchmarks.gpu` where there is no GPU, and its parts; tests/cuda has the workloads."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest

from benchmarks import compare, gpu, worker
from benchmarks.compare import Row
from benchmarks.workloads import GPU_WORKLOADS, WORKLOADS

ROOT = Path(__file__).resolve().parents[1]


def test_without_a_gpu_it_says_so_in_one_sentence():
    if not gpu.missing_gpu():
        pytest.skip("there is a GPU")
    command = [sys.executable, "-m", "benchmarks.gpu"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and not done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("Nothing was run: CuPy is")
    assert line.endswith(".") and not line.endswith("..")


def test_the_table_has_what_it_promises():
    titles = " ".join(w.title for w in GPU_WORKLOADS.values())
    for word in "1000×1000 4096×4096 ReLU Conv2d Softmax Backward MLP CNN GPT".split():
        assert word in titles
    targets = {name: w.target for name, w in GPU_WORKLOADS.items()}
    assert targets["matmul"] == 1 and targets["relu"] == 1.5 and targets["gpt"] == 2
    assert {"large_matmul", "softmax"} == GPU_WORKLOADS.keys() - WORKLOADS.keys()


class Ran(Exception):
    """A process that the test did not expect."""


@pytest.fixture
def machine(monkeypatch):
    """A machine with a GPU, as far as the script can see."""
    monkeypatch.setattr(gpu, "missing_gpu", lambda: "")
    monkeypatch.setattr(gpu, "hardware", lambda: "a GPU")
    monkeypatch.setattr(gpu, "missing_torch", lambda: "PyTorch finds no GPU")
    monkeypatch.setattr(gpu, "run_tests", lambda: True)
    asked = []

    def compare_all(workloads, libraries, *args, device, threads):
        asked.append((len(workloads), libraries, device))
        rows = [Row(w.title, w.target, dict.fromkeys(libraries, 2.0)) for w in workloads]
        return rows, dict.fromkeys(libraries, "1.0"), []

    monkeypatch.setattr(gpu, "compare_all", compare_all)
    return asked


def run(monkeypatch, *options):
    monkeypatch.setattr(sys, "argv", ["gpu", *options])
    return gpu.main()


def test_what_did_not_run_is_said(machine, monkeypatch, capsys):
    assert run(monkeypatch, "--only", "relu", "--no-tests", "--quick") == 0
    out = capsys.readouterr().out
    assert machine == [(1, ["minitorch"], "cuda")]
    assert "not run – the tests: --no-tests\n" in out
    assert "not run – PyTorch's column: PyTorch finds no GPU\nnot run – workloads: --only" in out
    assert "ReLU, 1000×1000  " in out and "MiniTorch MiB" in out


def test_everything(machine, monkeypatch, capsys):
    monkeypatch.setattr(gpu, "missing_torch", lambda: "")
    assert run(monkeypatch, "--markdown") == 0
    out = capsys.readouterr().out
    assert machine == [(len(GPU_WORKLOADS), ["torch", "minitorch"], "cuda")]
    assert "not run" not in out and "| torch ms | MiniTorch ms | ratio | at most |" in out
    monkeypatch.setattr(gpu, "run_tests", lambda: False)
    assert run(monkeypatch) == 1


def fake_run(returncode, stdout="", stderr=""):
    return lambda *args, **kwargs: types.SimpleNamespace(
        returncode=returncode, stdout=stdout, stderr=stderr
    )


def test_how_the_tests_ended(monkeypatch, capsys):
    text = "....\nSKIPPED [1] tests/cuda/a.py: there is one GPU\n4 passed, 1 skipped"
    monkeypatch.setattr(gpu.subprocess, "run", fake_run(0, text))
    assert gpu.run_tests()
    assert capsys.readouterr().out.splitlines() == text.splitlines()[1:]
    monkeypatch.setattr(gpu.subprocess, "run", fake_run(1, "FAILED a\n1 failed", "boom"))
    assert not gpu.run_tests()
    assert capsys.readouterr().out == "FAILED a\n1 failed\nboom\n"


def test_why_torch_cannot(monkeypatch):
    monkeypatch.setattr(gpu, "find_spec", lambda name: None)
    assert gpu.missing_torch() == "PyTorch is not installed"
    monkeypatch.setattr(gpu, "find_spec", lambda name: object())
    monkeypatch.setattr(gpu.subprocess, "run", fake_run(0, "\n"))
    assert gpu.missing_torch() == ""
    monkeypatch.setattr(gpu.subprocess, "run", fake_run(1, "", "Traceback\nOSError: libcudart"))
    assert gpu.missing_torch() == "OSError: libcudart"


def test_torch_without_cuda():
    torch = pytest.importorskip("torch")
    if torch.version.cuda is None:
        assert gpu.missing_torch() == "PyTorch is built without CUDA"


def test_the_worker_is_told_the_device(monkeypatch):
    def run(command, **kwargs):
        assert command[-4:] == ["minitorch", "relu", "0.1", "cuda"]
        raise Ran

    monkeypatch.setattr(compare.subprocess, "run", run)
    with pytest.raises(Ran):
        compare.compare_all([GPU_WORKLOADS["relu"]], ["minitorch"], 1, 0.1, 1, "cuda")


class Events:
    """A library whose GPU needs 3 ms for a step, 5 more for the first ones."""

    def __init__(self):
        self.now, self.steps, self.waits = 0.0, 0, 0
        self.cuda = self

    def step(self):
        self.now += 8 if self.steps < 3 else 3
        self.steps += 1

    def Event(self, enable_timing):
        outer = self

        class Event:
            def record(self):
                self.at = outer.now

            def synchronize(self):
                outer.waits += 1

            def elapsed_time(self, end):
                return end.at - self.at

        return Event()


def test_time_by_events():
    library = Events()
    assert worker.device_ms(library, library.step, 0.01) == 3.0
    assert library.waits >= 8
