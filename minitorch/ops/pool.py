"""``max_pool1d`` ... ``adaptive_max_pool3d``: the pooling of pool_arrays.py as operations.

In one dimension they are those of two with a height of 1, as in PyTorch.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import backend
from ..autograd.operation import Operation, wrap
from . import pool_arrays as kernels
from .arrays import channels_as_in, row_major
from .pool_windows import (
    FLAT,
    box_windows,
    check_dtype,
    fitted_windows,
    how_many,
    numbers_for,
    one_number,
)


class MaxPool2DWithIndices(Operation):
    """The largest element of each window; the gradient goes to where it stands."""

    keeps_layout = True  # the channels are last where those of the input are

    def forward(self, xp: Any, x: Any, dims: Any) -> Any:
        out = kernels.max_pool(x, dims)
        return channels_as_in(xp, out, x) if self.keeps_layout else row_major(xp, out)

    def grad_x(self, grad: Any, x: Any, dims: Any) -> Any:
        return Spread.apply(grad, x, dims)


class MaxPool3DWithIndices(MaxPool2DWithIndices):
    """The same over three dimensions."""


class AdaptiveMaxPool2D(MaxPool2DWithIndices):
    """The same with windows that divide the input evenly."""


class AdaptiveMaxPool3D(MaxPool2DWithIndices):
    """The same over three dimensions."""

    keeps_layout = False


class Spread(Operation):
    """The gradient of max pooling: each element of ``g`` goes to the winner of its window in x."""

    torch_name = "MaxPool2DWithIndicesBackwardBackward0"

    def forward(self, xp: Any, g: Any, x: Any, dims: Any) -> Any:
        return kernels.max_pool_gradient(g, x, dims)

    def grad_g(self, grad: Any, x: Any, dims: Any) -> Any:
        return Select.apply(grad, x, dims)


class Select(Operation):
    """What stands in ``v`` at the winner of each window in x: `Spread` the other way."""

    torch_name = "MaxPool2DWithIndicesBackwardBackward0"

    def forward(self, xp: Any, v: Any, x: Any, dims: Any) -> Any:
        return kernels.max_pool_select(v, x, dims)

    def grad_v(self, grad: Any, x: Any, dims: Any) -> Any:
        return Spread.apply(grad, x, dims)


class AvgPool2D(Operation):
    """The sum of each window over ``divisor``, a number or one for each window."""

    keeps_layout = True  # the channels are last where those of the input are

    def forward(self, xp: Any, x: Any, dims: Any, divisor: Any) -> Any:
        out = kernels.sum_pool(x, dims)
        if x.dtype.kind in "iu":
            return (out / divisor).astype(x.dtype)
        out /= divisor
        return channels_as_in(xp, out, x) if self.keeps_layout else row_major(xp, out)

    def grad_x(self, grad: Any, dims: Any, divisor: Any) -> Any:
        return AvgPoolBackward.apply(grad, dims, divisor)


class AvgPool3D(AvgPool2D):
    """The same over three dimensions."""

    keeps_layout = False


class AdaptiveAvgPool2D(AvgPool2D):
    """The same with windows that divide the input evenly."""


class AdaptiveAvgPool3D(AvgPool3D):
    """The same with windows that divide the input evenly."""


class AvgPoolBackward(Operation):
    """The gradient of average pooling: each element's share goes to all of its window."""

    torch_name = "AvgPool2DBackwardBackward0"

    def forward(self, xp: Any, g: Any, dims: Any, divisor: Any) -> Any:
        return kernels.sum_pool_gradient((g / divisor).astype(g.dtype, copy=False), dims)

    def grad_g(self, grad: Any, dims: Any, divisor: Any) -> Any:
        return AvgPool2D.apply(grad, dims, divisor)


