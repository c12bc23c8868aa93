"""What a trace is made of: plain data, which holds neither the graph nor a tensor of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import backend

SMALL = 64  # a tensor of up to so many elements is recorded with its values


@dataclass(frozen=True)
class Numbers:
    """What is recorded of a tensor: some statistics and, if it is small, all its values.

    >>> numbers = mt.tracing.Numbers.of(mt.tensor([1.0, 3.0]).numpy())
    >>> numbers.shape, numbers.statistics["mean"], numbers.values
    ((2,), 2.0, [1.0, 3.0])
    """

    shape: tuple[int, ...]
    dtype: str
    statistics: dict[str, float]  # min, mean, max, norm of the finite; how many are nan and inf
    values: Any = None  # nested lists; a number if there are no dimensions

    @classmethod
    def of(cls, array: Any) -> Numbers:
        """Record an array, as it is now."""
        array = backend.to_numpy(array)
        values = array.tolist() if array.size <= SMALL else None
        return cls(array.shape, str(array.dtype), statistics(array), values)

    def count(self) -> int:
        """How many elements there are."""
        return math.prod(self.shape)


def statistics(array: np.ndarray) -> dict[str, float]:
    """Smallest, mean and largest of the finite elements, their norm, and what is not finite.

    Of complex numbers it is the absolute values that count.
    """
    numbers = np.abs(array) if array.dtype.kind == "c" else array
    numbers = numbers.astype(np.float64).ravel()
    finite = numbers[np.isfinite(numbers)]
    nan = int(np.isnan(numbers).sum())
    found: dict[str, float] = {"nan": nan, "inf": int(numbers.size - finite.size - nan)}
    if finite.size:
        found |= {
            "min": float(finite.min()),
            "mean": float(finite.mean()),
            "max": float(finite.max()),
            "norm": float(np.linalg.norm(finite)),
        }
    return found


@dataclass(frozen=True)
class Line:
    """The line of the user's program that made a node.

    >>> line = mt.tracing.Line("lesson.py", 3, "<module>", "loss = (w * x).sum()")
    >>> line.number, line.code
    (3, 'loss = (w * x).sum()')
    """

    file: str
    number: int
    function: str
    code: str


@dataclass(frozen=True)
class Rule:
    """How a node turns the gradient of its result into that of an argument: the source itself.

    >>> x = mt.tensor(2.0, requires_grad=True)
    >>> [rule.formula for rule in mt.trace(x * x * x).steps[0].rules][0]
    'grad_a = grad * conj(b)'
    """

    argument: str  # "" if one rule speaks of all arguments
    formula: str | None  # the rule as one line, if it is one
    source: str
    where: str  # file:line


@dataclass(frozen=True)
class Kept:
    """A tensor that a node keeps for backward.

    >>> x = mt.tensor(2.0, requires_grad=True)
    >>> [(kept.name, kept.bytes) for kept in mt.trace(x.exp()).steps[0].kept]
    [('out', 4)]
    """

    name: str  # as the rule has it
    variable: str | None  # as the user's program has it
    bytes: int
    of_leaf: bool  # it is memory of a leaf, which lives anyway
    numbers: Numbers


@dataclass
class Outgoing:
    """The gradient of one argument, on its way to where the argument came from.

    >>> x = mt.ones(3, requires_grad=True)
    >>> step = mt.trace((x + mt.zeros(2, 3)).sum()).steps[1]
    >>> [(o.argument, o.said.shape, o.arrives.shape) for o in step.outgoing]
    [('a', (2, 3), (3,))]
    """

    argument: str
    said: Numbers  # as the rule returns it
    arrives: Numbers  # with the shape and dtype of the argument: broadcasting is undone
    summed: tuple[int, ...]  # the dimensions of `said` over which it is summed for that
    target: int = 0  # the number of the step that it arrives at
    output: int = 0  # of the target's results, the one it is the gradient of
    place: int = 1  # it is the first, second ... gradient that arrives there
    of: int = 1  # and so many do: they add up


@dataclass
class Step:
    """One step of a backward pass: a node runs, or a leaf gets its gradient.

    >>> x = mt.tensor(2.0, requires_grad=True)
    >>> [step.label() for step in mt.trace(x.exp().sin()).steps]
    ['Sin', 'Exp', 'x']
    """

    number: int
    name: str
    is_leaf: bool
    incoming: list[Numbers | None]  # the gradient of each result
    outgoing: list[Outgoing] = field(default_factory=list)
    variable: str | None = None  # that holds its result
    value: Numbers | None = None  # of the loss, leaves and variables; nobody has the others
    sources: list[int] = field(default_factory=list)  # the steps that sent what comes in
    kept: list[Kept] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)  # plain ones that the rules name
    freed: int = 0  # bytes that the graph lets go of after this step
    held: int = 0  # bytes that it holds then
    rules: list[Rule] = field(default_factory=list)
    text: str = ""  # the first paragraph of the operation's docstring
    line: Line | None = None
    group: int | None = None  # the innermost call of a module: an index of Trace.groups

    def label(self) -> str:
        """The name without PyTorch's ending: ``Mul`` for ``MulBackward0``."""
        return self.name if self.is_leaf else self.name.rpartition("Backward")[0] or self.name


@dataclass(frozen=True)
class Group:
    """One call of a module.

    >>> net = nn.Sequential(nn.Linear(2, 1), nn.Tanh())
    >>> with mt.tracing.recording():
    ...     y = net(mt.ones(1, 2)).sum()
    >>> [(group.name, group.kind) for group in mt.trace(y).groups]
    [('Sequential', 'Sequential'), ('0', 'Linear'), ('1', 'Tanh')]
    """

    name: str  # as the module that called it knows it; its class if none did
    kind: str  # its class
    parent: int | None


def calls_around(groups: list[Group], index: int | None) -> list[int]:
    """A call of a module, as an index of ``groups``, and those that it is in, the outermost first.

    None is no call.
    """
    found: list[int] = []
    while index is not None:
        found.insert(0, index)
        index = groups[index].parent
    return found
