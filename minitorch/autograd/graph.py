"""The graph: `Node`, an operation that happened, and `TensorBase`, the part of a tensor it sees.

A tensor that came out of a recorded operation points to its node (``grad_fn``); a node points to
where its inputs came from (``edges``). Nothing points forward, and no node holds the tensor it
made, so there are no reference cycles: when the last tensor of a graph goes, the graph goes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import modes
from .anomaly import stack
from .hooks import Hooks, RemovableHandle, hooks_of
from .saved_hooks import *  # noqa: F403 - PyTorch's place for them

next_number = itertools.count().__next__


class TensorBase:
    """What autograd knows of a tensor. `minitorch.tensor.Tensor` adds everything a user sees."""

    __slots__ = (
        "__dict__",  # room for a user's own attributes; made only when one is set
        "__weakref__",
        "_array",  # the numbers: a NumPy or CuPy array
        "_grad",  # the gradient, a tensor, once backward has brought one
        "_grad_fn",  # the Node that made this tensor, None for a leaf
        "_hooks",  # of a leaf: its Hooks, None while it has none
        "_output_nr",  # which of the node's outputs this is
        "_requires_grad",
        "_counter",  # [number of in-place changes], shared with the memory; None: inference mode
        "_view",  # the View that says of which tensor this is a view, None if of none
    )

    _array: Any
    _grad: Any
    _grad_fn: Node | None
    _hooks: Hooks | None
    _output_nr: int
    _requires_grad: bool
    _counter: Any
    _view: Any
    _result_class: type  # the class of an operation's results; `Tensor` sets it

    if TYPE_CHECKING:  # the rest of a tensor is on a floor above

        def __getattr__(self, name: str) -> Any: ...


class Node:
    """One operation that happened: how the gradient of its outputs becomes that of its inputs.

    >>> x = mt.tensor(3.0, requires_grad=True)
    >>> node = (x * x).exp().grad_fn
    >>> node.name(), [before.name() for before, _ in node.next_functions]
    ('ExpBackward0', ['MulBackward0'])
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "edges",  # one per argument: (Node or leaf tensor, output number) or, for none, None
        "hooks",
        "number",  # nodes count up as they are made: an input's node always has the smaller number
        "outputs",  # (shape, NumPy dtype) of each output
        "saved",  # what backward needs, None once it is freed
    )

    edges: Sequence[tuple[Any, int] | None]
    outputs: list[tuple[tuple[int, ...], Any]]
    saved: Any
    torch_name = "Node"
    stack: Any = None  # under detect_anomaly: what anomaly.py notes
    requires_grad = True
    materialize = True  # outputs that nobody used bring zeros, not None
    # What `run` returns is `grads` themselves, views of them, or arrays that nobody else holds.
    results_are_new = True

    def __init__(self) -> None:
        self.number = next_number()
        self.hooks: Hooks | None = None
        if modes.state.anomaly:
            stack(self)

    def run(self, grads: list[Any], needed: list[bool] | None) -> Any:
        """The gradient for each argument, from those of the outputs; None where there is none.

        ``needed``: for which arguments; None: for all that have an edge.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how to run backward")

    def release(self) -> None:
        """Free what was kept for backward."""
        self.saved = None

    def name(self) -> str:
        """PyTorch's name for it, such as ``"MulBackward0"``."""
        return self.torch_name

    @property
    def metadata(self) -> dict[str, Any]:
        """A user's own notes on this node."""
        return self.__dict__.setdefault("metadata", {})

    def __repr__(self) -> str:
        return f"<{self.name().rpartition('::')[2]} object at {id(self):#x}>"

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """Where the inputs came from, as in PyTorch: (node, output number) of each."""
        return tuple(
            (None, 0)
            if edge is None
            else (AccumulateGrad(edge[0]), 0)
            if isinstance(edge[0], TensorBase)
            else edge
            for edge in map(self.edges.__getitem__, self.shown_places())
        )

    def shown_places(self) -> Sequence[int]:
        """Which of the edges are those of tensor arguments."""
        return range(len(self.edges))

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(grad_inputs, grad_outputs)`` runs after this node; may return new grad_inputs."""
        return RemovableHandle.add(hooks_of(self).after_node, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """``hook(grad_outputs)`` runs before this node; it may return new grad_outputs."""
        return RemovableHandle.add(hooks_of(self).before_node, hook)


class AccumulateGrad(Node):
    """Stands for a leaf in ``next_functions``. The graph itself points to the leaf tensor."""

    torch_name = "torch::autograd::AccumulateGrad"

    def __init__(self, variable: TensorBase) -> None:
        super().__init__()
        self.variable = variable
        self.edges = ()
