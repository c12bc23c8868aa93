"""Random tensors without PyTorch: known first numbers, moments, seeds, gradients, errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

import minitorch as mt


@pytest.fixture(autouse=True)
def seed():
    mt.manual_seed(0)


def test_the_first_numbers_of_seed_0_are_those_everybody_knows():
    assert repr(mt.rand(3)) == "tensor([0.4963, 0.7682, 0.0885])"
    mt.manual_seed(0)
    assert repr(mt.randn(3)) == "tensor([ 1.5410, -0.2934, -2.1788])"
    mt.manual_seed(0)
    assert mt.randperm(5).tolist() == [4, 0, 1, 3, 2]
    mt.manual_seed(0)
    assert mt.randint(10, (5,)).tolist() == [4, 9, 3, 0, 3]


def test_shapes_dtypes_and_gradients():
    assert mt.rand(2, 3).shape == mt.rand((2, 3)).shape == mt.rand(size=(2, 3)).shape == (2, 3)
    assert mt.randn(()).shape == () and mt.randn(2, 0).shape == (2, 0)
    assert (
        mt.rand(2, dtype=mt.float64).dtype is mt.float64 and mt.randint(3, (2,)).dtype is mt.int64
    )
    assert mt.rand(2, requires_grad=True).is_leaf and mt.randn(2, requires_grad=True).requires_grad
    assert mt.randint(2, 5, (4,), dtype=mt.float32).dtype is mt.float32
    assert mt.randperm(3, dtype=mt.int32).dtype is mt.int32
    x = mt.zeros(3, 4, dtype=mt.float64)
    assert mt.rand_like(x).dtype is mt.float64 and mt.randn_like(x, dtype=mt.float32).shape == (
        3,
        4,
    )
    assert mt.randint_like(x, 5).max() < 5 and mt.randint_like(x, 3, 5).min() >= 3
    assert mt.rand_like(x.t()).stride() == (1, 4)
    assert mt.rand_like(x, device="cpu", requires_grad=True).requires_grad


N = 200_000
DISTRIBUTIONS = [
    (lambda x: x.uniform_(-1, 3), 1, 4 / math.sqrt(12)),
    (lambda x: x.normal_(2, 3), 2, 3),
    (lambda x: x.exponential_(4), 0.25, 0.25),
    (
        lambda x: x.log_normal_(0, 0.5),
        math.exp(0.125),
        math.exp(0.125) * math.sqrt(math.expm1(0.25)),
    ),
    (lambda x: x.geometric_(0.2), 5, math.sqrt(0.8) / 0.2),
    (lambda x: x.bernoulli_(0.3), 0.3, math.sqrt(0.21)),
    (lambda x: x.bernoulli_(mt.full((N,), 0.3)), 0.3, math.sqrt(0.21)),
    (lambda x: x.random_(10), 4.5, math.sqrt(99 / 12)),
    (lambda x: x.random_(5, 15), 9.5, math.sqrt(99 / 12)),
    (lambda x: x.random_(), 2**23, 2**24 / math.sqrt(12)),
    (lambda x: mt.poisson(x.fill_(6)), 6, math.sqrt(6)),
    (lambda x: mt.binomial(x.fill_(20), mt.full((N,), 0.4)), 8, math.sqrt(4.8)),
    (lambda x: mt.normal(x.fill_(3), 2.0), 3, 2),
    (lambda x: mt.normal(1.0, x.fill_(2)), 1, 2),
    (lambda x: mt.normal(x.fill_(3), mt.full((N,), 2.0)), 3, 2),
    (lambda x: mt.normal(3.0, 2.0, (N,)), 3, 2),
    (lambda x: mt.bernoulli(x.fill_(0.25)), 0.25, math.sqrt(3) / 4),
    (lambda x: mt.bernoulli(x, 0.25), 0.25, math.sqrt(3) / 4),
]


@pytest.mark.parametrize(("draw", "mean", "std"), DISTRIBUTIONS)
def test_moments(draw, mean, std):
    numbers = draw(mt.zeros(N)).numpy().astype("float64")
    assert abs(numbers.mean() - mean) < 5 * std / math.sqrt(N)
    np.testing.assert_allclose(numbers.std(), std, rtol=0.02)


def test_cauchy_has_its_quartiles():
    numbers = mt.zeros(N).cauchy_(1, 2).numpy()
    np.testing.assert_allclose(np.quantile(numbers, [0.25, 0.5, 0.75]), [-1, 1, 3], atol=0.05)


def test_multinomial():
    weights = mt.tensor([[0.0, 1.0, 3.0], [1.0, 0.0, 0.0]])
    drawn = mt.multinomial(weights, N // 100, replacement=True).numpy()
    assert set(drawn[0]) == {1, 2} and set(drawn[1]) == {0}
    assert abs((drawn[0] == 2).mean() - 0.75) < 0.05
    assert sorted(weights[0].multinomial(2).tolist()) == [1, 2]


def test_permutations():
    assert sorted(mt.randperm(1000).tolist()) == list(range(1000))


def test_writes_into_memory_as_it_lies():
    x = mt.zeros(4, 6)
    assert x.t().uniform_().data_ptr() == x.data_ptr()
    mt.manual_seed(0)
    assert x.reshape(-1).tolist() == mt.rand(24).tolist()
    x.zero_()[1:, ::2].normal_()
    assert (x == 0).sum() == 24 - 9
    assert x._version == 3


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: x.uniform_(), lambda x: x.normal_(), lambda x: x.exponential_(),
        lambda x: x.cauchy_(), lambda x: x.log_normal_(), lambda x: x.geometric_(0.5),
        lambda x: x.bernoulli_(), lambda x: x.bernoulli_(mt.ones(3)), lambda x: x.random_(),
        lambda x: x.random_(7), mt.bernoulli, mt.poisson, mt.normal, lambda x: mt.normal(0.0, x),
        lambda x: mt.normal(x, x),
    ],
)  # fmt: skip
def test_what_is_drawn_does_not_depend_on_what_was_there(draw):
    x = mt.full((3,), 0.5, requires_grad=True)
    y = draw(x * 1)
    assert y.requires_grad
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]
    with mt.no_grad():
        assert not draw(x.detach().clone()).requires_grad


def test_generators_have_streams_of_their_own():
    g = mt.Generator().manual_seed(0)
    assert mt.rand(3, generator=g).tolist() == mt.rand(3).tolist()
    state = g.get_state()
    assert (state.dtype, state.shape) == (mt.uint8, (5056,))
    first = mt.randn(3, generator=g).tolist()
    assert mt.randn(3, generator=g).tolist() != first
    assert mt.randn(3, generator=g.set_state(state)).tolist() == first
    assert str(g.device) == "cpu"
    for draw in (
        lambda g: mt.randint(9, (5,), generator=g), lambda g: mt.randperm(9, generator=g),
        lambda g: mt.zeros(5).normal_(generator=g), lambda g: mt.poisson(mt.ones(9), generator=g),
        lambda g: mt.bernoulli(mt.full((9,), 0.5), generator=g),
        lambda g: mt.rand_like(mt.zeros(5), generator=g),
        lambda g: mt.multinomial(mt.ones(9), 3, generator=g),
    ):  # fmt: skip
        one, other = (draw(mt.Generator().manual_seed(3)).tolist() for _ in range(2))
        assert one == other


def test_default_generator():
    assert mt.manual_seed(5) is mt.default_generator and mt.initial_seed() == 5
    state = mt.get_rng_state()
    first = mt.rand(2).tolist()
    with mt.random.fork_rng():
        assert mt.rand(2).tolist() != first
    after = mt.rand(2).tolist()
    mt.set_rng_state(state)
    assert mt.rand(2).tolist() == first and mt.rand(2).tolist() == after
    with mt.random.fork_rng(enabled=False):
        mt.manual_seed(9)
    assert mt.initial_seed() == 9
    assert mt.seed() == mt.initial_seed() != 9


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda: mt.rand(), TypeError, "rand\\(\\) received an invalid combination"),
        (lambda: mt.rand("a"), TypeError, "argument 'size' \\(position 1\\) must be tuple of ints"),
        (lambda: mt.rand(-1), RuntimeError, "negative dimension -1: \\[-1\\]"),
        (lambda: mt.rand(2, dtype=mt.int64), NotImplementedError, "not implemented for 'Long'"),
        (lambda: mt.rand(2, generator=3), TypeError, "invalid combination of arguments"),
        (lambda: mt.randint(10), TypeError, "randint\\(\\) received an invalid combination"),
        (
            lambda: mt.randint(1.5, (2,)),
            TypeError,
            "argument 'high' \\(position 1\\) must be int, not float",
        ),
        (lambda: mt.randint(0, (2,)), RuntimeError, "random_ expects 'from' to be less than 'to'"),
        (lambda: mt.randint_like(mt.ones(1)), TypeError, "randint_like\\(\\) received an invalid"),
        (
            lambda: mt.randperm(2.5),
            TypeError,
            "argument 'n' \\(position 1\\) must be int, not float",
        ),
        (lambda: mt.rand_like(3), TypeError, "argument 'input' \\(position 1\\) must be Tensor"),
        (lambda: mt.normal(0, 1), TypeError, "normal\\(\\) received an invalid combination"),
        (
            lambda: mt.normal(mt.zeros(3), mt.ones(2)),
            RuntimeError,
            "must match the size of tensor b",
        ),
        (lambda: mt.bernoulli(0.5), TypeError, "must be Tensor, not float"),
        (lambda: mt.zeros(2).bernoulli_("a"), TypeError, "bernoulli_\\(\\) received an invalid"),
        (lambda: mt.zeros(2).bernoulli_(mt.ones(2, 2)), RuntimeError, "must be greater or equal"),
        (
            lambda: mt.zeros(2).uniform_("a"),
            TypeError,
            "argument 'from' \\(position 1\\) must be float",
        ),
        (
            lambda: mt.zeros(2).uniform_(2, 1),
            RuntimeError,
            "expects to return a \\[from, to\\) range",
        ),
        (
            lambda: mt.zeros(2).random_(2.5),
            TypeError,
            "random_\\(\\) received an invalid combination",
        ),
        (
            lambda: mt.zeros(1).expand(2).normal_(),
            RuntimeError,
            "refers to a single memory location",
        ),
        (
            lambda: mt.ones(2, requires_grad=True).normal_(),
            RuntimeError,
            "a leaf Variable that requires",
        ),
        (lambda: mt.set_rng_state(3), TypeError, "expected a torch.ByteTensor, but got int"),
        (lambda: mt.set_rng_state(mt.zeros(3)), TypeError, "RNG state must be a torch.ByteTensor"),
    ],
)
def test_refuses(run, error, message):
    with pytest.raises(error, match=message):
        run()
