"""`nn.summary`: what it counts, and that it leaves the model as it was."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn

F = nn.functional


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 2))
        self.unused = nn.Linear(1, 1)

    def forward(self, x):
        return self.head(F.max_pool2d(self.drop(self.norm(self.conv(x)).relu()), 2).flatten(1))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.out = nn.Linear(4, 10, bias=False)
        self.out.weight = self.embed.weight
        self.again = self.out

    def forward(self, x):
        return self.again(self.out(self.embed(x)) @ self.embed.weight)


def cells(summary):
    """The rows by the first word of their names."""
    return {row.cells[0].split()[0]: list(row.cells[1:]) for row in summary.table.rows}


def test_shapes_parameters_and_products():
    summary = nn.summary(Net(), (5, 1, 8, 8))
    assert cells(summary) == {
        "Net": ["[5, 2]", "–", "–"],
        "conv": ["[5, 4, 8, 8]", "40", f"{5 * 4 * 64 * 9:,}"],
        "norm": ["[5, 4, 8, 8]", "8", "–"],
        "drop": ["[5, 4, 8, 8]", "–", "–"],
        "head": ["[5, 2]", "–", "–"],
        "0": ["[5, 8]", "520", f"{5 * 64 * 8:,}"],
        "1": ["[5, 8]", "–", "–"],
        "2": ["[5, 2]", "18", "80"],
        "unused": ["not run", "2", "–"],
    }
    assert summary.total_params == summary.trainable_params == 588
    assert summary.total_mult_adds == 11520 + 2560 + 80
    assert summary.total_input == 5 * 64 * 4
    # conv, norm, the relu that dropout gives back as it is in evaluation mode, the head's three.
    assert summary.total_output_bytes == 4 * 5 * (3 * 4 * 64 + 8 + 8 + 2)
    assert summary.total_param_bytes == 588 * 4


def test_depth_adds_up_what_is_hidden():
    summary = nn.summary(Net(), (5, 1, 8, 8), depth=1)
    assert cells(summary)["head"] == ["[5, 2]", "538", "2,640"]
    assert len(nn.summary(Net(), (5, 1, 8, 8), depth=0).table.rows) == 1


def test_shared_and_frozen_parameters():
    model = Tied()
    model.embed.weight.requires_grad_(False)
    summary = nn.summary(model, (2, 3), dtypes=mt.long)
    assert cells(summary) == {
        "Tied": ["[2, 3, 10]", "–", "240"],  # the product in its own forward
        "embed": ["[2, 3, 4]", "40 (40)", "–"],
        "out": ["[2, 3, 10]", "0*", "480"],
        "again": ["as out", "–", "–"],
    }
    assert (summary.total_params, summary.trainable_params) == (40, 0)
    text = str(summary)
    assert "out (Linear) ×2" in text
    assert "40: 0 trainable, 40 frozen" in text
    assert "( )            of these, frozen" in text
    assert "*              without those of rows further up" in text


@pytest.mark.parametrize(
    ("function", "sizes", "products"),
    [
        (lambda a, b: a @ b, [(2, 3), (3, 4)], 24),
        (lambda a, b: a.t() @ b, [(3, 2), (3, 4)], 24),
        (lambda a, b: a @ b, [(5, 2, 3), (5, 3, 4)], 120),
        (lambda a, b: a @ b, [(5, 1, 2, 3), (6, 3, 4)], 720),
        (lambda a, b: a @ b, [(5, 2, 3), (3, 4)], 120),
        (lambda a, b: a @ b, [(2, 3), (3,)], 6),
        (lambda a, b: a @ b, [(3,), (3, 2)], 6),
        (lambda a, b: a @ b, [(3,), (3,)], 3),
        (lambda a, b, c: mt.addmm(a, b, c), [(4,), (2, 3), (3, 4)], 24),
        (lambda a, b, c: mt.addmv(a, b, c), [(2,), (2, 3), (3,)], 6),
        (lambda a, b, c: mt.baddbmm(a, b, c), [(4,), (5, 2, 3), (5, 3, 4)], 120),
        (lambda a, b, c: mt.addbmm(a, b, c), [(4,), (5, 2, 3), (5, 3, 4)], 120),
        (lambda a, b: mt.einsum("bij,bjk->bik", a, b), [(5, 2, 3), (5, 3, 4)], 120),
        (lambda a, b: F.linear(a, b), [(7, 3), (4, 3)], 84),
        (lambda a, b, c: F.linear(a, b, c), [(2, 7, 3), (4, 3), (4,)], 168),
        (lambda a, b, c: F.bilinear(a, b, c), [(5, 2), (5, 3), (4, 2, 3)], 5 * 4 * (6 + 3)),
        (lambda a, b: F.conv1d(a, b, groups=2), [(2, 4, 9), (6, 2, 3)], 2 * 6 * 7 * 6),
        (lambda a, b: F.conv2d(a, b, stride=2), [(2, 3, 9, 9), (4, 3, 3, 3)], 2 * 4 * 16 * 27),
        (lambda a, b: F.conv_transpose2d(a, b), [(2, 3, 4, 4), (3, 5, 3, 3)], 2 * 48 * 45),
        (
            F.scaled_dot_product_attention,
            [(2, 4, 5, 8), (2, 4, 7, 8), (2, 4, 7, 6)],
            2 * 4 * 5 * 7 * (8 + 6),
        ),
    ],
)
def test_products_are_counted_from_the_shapes_that_ran(function, sizes, products):
    class Model(nn.Module):
        def forward(self, *args):
            return function(*args)

    assert nn.summary(Model(), sizes).total_mult_adds == products


@pytest.mark.parametrize(("layer", "gates"), [(nn.RNN, 1), (nn.GRU, 3), (nn.LSTM, 4)])
def test_recurrent_layers(layer, gates):
    summary = nn.summary(layer(3, 4), (5, 2, 3))
    assert summary.total_mult_adds == 5 * 2 * gates * (4 * 3 + 4 * 4)
    assert cells(summary)[layer.__name__][0].startswith("[5, 2, 4], [1, 2, 4]")


def test_a_projected_lstm():
    products = 5 * 2 * (16 * 3 + 16 * 2 + 2 * 4)
    assert nn.summary(nn.LSTM(3, 4, proj_size=2), (5, 2, 3)).total_mult_adds == products


def test_the_model_is_left_as_it_was():
    model = Net()
    model.head.eval()
    model.conv.weight.grad = mt.ones(4, 1, 3, 3)

    class Counter(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("calls", mt.zeros(1))
            self.register_buffer("nothing", None)

        def forward(self, x):
            self.calls += 1  # in evaluation mode, too
            self.fresh = x + mt.rand(1)
            return x

    model.drop = Counter()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    versions = [tensor._version for tensor in [*model.parameters(), *model.buffers()]]
    modes = [module.training for module in model.modules()]
    mt.manual_seed(3)
    expected = mt.rand(3)
    mt.manual_seed(3)
    summary = nn.summary(model, (5, 1, 8, 8))
    assert mt.equal(mt.rand(3), expected)
    assert all(mt.equal(value, before[name]) for name, value in model.state_dict().items())
    assert versions == [t._version for t in [*model.parameters(), *model.buffers()]]
    assert modes == [module.training for module in model.modules()]
    assert mt.equal(model.conv.weight.grad, mt.ones(4, 1, 3, 3))
    assert model.conv.bias.grad is None
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert summary.total_params == 586 + 2
    x = mt.ones(2, 3)
    assert (x @ x.t()).grad_fn is None  # the operations are themselves again
    assert "telling" not in repr(type(x @ x.t()))


def test_it_is_left_as_it_was_after_an_error_too():
    model = Net()
    with pytest.raises(RuntimeError):
        nn.summary(model, (5, 2, 8, 8))
    assert model.training
    assert len(nn.modules.hooks._forward_hooks) == len(nn.modules.hooks._pre_hooks) == 0


def test_a_lazy_model_stays_lazy():
    model = nn.Sequential(nn.LazyLinear(4), nn.ReLU())
    assert cells(nn.summary(model, (2, 3)))["0"] == ["[2, 4]", "16", "24"]
    assert "LazyLinear" in repr(model)


def test_without_an_input_it_does_not_run():
    class Never(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 3)

        def forward(self, x):
            raise AssertionError

    text = str(nn.summary(Never()))
    assert "layer (Linear)           9" in text
    assert "Output" not in text
    assert "Multiply-adds" not in text
    assert "lazy        known after the first input" in str(nn.summary(nn.LazyLinear(2)))


def test_inputs_of_all_kinds():
    class Two(nn.Module):
        def forward(self, a, b, scale=1):
            assert (a.dtype, b.dtype) == (mt.float32, mt.long)
            return {"sum": a + b * scale, "more": [a]}

    two = Two()
    kinds = [mt.float32, mt.long]
    assert cells(nn.summary(two, [(2, 3), (3,)], dtypes=kinds))["Two"][0] == "[2, 3], [2, 3]"
    data = [mt.ones(2, 3), mt.tensor([1, 2, 3])]
    assert nn.summary(two, input_data=data).total_input == 24 + 24
    named = {"a": data[0], "b": data[1]}
    assert nn.summary(two, input_data=named, scale=2).total_input == 48
    assert nn.summary(two, **named).ran
    assert nn.summary(nn.ReLU(), input_data=mt.ones(2)).total_input == 8
    assert nn.summary(nn.ReLU(), (2,), device="cpu").ran


def test_a_layer_that_fails_and_is_caught():
    class Careful(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(2, 3), nn.Linear(3, 3)

        def forward(self, x):
            try:
                return self.first(x)
            except RuntimeError:
                return self.second(x)

    assert cells(nn.summary(Careful(), (1, 3))) == {
        "Careful": ["[1, 3]", "–", "–"],
        "first": ["not run", "9", "–"],
        "second": ["[1, 3]", "12", "9"],
    }


def test_errors_say_which_layer():
    with pytest.raises(RuntimeError) as caught:
        nn.summary(Net(), (5, 1, 10, 10))
    assert str(caught.value) == (
        "summary: the model could not run on an input of size [5, 1, 10, 10].\n"
        "It failed in the layer 'head.0', Linear(in_features=64, out_features=8, bias=True), "
        "which was given [5, 100]:\n"
        "mat1 and mat2 shapes cannot be multiplied (5x100 and 64x8)"
    )
    with pytest.raises(RuntimeError, match=r"It failed in Linear\(in_features=2.*given \[3\]"):
        nn.summary(nn.Linear(2, 2), (3,))


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"input_size": 3}, TypeError, "should be a tuple of lengths"),
        ({"input_size": (2, 2.5)}, TypeError, "got \\(2, 2.5\\)"),
        ({"input_size": [(2, -1)]}, TypeError, "a list of such tuples"),
        ({"input_size": (2, 2), "input_data": []}, ValueError, "not both"),
        ({"input_size": [(2, 2)], "dtypes": [mt.long] * 2}, ValueError, "1 inputs, but 2 dtypes"),
    ],
)
def test_wrong_arguments(arguments, kind, words):
    with pytest.raises(kind, match=words):
        nn.summary(nn.Linear(2, 2), **arguments)


def test_a_model_is_needed():
    with pytest.raises(TypeError, match="model should be a Module, got ndarray"):
        nn.summary(np.ones(2), (2,))


def test_html():
    page = nn.summary(nn.Sequential(nn.Linear(2, 3)), (1, 2))._repr_html_()
    assert '<td style="padding-left: 30px">0 (Linear)</td><td>[1, 3]</td>' in page
    assert "<b>Parameters</b> 9, all trainable" in page
    assert "&lt;" not in page
