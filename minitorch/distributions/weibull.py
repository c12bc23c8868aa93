"""`Weibull`."""

from __future__ import annotations

from typing import Any

from . import constraints
from .exponential import Exponential
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform
from .utils import broadcast_all, euler_constant


class Weibull(TransformedDistribution):
    """``scale·e^(1 / concentration)`` with a waiting time e at rate 1.

    >>> m = mt.distributions.Weibull(mt.tensor([1.0]), mt.tensor([2.0]))
    >>> m.mean, m.log_prob(mt.tensor([1.0]))
    (tensor([0.8862]), tensor([-0.3069]))
    """

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        base = Exponential(self.scale.new_ones(self.scale.shape), validate_args=validate_args)
        transforms = [
            PowerTransform(exponent=self.concentration.reciprocal()),
            AffineTransform(loc=0, scale=self.scale),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def _moment(self, power: int) -> Any:
        """``ln Γ(1 + power / concentration)``."""
        return (1 + power * self.concentration.reciprocal()).lgamma()

    @property
    def mean(self) -> Any:
        """``scale Γ(1 + 1 / concentration)``."""
        return self.scale * self._moment(1).exp()

    @property
    def mode(self) -> Any:
        """``scale ((c − 1) / c)^(1 / c)`` with ``c = concentration``."""
        c = self.concentration
        return self.scale * ((c - 1) / c) ** c.reciprocal()

    @property
    def variance(self) -> Any:
        """``scale² (Γ(1 + 2 / concentration) − Γ(1 + 1 / concentration)²)``."""
        return self.scale.pow(2) * (self._moment(2).exp() - (2 * self._moment(1)).exp())

    def entropy(self) -> Any:
        """``γ (1 − 1 / c) + ln(scale / c) + 1`` with Euler's constant γ."""
        inverse = self.concentration.reciprocal()
        return euler_constant * (1 - inverse) + (self.scale * inverse).log() + 1
