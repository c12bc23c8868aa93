"""Normalizations by their definitions, without PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn
from minitorch.autograd import gradcheck
from minitorch.nn import functional as F
from minitorch.ops import rows

RNG = np.random.default_rng(0)


def random(*shape, requires_grad=False):
    return mt.tensor(RNG.standard_normal(shape), requires_grad=requires_grad)


def standardized(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


@pytest.mark.parametrize("shape", [(3, 6), (2, 6, 5), (2, 6, 3, 2)])
def test_normalizations_by_their_definitions(shape):
    x = random(*shape)
    a = x.numpy()
    per_channel = (6,) + (1,) * (len(shape) - 2)
    w, b = RNG.standard_normal(6), RNG.standard_normal(6)
    groups = standardized(a.reshape(shape[0], 2, -1), 2, 0.1).reshape(shape)
    expected = groups * w.reshape(per_channel) + b.reshape(per_channel)
    out = F.group_norm(x, 2, mt.tensor(w), mt.tensor(b), 0.1)
    np.testing.assert_allclose(out.numpy(), expected, atol=1e-14)
    if len(shape) > 2:
        axes = tuple(range(2, len(shape)))
        expected = standardized(a, axes, 1e-5) * w.reshape(per_channel)
        out = F.instance_norm(x, weight=mt.tensor(w))
        np.testing.assert_allclose(out.numpy(), expected, atol=1e-13)
        padded = np.pad(a * a, [(0, 0), (1, 1)] + [(0, 0)] * (len(shape) - 2))
        mean = (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3
        out = F.local_response_norm(x, 3, 0.5, 0.6, 2.0)
        np.testing.assert_allclose(out.numpy(), a / (2 + 0.5 * mean) ** 0.6, atol=1e-14)
    last = np.sqrt((a * a).mean(-1, keepdims=True) + 0.1)
    np.testing.assert_allclose(F.rms_norm(x, shape[-1:], None, 0.1).numpy(), a / last, atol=1e-14)
    lengths = np.linalg.norm(a, axis=1, keepdims=True)
    np.testing.assert_allclose(F.normalize(x).numpy(), a / lengths, atol=1e-14)


@pytest.mark.parametrize("training", [True, False])
def test_many_short_rows(training):
    """Each channel's number meets them in another way; `formula` knows nothing of it."""
    shape = (8, 64, 8, 8)
    assert np.prod(shape) >= rows.MANY and np.prod(shape[2:]) < rows.LONG
    x, w, b = (random(*s, requires_grad=True) for s in (shape, (64,), (64,)))
    mean, var = random(64), random(64).abs()
    out = F.batch_norm(x, mean.clone(), var.clone(), w, b, training)
    a = x.detach().numpy()
    if training:
        normed = standardized(a, (0, 2, 3), 1e-5)
    else:
        normed = (a - per_channel(mean)) / np.sqrt(per_channel(var) + 1e-5)
    np.testing.assert_allclose(out.detach().numpy(), normed * per_channel(w) + per_channel(b))
    g = random(*shape)
    found = mt.autograd.grad(out, [x, w, b], g, retain_graph=True)
    by_formula = mt.autograd.grad(out, [x, w, b], g, create_graph=True)
    for one, other in zip(found, by_formula, strict=True):
        np.testing.assert_allclose(one.numpy(), other.detach().numpy(), rtol=1e-9, atol=1e-9)
    last = x.detach().to(memory_format=mt.channels_last)
    again = F.batch_norm(last, mean.clone(), var.clone(), w, b, training)
    np.testing.assert_allclose(again.detach().numpy(), out.detach().numpy())
    kernel = random(64, 64, 1, 1)
    plain = F.conv2d(x, kernel).detach().numpy()
    np.testing.assert_array_equal(F.conv2d(x, kernel, b).detach().numpy(), plain + per_channel(b))


def per_channel(values):
    return values.detach().numpy().reshape(-1, 1, 1)


