"""Attention and transformers, without PyTorch."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn
from minitorch.autograd import gradcheck
from minitorch.nn import functional as F
from minitorch.nn.modules.activation import MultiheadAttention

RNG = np.random.default_rng(0)


def random(*shape, requires_grad=False):
    return mt.tensor(RNG.standard_normal(shape), requires_grad=requires_grad)


# Attention ----------------------------------------------------------------------------------------


def attended(q, k, v, allowed, scale):
    """Attention one query at a time; a query that may look nowhere gets zeros."""
    out = np.zeros((*q.shape[:-1], v.shape[-1]))
    for at in np.ndindex(*q.shape[:-1]):
        keys = [j for j in range(k.shape[-2]) if allowed[(*at, j)]]
        scores = np.array([scale * q[at] @ k[(*at[:-1], j)] for j in keys])
        shares = np.exp(scores - scores.max(initial=-np.inf))
        for share, j in zip(shares, keys, strict=True):
            out[at] += share / shares.sum() * v[(*at[:-1], j)]
    return out


@pytest.mark.parametrize("lead", [(), (2,), (2, 3), (2, 1, 3)])
@pytest.mark.parametrize("kind", ["all", "causal", "mask", "additive"])
@pytest.mark.parametrize("size", [2, 5])
def test_attention_is_the_mean_of_the_values(lead, kind, size):
    q, k, v = random(*lead, 4, 2), random(*lead, 6, 2), random(*lead, 6, size)
    mask = RNG.random((4, 6)) < 0.5
    mask[1] = False
    allowed = {"causal": np.tri(4, 6, dtype=bool), "mask": mask, "additive": mask}.get(
        kind, np.ones((4, 6), bool)
    )
    options = {
        "all": {},
        "causal": {"is_causal": True},
        "mask": {"attn_mask": mt.tensor(mask)},
        "additive": {"attn_mask": mt.tensor(np.where(mask, 0, -np.inf))},
    }[kind]
    for scale in (None, 0.3):
        out = F.scaled_dot_product_attention(q, k, v, scale=scale, **options)
        expected = attended(
            *(t.numpy() for t in (q, k, v)),
            np.broadcast_to(allowed, (*lead, 4, 6)),
            scale or 2**-0.5,
        )
        np.testing.assert_allclose(out.numpy(), expected, atol=1e-14)


def test_large_scores_do_not_overflow():
    q = mt.tensor([[1e3], [-1e3]])
    out = F.scaled_dot_product_attention(q, q, q, is_causal=True)
    np.testing.assert_allclose(out.numpy(), [[1e3], [-1e3]])


def test_heads_may_share_keys():
    q, k, v = random(2, 6, 3, 4), random(2, 2, 5, 4), random(2, 2, 5, 4)
    out = F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
    for head in range(6):
        one = F.scaled_dot_product_attention(q[:, head], k[:, head // 3], v[:, head // 3])
        np.testing.assert_allclose(out[:, head].numpy(), one.numpy(), atol=1e-14)


def test_dropout_of_the_weights():
    mt.manual_seed(0)
    q, v = mt.zeros(1, 200, 1), mt.ones(1, 300, 1)
    out = F.scaled_dot_product_attention(q, mt.zeros(1, 300, 1), v, dropout_p=0.25)
    assert abs(out.mean().item() - 1) < 0.01  # what stays is scaled up
    kept = (out * 300 * 0.75).numpy()
    np.testing.assert_allclose(kept, kept.round(), atol=1e-3)  # a whole number of them
    assert (F.scaled_dot_product_attention(q, mt.zeros(1, 300, 1), v, dropout_p=1.0) == 0).all()


def test_the_result_lies_in_memory_as_the_query_does():
    x = random(2, 5, 3, 4, requires_grad=True)
    q = x.transpose(1, 2)
    out = F.scaled_dot_product_attention(q, q, q)
    assert out.shape == (2, 3, 5, 4) and out.transpose(1, 2).is_contiguous()
    assert out.grad_fn.name() == "ScaledDotProductFlashAttentionForCpuBackward0"
    with_dropout = F.scaled_dot_product_attention(q, q, q, dropout_p=0.5)
    assert with_dropout.is_contiguous() and with_dropout.grad_fn.name() == "UnsafeViewBackward0"


@pytest.mark.parametrize("dropout_p", [0.0, 0.3])
def test_float16_attention_is_computed_in_float32(dropout_p):
    q, k, v = random(2, 2, 3, 4), random(2, 2, 5, 4), random(2, 2, 5, 4)
    found = []
    for kind in (mt.float16, mt.float32):
        mt.manual_seed(0)
        leaves = [t.half().to(kind).requires_grad_() for t in (q, k, v)]
        mask = mt.zeros(3, 5, dtype=kind, requires_grad=True)
        out = F.scaled_dot_product_attention(*leaves, mask, dropout_p)
        out.sum().backward()
        assert out.dtype is kind and mask.grad.dtype is kind
        found.append([out, *(t.grad for t in leaves)])
    for half, full in zip(*found, strict=True):
        np.testing.assert_allclose(
            half.detach().numpy(), full.detach().numpy(), rtol=2e-3, atol=2e-3
        )


# Multi-head attention -----------------------------------------------------------------------------


def test_multihead_attention_is_attention_between_projections():
    layer = MultiheadAttention(6, 3).double()
    x, memory = random(4, 2, 6), random(5, 2, 6)
    out, weights = layer(x, memory, memory, average_attn_weights=False)
    parts = zip(layer.in_proj_weight.chunk(3), layer.in_proj_bias.chunk(3), strict=True)
    q, k, v = (F.linear(t, *part) for t, part in zip((x, memory, memory), parts, strict=True))
    heads = []
    for head in range(3):
        own = slice(2 * head, 2 * head + 2)
        one = [t[..., own].transpose(0, 1) for t in (q, k, v)]
        heads.append(F.scaled_dot_product_attention(*one))
        shares = (one[0] @ one[1].transpose(1, 2) / 2**0.5).softmax(-1)
        np.testing.assert_allclose(weights[:, head].detach(), shares.detach(), atol=1e-14)
    joined = layer.out_proj(mt.cat(heads, -1).transpose(0, 1))
    np.testing.assert_allclose(out.detach(), joined.detach(), atol=1e-14)


FORMS = [
    {},
    {"bias": False},
    {"add_bias_kv": True},
    {"add_zero_attn": True},
    {"add_bias_kv": True, "add_zero_attn": True, "batch_first": True},
    {"kdim": 3, "vdim": 5},
    {"kdim": 3, "bias": False, "batch_first": True},
]


@pytest.mark.parametrize("options", FORMS, ids=str)
def test_forms_of_multihead_attention(options):
    layer = MultiheadAttention(4, 2, **options).double()
    q, k, v = random(2, 3, 4), random(2, 5, layer.kdim), random(2, 5, layer.vdim)
    padding = mt.tensor([[False] * 3 + [True] * 2, [False] * 5])
    mask = mt.tensor(~np.tri(3, 5, dtype=bool))
    if not layer.batch_first:
        q, k, v = (t.transpose(0, 1) for t in (q, k, v))
    settings = {"key_padding_mask": padding, "attn_mask": mask}
    out, weights = layer(q, k, v, **settings)
    quiet, nothing = layer(q, k, v, need_weights=False, **settings)
    assert nothing is None
    np.testing.assert_allclose(out.detach(), quiet.detach(), atol=1e-14)
    more = bool(options.get("add_bias_kv")) + bool(options.get("add_zero_attn"))
    assert weights.shape == (2, 3, 5 + more)
    np.testing.assert_allclose(weights.sum(-1).detach(), 1, atol=1e-14)
    assert (weights[:, :, :5][:, mask] == 0).all() and (weights[0, :, 3:5] == 0).all()
    # one sample without a batch
    own = [t[0] if layer.batch_first else t[:, 0] for t in (q, k, v)]
    single, share = layer(*own, key_padding_mask=padding[0], attn_mask=mask)
    expected = out[0] if layer.batch_first else out[:, 0]
    np.testing.assert_allclose(single.detach(), expected.detach(), atol=1e-14)
    np.testing.assert_allclose(share.detach(), weights[0].detach(), atol=1e-14)
    whole = mask.expand(4, 3, 5)  # a mask for each sample and head
    again = layer(q, k, v, key_padding_mask=padding, attn_mask=whole, need_weights=False)[0]
    np.testing.assert_allclose(again.detach(), out.detach(), atol=1e-14)
    leaf = q.detach().requires_grad_()
    assert gradcheck(lambda q: layer(q, k, v, **settings), leaf)


def test_static_keys_and_values():
    layer = MultiheadAttention(4, 2).double()
    x, k, v = random(3, 1, 4), random(2, 5, 2), random(2, 5, 2)
    given = (layer.in_proj_weight, layer.in_proj_bias)
    rest = (layer.out_proj.weight, layer.out_proj.bias)

    def run(static_k, static_v, **options):
        return F.multi_head_attention_forward(
            x, x, x, 4, 2, *given, None, None, False, 0.0, *rest,
            static_k=static_k, static_v=static_v, **options,
        )  # fmt: skip

    out, weights = run(k, v, average_attn_weights=False)
    q = F.linear(x, layer.in_proj_weight[:4], layer.in_proj_bias[:4]).view(3, 2, 2)
    expected = F.scaled_dot_product_attention(q.transpose(0, 1), k, v)
    expected = layer.out_proj(expected.transpose(0, 1).reshape(3, 4))
    np.testing.assert_allclose(out[:, 0].detach(), expected.detach(), atol=1e-14)
    assert weights.shape == (1, 2, 3, 5)


def test_a_query_that_may_look_nowhere():
    layer = MultiheadAttention(4, 2).eval()
    x, padding = mt.ones(3, 1, 4), mt.ones(1, 3, dtype=mt.bool)
    assert layer(x, x, x, key_padding_mask=padding)[0].isnan().all()
    assert (layer(x, x, x, key_padding_mask=padding, need_weights=False)[0] == 0).all()


def test_masks_of_two_kinds_warn():
    with pytest.warns(UserWarning, match="mismatched key_padding_mask and attn_mask"):
        x, padding = mt.ones(3, 2, 4), mt.zeros(2, 3, dtype=mt.bool)
        MultiheadAttention(4, 2)(x, x, x, key_padding_mask=padding, attn_mask=mt.zeros(3, 3))


# Transformers -------------------------------------------------------------------------------------


def layers(**options):
    """An encoder and a decoder of two layers each, in double precision."""
    mt.manual_seed(0)
    encoder = nn.TransformerEncoderLayer(8, 2, 16, **options)
    decoder = nn.TransformerDecoderLayer(8, 2, 16, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stack = nn.TransformerEncoder(encoder, 2, nn.LayerNorm(8))
    return stack.double(), nn.TransformerDecoder(decoder, 2, nn.LayerNorm(8)).double()


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize(
    "activation", ["relu", "gelu", mt.tanh, nn.SiLU()], ids=["relu", "gelu", "tanh", "SiLU"]
)
def test_a_layer_is_its_blocks_with_residuals(norm_first, activation):
    layer = nn.TransformerDecoderLayer(
        8, 2, 16, activation=activation, norm_first=norm_first, dropout=0.0
    ).double()
    x, memory = random(4, 3, 8), random(5, 3, 8)
    act = {"relu": F.relu, "gelu": F.gelu}.get(activation, activation)
    blocks = [
        lambda x: layer.self_attn(x, x, x)[0],
        lambda x: layer.multihead_attn(x, memory, memory)[0],
        lambda x: layer.linear2(act(layer.linear1(x))),
    ]
    out = x
    for block, norm in zip(blocks, (layer.norm1, layer.norm2, layer.norm3), strict=True):
        out = out + block(norm(out)) if norm_first else norm(out + block(out))
    np.testing.assert_allclose(layer(x, memory).detach(), out.detach(), atol=1e-13)


@pytest.mark.parametrize("hint", [None, True, False])
@pytest.mark.parametrize("kind", [mt.bool, mt.float64])
def test_a_causal_mask_hides_what_comes_later(hint, kind):
    encoder, decoder = (stack.eval() for stack in layers())
    mask = nn.Transformer.generate_square_subsequent_mask(5, dtype=mt.float64)
    mask = mask != 0 if kind is mt.bool else mask
    x, memory = random(5, 2, 8), random(4, 2, 8)
    changed = x.clone()
    changed[3:] += 1.0
    for run in (
        lambda x: encoder(x, mask, is_causal=hint),
        lambda x: decoder(x, memory, tgt_mask=mask, tgt_is_causal=hint),
    ):
        before, after = run(x).detach().numpy(), run(changed).detach().numpy()
        np.testing.assert_allclose(before[:3], after[:3], atol=1e-14)
        assert np.abs(before[3:] - after[3:]).max() > 1e-3


@pytest.mark.parametrize("batch_first", [True, False])
def test_padding_is_not_looked_at(batch_first):
    encoder, decoder = (stack.eval() for stack in layers(batch_first=batch_first))
    padding = mt.tensor([[False, False, True, True], [False] * 4])
    x = random(2, 4, 8)
    changed = x.clone()
    changed[0, 2:] += 1.0
    turn = (lambda t: t) if batch_first else (lambda t: t.transpose(0, 1))
    for run in (
        lambda x: encoder(x, src_key_padding_mask=padding),
        lambda x: decoder(x, x[:, :2] if batch_first else x[:2], tgt_key_padding_mask=padding),
    ):
        before, after = (turn(run(turn(t))).detach().numpy() for t in (x, changed))
        seen = ~padding.numpy()
        np.testing.assert_allclose(before[seen], after[seen], atol=1e-14)


def test_the_encoder_puts_zeros_where_padding_is():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    encoder = nn.TransformerEncoder(layer, 2).eval()
    x, padding = mt.randn(2, 4, 8), mt.tensor([[False, False, True, True], [False] * 4])
    with mt.no_grad():
        out = encoder(x, src_key_padding_mask=padding)
        assert (out[0, 2:] == 0).all() and (out[0, :2] != 0).all()
        gaps = mt.tensor([[True, False, False, False], [False] * 4])  # not at the end
        assert (encoder(x, src_key_padding_mask=gaps) != 0).all()
        assert (encoder.train()(x, src_key_padding_mask=padding) != 0).all()
    recorded = encoder.eval()(x, src_key_padding_mask=padding)
    assert (recorded != 0).all()
    np.testing.assert_allclose(recorded[1].detach(), out[1], rtol=1e-5, atol=1e-6)


def test_copies_begin_alike_and_go_their_own_ways():
    encoder, _ = layers()
    first, second = encoder.layers
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert a is not b and a.equal(b)
    assert str(copy.deepcopy(encoder)) == str(encoder)


def test_transformer():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = nn.Transformer(8, 2, 1, 2, 16, batch_first=True)
    assert len(model.encoder.layers) == 1 and len(model.decoder.layers) == 2
    src, tgt = mt.randn(3, 5, 8), mt.randn(3, 4, 8)
    model.eval()
    expected = model.decoder(tgt, model.encoder(src))
    assert model(src, tgt).equal(expected)
    assert model(src[0], tgt[0]).shape == (4, 8)
    custom = nn.Transformer(8, custom_encoder=model.encoder, custom_decoder=model.decoder)
    assert custom.encoder is model.encoder and custom.decoder is model.decoder


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "self_attn.batch_first was not True"),
        ({"norm_first": True}, "norm_first was True"),
        ({"batch_first": True, "bias": False}, "self_attn was passed bias=False"),
        ({"batch_first": True, "activation": mt.tanh}, "activation_relu_or_gelu was not True"),
        ({"batch_first": True, "nhead": 1}, "self_attn.num_heads is odd"),
    ],
)
def test_encoder_warns_where_it_computes_padding(options, reason):
    layer = nn.TransformerEncoderLayer(8, **{"nhead": 2, "dim_feedforward": 8, **options})
    with pytest.warns(UserWarning, match=f"self.use_nested_tensor is False because .*{reason}"):
        encoder = nn.TransformerEncoder(layer, 1)
    assert encoder.enable_nested_tensor and not encoder.use_nested_tensor
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)


def test_a_small_transformer_learns():
    mt.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.1, batch_first=True)
    model = nn.Sequential(nn.Embedding(5, 16), nn.TransformerEncoder(layer, 1), nn.Linear(16, 5))
    x = mt.randint(0, 5, (32, 6))
    target = x[:, :1].expand(32, 6)  # all say what the first one says
    x[:, 1:] = x[:, 1:] % 2
    optimizer = mt.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x).reshape(-1, 5), target.reshape(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
