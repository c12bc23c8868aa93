"""Quotients, plain and rounded, and the remainders that belong to them.

The quotient of ``//`` and ``rounding_mode="floor"`` is rounded down, and its remainder ``%`` has
the sign of the divisor, as in Python. With ``rounding_mode="trunc"`` it is rounded towards 0, and
its remainder, ``fmod``, has the sign of the dividend, as in C.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes, late
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from .arithmetic import Div
from .operands import binary, only, operand
from .places import late_error


def are_integers(a: Any, b: Any) -> bool:
    """Whether two promoted operands are integers; refuses to divide such by 0."""
    if (b if hasattr(b, "dtype") else a).dtype.kind == "f":
        return False
    if not backend.is_gpu_array(b):
        if not b.all():
            raise RuntimeError("ZeroDivisionError")
    elif b.size:
        late.ask(b.all(), refuse_zero)
    return True


def refuse_zero(all_others: int) -> None:
    """Raise an error if a GPU has found a divisor of 0."""
    if not all_others:
        raise late_error(RuntimeError("ZeroDivisionError"), "divided by 0")


# Float32 is divided in float64, a piece that stays in the cache at a time: a tenth of the time of
# NumPy's fmod, remainder and floor_divide (7, 16, 19 ms of a million; PyTorch 0.4 to 0.7). Up to
# this quotient it is exact: q is on the right side of the whole numbers, and a - q b has no rest.
LARGEST, PIECE, FEW = 2.0**22, 1 << 15, 1024


def rounded_down(xp: Any, a: Any, b: Any) -> Any:
    """``floor(a / b)``."""
    out = by_quotient(xp, a, b, lambda a, b, q: np.floor(q, out=q))
    return xp.floor_divide(a, b) if out is None else out


def rest_down(xp: Any, a: Any, b: Any) -> Any:
    """``a - b floor(a / b)``; a 0 has the sign of ``a``, as PyTorch's."""
    out = by_quotient(xp, a, b, lambda a, b, q: rest(a, b, np.floor(q, out=q)))
    if out is not None:
        return out
    out = xp.remainder(a, b)
    return xp.where(out == 0, xp.copysign(out, a), out) if out.dtype.kind == "f" else out


def rest_towards_0(xp: Any, a: Any, b: Any) -> Any:
    """``a - b trunc(a / b)``, with the sign of ``a``."""
    out = by_quotient(xp, a, b, lambda a, b, q: rest(a, b, np.trunc(q, out=q)))
    return xp.fmod(a, b) if out is None else out


def rest(a: np.ndarray, b: np.ndarray, q: np.ndarray) -> np.ndarray:
    """``a - b q``, in the place of ``q``; a 0 has the sign of ``a``."""
    q *= b
    np.subtract(a, q, out=q)
    return np.copysign(q, a, out=q, where=q == 0)


def by_quotient(xp: Any, a: Any, b: Any, rule: Any) -> Any:
    """``rule(a, b, a / b)`` of float32; None if it is something else, or would not be exact."""
    if xp is not np or (b if hasattr(b, "dtype") else a).dtype != np.float32:
        return None
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    if max(a.size, b.size) < FEW:
        return None
    pieces = np.nditer(
        [a, b, None],
        ["buffered", "external_loop"],
        [["readonly"], ["readonly"], ["writeonly", "allocate"]],
        [np.float64, np.float64, np.float32],
        casting="same_kind",
        buffersize=PIECE,
    )
    for dividend, divisor, out in pieces:
        quotient = dividend / divisor
        if not (np.abs(quotient).max() < LARGEST and np.isfinite(divisor).all()):
            return None
        out[...] = rule(dividend, divisor, quotient)
    return pieces.operands[2]


