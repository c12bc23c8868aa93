"""Functions of single elements: exponentials, logarithms, roots and rounding.

The class of an operation holds its formula and its derivative; the functions are made of the
classes at the end of the file. Derivatives are written for real numbers; `conj` makes them right
for complex ones and does nothing to real ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.operation import Operation
from .arrays import wide
from .complexes import conj
from .conversion import copied
from .masking import masked
from .operands import OnlyReal, function, not_implemented, only

floating = staticmethod(dtypes.floating)

# Exponentials and logarithms ----------------------------------------------------------------------


class Exp(Operation):
    """The exponential ``e ** x``, which is its own derivative.

    >>> import minitorch as mt
    >>> mt.exp(mt.tensor([0.0, 1.0]))
    tensor([1.0000, 2.7183])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.exp(x)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad * conj(out)


class Exp2(Operation):
    """``2 ** x``; derivative ``2 ** x * ln 2``.

    >>> import minitorch as mt
    >>> mt.exp2(mt.tensor([0.0, 3.0, -1.0]))
    tensor([1.0000, 8.0000, 0.5000])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.exp2(x)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad * conj(out) * math.log(2)


class Expm1(Operation):
    """``e ** x - 1``, exact also where ``x`` is tiny; derivative ``e ** x``.

    >>> import minitorch as mt
    >>> x = mt.tensor([1e-10])
    >>> mt.expm1(x), x.exp() - 1
    (tensor([1.0000e-10]), tensor([0.]))
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.expm1(x)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad * (conj(out) + 1)


