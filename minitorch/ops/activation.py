"""Smooth activation functions: sigmoid, and what is made of it or of the normal distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import dtypes, kernels
from ..autograd.operation import Operation
from ..autograd.views import in_place
from . import arrays
from .arrays import empty_like, row_major, special, wide
from .complexes import conj
from .dims import wrap
from .fused import Fused
from .joining import cat
from .masking import masked, select
from .operands import OnlyReal, function, only


class Sigmoid(Operation):
    """``1 / (1 + e⁻ˣ)``, between 0 and 1; derivative ``out (1 - out)``.

    >>> import minitorch as mt
    >>> mt.sigmoid(mt.tensor([0.0, 2.0]))
    tensor([0.5000, 0.8808])
    """

    promote = staticmethod(dtypes.floating)

    def forward(self, xp: Any, x: Any) -> Any:
        return arrays.sigmoid(xp, wide(x)).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, out: Any) -> Any:
        return grad * conj((1 - out) * out)


class Gelu(Fused):
    """``x Φ(x)``, where Φ is the cumulative normal distribution ``(1 + erf(x / √2)) / 2``."""

    promote = only("f", "GeluKernelImpl")

    def forward(self, xp: Any, x: Any) -> Any:
        if kernels.fits(x):
            cdf, y = GELU(x)
            self.save(cdf=cdf)
            return y
        cdf = normal_cdf(xp, wide(x))
        self.save(cdf=cdf)
        return (cdf * x).astype(x.dtype, copy=False)

    def gradient(self, xp: Any, grad: Any, x: Any, cdf: Any) -> Any:
        if kernels.fits(x):
            return (GELU_GRADIENT(grad, x, cdf),)
        x = wide(x)
        slope = xp.multiply(x, x, out=empty_like(xp, x))  # cdf + x exp(-x² / 2) / √(2π)
        slope *= -0.5
        xp.exp(slope, out=slope)
        slope *= x
        slope *= 1 / math.sqrt(2 * math.pi)
        slope += cdf
        slope *= grad
        return (slope,)

    @staticmethod
    def formula(x: Any) -> Any:
        return x * 0.5 * (1 + (x * math.sqrt(0.5)).erf())


# The same for a GPU: see kernels.py. The numbers are 1 / √2 and 1 / √(2π).
GELU = kernels.Kernel(
    "gelu",
    "T x",
    "T cdf, T y",
    "cdf = (erf(x * T(0.7071067811865476)) + T(1)) * T(0.5); y = cdf * x",
)
GELU_GRADIENT = kernels.Kernel(
    "gelu_gradient",
    "T grad, T x, T cdf",
    "T slope",
    "slope = (exp(x * x * T(-0.5)) * x * T(0.3989422804014327) + cdf) * grad",
)

# Φ(x) = (1 + tanh(x R(x²))) / 2, where the polynomial R, lowest power first, is fitted for float32:
# Φ is right to 1.3e-7. SciPy's erf computes in float64 and takes ten times as long.
R = (
    0.797884464263916, 0.03633391112089157, -3.2954689231701195e-05, -5.527796020032838e-05,
    3.973115781263914e-06, -1.3364703477236617e-07, 1.8093669895691278e-09,
)  # fmt: skip


def normal_cdf(xp: Any, x: Any) -> Any:
    """Φ(x): how likely a normally distributed number is below ``x``. A new array."""
    out = empty_like(xp, x)
    if x.dtype.char == "f" and xp is np:
        square = x * x
        np.multiply(square, R[-1], out=out)
        for coefficient in R[-2:0:-1]:
            out += coefficient
            out *= square
        out += R[0]
        out *= x
        np.tanh(out, out=out)
    else:
        special(xp).erf(x * math.sqrt(0.5), out=out)
    out += 1
    out *= 0.5
    return out


class GeluTanh(Fused):
    """``x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2``, an older approximation of `Gelu`."""

    torch_name = "GeluBackward0"
    promote = only("f", "GeluKernelImpl")

    def forward(self, xp: Any, x: Any) -> Any:
        if kernels.fits(x):
            return GELU_TANH(x)
        x, dtype = wide(x), x.dtype
        out, _ = self.tanh(xp, x)
        out += 1
        out *= 0.5
        out *= x
        return out.astype(dtype, copy=False)

    @staticmethod
    def tanh(xp: Any, x: Any) -> Any:
        """The tanh in the formula, and x²."""
        square = x * x
        out = xp.multiply(square, 0.044715 * SQRT_2_PI, out=empty_like(xp, x))
        out += SQRT_2_PI
        out *= x
        return xp.tanh(out, out=out), square

    def gradient(self, xp: Any, grad: Any, x: Any) -> Any:
        if kernels.fits(x):
            return (GELU_TANH_GRADIENT(grad, x),)
        x = wide(x)
        tanh, square = self.tanh(xp, x)
        inner = square * (3 * 0.044715 * SQRT_2_PI) + SQRT_2_PI  # of what the tanh is taken
        slope = (1 - tanh * tanh) * inner * x
        slope += tanh
        slope += 1
        slope *= grad
        slope *= 0.5
        return (slope,)

    @staticmethod
    def formula(x: Any) -> Any:
        return x * 0.5 * (1 + (SQRT_2_PI * (x + 0.044715 * x * x * x)).tanh())


SQRT_2_PI = math.sqrt(2 / math.pi)

# The same for a GPU: see kernels.py. The numbers are √(2/π) and 0.044715 √(2/π), then thrice that.
GELU_TANH = kernels.Kernel(
    "gelu_tanh",
    "T x",
    "T y",
    "T t = tanh(x * (x * x * T(0.035677408136300125) + T(0.7978845608028654))); "
    "y = (t + T(1)) * T(0.5) * x",
)
GELU_TANH_GRADIENT = kernels.Kernel(
    "gelu_tanh_gradient",
    "T grad, T x",
    "T slope",
    "T t = tanh(x * (x * x * T(0.035677408136300125) + T(0.7978845608028654))); "
    "T inner = x * x * T(0.10703222440890037) + T(0.7978845608028654); "
    "slope = ((T(1) - t * t) * inner * x + t + T(1)) * grad * T(0.5)",
)


class Silu(OnlyReal, Fused):
    """``x sigmoid(x)``."""

    promote = only("fc", "silu_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        if kernels.fits(x):
            sigmoid, y = SILU(x)
            self.save(sigmoid=sigmoid)
            return y
        sigmoid = arrays.sigmoid(xp, wide(x))
        self.save(sigmoid=sigmoid)
        return (sigmoid * x).astype(x.dtype, copy=False)

    def gradient(self, xp: Any, grad: Any, x: Any, sigmoid: Any) -> Any:
        if kernels.fits(x):
            return (SILU_GRADIENT(grad, x, sigmoid),)
        x = wide(x)
        slope = xp.subtract(1, sigmoid, out=empty_like(xp, x))  # sigmoid (1 + x (1 - sigmoid))
        slope *= x
        slope += 1
        slope *= sigmoid
        if x.dtype.kind == "c":
            xp.conjugate(slope, out=slope)
        slope *= grad
        return (slope,)

    @staticmethod
    def formula(x: Any) -> Any:
        return x * x.sigmoid()


# The same for a GPU: see kernels.py.
SILU = kernels.Kernel(
    "silu", "T x", "T sigmoid, T y", "sigmoid = T(1) / (T(1) + exp(-x)); y = sigmoid * x"
)
SILU_GRADIENT = kernels.Kernel(
    "silu_gradient",
    "T grad, T x, T sigmoid",
    "T slope",
    "slope = ((T(1) - sigmoid) * x + T(1)) * sigmoid * grad",
)


class Mish(Fused):
    """``x tanh(ln(1 + eˣ))``."""

    promote = only("f", "mish_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        if kernels.fits(x):
            return MISH(x)
        out, _ = self.tanh(xp, wide(x))
        out *= x
        return out.astype(x.dtype, copy=False)

    @staticmethod
    def tanh(xp: Any, x: Any) -> Any:
        """``tanh(ln(1 + e)) = e (e + 2) / (e (e + 2) + 2)`` of ``e = eˣ``, and e."""
        e = x.clip(-math.inf, 20.0, out=empty_like(xp, x))  # from 20 on the tanh is 1
        xp.exp(e, out=e)
        n = e * (e + 2)
        return xp.true_divide(n, n + 2, out=empty_like(xp, x)), e

    def gradient(self, xp: Any, grad: Any, x: Any) -> Any:
        if kernels.fits(x):
            return (MISH_GRADIENT(grad, x),)
        x = wide(x)
        tanh, e = self.tanh(xp, x)
        slope = x * (e / (e + 1)) * (1 - tanh * tanh) + tanh
        return (slope * grad,)

    @staticmethod
    def formula(x: Any) -> Any:
        return x * softplus(x).tanh()


# The same for a GPU: see kernels.py.
MISH = kernels.Kernel(
    "mish",
    "T x",
    "T y",
    "T c = x > T(20) ? T(20) : x; T e = exp(c); T n = e * (e + T(2)); y = n / (n + T(2)) * x",
)
MISH_GRADIENT = kernels.Kernel(
    "mish_gradient",
    "T grad, T x",
    "T slope",
    "T c = x > T(20) ? T(20) : x; T e = exp(c); T n = e * (e + T(2)); T t = n / (n + T(2)); "
    "slope = (x * (e / (e + T(1))) * (T(1) - t * t) + t) * grad",
)


class Softplus(Fused):
    """``ln(1 + exp(beta x)) / beta``, and ``x`` itself where ``beta x`` is above ``threshold``."""

    promote = only("f", "softplus_cpu")

    def forward(self, xp: Any, x: Any, beta: float, threshold: float) -> Any:
        if kernels.fits(x):
            return SOFTPLUS(x, beta, threshold)
        scaled = wide(x) * beta
        out = xp.log1p(xp.exp(xp.minimum(scaled, threshold))) / beta
        return xp.where(scaled > threshold, x, out).astype(x.dtype, copy=False)

    def gradient(self, xp: Any, grad: Any, x: Any, beta: float, threshold: float) -> Any:
        if kernels.fits(x):
            return (SOFTPLUS_GRADIENT(grad, x, beta, threshold),)
        scaled = wide(x) * beta
        slope = arrays.sigmoid(xp, scaled)
        slope *= grad
        return (select(xp, scaled > threshold, wide(grad), slope),)

    @staticmethod
    def formula(x: Any, beta: float, threshold: float) -> Any:
        linear = x * beta > threshold
        curve = masked(x * beta, ~linear).exp().log1p() / beta
        return masked(x, linear) + masked(curve, ~linear)


# The same for a GPU: see kernels.py.
SOFTPLUS = kernels.Kernel(
    "softplus",
    "T x, T beta, T threshold",
    "T y",
    "y = x * beta > threshold ? x : log1p(exp(x * beta)) / beta",
)
SOFTPLUS_GRADIENT = kernels.Kernel(
    "softplus_gradient",
    "T grad, T x, T beta, T threshold",
    "T y",
    "y = x * beta > threshold ? grad : T(1) / (T(1) + exp(-x * beta)) * grad",
)


class LogSigmoid(Operation):
    """``-ln(1 + e⁻ˣ)``; derivative ``sigmoid(-x)``."""

    promote = only("f", "log_sigmoid_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        if kernels.fits(x):
            return LOG_SIGMOID(x)
        wider = wide(x)
        out = xp.minimum(wider, 0) - xp.log1p(xp.exp(-xp.absolute(wider)))
        return row_major(xp, out.astype(x.dtype, copy=False))

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * (-x).sigmoid()


# The same for a GPU: see kernels.py.
LOG_SIGMOID = kernels.Kernel(
    "log_sigmoid",
    "T x",
    "T y",
    "T below = x > T(0) ? T(0) : x; y = below - log1p(exp(-fabs(x)))",
)


class Glu(Operation):
    """``a * sigmoid(b)`` of the two halves of a dimension."""

    promote = only("f", "glu_cpu")

    def forward(self, xp: Any, x: Any, dim: int) -> Any:
        a, b = xp.split(x, 2, axis=dim)
        return (a * arrays.sigmoid(xp, wide(b))).astype(x.dtype, copy=False)

    def grad_x(self, grad: Any, x: Any, dim: int) -> Any:
        a, b = x.chunk(2, dim)
        gate = b.sigmoid()
        return cat([grad * gate, grad * a * gate * (1 - gate)], dim)


# Functions ----------------------------------------------------------------------------------------

sigmoid = function(Sigmoid)


def gelu(input: Any, *, approximate: str = "none") -> Any:
    """``x Φ(x)``, where Φ is the cumulative normal distribution; with ``"tanh"`` an approximation.

    Source: Hendrycks and Gimpel, *Gaussian error linear units*, 2016.

    >>> F.gelu(mt.tensor([-1.0, 2.0]))
    tensor([-0.1587,  1.9545])
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return (Gelu if approximate == "none" else GeluTanh).apply(input)


