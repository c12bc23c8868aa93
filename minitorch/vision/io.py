"""Files of images as tensors of bytes ``(C, H, W)``."""

from __future__ import annotations

import io
import os
from enum import Enum
from typing import Any

import numpy as np
from PIL import Image, ImageOps

import minitorch as mt

from .transforms.functional import pil_to_tensor, to_pil_image


class ImageReadMode(Enum):
    """What to make of a file: grey or colours, with a channel for transparency or not."""

    UNCHANGED = 0
    GRAY = 1
    GRAY_ALPHA = 2
    RGB = 3
    RGB_ALPHA = 4


PIL_MODES = {
    ImageReadMode.GRAY: "L",
    ImageReadMode.GRAY_ALPHA: "LA",
    ImageReadMode.RGB: "RGB",
    ImageReadMode.RGB_ALPHA: "RGBA",
}


def read_file(path: str | os.PathLike[str]) -> Any:
    """The bytes of a file, a vector of uint8."""
    return mt.from_numpy(np.fromfile(path, np.uint8))


def write_file(filename: str | os.PathLike[str], data: Any) -> None:
    """Write a vector of uint8 into a file."""
    data.cpu().numpy().tofile(filename)


def decode_image(
    input: Any,
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> Any:
    """The image in a file, or in the bytes of one, as a tensor of bytes ``(C, H, W)``.

    ``apply_exif_orientation`` turns it as the camera was held. RuntimeError if it is no image.
    """
    source = io.BytesIO(input.cpu().numpy().tobytes()) if isinstance(input, mt.Tensor) else input
    mode = ImageReadMode[mode.upper()] if isinstance(mode, str) else mode
    try:
        with Image.open(source) as picture:
            image = ImageOps.exif_transpose(picture) if apply_exif_orientation else picture
            wanted = PIL_MODES.get(mode, "RGB" if image.mode == "P" else image.mode)
            return pil_to_tensor(image.convert(wanted))
    except Image.UnidentifiedImageError as error:
        raise RuntimeError(f"Unsupported image file: {error}") from error


def read_image(
    path: str | os.PathLike[str],
    mode: ImageReadMode | str = ImageReadMode.UNCHANGED,
    apply_exif_orientation: bool = False,
) -> Any:
    """`decode_image` of a file."""
    return decode_image(os.fspath(path), mode, apply_exif_orientation)


def write_png(input: Any, filename: str | os.PathLike[str], compression_level: int = 6) -> None:
    """Write a tensor of bytes ``(C, H, W)`` as a PNG file."""
    to_pil_image(input).save(filename, "PNG", compress_level=compression_level)


def write_jpeg(input: Any, filename: str | os.PathLike[str], quality: int = 75) -> None:
    """Write a tensor of bytes ``(C, H, W)`` as a JPEG file, of a quality from 1 to 100."""
    to_pil_image(input).save(filename, "JPEG", quality=quality)
