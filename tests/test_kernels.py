"""The kernels, compiled as C++ for the CPU, beside the same formulas in NumPy.

No GPU is needed: what CuPy would compile for one is compiled by the system's compiler, into a loop
over the elements. Here all kernels are used that a GPU would use, for small arrays, too, and those
that only a CPU uses.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import minitorch as mt
from minitorch import cpp, kernels
from minitorch.kernels import Kernel
from minitorch.ops import embedding_bag, rows, scatter_reduction

F = mt.nn.functional


@pytest.fixture(autouse=True, scope="module")
def strict():
    """A number of another type than T is refused: on a GPU it would cost time."""
    if cpp.compiler() is None:
        pytest.skip("no C++ compiler")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpp, "OPTIONS", [*cpp.OPTIONS, "-Wdouble-promotion", "-Werror"])
        yield


@pytest.fixture
def compiled(monkeypatch):
    """Lets MiniTorch call the compiled kernels for tensors on the CPU; notes the calls."""
    calls = []

    def call(kernel, *args):
        calls.append(kernel.name)
        return kernel.loop(*args)

    def switch(on):
        monkeypatch.setattr(Kernel, "__call__", call)
        for name in ("fits", "on_gpu"):
            monkeypatch.setattr(kernels, name, lambda array: on and array.dtype.char in "fd")

    return switch, calls


# The optimizers' are to give the same numbers to the last bit.

OPTIMIZERS = [
    ("sgd", "SGD", {"lr": 0.1}),
    ("sgd", "SGD", {"lr": 0.1, "weight_decay": 0.01, "maximize": True}),
    ("sgd_momentum", "SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    ("sgd_nesterov", "SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("adam", "Adam", {}),
    ("adam", "Adam", {"lr": mt.tensor(0.01), "betas": (0.8, 0.99), "weight_decay": 0.1}),
    ("adam", "AdamW", {"eps": 1e-3, "maximize": True}),
    ("rmsprop", "RMSprop", {"weight_decay": 0.1}),
    ("rmsprop_momentum", "RMSprop", {"momentum": 0.9, "alpha": 0.8}),
    ("adagrad", "Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.5}),
]


def trained(name, options, dtype):
    rng = np.random.default_rng(0)
    params = [mt.tensor(rng.standard_normal(n), dtype=dtype, requires_grad=True) for n in (5, 700)]
    optimizer = getattr(mt.optim, name)(params, **options)
    for _ in range(4):
        for param in params:
            param.grad = mt.tensor(rng.standard_normal(param.shape), dtype=dtype)
        optimizer.step()
    state = [t for p in params for t in optimizer.state[p].values() if t is not None]
    return [tensor.detach().numpy().copy() for tensor in (*params, *state)]


@pytest.mark.parametrize(("kernel", "name", "options"), OPTIMIZERS)
@pytest.mark.parametrize("dtype", [mt.float32, mt.float64], ids=str)
def test_the_same_to_the_last_bit(compiled, kernel, name, options, dtype):
    switch, calls = compiled
    switch(False)
    expected = trained(name, options, dtype)
    assert not calls
    switch(True)
    found = trained(name, options, dtype)
    assert calls == [kernel] * 8  # two parameters, four steps
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("options", [{"amsgrad": True}, {"betas": (0.4, 0.9)}])
def test_what_has_no_kernel(compiled, options):
    switch, calls = compiled
    switch(True)
    trained("Adam", options, mt.float32)
    assert not calls


# Those of other operations compute as a GPU would, so the last digits may differ.

CROSS_ENTROPY = ["exp_below", "shares", "cross_entropy_gradient"]
SOFTMAX = ["exp_below", "shares", "softmax_gradient"]
LOG_SOFTMAX = ["exp_below", "log_softmax", "log_softmax_gradient"]
LAYER_NORM = ["row_total", "minus", "row_inner", "scaled", "normed", "pulled_back"]
GROUP_NORM = ["row_total", "minus", "row_inner", "pulled_back"]
# Of rows that lie side by side a loop makes the sums, too.
SOFTMAX_OF_ROWS = [
    *["row_largest", "exp_below", "row_total", "shares"],
    *["row_inner", "softmax_gradient"],
]
LOG_SOFTMAX_OF_ROWS = [
    *["row_largest", "exp_below", "row_total", "log_softmax"],
    *["row_total", "log_softmax_gradient"],
]
LSTM = ["weighted", *["lstm"] * 7, "lstm_slopes", *["lstm_back"] * 7]
FORMULAS = [
    (lambda x: F.gelu(x), ["gelu", "gelu_gradient"]),
    (lambda x: F.gelu(x, approximate="tanh"), ["gelu_tanh", "gelu_tanh_gradient"]),
    (lambda x: F.silu(x), ["silu", "silu_gradient"]),
    (lambda x: F.mish(x), ["mish", "mish_gradient"]),
    (lambda x: x.sigmoid(), ["sigmoid"]),
    (lambda x: F.relu(x), ["relu", "keep_above"]),
    (lambda x: F.threshold(x, 0.5, 7.0), ["keep_above"]),
    (lambda x: F.leaky_relu(x, 0.1), ["leaky", "leaky"]),
    (lambda x: F.leaky_relu(x, 1.5), ["leaky", "leaky"]),
    (lambda x: F.elu(x, 1.5), ["elu", "elu_gradient"]),
    (lambda x: F.selu(x), ["elu", "elu_gradient"]),
    (lambda x: F.celu(x, 0.7), ["elu", "elu_gradient"]),
    (lambda x: F.softplus(x), ["softplus", "softplus_gradient"]),
    (lambda x: F.softplus(x, 3, 10), ["softplus", "softplus_gradient"]),
    (lambda x: F.logsigmoid(x), ["log_sigmoid", "sigmoid"]),
    (
        lambda x: F.cross_entropy(x, CLASSES, reduction="none").expand(130, 7).T,
        ["row_largest", *CROSS_ENTROPY],
    ),
    (lambda x: F.cross_entropy(x.view(7, 13, 10), PLACES).expand(7, 130), CROSS_ENTROPY),
    (lambda x: batch_norm(x, *affine(x)), ["minus", "weighted", "minus", "pulled_back"]),
    (lambda x: batch_norm(x[:, :, None]), ["minus", "weighted", "minus", "pulled_back"]),
    (lambda x: F.softmax(x, 1), SOFTMAX_OF_ROWS),
    (lambda x: F.softmax(x, 0), SOFTMAX),
    (lambda x: F.softmax(x / 5.1, 1), SOFTMAX_OF_ROWS),  # NumPy's way: some row is too small
    (lambda x: F.softmax(x / 100, 1), SOFTMAX_OF_ROWS),  # and here it needs no maximum
    (lambda x: F.log_softmax(x, -1), LOG_SOFTMAX_OF_ROWS),
    (lambda x: F.log_softmax(x, 0), LOG_SOFTMAX),
    (lambda x: F.dropout(seeded(x), 0.3), ["masked", "masked"]),
    (lambda x: F.dropout1d(seeded(x)[None], 0.3)[0], ["masked", "masked"]),
    (lambda x: F.layer_norm(x, (130,), *affine(x)), LAYER_NORM),
    (lambda x: F.layer_norm(x, (130,), affine(x)[0]), LAYER_NORM),
    (lambda x: F.layer_norm(x, (7, 130)), LAYER_NORM),
    (lambda x: F.rms_norm(x, (130,)), ["row_inner", "row_inner", "pulled_back"]),
    (lambda x: F.group_norm(x, 10, *(part.detach() for part in affine(x))), GROUP_NORM),
    (lambda x: max_pool(x), ["largest", "spread"]),
    (lambda x: max_pool(x.round()), ["largest", "spread"]),  # with equal elements
    (lambda x: max_pool((x - 1).sqrt()), ["largest", "spread"]),  # with NaN
    (lambda x: recurrent(x, "LSTM", 26), LSTM),
    (lambda x: recurrent(x, "LSTM", 26, bias=False), LSTM[1:]),
    (lambda x: recurrent(x, "LSTM", 30, proj_size=26), LSTM),
]


def seeded(x):
    mt.manual_seed(0)
    return x


def affine(x):
    """Weight and bias for 130 features."""
    ramp = mt.linspace(0.5, 2, 130, dtype=x.dtype)
    return ramp.requires_grad_(), ramp.flip(0).detach().requires_grad_()


CLASSES, PLACES = mt.arange(7), mt.arange(70).reshape(7, 10) % 13


def max_pool(x):
    pooled = F.max_pool2d(x[:6].view(5, 6, 26), 2)  # (5, 3, 13)
    return pooled.view(1, 195)[:, :130].expand(7, 130)


def recurrent(x, kind, hidden, **options):
    """The output of a layer for five sequences of different lengths."""
    mt.manual_seed(0)
    layer = getattr(mt.nn, kind)(26, hidden, dtype=x.dtype, **options)
    utils = mt.nn.utils.rnn
    packed = utils.pack_padded_sequence(x.view(7, 5, 26), [7, 7, 5, 3, 1])
    return utils.pad_packed_sequence(layer(packed)[0])[0].reshape(7, 130)


def batch_norm(x, *affine):
    return F.batch_norm(x, None, None, *affine, training=True).reshape(7, 130)


def values_and_gradients(function, dtype):
    rng = np.random.default_rng(0)
    values = 4 * rng.standard_normal((7, 130))
    values[0, 0], values[1] = 300, -100  # exp of it is no float32; of a row all is small
    x = mt.tensor(values, dtype=dtype, requires_grad=True)
    out = function(x)
    out.backward(mt.tensor(rng.standard_normal(values.shape), dtype=dtype))
    return [out.detach().numpy(), x.grad.numpy()]


@pytest.mark.parametrize(("function", "wanted"), FORMULAS)
@pytest.mark.parametrize("dtype", [mt.float32, mt.float64], ids=str)
def test_nearly_the_same(compiled, function, wanted, dtype):
    switch, calls = compiled
    switch(False)
    expected = values_and_gradients(function, dtype)
    assert not calls
    switch(True)
    found = values_and_gradients(function, dtype)
    assert calls == wanted
    digits = 4e-6 if dtype is mt.float32 else 1e-13  # 1 - tanh² takes away what is equal
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=digits, atol=digits)


# What `minitorch.compile` alone uses is tested where it is used.
ON_THE_CPU = {"copy"}  # ops/test_conv_loops.py

POINTWISE = "relu leaky_relu elu selu softplus logsigmoid silu mish gelu sigmoid tanh".split()


@pytest.mark.parametrize("name", POINTWISE)
@pytest.mark.parametrize("dtype", [mt.float32, mt.float64], ids=str)
def test_at_the_edges(compiled, name, dtype):
    switch, _ = compiled

    def found():
        x = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-30, -1e-30, 20.0, -90.0]
        x = mt.tensor(x, dtype=dtype, requires_grad=True)
        out = getattr(F, name)(x)
        out.backward(mt.full(x.shape, 2.0, dtype=dtype))
        return np.stack([out.detach().numpy(), x.grad.numpy()])

    switch(False)
    expected = found()
    switch(True)
    digits = 1e-6 if dtype is mt.float32 else 1e-14
    np.testing.assert_allclose(found(), expected, rtol=digits, atol=1e-37)
    assert (np.signbit(found()) == np.signbit(expected))[:, 3:5].all()  # of 0 and -0


@pytest.mark.parametrize("function", [F.softmax, F.log_softmax])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e30, -1e30, 88.0])
def test_softmax_of_rows_at_the_edges(compiled, function, value):
    switch, _ = compiled
    rows = mt.tensor([[value, 1.0, 2.0], [value, value, value], [-math.inf, value, 0.0]])
    switch(False)
    with np.errstate(all="ignore"):
        expected = function(rows, 1).numpy()
        switch(True)
        np.testing.assert_allclose(function(rows, 1).numpy(), expected, rtol=1e-6)


def test_long_rows_are_not_added_up_one_after_the_other(compiled):
    switch, calls = compiled
    switch(True)
    for length in rows.LONGEST, rows.LONGEST + 1:
        x = mt.full((2, length), 0.1)
        np.testing.assert_allclose(F.softmax(x, 1).numpy(), 1 / length, rtol=1e-6)
    assert calls.count("row_total") == 1


# Each thread gathers what belongs to its element.


def bags(table, **options):
    rows = mt.tensor([6, 0, 3, 3, 1, 5, 6, 2])
    return F.embedding_bag(rows, table, mt.tensor([0, 3, 3, 7]), mode="max", **options)


def scattered(x, dim, **options):
    places = mt.tensor([[0, 3, 0], [6, 0, 0], [2, 2, 0], [1, 1, 5]])
    return x.scatter_reduce(dim, places.view(-1, 3), x[1:5, 2:5] * x[2, 3], "prod", **options)


GATHERED = [
    (lambda x: F.conv_transpose1d(x[None], x[:, None, :5], None, 3, 2, 1, 1, 2), "fold"),
    (
        lambda x: F.conv_transpose2d(
            x[:6].view(2, 1, 6, 65), x[6].view(1, 2, 5, 13), stride=(2, 1)
        ),
        "fold fold",  # a dimension each
    ),
    (
        lambda x: F.conv2d(
            x[:, :128].reshape(2, 7, 8, 8),
            x[:6, :42].reshape(6, 7, 2, 3),
            None,
            (2, 3),
            (1, 0),
            (3, 1),
        ),
        "fold fold",  # a dimension each
    ),
    (
        lambda x: F.conv3d(
            x[:, :125].reshape(1, 7, 5, 5, 5), x[:3, :56].reshape(3, 7, 2, 2, 2), stride=2
        ),
        "fold fold fold",
    ),
    (lambda x: bags(x), "winners"),
    (lambda x: bags(x, padding_idx=3, include_last_offset=True), "winners"),
    (lambda x: scattered(x, 0), "products products products"),
    (lambda x: scattered(x, 1, include_self=False), "products products products"),
]


@pytest.mark.parametrize(("function", "wanted"), GATHERED)
def test_gathered(compiled, function, wanted):
    switch, calls = compiled
    wide = np.random.default_rng(0).standard_normal((7, 130))

    def found():
        x = mt.tensor(wide, requires_grad=True)
        out = function(x)
        (out * mt.arange(out.numel()).reshape(out.shape).cos()).sum().backward()
        return out.detach().numpy(), x.grad.numpy()

    switch(False)
    expected = found()
    switch(True)
    for ours, theirs in zip(found(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
    assert calls == wanted.split()


def test_rows_outside_the_table_are_not_read(compiled):
    switch, _ = compiled
    switch(True)
    table, rows = np.ones((3, 2)), np.array([3, -1, 2, 1 << 40])
    found = embedding_bag.winners_on_gpu(np, table, rows, np.array([0, 2, 9]), 3, None)
    assert found.tolist() == [[-1, -1], [2, 2], [-1, -1]]
    places, factors = np.array([7, 1, -9]), np.array([2.0, 3.0, 4.0])
    out = scatter_reduction.multiplied(np, np.ones(3), places, factors)
    assert out.tolist() == [1, 3, 1]


# Random words: the same in NumPy.


def philox(seed, offset, threads, *out):
    """The kernel, on arrays."""
    i = np.arange(out[0].size, dtype=np.uint64).reshape(out[0].shape)
    count, thread, low, half = offset + i // threads, i % threads, np.uint64(2**32 - 1), 32
    a, b, c, d = count & low, count >> half, thread & low, thread >> half
    k, m = int(seed) & 2**32 - 1, int(seed) >> 32
    for _ in range(10):
        p, q = np.uint64(0xD2511F53) * a, np.uint64(0xCD9E8D57) * c
        a, b, c, d = (q >> half) ^ b ^ k, q & low, (p >> half) ^ d ^ m, p & low
        k, m = (k + 0x9E3779B9) % 2**32, (m + 0xBB67AE85) % 2**32
    for array, words in zip(out, (a, b, c, d), strict=True):
        array[...] = words


@pytest.mark.parametrize("seed", [0, 3, 2**32 + 1, 2**64 - 1])
@pytest.mark.parametrize("offset", [0, 2**32 - 1, 2**61])
def test_random_words(seed, offset):
    numbers = [np.uint64(x) for x in (seed, offset, 5)]
    expected, found = (np.zeros((4, 3, 5), np.uint32) for _ in range(2))
    philox(*numbers, *expected)
    kernel = Kernel.all["philox"]
    kernel.loop(*numbers, *found)
    assert (found == expected).all() and len(np.unique(found)) == found.size
    if (seed, offset) == (0, 0):  # the first words are published, for example by Random123
        words = "6627e8d5 e169c58d bc57ac4c 9b00dbd8"
        assert found[:, 0, 0].tolist() == [int(word, 16) for word in words.split()]


def test_every_kernel_is_tested():
    wanted = {case[0] for case in OPTIMIZERS} | {name for case in FORMULAS for name in case[1]}
    wanted |= {name for case in GATHERED for name in case[1].split()} | {"philox"} | ON_THE_CPU
    assert wanted == Kernel.all.keys()


def test_arrays_on_the_cpu_do_without():
    assert not kernels.fits(np.ones(2, np.float32))
