"""`FisherSnedecor`."""

from __future__ import annotations

from typing import Any

from ..inspection import finfo
from . import constraints
from .distribution import Family
from .gamma import Gamma
from .utils import broadcast_all


class FisherSnedecor(Family):
    """The quotient of two χ² numbers, each divided by its ``df``: the F distribution.

    >>> m = mt.distributions.FisherSnedecor(mt.tensor([3.0]), mt.tensor([4.0]))
    >>> m.mean, m.log_prob(mt.tensor([1.0]))
    (tensor([2.]), tensor([-1.0684]))
    """

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1: Any, df2: Any, validate_args: bool | None = None) -> None:
        self.df1, self.df2 = broadcast_all(df1, df2)
        super().__init__(self.df1.size(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """``df2 / (df2 − 2)``; NaN for df2 ≤ 2."""
        df2 = self.df2.masked_fill(self.df2 <= 2, float("nan"))
        return df2 / (df2 - 2)

    @property
    def mode(self) -> Any:
        """``(df1 − 2) / df1 · df2 / (df2 + 2)``; NaN for df1 ≤ 2."""
        mode = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return mode.masked_fill(self.df1 <= 2, float("nan"))

    @property
    def variance(self) -> Any:
        """``2 df2² (df1 + df2 − 2) / (df1 (df2 − 2)² (df2 − 4))``; NaN for df2 ≤ 4."""
        df2 = self.df2.masked_fill(self.df2 <= 4, float("nan"))
        below = self.df1 * (df2 - 2).pow(2) * (df2 - 4)
        return 2 * df2.pow(2) * (self.df1 + df2 - 2) / below

    def rsample(self, sample_shape: Any = ()) -> Any:
        """The quotient of two gamma numbers; never 0."""
        above = Gamma(self.df1 * 0.5, self.df1, validate_args=False).rsample(sample_shape)
        below = Gamma(self.df2 * 0.5, self.df2, validate_args=False).rsample(sample_shape)
        tiny = finfo(below.dtype).tiny
        below.detach().clamp_(min=tiny)
        quotient = above / below
        quotient.detach().clamp_(min=tiny)
        return quotient

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        half1, half2 = self.df1 * 0.5, self.df2 * 0.5
        ratio = self.df1 / self.df2
        log_beta = half1.lgamma() + half2.lgamma() - (half1 + half2).lgamma()
        power = half1 * ratio.log() + (half1 - 1) * value.log()
        return power - (half1 + half2) * (ratio * value).log1p() - log_beta
