"""Transformers beside PyTorch's: weights, outputs, gradients and random masks of the same seed."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .programs import agree, said
from .test_nn_layers import same_layer

RNG = np.random.default_rng(0)
X = RNG.standard_normal((3, 2, 8)).astype("float32")
Y = RNG.standard_normal((4, 2, 8)).astype("float32")
CAUSAL = np.triu(np.full((3, 3), -np.inf, "float32"), 1)
PADDING = np.array([[False, False, True], [False, True, True]])
OPTIONS = [
    {},
    {"norm_first": True},
    {"activation": "gelu"},
    {"batch_first": True},
    {"batch_first": True, "norm_first": True},
    {"bias": False},
    {"layer_norm_eps": 0.1, "dropout": 0.4},
]


def uses(make, inputs, call, tolerance=6e-6):
    """Make the module and run it in training, in evaluation, and there without gradients."""

    def program(torch):
        module = make(torch)
        yield module, dict(module.state_dict())
        given = {
            name: torch.tensor(value) if isinstance(value, np.ndarray) else value
            for name, value in call.items()
        }
        leaves = [torch.tensor(array, requires_grad=True) for array in inputs]
        for training in (True, False):
            module.train(training).zero_grad()
            out = module(*[leaf * 1 for leaf in leaves], **given)
            yield out, out.grad_fn.name()
            (out * torch.arange(out.numel()).reshape(out.shape).cos()).sum().backward()
            yield [leaf.grad for leaf in leaves], [p.grad for p in module.parameters()]
        with torch.no_grad(), warnings.catch_warnings():  # PyTorch's fast path
            warnings.filterwarnings("ignore", "The PyTorch API of nested tensors")
            yield module(*leaves, **given)
        yield torch.rand(1)

    same_layer(program, tolerance)


def turned(options, *arrays):
    return [a.swapaxes(0, 1).copy() if options.get("batch_first") else a for a in arrays]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "call",
    [
        {},
        {"src_mask": CAUSAL},
        {"src_mask": CAUSAL, "is_causal": True},
        {"src_mask": CAUSAL < 0, "src_key_padding_mask": PADDING},
        {"src_key_padding_mask": PADDING},
    ],
    ids=lambda call: ",".join(call),
)
def test_encoder_layer(options, call):
    uses(lambda lib: lib.nn.TransformerEncoderLayer(8, 2, 16, **options), turned(options, X), call)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "call",
    [
        {},
        {"mask": CAUSAL},
        {"mask": CAUSAL < 0, "is_causal": True},
        {"src_key_padding_mask": PADDING},
        {"src_key_padding_mask": np.where(PADDING, -np.inf, 0).astype("float32")},
        {"src_key_padding_mask": PADDING[:, ::-1].copy()},
    ],
    ids=lambda call: ",".join(call),
)
def test_encoder(options, call):
    def make(lib):
        layer = lib.nn.TransformerEncoderLayer(8, 2, 16, **options)
        return lib.nn.TransformerEncoder(layer, 2, lib.nn.LayerNorm(8))

    uses(make, turned(options, X), call)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "call",
    [
        {},
        {"tgt_mask": CAUSAL},
        {"tgt_mask": CAUSAL < 0},
        {"tgt_mask": CAUSAL < 0, "tgt_is_causal": True},
        {"tgt_key_padding_mask": PADDING, "memory_mask": np.zeros((3, 4), "float32")},
    ],
    ids=lambda call: ",".join(call),
)
def test_decoder(options, call):
    def make(lib):
        return lib.nn.TransformerDecoder(lib.nn.TransformerDecoderLayer(8, 2, 16, **options), 2)

    uses(make, turned(options, X, Y), call)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "call",
    [{"tgt_mask": CAUSAL}, {"tgt_key_padding_mask": PADDING, "src_mask": np.zeros((4, 4), bool)}],
    ids=lambda call: ",".join(call),
)
def test_transformer(options, call):
    uses(lambda lib: lib.nn.Transformer(8, 2, 2, 1, 16, **options), turned(options, Y, X), call)


def test_other_activations_and_no_batch():
    tanh = {"src_mask": CAUSAL}
    uses(lambda lib: lib.nn.TransformerEncoderLayer(8, 2, 16, activation=lib.tanh), [X[:, 0]], tanh)
    uses(lambda lib: lib.nn.TransformerEncoderLayer(8, 2, 16, activation=lib.nn.SiLU()), [X], {})
    uses(lambda lib: lib.nn.Transformer(8, 2, 1, 1, 16), [Y[:, 0], X[:, 0]], {})


def warns(torch):
    """What `TransformerEncoder` says of layers for which PyTorch has no fast path."""
    for options in (
        {"norm_first": True},
        {"batch_first": True, "bias": False},
        {"batch_first": True, "activation": torch.tanh},
        {"batch_first": True, "nhead": 1},
        {"batch_first": True, "kind": "changed"},
        {"batch_first": True},
    ):
        options = {"nhead": 2, "dim_feedforward": 8, **options}
        changed = options.pop("kind", None)
        layer = torch.nn.TransformerEncoderLayer(8, **options)
        if changed:
            layer.norm1.eps = 0.5
        encoder = torch.nn.TransformerEncoder(layer, 1)
        yield encoder.enable_nested_tensor, encoder.use_nested_tensor
        torch.nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
    torch.nn.TransformerEncoder(torch.nn.TransformerEncoderLayer(8, 2), 1)
    torch.nn.TransformerEncoder(torch.nn.Linear(8, 8), 1)
    x, padding = torch.ones(3, 2, 8), torch.zeros(2, 3, dtype=torch.bool)
    layer = torch.nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0)
    layer(x, torch.zeros(3, 3), padding)
    torch.nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)(x, torch.zeros(3, 3), padding)
    yield said(layer, x, torch.zeros(3, 3, dtype=torch.int64))


def test_warnings():
    agree(warns)


@pytest.mark.parametrize(
    "name",
    [
        "Transformer",
        "TransformerEncoder",
        "TransformerDecoder",
        "TransformerEncoderLayer",
        "TransformerDecoderLayer",
    ],
)
def test_signatures(name):
    for method in ("__init__", "forward"):
        ours, theirs = (
            inspect.signature(getattr(getattr(lib.nn, name), method)).parameters.values()
            for lib in (mt, torch)
        )
        found = [(p.name, p.kind, p.default) for p in ours if p.name != "activation"]
        assert found == [(p.name, p.kind, p.default) for p in theirs if p.name != "activation"]


def test_weights_go_from_one_library_to_the_other():
    theirs = torch.nn.Transformer(8, 2, 1, 1, 16, batch_first=True).eval()
    ours = mt.nn.Transformer(8, 2, 1, 1, 16, batch_first=True).eval()
    state = {name: mt.from_numpy(t.numpy()) for name, t in theirs.state_dict().items()}
    assert str(ours.load_state_dict(state)) == "<All keys matched successfully>"
    src, tgt = X.swapaxes(0, 1), Y.swapaxes(0, 1)
    out = ours(mt.tensor(src), mt.tensor(tgt)).detach()
    expected = theirs(torch.tensor(src), torch.tensor(tgt)).detach()
    np.testing.assert_allclose(out.numpy(), expected.numpy(), rtol=1e-5, atol=1e-5)
    back = {name: torch.from_numpy(t.numpy()) for name, t in ours.state_dict().items()}
    assert str(theirs.load_state_dict(back)) == "<All keys matched successfully>"
