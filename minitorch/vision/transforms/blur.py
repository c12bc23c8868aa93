"""Blurred images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import minitorch as mt
from minitorch import nn

from .conversion import pil_to_tensor, to_pil_image
from .images import as_float_batch, is_pil, two_sizes, uniform


def _bell(size: int, sigma: float, like: Any) -> Any:
    """``size`` weights of a bell curve, which sum to 1."""
    half = (size - 1) * 0.5
    x = mt.linspace(-half, half, steps=size, dtype=like.dtype, device=like.device)
    weights = mt.exp(-0.5 * (x / sigma).pow(2))
    return weights / weights.sum()


def gaussian_blur(
    img: Any, kernel_size: int | Sequence[int], sigma: float | Sequence[float] | None = None
) -> Any:
    """Each pixel as a mean of its neighbours, with the weights of a bell curve.

    ``kernel_size`` and ``sigma`` are for both directions, or for x and y. Without ``sigma`` it is
    ``0.15 · kernel_size + 0.35``. The image is continued by reflection. ValueError for a kernel
    that is not odd and a sigma that is not positive.

    >>> gaussian_blur(mt.tensor([[[0.0, 0.0, 1.0, 0.0, 0.0]]]).expand(1, 5, 5), [3, 3])[0, 2]
    tensor([0.0000, 0.2390, 0.5220, 0.2390, 0.0000])
    """
    if not isinstance(kernel_size, int | list | tuple):
        raise TypeError(
            f"kernel_size should be int or a sequence of integers. Got {type(kernel_size)}"
        )
    sizes = [kernel_size, kernel_size] if isinstance(kernel_size, int) else list(kernel_size)
    if len(sizes) != 2:
        raise ValueError(f"If kernel_size is a sequence its length should be 2. Got {len(sizes)}")
    for size in sizes:
        if size % 2 == 0 or size < 0:
            raise ValueError(f"kernel_size should have odd and positive integers. Got {sizes}")
    if not isinstance(sigma, int | float | list | tuple | None):
        raise TypeError(f"sigma should be either float or sequence of floats. Got {type(sigma)}")
    if sigma is None:
        sigmas = [size * 0.15 + 0.35 for size in sizes]
    else:
        sigmas = [float(sigma)] * 2 if isinstance(sigma, int | float) else list(sigma)
        if len(sigmas) == 1:
            sigmas *= 2
    if len(sigmas) != 2:
        raise ValueError(f"If sigma is a sequence, its length should be 2. Got {len(sigmas)}")
    for value in sigmas:
        if value <= 0.0:
            raise ValueError(f"sigma should have positive values. Got {sigmas}")
    image = pil_to_tensor(img) if is_pil(img) else img

    def blurred(batch: Any) -> Any:
        row, column = (_bell(*pair, batch) for pair in zip(sizes, sigmas, strict=True))
        channels = batch.shape[-3]
        kernel = mt.outer(column, row).expand(channels, 1, -1, -1)
        x, y = (size // 2 for size in sizes)
        padded = nn.functional.pad(batch, [x, x, y, y], mode="reflect")
        return nn.functional.conv2d(padded, kernel, groups=channels)

    result = as_float_batch(image, blurred)
    return to_pil_image(result, img.mode) if is_pil(img) else result


class GaussianBlur(nn.Module):
    """`gaussian_blur` with a random sigma between two numbers, or with one.

    >>> GaussianBlur(3, sigma=0.5)(mt.tensor([[0.0] * 3, [0.0, 1.0, 0.0], [0.0] * 3])[None])
    tensor([[[0.0454, 0.1676, 0.0454],
             [0.1676, 0.6193, 0.1676],
             [0.0454, 0.1676, 0.0454]]])
    """

    def __init__(
        self, kernel_size: int | Sequence[int], sigma: float | Sequence[float] = (0.1, 2.0)
    ) -> None:
        super().__init__()
        self.kernel_size = two_sizes(
            kernel_size, "Kernel size should be a tuple/list of two integers"
        )
        for size in self.kernel_size:
            if size <= 0 or size % 2 == 0:
                raise ValueError("Kernel size value should be an odd and positive number.")
        if isinstance(sigma, int | float):
            if sigma <= 0:
                raise ValueError("If sigma is a single number, it must be positive.")
            sigma = (sigma, sigma)
        elif not isinstance(sigma, Sequence) or len(sigma) != 2:
            raise ValueError("sigma should be a single number or a list/tuple with length 2.")
        elif not 0.0 < sigma[0] <= sigma[1]:
            raise ValueError("sigma values should be positive and of the form (min, max).")
        self.sigma = sigma

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        """The sigma, at random."""
        return uniform(sigma_min, sigma_max)

    def forward(self, img: Any) -> Any:
        """The blurred image."""
        return gaussian_blur(img, self.kernel_size, self.get_params(*self.sigma))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(kernel_size={self.kernel_size}, sigma={self.sigma})"
