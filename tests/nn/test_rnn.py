"""Recurrent layers without PyTorch: the books' equations, the formulas, packing, bad luck."""

from __future__ import annotations

import copy
import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch as mt
from minitorch import nn
from minitorch.autograd import gradcheck, gradgradcheck
from minitorch.nn.utils import rnn
from minitorch.ops.lstm import Lstm
from minitorch.ops.recurrent import Gru, RnnRelu, RnnTanh

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def random(*shape, requires_grad=True):
    return mt.randn(*shape, dtype=mt.float64, requires_grad=requires_grad)


@pytest.fixture(autouse=True)
def seed():
    mt.manual_seed(0)


# The operations -----------------------------------------------------------------------------------

OPERATIONS = [(RnnTanh, 1, False), (RnnRelu, 1, False), (Gru, 3, False), (Lstm, 4, False)]
OPERATIONS += [(Lstm, 4, True)]


def arguments(operation, gates, projected, bias=True, steps=4, batch=3, hidden=3):
    shown = hidden - 1 if projected else hidden
    biases = [random(gates * hidden), random(gates * hidden)] if bias else [None, None]
    states = [random(batch, shown)]
    if operation is Lstm:
        states += [random(batch, hidden), random(shown, hidden) if projected else None]
    weights = [random(gates * hidden, 2), random(gates * hidden, shown)]
    return [random(steps, batch, 2), *weights, *biases, *states]


@pytest.mark.parametrize("sizes", [(3, 3, 3, 3), (3, 2, 2, 1)], ids=["even", "uneven"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("operation", "gates", "projected"), OPERATIONS)
def test_the_fast_way_gives_what_the_formula_gives(
    operation, gates, projected, bias, reverse, sizes
):
    args = arguments(operation, gates, projected, bias)
    leaves = [arg for arg in args if arg is not None]
    fast = operation.apply(*args, sizes, reverse)
    slow = operation.formula(*args, sizes, reverse)
    weights = [random(*out.shape, requires_grad=False) for out in slow]
    found = mt.autograd.grad(fast, leaves, weights, retain_graph=True)
    expected = mt.autograd.grad(slow, leaves, weights)
    for a, b in zip([*fast, *found], [*slow, *expected], strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-12)
    again = mt.autograd.grad(fast, leaves, weights)  # what was kept is still as it was
    assert all((a == b).all() for a, b in zip(found, again, strict=True))


@pytest.mark.parametrize(("operation", "gates", "projected"), OPERATIONS)
def test_derivatives(operation, gates, projected):
    args = arguments(operation, gates, projected, steps=2, batch=2, hidden=2)
    leaves = [arg for arg in args if arg is not None]

    def run(*leaves):
        given = iter(leaves)
        filled = [arg if arg is None else next(given) for arg in args]
        return operation.apply(*filled, (2, 1), True)

    gradcheck(run, leaves)
    gradgradcheck(run, leaves)


@pytest.mark.parametrize(("operation", "gates", "projected"), OPERATIONS)
def test_only_what_is_needed_is_computed(operation, gates, projected):
    args = arguments(operation, gates, projected)
    leaves = [arg for arg in args if arg is not None]
    everything = mt.autograd.grad(operation.apply(*args, (3,) * 4, False)[0].sum(), leaves)
    for leaf, expected in zip(leaves, everything, strict=True):
        for other in leaves:
            other.requires_grad_(other is leaf)
        out = operation.apply(*args, (3,) * 4, False)[0]
        (found,) = mt.autograd.grad(out.sum(), leaf)
        np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-13)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_the_book(layer, x, h, c):
    """One layer in one direction with NumPy, sequence by sequence; the output and last states."""
    w_ih, w_hh, b_ih, b_hh = (p.detach().numpy() for p in layer.parameters())
    outs = []
    for step in x:
        sums_x, sums_h = w_ih @ step + b_ih, w_hh @ h + b_hh
        if layer.mode == "LSTM":
            i, f, g, o = np.split(sums_x + sums_h, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        elif layer.mode == "GRU":
            (x_r, x_z, x_n), (h_r, h_z, h_n) = np.split(sums_x, 3), np.split(sums_h, 3)
            r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
            h = (1 - z) * np.tanh(x_n + r * h_n) + z * h
        else:
            total = sums_x + sums_h
            h = np.tanh(total) if layer.mode == "RNN_TANH" else np.maximum(total, 0)
        outs.append(h)
    return np.array(outs), h, c


@pytest.mark.parametrize("options", [{}, {"nonlinearity": "relu"}], ids=["", "relu"])
@pytest.mark.parametrize("name", LAYERS)
def test_the_equations(name, options):
    if options and name != "RNN":
        return
    layer = LAYERS[name](2, 3, dtype=mt.float64, **options)
    x, h, c = random(5, 4, 2), random(1, 4, 3), random(1, 4, 3)
    out, last = layer(x, (h, c) if name == "LSTM" else h)
    last = last if name == "LSTM" else (last, c)
    for n in range(4):
        arrays = [t.detach().numpy() for t in (x[:, n], h[0, n], c[0, n])]
        expected = by_the_book(layer, *arrays)
        found = out[:, n], last[0][0, n], last[1][0, n]
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b, atol=1e-14)


