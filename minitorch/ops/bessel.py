"""Bessel functions, and Airy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.operation import Operation
from .arrays import special
from .operands import function, only


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
    """The modified Bessel function of order 1; derivative ``I0(x) - I1(x) / x``, 1/2 at 0.

    >>> import minitorch as mt
    >>> mt.special.i1(mt.tensor([0.0, 1.0, -1.0]))  # odd; i0 is even
    tensor([ 0.0000,  0.5652, -0.5652])
    """

    torch_name = "SpecialI1Backward0"
    promote = only("f", "i1_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i1(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        zero = near_zero(x)
        slope = I0.apply(x) - out / x.masked_fill(zero, 1)
        return grad * slope.masked_fill(zero, 0.5)


class SpecialI0E(Operation):
    """``exp(-|x|) I0(x)``, which does not overflow; derivative ``I1E(x) - sgn(x) I0E(x)``.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, 100.0])
    >>> mt.special.i0e(x), mt.special.i0(x)
    (tensor([0.4658, 0.0399]), tensor([1.2661,    inf]))
    """

    promote = only("f", "i0e_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i0e(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        return grad * (SpecialI1E.apply(x) - x.sgn() * out)


class SpecialI1E(Operation):
    """``exp(-|x|) I1(x)``; derivative ``I0E(x) - (sgn(x) + 1 / x) I1E(x)``, 1/2 at 0.

    >>> import minitorch as mt
    >>> mt.special.i1e(mt.tensor([0.0, 1.0, 100.0]))
    tensor([0.0000, 0.2079, 0.0397])
    """

    promote = only("f", "i1e_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i1e(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        zero = near_zero(x)
        slope = SpecialI0E.apply(x) - out * (x.sgn() + x.masked_fill(zero, 1).reciprocal())
        return grad * slope.masked_fill(zero, 0.5)


def near_zero(x: Any) -> Any:
    """Where ``I1(x) / x`` is 1/2 to all digits; its formula would be 0 / 0."""
    return ~(x.abs() > float(np.finfo(x._array.dtype).eps))


i0 = function(I0)
i1 = function(I1, "special_i1")
i0e = function(SpecialI0E, "special_i0e")
i1e = function(SpecialI1E, "special_i1e")


# Those that PyTorch does not differentiate: their results require no gradient ---------------------


def undifferentiated(name: str, known_as: str, text: str, values: str) -> Callable[[Any], Any]:
    """The public function ``name``, which SciPy knows as ``known_as``; ``values`` at 1 and 2."""

    class Bessel(Operation):
        promote = only("w", f"{name}_cpu", dtypes.floating)

        def forward(self, xp: Any, x: Any) -> Any:
            result = getattr(special(xp), known_as)(x)
            result = result[0] if known_as == "airy" else result  # Ai, Ai', Bi, Bi'
            return result.astype(x.dtype, copy=False)

    Bessel.__doc__ = f"""{text}. PyTorch has no derivative of it.

    >>> import minitorch as mt
    >>> mt.special.{name}(mt.tensor([1.0, 2.0]))
    tensor([{values}])
    """
    return function(Bessel, f"special_{name}")


class SphericalBessel(Operation):
    """The spherical Bessel function j0, ``sin(x) / x``. PyTorch has no derivative of it.

    >>> import minitorch as mt
    >>> mt.special.spherical_bessel_j0(mt.tensor([0.0, 1.0, 10.0]))
    tensor([ 1.0000,  0.8415, -0.0544])
    """

    promote = only("w", "spherical_bessel_j0_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(xp.isinf(x), x.dtype.type(0), xp.sinc(x / x.dtype.type(xp.pi)))


airy_ai = undifferentiated(
    "airy_ai", "airy", "Airy's function Ai, which solves ``y″ = x y``", "0.1353, 0.0349"
)
bessel_j0 = undifferentiated(
    "bessel_j0", "j0", "The Bessel function J0, ``Σ (-1)ᵏ (x/2)²ᵏ / k!²``", "0.7652, 0.2239"
)
bessel_j1 = undifferentiated(
    "bessel_j1",
    "j1",
    "The Bessel function J1, ``Σ (-1)ᵏ (x/2)²ᵏ⁺¹ / (k! (k+1)!)``",
    "0.4401, 0.5767",
)
bessel_y0 = undifferentiated(
    "bessel_y0", "y0", "The Bessel function of the second kind Y0, -∞ at 0", "0.0883, 0.5104"
)
bessel_y1 = undifferentiated(
    "bessel_y1", "y1", "The Bessel function of the second kind Y1, -∞ at 0", "-0.7812, -0.1070"
)
modified_bessel_i0 = undifferentiated(
    "modified_bessel_i0",
    "i0",
    "The Bessel function I0, ``Σ (x/2)²ᵏ / k!²``: `i0`",
    "1.2661, 2.2796",
)
modified_bessel_i1 = undifferentiated(
    "modified_bessel_i1",
    "i1",
    "The Bessel function I1, ``Σ (x/2)²ᵏ⁺¹ / (k! (k+1)!)``: `i1`",
    "0.5652, 1.5906",
)
modified_bessel_k0 = undifferentiated(
    "modified_bessel_k0",
    "k0",
    "The Bessel function K0, ``∫ exp(-x cosh t) dt`` from 0 on",
    "0.4210, 0.1139",
)
modified_bessel_k1 = undifferentiated(
    "modified_bessel_k1",
    "k1",
    "The Bessel function K1, ``∫ exp(-x cosh t) cosh t dt`` from 0 on",
    "0.6019, 0.1399",
)
scaled_modified_bessel_k0 = undifferentiated(
    "scaled_modified_bessel_k0", "k0e", "``exp(x) K0(x)``", "1.1445, 0.8416"
)
scaled_modified_bessel_k1 = undifferentiated(
    "scaled_modified_bessel_k1", "k1e", "``exp(x) K1(x)``", "1.6362, 1.0335"
)
spherical_bessel_j0 = function(SphericalBessel, "special_spherical_bessel_j0")
