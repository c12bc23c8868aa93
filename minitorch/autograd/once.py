"""`once_differentiable`: for a ``backward`` that is not itself differentiable."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .function import Function
from .modes import no_grad, state


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a ``backward`` that is not written with differentiable operations.

    The gradient of its result, wanted under ``create_graph=True``, is an error then, and not a
    wrong number.
    """

    @functools.wraps(backward)
    def once(ctx: Any, *grads: Any) -> Any:
        with no_grad():
            results = backward(ctx, *grads)
        if not state.grad:
            return results
        made = results if isinstance(results, tuple) else (results,)
        made = tuple(
            t if t is None else _NotDifferentiable.apply(t.detach().requires_grad_()) for t in made
        )
        return made if isinstance(results, tuple) else made[0]

    return once


class _NotDifferentiable(Function):
    """The identity whose gradient is an error."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )
