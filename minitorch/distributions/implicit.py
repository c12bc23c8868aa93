"""Gamma and Dirichlet numbers with gradients to their parameters, by implicit differentiation.

The numbers are drawn by rejection, through which no gradient flows. But a sample x of a
distribution with density f and cumulative probability F keeps its F when the parameter a moves:

    F(x(a); a) = const   ⟹   dx/da = −(∂F/∂a) / f(x)

(Figurnov, Mohamed and Mnih, "Implicit Reparameterization Gradients", 2018.) Here ``f = exp(g)`` and
``∂F/∂a = ∫ f ∂g/∂a`` over the values below x; the same integral over the values above x has the
other sign. The smaller tail is taken, where the integrand falls from x on, and integrated by the
double exponential rule, to about twelve digits. PyTorch's formulas have three or four.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import backend, random
from ..autograd.operation import Operation
from ..ops.arrays import special
from ..ops.drawing import source
from ..ops.operands import only


def _tail(integrand: Callable[[Any], Any], width: Any) -> Any:
    """``∫ integrand(u) du`` from 0 to ∞; it falls off within a few thousand ``width``.

    u = width · exp(t − e⁻ᵗ) turns it into a sum over equal steps of t (Takahasi and Mori, 1974).
    """
    step, total = 0.0625, 0.0
    for k in range(-64, 129):
        t = k * step
        place = math.exp(t - math.exp(-t))
        total = total + (step * place * (1 + math.exp(-t))) * integrand(width * place)
    return total * width


def gamma_slope(xp: Any, alpha: Any, x: Any) -> Any:
    """dx/dα of a gamma number x with shape α: arrays in, array out."""
    alpha, x = alpha.astype(xp.float64), x.astype(xp.float64)
    side = xp.where(x <= alpha, -1.0, 1.0)
    centre = xp.log(x) - special(xp).psi(alpha)

    def integrand(u: Any) -> Any:  # t = x·exp(±u), f(t) dt / f(x)
        u = side * u
        return xp.exp(alpha * u - x * xp.expm1(u)) * (centre + u)

    width = 1 / (xp.abs(alpha - x) + xp.sqrt(x) + xp.minimum(alpha, 1))
    return side * x * _tail(integrand, width)


def beta_slope(xp: Any, x: Any, alpha: Any, total: Any) -> Any:
    """dx/dα / (1 − x) of a beta number x with parameters α and ``total − α``."""
    x, alpha, total = (array.astype(xp.float64) for array in (x, alpha, total))
    beta = total - alpha
    side = xp.where(x * total <= alpha, -1.0, 1.0)
    centre = xp.log(x) - special(xp).psi(alpha) + special(xp).psi(total)
    below = side < 0
    near, decay = xp.where(below, x, 1 - x), xp.where(below, alpha, beta)

    def integrand(u: Any) -> Any:  # log-odds of t = log-odds of x ± u
        far = xp.log1p(near * xp.expm1(-u))  # below: ln((1 − x)/(1 − t)); above: ln(x/t)
        return xp.exp(-decay * u - total * far) * (centre - far - xp.where(below, u, 0.0))

    slope, curve = xp.abs(alpha - total * x), total * x * (1 - x)
    width = 1 / (slope + xp.sqrt(curve) + xp.minimum(decay, 1))
    return side * x * _tail(integrand, width)


class StandardGamma(Operation):
    """Gamma numbers of rate 1."""

    promote = only("w", "gamma_cpu")

    def forward(self, xp: Any, alpha: Any, generator: Any) -> Any:
        return random.standard_gamma(generator, alpha)

    def grad_alpha(self, grad: Any, alpha: Any, out: Any) -> Any:
        return grad * StandardGammaGrad.apply(alpha, out)


class StandardGammaGrad(Operation):
    """`gamma_slope` of tensors."""

    def forward(self, xp: Any, alpha: Any, x: Any) -> Any:
        return gamma_slope(xp, alpha, x).astype(alpha.dtype, copy=False)

    def backward(self, grad: Any) -> Any:
        raise NotImplementedError("the derivative for '_standard_gamma_grad' is not implemented.")


class Dirichlet(Operation):
    """Shares that sum to 1 along the last axis.

    If share i moves by dxᵢ, the others shrink in proportion: ``−xⱼ/(1 − xᵢ) dxᵢ``. (For the sum of
    all effects on a loss this is right, since xᵢ is independent of the others' proportions.)
    """

    promote = only("w", "dirichlet")

    def forward(self, xp: Any, concentration: Any, generator: Any) -> Any:
        return random.dirichlet(generator, concentration)

    def grad_concentration(self, grad: Any, concentration: Any, out: Any) -> Any:
        slope = DirichletGrad.apply(out, concentration, concentration.sum(-1, True))
        return slope * (grad - (out * grad).sum(-1, True))


class DirichletGrad(Operation):
    """`beta_slope` of tensors."""

    def forward(self, xp: Any, x: Any, concentration: Any, total: Any) -> Any:
        return beta_slope(xp, x, concentration, total).astype(x.dtype, copy=False)

    def backward(self, grad: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def _generator(tensor: Any) -> Any:
    return source(None, backend.device_index(tensor._array), "sample")


def standard_gamma(concentration: Any) -> Any:
    """A gamma number of rate 1 for each element."""
    return StandardGamma.apply(concentration, _generator(concentration))


def dirichlet(concentration: Any) -> Any:
    """Shares for each row."""
    return Dirichlet.apply(concentration, _generator(concentration))
