"""Layer, group and RMS normalization: each sample by itself, over its features or groups of them.

Layer and group norm are ``(x - mean) / sqrt(var + eps) * weight + bias``. Their arrays are taken as
matrices whose rows are normalized; with x̂ a normalized row, g the incoming gradient and
h = g · weight, ``∂x = (h - mean(h) - x̂ · mean(h · x̂)) / sqrt(var + eps)``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import kernels
from ..autograd.graph import TensorBase
from . import rows, sums
from .arrays import channels_as_in, row_major, wide
from .dims import wrap
from .fused import Fused
from .normalization import check_dtypes
from .operands import not_implemented
from .sizes import is_integer, listed


class NativeLayerNorm(Fused):
    """``(x - mean) / sqrt(var + eps) * weight + bias`` over the last ``dims`` dimensions."""

    def forward(self, xp: Any, x: Any, weight: Any, bias: Any, dims: int, eps: float) -> Any:
        matrix = wide(x).reshape(folded(x.shape, dims))
        out, mean, scale = centered(xp, matrix, eps)
        self.save(mean=mean, scale=scale)
        if kernels.fits(x):
            factor = 1.0 if weight is None else weight.reshape(-1)
            rows.SCALED(out, scale, factor, 0.0 if bias is None else bias.reshape(-1), out)
            return out.reshape(x.shape)
        with rows.of_length(matrix.shape[1]):
            out *= scale
            if weight is not None:
                out *= weight.reshape(-1)
            if bias is not None:
                out += bias.reshape(-1)
        return row_major(xp, out.reshape(x.shape).astype(x.dtype, copy=False))

    def gradient(
        self, xp: Any, grad: Any, x: Any, weight: Any, dims: int, mean: Any, scale: Any
    ) -> Any:
        need_x, need_weight, need_bias = self.needs_input_grad[:3]
        shape = folded(x.shape, dims)
        grad = wide(grad).reshape(shape)
        if kernels.fits(x):
            normed, product = NORMED(grad, x.reshape(shape), mean, scale)
        else:
            with rows.of_length(shape[1]):
                normed = wide(x).reshape(shape) - mean
                normed *= scale
            product = grad * normed
        grad_x = grad_weight = grad_bias = None
        if need_weight:
            grad_weight = sums.over(xp, product, (0,)).reshape(weight.shape)
        if need_bias:
            grad_bias = sums.over(xp, grad, (0,)).reshape(x.shape[x.ndim - dims :])
        if need_x:
            factor = xp.ones(shape[1:], grad.dtype) if weight is None else wide(weight).reshape(-1)
            # Sums of h and of h · x̂ along the rows, as products with the weight.
            total, along = grad @ factor, product @ factor
            with rows.of_length(shape[1]):
                h = xp.multiply(grad, factor, out=product)
            grad_x = pulled_back(h, normed, total[:, None], along[:, None], scale).reshape(x.shape)
        return grad_x, grad_weight, grad_bias

    @staticmethod
    def formula(x: Any, weight: Any, bias: Any, dims: int, eps: float) -> Any:
        over = tuple(range(x.ndim - dims, x.ndim))
        centered = x - x.mean(over, keepdim=True)
        out = centered / ((centered * centered).mean(over, keepdim=True) + eps).sqrt()
        out = out if weight is None else out * weight
        return out if bias is None else out + bias


class NativeGroupNorm(Fused):
    """The same over groups of channels, dimension 1 of ``x``; weight and bias are per channel."""

    def forward(self, xp: Any, x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
        matrix = wide(x).reshape(grouped(x.shape, groups))
        out, mean, scale = centered(xp, matrix, eps)
        self.save(mean=mean, scale=scale)
        out *= scale
        out = out.reshape(by_channel(x.shape))
        if weight is not None:
            out *= weight[:, None]
        if bias is not None:
            out += bias[:, None]
        return channels_as_in(xp, out.reshape(x.shape).astype(x.dtype, copy=False), x)

    def gradient(
        self, xp: Any, grad: Any, x: Any, weight: Any, groups: int, mean: Any, scale: Any
    ) -> Any:
        need_x, need_weight, need_bias = self.needs_input_grad[:3]
        shape, channels = grouped(x.shape, groups), by_channel(x.shape)
        normed = wide(x).reshape(shape) - mean
        normed *= scale
        grad = wide(grad).reshape(channels)
        product = grad * normed.reshape(channels)
        total, along = sums.over(xp, grad, (2,)), sums.over(xp, product, (2,))  # (N, C)
        grad_x = None
        grad_weight = along.sum(axis=0) if need_weight else None
        grad_bias = total.sum(axis=0) if need_bias else None
        if need_x:
            if weight is not None:
                factor = wide(weight)
                total, along = total * factor, along * factor
                grad = xp.multiply(grad, factor[:, None], out=product)
            per_group = (shape[0], channels[1] // groups)
            total, along = (
                part.reshape(per_group).sum(axis=1, keepdims=True) for part in (total, along)
            )
            grad_x = pulled_back(grad.reshape(shape), normed, total, along, scale).reshape(x.shape)
        return grad_x, grad_weight, grad_bias

    @staticmethod
    def formula(x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
        matrix = x.reshape(grouped(x.shape, groups))
        out = NativeLayerNorm.formula(matrix, None, None, 1, eps).reshape(by_channel(x.shape))
        out = out if weight is None else out * weight.unsqueeze(1)
        return (out if bias is None else out + bias.unsqueeze(1)).reshape(x.shape)


class RmsNorm(Fused):
    """``x / sqrt(mean(x²) + eps) * weight`` over the last ``dims`` dimensions of ``x``."""

    torch_name = "MulBackward0"

    def forward(self, xp: Any, x: Any, weight: Any, dims: int, eps: float) -> Any:
        matrix = wide(x).reshape(folded(x.shape, dims))
        scale = reciprocal_root(xp, rows.inner(xp, matrix, matrix, 1), matrix.shape[1], eps)
        self.save(scale=scale)
        out = matrix * scale
        if weight is not None:
            out = out * weight.reshape(-1)
        return row_major(xp, out.reshape(x.shape).astype(x.dtype, copy=False))

    def gradient(self, xp: Any, grad: Any, x: Any, weight: Any, dims: int, scale: Any) -> Any:
        need_x, need_weight = self.needs_input_grad[:2]
        shape = folded(x.shape, dims)
        grad = wide(grad).reshape(shape)
        normed = wide(x).reshape(shape) * scale
        grad_x = grad_weight = None
        if need_weight:
            grad_weight = sums.over(xp, grad * normed, (0,)).reshape(weight.shape)
        if need_x:
            h = grad if weight is None else grad * weight.reshape(-1)
            along = rows.inner(xp, h, normed, 1)
            grad_x = pulled_back(h, normed, None, along, scale).reshape(x.shape)
        return grad_x, grad_weight

    @staticmethod
    def formula(x: Any, weight: Any, dims: int, eps: float) -> Any:
        over = tuple(range(x.ndim - dims, x.ndim))
        out = x * ((x * x).mean(over, keepdim=True) + eps).rsqrt()
        return out if weight is None else out * weight


# Arrays -------------------------------------------------------------------------------------------


def folded(shape: tuple[int, ...], dims: int) -> tuple[int, int]:
    """The shape of a matrix, of which the last ``dims`` dimensions make a row."""
    cut = len(shape) - dims
    return math.prod(shape[:cut]), math.prod(shape[cut:])


def grouped(shape: tuple[int, ...], groups: int) -> tuple[int, int]:
    """The shape of a matrix with a row for each sample and group."""
    return shape[0] * groups, shape[1] // groups * math.prod(shape[2:])


def by_channel(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(N, C, *) with all places of a channel in one dimension."""
    return shape[0], shape[1], math.prod(shape[2:])


