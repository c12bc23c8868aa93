"""`nn.init` without PyTorch: ranges, variances and structures."""

from __future__ import annotations

import math

import numpy as np
import pytest

import minitorch as mt
from minitorch.nn import init


@pytest.fixture(autouse=True)
def seed():
    mt.manual_seed(0)


@pytest.mark.parametrize(
    ("fill", "bound"),
    [
        (lambda w: init.uniform_(w, -0.25, 0.25), 0.25),
        (lambda w: init.xavier_uniform_(w, 2.0), 2 * math.sqrt(6 / 700)),
        (lambda w: init.kaiming_uniform_(w, math.sqrt(5)), 1 / math.sqrt(300)),
        (lambda w: init.kaiming_uniform_(w, 0, "fan_out", "relu"), math.sqrt(6 / 400)),
    ],
)
def test_bounds(fill, bound):
    w = fill(mt.empty(400, 300)).numpy()
    assert -bound <= w.min() < -0.99 * bound and 0.99 * bound < w.max() < bound
    assert abs(w.mean()) < 0.01 * bound


@pytest.mark.parametrize(
    ("fill", "std"),
    [
        (lambda w: init.normal_(w, 0.0, 0.1), 0.1),
        (lambda w: init.xavier_normal_(w), math.sqrt(2 / 700)),
        (lambda w: init.kaiming_normal_(w, nonlinearity="relu"), math.sqrt(2 / 300)),
        (lambda w: init.kaiming_normal_(w, 0, "fan_out", "tanh"), 5 / 3 / math.sqrt(400)),
        (lambda w: init.trunc_normal_(w, 0.0, 0.02), 0.02),
    ],
)
def test_deviations(fill, std):
    w = fill(mt.empty(400, 300)).numpy()
    assert abs(w.mean()) < 0.02 * std
    np.testing.assert_allclose(w.std(), std, rtol=0.02)


def test_fans_of_convolutions():
    w = init.kaiming_uniform_(mt.empty(64, 32, 3, 3), nonlinearity="relu").numpy()
    np.testing.assert_allclose(abs(w).max(), math.sqrt(6 / (32 * 9)), rtol=0.01)


@pytest.mark.parametrize(
    ("mean", "a", "b"), [(0.0, -2.0, 2.0), (0.0, -0.1, 0.5), (0.0, 2.0, 3.0), (5.0, 4.0, 9.0)]
)
def test_truncation(mean, a, b):
    w = init.trunc_normal_(mt.empty(20000), mean, 1.0, a, b).numpy()
    assert a <= w.min() and w.max() <= b
    grid = np.linspace(a, b, 10001)
    density = np.exp(-0.5 * (grid - mean) ** 2)
    assert abs(w.mean() - (grid * density).sum() / density.sum()) < 0.03  # of the truncated normal


def test_truncation_far_away_warns():
    with pytest.warns(UserWarning, match="mean is more than 2 std from"):
        init.trunc_normal_(mt.empty(3), 9.0, 1.0)


def test_constants():
    assert init.ones_(mt.empty(2)).tolist() == [1, 1]
    assert init.zeros_(mt.empty(2)).tolist() == [0, 0]
    assert init.constant_(mt.empty(2), 3).tolist() == [3, 3]
    assert init.eye_(mt.empty(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]


def test_dirac_copies_channels():
    w = init.dirac_(mt.empty(4, 2, 3, 3), groups=2).numpy()
    assert [tuple(place) for place in np.argwhere(w == 1)] == [
        (0, 0, 1, 1), (1, 1, 1, 1), (2, 0, 1, 1), (3, 1, 1, 1),
    ]  # fmt: skip
    assert w.sum() == 4


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (2, 3, 4)])
def test_orthogonal(shape):
    w = init.orthogonal_(mt.empty(*shape, dtype=mt.float64), 2.0).numpy().reshape(shape[0], -1)
    small = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-12)
    assert init.orthogonal_(mt.empty(0, 2)).shape == (0, 2)


def test_sparse():
    w = init.sparse_(mt.empty(10, 6), 0.25).numpy()
    assert ((w == 0).sum(axis=0) == 3).all()


@pytest.mark.parametrize(
    ("name", "slope", "gain"),
    [
        ("linear", None, 1), ("sigmoid", None, 1), ("tanh", None, 5 / 3), ("selu", None, 0.75),
        ("relu", None, math.sqrt(2)), ("leaky_relu", None, math.sqrt(2 / 1.0001)),
        ("leaky_relu", 1, 1),
    ],
)  # fmt: skip
def test_gain(name, slope, gain):
    assert init.calculate_gain(name, slope) == gain


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda x: init.calculate_gain("gelu"), "Unsupported nonlinearity gelu"),
        (
            lambda x: init.calculate_gain("leaky_relu", True),
            "negative_slope True not a valid number",
        ),
        (init.eye_, "Only tensors with 2 dimensions"),
        (init.dirac_, "Only tensors with 3, 4, or 5 dimensions"),
        (lambda x: init.dirac_(mt.empty(3, 1, 1), 2), "dim 0 must be divisible by groups"),
        (init.xavier_normal_, "fewer than 2 dimensions"),
        (lambda x: init.kaiming_normal_(mt.empty(2, 2), mode="fan"), "Mode fan not supported"),
        (init.orthogonal_, "Only tensors with 2 or more dimensions"),
        (lambda x: init.sparse_(x, 0.1), "Only tensors with 2 dimensions"),
    ],
)
def test_refuses(run, message):
    with pytest.raises(ValueError, match=message):
        run(mt.empty(3))


@pytest.mark.parametrize("fill", [init.kaiming_uniform_, init.kaiming_normal_])
def test_nothing_to_fill(fill):
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        assert fill(mt.empty(0, 3)).shape == (0, 3)


def test_old_names():
    with pytest.warns(FutureWarning, match="`nn.init.constant` is now deprecated in favor of"):
        assert init.constant(mt.empty(1), 2).item() == 2


def test_a_leaf_that_needs_a_gradient_may_be_filled():
    w = mt.empty(3, 3, requires_grad=True)
    for fill in (init.uniform_, init.eye_, init.orthogonal_, init.trunc_normal_, init.zeros_):
        assert fill(w) is w and w.is_leaf and w.requires_grad


def test_generators():
    a, b = (init.normal_(mt.empty(3), generator=mt.Generator().manual_seed(4)) for _ in range(2))
    assert a.tolist() == b.tolist()
