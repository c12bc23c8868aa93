"""`Fused`: operations whose derivative is written twice, once to be fast and once to be read.

A training step spends its time in a few operations: layer norm, cross-entropy, attention ... For
these, ``gradient`` computes on arrays, with as few passes over memory as possible, and ``formula``
says in plain tensor operations what the operation is. The formula serves for derivatives of the
derivative (``create_graph=True``), and the tests hold the fast way against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend
from ..autograd import engine, saved_hooks
from ..autograd.graph import TensorBase
from ..autograd.modes import state
from ..autograd.operation import OUT, Operation, parameters, wrap


class Alias(Operation):
    """The same tensor by another node: a place in the graph to differentiate up to."""

    def forward(self, xp: Any, x: Any) -> Any:
        return x

    def grad_x(self, grad: Any) -> Any:
        return grad


class Fused(Operation):
    """An operation with ``forward`` and ``gradient`` on arrays, and a ``formula`` on tensors.

    ``gradient(self, xp, grad, ...)`` gets by name what it needs, as the rules of an `Operation` do,
    but arrays; it returns new arrays in the order of forward's arguments. ``formula`` takes what
    forward takes (without self and xp). Forward's arguments are all kept.

    ``used_by`` says which arguments' gradients need an argument, if not all do: a change of it is
    refused only where one of these is wanted.
    """

    gradient: Callable[..., Any]
    formula: Callable[..., Any]
    used_by: dict[str, tuple[str, ...]] = {}
    _wants: tuple[Any, ...]  # what `gradient` asks for

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        names = parameters(cls.gradient)[3:]
        places = {name: place for place, name in enumerate(cls.parameters)} | {"out": OUT}
        cls._wants = tuple([places.get(name, name) for name in names])
        everything = (*cls._wants, *range(len(cls.parameters)))
        cls._rules = {OUT: (cls.gradient, everything)}  # so that all of it is kept

    def _checked(self, tensor: Any, version: int, edge: Any) -> Any:
        place = next(place for place, (kept, _) in self.kept.items() if kept is tensor)
        users = self.used_by.get(self.parameters[place], self.parameters)
        if not any(self.plan.needs[self.parameters.index(user)] for user in users):
            version = tensor._counter[0]
        return super()._checked(tensor, version, edge)

    def run(self, grads: list[Any], needed: list[bool] | None) -> list[Any]:
        """The gradients: by ``gradient``, or by ``formula`` if they need a graph themselves."""
        if self.kept is None:
            with saved_hooks.opened(self):
                return self.run(grads, needed)
        self.needs_input_grad = needed or self.plan.needs
        first = grads[0]
        if state.grad:
            args = self.recall(tuple(range(len(self.edges))), first)
            return self._by_formula(grads if len(grads) > 1 else first, args)
        wanted = [
            value._array if isinstance(value, TensorBase) else _array(value)
            for value in self.recall(self._wants, first)
        ]
        grad = first._array if len(grads) == 1 else tuple([g._array for g in grads])
        found = self.gradient(backend.array_module(first._array), grad, *wanted)
        results = [None if array is None else wrap(first, array) for array in found]
        return results + [None] * (len(self.edges) - len(results))

    def _by_formula(self, grad: Any, args: list[Any]) -> list[Any]:
        """Differentiate ``formula``, recording as we go."""
        needed = self.needs_input_grad
        args = [Alias.apply(arg) if need else arg for arg, need in zip(args, needed, strict=True)]
        inputs = [arg for arg, need in zip(args, needed, strict=True) if need]
        result = type(self).formula(*args)
        found = iter(engine.grad(result, inputs, grad, create_graph=True, allow_unused=True))
        return [next(found) if need else None for need in needed]


def _array(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_array(item) for item in value)
    return value._array if isinstance(value, TensorBase) else value
