"""The programs of ``tests/programs`` print with PyTorch what the files say."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tests.test_programs import printed, table


@pytest.mark.parametrize(("program", "expected"), table())
def test_program(program, expected):
    assert printed(torch, program) == expected
