"""What a training program calls does not wait for the GPU, unless PyTorch's does, too.

On the stand-in whatever waits is an error. With the real CuPy the same lines run, and nothing is
said of waiting.
"""

from __future__ import annotations

import contextlib
import importlib
import math

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn.functional as F
from minitorch import nn
from tests.cuda import test_layers, test_training

no_sync = getattr(importlib.import_module("cupy._core"), "no_sync", contextlib.nullcontext)

X, ROW, IMAGE = test_layers.X, test_layers.ROW, test_layers.IMAGE


@pytest.fixture(autouse=True)
def nothing_was_wrong():
    yield
    mt.cuda.synchronize()  # or an error would come in another test


# Rows of test_layers, and what is random there without chance.
LAYERS = [
    *test_layers.ROWS,
    *[(name, (0.5,), (IMAGE,)) for name in """
        Dropout Dropout2d AlphaDropout FeatureAlphaDropout""".split()],
    ("RReLU", (), (X,)), ("MultiheadAttention", (6, 2, 0.1), (X, X, X)),
    ("TransformerEncoderLayer", (6, 2, 8, 0.1), (X,)), ("LSTM", (6, 5, 2, True, False, 0.5), (X,)),
    ("EmbeddingBag", (5, 3, None, 2.0, True, "sum"), (test_layers.whole(5, 2, 7),)),
    ("EmbeddingBag", (5, 3, None, 2.0, False, "mean", False, None, False, 1),
     (test_layers.whole(5, 2, 7),)),
    ("BatchNorm1d", (4, 1e-5, None), (X,)), ("MultiMarginLoss", (2,), (ROW, np.array([0, 3, 1]))),
]  # fmt: skip
# Embedding with max_norm looks which rows it will shorten, GaussianNLLLoss for a negative variance,
# BatchNorm without momentum for the number of batches.
WAIT = [("Embedding", (5, 3, 1, 0.5)), ("GaussianNLLLoss", ()), ("BatchNorm1d", (4, 1e-5, None))]


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature")
@pytest.mark.filterwarnings("ignore:.*(NLLLoss2d|mean.*batchmean|nested.tensor)")
@pytest.mark.parametrize(("name", "args", "arrays"), LAYERS, ids=lambda value: str(value)[:12])
def test_layer(name, args, arrays):
    layer = getattr(nn, name)(*args)
    if name.startswith("Lazy"):
        layer(mt.tensor(arrays[0]))
    layer.cuda()
    inputs = [mt.tensor(array, device="cuda") for array in arrays]
    inputs = [x.requires_grad_(x.is_floating_point()) for x in inputs]
    allowed = contextlib.nullcontext() if (name, args) in WAIT else no_sync()
    for training in (True, False):
        layer.train(training)
        with allowed if training else contextlib.nullcontext():
            out = test_layers.tensors_of(layer(*inputs))
            sum((t * t).sum() for t in out if t.requires_grad).backward()


def test_layers_with_random_windows_and_back():
    with no_sync():
        for n, x in ((2, IMAGE), (3, test_layers.VOLUME)):
            x = mt.tensor(x, device="cuda", requires_grad=True)
            out, places = getattr(nn, f"MaxPool{n}d")(2, return_indices=True)(x)
            getattr(nn, f"MaxUnpool{n}d")(2)(out, places).sum().backward()
            getattr(nn, f"FractionalMaxPool{n}d")(2, 3)(x).sum().backward()


def test_packed_sequences():
    lstm, x = nn.LSTM(4, 3, batch_first=True).cuda(), mt.randn(3, 6, 4, device="cuda")
    rnn = nn.utils.rnn
    with no_sync():
        # (With ``enforce_sorted=False`` the lengths are brought into order by numbers on the GPU.)
        packed = rnn.pack_padded_sequence(x, [6, 3, 2], batch_first=True)
        out, lengths = rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True)
        assert lengths.tolist() == [6, 3, 2]  # they are in main memory
        out = out + rnn.pad_sequence([x[0, :, :3], x[1, :2, :3], x[2, :1, :3]], batch_first=True)
        out.sum().backward()


def bag(mode, **options):
    table = mt.randn(5, 3, device="cuda", requires_grad=True)
    rows = mt.tensor([0, 4, 1, 1, 3], device="cuda")
    offsets = mt.tensor([0, 2, 4], device="cuda")
    F.embedding_bag(rows, table, offsets, mode=mode, **options).sum().backward()


