"""Every layer and loss on the GPU: made on the CPU, moved, and compared with itself."""

from __future__ import annotations

import copy
import inspect

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn


def real(*shape):
    return np.random.default_rng(len(shape)).standard_normal(shape).astype("float32")


def whole(high, *shape):
    return np.random.default_rng(len(shape)).integers(0, high, shape)


X, ROW, IMAGE, VOLUME = real(2, 4, 6), real(3, 4), real(2, 4, 6, 6), real(2, 4, 6, 6, 6)
P, SIGNS = 1 / (1 + np.exp(-ROW)), np.sign(real(3, 4))
BY_RANK = {1: X, 2: IMAGE, 3: VOLUME}

# name, arguments of the constructor, inputs
ROWS = [
    *[(name, (), (X,)) for name in """
        Identity Flatten ReLU Hardtanh ReLU6 Sigmoid Hardsigmoid Tanh SiLU Mish Hardswish ELU CELU
        SELU GLU GELU Hardshrink LeakyReLU LogSigmoid Softplus Softshrink PReLU Softsign Tanhshrink
        """.split()],
    *[(name, (-1,), (X,)) for name in "Softmin Softmax LogSoftmax".split()],
    ("Softmax2d", (), (IMAGE,)), ("Threshold", (0.1, 20.0), (X,)), ("GELU", ("tanh",), (X,)),
    *[(name, (0.0,), (X,)) for name in "Dropout Dropout1d AlphaDropout".split()],
    ("FeatureAlphaDropout", (0.0,), (X,)),
    ("Dropout2d", (0.0,), (IMAGE,)), ("Dropout3d", (0.0,), (VOLUME,)), ("RReLU", (0.2, 0.2), (X,)),
    ("Linear", (6, 3), (X,)), ("LazyLinear", (3,), (X,)), ("Bilinear", (6, 6, 3), (X, X)),
    ("Embedding", (5, 3), (whole(5, 2, 7),)), ("Embedding", (5, 3, 1, 0.5), (whole(5, 2, 7),)),
    ("EmbeddingBag", (5, 3), (whole(5, 2, 7),)), ("Unflatten", (2, (2, 3)), (X,)),
    ("LayerNorm", (6,), (X,)), ("RMSNorm", (6,), (X,)), ("GroupNorm", (2, 4), (X,)),
    ("LocalResponseNorm", (2,), (IMAGE,)), ("CrossMapLRN2d", (3,), (IMAGE,)),
    ("ChannelShuffle", (2,), (IMAGE,)), ("PixelShuffle", (2,), (IMAGE,)),
    ("PixelUnshuffle", (2,), (IMAGE,)), ("Fold", ((4, 4), 2), (real(2, 8, 9),)),
    ("Unfold", (2,), (IMAGE,)), ("Upsample", (None, 2), (IMAGE,)),
    ("Upsample", (None, 2, "bicubic"), (IMAGE,)), ("UpsamplingBilinear2d", (None, 2), (IMAGE,)),
    ("UpsamplingNearest2d", (None, 2), (IMAGE,)), ("SyncBatchNorm", (4,), (X,)),
    *[(f"{kind}{n}d", args, (BY_RANK[n],)) for n in (1, 2, 3) for kind, args in [
        ("Conv", (4, 2, 3)), ("Conv", (4, 4, 2, 2, 1, 1, 2)), ("LazyConv", (2, 3)),
        ("ConvTranspose", (4, 2, 3)), ("ConvTranspose", (4, 4, 2, 2, 1, 1, 2)),
        ("LazyConvTranspose", (2, 3)), ("BatchNorm", (4,)), ("LazyBatchNorm", ()),
        ("InstanceNorm", (4, 1e-5, 0.1, True, True)), ("LazyInstanceNorm", ()),
        ("MaxPool", (2,)), ("MaxPool", (3, 2, 1)), ("AvgPool", (2,)), ("AvgPool", (3, 2, 1)),
        ("LPPool", (2, 2)), ("AdaptiveAvgPool", (2,)), ("AdaptiveMaxPool", (2,)),
        ("CircularPad", (1,)), ("ConstantPad", (1, 0.5)), ("ReflectionPad", (1,)),
        ("ReplicationPad", (1,)), ("ZeroPad", (1,)),
    ]],
    *[(name, (6, 5), (X,)) for name in "RNN GRU LSTM".split()],
    *[(name, (6, 5, 2, True, True, 0.0, True), (X,)) for name in "GRU LSTM".split()],
    ("RNN", (6, 5, 2, "relu", True, True, 0.0, True), (X,)),
    *[(name, (4, 5), (ROW,)) for name in "RNNCell GRUCell LSTMCell".split()],
    ("MultiheadAttention", (6, 2), (X, X, X)), ("Transformer", (6, 2, 1, 1, 8, 0.0), (X, X)),
    ("TransformerEncoderLayer", (6, 2, 8, 0.0), (X,)),
    ("TransformerDecoderLayer", (6, 2, 8, 0.0), (X, X)),
    ("CosineSimilarity", (), (ROW, ROW + 1)), ("PairwiseDistance", (), (ROW, ROW + 1)),
    *[(name, (), (ROW, real(4, 3).T + 1)) for name in "L1Loss MSELoss HuberLoss".split()],
    ("SmoothL1Loss", (), (ROW, real(4, 3).T + 1)),
    ("BCELoss", (), (P, P)), ("BCEWithLogitsLoss", (), (ROW, P)), ("KLDivLoss", (), (ROW, P)),
    ("CrossEntropyLoss", (), (ROW, whole(4, 3))), ("NLLLoss", (), (ROW, whole(4, 3))),
    ("CrossEntropyLoss", (None, None, -100, None, "mean", 0.1), (ROW, whole(4, 3))),
    ("CrossEntropyLoss", (), (IMAGE, whole(4, 2, 6, 6))), ("PoissonNLLLoss", (), (ROW, P)),
    ("NLLLoss2d", (), (IMAGE, whole(4, 2, 6, 6))), ("GaussianNLLLoss", (), (ROW, ROW + 1, P)),
    ("HingeEmbeddingLoss", (), (ROW, SIGNS)), ("SoftMarginLoss", (), (ROW, SIGNS.astype("int64"))),
    ("CosineEmbeddingLoss", (), (ROW, ROW + 1, SIGNS[:, 0])),
    ("MarginRankingLoss", (), (ROW, ROW + 1, SIGNS)), ("MultiMarginLoss", (), (ROW, whole(4, 3))),
    ("MultiLabelMarginLoss", (), (ROW, np.array([[0, 2, -1, 1]] * 3))),
    ("MultiLabelSoftMarginLoss", (), (ROW, (SIGNS > 0).astype("float32"))),
    ("TripletMarginLoss", (), (ROW, ROW + 1, ROW * 2)),
    ("TripletMarginWithDistanceLoss", (), (ROW, ROW + 1, ROW * 2)),
    ("LinearCrossEntropyLoss", (4, 5), (ROW, whole(4, 3))),
]  # fmt: skip

