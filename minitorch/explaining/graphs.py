"""What `memory` says of a graph: what each operation keeps for backward, and how much that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .. import backend
from ..autograd.engine import youngest_first
from ..autograd.errors import short_name
from ..autograd.function import FunctionNode
from ..autograd.graph import TensorBase
from ..autograd.kept import kept_by, packed_by
from ..autograd.operation import Operation
from ..autograd.saved import SavedTensor
from ..autograd.saved_hooks import Saved
from ..ops.memory_views import owner_of
from ..pytree import leaves
from ..tables import Column, Note, Row, Table, in_bytes
from ..utils.checkpoint import Part

COLUMNS = [
    Column("Operation"),
    Column("Keeps"),
    Column("Shape"),
    Column("Memory", right=True),
]
NO_GRAPH = "No operation was recorded: nothing is kept."


class Kept(NamedTuple):
    """One array that an operation keeps."""

    name: str
    array: Any
    is_leaf: bool
    packed: bool = False  # hooks keep it, as `saved_tensors_hooks` and checkpoints do
    part: Any = None  # the checkpointed call that will compute it again


class Memory:
    """What `memory` found: ``print`` it, or let a notebook show it.

    ``total`` bytes are kept, of which ``weights`` by leaves and ``activations`` by results.
    """

    def __init__(self, results: tuple[Any, ...]) -> None:
        for result in results:
            if not isinstance(result, TensorBase):
                raise TypeError(f"memory(): tensors are needed, not {type(result).__name__}")
        nodes = youngest_first([r.grad_fn for r in results if r.grad_fn is not None])
        self.weights = self.activations = 0
        self.seen: dict[int, Any] = {}  # the arrays so far, by their ids
        edges = (edge for node in nodes for edge in node.edges if edge is not None)
        ends = [target for target, _ in edges if isinstance(target, TensorBase)]
        self.of_leaves = {id(owner(leaf._array)) for leaf in ends}  # their views are theirs, too
        self.packed = self.shared = False  # whether these words stand in the table
        self.parts: set[int] = set()  # the checkpointed calls so far
        rows: list[Row] = []
        for node in reversed(nodes):
            name = short_name(node).rpartition("::")[2]
            found = [self._row(kept) for kept in self._kept(node)]
            found = found or [["freed" if is_freed(node) else "nothing", "", ""]]
            rows += [Row([name if place == 0 else "", *cells]) for place, cells in enumerate(found)]
        self.total = self.weights + self.activations
        self.table = Table(COLUMNS, rows, self._notes(len(nodes)))
        self.seen.clear()  # a report that is kept keeps no memory

    def _kept(self, node: Any) -> Iterator[Kept]:
        """What a node keeps; with the first of a checkpointed call also the call's arguments."""
        for kept in pieces_of(node):
            yield kept
            part = kept.part
            if part is not None and id(part) not in self.parts:
                self.parts.add(id(part))
                for saved in (arg[0] for arg in part.args if isinstance(arg, tuple)):
                    if isinstance(saved, SavedTensor):
                        yield from one("argument to compute it again", saved.tensor)
                yield from one("random state", part.start, False)

    def _row(self, kept: Kept) -> list[str]:
        """The row of one array; those that came before take no memory of their own."""
        name, size = kept.name, "0 B"
        self.packed = self.packed or kept.packed
        if kept.array is None:
            return [name, "", size]
        memory = owner(kept.array)
        is_leaf = kept.is_leaf or id(memory) in self.of_leaves
        if id(memory) in self.seen:
            size, self.shared = "shared", True
        else:
            self.seen[id(memory)] = memory
            size = in_bytes(int(memory.nbytes))
            if is_leaf:
                self.weights += int(memory.nbytes)
            else:
                self.activations += int(memory.nbytes)
        name += " (leaf)" if is_leaf else ""
        return [name, str(list(kept.array.shape)), size]

    def _notes(self, nodes: int) -> list[Note]:
        """The lines under the table."""
        if not nodes:
            return [("", NO_GRAPH)]
        total = (
            f"{in_bytes(self.total)} = {in_bytes(self.activations)} of results + "
            f"{in_bytes(self.weights)} of leaves (there anyway)"
        )
        packed = "hooks keep it in another form, or will compute it again"
        return [
            ("Total", total),
            *([("shared", "an operation above keeps the same memory")] if self.shared else []),
            *([("packed", packed)] if self.packed else []),
        ]

    def __str__(self) -> str:
        return self.table.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.table.html()


def owner(array: Any) -> Any:
    """The array that owns the memory of ``array``."""
    return owner_of(backend.array_module(array), array)


def is_freed(node: Any) -> bool:
    """Whether a backward pass has been here."""
    if isinstance(node, FunctionNode):
        return node.ctx._saved is None
    return isinstance(node, Operation) and node.kept is None and packed_by(node) is None


def pieces_of(node: Any) -> Iterator[Kept]:
    """What a node keeps: arguments by their names, results, and what it computed on the way."""
    for name, value in kept_by(node):
        if isinstance(value, SavedTensor):
            yield from one(name, value.tensor, value.output is None)
        else:
            yield from one("result" if name == "out" else name, value)
    if isinstance(node, FunctionNode):
        for name, value in vars(node.ctx).items():  # what the user's forward put there itself
            if not name.startswith("_"):
                for leaf in leaves(value):
                    yield from one(f"ctx.{name}", leaf, getattr(leaf, "_requires_grad", False))


def one(name: str, value: Any, is_input: bool = True) -> Iterator[Kept]:
    """What is kept under one name: a tensor, arrays, or what a hook made of a tensor."""
    if isinstance(value, TensorBase):
        yield Kept(name, value._array, is_input and value._grad_fn is None)
        return
    packed = isinstance(value, Saved)
    found = [leaf for leaf in leaves(value.handle if packed else value) if hasattr(leaf, "ndim")]
    for leaf in found:
        array = getattr(leaf, "_array", leaf)
        yield Kept(f"{name}, packed" if packed else name, array, False, packed)
    if packed and not found:
        part = getattr(value.unpack_hook, "__self__", None)
        yield Kept(f"{name}, packed", None, False, True, part if isinstance(part, Part) else None)
