"""What the transforms do, as functions without chance: ``functional.rotate(image, 90)``.

Each stands beside its class: in `conversion`, `sizes`, `flips`, `geometry`, `color`,
`tones`, `perspective`, `blur` and `erasing`.
"""

from .blur import gaussian_blur
from .color import (
    adjust_brightness,
    adjust_contrast,
    adjust_gamma,
    adjust_hue,
    adjust_saturation,
    rgb_to_grayscale,
    to_grayscale,
)
from .conversion import convert_image_dtype, normalize, pil_to_tensor, to_pil_image, to_tensor
from .erasing import erase
from .flips import hflip, vflip
from .geometry import affine, rotate
from .images import InterpolationMode, get_dimensions, get_image_num_channels, get_image_size
from .perspective import perspective
from .sizes import center_crop, crop, five_crop, pad, resize, resized_crop, ten_crop
from .tones import adjust_sharpness, autocontrast, equalize, invert, posterize, solarize

__all__ = [
    "InterpolationMode", "get_dimensions", "get_image_num_channels", "get_image_size",
    "to_tensor", "pil_to_tensor", "to_pil_image", "convert_image_dtype", "normalize",
    "resize", "pad", "crop", "center_crop", "resized_crop", "five_crop", "ten_crop",
    "hflip", "vflip", "rotate", "affine", "perspective",
    "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_saturation",
    "adjust_sharpness", "autocontrast", "equalize", "invert", "posterize", "solarize",
    "rgb_to_grayscale", "to_grayscale", "gaussian_blur", "erase",
]  # fmt: skip
