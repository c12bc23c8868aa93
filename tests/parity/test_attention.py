"""Attention and the layer of many heads beside PyTorch's."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import same
from .test_nn_layers import same_layer

RNG = np.random.default_rng(0)


def numbers(*shape):
    return RNG.standard_normal(shape).astype("float32")


CAUSAL = np.tri(3, 5, dtype=bool)
NOWHERE = CAUSAL & (np.arange(3) != 1)[:, None]
SHAPES = [
    ((2, 3, 4), (2, 5, 4), (2, 5, 6)),
    ((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)),
    ((2, 2, 3, 4), (1, 2, 5, 4), (2, 2, 5, 6)),
    ((3, 2, 2, 3, 4), (3, 2, 2, 5, 4), (3, 2, 2, 5, 4)),
]
OPTIONS = [
    {},
    {"is_causal": True, "scale": 0.3},
    {"attn_mask": CAUSAL},
    {"attn_mask": NOWHERE},
    {"attn_mask": np.where(CAUSAL, 0.5, -np.inf).astype("float32")},
    {"attn_mask": numbers(3, 5), "dropout_p": 0.3},
    {"dropout_p": 0.5, "is_causal": True},
    {"dropout_p": 1.0},
]


def attend(options):
    def run(lib, q, k, v):
        lib.manual_seed(3)
        mask = options.get("attn_mask")
        given = options | {"attn_mask": mask if mask is None else lib.tensor(mask)}
        return lib.nn.functional.scaled_dot_product_attention(q, k, v, **given)

    return run


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: ",".join(options))
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_attention(shapes, options):
    inputs = [numbers(*shape) for shape in shapes]
    # PyTorch's fast kernel has no second derivative
    flash = len(shapes[0]) == 4 and shapes[0] == (2, 2, 3, 4) and "dropout_p" not in options
    same(attend(options), *inputs, second=not flash, slack=20)
    inputs = [array.astype("float64") for array in inputs]
    if options.get("attn_mask") is None or options["attn_mask"].dtype == bool:
        same(attend(options), *inputs, second=not flash, slack=50)


def test_attention_of_matrices_and_of_nothing():
    for shapes in (
        ((3, 4), (5, 4), (5, 6)),
        ((2, 2, 0, 4), (2, 2, 5, 4), (2, 2, 5, 4)),
        ((2, 2, 3, 4), (2, 2, 0, 4), (2, 2, 0, 4)),
        ((2, 2, 3, 0), (2, 2, 5, 0), (2, 2, 5, 4)),
    ):
        inputs = [numbers(*shape) for shape in shapes]
        same(attend({}), *inputs, second=False, names=False, slack=20)


def test_the_gradient_of_a_mask():
    def run(lib, q, k, v, mask):
        return lib.nn.functional.scaled_dot_product_attention(q, k, v, mask)

    for shape in ((3, 5), (2, 1, 5)):
        same(run, numbers(2, 3, 4), numbers(2, 5, 4), numbers(2, 5, 4), numbers(*shape), slack=20)


def test_grouped_queries():
    def run(lib, q, k, v):
        attention = lib.nn.functional.scaled_dot_product_attention
        return attention(q, k, v, enable_gqa=True, is_causal=True)

    same(run, numbers(2, 6, 3, 4), numbers(2, 2, 5, 4), numbers(2, 2, 5, 4), second=False, slack=20)
    same(run, numbers(6, 3, 4), numbers(2, 5, 4), numbers(2, 5, 4), names=False, slack=20)


@pytest.mark.parametrize("dropout_p", [0.0, 0.4])
def test_strides(dropout_p):
    def run(lib, x):
        q, k, v = (t.view(2, 5, 3, 4).transpose(1, 2) for t in x.split(12, -1))
        lib.manual_seed(0)
        out = lib.nn.functional.scaled_dot_product_attention(q, k, v, dropout_p=dropout_p)
        return out, out.stride()

    same(run, numbers(2, 5, 36), second=dropout_p > 0, slack=20)


# The layer ----------------------------------------------------------------------------------------

X, Y, Z = numbers(3, 2, 8), numbers(4, 2, 8), numbers(4, 2, 5)
FORMS = [
    {},
    {"batch_first": True},
    {"dropout": 0.3},
    {"bias": False},
    {"add_bias_kv": True},
    {"add_bias_kv": True, "add_zero_attn": True, "dropout": 0.2},
    {"batch_first": True, "dropout": 0.3, "add_zero_attn": True},
    {"kdim": 8, "vdim": 5},
    {"kdim": 5, "vdim": 5, "bias": False, "add_bias_kv": True},
]


def calls(length, keys, batch):
    """Arguments of `forward` for inputs of these sizes."""
    causal = ~np.tri(length, keys, dtype=bool)
    padding = np.repeat(np.arange(keys)[None] >= 2, batch, 0)
    return [
        {},
        {"need_weights": False},
        {"average_attn_weights": False},
        {"attn_mask": causal},
        {"attn_mask": causal, "need_weights": False},
        {"attn_mask": causal, "need_weights": False, "is_causal": True},
        {"attn_mask": causal, "is_causal": True},
        {"attn_mask": np.where(causal, -1.5, 0.5).astype("float32"), "need_weights": False},
        {"attn_mask": np.stack([causal] * 2 * batch), "key_padding_mask": padding},
        {"key_padding_mask": padding, "need_weights": False},
        {"key_padding_mask": np.where(padding, -1, 0).astype("float32"), "attn_mask": causal},
    ]


def uses(options, call, inputs):
    """The program that makes the layer and runs it in training and in evaluation."""

    def program(torch):
        layer = torch.nn.MultiheadAttention(8, 2, **options)
        yield layer, dict(layer.state_dict())
        given = {
            name: torch.tensor(value) if isinstance(value, np.ndarray) else value
            for name, value in call.items()
        }
        leaves = [torch.tensor(array, requires_grad=True) for array in inputs]
        for training in (True, False):
            layer.train(training).zero_grad()
            # one tensor given several times stays one
            query, key, value = [leaf * 1 for leaf in leaves] + [None] * (3 - len(leaves))
            key = query if key is None else key
            value = key if value is None else value
            out, weights = layer(query, key, value, **given)
            yield out, weights, out.grad_fn.name(), out.stride()
            loss = (out * torch.arange(out.numel()).reshape(out.shape).cos()).sum()
            if weights is not None:
                loss = loss + (weights * torch.arange(weights.size(-1)).sin()).sum()
            loss.backward()
            yield [leaf.grad for leaf in leaves], [p.grad for p in layer.parameters()]
        layer.eval().requires_grad_(False)
        query = leaves[0].detach()
        if len(leaves) == 1 and not given.get("is_causal"):  # PyTorch's fast path
            yield layer(query, query, query, **given)[0]
        yield torch.rand(1)

    return program


@pytest.mark.parametrize("options", FORMS, ids=str)
def test_layer(options):
    inputs = [[X], [X, Y], [X, Y, Y + 1]]
    if "vdim" in options:
        inputs = [[X, Z if options["kdim"] == 5 else Y, Z]]
    for arrays in inputs:
        length, batch = X.shape[:2]
        keys = arrays[-1].shape[0]
        for call in calls(length, keys, batch):
            given = [a.swapaxes(0, 1) if options.get("batch_first") else a for a in arrays]
            same_layer(uses(options, call, given), 4e-6)


@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"add_bias_kv": True}], ids=str)
def test_layer_without_a_batch(options):
    for call in calls(3, 3, 1):
        call = dict(call)
        if "key_padding_mask" in call:
            call["key_padding_mask"] = call["key_padding_mask"][0]
        same_layer(uses(options, call, [X[:, 0]]), 4e-6)


def test_signatures():
    pairs = [
        (mt.nn.MultiheadAttention.__init__, torch.nn.MultiheadAttention.__init__),
        (mt.nn.MultiheadAttention.forward, torch.nn.MultiheadAttention.forward),
        (
            mt.nn.functional.multi_head_attention_forward,
            torch.nn.functional.multi_head_attention_forward,
        ),
    ]
    for ours, theirs in pairs:
        assert [(p.name, p.kind) for p in inspect.signature(ours).parameters.values()] == [
            (p.name, p.kind) for p in inspect.signature(theirs).parameters.values()
        ]
