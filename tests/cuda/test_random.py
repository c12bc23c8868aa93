"""Random numbers on a GPU: PyTorch's where its rules are known, and repeatable everywhere."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn.functional as F
from minitorch import random

# What PyTorch prints on a GPU after manual_seed(0), as many have published it.
RAND = """0.3990 0.5167 0.0249 0.9401 0.9459 0.7967 0.4150 0.8203 0.2290 0.9096
    0.9722 0.7910 0.4690 0.3300 0.3345 0.3783 0.7640 0.6405 0.1103 0.3594"""  # ten, and ten more
RANDN = """-0.9247 -0.4253 -2.6438 0.1452 -0.1209 -0.5797 -0.6229 -0.3284
    -1.0745 -0.3631 -1.6711 2.2655 0.3117 -0.1842 1.2866 1.1820
    -0.1271 1.2169 1.4353 1.0605 -0.4941 -1.4244 -0.7244 -1.2973"""


def numbers(text):
    return [float(word) for word in text.split()]


def test_the_numbers_of_pytorch():
    mt.manual_seed(0)
    found = [*mt.rand(10, device="cuda").tolist(), *mt.rand(10, device="cuda").tolist()]
    np.testing.assert_allclose(found, numbers(RAND), atol=6e-5)
    mt.manual_seed(0)
    found = mt.randn(3, 8, device="cuda").flatten().tolist()
    np.testing.assert_allclose(found, numbers(RANDN), atol=6e-5)


def test_more_elements_than_threads():
    """The second word of a thread is for the element as many places on as there are threads."""
    generator = mt.Generator("cuda").manual_seed(7)
    threads = generator.gpu.most
    words = generator.words(9 * threads).get().reshape(9, threads)  # three counters
    assert generator.gpu.offset == 12
    assert len(np.unique(words)) > 0.999 * words.size
    generator.manual_seed(7)
    first = generator.words(threads).get()
    assert (words[0] == first).all() and generator.gpu.offset == 4
    assert (words[4] == generator.words(threads).get()).all()  # the next counter
    z = random.normal(generator, (5 * threads,), np.float32).get()
    u = random.uniform(generator, (5 * threads,), np.float32, -1, 3).get()
    assert abs(z.mean()) < 0.05 and abs(z.std() - 1) < 0.05
    assert abs(u.mean() - 1) < 0.05 and u.min() >= -1 and u.max() < 3
    z = random.normal(generator, (5 * threads,), np.float64).get()
    assert abs(z.mean()) < 0.05 and abs(z.std() - 1) < 0.05


DRAWS = [
    lambda g: mt.rand(5, generator=g, device="cuda"),
    lambda g: mt.rand(5, generator=g, device="cuda", dtype=mt.float64),
    lambda g: mt.randn(5, generator=g, device="cuda", dtype=mt.complex64),
    lambda g: mt.randint(-5, 5, (5,), generator=g, device="cuda"),
    lambda g: mt.randint(2**40, (5,), generator=g, device="cuda"),
    lambda g: mt.randperm(9, generator=g, device="cuda"),
    lambda g: mt.poisson(mt.full((5,), 4.0, device="cuda"), generator=g),
    lambda g: mt.multinomial(mt.ones(9, device="cuda"), 3, generator=g),
    lambda g: mt.zeros(5, device="cuda").exponential_(generator=g),
]


@pytest.mark.parametrize("draw", DRAWS)
def test_states(draw):
    generator = mt.Generator("cuda").manual_seed(2**63 + 5)
    draw(generator)
    state = generator.get_state()
    assert state.dtype is mt.uint8 and state.is_cpu and state.numel() == 16
    first, second = draw(generator), draw(generator)
    assert not first.equal(second)
    assert draw(generator.set_state(state)).equal(first)
    assert draw(generator.clone_state()).equal(second)
    assert generator.initial_seed() == 2**63 + 5


def test_states_that_are_none():
    generator = mt.Generator("cuda")
    for wrong, error, text in (
        (mt.zeros(16), TypeError, "RNG state must be a torch.ByteTensor"),
        (mt.zeros(15, dtype=mt.uint8), RuntimeError, "RNG state is wrong size"),
        (mt.ones(16, dtype=mt.uint8), RuntimeError, "offset must be a multiple of 4"),
    ):
        with pytest.raises(error, match=text):
            generator.set_state(wrong)


def test_the_default_streams():
    def draw():
        return mt.rand(4, device="cuda")

    mt.cuda.manual_seed(11)
    assert mt.cuda.initial_seed() == 11
    state = mt.cuda.get_rng_state()
    first = draw()
    mt.cuda.set_rng_state(state)
    assert draw().equal(first)
    with mt.random.fork_rng():
        inside = draw()
    assert draw().equal(inside)
    every = mt.cuda.get_rng_state_all()
    assert len(every) == mt.cuda.device_count()
    inside = draw()
    mt.cuda.set_rng_state_all(every)
    assert draw().equal(inside)
    mt.cuda.seed()
    before = mt.cuda.initial_seed()
    mt.cuda.seed_all()
    assert mt.cuda.initial_seed() != before


@pytest.mark.parametrize("use_reentrant", [False, True])
def test_a_checkpoint_drops_the_same_elements_again(use_reentrant):
    x = mt.ones(50, device="cuda", requires_grad=True)
    out = mt.utils.checkpoint.checkpoint(
        lambda x: F.dropout(x * x, 0.5), x, use_reentrant=use_reentrant
    )
    out.sum().backward()
    assert x.grad.equal(2 * out.detach())  # 0 where it was dropped, else 2 · 2
