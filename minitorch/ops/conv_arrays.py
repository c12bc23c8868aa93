"""Convolution in one, two and three dimensions, as products of matrices.

A kernel slides over the input. Write what it sees at each place as a column: the convolution is
then one product of matrices, weight @ columns ("im2col"). Three functions on arrays do all the
work, and the derivatives of each one are the other two:

    convolve(x, w)              y   (N, C_out, *O)               weight @ columns(x)
    convolve_transposed(g, w)   dx  (N, C_in, *S)                weight.T @ g, the columns added up
    convolve_weight(x, g)       dw  (C_out, C_in / groups, *K)   g @ columns(x).T

The columns of all images at once would take K * K times the memory of the input, so the work goes
in blocks that fit the processor's caches. Where it pays, a block is several images that come last,
(C, *S, n): the rows of small images then make one long run of memory, which NumPy copies fast.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import kernels
from ..backend import array_module

Ints = tuple[int, ...]  # one integer per spatial dimension

ALL = slice(None)

# Elements of columns and products in one block. On a GPU every step starts a kernel, so there a
# block is large.
BLOCK_ON_CPU = 3 << 19
BLOCK_ON_GPU = 1 << 24

# Nanoseconds that NumPy takes, measured: to begin a run of memory that it copies, or that it adds
# to another; and to move an element to or from the order in which the images come last.
COPY_RUN, ADD_RUN, MOVE = 10, 60, 0.35


def output_size(size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Ints:
    """``O = (S + 2 padding - dilation (K - 1) - 1) // stride + 1`` in each dimension."""
    return tuple(
        (s + 2 * p - d * (k - 1) - 1) // step + 1
        for s, k, step, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
    )


def input_size(
    out: Ints, kernel: Ints, stride: Ints, padding: Ints, output_padding: Ints, dilation: Ints
) -> Ints:
    """``S = (O - 1) stride - 2 padding + dilation (K - 1) + output_padding + 1``."""
    return tuple(
        (o - 1) * step - 2 * p + d * (k - 1) + extra + 1
        for o, k, step, p, extra, d in zip(
            out, kernel, stride, padding, output_padding, dilation, strict=True
        )
    )


