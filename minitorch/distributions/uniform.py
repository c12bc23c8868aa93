"""`Uniform`."""

from __future__ import annotations

from typing import Any

from ..sampling import rand
from . import constraints
from .distribution import Family
from .utils import broadcast_all


class Uniform(Family):
    """Evenly spread over ``[low, high)``.

    >>> m = mt.distributions.Uniform(mt.tensor([0.0]), mt.tensor([4.0]))
    >>> m.mean, m.log_prob(mt.tensor([1.0])).exp(), m.cdf(mt.tensor([3.0]))
    (tensor([2.]), tensor([0.2500]), tensor([0.7500]))
    """

    has_rsample = True

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = broadcast_all(low, high)
        super().__init__(self.low.size(), validate_args=validate_args)

    @property
    def arg_constraints(self) -> dict[str, Any]:
        """``low < high``."""
        return {
            "low": constraints.less_than(self.high),
            "high": constraints.greater_than(self.low),
        }

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From ``low`` to ``high``."""
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Any:
        """``(low + high) / 2``."""
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Any:
        """NaN: all values are as likely."""
        return self.high * float("nan")

    @property
    def stddev(self) -> Any:
        """``(high − low) / √12``."""
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Any:
        """``(high − low)² / 12``."""
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``low + (high − low)·u``."""
        shape = self._extended_shape(sample_shape)
        u = rand(shape, dtype=self.low.dtype, device=self.low.device)
        return self.low + u * (self.high - self.low)

    def log_prob(self, value: Any) -> Any:
        """``−ln (high − low)`` inside, −∞ outside."""
        self._check(value)
        inside = (self.low <= value).type_as(self.low) * (self.high > value).type_as(self.low)
        return inside.log() - (self.high - self.low).log()

    def cdf(self, value: Any) -> Any:
        """``(value − low) / (high − low)``, kept in [0, 1]."""
        self._check(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Any) -> Any:
        """``low + value (high − low)``."""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Any:
        """``ln (high − low)``."""
        return (self.high - self.low).log()
