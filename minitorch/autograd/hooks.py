"""Functions that a user hangs on tensors and nodes, to see or replace gradients as they pass."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from ..memory_formats import contiguous_format
from . import errors

_next_id = itertools.count().__next__


class Hooks:
    """The functions that a user hung on a tensor or node, by the number of their handle."""

    __slots__ = ("on_gradient", "after_accumulate", "retain", "before_node", "after_node")

    def __init__(self) -> None:
        self.on_gradient: dict[int, tuple[int, Callable[..., Any]]] = {}  # key: (output, hook)
        self.retain: dict[int, Any] = {}  # output: weak reference to the tensor that keeps its grad
        self.after_accumulate: dict[int, Callable[..., Any]] = {}
        self.before_node: dict[int, Callable[..., Any]] = {}
        self.after_node: dict[int, Callable[..., Any]] = {}


class RemovableHandle:
    """What registering a hook returns: ``handle.remove()`` takes the hook away again."""

    __slots__ = ("hooks", "id")

    def __init__(self, hooks: dict[int, Any]) -> None:
        self.hooks = hooks
        self.id = _next_id()

    @classmethod
    def add(cls, hooks: dict[int, Any], hook: Any) -> RemovableHandle:
        """Put ``hook`` last in ``hooks``; the handle takes it out."""
        handle = cls(hooks)
        hooks[handle.id] = hook
        return handle

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self.hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


def hooks_of(owner: Any) -> Hooks:
    """The hooks of a node or leaf, made when first asked for."""
    if getattr(owner, "edges", None) == ():  # AccumulateGrad, of which there are many for a leaf
        owner = owner.variable
    slot = "hooks" if hasattr(owner, "edges") else "_hooks"
    if getattr(owner, slot) is None:
        setattr(owner, slot, Hooks())
    hooks: Hooks = getattr(owner, slot)
    return hooks


def run_tensor_hooks(hooks: Hooks, grads: list[Any]) -> list[Any]:
    """Let the hooks on tensors see, and replace, the gradients that arrived for them.

    Then tensors that retain it, though they are no leaves, add theirs to ``.grad``.
    """
    for output, hook in list(hooks.on_gradient.values()):
        if grads[output] is not None:
            replaced = hook(grads[output])
            if replaced is not None:
                errors.check_seen(hook, replaced, grads[output])
                grads[output] = replaced
    for output, reference in hooks.retain.items():
        tensor = reference()
        if tensor is not None and grads[output] is not None:
            grad = grads[output].clone(memory_format=contiguous_format)
            tensor._grad = grad if tensor._grad is None else tensor._grad + grad
    return grads


def run_before(hooks: Hooks, grads: list[Any]) -> list[Any]:
    """Let the hooks before a node see, and replace, the gradients of its results."""
    for hook in list(hooks.before_node.values()):
        replaced = hook(tuple(grads))
        if replaced is not None:
            grads[:] = replaced if isinstance(replaced, tuple) else (replaced,)
    return grads


def run_node_hooks(node: Any, results: Any, grads: list[Any]) -> Any:
    """Let the hooks on a node see, and replace, the gradients of its tensor arguments."""
    if node.hooks.after_node:
        results, places = list(results), node.shown_places()
        for hook in list(node.hooks.after_node.values()):
            replaced = hook(tuple(results[place] for place in places), tuple(grads))
            if replaced is not None:
                errors.check_replaced(hook, replaced, len(places))
                for place, grad in zip(places, replaced, strict=True):
                    results[place] = grad
    return results


def run_after_accumulate(leaf: Any, grad: Any) -> None:
    """Tell the hooks that wait for the ``.grad`` of a leaf, to which ``grad`` was added."""
    for hook in list(leaf._hooks.after_accumulate.values()):
        hook(leaf)
    for hook in list(leaf._hooks.after_node.values()):
        errors.check_replaced(hook, hook((), (grad,)) or (), 0)