class Log(Operation):
    """The natural logarithm ``ln x``; derivative ``1 / x``.

    >>> import minitorch as mt
    >>> mt.log(mt.tensor([1.0, mt.e, 0.0, -1.0]))
    tensor([0., 1., -inf, nan])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad / conj(x)


class Log2(Operation):
    """The logarithm to base 2; derivative ``1 / (x ln 2)``.

    >>> import minitorch as mt
    >>> mt.log2(mt.tensor([8.0, 0.5, 0.0]))
    tensor([ 3., -1., -inf])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log2(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad / (conj(x) * math.log(2))


class Log10(Operation):
    """The logarithm to base 10; derivative ``1 / (x ln 10)``.

    >>> import minitorch as mt
    >>> mt.log10(mt.tensor([1.0, 50.0, 0.1]))
    tensor([ 0.0000,  1.6990, -1.0000])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log10(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad / (conj(x) * math.log(10))


class Log1p(Operation):
    """``ln(1 + x)``, exact also where ``x`` is tiny; derivative ``1 / (1 + x)``.

    >>> import minitorch as mt
    >>> x = mt.tensor([1e-10])
    >>> mt.log1p(x), (1 + x).log()
    (tensor([1.0000e-10]), tensor([0.]))
    """

    torch_name = "Log1PBackward0"
    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log1p(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad / conj(x + 1)


# Roots and the reciprocal -------------------------------------------------------------------------


class Sqrt(Operation):
    """The square root ``√x``; derivative ``1 / (2 √x)``.

    >>> import minitorch as mt
    >>> mt.sqrt(mt.tensor([4.0, 2.0, -1.0]))
    tensor([2.0000, 1.4142,    nan])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sqrt(x)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad / (2 * conj(out))


class Rsqrt(Operation):
    """The reciprocal of the square root ``1 / √x``; derivative ``-1 / (2 √x³)``.

    >>> import minitorch as mt
    >>> mt.rsqrt(mt.tensor([4.0, 0.25, 0.0]))
    tensor([0.5000, 2.0000,    inf])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return (1 / xp.sqrt(wide(x))).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return -0.5 * grad * conj(out**3)


class Reciprocal(Operation):
    """``1 / x``; derivative ``-1 / x²``.

    >>> import minitorch as mt
    >>> mt.reciprocal(mt.tensor([4, 0]))  # integers become floats
    tensor([0.2500,    inf])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return 1 / x  # in half the time of `reciprocal`, whose complex zeros have other signs

    def grad_x(self, grad: Any, out: Any) -> Any:
        return -grad * conj(out * out)


# Rounding: constant between the jumps -------------------------------------------------------------


class Constant(Operation):
    """A function whose derivative is 0 wherever it has one."""

    def grad_x(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


def real(name: str) -> staticmethod[[list[Any]], list[Any]]:
    """No promotion; refuses complex numbers and bools, for which rounding has no meaning."""

    def promote(operands: list[Any]) -> list[Any]:
        kind = operands[0].dtype.kind
        if kind == "c" and name != "round":
            raise NotImplementedError(f"{name} is not supported for complex inputs")
        if kind in "bc":
            raise not_implemented(f"{name}_vml_cpu", operands[0])
        return operands

    return staticmethod(promote)


class Floor(Constant):
    """The largest whole number that is not above ``x``.

    >>> import minitorch as mt
    >>> mt.floor(mt.tensor([1.7, -1.2]))
    tensor([ 1., -2.])
    """

    promote = real("floor")

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.floor(x) if x.dtype.kind == "f" else copied(x)


class Ceil(Constant):
    """The smallest whole number that is not below ``x``.

    >>> import minitorch as mt
    >>> mt.ceil(mt.tensor([1.7, -1.2]))
    tensor([ 2., -1.])
    """

    promote = real("ceil")

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.ceil(x) if x.dtype.kind == "f" else copied(x)


class Trunc(Constant):
    """``x`` without the digits after the point.

    >>> import minitorch as mt
    >>> mt.trunc(mt.tensor([1.7, -1.2]))
    tensor([ 1., -1.])
    """

    promote = real("trunc")

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.trunc(x) if x.dtype.kind == "f" else copied(x)


class Round(Constant):
    """The nearest whole number; of two that are as near, the even one."""

    promote = real("round")

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.rint(x) if x.dtype.kind == "f" else copied(x)


class RoundDecimals(Constant):
    """``round(x * 10**decimals) / 10**decimals``."""

    torch_name = "RoundBackward1"
    promote = only("f", "round_cpu")

    def forward(self, xp: Any, x: Any, decimals: int) -> Any:
        wider = wide(x)
        scale = wider.dtype.type(10.0 ** abs(decimals))
        whole = xp.rint(wider * scale) / scale if decimals > 0 else xp.rint(wider / scale) * scale
        return whole.astype(x.dtype, copy=False)


class Frac(Operation):
    """The digits after the point: ``x - trunc(x)``; derivative 1.

    >>> import minitorch as mt
    >>> mt.frac(mt.tensor([1.25, -1.5]))
    tensor([ 0.2500, -0.5000])
    """

    promote = only("f", "frac_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        return x - xp.trunc(x)

    def grad_x(self, grad: Any) -> Any:
        return grad


class NanToNum(OnlyReal):
    """``x`` with numbers in place of NaN, inf and -inf; derivative 1 where nothing was replaced."""

    def forward(self, xp: Any, x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
        if x.dtype.kind not in "fc":
            return copied(x)
        largest = float(np.finfo(x.dtype).max)
        out = copied(x)
        if xp is np and np.isfinite(out).all():  # nothing to replace: a fifth of the time
            return out
        return xp.nan_to_num(
            out,
            copy=False,
            nan=0.0 if nan is None else nan,
            posinf=largest if posinf is None else posinf,
            neginf=-largest if neginf is None else neginf,
        )

    def grad_x(self, grad: Any, x: Any) -> Any:
        return masked(grad, x.isfinite())


# Functions ----------------------------------------------------------------------------------------

exp = function(Exp)
exp2 = function(Exp2)
expm1 = function(Expm1)
log = function(Log)
log2 = function(Log2)
log10 = function(Log10)
log1p = function(Log1p)
sqrt = function(Sqrt)
rsqrt = function(Rsqrt)
reciprocal = function(Reciprocal)
floor = function(Floor)
ceil = function(Ceil)
trunc = function(Trunc)
fix = function(Trunc, "fix")
frac = function(Frac)


def round(input: Any, *, decimals: int = 0) -> Any:
    """``input`` to so many decimals; of two results that are as near, the one with the even digit.

    Negative ``decimals`` round to tens, hundreds ... Integers are whole already.

    >>> import minitorch as mt
    >>> mt.round(mt.tensor([0.5, 1.5, 2.6])), mt.round(mt.tensor([0.126]), decimals=2)
    (tensor([0., 2., 3.]), tensor([0.1300]))
    """
    return Round.apply(input) if decimals == 0 else RoundDecimals.apply(input, decimals)


def nan_to_num(
    input: Any, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """``input`` with numbers for NaN (0), inf (the dtype's largest) and -inf (its smallest).

    >>> import minitorch as mt
    >>> mt.nan_to_num(mt.tensor([float("nan"), float("inf"), 2.0]), posinf=9.0)
    tensor([0., 9., 2.])
    """
    return NanToNum.apply(input, nan, posinf, neginf)
