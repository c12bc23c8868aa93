"""Pooling undone (`max_unpool2d`) and pooling with windows at random (`fractional_max_pool2d`)."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from .. import backend, dtypes, random
from ..autograd.operation import Operation, wrap
from . import operands
from .places import refuse_outside


class MaxUnpool2D(Operation):
    """Zeros of ``size`` with the elements of ``x`` at their ``places``, counted in each image."""

    def forward(self, xp: Any, x: Any, places: Any, size: Any) -> Any:
        batch = x.shape[: x.ndim - len(size)]
        images = math.prod(batch)
        out = xp.zeros((images, math.prod(size)), x.dtype)
        if out.size:
            out[xp.arange(images)[:, None], places.reshape(images, -1)] = x.reshape(images, -1)
        return out.reshape(*batch, *size)

    def grad_x(self, grad: Any, places: Any, size: Any) -> Any:
        images, flat = grad.flatten(-len(size)), places.flatten(-len(size))
        return images.gather(-1, flat).reshape(places._array.shape)


class MaxUnpool3D(MaxUnpool2D):
    """The same for three dimensions."""


class FractionalMaxPool2D(Operation):
    """The elements of ``x`` at ``places``, counted in each image."""

    def forward(self, xp: Any, x: Any, places: Any, dims: int) -> Any:
        self.sizes = x.shape
        batch = x.shape[: x.ndim - dims]
        flat = x.reshape(*batch, math.prod(x.shape[x.ndim - dims :]))
        chosen = places.reshape(*batch, math.prod(places.shape[x.ndim - dims :]))
        return xp.take_along_axis(flat, chosen, -1).reshape(places.shape)

    def grad_x(self, grad: Any, places: Any, dims: int) -> Any:
        batch, size = self.sizes[: len(self.sizes) - dims], self.sizes[len(self.sizes) - dims :]
        zeros = grad.new_zeros(*batch, math.prod(size))
        return zeros.scatter_add(-1, places.flatten(-dims), grad.flatten(-dims)).reshape(self.sizes)


class FractionalMaxPool3D(FractionalMaxPool2D):
    """The same for three dimensions."""


# Unpooling ----------------------------------------------------------------------------------------


def max_unpool(
    dims: int,
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    output_size: Any,
) -> Any:
    """`max_unpool1d`, ``2d`` or ``3d``, by ``dims``."""
    kernel = per_dim(kernel_size, dims)
    step = kernel if stride is None else per_dim(stride, dims)
    border = per_dim(padding, dims)
    shape = tuple(input.shape)
    usual = [
        (n - 1) * s + k - 2 * p
        for n, s, k, p in zip(shape[len(shape) - dims :], step, kernel, border, strict=True)
    ]
    size = usual if output_size is None else chosen(tuple(output_size), usual, step)
    check_places(max(dims, 2), input, indices, size)
    if dims == 3 and min(step) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(step)}")
    if dims == 1:
        out = MaxUnpool2D.apply(input.unsqueeze(-1), indices.unsqueeze(-1), (*size, 1))
        return out.squeeze(-1)
    return (MaxUnpool2D, MaxUnpool3D)[dims - 2].apply(input, indices, tuple(size))


def per_dim(value: Any, dims: int) -> tuple[int, ...]:
    """``value`` for each dimension: one number stands for all."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,) * dims
    return values[:dims]


def chosen(given: tuple[int, ...], usual: list[int], step: tuple[int, ...]) -> tuple[int, ...]:
    """The size that the user wants, of those which pooling makes the same; refuses others."""
    dims = len(usual)
    given = given[2:] if len(given) == dims + 2 else given
    if len(given) != dims:
        raise ValueError(
            f"output_size should be a sequence containing {dims} or {dims + 2} elements, but it "
            f"has a length of '{len(given)}'"
        )
    for dim, (size, n, s) in enumerate(zip(given, usual, step, strict=True)):
        if not n - s < size < n + s:
            raise ValueError(
                f'invalid output_size "{given}" (dim {dim} must be between {n - s} and {n + s})'
            )
    return given


