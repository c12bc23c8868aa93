"""Every random stream against live PyTorch: the numbers, and the state that is left."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch import random
from minitorch.random import Generator

torch = pytest.importorskip("torch")

SIZES = [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 100, 624, 1000, 2048, 10007, 32768, 100003]
SEEDS = [0, 1234567890123, -3]
FLOATS = ["float16", "float32", "float64"]
WHOLE = ["uint8", "int8", "int16", "int32", "int64"]
# Elsewhere PyTorch takes the C library's float32 functions, which differ in the last bits.
CEPHES = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")


def pair(seed):
    return torch.Generator().manual_seed(seed), Generator().manual_seed(seed)


def torch_type(dtype):
    return getattr(torch, dtype)


def empty(n, dtype):
    return torch.empty(n, dtype=torch_type(dtype))


def assert_same(theirs, ours):
    """Equal to the last bit; float64 to a few units of it, where NumPy's functions are not C's."""
    theirs = theirs.numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    if theirs.dtype in (np.float64, np.complex128):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-14)
    elif not CEPHES and theirs.dtype.kind in "fc":
        np.testing.assert_allclose(ours, theirs, rtol=1e-3 if ours.itemsize == 2 else 1e-5)
    else:
        np.testing.assert_array_equal(ours, theirs)


def assert_in_step(torch_generator, generator):
    assert np.array_equal(generator.get_state_bytes(), torch_generator.get_state().numpy())


# name: (dtypes, torch's draw, MiniTorch's), both called with (generator, n, dtype)
DRAWS = {
    "rand": (
        [*FLOATS, "complex64", "complex128"],
        lambda g, n, d: torch.rand(n, dtype=torch_type(d), generator=g),
        lambda g, n, d: random.uniform(g, (n,), d),
    ),
    "uniform_, even": (
        [*FLOATS, "complex64"],
        lambda g, n, d: empty(n, d).uniform_(-0.378, 0.378, generator=g),
        lambda g, n, d: random.uniform(g, (n,), d, -0.378, 0.378),
    ),
    "uniform_": (
        FLOATS,
        lambda g, n, d: empty(n, d).uniform_(2, 5.1, generator=g),
        lambda g, n, d: random.uniform(g, (n,), d, 2, 5.1),
    ),
    "randn": (
        [*FLOATS, "complex64", "complex128"],
        lambda g, n, d: torch.randn(n, dtype=torch_type(d), generator=g),
        lambda g, n, d: random.normal(g, (n,), d),
    ),
    "normal_": (
        FLOATS,
        lambda g, n, d: empty(n, d).normal_(0.3, 0.02, generator=g),
        lambda g, n, d: random.normal(g, (n,), d, 0.3, 0.02),
    ),
    "normal_, not contiguous": (
        FLOATS,
        lambda g, n, d: empty((n, 2), d)[:, 0].normal_(1, 2, generator=g),
        lambda g, n, d: random.normal(g, (n,), d, 1, 2, contiguous=n < 2),
    ),
    "normal": (
        FLOATS,
        lambda g, n, d: torch.normal(means(n, d), torch.full((n,), 0.7), generator=g),
        lambda g, n, d: random.normal_like(g, means(n, d).numpy(), np.full(n, 0.7, np.float32)),
    ),
    "exponential_": (
        FLOATS,
        lambda g, n, d: empty(n, d).exponential_(1.7, generator=g),
        lambda g, n, d: random.exponential(g, (n,), d, 1.7),
    ),
    "cauchy_": (
        ["float16", "float32"],
        lambda g, n, d: empty(n, d).cauchy_(1, 0.3, generator=g),
        lambda g, n, d: random.cauchy(g, (n,), d, 1, 0.3),
    ),
    "standard cauchy_": (
        ["float64"],
        lambda g, n, d: empty(n, d).cauchy_(generator=g),
        lambda g, n, d: random.cauchy(g, (n,), d),
    ),
    "log_normal_": (
        FLOATS,
        lambda g, n, d: empty(n, d).log_normal_(0.2, 0.5, generator=g),
        lambda g, n, d: random.log_normal(g, (n,), d, 0.2, 0.5),
    ),
    "geometric_": (
        [*FLOATS, "int16", "int64"],
        lambda g, n, d: empty(n, d).geometric_(0.1, generator=g),
        lambda g, n, d: random.geometric(g, (n,), d, 0.1),
    ),
    "bernoulli_": (
        [*FLOATS, *WHOLE, "bool"],
        lambda g, n, d: empty(n, d).bernoulli_(0.3, generator=g),
        lambda g, n, d: random.bernoulli(g, (n,), d, 0.3),
    ),
    "bernoulli": (
        FLOATS,
        lambda g, n, d: torch.bernoulli(torch.linspace(0, 1, n, dtype=torch_type(d)), generator=g),
        lambda g, n, d: random.bernoulli(
            g, (n,), d, torch.linspace(0, 1, n, dtype=torch_type(d)).numpy()
        ),
    ),
    "bernoulli_(float64)": (
        ["bool", "int32", "float32"],
        lambda g, n, d: empty(n, d).bernoulli_(torch.tensor(0.4).double(), generator=g),
        lambda g, n, d: random.bernoulli(g, (n,), d, np.array(np.float32(0.4), np.float64)),
    ),
    "randint": (
        [*FLOATS, *WHOLE],
        lambda g, n, d: torch.randint(3, 101, (n,), dtype=torch_type(d), generator=g),
        lambda g, n, d: random.randint(g, 3, 101, (n,), d),
    ),
    "randint, 28 bits": (
        ["int32", "int64", "float64"],
        lambda g, n, d: torch.randint(2**28 - 1, (n,), dtype=torch_type(d), generator=g),
        lambda g, n, d: random.randint(g, 0, 2**28 - 1, (n,), d),
    ),
    "randint, more than 28 bits": (
        ["int32", "int64", "float64"],
        lambda g, n, d: torch.randint(-5, 2**28 - 5, (n,), dtype=torch_type(d), generator=g),
        lambda g, n, d: random.randint(g, -5, 2**28 - 5, (n,), d),
    ),
    "randint, 64 bits": (
        ["int64"],
        lambda g, n, d: torch.randint(-(2**63), 2**63 - 1, (n,), generator=g),
        lambda g, n, d: random.randint(g, -(2**63), 2**63 - 1, (n,)),
    ),
    "random_": (
        [*FLOATS, *WHOLE, "bool"],
        lambda g, n, d: empty(n, d).random_(generator=g),
        lambda g, n, d: random.random_(g, (n,), d),
    ),
    "random_, from 1": (
        [*FLOATS, *WHOLE, "bool"],
        lambda g, n, d: empty(n, d).random_(1, None, generator=g),
        lambda g, n, d: random.random_(g, (n,), d, 1),
    ),
    "random_, all bits": (
        ["int64", "float32", "float64"],
        lambda g, n, d: empty(n, d).random_(-(2**63), None, generator=g),
        lambda g, n, d: random.random_(g, (n,), d, -(2**63)),
    ),
    "randperm": (
        ["int32", "int64", "float32", "float64"],
        lambda g, n, d: torch.randperm(n, dtype=torch_type(d), generator=g),
        lambda g, n, d: random.randperm(g, n, d),
    ),
    "multinomial, one": (
        FLOATS,
        lambda g, n, d: torch.multinomial(weights(n, d), 1, generator=g),
        lambda g, n, d: random.multinomial(g, weights(n, d).numpy(), 1),
    ),
    "multinomial": (
        ["float32", "float64"],
        lambda g, n, d: torch.multinomial(weights(n, d), min(n + 1, 50), generator=g),
        lambda g, n, d: random.multinomial(g, weights(n, d).numpy(), min(n + 1, 50)),
    ),
    "multinomial with replacement": (
        FLOATS,
        lambda g, n, d: torch.multinomial(weights(n, d), 50, True, generator=g),
        lambda g, n, d: random.multinomial(g, weights(n, d).numpy(), 50, True),
    ),
}


def means(n, dtype):
    return torch.linspace(-3, 3, n, dtype=torch_type(dtype))


def weights(n, dtype):
    return (torch.arange(n + 1) * 7 % 11 + 1).to(torch_type(dtype)) / 4


@pytest.mark.filterwarnings("ignore:.*Due to precision limitations:UserWarning")
@pytest.mark.parametrize("name", DRAWS)
def test_every_draw(name):
    dtypes, theirs, ours = DRAWS[name]
    for dtype in dtypes:
        for n in SIZES:
            for seed in SEEDS[: 1 if n > 5000 else 3]:
                g, generator = pair(seed)
                assert_same(theirs(g, n, dtype), ours(generator, n, dtype))
                # The next draw takes the sine that waits, and goes on at the same word.
                assert_same(torch.randn(2, generator=g), random.normal(generator, (2,)))
                assert_in_step(g, generator)


def test_draws_of_all_kinds_in_a_row():
    choose = np.random.RandomState(5)
    g, generator = pair(9)
    for _ in range(400):
        dtypes, theirs, ours = DRAWS[list(DRAWS)[choose.randint(len(DRAWS))]]
        n, dtype = int(choose.randint(0, 70)), dtypes[choose.randint(len(dtypes))]
        assert_same(theirs(g, n, dtype), ours(generator, n, dtype))
        assert_in_step(g, generator)
        if choose.rand() < 0.2:  # each goes on from the other's state
            state = torch.from_numpy(generator.get_state_bytes())
            generator = Generator()
            generator.set_state_bytes(g.get_state().numpy())
            g = torch.Generator()
            g.set_state(state)
            assert generator.initial_seed() == g.initial_seed() == 9


def test_a_million_numbers():
    n = 1_000_003
    g, generator = pair(2)
    for name in ("rand", "randn", "uniform_", "normal_", "bernoulli_", "exponential_"):
        _, theirs, ours = DRAWS[name]
        assert_same(theirs(g, n, "float32"), ours(generator, n, "float32"))
        assert_in_step(g, generator)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_that_take_a_random_number_of_draws(dtype):
    make = np.random.RandomState(1)

    def some(high):
        return (make.rand(3000) * high).astype(dtype)

    for scale in (0.5, 3, 12, 30, 300):
        for seed in SEEDS:
            g, generator = pair(seed)
            rate, alpha = some(scale), some(scale)
            count, prob = np.floor(some(20 * scale)), some(1)
            assert_same(
                torch.poisson(torch.from_numpy(rate), generator=g), random.poisson(generator, rate)
            )
            assert_same(
                torch.binomial(torch.from_numpy(count), torch.from_numpy(prob), generator=g),
                random.binomial(generator, count, prob),
            )
            assert_same(
                torch._standard_gamma(torch.from_numpy(alpha), generator=g),
                random.standard_gamma(generator, alpha),
            )
            shares = alpha.reshape(-1, 3)
            theirs = torch._sample_dirichlet(torch.from_numpy(shares), generator=g).numpy()
            ours = random.dirichlet(generator, shares)
            np.testing.assert_allclose(ours, theirs, rtol=1e-6 if dtype == "float32" else 1e-14)
            assert_in_step(g, generator)


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.T,
        lambda x: x.reshape(2, 3, 4, 5).transpose(3, 1, 0, 2),
        lambda x: x[:, ::2],
        lambda x: x[::3, 1::2].T,
        lambda x: x.reshape(2, 1, 60).transpose(2, 1, 0),
        lambda x: x.reshape(-1)[::2],
        lambda x: x.reshape(3, 5, 8)[1].T,
    ],
)
def test_tensors_are_filled_in_the_order_of_memory(view):
    theirs, ours = view(np.zeros((12, 10))), view(np.zeros((12, 10)))
    p = (np.arange(ours.size) / ours.size).reshape(ours.shape)
    g, generator = pair(6)
    in_order = random.memory_order(ours)
    for change, draw in [
        (lambda x: x.uniform_(generator=g), random.uniform),
        (lambda x: x.bernoulli_(0.4, generator=g), lambda *a: random.bernoulli(*a, 0.4)),
        (
            lambda x: x.normal_(generator=g),
            lambda *a: random.normal(*a, contiguous=ours.flags.c_contiguous),
        ),
        (
            lambda x: x.bernoulli_(torch.from_numpy(p), generator=g),
            lambda *a: random.bernoulli(
                *a, p.transpose(np.argsort([-s for s in ours.strides], kind="stable"))
            ),
        ),
    ]:
        change(torch.from_numpy(theirs))
        in_order[...] = draw(generator, in_order.shape, in_order.dtype)
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-14)
    assert_in_step(g, generator)
    if ours.ndim == 2:
        p = (ours - ours.min() + 1).astype(np.float32, order="K")
        assert_same(
            torch.multinomial(torch.from_numpy(p), 3, generator=g),
            random.multinomial(generator, p, 3),
        )


@pytest.mark.parametrize("n", [1, 5, 100, 40_000])
def test_dropout_keeps_where_bernoulli_is_1(n):
    torch.manual_seed(4)
    kept = torch.nn.functional.dropout(torch.ones(n), 0.3) != 0
    ours = random.bernoulli(Generator().manual_seed(4), (n,), np.bool_, 1 - 0.3)
    assert np.array_equal(kept.numpy(), ours)


@pytest.mark.parametrize("seed", [0, 2**64 - 1, -1, -(2**63), 2**64, 1.5, True, "1", None, [1]])
def test_seeds(seed):
    results = []
    for generator in pair(0):
        try:
            results.append(generator.manual_seed(seed).initial_seed())
        except Exception as error:
            results.append((type(error), str(error).partition("\n")[0]))
    assert results[0] == results[1]


def array(*values, dtype=np.float32):
    return np.array(values, dtype)


ERRORS = [
    (lambda: torch.empty(3).uniform_(2, 1), lambda g: random.uniform(g, (3,), "f4", 2, 1)),
    (lambda: torch.empty(3).uniform_(0, 1e39), lambda g: random.uniform(g, (3,), "f4", 0, 1e39)),
    (lambda: torch.rand(3, dtype=torch.int64), lambda g: random.uniform(g, (3,), "i8")),
    (lambda: torch.empty(0).normal_(0, -0.5), lambda g: random.normal(g, (0,), std=-0.5)),
    (lambda: torch.empty(2).exponential_(-1), lambda g: random.exponential(g, (2,), lambd=-1)),
    (lambda: torch.empty(2).cauchy_(0, 0), lambda g: random.cauchy(g, (2,), sigma=0)),
    (lambda: torch.empty(2).log_normal_(0, -2), lambda g: random.log_normal(g, (2,), std=-2)),
    (lambda: torch.empty(2).geometric_(1.5), lambda g: random.geometric(g, (2,), p=1.5)),
    (lambda: torch.empty(2).bernoulli_(-0.1), lambda g: random.bernoulli(g, (2,), p=-0.1)),
    (
        lambda: torch.bernoulli(torch.tensor([2.0])),
        lambda g: random.bernoulli(g, (1,), p=array(2)),
    ),
    (lambda: torch.randint(5, 5, (3,)), lambda g: random.randint(g, 5, 5, (3,))),
    (
        lambda: torch.randint(0, 40000, (3,), dtype=torch.int16),
        lambda g: random.randint(g, 0, 40000, (3,), "i2"),
    ),
    (
        lambda: torch.randperm(2050, dtype=torch.float16),
        lambda g: random.randperm(g, 2050, np.float16),
    ),
    (
        lambda: torch.randperm(2**15 + 1, dtype=torch.int16),
        lambda g: random.randperm(g, 2**15 + 1, np.int16),
    ),
    (lambda: torch.multinomial(torch.ones(3), 4), lambda g: random.multinomial(g, np.ones(3), 4)),
    (
        lambda: torch.multinomial(torch.tensor([1.0, -1]), 2, True),
        lambda g: random.multinomial(g, array(1, -1), 2, True),
    ),
    (lambda: torch.poisson(torch.tensor([-1.0])), lambda g: random.poisson(g, array(-1))),
]


@pytest.mark.parametrize("case", range(len(ERRORS)))
def test_errors(case):
    theirs, ours = ERRORS[case]
    with pytest.raises(Exception) as expected:
        theirs()
    with pytest.raises(expected.type) as raised:
        ours(Generator())
    assert raised.type is expected.type
    assert str(raised.value) == str(expected.value).partition("\nException raised")[0]
