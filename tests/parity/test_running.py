"""The programs print with PyTorch what the files say; the lists of names are true."""

from __future__ import annotations

import re

import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from minitorch.running.names import LACKING, OTHERWISE
from tests.running.programs import PROGRAMS, differences
from tests.running.starting import ROOT, python, write

PAGE = (ROOT / "docs" / "deliberate-differences.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_program(program):
    """In a process of its own: a program sets PyTorch's defaults, for those after it as well."""
    lines = ["import runpy, sys", "sys.argv = sys.argv[1:]"]
    if "torchvision" in program.read_text(encoding="utf-8"):
        from . import real_torchvision  # noqa: F401 - skips the test where there is none

        lines.append("import tests.parity.real_torchvision")
    lines.append("runpy.run_path(sys.argv[0], run_name='__main__')")
    ran = python(ROOT, "-W", "ignore", "-c", "; ".join(lines), str(program))
    assert ran.returncode == 0, ran.stderr
    assert differences(program, ran.stdout) == []


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