def check_places(dims: int, input: Any, indices: Any, size: Any) -> None:
    """Refuse indices that do not belong to ``input``, or lie outside ``size``."""
    x, places = input._array, operands.tensor(indices, f"max_unpool{dims}d", "indices", 2)._array
    if places.dtype != np.int64:
        kind = dtypes.SCALAR_TYPE[dtypes.of(places)]
        raise RuntimeError(f"elements in indices should be type int64 but got: {kind}")
    if x.ndim - len(size) not in (1, 2):
        raise RuntimeError(
            f"Input to max_unpooling{dims}d should be a {dims + 1}d or {dims + 2}d Tensor, but got "
            f"a tensor with {x.ndim + dims - len(size)} dimensions."
        )
    if places.shape != x.shape:
        raise RuntimeError(
            "Expected shape of indices to be same as that of the input tensor "
            f"({list(x.shape)}) but got indices tensor with shape: {list(places.shape)}"
        )
    first = x.ndim - len(size) - 1
    for dim in range(first, x.ndim):
        if x.shape[dim] == 0:
            raise RuntimeError(
                f"max_unpooling{dims}d_forward_out_cpu(): Expected input to have non-zero size for "
                f"non-batch dimensions, but got {list(x.shape)} with dimension {dim} being empty."
            )
    if x.dtype.kind != "f":
        raise operands.not_implemented(f"max_unpool{dims}d", x)

    def error(wrong: int) -> Exception:
        shown = "x".join(str(n) for n in (*size, 1)[: max(len(size), 2)])
        return RuntimeError(
            f"Found an invalid max index: {wrong} (output volumes are of size {shown})"
        )

    refuse_outside(places, 0, math.prod(size), error)


def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Any:
    """`max_pool1d` undone: (N, C, L) or (C, L); see `max_unpool2d`.

    >>> import minitorch as mt
    >>> y, where = F.max_pool1d(mt.tensor([[1.0, 3.0, 5.0, 2.0]]), 2, return_indices=True)
    >>> F.max_unpool1d(y, where, 2)
    tensor([[0., 3., 5., 0.]])
    """
    return max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Any:
    """`max_pool2d` undone: each element goes back to where it was found, all others are zero.

    ``indices`` are those of ``max_pool2d(..., return_indices=True)``. Shapes: (N, C, H, W) or
    (C, H, W) to (N, C, H', W') with ``H' = (H - 1) stride - 2 padding + kernel_size``, or
    ``output_size``, since pooling makes the same of several sizes.

    >>> import minitorch as mt
    >>> x = mt.arange(16.0).reshape(1, 4, 4)
    >>> y, indices = mt.nn.functional.max_pool2d(x, 2, return_indices=True)
    >>> mt.nn.functional.max_unpool2d(y, indices, 2)
    tensor([[[ 0.,  0.,  0.,  0.],
             [ 0.,  5.,  0.,  7.],
             [ 0.,  0.,  0.,  0.],
             [ 0., 13.,  0., 15.]]])
    """
    return max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Any:
    """`max_pool3d` undone: (N, C, D, H, W) or (C, D, H, W); see `max_unpool2d`.

    >>> import minitorch as mt
    >>> y, where = F.max_pool3d(mt.zeros(1, 3, 4, 8, 8), 2, return_indices=True)
    >>> F.max_unpool3d(y, where, 2).shape
    torch.Size([1, 3, 4, 8, 8])
    """
    return max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


# Fractional pooling -------------------------------------------------------------------------------


def fractional_max_pool2d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """Max pooling whose windows begin at random steps, so that any size can come out.

    Shapes: (N, C, H, W) or (C, H, W) to (N, C, H', W') = ``output_size``, or ``output_ratio``
    times the input's. Windows have ``kernel_size`` and begin ``(H - kernel) / (H' - 1)`` apart on
    average. Graham, *Fractional max-pooling*, 2014.

    >>> import minitorch as mt
    >>> mt.nn.functional.fractional_max_pool2d(mt.ones(1, 5, 5), 2, output_size=3).shape
    torch.Size([1, 3, 3])
    """
    return fractional(
        2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples
    )


def fractional_max_pool3d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """`fractional_max_pool2d` for (N, C, D, H, W) or (C, D, H, W).

    >>> import minitorch as mt
    >>> F.fractional_max_pool3d(mt.zeros(1, 3, 8, 8, 8), 2, output_size=6).shape
    torch.Size([1, 3, 6, 6, 6])
    """
    return fractional(
        3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples
    )


