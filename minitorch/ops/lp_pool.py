"""``lp_pool1d`` ... ``lp_pool3d``: the p-norm of each window."""

from __future__ import annotations

import math
from typing import Any

from .pool import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d

AVERAGE = (avg_pool1d, avg_pool2d, avg_pool3d)
LARGEST = (max_pool1d, max_pool2d, max_pool3d)


def lp_pool(
    dims: int, input: Any, norm_type: float, kernel_size: Any, stride: Any, ceil_mode: bool
) -> Any:
    """`lp_pool1d`, ``2d`` or ``3d``, by ``dims``."""
    if norm_type == math.inf:
        return LARGEST[dims - 1](input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    if norm_type == -math.inf:
        return -LARGEST[dims - 1](-input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    given = kernel_size if isinstance(kernel_size, list | tuple) else (kernel_size,) * dims
    mean = AVERAGE[dims - 1](input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    sum_of_powers = (mean.sign() * mean.abs().relu()).mul(math.prod(given))
    return sum_of_powers.pow(1.0 / norm_type)


def lp_pool1d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """The p-norm of each window of (N, C, L) or (C, L); see `lp_pool2d`.

    >>> import minitorch as mt
    >>> F.lp_pool1d(mt.tensor([[3.0, 4.0, 5.0, 12.0]]), 2, 2)
    tensor([[ 5., 13.]])
    """
    return lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """``(Σ xᵖ)^(1/p)`` of each window, p = ``norm_type``; shapes as for `max_pool2d`.

    With p = 1 it is the sum, with p = inf the largest magnitude. An odd p keeps the signs, so that
    a negative sum gives NaN.

    >>> import minitorch as mt
    >>> mt.nn.functional.lp_pool2d(mt.tensor([[[3.0, 0.0], [0.0, 4.0]]]), 2, 2)
    tensor([[[5.]]])
    """
    return lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """The p-norm of each window of (N, C, D, H, W) or (C, D, H, W); see `lp_pool2d`.

    >>> import minitorch as mt
    >>> F.lp_pool3d(mt.ones(1, 3, 4, 8, 8), 2, 2).shape
    torch.Size([1, 3, 2, 4, 4])
    """
    return lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)