def centered(xp: Any, matrix: Any, eps: float) -> tuple[Any, Any, Any]:
    """The rows less their mean, a new array; the mean, and 1 / sqrt(var + eps)."""
    n = matrix.shape[1]
    fits = kernels.fits(matrix)
    if fits and rows.in_loops(matrix, 1):
        mean = rows.total(xp, matrix, 1) / n
    else:
        mean = sums.over(xp, matrix, (1,), keepdim=True) / n
    if fits:
        out = rows.MINUS(matrix, mean)
    else:
        with rows.of_length(n):
            out = matrix - mean
    return out, mean, reciprocal_root(xp, rows.inner(xp, out, out, 1), n, eps)


def reciprocal_root(xp: Any, squares: Any, n: int, eps: float) -> Any:
    """``1 / sqrt(squares / n + eps)``."""
    return 1 / xp.sqrt(squares / n + eps)


def pulled_back(h: Any, normed: Any, total: Any, along: Any, scale: Any) -> Any:
    """The gradient of the rows; ``normed`` is a buffer to write into.

    ``total`` and ``along`` are the sums of h and of h · x̂ over a row; no total: 0.
    """
    n = normed.shape[1]
    if kernels.fits(normed):
        rows.PULLED_BACK(h, 0.0 if total is None else total, along, scale, 1 / n, normed)
        return normed
    with rows.of_length(n):
        normed *= along / -n
        normed += h
        if total is not None:
            normed -= total / n
        normed *= scale
    return normed


