"""The loops of `lstm_loops` give what the steps of `Lstm` give."""

from __future__ import annotations

import platform

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch as mt
from minitorch import cpp, kernels
from minitorch.nn.utils import rnn
from minitorch.ops import lstm_loops
from minitorch.ops.lstm import Lstm

pytestmark = pytest.mark.skipif(cpp.compiler() is None, reason="no C++ compiler")


@pytest.fixture(autouse=True)
def numpy_by_itself():
    kernels.use_loops(False)  # also with --compiled; `conftest.py` does the same after each test


def arrays(steps=3, batch=5, hidden=7, features=4, dtype=np.float64, bias=True, scale=0.5):
    """x, w_ih, w_hh, biases, h and c."""
    rng = np.random.default_rng(0)

    def one(*shape):
        return (scale * rng.standard_normal(shape)).astype(dtype)

    biases = [one(4 * hidden), one(4 * hidden)] if bias else [None, None]
    weights = one(4 * hidden, features), one(4 * hidden, hidden), biases
    return one(steps, batch, features), *weights, one(batch, hidden), one(batch, hidden)


def check(args, sizes=None, reverse=False):
    """Both ways give the same, forward and back, and go back from what the other has saved."""
    x, _, w_hh, _, h, _ = args
    sizes = sizes or (len(h),) * len(x)
    saved = lstm_loops.forward(*args, sizes, reverse)
    expected = Lstm.steps(np, *args, None, sizes, reverse)
    same(saved, expected)
    rng = np.random.default_rng(1)
    grads = (
        rng.standard_normal((len(h), len(x), h.shape[1])).astype(x.dtype).swapaxes(0, 1),
        np.broadcast_to(rng.standard_normal(h.shape[1]).astype(x.dtype), h.shape),
        rng.standard_normal(h.shape).astype(x.dtype),
    )
    before = [grad.copy() for grad in grads]
    for gates, cells, _ in (saved, expected):
        found = lstm_loops.backward(grads, w_hh, gates, cells, sizes, reverse)
        steps_back = Lstm.steps_back(np, grads, w_hh, None, gates, cells, sizes, reverse)
        same(found[:3], steps_back[:3])
    assert all((a == b).all() for a, b in zip(grads, before, strict=True))
    return saved


def same(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        largest = np.max(np.abs(theirs), initial=1, where=np.isfinite(theirs))
        tolerance = (1e-5 if ours.dtype == np.float32 else 1e-13) * largest
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)


@given(
    sizes=st.lists(st.integers(0, 20), min_size=1, max_size=5),
    hidden=st.integers(1, 70),
    features=st.integers(1, 5),
    dtype=st.sampled_from([np.float32, np.float64]),
    bias=st.booleans(),
    reverse=st.booleans(),
    packed=st.booleans(),
    threads=st.integers(1, 3),
)
@settings(max_examples=200, deadline=None)
def test_any_shape(sizes, hidden, features, dtype, bias, reverse, packed, threads):
    batch, steps = max(sizes), len(sizes)
    sizes = tuple(sorted(sizes, reverse=True)) if packed else (batch,) * steps
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpp.threads, "count", lambda elements: threads)
        check(arrays(steps, batch, hidden, features, dtype, bias), sizes, reverse)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_many_numbers(dtype):
    check(arrays(20, 37, 130, 3, dtype, scale=0.1))


def test_other_strides_in_memory():
    x, w_ih, w_hh, (b_ih, b_hh), h, c = arrays(3, 6, 10)
    biases = [np.repeat(b_ih, 2)[::2], b_hh[::-1]]
    weights = np.asfortranarray(w_ih), w_hh[::-1, ::-1], biases
    check((x.swapaxes(0, 1).copy().swapaxes(0, 1), *weights, np.asfortranarray(h), c[:, ::-1]))
    check((x[:, :1].repeat(6, 1), *weights, np.broadcast_to(h[:1], h.shape), c))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_is_not_finite_spreads_alike(value):
    for place in range(5):
        args = arrays(4, 9, 20)
        flat = [array for part in args for array in (part if isinstance(part, list) else [part])]
        flat[[0, 1, 2, 4, 5][place]].flat[3] = value
        saved = check(args)
        assert np.isfinite(saved[0]).any()


