"""`Multinomial`."""

from __future__ import annotations

from typing import Any

from . import constraints
from .binomial import Binomial
from .categorical import OfClasses
from .utils import broadcast_all


class Multinomial(OfClasses):
    """How often each of K classes comes up in ``total_count`` draws, a vector ``(…, K)``.

    >>> m = mt.distributions.Multinomial(2, mt.tensor([0.5, 0.5]))
    >>> m.log_prob(mt.tensor([1.0, 1.0])).exp()
    tensor(0.5000)
    """

    arg_constraints = OfClasses.arg_constraints
    total_count: int

    def __init__(
        self,
        total_count: int = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        super().__init__(probs, logits, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)
        new.total_count = self.total_count
        return new

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts that sum to ``total_count``."""
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Any:
        """``total_count·probs``."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        """``total_count·probs (1 − probs)``."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random counts."""
        draws = (self.total_count, *sample_shape)
        classes = self._categorical.sample(draws).movedim(0, -1)
        counts = self.probs.new_zeros(self._extended_shape(sample_shape))
        counts.scatter_add_(-1, classes, counts.new_ones(classes.shape))
        return counts.detach()

    def log_prob(self, value: Any) -> Any:
        """``ln(n! / Π kᵢ!) + Σ kᵢ ln pᵢ``."""
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        logits = logits.masked_fill((value == 0) & (logits == -float("inf")), 0)
        ways = (value.sum(-1) + 1).lgamma() - (value + 1).lgamma().sum(-1)
        return ways + (logits * value).sum(-1)

    def entropy(self) -> Any:
        """``n·H − ln n! + Σᵢ E[ln kᵢ!]``, where each kᵢ is binomial."""
        n = self.total_count
        binomial = Binomial(n, probs=self.probs, validate_args=False)
        counts = binomial.enumerate_support(expand=False)[1:]
        expected = binomial.log_prob(counts).exp() * (counts + 1).lgamma()
        constant = self.probs.new_tensor(float(n + 1)).lgamma()
        return n * self._categorical.entropy() - constant + expected.sum((0, -1))
