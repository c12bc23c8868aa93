"""`HalfCauchy`."""

from __future__ import annotations

import math
from typing import Any

from ..ops.masked import where
from . import constraints
from .cauchy import Cauchy
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform


class HalfCauchy(TransformedDistribution):
    """``|z|`` with a Cauchy number z.

    >>> mt.distributions.HalfCauchy(mt.tensor([1.0])).cdf(mt.tensor([1.0]))
    tensor([0.5000])
    """

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    base_dist: Cauchy

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), AbsTransform(), validate_args)

    @property
    def scale(self) -> Any:
        """The scale of z."""
        return self.base_dist.scale

    @property
    def mean(self) -> Any:
        """∞."""
        return self.scale.new_full(self._extended_shape(), math.inf)

    @property
    def mode(self) -> Any:
        """0."""
        return self.scale.new_zeros(self.scale.shape)

    @property
    def variance(self) -> Any:
        """∞."""
        return self.base_dist.variance

    def log_prob(self, value: Any) -> Any:
        """Twice the Cauchy density."""
        self._check(value)
        log_prob = self.base_dist.log_prob(value) + math.log(2)
        return where(value >= 0, log_prob, -float("inf"))

    def cdf(self, value: Any) -> Any:
        """From the Cauchy distribution's."""
        self._check(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Any) -> Any:
        """From the Cauchy distribution's."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Any:
        """The Cauchy distribution's, less ln 2."""
        return self.base_dist.entropy() - math.log(2)
