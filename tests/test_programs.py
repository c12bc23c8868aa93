"""Short programs and what they print: the files in ``tests/programs``.

Each program is followed by ``prints:`` and what it must print, here and, in the parity tests, with
live PyTorch. An exception prints its class and the first line of its message, a warning likewise.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from pathlib import Path

import pytest

import minitorch as mt

FOLDER = Path(__file__).with_name("programs")


def table():
    """(program, what it prints) as parameters of a test."""
    rows = []
    for file in sorted(FOLDER.glob("*.txt")):
        for number, part in enumerate(file.read_text(encoding="utf-8").split("\n----\n")):
            program, _, printed = part.strip().partition("\nprints:")
            program = re.sub(r"^(#.*\n)+", "", program)
            rows.append(pytest.param(program, printed.strip(), id=f"{file.stem}-{number}"))
    return rows


def printed(lib, program):
    """What ``program`` prints with ``lib`` as torch, without addresses and places in files."""
    names = {"torch": lib, "nn": lib.nn, "F": lib.nn.functional, "__name__": "program"}
    program = program.replace("from torch.", f"from {lib.__name__}.")
    with (
        contextlib.redirect_stdout(io.StringIO()) as text,
        warnings.catch_warnings(record=True) as seen,
    ):
        warnings.simplefilter("always")
        try:
            exec(compile(program, "program.py", "exec"), names)
        except Exception as error:
            print(f"{type(error).__name__}: {first_line(error)}")
    seen = [w for w in seen if w.category is not RuntimeWarning]  # of NumPy: 0 / 0
    told = [f"{w.category.__name__}: {first_line(w.message)}" for w in seen]
    lines = re.sub(r" object at 0x\w+", "", text.getvalue()).splitlines() + told
    return "\n".join(line.rstrip() for line in lines).strip()


def first_line(message):
    """The first line, without C++'s places and lists of signatures."""
    line = str(message).split("\n")[0].split(" - got ")[0].split(", but expected one of")[0]
    return line.split(" (Triggered internally")[0]


@pytest.mark.parametrize(("program", "expected"), table())
def test_program(program, expected):
    assert printed(mt, program) == expected
