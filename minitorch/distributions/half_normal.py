"""`HalfNormal`."""

from __future__ import annotations

import math
from typing import Any

from .half import Half
from .normal import Normal


class HalfNormal(Half):
    """``|z|`` with z normally distributed around 0.

    >>> m = mt.distributions.HalfNormal(mt.tensor([1.0]))
    >>> m.mean, m.log_prob(mt.tensor([1.0]))
    (tensor([0.7979]), tensor([-0.7258]))
    """

    base = Normal

    @property
    def mean(self) -> Any:
        """``scale √(2 / π)``."""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Any:
        """``scale² (1 − 2 / π)``."""
        return self.scale.pow(2) * (1 - 2 / math.pi)
