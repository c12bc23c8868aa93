"""Colours: brighter, of more contrast, of another hue, grey."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Number
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance

import minitorch as mt
from minitorch import nn

from .combine import Sometimes
from .conversion import convert_image_dtype
from .images import (
    bound_of,
    check_channels,
    get_dimensions,
    is_pil,
    uniform,
)


def blend(first: Any, second: Any, ratio: float) -> Any:
    """``ratio`` of the first image and the rest of the second, where 1 or 255 is white."""
    ratio = float(ratio)  # an int times bytes would be bytes, and wrap
    mixed = ratio * first + (1.0 - ratio) * second
    return mixed.clamp(0, bound_of(first)).to(first.dtype)


def check_factor(name: str, factor: float) -> None:
    """ValueError for a negative factor."""
    if factor < 0:
        raise ValueError(f"{name} ({factor}) is not non-negative.")


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """The image blended with black: 0 is black, 1 the image itself, 2 twice as bright.

    >>> adjust_brightness(mt.tensor([0.2, 0.4, 0.8]).view(3, 1, 1), 2.0).flatten()
    tensor([0.4000, 0.8000, 1.0000])
    """
    if is_pil(img):
        return ImageEnhance.Brightness(img).enhance(brightness_factor)
    check_factor("brightness_factor", brightness_factor)
    check_channels(img)
    return blend(img, mt.zeros_like(img), brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """The image blended with the mean of its greys: 0 is grey, 1 the image itself.

    >>> adjust_contrast(mt.tensor([[[0.0, 1.0]]]), 0.5)
    tensor([[[0.2500, 0.7500]]])
    """
    if is_pil(img):
        return ImageEnhance.Contrast(img).enhance(contrast_factor)
    check_factor("contrast_factor", contrast_factor)
    check_channels(img)
    grey = rgb_to_grayscale(img) if img.shape[-3] == 3 else img
    real = grey if grey.is_floating_point() else grey.to(mt.float32)
    return blend(img, real.mean(dim=(-3, -2, -1), keepdim=True), contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """The image blended with its greys: 0 is grey, 1 the image itself.

    >>> adjust_saturation(mt.tensor([1.0, 0.0, 0.0]).view(3, 1, 1), 0.0).flatten()
    tensor([0.2989, 0.2989, 0.2989])
    """
    if is_pil(img):
        return ImageEnhance.Color(img).enhance(saturation_factor)
    check_factor("saturation_factor", saturation_factor)
    check_channels(img)
    if get_dimensions(img)[0] == 1:
        return img
    return blend(img, rgb_to_grayscale(img), saturation_factor)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """The image with its hues turned: 0.5 and −0.5 are half around the circle of colours.

    ValueError for a factor beyond.

    >>> adjust_hue(mt.tensor([1.0, 0.0, 0.0]).view(3, 1, 1), 0.5).flatten()  # red becomes cyan
    tensor([0., 1., 1.])
    """
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    if is_pil(img):
        if img.mode in ("L", "1", "I", "F"):
            return img
        hue, saturation, value = img.convert("HSV").split()
        turned = np.asarray(hue) + np.uint8(int(hue_factor * 255) % 256)
        bands = (Image.fromarray(turned), saturation, value)
        return Image.merge("HSV", bands).convert(img.mode)
    check_channels(img)
    if get_dimensions(img)[0] == 1:
        return img
    real = img if img.is_floating_point() else convert_image_dtype(img, mt.float32)
    h, s, v = _rgb_to_hsv(real)
    return convert_image_dtype(_hsv_to_rgb((h + hue_factor) % 1.0, s, v), img.dtype)


def _rgb_to_hsv(image: Any) -> tuple[Any, Any, Any]:
    """Hue, saturation and value, each from 0 to 1."""
    r, g, b = image.unbind(dim=-3)
    largest, smallest = image.amax(dim=-3), image.amin(dim=-3)
    spread = largest - smallest
    grey = spread == 0
    saturation = spread / mt.where(grey, 1.0, largest)
    # Where on the hexagon of hues: from the largest colour, by the difference of the two others.
    divisor = mt.where(grey, 1.0, spread)
    rc, gc, bc = ((largest - colour) / divisor for colour in (r, g, b))
    sextants = mt.where(largest == r, bc - gc, mt.where(largest == g, 2.0 + rc - bc, 4.0 + gc - rc))
    return mt.fmod(sextants / 6.0 + 1.0, 1.0), saturation, largest


def _hsv_to_rgb(h: Any, s: Any, v: Any) -> Any:
    """The inverse of `_rgb_to_hsv`."""
    sextant = mt.floor(h * 6.0)
    f = h * 6.0 - sextant
    p, q, t = ((v * (1.0 - s * part)).clamp(0.0, 1.0) for part in (1.0, f, 1.0 - f))
    place = (sextant.long() % 6).unsqueeze(-3)
    by_sextant = ((v, q, p, p, t, v), (t, v, v, q, p, p), (p, p, t, v, v, q))  # of r, g, b
    return mt.cat([mt.stack(six, dim=-3).gather(-3, place) for six in by_sextant], dim=-3)


def adjust_gamma(img: Any, gamma: float, gain: float = 1) -> Any:
    """``gain · imgᵞ``, where white is 1; ValueError for a negative gamma.

    >>> adjust_gamma(mt.tensor([[[0.25, 0.5]]]), 2.0)
    tensor([[[0.0625, 0.2500]]])
    """
    if gamma < 0:
        raise ValueError("Gamma should be a non-negative real number")
    if is_pil(img):
        table = [int((255 + 1 - 1e-3) * gain * pow(value / 255.0, gamma)) for value in range(256)]
        return img.convert("RGB").point(table * 3).convert(img.mode)
    check_channels(img)
    real = img if img.is_floating_point() else convert_image_dtype(img, mt.float32)
    return convert_image_dtype((gain * real**gamma).clamp(0, 1), img.dtype)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """``0.2989 R + 0.587 G + 0.114 B``, in one channel or in three equal ones.

    A tensor of one channel keeps it.

    >>> rgb_to_grayscale(mt.tensor([255, 0, 0], dtype=mt.uint8).view(3, 1, 1))
    tensor([[[76]]], dtype=torch.uint8)
    """
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    if is_pil(img):
        grey = img.convert("L")
        return grey if num_output_channels == 1 else Image.merge("RGB", (grey,) * 3)
    if img.ndim < 3:
        raise TypeError(
            f"Input image tensor should have at least 3 dimensions, but found {img.ndim}"
        )
    check_channels(img)
    if img.shape[-3] == 1:
        return img.clone()
    r, g, b = img.unbind(dim=-3)
    grey = (0.2989 * r + 0.587 * g + 0.114 * b).to(img.dtype).unsqueeze(-3)
    if num_output_channels == 3:
        return grey.expand(*grey.shape[:-3], 3, *grey.shape[-2:])
    return grey


def to_grayscale(img: Any, num_output_channels: int = 1) -> Image.Image:
    """`rgb_to_grayscale` of a PIL image; TypeError for a tensor.

    >>> from PIL import Image
    >>> to_grayscale(Image.new("RGB", (1, 1), (255, 0, 0))).getpixel((0, 0))
    76
    """
    if not isinstance(img, Image.Image):
        raise TypeError("Input should be PIL Image")
    return rgb_to_grayscale(img, num_output_channels)


class ColorJitter(nn.Module):
    """Brightness, contrast, saturation and hue changed at random, in random order.

    Each argument is the smallest and the largest factor, or a number x for ``1 − x`` to ``1 + x``
    (for the hue, ``−x`` to ``x``, at most 0.5). TypeError or ValueError for others.

    >>> _ = mt.manual_seed(0)
    >>> ColorJitter(brightness=0.5)(mt.full((3, 1, 1), 0.5)).flatten()
    tensor([0.3160, 0.3160, 0.3160])
    """

    def __init__(
        self,
        brightness: float | Sequence[float] = 0,
        contrast: float | Sequence[float] = 0,
        saturation: float | Sequence[float] = 0,
        hue: float | Sequence[float] = 0,
    ) -> None:
        super().__init__()
        self.brightness = self._range(brightness, "brightness")
        self.contrast = self._range(contrast, "contrast")
        self.saturation = self._range(saturation, "saturation")
        self.hue = self._range(hue, "hue", 0, (-0.5, 0.5))

    @staticmethod
    def _range(
        value: Any, name: str, center: float = 1, bound: tuple[float, float] = (0, math.inf)
    ) -> tuple[float, float] | None:
        """The smallest and the largest factor, or None if nothing changes."""
        if isinstance(value, Number):
            if value < 0:  # type: ignore[operator]
                raise ValueError(f"If {name} is a single number, it must be non negative.")
            low, high = center - value, center + value  # type: ignore[operator]
            if center:
                low = max(low, 0.0)
        elif isinstance(value, tuple | list) and len(value) == 2:
            low, high = (float(number) for number in value)
        else:
            raise TypeError(f"{name} should be a single number or a list/tuple with length 2.")
        if not bound[0] <= low <= high <= bound[1]:
            raise ValueError(f"{name} values should be between {bound}, but got {[low, high]}.")
        return None if low == high == center else (low, high)

    @staticmethod
    def get_params(
        brightness: Sequence[float] | None,
        contrast: Sequence[float] | None,
        saturation: Sequence[float] | None,
        hue: Sequence[float] | None,
    ) -> tuple[Any, ...]:
        """The order of the four changes and their factors, at random."""
        order = mt.randperm(4)
        ranges = (brightness, contrast, saturation, hue)
        return order, *(None if pair is None else uniform(*pair) for pair in ranges)

    def forward(self, img: Any) -> Any:
        """The image in other colours."""
        order, *factors = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        changes = (adjust_brightness, adjust_contrast, adjust_saturation, adjust_hue)
        for place in order.tolist():
            if factors[place] is not None:
                img = changes[place](img, factors[place])
        return img

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(brightness={self.brightness}, contrast={self.contrast}, "
            f"saturation={self.saturation}, hue={self.hue})"
        )


class Grayscale(nn.Module):
    """`rgb_to_grayscale`: the image in grey, in one channel or in three equal ones.

    >>> Grayscale()(mt.tensor([1.0, 0.0, 0.0]).view(3, 1, 1))  # how bright red is
    tensor([[[0.2989]]])
    """

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        """The grey image."""
        return rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


class RandomGrayscale(Sometimes):
    """The image in grey with probability ``p``, in as many channels as it has.

    >>> RandomGrayscale(p=1.0)(mt.tensor([1.0, 0.0, 0.0]).view(3, 1, 1)).flatten()
    tensor([0.2989, 0.2989, 0.2989])
    """

    def __init__(self, p: float = 0.1) -> None:
        super().__init__(p)

    def forward(self, img: Any) -> Any:
        """Refuses what is no image, whether it stays as it is or not."""
        get_dimensions(img)
        return super().forward(img)

    def change(self, img: Any) -> Any:
        """The grey image."""
        return rgb_to_grayscale(img, get_dimensions(img)[0])
