"""Functions of single elements without PyTorch: SciPy's values, and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import minitorch as mt
from minitorch.autograd.gradcheck import gradcheck, gradgradcheck

ALL = (-3.0, 3.0)
POSITIVE = (0.2, 4.0)
UNIT = (-0.9, 0.9)

# name: (what NumPy or SciPy says, where to look)
FUNCTIONS = {
    "abs": (np.abs, ALL), "sgn": (np.sign, ALL), "sign": (np.sign, ALL),
    "exp": (np.exp, ALL), "exp2": (np.exp2, ALL), "expm1": (np.expm1, ALL),
    "log": (np.log, POSITIVE), "log2": (np.log2, POSITIVE), "log10": (np.log10, POSITIVE),
    "log1p": (np.log1p, POSITIVE), "sqrt": (np.sqrt, POSITIVE),
    "rsqrt": (lambda x: 1 / np.sqrt(x), POSITIVE), "reciprocal": (np.reciprocal, POSITIVE),
    "square": (np.square, ALL), "neg": (np.negative, ALL),
    "sin": (np.sin, ALL), "cos": (np.cos, ALL), "tan": (np.tan, UNIT),
    "asin": (np.arcsin, UNIT), "acos": (np.arccos, UNIT), "atan": (np.arctan, ALL),
    "sinh": (np.sinh, ALL), "cosh": (np.cosh, ALL), "tanh": (np.tanh, ALL),
    "asinh": (np.arcsinh, ALL), "acosh": (np.arccosh, (1.2, 4.0)), "atanh": (np.arctanh, UNIT),
    "sinc": (np.sinc, ALL), "deg2rad": (np.deg2rad, ALL), "rad2deg": (np.rad2deg, ALL),
    "floor": (np.floor, ALL), "ceil": (np.ceil, ALL), "round": (np.rint, ALL),
    "trunc": (np.trunc, ALL),
    "frac": (lambda x: x - np.trunc(x), ALL), "nan_to_num": (np.nan_to_num, ALL),
    "erf": (scipy.special.erf, ALL), "erfc": (scipy.special.erfc, ALL),
    "erfinv": (scipy.special.erfinv, UNIT), "lgamma": (scipy.special.gammaln, POSITIVE),
    "digamma": (scipy.special.psi, POSITIVE), "i0": (scipy.special.i0, ALL),
    "sigmoid": (scipy.special.expit, ALL),
    "logit": (scipy.special.logit, (0.1, 0.9)),
}  # fmt: skip
COMPLEX = [
    "abs", "sgn", "angle", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt",
    "reciprocal", "square", "neg", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
    "tanh",
    "asinh", "acosh", "atanh", "sinc", "sigmoid", "conj", "real", "imag", "view_as_real",
]  # fmt: skip
# Not of 0-d tensors and empty ones alone: shapes with either, and rows of any stride.
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def inputs(shape, limits, seed=0):
    """Numbers within ``limits``, none near a whole number, where rounding jumps."""
    x = np.random.default_rng(seed).uniform(*limits, shape)
    return np.where(np.abs(x - np.rint(x)) < 0.01, x + 0.02, x)


def leaf(array):
    return mt.tensor(array, requires_grad=True)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values(name):
    expected, limits = FUNCTIONS[name]
    x = inputs((4, 5), limits)
    np.testing.assert_allclose(getattr(mt, name)(mt.tensor(x)).numpy(), expected(x), rtol=1e-14)
    with np.errstate(all="ignore"):
        got = getattr(mt.tensor(x.astype("float32")), name)().numpy()
        np.testing.assert_allclose(got, expected(x.astype("float32")), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(shape=SHAPES)
@settings(max_examples=8, deadline=None)
def test_derivatives(name, shape):
    function = getattr(mt, name)
    x = leaf(inputs(shape, FUNCTIONS[name][1]))
    assert gradcheck(function, x)
    assert gradgradcheck(function, x)


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_derivatives(name):
    rng = np.random.default_rng(0)
    z = leaf(rng.uniform(0.2, 0.8, 3) * np.exp(1j * rng.uniform(0.2, 1.2, 3)))
    assert gradcheck(getattr(mt, name), z)
    assert gradgradcheck(getattr(mt, name), z)


PAIRS = {
    "maximum": (np.maximum, ALL), "minimum": (np.minimum, ALL),
    "fmax": (np.fmax, ALL), "fmin": (np.fmin, ALL),
    "atan2": (np.arctan2, ALL), "hypot": (np.hypot, ALL), "copysign": (np.copysign, ALL),
    "xlogy": (scipy.special.xlogy, POSITIVE),
    "logaddexp": (np.logaddexp, ALL), "logaddexp2": (np.logaddexp2, ALL),
}  # fmt: skip
BROADCAST = [((), ()), ((3,), ()), ((), (2, 3)), ((2, 1), (3,)), ((2, 0), (1,)), ((2, 3), (2, 3))]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("shapes", BROADCAST)
def test_two_operands(name, shapes):
    expected, limits = PAIRS[name]
    x, y = (inputs(shape, limits, seed) for seed, shape in enumerate(shapes))
    function = getattr(mt, name)
    result = function(mt.tensor(x), mt.tensor(y)).numpy()
    np.testing.assert_allclose(result, expected(x, y), rtol=1e-14)
    assert gradcheck(function, (leaf(x), leaf(y)))
    assert gradgradcheck(function, (leaf(x), leaf(y)))


CALLS = {
    "clamp": lambda x: x.clamp(-1, 1),
    "clamp min": lambda x: x.clamp(min=0.5),
    "clamp_max": lambda x: x.clamp_max(0.5),
    "polygamma": lambda x: mt.polygamma(2, x.abs() + 1),
    "mvlgamma": lambda x: mt.mvlgamma(x.abs() + 3, 3),
    "logit eps": lambda x: mt.logit(x.sigmoid(), 0.2),
    "round decimals": lambda x: mt.round(x, decimals=1),
    "xlogy number": lambda x: mt.xlogy(2, x.abs()) + mt.xlogy(x, 3.0),
    "in place": lambda x: (x * 1).sin_().mul_(2).sigmoid_(),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_calls(call):
    x = leaf(inputs((3, 4), ALL))
    assert gradcheck(CALLS[call], x)
    assert gradgradcheck(CALLS[call], x)


def test_clamp_between_tensors():
    x, low, high = (leaf(inputs(s, ALL, i)) for i, s in enumerate([(3, 4), (4,), (3, 1)]))
    assert gradcheck(mt.clamp, (x, low, high))
    assert gradcheck(lambda x, low: x.clamp(min=low), (x, low))
    assert gradcheck(lambda x, high: x.clamp_max(high), (x, high))


def test_complex_numbers_from_parts():
    x, y = leaf(inputs((2, 3), ALL)), leaf(inputs((3,), ALL, 1))
    for function in (mt.complex, lambda x, y: mt.polar(x * x + 1, y)):
        assert gradcheck(function, (x, y))
        assert gradgradcheck(function, (x, y))
    assert gradcheck(lambda x: mt.view_as_complex(mt.stack([x, x * x], -1)), x)


@given(
    hnp.arrays(np.float32, 2000, elements=st.floats(width=32)),
    hnp.arrays(np.float32, 2000, elements=st.floats(width=32)),
)
@settings(max_examples=20, deadline=None)
def test_masks_choose_bits(x, y):
    """Above a size `select` and `keep` work on bits; they must give what NumPy's where gives."""
    from minitorch.ops import masking

    for dtype in ("float16", "float32", "float64", "int64"):
        with np.errstate(all="ignore"):
            a, b = np.nan_to_num(x).astype(dtype), y.astype(dtype)
        mask = x > y
        np.testing.assert_array_equal(masking.keep(np, b, mask), np.where(mask, b, 0))
        np.testing.assert_array_equal(masking.select(np, mask, a, b), np.where(mask, a, b))
        wide, row = a.reshape(2, 1000), b[:1000]
        chosen = masking.select(np, mask[:1000], wide, row)
        np.testing.assert_array_equal(chosen, np.where(mask[:1000], wide, row))
        assert chosen.base is None


def test_scipy_is_loaded_when_needed():
    import subprocess
    import sys

    program = (
        "import sys, minitorch as mt; before = 'scipy' in sys.modules; mt.erf(mt.ones(1));"
        "print(before, 'scipy' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["False", "True"]


def test_rounding_keeps_integers():
    x = mt.tensor([1, -2, 2**60 + 1])
    for name in ("floor", "ceil", "trunc", "round", "sgn", "abs"):
        assert getattr(mt, name)(x).dtype is mt.int64
    assert mt.floor(x).tolist() == [1, -2, 2**60 + 1]
    assert math.isnan(mt.nan_to_num(mt.tensor([math.nan]), nan=math.nan).item())
