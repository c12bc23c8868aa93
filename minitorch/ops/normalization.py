"""Batch and instance normalization: each channel gets mean 0 and variance 1.

``(x - mean) / sqrt(var + eps) * weight + bias``, where mean and variance are those of a channel in
the whole batch, or in one sample. Those over features are in `layer_norm`.
"""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes, kernels
from . import rows, sums
from .arrays import channels_as_in, wide
from .dims import wrap
from .fused import Fused
from .operands import not_implemented, refuse_grad


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
            n = count(x)
            mean = sums.over(xp, wide(x), over) / n
            centered = minus_mean(x, mean)
            var = product_sums(xp, centered, centered) / n
            if running_mean is not None:
                running_mean *= 1 - momentum
                running_mean += momentum * mean
                running_var *= 1 - momentum
                running_var += momentum * (n / max(n - 1, 1)) * var
        else:
            mean = wide(running_mean.copy())  # the next batch may change it
            var = wide(running_var)
            centered = minus_mean(x, mean)
        scale = 1 / xp.sqrt(var + eps)
        self.save(mean=mean, scale=scale)
        factor = scale if weight is None else scale * weight
        if kernels.fits(centered):
            by_channel = 0.0 if bias is None else wide(bias).reshape(shape)
            rows.WEIGHTED(factor.reshape(shape), by_channel, centered)
        else:
            with rows.of_length(row_length(x)):
                centered *= rows.for_channels(factor, x)
                if bias is not None:
                    centered += rows.for_channels(bias, x)
        return channels_as_in(xp, centered.astype(x.dtype, copy=False), x)

    def gradient(
        self, xp: Any, grad: Any, x: Any, weight: Any, training: bool, mean: Any, scale: Any
    ) -> Any:
        over, shape = channels(x)
        need_x, need_weight, need_bias = self.needs_input_grad[:3]
        factor = scale if weight is None else scale * weight
        grad = wide(grad)
        sum_grad: Any = sums.over(xp, grad, over) if need_bias or training else None
        grad_x = grad_weight = None
        if need_weight or training:
            centered = minus_mean(x, mean)
            grad_weight = product_sums(xp, grad, centered) * scale
        if need_x and training and kernels.fits(centered):
            values = [v.reshape(shape) for v in (sum_grad, scale * grad_weight, factor)]
            grad_x = rows.PULLED_BACK(grad, *values, 1 / count(x), centered)
        elif need_x and training:
            n = count(x)
            grad_x = centered  # a buffer of our own by now
            with rows.of_length(row_length(x)):
                grad_x *= rows.for_channels(-scale * grad_weight / n, x)
                grad_x += grad
                grad_x -= rows.for_channels(sum_grad / n, x)
                grad_x *= rows.for_channels(factor, x)
        elif need_x:
            grad_x = grad * rows.for_channels(factor, x)
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


def count(x: Any) -> int:
    """How many numbers a channel has."""
    return x.shape[0] * math.prod(x.shape[2:])


def row_length(x: Any) -> int:
    """How many numbers of a channel lie side by side."""
    return math.prod(x.shape[2:])


def minus_mean(x: Any, mean: Any) -> Any:
    """``x`` less the mean of its channel; a new array."""
    if kernels.fits(x):
        return rows.MINUS(x, mean.reshape(channels(x)[1]))
    with rows.of_length(row_length(x)):
        return x - rows.for_channels(mean, x)


def product_sums(xp: Any, x: Any, y: Any) -> Any:
    """``Σ x y`` in each channel: by scalar products where rows are long, 0.2 of the time."""
    x, y = wide(x), wide(y)
    if math.prod(x.shape[2:]) < 32:
        return sums.over(xp, x * y, channels(x)[0])
    by_row = (*x.shape[:2], -1)
    return rows.inner(xp, x.reshape(by_row), y.reshape(by_row), 2).sum(axis=0)[:, 0]


