"""``conv1d`` ... ``conv_transpose3d``: the convolutions of conv_arrays.py as operations.

After `minitorch.compile` most large ones are those of conv_loops.py.

Convolution is linear in the input and in the weight. So there are three operations, and the
derivatives of each are the other two: derivatives of any order come free.
"""

from __future__ import annotations

import math
from typing import Any

from .. import kernels
from ..autograd.operation import Operation
from . import conv_arrays, conv_loops, rows
from .arrays import channels_as_in
from .complexes import conj
from .conv_arguments import (
    check_kind,
    check_numbers,
    check_operands,
    named_padding,
    per_dim,
    with_batch,
)


class Convolution(Operation):
    """``y[n, o, p] = b[o] + Σ x[n, c, stride p + dilation k - padding] w[o, c, k]``."""

    def forward(
        self,
        xp: Any,
        x: Any,
        weight: Any,
        bias: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
    ) -> Any:
        self.size = x.shape[2:]
        arrays = conv_arrays
        if kernels.fits(x):  # else there is no choice
            places = conv_arrays.output_size(self.size, weight.shape[2:], stride, padding, dilation)
            arrays = faster(x, (len(x), len(weight), *places), weight.shape, stride)
        y = arrays.convolve(x, weight, stride, padding, dilation, groups)
        add_bias(y, bias)
        return channels_as_in(xp, y, x, weight)

    def grad_x(
        self, grad: Any, weight: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        extra = missing(self.size, grad, weight, stride, padding, dilation)
        return ConvolutionTransposed.apply(
            grad, conj(weight), None, stride, padding, extra, dilation, groups
        )

    def grad_weight(
        self, grad: Any, x: Any, weight: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        kernel = weight._array.shape[2:]
        return ConvolutionWeight.apply(conj(x), grad, kernel, stride, padding, dilation, groups)

    def grad_bias(self, grad: Any, stride: Any) -> Any:
        return grad.sum((0, *range(2, 2 + len(stride))))


class ConvolutionTransposed(Operation):
    """The gradient of a convolution by its input, and what ``conv_transpose2d`` computes."""

    torch_name = "ConvolutionBackward0"

    def forward(
        self,
        xp: Any,
        x: Any,
        weight: Any,
        bias: Any,
        stride: Any,
        padding: Any,
        output_padding: Any,
        dilation: Any,
        groups: int,
    ) -> Any:
        self.size = x.shape[2:]
        arrays = faster(x, x.shape, weight.shape, stride)
        y = arrays.convolve_transposed(x, weight, stride, padding, output_padding, dilation, groups)
        add_bias(y, bias)
        return channels_as_in(xp, y, x, weight)

    def grad_x(
        self, grad: Any, weight: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        g = Convolution.apply(grad, conj(weight), None, stride, padding, dilation, groups)
        return first(g, self.size)

    def grad_weight(
        self, grad: Any, x: Any, weight: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        kernel = weight._array.shape[2:]
        return ConvolutionWeight.apply(grad, conj(x), kernel, stride, padding, dilation, groups)

    def grad_bias(self, grad: Any, stride: Any) -> Any:
        return grad.sum((0, *range(2, 2 + len(stride))))


class ConvolutionWeight(Operation):
    """The gradient of a convolution by its weight, from its input x and the gradient g of y."""

    torch_name = "ConvolutionBackwardBackward0"

    def forward(
        self,
        xp: Any,
        x: Any,
        g: Any,
        kernel: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
    ) -> Any:
        self.size, self.places = x.shape[2:], g.shape[2:]
        weight = g.shape[1], x.shape[1] // groups, *kernel
        arrays = faster(x, g.shape, weight, stride)
        return arrays.convolve_weight(x, g, kernel, stride, padding, dilation, groups)

    def grad_x(
        self, grad: Any, g: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        extra = missing(self.size, g, grad, stride, padding, dilation)
        return ConvolutionTransposed.apply(
            conj(g), grad, None, stride, padding, extra, dilation, groups
        )

    def grad_g(
        self, grad: Any, x: Any, stride: Any, padding: Any, dilation: Any, groups: int
    ) -> Any:
        out = Convolution.apply(conj(x), grad, None, stride, padding, dilation, groups)
        return first(out, self.places)


def faster(x: Any, out: Any, weight: Any, stride: Any) -> Any:
    """The module whose functions take less time; ``out`` and ``weight`` are shapes."""
    return conv_loops if conv_loops.fits(x, out, weight, stride) else conv_arrays


def add_bias(y: Any, bias: Any) -> None:
    """To each channel of ``y`` its number, if there are any."""
    if bias is not None and kernels.fits(y):
        rows.WEIGHTED(1.0, bias.reshape(-1, *(1,) * (y.ndim - 2)), y)
    elif bias is not None:
        with rows.of_length(math.prod(y.shape[2:])):
            y += rows.for_channels(bias, y)


def first(out: Any, size: tuple[int, ...]) -> Any:
    """Without the windows after ``size``, for which output padding of a stride or more has room."""
    return out if out._array.shape[2:] == size else out[(..., *map(slice, size))]


def missing(
    size: Any, out: Any, weight: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[int, ...]:
    """How much larger the input was than the smallest one that gives this output."""
    kernel, none = weight._array.shape[2:], (0,) * len(stride)
    least = conv_arrays.input_size(out._array.shape[2:], kernel, stride, padding, none, dilation)
    return tuple(have - need for have, need in zip(size, least, strict=True))


# Functions ----------------------------------------------------------------------------------------


def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution of (N, C, L) or (C, L) with weight (C_out, C / groups, K); see `conv2d`.

    >>> import minitorch as mt
    >>> F.conv1d(mt.tensor([[1.0, 2.0, 4.0, 7.0]]), mt.tensor([[[-1.0, 1.0]]]))  # the differences
    tensor([[1., 2., 3.]])
    """
    return convolution("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Slide a kernel over images: the sum of products of ``weight`` with each patch of ``input``.

    Shapes: input (N, C, H, W) or (C, H, W), weight (C_out, C / groups, K_h, K_w), bias (C_out);
    the result is (N, C_out, H', W') with
    ``H' = (H + 2 padding - dilation (K_h - 1) - 1) // stride + 1``. ``padding="same"`` keeps the
    size. Strictly it is a cross-correlation: the kernel is not turned round.

    >>> import minitorch as mt
    >>> image = mt.arange(9.0).reshape(1, 1, 3, 3)
    >>> mt.nn.functional.conv2d(image, mt.ones(1, 1, 2, 2))
    tensor([[[[ 8., 12.],
              [20., 24.]]]])
    """
    return convolution("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution of (N, C, D, H, W) or (C, D, H, W); see `conv2d`.

    >>> import minitorch as mt
    >>> F.conv3d(mt.zeros(1, 3, 8, 8, 8), mt.zeros(5, 3, 3, 3, 3)).shape
    torch.Size([1, 5, 6, 6, 6])
    """
    return convolution("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The transposed convolution of (N, C, L) or (C, L); see `conv_transpose2d`.

    >>> import minitorch as mt
    >>> F.conv_transpose1d(mt.tensor([[1.0, 2.0]]), mt.tensor([[[1.0, 10.0]]]), stride=2)
    tensor([[ 1., 10.,  2., 20.]])
    """
    return transposed(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The gradient of `conv2d` by its input, used as a layer that makes images larger.

    Shapes: input (N, C, H, W) or (C, H, W), weight (C, C_out / groups, K_h, K_w); the result has
    ``H' = (H - 1) stride - 2 padding + dilation (K_h - 1) + output_padding + 1``.

    >>> import minitorch as mt
    >>> F.conv_transpose2d(mt.tensor([[[3.0]]]), mt.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
    tensor([[[ 3.,  6.],
             [ 9., 12.]]])
    """
    return transposed(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The transposed convolution of (N, C, D, H, W) or (C, D, H, W); see `conv_transpose2d`.

    >>> import minitorch as mt
    >>> F.conv_transpose3d(mt.zeros(1, 3, 4, 4, 4), mt.zeros(3, 5, 2, 2, 2), stride=2).shape
    torch.Size([1, 5, 8, 8, 8])
    """
    return transposed(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def convolution(
    name: str,
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Any:
    """`conv1d`, `conv2d` or `conv3d`, by ``dims``."""
    x, batched = with_batch(name, dims, input)
    stride, dilation = per_dim(stride, dims, "stride"), per_dim(dilation, dims, "dilation")
    kernel = weight._array.shape[2:]
    if isinstance(padding, str):
        x, padding = named_padding(padding, x, kernel, stride, dilation)
    else:
        padding = per_dim(padding, dims, "padding")
    shape, w = x._array.shape, weight._array.shape
    check_numbers(stride, padding, dilation, groups, w)
    if shape[1] != w[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(w)}, expected input{list(shape)} to have "
            f"{w[1] * groups} channels, but got {shape[1]} channels instead"
        )
    check_operands(x, weight, bias, w[0], transposed=False)
    padded = [size + 2 * p for size, p in zip(shape[2:], padding, strict=True)]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(size < need for size, need in zip(padded, reach, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, padded))}). "
            f"Kernel size: ({' x '.join(map(str, reach))}). "
            "Kernel size can't be greater than actual input size"
        )
    check_kind(x, dilation, transposed=False)
    out = Convolution.apply(x, weight, bias, stride, padding, dilation, groups)
    return out if batched else out.squeeze(0)


def transposed(
    dims: int,
    input: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Any:
    """`conv_transpose1d`, ``2d`` or ``3d``, by ``dims``."""
    x, batched = with_batch(f"conv_transpose{dims}d", dims, input)
    stride, dilation = per_dim(stride, dims, "stride"), per_dim(dilation, dims, "dilation")
    padding = per_dim(padding, dims, "padding")
    output_padding = per_dim(output_padding, dims, "output_padding")
    shape, w = x._array.shape, weight._array.shape
    check_numbers(stride, padding, dilation, groups, w)
    if shape[1] != w[0]:
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(w)}, expected input{list(shape)} to have "
            f"{w[0]} channels, but got {shape[1]} channels instead"
        )
    check_operands(x, weight, bias, w[1] * groups, transposed=True)
    if any(
        extra >= max(step, d)
        for extra, step, d in zip(output_padding, stride, dilation, strict=True)
    ):
        named = zip(
            ("output_padding", "stride", "dilation"),
            (output_padding, stride, dilation),
            strict=True,
        )
        axes = ("depth", "height", "width")[3 - max(dims, 2) :]
        words = [
            f"{name}_{axis}: {value}"
            for name, values in named
            for axis, value in zip(axes, (1,) * (len(axes) - dims) + tuple(values), strict=True)
        ]
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, but got "
            + " ".join(words)
        )
    if any(padding):
        out = conv_arrays.input_size(shape[2:], w[2:], stride, padding, output_padding, dilation)
        if min(out) < 1:
            sizes = [" x ".join(map(str, (1, *size)[-max(dims, 2) :])) for size in (shape[2:], out)]
            raise RuntimeError(
                f"Given input size per channel: ({sizes[0]}). Calculated output size per channel: "
                f"({sizes[1]}). Output size is too small"
            )
    check_kind(x, dilation, transposed=True)
    out = ConvolutionTransposed.apply(
        x, weight, bias, stride, padding, output_padding, dilation, groups
    )
    return out if batched else out.squeeze(0)
