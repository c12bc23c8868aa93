"""`HalfCauchy`."""

from __future__ import annotations

import math
from typing import Any

from .cauchy import Cauchy
from .half import Half


class HalfCauchy(Half):
    """``|z|`` with a Cauchy number z.

    >>> mt.distributions.HalfCauchy(mt.tensor([1.0])).cdf(mt.tensor([1.0]))
    tensor([0.5000])
    """

    base = Cauchy

    def log_prob(self, value: Any) -> Any:
        """Twice the density of z, in the dtype of the scale."""
        return super().log_prob(value).to(self.scale.dtype)

    @property
    def mean(self) -> Any:
        """∞."""
        return self.scale.new_full(self._extended_shape(), math.inf)

    @property
    def variance(self) -> Any:
        """∞."""
        return self.base_dist.variance