def test_large_sums():
    gates, cells, _ = check(arrays(6, 3, 20, dtype=np.float32, scale=300))
    assert gates.min() == -1
    assert gates.max() == 1
    assert np.abs(cells).max() > 100


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the options are those of x86-64")
@pytest.mark.parametrize("options", [["-mno-avx512f"], ["-mno-avx"]])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_smaller_registers(monkeypatch, options, dtype):
    monkeypatch.setattr(cpp, "OPTIONS", [*cpp.OPTIONS, *options, "-Wno-psabi"])
    monkeypatch.setattr(lstm_loops, "_library", lstm_loops._library.__wrapped__)
    check(arrays(3, 11, 37, 4, dtype))


def test_the_number_of_threads_changes_no_digit(monkeypatch):
    found = []
    for threads in 1, 2, 5:
        monkeypatch.setattr(cpp.threads, "count", lambda elements, threads=threads: threads)
        gates, _, states = lstm_loops.forward(*arrays(5, 13, 32), (13,) * 5, False)
        found.append((gates, states))
    for gates, states in found[1:]:
        np.testing.assert_array_equal(gates, found[0][0])
        np.testing.assert_array_equal(states, found[0][1])


def test_fits():
    c = np.zeros((16, 64), np.float32)
    assert not lstm_loops.fits(c, 32, None)
    kernels.use_loops()  # until the end of the test
    assert lstm_loops.fits(c, 32, None)
    assert not lstm_loops.fits(c, 32, np.zeros((3, 64), np.float32))
    assert lstm_loops.fits(c, 1, None)
    assert not lstm_loops.fits(c[:1], 1, None)
    assert lstm_loops.fits(c[:1], 4, None)
    assert lstm_loops.fits(np.zeros((2, 512)), 8, None)
    assert not lstm_loops.fits(np.zeros((2, 512)), 7, None)
    assert not lstm_loops.fits(np.zeros((1, 512)), 100, None)


@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True, "bias": False}])
@pytest.mark.parametrize("packed", [False, True])
def test_a_layer_uses_them(monkeypatch, options, packed):
    calls = []

    def noted(name):
        function = getattr(lstm_loops, name)
        monkeypatch.setattr(lstm_loops, name, lambda *a: calls.append(name) or function(*a))

    for name in "forward", "backward":
        noted(name)
    layer = mt.nn.LSTM(6, 20, dtype=mt.float64, **options)
    x = mt.linspace(-1, 1, 5 * 3 * 6, dtype=mt.float64).reshape(5, 3, 6).requires_grad_()

    def found():
        given = rnn.pack_padded_sequence(x, [2, 5, 3], enforce_sorted=False) if packed else x
        out, (h, c) = layer(given)
        out = out.data if packed else out
        loss = out.square().sum() + h.sum() + (c * h.detach()).sum()
        grads = mt.autograd.grad(loss, [x, *layer.parameters()])
        with mt.no_grad():
            again = layer(given)[1][0]
        return [tensor.detach().numpy() for tensor in (out, h, c, *grads, again)]

    expected = found()
    assert not calls
    kernels.use_loops()
    same(found(), expected)
    directions = 4 if options else 1
    assert sorted(calls) == ["backward"] * directions + ["forward"] * 2 * directions


def test_second_derivatives_are_those_of_the_formula():
    kernels.use_loops()
    layer = mt.nn.LSTM(2, 3, dtype=mt.float64)
    x = mt.linspace(-1, 1, 12, dtype=mt.float64).reshape(3, 2, 2).requires_grad_()
    assert mt.autograd.gradgradcheck(lambda x: layer(x)[0], (x,))
