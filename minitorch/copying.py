"""Copies of tensors by Python's ``copy`` and ``pickle``."""

from __future__ import annotations

import copy
from typing import Any

from . import backend
from .autograd.modes import state
from .autograd.operation import make
from .ops.expanding import strided
from .ops.memory_views import memory_of, offset_of, owner_of

NOT_A_LEAF = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at "
    "the moment.  If you were attempting to deepcopy a module, this may be because of a "
    "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
)


def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
    """``copy.deepcopy(x)`` of a leaf: copies that shared memory share it again, ``.grad`` included.

    >>> x = mt.zeros(2)
    >>> y, first = copy.deepcopy((x, x[0]))
    >>> y[0] = 1
    >>> x, first
    (tensor([0., 0.]), tensor(1.))
    """
    if not self.is_leaf:
        raise RuntimeError(NOT_A_LEAF)
    if id(self) in memo:
        return memo[id(self)]
    xp = backend.array_module(self._array)
    owner = owner_of(xp, self._array)
    if id(owner) not in memo:
        memo[id(owner)] = memory_of(xp, owner).copy()
    memory = memo[id(owner)].view(self._array.dtype)[offset_of(self._array) :]
    array = strided(xp, memory, self._array.shape, self._array.strides)
    copied = make(type(self), array, state.recording)
    memo[id(self)] = copied
    copied._requires_grad = self._requires_grad
    copied._grad = copy.deepcopy(self._grad, memo)
    if vars(self):
        vars(copied).update(copy.deepcopy(vars(self), memo))
    return copied


def reduce_ex(self: Any, protocol: Any) -> tuple[Any, ...]:
    """For pickle and ``copy.copy``: the numbers, without history and ``.grad``."""
    index = backend.device_index(self._array)
    array = self._array if index is None else backend.to_numpy(self._array)
    return rebuild, (type(self), array, index, self.requires_grad), vars(self) or None


def rebuild(kind: type, array: Any, index: int | None, requires_grad: bool) -> Any:
    """The tensor that `reduce_ex` took apart."""
    tensor = make(kind, backend.to_device(array, index), state.recording)
    tensor._requires_grad = requires_grad
    return tensor
