"""PyTorch says to the lines of ``tests/lines`` what stands there."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from tests.test_lines import outcome, table


@pytest.mark.parametrize(("line", "said"), table())
def test_line(line, said):
    assert outcome(torch, line) == said
