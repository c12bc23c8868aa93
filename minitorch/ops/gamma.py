"""The gamma function's family: its logarithm and derivatives, incomplete gammas, Hurwitz' zeta."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.operation import Operation
from .arrays import special
from .operands import binary, first_floating, function, number_or_tensor, only


class Lgamma(Operation):
    """``ln |Γ(x)|``, which is ``ln (x - 1)!`` for whole numbers; derivative ``digamma x``.

    >>> import minitorch as mt
    >>> mt.lgamma(mt.tensor([1.0, 5.0]))
    tensor([0.0000, 3.1781])
    """

    promote = only("f", "lgamma_vml_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        x = xp.maximum(x, xp.finfo(x.dtype).min)  # SciPy's is -inf at -inf
        return special(xp).gammaln(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * x.digamma()


class Digamma(Operation):
    """The derivative of ``ln Γ(x)``; its own derivative is ``polygamma(1, x)``.

    >>> import minitorch as mt
    >>> mt.digamma(mt.tensor([1.0, 2.0]))  # minus Euler's constant, and 1 more
    tensor([-0.5772,  0.4228])
    """

    promote = only("f", "digamma", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).psi(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * polygamma(1, x)


class Polygamma(Operation):
    """The derivative of order ``n + 1`` of ``ln Γ(x)``."""

    promote = only("f", "polygamma", first_floating)

    def forward(self, xp: Any, x: Any, n: int) -> Any:
        order = n if xp is np else xp.asarray(n, x.dtype)  # CuPy takes arrays only
        result = special(xp).polygamma(order, x) if n else special(xp).psi(x)
        return result.astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, n: int) -> Any:
        return grad * polygamma(n + 1, x)


class Igamma(Operation):
    """The regularized lower incomplete gamma function ``∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a)``.

    Its derivative by ``x`` is ``xᵃ⁻¹ e⁻ˣ / Γ(a)``; PyTorch has none by ``a``.

    >>> import minitorch as mt
    >>> mt.special.gammainc(mt.tensor([1.0, 2.0]), mt.tensor([1.0, 1.0]))
    tensor([0.6321, 0.2642])
    """

    promote = only("f", "igamma_cpu", dtypes.arithmetic)
    sign = 1

    def forward(self, xp: Any, a: Any, x: Any) -> Any:
        return special(xp).gammainc(a, x).astype(a.dtype, copy=False)

    def grad_a(self, grad: Any) -> Any:
        raise NotImplementedError(
            f"the derivative for '{self.torch_name[:-9].lower()}: input' is not implemented."
        )

    def grad_x(self, grad: Any, a: Any, x: Any) -> Any:
        return self.sign * grad * ((a - 1) * x.log() - x - a.lgamma()).exp()


class Igammac(Igamma):
    """``1 - igamma(a, x)``: the regularized upper incomplete gamma function.

    >>> import minitorch as mt
    >>> mt.special.gammaincc(mt.tensor([1.0, 2.0]), mt.tensor([1.0, 1.0]))
    tensor([0.3679, 0.7358])
    """

    promote = only("f", "igammac_cpu", dtypes.arithmetic)
    sign = -1

    def forward(self, xp: Any, a: Any, x: Any) -> Any:
        return special(xp).gammaincc(a, x).astype(a.dtype, copy=False)


class SpecialZeta(Operation):
    """``Σ (k + q)⁻ˣ`` over k from 0 on; derivative by ``q`` only: ``-x ζ(x + 1, q)``."""

    promote = only("w", "zeta_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any, q: Any) -> Any:
        return special(xp).zeta(x, q).astype((x if hasattr(x, "dtype") else q).dtype, copy=False)

    def grad_x(self, grad: Any) -> Any:
        raise NotImplementedError("the derivative for 'zeta' is not implemented.")

    def grad_q(self, grad: Any, x: Any, q: Any) -> Any:
        return grad * -x * zeta(x + 1, q)


class SpecialZetaOfNumber(SpecialZeta):
    """As `SpecialZeta`, of a number and a tensor."""

    torch_name = "SpecialZetaBackward1"


class SpecialZetaByNumber(SpecialZeta):
    """As `SpecialZeta`, of a tensor and a number."""

    torch_name = "SpecialZetaBackward2"


# Functions ----------------------------------------------------------------------------------------

lgamma = function(Lgamma)
digamma = function(Digamma)
gammainc = binary(Igamma, "special_gammainc")
gammaincc = binary(Igammac, "special_gammaincc")
igamma = binary(Igamma)
igammac = binary(Igammac)


def zeta(input: Any, other: Any) -> Any:
    """Hurwitz' zeta function ``Σ (k + other)^(-input)``; with ``other`` 1 that of Riemann.

    >>> import minitorch as mt
    >>> mt.special.zeta(mt.tensor([2.0, 4.0]), 1)
    tensor([1.6449, 1.0823])
    """
    kinds = SpecialZeta, SpecialZetaOfNumber, SpecialZetaByNumber
    return number_or_tensor("special_zeta", kinds, input, other)


def polygamma(n: int, input: Any) -> Any:
    """The derivative of order ``n`` of `digamma`.

    >>> import minitorch as mt
    >>> mt.polygamma(1, mt.tensor([1.0, 2.0]))
    tensor([1.6449, 0.6449])
    """
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    return Polygamma.apply(input, n)


def polygamma_of(input: Any, n: int) -> Any:
    """The derivative of order ``n`` of `digamma` at this tensor.

    >>> import minitorch as mt
    >>> mt.tensor([1.0, 2.0]).polygamma(1), mt.pi**2 / 6
    (tensor([1.6449, 0.6449]), 1.6449340668482264)
    """
    return polygamma(n, input)


polygamma_of.__name__ = "polygamma"  # as a method


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
