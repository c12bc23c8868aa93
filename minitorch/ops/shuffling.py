"""Channels that become pixels and back (`pixel_shuffle`), and that change places."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.operation import Operation
from .arrays import channels_as_in


class PixelShuffle(Operation):
    """(*, C r², H, W) to (*, C, H r, W r)."""

    def forward(self, xp: Any, x: Any, factor: int) -> Any:
        *batch, depth, height, width = x.shape
        channels = depth // factor**2
        parts = math.prod(batch), channels, factor, factor, height, width
        out = x.reshape(parts).transpose(0, 1, 4, 2, 5, 3)
        return channels_as_in(xp, out.reshape(*batch, channels, height * factor, width * factor), x)

    def grad_x(self, grad: Any, factor: int) -> Any:
        return PixelUnshuffle.apply(grad, factor)


class PixelUnshuffle(Operation):
    """(*, C, H r, W r) to (*, C r², H, W)."""

    def forward(self, xp: Any, x: Any, factor: int) -> Any:
        *batch, channels, height, width = x.shape
        rows, columns = height // factor, width // factor
        parts = math.prod(batch), channels, rows, factor, columns, factor
        out = x.reshape(parts).transpose(0, 1, 3, 5, 2, 4)
        return channels_as_in(xp, out.reshape(*batch, channels * factor**2, rows, columns), x)

    def grad_x(self, grad: Any, factor: int) -> Any:
        return PixelShuffle.apply(grad, factor)


class ChannelShuffle(Operation):
    """(N, groups, C / groups, *) with the two exchanged: the first of each group come first."""

    def forward(self, xp: Any, x: Any, groups: int) -> Any:
        self.back = x.shape[1] // groups
        parts = x.reshape(x.shape[0], groups, self.back, *x.shape[2:]).swapaxes(1, 2)
        out = xp.empty(x.shape, x.dtype)
        out.reshape(parts.shape)[...] = parts
        return out

    def grad_x(self, grad: Any) -> Any:
        return ChannelShuffle.apply(grad, self.back)


def pixel_shuffle(input: Any, upscale_factor: int) -> Any:
    """An image r times as large, whose pixels come from r² channels: (*, C r², H, W).

    ``y[c, h r + i, w r + j] = x[c r² + i r + j, h, w]``; Shi et al., *Real-time single image and
    video super-resolution using an efficient sub-pixel convolutional neural network*, 2016.

    >>> import minitorch as mt
    >>> mt.pixel_shuffle(mt.arange(4.0).reshape(4, 1, 1), 2)
    tensor([[[0., 1.],
             [2., 3.]]])
    """
    shape = checked("pixel_shuffle", "upscale_factor", input, upscale_factor)
    if shape[-3] % upscale_factor**2:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={shape[-3]} is not divisible by "
            f"{upscale_factor**2}"
        )
    return PixelShuffle.apply(input, upscale_factor)


def pixel_unshuffle(input: Any, downscale_factor: int) -> Any:
    """`pixel_shuffle` undone: (*, C, H r, W r) becomes (*, C r², H, W).

    >>> import minitorch as mt
    >>> mt.pixel_unshuffle(mt.arange(4.0).reshape(1, 2, 2), 2).flatten()
    tensor([0., 1., 2., 3.])
    """
    shape = checked("pixel_unshuffle", "downscale_factor", input, downscale_factor)
    for name, dim in (("height", -2), ("width", -1)):
        if shape[dim] % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but "
                f"input.size({dim})={shape[dim]} is not divisible by {downscale_factor}"
            )
    return PixelUnshuffle.apply(input, downscale_factor)


def checked(caller: str, name: str, input: Any, factor: Any) -> tuple[int, ...]:
    """The shape of ``input``; refuses what cannot be shuffled."""
    shape: tuple[int, ...] = input._array.shape
    if len(shape) < 3:
        raise RuntimeError(
            f"{caller} expects input to have at least 3 dimensions, but got input with "
            f"{len(shape)} dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{caller} expects a positive {name}, but got {factor}")
    return shape


def channel_shuffle(input: Any, groups: int) -> Any:
    """The channels of (N, C, *), in ``groups``, mixed: one of each group after the other.

    Zhang et al., *ShuffleNet: an extremely efficient convolutional neural network for mobile
    devices*, 2018.

    >>> import minitorch as mt
    >>> mt.channel_shuffle(mt.arange(4.0).reshape(1, 4, 1), 2).flatten()
    tensor([0., 2., 1., 3.])
    """
    shape = input._array.shape
    if len(shape) < 3:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}"
        )
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    if shape[1] % groups:
        raise RuntimeError(
            "Number of channels must be divisible by groups. "
            f"Got {shape[1]} channels and {groups} groups."
        )
    return ChannelShuffle.apply(input, groups)
