"""Activation functions without PyTorch: formulas written again in NumPy, and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

import minitorch as mt
from minitorch.autograd.gradcheck import gradcheck, gradgradcheck
from minitorch.ops import rows

F = mt.nn.functional
erf, expit = scipy.special.erf, scipy.special.expit

FUNCTIONS = {
    "relu": (F.relu, lambda x: np.maximum(x, 0)),
    "relu6": (F.relu6, lambda x: np.clip(x, 0, 6)),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.1), lambda x: np.where(x > 0, x, 0.1 * x)),
    "leaky_relu steep": (lambda x: F.leaky_relu(x, 2), lambda x: np.where(x > 0, x, 2 * x)),
    "elu": (lambda x: F.elu(x, 0.7), lambda x: np.where(x > 0, x, 0.7 * np.expm1(x))),
    "celu": (lambda x: F.celu(x, 1.5), lambda x: np.where(x > 0, x, 1.5 * np.expm1(x / 1.5))),
    "selu": (
        F.selu,
        lambda x: 1.05070098735548 * np.where(x > 0, x, 1.67326324235438 * np.expm1(x)),
    ),
    "gelu": (F.gelu, lambda x: x * (1 + erf(x / 2**0.5)) / 2),
    "gelu tanh": (
        lambda x: F.gelu(x, approximate="tanh"),
        lambda x: x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))) / 2,
    ),
    "silu": (F.silu, lambda x: x * expit(x)),
    "mish": (F.mish, lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    "softplus": (
        lambda x: F.softplus(x, 2, 3),
        lambda x: np.where(2 * x > 3, x, np.log1p(np.exp(2 * x)) / 2),
    ),
    "hardtanh": (lambda x: F.hardtanh(x, -2, 1.5), lambda x: np.clip(x, -2, 1.5)),
    "hardswish": (F.hardswish, lambda x: x * np.clip(x + 3, 0, 6) / 6),
    "hardsigmoid": (F.hardsigmoid, lambda x: np.clip(x + 3, 0, 6) / 6),
    "sigmoid": (F.sigmoid, expit),
    "logsigmoid": (F.logsigmoid, lambda x: np.log(expit(x))),
    "softsign": (F.softsign, lambda x: x / (1 + np.abs(x))),
    "tanhshrink": (F.tanhshrink, lambda x: x - np.tanh(x)),
    "softshrink": (F.softshrink, lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)),
    "hardshrink": (F.hardshrink, lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    "threshold": (lambda x: F.threshold(x, 0.3, -2), lambda x: np.where(x > 0.3, x, -2)),
    "rrelu": (lambda x: F.rrelu(x, 0.1, 0.3), lambda x: np.where(x > 0, x, 0.2 * x)),
}  # fmt: skip
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def inputs(shape):
    """Numbers of both signs, none near a kink of any function above."""
    x = np.random.default_rng(0).uniform(-4, 7, shape)
    return np.where(np.abs(x * 10 - np.rint(x * 10)) < 0.1, x + 0.02, x)


def leaf(array):
    return mt.tensor(array, requires_grad=True)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values(name):
    function, expected = FUNCTIONS[name]
    x = inputs((40, 50))
    np.testing.assert_allclose(function(mt.tensor(x)).numpy(), expected(x), rtol=1e-12, atol=1e-15)
    small = x.astype("float32")
    got = function(mt.tensor(small))
    assert got.dtype is mt.float32
    np.testing.assert_allclose(got.numpy(), expected(small.astype(float)), rtol=1e-6, atol=2e-6)
    half = function(mt.tensor(x.astype("float16")))
    assert half.dtype is mt.float16
    np.testing.assert_allclose(
        half.numpy(), expected(x.astype("float16").astype(float)), rtol=2e-3, atol=2e-3
    )


@pytest.mark.parametrize("name", FUNCTIONS)
@given(shape=SHAPES)
@settings(max_examples=8, deadline=None)
def test_derivatives(name, shape):
    x = leaf(inputs(shape))
    assert gradcheck(FUNCTIONS[name][0], x)
    assert gradgradcheck(FUNCTIONS[name][0], x)


@pytest.mark.parametrize("name", ["gelu", "gelu tanh", "silu", "mish"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_fast_gradient_is_that_of_the_formula(name, dtype):
    x = leaf(inputs((40, 50)).astype(dtype))
    y = FUNCTIONS[name][0](x)
    weight = mt.tensor(np.random.default_rng(1).standard_normal((40, 50)).astype(dtype))
    (fast,) = mt.autograd.grad(y, x, weight, retain_graph=True)
    (slow,) = mt.autograd.grad(y, x, weight, create_graph=True)
    assert slow.requires_grad
    np.testing.assert_allclose(fast.numpy(), slow.detach().numpy(), rtol=1e-5, atol=1e-6)


SOFT = {
    "softmax": (F.softmax, scipy.special.softmax),
    "log_softmax": (F.log_softmax, scipy.special.log_softmax),
    "softmin": (F.softmin, lambda x, axis: scipy.special.softmax(-x, axis)),
}  # fmt: skip


@pytest.mark.parametrize("name", SOFT)
@pytest.mark.parametrize(
    "shape", [(), (1,), (5,), (0,), (3, 4), (2, 0), (0, 2), (2, 3, 4), (5, 200)]
)
def test_softmax(name, shape):
    function, expected = SOFT[name]
    x = np.asarray(np.random.default_rng(0).standard_normal(shape))
    for dim in range(len(shape) or 1):
        if x.size and x.ndim:
            got = function(mt.tensor(x), dim).numpy()
            np.testing.assert_allclose(got, expected(x, axis=dim), rtol=1e-12)
        if x.size < 30:
            assert gradcheck(lambda x, dim=dim: function(x, dim), leaf(x))
            assert gradgradcheck(lambda x, dim=dim: function(x, dim), leaf(x))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("length", [3, 64, 65, 1000])
def test_softmax_of_extreme_numbers(dtype, length):
    """The shortcut without the largest number is taken only where it is right."""
    rng = np.random.default_rng(0)
    for scale, shift in [
        (1, 0),
        (1, 59),
        (1, 61),
        (1, 5000),
        (1, -100),
        (1, -5000),
        (200, 0),
        (0, 0),
    ]:
        x = (rng.standard_normal((4, length)) * scale + shift).astype(dtype)
        x[0, 1] = x[1, :] = -np.inf
        x[1, 2] = shift
        for name, (function, expected) in SOFT.items():
            if name == "softmin":
                continue
            want = expected(x.astype("float64"), axis=1)
            got = function(mt.tensor(x), 1).numpy()
            bound = 2e-3 if dtype == "float16" else 1e-5
            np.testing.assert_allclose(got, want, rtol=bound, atol=bound)
    for broken in (np.nan, np.inf):
        x[2, 0] = broken
        for function in (F.softmax, F.log_softmax):
            assert np.isnan(function(mt.tensor(x), 1).numpy()[2]).sum() >= (
                1 if broken == np.inf else length
            )


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=70)))
@settings(max_examples=30, deadline=None)
def test_rows(x):
    with np.errstate(all="ignore"):
        x = np.nan_to_num(x, nan=1.0, posinf=2.0, neginf=-3.0) % 10
    for dim in range(x.ndim):
        np.testing.assert_array_equal(rows.largest(np, x, dim), x.max(axis=dim, keepdims=True))
        np.testing.assert_allclose(rows.total(np, x, dim), x.sum(axis=dim, keepdims=True))
        np.testing.assert_allclose(rows.inner(np, x, x, dim), (x * x).sum(axis=dim, keepdims=True))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "layer_norm", "batch_norm"])
def test_long_rows_are_as_short_ones_and_numpys_buffers_stay(name):
    """Rows from `rows.LONG` on take another way; the size of the buffers is NumPy's again after."""
    before = np.getbufsize()
    x = np.random.default_rng(0).standard_normal((3, 2 * rows.LONG))
    x[1] += 100  # softmax has two ways
    mean, std = (f(x, 1, keepdims=True) for f in (np.mean, np.std))
    shares = np.exp(x - x.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    images = mt.tensor(x).reshape(1, 3, -1)
    call, want = {
        "softmax": (lambda: F.softmax(mt.tensor(x), 1), shares),
        "log_softmax": (lambda: F.log_softmax(mt.tensor(x), 1), np.log(shares)),
        "layer_norm": (lambda: F.layer_norm(mt.tensor(x), x.shape[1:], eps=0.0), (x - mean) / std),
        "batch_norm": (
            lambda: F.batch_norm(images, None, None, training=True, eps=1e-12)[0],
            (x - mean) / std,
        ),
    }[name]
    np.testing.assert_allclose(call().numpy(), want, rtol=1e-9, atol=1e-12)
    assert np.getbufsize() == before
    with pytest.raises(ZeroDivisionError), rows.of_length(rows.LONG):
        assert np.getbufsize() < before
        raise ZeroDivisionError
    assert np.getbufsize() == before


@pytest.mark.parametrize(
    "shapes", [((4, 3, 2), (3,)), ((4, 3), (1,)), ((3,), (1,)), ((), ()), ((2, 0), (1,))]
)
def test_prelu(shapes):
    x, weight = leaf(inputs(shapes[0])), leaf(np.random.default_rng(1).uniform(0.1, 0.9, shapes[1]))
    assert gradcheck(F.prelu, (x, weight))
    assert gradgradcheck(F.prelu, (x, weight))


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_glu(dim):
    x = inputs((4, 2, 2) if dim == 0 else (3, 4))
    a, b = np.split(x, 2, axis=dim)
    np.testing.assert_allclose(F.glu(mt.tensor(x), dim).numpy(), a * expit(b), rtol=1e-13)
    assert gradcheck(lambda x: F.glu(x, dim), leaf(x))
    assert gradgradcheck(lambda x: F.glu(x, dim), leaf(x))


def test_relu_keeps_nan_and_cuts_infinity():
    x = mt.tensor([float("nan"), float("-inf"), float("inf"), -1.0])
    assert str(mt.relu(x)) == "tensor([nan, 0., inf, 0.])"


def test_rrelu_draws_slopes_while_training():
    mt.manual_seed(0)
    x = -mt.ones(1000)
    y = F.rrelu(x, 0.2, 0.4, training=True)
    assert y.min() > -0.4 and y.max() < -0.2 and y.std() > 0.04
    assert mt.equal(F.rrelu(-x, 0.2, 0.4, training=True), -x)
