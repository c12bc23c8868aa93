"""Poisson, binomial and gamma numbers, by methods that draw until they are content.

How many draws a number takes is itself random, so these are loops in Python, one number at a time.
PyTorch's numbers come out because every comparison is made as PyTorch makes it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend import Array
from .common import SCALAR_TYPE, check_floating, round_to
from .generator import Generator


def poisson(generator: Generator, rate: Array) -> Array:
    """How many events there are where ``rate`` are expected, for each rate, as ``torch.poisson``.

    RuntimeError if a rate is negative.
    """
    check_floating("poisson_cpu", rate.dtype)
    if not (rate >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    if generator.xp is not np:
        return generator.cupy.poisson(rate).astype(rate.dtype)
    return _for_each(lambda r: _poisson(float(r), generator.one_uniform), rate)


def binomial(generator: Generator, count: Array, prob: Array) -> Array:
    """How many of ``count`` trials of probability ``prob`` succeed, as ``torch.binomial``.

    The arrays broadcast; the result has the dtype of ``count``.
    """
    for name, array in (("count", count), ("prob", prob)):
        if array.dtype.kind != "f":
            raise ValueError(
                f"binomial only supports floating-point dtypes for {name}, got: "
                f"{SCALAR_TYPE[array.dtype.name]}"
            )
    if count.dtype != prob.dtype:
        found, expected = SCALAR_TYPE[prob.dtype.name], SCALAR_TYPE[count.dtype.name]
        raise RuntimeError(f"Found dtype {found} but expected {expected}")
    if generator.xp is not np:
        return generator.cupy.binomial(count.astype(np.int64), prob).astype(count.dtype)
    count, prob = np.broadcast_arrays(count, prob)
    return _for_each(lambda c, p: _binomial(c, p, generator.one_uniform), count, prob)


def standard_gamma(generator: Generator, alpha: Array) -> Array:
    """A gamma number for each shape parameter, as ``torch.distributions.Gamma`` draws them."""
    check_floating("gamma_cpu", alpha.dtype)
    xp, tiny = generator.xp, np.finfo(alpha.dtype).tiny
    if xp is not np:
        return xp.maximum(generator.cupy.standard_gamma(alpha), tiny).astype(alpha.dtype)
    uniform, normal = generator.one_uniform, generator.one_normal
    return np.maximum(_for_each(lambda a: _gamma(a, uniform, normal), alpha), tiny)


def dirichlet(generator: Generator, alpha: Array) -> Array:
    """Shares that sum to 1 along the last axis, as ``torch.distributions.Dirichlet`` draws them.

    They are gamma numbers divided by their sum.
    """
    check_floating("dirichlet", alpha.dtype)
    gamma = standard_gamma(generator, alpha.astype(np.float64))
    share = (gamma / gamma.sum(axis=-1, keepdims=True)).astype(alpha.dtype)
    one = alpha.dtype.type(1)
    return share.clip(np.finfo(alpha.dtype).tiny, np.nextafter(one, 0 * one))


Draw = Callable[[], float]  # one float64: uniform in [0, 1), or standard normal


def _for_each(draw: Callable[..., float], *arrays: np.ndarray) -> np.ndarray:
    """``draw`` of the elements of ``arrays``, in order, in the first one's shape and dtype."""
    numbers = [draw(*elements) for elements in zip(*(a.reshape(-1) for a in arrays), strict=True)]
    return round_to(arrays[0].dtype, np.array(numbers, np.float64)).reshape(arrays[0].shape)


def _poisson(rate: float, uniform: Draw) -> float:
    """For a small rate: the number of uniforms whose product is still above ``e^−rate``.

    From 10 on: transformed rejection, "PTRS" (Hörmann, 1993).
    """
    if rate in (0, math.inf):
        return rate
    if rate < 10:
        limit, product, events = math.exp(-rate), uniform(), 0
        while product > limit:
            product *= uniform()
            events += 1
        return events
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    surely = 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform() - 0.5, uniform()
        margin, k = _propose(u, a, b, rate + 0.43)
        if margin >= 0.07 and v <= surely:
            return k
        if k < 0 or (margin < 0.013 and v > margin):
            continue
        log_ratio = _log(v) + math.log(inverse_alpha) - math.log(a / (margin * margin) + b)
        if log_ratio <= k * math.log(rate) - rate - math.lgamma(k + 1):
            return k


