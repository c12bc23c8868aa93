"""Normalization: shift and scale to mean 0 and variance 1, over the batch or over features.

All of them are ``(x - mean) / sqrt(var + eps) * weight + bias`` and differ in what the mean and the
variance are taken over.
"""

from __future__ import annotations

import math
from typing import Any

from ..autograd.graph import TensorBase
from . import sums
from .arrays import wide
from .fused import Fused
from .operands import not_implemented
from .sizes import listed


class NativeBatchNorm(Fused):
    """``(x - mean) / sqrt(var + eps) * weight + bias`` for each channel, dimension 1 of ``x``.

    In training, mean and (biased) variance are those of the batch, and the running statistics move
    towards them; otherwise they are the running statistics.

    With x̂ the normalized input, n the numbers in a channel and g the incoming gradient,
    in training ``∂x = weight / sqrt(var + eps) · (g - mean(g) - x̂ · mean(g · x̂))``.
    """

    def forward(
        self,
        xp: Any,
        x: Any,
        weight: Any,
        bias: Any,
        running_mean: Any,
        running_var: Any,
        training: bool,
        momentum: float,
        eps: float,
    ) -> Any:
        over, shape = channels(x)
        if training:
            n = x.size // x.shape[1]
            mean = sums.over(xp, wide(x), over) / n
            centered = x - mean.reshape(shape)
            var = sums.over(xp, wide(centered * centered), over) / n
            if running_mean is not None:
                running_mean *= 1 - momentum
                running_mean += momentum * mean
                running_var *= 1 - momentum
                running_var += momentum * (n / max(n - 1, 1)) * var
        else:
            mean, var = running_mean.copy(), running_var  # the next batch may change them
            centered = x - mean.reshape(shape)
        scale = 1 / xp.sqrt(var + eps)
        self.save(mean=mean, scale=scale)
        factor = scale if weight is None else scale * weight
        centered *= factor.reshape(shape)
        if bias is not None:
            centered += bias.reshape(shape)
        return centered.astype(x.dtype, copy=False)

    def gradient(
        self, xp: Any, grad: Any, x: Any, weight: Any, training: bool, mean: Any, scale: Any
    ) -> Any:
        over, shape = channels(x)
        need_x, need_weight, need_bias = self.needs_input_grad[:3]
        factor = scale if weight is None else scale * weight
        grad = wide(grad)
        sum_grad = sums.over(xp, grad, over) if need_bias or training else None
        grad_x = grad_weight = None
        if need_weight or training:
            centered = x - mean.reshape(shape)
            grad_weight = sums.over(xp, grad * centered, over) * scale
        if need_x and training:
            n = x.size // x.shape[1]
            grad_x = centered  # a buffer of our own by now
            grad_x *= (-scale * grad_weight / n).reshape(shape)
            grad_x += grad
            grad_x -= (sum_grad / n).reshape(shape)
            grad_x *= factor.reshape(shape)
        elif need_x:
            grad_x = grad * factor.reshape(shape)
        return grad_x, grad_weight if need_weight else None, sum_grad if need_bias else None

    @staticmethod
    def formula(
        x: Any,
        weight: Any,
        bias: Any,
        running_mean: Any,
        running_var: Any,
        training: bool,
        momentum: float,
        eps: float,
    ) -> Any:
        over, shape = channels(x)
        if training:
            mean = x.mean(over, keepdim=True)
            var = ((x - mean) * (x - mean)).mean(over, keepdim=True)
        else:
            mean, var = running_mean.reshape(shape), running_var.reshape(shape)
        out = (x - mean) / (var + eps).sqrt()
        out = out if weight is None else out * weight.reshape(shape)
        return out if bias is None else out + bias.reshape(shape)


