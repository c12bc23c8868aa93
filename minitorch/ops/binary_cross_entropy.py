"""Binary cross-entropy: how unlikely each target, yes or no, is under a predicted probability."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.operation import Operation
from .activation import logsigmoid
from .arrays import sigmoid
from .expanding import broadcast_shapes
from .loss import FLOAT_EPS, PairLoss, check_pair, reduce_tensor, reduction_of
from .operands import not_implemented
from .overwriting import refuse_shape

EPS = 1e-12


class BinaryCrossEntropy(PairLoss):
    """``-(t log x + (1 - t) log(1 - x))``, the logarithms kept from falling below -100.

    The parameter, here and below, is a weight for each pair, or None.
    """

    kernel = "binary_cross_entropy"

    @staticmethod
    def each(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        log_x = xp.log(x).clip(-100.0, math.inf)
        log_rest = xp.log1p(-x).clip(-100.0, math.inf)
        loss = (target - 1) * log_rest - target * log_x
        return loss if parameter is None else loss * parameter

    @staticmethod
    def slope(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        slope = (x - target) / xp.maximum((1 - x) * x, FLOAT_EPS)
        return slope if parameter is None else slope * parameter

    def target_slope(self, xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        slope = xp.log1p(-x) - xp.log(x)
        return slope if parameter is None else slope * parameter

    def _by_formula(self, grad: Any, args: list[Any]) -> list[Any]:
        """Its derivatives at 0 and 1 are none of a formula: they, too, are kept from infinity."""
        x, target, reduction, weight = args
        if reduction == "mean":
            grad = grad / x.numel()
        if weight is not None:
            grad = grad * weight
        return [grad * Slope.apply(x, target), grad * ((-x).log1p() - x.log()), None, None]


class Slope(Operation):
    """The derivative of `BinaryCrossEntropy` by ``x``: ``(x - t) / (x (1 - x))``."""

    def forward(self, xp: Any, x: Any, target: Any) -> Any:
        return BinaryCrossEntropy.slope(xp, x, target, None)

    def grad_x(self, grad: Any, x: Any, target: Any) -> Any:
        return grad * (x * x - 2 * x * target + target) / ((x + EPS) * (1 - x + EPS)).square()

    def grad_target(self, grad: Any, x: Any) -> Any:
        return -grad / ((1 - x) * x).clamp(min=EPS)


class BinaryCrossEntropyWithLogits(PairLoss):
    """``(1 - t) x + log(1 + e^-x)``: the above for ``sigmoid(x)``, without overflow."""

    kernel = "binary_cross_entropy_with_logits"

    @staticmethod
    def each(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        loss, tail = 1 - target, xp.abs(x)
        loss *= x
        loss -= xp.minimum(x, 0)
        xp.negative(tail, out=tail)
        xp.exp(tail, out=tail)
        loss += xp.log1p(tail, out=tail)
        return loss if parameter is None else loss * parameter

    @staticmethod
    def slope(xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        slope = sigmoid(xp, x)
        slope -= target
        return slope if parameter is None else slope * parameter

    def target_slope(self, xp: Any, x: Any, target: Any, parameter: Any) -> Any:
        return -x if parameter is None else -x * parameter

    @staticmethod
    def plain(x: Any, target: Any, parameter: Any) -> Any:
        loss = (1 - target) * x - logsigmoid(x)
        return loss if parameter is None else loss * parameter


def binary_cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``-(t log x + (1 - t) log(1 - x))`` for probabilities x between 0 and 1.

    `binary_cross_entropy_with_logits` takes scores of any size and loses no digits.

    >>> import minitorch as mt
    >>> F.binary_cross_entropy(mt.tensor([0.5, 0.9]), mt.tensor([1.0, 1.0]), reduction="none")
    tensor([0.6931, 0.1054])
    """
    reduction = reduction_of(size_average, reduce, reduction)
    check_pair(input, target)
    if input._array.shape != target._array.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}) is deprecated. Please ensure they have the same size."
        )
    have, want = dtypes.of(target._array), dtypes.of(input._array)
    if have is not want:
        raise RuntimeError(
            f"Found dtype {dtypes.SCALAR_TYPE[have]} but expected {dtypes.SCALAR_TYPE[want]}"
        )
    if input._array.dtype.kind != "f":
        raise not_implemented(BinaryCrossEntropy.kernel, input._array)
    if weight is not None:
        shape = broadcast_shapes(target._array.shape, weight.size())
        refuse_shape(target._array.shape, shape)
        weight = weight.expand(shape)
    for name, array in (("input", input._array), ("target", target._array)):
        if isinstance(array, np.ndarray) and not ((array >= 0) & (array <= 1)).all():
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    return BinaryCrossEntropy.apply(input, target, reduction, weight)


def binary_cross_entropy_with_logits(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
    pos_weight: Any = None,
) -> Any:
    """Binary cross-entropy of ``sigmoid(input)``, from the scores themselves.

    ``weight`` multiplies each loss, ``pos_weight`` the part of the positive targets.

    >>> import minitorch as mt
    >>> scores, target = mt.tensor([0.0, 100.0]), mt.tensor([1.0, 0.0])
    >>> F.binary_cross_entropy_with_logits(scores, target, reduction="none")
    tensor([  0.6931, 100.0000])
    """
    reduction = reduction_of(size_average, reduce, reduction)
    check_pair(input, target)
    if input._array.shape != target._array.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    if input._array.dtype.kind != "f":
        raise not_implemented("log_sigmoid_cpu", input._array)
    if target._array.dtype.kind not in "fc":
        raise RuntimeError(
            f"result type {dtypes.SCALAR_TYPE[dtypes.of(input._array)]} can't be cast to the "
            f"desired output type {dtypes.SCALAR_TYPE[dtypes.of(target._array)]}"
        )
    if weight is not None:
        refuse_shape(target._array.shape, weight._array.shape)
    if pos_weight is None and input._array.dtype == target._array.dtype:
        return BinaryCrossEntropyWithLogits.apply(input, target, reduction, weight)
    log_p = logsigmoid(input)
    if pos_weight is not None:
        log_p = ((pos_weight - 1) * target + 1) * log_p
    loss = ((1 - target) * input - log_p).to(target.dtype)
    return reduce_tensor(loss if weight is None else loss * weight, reduction)
