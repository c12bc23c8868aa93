"""Models that cannot be exported truthfully are refused, and nothing is written."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.onnx import OnnxExporterError
from minitorch.onnx.errors import UnsupportedOperatorError
from tests.onnx.cases import Does

READS = "The model reads the numbers of a tensor that depends on its input"
SHARES = "A tensor is used"


calls = itertools.count()


def decides(x):
    return x if x.sum() > 0 else -x


def written_through_a_view(x):
    y = x * 2
    y.view(-1).add_(1)
    return y


def written_beside_a_view(x):
    y = x * 2
    view = y.view(-1)
    y.mul_(2)
    return view


def put_into_zeros(x):
    out = mt.zeros(2, 4)
    out[:, 0] = x[:, 0]
    return out + x


def put_where(x):
    out = mt.zeros(2, 4)
    out[x > 0] = 1.0
    return out


def put_into_it(x):
    y = x * 2
    y[:, 0] = 0
    return y + 1


def copied_into_zeros(x):
    out = mt.zeros(2, 4)
    out[:, :2].copy_(x[:, :2])
    return out


def out_argument(x):
    out = mt.zeros(2, 4)
    mt.add(x, x, out=out)
    return out


REFUSED = [
    # the model, what the error says
    (decides, READS),
    (lambda x: x * x.max().item(), READS),
    (lambda x: x * float(x[0, 0]), READS),
    (lambda x: mt.tensor(x.tolist()), READS),
    (lambda x: mt.from_numpy(np.exp(x.numpy())), READS),
    (lambda x: np.exp(x), READS),
    (lambda x: x if mt.equal(x, x + 1) else x * 2, READS),
    (lambda x: x if mt.allclose(x, x + 1) else x * 2, READS),
    (lambda x: F.one_hot((x > 0).long()), READS),
    (lambda x: x[: int(x.abs().sum())], READS),
    (written_through_a_view, SHARES),
    (written_beside_a_view, SHARES),
    (put_into_zeros, SHARES),
    (put_where, SHARES),
    (put_into_it, SHARES),
    (copied_into_zeros, SHARES),
    (out_argument, "A constant of .* its elements are not the same for another input"),
    (lambda x: x + mt.rand(4), "its elements are not the same for another input"),
    (lambda x: x + mt.tensor(x._array), "its elements are not the same for another input"),
    (lambda x: x[x > 0], "A constant of .* cannot be exported"),
    (lambda x: [mt.exp, mt.sin][next(calls) % 2](x), "another operation in its place"),
    (lambda x: [x, x.exp()][next(calls) % 2] + x * 2, "gives it other tensors"),
    (
        lambda x: [x.exp(), x.sin()][next(calls) % 2],
        "another run goes on, or returns other tensors",
    ),
    (lambda x: x * float(next(calls)), "is not the same in another run"),
    (lambda x: x.sum(dim=next(calls) % 2), "no multiple of a size"),
    (lambda x: "text", "The model returns a str"),
]


@pytest.mark.parametrize(("function", "sentence"), REFUSED)
@pytest.mark.filterwarnings("ignore:To copy construct")
def test_refused(function, sentence, tmp_path):
    file = tmp_path / "model.onnx"
    x = mt.tensor([[1.0, -2.0, 3.0, 4.0], [-5.0, 6.0, -7.0, 8.0]])
    with pytest.raises(OnnxExporterError, match=sentence):
        mt.onnx.export(Does(function), (x,), file)
    assert not file.exists()


UNSUPPORTED = [
    (lambda x: mt.linalg.det(x @ x.T), "LinalgDet"),
    (lambda x: x.cumprod(1), "Cumprod"),
    (lambda x: F.dropout(x), "Dropout"),
    (lambda x: x.norm(p=3), r"LinalgVectorNorm .*, the norm of order 3"),
    (lambda x: F.pixel_shuffle(x.view(4, 1, 2), 2), r"PixelShuffle .*, it needs \(N, C, H, W\)"),
    (lambda x: F.adaptive_max_pool1d(x, 3), "AdaptiveMaxPool2D .*, with windows of several sizes"),
    (lambda x, layer=nn.LSTM(4, 3, proj_size=2): layer(x), "Lstm .*, with proj_size"),  # noqa: B008
    (
        lambda x: F.scaled_dot_product_attention(x, x, x, dropout_p=1.0),
        "ScaledDotProductAttention .*, with dropout",
    ),
    (
        lambda x: F.batch_norm(x, mt.zeros(4), mt.ones(4), training=True),
        "A constant|NativeBatchNorm .*, in training",
    ),
]


@pytest.mark.parametrize(("function", "sentence"), UNSUPPORTED)
def test_an_operation_that_is_not_in_the_table(function, sentence):
    with pytest.raises(UnsupportedOperatorError, match=sentence):
        mt.onnx.export(Does(function), mt.randn(2, 4))


def test_the_error_says_where():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.ReLU(), Does(lambda x: x.erfinv()))

        def forward(self, x):
            return self.layers(x)

    with pytest.raises(UnsupportedOperatorError) as error:
        mt.onnx.export(Model(), mt.randn(2, 4))
    said = str(error.value)
    assert said.startswith("MiniTorch cannot write this in ONNX: operation Erfinv in the module")
    assert "'layers.1' (test_refusals.py, line " in said
    assert "Does(lambda x: x.erfinv())" in said


class Counts(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("seen", mt.zeros(()))

    def forward(self, x):
        self.seen += 1
        return x * self.seen


def test_a_buffer_that_changes():
    with pytest.raises(OnnxExporterError, match="its parameter or buffer 'seen' in place"):
        mt.onnx.export(Counts(), mt.ones(2))
    norm = nn.BatchNorm1d(4)
    with pytest.raises(OnnxExporterError, match="'num_batches_tracked' in place"):
        mt.onnx.export(norm, mt.randn(3, 4), training=mt.onnx.TrainingMode.PRESERVE)


DYNAMIC = [
    # the model on (n, 4), what the error says
    (lambda x: x.view(3, 2, 2), "The model fails on another input where 'n' is 4"),
    (lambda x: x.view((x.size(0) + 1) // 2, -1), "the number 2 is 2, 4 in other runs: no multiple"),
    (lambda x: x[: x.size(0) - 1], "the number 2 is 3, 6 in other runs: no multiple"),
    (
        lambda x: x + mt.linspace(0, 1, x.size(0)).unsqueeze(1),
        "it has a dynamic size, and is not the same",
    ),
    (lambda x: x * x.size(0), "no multiple of a size|with a dynamic size"),
    (lambda x: x / x.size(0) ** 0.5, "is not the same in another run"),
    (lambda x: x.var(0), "cannot write this in ONNX with a dynamic size: operation Var"),
    (lambda x: x.T.roll(1, 1), "cannot write this in ONNX with a dynamic size: operation Roll"),
    (lambda x: F.max_pool1d(x.T, 2), "an argument is not the same in another run"),
    (lambda x: [mt.exp, mt.sin][x.size(0) % 2](x), "another operation in its place"),
    (lambda x: mt.cat(x.split(1)), "it has another number|in another run"),
    (lambda x: x.view([2] * (x.size(0) > 3) + [-1]), "another number"),
]


@pytest.mark.parametrize(("function", "sentence"), DYNAMIC)
def test_a_dynamic_size_that_cannot_be_followed(function, sentence):
    with pytest.raises(OnnxExporterError, match=sentence):
        mt.onnx.export(Does(function), mt.randn(3, 4), dynamic_shapes=({0: "n"},))


def test_packed_sequences_of_different_lengths():
    def run(x, layer=nn.GRU(4, 3)):  # noqa: B008 - one layer for all runs
        packed = nn.utils.rnn.pack_padded_sequence(x, [5, 3])
        return nn.utils.rnn.pad_packed_sequence(layer(packed)[0])[0]

    with pytest.raises(UnsupportedOperatorError):
        mt.onnx.export(Does(run), mt.randn(5, 2, 4))


def test_without_the_package(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "onnx"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("graph", "table"):
        monkeypatch.delitem(sys.modules, f"minitorch.onnx.{name}", raising=False)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "minitorch-learn\[onnx\]"'):
        mt.onnx.export(nn.ReLU(), mt.ones(2))
