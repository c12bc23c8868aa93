"""`Kumaraswamy`."""

from __future__ import annotations

from typing import Any

from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform
from .uniform import Uniform
from .utils import broadcast_all, euler_constant


class Kumaraswamy(TransformedDistribution):
    """Much as `Beta`, with a simple cdf: ``1 − (1 − xᵃ)ᵇ``.

    ``a = concentration1``, ``b = concentration0``.

    >>> m = mt.distributions.Kumaraswamy(mt.tensor([2.0]), mt.tensor([3.0]))
    >>> m.mean, m.cdf(mt.tensor([0.5]))  # 1 - (1 - ¼)³
    (tensor([0.4571]), tensor([0.5781]))
    """

    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        a, b = broadcast_all(concentration1, concentration0)
        self.concentration1, self.concentration0 = a, b
        base = Uniform(b.new_zeros(b.shape), b.new_ones(b.shape), validate_args=validate_args)
        transforms = [
            PowerTransform(exponent=b.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(exponent=a.reciprocal()),
        ]
        super().__init__(base, transforms, validate_args=validate_args)

    def _moment(self, n: int) -> Any:
        """``E[xⁿ] = b B(1 + n / a, b)``."""
        a, b = self.concentration1, self.concentration0
        above = 1 + n / a
        return (b.log() + above.lgamma() + b.lgamma() - (above + b).lgamma()).exp()

    @property
    def mean(self) -> Any:
        """``b B(1 + 1 / a, b)``."""
        return self._moment(1)

    @property
    def mode(self) -> Any:
        """``((a − 1) / (a b − 1))^(1 / a)``; NaN where a or b is below 1."""
        a, b = self.concentration1, self.concentration0
        mode = ((a - 1) / (a * b - 1)) ** a.reciprocal()
        return mode.masked_fill((a < 1) | (b < 1), float("nan"))

    @property
    def variance(self) -> Any:
        """``E[x²] − E[x]²``."""
        return self._moment(2) - self.mean.pow(2)

    def entropy(self) -> Any:
        """``1 − 1 / b + (1 − 1 / a) (ψ(b + 1) + γ) − ln(a b)``."""
        a, b = self.concentration1, self.concentration0
        harmonic = (b + 1).digamma() + euler_constant
        t1, t0 = 1 - a.reciprocal(), 1 - b.reciprocal()
        return t0 + t1 * harmonic - a.log() - b.log()
