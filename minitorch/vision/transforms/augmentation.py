"""Augmentation without a search for it: a transform taken at random, of a given strength."""

from __future__ import annotations

import math
from typing import Any

import minitorch as mt
from minitorch import nn

from .color import adjust_brightness, adjust_contrast, adjust_saturation
from .geometry import affine, rotate
from .images import InterpolationMode, get_dimensions, randint
from .tones import adjust_sharpness, autocontrast, equalize, posterize, solarize

# In the order in which they are drawn.
CHANGES = (
    "Identity ShearX ShearY TranslateX TranslateY Rotate Brightness Color Contrast Sharpness "
    "Posterize Solarize AutoContrast Equalize"
).split()
WITHOUT_STRENGTH = ("Identity", "AutoContrast", "Equalize")
WITHOUT_SIGN = (*WITHOUT_STRENGTH, "Posterize", "Solarize")
BLENDS = {
    "Brightness": adjust_brightness,
    "Color": adjust_saturation,
    "Contrast": adjust_contrast,
    "Sharpness": adjust_sharpness,
}


def _changed(img: Any, name: str, strength: float, mode: Any, fill: Any) -> Any:
    """The image after the change ``name``."""
    more = {"interpolation": mode, "fill": fill}
    if name.startswith("Shear"):
        angle = math.degrees(math.atan(strength))
        shear = [angle, 0.0] if name == "ShearX" else [0.0, angle]
        return affine(img, 0.0, [0, 0], 1.0, shear, center=[0, 0], **more)
    if name.startswith("Translate"):
        move = [int(strength), 0] if name == "TranslateX" else [0, int(strength)]
        return affine(img, 0.0, move, 1.0, [0.0, 0.0], **more)
    if name == "Rotate":
        return rotate(img, strength, **more)
    if name in BLENDS:
        return BLENDS[name](img, 1.0 + strength)
    if name == "Posterize":
        return posterize(img, int(strength))
    if name == "Solarize":
        return solarize(img, strength)
    if name == "AutoContrast":
        return autocontrast(img)
    return equalize(img) if name == "Equalize" else img


class _Augment(nn.Module):
    """A number of changes with their strengths, some of which turn their sign at random."""

    shown: tuple[str, ...] = ()

    def __init__(self, num_magnitude_bins: int, interpolation: Any, fill: Any) -> None:
        super().__init__()
        self.num_magnitude_bins = num_magnitude_bins
        self.interpolation = interpolation
        self.fill = fill

    def strongest(self, name: str, height: int, width: int) -> float:
        """The largest strength of a change."""
        raise NotImplementedError

    def strength(self, name: str, place: int, height: int, width: int) -> float:
        """The strength of a change, at a place of the scale of ``num_magnitude_bins``."""
        bins = self.num_magnitude_bins
        if name == "Posterize":
            return 8 - round(place * self.strongest(name, height, width) / (bins - 1))
        ends = (255.0, 0.0) if name == "Solarize" else (0.0, self.strongest(name, height, width))
        # Not by hand: in nearest-neighbour images the last digit of a float32 can be seen.
        return mt.linspace(*ends, bins)[place].item()

    def change(self, img: Any, name: str, place: int) -> Any:
        """The image after a change, of a sign drawn at random if it has one."""
        _, height, width = get_dimensions(img)
        strength = 0.0
        if name not in WITHOUT_STRENGTH:
            strength = self.strength(name, place, height, width)
        if name not in WITHOUT_SIGN and randint(2):
            strength = -strength
        return _changed(img, name, strength, self.interpolation, self.fill)

    def __repr__(self) -> str:
        settings = [f"{name}={getattr(self, name)}" for name in self.shown]
        return f"{type(self).__name__}({', '.join(settings)})"


class RandAugment(_Augment):
    """``num_ops`` of fourteen changes at random, each of the strength ``magnitude``.

    Of ``num_magnitude_bins`` strengths (Cubuk et al., 2019). For PIL images in grey or RGB, and for
    tensors of bytes.

    >>> RandAugment(num_ops=2, magnitude=9)(mt.zeros(3, 8, 8, dtype=mt.uint8)).shape
    torch.Size([3, 8, 8])
    """

    shown = ("num_ops", "magnitude", "num_magnitude_bins", "interpolation", "fill")

    def __init__(
        self,
        num_ops: int = 2,
        magnitude: int = 9,
        num_magnitude_bins: int = 31,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = None,
    ) -> None:
        super().__init__(num_magnitude_bins, interpolation, fill)
        self.num_ops = num_ops
        self.magnitude = magnitude

    def strongest(self, name: str, height: int, width: int) -> float:
        """The largest strength of a change."""
        if name.startswith("Translate"):
            return 150.0 / 331.0 * (width if name == "TranslateX" else height)
        return {"Posterize": 4, "Rotate": 30.0, "ShearX": 0.3, "ShearY": 0.3}.get(name, 0.9)

    def forward(self, img: Any) -> Any:
        """The changed image."""
        for _ in range(self.num_ops):
            img = self.change(img, CHANGES[randint(len(CHANGES))], self.magnitude)
        return img


class TrivialAugmentWide(_Augment):
    """One of fourteen changes at random, of one of ``num_magnitude_bins`` strengths at random.

    For PIL images in grey or RGB, and for tensors of bytes (Müller and Hutter, 2021).

    >>> TrivialAugmentWide()(mt.zeros(3, 8, 8, dtype=mt.uint8)).shape
    torch.Size([3, 8, 8])
    """

    shown = ("num_magnitude_bins", "interpolation", "fill")

    def __init__(
        self,
        num_magnitude_bins: int = 31,
        interpolation: Any = InterpolationMode.NEAREST,
        fill: Any = None,
    ) -> None:
        super().__init__(num_magnitude_bins, interpolation, fill)

    def strongest(self, name: str, height: int, width: int) -> float:
        """The largest strength of a change."""
        if name.startswith("Translate"):
            return 32.0
        return {"Posterize": 6, "Rotate": 135.0}.get(name, 0.99)

    def forward(self, img: Any) -> Any:
        """The changed image."""
        name = CHANGES[randint(len(CHANGES))]
        place = 0 if name in WITHOUT_STRENGTH else randint(self.num_magnitude_bins)
        return self.change(img, name, place)
