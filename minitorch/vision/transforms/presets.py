"""What a trained model wants to be done with an image before it sees it."""

from __future__ import annotations

from typing import Any

import minitorch as mt
from minitorch import nn

from .conversion import convert_image_dtype, normalize, pil_to_tensor
from .images import InterpolationMode, is_pil
from .sizes import center_crop, resize

MEAN = (0.485, 0.456, 0.406)  # of the images of ImageNet
STD = (0.229, 0.224, 0.225)


class ImageClassification(nn.Module):
    """Resized, cut to the middle, from 0 to 1, normalized: a PIL image or a tensor of bytes."""

    def __init__(
        self,
        *,
        crop_size: int,
        resize_size: int = 256,
        mean: tuple[float, ...] = MEAN,
        std: tuple[float, ...] = STD,
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.crop_size = [crop_size]
        self.resize_size = [resize_size]
        self.mean = list(mean)
        self.std = list(std)
        self.interpolation = interpolation
        self.antialias = antialias

    def forward(self, img: Any) -> Any:
        """The image as a tensor ``(…, C, crop_size, crop_size)``."""
        img = resize(img, self.resize_size, self.interpolation, antialias=self.antialias)
        img = center_crop(img, self.crop_size)
        if is_pil(img):
            img = pil_to_tensor(img)
        return normalize(convert_image_dtype(img, mt.float32), self.mean, self.std)

    def __repr__(self) -> str:
        names = ("crop_size", "resize_size", "mean", "std", "interpolation")
        lines = [f"    {name}={getattr(self, name)}" for name in names]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])

    def describe(self) -> str:
        """What it does, in words."""
        return (
            "Accepts ``PIL.Image``, batched ``(B, C, H, W)`` and single ``(C, H, W)`` image "
            "``torch.Tensor`` objects. The images are resized to "
            f"``resize_size={self.resize_size}`` using "
            f"``interpolation={self.interpolation}``, followed by a central crop of "
            f"``crop_size={self.crop_size}``. Finally the values are first rescaled to "
            f"``[0.0, 1.0]`` and then normalized using ``mean={self.mean}`` and ``std={self.std}``."
        )
