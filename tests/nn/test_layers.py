"""Simple layers without PyTorch: gradients against finite differences, values against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch as mt
import minitorch.nn.functional as F
from minitorch import nn
from minitorch.autograd import gradcheck, gradgradcheck

sizes = st.integers(0, 4)


def random(*shape, requires_grad=True):
    numbers = np.random.default_rng(3).standard_normal(shape)
    return mt.tensor(numbers, requires_grad=requires_grad)


@given(st.lists(sizes, max_size=2), st.integers(1, 4), sizes, st.booleans())
@settings(deadline=None, max_examples=30)
@pytest.mark.filterwarnings("ignore:Initializing zero-element")
def test_linear(batch, inputs, outputs, bias):
    layer = nn.Linear(inputs, outputs, bias=bias, dtype=mt.float64)
    x = random(*batch, inputs)
    expected = x.detach().numpy() @ layer.weight.detach().numpy().T
    expected = expected + layer.bias.detach().numpy() if bias else expected
    np.testing.assert_allclose(layer(x).detach().numpy(), expected, atol=1e-13)
    gradcheck(lambda x, *parameters: layer(x), (x, *layer.parameters()))


@given(st.lists(sizes, max_size=2), st.integers(1, 3), sizes, sizes, st.booleans())
@settings(deadline=None, max_examples=30)
def test_bilinear(batch, in1, in2, outputs, bias):
    layer = nn.Bilinear(in1, in2, outputs, bias=bias, dtype=mt.float64)
    x, y = random(*batch, in1), random(*batch, in2)
    w = layer.weight.detach().numpy()
    expected = np.einsum("...i,oij,...j->...o", x.detach().numpy(), w, y.detach().numpy())
    expected = expected + layer.bias.detach().numpy() if bias else expected
    np.testing.assert_allclose(layer(x, y).detach().numpy(), expected, atol=1e-13)


@pytest.mark.parametrize("batch", [(), (3,), (2, 0)])
def test_bilinear_derivatives(batch):
    layer = nn.Bilinear(2, 3, 2, dtype=mt.float64)
    inputs = (random(*batch, 2), random(*batch, 3), *layer.parameters())
    gradcheck(lambda x, y, *parameters: layer(x, y), inputs)
    gradgradcheck(lambda x, y, *parameters: layer(x, y), inputs)


@given(st.lists(sizes, max_size=2), st.integers(1, 5), sizes, st.data())
@settings(deadline=None, max_examples=50)
def test_embedding(batch, rows, columns, data):
    ids = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, rows, batch)
    padding = data.draw(st.none() | st.integers(-rows, rows - 1))
    by_frequency = data.draw(st.booleans())
    table = random(rows, columns)
    out = F.embedding(mt.tensor(ids), table, padding, scale_grad_by_freq=by_frequency)
    np.testing.assert_array_equal(out.detach().numpy(), table.detach().numpy()[ids])
    weights = random(*batch, columns, requires_grad=False)
    (out * weights).sum().backward()
    expected = np.zeros((rows, columns))
    for place in np.ndindex(*batch):
        count = (ids == ids[place]).sum() if by_frequency else 1
        if padding is None or ids[place] != padding % rows:
            expected[ids[place]] += weights.numpy()[place] / count
    np.testing.assert_allclose(table.grad.numpy(), expected, atol=1e-13)


def test_embedding_derivatives():
    table, ids = random(4, 3), mt.tensor([[1, 1], [3, 0]])
    gradcheck(lambda t: F.embedding(ids, t), table)
    gradgradcheck(lambda t: F.embedding(ids, t) ** 2, table)


def test_embedding_layer():
    layer = nn.Embedding(5, 3, padding_idx=-1, max_norm=1.0)
    assert repr(layer) == "Embedding(5, 3, padding_idx=4, max_norm=1.0)"
    assert layer.weight[4].tolist() == [0.0, 0.0, 0.0]
    layer.weight.data.fill_(3)
    version = layer.weight._version
    out = layer(mt.tensor([0, 0, 2]))
    assert layer.weight._version > version
    np.testing.assert_allclose(out.detach().norm(dim=1).numpy(), 1, rtol=1e-6)
    assert layer.weight[1].tolist() == [3.0, 3.0, 3.0]  # not looked up, not shortened
    table = nn.Embedding.from_pretrained(
        mt.ones(2, 3), norm_type=1.0, sparse=True, scale_grad_by_freq=True
    )
    assert not table.weight.requires_grad
    assert repr(table) == "Embedding(2, 3, norm_type=1.0, scale_grad_by_freq=True, sparse=True)"
    assert mt.embedding(mt.ones(2, 3), mt.tensor([1])).shape == (1, 3)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (lambda: nn.Embedding(3, 2, padding_idx=3), AssertionError, "Padding_idx must be within"),
        (lambda: nn.Embedding(3, 2, _weight=mt.ones(2, 2)), AssertionError, "Shape of weight"),
        (lambda: nn.Embedding.from_pretrained(mt.ones(2)), AssertionError, "2-dimensional"),
        (
            lambda: F.embedding(mt.tensor([3]), mt.ones(3, 2)),
            IndexError,
            "index out of range in self",
        ),
        (
            lambda: F.embedding(mt.tensor([-1]), mt.ones(3, 2)),
            IndexError,
            "index out of range in self",
        ),
        (lambda: F.embedding(mt.tensor([1.0]), mt.ones(3, 2)), RuntimeError, "Long, Int; but got"),
        (lambda: F.embedding(mt.tensor([0]), mt.ones(3)), RuntimeError, "'weight' must be 2-D"),
        (lambda: F.embedding(mt.tensor([0]), mt.ones(3, 2), 5), AssertionError, "Padding_idx"),
        (lambda: F.one_hot(mt.tensor([1.0])), RuntimeError, "only applicable to index tensor"),
        (lambda: F.one_hot(mt.tensor([-1])), RuntimeError, "must be non-negative"),
        (lambda: F.one_hot(mt.tensor([2]), 2), RuntimeError, "smaller than num_classes"),
        (lambda: F.one_hot(mt.tensor([], dtype=mt.int64)), RuntimeError, "Can not infer"),
        (lambda: nn.Bilinear(0, 1, 1), ValueError, "in1_features must be > 0"),
        (
            lambda: F.bilinear(mt.ones(2, 1), mt.ones(3, 1), mt.ones(1, 1, 1)),
            RuntimeError,
            "at dim 0",
        ),
        (lambda: nn.Unflatten(1, 2), TypeError, "must be a tuple of ints, but found type int"),
        (lambda: nn.Unflatten(1, (2.0,)), TypeError, "element of type float at pos 0"),
        (lambda: nn.Dropout(2), ValueError, "dropout probability has to be between 0 and 1"),
        (lambda: F.dropout(mt.ones(2), -1), ValueError, "dropout probability"),
        (lambda: mt.dropout(mt.ones(2), -1, True), RuntimeError, "dropout probability"),
        (lambda: F.dropout(mt.ones(2).long()), RuntimeError, "can't be cast to the desired output"),
        (lambda: F.dropout(mt.ones(2).cfloat()), NotImplementedError, "bernoulli_scalar_cpu_"),
        (lambda: F.dropout1d(mt.ones(2)), RuntimeError, "dropout1d: Expected 2D or 3D input"),
        (
            lambda: F.feature_alpha_dropout(mt.ones(2), 0.5, True),
            RuntimeError,
            "at least 2 dimensions",
        ),
        (lambda: nn.Hardtanh(1, 1), AssertionError, "must be greater than min_val"),
        (lambda: nn.Softmax2d()(mt.ones(2)), ValueError, "expected input to be 3D or 4D, got 1D"),
    ],
)
def test_refuses(run, error, message):
    with pytest.raises(error, match=message):
        run()


def test_one_hot():
    assert F.one_hot(mt.tensor([[2], [0]])).tolist() == [[[0, 0, 1]], [[1, 0, 0]]]
    assert F.one_hot(mt.tensor([], dtype=mt.int64), 3).shape == (0, 3)


# Dropout ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean(p):
    mt.manual_seed(1)
    x = mt.ones(400, 500)
    y = F.dropout(x, p).numpy()
    np.testing.assert_allclose(np.unique(y), [0, np.float32(1) / np.float32(1 - p)], rtol=1e-6)
    assert abs((y == 0).mean() - p) < 0.005


def test_dropout_gradient_follows_the_mask():
    x = random(50, 40)
    y = F.dropout(x, 0.3)
    (g,) = mt.autograd.grad(y.sum(), x, create_graph=True)
    assert ((g == 0) == (y == 0)).all()
    np.testing.assert_allclose(y.detach().numpy(), (x * g).detach().numpy(), rtol=1e-15)
    for drop in (F.dropout, lambda x: F.alpha_dropout(x, 0.4, True), lambda x: F.dropout(x, 1.0)):

        def same_mask(x, drop=drop):
            mt.manual_seed(0)
            return drop(x)

        gradcheck(same_mask, x[:3, :3].detach().clone().requires_grad_())


def test_dropout_of_channels():
    y = F.dropout2d(mt.ones(20, 30, 4, 5), 0.5).numpy()
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :, :1, :1]).all()
    for drop, shape in ((F.dropout1d, (6, 3)), (F.dropout3d, (6, 2, 2, 2))):  # without a batch
        y = drop(mt.ones(shape)).numpy().reshape(6, -1)
        assert (y == y[:, :1]).all()


def test_alpha_dropout_keeps_mean_and_variance():
    mt.manual_seed(2)
    x = mt.randn(500, 400)
    for p in (0.1, 0.5):
        y = F.alpha_dropout(x, p, training=True).numpy()
        assert abs(y.mean()) < 0.02 and abs(y.var() - 1) < 0.02
    y = F.feature_alpha_dropout(mt.ones(20, 30, 4), 0.5, True).numpy()
    assert (y == y[:, :, :1]).all() and len(np.unique(y)) == 2


def test_dropout_where_there_is_nothing_to_drop():
    x = mt.ones(3)
    assert (
        F.dropout(x, training=False) is x
        and F.dropout(x, 0.0) is x
        and mt.dropout(x, 0.5, False) is x
    )
    assert F.dropout(x, 1.0).tolist() == [0, 0, 0] and F.alpha_dropout(x, 1.0, True).tolist() == [
        0,
        0,
        0,
    ]
    assert F.dropout(mt.ones(0)).shape == (0,)
    assert nn.Dropout(0.5).eval()(x) is x


def test_dropout_in_place():
    x = mt.ones(100)
    assert F.dropout(x, inplace=True) is x and 20 < (x == 0).sum() < 80
    x = mt.ones(30, 4)
    assert F.dropout1d(x, inplace=True) is x and (x == x[:, :1]).all()
    x = mt.ones(100)
    assert mt.alpha_dropout_(x, 0.5, True) is x and len(np.unique(x.numpy())) == 2


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: F.dropout2d(mt.ones(2, 3)), "Received a 2-D input to dropout2d"),
        (lambda: F.dropout2d(mt.ones(2, 3, 4)), "Received a 3D input to dropout2d"),
        (lambda: F.dropout3d(mt.ones(2, 3)), "Received a 2-D input to dropout3d"),
        (lambda: nn.Hardtanh(min_value=-2), "`min_value` is deprecated"),
        (lambda: nn.Hardtanh(max_value=2), "`max_value` is deprecated"),
        (lambda: nn.Softmax()(mt.ones(2)), "Implicit dimension choice for softmax"),
        (lambda: F.log_softmax(mt.ones(2)), "Implicit dimension choice for log_softmax"),
        (lambda: F.gumbel_softmax(mt.ones(2), eps=1e-3), "`eps` parameter is deprecated"),
    ],
)
def test_warns(run, message):
    with pytest.warns((UserWarning, FutureWarning), match=message) as caught:
        run()
    # The warning points to the line that caused it: to the lambda above.
    assert (caught[0].filename, caught[0].lineno) == (__file__, run.__code__.co_firstlineno)


def test_gumbel_softmax_draws_with_the_probabilities():
    mt.manual_seed(0)
    p = mt.tensor([0.1, 0.2, 0.7])
    drawn = F.gumbel_softmax(p.log().expand(20000, 3), hard=True)
    np.testing.assert_allclose(drawn.mean(0).numpy(), p.numpy(), atol=0.01)


# Activations and shapes ---------------------------------------------------------------------------

ACTIVATIONS = [
    (nn.ReLU(), "ReLU()"), (nn.ReLU(True), "ReLU(inplace=True)"), (nn.ReLU6(), "ReLU6()"),
    (nn.Hardtanh(-2, 2), "Hardtanh(min_val=-2, max_val=2)"), (nn.Tanh(), "Tanh()"),
    (nn.Threshold(0.1, 2.0), "Threshold(threshold=0.1, value=2.0)"), (nn.SELU(), "SELU()"),
    (nn.LeakyReLU(0.2), "LeakyReLU(negative_slope=0.2)"), (nn.Sigmoid(), "Sigmoid()"),
    (nn.RReLU().eval(), "RReLU(lower=0.125, upper=0.3333333333333333)"), (nn.SiLU(), "SiLU()"),
    (nn.PReLU(3), "PReLU(num_parameters=3)"), (nn.ELU(0.5), "ELU(alpha=0.5)"),
    (nn.CELU(inplace=True), "CELU(alpha=1.0, inplace=True)"), (nn.Mish(), "Mish()"),
    (nn.GELU(), "GELU(approximate='none')"), (nn.Softsign(), "Softsign()"),
    (nn.Hardswish(), "Hardswish()"), (nn.Hardsigmoid(True), "Hardsigmoid()"),
    (nn.LogSigmoid(), "LogSigmoid()"), (nn.Softplus(2), "Softplus(beta=2, threshold=20.0)"),
    (nn.Tanhshrink(), "Tanhshrink()"), (nn.Hardshrink(), "Hardshrink(0.5)"),
    (nn.GLU(0), "GLU(dim=0)"), (nn.Identity(3), "Identity()"),
    (nn.Softshrink(0.1), "Softshrink(0.1)"), (nn.Softmax(1), "Softmax(dim=1)"),
    (nn.LogSoftmax(dim=-1), "LogSoftmax(dim=-1)"), (nn.Softmin(0), "Softmin(dim=0)"),
    (nn.Softmax2d(), "Softmax2d()"), (nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"),
    (nn.Unflatten(2, (2, 2)), "Unflatten(dim=2, unflattened_size=(2, 2))"),
    (nn.AlphaDropout(0.2).eval(), "AlphaDropout(p=0.2, inplace=False)"),
    (nn.FeatureAlphaDropout().eval(), "FeatureAlphaDropout(p=0.5, inplace=False)"),
    (nn.Dropout1d(inplace=True).eval(), "Dropout1d(p=0.5, inplace=True)"),
    (nn.Dropout2d().eval(), "Dropout2d(p=0.5, inplace=False)"),
    (nn.Dropout3d().eval(), "Dropout3d(p=0.5, inplace=False)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "text"), ACTIVATIONS, ids=lambda value: value if type(value) is str else ""
)
@pytest.mark.filterwarnings("ignore:dropout")
def test_prints_and_differentiates(layer, text):
    assert repr(layer) == text
    layer.double()
    x = random(4, 3, 4)
    layer(x * 1).sum().backward()
    gradcheck(lambda x: layer(x * 1), x.detach().requires_grad_())


def test_shapes():
    assert nn.Flatten(0, 1)(mt.zeros(2, 3, 4)).shape == (6, 4)
    assert nn.Unflatten(1, [2, -1])(mt.zeros(3, 8)).shape == (3, 2, 4)
