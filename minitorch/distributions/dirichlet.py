"""`Dirichlet`."""

from __future__ import annotations

from typing import Any

from ..nn.functional import one_hot
from ..ops.special import xlogy
from . import constraints
from .exp_family import ExponentialFamily
from .implicit import dirichlet


class Dirichlet(ExponentialFamily):
    """Shares x that sum to 1: density ``Π xᵢ^(aᵢ − 1)``, up to a constant.

    ``a = concentration``, of shape ``(…, K)``.

    >>> _ = mt.manual_seed(0)
    >>> m = mt.distributions.Dirichlet(mt.tensor([1.0, 2.0, 5.0]))
    >>> m.mean, m.sample().sum().round(decimals=4)
    (tensor([0.1250, 0.2500, 0.6250]), tensor(1.))
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        shape = concentration.shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """``a / Σ a``."""
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Any:
        """``(a − 1) / Σ (a − 1)``; where all a are below 1, the corner of the greatest."""
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, True)
        below = (self.concentration < 1).all(-1)
        mode[below] = one_hot(mode[below].argmax(-1), above.shape[-1]).to(mode)
        return mode

    @property
    def variance(self) -> Any:
        """``a (Σ a − a) / ((Σ a)² (Σ a + 1))``."""
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random shares."""
        return dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        a = self.concentration
        return xlogy(a - 1.0, value).sum(-1) + a.sum(-1).lgamma() - a.lgamma().sum(-1)

    def entropy(self) -> Any:
        """``Σ ln Γ(a) − ln Γ(Σ a) − (K − Σ a) ψ(Σ a) − Σ (a − 1) ψ(a)``."""
        a = self.concentration
        total = a.sum(-1)
        normalizer = a.lgamma().sum(-1) - total.lgamma()
        spread = (a.size(-1) - total) * total.digamma()
        return normalizer - spread - ((a - 1.0) * a.digamma()).sum(-1)

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        return (self.concentration,)

    def _log_normalizer(self, x: Any) -> Any:
        return x.lgamma().sum(-1) - x.sum(-1).lgamma()
