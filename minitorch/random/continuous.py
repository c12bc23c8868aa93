"""Uniform and normal numbers, and functions of one uniform or one normal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import Array
from .boxmuller import box_muller, fused_multiply_add, normal_pair
from .common import (
    C_TYPE,
    PIECE,
    SCALAR_TYPE,
    Shape,
    check_floating,
    filled,
    not_implemented,
    round_to,
    work_type,
)
from .generator import Generator


def uniform(
    generator: Generator,
    shape: Shape = (),
    dtype: Any = np.float32,
    low: float = 0.0,
    high: float = 1.0,
) -> Array:
    """``low + (high − low)·u``, as ``torch.rand`` and ``Tensor.uniform_``.

    Each part of a complex number is such a number. RuntimeError if low > high.

    >>> uniform(Generator().manual_seed(0), (3,))
    array([0.4962566 , 0.7682218 , 0.08847743], dtype=float32)
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "c":
        return _complex(uniform(generator, (*shape, 2), _part(dtype), low, high), dtype)
    check_floating("check_uniform_bounds", dtype)
    work = work_type(dtype)
    uniforms = (generator.gpu or generator).uniforms
    if (low, high) == (0, 1):
        result = filled(generator, shape, dtype, lambda n: uniforms(n, work))
    else:
        _check_interval(dtype, low, high)
        start, width = work(low), work(high) - work(low)
        result = filled(
            generator,
            shape,
            dtype,
            lambda n: fused_multiply_add(uniforms(n, work), width, start),
        )
    # Where it was rounded up to `high`.
    generator.xp.copyto(result, low, where=result == dtype.type(high))
    return result


def _check_interval(dtype: np.dtype, low: float, high: float) -> None:
    largest = float(np.finfo(dtype).max)
    for name, bound in (("from", low), ("to", high)):
        if not abs(bound) <= largest:
            raise RuntimeError(f"{name} is out of bounds for {C_TYPE[dtype.name]}")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if high - low > largest:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{SCALAR_TYPE[dtype.name]}>::max(), "
            f"but found to={high:g} and from={low:g} which result in to-from to exceed the limit"
        )


