"""`InverseGamma`."""

from __future__ import annotations

from typing import Any

from . import constraints
from .gamma import Gamma
from .transformed_distribution import TransformedDistribution
from .transforms import PowerTransform


class InverseGamma(TransformedDistribution):
    """``1 / x`` with a gamma number x of the same ``concentration`` and ``rate``.

    >>> m = mt.distributions.InverseGamma(mt.tensor([3.0]), mt.tensor([2.0]))
    >>> m.mean, m.variance
    (tensor([1.]), tensor([1.]))
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    has_rsample = True
    base_dist: Gamma

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        base = Gamma(concentration, rate, validate_args=validate_args)
        minus_one = -base.rate.new_ones(())
        super().__init__(base, PowerTransform(minus_one), validate_args=validate_args)

    @property
    def concentration(self) -> Any:
        """The gamma number's."""
        return self.base_dist.concentration

    @property
    def rate(self) -> Any:
        """The gamma number's."""
        return self.base_dist.rate

    @property
    def mean(self) -> Any:
        """``rate / (concentration − 1)``; ∞ for concentration ≤ 1."""
        result = self.rate / (self.concentration - 1)
        return result.masked_fill(self.concentration <= 1, float("inf"))

    @property
    def mode(self) -> Any:
        """``rate / (concentration + 1)``."""
        return self.rate / (self.concentration + 1)

    @property
    def variance(self) -> Any:
        """``rate² / ((concentration − 1)² (concentration − 2))``; ∞ for concentration ≤ 2."""
        a = self.concentration
        result = self.rate.square() / ((a - 1).square() * (a - 2))
        return result.masked_fill(a <= 2, float("inf"))

    def entropy(self) -> Any:
        """``a + ln rate + ln Γ(a) − (1 + a) ψ(a)`` with ``a = concentration``."""
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()
