"""One line of a program and what it says: its value, or the error that it raises.

The files in ``tests/lines`` are full of them, each with what it says indented below it. MiniTorch
must say that here, and live PyTorch in the parity tests.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import minitorch as mt

FOLDER = Path(__file__).with_name("lines")


def table():
    """(line, what it says) as parameters of a test."""
    rows = []
    for file in sorted(FOLDER.glob("*.txt")):
        lines = file.read_text(encoding="utf-8").splitlines()
        lines = [line for line in lines if line and not line.startswith("#")]
        for line, said in zip(lines[::2], lines[1::2], strict=True):
            assert said.startswith("    "), f"{file.name}: {line}"
            rows.append(pytest.param(line, said.strip(), id=f"{file.stem}-{line}"))
    return rows


def outcome(lib, line):
    """What ``line`` says with ``lib`` as torch, white space and C++ signatures left out."""
    names = {"torch": lib, "nn": lib.nn, "F": lib.nn.functional, "np": np, "inf": float("inf")}
    names["s"], names["v"], names["x"] = (
        lib.tensor(1.0),
        lib.arange(3.0),
        lib.arange(6.0).view(2, 3),
    )
    names["c"], names["e"], names["cube"] = lib.tensor([1j, 2]), lib.zeros(0, 3), lib.ones(2, 3, 2)
    names["w"] = lib.ones(2, 3, requires_grad=True)
    names["square"] = lib.tensor([[2.0, 1.0], [1.0, 3.0]])
    names["image"], names["kernel"] = lib.ones(1, 1, 4, 4), lib.ones(1, 1, 3, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return " ".join(repr(eval(line, names)).split())
        except Exception as error:
            sentence = str(error).split("\n")[0].split(" - got ")[0]
            sentence = sentence.split(", but expected one of")[0].strip()
            return f"{type(error).__name__.lstrip('_')}: {sentence}"  # torch.linalg.LinAlgError


@pytest.mark.parametrize(("line", "said"), table())
def test_line(line, said):
    assert outcome(mt, line) == said
    if ": " in said:  # an error, also if the function has been called before
        assert outcome(mt, line) == said
