"""Layers beside PyTorch: the same seed gives the same weights, masks, outputs and gradients."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest
import torch

import minitorch as mt
from tests.parity.programs import agree, runs, said

X = np.random.default_rng(0).standard_normal((2, 4, 6)).astype("float32") * 3
IDS = np.array([[1, 2, 2], [0, 4, 1]])

# name, arguments of the constructor, inputs
LAYERS = [
    ("Linear", (6, 3), (X,)),
    ("Linear", (6, 3, False), (X,)),
    ("Linear", (6, 1), (X[0, 0],)),
    ("Linear", (6, 0), (X,)),
    ("Bilinear", (6, 6, 3), (X, X + 1)),
    ("Bilinear", (6, 6, 3, False), (X, X)),
    ("Identity", (), (X,)),
    ("Identity", (5, "a"), (X,)),
    ("Flatten", (), (X,)),
    ("Flatten", (0, 1), (X,)),
    ("Unflatten", (2, (2, 3)), (X,)),
    ("Unflatten", (-1, [3, -1]), (X,)),
    ("Embedding", (5, 3), (IDS,)),
    ("Embedding", (5, 3, 1), (IDS,)),
    ("Embedding", (5, 3, -4), (IDS,)),
    ("Embedding", (5, 3, None, 1.0), (IDS,)),
    ("Embedding", (5, 3, 2, 0.5, 1.0), (IDS,)),
    ("Embedding", (5, 3, None, 0.7, np.inf), (IDS,)),
    ("Embedding", (5, 3, 1, None, 2.0, True), (IDS,)),
    ("Embedding", (50, 20), (IDS * 7,)),
    ("Threshold", (0.1, 20.0), (X,)),
    ("Threshold", (0.1, 20), (X,)),
    ("ReLU", (), (X,)),
    ("RReLU", (), (X,)),
    ("RReLU", (0.2, 0.3), (X,)),
    ("Hardtanh", (), (X,)),
    ("Hardtanh", (-2, 0.5), (X,)),
    ("ReLU6", (), (X * 3,)),
    ("Sigmoid", (), (X,)),
    ("Hardsigmoid", (), (X,)),
    ("Tanh", (), (X,)),
    ("SiLU", (), (X,)),
    ("Mish", (), (X,)),
    ("Hardswish", (), (X,)),
    ("ELU", (), (X,)),
    ("ELU", (0.5,), (X,)),
    ("CELU", (2.0,), (X,)),
    ("SELU", (), (X,)),
    ("GLU", (), (X,)),
    ("GLU", (1,), (X,)),
    ("GELU", (), (X,)),
    ("GELU", ("tanh",), (X,)),
    ("Hardshrink", (), (X,)),
    ("Hardshrink", (1.0,), (X,)),
    ("LeakyReLU", (), (X,)),
    ("LeakyReLU", (0.2,), (X,)),
    ("LogSigmoid", (), (X,)),
    ("Softplus", (), (X,)),
    ("Softplus", (2, 1), (X,)),
    ("Softshrink", (), (X,)),
    ("PReLU", (), (X,)),
    ("PReLU", (4, 0.1), (X,)),
    ("Softsign", (), (X,)),
    ("Tanhshrink", (), (X,)),
    ("Softmin", (1,), (X,)),
    ("Softmax", (-1,), (X,)),
    ("Softmax", (), (X,)),
    ("Softmax2d", (), (X,)),
    ("LogSoftmax", (1,), (X,)),
    ("Dropout", (), (X,)),
    ("Dropout", (0.2,), (X,)),
    ("Dropout", (0.0,), (X,)),
    ("Dropout", (1.0,), (X,)),
    ("Dropout1d", (0.4,), (X,)),
    ("Dropout1d", (0.4,), (X[0],)),
    ("Dropout2d", (0.4,), (X[:, :, :, None],)),
    ("Dropout2d", (0.4,), (X,)),
    ("Dropout3d", (0.4,), (X[:, :, :, None, None],)),
    ("Dropout3d", (0.4,), (X[:, :, :, None],)),
    ("AlphaDropout", (0.3,), (X,)),
    ("AlphaDropout", (1.0,), (X,)),
    ("FeatureAlphaDropout", (0.3,), (X,)),
]
INPLACE = [
    "ReLU RReLU Hardtanh ReLU6 SiLU Mish Hardswish Hardsigmoid ELU CELU SELU LeakyReLU Dropout"
    " Dropout1d AlphaDropout"
][0].split()


def uses_layer(name, args, inputs, dtype="float32", **options):
    """The program that makes the layer and runs it forward and backward, training and not."""

    def program(torch):
        layer = getattr(torch.nn, name)(*args, **options).to(getattr(torch, dtype))
        yield layer, dict(layer.state_dict())
        yield dict(layer.state_dict()._metadata), torch.rand(1)
        tensors = []
        for value in inputs:
            tensor = torch.tensor(value)
            if tensor.is_floating_point():
                tensor = tensor.to(getattr(torch, dtype)).requires_grad_()
            tensors.append(tensor)
        for training in (True, False):
            layer.train(training)
            used = [t * 1 if t.requires_grad else t for t in tensors]
            out = layer(*used)
            yield out
            if out.requires_grad:
                layer.zero_grad()
                weights = torch.arange(out.numel(), dtype=out.dtype).reshape(out.shape).cos()
                (out * weights).sum().backward()
                yield [t.grad for t in tensors], [p.grad for p in layer.parameters()]
        yield dict(layer.state_dict()), torch.rand(1)

    return program


def same_layer(program, tolerance):
    """As `agree`, but the numbers are compared in relation to the largest of their tensor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (ours, our_warnings), (theirs, their_warnings) = runs(program, mt), runs(program, torch)
    compare(ours, theirs, tolerance)
    assert our_warnings == their_warnings


