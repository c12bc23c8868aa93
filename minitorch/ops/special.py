"""Special functions: the error function, the gamma function, and careful logarithms."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from .arrays import special, wide
from .masking import masked
from .operands import binary, function, invalid_combination, only, plain


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
    """``1 - erf x``, exact also where it is tiny; derivative ``-2/√π exp(-x²)``."""

    promote = only("f", "erfc_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).erfc(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * (-2 / math.sqrt(math.pi)) * (-x * x).exp()


class Erfinv(Operation):
    """The inverse of the error function, on (-1, 1); derivative ``√π/2 exp(erfinv² x)``."""

    promote = only("f", "erfinv_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).erfinv(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * (math.sqrt(math.pi) / 2) * (x.erfinv() ** 2).exp()


class Lgamma(Operation):
    """``ln |Γ(x)|``, which is ``ln (x - 1)!`` for whole numbers; derivative ``digamma x``.

    >>> import minitorch as mt
    >>> mt.lgamma(mt.tensor([1.0, 5.0]))
    tensor([0.0000, 3.1781])
    """

    promote = only("f", "lgamma_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).gammaln(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * x.digamma()


class Digamma(Operation):
    """The derivative of ``ln Γ(x)``; its own derivative is ``polygamma(1, x)``."""

    promote = only("f", "digamma", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).psi(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * polygamma(1, x)


def first_floating(operands: list[Any]) -> list[Any]:
    """As `dtypes.floating`, for the first operand only."""
    return [*dtypes.floating(operands[:1]), *operands[1:]]


class Polygamma(Operation):
    """The derivative of order ``n + 1`` of ``ln Γ(x)``."""

    promote = only("f", "polygamma", first_floating)

    def forward(self, xp: Any, x: Any, n: int) -> Any:
        result = special(xp).polygamma(n, x) if n else special(xp).psi(x)
        return result.astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, n: int) -> Any:
        return grad * polygamma(n + 1, x)


class I0(Operation):
    """The modified Bessel function of the first kind and order 0; derivative that of order 1.

    >>> import minitorch as mt
    >>> mt.i0(mt.tensor([0.0, 1.0]))
    tensor([1.0000, 1.2661])
    """

    promote = only("f", "i0_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i0(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * I1.apply(x)


class I1(Operation):
    """The modified Bessel function of order 1; derivative ``I0(x) - I1(x) / x``, 1/2 at 0."""

    torch_name = "SpecialI1Backward0"
    promote = only("f", "i1_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i1(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        slope = masked(I0.apply(x) - out / x, x != 0) + masked(x.new_full(x.shape, 0.5), x == 0)
        return grad * slope


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


class XlogyOfNumber(Xlogy):
    """As `Xlogy`, of a number and a tensor."""

    torch_name = "XlogyBackward1"


class XlogyByNumber(Xlogy):
    """As `Xlogy`, of a tensor and a number."""

    torch_name = "XlogyBackward2"


def kind_of(a: Any, b: Any) -> Any:
    """The dtype of two promoted operands, one of which may be a number."""
    return (a if hasattr(a, "dtype") else b).dtype


class Logaddexp(Operation):
    """``ln(eᵃ + eᵇ)`` without overflow; derivatives ``1 / (1 + eᵇ⁻ᵃ)``, ``1 / (1 + eᵃ⁻ᵇ)``.

    >>> import minitorch as mt
    >>> mt.logaddexp(mt.tensor([0.0, 1000.0]), mt.tensor([0.0, 1000.0]))
    tensor([6.9315e-01, 1.0007e+03])
    """

    promote = only("f", "logaddexp_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logaddexp(a, b)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (b - a).exp())

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (a - b).exp())


class Logaddexp2(Operation):
    """``log₂(2ᵃ + 2ᵇ)`` without overflow; derivatives ``1 / (1 + 2ᵇ⁻ᵃ)``, ``1 / (1 + 2ᵃ⁻ᵇ)``."""

    promote = only("f", "logaddexp2_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.logaddexp2(a, b)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (b - a).exp2())

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return grad / (1 + (a - b).exp2())


# Functions ----------------------------------------------------------------------------------------

erf = function(Erf)
erfc = function(Erfc)
erfinv = function(Erfinv)
lgamma = function(Lgamma)
digamma = function(Digamma)
i0 = function(I0)
logaddexp = binary(Logaddexp)
logaddexp2 = binary(Logaddexp2)


def polygamma(n: int, input: Any) -> Any:
    """The derivative of order ``n`` of `digamma`.

    >>> import minitorch as mt
    >>> mt.polygamma(1, mt.tensor([1.0, 2.0]))
    tensor([1.6449, 0.6449])
    """
    if not isinstance(n, int) or isinstance(n, bool):
        kind = "Tensor" if isinstance(n, TensorBase) else type(n).__name__
        raise TypeError(f"polygamma(): argument 'n' (position 1) must be int, not {kind}")
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return Polygamma.apply(input, n)


def polygamma_of(input: Any, n: int) -> Any:
    """The derivative of order ``n`` of `digamma` at this tensor."""
    return polygamma(n, input)


def mvlgamma(input: Any, p: int) -> Any:
    """The logarithm of the gamma function in ``p`` dimensions, for elements above ``(p - 1) / 2``.

    ``ln Γₚ(x) = p (p - 1) / 4 ln π + Σ ln Γ(x - j / 2)`` for j from 0 to p - 1

    >>> import minitorch as mt
    >>> mt.mvlgamma(mt.tensor([5.0]), 2)
    tensor([6.2042])
    """
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    result = input.lgamma() + p * (p - 1) / 4 * math.log(math.pi)
    for j in range(1, p):
        result = result + (input - j / 2).lgamma()
    return result


def logit(input: Any, eps: float | None = None) -> Any:
    """The inverse of `sigmoid`: ``ln(x / (1 - x))``, of ``x`` held within [eps, 1 - eps] if given.

    >>> import minitorch as mt
    >>> mt.logit(mt.tensor([0.5, 0.9, 1.0])), mt.logit(mt.tensor([1.0]), eps=0.1)
    (tensor([0.0000, 2.1972,    inf]), tensor([2.1972]))
    """
    if eps is not None and plain(eps) is None:
        raise TypeError(
            f"logit(): argument 'eps' (position 2) must be float, not {type(eps).__name__}"
        )
    return Logit.apply(input, eps)


def xlogy(input: Any, other: Any) -> Any:
    """``input * ln(other)``, and 0 where ``input`` is 0; one of the two may be a number.

    >>> import minitorch as mt
    >>> mt.xlogy(mt.tensor([0.0, 2.0]), mt.tensor([0.0, 3.0]))
    tensor([0.0000, 2.1972])
    """
    numbers = [None if isinstance(x, TensorBase) else plain(x) for x in (input, other)]
    if isinstance(other, TensorBase):
        if isinstance(input, TensorBase):
            return Xlogy.apply(input, other)
        if numbers[0] is not None:
            return XlogyOfNumber.apply(numbers[0], other)
    elif isinstance(input, TensorBase) and numbers[1] is not None:
        return XlogyByNumber.apply(input, numbers[1])
    raise invalid_combination("xlogy", (input, other))