def normal(
    generator: Generator,
    shape: Shape = (),
    dtype: Any = np.float32,
    mean: float = 0.0,
    std: float = 1.0,
    *,
    contiguous: bool = True,
) -> Array:
    """``mean + std·z``, as ``torch.randn`` and ``Tensor.normal_``.

    A tensor whose memory is not contiguous (say so) is filled as if it had fewer than 16 elements.
    Each part of a complex number is such a number, with ``std/√2``. RuntimeError if std < 0.

    >>> normal(Generator().manual_seed(0), (3,))
    array([ 1.5409961, -0.2934289, -2.1787894], dtype=float32)
    """
    dtype = np.dtype(dtype)
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if dtype.kind == "c":
        parts, part_std = (*shape, 2), std / math.sqrt(2)
        z = normal(generator, parts, _part(dtype), mean, part_std, contiguous=contiguous)
        return _complex(z, dtype)
    n = math.prod(shape)
    if n == 0:
        return generator.xp.empty(shape, dtype)
    check_floating("normal_kernel_cpu", dtype)
    if generator.gpu is not None:
        z = generator.gpu.normals(n, work_type(dtype))
        return round_to(dtype, _scaled(z, mean, std)).reshape(shape)
    if n < 16 or not contiguous:
        z = _normals_one_by_one(generator, n)
        return round_to(dtype, _scaled(z, mean, std)).reshape(shape)
    work, whole = work_type(dtype), n - n % 16
    # Before the 16 fresh uniforms PyTorch draws for the rest as well, except in float16.
    count = n if n == whole else (n if dtype == work else whole) + 16
    u = filled(generator, (count,), work, lambda n: generator.uniforms(n, work))
    if n > whole:
        u = np.concatenate((u[:whole], u[-16:]))
    z = u.reshape(-1, 2, 8)
    for start in range(0, len(z), PIECE // 16):
        blocks = z[start : start + PIECE // 16]
        blocks[...] = _scaled(box_muller(blocks), work(mean), work(std))
    z = z.reshape(-1)
    if n > whole:
        z = np.concatenate((z[: n - 16], z[-16:]))
    return round_to(dtype, z).reshape(shape)


def _scaled(z: Array, mean: float, std: float) -> Array:
    if (mean, std) == (0, 1):
        return z + 0  # makes −0 to 0, as the multiply-add would
    return fused_multiply_add(z, std, mean)


def _normals_one_by_one(generator: Generator, n: int) -> np.ndarray:
    """``n`` standard normals in float64, in pairs; the sine of the last one may wait."""
    waiting = [] if generator.next_normal is None else [generator.next_normal]
    pairs = (n - len(waiting) + 1) // 2
    u = generator.uniforms(2 * pairs, np.float64).reshape(-1, 2)
    if pairs < 32:  # up to here Python's numbers take less time than arrays
        z = np.array(waiting + [z for u1, u2 in u.tolist() for z in normal_pair(u1, u2, math)])
    else:
        z = np.append(waiting, np.stack(normal_pair(u[:, 0], u[:, 1], np), axis=1))
    generator.next_normal = None
    if len(z) > n:
        u1, u2 = u[-1].tolist()
        generator.next_normal = normal_pair(u1, u2, math)[1]
    return z[:n]


def normal_like(generator: Generator, mean: Any, std: Any) -> Array:
    """``z·std + mean`` where ``mean`` or ``std`` or both are arrays, as ``torch.normal``."""
    array = generator.xp.ndarray
    dtype = mean.dtype if isinstance(mean, array) else std.dtype
    shape = np.broadcast_shapes(*[getattr(x, "shape", ()) for x in (mean, std)])
    if isinstance(std, array):
        if std.size and not std.min() >= 0:
            raise RuntimeError("normal expects all elements of std >= 0.0")
        z = round_to(dtype, normal(generator, shape, dtype) * std)
    else:
        z = normal(generator, shape, dtype, std=std)
    return round_to(dtype, z + mean)


def exponential(
    generator: Generator, shape: Shape = (), dtype: Any = np.float32, lambd: float = 1.0
) -> Array:
    """Waiting times at the rate ``lambd``: ``−ln(1 − u)/lambd``, as ``Tensor.exponential_``.

    RuntimeError unless lambd > 0.
    """
    dtype = np.dtype(dtype)
    if not lambd > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={lambd:g}")
    if dtype.kind != "f" and math.prod(shape):
        raise _continuous("Exponential", SCALAR_TYPE[dtype.name])

    def make(n: int) -> Array:
        return -1 / lambd * generator.xp.log1p(-generator.uniforms(n, np.float64))

    return filled(generator, shape, dtype, make)


def cauchy(
    generator: Generator,
    shape: Shape = (),
    dtype: Any = np.float32,
    median: float = 0.0,
    sigma: float = 1.0,
) -> Array:
    """``median + sigma·tan(π(u − ½))``, as ``Tensor.cauchy_``. RuntimeError unless sigma > 0."""
    dtype = np.dtype(dtype)
    if not sigma > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={sigma:g}")
    if dtype.kind != "f":
        raise _continuous("Cauchy", C_TYPE[dtype.name])

    def make(n: int) -> Array:
        tangent = generator.xp.tan(math.pi * (generator.uniforms(n, np.float64) - 0.5))
        return fused_multiply_add(tangent, sigma, median)

    return filled(generator, shape, dtype, make)


def log_normal(
    generator: Generator,
    shape: Shape = (),
    dtype: Any = np.float32,
    mean: float = 1.0,
    std: float = 2.0,
) -> Array:
    """``exp(mean + std·z)``, as ``Tensor.log_normal_``, each z made as those of a small `normal`.

    RuntimeError unless std > 0.
    """
    dtype = np.dtype(dtype)
    if not std > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={std:g}")
    if math.prod(shape):
        check_floating("log_normal_cpu", dtype)

    def make(n: int) -> Array:
        return generator.xp.exp(normal(generator, (n,), np.float64, mean, std, contiguous=False))

    return filled(generator, shape, dtype, make)


def geometric(
    generator: Generator, shape: Shape = (), dtype: Any = np.float32, p: float = 0.5
) -> Array:
    """The number of the first success: ``⌈ln u / ln(1 − p)⌉``, as ``Tensor.geometric_``.

    RuntimeError unless 0 < p < 1.
    """
    dtype = np.dtype(dtype)
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p:g}")
    xp, n = generator.xp, math.prod(shape)
    if dtype.kind in "bc" and n:
        raise not_implemented("geometric_cpu", dtype)

    def make(n: int) -> Array:
        return xp.ceil(xp.log(generator.uniforms(n, np.float64)) / math.log1p(-p))

    return filled(generator, shape, dtype, make)


def _part(dtype: np.dtype) -> np.dtype:
    """The dtype of a complex dtype's real part."""
    return np.dtype(f"f{dtype.itemsize // 2}")


def _complex(parts: Array, dtype: np.dtype) -> Array:
    return parts.view(dtype)[..., 0]


def _continuous(name: str, dtype: str) -> RuntimeError:
    return RuntimeError(
        f"{name} distribution is a continuous probability distribution. dtype must be a floating "
        f"point but you specified {dtype}"
    )
