"""Recurrent layers beside PyTorch: weights, masks, outputs, last states, derivatives."""

from __future__ import annotations

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch

import minitorch as mt
from tests.parity.compare import same
from tests.parity.programs import agree
from tests.parity.test_nn_layers import same_layer

LAYERS = ("RNN", "LSTM", "GRU")
SETTINGS = [
    {},
    {"bias": False},
    {"batch_first": True},
    {"bidirectional": True},
    {"num_layers": 3},
    {"num_layers": 2, "dropout": 0.4},
    {"num_layers": 3, "dropout": 1.0},
    {"num_layers": 2, "dropout": 0.3, "bidirectional": True, "batch_first": True, "bias": False},
]
CASES = [(name, settings) for name in LAYERS for settings in SETTINGS]
CASES += [("RNN", {"nonlinearity": "relu"})]
CASES += [("RNN", {"nonlinearity": "relu", "num_layers": 2, "bidirectional": True, "dropout": 0.2})]
CASES += [("LSTM", {"proj_size": 2}), ("LSTM", {"proj_size": 1, "bias": False})]
CASES += [("LSTM", {"proj_size": 2, "num_layers": 2, "bidirectional": True, "dropout": 0.5})]
FORMS = ("batch", "batch with states", "single", "single with states", "packed", "packed sorted")


def made_input(lib, form, settings, dtype):
    """A leaf, and the input of this form made of it: (x, layer's input)."""
    rng = np.random.default_rng(5)
    batch, steps = (1 if form.startswith("single") else 4), 5
    shape = (batch, steps, 3) if settings.get("batch_first") else (steps, batch, 3)
    x = lib.tensor(rng.standard_normal(shape), dtype=dtype, requires_grad=True)
    if form.startswith("single"):
        return x, x.squeeze(0 if settings.get("batch_first") else 1)
    if form.startswith("packed"):
        lengths, is_sorted = (
            ([5, 3, 3, 1], True) if form.endswith("sorted") else ([3, 5, 1, 3], False)
        )
        first = settings.get("batch_first", False)
        pack = lib.nn.utils.rnn.pack_padded_sequence
        return x, pack(x, lengths, batch_first=first, enforce_sorted=is_sorted)
    return x, x


def made_states(lib, layer, form, dtype):
    """Leaves for the first states, if the form has them: h, and of an LSTM c."""
    if form in ("batch", "single"):
        return None, ()
    rng = np.random.default_rng(6)
    batch = () if form.startswith("single") else (4,)
    count = layer.num_layers * (2 if layer.bidirectional else 1)
    sizes = [layer.proj_size or layer.hidden_size, layer.hidden_size]
    shapes = [(count, *batch, size) for size in sizes[: 2 if layer.mode == "LSTM" else 1]]
    leaves = [
        lib.tensor(rng.standard_normal(shape), dtype=dtype, requires_grad=True) for shape in shapes
    ]
    return (leaves[0] if len(leaves) == 1 else tuple(leaves)), leaves


def uses(name, settings, form, dtype):
    """The program that makes a layer and runs it forward and backward, training and not."""

    def program(lib):
        kind = getattr(lib, dtype)
        layer = getattr(lib.nn, name)(3, 4, **settings).to(kind)
        yield layer, dict(layer.state_dict())
        for training in (True, False):
            layer.train(training)
            x, given = made_input(lib, form, settings, kind)
            hx, leaves = made_states(lib, layer, form, kind)
            output, states = layer(given, hx)
            states = states if isinstance(states, tuple) else (states,)
            data = output
            if form.startswith("packed"):
                yield list(output)
                data = output.data
            yield data, list(data.stride()), list(states)
            layer.zero_grad()
            total = sum(
                (t * lib.arange(t.numel(), dtype=kind).reshape(t.shape).cos()).sum()
                for t in (data, *states)
            )
            total.backward()
            yield x.grad, [h.grad for h in leaves], {n: p.grad for n, p in layer.named_parameters()}
        yield lib.rand(1)  # the stream has gone as far

    return program