def silu(input: Any, inplace: bool = False) -> Any:
    """``x * sigmoid(x)``, also called swish.

    Source: Elfwing, Uchibe and Doya, *Sigmoid-weighted linear units*, 2017.

    >>> F.silu(mt.tensor([-1.0, 2.0]))
    tensor([-0.2689,  1.7616])
    """
    return silu_(input) if inplace else Silu.apply(input)


def mish(input: Any, inplace: bool = False) -> Any:
    """``x * tanh(softplus(x))``.

    Source: Misra, *Mish: a self regularized non-monotonic activation function*, 2019.

    >>> F.mish(mt.tensor([-1.0, 2.0]))
    tensor([-0.3034,  1.9440])
    """
    return mish_(input) if inplace else Mish.apply(input)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """``ln(1 + exp(beta * x)) / beta``, a smooth `relu`; ``x`` where ``beta * x > threshold``.

    >>> F.softplus(mt.tensor([-1.0, 2.0]))
    tensor([0.3133, 2.1269])
    """
    return Softplus.apply(input, beta, threshold)


def logsigmoid(input: Any) -> Any:
    """``ln(sigmoid(x))``, without overflow.

    >>> F.logsigmoid(mt.tensor([-1000.0, 0.0]))
    tensor([-1.0000e+03, -6.9315e-01])
    """
    return LogSigmoid.apply(input)


def softsign(input: Any) -> Any:
    """``x / (1 + |x|)``.

    >>> F.softsign(mt.tensor([-1.0, 3.0]))
    tensor([-0.5000,  0.7500])
    """
    return input / (input.abs() + 1)


def tanhshrink(input: Any) -> Any:
    """``x - tanh(x)``.

    >>> import minitorch as mt
    >>> F.tanhshrink(mt.tensor([0.1, 2.0]))
    tensor([3.3201e-04, 1.0360e+00])
    """
    return input - input.tanh()


def glu(input: Any, dim: int = -1) -> Any:
    """``a * sigmoid(b)`` of the two halves a and b of dimension ``dim``: gated linear unit.

    From "Language Modeling with Gated Convolutional Networks" (Dauphin and others, 2016).

    >>> F.glu(mt.tensor([1.0, 2.0, 0.0, 1000.0]))
    tensor([0.5000, 2.0000])
    """
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    dim = wrap(dim, input.dim())
    if input.size(dim) % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {dim} is size {input.size(dim)}"
        )
    return Glu.apply(input, dim)


silu_ = in_place(silu)
mish_ = in_place(mish)