# These are tested below, hold other modules, are bases, or draw their windows at random.
ELSEWHERE = """Module ModuleDict ModuleList ParameterDict ParameterList Sequential DataParallel
    RNNBase RNNCellBase AdaptiveLogSoftmaxWithLoss CTCLoss MaxUnpool1d MaxUnpool2d MaxUnpool3d
    TransformerEncoder TransformerDecoder FractionalMaxPool2d FractionalMaxPool3d""".split()


def test_every_layer_is_here():
    layers = {
        name
        for name, value in inspect.getmembers(nn, inspect.isclass)
        if issubclass(value, nn.Module)
    }
    assert layers == {row[0] for row in ROWS} | set(ELSEWHERE)


def tensors_of(value):
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in tensors_of(item)]
    return [value] if isinstance(value, mt.Tensor) else []


def ran(layer, arrays, device, call=None):
    """Outputs, gradients and buffers of a copy of ``layer`` on ``device``, as NumPy's arrays."""
    layer = copy.deepcopy(layer).to(device)
    inputs = [mt.tensor(array, device=device) for array in arrays]
    inputs = [x.requires_grad_(x.is_floating_point()) for x in inputs]
    found = []
    for training in (True, False):
        layer.train(training)
        out = tensors_of((call or (lambda layer, *inputs: layer(*inputs)))(layer, *inputs))
        total = sum((t * t).sum() for t in out if t.requires_grad)
        total.backward()
        grads = [leaf.grad for leaf in [*inputs, *layer.parameters()] if leaf.grad is not None]
        found += [*out, *grads, *layer.buffers()]
    assert {t.device for t in found} == {mt.zeros(0, device=device).device}
    return [t.detach().cpu().numpy().copy() for t in found]