def test_running_statistics_of_instance_norm():
    layer = nn.InstanceNorm1d(2, momentum=0.5, track_running_stats=True).double()
    x = random(3, 2, 5)
    layer(x)
    mean, var = x.numpy().mean((0, 2)), x.numpy().var(2, ddof=1).mean(0)
    np.testing.assert_allclose(layer.running_mean.numpy(), 0.5 * mean)
    np.testing.assert_allclose(layer.running_var.numpy(), 0.5 + 0.5 * var)
    moved = (x.numpy() - 0.5 * mean[:, None]) / np.sqrt(0.5 + 0.5 * var[:, None] + 1e-5)
    np.testing.assert_allclose(layer.eval()(x).numpy(), moved)
    np.testing.assert_allclose(layer(x[1]).numpy(), moved[1])


def test_lazy_instance_norm():
    layer = nn.LazyInstanceNorm2d(affine=False)
    assert layer(mt.ones(2, 3, 4, 4)).shape == (2, 3, 4, 4) and type(layer) is nn.InstanceNorm2d


def test_sync_batch_norm():
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Sequential(nn.ReLU(), nn.BatchNorm2d(2, bias=False)))
    net[0].eval()
    before = net[0](mt.ones(2, 3) * 2)
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(net)
    assert converted is net and type(net[0]) is type(net[1][1]) is nn.SyncBatchNorm
    assert net[0](mt.ones(2, 3) * 2).equal(before) and net[1][1].bias is None
    x = mt.randn(4, 3, 2, 2, 2, 2)
    assert nn.SyncBatchNorm(3)(x).equal(nn.BatchNorm1d(3)(x.reshape(4, 3, 16)).reshape(x.shape))


def test_cross_map_normalization():
    x = random(2, 4, 2, 3, requires_grad=True)
    layer = nn.CrossMapLRN2d(3, alpha=0.5, beta=0.6, k=2.0)
    squares = (x * x).detach().numpy()
    sums = [squares[:, sorted({0, *range(max(c - 1, 0), min(c + 2, 4))})].sum(1) for c in range(4)]
    expected = x.detach().numpy() / (2 + 0.5 * np.stack(sums, 1) / 3) ** 0.6
    np.testing.assert_allclose(layer(x).detach().numpy(), expected)
    assert gradcheck(layer, x)


def test_normalize_into_a_tensor():
    out = mt.empty(1, 2)
    assert F.normalize(mt.tensor([[3.0, 4.0]]), out=out) is out
    np.testing.assert_allclose(out.numpy(), [[0.6, 0.8]], rtol=1e-6)


def test_instance_norm_warns_of_another_number_of_channels():
    with pytest.warns(UserWarning, match="size at dim=0 does not match num_features"):
        nn.InstanceNorm1d(3)(mt.ones(4, 3))


def test_float16_is_normalized_in_float32():
    x = mt.randn(4, 6, 5).half()
    for run in (
        lambda x, w: F.layer_norm(x, (5,)),
        lambda x, w: F.group_norm(x, 2, w, w),
        lambda x, w: F.rms_norm(x, (5,)),
        lambda x, w: F.instance_norm(x, None, None, w),
        lambda x, w: F.batch_norm(x, w, w * w, w),
    ):
        w = mt.arange(1.0, 7.0)
        exact = run(x.float(), w).half()
        for weight in (w, w.half()):
            out = run(x, weight)
            assert out.dtype is mt.float16
            np.testing.assert_allclose(out.numpy(), exact.numpy(), rtol=4e-3, atol=4e-3)


@pytest.mark.parametrize("name", ["InstanceNorm2d", "InstanceNorm3d", "LazyInstanceNorm3d"])
def test_layers_for_more_dimensions(name):
    shape = (3, 2, 4, 2) if "2" in name else (3, 2, 4, 2, 1)
    layer = getattr(nn, name)(*([] if "Lazy" in name else [2]))
    x = mt.randn(*shape)
    out = layer(x)
    np.testing.assert_allclose(out.detach(), F.instance_norm(x).detach(), atol=1e-6)
    assert layer(x[0]).shape == shape[1:]


@pytest.mark.parametrize(
    "layer", [nn.RMSNorm((3, 2)), nn.RMSNorm(2, elementwise_affine=False), nn.GroupNorm(1, 3)]
)
def test_layers_are_their_functions(layer):
    x = mt.randn(2, 3, 2)
    if isinstance(layer, nn.GroupNorm):
        expected = F.group_norm(x, 1, layer.weight, layer.bias)
    else:
        expected = F.rms_norm(x, layer.normalized_shape, layer.weight)
    assert layer(x).equal(expected)
