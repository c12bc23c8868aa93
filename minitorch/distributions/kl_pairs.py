"""The divergences of two distributions of different families, for kl.py."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from ..ops.masked import where
from ..ops.special import xlogy
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .continuous_bernoulli import ContinuousBernoulli
from .exponential import Exponential
from .gamma import Gamma
from .gumbel import Gumbel
from .kl import register_kl
from .laplace import Laplace
from .normal import Normal
from .pareto import Pareto
from .poisson import Poisson
from .uniform import Uniform
from .utils import euler_constant


def _infinite(p: Any, q: Any) -> Any:
    """∞, where p has values that q has not."""
    first = next(iter(p.arg_constraints))
    return getattr(p, first).new_full(p.batch_shape, math.inf)


for _ps, _qs in (
    ((Beta, ContinuousBernoulli), (Pareto,)),
    ((Exponential, Gamma), (Beta, ContinuousBernoulli, Pareto, Uniform)),
    ((Gumbel,), (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    ((Laplace, Normal), (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    ((Pareto,), (Beta, ContinuousBernoulli, Uniform)),
    ((Poisson,), (Bernoulli, Binomial)),
):
    for _pair in product(_ps, _qs):
        register_kl(*_pair)(_infinite)


def _outside(result: Any, outside: Any) -> Any:
    """``result``, or ∞ where p has values outside of q's support."""
    return where(outside, math.inf, result)


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Any, q: Any) -> Any:
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


@register_kl(Beta, ContinuousBernoulli)
def _beta_continuous_bernoulli(p: Any, q: Any) -> Any:
    rest = p.mean * q.logits + (-q.probs).log1p() + q._cont_bern_log_norm()
    return -p.entropy() - rest


@register_kl(Beta, Uniform)
def _beta_uniform(p: Any, q: Any) -> Any:
    result = -p.entropy() + (q.high - q.low).log()
    return _outside(result, (q.low > 0) | (q.high < 1))


@register_kl(ContinuousBernoulli, Uniform)
def _continuous_bernoulli_uniform(p: Any, q: Any) -> Any:
    return _beta_uniform(p, q)


def _to_exponential(p: Any, q: Any) -> Any:
    """``−H(p) − ln rate + rate·E[x]``."""
    return -p.entropy() - q.rate.log() + q.rate * p.mean


for _family in (Beta, ContinuousBernoulli, Gamma, Pareto):
    register_kl(_family, Exponential)(_to_exponential)


def _to_normal(p: Any, q: Any) -> Any:
    """``−H(p) + ½ ln(2π scale²) + E[(x − loc)²] / (2 scale²)``."""
    variance = q.scale.pow(2)
    expected = p.variance + (p.mean - q.loc).pow(2)
    return -p.entropy() + 0.5 * (2 * math.pi * variance).log() + 0.5 * expected / variance


for _other in (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Pareto, Uniform):
    register_kl(_other, Normal)(_to_normal)


def _to_gamma(p: Any, q: Any, mean_log: Any) -> Any:
    """``−H(p) + ln Γ(a) − a ln rate − (a − 1) E[ln x] + rate·E[x]``."""
    a = q.concentration
    normalizer = a.lgamma() - a * q.rate.log()
    return -p.entropy() + normalizer - (a - 1) * mean_log + q.rate * p.mean


@register_kl(Beta, Gamma)
def _beta_gamma(p: Any, q: Any) -> Any:
    total = p.concentration1 + p.concentration0
    return _to_gamma(p, q, p.concentration1.digamma() - total.digamma())


@register_kl(Exponential, Gamma)
def _exponential_gamma(p: Any, q: Any) -> Any:
    return _to_gamma(p, q, -p.rate.log() - euler_constant)


@register_kl(Pareto, Gamma)
def _pareto_gamma(p: Any, q: Any) -> Any:
    return _to_gamma(p, q, p.scale.log() + p.alpha.reciprocal())


def _mean_log_uniform(p: Any) -> Any:
    """``E[ln x]`` over ``[low, high]``, low ≥ 0."""
    return (xlogy(p.high, p.high) - xlogy(p.low, p.low)) / (p.high - p.low) - 1


@register_kl(Uniform, Gamma)
def _uniform_gamma(p: Any, q: Any) -> Any:
    return _outside(_to_gamma(p, q, _mean_log_uniform(p)), p.low < 0)


@register_kl(Uniform, Exponential)
def _uniform_exponential(p: Any, q: Any) -> Any:
    return _outside(_to_exponential(p, q), p.low < 0)


@register_kl(Uniform, Beta)
def _uniform_beta(p: Any, q: Any) -> Any:
    a, b = q.concentration1, q.concentration0
    low, high = 1 - p.high, 1 - p.low
    mean_log_rest = (xlogy(high, high) - xlogy(low, low)) / (high - low) - 1
    normalizer = a.lgamma() + b.lgamma() - (a + b).lgamma()
    logs = (a - 1) * _mean_log_uniform(p) + (b - 1) * mean_log_rest
    return _outside(-p.entropy() + normalizer - logs, (p.high > 1) | (p.low < 0))


@register_kl(Uniform, ContinuousBernoulli)
def _uniform_continuous_bernoulli(p: Any, q: Any) -> Any:
    result = _beta_continuous_bernoulli(p, q)
    return _outside(result, (p.high > 1) | (p.low < 0))


@register_kl(Uniform, Pareto)
def _uniform_pareto(p: Any, q: Any) -> Any:
    normalizer = -q.alpha.log() - q.alpha * q.scale.log()
    result = -p.entropy() + normalizer + (q.alpha + 1) * _mean_log_uniform(p)
    return _outside(result, p.low < q.scale)


def _to_gumbel(p: Any, q: Any, mean_exp: Any) -> Any:
    """``−H(p) + ln scale + (E[x] − loc) / scale + E[exp(−(x − loc) / scale)]``."""
    return -p.entropy() + q.scale.log() + (p.mean - q.loc) / q.scale + mean_exp


@register_kl(Exponential, Gumbel)
def _exponential_gumbel(p: Any, q: Any) -> Any:
    scaled = p.rate * q.scale
    return _to_gumbel(p, q, (q.loc / q.scale).exp() * scaled / (scaled + 1))


@register_kl(Gamma, Gumbel)
def _gamma_gumbel(p: Any, q: Any) -> Any:
    power = (1 + (p.rate * q.scale).reciprocal()).pow(-p.concentration)
    return _to_gumbel(p, q, (q.loc / q.scale).exp() * power)


@register_kl(Normal, Gumbel)
def _normal_gumbel(p: Any, q: Any) -> Any:
    exponent = (q.loc - p.loc) / q.scale + 0.5 * (p.scale / q.scale).pow(2)
    return _to_gumbel(p, q, exponent.exp())


@register_kl(Uniform, Gumbel)
def _uniform_gumbel(p: Any, q: Any) -> Any:
    low, high = ((q.loc - bound) / q.scale for bound in (p.low, p.high))
    return _to_gumbel(p, q, (low.exp() - high.exp()) * q.scale / (p.high - p.low))


@register_kl(Normal, Laplace)
def _normal_laplace(p: Any, q: Any) -> Any:
    """With ``E|x − loc|`` of a normal x."""
    apart = p.loc - q.loc
    z = apart / p.scale
    bell = math.sqrt(2 / math.pi) * p.scale * (-0.5 * z.pow(2)).exp()
    distance = bell + apart * (math.sqrt(0.5) * z).erf()
    return -p.entropy() + (2 * q.scale).log() + distance / q.scale
