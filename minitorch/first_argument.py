"""``mt.reshape(None, (2,))``: refuse what is no tensor, where a method could not have been asked.

The functions of views and of moving elements are there for tensors' methods, whose first argument
is a tensor in any case. As functions of `mt` they ask first.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .autograd.graph import TensorBase
from .ops.operands import invalid_combination, not_a_tensor

NAMES = """
adjoint argwhere as_strided as_strided_scatter broadcast_to chunk combinations diag diag_embed
diagflat diagonal diagonal_scatter equal flatten flip fliplr flipud gather index_add index_copy
index_put index_select masked_scatter masked_select moveaxis movedim mvlgamma narrow narrow_copy
nonzero permute put ravel reshape roll rot90 scatter_add scatter_reduce select select_scatter
slice_scatter split_with_sizes squeeze swapaxes swapdims t take take_along_dim tile transpose
tril triu unbind unflatten unsqueeze
""".split()
OVERLOADED = ("moveaxis", "movedim", "narrow")  # they have several signatures, and another sentence


def asks_first(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, under this ``name``, for tensors only."""

    @functools.wraps(function)
    def call(input: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(input, TensorBase):
            if name in OVERLOADED:
                raise invalid_combination(name, (input, *args))
            raise not_a_tensor(input, name, "input", 1)
        return function(input, *args, **kwargs)

    return call


def asks_first_all(functions: dict[str, Any]) -> dict[str, Any]:
    """Those of ``functions``, by name, that are in the list above."""
    return {name: asks_first(name, functions[name]) for name in NAMES}