# Layers -------------------------------------------------------------------------------------------


def states_of(last):
    return list(last) if isinstance(last, tuple) else [last]


def close(a, b):
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-12)


@pytest.mark.parametrize("name", LAYERS)
def test_two_layers_and_two_directions_are_made_of_one(name):
    layer = LAYERS[name](2, 3, 2, bidirectional=True, batch_first=True, dtype=mt.float64)
    x = random(4, 5, 2)
    expected, lasts = x, []
    for number in range(2):
        outs = []
        for suffix in ("", "_reverse"):
            one = LAYERS[name](expected.shape[2], 3, batch_first=True, dtype=mt.float64)
            for key in one.state_dict():
                getattr(one, key).data = getattr(layer, f"{key[:-1]}{number}{suffix}").data
            flipped = expected.flip(1) if suffix else expected
            out, last = one(flipped)
            outs.append(out.flip(1) if suffix else out)
            lasts.append(states_of(last))
        expected = mt.cat(outs, 2)
    out, last = layer(x)
    close(out, expected)
    for found, parts in zip(states_of(last), zip(*lasts, strict=True), strict=True):
        close(found, mt.cat(parts))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("lengths", [[5, 3, 3, 1], [2, 5, 1, 2]])
def test_packed_sequences_are_as_each_alone(name, lengths):
    layer = LAYERS[name](2, 3, 2, bidirectional=True, dtype=mt.float64)
    sequences = [random(length, 2) for length in lengths]
    first = [random(4, 4, 3) for _ in range(2 if name == "LSTM" else 1)]
    packed = rnn.pack_sequence(sequences, enforce_sorted=False)
    out, last = layer(packed, tuple(first) if name == "LSTM" else first[0])
    outs = rnn.unpack_sequence(out)
    parameters = list(layer.parameters())
    total = sum((part.cos()).sum() for part in [*outs, *states_of(last)])
    found = mt.autograd.grad(total, [*sequences, *first, *parameters])
    total = 0
    for n, sequence in enumerate(sequences):
        hx = [h[:, n] for h in first]
        alone, last_alone = layer(sequence, tuple(hx) if name == "LSTM" else hx[0])
        close(outs[n], alone)
        for a, b in zip(states_of(last), states_of(last_alone), strict=True):
            close(a[:, n], b)
        total = total + sum((part.cos()).sum() for part in [alone, *states_of(last_alone)])
    expected = mt.autograd.grad(total, [*sequences, *first, *parameters])
    for a, b in zip(found, expected, strict=True):
        close(a, b)


@pytest.mark.parametrize("name", LAYERS)
def test_a_cell_is_a_step(name):
    layer = LAYERS[name](2, 3, dtype=mt.float64)
    cell = getattr(nn, f"{name}Cell")(2, 3, dtype=mt.float64)
    for key, value in cell.state_dict().items():
        value.copy_(getattr(layer, f"{key}_l0"))
    x = random(4, 5, 2)
    out, _ = layer(x)
    state = None
    for t in range(4):
        state = cell(x[t], state)
        close(out[t], states_of(state)[0])
    close(out[1, 2], states_of(cell(x[1, 2], cell(x[0, 2])))[0])  # without a batch


