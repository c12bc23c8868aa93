"""The programs print with PyTorch what the files say; the lists of names are true."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import sys
import warnings

import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from minitorch.running.names import LACKING, OTHERWISE
from tests.running.programs import PROGRAMS, differences
from tests.running.starting import ROOT, python, write

PAGE = (ROOT / "docs" / "deliberate-differences.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_program(program, monkeypatch):
    if "torchvision" in program.read_text(encoding="utf-8"):
        from . import real_torchvision  # noqa: F401
    monkeypatch.setattr(sys, "argv", [str(program)])
    state = torch.get_rng_state()
    with contextlib.redirect_stdout(io.StringIO()) as printed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(program), run_name="__main__")
    torch.set_rng_state(state)
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_float32_matmul_precision("highest")
    assert differences(program, printed.getvalue()) == []


def test_pytorch_has_the_lacking_names():
    assert {*dir(torch.Tensor), *dir(torch.nn.Module)} >= LACKING


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_otherwise_is_on_the_page(name):
    for lib in (torch, mt):
        thing = lib
        for part in name.split(".")[1:]:
            thing = getattr(thing, part)
    assert re.search(rf"\b{name.rpartition('.')[2]}\b", PAGE)


def test_compare_with_pytorch(tmp_path):
    write(
        tmp_path,
        "lesson.py",
        """
        import sys, torch
        torch.manual_seed(0)
        print(torch.rand(3).sum().item(), sys.argv[1:])
        print(torch.nn.Linear(2, 1)(torch.ones(2)))
        """,
    )
    done = python(tmp_path, "-m", "minitorch", "compare", "lesson.py", "--word")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("['--word']") == 2
    assert done.stdout.endswith("2 lines, no difference (rtol=0.0001, atol=1e-06).\n")
    write(tmp_path, "lesson.py", "import torch\nprint(1)\nprint(torch.__version__)\n")
    done = python(tmp_path, "-m", "minitorch", "compare", "lesson.py")
    assert done.returncode == 1
    assert done.stdout.endswith("1 of 2 lines differ, first line 2.\n")
