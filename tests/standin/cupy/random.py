"""`cupy.random`: a `RandomState` with CuPy's arguments, and arrays for results."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._core import operand, wrap


class RandomState:
    """A stream of random numbers on the GPU."""

    def __init__(self, seed: Any = None, method: int = 100) -> None:
        self.seed(seed)

    def seed(self, seed: Any = None) -> None:
        self._numbers = np.random.RandomState(None if seed is None else int(seed) % 2**32)

    def randint(self, low: int, high: Any = None, size: Any = None, dtype: Any = int) -> Any:
        return wrap(self._numbers.randint(low, high, size, dtype))

    def poisson(self, lam: Any = 1.0, size: Any = None, dtype: Any = int) -> Any:
        return wrap(self._numbers.poisson(operand(lam), size).astype(dtype))

    def binomial(self, n: Any, p: Any, size: Any = None, dtype: Any = int) -> Any:
        return wrap(self._numbers.binomial(operand(n), operand(p), size).astype(dtype))

    def standard_gamma(self, shape: Any, size: Any = None, dtype: Any = float) -> Any:
        return wrap(self._numbers.standard_gamma(operand(shape), size).astype(dtype))
