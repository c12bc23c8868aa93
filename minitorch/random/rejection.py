"""Poisson, binomial and gamma numbers, by methods that draw until they are content.

How many draws a number takes is itself random, so these are loops in Python, one number at a time.
PyTorch's numbers come out because every comparison is made as PyTorch makes it. What the parameters
alone decide is computed before the loop, in arrays of their dtype, as PyTorch rounds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from ..backend import Array
from .boxmuller import normal_pair
from .common import SCALAR_TYPE, check_floating, round_to
from .generator import Generator


def poisson(generator: Generator, rate: Array) -> Array:
    """How many events there are where ``rate`` are expected, for each rate, as ``torch.poisson``.

    RuntimeError if a rate is negative.
    """
    check_floating("poisson_cpu", rate.dtype)
    if not (rate >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    if generator.gpu is not None:
        return generator.gpu.of_cupy().poisson(rate).astype(rate.dtype)
    result = rate.copy()
    drawn = (rate > 0) & (rate < math.inf)
    result[drawn] = _one_by_one(generator, _poisson, rate[drawn])
    return result


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
    if generator.gpu is not None:
        return generator.gpu.of_cupy().binomial(count.astype(np.int64), prob).astype(count.dtype)
    count, prob = np.broadcast_arrays(count, prob)
    result = np.where((count > 0) & (prob >= 1), count, 0)
    result[np.isnan(count) | np.isnan(prob)] = math.nan
    drawn = (count > 0) & (prob > 0) & (prob < 1)
    n, rare, p = count[drawn], prob[drawn] <= 0.5, prob[drawn]
    p = np.where(rare, p, 1 - p)
    log_failure = np.log1p(-p.astype(np.float64)).astype(p.dtype)
    deviation, mode = np.sqrt(n * p * (1 - p)), np.floor((n + 1) * p)
    k = _one_by_one(generator, _binomial, n, n * p, log_failure, deviation, p, p / (1 - p), mode)
    result[drawn] = np.where(rare, k, n - k)
    return result


def standard_gamma(generator: Generator, alpha: Array) -> Array:
    """A gamma number for each shape parameter, as ``torch.distributions.Gamma`` draws them."""
    check_floating("gamma_cpu", alpha.dtype)
    tiny = np.finfo(alpha.dtype).tiny
    if generator.gpu is not None:
        drawn = generator.gpu.of_cupy().standard_gamma(alpha)
        return generator.xp.maximum(drawn, tiny).astype(alpha.dtype)
    one = alpha.dtype.type(1)
    result = alpha.copy()
    drawn = (alpha > 0) & (alpha < math.inf)
    a = alpha[drawn]
    power = np.where(a < 1, one / a, 0)
    d = np.where(a < 1, a + one, a) - alpha.dtype.type(THIRD)
    result[drawn] = _gammas(generator, d, power)
    return np.maximum(result, tiny)


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


def _one_by_one(
    generator: Generator, draw: Callable[..., float], *parameters: np.ndarray
) -> np.ndarray:
    """``draw(uniform, *parameters)`` of one element after the other, in the parameters' dtype."""
    numbers: list[float] = []
    uniform = _ahead(generator, numbers, len(parameters[0]))
    for elements in zip(*[array.tolist() for array in parameters], strict=True):
        numbers.append(draw(uniform, *elements))
    return round_to(parameters[0].dtype, np.array(numbers, np.float64))


def _ahead(generator: Generator, numbers: list[float], total: int) -> Draw:
    """The uniforms of ``total`` numbers, of which ``numbers`` are there.

    Each number takes a uniform at least. So the uniforms are drawn ahead, as many as numbers are
    missing, and none is left over in the end: 0.1 instead of 0.5 µs each.
    """

    def uniforms() -> Iterator[float]:
        while True:
            yield from generator.uniforms(total - len(numbers), np.float64).tolist()

    return uniforms().__next__


def _poisson(uniform: Draw, rate: float) -> float:
    """For a small rate: the number of uniforms whose product is still above ``e^−rate``.

    From 10 on: transformed rejection, "PTRS" (Hörmann, 1993).
    """
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


def _binomial(uniform: Draw, count: float, mean: float, log_failure: float, *shape: float) -> float:
    """For few expected successes: how many geometric waiting times fit into ``count``.

    From 10 on: transformed rejection, "BTRS" (Hörmann, 1993).
    """
    if mean >= 10:
        return _binomial_by_rejection(uniform, count, mean + 0.5, *shape)
    successes, trials = -1, 0.0
    while trials <= count:
        u = uniform()
        trials += math.ceil(math.log(u) / log_failure) if u else math.inf
        successes += 1
    return successes


def _binomial_by_rejection(
    uniform: Draw,
    count: float,
    middle: float,
    deviation: float,
    prob: float,
    odds: float,
    mode: float,
) -> float:
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * prob
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


def _gammas(generator: Generator, d: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Cubes of shifted normals, accepted or not (Marsaglia and Tsang, 2000).

    ``d`` is alpha − ⅓. With a ``power`` of 1/alpha it is alpha + ⅔: the gamma number of alpha + 1,
    times that power of a uniform. PyTorch writes the method's constants in float32, and so they are
    here. A normal is a new cosine, or the sine of the last pair, which waited. It is all one loop:
    a function for each number takes 1.6 times as long.
    """
    numbers: list[float] = []
    uniform, waiting = _ahead(generator, numbers, len(d)), generator.next_normal
    c = 1 / np.sqrt(9 * d.astype(np.float64))
    for shift, factor, exponent in zip(d.tolist(), c.tolist(), power.tolist(), strict=True):
        scale = (1 - uniform()) ** exponent if exponent else 1.0
        while True:
            if waiting is None:
                x, waiting = normal_pair(uniform(), uniform(), math)
            else:
                x, waiting = waiting, None
            y = 1 + factor * x
            if y <= 0:
                continue
            v, u, square = y * y * y, 1 - uniform(), x * x
            if u < 1 - SQUEEZE * square * square:
                break
            if math.log(u) < 0.5 * square + shift * (1 - v + math.log(v)):
                break
        numbers.append(scale * shift * v)
    generator.next_normal = waiting
    return round_to(d.dtype, np.array(numbers, np.float64))