FUNCTIONS = {
    "one_hot": lambda x: F.one_hot(mt.tensor([0, 2], device="cuda"), 3),
    "embedding_bag, sum": lambda x: bag("sum", padding_idx=1, scale_grad_by_freq=True),
    "embedding_bag, mean": lambda x: bag("mean", include_last_offset=True),
    "embedding_bag, max": lambda x: bag("max", padding_idx=1, include_last_offset=True),
    "masked_scatter": lambda x: x.masked_scatter(x > 0, x * 2),
    "scatter_reduce": lambda x: x.scatter_reduce(0, (x > 0).long(), x * x, "prod"),
    "strides": lambda x: F.conv2d(x, x[:, :, :3, :3].clone(), stride=2, dilation=(1, 2)),
    "grid_sample": lambda x: F.grid_sample(x, x[:, :2].movedim(1, -1), align_corners=False),
    "quantile": lambda x: x.quantile(mt.tensor([0.1, 0.5], device="cuda")),
    "median": lambda x: x.median() + x.nanmedian() + x.median(0).values.sum(),
    "integer division": lambda x: mt.tensor([4, 5], device="cuda") // mt.tensor(2, device="cuda"),
    "isin": lambda x: mt.isin(x, x[0]),
    "repeat_interleave": lambda x: x.repeat_interleave(2, 0),
    "interpolate": lambda x: F.interpolate(x, scale_factor=1.7, mode="bicubic"),
    "reflection": lambda x: F.pad(x, (1, 2, 2, 1), "reflect"),
    "as_strided": lambda x: x.as_strided((2, 3), (1, 1)),
    "topk": lambda x: x.topk(2).values + x.sort().values[..., :2],
    "cumulative": lambda x: x.cumsum(1) + x.logcumsumexp(1) + x.cummax(1).values,
    "scatter": lambda x: x.scatter_add(0, (x > 0).long(), x).index_select(1, first_two()),
    "masks": lambda x: x.masked_fill(x > 0, 1.0).where(x < 1, x.clamp(-1, 1)),
    "norms": lambda x: x.norm() + mt.linalg.vector_norm(x, 3) + F.normalize(x).sum(),
    "einsum": lambda x: mt.einsum("nchw,nchv->nwv", x, x),
}  # fmt: skip


def first_two():
    return mt.tensor([0, 1], device="cuda")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name):
    x = mt.tensor(IMAGE, device="cuda", requires_grad=True)
    with no_sync():
        found = FUNCTIONS[name](x)
        if found is not None and found.requires_grad:
            found.sum().backward()


@pytest.mark.parametrize("model", test_training.MODELS)
@pytest.mark.parametrize(("name", "options"), test_training.OPTIMIZERS)
def test_training_step(model, name, options):
    if name == "LBFGS":
        pytest.skip("its line search and its tests of convergence look at the loss, as PyTorch's")
    make, x = test_training.MODELS[model]
    model = make().cuda()
    params = [p for p in model.parameters() if name != "Muon" or p.ndim == 2]
    optimizer = getattr(mt.optim, name)(params, **options)
    schedule = mt.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    x = mt.tensor(x, device="cuda")
    y = mt.tensor(test_training.CLASSES, device="cuda")
    with no_sync():
        for _ in range(2):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y, label_smoothing=0.1)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            nn.utils.clip_grad_value_(model.parameters(), 0.5)
            optimizer.step()
            schedule.step()
    assert math.isfinite(loss.item())


def test_parametrized_and_averaged_models():
    layer = nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)),
        nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)),
    ).cuda()
    x = mt.randn(5, 3, device="cuda")
    averaged = mt.optim.swa_utils.AveragedModel(layer)
    averaged.update_parameters(layer)
    with no_sync():
        layer(x).square().mean().backward()
        nn.utils.parameters_to_vector(layer.parameters())
        mt.utils.checkpoint.checkpoint(layer, x, use_reentrant=False).sum().backward()


def test_waiting_is_an_error():
    if no_sync is contextlib.nullcontext:
        pytest.skip("only the stand-in refuses")
    x = mt.ones(2, device="cuda")
    for look in (lambda: x.sum().item(), lambda: bool(x[0] > 0), lambda: x[x > 0], x.cpu):
        with no_sync(), pytest.raises(AssertionError, match="the processor waits for the GPU"):
            look()
        look()
