"""Grids of images, images in files, boxes and masks on what is on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageColor, ImageDraw, ImageFont

import minitorch as mt

from ..user_warnings import warn
from .transforms.functional import convert_image_dtype, pil_to_tensor, to_pil_image


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
                raise TypeError(
                    f"tensor or list of tensors expected, got a list containing {type(image)}"
                )
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
    count, channels, height, width = images.shape[:4]
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

    >>> import io
    >>> file = io.BytesIO()
    >>> save_image(mt.rand(4, 3, 8, 8), file, format="png")
    >>> file.getvalue()[1:4]
    b'PNG'
    """
    grid = make_grid(tensor, **kwargs)
    pixels = grid.mul(255).add_(0.5).clamp_(0, 255).permute(1, 2, 0).to("cpu", mt.uint8)
    Image.fromarray(pixels.numpy()).save(fp, format=format)


def _colors(colors: Any, count: int) -> list[Any]:
    """Red, green and blue for each of ``count`` things; ValueError for what is no colour."""
    if colors is None:  # easy to tell apart
        primes = 2**25 - 1, 2**15 - 1, 2**21 - 1
        colors = [tuple(i * prime % 255 for prime in primes) for i in range(count)]
    elif isinstance(colors, list):
        if len(colors) < count:
            raise ValueError(
                "Number of colors must be equal or larger than the number of objects, but got "
                f"{len(colors)} < {count}."
            )
    elif not isinstance(colors, tuple | str):
        raise ValueError(
            f"colors must be a tuple or a string, or a list thereof, but got {colors}."
        )
    elif isinstance(colors, tuple) and len(colors) != 3:
        raise ValueError(f"If passed as tuple, colors should be an RGB triplet, but got {colors}.")
    else:
        colors = [colors] * count
    return [ImageColor.getrgb(color) if isinstance(color, str) else color for color in colors]


def _check_drawable(image: Any) -> None:
    """ValueError unless it is one image, of bytes or floats."""
    if not (image.dtype == mt.uint8 or image.is_floating_point()):
        raise ValueError(f"The image dtype must be uint8 or float, got {image.dtype}")
    if image.dim() != 3:
        raise ValueError("Pass individual images, not batches")


def draw_bounding_boxes(
    image: Any,
    boxes: Any,
    labels: Sequence[str | None] | None = None,
    colors: Any = None,
    fill: bool = False,
    width: int = 1,
    font: str | None = None,
    font_size: int | None = None,
    label_colors: Any = None,
    label_background_colors: Any = None,
    fill_labels: bool = False,
) -> Any:
    """The image ``(C, H, W)`` with the boxes ``(N, 4)`` drawn on it, as (x₁, y₁, x₂, y₂).

    Bytes, or floats from 0 to 1. ``colors`` is one colour for all or a list of one for each; so are
    those of the labels and, with ``fill_labels``, of what is behind them. TypeError or ValueError
    for other arguments.

    >>> box = mt.tensor([[1, 1, 3, 3]])
    >>> draw_bounding_boxes(mt.zeros(3, 5, 5, dtype=mt.uint8), box, colors="white")[0]
    tensor([[  0,   0,   0,   0,   0],
            [  0, 255, 255, 255,   0],
            [  0, 255,   0, 255,   0],
            [  0, 255, 255, 255,   0],
            [  0,   0,   0,   0,   0]], dtype=torch.uint8)
    """
    if not isinstance(image, mt.Tensor):
        raise TypeError(f"Tensor expected, got {type(image)}")
    _check_drawable(image)
    if image.size(0) not in (1, 3):
        raise ValueError("Only grayscale and RGB images are supported")
    if (boxes[:, 0] > boxes[:, 2]).any() or (boxes[:, 1] > boxes[:, 3]).any():
        raise ValueError(
            "Boxes need to be in (xmin, ymin, xmax, ymax) format. Use torchvision.ops.box_convert "
            "to convert them"
        )
    count = len(boxes)
    if count == 0:
        warn("boxes doesn't contain any box. No box was drawn")
        return image
    if labels is not None and len(labels) != count:
        raise ValueError(
            f"Number of boxes ({count}) and labels ({len(labels)}) mismatch. Please specify labels "
            "for each box."
        )
    colors = _colors(colors, count)
    letters_in = colors
    if label_colors or fill_labels:
        letters_in = _colors(label_colors or "black", count)
    behind = colors
    if fill_labels and label_background_colors:
        behind = _colors(label_background_colors, count)
    if font is None and font_size is not None:
        warn("Argument 'font_size' will be ignored since 'font' is not set.")
    letters: Any = ImageFont.truetype(font, font_size or 10) if font else ImageFont.load_default()
    picture = to_pil_image(convert_image_dtype(image, mt.uint8)).convert("RGB")
    draw = ImageDraw.Draw(picture, "RGBA" if fill else "RGB")
    for place, box in enumerate(boxes.to(mt.int64).tolist()):
        inside = (*colors[place], 100) if fill else None
        draw.rectangle(box, outline=colors[place], width=width, fill=inside)
        label = labels[place] if labels else None
        if label is None:
            continue
        corner = box[0] + width + 1, box[1] + width + 1
        if fill_labels:
            left, top, right, bottom = draw.textbbox(corner, label, font=letters)
            draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=behind[place])
        draw.text(corner, label, fill=letters_in[place], font=letters)
    return convert_image_dtype(pil_to_tensor(picture), image.dtype)


def draw_segmentation_masks(image: Any, masks: Any, alpha: float = 0.8, colors: Any = None) -> Any:
    """The image ``(3, H, W)`` with coloured masks on it, bool of ``(N, H, W)`` or ``(H, W)``.

    Bytes, or floats from 0 to 1. ``alpha`` 1 hides what is below a mask; where two overlap it gets
    darker. TypeError or ValueError for other arguments.

    >>> image, mask = mt.zeros(3, 1, 3, dtype=mt.uint8), mt.tensor([[True, False, True]])
    >>> draw_segmentation_masks(image, mask, alpha=1.0, colors="white")[0]
    tensor([[255,   0, 255]], dtype=torch.uint8)
    """
    if not isinstance(image, mt.Tensor):
        raise TypeError(f"The image must be a tensor, got {type(image)}")
    _check_drawable(image)
    if image.size(0) != 3:
        raise ValueError("Pass an RGB image. Other Image formats are not supported")
    masks = masks[None] if masks.ndim == 2 else masks
    if masks.ndim != 3:
        raise ValueError("masks must be of shape (H, W) or (batch_size, H, W)")
    if masks.dtype != mt.bool:
        raise ValueError(f"The masks must be of dtype bool. Got {masks.dtype}")
    if masks.shape[-2:] != image.shape[-2:]:
        raise ValueError("The image and the masks must have the same height and width")
    if len(masks) == 0:
        warn("masks doesn't contain any mask. No mask was drawn")
        return image
    with mt.no_grad():
        painted = image.detach().clone()
        for mask, color in zip(masks, _colors(colors, len(masks)), strict=False):
            paint = mt.tensor(color, device=image.device)
            painted[:, mask] = convert_image_dtype(paint.to(mt.uint8), image.dtype)[:, None]
        painted[:, masks.sum(dim=0) > 1] = 0
        return (image * (1 - alpha) + painted * alpha).to(image.dtype)