def compare(ours, theirs, tolerance):
    if isinstance(theirs, tuple):  # a tensor, see `plain`
        assert ours[:3] == theirs[:3]
        largest = np.abs(np.array(theirs[3], dtype="float64")).max(initial=0)
        np.testing.assert_allclose(ours[3], theirs[3], rtol=tolerance, atol=tolerance * largest)
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            compare(mine, other, tolerance)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        compare(list(ours.values()), list(theirs.values()), tolerance)
    else:
        assert ours == theirs


@pytest.mark.parametrize(
    ("name", "args", "inputs"), LAYERS, ids=lambda v: str(v) if type(v) is str else ""
)
def test_layer(name, args, inputs):
    same_layer(uses_layer(name, args, inputs), 3e-6)


@pytest.mark.parametrize(
    ("name", "args", "inputs"), LAYERS, ids=lambda v: str(v) if type(v) is str else ""
)
def test_layer_in_double_precision(name, args, inputs):
    same_layer(uses_layer(name, args, inputs, "float64"), 1e-12)


@pytest.mark.parametrize("name", INPLACE)
def test_in_place(name):
    same_layer(uses_layer(name, (), (X,), inplace=True), 3e-6)


@pytest.mark.parametrize("name", sorted({row[0] for row in LAYERS}))
def test_constructor(name):
    ours, theirs = (inspect.signature(getattr(lib.nn, name).__init__) for lib in (mt, torch))
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]


def made_with_options(torch):
    nn = torch.nn
    for layer in (
        nn.Linear(2, 3, dtype=torch.float64, device="cpu"),
        nn.Bilinear(2, 3, 1, dtype=torch.float64),
        nn.Embedding(4, 2, dtype=torch.float64, padding_idx=1),
        nn.PReLU(2, dtype=torch.float64),
        nn.Embedding.from_pretrained(torch.ones(3, 2)),
        nn.Embedding.from_pretrained(torch.ones(3, 2), freeze=False, padding_idx=0, max_norm=1.0),
        nn.Embedding(3, 2, sparse=True, norm_type=1.0, scale_grad_by_freq=True),
        nn.Embedding(3, 2, _weight=torch.ones(3, 2), _freeze=True),
        nn.Linear(2, 2).requires_grad_(False),
    ):
        yield layer, layer.state_dict(keep_vars=True)
    with torch.device("cpu"):
        yield nn.Linear(2, 1).weight


