"""Grids of images, images in files, boxes around what is on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageColor, ImageDraw, ImageFont

import minitorch as mt

from .transforms.functional import pil_to_tensor, to_pil_image


def _stretch(image: Any, low: float, high: float) -> None:
    """Bring ``low`` to 0 and ``high`` to 1, in place."""
    image.clamp_(min=low, max=high).sub_(low).div_(max(high - low, 1e-5))


def make_grid(
    tensor: Any,
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Any:
    """One image of many, ``(N, C, H, W)`` or a list of ``(C, H, W)``, ``nrow`` in a row.

    ``normalize`` stretches the values to 0 … 1: from ``value_range``, or from the smallest and the
    largest of all images, or of each one with ``scale_each``. Images of one channel get three.
    TypeError for what is neither a tensor nor a list of tensors.

    >>> make_grid(mt.zeros(5, 1, 10, 20), nrow=3).shape
    torch.Size([3, 26, 68])
    """
    if isinstance(tensor, list):
        for image in tensor:
            if not isinstance(image, mt.Tensor):
                raise TypeError(f"tensor or list of tensors expected, got a list of {type(image)}")
        tensor = mt.stack(tensor, dim=0)
    if not isinstance(tensor, mt.Tensor):
        raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
    with mt.no_grad():
        return _grid(tensor, nrow, padding, normalize, value_range, scale_each, pad_value)


def _grid(
    images: Any,
    nrow: int,
    padding: int,
    normalize: bool,
    value_range: tuple[float, float] | None,
    scale_each: bool,
    pad_value: float,
) -> Any:
    while images.dim() < 4:  # (H, W), then (C, H, W)
        images = images.unsqueeze(0)
    if images.size(1) == 1:
        images = mt.cat((images, images, images), 1)
    if normalize:
        images = images.clone()
        if value_range is not None and not isinstance(value_range, tuple):
            raise TypeError(
                "value_range has to be a tuple (min, max) if specified. min and max are numbers"
            )
        for part in images if scale_each else [images]:
            _stretch(part, *(value_range or (float(part.min()), float(part.max()))))
    count, channels, height, width = images.shape
    if count == 1:
        return images.squeeze(0)
    columns = min(nrow, count)
    rows = math.ceil(count / columns)
    height, width = height + padding, width + padding
    grid = images.new_full(
        (channels, height * rows + padding, width * columns + padding), pad_value
    )
    for place in range(count):
        top, left = (place // columns) * height + padding, (place % columns) * width + padding
        grid[:, top : top + height - padding, left : left + width - padding] = images[place]
    return grid


def save_image(tensor: Any, fp: Any, format: str | None = None, **kwargs: Any) -> None:
    """Write the `make_grid` of the images, values 0 … 1, into the file ``fp``.

    ``format`` is needed if ``fp`` is no file name; the other arguments are `make_grid`'s.
    """
    grid = make_grid(tensor, **kwargs)
    pixels = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to("cpu", mt.uint8)
    Image.fromarray(pixels.numpy()).save(fp, format=format)


def _palette(count: int) -> list[tuple[int, ...]]:
    """Colours that are easy to tell apart."""
    return [
        tuple(i * prime % 255 for prime in (2**25 - 1, 2**15 - 1, 2**21 - 1)) for i in range(count)
    ]


def _faint(color: Any) -> tuple[int, ...]:
    """The colour, of which a little is seen."""
    rgb = ImageColor.getrgb(color) if isinstance(color, str) else tuple(color)
    return (*rgb[:3], 100)


def draw_bounding_boxes(
    image: Any,
    boxes: Any,
    labels: Sequence[str | None] | None = None,
    colors: Any = None,
    fill: bool = False,
    width: int = 1,
    font: str | None = None,
    font_size: int | None = None,
) -> Any:
    """The image ``(C, H, W)`` with the boxes ``(N, 4)`` drawn on it, as (x₁, y₁, x₂, y₂).

    Bytes, or floats from 0 to 1. ``colors`` is one colour for all or a list of one for each.
    TypeError or ValueError for other arguments.
    """
    if not isinstance(image, mt.Tensor):
        raise TypeError(f"Tensor expected, got {type(image)}")
    if not (image.dtype == mt.uint8 or image.is_floating_point()):
        raise ValueError(f"The image dtype must be uint8 or float, got {image.dtype}")
    if image.dim() != 3:
        raise ValueError("Pass individual images, not batches")
    if image.size(0) not in (1, 3):
        raise ValueError("Only grayscale and RGB images are supported")
    if (boxes[:, 0] > boxes[:, 2]).any() or (boxes[:, 1] > boxes[:, 3]).any():
        raise ValueError(
            "Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert "
            "to convert them"
        )
    count = len(boxes)
    if labels is not None and len(labels) != count:
        raise ValueError(
            f"Number of boxes ({count}) and labels ({len(labels)}) mismatch. Please specify labels "
            "for each box."
        )
    if colors is None:
        colors = _palette(count)
    elif not isinstance(colors, list):
        colors = [colors] * count
    if len(colors) < count:
        raise ValueError(
            "Number of colors must be equal or larger than the number of objects, but got "
            f"{len(colors)} < {count}."
        )
    if count == 0:
        return image
    picture = to_pil_image(image).convert("RGB")
    draw = ImageDraw.Draw(picture, "RGBA" if fill else "RGB")
    letters = (
        ImageFont.truetype(font, font_size or 10) if font else ImageFont.load_default(font_size)
    )
    for box, color, label in zip(boxes.tolist(), colors, labels or [None] * count, strict=False):
        draw.rectangle(box, outline=color, width=width, fill=_faint(color) if fill else None)
        if label is not None:
            draw.text((box[0] + width, box[1] + width), label, fill=color, font=letters)
    result = pil_to_tensor(picture)
    return result if image.dtype == mt.uint8 else (result / 255).to(image.dtype)