class FloorDivide(Operation):
    """``a / b``, rounded down. In backward PyTorch says: no derivative."""

    torch_name = "torch::autograd::NotImplemented"
    promote = only("iuf", "div_floor_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        are_integers(a, b)
        return rounded_down(xp, a, b)

    def backward(self, grad: Any) -> Any:
        raise RuntimeError("derivative for aten::floor_divide is not implemented")


class DivFloor(Operation):
    """``a / b``, rounded down: constant almost everywhere."""

    torch_name = "DivBackward2"
    promote = only("iuf", "div_floor_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        are_integers(a, b)
        return rounded_down(xp, a, b)

    def grad_a(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)

    def grad_b(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


class DivTrunc(DivFloor):
    """``a / b``, rounded towards 0: constant almost everywhere."""

    torch_name = "DivBackward2"
    promote = only("iuf", "div_trunc_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        if are_integers(a, b):
            return xp.floor_divide(a - xp.fmod(a, b), b)
        return xp.trunc(xp.true_divide(a, b))


class Remainder(Operation):
    """``a - b * floor(a / b)``."""

    torch_name = "RemainderBackward1"
    promote = only("iuf", "remainder_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        are_integers(a, b)
        return rest_down(xp, a, b)

    def grad_a(self, grad: Any) -> Any:
        return grad

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return -grad * DivFloor.apply(a, b)


class RemainderByNumber(Remainder):
    """As `Remainder`, by a number."""

    torch_name = "RemainderBackward0"


class Fmod(Operation):
    """``a - b * trunc(a / b)``."""

    torch_name = "FmodBackward1"
    promote = only("iuf", "fmod_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        are_integers(a, b)
        return rest_towards_0(xp, a, b)

    def grad_a(self, grad: Any) -> Any:
        return grad

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return -grad * DivTrunc.apply(a, b)


class FmodByNumber(Fmod):
    """As `Fmod`, by a number."""

    torch_name = "FmodBackward0"


class Gcd(Operation):
    """The greatest common divisor of two integers.

    >>> import minitorch as mt
    >>> mt.gcd(mt.tensor([4, 6]), mt.tensor([6, -9]))
    tensor([2, 3])
    """

    promote = only("iu", "gcd_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.gcd(a, b)


class Lcm(Operation):
    """The least common multiple of two integers.

    >>> import minitorch as mt
    >>> mt.lcm(mt.tensor([4, 6]), mt.tensor([6, -9]))
    tensor([12, 18])
    """

    promote = only("iu", "lcm_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.lcm(a, b)


# Functions ----------------------------------------------------------------------------------------

gcd = binary(Gcd)
lcm = binary(Lcm)

ROUNDED = {None: Div, "floor": DivFloor, "trunc": DivTrunc}


def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """``input / other``, elementwise with broadcasting; integers give floats.

    ``rounding_mode="floor"`` rounds the quotient down, ``"trunc"`` towards 0; integers stay so.

    >>> import minitorch as mt
    >>> mt.div(mt.tensor([7, -7]), 2)
    tensor([ 3.5000, -3.5000])
    >>> mt.div(mt.tensor([7, -7]), 2, rounding_mode="trunc")
    tensor([ 3, -3])
    """
    if rounding_mode not in ROUNDED:
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"'{rounding_mode}'"
        )
    return ROUNDED[rounding_mode].apply(input, operand(other))


def rdiv(input: Any, other: Any) -> Any:
    """``other / input``, as PyTorch computes it: ``other`` times the reciprocal."""
    return input.reciprocal() * other


def floor_divide(input: Any, other: Any) -> Any:
    """``input // other``: the quotient rounded down.

    >>> import minitorch as mt
    >>> mt.tensor([7, -7]) // 2, mt.tensor([7.0, -7.0]) // 2
    (tensor([ 3, -4]), tensor([ 3., -4.]))
    """
    if not isinstance(input, TensorBase):
        return FloorDivide.apply(operand(input), other)
    return FloorDivide.apply(input, operand(other))


def remainder(input: Any, other: Any) -> Any:
    """``input % other``: what the quotient rounded down leaves, with the sign of ``other``.

    >>> import minitorch as mt
    >>> mt.remainder(mt.tensor([7, -7]), 3), mt.fmod(mt.tensor([7, -7]), 3)
    (tensor([1, 2]), tensor([ 1, -1]))
    """
    other = operand(other)
    rule = Remainder if isinstance(other, TensorBase) else RemainderByNumber
    return rule.apply(input, other)


def fmod(input: Any, other: Any) -> Any:
    """What the quotient rounded towards 0 leaves, with the sign of ``input``, as ``fmod`` in C.

    >>> import minitorch as mt
    >>> mt.fmod(mt.tensor([-3.0, 3.0]), 2), mt.remainder(mt.tensor([-3.0, 3.0]), 2)
    (tensor([-1.,  1.]), tensor([1., 1.]))
    """
    other = operand(other)
    return (Fmod if isinstance(other, TensorBase) else FmodByNumber).apply(input, other)
