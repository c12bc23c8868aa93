"""Comparisons, logic, and tests of single values: they give bools and have no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap
from .operands import binary, function, invalid_combination, only, operand, operator


class Eq(Operation):
    """``a == b``."""

    promote = staticmethod(dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.equal(a, b)


class Ne(Operation):
    """``a != b``."""

    promote = staticmethod(dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.not_equal(a, b)


class Lt(Operation):
    """``a < b``."""

    promote = only("biuf", "lt_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.less(a, b)


class Le(Operation):
    """``a <= b``."""

    promote = only("biuf", "le_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.less_equal(a, b)


class Gt(Operation):
    """``a > b``."""

    promote = only("biuf", "gt_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.greater(a, b)


class Ge(Operation):
    """``a >= b``."""

    promote = only("biuf", "ge_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.greater_equal(a, b)


def truth(x: Any) -> Any:
    """``x != 0``: of numbers NumPy's logical functions take five times as long as of bools."""
    return x if x.dtype.kind == "b" else x != 0


class LogicalAnd(Operation):
    """``a and b``, elementwise with broadcasting; everything but 0 is true.

    >>> import minitorch as mt
    >>> mt.logical_and(mt.tensor([0.0, 1.5, 2.0]), mt.tensor([1, 0, -1]))
    tensor([False, False,  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_and(truth(a), truth(b))


class LogicalOr(Operation):
    """``a or b``, elementwise with broadcasting; everything but 0 is true.

    >>> import minitorch as mt
    >>> mt.logical_or(mt.tensor([0, 1, 2]), mt.tensor([0, 0, 1]))
    tensor([False,  True,  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_or(truth(a), truth(b))


class LogicalXor(Operation):
    """Either ``a`` or ``b``, but not both, with broadcasting; everything but 0 is true.

    >>> import minitorch as mt
    >>> mt.logical_xor(mt.tensor([True, True]), mt.tensor([True, False]))
    tensor([False,  True])
    """

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logical_xor(truth(a), truth(b))


class LogicalNot(Operation):
    """Where the element is 0.

    >>> import minitorch as mt
    >>> mt.logical_not(mt.tensor([0.0, 1.5]))
    tensor([ True, False])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.logical_not(truth(x))


class Isnan(Operation):
    """Where the element is NaN: "not a number", such as 0 / 0.

    >>> import minitorch as mt
    >>> mt.isnan(mt.tensor([1.0, float("nan")]))
    tensor([False,  True])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.isnan(x)


class Isinf(Operation):
    """Where the element is infinite.

    >>> import minitorch as mt
    >>> mt.isinf(mt.tensor([1.0, float("-inf"), float("nan")]))
    tensor([False,  True, False])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.isinf(x)


class Isfinite(Operation):
    """Where the element is neither infinite nor NaN.

    >>> import minitorch as mt
    >>> mt.isfinite(mt.tensor([1.0, float("inf"), float("nan")]))
    tensor([ True, False, False])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.isfinite(x)


class Isposinf(Operation):
    """Where the element is +inf.

    >>> import minitorch as mt
    >>> mt.isposinf(mt.tensor([-mt.inf, 0.0, mt.inf]))
    tensor([False, False,  True])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        refuse_complex(x, RuntimeError("isposinf does not support complex inputs."))
        return xp.isinf(x) & (x > 0)


class Isneginf(Operation):
    """Where the element is -inf.

    >>> import minitorch as mt
    >>> mt.isneginf(mt.tensor([-mt.inf, 0.0, mt.inf]))
    tensor([ True, False, False])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        refuse_complex(x, RuntimeError("isneginf does not support complex inputs."))
        return xp.isinf(x) & (x < 0)


class Isreal(Operation):
    """Where the element has no imaginary part.

    >>> import minitorch as mt
    >>> mt.isreal(mt.tensor([1 + 0j, 2j]))
    tensor([ True, False])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.isreal(x)


class Signbit(Operation):
    """Where the sign is set: negative numbers and -0.0.

    >>> import minitorch as mt
    >>> mt.signbit(mt.tensor([-0.0, 0.0, -1.0]))
    tensor([ True, False,  True])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        refuse_complex(x, NotImplementedError("signbit is not implemented for complex tensors."))
        return xp.signbit(x) if x.dtype.kind == "f" else x < 0


def refuse_complex(x: Any, error: Exception) -> None:
    """Raise ``error`` if the array is complex."""
    if x.dtype.kind == "c":
        raise error


class Isclose(Operation):
    """``|a - b| <= atol + rtol * |b|``, or equal."""

    def forward(self, xp: Any, a: Any, b: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
        close = xp.equal(a, b)
        if equal_nan and a.dtype.kind in "fc":
            close |= xp.isnan(a) & xp.isnan(b)
        if not rtol and not atol:
            return close
        if a.dtype.kind not in "fc":
            a, b = dtypes.convert([a, b], dtypes.get_default_dtype())
        difference = xp.absolute(a - b)
        return close | (xp.isfinite(difference) & (difference <= atol + xp.absolute(rtol * b)))


def pair(caller: str, input: Any, other: Any) -> tuple[Any, Any]:
    """A tensor, and a tensor or number."""
    if not isinstance(input, TensorBase):
        raise invalid_combination(caller, (input, other))
    return input, operand(other)


# Functions ----------------------------------------------------------------------------------------


def eq(input: Any, other: Any) -> Any:
    """``input == other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.tensor([1, 2, 3]) == 2
    tensor([False,  True, False])
    """
    return Eq.apply(*pair("eq", input, other))


def equals(self: Any, other: Any) -> Any:
    """``self == other``, also with a NumPy array; False for what is no number."""
    if isinstance(other, np.ndarray):
        other = wrap(self, other)
    return is_equal(self, other)


is_equal = operator(Eq.apply)


def ne(input: Any, other: Any) -> Any:
    """``input != other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, mt.nan])
    >>> mt.ne(x, 0), x != x  # NaN is not even equal to itself
    (tensor([True, True]), tensor([False,  True]))
    """
    return Ne.apply(*pair("ne", input, other))


def lt(input: Any, other: Any) -> Any:
    """``input < other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.lt(mt.tensor([1, 2, 3]), 2)
    tensor([ True, False, False])
    """
    return Lt.apply(*pair("lt", input, other))


def le(input: Any, other: Any) -> Any:
    """``input <= other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.le(mt.tensor([1.0, 2.0, mt.nan]), 2)
    tensor([ True,  True, False])
    """
    return Le.apply(*pair("le", input, other))


def gt(input: Any, other: Any) -> Any:
    """``input > other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.gt(mt.tensor([1, 2, 3]), mt.tensor([[2], [0]]))
    tensor([[False, False,  True],
            [ True,  True,  True]])
    """
    return Gt.apply(*pair("gt", input, other))


def ge(input: Any, other: Any) -> Any:
    """``input >= other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.ge(mt.tensor([1, 2, 3]), 2)
    tensor([False,  True,  True])
    """
    return Ge.apply(*pair("ge", input, other))


logical_and = binary(LogicalAnd)
logical_or = binary(LogicalOr)
logical_xor = binary(LogicalXor)
logical_not = function(LogicalNot)
isnan = function(Isnan)
isinf = function(Isinf)
isfinite = function(Isfinite)
isposinf = function(Isposinf)
isneginf = function(Isneginf)
isreal = function(Isreal)
signbit = function(Signbit)


def isclose(
    input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """Where ``|input - other| <= atol + rtol * |other|``; NaNs are close only with ``equal_nan``.

    >>> import minitorch as mt
    >>> mt.isclose(mt.tensor([1.0, 2.0]), mt.tensor([1.000001, 2.1]))
    tensor([ True, False])
    """
    a, b = input._array, other._array
    if a.dtype != b.dtype:
        have, given = (dtypes.SCALAR_TYPE[dtypes.of(x)] for x in (a, b))
        raise RuntimeError(f"{have} did not match {given}")
    for name, value in ("rtol", rtol), ("atol", atol):
        if value < 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value:g}")
    return Isclose.apply(input, other, rtol, atol, equal_nan)


@backend.at_its_gpu
def allclose(
    input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements are close: see `isclose`.

    >>> import minitorch as mt
    >>> mt.allclose(mt.tensor([1.0, 2.0]), mt.tensor([1.000001, 2.1]))
    False
    """
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


@backend.at_its_gpu
def equal(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape and the same elements.

    >>> import minitorch as mt
    >>> mt.equal(mt.tensor([1, 2]), mt.tensor([1.0, 2.0]))
    True
    """
    return input._array.shape == other._array.shape and bool(Eq.apply(input, other).all())
