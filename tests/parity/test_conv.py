"""Convolution and padding beside PyTorch's: values, first and second derivatives, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from .compare import same, same_error

RNG = np.random.default_rng(0)


def numbers(*shape):
    return RNG.standard_normal(shape).astype(np.float64)


# name, shapes of input and weight, options
CONVOLUTIONS = [
    ("conv1d", (2, 3, 8), (4, 3, 3), {}),
    ("conv1d", (3, 8), (4, 3, 2), {"padding": 1}),
    ("conv2d", (2, 3, 6, 7), (4, 3, 3, 3), {}),
    ("conv2d", (2, 3, 6, 7), (4, 3, 1, 1), {}),
    ("conv2d", (2, 3, 9, 8), (4, 3, 3, 2), {"stride": 2, "padding": 1}),
    ("conv2d", (2, 3, 9, 8), (4, 3, 3, 2), {"stride": (3, 2), "padding": (2, 1)}),
    ("conv2d", (1, 4, 9, 9), (6, 2, 3, 3), {"groups": 2, "dilation": 2}),
    ("conv2d", (2, 4, 5, 5), (4, 1, 3, 3), {"groups": 4, "padding": "same"}),
    ("conv2d", (2, 2, 5, 5), (3, 2, 2, 4), {"padding": "same"}),
    ("conv2d", (2, 2, 5, 5), (3, 2, 2, 4), {"padding": "valid"}),
    ("conv2d", (3, 5, 5), (2, 3, 3, 3), {"padding": 1}),
    ("conv2d", (0, 3, 5, 5), (2, 3, 3, 3), {}),
    ("conv3d", (2, 2, 4, 5, 4), (3, 2, 2, 3, 2), {"stride": (1, 2, 1)}),
    ("conv_transpose1d", (2, 3, 5), (3, 2, 3), {"stride": 2, "output_padding": 1}),
    ("conv_transpose2d", (2, 3, 4, 5), (3, 4, 2, 3), {}),
    ("conv_transpose2d", (2, 3, 4, 5), (3, 4, 3, 3), {"stride": 2, "padding": 1}),
    ("conv_transpose2d", (3, 4, 5), (3, 4, 3, 3), {"dilation": 2}),
    ("conv_transpose2d", (2, 4, 4, 4), (4, 3, 3, 3), {"groups": 2, "stride": 3}),
    ("conv_transpose2d", (2, 3, 4, 4), (3, 2, 2, 2), {"dilation": 3, "output_padding": (2, 1)}),
    (
        "conv_transpose2d",
        (2, 3, 4, 4),
        (3, 2, 2, 2),
        {"padding": (1, 2), "dilation": 2, "output_padding": 1},
    ),
    ("conv_transpose3d", (1, 2, 3, 3, 3), (2, 2, 2, 2, 2), {"stride": 2}),
]


@pytest.mark.parametrize("name, shape, kernel, options", CONVOLUTIONS)
@pytest.mark.parametrize("bias", [True, False])
def test_convolutions(name, shape, kernel, options, bias):
    channels = kernel[1] * options.get("groups", 1) if "transpose" in name else kernel[0]

    def run(lib, x, w, b):
        return getattr(lib.nn.functional, name)(x, w, b if bias else None, **options)

    inputs = numbers(*shape), numbers(*kernel), numbers(channels)
    same(run, *inputs, slack=10, second=0 not in shape)
    same(run, *(x.astype(np.float32) for x in inputs), slack=10, second=False)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [1, (2, 1), "same"])
def test_padding_modes_of_layers(mode, padding):
    w = numbers(4, 3, 3, 3).astype(np.float32)

    def run(lib, x):
        layer = lib.nn.Conv2d(3, 4, 3, padding=padding, padding_mode=mode)
        with lib.no_grad():
            layer.weight.copy_(lib.tensor(w))
            layer.bias.fill_(0.5)
        return layer(x)

    same(run, numbers(2, 3, 6, 5).astype(np.float32), slack=10, second=False)


REPRS = [
    "Conv1d(3, 4, 3)",
    "Conv2d(3, 4, 3)",
    "Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=2, groups=2, bias=False)",
    "Conv2d(3, 4, 3, padding='same', padding_mode='reflect')",
    "Conv3d(2, 3, 2)",
    "ConvTranspose1d(3, 4, 3)",
    "ConvTranspose2d(3, 4, 3, output_padding=1, stride=2)",
    "ConvTranspose3d(2, 2, 2, groups=2)",
]


@pytest.mark.parametrize("text", REPRS)
def test_layers_begin_like_torchs(text):
    import minitorch as mt

    layers = []
    for lib in (mt, torch):
        lib.manual_seed(3)
        layers.append(eval("lib.nn." + text, {"lib": lib}))
    ours, theirs = layers
    assert repr(ours) == repr(theirs)
    for (name, a), (other, b) in zip(
        ours.state_dict().items(), theirs.state_dict().items(), strict=True
    ):
        assert name == other
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_output_size_of_transposed_convolution():
    def run(lib, x):
        lib.manual_seed(0)
        layer = lib.nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1)
        return layer(x, output_size=(9, 10)).detach()

    same(run, numbers(1, 2, 5, 5).astype(np.float32), slack=10)


PADS = [
    ((2, 3, 4), (1, 2), {}),
    ((2, 3, 4), (-1, 2), {}),
    ((2, 3, 4), (1, 0, 2, 3), {"value": 2.5}),
    ((2, 3, 4), (1, 1, 0, 2, 3, 0), {}),
    ((2, 3, 4), (3, 1), {"mode": "reflect"}),
    ((2, 3, 4), (5, 1), {"mode": "replicate"}),
    ((2, 3, 4), (4, 1), {"mode": "circular"}),
    ((2, 3, 4, 5), (1, 2, 3, 1), {"mode": "reflect"}),
    ((2, 3, 4, 5), (1, 2, 3, 1), {"mode": "replicate"}),
    ((1, 2, 3, 4, 5), (1, 2, 0, 1, 2, 1), {"mode": "circular"}),
]


@pytest.mark.parametrize("shape, widths, options", PADS)
def test_pad(shape, widths, options):
    same(lambda lib, x: lib.nn.functional.pad(x, widths, **options) ** 2, numbers(*shape), slack=4)


ERRORS = [
    "F.conv2d(x, w, b, padding='same', stride=2)",
    "F.conv2d(x, w, b, padding='foo')",
    "F.conv2d(x[:, :2], w, b)",
    "F.conv2d(x, w, b[:3])",
    "F.conv2d(x[0, 0], w)",
    "F.conv2d(x[:, :, :2], w)",
    "F.conv2d(x, w, stride=0)",
    "F.conv2d(x, w, padding=-1)",
    "F.conv2d(x, w, dilation=0)",
    "F.conv2d(x, w, groups=2)",
    "F.conv2d(x, w, groups=0)",
    "F.conv2d(x.double(), w)",
    "F.conv2d(x, w, stride=(1, 2, 3))",
    "F.conv_transpose2d(x, w)",
    "F.conv_transpose2d(x, w[:3], stride=2, output_padding=2)",
    "F.pad(x, (1, 2, 3))",
    "F.pad(x, (1, 1) * 5)",
    "F.pad(x, (-5, -5))",
    "F.pad(x, (9, 1), mode='reflect')",
    "F.pad(x, (9, 1), mode='circular')",
    "F.pad(x, (1, 1), mode='foo')",
    "F.pad(x, (1, 1), mode='reflect')",
    "F.pad(x, (1, 1, 1, 1), mode='reflect', value=2.0)",
    "nn.Conv2d(3, 4, 3, groups=2)",
    "nn.Conv2d(3, 4, 3, padding='same', stride=2)",
    "nn.Conv2d(3, 4, 3, groups=0)",
    "nn.Conv2d(3, 5, 3, groups=3)",
    "nn.ConvTranspose2d(3, 4, 3, padding_mode='reflect')",
]


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text):
    def run(lib, x, w, b):
        return eval(text, {"F": lib.nn.functional, "nn": lib.nn, "x": x, "w": w, "b": b})

    inputs = numbers(2, 3, 8, 8), numbers(4, 3, 3, 3), numbers(4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same_error(run, *(x.astype(np.float32) for x in inputs))
