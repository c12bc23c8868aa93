"""`Cauchy`."""

from __future__ import annotations

import math
from typing import Any

from . import constraints
from .distribution import Family
from .utils import broadcast_all


class Cauchy(Family):
    """The quotient of two normals: density ``1 / (π scale (1 + ((x − loc) / scale)²))``.

    >>> m = mt.distributions.Cauchy(mt.tensor([0.0]), mt.tensor([1.0]))
    >>> m.mean, m.cdf(mt.tensor([1.0]))  # the mean does not exist
    (tensor([nan]), tensor([0.7500]))
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.size(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """NaN: it has none."""
        return self.loc.new_full(self._extended_shape(), float("nan"))

    @property
    def mode(self) -> Any:
        """``loc``."""
        return self.loc

    @property
    def variance(self) -> Any:
        """∞."""
        return self.loc.new_full(self._extended_shape(), float("inf"))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc + scale·z`` with Cauchy numbers z."""
        z = self.loc.new_empty(self._extended_shape(sample_shape)).cauchy_()
        return self.loc + z * self.scale

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        z = (value - self.loc) / self.scale
        return -math.log(math.pi) - self.scale.log() - (z**2).log1p()

    def cdf(self, value: Any) -> Any:
        """``arctan((x − loc) / scale) / π + ½``."""
        self._check(value)
        return ((value - self.loc) / self.scale).atan() / math.pi + 0.5

    def icdf(self, value: Any) -> Any:
        """``loc + scale·tan(π (value − ½))``."""
        return (math.pi * (value - 0.5)).tan() * self.scale + self.loc

    def entropy(self) -> Any:
        """``ln(4 π scale)``."""
        return math.log(4 * math.pi) + self.scale.log()