def compare(layer, arrays, call=None, gpu="cuda"):
    expected, found = (ran(layer, arrays, device, call) for device in ("cpu", gpu))
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.filterwarnings("ignore:.*(NLLLoss2d|mean.*batchmean|nested.tensor)")
@pytest.mark.parametrize(("name", "args", "arrays"), ROWS, ids=lambda value: str(value)[:12])
def test_as_on_the_cpu(name, args, arrays):
    mt.manual_seed(0)
    layer = getattr(nn, name)(*args)
    if name.startswith("Lazy"):
        layer(mt.tensor(arrays[0]))
    compare(layer, arrays)


@pytest.mark.parametrize("layer", [
    nn.LayerNorm(6), nn.Softmax(1), nn.GELU(), nn.RMSNorm(6), nn.BatchNorm1d(4), nn.SiLU(),
    nn.Mish(), nn.GELU("tanh"), nn.GroupNorm(2, 4), nn.Sigmoid(),
])  # fmt: skip
def test_half(layer):
    expected, found = (ran(layer.half(), [X.astype("float16")], d) for d in ("cpu", "cuda"))
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_unpooling(n):
    pool, back = (getattr(nn, f"{name}{n}d") for name in ("MaxPool", "MaxUnpool"))
    layer = nn.Sequential(pool(2, return_indices=True), back(2))
    compare(layer, [BY_RANK[n]], lambda layer, x: layer[1](*layer[0](x)))


def test_ctc():
    logits, text = real(6, 2, 5), 1 + whole(4, 2, 3)

    def call(layer, logits, text):
        return layer(logits.log_softmax(2), text, mt.tensor([6, 5]), mt.tensor([3, 2]))

    compare(nn.CTCLoss(), [logits, text], call)


def test_adaptive_softmax():
    layer = nn.AdaptiveLogSoftmaxWithLoss(16, 10, [3, 6])
    compare(layer, [real(6, 16), np.array([0, 4, 9, 2, 7, 3])])


@pytest.mark.filterwarnings("ignore:.*nested.tensor")
def test_transformer_stacks_and_masks():
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 8, 0.0), 2)
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(6, 2, 8, 0.0), 2)

    def call(layer, x):
        mask = nn.Transformer.generate_square_subsequent_mask(len(x), device=x.device)
        padding = mt.zeros(x.shape[1], len(x), device=x.device)
        memory = layer[0](x, mask=mask, src_key_padding_mask=padding)
        return layer[1](x, memory, tgt_mask=mask, tgt_is_causal=True)

    compare(nn.ModuleList([encoder, decoder]), [real(4, 2, 6)], call)


def test_packed_sequences():
    def call(layer, x):
        packed = nn.utils.rnn.pack_padded_sequence(x, [6, 3], batch_first=True)
        out, state = layer(packed)
        return nn.utils.rnn.pad_packed_sequence(out, batch_first=True)[0], state

    compare(nn.LSTM(4, 3, batch_first=True), [real(2, 6, 4)], call)


@pytest.mark.parametrize("name", "Dropout Dropout2d AlphaDropout FeatureAlphaDropout RReLU".split())
def test_random_layers_repeat_with_the_seed(name):
    layer, x = getattr(nn, name)(), mt.tensor(IMAGE, device="cuda")
    runs = []
    for _ in range(2):
        mt.manual_seed(1)
        runs.append(layer(x))
    assert runs[0].equal(runs[1])
    assert not runs[0].equal(layer(x))


@pytest.mark.parametrize("name", ["FractionalMaxPool2d", "FractionalMaxPool3d"])
def test_fractional_pooling(name):
    x = mt.tensor(IMAGE if "2" in name else VOLUME, device="cuda", requires_grad=True)
    getattr(nn, name)(2, 3)(x).sum().backward()
    assert x.grad.sum().item() == 2 * 4 * 3 ** (2 if "2" in name else 3)
