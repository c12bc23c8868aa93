"""A trace as one page that needs no other file: the parts of it lie here, side by side.

``page.js`` steps, ``graph.js`` draws, and dagre (see dagre.LICENSE.txt) says where to draw.
"""

from __future__ import annotations

import html
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from ..rules import operation_at

HERE = Path(__file__).parent
HEIGHT = 640  # of the frame in a notebook, in pixels


@cache
def part(name: str) -> str:
    """The text of a file of this folder."""
    return (HERE / name).read_text(encoding="utf-8")


def page(trace: Any) -> str:
    """The whole page."""
    title = f"Backward from {trace.name}" if trace.name else "Backward"
    parts = {
        "title": html.escape(title),
        "style": part("page.css"),
        "data": embedded(data_of(trace, title)),
        "licence": part("dagre.LICENSE.txt"),
        "dagre": part("dagre.min.js"),
        "graph": part("graph.js"),
        "page": part("page.js"),
    }
    before, *rest = part("page.html").split("{{")
    pieces = [before]
    for piece in rest:
        name, _, after = piece.partition("}}")
        pieces += [parts[name], after]
    return "".join(pieces)


def frame(trace: Any) -> str:
    """The page in a frame of its own, for a notebook."""
    page_ = html.escape(page(trace))
    return (
        f'<iframe srcdoc="{page_}" title="Backward, step by step" '
        f'style="width: 100%; height: {HEIGHT}px; border: 0"></iframe>'
    )


def data_of(trace: Any, title: str) -> dict[str, Any]:
    """What the page shows, in terms of JSON."""
    steps = [asdict(step) | {"label": step.label()} for step in trace]
    operations = {}  # the source of each once, however many steps it makes
    for step in steps:
        found = dict(operation_at(rule["where"]) for rule in step["rules"])
        found.pop("", None)  # an operation of the user's own
        step["operations"] = list(found)
        operations.update(found)
    groups = [asdict(group) for group in trace.groups]
    data = {"title": title, "held": trace.held, "steps": steps, "groups": groups}
    return data | {"operations": operations}


def embedded(data: Any) -> str:
    """JSON for a script element: nothing in it can end the element or begin another."""
    text = json.dumps(plain(data), separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def plain(value: Any) -> Any:
    """The same without what JSON does not know: nan, inf and complex numbers become strings."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, complex):
        return f"{value:.4g}"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value
