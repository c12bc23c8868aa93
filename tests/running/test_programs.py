"""PyTorch programs run without a change, and print what they print with PyTorch."""

from __future__ import annotations

import pytest

from tests.running.programs import PROGRAMS, differences
from tests.running.starting import run


def test_there_are_programs():
    assert len(PROGRAMS) >= 25
    assert all("minitorch" not in program.read_text(encoding="utf-8") for program in PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_program(program, tmp_path):
    if "torchvision" in program.read_text(encoding="utf-8"):
        pytest.importorskip("PIL")
    done = run(tmp_path, str(program))
    assert done.returncode == 0, done.stderr
    assert differences(program, done.stdout) == []
