"""Bessel functions, and Airy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    """The modified Bessel function of order 1; derivative ``I0(x) - I1(x) / x``, 1/2 at 0."""

    torch_name = "SpecialI1Backward0"
    promote = only("f", "i1_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i1(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        zero = x == 0
        slope = I0.apply(x) - out / x.masked_fill(zero, 1)
        return grad * slope.masked_fill(zero, 0.5)


class SpecialI0E(Operation):
    """``exp(-|x|) I0(x)``, which does not overflow; derivative ``I1E(x) - sgn(x) I0E(x)``."""

    promote = only("f", "i0e_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i0e(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        return grad * (SpecialI1E.apply(x) - x.sgn() * out)


class SpecialI1E(Operation):
    """``exp(-|x|) I1(x)``; derivative ``I0E(x) - (sgn(x) + 1 / x) I1E(x)``, 1/2 at 0."""

    promote = only("f", "i1e_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return special(xp).i1e(x).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        zero = x == 0
        slope = SpecialI0E.apply(x) - out * (x.sgn() + x.masked_fill(zero, 1).reciprocal())
        return grad * slope.masked_fill(zero, 0.5)


i0 = function(I0)
i1 = function(I1, "special_i1")
i0e = function(SpecialI0E, "special_i0e")
i1e = function(SpecialI1E, "special_i1e")


# Those that PyTorch does not differentiate: their results require no gradient ---------------------


def undifferentiated(name: str, known_as: str, text: str) -> Callable[[Any], Any]:
    """The public function ``name``, which SciPy knows as ``known_as``."""

    class Bessel(Operation):
        promote = only("w", f"{name}_cpu", dtypes.floating)

        def forward(self, xp: Any, x: Any) -> Any:
            result = getattr(special(xp), known_as)(x)
            result = result[0] if known_as == "airy" else result  # Ai, Ai', Bi, Bi'
            return result.astype(x.dtype, copy=False)

    Bessel.__doc__ = f"{text}. PyTorch has no derivative of it."
    return function(Bessel, f"special_{name}")


class SphericalBessel(Operation):
    """The spherical Bessel function j0, ``sin(x) / x``. PyTorch has no derivative of it."""

    promote = only("w", "spherical_bessel_j0_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(xp.isinf(x), x.dtype.type(0), xp.sinc(x / x.dtype.type(xp.pi)))


airy_ai = undifferentiated("airy_ai", "airy", "Airy's function Ai")
bessel_j0 = undifferentiated("bessel_j0", "j0", "The Bessel function J0")
bessel_j1 = undifferentiated("bessel_j1", "j1", "The Bessel function J1")
bessel_y0 = undifferentiated("bessel_y0", "y0", "The Bessel function Y0")
bessel_y1 = undifferentiated("bessel_y1", "y1", "The Bessel function Y1")
modified_bessel_i0 = undifferentiated("modified_bessel_i0", "i0", "The Bessel function I0: `i0`")
modified_bessel_i1 = undifferentiated("modified_bessel_i1", "i1", "The Bessel function I1: `i1`")
modified_bessel_k0 = undifferentiated("modified_bessel_k0", "k0", "The Bessel function K0")
modified_bessel_k1 = undifferentiated("modified_bessel_k1", "k1", "The Bessel function K1")
scaled_modified_bessel_k0 = undifferentiated("scaled_modified_bessel_k0", "k0e", "``exp(x) K0(x)``")
scaled_modified_bessel_k1 = undifferentiated("scaled_modified_bessel_k1", "k1e", "``exp(x) K1(x)``")
spherical_bessel_j0 = function(SphericalBessel, "special_spherical_bessel_j0")
