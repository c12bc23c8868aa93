"""`GeneralizedPareto`."""

from __future__ import annotations

from typing import Any

from ..ops.masked import where
from ..sampling import rand
from . import constraints
from .distribution import Family
from .utils import broadcast_all


class GeneralizedPareto(Family):
    """What exceeds a high threshold: ``P(X > x) = (1 + c z)^(−1/c)``.

    Here ``z = (x − loc) / scale`` and ``c = concentration``; for ``c = 0`` it is ``exp(−z)``.

    >>> m = mt.distributions.GeneralizedPareto(0.0, 1.0, mt.tensor([0.0, 0.5]))
    >>> 1 - m.cdf(mt.tensor(2.0))  # e⁻², and (1 + 2 · ½)⁻²
    tensor([0.1353, 0.2500])
    """

    arg_constraints = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True

    def __init__(
        self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None
    ) -> None:
        self.loc, self.scale, self.concentration = broadcast_all(loc, scale, concentration)
        super().__init__(self.loc.size(), validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From ``loc`` on; for ``c < 0`` to ``loc − scale / c``."""
        upper = where(
            self.concentration < 0, self.loc - self.scale / self.concentration, float("inf")
        )
        return constraints.interval(self.loc, upper)

    def _small(self) -> Any:
        """Where c counts as 0: two terms of a series in c keep the value and the gradient."""
        return self.concentration.abs() <= 1e-8

    def _safe(self) -> Any:
        """c, or 1 where it counts as 0, to divide by."""
        return where(self._small(), 1.0, self.concentration)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """`icdf` of a uniform number."""
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.loc.dtype, device=self.loc.device))

    def _z(self, value: Any) -> Any:
        return (value - self.loc) / self.scale

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        z, c = self._z(value), self._safe()
        power = -(1 + 1 / c) * (c * z).log1p()
        series = self.concentration * (_half_square(z) - _finite(z)) - z
        return -self.scale.log() + where(self._small(), series, power)

    def log_survival_function(self, value: Any) -> Any:
        """``ln P(X > value)``."""
        self._check(value)
        z, c = self._z(value), self._safe()
        series = self.concentration * _half_square(z) - z
        return where(self._small(), series, -(c * z).log1p() / c)

    def log_cdf(self, value: Any) -> Any:
        """``ln P(X ≤ value)``."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Any) -> Any:
        """``P(X ≤ value)``."""
        return self.log_cdf(value).exp()

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        log_rest, c = (-value).log1p(), self._safe()
        series = self.concentration * _half_square(log_rest) - log_rest
        z = where(self._small(), series, (-c * log_rest).expm1() / c)
        return self.loc + self.scale * z

    @property
    def mean(self) -> Any:
        """``loc + scale / (1 − c)``; as in PyTorch NaN for c ≥ 1, where it is ∞."""
        valid = self.concentration < 1
        c = where(valid, self.concentration, 0.5)
        return where(valid, self.loc + self.scale / (1 - c), float("nan"))

    @property
    def variance(self) -> Any:
        """``scale² / ((1 − c)² (1 − 2c))``; as in PyTorch NaN for c ≥ ½, where it is ∞."""
        valid = self.concentration < 0.5
        c = where(valid, self.concentration, 0.25)
        variance = self.scale.pow(2) / ((1 - c).pow(2) * (1 - 2 * c))
        return where(valid, variance, float("nan"))

    @property
    def mode(self) -> Any:
        """``loc``."""
        return self.loc

    def entropy(self) -> Any:
        """``ln scale + c + 1``."""
        return (self.scale.log() + self.concentration + 1).broadcast_to(self._batch_shape)


def _finite(x: Any) -> Any:
    """``x``, and 0 in place of infinities: what is multiplied by c = 0."""
    return where(x.isinf(), 0.0, x)


def _half_square(x: Any) -> Any:
    return _finite(_finite(x).square()) / 2
