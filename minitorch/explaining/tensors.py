"""What `explain` says of a tensor: its memory, and which parts of it the tensor sees."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np

from .. import backend
from ..ops.memory_views import memory_of, offset_of, steps_of
from ..printing import element_texts
from ..tables import in_bytes

SHOWN = 64  # elements of memory that are drawn; of a larger one the facts alone are told
SEEN = 4096  # elements of a tensor, which may be expanded, that are looked for in it
WIDE = 12  # elements drawn in one line
LINE = 80  # characters in one line
STYLE = """<style>
.mt-tensor {font: 13px/1.5 system-ui, sans-serif; color: inherit; overflow-x: auto}
.mt-tensor table {border-collapse: separate; border-spacing: 3px; margin: 8px 0; border: 0}
.mt-tensor td {border: 1px solid rgba(128, 128, 128, .45); border-radius: 4px; padding: 3px 9px;
  text-align: center; background: none; color: inherit; min-width: 34px}
.mt-tensor td.mt-seen {background: rgba(56, 132, 255, .28); border-color: rgba(56, 132, 255, .9)}
.mt-tensor td:not(.mt-seen) b {opacity: .55; font-weight: 400}
.mt-tensor td b {display: block; font-variant-numeric: tabular-nums}
.mt-tensor small {display: block; font-size: 11px; opacity: .75}
.mt-tensor dl {display: grid; grid-template-columns: max-content minmax(0, auto);
  gap: 1px 14px; margin: 0}
.mt-tensor dl dt {opacity: .7; font-weight: 400; margin: 0} .mt-tensor dd {margin: 0}
.mt-tensor p {margin: 4px 0}
</style>"""


class TensorExplained:
    """What `explain` found of a tensor: ``print`` it, or let a notebook show it."""

    def __init__(self, tensor: Any) -> None:
        array = tensor._array
        xp = backend.array_module(array)
        self.shape, self.strides = array.shape, steps_of(array)
        self.offset = offset_of(array)
        memory = memory_of(xp, array)
        self.memory_size = int(memory.size)
        self.facts = self._facts(tensor, memory)
        self.seen: dict[int, list[str]] = {}
        self.cells: list[str] = []
        if 0 < memory.size <= SHOWN and tensor.numel() <= SEEN:
            self.cells = [text.strip() for text in element_texts(backend.to_numpy(memory))[0]]
            for index in np.ndindex(self.shape):
                place = self.offset + sum(map(int.__mul__, index, self.strides))
                self.seen.setdefault(place, []).append(",".join(map(str, index)))
        self.per_line = line_length(self.strides, self.memory_size, self._width())

    def _facts(self, tensor: Any, memory: Any) -> list[tuple[str, str]]:
        """The facts: pairs of a name and what there is to say."""
        view = tensor._view
        facts = [
            ("shape", f"{list(self.shape)}: {count(tensor.numel(), 'element')}, {tensor.dtype}"),
            ("device", str(tensor.device)),
            ("strides", f"{self.strides}{in_words(self.strides)}"),
            ("offset", f"{self.offset}: where in the storage its first element lies"),
            ("place", formula(self.offset, self.strides)),
            ("contiguous", contiguity(tensor)),
            ("storage", storage(tensor, memory)),
        ]
        if view is None:
            facts.append(("base", "none: it is no view of another tensor"))
        else:
            steps = " → ".join(operation.function_name() for operation, _ in view.steps)
            facts.append(("base", f"a tensor of shape {list(view.base.shape)}, by {steps}"))
        if tensor._counter is None:
            facts.append(("version", "not counted: made in inference mode"))
        else:
            changes = count(tensor._version, "in-place change") if tensor._version else "no change"
            facts.append(("version", f"{tensor._version}: {changes} of this storage so far"))
        node = tensor.grad_fn
        if node is not None:
            facts.append(("grad_fn", f"{node.name()}: an operation made it, so it is no leaf"))
        else:
            says = "backward fills .grad" if tensor.requires_grad else "it gets no gradient"
            facts.append(("is_leaf", f"True; requires_grad={tensor.requires_grad}, so {says}"))
        return facts

    def _labels(self, place: int) -> str:
        """Which elements of the tensor lie at this place of the memory."""
        found = self.seen.get(place, [])
        return "" if not found else found[0] + (f" ×{len(found)}" if len(found) > 1 else "")

    def _width(self) -> int:
        labels = [self._labels(place) for place in range(len(self.cells))]
        return max(map(len, [*self.cells, *labels]), default=1) + 2

    def _grid(self) -> list[str]:
        """The memory in lines: above each element its place, below it its index in the tensor."""
        width, lines = self._width(), []
        for start in range(0, len(self.cells), self.per_line):
            places = range(start, min(start + self.per_line, len(self.cells)))
            values = [
                f"[{self.cells[p]}]" if p in self.seen else f" {self.cells[p]} " for p in places
            ]
            for name, cells in (
                ("place", map(str, places)),
                ("value", values),
                ("index", map(self._labels, places)),
            ):
                lines.append(f"{name:6}" + " ".join(cell.center(width) for cell in cells).rstrip())
            lines.append("")
        return lines

    def text(self) -> str:
        """The explanation in characters."""
        facts = [f"{name:12}{fact}" for name, fact in self.facts]
        if not self.cells:
            return "\n".join(facts)
        told = "The storage; the tensor sees what is in brackets."
        return "\n".join([*facts, "", told, "", *self._grid()]).rstrip()

    def html(self) -> str:
        """The explanation as a part of a page."""
        facts = "".join(f"<dt>{name}</dt><dd>{html.escape(fact)}</dd>" for name, fact in self.facts)
        lines = []
        for start in range(0, len(self.cells), self.per_line):
            cells = ""
            for place in range(start, min(start + self.per_line, len(self.cells))):
                seen = ' class="mt-seen"' if place in self.seen else ""
                label = html.escape(self._labels(place)) or "&nbsp;"
                cells += (
                    f"<td{seen}><small>{place}</small><b>{html.escape(self.cells[place])}</b>"
                    f"<small>{label}</small></td>"
                )
            lines.append(f"<tr>{cells}</tr>")
        told = (
            "The storage, place by place; coloured is what the tensor sees, and under it the index."
        )
        grid = f"<p>{told}</p><table>{''.join(lines)}</table>" if lines else ""
        return f'{STYLE}<div class="mt-tensor"><dl>{facts}</dl>{grid}</div>'

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html()


def count(number: int, thing: str) -> str:
    """``1 element``, ``2 elements``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def index_names(dims: int) -> list[str]:
    """The letters that stand for an index in each dimension."""
    return list("ijklmn"[:dims]) if dims <= 6 else [f"i{dim}" for dim in range(dims)]


