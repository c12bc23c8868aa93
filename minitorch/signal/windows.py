"""``mt.signal.windows``: weights that fade a piece of a signal out towards its ends.

A window of ``M`` points is symmetric, or with ``sym=False`` periodic: one of ``M + 1`` points
without the last. `mt.hann_window` and its kin (older_windows.py) are older names for some.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from .. import dtypes
from ..from_data import check_dtype, leaf
from ..ops.arrays import special
from ..placement import placed
from ..spacing import spaced

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine",
    "general_hamming", "hamming", "hann", "kaiser", "nuttall",
]  # fmt: skip


def check(caller: str, M: int, dtype: Any) -> dtypes.dtype:
    """The dtype of a window; refuses a negative length, and dtypes that have no windows."""
    kind = check_dtype(dtype, caller)
    if M < 0:
        raise ValueError(f"{caller} requires non-negative window length, got M={M}")
    if kind not in (dtypes.float32, dtypes.float64):
        raise ValueError(f"{caller} expects float32 or float64 dtypes, got: {kind}")
    return kind


def steps(M: int, sym: bool) -> int:
    """How many steps there are from the first point of a window to the last of its period."""
    return M if not sym and M > 1 else M - 1


@placed
def general_cosine(
    M: int,
    *,
    a: Iterable[float],
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A sum of cosines: ``w[n] = Σ (-1)ⁱ aᵢ cos(2πi n / (M - 1))``.

    >>> mt.signal.windows.general_cosine(5, a=[0.5, 0.5])
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    kind = check("general_cosine", M, dtype)
    if M > 1 and not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    a = list(a) if M > 1 else [1]
    if not a:
        raise ValueError("Coefficients cannot be empty")
    unit = 2 * math.pi / (steps(M, sym) or 1)
    angles = spaced(0, (M - 1) * unit, M, kind)
    terms = [(-1) ** i * factor * np.cos(kind.numpy.type(i) * angles) for i, factor in enumerate(a)]
    return leaf(sum(terms).astype(kind.numpy), device, requires_grad)


@placed
def general_hamming(M: int, *, alpha: float = 0.54, **options: Any) -> Any:
    """``w[n] = α - (1 - α) cos(2πn / (M - 1))``; options: ``sym dtype device requires_grad``.

    >>> mt.signal.windows.general_hamming(5, alpha=0.6)
    tensor([0.2000, 0.6000, 1.0000, 0.6000, 0.2000])
    """
    return general_cosine(M, a=[alpha, 1.0 - alpha], **options)


@placed
def hamming(M: int, **options: Any) -> Any:
    """``w[n] = 0.54 - 0.46 cos(2πn / (M - 1))``; options: ``sym dtype device requires_grad``.

    >>> mt.signal.windows.hamming(5)
    tensor([0.0800, 0.5400, 1.0000, 0.5400, 0.0800])
    """
    return general_hamming(M, **options)


@placed
def hann(M: int, **options: Any) -> Any:
    """``w[n] = 0.5 - 0.5 cos(2πn / (M - 1))``; options: ``sym dtype device requires_grad``.

    >>> mt.signal.windows.hann(5), mt.signal.windows.hann(4, sym=False)
    (tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000]), tensor([0.0000, 0.5000, 1.0000, 0.5000]))
    """
    return general_hamming(M, alpha=0.5, **options)


@placed
def blackman(M: int, **options: Any) -> Any:
    """``w[n] = 0.42 - 0.5 cos(2πn / (M - 1)) + 0.08 cos(4πn / (M - 1))``; options as of `hann`.

    >>> mt.signal.windows.blackman(5)[1:4]
    tensor([0.3400, 1.0000, 0.3400])
    """
    return general_cosine(M, a=[0.42, 0.5, 0.08], **options)


@placed
def nuttall(M: int, **options: Any) -> Any:
    """Nuttall's sum of four cosines, with a continuous derivative; options as of `hann`.

    >>> mt.signal.windows.nuttall(5)
    tensor([3.6280e-04, 2.2698e-01, 1.0000e+00, 2.2698e-01, 3.6280e-04])
    """
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], **options)


@placed
def cosine(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = sin(π (n + 0.5) / M)``.

    >>> mt.signal.windows.cosine(4)
    tensor([0.3827, 0.9239, 0.9239, 0.3827])
    """
    kind = check("cosine", M, dtype)
    unit = math.pi / (steps(M, sym) + 1 or 1)
    angles = spaced(0.5 * unit, (M - 0.5) * unit, M, kind)
    return leaf(np.sin(angles), device, requires_grad)


@placed
def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = exp(-|n - c| / τ)``; only a periodic window may choose its ``center`` c.

    >>> mt.signal.windows.exponential(5, tau=2.0)
    tensor([0.3679, 0.6065, 1.0000, 0.6065, 0.3679])
    """
    kind = check("exponential", M, dtype)
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    center = steps(M, sym) / 2 if center is None else center
    distances = spaced(-center / tau, (M - 1 - center) / tau, M, kind)
    return leaf(np.exp(-np.abs(distances)), device, requires_grad)


@placed
def gaussian(
    M: int,
    *,
    std: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = exp(-((n - c) / σ)² / 2)`` about the centre c; ``std`` is σ.

    >>> mt.signal.windows.gaussian(5, std=2.0)
    tensor([0.6065, 0.8825, 1.0000, 0.8825, 0.6065])
    """
    kind = check("gaussian", M, dtype)
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    start, unit = -steps(M, sym) / 2, 1 / (std * math.sqrt(2))
    return leaf(
        np.exp(-(spaced(start * unit, (start + M - 1) * unit, M, kind) ** 2)), device, requires_grad
    )


@placed
def kaiser(
    M: int,
    *,
    beta: float = 12.0,
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """``w[n] = I₀(β √(1 - ((n - c) / c)²)) / I₀(β)``, with the centre c and the Bessel function I₀.

    >>> mt.signal.windows.kaiser(5, beta=3.0)
    tensor([0.2049, 0.7269, 1.0000, 0.7269, 0.2049])
    """
    kind = check("kaiser", M, dtype)
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    if M == 1:
        return leaf(np.ones(1, kind.numpy), device, requires_grad)
    top = kind.numpy.type(beta)
    end = min(top, -top + (M - 1) * (2 * top / (M - 1 if sym else M or 1)))
    places = spaced(-top, end, M, kind)
    i0 = special(np).i0
    return leaf(i0(np.sqrt(top * top - places**2)) / i0(top), device, requires_grad)


@placed
def bartlett(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """A triangle: ``w[n] = 1 - |2n / (M - 1) - 1|``.

    >>> mt.signal.windows.bartlett(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    kind = check("bartlett", M, dtype)
    if M == 1:
        return leaf(np.ones(1, kind.numpy), device, requires_grad)
    unit = 2 / (steps(M, sym) or 1)
    places = spaced(-1, -1 + (M - 1) * unit, M, kind)
    return leaf(1 - np.abs(places), device, requires_grad)
