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

import functools
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

# Nanoseconds that NumPy takes, measured: to begin a run of memory that it copies, and to move an
# element to or from the order in which the images come last.
COPY_RUN, MOVE = 10, 0.35


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
    for images, rows, last, columns in _columns(
        xp, x, kernel, out, channels, stride, padding, dilation
    ):
        there = y[images, :, rows]
        n, places = len(there), math.prod(there.shape[2:])
        if last:
            product = weight @ columns.reshape(groups, weight.shape[2], places * n)
            there[...] = _images_first(product.reshape(channels, *there.shape[2:], n))
        else:
            matrices = columns.reshape(n, groups, weight.shape[2], places)
            there = there.reshape(n, *weight.shape[:2], places)  # a view
            if there.dtype == weight.dtype:
                xp.matmul(weight, matrices, out=there)
            else:
                there[...] = weight @ matrices
    return y


def convolve_weight(
    x: Any, g: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    """The gradient of `convolve` with respect to ``w``, given the gradient ``g`` of its result."""
    xp = array_module(x)
    channels, out = g.shape[1], g.shape[2:]
    depth = x.shape[1] // groups * math.prod(kernel)
    total = xp.zeros((groups, depth, channels // groups), _computing(x.dtype))
    for images, rows, last, columns in _columns(
        xp, x, kernel, out, channels, stride, padding, dilation
    ):
        grad = g[images, :, rows].astype(total.dtype, copy=False)
        n, places = len(grad), math.prod(grad.shape[2:])
        if last:
            grad = _images_last(grad).reshape(groups, channels // groups, places * n)
            total += columns.reshape(groups, depth, places * n) @ grad.swapaxes(1, 2)
        else:
            grad = grad.reshape(n, groups, channels // groups, places)
            product = columns.reshape(n, groups, depth, places) @ grad.swapaxes(2, 3)
            total += product[0] if n == 1 else product.sum(axis=0)
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
    if max(stride) == 1 and not any(output_padding) and g.shape[1] < 2 * channels:
        # It is then itself a convolution, with the kernel turned round. To write down columns is
        # cheaper than to add them up, unless there are twice as many of them.
        border = tuple(d * (k - 1) - p for d, k, p in zip(dilation, kernel, padding, strict=True))
        if min(border) >= 0:
            return convolve(g, _turned(w, groups), stride, border, dilation, groups)
    xp = array_module(g)
    weight = _matrix(w, groups).transpose(0, 2, 1)
    dx = xp.empty((g.shape[0], channels, *size), g.dtype)
    image = (channels * math.prod(kernel) + channels + g.shape[1]) * math.prod(out)
    n = max(1, (BLOCK_ON_CPU if xp is np else BLOCK_ON_GPU) // max(1, image))
    if xp is np:
        n = 1 << n.bit_length() - 1 if n >= 4 else 1  # see `_block`
    for images in _slices(g.shape[0], n):
        if kernels.on_gpu(g) and image <= BLOCK_ON_GPU:
            part = _images_last(g[images])
            columns = _product(weight, part).reshape(channels, *kernel, *part.shape[1:])
            dx[images] = _images_first(folded(columns, size, stride, padding, dilation))
        else:
            _add_columns(g[images], weight, kernel, stride, padding, dilation, dx[images])
    return dx


def _product(weight: Any, g: Any) -> Any:
    """The columns of `convolve_transposed`, before they are added up: (groups, C * K, O * n)."""
    g = g.astype(weight.dtype, copy=False)
    return weight @ g.reshape(len(weight), weight.shape[2], math.prod(g.shape[1:]))


def _add_columns(
    g: Any, weight: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, dx: Any
) -> None:
    """Write into ``dx`` the columns ``weight @ g``, added up where they came from.

    In memory the neighbour below a pixel is one line further, wherever the pixel is. So all columns
    of one place in the kernel belong a fixed number of elements further, and are added in one go:
    0.3 to 0.9 of the time of adding them line by line, or of `convolve`. For this ``g`` is laid on
    lines long enough that what hangs over the end of one misses the next. With a stride the pixels
    in between are images of their own, *phases*: neighbours in one are a stride apart.
    """
    xp, (n, channels, *size) = array_module(g), dx.shape
    shape = g.shape[2:], tuple(size), kernel, stride, padding, dilation
    grid, line, length, shifts, parts = _shifts(n, *shape)
    phases = xp.zeros((*stride, channels, length), weight.dtype)
    depth = max(1, math.prod(weight.shape[:2]) * line)
    for rows in _slices(g.shape[2], max(1, BLOCK_ON_CPU // depth)):
        part = g[:, :, rows]
        lines = xp.zeros((g.shape[1], part.shape[2], *grid[1:], n), weight.dtype)
        lines[(ALL, *map(slice, part.shape[2:]))] = _images_last(part)
        run = part.shape[2] * line
        columns = _product(weight, lines).reshape(channels, len(shifts), run)
        for place, (phase, start) in enumerate(shifts):
            start += rows.start * line
            phases[phase][:, start : start + run] += columns[:, place]
    phases = phases[..., : grid[0] * line].reshape(*stride, channels, *grid, n)
    for phase, there, pixels in parts:
        dx[(ALL, ALL, *pixels)] = _images_first(phases[(*phase, ALL, *there)])


@functools.lru_cache(256)
def _shifts(
    n: int, out: Ints, size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> tuple[Ints, int, int, list[tuple[Ints, int]], list[tuple[Ints, Any, Any]]]:
    """Where `_add_columns` puts what. All lengths are those of a phase, with ``n`` images last.

    The lengths of the dimensions, the elements of a line and of all lines; for each place in the
    kernel its phase, and how far its columns are shifted; for each phase where in it the pixels
    are, and which pixels.
    """
    o, s, k, step, border, d = np.array([out, size, kernel, stride, padding, dilation])
    beyond = (k - 1) * d // step  # how far the last place in the kernel reaches
    grid = np.max([o, (s + border - 1) // step + 1, o + beyond - border // step], axis=0)
    far = n * np.append(np.cumprod(grid[:0:-1])[::-1], 1)  # from a pixel to its neighbours
    shifts = []
    for place in np.ndindex(kernel):
        reach = place * d
        shifts.append((tuple((reach % step).tolist()), int(far @ (reach // step))))
    parts = []
    for phase in np.ndindex(*stride):
        first = (phase - border) % step
        there = (first + border) // step
        count = (s - first + step - 1) // step
        pixels = [slice(f, None, by) for f, by in zip(first.tolist(), stride, strict=True)]
        ends = (there + count).tolist()
        parts.append((phase, [*map(slice, there.tolist(), ends)], pixels))
    length = max(grid[0] * far[0], o[0] * far[0] + far @ beyond)
    return tuple(grid.tolist()), int(far[0]), int(length), shifts, parts


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
) -> Iterator[tuple[slice, slice, bool, Any]]:
    """Block by block: which images, which rows of the output, and the columns of these.

    They are (C, *K, *O, n) if the images come last, else (n, C, *K, *O).
    """
    size, dims = x.shape[2:], len(kernel)
    depth, moved = x.shape[1] * math.prod(kernel), x.shape[1] + channels
    n, height, last = _block(xp, x.shape[0], depth, moved, out, stride)
    inside = [slice(p, p + s) for s, p in zip(size, padding, strict=True)]
    with_border = [s + 2 * p for s, p in zip(size, padding, strict=True)]
    as_it_is = not last and not any(padding) and x.dtype == _computing(x.dtype)
    padded = x[:0]
    for images in _slices(x.shape[0], n):
        part = x[images]
        if not as_it_is and len(padded) != len(part):
            shape = (*part.shape[:2], *with_border)
            padded = xp.zeros((*shape[1:], len(part)) if last else shape, _computing(x.dtype))
            padded = _images_first(padded) if last else padded
        if as_it_is:
            padded = part
        else:
            padded[(ALL, ALL, *inside)] = part
        windows = _windows(xp, padded, kernel, out, stride, dilation)
        for rows in _slices(out[0], height):
            columns = windows[(*(ALL,) * (2 + dims), rows)]
            yield images, rows, last, _images_last(columns) if last else columns


def _windows(xp: Any, padded: Any, kernel: Ints, out: Ints, stride: Ints, dilation: Ints) -> Any:
    """A view (n, C, *K, *O) of (n, C, *S): what each element of the kernel meets."""
    image, channel, *steps = padded.strides
    return xp.lib.stride_tricks.as_strided(
        padded,
        (*padded.shape[:2], *kernel, *out),
        (
            image,
            channel,
            *[step * d for step, d in zip(steps, dilation, strict=True)],
            *[step * s for step, s in zip(steps, stride, strict=True)],
        ),
    )


def _block(
    xp: Any, images: int, depth: int, moved: int, out: Ints, stride: Ints
) -> tuple[int, int, bool]:
    """How many images make a block, how many rows of the output, and whether the images come last.

    For each place of the output an image has ``depth`` elements of columns, and ``moved`` that
    change their order if the images come last. That pays where rows are short: against one image
    after the other, 5x5 on 64 images of 1x28x28 takes 0.25 to 0.66 of the time, 3x3 on 16x28x28
    0.64 to 0.92. Of 8 or 16 images NumPy copies runs faster than of 7 or 13 (by up to a half). An
    image of more than a block is cut into parts.
    """
    image = max(1, (depth + moved) * math.prod(out))
    block, last = BLOCK_ON_GPU, True
    n = max(1, min(images, block // image))
    if xp is np:
        block = BLOCK_ON_CPU
        n = min(images, 8 if math.prod(out) >= 256 else 16)
        row = max(1, out[-1])
        run = n * row if max(stride) == 1 else n
        if n < 4 or n * image > 2 * block or depth * COPY_RUN * (1 / row - 1 / run) < MOVE * moved:
            last, n = False, max(1, min(images, block // image))
    return n, max(1, min(out[0], block * out[0] // image)), last


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