def fractional(
    dims: int,
    input: Any,
    kernel_size: Any,
    output_size: Any,
    output_ratio: Any,
    return_indices: bool,
    samples: Any,
) -> Any:
    """`fractional_max_pool2d` or ``3d``, by ``dims``."""
    name = f"fractional_max_pool{dims}d"
    if output_size is None and output_ratio is None:
        raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
    shape = input._array.shape
    if len(shape) not in (dims + 1, dims + 2):
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-len(shape)}, "
            f"{len(shape) - 1}], but got {-dims - 1})"
        )
    lengths = shape[len(shape) - dims :]
    if output_size is None:
        output_size = [int(n * r) for n, r in zip(lengths, output_ratio, strict=True)]
    size = several(name, "output_size", output_size, dims)
    kernel = several(name, "kernel_size", kernel_size, dims)
    planes = (shape[0] if len(shape) == dims + 2 else 1, shape[len(shape) - dims - 1])
    if samples is None:
        if input._array.dtype.kind != "f":
            raise operands.not_implemented("check_uniform_bounds", input._array)
        generator = random.default_for(backend.device_index(input._array))
        with backend.at(input._array):
            drawn = random.uniform(generator, (*planes, dims), input._array.dtype)
    else:
        drawn = check_samples(samples, input, planes, dims)
    check_fractional(name, input, lengths, kernel, size)
    places = wrap(input, winners(input._array, drawn, kernel, size, planes))
    operation = (FractionalMaxPool2D, FractionalMaxPool3D)[dims - 2]
    result = operation.apply(input, places, dims)
    return (result, places) if return_indices else result


def several(name: str, what: str, value: Any, dims: int) -> tuple[int, ...]:
    """``value`` for each dimension."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,) * dims
    if len(values) != dims:
        raise RuntimeError(f"{name}: {what} must either be a single Int or tuple of Ints")
    return values


def check_samples(samples: Any, input: Any, planes: tuple[int, int], dims: int) -> Any:
    """The array of random numbers that the user gives; refuses a wrong one."""
    array = samples._array
    if array.ndim != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {array.ndim}")
    if array.dtype != input._array.dtype:
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    for dim, wanted in enumerate((*planes, dims)):
        if array.shape[dim] < wanted or (dim == 2 and array.shape[dim] != wanted):
            raise RuntimeError(
                f"Expect _random_samples.size({dim}) equals to {wanted}; got {array.shape[dim]}."
            )
    return array


def check_fractional(name: str, input: Any, lengths: Any, kernel: Any, size: Any) -> None:
    """Refuse inputs without elements, and windows that do not fit."""
    shape, dims = input._array.shape, len(lengths)
    for dim in range(len(shape) - dims - 1, len(shape)):
        if shape[dim] == 0:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but got"
                f"{list(shape)} with dimension {dim} being empty."
            )
    if min(kernel) <= 0:
        raise RuntimeError("kernel size should be greater than zero")
    caller, spare = (name, 0) if dims == 2 else (f"{name}_out", 1)
    axes = ("time", "height", "width")[3 - dims :]
    for axis, n, k, count in zip(axes, lengths, kernel, size, strict=True):
        if count + k - 1 + spare > n:
            raise RuntimeError(
                f"{caller}(): pool {axis} {k} too large relative to input {axis} {n}"
            )


@backend.at_its_gpu
def winners(x: Any, samples: Any, kernel: Any, size: Any, planes: tuple[int, int]) -> Any:
    """Where the largest element of each window is: the first of equal ones, of NaN the last."""
    xp, dims = backend.array_module(x), len(kernel)
    lengths = x.shape[x.ndim - dims :]
    order = (1, 0) if dims == 2 else (0, 1, 2)  # in 2d the first number is for the width
    starts = [
        begin(xp, samples[..., place], n, k, count)
        for place, n, k, count in zip(order, lengths, kernel, size, strict=True)
    ]
    flat = x.reshape(*planes, math.prod(lengths))
    best: Any = None
    found: Any = None
    for tap in np.ndindex(*kernel):
        along = []
        for dim, (start, shift) in enumerate(zip(starts, tap, strict=True)):
            stride = math.prod(lengths[dim + 1 :])
            after, before = (1,) * (dims - 1 - dim), (1,) * dim
            along.append(((start + shift) * stride).reshape(*planes, *before, size[dim], *after))
        places = functools.reduce(xp.add, along)
        values = xp.take_along_axis(flat, places.reshape(*planes, math.prod(size)), -1).reshape(
            places.shape
        )
        if best is None:
            best, found = values, places
            continue
        larger = (values > best) | xp.isnan(values)
        best, found = xp.where(larger, values, best), xp.where(larger, places, found)
    return found.reshape(*x.shape[: x.ndim - dims], *size)


def begin(xp: Any, sample: Any, length: int, kernel: int, count: int) -> Any:
    """Where the windows begin: (N, C, count)."""
    real = sample.dtype.type
    step = real(length - kernel) / real(count - 1) if count > 1 else real(0)
    i = xp.arange(count).astype(sample.dtype)
    u = sample[..., None]
    starts = ((i + u) * step).astype(np.int64) - (u * step).astype(np.int64)
    starts[..., -1:] = length - kernel
    return starts
