"""Pooling beside PyTorch's: values, indices, first and second derivatives, layers, errors."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import same, same_error

RNG = np.random.default_rng(0)


def numbers(*shape):
    return RNG.standard_normal(shape)


MAX = [
    ("max_pool1d", (2, 3, 9), (2,), {}),
    ("max_pool1d", (3, 9), (3,), {"stride": 2, "padding": 1, "ceil_mode": True}),
    ("max_pool2d", (2, 3, 8, 6), (2,), {}),
    ("max_pool2d", (3, 8, 7), (3,), {"stride": 2, "padding": 1}),
    ("max_pool2d", (2, 3, 8, 7), ((3, 2),), {"stride": (2, 1), "dilation": 2}),
    ("max_pool2d", (2, 3, 7, 7), (2,), {"ceil_mode": True}),
    ("max_pool2d", (0, 3, 8, 8), (2,), {}),
    ("max_pool3d", (2, 2, 4, 6, 4), (2,), {}),
    ("adaptive_max_pool1d", (2, 3, 9), (4,), {}),
    ("adaptive_max_pool2d", (2, 3, 7, 8), ((3, None),), {}),
    ("adaptive_max_pool3d", (2, 2, 4, 5, 6), (2,), {}),
]


@pytest.mark.parametrize("name, shape, arguments, options", MAX)
def test_max_pooling(name, shape, arguments, options):
    def run(lib, x, indices=False):
        function = getattr(lib.nn.functional, name)
        return function(x, *arguments, **options, return_indices=indices)

    same(lambda lib, x: run(lib, x) * run(lib, x), numbers(*shape), second=0 not in shape)
    same(run, numbers(*shape), second=False)
    same(lambda lib, x: list(run(lib, x, True)), numbers(*shape).round(), grad=False)
    with_nan = numbers(*shape)
    with_nan.reshape(-1)[::5] = np.nan
    same(lambda lib, x: list(run(lib, x, True)), with_nan, second=False)


MEAN = [
    ("avg_pool1d", (2, 3, 9), (2,), {}),
    ("avg_pool1d", (3, 9), (3,), {"stride": 2, "padding": 1, "count_include_pad": False}),
    ("avg_pool2d", (2, 3, 8, 6), (2,), {}),
    ("avg_pool2d", (3, 8, 7), (3,), {"stride": 2, "padding": 1}),
    (
        "avg_pool2d",
        (2, 3, 8, 7),
        ((3, 2),),
        {"stride": (2, 1), "padding": (1, 0), "ceil_mode": True},
    ),
    (
        "avg_pool2d",
        (2, 3, 7, 7),
        (3,),
        {"padding": 1, "ceil_mode": True, "count_include_pad": False},
    ),
    ("avg_pool2d", (2, 3, 7, 7), (3,), {"divisor_override": 5}),
    ("avg_pool3d", (2, 2, 4, 6, 4), (2,), {"stride": 1, "padding": 1}),
    ("adaptive_avg_pool1d", (2, 3, 9), (4,), {}),
    ("adaptive_avg_pool2d", (2, 3, 7, 8), ((3, None),), {}),
    ("adaptive_avg_pool2d", (2, 3, 7, 8), (1,), {}),
    ("adaptive_avg_pool2d", (3, 4, 4), ((2, 2),), {}),
    ("adaptive_avg_pool3d", (2, 2, 4, 5, 6), (2,), {}),
]


@pytest.mark.parametrize("name, shape, arguments, options", MEAN)
def test_average_pooling(name, shape, arguments, options):
    def run(lib, x):
        return getattr(lib.nn.functional, name)(x, *arguments, **options)

    same(run, numbers(*shape), second=False)
    same(lambda lib, x: run(lib, x) ** 2, numbers(*shape), slack=4)
    same(run, numbers(*shape).astype(np.float32), second=False)


def test_whole_numbers():
    x = RNG.integers(-9, 9, (1, 2, 6, 6))
    same(lambda lib, x: lib.nn.functional.max_pool2d(x, 2), x)
    same(lambda lib, x: lib.nn.functional.avg_pool2d(x, 2), x)


LAYERS = [
    "MaxPool1d(2)",
    "MaxPool2d(2)",
    "MaxPool2d(3, stride=2, padding=1, ceil_mode=True)",
    "MaxPool3d(2)",
    "AvgPool1d(2)",
    "AvgPool2d(2)",
    "AvgPool2d((3, 2), padding=1, count_include_pad=False)",
    "AvgPool3d(2)",
    "AdaptiveAvgPool1d(3)",
    "AdaptiveAvgPool2d((1, None))",
    "AdaptiveAvgPool3d(2)",
    "AdaptiveMaxPool1d(2)",
    "AdaptiveMaxPool2d(3)",
    "AdaptiveMaxPool3d(2)",
]


@pytest.mark.parametrize("text", LAYERS)
def test_layers(text):
    ours, theirs = (eval("lib.nn." + text, {"lib": lib}) for lib in (mt, torch))
    assert repr(ours) == repr(theirs)
    dims = int(text[text.index("d(") - 1])
    x = numbers(2, 3, *[6] * dims)
    same(lambda lib, x: (ours if lib is mt else theirs)(x), x, second=False)


def test_layer_returns_indices():
    x = numbers(2, 3, 6, 6)
    same(lambda lib, x: list(lib.nn.MaxPool2d(2, return_indices=True)(x)), x, second=False)


ERRORS = [
    "F.max_pool2d(x, 2.5)",
    "F.max_pool2d(x, True)",
    "F.max_pool2d(x, 2, stride=1.5)",
    "F.avg_pool2d(x, 2.5)",
    "F.max_pool1d(x[0], 2.5)",
    "F.max_pool1d(x[0], 2, padding=-1)",
    "F.avg_pool1d(x[0], 2.5)",
    "F.max_pool2d(x, 2, padding=2)",
    "F.max_pool2d(x, 2, stride=0)",
    "F.max_pool2d(x[0, 0], 2)",
    "F.max_pool2d(x, 9)",
    "F.max_pool2d(x, (2, 2, 2))",
    "F.max_pool2d(x, 2, dilation=0)",
    "F.max_pool2d(x, 2, padding=-1)",
    "F.max_pool2d(x[:, :0], 2)",
    "F.max_pool3d(x[0, 0], 2)",
    "F.max_pool1d(x, 2)",
    "F.max_pool1d(x[0], 2, padding=2)",
    "F.max_pool1d(x[0], 9)",
    "F.avg_pool1d(x, 2)",
    "F.avg_pool1d(x[0], 2, padding=2)",
    "F.avg_pool2d(x, 9)",
    "F.avg_pool2d(x, 2, padding=2)",
    "F.avg_pool2d(x, 2, stride=0)",
    "F.avg_pool2d(x, 2, divisor_override=0)",
    "F.adaptive_avg_pool2d(x, -1)",
]


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text):
    same_error(lambda lib, x: eval(text, {"F": lib.nn.functional, "x": x}), numbers(2, 3, 8, 8))
