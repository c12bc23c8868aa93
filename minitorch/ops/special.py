"""Special functions: the error function, the normal distribution, and careful logarithms.

Others are in gamma.py, bessel.py and polynomials.py.
"""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from .arrays import special, wide
from .masking import masked
from .operands import binary, first_floating, function, number_or_tensor, only


class Erf(Operation):
    """The error function ``2/√π ∫₀ˣ exp(-t²) dt``; derivative ``2/√π exp(-x²)``.

    >>> import minitorch as mt
    >>> mt.erf(mt.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8427])
    """

    promote = only("f", "erf_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).erf(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * (2 / math.sqrt(math.pi)) * (-x * x).exp()


class Erfc(Operation):
    """``1 - erf x``, exact also where it is tiny; derivative ``-2/√π exp(-x²)``.

    >>> import minitorch as mt
    >>> mt.erfc(mt.tensor([0.0, 1.0, 5.0]))
    tensor([1.0000e+00, 1.5730e-01, 1.5375e-12])
    """

    promote = only("f", "erfc_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).erfc(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * (-2 / math.sqrt(math.pi)) * (-x * x).exp()


class Erfinv(Operation):
    """The inverse of the error function, on (-1, 1); derivative ``√π/2 exp(erfinv² x)``.

    >>> import minitorch as mt
    >>> mt.erfinv(mt.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.4769,    inf])
    """

    promote = only("f", "erfinv_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).erfinv(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * (math.sqrt(math.pi) / 2) * (x.erfinv() ** 2).exp()


class SpecialErfcx(Operation):
    """``exp(x²) erfc(x)``, which does not vanish for large x; derivative ``2x erfcx(x) - 2/√π``.

    >>> import minitorch as mt
    >>> mt.special.erfcx(mt.tensor([0.0, 100.0]))
    tensor([1.0000, 0.0056])
    """

    promote = only("w", "erfcx_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).erfcx(x)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        return grad * (2 * x * out - 2 / math.sqrt(math.pi))


# The standard normal distribution -----------------------------------------------------------------


def ndtr(input: Any) -> Any:
    """The area under the standard normal density up to ``input``: ``(1 + erf(x / √2)) / 2``.

    >>> import minitorch as mt
    >>> mt.special.ndtr(mt.tensor([-1.0, 0.0, 1.0]))
    tensor([0.1587, 0.5000, 0.8413])
    """
    return (1 + (input * math.sqrt(0.5)).erf()) * 0.5


class SpecialLogNdtr(Operation):
    """``ln ndtr(x)``, exact also far below 0.

    Its derivative is ``√(2/π) exp(-x²/2) / erfc(-x/√2)``, below 0 as ``√(2/π) / erfcx(-x/√2)``.

    >>> import minitorch as mt
    >>> mt.special.log_ndtr(mt.tensor([-20.0, 0.0]))
    tensor([-203.9172,   -0.6931])
    """

    promote = only("w", "log_ndtr_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).log_ndtr(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        below = x < 0
        low, high = masked(x, below), masked(x, ~below)
        slope = 1 / erfcx(low * -math.sqrt(0.5))
        slope = slope * (high * high / -2).exp() / erfc(high * -math.sqrt(0.5))
        return grad * slope * math.sqrt(2 / math.pi)


class SpecialNdtri(Operation):
    """The inverse of `ndtr`, on (0, 1); derivative ``√(2π) exp(ndtri(x)² / 2)``.

    >>> import minitorch as mt
    >>> mt.special.ndtri(mt.tensor([0.5, 0.975]))
    tensor([0.0000, 1.9600])
    """

    promote = only("w", "ndtri_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).ndtri(x)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad * math.sqrt(2 * math.pi) * (out * out / 2).exp()


# Logarithms ---------------------------------------------------------------------------------------


class SpecialEntr(Operation):
    """``-x ln x``, 0 at 0 and -∞ below; derivative ``-1 - ln x``.

    >>> import minitorch as mt
    >>> mt.special.entr(mt.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.3466, -0.0000])
    """

    promote = only("f", "entr_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).entr(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * (-1 - x.log())


class Logit(Operation):
    """``ln(x / (1 - x))`` of ``x`` within [eps, 1 - eps]; derivative ``1 / (x (1 - x))``."""

    promote = only("f", "logit_cpu", first_floating)

    def forward(self, xp: Any, x: Any, eps: float | None) -> Any:
        inside = wide(x) if eps is None else wide(x).clip(eps, 1 - eps)
        return xp.log(inside / (1 - inside)).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, eps: float | None) -> Any:
        slope = grad / (x * (1 - x))
        if eps is not None:
            return masked(slope, (x >= eps) & (x <= 1 - eps))
        return slope.masked_fill((x < 0) | (x > 1), math.nan)


class Xlogy(Operation):
    """``x ln y``, and 0 where ``x`` is 0; derivatives ``ln y``, ``x / y``."""

    promote = only("f", "xlogy_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any, y: Any) -> Any:
        return special(xp).xlogy(x, y).astype(kind_of(x, y), copy=False)

    def grad_x(self, grad: Any, x: Any, y: Any) -> Any:
        return masked(xlogy(grad, y), (x != 0) | (y > 0))

    def grad_y(self, grad: Any, x: Any, y: Any) -> Any:
        return grad * x / y


class SpecialXlog1Py(Operation):
    """``x ln(1 + y)``, and 0 where ``x`` is 0; derivatives ``ln(1 + y)``, ``x / (1 + y)``."""

    torch_name = "SpecialXlog1PyBackward0"
    promote = only("f", "xlog1py_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any, y: Any) -> Any:
        return special(xp).xlog1py(x, y).astype(kind_of(x, y), copy=False)

    def grad_x(self, grad: Any, x: Any, y: Any) -> Any:
        return masked(xlog1py(grad, y), (x != 0) | (y > -1))

    def grad_y(self, grad: Any, x: Any, y: Any) -> Any:
        return grad * x / (y + 1)


class SpecialXlog1PyOfNumber(SpecialXlog1Py):
    """As `SpecialXlog1Py`, of a number and a tensor."""

    torch_name = "SpecialXlog1PyBackward1"


class SpecialXlog1PyByNumber(SpecialXlog1Py):
    """As `SpecialXlog1Py`, of a tensor and a number."""

    torch_name = "SpecialXlog1PyBackward2"


class XlogyOfNumber(Xlogy):
    """As `Xlogy`, of a number and a tensor."""

    torch_name = "XlogyBackward1"


class XlogyByNumber(Xlogy):
    """As `Xlogy`, of a tensor and a number."""

    torch_name = "XlogyBackward2"


def kind_of(a: Any, b: Any) -> Any:
    """The dtype of two promoted operands, one of which may be a number."""
    return (a if hasattr(a, "dtype") else b).dtype


def greater_and_rest(xp: Any, exp: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The greater of ``a`` and ``b``, and ``ln(1 + exp(-|a - b|))``: a tenth of NumPy's time."""
    distance = xp.where(a == b, a.dtype.type(0), xp.abs(a - b))  # 0 also of equal infinities
    return xp.maximum(a, b), xp.log1p(exp(-distance))


class Logaddexp(Operation):
    """``ln(eᵃ + eᵇ)`` without overflow; derivatives ``1 / (1 + eᵇ⁻ᵃ)``, ``1 / (1 + eᵃ⁻ᵇ)``.

    >>> import minitorch as mt
    >>> mt.logaddexp(mt.tensor([0.0, 1000.0]), mt.tensor([0.0, 1000.0]))
    tensor([6.9315e-01, 1.0007e+03])
    """

    promote = only("f", "logaddexp_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        greater, rest = greater_and_rest(xp, xp.exp, wide(a), wide(b))
        return (greater + rest).astype(a.dtype, copy=False)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (b - a).exp())

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (a - b).exp())


class Logaddexp2(Operation):
    """``log₂(2ᵃ + 2ᵇ)`` without overflow; derivatives ``1 / (1 + 2ᵇ⁻ᵃ)``, ``1 / (1 + 2ᵃ⁻ᵇ)``.

    >>> import minitorch as mt
    >>> mt.logaddexp2(mt.tensor([1000.0]), mt.tensor([1000.0]))  # log2(2^1000 + 2^1000)
    tensor([1001.])
    """

    promote = only("f", "logaddexp2_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        greater, rest = greater_and_rest(xp, xp.exp2, wide(a), wide(b))
        return (greater + rest * (1 / math.log(2))).astype(a.dtype, copy=False)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (b - a).exp2())

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (a - b).exp2())


# Functions ----------------------------------------------------------------------------------------

erf = function(Erf)
erfc = function(Erfc)
erfinv = function(Erfinv)
erfcx = function(SpecialErfcx, "special_erfcx")
log_ndtr = function(SpecialLogNdtr, "special_log_ndtr")
ndtri = function(SpecialNdtri, "special_ndtri")
entr = function(SpecialEntr, "special_entr")
logaddexp = binary(Logaddexp)
logaddexp2 = binary(Logaddexp2)


def logit(input: Any, eps: float | None = None) -> Any:
    """The inverse of `sigmoid`: ``ln(x / (1 - x))``, of ``x`` held within [eps, 1 - eps] if given.

    >>> import minitorch as mt
    >>> mt.logit(mt.tensor([0.5, 0.9, 1.0])), mt.logit(mt.tensor([1.0]), eps=0.1)
    (tensor([0.0000, 2.1972,    inf]), tensor([2.1972]))
    """
    return Logit.apply(input, eps)


def xlogy(input: Any, other: Any) -> Any:
    """``input * ln(other)``, and 0 where ``input`` is 0; one of the two may be a number.

    >>> import minitorch as mt
    >>> mt.xlogy(mt.tensor([0.0, 2.0]), mt.tensor([0.0, 3.0]))
    tensor([0.0000, 2.1972])
    """
    return number_or_tensor("xlogy", (Xlogy, XlogyOfNumber, XlogyByNumber), input, other)


def xlog1py(input: Any, other: Any) -> Any:
    """``input * ln(1 + other)``, and 0 where ``input`` is 0; one of the two may be a number.

    >>> import minitorch as mt
    >>> mt.special.xlog1py(mt.tensor([0.0, 2.0]), mt.tensor([-1.0, 2.0]))
    tensor([0.0000, 2.1972])
    """
    kinds = SpecialXlog1Py, SpecialXlog1PyOfNumber, SpecialXlog1PyByNumber
    return number_or_tensor("special_xlog1py", kinds, input, other)
