"""Turned, moved, scaled and sheared images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Number
from typing import Any

import minitorch as mt
from minitorch import nn

from .images import (
    PIL_NUMBERS,
    InterpolationMode,
    angles,
    as_float_batch,
    get_dimensions,
    is_pil,
    mode_of,
    sequence_of,
    uniform,
)
from .sizes import pil_fill


def inverse_affine_matrix(
    center: Sequence[float],
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: Sequence[float],
) -> list[float]:
    """Where a pixel of the result comes from: the six numbers of a matrix 2×3.

    The image is sheared, turned by ``angle`` degrees and scaled around the ``center``, then moved:
    ``T C R S C⁻¹`` with the moves T and C to ``translate`` and ``center``. This is its inverse.
    """
    turn, sx, sy = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    (cx, cy), (tx, ty) = center, translate
    # Turning and shearing in one matrix [[a, b], [c, d]], of determinant 1.
    a = math.cos(turn - sy) / math.cos(sy)
    b = -a * math.tan(sx) - math.sin(turn)
    c = math.sin(turn - sy) / math.cos(sy)
    d = -c * math.tan(sx) + math.cos(turn)
    a, b, c, d = d / scale, -b / scale, -c / scale, a / scale
    return [
        a,
        b,
        cx - a * (cx + tx) - b * (cy + ty),
        c,
        d,
        cy - c * (cx + tx) - d * (cy + ty),
    ]


def _expanded(matrix: list[float], width: int, height: int) -> tuple[int, int]:
    """Width and height of the box around the turned image."""
    corners = mt.tensor([[x * width / 2, y * height / 2, 1.0] for x in (-1, 1) for y in (-1, 1)])
    points = corners @ mt.tensor(matrix).view(2, 3).T
    half = mt.tensor([width / 2, height / 2])
    # Whole numbers in spite of rounding errors: 1e-4 is nothing.
    low = ((points.amin(0) + half) / 1e-4).trunc() * 1e-4
    high = ((points.amax(0) + half) / 1e-4).trunc() * 1e-4
    new_width, new_height = (high.ceil() - low.floor()).tolist()
    return int(new_width), int(new_height)


def sampled(img: Any, places: Callable[..., Any], mode: InterpolationMode, fill: Any) -> Any:
    """A tensor's pixels at the ``places(dtype=, device=)`` of `nn.functional.grid_sample`.

    Outside of the image it is ``fill``. ValueError for an interpolation that is for PIL images.
    """
    if mode.value not in ("nearest", "bilinear"):
        raise ValueError(f"Interpolation mode '{mode.value}' is unsupported with Tensor input")

    def sampled_batch(batch: Any) -> Any:
        options = {"dtype": batch.dtype, "device": batch.device}
        grid = places(**options).expand(len(batch), -1, -1, -1)
        if fill is not None:  # one more channel tells how much of a pixel is inside
            batch = mt.cat([batch, mt.ones_like(batch[:, :1])], dim=1)
        result = nn.functional.grid_sample(
            batch, grid, mode=mode.value, padding_mode="zeros", align_corners=False
        )
        if fill is None:
            return result
        result, inside = result[:, :-1], result[:, -1:]
        colour = mt.tensor(fill, **options).view(1, -1, 1, 1)
        if mode is InterpolationMode.NEAREST:
            return mt.where(inside < 0.5, colour, result)
        return result * inside + (1.0 - inside) * colour

    return as_float_batch(img, sampled_batch)


def _mapped(
    img: Any, matrix: list[float], mode: InterpolationMode, fill: Any, size: tuple[int, int]
) -> Any:
    """`sampled` at the places that the matrix says; ``size`` is the result's width and height."""
    _, height, width = get_dimensions(img)
    new_width, new_height = size

    def places(**options: Any) -> Any:
        x = mt.arange(new_width, **options) + (1 - new_width) / 2
        y = mt.arange(new_height, **options) + (1 - new_height) / 2
        base = mt.ones(new_height, new_width, 3, **options)
        base[..., 0], base[..., 1] = x, y[:, None]
        half = mt.tensor([width / 2, height / 2], **options)
        return base @ (mt.tensor(matrix, **options).view(2, 3).T / half)

    return sampled(img, places, mode, fill)


