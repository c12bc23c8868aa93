"""`HalfNormal`."""

from __future__ import annotations

import math
from typing import Any

from ..ops.masked import where
from . import constraints
from .normal import Normal
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform


class HalfNormal(TransformedDistribution):
    """``|z|`` with z normally distributed around 0.

    >>> m = mt.distributions.HalfNormal(mt.tensor([1.0]))
    >>> m.mean, m.log_prob(mt.tensor([1.0]))
    (tensor([0.7979]), tensor([-0.7258]))
    """

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    base_dist: Normal

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, validate_args=False), AbsTransform(), validate_args)

    @property
    def scale(self) -> Any:
        """The standard deviation of z."""
        return self.base_dist.scale

    @property
    def mean(self) -> Any:
        """``scale √(2 / π)``."""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def mode(self) -> Any:
        """0."""
        return self.scale.new_zeros(self.scale.shape)

    @property
    def variance(self) -> Any:
        """``scale² (1 − 2 / π)``."""
        return self.scale.pow(2) * (1 - 2 / math.pi)

    def log_prob(self, value: Any) -> Any:
        """Twice the normal's density."""
        self._check(value)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return where(value >= 0, log_prob, -float("inf"))

    def cdf(self, value: Any) -> Any:
        """From the normal's."""
        self._check(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Any) -> Any:
        """From the normal's."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Any:
        """The normal's, less ln 2."""
        return self.base_dist.entropy() - math.log(2)
