"""Runs a program with MiniTorch and with PyTorch, and shows what both print, line by line."""

from __future__ import annotations

import importlib.util
import itertools
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

EQUAL, DIFFERENT, NOT_COMPARED = 0, 1, 2  # exit codes
NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?\b(?:nan|inf)\b)")
WHOLE = re.compile(r"[-+]?\d+")


def compare(script: str, arguments: Sequence[str], rtol: float, atol: float) -> int:
    """Prints both outputs side by side, marks where they part, and returns the exit code."""
    if importlib.util.find_spec("torch") is None:
        print("minitorch compare needs PyTorch, which is not installed here.", file=sys.stderr)
        return NOT_COMPARED
    program = [script, *arguments]
    runs = {"MiniTorch": ["-m", "minitorch", "run", *program], "PyTorch": program}
    outputs, codes = [], []
    for name, words in runs.items():
        done = subprocess.run(
            [sys.executable, *words],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )
        outputs.append(done.stdout.splitlines())
        codes.append(done.returncode)
        if done.returncode:
            print(f"{name}: exit code {done.returncode}, see above", file=sys.stderr)
    different = show(list(runs), outputs, rtol, atol)
    lines = max(map(len, outputs))
    if different:
        print(f"{len(different)} of {lines} lines differ, first line {different[0]}.")
    else:
        print(f"{lines} lines, no difference (rtol={rtol:g}, atol={atol:g}).")
    if codes[0] != codes[1]:
        print(f"The exit codes differ: {codes[0]} and {codes[1]}.")
    return DIFFERENT if different or codes[0] != codes[1] else EQUAL


def show(names: list[str], outputs: list[list[str]], rtol: float, atol: float) -> list[int]:
    """Prints two columns, as wide as the terminal; the numbers of the lines that differ."""
    width = max(20, (shutil.get_terminal_size((120, 24)).columns - 8) // 2)
    print(f"{'line':>4}    {names[0]:{width}} {names[1]}")
    different: list[int] = []
    for number, (ours, theirs) in enumerate(itertools.zip_longest(*outputs), 1):
        if ours == theirs:
            mark = " "
        elif same(ours, theirs, rtol, atol):
            mark = "~"
        else:
            mark = "!" if different else ">"
            different.append(number)
        left, right = (fit("(nothing)" if x is None else x, width) for x in (ours, theirs))
        print(f"{number:4} {mark}  {left:{width}} {right}".rstrip())
        if mark == ">":
            print(f"     ^  the first difference{pointer(ours, theirs)}")
    return different


def fit(line: str, width: int) -> str:
    """The line, cut where the next column begins."""
    line = line.expandtabs()
    return line if len(line) < width else line[: width - 2] + "…"


def same(ours: str | None, theirs: str | None, rtol: float, atol: float) -> bool:
    """Whether two lines have the same words, and numbers that are close; whole numbers are equal.

    >>> same("epoch 3 loss 0.12345", "epoch 3  loss 0.12346", 1e-3, 0.0)
    True
    >>> same("epoch 3 loss 0.12345", "epoch 4 loss 0.12345", 1e-3, 0.0)
    False
    """
    if ours is None or theirs is None:
        return False
    mine, yours = (NUMBER.split(line) for line in (ours, theirs))
    if len(mine) != len(yours):
        return False
    # split() puts the numbers at the odd places, and the words around them.
    words = all(a.split() == b.split() for a, b in zip(mine[::2], yours[::2], strict=True))
    return words and all(
        close(a, b, rtol, atol) for a, b in zip(mine[1::2], yours[1::2], strict=True)
    )


def close(ours: str, theirs: str, rtol: float, atol: float) -> bool:
    """Whether two numbers are as good as equal: whole ones if they are equal."""
    if WHOLE.fullmatch(ours) and WHOLE.fullmatch(theirs):
        return int(ours) == int(theirs)
    a, b = float(ours), float(theirs)
    return math.isclose(a, b, rel_tol=rtol, abs_tol=atol) or (math.isnan(a) and math.isnan(b))


def pointer(ours: str | None, theirs: str | None) -> str:
    """Names the largest relative distance between the numbers of two lines of the same form."""
    mine, yours = (NUMBER.findall(line or "") for line in (ours, theirs))
    if not mine or len(mine) != len(yours):
        return ""
    pairs = [(float(a), float(b)) for a, b in zip(mine, yours, strict=True)]
    far = max(abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0 for a, b in pairs)
    return f": the numbers differ by up to {far:.1e} of their size" if far > 0 else ""