def tensor_fill(fill: Any, channels: int) -> list[float] | None:
    """The colour as a list for a tensor, or None for black."""
    if fill is None:
        return None
    fill = [float(fill)] if isinstance(fill, int | float) else [float(value) for value in fill]
    if len(fill) not in (1, channels):
        raise ValueError(
            "The number of elements in 'fill' cannot broadcast to match the number of channels of "
            f"the image ({len(fill)} != {channels})"
        )
    return fill


def rotate(
    img: Any,
    angle: float,
    interpolation: Any = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: Any = None,
) -> Any:
    """The image turned by ``angle`` degrees, counter-clockwise.

    ``center`` is (x, y) from the upper left corner, or the middle. ``expand`` makes the result
    large enough for all of the image. What was outside has the colour ``fill``.

    >>> rotate(mt.arange(4.0).view(1, 2, 2), 90)
    tensor([[[1., 3.],
             [0., 2.]]])
    """
    mode = mode_of(interpolation)
    if not isinstance(angle, int | float):
        raise TypeError("Argument angle should be int or float")
    if center is not None and not isinstance(center, list | tuple):
        raise TypeError("Argument center should be a sequence")
    if is_pil(img):
        colour = pil_fill(img, fill)
        return img.rotate(angle, PIL_NUMBERS[mode], expand, center, fillcolor=colour)
    channels, height, width = get_dimensions(img)
    middle = [0.0, 0.0] if center is None else [center[0] - width / 2, center[1] - height / 2]
    # The matrix of an affine map turns clockwise.
    matrix = inverse_affine_matrix(middle, -angle, [0.0, 0.0], 1.0, [0.0, 0.0])
    size = _expanded(matrix, width, height) if expand else (width, height)
    return _mapped(img, matrix, mode, tensor_fill(fill, channels), size)


def affine(
    img: Any,
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: float | Sequence[float],
    interpolation: Any = InterpolationMode.NEAREST,
    fill: Any = None,
    center: Sequence[float] | None = None,
) -> Any:
    """The image sheared, scaled, turned by ``angle`` degrees clockwise and moved by ``translate``.

    ``shear`` is an angle along x, or one along x and one along y, in degrees. TypeError or
    ValueError for other arguments.

    >>> affine(mt.arange(4.0).view(1, 2, 2), 0, (1, 0), 1.0, 0)
    tensor([[[0., 0.],
             [0., 2.]]])
    """
    mode = mode_of(interpolation)
    if not isinstance(angle, int | float):
        raise TypeError("Argument angle should be int or float")
    if not isinstance(translate, list | tuple):
        raise TypeError("Argument translate should be a sequence")
    if len(translate) != 2:
        raise ValueError("Argument translate should be a sequence of length 2")
    if scale <= 0.0:
        raise ValueError("Argument scale should be positive")
    if not isinstance(shear, int | float | list | tuple):
        raise TypeError("Shear should be either a single value or a sequence of two values")
    shear = [shear, 0.0] if isinstance(shear, int | float) else list(shear)
    if len(shear) == 1:
        shear = [shear[0], shear[0]]
    if len(shear) != 2:
        raise ValueError(f"Shear should be a sequence containing two values. Got {shear}")
    if center is not None and not isinstance(center, list | tuple):
        raise TypeError("Argument center should be a sequence")
    channels, height, width = get_dimensions(img)
    if is_pil(img):
        # Pillow counts from the corner, and half a pixel is the middle of the first one.
        middle = [width / 2, height / 2] if center is None else center
        matrix = inverse_affine_matrix(middle, angle, translate, scale, shear)
        colour = pil_fill(img, fill)
        return img.transform(img.size, 0, matrix, PIL_NUMBERS[mode], fillcolor=colour)
    middle = [0.0, 0.0] if center is None else [center[0] - width / 2, center[1] - height / 2]
    matrix = inverse_affine_matrix(middle, angle, translate, scale, shear)
    return _mapped(img, matrix, mode, tensor_fill(fill, channels), (width, height))


def checked_fill(fill: Any) -> Any:
    """A colour, 0 for None; TypeError for what is no colour."""
    if fill is None:
        return 0
    if not isinstance(fill, Sequence | Number):
        raise TypeError("Fill should be either a sequence or a number.")
    return fill


