"""What `Function` keeps of the tensors that a user's ``ctx.save_for_backward`` names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import errors
from .modes import state
from .operation import attach, version_of, wrap
from .saved_hooks import Saved


def is_in(tensor: Any, tensors: tuple[Any, ...]) -> bool:
    """Whether ``tensor`` is one of ``tensors`` (``in`` would compare their elements)."""
    return any(tensor is other for other in tensors)


class SavedTensor:
    """A tensor, or None, and its version, until backward asks for it.

    One of the function's ``results`` is kept without its history: it points to the node of the
    function already, and a pointer back would make a cycle.
    """

    __slots__ = ("counter", "edge", "output", "tensor", "version")

    def __init__(self, tensor: Any, results: Sequence[Any]) -> None:
        self.output = next((i for i, result in enumerate(results) if result is tensor), None)
        self.tensor = tensor
        self.counter, self.version, self.edge = [0], 0, None
        if tensor is None:
            self.output = None
            return
        if self.output is not None:
            self.tensor = wrap(tensor, tensor._array)
        version = version_of(tensor)
        if state.saved_hooks:
            self.tensor = Saved(self.tensor)
            if tensor._requires_grad:
                self.edge = tensor._grad_fn or tensor, tensor._output_nr
        else:
            self.counter, self.version = tensor._counter, version

    def restored(self, node: Any) -> Any:
        """The tensor, with its history; refuses one changed in place since."""
        tensor = self.tensor
        if isinstance(tensor, Saved):
            tensor = tensor.tensor()
            if self.edge is not None and state.grad:
                tensor = attach(wrap(tensor, tensor._array), *self.edge)
        if self.output is not None:
            tensor = attach(wrap(tensor, tensor._array), node, self.output)
        if self.counter[0] != self.version:
            maker = tensor._grad_fn and (tensor._grad_fn, tensor._output_nr)
            raise errors.modified(tensor._array, maker, self.counter[0], self.version)
        return tensor
