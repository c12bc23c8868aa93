"""`Laplace`."""

from __future__ import annotations

from typing import Any

from ..inspection import finfo
from . import constraints
from .distribution import Family
from .utils import broadcast_all


class Laplace(Family):
    """Density ``exp(−|x − loc| / scale) / (2 scale)``.

    >>> m = mt.distributions.Laplace(mt.tensor([0.0]), mt.tensor([1.0]))
    >>> m.variance, m.log_prob(mt.tensor([0.0])).exp()
    (tensor([2.]), tensor([0.5000]))
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.size(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """``loc``."""
        return self.loc

    mode = mean

    @property
    def variance(self) -> Any:
        """``2 scale²``."""
        return 2 * self.scale.pow(2)

    @property
    def stddev(self) -> Any:
        """``√2 scale``."""
        return 2**0.5 * self.scale

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc − scale·sign(u)·ln(1 − |u|)`` with u uniform in (−1, 1)."""
        u = self.loc.new_empty(self._extended_shape(sample_shape))
        u.uniform_(finfo(self.loc.dtype).eps - 1, 1)
        return self.loc - self.scale * u.sign() * (-u.abs()).log1p()

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        return -(2 * self.scale).log() - (value - self.loc).abs() / self.scale

    def cdf(self, value: Any) -> Any:
        """``½ exp(z)`` for ``z = (x − loc) / scale < 0``, else ``1 − ½ exp(−z)``."""
        self._check(value)
        distance = value - self.loc
        return 0.5 - 0.5 * distance.sign() * (-distance.abs() / self.scale).expm1()

    def icdf(self, value: Any) -> Any:
        """``loc − scale·sign(t)·ln(1 − 2 |t|)`` with ``t = value − ½``."""
        t = value - 0.5
        return self.loc - self.scale * t.sign() * (-2 * t.abs()).log1p()

    def entropy(self) -> Any:
        """``1 + ln(2 scale)``."""
        return 1 + (2 * self.scale).log()
