"""Activation functions beside PyTorch: values, both derivatives, in-place forms, refusals."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.compare import compare, error, same, same_error


def F(lib):
    return lib.nn.functional


CALLS = {
    "relu": lambda lib, x: F(lib).relu(x),
    "torch.relu": lambda lib, x: lib.relu(x),
    "x.relu": lambda lib, x: x.relu(),
    "relu6": lambda lib, x: F(lib).relu6(x),
    "leaky_relu": lambda lib, x: F(lib).leaky_relu(x),
    "leaky_relu 0.3": lambda lib, x: F(lib).leaky_relu(x, 0.3),
    "leaky_relu 2": lambda lib, x: F(lib).leaky_relu(x, negative_slope=2),
    "leaky_relu -1": lambda lib, x: F(lib).leaky_relu(x, -1.0),
    "elu": lambda lib, x: F(lib).elu(x),
    "elu 0.7": lambda lib, x: F(lib).elu(x, 0.7),
    "selu": lambda lib, x: F(lib).selu(x),
    "torch.selu": lambda lib, x: lib.selu(x),
    "celu": lambda lib, x: F(lib).celu(x),
    "celu 2": lambda lib, x: F(lib).celu(x, alpha=2.0),
    "gelu": lambda lib, x: F(lib).gelu(x),
    "gelu tanh": lambda lib, x: F(lib).gelu(x, approximate="tanh"),
    "silu": lambda lib, x: F(lib).silu(x),
    "mish": lambda lib, x: F(lib).mish(x),
    "softplus": lambda lib, x: F(lib).softplus(x),
    "softplus beta": lambda lib, x: F(lib).softplus(x, beta=2.5, threshold=5),
    "hardtanh": lambda lib, x: F(lib).hardtanh(x),
    "hardtanh limits": lambda lib, x: F(lib).hardtanh(x, -2.5, 0.4),
    "hardswish": lambda lib, x: F(lib).hardswish(x),
    "hardsigmoid": lambda lib, x: F(lib).hardsigmoid(x),
    "logsigmoid": lambda lib, x: F(lib).logsigmoid(x),
    "softsign": lambda lib, x: F(lib).softsign(x),
    "tanhshrink": lambda lib, x: F(lib).tanhshrink(x),
    "softshrink": lambda lib, x: F(lib).softshrink(x),
    "softshrink 1.5": lambda lib, x: F(lib).softshrink(x, 1.5),
    "hardshrink": lambda lib, x: F(lib).hardshrink(x),
    "hardshrink 0": lambda lib, x: x.hardshrink(0),
    "threshold": lambda lib, x: F(lib).threshold(x, 0.2, -7.5),
    "torch.threshold": lambda lib, x: lib.threshold(x, -1, 2),
    "rrelu": lambda lib, x: F(lib).rrelu(x, 0.1, 0.5),
    "sigmoid": lambda lib, x: lib.sigmoid(x),
    "F.sigmoid": lambda lib, x: F(lib).sigmoid(x),
    "F.tanh": lambda lib, x: F(lib).tanh(x),
    "softmax": lambda lib, x: F(lib).softmax(x, -1),
    "softmax dtype": lambda lib, x: lib.softmax(x, 0, dtype=lib.float64),
    "x.softmax": lambda lib, x: x.softmax(-1),
    "log_softmax": lambda lib, x: F(lib).log_softmax(x, dim=0),
    "x.log_softmax": lambda lib, x: x.log_softmax(-1),
    "log_softmax dtype": lambda lib, x: F(lib).log_softmax(x, 0, dtype=lib.float64),
    "softmin": lambda lib, x: F(lib).softmin(x, dim=0),
}  # fmt: skip
KINKS = np.array([-6.0, -3.0, -2.5, -1.5, -1.0, -0.5, -0.0, 0.0, 0.2, 0.4, 0.5, 1.0, 1.5, 3.0, 6.0])
WIDE = np.array(
    [-np.inf, -1e30, -100.0, -20.5, -5.5, -1e-3, 1e-3, 5.5, 19.5, 20.5, 100.0, 1e30, np.inf, np.nan]
)


def slack(call, dtype):
    if call.startswith("gelu") and dtype == "float32":
        return 4  # PyTorch's own erf in gelu is right to 1e-6
    return 10 if dtype == "float64" else 3


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_derivatives(call, dtype):
    x = (np.random.default_rng(0).standard_normal((5, 7)) * 3).astype(dtype)
    same(CALLS[call], x, second=has_second(call), slack=slack(call, dtype))


def has_second(call):
    """PyTorch has no second derivative of hardsigmoid."""
    return call != "hardsigmoid"


@pytest.mark.parametrize("call", CALLS)
def test_at_the_kinks(call):
    # at a kink of the derivative the second one may be that of either side
    same(CALLS[call], KINKS, second=has_second(call) and "elu" not in call, slack=10)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_at_the_edges(call, dtype):
    x = WIDE.astype(dtype)
    if call == "gelu":
        x = x[:-2]  # PyTorch says that gelu of inf is NaN in float32
    if "soft" in call and ("max" in call or "min" in call):
        x = x[1:-2]
    same(CALLS[call], x, grad=False, slack=slack(call, dtype))


@pytest.mark.parametrize("call", CALLS)
def test_gradients_at_the_edges(call):
    x = WIDE[:-1].astype("float32")
    if call == "gelu" or ("soft" in call and ("max" in call or "min" in call)):
        x = x[1:-1]  # of inf these are NaN; gelu in PyTorch's float32 only
    same(CALLS[call], x, second=False, slack=3)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (2, 3, 4, 2)])
def test_shapes(call, shape):
    x = np.asarray(np.random.default_rng(0).standard_normal(shape))
    same(CALLS[call], x, second=has_second(call), slack=10)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", ["float16", "int64", "uint8", "bool", "complex64"])
def test_other_dtypes(call, dtype):
    x = (np.array([1, 0, 1]) if dtype == "bool" else np.array([3, 1, 2])).astype(dtype)
    if error(torch, CALLS[call], [x], False) is not None:
        same_error(CALLS[call], x)
    else:
        same(CALLS[call], x, grad=False, slack=3)


def test_gradients_in_float16():
    x = (np.random.default_rng(0).standard_normal(40) * 3).astype("float16")
    for call in CALLS:
        if "shrink" not in call and "softsign" not in call:
            same(CALLS[call], x, second=False, slack=2)


IN_PLACE = {
    "relu": lambda lib, x: F(lib).relu(x * 1, inplace=True),
    "relu_": lambda lib, x: lib.relu_(x * 1),
    "x.relu_": lambda lib, x: (x * 1).relu_(),
    "F.relu_": lambda lib, x: F(lib).relu_(x * 1),
    "relu6": lambda lib, x: F(lib).relu6(x * 1, inplace=True),
    "hardtanh": lambda lib, x: F(lib).hardtanh(x * 1, -2, 2, True),
    "hardtanh_": lambda lib, x: F(lib).hardtanh_(x * 1, -2, 2),
    "leaky_relu": lambda lib, x: F(lib).leaky_relu(x * 1, 0.2, True),
    "leaky_relu_": lambda lib, x: F(lib).leaky_relu_(x * 1),
    "elu": lambda lib, x: F(lib).elu(x * 1, inplace=True),
    "elu_": lambda lib, x: F(lib).elu_(x * 1, 0.5),
    "selu": lambda lib, x: F(lib).selu(x * 1, inplace=True),
    "selu_": lambda lib, x: lib.selu_(x * 1),
    "celu": lambda lib, x: F(lib).celu(x * 1, 1.5, inplace=True),
    "silu": lambda lib, x: F(lib).silu(x * 1, inplace=True),
    "mish": lambda lib, x: F(lib).mish(x * 1, inplace=True),
    "hardswish": lambda lib, x: F(lib).hardswish(x * 1, inplace=True),
    "hardsigmoid": lambda lib, x: F(lib).hardsigmoid(x * 1, inplace=True),
    "threshold": lambda lib, x: F(lib).threshold(x * 1, 0.1, 3, inplace=True),
    "threshold_": lambda lib, x: lib.threshold_(x * 1, 0.1, 3),
    "rrelu": lambda lib, x: F(lib).rrelu(x * 1, 0.1, 0.5, inplace=True),
    "sigmoid_": lambda lib, x: (x * 1).sigmoid_(),
    "tanh_": lambda lib, x: (x * 1).tanh_(),
}  # fmt: skip


@pytest.mark.parametrize("call", IN_PLACE)
def test_in_place(call):
    x = np.random.default_rng(0).standard_normal((4, 5))
    same(IN_PLACE[call], x, second=False, names=False, slack=10)
    same(lambda lib, x: IN_PLACE[call](lib, x).data_ptr() > 0, x)
    same_error(lambda lib, x: F(lib).relu(x.requires_grad_(), inplace=True), x)


@pytest.mark.parametrize("shape", [(4,), (4, 3), (2, 3, 2), ()])
@pytest.mark.parametrize("weights", [1, 3, ()])
def test_prelu(shape, weights):
    rng = np.random.default_rng(0)
    x, weight = np.asarray(rng.standard_normal(shape)), rng.standard_normal(weights)
    if weights == 3 and len(shape) < 2:
        same_error(lambda lib, x, w: F(lib).prelu(x, w), x, np.asarray(weight))
    else:
        same(lambda lib, x, w: F(lib).prelu(x, w), x, np.asarray(weight))


@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dimensions(dim, dtype):
    x = np.random.default_rng(0).standard_normal((4, 6)).astype(dtype)
    for name in ("glu", "softmax", "log_softmax", "softmin"):
        same(lambda lib, x, name=name: getattr(F(lib), name)(x, dim), x, slack=10)
        same(lambda lib, x, name=name: getattr(F(lib), name)(x.t(), dim), x, slack=10)


def test_large_rows():
    x = (np.random.default_rng(0).standard_normal((300, 700)) * 5).astype("float32")
    for call in ("softmax", "log_softmax", "sigmoid", "gelu", "relu", "leaky_relu", "silu"):
        same(CALLS[call], x, slack=5)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize("ndim", [0, 1, 2, 3, 4])
def test_implicit_dimension(name, ndim):
    x = np.asarray(np.random.default_rng(0).standard_normal((2, 3, 4, 2)[:ndim]))
    same(lambda lib, x: getattr(F(lib), name)(x), x)
    said = []
    for lib in (mt, torch):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            getattr(F(lib), name)(lib.tensor(x))
        said.append([(str(w.message), w.category, w.filename) for w in caught])
    assert said[0] == said[1]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rrelu_draws_the_same_numbers(training, dtype):
    def program(lib, x):
        lib.manual_seed(3)
        return F(lib).rrelu(x, 0.1, 0.4, training=training), lib.rrelu(x, training=training)

    same(program, np.random.default_rng(0).standard_normal((5, 6)).astype(dtype))


NOT_TENSORS = [
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "softplus",
    "hardtanh",
    "hardswish", "hardsigmoid", "logsigmoid", "softshrink", "hardshrink", "rrelu", "tanhshrink",
    "softsign",
]  # fmt: skip


@pytest.mark.parametrize("name", NOT_TENSORS)
@pytest.mark.parametrize("value", [2.0, "a", None])
def test_not_a_tensor(name, value):
    same_error(lambda lib: getattr(F(lib), name)(value))


REFUSED = {
    "softmax dim": lambda lib, x: F(lib).softmax(x, 5),
    "softmax dim None": lambda lib, x: lib.softmax(x, None),
    "softmax dim float": lambda lib, x: lib.softmax(x, 1.5),
    "softmax of integers": lambda lib, x: F(lib).softmax(x.long(), 0),
    "softmax of integers along 0": lambda lib, x: F(lib).softmax(x.long()[None], 0),
    "log_softmax of integers": lambda lib, x: F(lib).log_softmax(x.long(), 0),
    "softmax to integers": lambda lib, x: F(lib).softmax(x, 0, dtype=lib.int64),
    "log_softmax dim": lambda lib, x: F(lib).log_softmax(x, -3),
    "glu odd": lambda lib, x: F(lib).glu(lib.ones(3)),
    "glu 0-d": lambda lib, x: F(lib).glu(lib.tensor(1.0)),
    "glu dim": lambda lib, x: F(lib).glu(x, 1),
    "glu integers": lambda lib, x: F(lib).glu(x.long()),
    "gelu approximate": lambda lib, x: F(lib).gelu(x, approximate="a"),
    "gelu approximate bool": lambda lib, x: F(lib).gelu(x, approximate=True),
    "leaky_relu slope": lambda lib, x: F(lib).leaky_relu(x, negative_slope="a"),
    "celu 0": lambda lib, x: F(lib).celu(x, 0.0),
    "hardtanh limits": lambda lib, x: F(lib).hardtanh(x, 2, -2),
    "prelu channels": lambda lib, x: F(lib).prelu(lib.ones(2, 3), x),
    "prelu weight": lambda lib, x: F(lib).prelu(x, lib.ones(2, 2)),
    "prelu number": lambda lib, x: F(lib).prelu(x, 2.0),
    "prelu 0-d": lambda lib, x: F(lib).prelu(lib.tensor(1.0), x),
    "rrelu bounds": lambda lib, x: F(lib).rrelu(x, 0.5, 0.3),
    "softshrink negative": lambda lib, x: F(lib).softshrink(x.float(), -1),
    "softshrink negative double": lambda lib, x: F(lib).softshrink(x, -1.5),
    "leaf in place": lambda lib, x: F(lib).silu(x.requires_grad_(), inplace=True),
}  # fmt: skip


@pytest.mark.parametrize("call", REFUSED)
def test_refused(call):
    same_error(REFUSED[call], np.array([1.0, 2.0]))


def test_a_kept_result_changed_in_place():
    """relu, sigmoid, tanh and softmax keep their result, the others their input."""
    keep_out = ("relu", "sigmoid", "F.tanh", "softmax", "log_softmax")
    for call in (
        "relu",
        "sigmoid",
        "F.tanh",
        "softmax",
        "log_softmax",
        "gelu",
        "silu",
        "elu",
        "softplus",
    ):
        for change in ("input", "result"):

            def program(lib, x, call=call, change=change):
                x = x * 1
                y = CALLS[call](lib, x)
                (x if change == "input" else y).add_(1)
                return y

            x = np.random.default_rng(0).standard_normal(5)
            if (change == "result") == (call in keep_out):
                same_error(lambda lib, x, p=program: p(lib, x).sum().backward(), x, grad=True)
            else:
                same(program, x, second=False, names=False, slack=10)


def test_relu_of_relu_has_a_zero_second_derivative():
    def program(lib, x):
        (g,) = lib.autograd.grad(lib.relu(x).sum(), x, create_graph=True)
        (h,) = lib.autograd.grad(g.sum(), x)
        return h

    same(program, np.array([-1.0, 2.0]), grad=True)


def test_saturated_mask_keeps_infinite_gradients_out():
    def program(lib, x):
        weight = lib.tensor(np.full(2000, np.inf))
        return lib.autograd.grad(lib.relu(x), x, weight)[0]

    x = np.random.default_rng(0).standard_normal(2000)
    results = [program(lib, lib.tensor(x, requires_grad=True)) for lib in (mt, torch)]
    compare("gradient", *results, 1)
