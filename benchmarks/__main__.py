"""Prints how MiniTorch stands to PyTorch on the machine at hand: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import compileall
import math
import os
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from .compare import ROOT, Row, compare_all
from .workloads import WORKLOADS

LABELS = {"torch": "torch", "minitorch": "MiniTorch", "compiled": "compiled"}


def arguments() -> argparse.Namespace:
    """Returns what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time the same programs in PyTorch and MiniTorch, side by side.",
        epilog=f"workloads: {', '.join(WORKLOADS)}",
    )
    parser.add_argument(
        "--only", action="append", metavar="NAME", choices=WORKLOADS, help="may be given repeatedly"
    )
    parser.add_argument("--quick", action="store_true", help="one short round: a look, no figures")
    parser.add_argument("--rounds", type=int, default=5, help="processes per library (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="per process (default 1)")
    parser.add_argument("--threads", type=int, default=2, help="for both libraries (default 2)")
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw the table, too: FILE.png")
    given = parser.parse_args()
    if given.quick:
        given.rounds, given.seconds = 1, 0.1
    if given.rounds < 1 or given.threads < 1 or given.seconds <= 0:
        parser.error("--rounds, --threads and --seconds must be positive")
    return given


def has_compiler() -> bool:
    """Whether `minitorch.compile` finds one; asked in a process of its own.

    What this process has held counts as memory of the processes that it starts.
    """
    program = "from minitorch import cpp; print(cpp.compiler() or '')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    return bool(done.stdout.strip())


def digits(number: float) -> str:
    """Returns the number with three digits that count, never in the form 1e-05."""
    return f"{number:.{max(0, 2 - math.floor(math.log10(number)))}f}"


def cells(row: Row, libraries: list[str], indent: str = "") -> list[str]:
    """Returns the row as text, a string to a column."""
    shown = [indent + row.title]
    for library in libraries:
        shown.append(digits(row.ms[library]) if library in row.ms else "")
        if compared(library, libraries):
            ratio = row.ratio(library)
            shown.append("" if ratio is None else f"{ratio:.2f}")
    if "torch" in libraries:
        shown.append("" if row.target is None else f"{row.target:g}")
        shown.append(row.verdict)
    else:
        shown.append(row.problem)
    return shown + [
        f"{row.memory[library]:.1f}" if library in row.memory else "" for library in libraries
    ]


def compared(library: str, libraries: list[str]) -> bool:
    """Whether the table has the ratio of the library's time to torch's."""
    return library != "torch" and "torch" in libraries


def table(rows: list[Row], libraries: list[str], markdown: bool) -> str:
    """Returns the rows as an aligned table, of Markdown if asked."""
    heads = ["workload"]
    for library in libraries:
        heads += [f"{LABELS[library]} ms", *["ratio"] * compared(library, libraries)]
    heads += ["at most", "verdict"] if "torch" in libraries else ["verdict"]
    heads += [f"{LABELS[library]} MiB" for library in libraries]
    lines = [heads]
    for row in rows:
        lines.append(cells(row, libraries))
        lines += [cells(part, libraries, indent="– ") for part in row.parts]

    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def drawn(line: list[str]) -> str:
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        text = (" | " if markdown else "  ").join([first, *others])
        return f"| {text} |" if markdown else text.rstrip()

    rule = [
        ("-" * width if place == 0 else "-" * (width - 1) + ":") if markdown else "-" * width
        for place, width in enumerate(widths)
    ]
    return "\n".join([drawn(lines[0]), drawn(rule), *map(drawn, lines[1:])])


def memory(rows: list[Row]) -> str:
    """Returns a line on the memory of the training steps; an empty one if there were none."""
    ratios = [
        row.memory["minitorch"] / row.memory["torch"]
        for row in rows
        if row.title.startswith("Training step") and row.ratio() is not None
    ]
    if not ratios:
        return ""
    verdict = "met" if max(ratios) <= 1 else "missed"
    return (
        f"Memory of the training steps, MiniTorch's over torch's: {min(ratios):.2f} to "
        f"{max(ratios):.2f}; at most 1: {verdict}."
    )


def machine(threads: int, versions: dict[str, str]) -> str:
    """Returns a line that says what the figures were measured on."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    used = {"Python": platform.python_version()}
    used |= {LABELS[name]: version for name, version in versions.items() if name != "compiled"}
    software = ", ".join(f"{name} {version}" for name, version in used.items())
    return f"{processor}, {cores} cores, {threads} threads, {software}"


def main() -> int:
    """Measures, prints, and returns 1 if a workload failed or gave other numbers than torch's."""
    given = arguments()
    # torch must not be imported here: this process is to stay small and idle.
    libraries = [library for library in ("torch", "minitorch") if find_spec(library)]
    if has_compiler():
        libraries.append("compiled")
    # As pip does with what it installs: else the import would be timed together with the compiler.
    compileall.compile_dir(ROOT / "minitorch", quiet=2)
    workloads = [WORKLOADS[name] for name in given.only or WORKLOADS]
    rows, versions, failures = compare_all(
        workloads, libraries, given.rounds, given.seconds, given.threads
    )
    print(machine(given.threads, versions), end="\n\n")
    print(table(rows, libraries, given.markdown))
    print(
        "\nms: median of the processes' medians; a row with parts: their geometric mean."
        "\ncompiled: MiniTorch after mt.compile. met compiled: only so."
        "\nMiB: the most memory held over the bare import; for the import, what it took itself."
    )
    print(memory(rows))
    if given.chart is not None:
        from .chart import draw

        draw(rows, given.chart)
    for text in failures:
        print(f"\n{text}", file=sys.stderr)
    return 1 if any(row.problem for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
