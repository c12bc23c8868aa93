"""Normal numbers from uniform ones, with PyTorch's rounding down to the last bit.

**The method** (Box and Muller, 1958). A point of the plane whose coordinates are two independent
standard normals has a uniform direction and an exponential squared radius. So two uniforms make
two normals:

    radius = √(−2 ln u₁)        n₁ = radius · cos theta
    theta  = 2π u₂              n₂ = radius · sin theta

**The rounding.** In float32 PyTorch computes the logarithm, sine and cosine as Moshier's Cephes
library does (netlib.org/cephes: ``logf``, ``sinf``, ``cosf``), by polynomials, and evaluates these
with *fused multiply-adds*: ``a·b + c`` rounded once, where ``a * b + c`` rounds twice. NumPy's own
functions are as good, and ``randn`` would be three times as fast with them, but one number in
seven would differ in its last bits, and not even in the same way on every processor. So the steps
here are PyTorch's: ``randn`` equals PyTorch's on a PC (x86-64 with AVX2) bit for bit, and itself
on every machine.

A fused multiply-add of float32 numbers is float64 arithmetic, rounded to float32 at the end: the
product of two 24-bit numbers fits into float64's 53 bits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backend import Array

f32, f64 = np.float32, np.float64


def fused_multiply_add(a: Array, b: float, c: float) -> Array:
    """``a * b + c`` rounded once, for a float32 or float64 array and numbers of the same type.

    In float64 there is no wider type to go to. There the rounding errors of the product and of the
    sum are computed, which can be done exactly (Dekker, 1971), and added to the result.
    """
    if a.dtype == f32:
        return _fused(a.astype(f64), b, c)
    product = a * b
    a_high, b_high = _upper_half(a), _upper_half(b)
    a_low, b_low = a - a_high, b - b_high
    error = a_low * b_low - (product - a_high * b_high - a_low * b_high - a_high * b_low)
    total = product + c
    c_in_total = total - product
    error += (product - (total - c_in_total)) + (c - c_in_total)
    return total + error


def _upper_half(a: Any) -> Any:
    """``a`` rounded to 26 of its 53 bits: products of such halves are exact (Veltkamp, 1968)."""
    big = a * (2.0**27 + 1)
    return big - (big - a)


def _fused(a: Array, b: Any, c: Any) -> Array:
    """``a * b + c`` in float64 (``a`` or ``b`` is a float64 array), rounded to float32."""
    result = a * b
    result += c
    return result.astype(f32)


def normal_pair(u1: Any, u2: Any, lib: Any) -> tuple[Any, Any]:
    """Two standard normals in float64, as PyTorch makes them for small tensors.

    Here u₁ is the direction and ``1 − u₂`` makes the radius. ``lib`` is math or numpy.
    """
    radius, theta = lib.sqrt(-2 * lib.log1p(-u2)), math.tau * u1
    return radius * lib.cos(theta), radius * lib.sin(theta)


def box_muller(u: Array) -> Array:
    """Standard normals, shape ``(N, 2, 8)``, from uniforms in [0, 1) of the same shape and dtype.

    The uniforms stand in blocks of 16, as PyTorch uses them: eight u₁, then the eight u₂.
    """
    u1, u2 = 1 - u[:, 0], u[:, 1]  # u₁ in (0, 1]: its logarithm is finite
    theta = math.tau * u2
    if u.dtype == f32:
        log, (sin, cos) = log_float32(u1), sincos_float32(theta)
    else:
        log, sin, cos = np.log(u1), np.sin(theta), np.cos(theta)
    radius = np.sqrt(-2 * log)
    return np.stack((radius * cos, radius * sin), axis=1)


def _float32_values(*numbers: float) -> list[float]:
    """Each number rounded to float32, as a Python float."""
    return [float(f32(number)) for number in numbers]


# The polynomials' coefficients, the highest power first.
LOG = _float32_values(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
SIN = _float32_values(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
COS = _float32_values(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
# ln 2 and π/2 in two parts. The first has few bits: its small multiples are exact.
LN2_HIGH, LN2_LOW = 0.693359375, f32(-2.12194440e-4)
PI_HALF_HIGH, PI_HALF_LOW = 1.570796251296997, 2 * _float32_values(3.77489497744594108e-8)[0]


def log_float32(u: np.ndarray) -> np.ndarray:
    """The natural logarithm of float32 numbers u > 0.

    With ``u = 2ᵉ (1 + x)`` and ``√½ ≤ 1 + x < √2`` it is ``e ln 2 + ln(1 + x)``, where
    ``ln(1 + x) ≈ x − x²/2 + x³ P(x)`` with a polynomial P of degree 8.
    """
    mantissa, exponent = np.frexp(u)  # ½ ≤ mantissa < 1
    small = mantissa < f32(math.sqrt(0.5))
    e = (exponent - small).astype(f32)
    x = mantissa * (1 + small.astype(f32)) - 1
    x_wide, square = x.astype(f64), x * x
    p = _fused(x_wide, LOG[0], LOG[1])
    for coefficient in LOG[2:]:
        p = _fused(p, x_wide, coefficient)
    p = _fused((p * x).astype(f64), square, e * LN2_LOW)
    p = _fused(square.astype(f64), -0.5, p)
    return _fused(e.astype(f64), LN2_HIGH, x + p)


def sincos_float32(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sine and cosine of float32 angles 0 ≤ theta ≤ 2π.

    ``theta`` is ``quarter · π/2 + x`` with ``|x| ≤ π/4``, where ``cos x ≈ 1 − x²/2 + x⁴ C(x²)`` and
    ``sin x ≈ x + x³ S(x²)`` with polynomials C and S of degree 2.
    """
    quarter = np.floor((theta * f32(4 / math.pi)).astype(f64) * 0.5 + 0.5)
    x = (theta - quarter * PI_HALF_HIGH).astype(f32)
    x = (x - quarter * PI_HALF_LOW).astype(f32)
    square = x * x
    wide = square.astype(f64)
    c = _fused(_fused(wide, COS[0], COS[1]), wide, COS[2]) * square
    c = _fused(c, wide, square * f32(-0.5)) + 1
    s = _fused(_fused(wide, SIN[0], SIN[1]), wide, SIN[2]) * square
    s = _fused(s.astype(f64), x, x)
    # Each quarter turn exchanges sine and cosine: sin = s, c, −s, −c and cos = c, −s, −c, s.
    turns = quarter.astype(np.int8)
    odd = (turns & 1).astype(bool)
    return np.where(odd, c, s) * (1 - (turns & 2)), np.where(odd, s, c) * (1 - (turns + 1 & 2))
