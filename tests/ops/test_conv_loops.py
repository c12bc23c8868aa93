"""The loops of `conv_loops` give what `conv_arrays` gives."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import cpp, kernels
from minitorch.ops import conv_arrays, conv_loops

pytestmark = pytest.mark.skipif(cpp.compiler() is None, reason="no C++ compiler")

# Images, input and output channels of a group, groups, size, kernel, stride, padding, dilation.
SHAPES = {
    "LeNet": (3, 1, 6, 1, (28, 28), (5, 5), (1, 1), (2, 2), (1, 1)),
    "RGB to 64": (2, 3, 64, 1, (17, 13), (7, 7), (2, 2), (3, 3), (1, 1)),
    "many channels": (2, 70, 19, 1, (9, 8), (3, 3), (1, 1), (1, 1), (1, 1)),
    "not square": (2, 4, 5, 1, (11, 30), (1, 6), (3, 1), (0, 4), (1, 2)),
    "stride and dilation share 2": (2, 3, 4, 1, (15, 16), (3, 4), (2, 4), (1, 2), (2, 2)),
    "stride beyond the kernel": (2, 3, 4, 1, (15, 16), (2, 1), (3, 3), (0, 0), (1, 1)),
    "padding beyond the kernel": (2, 3, 4, 1, (6, 5), (2, 1), (1, 2), (4, 3), (1, 1)),
    "one pixel": (1, 2, 3, 1, (1, 1), (1, 1), (1, 1), (0, 0), (1, 1)),
    "groups": (2, 3, 5, 4, (9, 10), (3, 2), (1, 2), (1, 1), (1, 1)),
    "depthwise": (2, 1, 1, 20, (12, 12), (3, 3), (2, 2), (1, 1), (1, 1)),
    "no images": (0, 2, 3, 1, (6, 6), (3, 3), (1, 1), (1, 1), (1, 1)),
    "large": (2, 16, 24, 1, (40, 60), (3, 3), (1, 1), (1, 1), (1, 1)),
    "1-d": (3, 4, 10, 1, (100,), (5,), (2,), (3,), (3,)),
    "long 1-d": (1, 1, 4, 1, (20000,), (9,), (1,), (4,), (1,)),
    "3-d": (2, 3, 4, 1, (5, 6, 7), (2, 3, 3), (1, 2, 1), (1, 0, 1), (1, 1, 2)),
}


def arrays(shape, dtype=np.float64):
    """x, w and g for a shape, and the arguments of the three functions."""
    n, inputs, outputs, groups, size, kernel, stride, padding, dilation = shape
    out = conv_arrays.output_size(size, kernel, stride, padding, dilation)
    back = conv_arrays.input_size(out, kernel, stride, padding, (0,) * len(out), dilation)
    rest = tuple(a - b for a, b in zip(size, back, strict=True))
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, groups * inputs, *size)).astype(dtype)
    w = rng.standard_normal((groups * outputs, inputs, *kernel)).astype(dtype)
    g = rng.standard_normal((n, groups * outputs, *out)).astype(dtype)
    return {
        "convolve": (x, w, stride, padding, dilation, groups),
        "convolve_weight": (x, g, kernel, stride, padding, dilation, groups),
        "convolve_transposed": (g, w, stride, padding, rest, dilation, groups),
    }


def check(name, args, tolerance=1e-12):
    """Both ways give the same."""
    result = getattr(conv_loops, name)(*args)
    expected = getattr(conv_arrays, name)(*args)
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    assert result.flags.c_contiguous
    largest = np.max(np.abs(expected), initial=0, where=np.isfinite(expected))
    np.testing.assert_allclose(result, expected, rtol=0, atol=tolerance * largest)


NAMES = "convolve", "convolve_weight", "convolve_transposed"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_loops_give_what_matrices_give(name, shape, dtype):
    check(name, arrays(SHAPES[shape], dtype)[name], 1e-5 if dtype == np.float32 else 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_other_strides_in_memory(name):
    a, b, *rest = arrays(SHAPES["groups"])[name]
    check(name, (np.asfortranarray(a), b[..., ::-1], *rest))
    check(name, (np.repeat(a, 2, 1)[:, ::2], np.broadcast_to(b[:1], b.shape), *rest))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", ["stride and dilation share 2", "padding beyond the kernel"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_is_not_finite_spreads_no_further(name, shape, value):
    a, b, *rest = arrays(SHAPES[shape])[name]
    for place in 0, a.size // 2, a.size - 1:
        one = a.copy()
        one.flat[place] = value
        check(name, (one, b, *rest))


def test_output_padding():
    g, w, _, padding, _, dilation, groups = arrays(SHAPES["groups"])["convolve_transposed"]
    check("convolve_transposed", (g, w, (2, 3), padding, (1, 2), dilation, groups))


@pytest.mark.parametrize("name", NAMES)
def test_two_dtypes_are_refused(name):
    a, b, *rest = arrays(SHAPES["groups"])[name]
    with pytest.raises(TypeError, match="one dtype, not float32 and float64"):
        getattr(conv_loops, name)(a.astype(np.float32), b, *rest)


def test_threads(monkeypatch):
    cpp.threads.share()
    monkeypatch.setattr(cpp.threads, "count", lambda elements: 4)
    for name, args in arrays(SHAPES["large"]).items():
        check(name, args)


def test_a_small_gradient_is_summed_as_exactly_as_by_matrices():
    args = arrays((8, 2, 3, 1, (80, 80), (3, 3), (1, 1), (1, 1), (1, 1)), np.float32)
    x, g, *rest = args["convolve_weight"]
    exact = conv_arrays.convolve_weight(x.astype(float), g.astype(float), *rest)
    error = np.abs(conv_loops.convolve_weight(x, g, *rest) - exact).max()
    assert error < 1e-6 * np.abs(exact).max()


def test_fits():
    x, out = np.zeros((8, 64, 28, 28), np.float32), (8, 64, 28, 28)
    kernels.use_loops(False)
    assert not conv_loops.fits(x, out, (64, 64, 3, 3), (1, 1))
    kernels.use_loops()  # until the end of the test
    assert conv_loops.fits(x, out, (64, 64, 3, 3), (1, 1))
    assert not conv_loops.fits(x, out, (64, 64, 1, 1), (1, 1))
    assert not conv_loops.fits(x, (1, 4, 8, 8), (4, 4, 3, 3), (1, 1))
    assert not conv_loops.fits(x.astype(np.float16), out, (64, 64, 3, 3), (1, 1))


@pytest.mark.parametrize("stride", [1, 2])
def test_a_layer_uses_them(monkeypatch, stride):
    calls = []

    def noted(name, function):
        monkeypatch.setattr(conv_loops, name, lambda *args: calls.append(name) or function(*args))

    for name in NAMES:
        noted(name, getattr(conv_loops, name))
    layer = mt.nn.Conv2d(8, 12, 3, stride, 1)
    x = mt.linspace(-1, 1, 8 * 8 * 20 * 20).reshape(8, 8, 20, 20).requires_grad_()

    def found():
        y = layer(x)
        grads = mt.autograd.grad(y.square().sum(), [x, *layer.parameters()])
        return [tensor.detach().numpy() for tensor in (y, *grads)]

    kernels.use_loops(False)
    expected = found()
    assert not calls
    kernels.use_loops()
    for ours, theirs in zip(found(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-3)
    assert sorted(calls) == sorted(NAMES)
