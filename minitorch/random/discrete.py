"""Yes or no, whole numbers, permutations and samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import Array
from ..user_warnings import warn
from .common import (
    C_TYPE,
    SCALAR_TYPE,
    Shape,
    check_floating,
    filled,
    memory_order,
    not_implemented,
    work_type,
)
from .continuous import exponential
from .generator import Generator

LONG = (2**32 - 1) // 20  # from this length on randperm takes 64 bits a step


def bernoulli(
    generator: Generator, shape: Shape = (), dtype: Any = np.float32, p: Any = 0.5
) -> Array:
    """1 where u < p, else 0, as ``Tensor.bernoulli_``; dropout keeps an element where it is 1.

    ``p`` is a number, or an array that broadcasts to ``shape`` (``torch.bernoulli``). RuntimeError
    unless 0 <= p <= 1.
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "c" and math.prod(shape):
        raise not_implemented("bernoulli_scalar_cpu_", dtype)
    if not isinstance(p, generator.xp.ndarray):
        if not 0 <= p <= 1:
            raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
        return filled(generator, shape, dtype, lambda n: generator.uniforms(n, np.float64) < p)
    check_floating("bernoulli_tensor_cpu_p_", p.dtype)
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error "
            "message be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    work = work_type(p.dtype)
    u = filled(generator, shape, work, lambda n: generator.uniforms(n, work))
    return (u < p).astype(dtype)


def randint(
    generator: Generator, low: int, high: int, shape: Shape = (), dtype: Any = np.int64
) -> Array:
    """``low + w mod (high − low)``, as ``torch.randint`` and ``Tensor.random_(low, high)``.

    RuntimeError if low >= high, or if the dtype cannot hold them.

    >>> randint(Generator().manual_seed(0), 0, 10, (5,))
    array([4, 9, 3, 0, 3])
    """
    dtype = np.dtype(dtype)
    if not low < high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    smallest, greatest = _limits(dtype)
    for name, bound in (("from", low), ("to - 1", high - 1)):
        if not smallest <= bound <= greatest:
            raise RuntimeError(f"{name} is out of bounds for {C_TYPE[dtype.name]}")
    if dtype.kind == "f":
        low, high = _inside(low, 1, dtype), _inside(high, -1, dtype)
        for name, bound in (("from", low), ("to - 1", high - 1)):
            _warn_if_not_exact(name, bound, dtype)
    span = high - low
    words = generator.double_words if span >= 2**28 else generator.words
    return filled(generator, shape, dtype, lambda n: (words(n) % span).astype(np.int64) + low)


