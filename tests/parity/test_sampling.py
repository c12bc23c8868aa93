"""Random tensors beside PyTorch: the same seed gives the same numbers, everywhere."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch as mt
from tests.parity.programs import agree, said

PROGRAMS = []


def program(function):
    PROGRAMS.append(function)
    return function


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda function: function.__name__)
def test_says_the_same(function):
    agree(function, tolerance=2e-6)


@program
def uniform_numbers(torch):
    for size in ((), (3,), (2, 3), (16,), (5, 17), (0,), (2, 0)):
        yield (
            torch.rand(size),
            torch.rand(size, dtype=torch.float64),
            torch.rand(size, dtype=torch.float16),
        )
    yield (
        torch.rand(2, 3),
        torch.rand([4]),
        torch.rand(size=(2,)),
        torch.rand(2, requires_grad=True),
    )
    yield torch.rand(2, dtype=torch.complex64), torch.rand(2, device="cpu"), torch.rand(1)


@program
def normal_numbers(torch):
    for size in ((), (3,), (2, 3), (16,), (5, 17), (15,), (0,), (33,)):
        yield torch.randn(size), torch.randn(size, dtype=torch.float64)
    yield torch.randn(2, 3), torch.randn(20, dtype=torch.float16), torch.randn(size=(2,))
    yield torch.randn(2, dtype=torch.complex64), torch.randn(3, requires_grad=True)
    yield (
        torch.normal(0.0, 1.0, (2,)),
        torch.normal(2, 3, size=(20,)),
        torch.normal(torch.zeros(2), 1.0),
    )
    yield torch.normal(torch.arange(3.0)), torch.normal(0, torch.ones(2))
    yield (
        torch.normal(torch.arange(3.0), torch.ones(2, 1)),
        torch.normal(torch.zeros(2), torch.zeros(2)),
    )
    yield torch.normal(mean=0.0, std=1.0, size=(2,), dtype=torch.float64)
    yield torch.normal(std=torch.ones(2), mean=torch.zeros(2))


@program
def whole_numbers(torch):
    yield torch.randint(10, (5,)), torch.randint(-3, 10, (2, 3)), torch.randint(high=3, size=(4,))
    yield (
        torch.randint(low=3, high=10, size=(2,)),
        torch.randint(2**40, (3,)),
        torch.randint(10, size=[2]),
    )
    yield torch.randint(0, 10, (3,), dtype=torch.float32), torch.randint(2, (9,), dtype=torch.bool)
    yield torch.randint(0, 200, (3,), dtype=torch.uint8), torch.randint(torch.tensor(5), (2,))
    for n in (0, 1, 2, 7, 100):
        yield torch.randperm(n), torch.randperm(n, dtype=torch.float32)
    yield torch.randperm(n=5), torch.randperm(5, dtype=torch.int32)


@program
def like_others(torch):
    x = torch.zeros(3, 5)
    yield (
        torch.rand_like(x),
        torch.randn_like(x),
        torch.randint_like(x, 5),
        torch.randint_like(x, 3, 9),
    )
    yield torch.rand_like(x.t()), torch.randn_like(x.t()), torch.rand_like(x.t()).stride()
    yield torch.rand_like(x[:, ::2]), torch.randn_like(x, dtype=torch.float64, requires_grad=True)
    yield torch.randint_like(x, low=3, high=5, dtype=torch.int64), torch.rand_like(x, device="cpu")


@program
def in_place(torch):
    def fresh(*shape):
        return torch.zeros(*(shape or (4,)))

    for shape in ((4,), (3, 7), (40,), ()):
        x = torch.zeros(shape)
        yield (
            x.uniform_(-2, 5),
            x.normal_(1, 3),
            x.exponential_(2.0),
            x.cauchy_(1, 2),
            x.log_normal_(0, 1),
        )
        yield (
            x.geometric_(0.3),
            x.random_(),
            x.random_(5),
            x.random_(2, 9),
            x.bernoulli_(),
            x.bernoulli_(0.2),
        )
    yield fresh().uniform_(to=2), fresh().normal_(std=3), fresh().exponential_(), fresh().cauchy_()
    yield fresh().log_normal_(), fresh().exponential_(lambd=3), fresh().bernoulli_(p=0.9)
    yield fresh().uniform_(torch.tensor(0.5), 1), torch.zeros(3, dtype=torch.int64).bernoulli_(0.5)
    yield torch.zeros(3, dtype=torch.int8).random_(), torch.zeros(3, dtype=torch.float64).uniform_()
    x = fresh()
    yield x.uniform_() is x, x._version
    for part in (
        torch.zeros(4, 6).t(),
        torch.zeros(4, 12)[:, ::2],
        torch.zeros(3, 4, 5).permute(1, 2, 0),
    ):
        yield part.uniform_(), part.normal_(), part.bernoulli_(), part.exponential_()
    x = torch.zeros(3, 4)
    x[1:, ::2].uniform_()
    yield x


@program
def from_probabilities(torch):
    p = torch.tensor([[0.1, 0.5, 0.9], [0.0, 1.0, 0.3]])
    yield (
        torch.bernoulli(p),
        p.bernoulli(),
        torch.bernoulli(p, 0.5),
        p.bernoulli(0.5),
        p.bernoulli(p=0.2),
    )
    yield (
        torch.bernoulli(p.double()),
        torch.zeros(2, 3).bernoulli_(p),
        torch.zeros(4, 3).bernoulli_(p[0]),
    )
    yield torch.multinomial(p, 1), torch.multinomial(p, 4, replacement=True), p[0].multinomial(2)
    yield torch.multinomial(p, 5, True), torch.poisson(p * 20), torch.poisson(torch.zeros(2))
    yield (
        torch.binomial(torch.full((2, 3), 50.0), p),
        torch.bernoulli(p.t()),
        torch.multinomial(p.t(), 2),
    )


@program
def history(torch):
    x = torch.full((3,), 0.5, requires_grad=True)
    for fill in (
        lambda y: y.uniform_(),
        lambda y: y.normal_(),
        lambda y: y.exponential_(),
        lambda y: y.cauchy_(),
        lambda y: y.log_normal_(),
        lambda y: y.geometric_(0.5),
        lambda y: y.bernoulli_(),
        lambda y: y.bernoulli_(torch.ones(3)),
        lambda y: y.random_(),
        lambda y: y.random_(5),
        lambda y: y.bernoulli(),
        lambda y: torch.poisson(y),
        lambda y: torch.normal(y),
        lambda y: torch.normal(0.0, y),
        lambda y: torch.normal(y, y),
    ):
        x.grad = None
        y = fill(x * 1)
        y.sum().backward()
        yield y, y.grad_fn.name(), x.grad
        with torch.no_grad():
            fill(x.clone())
    y = x * 2
    y[:2].uniform_()
    (y * 3).sum().backward()
    yield x.grad
    with torch.no_grad():
        yield x.uniform_(), torch.multinomial(x, 1).requires_grad


@program
def generators(torch):
    g = torch.Generator().manual_seed(7)
    yield g.initial_seed(), torch.rand(3, generator=g), torch.randn(3, generator=g), torch.rand(3)
    yield (
        torch.randint(5, (3,), generator=g),
        torch.randperm(4, generator=g),
        torch.zeros(2).uniform_(generator=g),
    )
    yield (
        torch.normal(torch.zeros(2), 1.0, generator=g),
        torch.bernoulli(torch.ones(2) / 2, generator=g),
    )
    yield (
        torch.multinomial(torch.ones(3), 2, generator=g),
        torch.poisson(torch.ones(2), generator=g),
    )
    yield torch.rand_like(torch.zeros(2), generator=g), g.get_state(), str(g.device)
    state = g.get_state()
    first = torch.rand(3, generator=g)
    yield g.set_state(state) is g, torch.equal(torch.rand(3, generator=g), first)
    other = torch.Generator()
    other.set_state(state)
    yield torch.equal(torch.rand(3, generator=other), first), other.initial_seed()
    copy = other.clone_state()
    yield torch.equal(torch.rand(3, generator=copy), torch.rand(3, generator=other))
    yield torch.Generator().initial_seed(), torch.rand(1, generator=torch.Generator())


@program
def seeds(torch):
    for seed in (0, 1, -1, 2**32, 2.7, "5"):
        torch.manual_seed(seed)
        yield torch.rand(2), torch.randn(2), torch.initial_seed()
    yield torch.manual_seed(3) is torch.default_generator
    torch.randn(3)
    state = torch.get_rng_state()
    yield state, torch.randn(5)
    torch.set_rng_state(state)
    yield torch.randn(5)
    with torch.random.fork_rng():
        yield torch.rand(2)
        torch.manual_seed(9)
    yield torch.rand(2), torch.initial_seed()
    with torch.random.fork_rng(enabled=False):
        torch.rand(2)
    yield torch.rand(2)
    drawn = torch.seed()
    yield drawn == torch.initial_seed(), 0 <= drawn < 2**64


def test_states_go_from_one_library_to_the_other():
    torch.manual_seed(11)
    torch.randn(3)
    mt.set_rng_state(mt.from_numpy(torch.get_rng_state().numpy()))
    np.testing.assert_array_equal(mt.randn(4).numpy(), torch.randn(4).numpy())
    torch.set_rng_state(torch.from_numpy(mt.get_rng_state().numpy()))
    np.testing.assert_array_equal(mt.rand(4).numpy(), torch.rand(4).numpy())


REFUSED = [
    lambda t: t.rand("a"),
    lambda t: t.rand(2, "a"),
    lambda t: t.rand(2.0),
    lambda t: t.rand(-1),
    lambda t: t.randn(-1, 2),
    lambda t: t.rand(2, dtype=t.int64),
    lambda t: t.randn(2, dtype=t.int64),
    lambda t: t.randint(0, (2,)),
    lambda t: t.randint(5, 3, (2,)),
    lambda t: t.randint(3, (2,), dtype=t.bool),
    lambda t: t.randint(0, 300, (2,), dtype=t.uint8),
    lambda t: t.randperm(-1),
    lambda t: t.randperm(2.5),
    lambda t: t.randperm(300, dtype=t.uint8),
    lambda t: t.rand_like(3),
    lambda t: t.randn_like([1.0]),
    lambda t: t.rand_like(t.zeros(2, dtype=t.int64)),
    lambda t: t.normal(t.zeros(2, dtype=t.int64), 1.0),
    lambda t: t.normal(t.zeros(3), t.ones(2)),
    lambda t: t.normal(0.0, -1.0, (2,)),
    lambda t: t.normal(t.zeros(2), -t.ones(2)),
    lambda t: t.bernoulli(0.5),
    lambda t: t.bernoulli(t.tensor([1])),
    lambda t: t.bernoulli(t.tensor([2.0])),
    lambda t: t.zeros(2).bernoulli_(2),
    lambda t: t.zeros(3).bernoulli_(t.ones(2, 3)),
    lambda t: t.zeros(2).bernoulli_(t.ones(2, dtype=t.int64)),
    lambda t: t.multinomial(t.ones(3), num_samples=5),
    lambda t: t.multinomial(t.ones(3), 0),
    lambda t: t.multinomial(t.tensor([-1.0, 2.0]), 1),
    lambda t: t.multinomial([1.0], 1),
    lambda t: t.poisson(-t.ones(2)),
    lambda t: t.zeros(2).uniform_(3),
    lambda t: t.zeros(2, dtype=t.int64).uniform_(),
    lambda t: t.zeros(2).uniform_("a"),
    lambda t: t.zeros(2).normal_(0, -1),
    lambda t: t.zeros(2).exponential_(0),
    lambda t: t.zeros(2).geometric_(1.5),
    lambda t: t.zeros(2).random_(0),
    lambda t: t.zeros(2).normal_(generator=3),
    lambda t: t.zeros(2, requires_grad=True).uniform_(),
    lambda t: t.zeros(2, requires_grad=True).bernoulli_(),
    lambda t: t.zeros(1).expand(3).uniform_(),
    lambda t: t.zeros(1).expand(3).bernoulli_(t.zeros(3)),
    lambda t: t.manual_seed("a"),
    lambda t: t.manual_seed(2**70),
    lambda t: t.set_rng_state(t.zeros(3)),
    lambda t: t.set_rng_state(3),
    lambda t: t.Generator().set_state(t.zeros(2, dtype=t.uint8)),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_refuses_what_pytorch_refuses(number):
    ours, theirs = said(REFUSED[number], mt), said(REFUSED[number], torch)
    assert theirs[0].endswith("Error")
    assert ours == theirs


MIXED = [  # PyTorch lists all signatures: the first words must be the same
    lambda t: t.rand(),
    lambda t: t.randint(10),
    lambda t: t.randint(0, 10, 2),
    lambda t: t.randint(0.5, 10, (2,)),
    lambda t: t.normal(0, 1),
    lambda t: t.normal(t.zeros(2), 1.0, (2,)),
    lambda t: t.zeros(2).bernoulli_("a"),
    lambda t: t.zeros(2).random_(2.5),
]


@pytest.mark.parametrize("number", range(len(MIXED)))
def test_refuses_mixed_arguments(number):
    ours, theirs = said(MIXED[number], mt), said(MIXED[number], torch)
    assert ours[0] == theirs[0] == "TypeError"
    assert ours[1].split(", but")[0] == theirs[1].split(", but")[0]
