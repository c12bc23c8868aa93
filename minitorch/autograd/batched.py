"""The gradients for several gradients of the outputs: `grad` with ``is_grads_batched``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import errors


def batched(
    grad: Callable[..., tuple[Any, ...]],
    outputs: tuple[Any, ...],
    inputs: tuple[Any, ...],
    grads: Any,
    materialize: bool,
    keep: bool,
    *rest: Any,
) -> tuple[Any, ...]:
    """What ``grad`` returns for every slice of ``grads``, stacked; zeros are not, as in PyTorch."""
    grads = [None] * len(outputs) if grads == (None,) else grads
    errors.check_batched(outputs, grads)
    rows = list(zip(*[one.unbind() for one in grads], strict=True))
    found = [
        grad(outputs, inputs, row, keep or number < len(rows), *rest)
        for number, row in enumerate(rows, 1)
    ]
    results = []
    for tensor, column in zip(inputs, zip(*found, strict=True), strict=True):
        unused = tensor.new_zeros(tensor.shape) if materialize else None
        results.append(unused if column[0] is None else column[0]._stack(column))
    return tuple(results)
