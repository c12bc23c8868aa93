"""Batch normalization in evaluation is linear, so the layer before it can do its work."""

from __future__ import annotations

import copy
from typing import Any

from ...tensor import Tensor
from ..parameter import Parameter


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A convolution that computes what ``bn`` after ``conv`` does, both in evaluation.

    ``transpose`` is for transposed convolutions, whose output channels come second.

    >>> conv, bn = nn.Conv2d(1, 2, 3).eval(), nn.BatchNorm2d(2).eval()
    >>> x = mt.ones(1, 1, 4, 4)
    >>> mt.allclose(nn.utils.fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)), atol=1e-6)
    True
    """
    return fused(conv, bn, fuse_conv_bn_weights, transpose)


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A linear layer that computes what ``bn`` after ``linear`` does, both in evaluation.

    >>> linear, bn = nn.Linear(3, 2).eval(), nn.BatchNorm1d(2).eval()
    >>> x = mt.ones(1, 3)
    >>> mt.allclose(nn.utils.fuse_linear_bn_eval(linear, bn)(x), bn(linear(x)), atol=1e-6)
    True
    """
    if not linear.training and not bn.training and bn.num_features not in (1, linear.out_features):
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got "
            f"linear.out_features={linear.out_features} and bn.num_features={bn.num_features}"
        )
    return fused(linear, bn, fuse_linear_bn_weights)


def fused(layer: Any, bn: Any, fuse: Any, *options: Any) -> Any:
    """A copy of ``layer`` with the weights that ``fuse`` makes of its own and those of ``bn``."""
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    layer = copy.deepcopy(layer)
    statistics = bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    layer.weight, layer.bias = fuse(layer.weight, layer.bias, *statistics, *options)
    return layer


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """The weight and bias of a convolution with batch normalization in it.

    From the convolution's own and the running mean, running variance, eps, weight and bias of the
    batch normalization: ``w · s`` and ``(b - mean) · s + bias`` with s = weight / √(var + eps).

    >>> w, b = nn.utils.fuse_conv_bn_weights(
    ...     mt.ones(1, 1, 1), None, mt.tensor([3.0]), mt.tensor([4.0]), 0.0, None, None
    ... )
    >>> w.detach(), b.detach()  # (x - 3) / √4
    (tensor([[[0.5000]]]), tensor([-1.5000]))
    """
    shape = [1] * conv_w.ndim
    shape[1 if transpose else 0] = -1
    return folded(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, shape)


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """The same as `fuse_conv_bn_weights` for a linear layer.

    >>> w, b = nn.utils.fuse_linear_bn_weights(
    ...     mt.ones(1, 1), None, mt.tensor([3.0]), mt.tensor([4.0]), 0.0, mt.ones(1), mt.zeros(1)
    ... )
    >>> w.detach(), b.detach()
    (tensor([[0.5000]]), tensor([-1.5000]))
    """
    return folded(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [-1, 1])


def folded(
    weight: Tensor,
    bias: Tensor | None,
    mean: Tensor,
    var: Tensor,
    eps: float,
    scale: Tensor | None,
    shift: Tensor | None,
    shape: list[int],
) -> tuple[Parameter, Parameter]:
    """What both have in common; ``shape`` says along which dimension of the weight to scale."""
    factor = (var + eps).rsqrt()
    if scale is not None:
        factor = scale * factor
    old = mean.new_zeros(mean.shape) if bias is None else bias
    new = (old - mean) * factor
    if shift is not None:
        new = new + shift
    return (
        Parameter((weight * factor.reshape(shape)).to(weight.dtype), weight.requires_grad),
        Parameter(new.to(weight.dtype if bias is None else bias.dtype), old.requires_grad),
    )
