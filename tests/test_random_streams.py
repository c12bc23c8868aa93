"""PyTorch's random streams, held against numbers that PyTorch 2.13 gave (no torch needed here)."""

from __future__ import annotations

import copy
import math
import pickle
import warnings
import zlib
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from minitorch import backend, devices, random
from minitorch.random import Generator, discrete, philox, rejection
from minitorch.random.boxmuller import fused_multiply_add, log_float32, sincos_float32
from tests import test_kernels


def seeded(seed=0):
    return Generator().manual_seed(seed)


def array(*values, dtype=np.float32):
    return np.array(values, dtype)


def checksum(values):
    return zlib.crc32(np.ascontiguousarray(values).tobytes())


# What torch.Generator().manual_seed(0) gave. Floats are compared exactly.
FEW = {
    "uniform float32": (
        lambda g: random.uniform(g, (4,)),
        [0.49625658988952637, 0.7682217955589294, 0.08847743272781372, 0.13203048706054688],
    ),
    "uniform float64": (
        lambda g: random.uniform(g, (3,), np.float64),
        [0.9700530018065531, 0.707819864399788, 0.45938294312745087],
    ),
    "uniform float16": (
        lambda g: random.uniform(g, (4,), np.float16),
        [0.496337890625, 0.76806640625, 0.0885009765625, 0.132080078125],
    ),
    "uniform in an interval": (
        lambda g: random.uniform(g, (4,), np.float32, -0.1, 0.3),
        [0.09850263595581055, 0.2072887271642685, -0.06460902839899063, -0.04718780517578125],
    ),
    "uniform complex64": (
        lambda g: random.uniform(g, (2,), np.complex64),
        [
            0.49625658988952637 + 0.7682217955589294j,
            0.08847743272781372 + 0.13203048706054688j,
        ],
    ),
    "normal float32": (
        lambda g: random.normal(g, (3,)),
        [1.5409960746765137, -0.293428897857666, -2.1787893772125244],
    ),
    "normal, 17": (
        lambda g: random.normal(g, (17,)),
        [
            -1.1258398294448853, -1.6959311962127686, 0.5666506290435791, 0.7935083508491516,
            0.5988394618034363, -1.5550950765609741, -0.3413603901863098, 1.85300612449646,
            0.46809640526771545, -0.5854975581169128, -0.1733967512845993, 0.18347793817520142,
            1.3893661499023438, 1.586334228515625, 0.946298360824585, -0.843676745891571,
            0.9318265914916992,
        ],
    ),
    "exponential": (
        lambda g: random.exponential(g, (3,), lambd=2),
        [1.754163146018982, 0.6151923537254333, 0.3075220584869385],
    ),
    "cauchy": (
        lambda g: random.cauchy(g, (3,), median=1, sigma=2),
        [22.195459365844727, 2.5295345783233643, 0.743401288986206],
    ),
    "log_normal": (
        lambda g: random.log_normal(g, (3,), mean=0, std=1),
        [4.669239044189453, 0.7457022070884705, 0.11317846179008484],
    ),
    "geometric": (lambda g: random.geometric(g, (5,), p=0.2), [1, 2, 4, 1, 2]),
    "bernoulli": (lambda g: random.bernoulli(g, (10,), p=0.3), [0, 0, 0, 0, 0, 0, 1, 0, 0, 1]),
    "bernoulli, p an array": (
        lambda g: random.bernoulli(g, (10,), p=array(0.3)),
        [0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
    ),
    "randint": (lambda g: random.randint(g, -5, 5, (8,)), [-1, 4, -2, -5, -2, 4, 2, -2]),
    "randint, 40 bits": (
        lambda g: random.randint(g, 0, 2**40, (3,)),
        [741280623151, 506137267392, 291447657211],
    ),
    "random_ int64": (
        lambda g: random.random_(g, (2,)),
        [900450186894289455, 3969543146641149120],
    ),
    "random_ uint8": (lambda g: random.random_(g, (4,), np.uint8), [172, 47, 117, 192]),
    "random_ float32": (
        lambda g: random.random_(g, (3,), np.float32),
        [8325664, 12888472, 1484222],
    ),
    "random_ bool": (
        lambda g: random.random_(g, (6,), np.bool_),
        [False, True, True, False, True, True],
    ),
    "random_, all 64 bits": (
        lambda g: random.random_(g, (2,), low=-(2**63)),
        [-8322921849960486353, -5253828890213626688],
    ),
    "random_ from a number on": (
        lambda g: random.random_(g, (3,), np.int8, -100),
        [124, -1, 109],
    ),
    "randperm": (lambda g: random.randperm(g, 10), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]),
    "multinomial, one": (
        lambda g: random.multinomial(g, np.array([[0.1, 0.2, 0.7], [3, 1, 1]], np.float32), 1),
        [[2], [0]],
    ),
    "multinomial": (
        lambda g: random.multinomial(g, array(0.1, 0.2, 0.7, 0.5, 0.5), 4),
        [2, 4, 3, 1],
    ),
    "multinomial with replacement": (
        lambda g: random.multinomial(g, array(0.1, 0.2, 0.7), 10, replacement=True),
        [2, 2, 2, 2, 2, 2, 1, 2, 2, 1],
    ),
    "poisson": (
        lambda g: random.poisson(g, array(0, 0.5, 3, 9, 15, 100, 1000)),
        [0, 2, 4, 9, 17, 91, 954],
    ),
    "binomial": (
        lambda g: random.binomial(
            g, array(10, 10, 100, 100, 1000, 1000, 5), array(0.1, 0.8, 0.05, 0.5, 0.3, 0.9, 0)
        ),
        [2, 7, 4, 48, 299, 903, 0],
    ),
    "standard_gamma": (
        lambda g: random.standard_gamma(g, array(0.1, 0.5, 1, 3, 50)),
        [
            3.1292356392933324e-16, 0.04415091872215271, 1.05320405960083, 4.282602310180664,
            45.57944869995117,
        ],
    ),
    "dirichlet": (
        lambda g: random.dirichlet(g, array(0.5, 1, 3)),
        [0.00025821258896030486, 0.03892160952091217, 0.960820198059082],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FEW)
def test_the_first_numbers_of_seed_0(name):
    draw, expected = FEW[name]
    assert draw(seeded(0)).tolist() == expected


# CRC-32 of what torch gave for seed 7, a column a draw.
COLUMNS = [
    lambda g, n: random.uniform(g, (n,)),
    lambda g, n: random.uniform(g, (n,), np.float64),
    lambda g, n: random.uniform(g, (n,), np.float16),
    lambda g, n: random.uniform(g, (n,), np.float32, -0.37, 0.11),
    lambda g, n: random.normal(g, (n,)),
    lambda g, n: random.normal(g, (n,), np.float16),
    lambda g, n: random.normal(g, (n,), np.float32, 0.1, 0.02),
    lambda g, n: random.bernoulli(g, (n,), np.float32, 0.3),
    lambda g, n: random.randperm(g, n),
    lambda g, n: random.randint(g, 0, 1000, (n,)),
    lambda g, n: random.exponential(g, (n,)),
    lambda g, n: random.normal(g, (n,), contiguous=False),
]
CHECKSUMS = {
    1: [4281795242, 1168464093, 1367043948, 2068259441, 2552661772, 1162894344, 1084915504,
        2896259690, 1696784233, 680749026, 3164840181, 2552661772],
    2: [3232983033, 1590835376, 2455660927, 3569194774, 1478713418, 659013189, 3531649973,
        3573961104, 1121180356, 1251086708, 2996349868, 1478713418],
    15: [1802546901, 3829487612, 1920492962, 830572662, 3599280333, 2948875175, 2562205099,
         3759526986, 1437436792, 556838324, 1796729146, 3599280333],
    16: [2318418390, 3473537212, 2105096278, 3506687775, 928954846, 3779733683, 3728308804,
         3369270981, 1590016871, 817450735, 1095625757, 485841624],
    17: [743965870, 1973509903, 988291407, 1183462149, 1319852905, 3728214210, 3697434230,
         1960429467, 482587769, 2665325995, 4068554744, 2420530775],
    31: [2423584180, 214032202, 4063460331, 3322670221, 2412581032, 3395948598, 507176270,
         3340944402, 1627213755, 1213715563, 2003393059, 4116867292],
    100: [1220857972, 498799724, 3076791071, 3149124213, 2215753106, 1877065295, 3534063854,
          1909274917, 4019968693, 3136920169, 1280124191, 2481973122],
    1000: [424614700, 161633299, 1246593436, 769746666, 682472891, 4216858190, 2562157750,
           2862730983, 1622599416, 2711642404, 1368490746, 2493971801],
    10007: [3814806311, 2173252507, 2228885621, 3966547498, 2561168349, 3288614153, 2570018072,
            1288898475, 2326394327, 1158930402, 2872910655, 1085145707],
    100000: [1019639705, 2911715553, 2313314953, 2070847921, 1618543739, 421652401, 3817880438,
             1939168997, 2570163143, 602852858, 2883036292, 3585136300],
}  # fmt: skip


@pytest.mark.parametrize("n", CHECKSUMS)
def test_many_numbers_of_seed_7(n):
    assert [checksum(draw(seeded(7), n)) for draw in COLUMNS] == CHECKSUMS[n]


def test_float64_normals():
    few = random.normal(seeded(0), (3,), np.float64)
    assert few.tolist() == [1.5409961082440433, -0.2934289057609464, -2.1787893820745574]
    blocks = random.normal(seeded(0), (16,), np.float64)
    # NumPy's float64 logarithm may differ from C's in the last bit.
    expected = [-2.310411800234176, 0.3380174030507378]
    np.testing.assert_allclose([blocks[0], blocks[15]], expected, rtol=1e-14)


def test_the_sine_waits_for_the_next_call():
    whole = random.normal(seeded(3), (4,), np.float64)
    g = seeded(3)
    parts = [random.normal(g, (n,), np.float64) for n in (1, 2, 1)]
    assert np.concatenate(parts).tolist() == whole.tolist()
    assert g.next_normal is None
    # Uniforms in between do not use it up, a new seed does.
    g = seeded(3)
    random.normal(g, ())
    waiting = g.next_normal
    random.uniform(g, (5,))
    assert random.normal(g, (), np.float64) == waiting == whole[1]
    assert random.normal(g, ()) != random.normal(g.manual_seed(3), ())


def test_large_draws_equal_small_ones_in_a_row():
    g, n = seeded(1), 70_001
    pieces = [random.uniform(g, (k,)) for k in (1, 2046, 2047, 2048, 30_000, n - 36_142)]
    assert np.array_equal(np.concatenate(pieces), random.uniform(seeded(1), (n,)))
    g.manual_seed(2)
    one_by_one = [random.normal(g, (), np.float64).item() for _ in range(100)]
    together = random.normal(seeded(2), (100,), np.float64, contiguous=False)
    np.testing.assert_allclose(together, one_by_one, rtol=1e-14)


# ---- the generator


def test_seeds():
    g = Generator()
    assert g.initial_seed() == 67280421310721
    assert random.uniform(g, (2,)).tolist() == [0.267295241355896, 0.8725283145904541]
    assert g.manual_seed(-1) is g
    assert g.initial_seed() == 2**64 - 1
    assert g.manual_seed(-(2**63)).initial_seed() == 2**63
    assert seeded(1).words(1) == seeded(2**32 + 1).words(1) == 1791095845
    seeds = {g.seed() for _ in range(5)}
    assert len(seeds) == 5
    assert g.initial_seed() in seeds
    assert max(seeds) < 2**64
    for seed, error, sentence in [
        (2**64, ValueError, "Overflow when unpacking long long"),
        (-(2**63) - 1, ValueError, "Overflow when unpacking long long"),
        (1.5, RuntimeError, "manual_seed expected a long, but got float"),
        (True, RuntimeError, "manual_seed expected a long, but got bool"),
        ("1", RuntimeError, "manual_seed expected a long, but got str"),
        (np.float64(1), RuntimeError, "manual_seed expected a long, but got numpy.float64"),
        (np.int64(1), TypeError, "an integer is required"),
    ]:
        with pytest.raises(error, match=f"^{sentence}$"):
            g.manual_seed(seed)


def test_default_generator():
    state = random.default_generator.get_state_bytes()
    try:
        assert random.manual_seed("7") is random.default_generator is random.default_for(None)
        assert random.initial_seed() == 7
        assert checksum(random.uniform(random.default_generator, (100,))) == CHECKSUMS[100][0]
        assert random.manual_seed(1.7).initial_seed() == 1
        assert random.seed() == random.initial_seed() != 1
    finally:
        random.default_generator.set_state_bytes(state)


def test_states_are_torchs_bytes():
    g = seeded(5)
    assert checksum(g.get_state_bytes()) == 3801231057
    random.normal(g, (3,))  # leaves a sine
    assert checksum(g.get_state_bytes()) == 2422372302
    random.uniform(g, (1234,))
    assert checksum(g.get_state_bytes()) == 3797188756
    random.random_(g, (8,), np.int32)  # word 1250, in the third round of 624
    assert checksum(g.get_state_bytes()) == 2119519144
    g.manual_seed(-1)
    g.words(624)
    assert checksum(g.get_state_bytes()) == 945300958
    assert random.random_(g, (2,), np.int32).tolist() == [1713168621, 657474326]


@pytest.mark.parametrize("words", [0, 1, 623, 624, 625, 5000])
def test_a_restored_state_goes_on(words):
    g = seeded(11)
    g.words(words)
    random.normal(g, (3,))
    state = g.get_state_bytes()
    others = [Generator(), g.clone_state(), copy.deepcopy(g), pickle.loads(pickle.dumps(g))]
    others[0].set_state_bytes(state)
    expected = random.normal(g, (5,)).tolist()
    for other in others:
        assert other.initial_seed() == 11
        assert random.normal(other, (5,)).tolist() == expected
        assert np.array_equal(other.get_state_bytes(), g.get_state_bytes())


def test_bad_states():
    g = seeded(3)
    before = g.get_state_bytes()
    with pytest.raises(TypeError, match=r"RNG state must be a torch\.ByteTensor"):
        g.set_state_bytes(before.astype(np.float32))
    with pytest.raises(RuntimeError, match=r"of size 5056 but found .* size to be 5055"):
        g.set_state_bytes(before[1:])
    for place, byte in ((8, 0), (12, 0), (16, 5), (17, 9)):  # left, seeded, next, next
        bad = before.copy()
        bad[place] = byte
        with pytest.raises(RuntimeError, match="Invalid mt19937 state"):
            g.set_state_bytes(bad)
    assert np.array_equal(g.get_state_bytes(), before)


def test_unknown_device():
    with pytest.raises(RuntimeError, match="Expected one of cpu, cuda device type"):
        Generator("tpu")
    assert Generator(None).device == devices.device("cpu")
    assert repr(seeded(3)) == "<Generator on cpu, seed 3>"


# ---- bad input: PyTorch's sentences

NAN = math.nan
BAD = [
    (lambda g: random.uniform(g, (3,), np.float32, 2, 1), RuntimeError,
     "uniform_ expects to return a [from, to) range, but found from=2 > to=1"),
    (lambda g: random.uniform(g, (3,), np.float32, NAN, 1), RuntimeError,
     "from is out of bounds for float"),
    (lambda g: random.uniform(g, (3,), np.float16, 0, 70000), RuntimeError,
     "to is out of bounds for c10::Half"),
    (lambda g: random.uniform(g, (3,), np.float32, -3e38, 3e38), RuntimeError,
     "uniform_ expects to-from <= std::numeric_limits<Float>::max(), but found to=3e+38 and "
     "from=-3e+38 which result in to-from to exceed the limit"),
    (lambda g: random.uniform(g, (3,), np.int64), NotImplementedError,
     "\"check_uniform_bounds\" not implemented for 'Long'"),
    (lambda g: random.normal(g, (0,), std=-1), RuntimeError,
     "normal expects std >= 0.0, but found std -1"),
    (lambda g: random.normal(g, (2,), std=NAN), RuntimeError,
     "normal expects std >= 0.0, but found std nan"),
    (lambda g: random.normal(g, (2,), np.int32), NotImplementedError,
     "\"normal_kernel_cpu\" not implemented for 'Int'"),
    (lambda g: random.normal_like(g, array(0), array(-1)), RuntimeError,
     "normal expects all elements of std >= 0.0"),
    (lambda g: random.exponential(g, (2,), lambd=0), RuntimeError,
     "exponential_ expects lambda > 0.0, but found lambda=0"),
    (lambda g: random.exponential(g, (2,), np.int32), RuntimeError,
     "Exponential distribution is a continuous probability distribution. dtype must be a floating "
     "point but you specified Int"),
    (lambda g: random.cauchy(g, (2,), sigma=-1), RuntimeError,
     "cauchy_ expects sigma > 0.0, but found sigma=-1"),
    (lambda g: random.cauchy(g, (0,), np.int64), RuntimeError,
     "Cauchy distribution is a continuous probability distribution. dtype must be a floating "
     "point but you specified long int"),
    (lambda g: random.log_normal(g, (2,), std=0), RuntimeError,
     "log_normal_ expects std > 0.0, but found std=0"),
    (lambda g: random.log_normal(g, (2,), np.int64), NotImplementedError,
     "\"log_normal_cpu\" not implemented for 'Long'"),
    (lambda g: random.geometric(g, (2,), p=1), RuntimeError,
     "geometric_ expects p to be in (0, 1), but got p=1"),
    (lambda g: random.geometric(g, (2,), np.bool_), NotImplementedError,
     "\"geometric_cpu\" not implemented for 'Bool'"),
    (lambda g: random.bernoulli(g, (0,), p=2), RuntimeError,
     "bernoulli_ expects p to be in [0, 1], but got p=2"),
    (lambda g: random.bernoulli(g, (2,), p=array(0.5, NAN)), RuntimeError,
     "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be "
     "improved?  If so, please report an enhancement request to PyTorch.)"),
    (lambda g: random.bernoulli(g, (2,), p=np.array([1, 0])), NotImplementedError,
     "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'"),
    (lambda g: random.bernoulli(g, (2,), np.complex64), NotImplementedError,
     "\"bernoulli_scalar_cpu_\" not implemented for 'ComplexFloat'"),
    (lambda g: random.randint(g, 5, 5, (0,)), RuntimeError,
     "random_ expects 'from' to be less than 'to', but got from=5 >= to=5"),
    (lambda g: random.randint(g, 0, 300, (2,), np.uint8), RuntimeError,
     "to - 1 is out of bounds for unsigned char"),
    (lambda g: random.randint(g, -129, 3, (2,), np.int8), RuntimeError,
     "from is out of bounds for signed char"),
    (lambda g: random.randint(g, 0, 70000, (2,), np.float16), RuntimeError,
     "to - 1 is out of bounds for c10::Half"),
    (lambda g: random.randint(g, 0, 3, (2,), np.bool_), RuntimeError,
     "to - 1 is out of bounds for bool"),
    (lambda g: random.randint(g, 0, 3, (2,), np.complex64), RuntimeError,
     "check_random_bounds handles only integral, floating-point and boolean types"),
    (lambda g: random.random_(g, (2,), np.uint8, -5), RuntimeError,
     "from is out of bounds for unsigned char"),
    (lambda g: random.random_(g, (2,), np.int32, -(2**63)), RuntimeError,
     "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16"),
    (lambda g: random.random_(g, (2,), np.complex64), NotImplementedError,
     "\"random_kernel_cpu\" not implemented for 'ComplexFloat'"),
    (lambda g: random.randperm(g, -1), RuntimeError,
     "Trying to create tensor with negative dimension -1: [-1]"),
    (lambda g: random.randperm(g, 2050, np.float16), RuntimeError,
     "n cannot be greater than 2049 for Half type."),
    (lambda g: random.randperm(g, 2**24 + 2, np.float32), RuntimeError,
     "n cannot be greater than 2^24+1 for Float type."),
    (lambda g: random.randperm(g, 257, np.uint8), RuntimeError,
     "value cannot be converted to type uint8_t without overflow"),
    (lambda g: random.randperm(g, 5, np.bool_), NotImplementedError,
     "\"randperm\" not implemented for 'Bool'"),
    (lambda g: random.multinomial(g, array(1, 1, 1), 4), RuntimeError,
     "cannot sample n_sample > prob_dist.size(-1) samples without replacement"),
    (lambda g: random.multinomial(g, array(1, 1, 1), 0), RuntimeError,
     "cannot sample n_sample <= 0 samples"),
    (lambda g: random.multinomial(g, array(0, 0), 1), RuntimeError,
     "invalid multinomial distribution (sum of probabilities <= 0)"),
    (lambda g: random.multinomial(g, array(1, NAN), 1, True), RuntimeError,
     "probability tensor contains either `inf`, `nan` or element < 0"),
    (lambda g: random.multinomial(g, array(1, NAN), 3, True), RuntimeError,
     "invalid multinomial distribution (encountering probability entry < 0)"),
    (lambda g: random.multinomial(g, array(1, math.inf), 3, True), RuntimeError,
     "invalid multinomial distribution (encountering probability entry = infinity or NaN)"),
    (lambda g: random.multinomial(g, array(0, 0), 3, True), RuntimeError,
     "invalid multinomial distribution (sum of probabilities <= 0)"),
    (lambda g: random.multinomial(g, np.array([1, 1]), 1), RuntimeError,
     "multinomial only supports floating-point dtypes for input, got: Long"),
    (lambda g: random.multinomial(g, np.ones((1, 1, 1)), 1), RuntimeError,
     "prob_dist must be 1 or 2 dim"),
    (lambda g: random.multinomial(g, np.ones((3, 0)), 1, True), RuntimeError,
     "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."),
    (lambda g: random.poisson(g, array(1, -1)), RuntimeError,
     "invalid Poisson rate, expected rate to be non-negative"),
    (lambda g: random.poisson(g, np.array([1])), NotImplementedError,
     "\"poisson_cpu\" not implemented for 'Long'"),
    (lambda g: random.binomial(g, np.array([10]), array(0.5)), ValueError,
     "binomial only supports floating-point dtypes for count, got: Long"),
    (lambda g: random.binomial(g, array(10), np.array([0.5])), RuntimeError,
     "Found dtype Double but expected Float"),
    (lambda g: random.standard_gamma(g, np.array([2])), NotImplementedError,
     "\"gamma_cpu\" not implemented for 'Long'"),
    (lambda g: random.dirichlet(g, np.array([2])), NotImplementedError,
     "\"dirichlet\" not implemented for 'Long'"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(BAD)))
def test_bad_input(case):
    draw, error, sentence = BAD[case]
    g = seeded(4)
    before = g.get_state_bytes()
    with pytest.raises(error) as caught:
        draw(g)
    assert type(caught.value) is error
    assert str(caught.value) == sentence
    assert np.array_equal(g.get_state_bytes(), before)  # nothing was drawn


def test_bounds_that_a_float_cannot_hold_move_inward_with_a_warning():
    with pytest.warns(UserWarning, match=r"to - 1 is out of bounds \[-\(2\^11\), 2\^11\]"):
        numbers = random.randint(seeded(0), 0, 65504, (20_000,), np.float16)
    assert numbers.max() < 65504
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert random.randint(seeded(0), 0, 2**24 + 1, (9,), np.float32).max() <= 2**24


# ---- properties


def test_normal_has_no_negative_zero(monkeypatch):
    # u₁ = 1: the radius is √(−2 · 0), which is −0, and PyTorch's last multiply-add makes it 0.
    monkeypatch.setattr(Generator, "words", lambda self, n: np.zeros(n, np.uint32))
    zeros = random.normal(Generator(), (16,))
    assert zeros.tolist() == [0] * 16
    assert not np.signbit(zeros).any()


def test_uniform_does_not_reach_the_end(monkeypatch):
    # For the greatest u, 2 + 3u rounds to 5 (and u to 1 in float16): PyTorch then gives `low`.
    u = random.uniform(seeded(0), (200_000,), np.float16)
    assert u.min() == 0
    assert u.max() < 1
    g = Generator()
    monkeypatch.setattr(Generator, "words", lambda self, n: np.full(n, 2**32 - 1, np.uint32))
    assert random.uniform(g, (2,), np.float32, 2, 5).tolist() == [2, 2]
    assert random.uniform(g, (2,)).tolist() == [1 - 2.0**-24] * 2


def test_empty_draws_leave_the_state():
    g = seeded(1)
    before = g.get_state_bytes()
    for draw in (random.uniform, random.normal, random.exponential, random.bernoulli):
        assert draw(g, (2, 0)).shape == (2, 0)
    for n in (0, 1):
        assert random.randperm(g, n).tolist() == list(range(n))
    assert random.multinomial(g, np.ones((0, 3)), 2).shape == (0, 2)
    assert random.normal(g, (0,), np.int64).dtype == np.int64
    assert np.array_equal(g.get_state_bytes(), before)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
def test_shapes_and_dtypes(dtype):
    for shape in ((), (3,), (2, 8), (4, 5, 1)):
        for draw in (random.uniform, random.normal):
            numbers = draw(seeded(0), shape, dtype)
            assert isinstance(numbers, np.ndarray)
            assert (numbers.shape, numbers.dtype) == (shape, dtype)
            flat = draw(seeded(0), (math.prod(shape),), dtype)
            assert numbers.reshape(-1).tolist() == flat.tolist()


def test_distributions_have_their_moments():
    g, n = seeded(12), (40_000,)
    for numbers, mean, std in [
        (random.uniform(g, n, np.float64, -1, 3), 1, 4 / math.sqrt(12)),
        (random.normal(g, n, np.float32, 5, 2), 5, 2),
        (random.normal(g, n, np.float64, 5, 2, contiguous=False), 5, 2),
        (random.exponential(g, n, lambd=0.5), 2, 2),
        (random.geometric(g, n, p=0.25), 4, math.sqrt(12)),
        (np.log(random.log_normal(g, n, mean=0.5, std=0.3)), 0.5, 0.3),
        (random.bernoulli(g, n, np.float32, 0.2), 0.2, 0.4),
        (random.randint(g, 0, 5, n), 2, math.sqrt(2)),
        (random.poisson(g, np.full(n, 3.0)), 3, math.sqrt(3)),
        (random.poisson(g, np.full(n, 50.0)), 50, math.sqrt(50)),
        (random.binomial(g, np.full(n, 20.0), np.array(0.3)), 6, math.sqrt(4.2)),
        (random.binomial(g, np.full(n, 99.0), np.array(0.6)), 59.4, math.sqrt(23.76)),
        (random.standard_gamma(g, np.full(n, 0.5)), 0.5, math.sqrt(0.5)),
        (random.standard_gamma(g, np.full(n, 4.0)), 4, 2),
    ]:
        assert abs(numbers.mean() - mean) < 5 * std / 200
        assert abs(numbers.std() / std - 1) < 0.05
    assert abs(np.median(random.cauchy(g, n, median=3)) - 3) < 0.05
    weights = np.array([1.0, 2, 3, 4])
    for one in (True, False):
        rows = np.tile(weights, (10_000, 1))
        drawn = random.multinomial(g, rows, 1 if one else 4, replacement=True)
        shares = np.bincount(drawn.reshape(-1)) / drawn.size
        assert abs(shares - weights / 10).max() < 0.02
    parts = random.dirichlet(g, np.tile([1.0, 2, 5], (5000, 1)))
    assert abs(parts.sum(axis=1) - 1).max() < 1e-12
    assert abs(parts.mean(axis=0) - np.array([1, 2, 5]) / 8).max() < 0.02


def test_numbers_at_the_edge():
    assert random.standard_gamma(seeded(0), array(0, math.inf))[1] == math.inf
    assert random.standard_gamma(seeded(0), array(0)) == np.finfo(np.float32).tiny
    assert np.isnan(random.standard_gamma(seeded(0), array(NAN)))
    assert random.poisson(seeded(0), array(math.inf)) == math.inf
    count, prob = array(NAN, 7, 7, 7, -3, 7), array(0.5, NAN, 1.5, -1, 0.5, 1)
    successes = random.binomial(seeded(0), count, prob)
    np.testing.assert_array_equal(successes, [NAN, NAN, 7, 0, 0, 7])
    zeros_then_half = iter([0.0, 0.5, 0.5, 0.5]).__next__
    assert rejection._poisson(zeros_then_half, 20.0) == 20  # u = −½ is not divided by its margin
    assert rejection._binomial(lambda: 0.0, 3.0, 0.3, math.log(0.9)) == 0  # ln 0


@pytest.mark.parametrize("n", [*range(9), 50, 999])
def test_randperm_exchanges_one_after_the_other(n):
    order, words = list(range(n)), seeded(n).words(max(n - 1, 0)).tolist()
    for i, word in enumerate(words):
        place = i + word % (n - i)
        order[i], order[place] = order[place], order[i]
    assert random.randperm(seeded(n), n).tolist() == order


def test_randperm_of_great_length_takes_two_words_a_step(monkeypatch):
    monkeypatch.setattr(discrete, "LONG", 100)
    order = [0] * 100
    for i, word in enumerate(seeded(8).double_words(100).tolist()):
        order[i] = order[word % (i + 1)]
        order[word % (i + 1)] = i
    assert random.randperm(seeded(8), 100).tolist() == order
    assert sorted(order) == list(range(100))


def test_normal_like():
    mean, std = np.array([[1.0], [2.0]], np.float32), np.array([0.5, 2.0, 0.0])
    z = random.normal(seeded(0), (2, 3))
    both = random.normal_like(seeded(0), mean, std)
    assert both.dtype == np.float32
    np.testing.assert_allclose(both, z * std + mean, rtol=1e-6)
    z = random.normal(seeded(0), (2, 1), std=3.0)
    np.testing.assert_allclose(random.normal_like(seeded(0), mean, 3.0), z + mean, rtol=1e-6)
    z = random.normal(seeded(0), (3,), np.float64)
    np.testing.assert_allclose(random.normal_like(seeded(0), 7.0, std), z * std + 7, rtol=1e-14)


def test_memory_order():
    x = np.zeros((2, 3, 4))
    for view in (x.transpose(2, 0, 1), x[:, ::2].T, x[:, 1], x[1, 2, 3, None].T, x):
        ordered = random.memory_order(view)
        ordered[...] = np.arange(1, view.size + 1).reshape(ordered.shape)
        stored = x.reshape(-1)[x.reshape(-1) > 0]
        assert stored.tolist() == list(range(1, view.size + 1))
        x[...] = 0


# ---- the arithmetic

FLOATS = st.floats(-1e3, 1e3, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-3)


@given(FLOATS, FLOATS, FLOATS, st.sampled_from([np.float32, np.float64]))
def test_fused_multiply_add_rounds_once(a, b, c, dtype):
    a, b, c = dtype(a), dtype(b), dtype(c)
    result = fused_multiply_add(np.array([a]), b, c)[0]
    assert result.dtype == dtype
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    error = abs(Fraction(float(result)) - exact)
    for direction in (-np.inf, np.inf):
        neighbour = np.nextafter(result, dtype(direction))
        assert error <= abs(Fraction(float(neighbour)) - exact)


def test_float32_logarithm_sine_and_cosine():
    u = 1 - random.uniform(seeded(0), (100_000,))
    np.testing.assert_allclose(log_float32(u), np.log(u.astype(np.float64)), rtol=2e-7, atol=1e-9)
    assert log_float32(array(1, 0.5, 2.0**-24)).tolist() == np.log(array(1, 0.5, 2.0**-24)).tolist()
    theta = np.float32(math.tau) * random.uniform(seeded(1), (100_000,))
    sin, cos = sincos_float32(theta)
    np.testing.assert_allclose(sin, np.sin(theta.astype(np.float64)), atol=1e-7)
    np.testing.assert_allclose(cos, np.cos(theta.astype(np.float64)), atol=1e-7)


# ---- on a GPU: here a module that looks like CuPy and counts its devices


@pytest.fixture
def fake_cupy(monkeypatch):
    class RandomState:
        def __init__(self, seed):
            self.seed(seed)

        def seed(self, seed):
            self.source = np.random.Generator(np.random.PCG64(int(seed)))

        def __getattr__(self, name):
            return getattr(self.source, name)

    class Device:
        depth = 0

        def __init__(self, index):  # None is the current one
            self.id = 0 if index is None else index

        def __enter__(self):
            device.depth += 1

        def __exit__(self, *exc):
            device.depth -= 1

    device = Device
    names = {name: value for name, value in vars(np).items() if not name.startswith("_")}
    names |= {"random": SimpleNamespace(RandomState=RandomState)}
    module = SimpleNamespace(**names)
    facts = {"multiProcessorCount": 2, "maxThreadsPerMultiProcessor": 1024}
    runtime = SimpleNamespace(getDeviceProperties=lambda index: facts)
    module.cuda = SimpleNamespace(Device=Device, runtime=runtime)

    def kernel(*args):
        assert device.depth  # on its own GPU
        test_kernels.philox(*args)

    monkeypatch.setattr(philox, "PHILOX", kernel)
    monkeypatch.setattr(backend, "cupy", lambda: module)
    return module


def test_a_cuda_generator_draws_with_cupy(fake_cupy):
    g = Generator("cuda:1").manual_seed(2**64 - 1)
    assert g.xp is fake_cupy
    assert g.gpu.device.id == 1
    again = Generator("cuda").manual_seed(-1)
    for draw in (
        lambda g: random.uniform(g, (70_000,), np.float64, 2, 3),
        lambda g: random.normal(g, (5,)),
        lambda g: random.normal(g, (40_001,), np.float16, 1, 2),
        lambda g: random.exponential(g, (3,)),
        lambda g: random.log_normal(g, (3, 2)),
        lambda g: random.bernoulli(g, (9,), np.bool_, 0.4),
        lambda g: random.randint(g, -3, 3, (9,)),
        lambda g: random.randperm(g, 9),
        lambda g: random.multinomial(g, np.ones((2, 5), np.float32), 3),
        lambda g: random.multinomial(g, np.ones((2, 5), np.float32), 3, True),
        lambda g: random.poisson(g, array(3, 40)),
        lambda g: random.binomial(g, array(30, 40), array(0.5)),
        lambda g: random.standard_gamma(g, array(3, 0.1)),
        lambda g: random.dirichlet(g, array(3, 0.1)),
    ):
        numbers, same = draw(g), draw(again)
        assert numbers.dtype == same.dtype
        assert np.array_equal(numbers, same)
    assert sorted(random.randperm(g, 50).tolist()) == list(range(50))
    assert abs(random.normal(g, (10_000,), np.float32, 3, 0.1).mean() - 3) < 0.01
    clone = g.clone_state()
    assert clone.words(3).tolist() == g.words(3).tolist()
    g.set_state_bytes(again.get_state_bytes()[:8])  # without an offset it is 0
    assert g.words(9).tolist() == Generator("cuda").manual_seed(-1).words(9).tolist()
    for size, text in ((5056, "wrong size"), (16, "offset must be a multiple of 4")):
        with pytest.raises(RuntimeError, match=text):
            g.set_state_bytes(np.ones(size, np.uint8))


def test_manual_seed_reaches_the_gpus(fake_cupy, monkeypatch):
    monkeypatch.setitem(random.default_for.__globals__, "_gpu_generators", {})
    state = random.default_generator.get_state_bytes()
    try:
        random.manual_seed(3)
        first = random.default_for(1)
        assert first is random.default_for(1) is not random.default_for(0)
        assert first.initial_seed() == 3
        numbers = first.words(5).tolist()
        random.manual_seed(3)
        assert first.words(5).tolist() == numbers
        assert random.seed() == first.initial_seed()
    finally:
        random.default_generator.set_state_bytes(state)
