"""`Gumbel`."""

from __future__ import annotations

import math
from typing import Any

from ..inspection import finfo
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, ExpTransform
from .uniform import Uniform
from .utils import broadcast_all, euler_constant


class Gumbel(TransformedDistribution):
    """``loc − scale·ln(−ln u)`` with a uniform u: the greatest of many.

    >>> m = mt.distributions.Gumbel(mt.tensor([0.0]), mt.tensor([1.0]))
    >>> m.mean, m.variance  # Euler's constant, π²/6
    (tensor([0.5772]), tensor([1.6449]))
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        info = finfo(self.loc.dtype)
        low, high = (self.loc.new_full(self.loc.shape, x) for x in (info.tiny, 1 - info.eps))
        transforms = [
            ExpTransform().inv,
            AffineTransform(loc=0, scale=-self.scale.new_ones(self.scale.shape)),
            ExpTransform().inv,
            AffineTransform(loc=self.loc, scale=-self.scale),
        ]
        base = Uniform(low, high, validate_args=validate_args)
        super().__init__(base, transforms, validate_args=validate_args)

    def log_prob(self, value: Any) -> Any:
        """``z − exp(z) − ln scale`` with ``z = (loc − value) / scale``."""
        self._check(value)
        z = (self.loc - value) / self.scale
        return (z - z.exp()) - self.scale.log()

    @property
    def mean(self) -> Any:
        """``loc + scale·γ`` with Euler's constant γ."""
        return self.loc + self.scale * euler_constant

    @property
    def mode(self) -> Any:
        """``loc``."""
        return self.loc

    @property
    def stddev(self) -> Any:
        """``scale π / √6``."""
        return (math.pi / math.sqrt(6)) * self.scale

    @property
    def variance(self) -> Any:
        """``scale² π² / 6``."""
        return self.stddev.pow(2)

    def entropy(self) -> Any:
        """``ln scale + γ + 1``."""
        return self.scale.log() + (1 + euler_constant)
