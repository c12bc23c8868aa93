"""What layers that others write import from here: a number for each dimension."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

__all__ = ["consume_prefix_in_state_dict_if_present"]


def _ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:
    """A function that makes ``n`` numbers of one, and leaves several as they are."""

    def parse(x: Any) -> tuple[Any, ...]:
        return tuple(x if isinstance(x, Iterable) else repeat(x, n))

    parse.__name__ = name
    return parse


_single = _ntuple(1, "_single")
_pair = _ntuple(2, "_pair")
_triple = _ntuple(3, "_triple")
_quadruple = _ntuple(4, "_quadruple")


def _reverse_repeat_tuple(t: Any, n: int) -> tuple[Any, ...]:
    """The numbers of ``t`` from the last to the first, each ``n`` times: paddings for `F.pad`."""
    return tuple(x for x in reversed(t) for _ in range(n))


def consume_prefix_in_state_dict_if_present(state_dict: dict[str, Any], prefix: str) -> None:
    """Take ``prefix`` off the names in a state dict, in place: off those that begin with it.

    A `DataParallel` model saves the names of what it wraps with ``module.`` in front.

    >>> from minitorch.nn.modules.utils import consume_prefix_in_state_dict_if_present
    >>> state = nn.DataParallel(nn.Linear(1, 1)).state_dict()
    >>> consume_prefix_in_state_dict_if_present(state, "module.")
    >>> list(state)
    ['weight', 'bias']
    """
    for name in list(state_dict):
        if name.startswith(prefix):
            state_dict[name.removeprefix(prefix)] = state_dict.pop(name)
    metadata = getattr(state_dict, "_metadata", {})
    for name in list(metadata):  # of the modules themselves: "", "module", "module.0"
        if name and (name.startswith(prefix) or name == prefix.replace(".", "")):
            metadata[name[len(prefix) :]] = metadata.pop(name)