def _binomial(count: Any, prob: Any, uniform: Draw) -> float:
    """For few expected successes: how many geometric waiting times fit into ``count``.

    From 10 on: transformed rejection, "BTRS" (Hörmann, 1993). ``count`` and ``prob`` are NumPy
    scalars, so that what is computed from them alone is rounded to their type.
    """
    if math.isnan(count) or math.isnan(prob):
        return math.nan
    if count <= 0 or prob <= 0:
        return 0
    if prob >= 1:
        return float(count)
    if prob > 0.5:
        return float(count) - _binomial(count, 1 - prob, uniform)
    if count * prob >= 10:
        return _binomial_by_rejection(count, prob, uniform)
    log_failure = float(prob.dtype.type(math.log1p(-prob)))
    successes, trials = -1, 0.0
    while trials <= count:
        trials += float(np.ceil(_log(uniform()) / log_failure))
        successes += 1
    return successes


def _binomial_by_rejection(count: Any, prob: Any, uniform: Draw) -> float:
    deviation = float(np.sqrt(count * prob * (1 - prob)))
    middle, odds = float(count * prob) + 0.5, float(prob / (1 - prob))
    mode = float(np.floor((count + 1) * prob))
    count = float(count)
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * float(prob)
    surely = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * deviation
    while True:
        u, v = uniform() - 0.5, uniform()
        margin, k = _propose(u, a, b, middle)
        if k < 0 or k > count:
            continue
        if margin >= 0.07 and v <= surely:
            return k
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (count - mode + 1)))
            + (count + 1) * math.log((count - mode + 1) / (count - k + 1))
            + (k + 0.5) * math.log(odds * (count - k + 1) / (k + 1))
            + _stirling_tail(mode)
            + _stirling_tail(count - mode)
            - _stirling_tail(k)
            - _stirling_tail(count - k)
        )
        if _log(v * alpha / (a / (margin * margin) + b)) <= bound:
            return k


def _propose(u: float, a: float, b: float, middle: float) -> tuple[float, int]:
    """How far u is from the ends of [−½, ½), and the number that Hörmann's methods make of it."""
    margin = 0.5 - abs(u) or 2.0**-60  # never 0, which would be divided by
    return margin, math.floor((2 * a / margin + b) * u + middle)


def _stirling_tail(k: float) -> float:
    """What Stirling's formula lacks of ln k!."""
    if k < 10:
        k = math.floor(k)
        return math.lgamma(k + 1) - ((k + 0.5) * math.log(k + 1) - (k + 1) + math.log(math.tau) / 2)
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)


def _log(x: float) -> float:
    return math.log(x) if x else -math.inf


THIRD, SQUEEZE = float(np.float32(1) / np.float32(3)), float(np.float32(0.0331))


def _gamma(alpha: Any, uniform: Draw, normal: Draw) -> float:
    """A cube of a shifted normal, accepted or not (Marsaglia and Tsang, 2000).

    ``alpha`` is a NumPy scalar, so that sums with it are rounded to its type. PyTorch writes the
    method's constants in float32, and so they are here.
    """
    if math.isnan(alpha) or alpha == math.inf:
        return float(alpha)
    if alpha == 0:
        return 0.0
    scale = 1.0
    if alpha < 1:  # the gamma number of alpha + 1, times a power of a uniform
        scale = (1 - uniform()) ** float(1 / alpha)
        alpha = alpha + 1
    d = float(alpha - alpha.dtype.type(THIRD))
    c = 1 / math.sqrt(9 * d)
    while True:
        x = normal()
        y = 1 + c * x
        if y <= 0:
            continue
        v, u, square = y * y * y, 1 - uniform(), x * x
        if u < 1 - SQUEEZE * square * square:
            return scale * d * v
        if math.log(u) < 0.5 * square + d * (1 - v + math.log(v)):
            return scale * d * v
