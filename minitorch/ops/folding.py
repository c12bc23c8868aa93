"""`unfold` and `fold`: the patches of images as columns, and columns added up to images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..autograd.operation import Operation
from . import operands
from .arrays import row_major
from .conv_arrays import output_size as places
from .dims import wrap
from .expanding import strided

Pair = tuple[int, int]


class Im2Col(Operation):
    """(*, C, H, W) to (*, C K_h K_w, places): what a kernel sees at each place is a column."""

    def forward(
        self, xp: Any, x: Any, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
    ) -> Any:
        *batch, channels, height, width = x.shape
        self.size = height, width
        images = math.prod(batch) * channels
        padded = x.reshape(images, height, width)
        if any(padding):
            padded = bordered(xp, images, self.size, padding, x.dtype)
            inside(padded, self.size, padding)[...] = x.reshape(images, height, width)
        out = places(self.size, kernel, stride, padding, dilation)
        image, row, column = padded.strides
        windows = strided(
            xp,
            padded,
            (images, *kernel, *out),
            (image, row * dilation[0], column * dilation[1], row * stride[0], column * stride[1]),
        )
        return windows.reshape(*batch, channels * math.prod(kernel), math.prod(out))

    def grad_x(self, grad: Any, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Any:
        return Col2Im.apply(grad, self.size, kernel, dilation, padding, stride)


class Col2Im(Operation):
    """`Im2Col` the other way; elements that come to the same pixel are added up."""

    def forward(
        self, xp: Any, x: Any, size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
    ) -> Any:
        *batch, depth, _ = x.shape
        channels = depth // math.prod(kernel)
        out = places(size, kernel, stride, padding, dilation)
        images = math.prod(batch) * channels
        columns = x.reshape(images, *kernel, *out)
        padded = bordered(xp, images, size, padding, x.dtype)
        for i, j in np.ndindex(*kernel):
            rows, across = (
                slice(tap * d, tap * d + (n - 1) * step + 1, step)
                for tap, d, n, step in zip((i, j), dilation, out, stride, strict=True)
            )
            padded[:, rows, across] += columns[:, i, j]
        return row_major(xp, inside(padded, size, padding).reshape(*batch, channels, *size))

    def grad_x(self, grad: Any, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair) -> Any:
        return Im2Col.apply(grad, kernel, dilation, padding, stride)


def bordered(xp: Any, images: int, size: Pair, padding: Pair, dtype: Any) -> Any:
    """Zeros for ``images`` of ``size`` with a border."""
    return xp.zeros((images, *[n + 2 * p for n, p in zip(size, padding, strict=True)]), dtype)


def inside(padded: Any, size: Pair, padding: Pair) -> Any:
    """The part of ``padded`` within its border."""
    rows, columns = (slice(p, p + n) for n, p in zip(size, padding, strict=True))
    return padded[:, rows, columns]


def unfold(
    input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Any:
    """The patches that a kernel of ``kernel_size`` sees as it slides over images, as columns.

    Shapes: (N, C, H, W) or (C, H, W) to (N, C · K_h · K_w, L) with one column for each of the
    ``L = H' · W'`` places, ``H' = (H + 2 padding - dilation (K_h - 1) - 1) // stride + 1``. A
    convolution is the product of its weight, as a matrix, with these columns.

    >>> import minitorch as mt
    >>> mt.nn.functional.unfold(mt.arange(9.0).reshape(1, 1, 3, 3), 2)
    tensor([[[0., 1., 3., 4.],
             [1., 2., 4., 5.],
             [3., 4., 6., 7.],
             [4., 5., 7., 8.]]])
    """
    operands.tensor(input, "im2col", "input", 1)
    kernel, dilation, padding, stride = numbers("im2col", kernel_size, dilation, padding, stride)
    shape = input._array.shape
    check_dtype(input, "im2col_out_cpu")
    for dim in (1, 2):
        wrap(dim, len(shape))  # PyTorch asks for the sizes before it counts them
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(shape)}"
        )
    out = places(shape[-2:], kernel, stride, padding, dilation)
    if min(out) < 1:
        raise RuntimeError(
            f"Given input with spatial size {shape[-2:]}, kernel_size={kernel}, "
            f"dilation={dilation}, padding={padding}, calculated shape of the array of sliding "
            f"blocks as {out}, but its components must be at least one."
        )
    return Im2Col.apply(input, kernel, dilation, padding, stride)


def fold(
    input: Any,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Any:
    """Columns as `unfold` makes them, added up to images of ``output_size``.

    Shapes: (N, C · K_h · K_w, L) or (C · K_h · K_w, L) to (N, C, H, W). Where patches overlap, a
    pixel is the sum of theirs: ``fold(unfold(x))`` is x times the number of patches that have it.

    >>> import minitorch as mt
    >>> mt.nn.functional.fold(mt.ones(1, 4, 4), (3, 3), 2)
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])
    """
    operands.tensor(input, "col2im", "input", 1)
    size = pair("col2im", "output_size", 2, output_size)
    kernel, dilation, padding, stride = numbers("col2im", kernel_size, dilation, padding, stride)
    check_dtype(input, "col2im_out_cpu")
    check_columns(input._array.shape, size, kernel, dilation, padding, stride)
    return Col2Im.apply(input, size, kernel, dilation, padding, stride)


def check_columns(
    shape: Any, size: Pair, kernel: Pair, dilation: Pair, padding: Pair, stride: Pair
) -> None:
    """Refuse columns that do not make an image of ``size``."""
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and "
            f"non-zero dimensions for input, but got: {list(shape)}"
        )
    first = len(shape) - 2
    if shape[first] % math.prod(kernel):
        raise RuntimeError(
            f"Expected size of input's dimension {first} to be divisible by the product of "
            f"kernel_size, but got input.size({first})={shape[first]} and kernel_size={kernel}."
        )
    out = places(size, kernel, stride, padding, dilation)
    if math.prod(out) != shape[-1] or min(out) < 1:
        raise RuntimeError(
            f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, "
            f"padding={padding}, stride={stride}, expected size of input's dimension {first + 1} "
            f"to match the calculated number of sliding blocks {out[0]} * {out[1]} = "
            f"{math.prod(out)}, but got input.size({first + 1})={shape[-1]}."
        )


def numbers(caller: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> list[Pair]:
    """The four for height and width; refuses what makes no patches."""
    place = 2 if caller == "im2col" else 3
    given = {
        "kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride,
    }  # fmt: skip
    found = [pair(caller, name, place + i, value) for i, (name, value) in enumerate(given.items())]
    named = zip(
        ("kernel size", "dilation", "padding", "stride"),
        ("kernel", "dilation", "pad", "stride"),
        found,
        strict=True,
    )
    for words, name, (height, width) in sorted(named, key=lambda row: "kdsp".index(row[0][0])):
        least = 0 if name == "pad" else 1
        if min(height, width) < least:
            wanted = "greater than zero" if least else "non-negative"
            raise RuntimeError(
                f"{words} should be {wanted}, but got {name}_height: {height} {name}_width: {width}"
            )
    return found


def pair(caller: str, name: str, place: int, value: Any) -> Pair:
    """``value`` for height and width."""
    values = value if isinstance(value, list | tuple) else (value, value)
    for i, v in enumerate(values):
        if not hasattr(v, "__index__"):
            raise TypeError(
                f"{caller}(): argument '{name}' (position {place}) must be tuple of ints, but "
                f"found element of type {type(v).__name__} at pos {i}"
            )
    if len(values) != 2:
        raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(values)}")
    return int(values[0]), int(values[1])


def check_dtype(input: Any, kernel: str) -> None:
    """Refuse whole numbers, as PyTorch does."""
    if input._array.dtype.kind in "iu":
        raise operands.not_implemented(kernel, input._array)
