"""``mt.compile``: there is no compiler, and the function says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .user_warnings import warn


def compile(
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | Callable[..., Any] | None = None,
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """Returns ``model``, a function or a module, as it is, and warns.

    In PyTorch the result computes the same values in less time; ``state_dict`` keys of a compiled
    module begin with ``_orig_mod.`` there. Also a decorator, with or without arguments. The
    arguments change nothing, except that ``disable=True`` does not warn.

    >>> double = mt.compile(lambda x: 2 * x, backend="eager")
    >>> double(mt.tensor([1.0, 2.0]))
    tensor([2., 4.])
    """
    if model is None:
        return lambda given: compile(given, disable=disable)
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    if not disable:
        warn("MiniTorch has no compiler: torch.compile returns its argument as it is")
    return model
