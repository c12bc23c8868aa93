"""Random parts of images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import minitorch as mt
from minitorch import nn

from ...user_warnings import warn
from .images import InterpolationMode, get_dimensions, mode_of, randint, two_sizes, uniform
from .sizes import TWO_SIZES, crop, pad, resized_crop


class RandomCrop(nn.Module):
    """A part of the image of height and width ``size``, anywhere.

    First the image gets a border of ``padding``, as by `pad`; ``pad_if_needed`` makes it as large
    as ``size`` at least. ValueError if it is smaller.

    >>> _ = mt.manual_seed(0)
    >>> RandomCrop(2)(mt.arange(16).view(1, 4, 4))
    tensor([[[ 8,  9],
             [12, 13]]])
    """

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        height, width = two_sizes(size, TWO_SIZES)
        self.size = (height, width)
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Top, left, height and width, at random."""
        _, h, w = get_dimensions(img)
        th, tw = output_size
        if h < th or w < tw:
            raise ValueError(
                f"Required crop size {(th, tw)} is larger than input image size {(h, w)}"
            )
        if (h, w) == (th, tw):
            return 0, 0, h, w
        return randint(h - th + 1), randint(w - tw + 1), th, tw

    def forward(self, img: Any) -> Any:
        """A part of the image."""
        border = {"fill": self.fill, "padding_mode": self.padding_mode}
        if self.padding is not None:
            img = pad(img, self.padding, **border)
        _, height, width = get_dimensions(img)
        if self.pad_if_needed and width < self.size[1]:
            img = pad(img, [self.size[1] - width, 0], **border)
        if self.pad_if_needed and height < self.size[0]:
            img = pad(img, [0, self.size[0] - height], **border)
        return crop(img, *self.get_params(img, self.size))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomResizedCrop(nn.Module):
    """A random part of the image, resized to ``size``.

    ``scale`` says how much of the area it has, ``ratio`` how wide it is for its height.

    >>> RandomResizedCrop(224)(mt.zeros(3, 100, 150)).shape
    torch.Size([3, 224, 224])
    """

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: Any = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size = two_sizes(size, TWO_SIZES)
        check_ranges(scale, ratio)
        self.interpolation = mode_of(interpolation)
        self.antialias = antialias
        self.scale = scale
        self.ratio = ratio

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float]
    ) -> tuple[int, int, int, int]:
        """Top, left, height and width, at random; in the middle if ten attempts do not fit."""
        _, height, width = get_dimensions(img)
        for _ in range(10):
            area, aspect = random_shape(height * width, scale, ratio)
            w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if 0 < w <= width and 0 < h <= height:
                return randint(height - h + 1), randint(width - w + 1), h, w
        w, h = width, height
        if width / height < min(ratio):
            h = round(w / min(ratio))
        elif width / height > max(ratio):
            w = round(h * max(ratio))
        return (height - h) // 2, (width - w) // 2, h, w

    def forward(self, img: Any) -> Any:
        """A part of the image, resized."""
        top, left, height, width = self.get_params(img, self.scale, self.ratio)
        return resized_crop(
            img, top, left, height, width, self.size, self.interpolation, self.antialias
        )

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(x, 4) for x in pair) for pair in (self.scale, self.ratio))
        return (
            f"{type(self).__name__}(size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation.value}, antialias={self.antialias})"
        )


def check_ranges(scale: Any, ratio: Any) -> None:
    """TypeError unless both are sequences; a warning if the larger number comes first."""
    if not isinstance(scale, Sequence):
        raise TypeError("Scale should be a sequence")
    if not isinstance(ratio, Sequence):
        raise TypeError("Ratio should be a sequence")
    if scale[0] > scale[1] or ratio[0] > ratio[1]:
        warn("Scale and ratio should be of kind (min, max)")


def random_shape(area: int, scale: Sequence[float], ratio: Sequence[float]) -> tuple[float, float]:
    """A part of the area, uniform; and one side through the other, uniform in its logarithm."""
    part = area * uniform(scale[0], scale[1])
    low, high = mt.log(mt.tensor(ratio)).tolist()
    return part, mt.exp(mt.empty(1).uniform_(low, high)).item()
