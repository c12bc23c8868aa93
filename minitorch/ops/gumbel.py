"""Sampling from categories in a way through which gradients flow."""

from __future__ import annotations

from typing import Any

from .. import creation
from ..user_warnings import warn
from . import operands
from .drawing import exponential_
from .softmax import softmax


def gumbel_softmax(
    logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Any:
    """The softmax of ``(logits + g) / tau`` along ``dim`` with random Gumbel numbers g.

    For a small ``tau`` it is nearly a one at a random place, drawn with the probabilities
    ``softmax(logits)``. With ``hard`` it is exactly that, and the gradient is that of the softmax.
    Source: Jang et al., *Categorical reparameterization with Gumbel-softmax*, 2016.

    >>> F.gumbel_softmax(mt.zeros(2, 3), hard=True).sum(dim=1)
    tensor([1., 1.])
    """
    operands.tensor(logits, "empty_like", "input", 1)
    if eps != 1e-10:
        warn("`eps` parameter is deprecated and has no effect.")
    empty = creation.empty(logits.shape, dtype=logits.dtype, device=logits.device)
    gumbels = -exponential_(empty).log()
    soft = softmax((logits + gumbels) / tau, dim)
    if not hard:
        return soft
    picked = soft.detach().argmax(dim, keepdim=True)
    ones = creation.zeros_like(soft).scatter_(dim, picked, 1.0)
    return ones - soft.detach() + soft