def random_(
    generator: Generator, shape: Shape = (), dtype: Any = np.int64, low: int | None = None
) -> Array:
    """Whole numbers from 0, or from ``low``, to the dtype's greatest, as ``Tensor.random_``.

    In a floating dtype the greatest is that up to which it holds all whole numbers, 2²⁴ in float32.
    From ``low = −2⁶³`` on it is all 64 bits of two words.
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "c":
        raise not_implemented("random_kernel_cpu", dtype)
    greatest = 2 ** _digits(dtype) if dtype.kind == "f" else _limits(dtype)[1]
    if low is None:
        words = generator.double_words if dtype.char in "lqd" else generator.words
        return filled(generator, shape, dtype, lambda n: words(n) % (greatest + 1))
    if low > -(2**63):
        return randint(generator, low, greatest + 1, shape, dtype)
    if dtype not in (np.int64, np.float64, np.float32):
        raise RuntimeError(
            "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16"
        )
    return filled(generator, shape, dtype, lambda n: generator.double_words(n).view(np.int64))


def _inside(bound: int, step: int, dtype: np.dtype) -> int:
    """``bound``, or the next float inside where the number one ``step`` inside rounds outside."""
    rounded = int(dtype.type(bound + step))
    if rounded >= bound if step < 0 else rounded < bound:
        return rounded + step * 2 ** (abs(bound + step).bit_length() - _digits(dtype))
    return bound


def _warn_if_not_exact(name: str, bound: int, dtype: np.dtype) -> None:
    digits = _digits(dtype)
    if abs(bound) > 2**digits:
        warn(
            f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
            f"{C_TYPE[dtype.name]} can support discrete uniform distribution only within this "
            "range. This warning will become an error in version 1.7 release, please fix the code "
            "in advance"
        )


def _digits(dtype: np.dtype) -> int:
    """How many bits a number of a floating dtype holds: 11, 24 or 53."""
    return int(np.finfo(dtype).nmant) + 1


def _limits(dtype: np.dtype) -> tuple[Any, Any]:
    """The smallest and the greatest number that a dtype holds."""
    if dtype.kind == "c":
        raise RuntimeError(
            "check_random_bounds handles only integral, floating-point and boolean types"
        )
    if dtype.kind == "b":
        return 0, 1
    if dtype.kind == "f":
        greatest = float(np.finfo(dtype).max)
        return -greatest, greatest
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def randperm(generator: Generator, n: int, dtype: Any = np.int64) -> Array:
    """The numbers 0 … n − 1 in random order, as ``torch.randperm``. RuntimeError if n is no size.

    For i = 0, 1, …, n − 2 the numbers at the places i and ``i + w mod (n − i)`` change places. From
    n = 214,748,364 on, where 32 bits would no longer be fair, two words w₁ w₂ are taken a step, and
    for i = 0, 1, …, n − 1 the places are i and ``(w₁·2³² + w₂) mod (i + 1)``.

    >>> randperm(Generator().manual_seed(0), 5)
    array([4, 0, 1, 3, 2])
    """
    dtype = np.dtype(dtype)
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    if dtype.kind in "bc":
        raise not_implemented("randperm", dtype)
    if dtype.kind == "f":
        if n > 2 ** _digits(dtype) + 1:
            most = "2049" if dtype == np.float16 else f"2^{_digits(dtype)}+1"
            name = SCALAR_TYPE[dtype.name]
            raise RuntimeError(f"n cannot be greater than {most} for {name} type.")
    elif n - 1 > np.iinfo(dtype).max:
        raise RuntimeError(f"value cannot be converted to type {dtype.name}_t without overflow")
    if generator.xp is not np:  # the order of random numbers: no loop
        return generator.xp.argsort(generator.double_words(n)).astype(dtype)
    if n < LONG:
        steps = np.arange(n)
        places = steps.copy()
        places[:-1] += generator.words(max(n - 1, 0)) % (n - steps[:-1])
        return exchanged(steps, places).astype(dtype, copy=False)
    places = generator.double_words(n) % np.arange(1, n + 1, dtype=np.uint64)
    order = list(range(n))
    for i, place in enumerate(places.tolist()):
        order[i], order[place] = order[place], order[i]
    return np.array(order, dtype)


def exchanged(steps: Array, places: Array) -> Array:
    """The numbers 0 … n − 1 after those at i and ``places[i]`` changed places, for i = 0, 1, ….

    As arrays of all steps, which a loop of 60,000 in Python takes four times as long for. A place
    is not before its step: ``places >= steps``. So step i takes for good what is at its place, and
    leaves there what was at i: what the last step that went to i left, and so on.
    """
    n = len(steps)
    left = steps.copy()  # the step whose number each step leaves
    further = places > steps
    left[places[further]] = steps[further]  # of several steps to a place NumPy keeps the last
    while not (left == (before := left[left])).all():
        left = before
    place, step = divmod(np.sort(places * n + steps), n)  # the steps to each place, in order
    again = place[1:] == place[:-1]
    places[step[1:][again]] = left[step[:-1][again]]
    return places


def multinomial(
    generator: Generator, probs: Array, num_samples: int, replacement: bool = False
) -> Array:
    """Indices drawn with the weights in the last axis of ``probs``, as ``torch.multinomial``.

    Without replacement, and for one sample, everyone waits an exponential time at the rate p, and
    those who wait least are drawn: the greatest ``p/e``. With replacement a sample is the first
    index at which the cumulative sum of ``probs`` reaches u. Shape ``(num_samples,)`` or
    ``(rows, num_samples)``, dtype int64. RuntimeError for weights that are none.
    """
    if not 1 <= probs.ndim <= 2:
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if probs.dtype.kind != "f":
        raise RuntimeError(
            "multinomial only supports floating-point dtypes for input, got: "
            f"{SCALAR_TYPE[probs.dtype.name]}"
        )
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > probs.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    xp, shape = generator.xp, (*probs.shape[:-1], num_samples)
    if math.prod(shape) == 0:
        return xp.empty(shape, np.int64)
    by_waiting = num_samples == 1 or not replacement
    _check_weights(probs, by_waiting)
    if by_waiting:
        waiting = xp.empty_like(probs)
        view = memory_order(waiting)
        view[...] = exponential(generator, view.shape, probs.dtype)
        score = probs / waiting
        if num_samples == 1:
            return score.argmax(axis=-1, keepdims=True)
        return (-score).argsort(axis=-1)[..., :num_samples]
    cumulative = probs.astype(work_type(probs.dtype)).cumsum(axis=-1)
    cumulative /= cumulative[..., -1:].copy()
    u = generator.uniforms(math.prod(shape), np.float64).reshape(-1, num_samples)
    rows = zip(cumulative.astype(np.float64).reshape(len(u), -1), u, strict=True)
    return xp.stack([xp.searchsorted(row, v) for row, v in rows]).reshape(shape)


def _check_weights(probs: Array, by_waiting: bool) -> None:
    """Raise PyTorch's errors, which differ between the two ways of `multinomial`."""
    if by_waiting and probs.size == 0:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity."
        )
    negative, infinite = not (probs >= 0).all(), not (probs < math.inf).all()
    if by_waiting and (negative or infinite):
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if negative:
        reason = "encountering probability entry < 0"
    elif infinite:
        reason = "encountering probability entry = infinity or NaN"
    elif not probs.any(axis=-1).all():
        reason = "sum of probabilities <= 0"
    else:
        return
    raise RuntimeError(f"invalid multinomial distribution ({reason})")
