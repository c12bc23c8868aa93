"""Draws the table: a bar for each ratio, and a curve for each row that grows with a number."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from .compare import Row

COLOURS = {"torch": "tab:orange", "minitorch": "tab:blue", "compiled": "navy"}
LABELS = {"torch": "PyTorch", "minitorch": "MiniTorch", "compiled": "MiniTorch, compiled"}


def grows(row: Row) -> bool:
    """Whether the parts of ``row`` are sizes."""
    return bool(row.parts) and all(part.title.isdigit() for part in row.parts)


def draw(rows: list[Row], path: Path) -> None:
    """Write the picture of ``rows`` to ``path``; the ending of its name says the format."""
    bars = [row for row in rows if row.ratio() is not None and not grows(row)]
    curves = [row for row in rows if row.ms and grows(row)]
    figure = plt.figure(
        figsize=(10, 0.4 * len(bars) + 3.5 * bool(curves) + 1), layout="constrained"
    )
    heights = [0.4 * len(bars) + 0.5] * bool(bars) + [3.5] * bool(curves)
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    if bars:
        draw_ratios(parts[0].subplots(), bars)
    if curves:
        places = parts[-1].subplots(1, len(curves), squeeze=False)[0]
        for axes, row in zip(places, curves, strict=True):
            draw_growth(axes, row)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_ratios(axes: Axes, rows: list[Row]) -> None:
    """A bar for each row; a tick where its target is, a point where it is compiled."""
    places = range(len(rows))
    ratios = [row.ratio() or 1.0 for row in rows]
    # From 1 to the left: faster than PyTorch. To the right: slower.
    colours = [COLOURS["minitorch" if ratio <= 1 else "torch"] for ratio in ratios]
    axes.barh(places, [ratio - 1 for ratio in ratios], left=1, color=colours)
    for place, row, ratio in zip(places, rows, ratios, strict=True):
        compiled = row.ratio("compiled")
        axes.annotate(
            f"{ratio:.2f}",
            (max(1, ratio, compiled or 0), place),  # to the right of all that is drawn
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
        if compiled is not None:
            axes.plot(compiled, place, "D", color=COLOURS["compiled"], markersize=5)
        if row.target is not None:
            axes.plot([row.target] * 2, [place - 0.4, place + 0.4], color="black", linewidth=1.5)
    axes.axvline(1, color="grey", linewidth=1)
    axes.set_xscale("log", base=2)
    marks = [mark for row in rows for mark in (row.target, row.ratio("compiled"))]
    reach = [0.5, 2.0, *ratios, *[mark for mark in marks if mark is not None]]
    axes.set_xlim(min(reach) / 1.5, max(reach) * 1.5)
    axes.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g}")
    axes.set_yticks(places, [row.title for row in rows], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel(
        "time of MiniTorch / time of PyTorch; blue: faster, orange: slower,\n"
        "black: target, diamond: after mt.compile"
    )


def draw_growth(axes: Axes, row: Row) -> None:
    """Milliseconds by size, a curve for each library."""
    sizes = [int(part.title) for part in row.parts]
    for library in row.ms:
        times = [part.ms[library] for part in row.parts]
        axes.plot(sizes, times, "o-", color=COLOURS[library], label=LABELS[library])
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.yaxis.set_major_formatter(lambda ms, _: f"{ms:g}")
    axes.yaxis.set_minor_formatter(lambda ms, _: "")
    axes.set_title(row.title, fontsize=8)
    axes.set_ylabel("ms")
    axes.legend()
