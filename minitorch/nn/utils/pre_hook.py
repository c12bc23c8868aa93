"""Finding what hangs on a module as a forward pre-hook: objects that remake a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..modules.module import Module


def of_kind(module: Module, kind: type) -> Iterator[tuple[int, Any]]:
    """The forward pre-hooks of ``module`` that are objects of class ``kind``, with their keys."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, kind):
            yield key, hook


def take(module: Module, kind: type, name: str) -> Any:
    """Unhook the object of class ``kind`` for parameter ``name`` and return it; None if none."""
    for key, found in of_kind(module, kind):
        if found.name == name:
            del module._forward_pre_hooks[key]
            return found
    return None
