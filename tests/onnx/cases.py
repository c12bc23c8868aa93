"""Models to export: each with example inputs, whose dimension 0 is the batch unless `static`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F


class Case(NamedTuple):
    name: str
    make: Callable[[], Any]  # the model
    inputs: Callable[[int], tuple[Any, ...]]  # for a batch of this size
    static: bool = False


class Does(nn.Module):
    """A model without parameters that computes one function."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def numbers(*shape):
    return lambda n: (mt.randn(n, *shape),)


def words(*shape, count=11):
    return lambda n: (mt.randint(0, count, (n, *shape)),)


class Net(nn.Module):
    """PyTorch's first tutorial: convolutions, pooling, flattening."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 6, 3, stride=2, dilation=2, groups=2, bias=False)
        self.norm = nn.BatchNorm2d(6)
        self.dropout = nn.Dropout(0.5)
        self.head = nn.Linear(24, 3)
        for tensor in (self.norm.running_mean, self.norm.running_var, self.norm.weight):
            nn.init.uniform_(tensor, 0.5, 2.0)

    def forward(self, x):
        x = F.relu(self.conv1(x), inplace=True)
        x = F.max_pool2d(x, 3, 2, padding=1, ceil_mode=True)
        x = F.relu_(self.norm(self.conv2(x)))
        x = x.view(x.size(0), -1)
        return F.log_softmax(self.head(self.dropout(x)), dim=1)


class Attention(nn.Module):
    """A block of a GPT, with its causal mask as a buffer."""

    def __init__(self, length=6, width=8, heads=2):
        super().__init__()
        self.table = nn.Embedding(11, width)
        self.place = nn.Embedding(length, width)
        self.qkv = nn.Linear(width, 3 * width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 11, bias=False)
        self.head.weight = self.table.weight
        self.heads = heads
        self.register_buffer("mask", mt.tril(mt.ones(length, length)).view(1, 1, length, length))

    def forward(self, tokens):
        batch, length = tokens.shape
        x = self.table(tokens) + self.place(mt.arange(length))
        q, k, v = self.qkv(self.norm(x)).chunk(3, dim=-1)
        q, k, v = (y.view(batch, length, self.heads, -1).transpose(1, 2) for y in (q, k, v))
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(q.size(-1))
        scores = scores.masked_fill(self.mask[:, :, :length, :length] == 0, float("-inf"))
        y = (F.softmax(scores, dim=-1) @ v).transpose(1, 2).contiguous()
        return self.head(x + y.view(batch, length, -1))


class Recurrent(nn.Module):
    def __init__(self, layer, width):
        super().__init__()
        self.table = nn.Embedding(11, 5)
        self.layer = layer
        self.head = nn.Linear(width, 3)

    def forward(self, tokens):
        out, state = self.layer(self.table(tokens))
        return self.head(out[:, -1]), state


class Padded(nn.Module):
    """An encoder that does not look at words of number 0."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(11, 8, padding_idx=0)
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, tokens):
        mask = tokens == 0
        x = self.encoder(self.table(tokens), src_key_padding_mask=mask)
        return x.masked_fill(mask.unsqueeze(-1), 0.0).sum(1) / (~mask).sum(1, keepdim=True)


class Classified(nn.Module):
    """A class token before the patches of an image."""

    def __init__(self):
        super().__init__()
        self.cut = nn.Conv2d(3, 8, 4, stride=4)
        self.token = nn.Parameter(mt.randn(1, 1, 8))
        self.place = nn.Parameter(mt.randn(1, 5, 8))
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu")

    def forward(self, x):
        x = self.cut(x).flatten(2).transpose(1, 2)
        x = mt.cat([self.token.expand(x.size(0), -1, -1), x], dim=1) + self.place
        return self.layer(x)[:, 0]


class SuperResolution(nn.Module):
    """The network of PyTorch's example: a small image becomes a larger one."""

    def __init__(self, factor=3):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5, 1, 2)
        self.conv2 = nn.Conv2d(8, factor**2, 3, 1, 1)
        self.pixel_shuffle = nn.PixelShuffle(factor)

    def forward(self, x):
        return self.pixel_shuffle(self.conv2(F.relu(self.conv1(x))))


