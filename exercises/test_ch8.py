"""Tests of the exercises of chapter 8: MiniTorch's own attention, and properties."""

import math

import pytest

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from exercises.checking import same


@pytest.fixture(autouse=True)
def seed():
    mt.manual_seed(8)


@pytest.mark.parametrize("lead", [(), (3,), (2, 4)])
@pytest.mark.parametrize("masked", [False, True])
def test_8_1_attention(work, lead, masked):
    may_look = mt.rand(5, 6) > 0.4 if masked else None
    if masked:
        may_look[:, 2] = True  # every query has somewhere to look
    q, k, v = (mt.randn(*lead, *shape, requires_grad=True) for shape in ((5, 8), (6, 8), (6, 3)))
    result = work.attention(q, k, v, may_look)
    expected = F.scaled_dot_product_attention(q, k, v, may_look)
    same(result, expected)
    weight = mt.randn(*result.shape)
    mine = mt.autograd.grad((result * weight).sum(), (q, k, v))
    right = mt.autograd.grad((expected * weight).sum(), (q, k, v))
    for name, one, other in zip(("query", "key", "value"), mine, right, strict=True):
        same(one, other, f"gradient of {name}")


def attend(x, mask):
    return F.scaled_dot_product_attention(x, x, x, mask)


def allowed(length, diagonal=0):
    return mt.ones(length, length, dtype=mt.bool).tril(diagonal)


def with_one_hole(x):
    mask = allowed(x.shape[1])
    mask[3, 5] = True
    return attend(x, mask)


def masked_too_late(x):
    weights = F.softmax(x @ x.transpose(-1, -2) / math.sqrt(x.shape[-1]), -1).tril()
    return weights @ x


MODELS = {
    "causal attention": (False, lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True)),
    "each place by itself": (False, lambda x: F.layer_norm(x.tanh(), x.shape[-1:])),
    "sums of the past": (False, lambda x: x.cumsum(1)),
    "one step late": (False, lambda x: F.pad(attend(x, allowed(x.shape[1]))[:, :-1], (0, 0, 1, 0))),
    "no mask": (True, lambda x: attend(x, None)),
    "a mask one too wide": (True, lambda x: attend(x, allowed(x.shape[1], 1))),
    "one hole in the mask": (True, with_one_hole),
    "masked after the softmax": (True, masked_too_late),
    "norm over all places": (True, lambda x: F.layer_norm(x, x.shape[1:])),
}


@pytest.mark.parametrize("name", MODELS)
def test_8_2_leaks(work, name):
    expected, model = MODELS[name]
    assert bool(work.leaks(model, mt.randn(1, 7, 7))) is expected


def test_8_3_weights(work):
    scores = mt.randn(6, 6)
    weights = work.causal_weights(scores)
    same(weights.sum(-1), mt.ones(6), "sums of rows")
    assert not weights.triu(1).any(), "a row looks at what comes later"
    changed = scores + 5 * mt.rand(6, 6).triu(1)
    same(work.causal_weights(changed), weights, "other scores for what comes later")


@pytest.mark.parametrize(("length", "width"), [(1, 2), (10, 6), (40, 64)])
def test_8_4_positions(work, length, width):
    table = work.positions(length, width)
    assert table.shape == (length, width)
    assert table[0].tolist() == [0.0, 1.0] * (width // 2)
    for place, column in [(length - 1, 0), (length // 2, width - 1), (length - 1, width // 2)]:
        angle = place / 10000 ** (2 * (column // 2) / width)
        expected = math.cos(angle) if column % 2 else math.sin(angle)
        assert table[place, column].item() == pytest.approx(expected, abs=1e-4)
    products = table @ table.T
    for distance in range(length):
        diagonal = products.diagonal(distance)
        assert mt.allclose(diagonal, diagonal[:1].expand(len(diagonal)), atol=1e-3)


def test_8_5_order_gap(work):
    order = mt.tensor([3, 0, 4, 1, 2])
    x = mt.randn(1, 5, 8)
    places = 3 * mt.arange(5.0)[:, None]
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    conv = nn.Conv1d(8, 8, 3, padding=1)

    def gap(f):
        return work.order_gap(f, x, order)

    assert gap(lambda x: 2 * x) == 0
    assert gap(lambda x: attention(x, x, x)[0]) < 1e-5
    assert gap(lambda x: attention(x + places, x + places, x + places)[0]) > 1e-3
    assert gap(lambda x: conv(x.transpose(1, 2)).transpose(1, 2)) > 1e-3
    assert gap(lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True)) > 1e-3
    numbers = mt.arange(5.0)[None, :, None]
    assert work.order_gap(lambda x: x + numbers, 0 * numbers, order) == 3  # |0 - 3| at the front
