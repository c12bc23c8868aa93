"""`NegativeBinomial`."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..nn.functional import logsigmoid
from ..sampling import poisson
from . import constraints
from .distribution import Family
from .gamma import Gamma
from .utils import ProbsOrLogits


class NegativeBinomial(ProbsOrLogits, Family):
    """How many trials succeed (with ``probs``) before ``total_count`` have failed.

    >>> m = mt.distributions.NegativeBinomial(2, mt.tensor([0.5]))
    >>> m.mean, m.log_prob(mt.tensor([0.0])).exp()  # two failures at once
    (tensor([2.]), tensor([0.2500]))
    """

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer

    def __init__(
        self,
        total_count: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        (total_count,) = self._set_one(probs, logits, total_count)
        self.total_count = total_count.type_as(self._given)
        super().__init__(self.param_shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """``total_count·probs / (1 − probs)``."""
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Any:
        """``⌊(total_count − 1) probs / (1 − probs)⌋``, at least 0."""
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Any:
        """``total_count·probs / (1 − probs)²``."""
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Any = ()) -> Any:
        """Poisson numbers whose rates are gamma numbers."""
        with no_grad():
            rates = Gamma(self.total_count, (-self.logits).exp(), validate_args=False)
            return poisson(rates.sample(sample_shape))

    def log_prob(self, value: Any) -> Any:
        """``n·ln(1 − p) + k·ln p + ln(Γ(n + k) / (k! Γ(n)))``."""
        self._check(value)
        n = self.total_count
        chance = n * logsigmoid(-self.logits) + value * logsigmoid(self.logits)
        ways = (n + value).lgamma() - (1.0 + value).lgamma() - n.lgamma()
        return chance + ways.masked_fill(n + value == 0.0, 0.0)
