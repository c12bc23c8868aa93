"""Angles: sine, cosine, their inverses, and the hyperbolic functions."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from .arrays import wide
from .complexes import conj
from .masking import masked
from .operands import binary, function, only

floating = staticmethod(dtypes.floating)


class Sin(Operation):
    """The sine; derivative ``cos x``.

    >>> import minitorch as mt
    >>> mt.sin(mt.tensor([0.0, mt.pi / 2]))
    tensor([0., 1.])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sin(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * conj(x.cos())


class Cos(Operation):
    """The cosine; derivative ``-sin x``.

    >>> import minitorch as mt
    >>> mt.cos(mt.tensor([0.0, mt.pi]))
    tensor([ 1., -1.])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cos(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * -conj(x.sin())


class Tan(Operation):
    """The tangent; derivative ``1 + tan² x``.

    >>> import minitorch as mt
    >>> mt.tan(mt.tensor([0.0, 1.0]))
    tensor([0.0000, 1.5574])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.tan(x)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad * conj(1 + out * out)


class Asin(Operation):
    """The inverse of the sine; derivative ``1 / √(1 - x²)``.

    >>> import minitorch as mt
    >>> mt.asin(mt.tensor([0.0, 1.0, 2.0]))  # no angle has the sine 2
    tensor([0.0000, 1.5708,    nan])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arcsin(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * conj((1 - x * x).rsqrt())


class Acos(Operation):
    """The inverse of the cosine; derivative ``-1 / √(1 - x²)``.

    >>> import minitorch as mt
    >>> mt.acos(mt.tensor([1.0, 0.0, -1.0]))
    tensor([0.0000, 1.5708, 3.1416])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arccos(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * -conj((1 - x * x).rsqrt())


class Atan(Operation):
    """The inverse of the tangent; derivative ``1 / (1 + x²)``.

    >>> import minitorch as mt
    >>> mt.atan(mt.tensor([0.0, 1.0, mt.inf]))  # never more than a quarter turn
    tensor([0.0000, 0.7854, 1.5708])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arctan(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad / conj(1 + x * x)


class Sinh(Operation):
    """The hyperbolic sine ``(eˣ - e⁻ˣ) / 2``; derivative ``cosh x``.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, 2.0])
    >>> mt.sinh(x), (x.exp() - (-x).exp()) / 2
    (tensor([1.1752, 3.6269]), tensor([1.1752, 3.6269]))
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sinh(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * conj(x.cosh())


class Cosh(Operation):
    """The hyperbolic cosine ``(eˣ + e⁻ˣ) / 2``; derivative ``sinh x``.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, 2.0])
    >>> mt.cosh(x) - mt.sinh(x), (-x).exp()
    (tensor([0.3679, 0.1353]), tensor([0.3679, 0.1353]))
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cosh(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * conj(x.sinh())


class Tanh(Operation):
    """The hyperbolic tangent ``sinh x / cosh x``; derivative ``1 - tanh² x``.

    >>> import minitorch as mt
    >>> mt.tanh(mt.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.tanh(x)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad * conj(1 - out * out)


class Asinh(Operation):
    """The inverse of the hyperbolic sine; derivative ``1 / √(x² + 1)``.

    >>> import minitorch as mt
    >>> mt.asinh(mt.tensor([-10.0, 0.0, 10.0]))
    tensor([-2.9982,  0.0000,  2.9982])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arcsinh(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * conj((x * x + 1).rsqrt())


class Acosh(Operation):
    """The inverse of the hyperbolic cosine; derivative ``1 / √(x² - 1)``.

    >>> import minitorch as mt
    >>> mt.acosh(mt.tensor([0.5, 1.0, 2.0]))  # the cosine is never below 1
    tensor([   nan, 0.0000, 1.3170])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arccosh(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        if x._array.dtype.kind == "c":  # x² - 1 would be another branch
            return grad * conj((x - 1).rsqrt() * (x + 1).rsqrt())
        return grad * (x * x - 1).rsqrt()


class Atanh(Operation):
    """The inverse of the hyperbolic tangent; derivative ``1 / (1 - x²)``.

    >>> import minitorch as mt
    >>> mt.atanh(mt.tensor([0.0, 0.5, 1.0]))
    tensor([0.0000, 0.5493,    inf])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.arctanh(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad / conj(1 - x * x)


class Atan2(Operation):
    """The angle of the point with ordinate ``input`` and abscissa ``other``, from -π to π.

    Derivatives ``x / (x² + y²)`` by y, ``-y / (x² + y²)`` by x.

    >>> import minitorch as mt
    >>> mt.atan2(mt.tensor([1.0, -1.0]), mt.tensor([1.0, -1.0]))
    tensor([ 0.7854, -2.3562])
    """

    promote = only("f", "atan2_cpu", dtypes.floating)

    def forward(self, xp: Any, y: Any, x: Any) -> Any:
        return xp.arctan2(y, x)

    def grad_y(self, grad: Any, y: Any, x: Any) -> Any:
        return grad * masked(x / (x * x + y * y), (x != 0) | (y != 0))

    def grad_x(self, grad: Any, y: Any, x: Any) -> Any:
        return grad * masked(-y / (x * x + y * y), (x != 0) | (y != 0))


class Hypot(Operation):
    """The hypotenuse ``√(x² + y²)``, without overflow on the way; for floats.

    Derivatives ``x / √(x² + y²)``, ``y / √(x² + y²)``.

    >>> import minitorch as mt
    >>> mt.hypot(mt.tensor([3.0]), mt.tensor([4.0]))
    tensor([5.])
    """

    promote = only("f", "hypot_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, x: Any, y: Any) -> Any:
        return xp.hypot(x, y)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        return grad * (x / out)

    def grad_y(self, grad: Any, y: Any, out: Any) -> Any:
        return grad * (y / out)


class Sinc(Operation):
    """``sin(πx) / (πx)``, and 1 at 0; derivative ``(cos(πx) - sinc x) / x``.

    >>> import minitorch as mt
    >>> mt.sinc(mt.tensor([0.0, 0.5]))
    tensor([1.0000, 0.6366])
    """

    promote = floating

    def forward(self, xp: Any, x: Any) -> Any:
        product = wide(x) * math.pi
        return xp.where(x == 0, 1, xp.sin(product) / product).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any) -> Any:
        product = x * math.pi
        slope = (product * product.cos() - product.sin()) / (product * x)
        return masked(grad * conj(slope), x != 0)


class Deg2rad(Operation):
    """Degrees to radians: ``x π / 180``.

    >>> import minitorch as mt
    >>> mt.deg2rad(mt.tensor([0.0, 180.0]))
    tensor([0.0000, 3.1416])
    """

    torch_name = "Deg2RadBackward0"

    def forward(self, xp: Any, x: Any) -> Any:
        return scaled(x, math.pi / 180, "deg2rad")

    def grad_x(self, grad: Any) -> Any:
        return grad * (math.pi / 180)


class Rad2deg(Operation):
    """Radians to degrees: ``x 180 / π``.

    >>> import minitorch as mt
    >>> mt.rad2deg(mt.tensor([mt.pi, -mt.pi / 2]))
    tensor([180., -90.])
    """

    torch_name = "Rad2DegBackward0"

    def forward(self, xp: Any, x: Any) -> Any:
        return scaled(x, 180 / math.pi, "rad2deg")

    def grad_x(self, grad: Any) -> Any:
        return grad * (180 / math.pi)


def scaled(x: Any, factor: float, caller: str) -> Any:
    """The array ``x * factor``, in the default dtype if ``x`` holds integers."""
    if x.dtype.kind == "c":
        raise RuntimeError(f"{caller} is not supported for complex tensors.")
    return dtypes.floating([x])[0] * factor


# Functions ----------------------------------------------------------------------------------------

sin = function(Sin)
cos = function(Cos)
tan = function(Tan)
asin, arcsin = function(Asin), function(Asin, "arcsin")
acos, arccos = function(Acos), function(Acos, "arccos")
atan, arctan = function(Atan), function(Atan, "arctan")
sinh = function(Sinh)
cosh = function(Cosh)
tanh = function(Tanh)
asinh, arcsinh = function(Asinh), function(Asinh, "arcsinh")
acosh, arccosh = function(Acosh), function(Acosh, "arccosh")
atanh, arctanh = function(Atanh), function(Atanh, "arctanh")
sinc = function(Sinc)
deg2rad = function(Deg2rad)
rad2deg = function(Rad2deg)
atan2, arctan2 = binary(Atan2), binary(Atan2, "arctan2")
hypot = binary(Hypot)
