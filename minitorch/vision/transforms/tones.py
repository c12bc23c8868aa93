"""Other tones: inverted, of fewer steps, sharper, stretched over the whole range."""

from __future__ import annotations

from typing import Any

from PIL import ImageEnhance, ImageOps

import minitorch as mt
from minitorch import nn

from .color import blend, check_factor
from .combine import Sometimes
from .images import as_float_batch, bound_of, check_channels, is_pil


def _check(img: Any, bytes_only: bool = False) -> None:
    """TypeError unless the tensor is ``(…, C, H, W)`` in grey or colours, of bytes if need be."""
    if img.ndim < 3:
        raise TypeError(
            f"Input image tensor should have at least 3 dimensions, but found {img.ndim}"
        )
    if bytes_only and img.dtype != mt.uint8:
        raise TypeError(f"Only torch.uint8 image tensors are supported, but found {img.dtype}")
    check_channels(img)


def invert(img: Any) -> Any:
    """White minus the image.

    >>> invert(mt.tensor([[[0, 100, 255]]], dtype=mt.uint8))
    tensor([[[255, 155,   0]]], dtype=torch.uint8)
    """
    if is_pil(img):
        return ImageOps.invert(img)
    _check(img)
    return bound_of(img) - img


def posterize(img: Any, bits: int) -> Any:
    """The image of bytes, with the upper ``bits`` of each; TypeError for other tensors.

    >>> posterize(mt.tensor([[[0, 100, 255]]], dtype=mt.uint8), 2)
    tensor([[[  0,  64, 192]]], dtype=torch.uint8)
    """
    if is_pil(img):
        return ImageOps.posterize(img, bits)
    _check(img, bytes_only=True)
    return img & (256 - 2 ** (8 - bits))


def solarize(img: Any, threshold: float) -> Any:
    """`invert` of what is not below the threshold; TypeError if that is beyond white.

    >>> solarize(mt.tensor([[[0, 100, 255]]], dtype=mt.uint8), 100)
    tensor([[[  0, 155,   0]]], dtype=torch.uint8)
    """
    if is_pil(img):
        return ImageOps.solarize(img, threshold)  # type: ignore[arg-type]
    _check(img)
    if threshold > bound_of(img):
        raise TypeError("Threshold should be less than bound of img.")
    return mt.where(img >= threshold, invert(img), img)


def autocontrast(img: Any) -> Any:
    """Each channel stretched, so that its darkest pixel is black and its brightest white.

    >>> autocontrast(mt.tensor([[[0.25, 0.375, 0.5]]]))
    tensor([[[0.0000, 0.5000, 1.0000]]])
    """
    if is_pil(img):
        return ImageOps.autocontrast(img)
    _check(img)
    white = bound_of(img)
    real = img if img.is_floating_point() else img.to(mt.float32)
    low, high = (function(dim=(-2, -1), keepdim=True) for function in (real.amin, real.amax))
    flat = high == low  # stays as it is
    scale = mt.where(flat, 1.0, white / mt.where(flat, 1.0, high - low))
    return ((real - mt.where(flat, 0.0, low)) * scale).clamp(0, white).to(img.dtype)


def equalize(img: Any) -> Any:
    """Each channel of bytes changed so that all its tones are about equally frequent.

    TypeError for other tensors.

    >>> image = mt.tensor([100, 101, 103], dtype=mt.uint8).repeat(300).view(1, 30, 30)
    >>> equalize(image).unique()
    tensor([  0, 150, 255], dtype=torch.uint8)
    """
    if is_pil(img):
        return ImageOps.equalize(img)
    if not 3 <= img.ndim <= 4:
        raise TypeError(f"Input image tensor should have 3 or 4 dimensions, but found {img.ndim}")
    _check(img, bytes_only=True)
    channels = img.reshape(-1, *img.shape[-2:])
    return mt.stack([_equalized(channel) for channel in channels]).view(img.shape)


