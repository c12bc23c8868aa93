"""Exponential families, whose entropy follows from their log-normalizer."""

from __future__ import annotations

from typing import Any

from ..autograd.engine import grad
from .distribution import Family


class ExponentialFamily(Family):
    """A distribution with density ``exp(⟨t(x), θ⟩ − F(θ) + k(x))``.

    θ are the natural parameters, F the log-normalizer, t(x) the sufficient statistics, and k(x) the
    carrier measure. A subclass gives ``_natural_params``, ``_log_normalizer(*θ)`` and
    ``_mean_carrier_measure``.

    >>> m = mt.distributions.Poisson(mt.tensor([3.0]))
    >>> isinstance(m, mt.distributions.ExponentialFamily)
    True
    """

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Any) -> Any:
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError

    def entropy(self) -> Any:
        """``F(θ) − ⟨θ, ∇F(θ)⟩ − E[k(x)]`` (Nielsen and Nock, 2010)."""
        result = -self._mean_carrier_measure
        natural = differentiable(self._natural_params)
        log_normalizer = self._log_normalizer(*natural)
        gradients = grad(log_normalizer.sum(), natural, create_graph=True)
        result = result + log_normalizer
        for parameter, gradient in zip(natural, gradients, strict=True):
            result = result - (parameter * gradient).reshape((*self._batch_shape, -1)).sum(-1)
        return result


def differentiable(parameters: Any) -> list[Any]:
    """The parameters, each with a gradient: their own, if they have one."""
    return [p if p.requires_grad else p.detach().requires_grad_() for p in parameters]
