"""`Trace`: the steps of a backward pass, as text and as a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import page, text
from .record import Group, Step


class Trace:
    """The steps of one backward pass: ``print`` it, step through its page, or go over its steps.

    In a notebook it shows itself as the page.

    >>> x = mt.tensor(3.0, requires_grad=True)
    >>> trace = mt.trace(x * x)
    >>> trace
    Trace(2 steps)
    >>> [(step.name, step.incoming[0].values) for step in trace]
    [('MulBackward0', 1.0), ('x', 6.0)]
    """

    def __init__(self, steps: list[Step], groups: list[Group], held: int, name: str = "") -> None:
        self.steps = steps
        self.groups = groups  # the calls of modules that were recorded
        self.held = held  # bytes that the graph keeps for backward
        self.name = name  # of the variable that backward began with

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, index: Any) -> Any:
        return self.steps[index]

    def __repr__(self) -> str:
        return f"Trace({len(self)} steps)"

    def __str__(self) -> str:
        return text.written(self)

    def step(self, number: int) -> str:
        """The text of one step alone, by its number in the whole text, from 1 on.

        >>> x = mt.tensor(3.0, requires_grad=True)
        >>> print(mt.trace(x * 2).step(2))
        Step 2: leaf x
          is   ()  3
          in   ()  2
        """
        if not 1 <= number <= len(self):
            raise IndexError(f"there is no step {number}: they go from 1 to {len(self)}")
        return "\n".join(text.lines(self, self.steps[number - 1]))

    def html(self) -> str:
        """The page on which one can step through the pass. It needs nothing but a browser."""
        return page.page(self)

    def save(self, path: Any) -> None:
        """Write the page to a file."""
        Path(path).write_text(self.html(), encoding="utf-8")

    def _repr_html_(self) -> str:
        return page.frame(self)
