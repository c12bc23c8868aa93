"""Losses that are minus the logarithm of a distribution's density at the target."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.graph import TensorBase
from ..autograd.modes import no_grad
from .loss import reduce_tensor, reduction_of
from .operands import invalid_combination


def poisson_nll_loss(
    input: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    size_average: Any = None,
    eps: float = 1e-8,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    r"""How unlikely the counts ``target`` are if they are Poisson distributed.

    ``input`` is the logarithm of the expected count: $e^{input} - target \cdot input$. Without
    ``log_input`` it is the count itself: $input - target \log(input + eps)$. ``full`` adds
    Stirling's approximation of $\log target!$ where target > 1.

    >>> import minitorch as mt
    >>> mt.nn.functional.poisson_nll_loss(mt.tensor([0.0]), mt.tensor([3.0]))
    tensor(1.)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return reduce_tensor(loss, reduction)


def gaussian_nll_loss(
    input: Any,
    target: Any,
    var: Any,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Any:
    r"""How unlikely ``target`` is under normal distributions with mean ``input``, variance ``var``.

    $\frac12 (\log v + (input - target)^2 / v)$ with v = max(var, eps); ``full`` adds
    $\frac12 \log 2\pi$. ``var`` is a float or a tensor in the shape of ``input``, or one whose last
    dimension is 1 or missing.

    >>> import minitorch as mt
    >>> mean, target, var = mt.zeros(2), mt.tensor([1.0, 2.0]), mt.ones(2)
    >>> mt.nn.functional.gaussian_nll_loss(mean, target, var)
    tensor(1.2500)
    """
    if isinstance(var, float):
        var = input.new_ones(input._array.shape) * var
    negative = var < 0
    if not isinstance(negative, TensorBase):
        raise invalid_combination("any", (negative,))
    if negative.any():
        raise ValueError("var has negative entry/entries")
    var = beside(var, input.size())
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    var = var.clone()
    with no_grad():  # its derivative is that of `var` also where eps takes its place
        var.clamp_(min=eps)
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return reduce_tensor(loss, reduction)


def beside(var: Any, shape: tuple[int, ...]) -> Any:
    """``var`` so that it can be broadcast with what has ``shape``; refuses other sizes."""
    have = var._array.shape
    if have == shape:
        return var
    if have == shape[:-1]:
        return var.unsqueeze(-1)
    pairs = zip(shape, have, strict=False)
    if len(have) == len(shape) and sum(b for a, b in pairs if a != b) == 1:
        return var
    raise ValueError("var is of incorrect size")
