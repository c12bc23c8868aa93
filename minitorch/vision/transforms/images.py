"""What the functions on PIL images and on tensors share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from numbers import Number
from typing import Any

from PIL import Image

import minitorch as mt


class InterpolationMode(Enum):
    """How a pixel between pixels is made. BOX, HAMMING and LANCZOS are for PIL images only.

    >>> InterpolationMode.BILINEAR, InterpolationMode("nearest").name
    (<InterpolationMode.BILINEAR: 'bilinear'>, 'NEAREST')
    """

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


PIL_NUMBERS = {
    InterpolationMode.NEAREST: 0,
    InterpolationMode.NEAREST_EXACT: 0,
    InterpolationMode.LANCZOS: 1,
    InterpolationMode.BILINEAR: 2,
    InterpolationMode.BICUBIC: 3,
    InterpolationMode.BOX: 4,
    InterpolationMode.HAMMING: 5,
}
BY_NUMBER = {
    number: mode
    for mode, number in PIL_NUMBERS.items()
    if mode is not InterpolationMode.NEAREST_EXACT
}


def mode_of(interpolation: Any) -> InterpolationMode:
    """The mode; old programs give Pillow's number. TypeError for anything else."""
    if isinstance(interpolation, int):
        interpolation = BY_NUMBER[int(interpolation)]
    if not isinstance(interpolation, InterpolationMode):
        raise TypeError(
            "Argument interpolation should be a InterpolationMode or a corresponding Pillow "
            "integer constant"
        )
    return interpolation


def is_pil(img: Any) -> bool:
    """Whether it is a PIL image and not a tensor; TypeError if it is neither."""
    if isinstance(img, Image.Image):
        return True
    if not isinstance(img, mt.Tensor):
        raise TypeError(f"img should be PIL Image. Got {type(img)}")
    if img.ndim < 2:
        raise TypeError("Tensor is not a torch image.")
    return False


def get_dimensions(img: Any) -> list[int]:
    """Channels, height and width; TypeError for what is no image.

    >>> get_dimensions(mt.zeros(3, 4, 5))
    [3, 4, 5]
    """
    if isinstance(img, Image.Image):
        width, height = img.size
        return [len(img.getbands()), height, width]
    if not isinstance(img, mt.Tensor):
        raise TypeError(f"Unexpected type {type(img)}")
    is_pil(img)  # which refuses a vector
    return [1 if img.ndim == 2 else img.shape[-3], *img.shape[-2:]]


def get_image_size(img: Any) -> list[int]:
    """Width and height.

    >>> get_image_size(mt.zeros(3, 4, 5))
    [5, 4]
    """
    _, height, width = get_dimensions(img)
    return [width, height]


def get_image_num_channels(img: Any) -> int:
    """The number of channels.

    >>> get_image_num_channels(mt.zeros(3, 4, 5))
    3
    """
    return get_dimensions(img)[0]


def check_channels(img: Any) -> None:
    """TypeError unless the tensor has one channel or three."""
    channels = get_dimensions(img)[0]
    if channels not in (1, 3):
        raise TypeError(
            f"Input image tensor permitted channel values are [1, 3], but found {channels}"
        )


def bound_of(img: Any) -> float:
    """The value of white: 1, or an integer dtype's largest number."""
    return 1.0 if img.is_floating_point() else mt.iinfo(img.dtype).max


def as_float_batch(img: Any, function: Callable[[Any], Any]) -> Any:
    """``function`` of the image as a floating batch ``(N, C, H, W)``, in the image's own form."""
    batch = img.unsqueeze(0) if img.ndim < 4 else img
    if img.dtype not in (mt.float32, mt.float64):
        batch = batch.to(mt.float32)
    result = function(batch)
    if not img.is_floating_point():
        result = result.round()
    result = result.to(img.dtype)
    return result.squeeze(0) if img.ndim < 4 else result


# Random numbers, as torchvision draws them --------------------------------------------------------


def uniform(low: float, high: float) -> float:
    """A number from ``low`` to ``high``, a float32."""
    return mt.empty(1).uniform_(float(low), float(high)).item()


def randint(count: int) -> int:
    """One of 0, 1, …, ``count - 1``."""
    return mt.randint(0, count, size=(1,)).item()


def chance(p: float) -> bool:
    """True with probability ``p``."""
    return bool(mt.rand(1) < p)


# Arguments ----------------------------------------------------------------------------------------


def two_sizes(size: Any, message: str) -> tuple[int, int]:
    """Height and width of one number or two; ValueError with ``message`` for more."""
    if isinstance(size, Number):
        return int(size), int(size)  # type: ignore[call-overload]
    if len(size) == 1:
        return size[0], size[0]
    if len(size) != 2:
        raise ValueError(message)
    return size


def sequence_of(value: Any, name: str, lengths: tuple[int, ...] = (2,)) -> Any:
    """``value``, if it is a sequence of one of these lengths; TypeError or ValueError if not."""
    message = f"{name} should be a sequence of length {' or '.join(map(str, lengths))}."
    if not isinstance(value, Sequence):
        raise TypeError(message)
    if len(value) not in lengths:
        raise ValueError(message)
    return value


def angles(value: Any, name: str, lengths: tuple[int, ...] = (2,)) -> list[float]:
    """From −value to value, or as given, in degrees."""
    if isinstance(value, Number):
        if value < 0:  # type: ignore[operator]
            raise ValueError(f"If {name} is a single number, it must be positive.")
        value = [-value, value]  # type: ignore[operator]
    return [float(angle) for angle in sequence_of(value, name, lengths)]
