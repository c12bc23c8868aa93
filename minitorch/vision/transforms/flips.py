"""Mirror images."""

from __future__ import annotations

from typing import Any

from PIL import Image

from minitorch import nn

from .images import chance, is_pil


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


class _Random(nn.Module):
    """Transforms whose only setting is their probability."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomHorizontalFlip(_Random):
    """`hflip` with probability ``p``.

    >>> RandomHorizontalFlip(p=1.0)(mt.tensor([[[1, 2, 3]]]))
    tensor([[[3, 2, 1]]])
    """

    def forward(self, img: Any) -> Any:
        """The image, or its mirror image."""
        return hflip(img) if chance(self.p) else img


class RandomVerticalFlip(_Random):
    """`vflip` with probability ``p``.

    >>> RandomVerticalFlip(p=1.0)(mt.tensor([[[1], [2]]]))
    tensor([[[2],
             [1]]])
    """

    def forward(self, img: Any) -> Any:
        """The image, or the image upside down."""
        return vflip(img) if chance(self.p) else img