class RandomRotation(nn.Module):
    """`rotate` by a random angle between two ``degrees``, or from −degrees to degrees.

    >>> RandomRotation((90, 90))(mt.arange(4.0).view(1, 2, 2))
    tensor([[[1., 3.],
             [0., 2.]]])
    """

    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: Any = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: Any = 0,
    ) -> None:
        super().__init__()
        self.interpolation = mode_of(interpolation)
        self.degrees = angles(degrees, "degrees")
        self.center = None if center is None else sequence_of(center, "center")
        self.expand = expand
        self.fill = checked_fill(fill)

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """The angle, at random."""
        return uniform(degrees[0], degrees[1])

    def forward(self, img: Any) -> Any:
        """The turned image."""
        angle = self.get_params(self.degrees)
        return rotate(img, angle, self.interpolation, self.expand, self.center, self.fill)

    def __repr__(self) -> str:
        center = "" if self.center is None else f", center={self.center}"
        return (
            f"{type(self).__name__}(degrees={self.degrees}, "
            f"interpolation={self.interpolation.value}, expand={self.expand}{center}, "
            f"fill={self.fill})"
        )


class RandomAffine(nn.Module):
    """`affine` with a random angle, and if they are given, a random move, scale and shear.

    ``translate`` are the largest moves as fractions of width and height, ``scale`` the smallest and
    the largest factor, ``shear`` one angle for −shear to shear along x, two, or two for each axis.

    >>> _ = mt.manual_seed(0)
    >>> RandomAffine(0, translate=(0.5, 0))(mt.tensor([[[1.0, 2.0, 3.0, 4.0]]]))
    tensor([[[0., 1., 2., 3.]]])
    """

    def __init__(
        self,
        degrees: float | Sequence[float],
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: float | Sequence[float] | None = None,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = 0,
        center: Sequence[float] | None = None,
    ) -> None:
        super().__init__()
        self.interpolation = mode_of(interpolation)
        self.degrees = angles(degrees, "degrees")
        if translate is not None:
            for part in sequence_of(translate, "translate"):
                if not 0.0 <= part <= 1.0:
                    raise ValueError("translation values should be between 0 and 1")
        if scale is not None:
            for factor in sequence_of(scale, "scale"):
                if factor <= 0:
                    raise ValueError("scale values should be positive")
        self.translate = translate
        self.scale = scale
        self.shear = None if shear is None else angles(shear, "shear", (2, 4))
        self.fill = checked_fill(fill)
        self.center = None if center is None else sequence_of(center, "center")

    @staticmethod
    def get_params(
        degrees: Sequence[float],
        translate: Sequence[float] | None,
        scale_ranges: Sequence[float] | None,
        shears: Sequence[float] | None,
        img_size: Sequence[int],
    ) -> tuple[float, tuple[int, int], float, tuple[float, float]]:
        """Angle, translation, scale and shear, at random, for an image of (width, height)."""
        angle = uniform(degrees[0], degrees[1])
        move = (0, 0)
        if translate is not None:
            dx, dy = (part * size for part, size in zip(translate, img_size, strict=True))
            move = (round(uniform(-dx, dx)), round(uniform(-dy, dy)))
        scale = 1.0 if scale_ranges is None else uniform(scale_ranges[0], scale_ranges[1])
        shear_x = shear_y = 0.0
        if shears is not None:
            shear_x = uniform(shears[0], shears[1])
            if len(shears) == 4:
                shear_y = uniform(shears[2], shears[3])
        return angle, move, scale, (shear_x, shear_y)

    def forward(self, img: Any) -> Any:
        """The changed image."""
        _, height, width = get_dimensions(img)
        params = self.get_params(
            self.degrees, self.translate, self.scale, self.shear, [width, height]
        )
        return affine(img, *params, self.interpolation, self.fill, self.center)

    def __repr__(self) -> str:
        nearest = self.interpolation is InterpolationMode.NEAREST
        settings = {
            "degrees": self.degrees,
            "translate": self.translate,
            "scale": self.scale,
            "shear": self.shear,
            "interpolation": None if nearest else self.interpolation.value,
            "fill": self.fill or None,
            "center": self.center,
        }
        shown = [f"{name}={value}" for name, value in settings.items() if value is not None]
        return f"{type(self).__name__}({', '.join(shown)})"
