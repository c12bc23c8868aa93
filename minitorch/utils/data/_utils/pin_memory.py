"""Moving a batch into pinned memory, from where a GPU copies it without the program waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .collate import mapping_like, sequence_like


def pin_memory(data: Any, device: Any = None) -> Any:
    """``data`` with every tensor in it, or what else has a ``pin_memory()``, in pinned memory.

    >>> pin_memory({"name": "a", "number": 1})
    {'name': 'a', 'number': 1}
    """
    if hasattr(data, "pin_memory"):
        return data.pin_memory()
    if isinstance(data, str | bytes):
        return data
    if isinstance(data, Mapping):
        return mapping_like(data, {key: pin_memory(item) for key, item in data.items()})
    if isinstance(data, tuple) and hasattr(data, "_fields"):  # a named tuple
        return type(data)(*map(pin_memory, data))
    if isinstance(data, Sequence):
        return sequence_like(data, [pin_memory(item) for item in data])
    return data