def _equalized(channel: Any) -> Any:
    """A tone becomes the number of darker pixels, through how many a step of tone should have."""
    counts = mt.bincount(channel.reshape(-1).long(), minlength=256)
    step = int(counts[counts != 0][:-1].sum()) // 255
    if step == 0:
        return channel
    tones = ((counts.cumsum(0) - counts + step // 2) // step).clamp(0, 255)
    return tones[channel.long()].to(mt.uint8)


def adjust_sharpness(img: Any, sharpness_factor: float) -> Any:
    """The image blended with a smoother one: 0 is that, 1 the image itself, 2 twice as sharp.

    >>> image = mt.zeros(1, 3, 3)
    >>> image[0, 1, 1] = 1.0
    >>> adjust_sharpness(image, 0.0)[0, 1, 1]  # 5 of 13 parts of the smoother one are its own
    tensor(0.3846)
    """
    if is_pil(img):
        return ImageEnhance.Sharpness(img).enhance(sharpness_factor)
    check_factor("sharpness_factor", sharpness_factor)
    check_channels(img)
    if min(img.shape[-2:]) <= 2:
        return img

    def smooth(batch: Any) -> Any:
        kernel = mt.ones(3, 3, dtype=batch.dtype, device=batch.device)
        kernel[1, 1] = 5.0
        kernel = (kernel / kernel.sum()).expand(batch.shape[-3], 1, 3, 3)
        return nn.functional.conv2d(batch, kernel, groups=batch.shape[-3])

    smoother = img.clone()  # at the edge as it is
    smoother[..., 1:-1, 1:-1] = as_float_batch(img, smooth)
    return blend(img, smoother, sharpness_factor)


class RandomInvert(Sometimes):
    """`invert` with probability ``p``.

    >>> RandomInvert(p=1.0)(mt.tensor([[[0.0, 0.25, 1.0]]]))
    tensor([[[1.0000, 0.7500, 0.0000]]])
    """

    def change(self, img: Any) -> Any:
        """The inverted image."""
        return invert(img)


class RandomAutocontrast(Sometimes):
    """`autocontrast` with probability ``p``.

    >>> RandomAutocontrast(p=1.0)(mt.tensor([[[0.25, 0.5, 0.75]]]))
    tensor([[[0.0000, 0.5000, 1.0000]]])
    """

    def change(self, img: Any) -> Any:
        """The stretched image."""
        return autocontrast(img)


class RandomEqualize(Sometimes):
    """`equalize` with probability ``p``.

    >>> image = mt.tensor([100, 101, 103], dtype=mt.uint8).repeat(300).view(1, 30, 30)
    >>> RandomEqualize(p=1.0)(image).unique()
    tensor([  0, 150, 255], dtype=torch.uint8)
    """

    def change(self, img: Any) -> Any:
        """The equalized image."""
        return equalize(img)


class RandomPosterize(Sometimes):
    """`posterize` with probability ``p``.

    >>> RandomPosterize(bits=2, p=1.0)(mt.tensor([[[10, 100, 200]]], dtype=mt.uint8))
    tensor([[[  0,  64, 192]]], dtype=torch.uint8)
    """

    settings = ("bits",)

    def __init__(self, bits: int, p: float = 0.5) -> None:
        super().__init__(p)
        self.bits = bits

    def change(self, img: Any) -> Any:
        """The image of fewer tones."""
        return posterize(img, self.bits)


class RandomSolarize(Sometimes):
    """`solarize` with probability ``p``.

    >>> RandomSolarize(threshold=0.5, p=1.0)(mt.tensor([[[0.25, 0.5, 1.0]]]))
    tensor([[[0.2500, 0.5000, 0.0000]]])
    """

    settings = ("threshold",)

    def __init__(self, threshold: float, p: float = 0.5) -> None:
        super().__init__(p)
        self.threshold = threshold

    def change(self, img: Any) -> Any:
        """The image with its bright parts inverted."""
        return solarize(img, self.threshold)


class RandomAdjustSharpness(Sometimes):
    """`adjust_sharpness` with probability ``p``.

    >>> RandomAdjustSharpness(1.0, p=1.0)(mt.full((1, 1, 2), 0.5))
    tensor([[[0.5000, 0.5000]]])
    """

    settings = ("sharpness_factor",)

    def __init__(self, sharpness_factor: float, p: float = 0.5) -> None:
        super().__init__(p)
        self.sharpness_factor = sharpness_factor

    def change(self, img: Any) -> Any:
        """The sharper image."""
        return adjust_sharpness(img, self.sharpness_factor)
