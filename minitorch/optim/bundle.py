"""`Bundle`: the small parameters of a group, updated as if they were one.

A call of NumPy takes 0.2 µs or more however small its arrays are, and a formula is up to fifteen
calls. So small parameters are laid end to end: their numbers and gradients are copied into one
array each, the formula runs once, and the new numbers are copied back. Their state lies end to end
from the start; the tensors in ``optimizer.state`` are views of its parts.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from .. import backend
from ..autograd.operation import wrap
from ..autograd.views import bump
from ..tensor import Tensor

if TYPE_CHECKING:
    from .optimizer import Group, Optimizer

SMALL = 4096  # elements: for larger parameters the copies take as long as the calls saved


def can_join(params: Sequence[Tensor]) -> bool:
    """Whether they are real, of one dtype and device, and none shares its memory with another."""
    kinds = {(param._array.dtype, backend.device_index(param._array)) for param in params}
    memories = {id(memory_of(param._array)) for param in params}
    return len(kinds) == 1 and kinds.pop()[0].kind == "f" and len(memories) == len(params)


def memory_of(array: Any) -> Any:
    """The array that a view was made of, or the array itself."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return array


class Bundle:
    """Parameters that `can_join` and have no state so far."""

    def __init__(self, optimizer: Optimizer, params: list[Tensor]) -> None:
        array = params[0]._array
        self.xp = backend.array_module(array)
        self.optimizer = optimizer
        self.params = params
        ends = list(accumulate((param._array.size for param in params), initial=0))
        self.spans = [slice(*span) for span in pairwise(ends)]
        memory = self.xp.empty((5, ends[-1]), array.dtype)
        self.param, self.grad, self.a, self.b, self.c = memory
        self.param_parts = self._parts(self.param)
        self.grad_parts = self._parts(self.grad)
        self.state: dict[str, Any] = {}  # arrays by name, as `update` takes them
        self.held: list[tuple[dict[str, Tensor], list[Any]]] = []  # each one's state, its arrays

    def _parts(self, array: Any) -> list[Any]:
        """The part of each parameter, in its shape."""
        pairs = zip(self.params, self.spans, strict=True)
        return [array[span].reshape(param._array.shape) for param, span in pairs]

    def fits(self, params: list[Tensor]) -> bool:
        """Whether it is about ``params``, and their shapes and states are those that it made."""
        if len(params) != len(self.params) or not all(map(operator.is_, params, self.params)):
            return False
        for param, part in zip(params, self.param_parts, strict=True):
            if param._array.shape != part.shape or param._array.dtype is not part.dtype:
                return False
        state_of = self.optimizer.state.get
        for param, (tensors, arrays) in zip(params, self.held, strict=False):
            if state_of(param) is not tensors:
                return False
            for tensor, array in zip(tensors.values(), arrays, strict=False):
                if tensor._array is not array:
                    return False
            for name in self.counters:
                own, first = tensors[name]._array, self.state[name]
                if own is not first and own.item() != first.item():
                    return False
        return True

    def update(self, group: Group) -> None:
        """One step of the optimizer for all of them."""
        for param, part, grad_part in zip(
            self.params, self.param_parts, self.grad_parts, strict=True
        ):
            part[...] = param._array
            grad_part[...] = param._grad._array
        optimizer = self.optimizer
        grad = optimizer.direction(self.xp, self.param, self.grad, group, self.c)
        if not self.state:  # nor is there any while SGD has no momentum, which a schedule may give
            self._begin(grad, group)
        optimizer.update(self.xp, self.param, grad, self.state, group, self.a, self.b)
        for param, part in zip(self.params, self.param_parts, strict=True):
            param._array[...] = part
            bump(param)
        for tensors, _ in self.held:
            for name in self.counters:  # the formula has counted for the first
                tensors[name]._array[...] = self.state[name]
            for tensor in tensors.values():
                bump(tensor)

    def _begin(self, grad: Any, group: Group) -> None:
        """Make the state, and give each parameter its part of it."""
        optimizer = self.optimizer
        self.state = optimizer.new_state(self.xp, self.param, grad, group)
        if not self.state:  # no trace of the parameters in state_dict then
            return
        self.counters = [name for name in self.state if name in optimizer.counters]
        parts = {
            name: [self.state[name], *[self.state[name].copy() for _ in self.params[1:]]]
            if name in self.counters
            else self._parts(self.state[name])
            for name in self.state
        }
        for place, param in enumerate(self.params):
            arrays = [parts[name][place] for name in self.state]
            tensors = {
                name: wrap(param, array) for name, array in zip(self.state, arrays, strict=True)
            }
            optimizer.state[param] = tensors
            self.held.append((tensors, arrays))
