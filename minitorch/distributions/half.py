"""What `HalfNormal` and `HalfCauchy` share: ``|z|`` of a number z that is symmetric around 0."""

from __future__ import annotations

import math
from typing import Any

from ..ops.masked import where
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform


class Half(TransformedDistribution):
    """``|z|``: the density of z twice at each positive value."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    base_dist: Any
    base: Any  # the distribution of z, by its place and its scale

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(self.base(0, scale, validate_args=False), AbsTransform(), validate_args)

    @property
    def scale(self) -> Any:
        """The scale of z."""
        return self.base_dist.scale

    @property
    def mode(self) -> Any:
        """0."""
        return self.scale.new_zeros(self.scale.shape)

    def log_prob(self, value: Any) -> Any:
        """Twice the density of z."""
        self._check(value)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return where(value >= 0, log_prob, -float("inf"))

    def cdf(self, value: Any) -> Any:
        """From that of z."""
        self._check(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Any) -> Any:
        """From that of z."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Any:
        """That of z, less ln 2."""
        return self.base_dist.entropy() - math.log(2)
