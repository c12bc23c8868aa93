"""Integers as rows of bits, and bools as single bits: ``& | ^ ~ << >>``; no derivative."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from .operands import function, only, operand


class BitwiseAnd(Operation):
    """``a & b``."""

    promote = only("biu", "bitwise_and_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.bitwise_and(a, b)


class BitwiseOr(Operation):
    """``a | b``."""

    promote = only("biu", "bitwise_or_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.bitwise_or(a, b)


class BitwiseXor(Operation):
    """``a ^ b``."""

    promote = only("biu", "bitwise_xor_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.bitwise_xor(a, b)


class BitwiseNot(Operation):
    """``~input``: every bit the other way round; of bools, the logical not.

    >>> import minitorch as mt
    >>> ~mt.tensor([True, False]), ~mt.tensor([0, 1])
    (tensor([False,  True]), tensor([-1, -2]))
    """

    promote = only("biu", "bitwise_not_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.invert(x)


class LeftShift(Operation):
    """``a << b``."""

    promote = only("iu", "lshift_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.left_shift(a, b)


class RightShift(Operation):
    """``a >> b``."""

    promote = only("iu", "rshift_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.right_shift(a, b)


# Functions ----------------------------------------------------------------------------------------


def bitwise_and(input: Any, other: Any) -> Any:
    """``input & other``, elementwise with broadcasting, for integers and bools.

    >>> import minitorch as mt
    >>> mt.tensor([6, 7]) & 3
    tensor([2, 3])
    """
    return BitwiseAnd.apply(input, operand(other))


def bitwise_or(input: Any, other: Any) -> Any:
    """``input | other``, elementwise with broadcasting, for integers and bools.

    >>> import minitorch as mt
    >>> mt.bitwise_or(mt.tensor([0b0101, 0b0011]), 0b1000)
    tensor([13, 11])
    >>> mt.tensor([True, False]) | mt.tensor([False, False])
    tensor([ True, False])
    """
    return BitwiseOr.apply(input, operand(other))


def bitwise_xor(input: Any, other: Any) -> Any:
    """``input ^ other``, elementwise with broadcasting, for integers and bools.

    >>> import minitorch as mt
    >>> mt.bitwise_xor(mt.tensor([5, 3]), mt.tensor([3, 3]))
    tensor([6, 0])
    """
    return BitwiseXor.apply(input, operand(other))


def bitwise_left_shift(input: Any, other: Any) -> Any:
    """``input << other``: the bits ``other`` places to the left, which is times ``2 ** other``.

    >>> import minitorch as mt
    >>> mt.tensor([1, 2]) << 3
    tensor([ 8, 16])
    """
    return LeftShift.apply(input, operand(other))


def bitwise_right_shift(input: Any, other: Any) -> Any:
    """``input >> other``: the bits ``other`` places to the right; the sign stays.

    >>> import minitorch as mt
    >>> mt.bitwise_right_shift(mt.tensor([8, -8]), 2)
    tensor([ 2, -2])
    """
    return RightShift.apply(input, operand(other))


bitwise_not = function(BitwiseNot)


def invert(input: Any) -> Any:
    """``~input`` for integers and bools, in the operator's words for other dtypes."""
    if input._array.dtype.kind not in "biu":
        raise TypeError(
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors"
        )
    return BitwiseNot.apply(input)
