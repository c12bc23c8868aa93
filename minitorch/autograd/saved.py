"""What `Function` keeps of the tensors that a user saves for backward, and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import errors
from .graph import TensorBase
from .modes import state
from .operation import attach, version_of, wrap
from .saved_hooks import Saved
from .views import View, alias, rebase


def is_in(tensor: Any, tensors: tuple[Any, ...]) -> bool:
    """Whether ``tensor`` is one of ``tensors`` (``in`` would compare their elements)."""
    return any(tensor is other for other in tensors)


def returned(
    result: Any, number: int, results: tuple[Any, ...], ctx: Any, args: tuple[Any, ...], node: Any
) -> Any:
    """What a user gets for ``results[number]`` of forward, as output of ``node`` unless it is None.

    An argument that forward gave back comes as a view of it. Neither this nor another view may be
    changed in place: that would leave the function's own backward out.
    """
    if not isinstance(result, TensorBase):
        return result
    smooth = [
        isinstance(r, TensorBase)
        and r._array.dtype.kind in "fc"
        and not is_in(r, ctx.non_differentiable)
        for r in results
    ]
    recorded = smooth[number] and node is not None
    if is_in(result, ctx.dirty_tensors):
        if recorded:
            rebase(result, attach(alias(result), node, number))
            for arg in args:  # what knew of the new numbers did not know of the new history
                if isinstance(arg, TensorBase) and arg._view and arg._counter is result._counter:
                    arg._view.version = -1
        return result
    if is_in(result, args):
        source, result = result, result.detach()
        if source._counter is not None and (recorded or not source._requires_grad):
            View.attach_as_it_is(result, source)
    if result._view is not None:
        result._view.frozen = "several" if sum(smooth) > 1 else "function"
    return attach(result, node, number) if recorded else result


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
