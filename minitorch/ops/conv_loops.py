"""Convolution as C++ loops over pixels, for `minitorch.compile`: no columns are written down.

`conv_arrays` copies each pixel as often as the kernel meets it, and multiplies matrices. Here the
pixels are copied once, onto a *grid*: the lines of all images one after the other, with zeros
between. What an element k of the kernel meets then lies a fixed number of places ahead, wherever
the kernel is, so for one output channel the convolution is

    y[place] = sum over c and k of w[c, k] * x[c][place + reach[k]]

over the one long line of places: no rows, no edges. What comes out at places between two images
means nothing and is left out. With a stride the pixels are dealt out to *phases*, grids of their
own, in which neighbours are a stride apart; ``reach`` says in which phase to look, too. So stride,
padding, dilation and the number of dimensions are all in ``reach``: one loop serves them all.

    convolve              the loop, over the grid of x
    convolve_transposed   the same loop over the grid of g, with the weight turned; once per phase
    convolve_weight       dw[c, k] = sum over places of g[place] * x[c][place + reach[k]]

A processor multiplies and adds 16 floats at a time, twice per tick, but reads only two registers
full in that time. So what is read must be used several times: the sums of up to 8 output channels
at 3 times 16 places stay in 24 registers, 3 registers of pixels and 8 weights make 24 products. For
the weight it is 4 output channels and 6 elements of the kernel.

On two processors of an AMD Zen 5, from LeNet's to ResNet's convolutions, float32, against
`conv_arrays`: `convolve` takes 0.25 to 0.75 of its time, `convolve_weight` 0.3 to 0.95,
`convolve_transposed` 0.3 to 0.85; depthwise ones 0.15 to 0.35. For a 1x1 kernel the product of
matrices is faster: see `fits`.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import numpy as np

from .. import kernels
from . import conv_arrays

Ints = tuple[int, ...]

ALL = slice(None)
MOST_ROWS = 8  # output channels that are summed up at a time
# Multiplications: for fewer, NumPy's way takes less time than the 20 µs around a loop.
MANY = 1 << 19
DEEP = 256  # input channels from which a product of matrices is as fast
AFTER = 128  # elements that may be read, not used, behind the last one
COPY = kernels.Kernel("copy", "T x", "T y", "y = x")


def fits(array: Any, out: Ints, weight: Ints, stride: Ints) -> bool:
    """Whether the loops are the faster way for ``array``, the input or its gradient.

    ``out`` (N, C_out, *O) is the shape of the convolution's result, ``weight`` that of its weight.
    Columns repeat each pixel ``K / stride`` times in each dimension. If that is once, or if each
    column is used in very many sums, they cost next to nothing, and the product of matrices wins.
    """
    if array.__class__ is not np.ndarray or not kernels.fits(array):
        return False
    repeated = math.prod(weight[2:]) >= 2 * math.prod(stride)
    return repeated and weight[1] < DEEP and math.prod(out) * math.prod(weight[1:]) >= MANY


def convolve(x: Any, w: Any, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
    """As `conv_arrays.convolve`."""
    out = conv_arrays.output_size(x.shape[2:], w.shape[2:], stride, padding, dilation)
    three = _three(x.shape[2:], w.shape[2:], out, stride, padding, dilation)
    grid, reach = _across(*x.shape[:2], *three)
    y = np.empty((x.shape[0], w.shape[0], *out), x.dtype)
    weight = w.reshape(groups, w.shape[0] // groups, w.shape[1], len(reach))
    into = y.reshape(*y.shape[:2], *three[2])
    _slide(grid, grid.laid(x, three[4], three[3]), weight, reach, into)
    return y


def convolve_weight(
    x: Any, g: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    """As `conv_arrays.convolve_weight`."""
    three = _three(x.shape[2:], kernel, g.shape[2:], stride, padding, dilation)
    grid, reach = _across(*x.shape[:2], *three)
    pixels = grid.laid(x, three[4], three[3])
    grads = grid.laid(g, (0, 0, 0), (1, 1, 1))
    dw = np.zeros((g.shape[1], x.shape[1] // groups, *kernel), x.dtype)
    sizes = groups, dw.shape[1], len(dw) // groups, len(reach), *grid.sizes, *[0] * 8
    _run("convolve_weight", sizes, reach, pixels, grads, dw, g.size * dw[0].size, MOST_ROWS)
    if not np.isfinite(dw).all():
        # Between two lines the gradient is zero: not so the product of zero and infinity.
        return conv_arrays.convolve_weight(x, g, kernel, stride, padding, dilation, groups)
    return dw


def convolve_transposed(
    g: Any,
    w: Any,
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    dilation: Ints,
    groups: int,
) -> Any:
    """As `conv_arrays.convolve_transposed`."""
    kernel, out = w.shape[2:], g.shape[2:]
    size = conv_arrays.input_size(out, kernel, stride, padding, output_padding, dilation)
    three = _three(size, kernel, out, stride, padding, dilation)
    grid, before, phases = _back(g.shape[0], *three)
    grads = grid.laid(g, before, (1, 1, 1))
    dx = np.empty((g.shape[0], w.shape[1] * groups, *size), g.dtype)
    into = dx.reshape(*dx.shape[:2], *three[0])
    weight = w.reshape(groups, w.shape[0] // groups, w.shape[1], math.prod(kernel)).swapaxes(1, 2)
    for pixels, taps, reach in phases:
        part = weight if len(taps) == weight.shape[3] else weight[..., taps]
        _slide(grid, grads, part, reach, into[(ALL, ALL, *pixels)])
    return dx


class Grid:
    """Images on lines, one after the other, with zeros between."""

    def __init__(self, images: int, lines: Ints, furthest: int) -> None:
        self.places = images * math.prod(lines)
        # An odd number of lines of the cache: neighbours of many channels are not in each other's
        # way there.
        self.channel = ((self.places + furthest + 16) // 16 | 1) * 16
        self.shape = images, *lines
        self.sizes = *self.shape, self.channel

    def laid(self, x: Any, before: Ints, stride: Ints) -> Any:
        """``x`` (N, C, *S) on the grid, behind ``before`` zeros: (*stride, C, channel), flat."""
        x = x.reshape(*x.shape[:2], *_three(x.shape[2:])[0]).swapaxes(0, 1)
        flat = np.zeros(math.prod(stride) * len(x) * self.channel + AFTER, x.dtype)
        phases = flat[:-AFTER].reshape(*stride, len(x), self.channel)[..., : self.places]
        phases = phases.reshape(*stride, len(x), *self.shape)
        for phase in np.ndindex(*stride):
            first = [(r - b) % s for r, b, s in zip(phase, before, stride, strict=True)]
            part = x[(ALL, ALL, *[slice(f, None, s) for f, s in zip(first, stride, strict=True)])]
            start = [(f + b) // s for f, b, s in zip(first, before, stride, strict=True)]
            there = [slice(a, a + n) for a, n in zip(start, part.shape[2:], strict=True)]
            COPY(part, phases[(*phase, ALL, ALL, *there)])
        return flat


@functools.lru_cache(256)
def _across(
    n: int,
    channels: int,
    size: Ints,
    kernel: Ints,
    out: Ints,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
) -> tuple[Grid, list[int]]:
    """The grid of `convolve`, and for each place in the kernel how far ahead it looks."""
    lines = tuple(
        max(o, (s + p + step - 1) // step)
        for o, s, p, step in zip(out, size, padding, stride, strict=True)
    )
    far = lines[1] * lines[2], lines[2], 1
    ahead, phases = [], []
    for place in np.ndindex(*kernel):
        reach = [k * d for k, d in zip(place, dilation, strict=True)]
        shift = [r // step for r, step in zip(reach, stride, strict=True)]
        phase = [r % step for r, step in zip(reach, stride, strict=True)]
        ahead.append(_dot(shift, far))
        phases.append(_dot(phase, (stride[1] * stride[2], stride[2], 1)))
    grid = Grid(n, lines, max(ahead))
    return grid, [a + p * channels * grid.channel for a, p in zip(ahead, phases, strict=True)]


@functools.lru_cache(256)
def _back(
    n: int, size: Ints, kernel: Ints, out: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> tuple[Grid, Ints, list[tuple[tuple[slice, ...], list[int], list[int]]]]:
    """The grid of `convolve_transposed`, and the zeros before an image.

    For each phase: which pixels it is, the places in the kernel that meet them, and how far ahead.
    """
    before, lines, dims = [], [], []
    for s, k, o, step, p, d in zip(size, kernel, out, stride, padding, dilation, strict=True):
        front = max(0, (k - 1) * d // step - p // step)
        behind = max(0, (s - 1 + p) // step - (o - 1))
        before.append(front)
        lines.append(max(o + max(front, behind), (s + step - 1) // step))
        dims.append(
            [
                (
                    slice(u, None, step),
                    [
                        (j, (u + p) // step + front - j * d // step)
                        for j in range(k)
                        if (u + p - j * d) % step == 0
                    ],
                )
                for u in range(min(step, s))
            ]
        )
    far = lines[1] * lines[2], lines[2], 1
    phases = []
    for parts in itertools.product(*dims):
        pixels, met = zip(*parts, strict=True)
        places = [tuple(zip(*place, strict=True)) for place in itertools.product(*met)]
        taps = [_dot(place, (kernel[1] * kernel[2], kernel[2], 1)) for place, _ in places]
        phases.append((pixels, taps, [_dot(shift, far) for _, shift in places]))
    furthest = max(max(reach, default=0) for _, _, reach in phases)
    return Grid(n, tuple(lines), furthest), tuple(before), phases


def _slide(grid: Grid, pixels: Any, weight: Any, reach: list[int], y: Any) -> None:
    """Write into ``y`` (N, C_out, *O) the sums of ``weight`` times what lies ahead in the grid.

    ``weight`` is (groups, C_out / groups, C_in / groups, places in the kernel).
    """
    groups, outputs, inputs, taps = weight.shape
    blocks = -(-outputs // MOST_ROWS)
    rows = -(-outputs // blocks)
    if outputs != blocks * rows:
        whole = np.zeros((groups, blocks * rows, inputs, taps), weight.dtype)
        whole[:, :outputs] = weight
        weight = whole
    packed = np.empty((groups, blocks, inputs, taps, rows), weight.dtype)
    COPY(weight.reshape(groups, blocks, rows, inputs, taps).transpose(0, 1, 3, 4, 2), packed)
    steps = [step // y.itemsize for step in y.strides]
    sizes = groups, inputs, outputs, taps, *grid.sizes, *y.shape[2:], *steps
    _run("convolve", sizes, reach, pixels, packed, y, y.size * inputs * taps, rows)


def _run(
    name: str,
    sizes: Any,
    reach: list[int],
    x: Any,
    other: Any,
    result: Any,
    products: int,
    rows: int,
) -> None:
    """Call a loop, with as many threads as so many products are worth."""
    if not x.dtype == other.dtype == result.dtype:
        raise TypeError(f"a loop has one dtype, not {x.dtype} and {other.dtype}")
    numbers = [np.array(values, np.int64).tobytes() for values in (sizes, reach)]
    cpp = kernels.cpp()
    addresses = map(cpp.address, (x, other, result))
    function = getattr(_library(x.dtype.char, rows), name)
    function(*numbers, *addresses, cpp.threads.count(products // 16))


@functools.cache
def _library(code: str, rows: int) -> Any:
    """conv_loops.cpp, compiled for the type of ``code`` and so many output channels at a time."""
    return kernels.cpp().file(__file__, code, ROWS=rows)


def _dot(a: Any, b: Any) -> int:
    """How far so many steps lead, if one in each dimension is as long as ``b`` says."""
    return sum([i * j for i, j in zip(a, b, strict=True)])


def _three(*values: Ints) -> list[Ints]:
    """In three dimensions: size, kernel, output, stride, padding and dilation, or the first few."""
    fills = 1, 1, 1, 1, 0, 1
    return [(fill,) * (3 - len(v)) + tuple(v) for v, fill in zip(values, fills, strict=False)]
