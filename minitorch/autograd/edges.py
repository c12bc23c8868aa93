"""Edges of the graph as users name them, and hooks that wait for several gradients.

PyTorch has the names of ``PUBLIC`` in ``torch.autograd.graph``, and so has MiniTorch. What the
engine does before and around a pass is here, too: it makes tensors of what it was given (`places`),
sets the modes (`ReversePass`), and goes to another GPU (`run_elsewhere`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import backend
from .anomaly import run_watched
from .graph import AccumulateGrad, Node, TensorBase
from .hooks import RemovableHandle
from .modes import state
from .operation import attach, make

Edge = tuple[Any, int]  # where a gradient goes: (node, number of its output), or (leaf, 0)
PUBLIC = ("GradientEdge", "get_gradient_edge", "register_multi_grad_hook")


class GradientEdge(NamedTuple):
    """Where the gradient of a tensor arrives: at a node, for its output of that number.

    `grad` and `backward` take it in place of the tensor, which may be gone by then.

    >>> x = mt.tensor(3.0, requires_grad=True)
    >>> edge = mt.autograd.graph.get_gradient_edge(x * x)
    >>> edge.node.name(), edge.output_nr
    ('MulBackward0', 0)
    """

    node: Any
    output_nr: int
    ownership_token: Any = None  # PyTorch keeps the graph by it; here the node does

    def tensor(self) -> Any:
        """The leaf or, for another place in the graph, a tensor there without numbers."""
        if isinstance(self.node, AccumulateGrad):
            return self.node.variable
        shape, dtype = self.node.outputs[self.output_nr]
        array = np.broadcast_to(np.zeros((), dtype), shape)
        return attach(make(TensorBase._result_class, array), self.node, self.output_nr)


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """The edge of ``tensor``: where its gradient arrives.

    >>> x = mt.tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> edge = mt.autograd.graph.get_gradient_edge(y)
    >>> del y
    >>> mt.autograd.grad(edge, x)
    (tensor(6.),)
    """
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require "
            "gradients"
        )
    return GradientEdge(tensor.grad_fn or AccumulateGrad(tensor), tensor._output_nr)


def edge_of(tensor: Any) -> Edge:
    """Where a tensor's gradient arrives: at its node and output number, or at the leaf itself."""
    return (tensor._grad_fn or tensor, tensor._output_nr)


def tensors(value: Any) -> tuple[Any, ...]:
    """One tensor or a sequence of them, as a tuple."""
    return (value,) if isinstance(value, TensorBase) or value is None else tuple(value)


def places(value: Any) -> tuple[Any, ...]:
    """One tensor or edge, or several, as a tuple of tensors."""
    if isinstance(value, TensorBase):
        return (value,)
    if isinstance(value, GradientEdge):
        value = (value,)
    return tuple([v.tensor() if isinstance(v, GradientEdge) else v for v in value])


class ReversePass:
    """Recording on or off while the pass runs, and a place to say which nodes: see `takes_part`."""

    __slots__ = ("outer", "recording")

    def __init__(self, create_graph: bool) -> None:
        self.recording = bool(create_graph)

    def __enter__(self) -> None:
        self.outer = state.grad, state.inference, state.running
        state.set(self.recording, state.inference)

    def __exit__(self, *exc: object) -> None:
        grad, inference, state.running = self.outer
        state.set(grad, inference)


def run_elsewhere(node: Any, grads: list[Any], needed: list[bool] | None) -> Any:
    """Run a node where the GPU that holds what has arrived is the current one."""
    arrived = next(grad for grad in grads if grad is not None)
    with backend.at(arrived._array):
        return run_watched(node, grads, needed) if state.anomaly else node.run(grads, needed)


def takes_part(place: Edge) -> bool:
    """Whether the reverse pass that runs now brings a gradient there."""
    running = state.running
    if not isinstance(running, list):  # but limited to some inputs
        return place in running.wanted or place[0] in running.useful
    if isinstance(place[0], Node):
        return place[0] in running
    return any(place == edge for node in running for edge in node.edges)


def register_multi_grad_hook(
    tensors: Sequence[Any], fn: Callable[..., Any], *, mode: str = "all"
) -> RemovableHandle:
    """Call ``fn`` in every reverse pass once the gradients of several ``tensors`` are there.

    It gets a list of them, with None for a tensor that the pass does not reach. With ``mode="any"``
    it gets the first gradient that arrives. The handle that this returns removes the hook.

    >>> x, y = mt.tensor([1.0, 2.0], requires_grad=True)
    >>> handle = mt.autograd.graph.register_multi_grad_hook((x, y), print)
    >>> (x * y).backward()
    [tensor(2.), tensor(1.)]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if mode == "all" and not all(tensor.requires_grad for tensor in tensors):
        raise AssertionError("Expected gradient function to be set")
    arrived: list[Any] = []
    seen: Any = None  # the pass that `arrived` is of
    missing = 0

    def hook_of(place: int) -> Callable[[Any], None]:
        def hook(grad: Any) -> None:
            nonlocal arrived, seen, missing
            if state.running is not seen:
                seen, arrived = state.running, [None] * len(tensors)
                missing = sum(map(takes_part, awaited)) if mode == "all" else 1
            arrived[place] = grad
            missing -= 1
            if missing == 0:
                fn(arrived if mode == "all" else grad)

        return hook

    awaited = [edge_of(tensor) for tensor in tensors]  # in-place changes will not matter
    together: dict[int, Any] = {}
    for place, tensor in enumerate(tensors):
        if tensor.requires_grad:
            RemovableHandle.add(together, tensor.register_hook(hook_of(place)))
    return Handles(together)


class Handles(RemovableHandle):
    """The handles of several hooks as one."""

    __slots__ = ()

    def remove(self) -> None:
        """Take all the hooks away."""
        for handle in self.hooks.values():
            handle.remove()