@pytest.mark.parametrize("name", LAYERS)
def test_what_follows_may_change_the_output_in_place(name):
    layer = LAYERS[name](2, 3, dtype=mt.float64)
    gradients = []
    for change in (lambda x: x * 3, lambda x: x.mul_(3)):
        layer.zero_grad()
        out, last = layer(mt.ones(4, 2, 2, dtype=mt.float64))
        (change(out).sum() + sum(change(h).sum() for h in states_of(last))).backward()
        gradients.append([p.grad for p in layer.parameters()])
    for a, b in zip(*gradients, strict=True):
        close(a, b)


@pytest.mark.parametrize("name", LAYERS)
def test_each_gradient_has_memory_of_its_own(name):
    layer = LAYERS[name](2, 3)
    layer(mt.ones(4, 2, 2))[0].sum().backward()
    arrays = [p.grad.numpy() for p in layer.parameters()]
    assert not any(np.shares_memory(a, b) for a, b in itertools.combinations(arrays, 2))


def test_dropout_is_between_layers_while_training():
    layer = nn.GRU(2, 50, 2, dropout=0.5)
    x = mt.ones(3, 2, 2)
    assert not (layer(x)[0] == layer(x)[0]).all()
    layer.eval()
    assert (layer(x)[0] == layer(x)[0]).all()
    layer.dropout = 1.0  # the second layer sees nothing but zeros
    layer.train()
    silent = nn.GRU(50, 50)
    silent.load_state_dict(
        {k.replace("l1", "l0"): v for k, v in layer.state_dict().items() if "l1" in k}
    )
    assert (layer(x)[0] == silent(mt.zeros(3, 2, 50))[0]).all()
    packed = rnn.pack_padded_sequence(mt.ones(3, 2, 2), [3, 1])
    assert not (layer(packed)[0].data == layer.eval()(packed)[0].data).all()
    with pytest.warns(UserWarning, match="dropout option adds dropout after all but last") as seen:
        nn.RNN(2, 3, dropout=0.1)
    assert seen[0].filename == __file__


@pytest.mark.parametrize("name", LAYERS)
def test_other_dtypes(name):
    layer = LAYERS[name](2, 3, dtype=mt.float64)
    x = random(4, 2, 2)
    expected, _ = layer(x)
    half = copy.deepcopy(layer).half()
    out, _ = half(x.half())
    assert out.dtype is mt.float16
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), atol=5e-3)
    h = [mt.zeros(1, 2, 3, dtype=mt.float64) for _ in states_of(layer(x)[1])]
    kept = LAYERS[name](2, 3, dtype=mt.complex128)
    with mt.no_grad():
        for key, value in kept.state_dict().items():
            value.copy_(getattr(layer, key))
    imaginary = [part.to(mt.complex128) for part in h]
    out, _ = kept(x.to(mt.complex128), tuple(imaginary) if name == "LSTM" else imaginary[0])
    close(out.real, expected)
    assert (out.imag == 0).all()


@pytest.mark.parametrize("name", LAYERS)
def test_nothing_but_empty_batches(name):
    out, last = LAYERS[name](2, 3)(mt.ones(4, 0, 2, requires_grad=True))
    assert out.shape == (4, 0, 3) and states_of(last)[0].shape == (1, 0, 3)
    out.sum().backward()


def test_copies_and_pickles():
    layer = nn.LSTM(2, 3, 2, bidirectional=True, proj_size=1)
    assert [len(weights) for weights in layer.all_weights] == [5] * 4
    assert layer._flat_weights[4] is layer.weight_hr_l0
    layer.flatten_parameters()
    x = mt.ones(2, 1, 2)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(other) == "LSTM(2, 3, proj_size=1, num_layers=2, bidirectional=True)"
        assert (other(x)[0] == layer(x)[0]).all()
    layer.reset_parameters()
    assert not (other(x)[0] == layer(x)[0]).all()


