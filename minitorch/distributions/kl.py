"""The Kullback–Leibler divergence of two distributions, by pairs of their classes.

``KL(p ‖ q) = ∫ p(x) ln(p(x) / q(x)) dx``: how many nats the values of p cost more if they are taken
for values of q. It is ∞ where p has values that q has not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..autograd.engine import grad
from ..ops.activation import softplus
from ..ops.masked import where
from ..ops.solving import solve_triangular
from ..user_warnings import warn
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .categorical import Categorical
from .cauchy import Cauchy
from .continuous_bernoulli import ContinuousBernoulli
from .dirichlet import Dirichlet
from .distribution import Distribution
from .exp_family import ExponentialFamily, differentiable
from .exponential import Exponential
from .gamma import Gamma
from .geometric import Geometric
from .gumbel import Gumbel
from .half_normal import HalfNormal
from .independent import Independent
from .laplace import Laplace
from .lowrank_multivariate_normal import (
    LowRankMultivariateNormal,
    lowrank_distance,
    lowrank_logdet,
)
from .multivariate_normal import MultivariateNormal, log_diagonal, squared_distance
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .pareto import Pareto
from .poisson import Poisson
from .transformed_distribution import TransformedDistribution
from .uniform import Uniform
from .utils import euler_constant, sum_rightmost

Rule = Callable[[Any, Any], Any]
_registry: dict[tuple[type, type], Rule] = {}
_found: dict[tuple[type, type], Rule] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[Rule], Rule]:
    """A decorator for the function that computes ``KL(p ‖ q)`` for two classes of distributions.

    It serves subclasses, too, unless they have a function of their own.

    >>> class Point(mt.distributions.Normal):
    ...     pass
    >>> @mt.distributions.register_kl(Point, Point)
    ... def kl_of_points(p, q):
    ...     return p.loc - q.loc
    >>> mt.distributions.kl_divergence(Point(3.0, 1.0), Point(1.0, 1.0))
    tensor(2.)
    """
    for name, kind in (("p", type_p), ("q", type_q)):
        if not (isinstance(kind, type) and issubclass(kind, Distribution)):
            raise TypeError(f"Expected type_{name} to be a Distribution subclass but got {kind}")

    def decorate(rule: Rule) -> Rule:
        _registry[type_p, type_q] = rule
        _found.clear()
        return rule

    return decorate


def kl_divergence(p: Distribution, q: Distribution) -> Any:
    """``KL(p ‖ q)``, of the batch shape.

    >>> normal = mt.distributions.Normal
    >>> mt.distributions.kl_divergence(normal(0.0, 1.0), normal(1.0, 1.0))
    tensor(0.5000)
    """
    pair = type(p), type(q)
    if pair not in _found:
        _found[pair] = _most_special(*pair)
    return _found[pair](p, q)


def _most_special(type_p: type, type_q: type) -> Rule:
    """The function for the nearest classes of which these are subclasses."""
    matches = [(a, b) for a, b in _registry if issubclass(type_p, a) and issubclass(type_q, b)]
    if not matches:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type_p.__name__} and q type "
            f"{type_q.__name__}"
        )

    def far(pair: tuple[type, type]) -> tuple[int, int]:
        return type_p.__mro__.index(pair[0]), type_q.__mro__.index(pair[1])

    by_p, by_q = min(matches, key=far), min(matches, key=lambda pair: far(pair)[::-1])
    if _registry[by_p] is not _registry[by_q]:
        warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). "
            f"Please register_kl({by_p[0].__name__}, {by_q[1].__name__})",
            RuntimeWarning,
        )
    return _registry[by_p]


# Of one family ------------------------------------------------------------------------------------


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Any, q: Any) -> Any:
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    one = one.masked_fill(q.probs == 0, math.inf).masked_fill(p.probs == 0, 0)
    return one + zero.masked_fill(q.probs == 1, math.inf).masked_fill(p.probs == 1, 0)


@register_kl(Beta, Beta)
def _beta(p: Any, q: Any) -> Any:
    return _dirichlet(p._dirichlet, q._dirichlet)


@register_kl(Binomial, Binomial)
def _binomial(p: Any, q: Any) -> Any:
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "KL between Binomials where q.total_count > p.total_count is not implemented"
        )
    kl = p.total_count * (p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p())
    return where(p.total_count > q.total_count, math.inf, kl)


@register_kl(Categorical, Categorical)
def _categorical(p: Any, q: Any) -> Any:
    terms = p.probs * (p.logits - q.logits)
    terms = terms.masked_fill((q.probs == 0).expand(terms.shape), math.inf)
    return terms.masked_fill((p.probs == 0).expand(terms.shape), 0).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p: Any, q: Any) -> Any:
    return _categorical(p._categorical, q._categorical)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Any:
    norms = p._cont_bern_log_norm() - q._cont_bern_log_norm()
    return p.mean * (p.logits - q.logits) + norms + (-p.probs).log1p() - (-q.probs).log1p()


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    normalizer = a.sum(-1).lgamma() - b.sum(-1).lgamma() + (b.lgamma() - a.lgamma()).sum(-1)
    return normalizer + ((a - b) * (a.digamma() - a.sum(-1, True).digamma())).sum(-1)


@register_kl(Exponential, Exponential)
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return ratio - ratio.log() - 1


@register_kl(ExponentialFamily, ExponentialFamily)
def _exponential_family(p: Any, q: Any) -> Any:
    """The Bregman divergence of the natural parameters (Nielsen and Nock, 2010)."""
    if type(p) is not type(q):
        raise NotImplementedError(  # the gap in the sentence is PyTorch's, so is that below
            "The cross KL-divergence between different exponential families cannot "
            "                            be computed using Bregman divergences"
        )
    ours = differentiable(p._natural_params)
    normalizer = p._log_normalizer(*ours)
    slopes = grad(normalizer.sum(), ours, create_graph=True)
    result = q._log_normalizer(*q._natural_params) - normalizer
    for ours_i, theirs_i, slope in zip(ours, q._natural_params, slopes, strict=True):
        result = result - sum_rightmost((theirs_i - ours_i) * slope, len(q.event_shape))
    return result


@register_kl(Gamma, Gamma)
def _gamma(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    scale = b * (p.rate / q.rate).log() + (q.rate - p.rate) * (a / p.rate)
    return scale + b.lgamma() - a.lgamma() + (a - b) * a.digamma()


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Any, q: Any) -> Any:
    ratio, apart = p.scale / q.scale, (q.loc - p.loc) / q.scale
    moment = (apart + (1 + ratio).lgamma()).exp()
    return -ratio.log() - apart + ratio * euler_constant + moment - (1 + euler_constant)


@register_kl(Geometric, Geometric)
def _geometric(p: Any, q: Any) -> Any:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: Any, q: Any) -> Any:
    return _normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _laplace(p: Any, q: Any) -> Any:
    ratio, apart = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + apart / q.scale + ratio * (-apart / p.scale).exp() - 1


@register_kl(Normal, Normal)
def _normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Pareto, Pareto)
def _pareto(p: Any, q: Any) -> Any:
    ratio = q.alpha / p.alpha
    result = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return result.masked_fill(p.support.lower_bound < q.support.lower_bound, math.inf)


@register_kl(Poisson, Poisson)
def _poisson(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Any, q: Any) -> Any:
    """(Chyzak and Nielsen, 2019)"""
    above = ((p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)).log()
    return above - (4 * p.scale * q.scale).log()


@register_kl(Uniform, Uniform)
def _uniform(p: Any, q: Any) -> Any:
    result = ((q.high - q.low) / (p.high - p.low)).log()
    return result.masked_fill((q.low > p.low) | (q.high < p.high), math.inf)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


# Normal vectors -----------------------------------------------------------------------------------


def _check_event_shapes(p: Any, q: Any, what: str) -> None:
    if p.event_shape != q.event_shape:
        raise ValueError(
            f"KL-divergence between two {what} with"
            "                          different event shapes cannot be computed"
        )


def _squares(lower: Any, matrix: Any) -> Any:
    """``|L⁻¹ M|²``, the sum of all squares."""
    return solve_triangular(lower, matrix, upper=False).pow(2).sum((-2, -1))


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p: Any, q: Any) -> Any:
    _check_event_shapes(p, q, "Multivariate Normals")
    lower = q._unbroadcasted_scale_tril
    half_log_det = log_diagonal(lower) - log_diagonal(p._unbroadcasted_scale_tril)
    trace = _squares(lower, p._unbroadcasted_scale_tril)
    distance = squared_distance(lower, q.loc - p.loc)
    return half_log_det + 0.5 * (trace + distance - p.event_shape[0])


@register_kl(LowRankMultivariateNormal, MultivariateNormal)
def _lowrank_and_multivariate(p: Any, q: Any) -> Any:
    _check_event_shapes(p, q, "(Low Rank) Multivariate Normals")
    lower, (factor, diag) = q._unbroadcasted_scale_tril, p._unbroadcasted
    log_det = 2 * log_diagonal(lower) - lowrank_logdet(diag, p._capacitance_tril)
    trace = _squares(lower, factor) + _squares(lower, diag.sqrt().diag_embed())
    distance = squared_distance(lower, q.loc - p.loc)
    return 0.5 * (log_det + trace + distance - p.event_shape[0])


@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def _multivariate_and_lowrank(p: Any, q: Any) -> Any:
    _check_event_shapes(p, q, "(Low Rank) Multivariate Normals")
    root = p._unbroadcasted_scale_tril
    log_det = lowrank_logdet(q._unbroadcasted[1], q._capacitance_tril) - 2 * log_diagonal(root)
    return 0.5 * (log_det + _lowrank_trace(q, root) + _lowrank_gap(p, q) - p.event_shape[0])


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _lowrank(p: Any, q: Any) -> Any:
    _check_event_shapes(p, q, "Low Rank Multivariate Normals")
    factor, diag = p._unbroadcasted
    log_det = lowrank_logdet(q._unbroadcasted[1], q._capacitance_tril)
    log_det = log_det - lowrank_logdet(diag, p._capacitance_tril)
    trace = _lowrank_trace(q, factor) + _lowrank_trace(q, diag.sqrt().diag_embed())
    return 0.5 * (log_det + trace + _lowrank_gap(p, q) - p.event_shape[0])


def _lowrank_trace(q: Any, root: Any) -> Any:
    """The trace of ``Σq⁻¹ R Rᵀ``."""
    factor, diag = q._unbroadcasted
    scaled = factor.mT / diag.unsqueeze(-2)
    whole = (root.pow(2) / diag.unsqueeze(-1)).sum((-2, -1))
    return whole - _squares(q._capacitance_tril, scaled @ root)


def _lowrank_gap(p: Any, q: Any) -> Any:
    """The squared distance of the means, measured by q."""
    factor, diag = q._unbroadcasted
    return lowrank_distance(factor, diag, q.loc - p.loc, q._capacitance_tril)
