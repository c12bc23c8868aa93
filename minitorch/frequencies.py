"""The frequencies that a discrete Fourier transform has: ``mt.fft.fftfreq`` and its kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .from_data import check_dtype, leaf
from .ops.sizes import is_integer
from .placement import placed


@placed
def fftfreq(
    n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """The frequencies of a transform of ``n`` samples ``d`` apart, the negative ones last.

    >>> mt.fft.fftfreq(5)
    tensor([ 0.0000,  0.2000,  0.4000, -0.4000, -0.2000])
    """
    check("fftfreq", n)
    places = np.arange(n)
    places[(n + 1) // 2 :] -= n
    return frequencies("fftfreq", places, n, d, dtype, device, requires_grad)


@placed
def rfftfreq(
    n: int, d: float = 1.0, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Any:
    """The frequencies of half a transform (`rfft`) of ``n`` samples ``d`` apart.

    >>> mt.fft.rfftfreq(5)
    tensor([0.0000, 0.2000, 0.4000])
    """
    check("rfftfreq", n)
    return frequencies("rfftfreq", np.arange(n // 2 + 1), n, d, dtype, device, requires_grad)


def check(caller: str, n: Any) -> None:
    """Refuse a length that is none."""
    if not is_integer(n):
        raise TypeError(
            f"fft_{caller}(): argument 'n' (position 1) must be int, not {type(n).__name__}"
        )
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")


def frequencies(
    caller: str, places: Any, n: int, d: float, dtype: Any, device: Any, requires_grad: bool
) -> Any:
    """``places / (n d)`` as a tensor."""
    kind = check_dtype(dtype, f"fft_{caller}")
    if kind.category < dtypes.FLOATING:
        raise RuntimeError(f"{caller} requires a floating point or complex dtype")
    unit = np.divide(1.0, n * d).astype(kind.numpy) if n else kind.numpy.type(0)
    return leaf(places.astype(kind.numpy) * unit, device, requires_grad)