# The same for a GPU: see kernels.py.
NORMED = kernels.Kernel(
    "normed",
    "T grad, T x, T mean, T scale",
    "T normed, T product",
    "normed = (x - mean) * scale; product = grad * normed",
)


# Functions ----------------------------------------------------------------------------------------


def functional_layer_norm(
    input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Normalize ``input`` over its last dimensions, which are ``normalized_shape``.

    >>> F.layer_norm(mt.tensor([[1.0, 2.0, 3.0]]), (3,))
    tensor([[-1.2247,  0.0000,  1.2247]])
    """
    return layer_norm(input, normalized_shape, weight, bias, eps)


def layer_norm(
    input: Any,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Any:
    """`minitorch.nn.functional.layer_norm`, with a switch that changes nothing here.

    >>> mt.layer_norm(mt.tensor([[1.0, 2.0, 3.0]]), (3,))
    tensor([[-1.2247,  0.0000,  1.2247]])
    """
    dims = check_shape("layer_norm", input, normalized_shape, weight, bias)
    check_dtypes(input, weight, bias)
    if input._array.dtype.kind != "f":
        raise not_implemented("LayerNormKernelImpl", input._array)
    return NativeLayerNorm.apply(input, weight, bias, dims, eps)


def rms_norm(input: Any, normalized_shape: Any, weight: Any = None, eps: Any = None) -> Any:
    """``x / sqrt(mean(x²) + eps) * weight`` over the last dimensions, ``normalized_shape``.

    ``eps`` None stands for the smallest step of the dtype at 1 (of float32 for float16).

    >>> F.rms_norm(mt.tensor([[1.0, 7.0]]), (2,))
    tensor([[0.2000, 1.4000]])
    """
    dims = check_shape("rms_norm", input, normalized_shape, weight)
    dtype = input._array.dtype
    if dtype.kind not in "fc":
        raise not_implemented("rms_norm", input._array)
    if eps is None:
        eps = float(np.finfo("float32" if dtype.char == "e" else dtype).eps)
    if dtype.kind == "c":
        return RmsNorm.formula(input, weight, dims, eps)
    return RmsNorm.apply(input, weight, dims, eps)


def functional_group_norm(
    input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """Normalize ``num_groups`` groups of channels of each sample: see `minitorch.nn.GroupNorm`.

    >>> F.group_norm(mt.tensor([[1.0, 3.0, 4.0, 8.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    shape = input.shape
    if len(shape) < 2:
        raise RuntimeError(
            f"Expected at least 2 dimensions for input tensor but received {len(shape)}"
        )
    sizes = [shape[0] * shape[1] // num_groups, num_groups, *shape[2:]]
    if math.prod(sizes) == num_groups:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {sizes}"
        )
    return group_norm(input, num_groups, weight, bias, eps)


def group_norm(
    input: Any,
    num_groups: int,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Any:
    """`minitorch.nn.functional.group_norm` without its checks of the sizes.

    >>> mt.group_norm(mt.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    if num_groups.__class__ is not int and not is_integer(num_groups):
        raise TypeError(
            "group_norm(): argument 'num_groups' (position 2) must be int, "
            f"not {type(num_groups).__name__}"
        )
    shape = input._array.shape
    count = shape[wrap(1, len(shape))]
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if count % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of "
            f"shape {list(shape)} and num_groups={num_groups}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor._array.shape != (count,):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, "
                f"but got {name} of shape {list(tensor._array.shape)} and input of shape "
                f"{list(shape)}"
            )
    check_dtypes(input, weight, bias)
    if input._array.dtype.kind != "f":
        raise not_implemented("GroupNormKernelImpl", input._array)
    return NativeGroupNorm.apply(input, weight, bias, num_groups, eps)


def check_shape(caller: str, input: Any, normalized_shape: Any, *parameters: Any) -> int:
    """How many dimensions are normalized; refuses what does not fit."""
    expected = tuple(listed(normalized_shape, caller, "normalized_shape"))
    if not expected:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    for name, tensor in zip(("weight", "bias"), parameters, strict=False):
        if isinstance(tensor, TensorBase) and tensor._array.shape != expected:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(tensor._array.shape)} and normalized_shape = {list(expected)}"
            )
    shape = input._array.shape
    if len(shape) < len(expected) or shape[len(shape) - len(expected) :] != expected:
        given = ", ".join(str(length) for length in expected)
        # PyTorch has a comma after the star for layer norm, and none for RMS norm.
        star = "*, " if caller == "layer_norm" else "*"
        raise RuntimeError(
            f"Given normalized_shape=[{given}], expected input with shape [{star}{given}], but got "
            f"input of size{list(shape)}"
        )
    return len(expected)
