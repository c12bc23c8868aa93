"""Normalizations beside PyTorch's."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import same, same_error
from .test_nn_layers import same_layer, uses_layer

RNG = np.random.default_rng(0)
SHAPES = {
    "BatchNorm1d": [(6, 4), (3, 4, 5)],
    "BatchNorm2d": [(3, 4, 5, 2)],
    "BatchNorm3d": [(2, 4, 2, 3, 2)],
}
ROWS = [(name, shape) for name, shapes in SHAPES.items() for shape in shapes]
OPTIONS = [
    {},
    {"affine": False},
    {"momentum": None},
    {"track_running_stats": False},
    {"bias": False},
]


def numbers(*shape, dtype=np.float32):
    return (RNG.standard_normal(shape) * 2 + 1).astype(dtype)


def carried(name, lib, options, w, b):
    """A layer with given weights."""
    layer = getattr(lib.nn, name)(4, **options)
    with lib.no_grad():
        if layer.weight is not None:
            layer.weight.copy_(lib.tensor(w))
        if layer.bias is not None:
            layer.bias.copy_(lib.tensor(b))
    return layer


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name, shape", ROWS)
@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_layers(name, shape, options, training):
    w, b = numbers(4), numbers(4)

    def run(lib, x, y):
        layer = carried(name, lib, options, w, b)
        layer(y.detach())
        layer.train(training)
        out = layer(x)
        kept = [value * 1.0 for value in layer.state_dict().values()]
        return [out, *kept]

    # without weights, what evaluation does is linear: there is no second derivative
    second = training or options.get("affine", True)
    same(run, numbers(*shape), numbers(*shape), slack=40, second=second)


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_function(training):
    def run(lib, x, w, b, mean, var):
        mean, var = mean.detach().clone(), (var * var).detach() + 0.5
        return lib.nn.functional.batch_norm(x, mean, var, w, b, training, 0.3, 1e-3), mean, var

    same(run, numbers(5, 3), numbers(3), numbers(3), numbers(3), numbers(3), slack=40)
    same(
        run,
        *(numbers(*s, dtype=np.float64) for s in [(4, 3, 7), (3,), (3,), (3,), (3,)]),
        slack=400,
    )


@pytest.mark.parametrize("shape, normalized", [((4, 5), (5,)), ((2, 3, 4), (3, 4)), ((3,), (3,))])
@pytest.mark.parametrize("affine", [True, False])
def test_layer_norm(shape, normalized, affine):
    def run(lib, x, w, b):
        w, b = (w, b) if affine else (None, None)
        return lib.nn.functional.layer_norm(x, normalized, w, b)

    same(run, numbers(*shape), numbers(*normalized), numbers(*normalized), slack=40)
    inputs = [numbers(*s, dtype=np.float64) for s in (shape, normalized, normalized)]
    same(run, *inputs, slack=40)


@pytest.mark.parametrize(
    "text",
    [
        "nn.BatchNorm1d(3)",
        "nn.BatchNorm2d(3, eps=0.1, momentum=None, affine=False, track_running_stats=False)",
        "nn.BatchNorm3d(3, bias=False)",
        "nn.LayerNorm(3)",
        "nn.LayerNorm((2, 3), eps=0.1, bias=False)",
        "nn.LayerNorm([2, 3], elementwise_affine=False)",
    ],
)
def test_repr_and_state(text):
    ours, theirs = eval(text, {"nn": mt.nn}), eval(text, {"nn": torch.nn})
    assert repr(ours) == repr(theirs)
    assert {k: v.tolist() for k, v in ours.state_dict().items()} == {
        k: v.tolist() for k, v in theirs.state_dict().items()
    }


ERRORS = [
    lambda lib: lib.nn.functional.batch_norm(lib.ones(2, 3), None, None),
    lambda lib: lib.nn.functional.batch_norm(lib.ones(1, 3), None, None, training=True),
    lambda lib: lib.nn.functional.batch_norm(lib.ones(3, 3), lib.zeros(2), lib.ones(3)),
    lambda lib: lib.nn.BatchNorm2d(3)(lib.ones(3, 3)),
    lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(3, 3, 3, 3)),
    lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(3, 4)),
    lambda lib: lib.nn.LayerNorm(3)(lib.ones(3, 4)),
    lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(3, 3, dtype=lib.int64)),
]


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_errors(number):
    same_error(ERRORS[number])


def test_evaluation_keeps_the_mean_that_it_used():
    def run(lib, x):
        layer = lib.nn.BatchNorm1d(3).eval()
        out = layer(x)
        layer.running_mean.detach().numpy()[:] = 100.0  # as the next batch does, uncounted
        out.sum().backward()
        return layer.weight.grad

    x = numbers(4, 3)
    ours = run(mt, mt.tensor(x))
    np.testing.assert_allclose(ours.numpy(), (x / np.sqrt(1 + 1e-5)).sum(0), rtol=1e-5)


X = numbers(3, 4, 6)
LAYERS = [
    ("GroupNorm", (2, 4), X),
    ("GroupNorm", (4, 4), X.reshape(3, 4, 3, 2)),
    ("GroupNorm", (1, 4, 0.1, False), X.reshape(3, 4, 3, 2)),
    ("GroupNorm", (1, 4), X[:, :, 0]),
    ("InstanceNorm1d", (4,), X),
    ("InstanceNorm1d", (4, 1e-3, 0.2, True, True), X),
    ("InstanceNorm1d", (4, 1e-3, None, True, True), X),
    ("InstanceNorm1d", (4,), X[0]),
    ("InstanceNorm2d", (4, 1e-3, 0.2, True), X.reshape(3, 4, 3, 2)),
    ("InstanceNorm2d", (3,), X.reshape(3, 4, 3, 2)),
    ("InstanceNorm2d", (4,), X[0].reshape(4, 3, 2)),
    ("InstanceNorm3d", (4, 1e-3, 0.2, True, True), X.reshape(3, 4, 3, 2, 1)),
    ("RMSNorm", (6,), X),
    ("RMSNorm", ((4, 6), 0.1), X),
    ("RMSNorm", (6, None, False), X),
    ("LocalResponseNorm", (2,), X),
    ("LocalResponseNorm", (3, 0.5, 0.6, 2.0), X.reshape(3, 4, 3, 2)),
    ("LocalResponseNorm", (20, 0.5), X.reshape(3, 4, 3, 2, 1)),
    ("SyncBatchNorm", (4,), X),
    ("SyncBatchNorm", (4, 1e-3, None), X[:, :, 0]),
]


@pytest.mark.parametrize("dtype, tolerance", [("float32", 6e-6), ("float64", 1e-12)])
@pytest.mark.parametrize("name, args, x", LAYERS, ids=lambda v: v if type(v) is str else "")
def test_layers(name, args, x, dtype, tolerance):
    same_layer(uses_layer(name, args, (x,), dtype), tolerance)


NAMES = sorted({row[0] for row in LAYERS} | {"CrossMapLRN2d", "LazyInstanceNorm1d"})


@pytest.mark.parametrize("name", NAMES)
def test_constructors(name):
    ours, theirs = (inspect.signature(getattr(lib.nn, name).__init__) for lib in (mt, torch))
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]


FUNCTIONS = [
    (lambda lib, x, w: lib.nn.functional.group_norm(x, 2, w, w), (3, 4, 6), (4,)),
    (lambda lib, x, w: lib.nn.functional.group_norm(x, 2, w), (3, 4, 6), (4,)),
    (lambda lib, x, w: lib.group_norm(x, 1, w), (3, 4), (4,)),
    (lambda lib, x, w: lib.nn.functional.instance_norm(x, None, None, w, w), (3, 4, 6), (4,)),
    (lambda lib, x, w: lib.nn.functional.rms_norm(x, (4, 6), w), (3, 4, 6), (4, 6)),
    (lambda lib, x, w: lib.rms_norm(x, (6,), None, 0.1), (3, 4, 6), ()),
    (lambda lib, x, w: lib.layer_norm(x, (6,), w, w), (3, 4, 6), (6,)),
    (lambda lib, x, w: lib.nn.functional.local_response_norm(x, 3, 0.5, 0.4), (3, 4, 6), ()),
    (lambda lib, x, w: lib.nn.functional.normalize(x, dim=-1), (3, 4, 6), ()),
    (lambda lib, x, w: lib.nn.functional.normalize(x, 3.0, 0, 0.5), (3, 4), ()),
    (lambda lib, x, w: lib.batch_norm(x, w, w, None, None, True, 0.1, 0.1, True), (3, 4), (4,)),
]


@pytest.mark.parametrize("number", range(len(FUNCTIONS)))
def test_functions(number):
    run, shape, size = FUNCTIONS[number]
    same(run, numbers(*shape), numbers(*size), slack=60)
    wide = [numbers(*shape, dtype=np.float64), numbers(*size, dtype=np.float64)]
    same(run, *wide, slack=400)
    turned = [wide[0].swapaxes(0, 1).copy(), wide[1]]
    same(lambda lib, x, w: run(lib, x.transpose(0, 1), w), *turned, names=False, slack=400)


@pytest.mark.parametrize("size, shape", [(1, (2, 4, 1, 2)), (3, (2, 5, 2, 2)), (4, (1, 6, 2, 1))])
def test_cross_map_normalization(size, shape):
    # only the values: PyTorch's gradient does not belong to them
    def run(lib, x):
        return lib.nn.CrossMapLRN2d(size, 0.5, 0.6, 2.0)(x)

    same(run, numbers(*shape), grad=False, slack=4)


@pytest.mark.parametrize("name", ["layer_norm", "group_norm", "rms_norm", "batch_norm"])
@pytest.mark.parametrize("half", [True, False])
def test_float16(name, half):
    def run(lib, x, w):
        f = lib.nn.functional
        calls = {
            "layer_norm": lambda: f.layer_norm(x, (6,), w, w),
            "group_norm": lambda: f.group_norm(x, 3, w, w),
            "rms_norm": lambda: f.rms_norm(x, (6,), w),
            "batch_norm": lambda: f.batch_norm(x, None, None, w, w, True),
        }
        return calls[name]()

    weight = numbers(6, dtype=np.float16 if half else np.float32)
    # only the values: PyTorch rounds more often on the way to the gradients
    same(run, numbers(4, 6, dtype=np.float16), weight, grad=False, slack=3)
