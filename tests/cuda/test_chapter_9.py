"""What chapter 9 of the documentation shows of GPUs, and does not run where there is none."""

from __future__ import annotations

import re
import time
from pathlib import Path

import minitorch as mt

PAGE = Path(__file__).resolve().parents[2] / "docs" / "chapters" / "9-gpu.md"
CODE = re.findall(r"```(?:python|\{code-cell\} ipython3)\n(.*?)```", PAGE.read_text("utf-8"), re.S)


def part(word):
    (code,) = [code for code in CODE if word in code]
    return code


def test_two_streams():
    x, w1, w2 = (mt.randn(3, 3, device="cuda") for _ in range(3))
    here = {"mt": mt, "x": x, "w1": w1, "w2": w2}
    exec(part("wait_stream"), here)
    assert mt.allclose(here["c"].cpu(), x.cpu() @ (w1 + w2).cpu(), atol=1e-5)


def test_the_law():
    here = {"mt": mt, "time": time}
    exec(part("def law").partition("\nprint(")[0], here)
    numbers = here["law"](count=10**6, repeat=3)
    assert numbers.keys() == {"launch", "bandwidth", "link"}
    assert numbers["launch"] > 0 and numbers["link"] > 0
