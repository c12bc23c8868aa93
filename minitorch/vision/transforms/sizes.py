"""Images of another size: resized, padded, cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps

import minitorch as mt
from minitorch import nn

from ...user_warnings import warn
from .flips import hflip, vflip
from .images import (
    PIL_NUMBERS,
    InterpolationMode,
    as_float_batch,
    get_dimensions,
    is_pil,
    mode_of,
    two_sizes,
)

TWO_SIZES = "Please provide only two dimensions (h, w) for size."


def resized_to(
    height: int, width: int, size: Sequence[int], max_size: int | None
) -> tuple[int, int]:
    """Height and width after `resize`: one number in ``size`` is for the shorter side."""
    if len(size) == 2:
        return size[0], size[1]
    short, long = sorted((height, width))
    new_short, new_long = size[0], int(size[0] * long / short)
    if max_size is not None:
        if max_size <= size[0]:
            raise ValueError(
                f"max_size = {max_size} must be strictly greater than the requested size for the "
                f"smaller edge size = {size}"
            )
        if new_long > max_size:
            new_short, new_long = int(max_size * new_short / new_long), max_size
    return (new_long, new_short) if width <= height else (new_short, new_long)


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """The image at height and width ``size``; one number is for the shorter side.

    With one number, ``max_size`` bounds the longer side. ``antialias`` is for tensors: PIL images
    are always made so. ValueError for other sizes, and a ``max_size`` that does not make sense.

    >>> resize(mt.zeros(3, 10, 20), 5).shape
    torch.Size([3, 5, 10])
    """
    mode = mode_of(interpolation)
    if isinstance(size, int):
        size = [size]
    elif len(size) not in (1, 2):
        raise ValueError(
            "Size must be an int or a 1 or 2 element tuple/list, not a "
            f"{len(size)} element tuple/list"
        )
    elif max_size is not None and len(size) != 1:
        raise ValueError(
            "max_size should only be passed if size specifies the length of the smaller edge, "
            "i.e. size should be an int or a sequence of length 1 in torchscript mode."
        )
    _, height, width = get_dimensions(img)
    new_height, new_width = resized_to(height, width, size, max_size)
    if (new_height, new_width) == (height, width):
        return img
    if is_pil(img):
        if antialias is False:
            warn(
                "Anti-alias option is always applied for PIL Image input. Argument antialias is "
                "ignored."
            )
        return img.resize((new_width, new_height), PIL_NUMBERS[mode])
    smooth = mode.value in ("bilinear", "bicubic")

    def resized(batch: Any) -> Any:
        result = nn.functional.interpolate(
            batch,
            size=(new_height, new_width),
            mode=mode.value,
            align_corners=False if smooth else None,
            antialias=smooth and bool(antialias),
        )
        if mode is InterpolationMode.BICUBIC and img.dtype == mt.uint8:
            result = result.clamp(0, 255)  # a cubic may leave the range
        return result

    return as_float_batch(img, resized)


def check_padding(padding: Any, fill: Any, padding_mode: Any) -> tuple[int, int, int, int]:
    """The padding as left, top, right, bottom; TypeError or ValueError for wrong arguments."""
    if not isinstance(fill, int | float | tuple | list | None):
        raise TypeError("Got inappropriate fill arg")
    if not isinstance(padding_mode, str):
        raise TypeError("Got inappropriate padding_mode arg")
    if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
        raise ValueError("Padding mode should be either constant, edge, reflect or symmetric")
    if isinstance(padding, int):
        return (padding,) * 4
    if not isinstance(padding, tuple | list):
        raise TypeError("Got inappropriate padding arg")
    if len(padding) not in (1, 2, 4):
        raise ValueError(
            "Padding must be an int or a 1, 2, or 4 element tuple, not a "
            f"{len(padding)} element tuple"
        )
    return tuple(padding) * (4 // len(padding))


def pil_fill(img: Image.Image, fill: Any) -> Any:
    """The colour ``fill`` as Pillow wants it for this image."""
    bands = len(img.getbands())
    if fill is None:
        fill = 0
    if isinstance(fill, int | float):
        fill = [fill] * bands
    if len(fill) not in (1, bands):
        raise ValueError(
            "The number of elements in 'fill' does not match the number of channels of the image "
            f"({len(fill)} != {bands})"
        )
    if len(fill) != bands:
        fill = list(fill) * bands
    kind = float if img.mode == "F" else int
    return kind(fill[0]) if bands == 1 else tuple(kind(value) for value in fill)


def pad(
    img: Any, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"
) -> Any:
    """The image with a border.

    ``padding`` is for all sides, (left and right, top and bottom), or (left, top, right, bottom);
    ``padding_mode`` is "constant" (of the colour ``fill``), "edge", "reflect" (without the pixels
    at the edge) or "symmetric" (with them). TypeError or ValueError for other arguments.

    >>> pad(mt.tensor([[[1, 2, 3]]]), (2, 0), padding_mode="symmetric")
    tensor([[[2, 1, 1, 2, 3, 3, 2]]])
    """
    picture = is_pil(img)
    sides = left, top, right, bottom = check_padding(padding, fill, padding_mode)
    if padding_mode != "constant" and min(sides) < 0:  # np.pad cannot cut
        _, height, width = get_dimensions(img)
        cut = [min(side, 0) for side in sides]
        img = crop(img, -cut[1], -cut[0], height + cut[1] + cut[3], width + cut[0] + cut[2])
        left, top, right, bottom = (max(side, 0) for side in sides)
    if picture:
        if padding_mode == "constant":
            return ImageOps.expand(img, (left, top, right, bottom), pil_fill(img, fill))
        array = np.asarray(img)
        widths = [(top, bottom), (left, right)] + [(0, 0)] * (array.ndim - 2)
        padded = Image.fromarray(np.pad(array, widths, padding_mode))  # type: ignore[call-overload]
        if img.mode == "P":
            padded.putpalette(img.getpalette())
        return padded
    if isinstance(fill, tuple | list):
        raise TypeError("Got inappropriate fill arg")
    if padding_mode == "constant":
        return nn.functional.pad(img, [left, right, top, bottom], value=fill or 0)
    _, height, width = get_dimensions(img)
    rows, columns = (
        mt.from_numpy(np.pad(np.arange(length), sides, padding_mode)).to(img.device)  # type: ignore[call-overload]
        for length, sides in ((height, (top, bottom)), (width, (left, right)))
    )
    return img[..., rows[:, None], columns]


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The part of the image with this corner and size; what is outside of the image is black.

    >>> crop(mt.arange(9).view(1, 3, 3), 1, 1, 2, 3)
    tensor([[[4, 5, 0],
             [7, 8, 0]]])
    """
    bottom, right = top + height, left + width
    if is_pil(img):
        return img.crop((left, top, right, bottom))
    _, h, w = get_dimensions(img)
    part = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if left >= 0 and top >= 0 and right <= w and bottom <= h:
        return part
    outside = [
        max(min(right, 0) - left, 0),
        max(min(bottom, 0) - top, 0),
        max(right - max(w, left), 0),
        max(bottom - max(h, top), 0),
    ]
    return pad(part, outside)


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """The middle of the image; where it is too small, with a black border.

    >>> center_crop(mt.ones(1, 2, 2), (2, 4))
    tensor([[[0., 1., 1., 0.],
             [0., 1., 1., 0.]]])
    """
    height, width = two_sizes(output_size, TWO_SIZES)
    _, h, w = get_dimensions(img)
    if height > h or width > w:
        more_h, more_w = max(height - h, 0), max(width - w, 0)
        img = pad(img, [more_w // 2, more_h // 2, (more_w + 1) // 2, (more_h + 1) // 2])
        h, w = h + more_h, w + more_w
        if (height, width) == (h, w):
            return img
    return crop(img, round((h - height) / 2.0), round((w - width) / 2.0), height, width)


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """`crop`, then `resize`.

    >>> resized_crop(mt.arange(16.0).view(1, 4, 4), 1, 1, 2, 2, [1, 1])  # the mean of the middle
    tensor([[[7.5000]]])
    """
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def five_crop(img: Any, size: int | Sequence[int]) -> tuple[Any, ...]:
    """The four corners and the middle; ValueError if the image is smaller than ``size``.

    >>> [crop.item() for crop in five_crop(mt.arange(9).view(1, 3, 3), 1)]
    [0, 2, 6, 8, 4]
    """
    height, width = two_sizes(size, TWO_SIZES)
    _, h, w = get_dimensions(img)
    if width > w or height > h:
        raise ValueError(
            f"Requested crop size {(height, width)} is bigger than input size {(h, w)}"
        )
    corners = [(0, 0), (0, w - width), (h - height, 0), (h - height, w - width)]
    crops = [crop(img, top, left, height, width) for top, left in corners]
    return (*crops, center_crop(img, (height, width)))


def ten_crop(img: Any, size: int | Sequence[int], vertical_flip: bool = False) -> tuple[Any, ...]:
    """`five_crop` of the image and of its mirror image.

    >>> [crop.item() for crop in ten_crop(mt.arange(9).view(1, 3, 3), 1, vertical_flip=True)]
    [0, 2, 6, 8, 4, 6, 8, 0, 2, 4]
    """
    return five_crop(img, size) + five_crop((vflip if vertical_flip else hflip)(img), size)


class Resize(nn.Module):
    """`resize`: the image at height and width ``size``; one number is for the shorter side.

    >>> Resize(4)(mt.zeros(3, 8, 16)).shape, Resize((4, 4))(mt.zeros(3, 8, 16)).shape
    (torch.Size([3, 4, 8]), torch.Size([3, 4, 4]))
    """

    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: Any = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        if not isinstance(size, int | Sequence):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError("If size is a sequence, it should have 1 or 2 values")
        self.size = size
        self.max_size = max_size
        self.interpolation = mode_of(interpolation)
        self.antialias = antialias

    def forward(self, img: Any) -> Any:
        """The resized image."""
        return resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(size={self.size}, interpolation={self.interpolation.value}, "
            f"max_size={self.max_size}, antialias={self.antialias})"
        )


class _SizedCrop(nn.Module):
    """Crops whose only setting is their size."""

    def __init__(self, size: int | Sequence[int]) -> None:
        super().__init__()
        self.size = two_sizes(size, TWO_SIZES)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class CenterCrop(_SizedCrop):
    """`center_crop`: the middle of the image.

    >>> CenterCrop(2)(mt.arange(16).view(1, 4, 4))
    tensor([[[ 5,  6],
             [ 9, 10]]])
    """

    def forward(self, img: Any) -> Any:
        """The middle."""
        return center_crop(img, self.size)


class FiveCrop(_SizedCrop):
    """`five_crop`: a tuple of the four corners and the middle.

    >>> [crop.item() for crop in FiveCrop(1)(mt.arange(9).view(1, 3, 3))]
    [0, 2, 6, 8, 4]
    """

    def forward(self, img: Any) -> Any:
        """The five images."""
        return five_crop(img, self.size)


class TenCrop(nn.Module):
    """`ten_crop`: a tuple of `FiveCrop`'s images and those of the mirror image.

    >>> [crop.item() for crop in TenCrop(1)(mt.arange(9).view(1, 3, 3))]
    [0, 2, 6, 8, 4, 2, 0, 8, 6, 4]
    """

    def __init__(self, size: int | Sequence[int], vertical_flip: bool = False) -> None:
        super().__init__()
        self.size = two_sizes(size, TWO_SIZES)
        self.vertical_flip = vertical_flip

    def forward(self, img: Any) -> Any:
        """The ten images."""
        return ten_crop(img, self.size, self.vertical_flip)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, vertical_flip={self.vertical_flip})"


class Pad(nn.Module):
    """`pad`: the image with a border.

    >>> Pad((1, 0), fill=9)(mt.tensor([[[1, 2, 3]]]))
    tensor([[[9, 1, 2, 3, 9]]])
    """

    def __init__(
        self, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"
    ) -> None:
        super().__init__()
        if fill is None:  # which `pad` takes for 0
            raise TypeError("Got inappropriate fill arg")
        check_padding(padding, fill, padding_mode)
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img: Any) -> Any:
        """The padded image."""
        return pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, "
            f"padding_mode={self.padding_mode})"
        )
