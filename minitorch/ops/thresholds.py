"""Activation functions with thresholds: `hardtanh`, `hardsigmoid`, `softshrink`, `threshold` ..."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.operation import Operation
from ..autograd.views import in_place
from .arrays import wide
from .masking import ThresholdBackward, keep, masked, select
from .operands import only, tensor
from .rectifiers import refuse_complex
from .scalars import number


class Hardtanh(Operation):
    """``min(max(x, low), high)``; derivative 1 between the two, else 0."""

    def forward(self, xp: Any, x: Any, low: Any, high: Any) -> Any:
        if x.dtype.kind == "b":
            raise RuntimeError("Bool inputs not supported for hardtanh")
        refuse_complex(x)
        if x.dtype.kind == "u" and min(low, high) < 0:
            raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
        low, high = (number(v, dtypes.of(x), "hardtanh") for v in (low, high))
        return x.clip(low, high)

    def grad_x(self, grad: Any, x: Any, low: Any, high: Any) -> Any:
        return masked(grad, ~((x <= low) | (x >= high)))


SIXTH = float(np.float32(1 / 6))  # PyTorch's constant has float32's precision in float64, too


class Hardsigmoid(Operation):
    """``(x + 3) / 6`` between -3 and 3, 0 below, 1 above."""

    promote = only("f", "hardsigmoid_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        return ((wide(x) + 3).clip(0.0, 6.0) / 6).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return masked(grad * SIXTH, (x > -3) & (x < 3))


class Hardswish(Operation):
    """``x (x + 3) / 6`` between -3 and 3, 0 below, ``x`` above."""

    promote = only("f", "hardswish_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        wider = wide(x)
        return (wider * (wider + 3).clip(0.0, 6.0) / 6).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        curved = (x > -3) & (x < 3)
        return masked(grad * (x / 3 + 0.5), curved) + masked(grad, ~(x < 3))  # of NaN, grad


class Softshrink(Operation):
    """``x`` moved towards 0 by ``lambd``, and 0 within ``lambd`` of it."""

    promote = only("f", "softshrink_check")

    def forward(self, xp: Any, x: Any, lambd: float) -> Any:
        return xp.copysign(x - x.clip(-lambd, lambd), x)  # -0 from below, as PyTorch

    def grad_x(self, grad: Any, x: Any, lambd: float) -> Any:
        return masked(grad, ~(x.abs() <= lambd))


class Hardshrink(Operation):
    """``x``, and 0 within ``lambd`` of 0."""

    promote = only("f", "hardshrink_cpu")

    def forward(self, xp: Any, x: Any, lambd: float) -> Any:
        return keep(xp, x, ~(xp.absolute(x) <= lambd))

    def grad_x(self, grad: Any, x: Any, lambd: float) -> Any:
        return masked(grad, ~(x.abs() <= lambd))


class Threshold(Operation):
    """``x`` where it is above ``threshold``, else ``value``."""

    promote = only("iuf", "threshold_cpu")

    def forward(self, xp: Any, x: Any, threshold: Any, value: Any) -> Any:
        threshold, value = (number(v, dtypes.of(x), "threshold") for v in (threshold, value))
        return select(xp, ~(wide(x) <= threshold), x, xp.asarray(value, x.dtype))

    def grad_x(self, grad: Any, x: Any, threshold: Any) -> Any:
        return ThresholdBackward.apply(grad, x, threshold)


# Functions ----------------------------------------------------------------------------------------


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Any:
    """``x`` held between ``min_val`` and ``max_val``.

    >>> import minitorch as mt
    >>> F.hardtanh(mt.tensor([-2.0, 0.5, 2.0]))
    tensor([-1.0000,  0.5000,  1.0000])
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    rule = hardtanh_ if inplace else Hardtanh.apply
    return rule(input, min_val, max_val)


def relu6(input: Any, inplace: bool = False) -> Any:
    """``min(max(x, 0), 6)``.

    >>> F.relu6(mt.tensor([-1.0, 2.0, 7.0]))
    tensor([0., 2., 6.])
    """
    return hardtanh(tensor(input, "relu6", "input", 1), 0, 6, inplace)


def hardsigmoid(input: Any, inplace: bool = False) -> Any:
    """``(x + 3) / 6`` held between 0 and 1: a sigmoid of straight lines.

    >>> import minitorch as mt
    >>> F.hardsigmoid(mt.tensor([-4.0, 0.0, 1.5, 4.0]))
    tensor([0.0000, 0.5000, 0.7500, 1.0000])
    """
    return hardsigmoid_(input) if inplace else Hardsigmoid.apply(input)


def hardswish(input: Any, inplace: bool = False) -> Any:
    """``x * hardsigmoid(x)``.

    Source: Howard et al., *Searching for MobileNetV3*, 2019.

    >>> import minitorch as mt
    >>> F.hardswish(mt.tensor([-4.0, -1.0, 4.0]))
    tensor([-0.0000, -0.3333,  4.0000])
    """
    return hardswish_(input) if inplace else Hardswish.apply(input)


def softshrink(input: Any, lambd: float = 0.5) -> Any:
    """``x`` moved towards 0 by ``lambd``, and 0 where it is that near.

    >>> F.softshrink(mt.tensor([-1.0, 0.25, 2.0]))
    tensor([-0.5000,  0.0000,  1.5000])
    """
    if lambd < 0:
        largest = np.finfo(input._array.dtype).max
        kind = dtypes.SCALAR_TYPE[dtypes.of(input._array)]
        raise RuntimeError(
            f"lambda must be in range [0, {largest:g}] for input dtype {kind}, but found {lambd:g}"
        )
    return Softshrink.apply(input, lambd)


def hardshrink(input: Any, lambd: float = 0.5) -> Any:
    """``x``, and 0 where it is within ``lambd`` of 0.

    >>> F.hardshrink(mt.tensor([-1.0, 0.25, 2.0]))
    tensor([-1.,  0.,  2.])
    """
    return Hardshrink.apply(input, lambd)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Any:
    """``x`` where it is above ``threshold``, else ``value``.

    >>> F.threshold(mt.tensor([-1.0, 0.25, 2.0]), 0.5, 9.0)
    tensor([9., 9., 2.])
    """
    return (threshold_ if inplace else Threshold.apply)(input, threshold, value)


hardtanh_ = in_place(hardtanh)
hardsigmoid_ = in_place(hardsigmoid)
hardswish_ = in_place(hardswish)
threshold_ = in_place(threshold)