def channels(x: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """All dimensions but the channels', and the shape in which one number a channel broadcasts."""
    over = tuple(dim for dim in range(x.ndim) if dim != 1)
    return over, (1, -1) + (1,) * (x.ndim - 2)


# Functions ----------------------------------------------------------------------------------------


def functional_batch_norm(
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

    >>> x, mean, var = mt.tensor([[1.0], [3.0]]), mt.zeros(1), mt.ones(1)
    >>> F.batch_norm(x, mean, var, training=True)
    tensor([[-1.0000],
            [ 1.0000]])
    >>> mean, var  # moved a tenth of the way
    (tensor([0.2000]), tensor([1.1000]))
    """
    if training:
        shape = input.shape
        if math.prod(shape[:1] + shape[2:]) == 1:
            raise ValueError(
                f"Expected more than 1 value per channel when training, got input size {shape}"
            )
        if eps <= 0.0:
            raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    elif eps < 0.0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    return batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, True)


def batch_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Any:
    """`minitorch.nn.functional.batch_norm` without its checks of the sizes, in another order.

    >>> x = mt.tensor([[1.0], [3.0]])
    >>> mt.batch_norm(x, None, None, None, None, True, 0.1, 1e-5, False)
    tensor([[-1.0000],
            [ 1.0000]])
    """
    if not input._array.size:  # there is nothing to normalize, nor to move the statistics towards
        wrap(1, input._array.ndim)
        out = input.clone()
        out = out if weight is None else out * weight.select(0, 0)
        return out if bias is None else out + bias.select(0, 0)
    if not training and (running_mean is None or running_var is None):
        name = "running_mean" if running_mean is None else "running_var"
        raise RuntimeError(f"{name} must be defined in evaluation mode")
    shape = input._array.shape
    size = shape[wrap(1, len(shape))]
    named = {
        "running_mean": running_mean,
        "running_var": running_var,
        "weight": weight,
        "bias": bias,
    }
    for name, tensor in named.items():
        if tensor is not None and tensor._array.size != size:
            raise RuntimeError(f"{name} should contain {size} elements not {tensor._array.size}")
    if input._array.dtype.kind != "f":
        raise not_implemented("batch_norm", input._array)
    check_dtypes(input, weight, bias, running_mean, running_var)
    refuse_grad("native_batch_norm", "running_mean", running_mean)
    refuse_grad("native_batch_norm", "running_var", running_var)
    weight, bias = (
        tensor if tensor is None or tensor._array.ndim == 1 else tensor.reshape(size)
        for tensor in (weight, bias)
    )
    return NativeBatchNorm.apply(
        input, weight, bias, running_mean, running_var, training, momentum, eps
    )


def functional_instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Normalize each channel of each sample by itself: see `minitorch.nn.InstanceNorm2d`.

    ``input`` is (N, C, *); the others are of shape (C,).

    >>> F.instance_norm(mt.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size {input.shape}"
        )
    return instance_norm(
        input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True
    )


def instance_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Any:
    """`minitorch.nn.functional.instance_norm` without its checks of the sizes, in another order.

    It is batch norm of one sample that has the channels of all.

    >>> x = mt.tensor([[[1.0, 3.0], [10.0, 30.0]]])
    >>> mt.instance_norm(x, None, None, None, None, True, 0.1, 1e-5, False)
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    if not use_input_stats and running_mean is None:
        raise RuntimeError(
            "Expected running_mean and running_var to be defined when use_input_stats is false"
        )
    shape = input._array.shape
    n, size = shape[0], shape[wrap(1, len(shape))]
    running = [running_mean, running_var]
    repeated: list[Any] = [
        tensor if tensor is None else tensor.repeat(n)
        for tensor in (weight, bias, *(t if t is None else t.to(input.dtype) for t in running))
    ]
    weight, bias, mean, var = repeated
    whole = input.reshape(1, n * size, *shape[2:])
    out = batch_norm(whole, weight, bias, mean, var, use_input_stats, momentum, eps, cudnn_enabled)
    for tensor, parts in zip(running, (mean, var), strict=True):
        if tensor is not None and use_input_stats:  # what became of them: the mean of all samples
            tensor.copy_(parts.view(n, size).mean(0))
    return out.view(shape)


def check_dtypes(input: Any, *parameters: Any) -> None:
    """Refuse parameters of another dtype than the input; float16 also goes with float32."""
    given = [tensor._array.dtype for tensor in parameters if tensor is not None]
    dtype = input._array.dtype
    if not given or (given[0] is dtype and all(other is dtype for other in given)):
        return
    if given[0] != dtype:
        if any(other != "float32" for other in given):
            raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
        if dtype.char != "e":
            raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
    for other in given:
        if other != given[0]:
            kinds = [dtypes.SCALAR_TYPE[dtypes.from_numpy(kind)] for kind in (given[0], other)]
            raise RuntimeError(f"expected scalar type {kinds[0]} but found {kinds[1]}")