# Max pooling --------------------------------------------------------------------------------------


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, L) or (C, L); see `max_pool2d`.

    >>> import minitorch as mt
    >>> F.max_pool1d(mt.tensor([[1.0, 3.0, 5.0, 2.0]]), 2)
    tensor([[3., 5.]])
    """
    numbers = [
        one_number("max_pool1d", name, value)
        for name, value in (
            ("kernel_size", kernel_size),
            ("stride", kernel_size if stride is None else stride),
            ("padding", padding),
            ("dilation", dilation),
        )
    ]
    kernel, step, border, gap = numbers
    shape = list(input._array.shape)
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{shape}"
        )
    for name, value in (("kernel_size", kernel), ("stride", step), ("dilation", gap)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {value}")
    if border < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {border}")
    if border > kernel // 2:
        raise RuntimeError(
            "max_pool1d() padding should be at most half of kernel size, but got "
            f"padding={border} and kernel_size={kernel}"
        )
    count = how_many(shape[-1], kernel, step, border, gap, ceil_mode)
    if count < 1:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")
    check_dtype("max_pool2d" if return_indices or input.requires_grad else "max_pool1d", input)
    dim = kernels.windows(shape[-1], count, kernel, step, border, gap)
    return maxima(MaxPool2DWithIndices, input, [FLAT, dim], return_indices, one=True)


def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window.

    Shapes: (N, C, H, W) or (C, H, W) to (N, C, H', W') with
    ``H' = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1``, rounded up with
    ``ceil_mode``; ``stride`` is the kernel size if not given. With ``return_indices`` also where
    each stands, counted through the H · W pixels of its channel.

    >>> import minitorch as mt
    >>> mt.nn.functional.max_pool2d(mt.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """
    dims = box_windows("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode)
    return maxima(MaxPool2DWithIndices, input, dims, return_indices)


def max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window of (N, C, D, H, W) or (C, D, H, W); see `max_pool2d`.

    >>> import minitorch as mt
    >>> F.max_pool3d(mt.zeros(1, 3, 4, 8, 8), 2).shape
    torch.Size([1, 3, 2, 4, 4])
    """
    dims = box_windows("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode)
    return maxima(MaxPool3DWithIndices, input, dims, return_indices)


def maxima(operation: Any, input: Any, dims: Any, return_indices: bool, one: bool = False) -> Any:
    """Max pooling over ``dims``, with the indices if they are wanted; ``one``: in one dimension."""
    x = input.unsqueeze(-2) if one else input
    out = operation.apply(x, dims)
    out = out.squeeze(-2) if one else out
    if not return_indices:
        return out
    with backend.at(x._array):
        places = kernels.max_pool_indices(x._array, dims).astype(np.int64)
        if operation.keeps_layout:
            places = channels_as_in(backend.array_module(places), places, x._array)
    return out, wrap(input, places.reshape(out._array.shape))


def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`max_pool1d` of (N, C, L), with windows such that (N, C, output_size) comes out.

    >>> import minitorch as mt
    >>> F.adaptive_max_pool1d(mt.tensor([[1.0, 3.0, 5.0, 2.0]]), 2)
    tensor([[3., 5.]])
    """
    (dim,) = fitted_windows("adaptive_max_pool1d", 1, input, output_size)
    dims = [FLAT, dim]
    return maxima(AdaptiveMaxPool2D, input, dims, return_indices, one=True)


def plain_adaptive_max_pool1d(input: Any, output_size: Any) -> Any:
    """`mt.adaptive_max_pool1d`: the maxima, and where they are.

    >>> mt.adaptive_max_pool1d(mt.tensor([[1.0, 3.0, 5.0, 2.0]]), 2)
    (tensor([[3., 5.]]), tensor([[1, 2]]))
    """
    return adaptive_max_pool1d(input, output_size, return_indices=True)


def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`max_pool2d` of (N, C, H, W), with windows such that (N, C, *output_size) comes out.

    >>> import minitorch as mt
    >>> F.adaptive_max_pool2d(mt.arange(16.0).view(1, 4, 4), 1, return_indices=True)
    (tensor([[[15.]]]), tensor([[[15]]]))
    """
    dims = fitted_windows("adaptive_max_pool2d", 2, input, output_size)
    return maxima(AdaptiveMaxPool2D, input, dims, return_indices)


def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`max_pool3d` of (N, C, D, H, W), with windows such that (N, C, *output_size) comes out.

    >>> import minitorch as mt
    >>> F.adaptive_max_pool3d(mt.zeros(1, 3, 4, 8, 8), (1, 2, 2)).shape
    torch.Size([1, 3, 1, 2, 2])
    """
    dims = fitted_windows("adaptive_max_pool3d", 3, input, output_size)
    return maxima(AdaptiveMaxPool3D, input, dims, return_indices)


# Average pooling ----------------------------------------------------------------------------------


def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """The mean of each window of (N, C, L) or (C, L); see `avg_pool2d`.

    >>> import minitorch as mt
    >>> F.avg_pool1d(mt.tensor([[1.0, 3.0, 5.0, 7.0]]), kernel_size=3, stride=1)
    tensor([[3., 5.]])
    """
    if input._array.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input._array.ndim}-dimensional tensor for "
            "argument #1 'self' (while checking arguments for avg_pool1d)"
        )
    kernel = one_number("avg_pool1d", "kernel_size", kernel_size)
    step = kernel if stride is None else one_number("avg_pool1d", "stride", stride)
    border = one_number("avg_pool1d", "padding", padding)
    return avg_pool2d(
        input.unsqueeze(-2), (1, kernel), (1, step), (0, border), ceil_mode, count_include_pad
    ).squeeze(-2)


