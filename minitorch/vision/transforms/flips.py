"""Mirror images."""

from __future__ import annotations

from typing import Any

from PIL import Image

from .combine import Sometimes
from .images import is_pil


def hflip(img: Any) -> Any:
    """The image with left and right exchanged.

    >>> hflip(mt.tensor([[[1, 2, 3]]]))
    tensor([[[3, 2, 1]]])
    """
    return img.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if is_pil(img) else img.flip(-1)


def vflip(img: Any) -> Any:
    """The image with top and bottom exchanged.

    >>> vflip(mt.tensor([[[1], [2]]]))
    tensor([[[2],
             [1]]])
    """
    return img.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if is_pil(img) else img.flip(-2)


class RandomHorizontalFlip(Sometimes):
    """`hflip` with probability ``p``.

    >>> RandomHorizontalFlip(p=1.0)(mt.tensor([[[1, 2, 3]]]))
    tensor([[[3, 2, 1]]])
    """

    def change(self, img: Any) -> Any:
        """The mirror image."""
        return hflip(img)


class RandomVerticalFlip(Sometimes):
    """`vflip` with probability ``p``.

    >>> RandomVerticalFlip(p=1.0)(mt.tensor([[[1], [2]]]))
    tensor([[[2],
             [1]]])
    """

    def change(self, img: Any) -> Any:
        """The image upside down."""
        return vflip(img)