def ids(value):
    return "-".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("name", "settings"), CASES, ids=ids)
def test_layer(name, settings, form):
    same_layer(uses(name, settings, form, "float64"), 1e-12)


# With proj_size PyTorch warns that it has no fast implementation.
UNPROJECTED = [case for case in CASES if "proj_size" not in case[1]]


@pytest.mark.parametrize(("name", "settings"), UNPROJECTED, ids=ids)
def test_layer_in_single_precision(name, settings):
    same_layer(uses(name, settings, "batch", "float32"), 5e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_layer_in_half_precision(name):
    same_layer(uses(name, {"num_layers": 2}, "batch with states", "float16"), 1e-2)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("form", ["batch", "packed"])
def test_second_derivatives(name, form):
    def run(lib, x, *parameters):
        layer = getattr(lib.nn, name)(2, 3, 2, bidirectional=True, dtype=lib.float64)
        given = x
        if form == "packed":
            given = lib.nn.utils.rnn.pack_padded_sequence(x, [2, 3], enforce_sorted=False)
        values = dict(zip(dict(layer.named_parameters()), parameters, strict=True))
        output, states = lib.func.functional_call(layer, values, (given,))
        return output if form == "batch" else output.data, *(states if name == "LSTM" else [states])

    layer = getattr(mt.nn, name)(2, 3, 2, bidirectional=True, dtype=mt.float64)
    rng = np.random.default_rng(1)
    parameters = [rng.uniform(-0.6, 0.6, tuple(p.shape)) for p in layer.parameters()]
    same(run, rng.standard_normal((3, 2, 2)), *parameters, names=False)


CELLS = {"rnn_tanh_cell": 1, "rnn_relu_cell": 1, "gru_cell": 3, "lstm_cell": 4}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", CELLS)
def test_cell_function(name, bias):
    rng = np.random.default_rng(2)
    rows = CELLS[name] * 4
    weights = [rng.standard_normal(s) for s in ((rows, 3), (rows, 4), (rows,), (rows,))]

    def run(lib, x, h, c, *weights):
        return getattr(lib, name)(x, (h, c) if name == "lstm_cell" else h, *weights)

    states = [rng.standard_normal((2, 4)) for _ in range(2)]
    weights = weights if bias else weights[:2]
    # of an LSTM's two results one node makes both here
    same(run, rng.standard_normal((2, 3)), *states, *weights, names=name != "lstm_cell")


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("rnn_tanh_cell", "complex128"),
        ("gru_cell", "complex128"),
        ("lstm_cell", "complex128"),
        ("rnn_tanh_cell", "int64"),
        ("rnn_relu_cell", "int64"),
    ],
)
def test_cell_function_on_other_dtypes(name, dtype):
    rng = np.random.default_rng(2)
    rows = CELLS[name] * 3
    shapes = (2, 3), (2, 3), (2, 3), (rows, 3), (rows, 3)
    numbers = [(rng.standard_normal(s) + 1j * rng.standard_normal(s)) for s in shapes]
    if dtype == "int64":
        numbers = [(n.real * 3).astype("int64") for n in numbers]

    def run(lib, x, h, c, *weights):
        return getattr(lib, name)(x, (h, c) if name == "lstm_cell" else h, *weights)

    same(run, *numbers, names=False)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
def test_cell(name, bias):
    def program(lib):
        cell = getattr(lib.nn, name)(3, 4, bias, dtype=lib.float64)
        yield cell, dict(cell.state_dict())
        rng = np.random.default_rng(4)
        for shape in ((2, 3), (3,), (0, 3)):
            x = lib.tensor(rng.standard_normal(shape), requires_grad=True)
            yield cell(x)
            h = cell(x * 2, cell(x))
            h = h if name == "LSTMCell" else (h,)
            cell.zero_grad()
            sum((part.cos()).sum() for part in h).backward()
            yield list(h), x.grad, [p.grad for p in cell.parameters()]
        if name == "RNNCell":
            cell = lib.nn.RNNCell(3, 4, bias, "relu")
            yield cell, cell(lib.ones(2, 3)).grad_fn.name()

    same_layer(program, 1e-12)


