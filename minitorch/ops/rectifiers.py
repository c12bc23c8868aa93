"""Activation functions that bend at 0 or at another point: `relu` and its many descendants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import backend, dtypes, kernels, random
from ..autograd.operation import Operation, wrap
from ..autograd.views import in_place
from .arrays import row_major, wide
from .fused import Fused
from .masking import ThresholdBackward, keep, masked, select
from .operands import function, not_implemented, only, tensor


class Relu(Operation):
    """``max(x, 0)``; derivative 1 above 0, else 0.

    >>> import minitorch as mt
    >>> mt.relu(mt.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        if kernels.fits(x):
            return RELU(x)
        if x.dtype.kind == "f":  # NumPy clips between two numbers four times as fast as at one
            return x.clip(0.0, math.inf)
        if x.dtype.kind == "b":
            raise RuntimeError("Boolean inputs not supported for relu")
        refuse_complex(x)
        return xp.maximum(x, x.dtype.type(0))

    def grad_x(self, grad: Any, out: Any) -> Any:
        return ThresholdBackward.apply(grad, out, 0)


# The same for a GPU: see kernels.py.
RELU = kernels.Kernel("relu", "T x", "T y", "y = x < T(0) ? T(0) : x")


def refuse_complex(x: Any) -> None:
    """Complex numbers have no order."""
    if x.dtype.kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")


class LeakyRelu(Operation):
    """``x`` above 0, ``slope * x`` below."""

    promote = only("f", "leaky_relu_cpu")

    def forward(self, xp: Any, x: Any, slope: Any) -> Any:
        if kernels.fits(x):
            return LEAKY(x, x, slope)
        if not slope:  # 0 times infinity is NaN, which a maximum would take
            return select(xp, x > 0, x, x * slope)
        return (xp.maximum if slope <= 1 else xp.minimum)(x, x * slope)

    def grad_x(self, grad: Any, x: Any, slope: Any) -> Any:
        return LeakyReluBackward.apply(grad, x, slope)


class LeakyReluBackward(Operation):
    """``grad`` where ``x`` is above 0, ``slope * grad`` below."""

    def forward(self, xp: Any, grad: Any, x: Any, slope: Any) -> Any:
        if kernels.fits(x):
            return LEAKY(grad, x, slope)
        if xp is np and 0 <= slope <= 1:  # half the time of `select`
            factor = (x > 0).astype(grad.dtype).clip(slope, 1.0)
            factor *= grad
            return factor
        return select(xp, x > 0, grad, grad * slope)

    def grad_grad(self, g: Any, x: Any, slope: Any) -> Any:
        return LeakyReluBackward.apply(g, x, slope)

    def grad_x(self, g: Any) -> Any:
        return g.new_zeros(g._array.shape)


# The same for a GPU: see kernels.py.
LEAKY = kernels.Kernel("leaky", "T v, T x, T slope", "T y", "y = x > T(0) ? v : v * slope")


class Elu(Fused):
    """``scale * x`` above 0, ``scale * alpha * (exp(input_scale * x) - 1)`` below."""

    promote = only("f", "elu_cpu")

    def forward(self, xp: Any, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
        if kernels.fits(x):
            return ELU(x, alpha, scale, input_scale)
        wider = wide(x)
        out = xp.expm1(wider.clip(-math.inf, 0.0) * input_scale) * alpha
        out = (out + wider.clip(0.0, math.inf)) * scale  # one of the two terms is 0
        return out.astype(x.dtype, copy=False)

    def gradient(
        self, xp: Any, grad: Any, x: Any, alpha: float, scale: float, input_scale: float
    ) -> Any:
        slope = alpha * scale * input_scale  # at 0
        if kernels.fits(x):
            return (ELU_GRADIENT(grad, x, slope, scale, input_scale),)
        grad, x = wide(grad), wide(x)
        below = xp.exp(x.clip(-math.inf, 0.0) * input_scale)
        below *= slope
        below *= grad
        return (select(xp, x <= 0, below, grad * scale),)

    @staticmethod
    def formula(x: Any, alpha: float, scale: float, input_scale: float) -> Any:
        # At 0 a line: PyTorch's first derivative there is the curve's, its second is 0.
        curve = (masked(x, x < 0) * input_scale).exp() - 1 + masked(x, x == 0) * input_scale
        return (curve * alpha + masked(x, ~(x <= 0))) * scale  # of NaN, NaN


# The same for a GPU: see kernels.py.
ELU = kernels.Kernel(
    "elu",
    "T x, T alpha, T scale, T input_scale",
    "T y",
    "T e = x <= T(0) ? expm1(x * input_scale) * alpha : x; y = e * scale",
)
ELU_GRADIENT = kernels.Kernel(
    "elu_gradient",
    "T grad, T x, T slope, T scale, T input_scale",
    "T y",
    "T s = x <= T(0) ? exp(x * input_scale) * slope : scale; y = s * grad",
)


class Celu(Elu):
    """As `Elu`, under the name of `celu`."""


class PreluKernel(Operation):
    """``x`` above 0, ``weight * x`` below."""

    promote = only("f", "prelu_cpu")

    def forward(self, xp: Any, x: Any, weight: Any) -> Any:
        scaled = weight * x
        if xp is np and ((weight <= 1) & (weight != 0)).all():  # half the time of `select`
            return np.maximum(x, scaled)
        return select(xp, x > 0, x, scaled)

    def backward(self, grad: Any, x: Any, weight: Any) -> Any:
        return PreluKernelBackward.apply(grad, x, weight)


class PreluKernelBackward(Operation):
    """The gradients of `PreluKernel`. In their own, as in PyTorch, 0 counts as above 0."""

    def forward(self, xp: Any, grad: Any, x: Any, weight: Any) -> Any:
        above = x > 0
        return select(xp, above, grad, grad * weight), keep(xp, grad * x, ~above)

    def backward(self, grads: Any, grad: Any, x: Any, weight: Any) -> Any:
        g, g_weight = grads
        below = ~(x >= 0)
        grad_grad = masked(g, x >= 0) + masked(g * weight + g_weight * x, below)
        return grad_grad, masked(grad * g_weight, below), masked(grad * g, below)


class RreluWithNoise(Operation):
    """``x`` above 0, ``noise * x`` below."""

    promote = only("f", "leaky_relu_cpu")

    def forward(self, xp: Any, x: Any, noise: Any) -> Any:
        return row_major(xp, x * noise)

    def grad_x(self, grad: Any, noise: Any) -> Any:
        return grad * noise


# Functions ----------------------------------------------------------------------------------------


def relu(input: Any, inplace: bool = False) -> Any:
    """``max(x, 0)``: the rectified linear unit.

    >>> import minitorch as mt
    >>> mt.relu(mt.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return relu_(input) if inplace else Relu.apply(input)


plain_relu = function(Relu)  # `mt.relu`, which is never in place


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Any:
    """``x`` above 0, ``negative_slope * x`` below.

    Source: Maas, Hannun and Ng, *Rectifier nonlinearities improve acoustic models*, 2013.

    >>> F.leaky_relu(mt.tensor([-1.0, 2.0]))
    tensor([-0.0100,  2.0000])
    """
    return (leaky_relu_ if inplace else LeakyRelu.apply)(input, negative_slope)


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below: exponential linear unit.

    Source: Clevert, Unterthiner and Hochreiter, *Exponential linear units*, 2015.

    >>> F.elu(mt.tensor([-1.0, 2.0]))
    tensor([-0.6321,  2.0000])
    """
    return elu_(input, alpha) if inplace else Elu.apply(input, alpha, 1, 1)


def selu(input: Any, inplace: bool = False) -> Any:
    """``scale * elu(x, alpha)``, with numbers that keep mean 0 and variance 1 from layer to layer.

    From "Self-Normalizing Neural Networks" (Klambauer and others, 2017).

    >>> F.selu(mt.tensor([-1.0, 2.0]))
    tensor([-1.1113,  2.1014])
    """
    if inplace:
        return selu_(input)
    tensor(input, "selu", "input", 1)
    return Elu.apply(input, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """``x`` above 0, ``alpha * (exp(x / alpha) - 1)`` below; smooth at 0 for every ``alpha``.

    Source: Barron, *Continuously differentiable exponential linear units*, 2017.

    >>> F.celu(mt.tensor([-1.0, 2.0]), alpha=2.0)
    tensor([-0.7869,  2.0000])
    """
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return celu_(input, alpha) if inplace else Celu.apply(input, alpha, 1, 1 / alpha)


def prelu(input: Any, weight: Any) -> Any:
    """``x`` above 0, ``weight * x`` below; ``weight`` is learned.

    ``weight`` holds one number, or one for each channel, which is dimension 1 of ``input``.

    Source: He et al., *Delving deep into rectifiers*, 2015.

    >>> F.prelu(mt.tensor([[-1.0, -1.0]]), mt.tensor([0.25, 0.5]))
    tensor([[-0.2500, -0.5000]])
    """
    x, count = input._array, weight._array.size
    if x.dtype != weight._array.dtype:
        names = [dtypes.SCALAR_TYPE[dtypes.of(array)] for array in (x, weight._array)]
        raise RuntimeError(f"prelu: Type promoting not supported. Got {names[0]} and {names[1]}")
    if count != 1:
        if not x.ndim:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = x.shape[1] if x.ndim > 1 else 1
        if channels != count:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{count} and channel size = {channels}."
            )
    if weight._array.ndim > 1:
        raise RuntimeError(
            "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = "
            f"{weight._array.ndim}"
        )
    weight = weight.reshape((-1,) + (1,) * (x.ndim - 2) if x.ndim else ())
    return PreluKernel.apply(input, weight)


def rrelu(
    input: Any,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Any:
    """``x`` above 0, ``a * x`` below, ``a`` drawn for each element between ``lower`` and ``upper``.

    When not ``training``, ``a`` is the mean of the two.

    Source: Xu et al., *Empirical evaluation of rectified activations*, 2015.

    >>> F.rrelu(mt.tensor([-1.0, 2.0]), 0.1, 0.3)
    tensor([-0.2000,  2.0000])
    """
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    if inplace:
        return rrelu_(input, lower, upper, training)
    return RreluWithNoise.apply(input, slopes(input, lower, upper, training))


@backend.at_its_gpu
def slopes(input: Any, lower: float, upper: float, training: bool) -> Any:
    """The factor of each element: 1 above 0, below a random one, or their mean."""
    array = input._array
    xp = backend.array_module(array)
    if not training:
        return wrap(input, xp.where(array > 0, 1, array.dtype.type((lower + upper) / 2)))
    if array.dtype.char not in "fd":
        raise not_implemented("rrelu_with_noise_out_cpu", array)
    below = array <= 0
    generator = random.default_for(backend.device_index(array))
    if xp is not np:  # to count what is below 0 would be to wait for the GPU
        drawn = random.uniform(generator, array.shape, np.float64, lower, upper)
        return wrap(input, xp.where(below, drawn, 1).astype(array.dtype))
    factors = np.ones_like(array)
    factors[below] = random.uniform(generator, (int(below.sum()),), np.float64, lower, upper)
    return wrap(input, factors)


relu_ = in_place(relu)
leaky_relu_ = in_place(leaky_relu)
elu_ = in_place(elu)
selu_ = in_place(selu)
celu_ = in_place(celu)
rrelu_ = in_place(rrelu)