def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window; shapes as for `max_pool2d`.

    Zeros of the padding count, unless ``count_include_pad`` is False. ``divisor_override`` is what
    the sums are divided by instead of the number of elements.

    >>> import minitorch as mt
    >>> mt.nn.functional.avg_pool2d(mt.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    return averages(
        AvgPool2D,
        "avg_pool2d",
        2,
        input,
        (kernel_size, stride, padding),
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def avg_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """The mean of each window of (N, C, D, H, W) or (C, D, H, W); see `avg_pool2d`.

    >>> import minitorch as mt
    >>> F.avg_pool3d(mt.zeros(1, 3, 4, 8, 8), 2).shape
    torch.Size([1, 3, 2, 4, 4])
    """
    return averages(
        AvgPool3D,
        "avg_pool3d",
        3,
        input,
        (kernel_size, stride, padding),
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


def averages(
    operation: Any,
    name: str,
    count: int,
    input: Any,
    box: tuple[Any, Any, Any],
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Any:
    """`avg_pool2d` or `avg_pool3d`, by ``count``."""
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    kernel_size, stride, padding = box
    dims = box_windows(name, count, input, kernel_size, stride, padding, 1, ceil_mode)
    divisor: Any = divisor_override
    if divisor is None:
        kernel = numbers_for(name, "kernel_size", kernel_size, count)
        step = kernel if stride is None else numbers_for(name, "stride", stride, count)
        border = numbers_for(name, "padding", padding, count)
        sizes = []
        for dim, k, s, p in zip(dims, kernel, step, border, strict=True):
            start = np.arange(dim.count) * s - p
            end = np.minimum(start + k, dim.length + p)
            if not count_include_pad:
                start, end = np.maximum(start, 0), np.minimum(end, dim.length)
            sizes.append(end - start)
        divisor = per_window(input, sizes)
    return operation.apply(input, dims, divisor)


def per_window(input: Any, sizes: list[np.ndarray]) -> Any:
    """The products of the windows' ``sizes`` in each dimension; a plain number if all are equal."""
    if all((size == size[:1]).all() for size in sizes):
        return math.prod(int(size[0]) if size.size else 1 for size in sizes)
    product = np.ones((), input._array.dtype)
    for size in sizes:
        product = product[..., None] * size.astype(product.dtype)
    return backend.to_device(product, backend.device_index(input._array))


def adaptive_avg_pool1d(input: Any, output_size: Any) -> Any:
    """`avg_pool1d` of (N, C, L), with windows such that (N, C, output_size) comes out.

    >>> import minitorch as mt
    >>> F.adaptive_avg_pool1d(mt.tensor([[1.0, 3.0, 5.0]]), 2)  # the windows share an element
    tensor([[2., 4.]])
    """
    (dim,) = fitted_windows("adaptive_avg_pool1d", 1, input, output_size)
    return adaptive_avg_pool2d(input.unsqueeze(-2), (1, dim.count)).squeeze(-2)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """`avg_pool2d` of (N, C, H, W), with windows such that (N, C, *output_size) comes out.

    Window i of n over a length L covers the elements from ``i L // n`` up to
    ``ceil((i + 1) L / n)``; None in ``output_size`` keeps that length.

    >>> import minitorch as mt
    >>> F.adaptive_avg_pool2d(mt.arange(16.0).view(1, 4, 4), (2, 1))
    tensor([[[ 3.5000],
             [11.5000]]])
    """
    dims = fitted_windows("adaptive_avg_pool2d", 2, input, output_size)
    if all(dim.count == 1 for dim in dims):
        return input.mean((-1, -2), keepdim=True)
    return fitted_averages(AdaptiveAvgPool2D, input, dims)


def adaptive_avg_pool3d(input: Any, output_size: Any) -> Any:
    """`avg_pool3d` of (N, C, D, H, W), with windows such that (N, C, *output_size) comes out.

    >>> import minitorch as mt
    >>> F.adaptive_avg_pool3d(mt.zeros(1, 3, 4, 8, 8), 1).shape
    torch.Size([1, 3, 1, 1, 1])
    """
    dims = fitted_windows("adaptive_avg_pool3d", 3, input, output_size)
    if all(dim.count == 1 for dim in dims):
        return input.mean((-1, -2, -3), keepdim=True)
    return fitted_averages(AdaptiveAvgPool3D, input, dims)


def fitted_averages(operation: Any, input: Any, dims: Any) -> Any:
    """The mean of each window; the windows may differ in size."""
    sizes = []
    for dim in dims:
        index = np.arange(dim.count)
        n = max(dim.count, 1)
        sizes.append(-(-(index + 1) * dim.length // n) - index * dim.length // n)
    return operation.apply(input, dims, per_window(input, sizes))
