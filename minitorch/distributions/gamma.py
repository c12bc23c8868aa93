"""`Gamma`."""

from __future__ import annotations

from typing import Any

from ..inspection import finfo
from ..ops.gamma import gammainc
from ..ops.special import xlogy
from . import constraints
from .exp_family import ExponentialFamily
from .implicit import standard_gamma
from .utils import broadcast_all


class Gamma(ExponentialFamily):
    """Density ``rateᵃ xᵃ⁻¹ exp(−rate·x) / Γ(a)`` with ``a = concentration``.

    >>> m = mt.distributions.Gamma(mt.tensor([3.0]), mt.tensor([2.0]))
    >>> m.mean, m.variance, m.log_prob(mt.tensor([1.0]))
    (tensor([1.5000]), tensor([0.7500]), tensor([-0.6137]))
    """

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, concentration: Any, rate: Any, validate_args: bool | None = None) -> None:
        self.concentration, self.rate = broadcast_all(concentration, rate)
        super().__init__(self.concentration.size(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """``concentration / rate``."""
        return self.concentration / self.rate

    @property
    def mode(self) -> Any:
        """``(concentration − 1) / rate``, at least 0."""
        return ((self.concentration - 1) / self.rate).clamp(min=0)

    @property
    def variance(self) -> Any:
        """``concentration / rate²``."""
        return self.concentration / self.rate.pow(2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """A gamma number of rate 1, divided by ``rate``; never 0."""
        shape = self._extended_shape(sample_shape)
        value = standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        value.detach().clamp_(min=finfo(value.dtype).tiny)  # the gradient does not see it
        return value

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        (value,) = broadcast_all(value)
        value = value.to(self.rate)
        self._check(value)
        return (
            xlogy(self.concentration, self.rate)
            + xlogy(self.concentration - 1, value)
            - self.rate * value
            - self.concentration.lgamma()
        )

    def cdf(self, value: Any) -> Any:
        """The incomplete gamma function of ``rate·value``."""
        self._check(value)
        return gammainc(self.concentration, self.rate * value)

    def entropy(self) -> Any:
        """``a − ln rate + ln Γ(a) + (1 − a) ψ(a)``."""
        a = self.concentration
        return a - self.rate.log() + a.lgamma() + (1.0 - a) * a.digamma()

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return self.concentration - 1, -self.rate

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return (x + 1).lgamma() + (x + 1) * (-y.reciprocal()).log()
