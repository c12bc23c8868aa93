"""Images with a hole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Number
from typing import Any

import minitorch as mt
from minitorch import nn

from .crops import check_ranges, random_shape
from .images import chance, randint


def erase(img: Any, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Any:
    """The tensor with ``v`` in the rectangle with the upper left corner (i, j).

    TypeError for what is no tensor.

    >>> erase(mt.ones(1, 2, 3), 0, 1, 1, 2, 0)
    tensor([[[1., 0., 0.],
             [1., 1., 1.]]])
    """
    if not isinstance(img, mt.Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(img)}")
    result = img if inplace else img.clone()
    result[..., i : i + h, j : j + w] = v
    return result


class RandomErasing(nn.Module):
    """`erase` a random rectangle of a tensor, with probability ``p``.

    ``scale`` says how much of the area it has, ``ratio`` how high it is for its width, ``value``
    what is put there: a number, one for each channel, or "random" for normal noise.

    >>> _ = mt.manual_seed(0)
    >>> RandomErasing(p=1.0, scale=(0.2, 0.4))(mt.ones(1, 4, 6))
    tensor([[[1., 0., 0., 0., 0., 0.],
             [1., 0., 0., 0., 0., 0.],
             [1., 1., 1., 1., 1., 1.],
             [1., 1., 1., 1., 1., 1.]]])
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(value, Number | str | tuple | list):
            raise TypeError("Argument value should be either a number or str or a sequence")
        if isinstance(value, str) and value != "random":
            raise ValueError("If value is str, it should be 'random'")
        check_ranges(scale, ratio)
        if scale[0] < 0 or scale[1] > 1:
            raise ValueError("Scale should be between 0 and 1")
        if p < 0 or p > 1:
            raise ValueError("Random erasing probability should be between 0 and 1")
        self.p = p
        self.scale = scale
        self.ratio = ratio
        self.value = value
        self.inplace = inplace

    @staticmethod
    def get_params(
        img: Any,
        scale: Sequence[float],
        ratio: Sequence[float],
        value: Sequence[float] | None = None,
    ) -> tuple[int, int, int, int, Any]:
        """Top, left, height, width and contents, at random; the image if ten attempts do not fit.

        ``value`` None is for noise.
        """
        channels, height, width = img.shape[-3:]
        for _ in range(10):
            area, aspect = random_shape(height * width, scale, ratio)
            h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if h >= height or w >= width:
                continue
            v = mt.randn(channels, h, w) if value is None else mt.tensor(value)[:, None, None]
            return randint(height - h + 1), randint(width - w + 1), h, w, v
        return 0, 0, height, width, img

    def forward(self, img: Any) -> Any:
        """The image, with a hole or as it is."""
        if not chance(self.p):
            return img
        value: list[float] | None = None
        if isinstance(self.value, Number):
            value = [float(self.value)]  # type: ignore[arg-type]
        elif not isinstance(self.value, str):
            value = [float(number) for number in self.value]
        if value is not None and len(value) not in (1, img.shape[-3]):
            raise ValueError(
                "If value is a sequence, it should have either a single value or "
                f"{img.shape[-3]} (number of input channels)"
            )
        hole = self.get_params(img, self.scale, self.ratio, value)
        return erase(img, *hole, self.inplace)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(p={self.p}, scale={self.scale}, ratio={self.ratio}, "
            f"value={self.value}, inplace={self.inplace})"
        )
