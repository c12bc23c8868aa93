"""Windows of signals under their older names: ``mt.hann_window`` and its kin.

They are periodic unless told otherwise. The newer ones are in signal/windows.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import dtypes
from .from_data import check_dtype, leaf
from .ops.arrays import special


def window(
    caller: str,
    length: int,
    periodic: bool,
    shape: Callable[[Any, int], Any],
    dtype: Any,
    device: Any,
    requires_grad: bool,
) -> Any:
    """The window ``shape(n, steps)`` at n from 0 to ``length - 1``; computed in its own dtype."""
    kind = check_dtype(dtype, caller)
    if not kind.is_floating_point:
        raise RuntimeError(
            f"{caller} expects floating point dtypes, got: TensorOptions(dtype="
            f"{dtypes.C_TYPE[kind]}, device=cpu, layout=Strided (default), requires_grad=false "
            "(default), pinned_memory=false, memory_format=(nullopt))"
        )
    if length < 0:
        raise RuntimeError(
            f"{caller} requires non-negative window_length, got window_length={length}"
        )
    if length < 2:
        values = np.ones(length, kind.numpy)
    else:
        places = np.arange(length).astype(kind.numpy)
        values = shape(places, length if periodic else length - 1).astype(kind.numpy)
    return leaf(values, device, requires_grad)


def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = α - β cos(2πn / N)``, N = ``window_length``, or 1 less if it is not periodic.

    >>> mt.hamming_window(4)
    tensor([0.0800, 0.5400, 1.0000, 0.5400])
    """

    def shape(n: Any, steps: int) -> Any:
        return np.cos(n * (2 * math.pi / steps)) * -beta + alpha

    return window("hamming_window", window_length, periodic, shape, dtype, device, requires_grad)


def hann_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = 0.5 - 0.5 cos(2πn / N)``, N = ``window_length``, or 1 less if it is not periodic.

    >>> mt.hann_window(4), mt.hann_window(5, periodic=False)
    (tensor([0.0000, 0.5000, 1.0000, 0.5000]), tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000]))
    """

    def shape(n: Any, steps: int) -> Any:
        return np.cos(n * (2 * math.pi / steps)) * -0.5 + 0.5

    return window("hann_window", window_length, periodic, shape, dtype, device, requires_grad)


def blackman_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = 0.42 - 0.5 cos(2πn / N) + 0.08 cos(4πn / N)``; N as of `hann_window`.

    >>> mt.blackman_window(5, periodic=False)[1:4]
    tensor([0.3400, 1.0000, 0.3400])
    """

    def shape(n: Any, steps: int) -> Any:
        angle = n * (math.pi / steps)
        return np.cos(angle * 4) * 0.08 - np.cos(angle * 2) * 0.5 + 0.42

    return window("blackman_window", window_length, periodic, shape, dtype, device, requires_grad)


def bartlett_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A triangle, ``w[n] = 1 - |2n / N - 1|``; N as of `hann_window`.

    >>> mt.bartlett_window(4), mt.bartlett_window(5, periodic=False)
    (tensor([0.0000, 0.5000, 1.0000, 0.5000]), tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000]))
    """

    def shape(n: Any, steps: int) -> Any:
        rising = n * (2 / steps)
        return np.where(n <= steps / 2, rising, 2 - rising)

    return window("bartlett_window", window_length, periodic, shape, dtype, device, requires_grad)


def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = I₀(β √(1 - (2n / N - 1)²)) / I₀(β)`` with the Bessel function I₀; N as above.

    >>> mt.kaiser_window(5, periodic=False, beta=4.0)
    tensor([0.0885, 0.6334, 1.0000, 0.6334, 0.0885])
    """

    def shape(n: Any, steps: int) -> Any:
        i0 = special(np).i0
        return i0(beta * np.sqrt(1 - (2 * n / steps - 1) ** 2)) / i0(beta)

    return window("kaiser_window", window_length, periodic, shape, dtype, device, requires_grad)