def packs_and_pads(lib):
    rnn = lib.nn.utils.rnn
    sequences = [lib.arange(float(n), requires_grad=True) for n in (2, 4, 1)]
    for value, side, first in [(0.0, "right", False), (-1.5, "left", True), (7, "right", True)]:
        out = rnn.pad_sequence(sequences, first, value, side)
        yield out, list(out.stride()), out.grad_fn.name()
        (out * out).sum().backward()
        yield [s.grad for s in sequences]
    packed = rnn.pack_sequence(sequences, enforce_sorted=False)
    yield list(packed), packed.data.grad_fn.name()
    for first in (False, True):
        padded, lengths = rnn.pad_packed_sequence(packed, first, -1, 6)
        yield padded, lengths, list(padded.stride())
    yield rnn.unpack_sequence(packed), rnn.unpad_sequence(padded, lengths, batch_first=True)
    (padded * padded).sum().backward()
    yield [s.grad for s in sequences]
    x = lib.arange(24.0, dtype=lib.float64).view(2, 3, 4).requires_grad_()
    packed = rnn.pack_padded_sequence(x, lib.tensor([3, 2]), batch_first=True)
    (g,) = lib.autograd.grad((packed.data**3).sum(), x, create_graph=True)
    g.cos().sum().backward()
    yield g, x.grad, rnn.pad_packed_sequence(packed)[0].grad_fn.name()


def is_a_named_tuple(lib):
    rnn = lib.nn.utils.rnn
    packed = rnn.pack_sequence([lib.ones(1, 2), lib.zeros(2, 2)], False)
    yield packed, packed._fields, packed.is_cuda, packed.is_pinned(), packed == packed, len(packed)
    data, sizes, *_ = packed
    yield data, sizes, packed._replace(data=sizes), dict(packed._asdict())
    for name in "double float half long int short char byte cpu".split():
        changed = getattr(packed, name)()
        yield name, changed, changed is packed, type(changed) is type(packed)
    yield packed.to("cpu") is packed, packed.to(lib.float64), packed.to(dtype=lib.int8)
    yield pickle.loads(pickle.dumps(packed)), copy.deepcopy(packed)
    yield rnn.PackedSequence((data, sizes)), rnn.PackedSequence(data, sizes, sizes - 1)


def is_saved_and_copied(lib):
    layer = lib.nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2)
    yield layer, [[tuple(w.shape) for w in weights] for weights in layer.all_weights]
    yield layer._flat_weights_names, layer._all_weights, len(layer._flat_weights)
    layer, x = lib.nn.LSTM(3, 4, 2, bidirectional=True), lib.ones(2, 1, 3)
    for other in (pickle.loads(pickle.dumps(layer)), copy.deepcopy(layer)):
        yield other, (other(x)[0] == layer(x)[0]).all().item()
    layer.flatten_parameters()
    layer.weight_ih_l0 = lib.nn.Parameter(layer.weight_ih_l0 * 0)
    yield layer._flat_weights[0], layer.double()(x.double())[0].dtype
    layer.reset_parameters()
    yield dict(layer.state_dict())
    yield lib.nn.RNN(2, 3, 1, "relu", False, True, 0.0, True), lib.nn.RNNBase("GRU", 2, 3)
    yield lib.nn.LSTM(3, 4, dropout=0.5)


@pytest.mark.parametrize("program", [packs_and_pads, is_a_named_tuple, is_saved_and_copied])
def test_program(program):
    agree(program, 1e-6)


@pytest.mark.parametrize(
    "name", [*LAYERS, "RNNBase", "RNNCellBase", "RNNCell", "LSTMCell", "GRUCell"]
)
def test_constructor(name):
    ours, theirs = (inspect.signature(getattr(lib.nn, name).__init__) for lib in (mt, torch))
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]


FUNCTIONS = [name for name in torch.nn.utils.rnn.__all__ if name != "PackedSequence"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(lib.nn.utils.rnn, name)) for lib in (mt, torch))
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]
