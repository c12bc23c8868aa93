"""`mt.cuda` on the stand-in for CuPy, in a process of its own: here there is no GPU."""

from __future__ import annotations

import subprocess
import sys

import pytest

import minitorch as mt


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU: tests/cuda run on it")
def test_cuda_on_the_standin():
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--standin"]
    files = ["tests/cuda/test_cuda.py", "tests/cuda/test_standin.py"]
    done = subprocess.run([*command, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
