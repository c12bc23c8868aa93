"""Writes names.txt: what the real CuPy has.

Run it where CuPy and CUDA's libraries are installed, on a Python from 3.11 on and with ``-P``, or
it would read the stand-in. It needs no GPU.

A line is a name and the parameters of a function (``=`` marks one that may be left out), or a name,
a colon and the dtypes for which a ufunc has a loop.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import cupy
import cupyx.scipy.special
import numpy as np
import scipy.special

PLACES = [
    ("cupy", cupy, np),
    ("cupy.linalg", cupy.linalg, np.linalg),
    ("cupy.fft", cupy.fft, np.fft),
    ("cupyx.scipy.special", cupyx.scipy.special, scipy.special),
    ("cupy.ndarray", cupy.ndarray, np.ndarray),
]
ORDINARY = {"__abs__", "__neg__", "__pos__", "__invert__", "__len__"}


def parameters(function: Any) -> str:
    """The parameters of a function; those of a compiled one stand in its documentation."""
    try:
        text = str(inspect.signature(function))
    except (TypeError, ValueError):
        text = (function.__doc__ or "").split("\n")[0]
        if "(" not in text:
            return "*args **kwargs"
        text = text[text.index("(") :].split(" -> ")[0]
    text = re.sub(r"<[^>]*>", "...", text.rsplit(" -> ", 1)[0])
    text = re.sub(r"'[^']*'|\[[^\]]*\]", "...", text).strip()[1:-1]
    found = []
    for part in re.split(r",\s*(?![^()]*\))", text):
        name, default, _ = part.partition("=")
        words = name.partition(":")[0].split()
        if words and words != ["self"]:
            found.append(words[-1] + ("=" if default else ""))
    return " ".join(found)


def lines() -> list[str]:
    found = [f"version {cupy.__version__}"]
    for place, owner, twin in PLACES:
        for name in sorted(dir(owner)):
            if name.startswith("_") and name not in ORDINARY:
                continue
            value = getattr(owner, name)
            if isinstance(value, cupy.ufunc):
                at = value._scatter_op or "-"
                found.append(f"{place}.{name}: {at} {' '.join(value.types)}")
            elif callable(value) and not isinstance(value, type) and hasattr(twin, name):
                found.append(f"{place}.{name} {parameters(value)}".rstrip())
    return found


if __name__ == "__main__":
    Path(__file__).with_name("names.txt").write_text("\n".join(lines()) + "\n")