class Styled(nn.Module):
    """Parts of a network for neural style: reflected borders, instance norm, upsampling."""

    def __init__(self):
        super().__init__()
        self.pad = nn.ReflectionPad2d(1)
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.InstanceNorm2d(4, affine=True)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        nn.init.uniform_(self.norm.weight)

    def forward(self, x):
        return self.up(F.relu(self.norm(self.conv(self.pad(x)))))


class Attended(nn.Module):
    """One tensor that looks at itself; the weights are returned too."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.attention(x, x, x)


def recurrent(kind, **settings):
    width = 6 * (1 + settings.get("bidirectional", False))
    return lambda: Recurrent(kind(5, 6, batch_first=True, **settings), width)


def cell_over_steps(cell, has_two):
    def run(x):
        state = None
        for step in x.unbind(1):
            state = cell(step, state)
        return state[0] if has_two else state

    return Does(run)


def transformer():
    model = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)
    mask = nn.Transformer.generate_square_subsequent_mask(4)
    wrapped = Does(lambda source, target: model(source, target, tgt_mask=mask))
    wrapped.model = model
    return wrapped


FUNCTIONS = {
    # each on numbers of (n, 3, 4), or on two of them
    "exponentials": lambda x: x.exp() + x.exp2() + x.expm1() + x.abs().log1p() + x.abs().sqrt(),
    "logarithms": lambda x: (x * x + 1).log2() + (x * x + 1).log10() + (x * x + 1).rsqrt(),
    "roundings": lambda x: x.floor() + 2 * x.ceil() + 4 * x.round() + 8 * x.trunc() + x.sign(),
    "angles": lambda x: x.sin() * x.cos() + x.tan() + x.atan() + x.sinh() + x.cosh() + x.tanh(),
    "errors": lambda x: x.erf() + x.erfc() + x.reciprocal() + mt.lerp(x, x + 1, 0.3),
    "powers": lambda x: x**2 + x.abs() ** 0.5 + 2**x + x.abs().pow(x) - 1 / (3 - x.tanh()),
    "gates": lambda x: F.relu(x) + F.relu6(x) + F.leaky_relu(x, 0.1) + F.elu(x) + F.selu(x),
    "smooth": lambda x: F.gelu(x) + F.gelu(x, approximate="tanh") + F.silu(x) + F.mish(x),
    "softened": lambda x: F.softplus(x) + F.softplus(x, 2, 1) + F.logsigmoid(x) + F.softsign(x),
    "celu": lambda x: F.celu(x, 0.5) + F.hardtanh(x, -0.5, 0.7) + F.hardswish(x),
    "shrunk": lambda x: (
        F.softshrink(x) + F.hardshrink(x) + F.threshold(x, 0.2, 3) + F.tanhshrink(x)
    ),
    "sigmoids": lambda x: F.hardsigmoid(x) + mt.sigmoid(x) + F.glu(x, -1).repeat(1, 1, 2),
    "clamped": lambda x: x.clamp(-0.5, 0.7) + x.clamp(min=0) + x.clamp(max=x.mean()),
    "compared": lambda x: mt.where((x > 0) & ~(x >= 1) | (x != x), x, -x) + (x <= 0.5).float(),
    "finite": lambda x: mt.where(x.isfinite() & ~x.isnan() & ~x.isinf(), x, 0.0),
    "logic": lambda x: mt.logical_xor(x > 0, x).float() + mt.logical_not(x).to(mt.float32),
    "filled": lambda x: x.masked_fill(x < 0, 7.0) + mt.zeros_like(x) + x.new_ones(x.shape),
    "filled in place": lambda x: (x * 1).masked_fill_(x < 0, 7.0).clamp_(max=2).mul_(3).relu_(),
    "division": lambda x: x // 0.7 + x % 0.7 + mt.div(x, 3, rounding_mode="floor") + x / 3,
    "integers": lambda x: (x * 10).long() // 3 + (x * 10).long() % 3 + (x * 10).int(),
    "promoted": lambda x: (x > 0) + x.long() + x.double() * mt.arange(4),
    "whole reductions": lambda x: x.flatten(1).sum() + x.mean() + x.max() - x.min() + x.prod(),
    "reductions": lambda x: x.sum(1) + x.mean((1,)) + x.amax(1) - x.amin(1) + x.prod(1),
    "kept reductions": lambda x: x - x.mean(-1, keepdim=True) + x.sum((1, 2), keepdim=True),
    "variance": lambda x: x.var(-1) + x.std(-1, correction=0) + mt.var_mean(x, -1)[1],
    "extremes": lambda x: (x.max(1), x.min(-1, keepdim=True), x.argmax(1), x.argmin()),
    "ordered": lambda x: (*x.topk(2, dim=-1), *x.sort(1, descending=True), x.argsort(dim=2)),
    "moved": lambda x: (x.cumsum(1), x.flip(1, 2), x.roll(1, 2), x.roll((1, -1), (1, 2))),
    "degrees": lambda x: x.deg2rad() + x.rad2deg() + x.frac(),
    "truth": lambda x: ((x > 0).any(1), (x > -9).all(), x.logsumexp(-1), (x > 0).sum(1)),
    "normalized": lambda x: F.normalize(x, dim=-1) + x.norm(dim=-1, keepdim=True) + x.norm(p=1),
    "softmaxes": lambda x: F.softmax(x, 1) + F.log_softmax(x, -1) + F.softmin(x, -1),
    "views": lambda x: x.reshape(-1, 12).view(x.size(0), 2, 6).flatten(1).unflatten(1, (3, 4)),
    "squeezed": lambda x: x.unsqueeze(1).squeeze(1).permute(0, 2, 1).transpose(1, 2).mT.mT,
    "slices": lambda x: (x[:, 1:, ::2], x[:, -1], x[..., None, 1], x[:, None, :2], x[:, 0, 1:3]),
    "chosen": lambda x: (x[:, [2, 0]], x.index_select(2, mt.tensor([1, 1, 3])), x.select(1, 2)),
    "several indices": lambda x: (x[:, [0, 1], [2, 3]], x.narrow(2, 1, 2)),
    "split": lambda x: (*x.split(2, dim=-1), *x.chunk(3, dim=1), *x.unbind(1)),
    "joined": lambda x: (mt.cat([x, x * 2], 1), mt.stack([x, x], 1), mt.cat([x, x.long()], -1)),
    "repeated": lambda x: (x.repeat(1, 2, 1), x.repeat(2, 1, 1, 1), x[:, :1].expand(-1, 5, -1)),
    "triangles": lambda x: mt.tril(x) + mt.triu(x, 1),
    "padded": lambda x: (F.pad(x, (1, 2), value=5.0), F.pad(x, (1, -1, 0, 2))),
    "mirrored": lambda x: (F.pad(x, (1, 2), mode="reflect"), F.pad(x, (1, 2), mode="replicate")),
    "einsum": lambda x: (mt.einsum("nij,nkj->nik", x, x), mt.einsum("nij,kj->nik", x, x[0])),
    "products": lambda x: (x @ x.mT, x @ mt.ones(4, 2), mt.bmm(x, x.mT), x[0] @ mt.ones(4)),
    "scaled products": lambda x: mt.baddbmm(mt.ones(3, 3), x, x.mT, beta=0.5, alpha=2.0),
    "constants": lambda x: (mt.ones(3) * 2, x + mt.linspace(0, 1, 4)),
    "an input itself": lambda x: (x, x),
    "close": lambda x: F.cosine_similarity(x, x + 1, dim=-1) + F.pairwise_distance(x, x + 1),
    "one hot": lambda x: F.one_hot((x > 0).long(), 3).float() * x.unsqueeze(-1),
    "dictionary": lambda x: {"twice": x * 2, "thrice": [x * 3, None]},
}

IMAGES = {
    # each on images of (n, 4, 6, 6)
    "max pools": lambda x: (F.max_pool2d(x, 2), F.max_pool2d(x, 3, 2, 1, 1, True)),
    "wide max pool": lambda x: F.max_pool2d(x, 2, 1, dilation=2),
    "avg pools": lambda x: (F.avg_pool2d(x, 2), F.avg_pool2d(x, 3, 2, 1)),
    "avg pools with borders": lambda x: (
        F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
        F.avg_pool2d(x, 4, 3, 1, ceil_mode=True),
        F.avg_pool2d(x, 2, divisor_override=3),
    ),
    "adaptive pools": lambda x: (
        F.adaptive_avg_pool2d(x, 1),
        F.adaptive_avg_pool2d(x, (3, 2)),
        F.adaptive_avg_pool2d(x, (4, 8)),
        F.adaptive_max_pool2d(x, (3, 1)),
    ),
    "one dimension": lambda x: (F.max_pool1d(x[:, 0], 2), F.avg_pool1d(x[:, 0], 3, 1)),
    "three dimensions": lambda x: F.max_pool3d(x.unsqueeze(1), 2) + F.avg_pool3d(x.unsqueeze(1), 2),
    "nearest": lambda x: (F.interpolate(x, scale_factor=2), F.interpolate(x, (4, 9))),
    "bilinear": lambda x: (
        F.interpolate(x, scale_factor=2, mode="bilinear"),
        F.interpolate(x, (9, 3), mode="bilinear", align_corners=True),
        F.interpolate(x, (3, 3), mode="bilinear", antialias=True),
    ),
    "bicubic": lambda x: F.interpolate(x, (8, 9), mode="bicubic"),
    "shuffled": lambda x: (F.pixel_shuffle(x, 2), F.pixel_unshuffle(x, 3), F.channel_shuffle(x, 2)),
    "group norms": lambda x: (
        F.group_norm(x, 2, mt.arange(4.0), mt.ones(4)) + F.layer_norm(x, (6, 6))
    ),
    "rms norm": lambda x: F.rms_norm(x, (6,), mt.arange(6.0)),
    "instance norm": F.instance_norm,
}

CASES = [
    Case("linear", lambda: nn.Linear(4, 3), numbers(4)),
    Case("linear without bias", lambda: nn.Linear(4, 3, bias=False), numbers(2, 4)),
    Case("linear on sequences", lambda: nn.Linear(4, 3), numbers(2, 4)),
    Case("linear on one", lambda: nn.Linear(4, 3), lambda n: (mt.randn(4),), static=True),
    Case("double", lambda: nn.Linear(4, 3).double(), lambda n: (mt.randn(n, 4).double(),)),
    Case("bilinear", lambda: nn.Bilinear(3, 4, 2), lambda n: (mt.randn(n, 3), mt.randn(n, 4))),
    Case("prelu", lambda: nn.PReLU(3), numbers(3, 4)),
    Case("mlp", lambda: nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.Tanh()), numbers(2, 3)),
    Case("cnn", Net, numbers(1, 12, 12)),
    Case("conv1d", lambda: nn.Conv1d(3, 4, 3, padding="same"), numbers(3, 7)),
    Case("conv3d", lambda: nn.Conv3d(2, 3, 2), numbers(2, 4, 4, 4)),
    Case("transposed", lambda: nn.ConvTranspose2d(3, 4, 3, 2, 1, 1, bias=True), numbers(3, 5, 5)),
    Case("super resolution", SuperResolution, numbers(1, 6, 6)),
    Case("style", Styled, numbers(3, 8, 8)),
    Case("gpt", Attention, words(6)),
    Case("lstm", recurrent(nn.LSTM), words(7)),
    Case("deep lstm", recurrent(nn.LSTM, num_layers=2, bidirectional=True, dropout=0.5), words(7)),
    Case("gru", recurrent(nn.GRU, bidirectional=True), words(7)),
    Case("gru without bias", recurrent(nn.GRU, bias=False), words(7)),
    Case("rnn", recurrent(nn.RNN, num_layers=2), words(7)),
    Case("lstm cell", lambda: cell_over_steps(nn.LSTMCell(4, 3), True), numbers(3, 4)),
    Case("gru cell", lambda: cell_over_steps(nn.GRUCell(4, 3), False), numbers(3, 4)),
    Case("padded encoder", Padded, words(6)),
    Case("vision transformer", Classified, numbers(3, 8, 8)),
    Case("transformer", transformer, lambda n: (mt.randn(n, 5, 8), mt.randn(n, 4, 8))),
    Case(
        "causal",
        lambda: Does(lambda q, k: F.scaled_dot_product_attention(q, k, k, is_causal=True)),
        lambda n: (mt.randn(n, 2, 4, 3), mt.randn(n, 2, 4, 3)),
    ),
    Case(
        "weighted attention",
        Attended,
        numbers(5, 8),
    ),
    Case("weight norm", lambda: nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)), numbers(4)),
    *[Case(name, lambda f=f: Does(f), numbers(3, 4)) for name, f in FUNCTIONS.items()],
    *[Case(name, lambda f=f: Does(f), numbers(4, 6, 6)) for name, f in IMAGES.items()],
]
