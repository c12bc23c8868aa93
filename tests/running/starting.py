"""Starting programs in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


def python(folder, *words):
    """What ``python WORDS`` does in ``folder``."""
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=folder, env=ENVIRONMENT
    )


def run(folder, *words):
    """What ``minitorch run WORDS`` does there."""
    return python(folder, "-m", "minitorch", "run", *words)


def write(folder, name, program):
    file = folder / name
    file.write_text(textwrap.dedent(program), encoding="utf-8")
    return file
