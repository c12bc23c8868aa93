"""Padding: more elements at the ends of dimensions (``pad``)."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.operation import Operation
from . import operands, scalars
from .arrays import channels_as_in, wide
from .resampling import Taps, operation
from .sizes import is_integer

COMBINATIONS = (
    "Supported combinations for non-constant padding:\n"
    "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
    "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
    "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
)


class ConstantPadNd(Operation):
    """``value`` around ``x``; ``widths`` has (before, after) of each dimension, below 0 to cut."""

    def forward(self, xp: Any, x: Any, widths: Any, value: Any) -> Any:
        shape = tuple(n + sum(width) for n, width in zip(x.shape, widths, strict=True))
        zero = value == 0 and str(value)[0] != "-"
        out = xp.zeros(shape, x.dtype) if zero else xp.full(shape, value, x.dtype)
        inside, kept = [], []
        for n, (before, after) in zip(x.shape, widths, strict=True):
            inside.append(slice(max(before, 0), n + before + min(after, 0)))
            kept.append(slice(max(-before, 0), n + min(after, 0)))
        out[tuple(inside)] = x[tuple(kept)]
        return channels_as_in(xp, out, x)

    def grad_x(self, grad: Any, widths: Any) -> Any:
        cut = tuple((-before, -after) for before, after in widths)
        return ConstantPadNd.apply(grad, cut, 0)


def constant_pad_nd(input: Any, pad: Any, value: float = 0) -> Any:
    """``nn.functional.pad`` in the mode constant.

    >>> import minitorch as mt
    >>> mt.constant_pad_nd(mt.tensor([[1, 2]]), (1, 0, 0, 1), value=9)
    tensor([[9, 1, 2],
            [9, 9, 9]])
    """
    return constant(input, widths_of(input, pad, "constant_pad_nd"), value)


def pad(input: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    """``input`` with more elements at the ends of its last dimensions.

    ``pad`` is (before, after) for the last dimension, then for the one before it, and so on; below
    0 it cuts. ``mode`` says what the new elements are: ``constant`` (``value``, 0 if not given),
    ``reflect`` (mirrored at the edge), ``replicate`` (the edge itself), ``circular`` (from the
    other end).

    >>> import minitorch as mt
    >>> mt.nn.functional.pad(mt.tensor([[1, 2, 3]]), (1, 2))
    tensor([[0, 1, 2, 3, 0, 0]])
    >>> mt.nn.functional.pad(mt.tensor([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
    tensor([[3., 2., 1., 2., 3., 2.]])
    """
    pairs = widths_of(input, pad, "pad")
    if mode == "constant":
        return constant(input, pairs, 0 if value is None else float(value))
    if mode not in SOURCES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    array, dims = input._array, len(pairs)
    if dims not in (1, 2, 3) or array.ndim - dims not in (1, 2):
        raise NotImplementedError(
            f"Padding size {2 * dims} is not supported for {array.ndim}D input tensor.\n"
            + COMBINATIONS
        )
    name, places = SOURCES[mode]
    check(input, pairs, mode)
    device = backend.device_index(array)
    maps = [
        picked(device, places, length, *width, array.real.dtype)
        for length, width in zip(array.shape[-dims:], pairs, strict=True)
    ]
    return operation(f"{name}{dims}D").apply(input, maps)


def widths_of(input: Any, pad: Any, caller: str) -> list[tuple[int, int]]:
    """(before, after) of the last dimensions, in their order."""
    start = f"{caller}(): argument 'pad' (position 2) must be tuple of ints"
    if not isinstance(pad, list | tuple):
        raise TypeError(f"{start}, not {type(pad).__name__}")
    for place, width in enumerate(pad):
        if not is_integer(width):
            raise TypeError(
                f"{start}, but found element of type {type(width).__name__} at pos {place}"
            )
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input._array.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {input._array.ndim}"
        )
    return [(int(pad[i]), int(pad[i + 1])) for i in range(0, len(pad), 2)][::-1]


def constant(input: Any, pairs: list[tuple[int, int]], value: float) -> Any:
    """``value`` around ``input``."""
    shape = input._array.shape
    widths = ((0, 0),) * (len(shape) - len(pairs)) + tuple(pairs)
    for length, (before, after) in zip(shape, widths, strict=True):
        if length + min(before, 0) + min(after, 0) < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
    value = scalars.number(value, dtypes.of(input._array), "constant_pad_nd")
    return ConstantPadNd.apply(input, widths, value)


# For each place after padding, the place from which it comes --------------------------------------


def mirrored(length: int, before: int, after: int) -> Any:
    """3 2 | 1 2 3 4 | 3 2."""
    places = np.abs(np.arange(-before, length + after))
    return (length - 1) - np.abs((length - 1) - places)


def repeated(length: int, before: int, after: int) -> Any:
    """1 1 | 1 2 3 4 | 4 4."""
    return np.clip(np.arange(-before, length + after), 0, length - 1)


def wrapped(length: int, before: int, after: int) -> Any:
    """3 4 | 1 2 3 4 | 1 2; what is cut off is no part of it."""
    first = max(-before, 0)
    left = length + min(before, 0) + min(after, 0)
    return first + np.arange(-max(before, 0), left + max(after, 0)) % max(left, 1)


SOURCES = {
    "reflect": ("ReflectionPad", mirrored),
    "replicate": ("ReplicationPad", repeated),
    "circular": ("CircularPad", wrapped),
}


@functools.lru_cache(256)
def picked(
    device: int | None, places: Any, length: int, before: int, after: int, dtype: Any
) -> Taps | None:
    """The taps of one dimension; None where nothing changes."""
    if before == after == 0:
        return None
    found = places(length, before, after)[None]
    ones = np.ones(found.shape, wide(np.empty(0, dtype)).dtype)
    return Taps(length, found, ones, device)


def check(input: Any, pairs: list[tuple[int, int]], mode: str) -> None:
    """Refuse widths that the mode cannot fill, and inputs without elements to take."""
    array, dims = input._array, len(pairs)
    shape = list(array.shape)
    if mode != "circular":
        if 0 in shape[-dims - 1 :]:
            raise RuntimeError(
                f"Expected {dims + 1}D or {dims + 2}D (batch mode) tensor with possibly 0 batch "
                f"size and other non-zero dimensions for input, but got: {shape}"
            )
        if array.dtype.kind == "b":
            name = {"reflect": "reflection", "replicate": "replication"}[mode]
            raise operands.not_implemented(f"{name}_pad{dims}d", array)
    for dim in reversed(range(len(shape) - dims, len(shape))):
        width = pairs[dim - len(shape)]
        length, size = shape[dim], shape[dim] + sum(width)
        if mode == "reflect" and max(width) >= length:
            raise RuntimeError(
                "Argument #4: Padding size should be less than the corresponding input dimension, "
                f"but got: padding {width} at dimension {dim} of input {shape}"
            )
        if mode == "circular" and max(width) > length:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if size < 0:
            negative = [*shape[:dim], size, *shape[dim + 1 :]]
            raise RuntimeError(
                {
                    "reflect": "numel: integer multiplication overflow",
                    "replicate": "Trying to create tensor with negative dimension "
                    f"{size}: {negative}",
                    "circular": "Negative padding value is resulting in an empty dimension",
                }[mode]
            )