def test_a_network_learns_to_remember():
    """The first number of a sequence, four steps later."""
    for kind in (nn.LSTM, nn.GRU):
        mt.manual_seed(0)
        layer, head = kind(1, 8), nn.Linear(8, 1)
        optimizer = mt.optim.Adam([*layer.parameters(), *head.parameters()], lr=0.05)
        for _ in range(150):
            x = mt.randn(5, 32, 1)
            loss = nn.functional.mse_loss(head(layer(x)[0][-1]), x[0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert loss.item() < 0.05


# Packing ------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.booleans(), st.data())
@settings(deadline=None, max_examples=25)
def test_there_and_back(lengths, batch_first, data):
    sequences = [random(length, 2) for length in lengths]
    packed = rnn.pack_sequence(sequences, enforce_sorted=False)
    assert packed.data.shape == (sum(lengths), 2)
    assert packed.batch_sizes.tolist() == [
        sum(length > step for length in lengths) for step in range(max(lengths))
    ]
    total_length = data.draw(st.none() | st.integers(max(lengths), 8))
    padded, found = rnn.pad_packed_sequence(packed, batch_first, -7.0, total_length)
    assert found.tolist() == lengths
    expected = rnn.pad_sequence(sequences, batch_first, -7.0)
    steps = expected.shape[batch_first]
    close(padded.narrow(int(batch_first), 0, steps), expected)
    assert (padded.narrow(int(batch_first), steps, padded.shape[batch_first] - steps) == -7).all()
    for back in (
        rnn.unpack_sequence(packed),
        rnn.unpad_sequence(padded, mt.tensor(lengths), batch_first),
    ):
        for a, b in zip(back, sequences, strict=True):
            close(a, b)


def test_derivatives_of_packing():
    sequences = [random(2, 2), random(3, 2), random(1, 2)]
    gradcheck(lambda *s: rnn.pack_sequence(s, False).data, sequences)
    gradcheck(lambda *s: rnn.pad_packed_sequence(rnn.pack_sequence(s, False))[0], sequences)
    x = random(3, 2, 2)
    gradgradcheck(lambda x: rnn.pack_padded_sequence(x, [3, 1]).data ** 2, x)
    gradgradcheck(lambda x: rnn.pad_packed_sequence(rnn.pack_padded_sequence(x, [2, 1]))[0] ** 2, x)


def test_a_packed_sequence_is_a_tuple_that_moves():
    packed = rnn.pack_sequence([mt.ones(1), mt.zeros(2)], enforce_sorted=False)
    data, sizes, places, back = packed
    assert (packed.data is data, packed[1] is sizes, len(packed)) == (True, True, 4)
    assert places.tolist() == back.tolist() == [1, 0]
    assert packed.to("cpu") is packed.cpu() is packed and not packed.is_cuda
    assert not packed.is_pinned()
    for name in "double half long int short char byte".split():
        changed = getattr(packed, name)()
        assert changed.data.dtype is getattr(data, name)().dtype
        assert changed.batch_sizes is sizes and changed.float().data.equal(data)
    with pytest.raises(AssertionError, match="CUDA"):
        packed.cuda()
    assert rnn.PackedSequence((data, sizes)).sorted_indices is None
    assert rnn.PackedSequence(data, sizes, places).unsorted_indices.tolist() == [1, 0]


@pytest.mark.parametrize("sizes", [[2, 2], [1, 2]])
def test_batch_sizes_that_cannot_be(sizes):
    packed = rnn.PackedSequence(mt.ones(3, 2), mt.tensor(sizes))
    for use in (rnn.pad_packed_sequence, nn.GRU(2, 3)):
        with pytest.raises(RuntimeError, match="batch_sizes must not increase"):
            use(packed)


def test_lengths_beyond_the_input_are_refused():
    with pytest.raises(RuntimeError, match="Expected lengths of at most 3"):
        rnn.pack_padded_sequence(mt.ones(3, 2), [4, 2])
