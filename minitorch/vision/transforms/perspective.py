"""Images seen from another place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import minitorch as mt
from minitorch import nn

from .geometry import checked_fill, sampled, tensor_fill
from .images import (
    PIL_NUMBERS,
    InterpolationMode,
    chance,
    get_dimensions,
    is_pil,
    mode_of,
    randint,
)
from .sizes import pil_fill

Points = Sequence[Sequence[int]]


def _coefficients(startpoints: Points, endpoints: Points) -> list[float]:
    """The eight numbers of the map from ``endpoints`` to ``startpoints``.

    It takes (x, y) to ((ax + by + c) / (gx + hy + 1), (dx + ey + f) / (gx + hy + 1)): for four
    points, eight linear equations.
    """
    if len(startpoints) != 4 or len(endpoints) != 4:
        raise ValueError(
            f"Please provide exactly four corners, got {len(startpoints)} startpoints and "
            f"{len(endpoints)} endpoints."
        )
    rows = []
    for (x, y), (u, v) in zip(endpoints, startpoints, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    known = mt.tensor(startpoints, dtype=mt.float64).view(8)
    solution = mt.linalg.lstsq(mt.tensor(rows, dtype=mt.float64), known).solution
    return solution.to(mt.float32).tolist()


def perspective(
    img: Any,
    startpoints: Points,
    endpoints: Points,
    interpolation: Any = InterpolationMode.BILINEAR,
    fill: Any = None,
) -> Any:
    """The image with its four corners ``startpoints``, (x, y) each, moved to ``endpoints``.

    What was outside has the colour ``fill``. ValueError for other than four points.

    >>> corners = [[0, 0], [2, 0], [2, 2], [0, 2]]
    >>> perspective(mt.eye(2).view(1, 2, 2), corners, corners[1:] + corners[:1])
    tensor([[[0., 1.],
             [1., 0.]]])
    """
    numbers = _coefficients(startpoints, endpoints)
    mode = mode_of(interpolation)
    if is_pil(img):
        colour = pil_fill(img, fill)
        return img.transform(img.size, 2, numbers, PIL_NUMBERS[mode], fillcolor=colour)
    channels, height, width = get_dimensions(img)

    def places(**options: Any) -> Any:
        x = mt.arange(width, **options) + 0.5
        y = mt.arange(height, **options) + 0.5
        base = mt.ones(height, width, 3, **options)
        base[..., 0], base[..., 1] = x, y[:, None]
        half = mt.tensor([width / 2, height / 2], **options)
        above = mt.tensor([numbers[:3], numbers[3:6]], **options).T / half
        below = mt.tensor([*numbers[6:], 1.0], **options)
        return (base @ above) / (base @ below)[..., None] - 1.0

    return sampled(img, places, mode, tensor_fill(fill, channels))


class RandomPerspective(nn.Module):
    """`perspective` with probability ``p``, the corners moved inwards at random.

    ``distortion_scale`` 1 is for at most half of the width and height.

    >>> RandomPerspective(distortion_scale=0.0, p=1.0)(mt.arange(4.0).view(1, 2, 2))
    tensor([[[0., 1.],
             [2., 3.]]])
    """

    def __init__(
        self,
        distortion_scale: float = 0.5,
        p: float = 0.5,
        interpolation: Any = InterpolationMode.BILINEAR,
        fill: Any = 0,
    ) -> None:
        super().__init__()
        self.p = p
        self.interpolation = mode_of(interpolation)
        self.distortion_scale = distortion_scale
        self.fill = checked_fill(fill)

    @staticmethod
    def get_params(
        width: int, height: int, distortion_scale: float
    ) -> tuple[list[list[int]], list[list[int]]]:
        """The four corners, and where they go, at random."""
        most_x, most_y = (int(distortion_scale * (size // 2)) for size in (width, height))
        corners = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        moved = []
        for x, y in corners:
            new_x = randint(most_x + 1) + (width - most_x - 1 if x else 0)
            new_y = randint(most_y + 1) + (height - most_y - 1 if y else 0)
            moved.append([new_x, new_y])
        return corners, moved

    def forward(self, img: Any) -> Any:
        """The image, or the image seen from another place."""
        _, height, width = get_dimensions(img)
        if not chance(self.p):
            return img
        points = self.get_params(width, height, self.distortion_scale)
        return perspective(img, *points, self.interpolation, self.fill)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"
