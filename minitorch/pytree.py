"""Trees of Python containers: tensors in tuples, lists and dicts, in any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def leaves(tree: Any) -> list[Any]:
    """What is in the containers, in order: ``[1, 2, 3]`` for ``(1, {"a": [2, 3]})``."""
    if isinstance(tree, list | tuple):
        return [leaf for item in tree for leaf in leaves(item)]
    if isinstance(tree, dict):
        return [leaf for item in tree.values() for leaf in leaves(item)]
    return [tree]


def rebuilt(tree: Any, values: Iterator[Any]) -> Any:
    """The same containers with the next of ``values`` in the place of each leaf."""
    if hasattr(tree, "_make"):  # a named tuple takes its items one by one
        return tree._make([rebuilt(item, values) for item in tree])
    if isinstance(tree, list | tuple):
        return type(tree)([rebuilt(item, values) for item in tree])
    if isinstance(tree, dict):
        return type(tree)((key, rebuilt(item, values)) for key, item in tree.items())
    return next(values)


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same containers with ``function(leaf)`` in the place of each leaf."""
    return rebuilt(tree, iter([function(leaf) for leaf in leaves(tree)]))


def structure(tree: Any) -> Any:
    """The containers with ``*`` for each leaf: equal for trees of the same form."""
    return mapped(lambda _: "*", tree)