def refused(torch):
    nn = torch.nn
    x = torch.ones(2, 3)
    yield (
        said(nn.Dropout, 1.5),
        said(nn.Dropout, -0.1),
        said(nn.Hardtanh, 1, 1),
        said(nn.Linear, 1, 1, b=3),
    )
    yield said(nn.Unflatten, 1, 3), said(nn.Unflatten, 1, (2.0,)), said(nn.Bilinear, 0, 1, 1)
    yield said(nn.Linear, -1, 2), said(nn.Embedding, -1, 2), said(nn.Embedding, 3, 2, padding_idx=5)
    yield (
        said(nn.Embedding, 3, 2, padding_idx=-4),
        said(nn.Embedding.from_pretrained, torch.ones(3)),
    )
    yield said(nn.Embedding, 3, 2, _weight=torch.ones(2, 2)), said(nn.Softmax2d(), x)
    yield said(nn.Linear(4, 2), x), said(nn.ReLU(), x, x), said(nn.GELU("nope"), x)
    embed = nn.Embedding(4, 2)
    yield (
        said(embed, torch.tensor([4])),
        said(embed, torch.tensor([-1])),
        said(embed, torch.tensor([1.0])),
    )
    yield (
        said(embed, torch.tensor([1], dtype=torch.int16)),
        said(embed, torch.tensor([True])),
        said(embed, [1]),
    )
    yield said(nn.Hardtanh, min_value=-2, max_value=2), said(nn.Linear(2, 2).forward)


def functional_dropout(torch):
    f = torch.nn.functional
    x = torch.ones(2, 3, requires_grad=True)
    yield f.dropout(x, 0.0) is x, f.dropout(x, training=False) is x, f.alpha_dropout(x) is x
    yield said(f.dropout, x, 1.5), said(f.dropout, x, 0.3, inplace=True), said(f.dropout, 3)
    yield (
        said(f.dropout, torch.ones(3, dtype=torch.int64)),
        f.dropout(torch.ones(3, dtype=torch.int64), 1.0),
    )
    yield (
        said(f.dropout, torch.ones(3, dtype=torch.complex64)),
        said(f.dropout, torch.ones(3, dtype=torch.bool)),
    )
    torch.manual_seed(1)  # PyTorch draws before it refuses
    yield (
        f.dropout(torch.ones(9, dtype=torch.float16), 0.3),
        f.dropout(torch.ones(0)),
        f.dropout(torch.tensor(2.0)),
    )
    yield (
        f.dropout(torch.tensor([float("inf"), float("nan"), -1.0])),
        f.dropout(torch.ones(3, 4).t()),
    )
    yield (
        said(f.dropout1d, torch.ones(3)),
        f.dropout2d(x),
        said(f.dropout2d, torch.ones(3)),
        f.dropout3d(x[None]),
    )
    yield said(f.feature_alpha_dropout, torch.ones(3), 0.5, True), f.dropout(x).grad_fn.name()
    y = x * 1
    yield (
        f.dropout(y, inplace=True) is y,
        y.grad_fn.name(),
        f.alpha_dropout(x, 0.3, True).grad_fn.name(),
    )
    z = x * 1
    yield f.dropout1d(z, 0.5, inplace=True) is z, z, f.alpha_dropout(z, 0.2, True, inplace=True)
    yield (
        said(f.alpha_dropout, torch.ones(3, dtype=torch.int64), 0.5, True),
        said(f.dropout1d, x, 2.0),
    )


def functional_embedding(torch):
    f = torch.nn.functional
    table = torch.arange(12.0).reshape(4, 3).requires_grad_()
    ids = torch.tensor([1, 1, 0])
    yield (
        f.embedding(ids, table),
        f.embedding(ids, table).grad_fn.name(),
        f.embedding(torch.tensor(2), table),
    )
    yield f.embedding(ids.int(), table), f.embedding(torch.zeros(0, 2, dtype=torch.int64), table)
    yield said(f.embedding, ids, torch.ones(3)), said(f.embedding, ids, table, padding_idx=7)
    yield (
        said(f.embedding, ids, table, -5),
        said(f.embedding, [1], table),
        said(f.embedding, ids, [[1.0]]),
    )
    (g,) = torch.autograd.grad(f.embedding(ids, table, 0).pow(2).sum(), table, create_graph=True)
    yield g, torch.autograd.grad(g.pow(2).sum(), table)
    f.embedding(ids, table, max_norm=1.0)
    yield table, table._version
    for args in ((), (5,), (1,), (-2,), (0,)):
        yield said(f.one_hot, ids, *args)
    yield (
        said(f.one_hot, torch.tensor([-1])),
        said(f.one_hot, torch.tensor([1.0])),
        f.one_hot(ids[0], num_classes=4),
    )
    yield (
        said(f.one_hot, torch.zeros(0, dtype=torch.int64)),
        f.one_hot(torch.zeros(0, dtype=torch.int64), 3),
    )


