"""What nodes keep for backward, by the names that their rules have for it: for what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .function import Function, FunctionNode
from .operation import Operation, parameters
from .saved_hooks import Packed


def kept_by(node: Any) -> Iterator[tuple[str, Any]]:
    """Arguments, results ("out"), and what was computed on the way: tensors and arrays.

    Of a user's `Function` each is a `SavedTensor`; what hooks keep for an operation is a `Saved`.
    """
    if isinstance(node, FunctionNode):
        for number, saved in enumerate(node.ctx._saved or ()):
            yield f"saved {number}", saved
    elif isinstance(node, Operation):
        packed = packed_by(node)
        holder = packed or node
        for place, (value, version) in (holder.kept or {}).items():
            if version is not None:
                yield argument(node, place), value
        outs = packed.outs if packed else [out[0] for out in getattr(node, "kept_out", None) or ()]
        for out in outs:
            yield "out", out
        for name, value in (holder.extra or {}).items():
            if isinstance(value, tuple):
                yield from ((f"{name} {i}", part) for i, part in enumerate(value))
            else:
                yield name, value


def values_of(node: Any) -> Iterator[tuple[str, Any]]:
    """The plain values that the rules of a node name: numbers, sizes, flags."""
    if isinstance(node, Operation):
        for place, (value, version) in ((packed_by(node) or node).kept or {}).items():
            if version is None and value is not None:
                yield argument(node, place), value


def packed_by(node: Operation) -> Packed | None:
    """What hooks keep for an operation, if they do."""
    out = getattr(node, "kept_out", None)
    return out if isinstance(out, Packed) else None


def argument(node: Any, place: int) -> str:
    """The name of an argument, as ``forward`` has it."""
    if isinstance(node, FunctionNode):
        with_ctx = node.function.setup_context is Function.setup_context
        forward = node.function.forward
        names = parameters(forward)[with_ctx:] if hasattr(forward, "__code__") else ()
    else:
        names = getattr(node, "parameters", ())
    return names[place] if place < len(names) else f"argument {place + 1}"
