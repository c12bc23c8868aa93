"""What happens to tensors while a graph keeps them for backward: `saved_tensors_hooks`.

PyTorch has these names in ``torch.autograd.graph``, and so has MiniTorch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from .. import backend
from . import errors
from .modes import no_grad, state

__all__ = [
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "increment_version",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class saved_tensors_hooks:  # noqa: N801 - PyTorch's name
    """In this context ``pack_hook(tensor)`` says what is kept for backward instead of a tensor.

    What it returns can be anything: backward calls ``unpack_hook`` with it, which must return a
    tensor of the same numbers. Of nested contexts the innermost counts. A tensor that is kept so is
    not watched for in-place changes.

    >>> x = mt.ones(2, requires_grad=True)
    >>> hooks = mt.autograd.graph.saved_tensors_hooks
    >>> with hooks(lambda t: t.tolist(), lambda numbers: mt.tensor(numbers)):
    ...     y = x.exp()
    >>> y.sum().backward()
    >>> x.grad
    tensor([2.7183, 2.7183])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.hooks = pack_hook, unpack_hook

    def __enter__(self) -> Any:
        if state.hooks_refused is not None:
            raise RuntimeError(state.hooks_refused)
        state.saved_hooks = (*state.saved_hooks, self.hooks)
        state.watching = True

    def __exit__(self, *exc: object) -> None:
        state.saved_hooks = state.saved_hooks[:-1]
        state.watching = state.anomaly or bool(state.saved_hooks)


class save_on_cpu(saved_tensors_hooks):  # noqa: N801 - PyTorch's name
    """In this context tensors of a GPU wait for backward in main memory, pinned if asked.

    >>> x = mt.tensor(3.0, requires_grad=True)
    >>> with mt.autograd.graph.save_on_cpu():
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor(6.)
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        pins = pin_memory and backend.has_gpu()

        def pack(tensor: Any) -> Any:
            kept = tensor.cpu()
            return tensor.device, kept.pin_memory() if pins else kept

        super().__init__(pack, lambda packed: packed[1].to(packed[0], non_blocking=pins))


class _AllowMutationOnSavedContext(saved_tensors_hooks):
    """What `allow_mutation_on_saved_tensors` returns: hooks that keep copies."""

    def __init__(self) -> None:
        super().__init__(self.copy, self.check)
        self.is_open = True

    def copy(self, tensor: Any) -> Any:
        return tensor.detach().clone()

    def check(self, copy: Any) -> Any:
        if not self.is_open:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin "
                "which the graph was originally recorded."
            )
        return copy


@contextlib.contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[_AllowMutationOnSavedContext]:
    """In this context tensors that are kept for backward may be changed: copies of them are kept.

    Backward must be called in the context, too.

    >>> with mt.autograd.graph.allow_mutation_on_saved_tensors():
    ...     x = mt.tensor([2.0, 3.0], requires_grad=True)
    ...     y = x.clone()
    ...     z = (y**2).sum()
    ...     _ = y.zero_()
    ...     z.backward()
    >>> x.grad
    tensor([4., 6.])
    """
    hooks = [getattr(pack, "__self__", None) for pack, _ in state.saved_hooks]
    if any(isinstance(hook, _AllowMutationOnSavedContext) for hook in hooks):
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    context = _AllowMutationOnSavedContext()
    try:
        with context:
            yield context
    finally:
        context.is_open = False


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """In this context `saved_tensors_hooks` is refused, with ``error_message``.

    >>> with mt.autograd.graph.disable_saved_tensors_hooks("not here"):
    ...     with mt.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
    ...         pass
    Traceback (most recent call last):
        ...
    RuntimeError: not here
    """
    if state.saved_hooks:
        raise RuntimeError(error_message)
    before, state.hooks_refused = state.hooks_refused, error_message
    try:
        yield
    finally:
        state.hooks_refused = before


def increment_version(tensor: Any) -> None:
    """Count an in-place change of a tensor, or of several, that autograd could not see.

    >>> x = mt.ones(2)
    >>> mt.autograd.graph.increment_version(x)
    >>> x._version
    1
    """
    for one in [tensor] if hasattr(tensor, "_array") else tensor:
        if one._counter is not None:
            one._counter[0] += 1


class Saved:
    """A tensor in the care of a pack hook, until the unpack hook brings it back."""

    __slots__ = ("handle", "unpack_hook")

    def __init__(self, tensor: Any) -> None:
        pack_hook, self.unpack_hook = state.saved_hooks[-1]
        version = tensor._counter[0]
        with no_grad():
            self.handle = pack_hook(tensor)
        if tensor._counter[0] != version:
            raise RuntimeError(errors.PACK_WRITES)

    def tensor(self) -> Any:
        """What the unpack hook says the tensor was."""
        tensor = self.unpack_hook(self.handle)
        if not hasattr(tensor, "_array"):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(tensor).__name__}"
            )
        return tensor


class Packed:
    """What an operation keeps while hooks have its tensors: `Saved` in the place of each.

    It stands in the node's field ``kept_out``, and ``kept`` is None. So the way of all other nodes
    does not get longer.
    """

    def __init__(self, node: Any, wrap: Callable[[Any], Any]) -> None:
        self.kept = {
            place: (value if version is None else Saved(value), version)
            for place, (value, version) in node.kept.items()
        }
        self.outs = [Saved(wrap(array)) for array, *_ in getattr(node, "kept_out", None) or ()]
        self.extra = {
            name: Saved(wrap(value)) if hasattr(value, "ndim") else value
            for name, value in (node.extra or {}).items()
        }
        node.kept, node.kept_out, node.extra = None, self, None

    def restored(self) -> tuple[Any, Any, Any]:
        """``kept``, ``kept_out`` and ``extra`` of the node, as they were."""
        kept = {}
        for place, (value, version) in self.kept.items():
            kept[place] = value, version
            if version is not None:
                tensor = value.tensor()
                kept[place] = tensor, tensor._counter[0]
        outs = [(out.tensor()._array, None, None) for out in self.outs]
        extra = {
            name: value.tensor()._array if isinstance(value, Saved) else value
            for name, value in self.extra.items()
        }
        return kept, outs, extra


@contextlib.contextmanager
def opened(node: Any) -> Iterator[None]:
    """A context in which ``node`` has again what hooks keep for it; refuses one that was freed."""
    packed = node.kept_out
    if not isinstance(packed, Packed):
        raise RuntimeError(errors.FREED)
    node.kept, node.kept_out, node.extra = packed.restored()
    try:
        yield
    finally:
        node.kept, node.kept_out, node.extra = None, packed, None