def convolve(x: Any, w: Any, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
    """Slide ``w`` over ``x``: (N, C_in, *S) and (C_out, C_in / groups, *K) give (N, C_out, *O).

    ``y[n, o, p] = sum over c and k of x[n, c, stride * p + dilation * k - padding] * w[o, c, k]``
    """
    xp = array_module(x)
    channels, kernel = w.shape[0], w.shape[2:]
    out = output_size(x.shape[2:], kernel, stride, padding, dilation)
    weight = _matrix(w, groups)
    y = xp.empty((x.shape[0], channels, *out), x.dtype)
    for images, rows, columns in _columns(xp, x, kernel, out, channels, stride, padding, dilation):
        places = columns.shape[1 + len(kernel) :]
        product = weight @ columns.reshape(groups, weight.shape[2], math.prod(places))
        y[images, :, rows] = _images_first(product.reshape(channels, *places))
    return y


def convolve_weight(
    x: Any, g: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    """The gradient of `convolve` with respect to ``w``, given the gradient ``g`` of its result."""
    xp = array_module(x)
    channels, out = g.shape[1], g.shape[2:]
    depth = x.shape[1] // groups * math.prod(kernel)
    total = xp.zeros((groups, depth, channels // groups), _computing(x.dtype))
    for images, rows, columns in _columns(xp, x, kernel, out, channels, stride, padding, dilation):
        grad = _images_last(g[images, :, rows]).astype(total.dtype, copy=False)
        places = math.prod(grad.shape[1:])
        grad = grad.reshape(groups, channels // groups, places)
        total += columns.reshape(groups, depth, places) @ grad.transpose(0, 2, 1)
    dw = total.transpose(0, 2, 1).reshape(channels, x.shape[1] // groups, *kernel)
    return dw.astype(x.dtype, copy=False)


def convolve_transposed(
    g: Any,
    w: Any,
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    dilation: Ints,
    groups: int,
) -> Any:
    """The gradient of `convolve` with respect to ``x``, given the gradient ``g`` of its result.

    ``(N, C_out, *O)`` becomes ``(N, C_in, *S)``. A stride hides how large ``x`` was: it has
    ``output_padding`` elements more than the smallest one that gives ``O``.
    """
    channels, kernel, out = w.shape[1] * groups, w.shape[2:], g.shape[2:]
    size = input_size(out, kernel, stride, padding, output_padding, dilation)
    if max(stride) == 1 and not any(output_padding):
        # It is then itself a convolution, with the kernel turned round. To write down columns is
        # cheaper than to add them up (0.83 of the time for 3x3, 64 -> 64 channels on 56x56), unless
        # there are many more of them.
        border = tuple(d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding, strict=True))
        cheap = g.shape[1] * math.prod(size) <= 2 * channels * math.prod(out)
        if cheap and min(border) >= 0:
            return convolve(g, _turned(w, groups), stride, border, dilation, groups)
    xp = array_module(g)
    weight = _matrix(w, groups).transpose(0, 2, 1)
    depth, moved = channels * math.prod(kernel), channels + g.shape[1]
    n, height = _block(xp, g.shape[0], depth, moved, out, stride, ADD_RUN)
    dx = xp.empty((g.shape[0], channels, *size), g.dtype)
    for images in _slices(g.shape[0], n):
        together = images.stop - images.start
        if kernels.fits(g) and height == out[0]:
            columns = _matrices(weight, g[images]).reshape(channels, *kernel, *out, together)
            dx[images] = _images_first(folded(columns, size, stride, padding, dilation))
            continue
        padded, inner = _padded(xp, channels, size, padding, together, weight.dtype)
        windows = _windows(xp, padded, kernel, out, stride, dilation)
        for rows in _slices(out[0], height):
            grad = g[images, :, rows]
            columns = _matrices(weight, grad)
            columns = columns.reshape(channels, *kernel, *grad.shape[2:], together)
            for tap in np.ndindex(kernel):
                windows[(ALL, *tap, rows)] += columns[(ALL, *tap)]
        dx[images] = _images_first(inner)
    return dx


def _matrices(weight: Any, g: Any) -> Any:
    """The columns of `convolve_transposed`, before they are added up."""
    g = _images_last(g).astype(weight.dtype, copy=False)
    return weight @ g.reshape(len(weight), weight.shape[2], math.prod(g.shape[1:]))


def folded(columns: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> Any:
    """Columns (C, *K, *O, n), added up where they came from: (C, *S, n). For a GPU.

    One dimension after the other, the last one first, by a kernel each. `convolve_transposed` does
    the same with a step for each place in the filter. There each number of the result is read and
    written many times; here a thread gathers what belongs to its own, and writes it once.
    """
    xp = array_module(columns)
    for dim in range(len(size) - 1, -1, -1):
        before, taps = columns.shape[: dim + 1], columns.shape[dim + 1]
        middle, (out, *after) = columns.shape[dim + 2 : 2 * dim + 2], columns.shape[2 * dim + 2 :]
        x = xp.empty((*before, *middle, size[dim], *after), columns.dtype)
        lengths = taps, math.prod(middle), out, size[dim], math.prod(after)
        columns = FOLD(columns, *lengths, stride[dim], padding[dim], dilation[dim], x)
    return columns


# An element of x is x[a, m, s, j]; tap k met it at place p / stride, if that is a whole number.
FOLD = kernels.Kernel(
    "fold",
    "raw T columns, int64 K, int64 M, int64 O, int64 S, int64 J, "
    "int64 stride, int64 padding, int64 dilation",
    "T x",
    """
    long long j = i % J, s = i / J % S, m = i / (J * S) % M, a = i / (J * S * M);
    T sum = T(0);
    for (long long k = 0; k < K; k++) {
        long long p = s + padding - dilation * k;
        if (p >= 0 && p % stride == 0 && p / stride < O)
            sum += columns[(((a * K + k) * M + m) * O + p / stride) * J + j];
    }
    x = sum
    """,
)


def _columns(
    xp: Any,
    x: Any,
    kernel: Ints,
    out: Ints,
    channels: int,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
) -> Iterator[tuple[slice, slice, Any]]:
    """Block by block: which images, which rows of the output, and (C, *K, *O, n)."""
    size, before = x.shape[2:], (ALL,) * (1 + len(kernel))
    depth, moved = x.shape[1] * math.prod(kernel), x.shape[1] + channels
    n, height = _block(xp, x.shape[0], depth, moved, out, stride, COPY_RUN)
    windows = None
    for images in _slices(x.shape[0], n):
        together = images.stop - images.start
        if windows is None or windows.shape[-1] != together:
            padded, inner = _padded(xp, x.shape[1], size, padding, together, _computing(x.dtype))
            windows = _windows(xp, padded, kernel, out, stride, dilation)
        inner[...] = _images_last(x[images])
        for rows in _slices(out[0], height):
            yield images, rows, windows[(*before, rows)]


def _windows(xp: Any, padded: Any, kernel: Ints, out: Ints, stride: Ints, dilation: Ints) -> Any:
    """A view (C, *K, *O, n) of (C, *S, n): what each element of the kernel meets."""
    channel, *steps, image = padded.strides
    return xp.lib.stride_tricks.as_strided(
        padded,
        (padded.shape[0], *kernel, *out, padded.shape[-1]),
        (
            channel,
            *[step * d for step, d in zip(steps, dilation, strict=True)],
            *[step * s for step, s in zip(steps, stride, strict=True)],
            image,
        ),
    )


def _padded(
    xp: Any, channels: int, size: Ints, padding: Ints, n: int, dtype: Any
) -> tuple[Any, Any]:
    """Zeros for ``n`` images with a border, (C, *S, n), and the part inside it."""
    padded = xp.zeros(
        (channels, *[s + 2 * p for s, p in zip(size, padding, strict=True)], n), dtype
    )
    inside = [slice(p, p + s) for s, p in zip(size, padding, strict=True)]
    return padded, padded[(ALL, *inside)]


def _block(
    xp: Any, images: int, depth: int, moved: int, out: Ints, stride: Ints, begin_run: float
) -> tuple[int, int]:
    """How many images make a block, and how many rows of the output.

    For each place of the output an image has ``depth`` elements of columns, and ``moved`` that
    change their order if the images come last. That pays where rows are short: against one image
    after the other, 5x5 on 64 images of 1x28x28 takes 0.25 to 0.66 of the time, 3x3 on 16x28x28
    0.64 to 0.92. Of 8 or 16 images NumPy copies runs faster than of 7 or 13 (by up to a half). An
    image of more than a block is cut into parts.
    """
    image = max(1, (depth + moved) * math.prod(out))
    block = BLOCK_ON_GPU
    n = max(1, min(images, block // image))
    if xp is np:
        block = BLOCK_ON_CPU
        n = min(images, 8 if math.prod(out) >= 256 else 16)
        row = max(1, out[-1])
        run = n * row if max(stride) == 1 else n
        if n < 4 or n * image > 2 * block or depth * begin_run * (1 / row - 1 / run) < MOVE * moved:
            n = 1
    return n, max(1, min(out[0], block * out[0] // image))


def _slices(length: int, step: int) -> list[slice]:
    """``range(length)`` in slices of ``step``."""
    return [slice(i, min(i + step, length)) for i in range(0, length, step)]


def _matrix(w: Any, groups: int) -> Any:
    """The weight as matrices, one a group: (groups, C_out / groups, C_in / groups * K)."""
    shape = (groups, w.shape[0] // groups, math.prod(w.shape[1:]))
    return w.reshape(shape).astype(_computing(w.dtype), copy=False)


def _turned(w: Any, groups: int) -> Any:
    """The weight with its kernels turned round, input and output channels exchanged."""
    w = w.reshape(groups, w.shape[0] // groups, *w.shape[1:])
    w = w[(ALL, ALL, ALL) + (slice(None, None, -1),) * (w.ndim - 3)].swapaxes(1, 2)
    # A view with negative strides would be multiplied without BLAS.
    return array_module(w).ascontiguousarray(w.reshape(w.shape[0] * w.shape[1], *w.shape[2:]))


def _computing(dtype: Any) -> Any:
    """The dtype to compute in: float16 is summed up in float32, as PyTorch does."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype


def _images_last(array: Any) -> Any:
    return array.transpose(*range(1, array.ndim), 0)


def _images_first(array: Any) -> Any:
    return array.transpose(array.ndim - 1, *range(array.ndim - 1))
