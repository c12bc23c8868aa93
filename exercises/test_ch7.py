"""Tests of the exercises of chapter 7: they compare with MiniTorch's own convolution."""

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "padding", "dilation"),
    [(5, 3, 1, 0, 1), (5, 5, 1, 0, 1), (6, 3, 2, 0, 1), (7, 3, 2, 1, 1), (9, 3, 1, 2, 3),
     (28, 7, 3, 3, 1), (11, 2, 4, 0, 5), (4, 4, 9, 0, 1)],
)  # fmt: skip
def test_7_1_places(work, size, kernel_size, stride, padding, dilation):
    line, kernel = mt.zeros(1, 1, size), mt.zeros(1, 1, kernel_size)
    expected = F.conv1d(line, kernel, stride=stride, padding=padding, dilation=dilation).shape[2]
    assert work.places(size, kernel_size, stride, padding, dilation) == expected


@pytest.mark.parametrize(("kernel_size", "stride"), [(1, 1), (2, 1), (3, 1), (3, 2), (2, 3)])
def test_7_2_columns(work, rng, kernel_size, stride):
    x = rng.standard_normal((2, 5, 7))
    expected = F.unfold(mt.from_numpy(x)[None], kernel_size, stride=stride)[0].numpy()
    result = work.columns(x, kernel_size, stride)
    np.testing.assert_array_equal(result, expected, strict=True)


@pytest.mark.parametrize(("k", "stride", "padding"), [(1, 1, 0), (3, 1, 0), (3, 2, 1), (2, 2, 2)])
def test_7_3_convolve(work, rng, k, stride, padding):
    x, w = rng.standard_normal((3, 6, 8)), rng.standard_normal((4, 3, k, k))
    expected = F.conv2d(mt.from_numpy(x), mt.from_numpy(w), stride=stride, padding=padding).numpy()
    np.testing.assert_allclose(work.convolve(x, w, stride, padding), expected, atol=1e-12)


@pytest.mark.parametrize("stride", [1, 2])
def test_7_4_grad_input(work, rng, stride):
    x = mt.zeros(2, 7, 9, dtype=mt.float64, requires_grad=True)
    w = rng.standard_normal((4, 2, 3, 3))
    y = F.conv2d(x, mt.from_numpy(w), stride=stride)
    grad = rng.standard_normal(tuple(y.shape))
    y.backward(mt.from_numpy(grad))
    result = work.grad_input(grad, w, (7, 9), stride)
    np.testing.assert_allclose(result, x.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(("channels", "filters", "k"), [(4, 8, 3), (6, 2, 5)])
def test_7_5_separable(work, channels, filters, k):
    block, plain = work.separable(channels, filters, k), nn.Conv2d(channels, filters, k, bias=False)
    x = mt.randn(2, channels, 9, 9, requires_grad=True)
    assert block(x).shape == (2, filters, 9, 9)
    count = sum(parameter.numel() for parameter in block.parameters())
    assert count == channels * k * k + channels * filters < plain.weight.numel()
    # The first layer mixes no channels: a channel of its result depends on its own alone.
    (grad,) = mt.autograd.grad(block[0](x)[:, 1].sum(), x)
    touched = grad.abs().sum((0, 2, 3)) > 0
    assert touched.tolist() == [channel == 1 for channel in range(channels)]