def functional_others(torch):
    f = torch.nn.functional
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    for tau, hard, dim in ((1, False, -1), (0.5, True, -1), (2.0, True, 0)):
        x.grad = None
        y = f.gumbel_softmax(x, tau, hard, dim=dim)
        (y * torch.arange(6.0).reshape(2, 3)).sum().backward()
        yield y, x.grad, y.grad_fn.name()
    yield f.gumbel_softmax(x, eps=1e-5), said(f.gumbel_softmax, 3)
    a, b, w = torch.ones(2, 4), torch.ones(2, 5), torch.ones(3, 4, 5)
    yield (
        f.bilinear(a, b, w, torch.ones(3)),
        f.bilinear(a[0], b[0], w),
        torch.bilinear(a, b, w, None),
    )
    yield f.bilinear(a[:0], b[:0], w), f.bilinear(a.long(), b.long(), w.long())
    for args in (
        (a, torch.ones(3, 5), w),
        (a, b[None], w),
        (b, b, w),
        (a, a, w),
        (a, b, w, torch.ones(2)),
        (a, b, w[0]),
        (a, b, w[0].t()),
        (3, b, w),
        (a.double(), b, w),
        (a, b, w, torch.ones(3).double()),
        (torch.ones(()), torch.ones(()), w),
    ):
        yield said(f.bilinear, *args)


def in_the_namespace_of_torch(torch):
    x = torch.ones(2, 3, 4)
    for name in ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"):
        function, in_place = getattr(torch, name), getattr(torch, name + "_")
        yield function(x, 0.3, True), function(x, 0.3, False) is x, said(function, x, 1.5, True)
        y = x.clone()
        yield in_place(y, 0.3, True) is y, y, said(function, 3, 0.5, True)
    table, ids = torch.arange(6.0).reshape(3, 2).requires_grad_(), torch.tensor([1, 1, 0])
    (torch.embedding(table, ids, 0) * 2).sum().backward()
    yield table.grad, torch.embedding(table, ids).grad_fn.name()
    yield said(torch.embedding, table, [1]), said(torch.embedding, 3, ids)


@pytest.mark.parametrize(
    "program",
    [
        made_with_options,
        refused,
        functional_dropout,
        functional_embedding,
        functional_others,
        in_the_namespace_of_torch,
    ],
    ids=lambda program: program.__name__,
)
def test_says_the_same(program):
    agree(program, tolerance=1e-5)


def test_a_network_begins_with_the_same_weights():
    def net(nn):
        return nn.Sequential(
            nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10), nn.Embedding(10, 7)
        )

    states = []
    for lib in (mt, torch):
        lib.manual_seed(42)
        states.append(net(lib.nn).state_dict())
    assert list(states[0]) == list(states[1])
    for name, tensor in states[1].items():
        np.testing.assert_allclose(states[0][name].numpy(), tensor.numpy(), rtol=2e-7, err_msg=name)


def test_state_dicts_go_from_one_library_to_the_other():
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Embedding(4, 2))
    ours = mt.nn.Sequential(mt.nn.Linear(3, 2), mt.nn.Embedding(4, 2))
    state = {name: mt.from_numpy(t.numpy()) for name, t in theirs.state_dict().items()}
    assert str(ours.load_state_dict(state)) == "<All keys matched successfully>"
    x = np.ones((2, 3), "float32")
    np.testing.assert_allclose(
        ours[0](mt.tensor(x)).detach().numpy(),
        theirs[0](torch.tensor(x)).detach().numpy(),
        rtol=1e-6,
    )
    back = {name: torch.from_numpy(t.numpy() + 1) for name, t in ours.state_dict().items()}
    assert str(theirs.load_state_dict(back)) == "<All keys matched successfully>"
    np.testing.assert_array_equal(
        theirs[1].weight.detach().numpy(), ours[1].weight.detach().numpy() + 1
    )