def formula(offset: int, strides: tuple[int, ...]) -> str:
    """How the place of an element comes of its index."""
    names = index_names(len(strides))
    if not names:
        return f"x lies at offset = {offset}"
    general = [f"{name}·stride{dim}" for dim, name in enumerate(names)]
    numbers = [f"{name}·{step}" for name, step in zip(names, strides, strict=True)]
    left = f"x[{', '.join(names)}] lies at "
    if len(names) > 2:
        return left + " + ".join([str(offset), *numbers])
    return left + " + ".join(["offset", *general]) + " = " + " + ".join([str(offset), *numbers])


def in_words(strides: tuple[int, ...]) -> str:
    """What the strides mean, where rows and columns have names."""
    if not strides:
        return ": one number needs none"
    if len(strides) > 2:
        return ": how far it is to the next " + ", ".join(index_names(len(strides)))
    names = ["row", "column"] if len(strides) == 2 else ["element"]
    steps = [
        f"next {name} {count(step, 'place') + ' on' if step else 'in the same place'}"
        for name, step in zip(names, strides, strict=True)
    ]
    return ": " + ", ".join(steps)


def contiguity(tensor: Any) -> str:
    """Whether the elements lie in order and without gaps, and what follows."""
    if tensor.is_contiguous():
        return "yes: in order of their index and without gaps"
    steps = [math.prod(tensor.shape[dim + 1 :]) for dim in range(tensor.ndim)]
    return f"no: that would be strides {tuple(steps)}; x.contiguous() makes such a copy"


def storage(tensor: Any, memory: Any) -> str:
    """How large the storage is, and how much of it is this tensor."""
    size = f"{count(int(memory.size), 'element')} of {count(tensor.itemsize, 'byte')}"
    return f"{size}, {in_bytes(int(memory.nbytes))}"


def line_length(strides: tuple[int, ...], size: int, width: int) -> int:
    """How many elements to draw in a line: those of a stride, so that rows stand in columns."""
    fit = max(1, min(WIDE, (LINE - len("index  ")) // (width + 1)))
    rows = [step for step in strides if 1 < step <= fit and size % step == 0]
    return max(rows, default=fit)
