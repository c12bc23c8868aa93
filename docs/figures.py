"""Drawings that several chapters share: legible on a light page and on a dark one.

Backgrounds are transparent and lines are grey, so the page shows through.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

GREY = "#828a95"  # text and lines
BLUE, ORANGE, GREEN, RED = "#4f8fdb", "#e08a2e", "#3fa66b", "#d9576a"
COLORS = (BLUE, ORANGE, GREEN, RED, "#9a6dd7", "#8c7b6b")
INK = "#1b1f24"  # what is written on the fills
PALE = {"blue": "#cfe2ff", "orange": "#ffe0c2", "green": "#cdeedd", "grey": "#e6e8eb"}  # fills

plt.rcParams.update(
    {
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "savefig.dpi": 150,
        "legend.framealpha": 0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "font.size": 10,
        **dict.fromkeys(
            ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), GREY
        ),
    }
)


def cells(
    ax: Any,
    values: Any,
    title: str = "",
    colors: dict[tuple[int, int], str] | None = None,
    form: str = "{:g}",
    size: float = 9,
) -> None:
    """A matrix as boxes with its numbers in them; ``colors`` fills some, by row and column."""
    values = np.atleast_2d(np.asarray(values))
    rows, columns = values.shape
    for i, j in np.ndindex(rows, columns):
        fill = (colors or {}).get((i, j), "none")
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=fill, edgecolor=GREY, lw=0.8))
        ax.text(
            j + 0.5,
            i + 0.53,
            form.format(values[i, j]),
            ha="center",
            va="center",
            size=size,
            color=GREY if fill == "none" else "white",
            weight="normal" if fill == "none" else "bold",
        )
    ax.set(xlim=(-0.1, columns + 0.1), ylim=(rows + 0.1, -0.1), aspect="equal")
    ax.set_title(title, size=10)
    ax.axis("off")


def pictures(
    images: Any, titles: Any = (), columns: int = 8, cmap: str = "gray", **kwargs: Any
) -> Any:
    """Small images side by side; returns the figure."""
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(columns, 1.15 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for k, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image, cmap=cmap, **kwargs)
        if len(titles):
            ax.set_title(titles[k], size=9)
    figure.tight_layout(pad=0.3)
    return figure


def graph(
    labels: Mapping[Hashable, str],
    edges: Iterable[tuple[Hashable, Hashable]],
    fills: Mapping[Hashable, str] | None = None,
    edge_labels: Mapping[tuple[Hashable, Hashable], str] | None = None,
    wide: float = 1.4,
    high: float = 0.95,
) -> Figure:
    """Draw a directed graph from left to right, with the ``labels`` of its nodes in boxes.

    A node stands one column right of the last of those that lead to it. ``fills`` are names in
    `PALE`. Of several equal edges one is drawn.
    """
    edges = list(dict.fromkeys(edges))
    columns = _columns(labels, edges)
    paths, rows = _rows(labels, edges, columns)
    count = max(columns.values()) + 1
    tallest = max(rows.values()) - min(rows.values())
    figure, ax = plt.subplots(figsize=(wide * count, high * (tallest + 1)), dpi=110)
    boxes = {}
    for node, label in labels.items():
        fill = PALE[(fills or {}).get(node, "blue")]
        box = {"boxstyle": "round,pad=.35", "fc": fill, "ec": GREY}
        place = columns[node] * wide, -rows[node] * high
        text = ax.text(*place, label, color=INK, size=9, ha="center", va="center", bbox=box)
        boxes[node] = text.get_bbox_patch()
    for edge, path in paths.items():
        points = [(columns[node] * wide, -rows[node] * high) for node in path]
        for number, (start, end) in enumerate(pairwise(points), 1):
            arrow = {"arrowstyle": "-", "color": GREY, "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
            if number == 1:
                arrow |= {"patchA": boxes[edge[0]]}
            if number == len(points) - 1:
                arrow |= {"arrowstyle": "-|>", "patchB": boxes[edge[1]], "shrinkB": 2}
            # Drawn after the boxes: matplotlib knows only then how large they are.
            ax.annotate("", end, start, arrowprops=arrow, zorder=4)
        if edge_labels and edge in edge_labels:
            (x0, y0), (x1, y1) = points[:2]
            box = {"boxstyle": "round,pad=.15", "fc": PALE["grey"], "ec": "none"}
            place = x0 + 0.5 * (x1 - x0), y0 + 0.5 * (y1 - y0)
            style = {"color": INK, "size": 8, "ha": "center", "va": "center", "zorder": 5}
            ax.text(*place, edge_labels[edge], bbox=box, **style)
    ax.set_xlim(-0.5 * wide, (count - 0.5) * wide)
    ax.set_ylim(-(max(rows.values()) + 0.5) * high, -(min(rows.values()) - 0.5) * high)
    ax.axis("off")
    figure.subplots_adjust(0, 0, 1, 1)
    return figure


def _columns(nodes: Iterable[Hashable], edges: list[Any]) -> dict[Any, int]:
    """The column of each node: the length of the longest way to it."""
    column = dict.fromkeys(nodes, 0)
    for _ in range(len(column)):
        moved = [(a, b) for a, b in edges if column[b] <= column[a]]
        if not moved:
            return column
        for a, b in moved:
            column[b] = max(column[b], column[a] + 1)
    raise ValueError("a graph with a cycle has no columns")


def _rows(nodes: Iterable[Hashable], edges: list[Any], column: dict[Any, int]) -> tuple[Any, Any]:
    """The path of each edge between the boxes, and rows for all, so that few edges cross."""
    paths = {}
    for a, b in edges:  # an edge over several columns takes a place in each
        between = [(a, b, c) for c in range(column[a] + 1, column[b])]
        column |= {stop: stop[2] for stop in between}
        paths[a, b] = [a, *between, b]
    layers: list[list[Any]] = [[] for _ in range(max(column.values()) + 1)]
    for node, number in column.items():
        layers[number].append(node)
    links = [link for path in paths.values() for link in pairwise(path)]
    row: dict[Any, float] = {}
    for layer in layers:
        row |= {node: place - (len(layer) - 1) / 2 for place, node in enumerate(layer)}
    for sweep in range(8):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            near = {
                node: [row[a if b == node else b] for a, b in links if node in (a, b)]
                for node in layer
            }
            layer.sort(key=lambda node: sum(near[node]) / max(len(near[node]), 1))
            for place, node in enumerate(layer):
                row[node] = place - (len(layer) - 1) / 2
    return paths, row
