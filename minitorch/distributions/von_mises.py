"""`VonMises`."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.modes import no_grad
from ..dtypes import float64
from ..ops.bessel import i0e, i1e
from ..ops.masked import where
from ..sampling import rand
from . import constraints
from .distribution import Family
from .utils import broadcast_all


class VonMises(Family):
    """Angles in [−π, π): density ``exp(concentration·cos(x − loc)) / (2π I₀(concentration))``.

    >>> m = mt.distributions.VonMises(mt.tensor([0.0]), mt.tensor([4.0]))
    >>> m.variance, m.log_prob(mt.tensor([0.0]))
    (tensor([0.1365]), tensor([-0.2628]))
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """``loc``, the circular mean."""
        return self.loc

    @property
    def mode(self) -> Any:
        """``loc``."""
        return self.loc

    @property
    def variance(self) -> Any:
        """The circular variance ``1 − I₁ / I₀``."""
        return 1 - i1e(self.concentration) / i0e(self.concentration)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random angles, by rejection from a wrapped Cauchy (Best and Fisher, 1979)."""
        shape = self._extended_shape(sample_shape)
        with no_grad():
            kappa, loc = self.concentration.to(float64), self.loc.to(float64)
            tau = 1 + (1 + 4 * kappa**2).sqrt()
            rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
            r = where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))
            angle = loc.new_zeros(shape)
            done = angle != angle
            while not done.all():
                u1, u2, u3 = rand((3, *shape), dtype=float64, device=loc.device).unbind()
                z = (math.pi * u1).cos()
                f = (1 + r * z) / (r + z)
                c = kappa * (r - f)
                accept = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
                angle = where(accept, (u3 - 0.5).sign() * f.acos(), angle)
                done = done | accept
            return ((angle + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        kappa = self.concentration
        log_i0 = i0e(kappa).log() + kappa
        return kappa * (value - self.loc).cos() - math.log(2 * math.pi) - log_i0
