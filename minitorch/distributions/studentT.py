"""`StudentT`."""

from __future__ import annotations

import math
from typing import Any

from ..ops.masked import where
from . import constraints
from .chi2 import Chi2
from .distribution import Family
from .utils import broadcast_all, standard_normal


class StudentT(Family):
    """A normal divided by ``√(χ²/df)``: density up to a constant ``(1 + z²/df)^(−(df + 1)/2)``.

    Here ``z = (x − loc) / scale``.

    >>> m = mt.distributions.StudentT(mt.tensor([3.0]))
    >>> m.variance, m.log_prob(mt.tensor([0.0]))
    (tensor([3.]), tensor([-1.0009]))
    """

    arg_constraints = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        super().__init__(self.df.size(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """``loc``; NaN for df ≤ 1."""
        return self.loc.masked_fill(self.df <= 1, float("nan"))

    @property
    def mode(self) -> Any:
        """``loc``."""
        return self.loc

    @property
    def variance(self) -> Any:
        """``scale² df / (df − 2)``; ∞ for 1 < df ≤ 2, NaN below."""
        df = where(self.df > 2, self.df, 3.0)
        variance = self.scale.pow(2) * df / (df - 2)
        variance = variance.masked_fill(self.df <= 2, float("inf"))
        return variance.masked_fill(self.df <= 1, float("nan"))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """A normal and a χ² number."""
        normal = standard_normal(self._extended_shape(sample_shape), self.df)
        square = Chi2(self.df, validate_args=False).rsample(sample_shape)
        return self.loc + self.scale * (normal * (square / self.df).rsqrt())

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        z = (value - self.loc) / self.scale
        normalizer = (
            self.scale.log()
            + 0.5 * self.df.log()
            + 0.5 * math.log(math.pi)
            + (0.5 * self.df).lgamma()
            - (0.5 * (self.df + 1.0)).lgamma()
        )
        return -0.5 * (self.df + 1.0) * (z**2.0 / self.df).log1p() - normalizer

    def entropy(self) -> Any:
        """``(df + 1)/2 (ψ((df + 1)/2) − ψ(df/2)) + ln(scale √df B(df/2, ½))``."""
        half, above = 0.5 * self.df, 0.5 * (self.df + 1)
        log_beta = half.lgamma() + 0.5 * math.log(math.pi) - above.lgamma()
        spread = above * (above.digamma() - half.digamma())
        return self.scale.log() + spread + 0.5 * self.df.log() + log_beta
