"""The page of deliberate differences is true: both libraries do what it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deliberate-differences.md"
ROWS = re.findall(
    r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \| .+ \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)


def outcome(lib, line):
    """The value of the last expression, or the class of the exception."""
    program = ast.parse(line)
    last = ast.Expression(program.body.pop().value)
    here = {"mt": lib}
    try:
        exec(compile(program, line, "exec"), here)
        return repr(eval(compile(last, line, "eval"), here))
    except Exception as error:
        return type(error).__name__


@pytest.mark.parametrize(("line", "theirs", "ours"), ROWS, ids=[row[0] for row in ROWS])
def test_the_difference_is_as_the_page_says(line, theirs, ours):
    assert outcome(torch, line) == theirs
    assert outcome(mt, line) == ours


def test_every_row_of_the_table_is_read():
    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    assert len(ROWS) == len(table) - 2 > 10


def test_a_reference_cycle_is_neither_made_nor_warned_of(recwarn):
    x = mt.ones(1, requires_grad=True)
    (x * x).sum().backward(create_graph=True)
    assert [str(warning.message) for warning in recwarn] == []


def test_dtypes_and_errors_speak_of_torch():
    assert repr(mt.float32) == "torch.float32"
    x = mt.ones(2, requires_grad=True)
    y = (x * x).sum()
    with mt.no_grad():
        x.mul_(2)
    with pytest.raises(RuntimeError, match=r"torch\.FloatTensor"):
        y.backward()
