"""`Binomial`."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..nn.functional import logsigmoid
from ..sampling import binomial
from . import constraints
from .distribution import Family
from .utils import ProbsOrLogits, numbers


class Binomial(ProbsOrLogits, Family):
    """How many of ``total_count`` trials of probability ``probs`` succeed.

    >>> m = mt.distributions.Binomial(3, mt.tensor([0.5]))
    >>> m.log_prob(mt.tensor([2.0])).exp()
    tensor([0.3750])
    """

    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True

    def __init__(
        self,
        total_count: Any = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        (total_count,) = self._set_one(probs, logits, total_count)
        self.total_count = total_count.type_as(self._given)
        super().__init__(self.param_shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """0, 1, …, ``total_count``."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Any:
        """``total_count·probs``."""
        return self.total_count * self.probs

    @property
    def mode(self) -> Any:
        """``⌊(total_count + 1) probs⌋``, at most ``total_count``."""
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Any:
        """``total_count·probs (1 − probs)``."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random counts."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Any) -> Any:
        """``ln(n! / (k! (n − k)!)) + k·ln p + (n − k)·ln(1 − p)``."""
        self._check(value)
        n, rest = self.total_count, self.total_count - value
        ways = (n + 1).lgamma() - (value + 1).lgamma() - (rest + 1).lgamma()
        return value * self.logits + n * logsigmoid(-self.logits) + ways

    def entropy(self) -> Any:
        """Summed over all counts."""
        log_prob = self.log_prob(self._counts("entropy", False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Any:
        """0, 1, …, ``total_count``."""
        return self._counts("enumerate_support", expand)

    def _counts(self, caller: str, expand: bool) -> Any:
        most = int(self.total_count.max())
        if not self.total_count.min() == most:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{caller}`.")
        return numbers(self, 1 + most, self._given, expand)
