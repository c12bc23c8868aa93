"""The programs in ``scripts``: PyTorch programs as the public writes them, and what they print.

``python NAME.py > NAME.txt`` with PyTorch made the files of what they print.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from minitorch.running.compare import same

FOLDER = Path(__file__).with_name("scripts")
PROGRAMS = sorted(FOLDER.glob("*.py"))


def differences(program, printed):
    """The lines of ``printed`` that are not those of the file, to 1e-4 of the numbers' size."""
    expected = program.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert len(expected) > 2
    pairs = itertools.zip_longest(printed.splitlines(), expected)
    return [pair for pair in pairs if not same(*pair, rtol=1e-4, atol=1e-6)]
