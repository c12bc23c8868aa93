"""The larger or smaller of two tensors, and values held within limits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from .masking import masked
from .operands import binary, invalid_combination, not_implemented, plain
from .scalars import number


def ordered(name: str) -> staticmethod[[list[Any]], list[Any]]:
    """As `dtypes.arithmetic`; refuses complex numbers, which have no order."""

    def promote(operands: list[Any]) -> list[Any]:
        operands = dtypes.arithmetic(operands)
        if operands[0].dtype.kind == "c":
            raise RuntimeError(f"{name} not implemented for complex tensors.")
        return operands

    return staticmethod(promote)


class Maximum(Operation):
    """The larger of two elements, with broadcasting; NaN if one is NaN. A tie shares the gradient.

    >>> import minitorch as mt
    >>> mt.maximum(mt.tensor([1.0, 2.0]), mt.tensor([3.0, float("nan")]))
    tensor([3., nan])
    """

    promote = ordered("maximum")

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.maximum(a, b)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return shared(grad, ~(a < b), a == b)

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return shared(grad, ~(b < a), a == b)


class Minimum(Operation):
    """The smaller of two elements, with broadcasting; NaN if one is NaN.

    >>> import minitorch as mt
    >>> mt.minimum(mt.tensor([1.0, mt.nan, 5.0]), mt.tensor([2.0, 2.0, 2.0]))
    tensor([1., nan, 2.])
    """

    promote = ordered("minimum")

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.minimum(a, b)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return shared(grad, ~(a > b), a == b)

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return shared(grad, ~(b > a), a == b)


def shared(grad: Any, mine: Any, ties: Any) -> Any:
    """``grad`` where it is mine, half of it where there is a tie, else 0."""
    return masked(grad, mine & ~ties) + masked(grad / 2, ties)


class Fmax(Operation):
    """The larger of two elements, with broadcasting; of NaN and a number the number.

    >>> import minitorch as mt
    >>> mt.fmax(mt.tensor([1.0, 2.0]), mt.tensor([3.0, float("nan")]))
    tensor([3., 2.])
    """

    promote = ordered("fmax")

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.fmax(a, b)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return masked(grad, (a >= b) | b.isnan())

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return masked(grad, ~((a >= b) | b.isnan()))


class Fmin(Operation):
    """The smaller of two elements, with broadcasting; of NaN and a number the number.

    >>> import minitorch as mt
    >>> mt.fmin(mt.tensor([1.0, mt.nan]), mt.tensor([2.0, 2.0]))
    tensor([1., 2.])
    """

    promote = ordered("fmin")

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.fmin(a, b)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return masked(grad, (a <= b) | b.isnan())

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return masked(grad, ~((a <= b) | b.isnan()))


REAL = frozenset({int, float, type(None)})


def within(kernels: str, kinds: str) -> staticmethod[[list[Any]], list[Any]]:
    """The promotion of ``x`` and its limits, None for an absent one, to their common dtype.

    ``kernels`` are PyTorch's for both limits, for the lower only and for the upper only, and
    ``kinds`` what the latter two take; that for both takes no bools.
    """

    def promote(operands: list[Any]) -> list[Any]:
        x, low, high = operands
        if x.dtype.kind == "f" and low.__class__ in REAL and high.__class__ in REAL:
            return operands
        if x.dtype.kind == "c":
            raise NotImplementedError("clamp is not supported for complex types")
        dtype = dtypes.result_type(*[x for x in operands if x is not None])
        if dtype.is_complex and not any(hasattr(limit, "dtype") for limit in (low, high)):
            raise NotImplementedError("clamp is not supported for complex types")
        place = 2 if low is None else 1 if high is None else 0
        if dtype.numpy.kind not in (kinds if place else "iuf"):
            raise not_implemented(kernels.split()[place], np.empty(0, dtype.numpy))
        return [
            x
            if x is None
            else x.astype(dtype.numpy, copy=False)
            if hasattr(x, "dtype")
            else number(x, dtype, "clamp")
            for x in operands
        ]

    return staticmethod(promote)


class ClampNumbers(Operation):
    """``min(max(x, low), high)`` for numbers ``low`` and ``high``, None for no limit."""

    torch_name = "ClampBackward1"
    promote = within("clamp_scalar_cpu clamp_min_scalar_cpu clamp_max_scalar_cpu", "iuf")

    def forward(self, xp: Any, x: Any, low: Any, high: Any) -> Any:
        if x.dtype.kind != "f":
            return xp.clip(x, low, high)
        # NumPy clips between two numbers four times as fast as at one
        return x.clip(-math.inf if low is None else low, math.inf if high is None else high)

    def grad_x(self, grad: Any, x: Any, low: Any, high: Any) -> Any:
        if low is None or high is None:
            return masked(grad, x <= high if low is None else x >= low)
        return masked(grad, (x >= low) & (x <= high))


class ClampMin(ClampNumbers):
    """As `ClampNumbers`, below only."""

    torch_name = "ClampMinBackward0"


class ClampMax(ClampNumbers):
    """As `ClampNumbers`, above only."""

    torch_name = "ClampMaxBackward0"


class Clamp(Operation):
    """``min(max(x, low), high)`` for tensors ``low`` and ``high``, None for no limit."""

    promote = within("clamp_cpu maximum_cpu minimum_cpu", "biuf")

    def forward(self, xp: Any, x: Any, low: Any, high: Any) -> Any:
        if low is not None:
            x = xp.maximum(x, low)
        return x if high is None else xp.minimum(x, high)

    def grad_x(self, grad: Any, x: Any, low: Any, high: Any) -> Any:
        if low is None or high is None:
            return masked(grad, x <= high if low is None else x >= low)
        return masked(grad, (x >= low) & (x <= high))

    def grad_low(self, grad: Any, x: Any, low: Any, high: Any) -> Any:
        return masked(grad, x < low if high is None else (x < low) & (low < high))

    def grad_high(self, grad: Any, x: Any, low: Any, high: Any) -> Any:
        return masked(grad, x > high if low is None else (x > high) | (high < low))


class ClampMinTensor(Clamp):
    """As `Clamp`, below only."""

    torch_name = "ClampMinBackward1"


class ClampMaxTensor(Clamp):
    """As `Clamp`, above only."""

    torch_name = "ClampMaxBackward1"


# Functions ----------------------------------------------------------------------------------------


maximum = binary(Maximum)
minimum = binary(Minimum)
fmax = binary(Fmax)
fmin = binary(Fmin)


def clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    """``input`` held within ``min`` and ``max``, numbers or tensors, of which one may be None.

    Where ``min`` is above ``max`` the result is ``max``.

    >>> import minitorch as mt
    >>> mt.clamp(mt.tensor([-1.5, 0.5, 3.0]), 0, 1)
    tensor([0.0000, 0.5000, 1.0000])
    """
    return clamped("clamp", input, min, max, ClampNumbers, Clamp)


def clamp_min(input: Any, min: Any) -> Any:
    """``input``, but ``min`` where it is below.

    >>> import minitorch as mt
    >>> mt.clamp_min(mt.tensor([-1.0, 0.5, 3.0]), 0.0)
    tensor([0.0000, 0.5000, 3.0000])
    """
    return clamped("clamp_min", input, min, None, ClampMin, ClampMinTensor)


def clamp_max(input: Any, max: Any) -> Any:
    """``input``, but ``max`` where it is above.

    >>> import minitorch as mt
    >>> mt.clamp_max(mt.tensor([-1.0, 0.5, 3.0]), 1.0)
    tensor([-1.0000,  0.5000,  1.0000])
    """
    return clamped("clamp_max", input, None, max, ClampMax, ClampMaxTensor)


def scalar(limit: Any) -> Any:
    """A tensor without dimensions and history as the number that it is; others as they are."""
    if isinstance(limit, TensorBase) and not limit._array.ndim and not limit.requires_grad:
        return limit.item()
    return limit


def clamped(
    caller: str,
    input: Any,
    low: Any,
    high: Any,
    by_numbers: type[Operation],
    by_tensors: type[Operation],
) -> Any:
    """Choose the operation by what the limits are; refuse a mixture."""
    limits = [limit for limit in (low, high) if limit is not None]
    if not limits:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(input, TensorBase):
        if all(isinstance(limit, TensorBase) for limit in limits):
            return by_tensors.apply(input, low, high)
        low, high = scalar(low), scalar(high)  # beside a number
        if all(plain(limit) is not None for limit in (low, high) if limit is not None):
            return by_numbers.apply(input, plain(low), plain(high))
    raise invalid_combination(caller, (input, *limits))