def channels(x: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """All dimensions but the channels', and the shape in which one number a channel broadcasts."""
    over = tuple(dim for dim in range(x.ndim) if dim != 1)
    return over, (1, -1) + (1,) * (x.ndim - 2)


class NativeLayerNorm(Fused):
    """``(x - mean) / sqrt(var + eps) * weight + bias`` over the last ``dims`` dimensions of ``x``.

    With x̂ the normalized input and h = g · weight,
    ``∂x = (h - mean(h) - x̂ · mean(h · x̂)) / sqrt(var + eps)``.
    """

    def forward(self, xp: Any, x: Any, weight: Any, bias: Any, dims: int, eps: float) -> Any:
        over = tuple(range(x.ndim - dims, x.ndim))
        n = math.prod(x.shape[x.ndim - dims :])
        work = wide(x)
        mean = sums.over(xp, work, over, keepdim=True) / n
        out = work - mean
        scale = 1 / xp.sqrt(sums.over(xp, out * out, over, keepdim=True) / n + eps)
        self.save(mean=mean, scale=scale)
        out *= scale
        if weight is not None:
            out *= weight
        if bias is not None:
            out += bias
        return out.astype(x.dtype, copy=False)

    def gradient(
        self, xp: Any, grad: Any, x: Any, weight: Any, dims: int, mean: Any, scale: Any
    ) -> Any:
        over = tuple(range(x.ndim - dims, x.ndim))
        before = tuple(range(x.ndim - dims))
        need_x, need_weight, need_bias = self.needs_input_grad[:3]
        grad = wide(grad)
        normed = wide(x) - mean
        normed *= scale
        grad_weight = sums.over(xp, grad * normed, before) if need_weight else None
        grad_bias = sums.over(xp, grad, before) if need_bias else None
        grad_x = None
        if need_x:
            n = math.prod(x.shape[x.ndim - dims :])
            weighted = grad if weight is None else grad * weight
            part = sums.over(xp, weighted * normed, over, keepdim=True) / n
            normed *= part
            grad_x = weighted - normed
            grad_x -= sums.over(xp, weighted, over, keepdim=True) / n
            grad_x *= scale
        return grad_x, grad_weight, grad_bias

    @staticmethod
    def formula(x: Any, weight: Any, bias: Any, dims: int, eps: float) -> Any:
        over = tuple(range(x.ndim - dims, x.ndim))
        centered = x - x.mean(over, keepdim=True)
        out = centered / ((centered * centered).mean(over, keepdim=True) + eps).sqrt()
        out = out if weight is None else out * weight
        return out if bias is None else out + bias


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Normalize each channel of ``input`` over the batch: see `minitorch.nn.BatchNorm2d`.

    ``input`` is (N, C, *); the others are of shape (C,). In training, ``running_mean`` and
    ``running_var`` are changed in place, by ``momentum`` towards the batch's.
    """
    shape = input.shape
    if training:
        if math.prod(shape) // max(shape[1], 1) == 1:
            raise ValueError(
                f"Expected more than 1 value per channel when training, got input size {shape}"
            )
    elif running_mean is None or running_var is None:
        name = "running_mean" if running_mean is None else "running_var"
        raise RuntimeError(f"{name} must be defined in evaluation mode")
    named = (
        ("running_mean", running_mean),
        ("running_var", running_var),
        ("weight", weight),
        ("bias", bias),
    )
    for name, tensor in named:
        if tensor is not None and tensor._array.size != shape[1]:
            raise RuntimeError(
                f"{name} should contain {shape[1]} elements not {tensor._array.size}"
            )
    if input._array.dtype.kind not in "fc":
        raise not_implemented("batch_norm", input._array)
    return NativeBatchNorm.apply(
        input, weight, bias, running_mean, running_var, training, momentum, eps
    )


def layer_norm(
    input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Normalize ``input`` over its last dimensions, which are ``normalized_shape``.

    >>> import minitorch as mt
    >>> mt.nn.functional.layer_norm(mt.tensor([[1.0, 2.0, 3.0]]), (3,))
    tensor([[-1.2247,  0.0000,  1.2247]])
    """
    expected = tuple(listed(normalized_shape, "layer_norm", "normalized_shape"))
    if not expected:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    if input._array.dtype.kind != "f":
        raise not_implemented("LayerNormKernelImpl", input._array)
    for name, tensor in (("weight", weight), ("bias", bias)):
        if isinstance(tensor, TensorBase) and tensor._array.shape != expected:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(tensor._array.shape)} and normalized_shape = {list(expected)}"
            )
    shape = input._array.shape
    if len(shape) < len(expected) or shape[len(shape) - len(expected) :] != expected:
        given = ", ".join(str(length) for length in expected)
        raise RuntimeError(
            f"Given normalized_shape=[{given}], expected input with shape [*, {given}], but got "
            f"input of size{list(shape)}"
        )
    return NativeLayerNorm.apply(input, weight, bias, len(expected), eps)
