"""`ContinuousBernoulli`."""

from __future__ import annotations

import math
from typing import Any

from ..nn.functional import binary_cross_entropy_with_logits
from ..ops.masked import where
from ..sampling import rand
from . import constraints
from .exp_family import ExponentialFamily
from .utils import ProbsOrLogits, broadcast_all, clamp_probs, lazy_property, logits_to_probs


class ContinuousBernoulli(ProbsOrLogits, ExponentialFamily):
    """Density ``C λˣ (1 − λ)^(1 − x)`` in [0, 1] with ``λ = probs``.

    For pixels between black and white, say (Loaiza-Ganem and Cunningham, 2019). Near ``λ = ½``,
    between the ``lims``, the formulas become 0/0, and Taylor series take their place.

    >>> m = mt.distributions.ContinuousBernoulli(mt.tensor([0.9]))
    >>> m.mean, m.log_prob(mt.tensor([1.0]))
    (tensor([0.6699]), tensor([0.9050]))
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        self._set_one(probs, logits)
        if probs is not None:
            if validate_args and not constraints.unit_interval.check(self.probs).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = clamp_probs(self.probs)
        self._lims = lims
        super().__init__(self.param_shape, validate_args=validate_args)

    @lazy_property
    def probs(self) -> Any:
        """The probabilities, kept from 0 and 1."""
        return clamp_probs(logits_to_probs(self.logits, True))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)
        new._lims = self._lims
        return new

    def _stable(self) -> Any:
        """Where λ is far enough from ½ for the formulas."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _cut_probs(self) -> Any:
        """λ, with another value in place of those near ½."""
        return where(self._stable(), self.probs, self._lims[0])

    def _cont_bern_log_norm(self) -> Any:
        """``ln C = ln(2 artanh(1 − 2λ) / (1 − 2λ))``."""
        cut = self._cut_probs()
        low = where(cut <= 0.5, cut, 0.0)
        high = where(cut >= 0.5, cut, 1.0)
        odds = ((-cut).log1p() - cut.log()).abs().log()
        log_norm = odds - where(cut <= 0.5, (-2.0 * low).log1p(), (2.0 * high - 1.0).log())
        square = (self.probs - 0.5).pow(2)
        series = math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * square) * square
        return where(self._stable(), log_norm, series)

    @property
    def mean(self) -> Any:
        """``λ / (2λ − 1) + 1 / (2 artanh(1 − 2λ))``."""
        cut = self._cut_probs()
        mean = cut / (2.0 * cut - 1.0) + 1.0 / ((-cut).log1p() - cut.log())
        x = self.probs - 0.5
        return where(self._stable(), mean, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.pow(2)) * x)

    @property
    def variance(self) -> Any:
        """``λ (λ − 1) / (1 − 2λ)² + 1 / (2 artanh(1 − 2λ))²``."""
        cut = self._cut_probs()
        odds = (-cut).log1p() - cut.log()
        variance = cut * (cut - 1.0) / (1.0 - 2.0 * cut).pow(2) + 1.0 / odds.pow(2)
        square = (self.probs - 0.5).pow(2)
        series = 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * square) * square
        return where(self._stable(), variance, series)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """`icdf` of a uniform number."""
        shape = self._extended_shape(sample_shape)
        return self.icdf(rand(shape, dtype=self.probs.dtype, device=self.probs.device))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        cross_entropy = binary_cross_entropy_with_logits(logits, value, reduction="none")
        return -cross_entropy + self._cont_bern_log_norm()

    def cdf(self, value: Any) -> Any:
        """``(λˣ (1 − λ)^(1 − x) + λ − 1) / (2λ − 1)``."""
        self._check(value)
        cut = self._cut_probs()
        power = cut.pow(value) * (1.0 - cut).pow(1.0 - value)
        inside = where(self._stable(), (power + cut - 1.0) / (2.0 * cut - 1.0), value)
        return where(value <= 0.0, 0.0, where(value >= 1.0, 1.0, inside))

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        cut = self._cut_probs()
        above = (-cut + value * (2.0 * cut - 1.0)).log1p() - (-cut).log1p()
        return where(self._stable(), above / (cut.log() - (-cut).log1p()), value)

    def entropy(self) -> Any:
        """``mean·ln((1 − λ) / λ) − ln C − ln(1 − λ)``."""
        log_probs0, log_probs1 = (-self.probs).log1p(), self.probs.log()
        odds = self.mean * (log_probs0 - log_probs1)
        return odds - self._cont_bern_log_norm() - log_probs0

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.logits,)

    def _log_normalizer(self, x: Any) -> Any:
        """``ln((eˣ − 1) / x)``."""
        stable = (x <= self._lims[0] - 0.5) | (x > self._lims[1] - 0.5)
        cut = where(stable, x, (self._lims[0] - 0.5) * x.new_ones(()))
        log_norm = (cut.exp() - 1.0).abs().log() - cut.abs().log()
        return where(stable, log_norm, 0.5 * x + x.pow(2) / 24.0 - x.pow(4) / 2880.0)
