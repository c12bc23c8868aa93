"""Images resized, padded, shuffled, folded and sampled, against loops over single pixels."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch as mt
from minitorch import nn
from minitorch.ops import resampling

F = nn.functional
RNG = np.random.default_rng(0)


def drawn(*shape):
    return RNG.standard_normal(shape)


def result(function, array, *args, **options):
    return function(mt.tensor(array), *args, **options).numpy()


# Resizing -----------------------------------------------------------------------------------------


def cubic(x):
    x, a = abs(x), -0.75
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0


KERNELS = {"linear": (lambda x: max(1 - abs(x), 0), 1), "bicubic": (cubic, 2)}


def naive_resize(row, count, mode, align_corners, scale=None):
    """One output after the other: the sum of what its kernel meets, edges repeated."""
    kernel, reach = KERNELS[mode]
    length, out = len(row), []
    for i in range(count):
        if align_corners:
            at = i * (length - 1) / (count - 1) if count > 1 else 0
        else:
            at = (i + 0.5) * (length / count if scale is None else 1 / scale) - 0.5
            at = max(at, 0) if mode == "linear" else at
        near = range(math.floor(at) - reach, math.floor(at) + reach + 2)
        out.append(sum(kernel(at - j) * row[min(max(j, 0), length - 1)] for j in near))
    return np.array(out)


@given(st.integers(1, 9), st.integers(1, 20), st.booleans(), st.sampled_from(["linear", "bicubic"]))
@settings(max_examples=150, deadline=None)
def test_resizing_is_a_sum_over_a_kernel(length, count, align_corners, mode):
    row = np.random.default_rng(length).standard_normal(length)
    expected = naive_resize(row, count, mode, align_corners)
    image = np.stack([row, 2 * row])[None, None]
    bi = {"linear": "bilinear", "bicubic": "bicubic"}[mode]
    y = result(F.interpolate, image, (2, count), mode=bi, align_corners=align_corners)
    np.testing.assert_allclose(y[0, 0], [expected, 2 * expected], atol=1e-12)
    if mode == "linear":
        for n in (1, 3):
            name = {1: "linear", 3: "trilinear"}[n]
            x = row.reshape(1, 1, *[1] * (n - 1), -1)
            size = [1] * (n - 1) + [count]
            y = result(F.interpolate, x, size, mode=name, align_corners=align_corners)
            np.testing.assert_allclose(y.reshape(-1), expected, atol=1e-12)


@pytest.mark.parametrize("length", [5, 200])  # as a product with a matrix, and tap by tap
def test_resizing_by_a_factor(length):
    row = drawn(length)
    for scale in (0.4, 1.0, 1.3, 2.0):
        count = int(length * scale)
        y = result(F.interpolate, row.reshape(1, 1, -1), scale_factor=scale, mode="linear")
        np.testing.assert_allclose(y[0, 0], naive_resize(row, count, "linear", False, scale))
        again = F.interpolate(
            mt.tensor(row.reshape(1, 1, -1)), None, scale, "linear", recompute_scale_factor=True
        )
        np.testing.assert_allclose(again[0, 0].numpy(), naive_resize(row, count, "linear", False))


@given(st.integers(1, 9), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_nearest(length, count):
    row = np.arange(length, dtype="float32").reshape(1, 1, -1)
    y = result(F.interpolate, row, count)[0, 0]
    assert y.tolist() == [i * length // count for i in range(count)]
    y = result(F.interpolate, row, count, mode="nearest-exact")[0, 0]
    assert y.tolist() == [(2 * i + 1) * length // (2 * count) for i in range(count)]


def test_antialias_keeps_the_mean_of_what_shrinks():
    x = drawn(1, 1, 32, 24)
    for mode in ("bilinear", "bicubic", "lanczos"):
        y = result(F.interpolate, x, (4, 3), mode=mode, antialias=True)
        assert abs(y.mean() - x.mean()) < 0.03
    # A triangle filter twice as wide, written out.
    y = result(F.interpolate, x[..., :1, :8], (1, 4), mode="bilinear", antialias=True)[0, 0, 0]
    weights = np.array([0.125, 0.375, 0.375, 0.125])
    np.testing.assert_allclose(y[1], x[0, 0, 0, 1:5] @ weights)


def test_a_nan_stays_where_it_is():
    x = np.zeros((1, 1, 20))
    x[0, 0, 4] = np.nan
    y = result(F.interpolate, x, scale_factor=2, mode="linear")[0, 0]
    assert np.isnan(y).nonzero()[0].tolist() == [7, 8, 9, 10]
    x[0, 0, 4] = np.inf
    y = result(F.interpolate, x, scale_factor=2, mode="linear")[0, 0]
    assert y[:7].tolist() == [0] * 7 and y[7:11].tolist() == [np.inf] * 4


def test_bytes_are_rounded():
    x = np.array([[[[0, 255, 10, 200]]]], dtype=np.uint8)
    y = F.interpolate(mt.tensor(x), size=(1, 7), mode="bilinear")
    exact = result(F.interpolate, x.astype(float), size=(1, 7), mode="bilinear")
    assert y.dtype is mt.uint8
    assert np.abs(y.numpy() - exact).max() <= 0.51
    over = F.interpolate(mt.tensor(x), size=(1, 9), mode="bicubic").numpy()
    exact = result(F.interpolate, x.astype(float), size=(1, 9), mode="bicubic")
    assert exact.min() < 0  # bicubic overshoots
    assert np.abs(over - np.clip(exact, 0, 255)).max() <= 2


def test_transposed_taps_are_the_transposed_matrix():
    taps = resampling.taps_for(None, "bicubic", 7, 12, None, False, False, np.float64)
    np.testing.assert_array_equal(taps.transposed.matrix, taps.matrix.T)
    np.testing.assert_array_equal(taps.transposed.transposed.matrix, taps.matrix)
    x = drawn(2, 7, 3)
    dense, sparse = (resampling.along(np, x, 1, taps, way) for way in (True, False))
    np.testing.assert_allclose(dense, sparse, atol=1e-13)


@pytest.mark.parametrize("name", ["upsample", "upsample_nearest", "upsample_bilinear"])
def test_older_names_warn(name):
    x = mt.tensor(drawn(1, 1, 2, 3))
    with pytest.warns(UserWarning, match=f"`nn.functional.{name}` is deprecated") as caught:
        y = getattr(F, name)(x, scale_factor=2)
    assert caught[0].filename == __file__
    options = {"mode": "bilinear", "align_corners": True} if name.endswith("linear") else {}
    assert y.equal(F.interpolate(x, scale_factor=2, **options))


def test_upsampling_layers():
    x = mt.tensor(drawn(1, 2, 3, 4))
    assert nn.Upsample(scale_factor=(2, 3))(x).equal(F.interpolate(x, scale_factor=(2, 3)))
    assert nn.UpsamplingNearest2d(5)(x).equal(F.interpolate(x, 5))
    y = nn.UpsamplingBilinear2d(scale_factor=2)(x)
    assert y.equal(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True))
    layer = nn.Upsample(scale_factor=2.5, recompute_scale_factor=True, mode="bicubic")
    assert layer(x).equal(F.interpolate(x, scale_factor=1.0 * 2.5, mode="bicubic",
                                        recompute_scale_factor=True))  # fmt: skip


# Padding ------------------------------------------------------------------------------------------

NUMPY_MODES = {
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


@pytest.mark.parametrize("mode", NUMPY_MODES)
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_padding_is_numpys(mode, dims):
    x = drawn(2, *[4, 3, 5][:dims])
    widths = [(1, 2), (0, 1), (2, 0)][:dims]
    flat = [n for width in reversed(widths) for n in width]
    y = result(F.pad, x[None], flat, mode)
    np.testing.assert_array_equal(y[0], np.pad(x, [(0, 0), *widths], mode=NUMPY_MODES[mode]))


def test_what_is_cut_off_is_no_part_of_a_circle():
    assert result(F.pad, np.arange(5.0)[None], (-1, 2), "circular").tolist() == [[1, 2, 3, 4, 1, 2]]
    assert result(F.pad, np.arange(5.0)[None], (2, -2), "circular").tolist() == [[1, 2, 0, 1, 2]]


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_padding_layers(dims):
    x = mt.tensor(drawn(1, 2, *[3] * dims))
    for name, mode in (
        ("ReflectionPad", "reflect"), ("ReplicationPad", "replicate"), ("CircularPad", "circular"),
    ):  # fmt: skip
        layer = getattr(nn, f"{name}{dims}d")
        assert layer(1)(x).equal(F.pad(x, (1,) * 2 * dims, mode))
        widths = tuple(range(2 * dims))[: 2 * dims]
        widths = tuple(min(width, 2) for width in widths)
        assert layer(widths)(x[0]).equal(F.pad(x[0], widths, mode))
    assert getattr(nn, f"ConstantPad{dims}d")(2, 1.5)(x).equal(F.pad(x, (2,) * 2 * dims, value=1.5))
    assert getattr(nn, f"ZeroPad{dims}d")(1)(x).equal(F.pad(x, (1,) * 2 * dims))


# Shuffling and folding ----------------------------------------------------------------------------


def test_pixel_shuffle_takes_pixels_from_channels():
    r, x = 3, drawn(2, 18, 2, 4)
    y = result(mt.pixel_shuffle, x, r)
    for c, h, w, i, j in itertools.product(range(2), range(2), range(4), range(r), range(r)):
        assert (y[:, c, h * r + i, w * r + j] == x[:, c * r * r + i * r + j, h, w]).all()
    np.testing.assert_array_equal(result(mt.pixel_unshuffle, y, r), x)
    np.testing.assert_array_equal(nn.PixelUnshuffle(r)(nn.PixelShuffle(r)(mt.tensor(x))).numpy(), x)
    assert mt.pixel_shuffle(mt.zeros(0, 4, 2, 2), 2).shape == (0, 1, 4, 4)


def test_channel_shuffle_takes_one_of_each_group():
    x = drawn(2, 6, 3)
    y = nn.ChannelShuffle(3)(mt.tensor(x))
    np.testing.assert_array_equal(y.numpy(), x[:, [0, 2, 4, 1, 3, 5]])


@given(
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    *[st.tuples(st.integers(1, 3), st.integers(1, 3)) for _ in range(3)],
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
@settings(max_examples=100, deadline=None)
def test_unfold_writes_down_patches(size, kernel, dilation, stride, padding):
    x = np.arange(2.0 * 2 * math.prod(size)).reshape(2, 2, *size) + 1
    out = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, d, s, p in zip(size, kernel, dilation, stride, padding, strict=True)
    ]
    if min(out) < 1:
        with pytest.raises(RuntimeError, match="its components must be at least one"):
            result(F.unfold, x, kernel, dilation, padding, stride)
        return
    expected = np.zeros((2, 2, *kernel, *out))
    for i, j, oh, ow in itertools.product(*map(range, (*kernel, *out))):
        h = oh * stride[0] + i * dilation[0] - padding[0]
        w = ow * stride[1] + j * dilation[1] - padding[1]
        if 0 <= h < size[0] and 0 <= w < size[1]:
            expected[:, :, i, j, oh, ow] = x[:, :, h, w]
    columns = nn.Unfold(kernel, dilation, padding, stride)(mt.tensor(x))
    np.testing.assert_array_equal(columns.numpy(), expected.reshape(columns.shape))
    # fold is the transposed map: <unfold(x), c> = <x, fold(c)>
    c = np.random.default_rng(0).integers(-4, 5, columns.shape).astype(float)
    back = nn.Fold(size, kernel, dilation, padding, stride)(mt.tensor(c)).numpy()
    assert (columns.numpy() * c).sum() == (x * back).sum()
    single = F.unfold(mt.tensor(x[0]), kernel, dilation, padding, stride)
    np.testing.assert_array_equal(single.numpy(), columns[0].numpy())


def test_a_convolution_is_a_product_with_the_unfolded_image():
    x, w = mt.tensor(drawn(2, 3, 6, 5)), mt.tensor(drawn(4, 3, 3, 2))
    columns = w.reshape(4, -1) @ F.unfold(x, (3, 2), padding=1)
    expected = F.conv2d(x, w, padding=1)
    np.testing.assert_allclose(columns.reshape(expected.shape).numpy(), expected.numpy())


# Sampling -----------------------------------------------------------------------------------------


def naive_sample(image, x, y, mode, align_corners):
    """One channel (H, W) at one point; what is outside is zero."""
    at = []
    for value, length in ((y, image.shape[0]), (x, image.shape[1])):
        corner = (value + 1) / 2 * (length - 1)
        at.append(corner if align_corners else ((value + 1) * length - 1) / 2)
    kernel = {
        "nearest": lambda d: 1.0 if abs(d) < 0.5 else 0.0,
        "bilinear": lambda d: max(1 - abs(d), 0),
        "bicubic": cubic,
    }[mode]
    return sum(
        kernel(at[0] - i) * kernel(at[1] - j) * image[i, j] for i, j in np.ndindex(image.shape)
    )


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("align_corners", [False, True])
def test_grid_sample_is_a_sum_over_pixels(mode, align_corners):
    x, grid = drawn(2, 3, 4, 5), RNG.uniform(-1.4, 1.4, (2, 3, 4, 2))
    y = F.grid_sample(mt.tensor(x), mt.tensor(grid), mode, align_corners=align_corners)
    assert y.is_contiguous() and y.shape == (2, 3, 3, 4)
    for n, c, i, j in np.ndindex(*y.shape):
        expected = naive_sample(x[n, c], *grid[n, i, j], mode, align_corners)
        np.testing.assert_allclose(y[n, c, i, j].item(), expected, atol=1e-12)


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_paddings_of_the_grid(mode, align_corners):
    """Outside, a sample is one of an image that was padded first."""
    x, grid = drawn(1, 2, 6, 6), RNG.uniform(-1.5, 1.5, (1, 5, 5, 2))
    border, size = 6, 6
    for padding, how in (("border", "edge"), ("reflection", "reflect")):
        how = "symmetric" if how == "reflect" and not align_corners else how
        wide = np.pad(x, [(0, 0), (0, 0), (border - 1,) * 2, (border - 1,) * 2], mode=how)
        n = wide.shape[-1]
        pixel = (grid + 1) / 2 * (size - 1) if align_corners else ((grid + 1) * size - 1) / 2
        pixel = pixel + border - 1
        moved = pixel / (n - 1) * 2 - 1 if align_corners else (2 * pixel + 1) / n - 1
        expected = F.grid_sample(mt.tensor(wide), mt.tensor(moved), mode, "zeros", align_corners)
        y = F.grid_sample(mt.tensor(x), mt.tensor(grid), mode, padding, align_corners)
        np.testing.assert_allclose(y.numpy(), expected.numpy(), atol=1e-12)


def test_the_identity_grid_gives_the_image():
    for shape, dims in (((2, 3, 4, 5), 2), ((1, 2, 3, 4, 2), 3)):
        x = mt.tensor(drawn(*shape))
        theta = mt.eye(dims, dims + 1, dtype=mt.float64).expand(shape[0], dims, dims + 1)
        for align_corners in (False, True):
            grid = F.affine_grid(theta, shape, align_corners)
            y = F.grid_sample(x, grid, align_corners=align_corners)
            np.testing.assert_allclose(y.numpy(), x.numpy(), atol=1e-12)


def test_nearest_has_a_gradient_of_zero_for_the_grid():
    x = mt.tensor(drawn(1, 1, 3, 3), requires_grad=True)
    grid = mt.zeros(1, 2, 2, 2, dtype=mt.float64, requires_grad=True)
    F.grid_sample(x, grid, "nearest", align_corners=True).sum().backward()
    assert grid.grad.tolist() == np.zeros((1, 2, 2, 2)).tolist()
    assert x.grad[0, 0].tolist() == [[0, 0, 0], [0, 4, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda: F.grid_sample(mt.ones(1, 1, 2, 2), mt.zeros(1, 1, 1, 2)), "Default grid_sample"),
        (lambda: F.affine_grid(mt.ones(1, 2, 3), (1, 1, 2, 2)), "Default grid_sample and affine"),
        (
            lambda: F.affine_grid(mt.ones(1, 2, 3), (1, 1, 1, 2), align_corners=True),
            "behavior has changed for unit-size grids",
        ),
        (
            lambda: F.embedding_bag(mt.ones(2, 2), mt.tensor([0]), mt.tensor([0])),
            "Argument order of nn.functional.embedding_bag was changed",
        ),
    ],
)
def test_warns(run, message):
    with pytest.warns(UserWarning, match=message) as caught:
        run()
    assert caught[0].filename == __file__


# Pooling ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_unpooling_puts_the_maxima_back(dims):
    x = drawn(2, 3, *[6] * dims)
    pool = getattr(nn, f"MaxPool{dims}d")(2, return_indices=True)
    unpool = getattr(nn, f"MaxUnpool{dims}d")(2)
    values, indices = pool(mt.tensor(x))
    back = unpool(values, indices)
    kept = back.numpy() != 0
    np.testing.assert_array_equal(back.numpy()[kept], x[kept])
    assert kept.sum() == values.numel()
    assert unpool(values[0], indices[0]).equal(back[0])
    assert unpool(values, indices, output_size=[7] * dims).shape == (2, 3, *[7] * dims)
    again = pool(back)[0]
    np.testing.assert_array_equal(again.numpy(), np.maximum(values.numpy(), 0))


def test_power_pooling_is_a_norm():
    x = np.abs(drawn(1, 2, 5, 7))
    y = nn.LPPool2d(3, (2, 3), stride=(1, 2))(mt.tensor(x)).numpy()
    for c, i, j in np.ndindex(2, 4, 3):
        window = x[0, c, i : i + 2, 2 * j : 2 * j + 3]
        np.testing.assert_allclose(y[0, c, i, j], np.linalg.norm(window.ravel(), 3))
    assert nn.LPPool1d(2, 2)(mt.tensor([[3.0, 4.0]])).tolist() == [[5.0]]
    assert nn.LPPool3d(1, 2)(mt.ones(1, 2, 2, 2)).tolist() == [[[[8.0]]]]


@pytest.mark.parametrize("dims", [2, 3])
def test_fractional_pooling_takes_the_largest_of_its_windows(dims):
    size, out, kernel = (7, 9, 8)[:dims], (3, 5, 4)[:dims], (2, 3, 2)[:dims]
    x, samples = drawn(2, 3, *size), RNG.uniform(0, 1, (2, 3, dims))
    layer = getattr(nn, f"FractionalMaxPool{dims}d")
    y, indices = layer(kernel, out, return_indices=True, _random_samples=mt.tensor(samples))(
        mt.tensor(x)
    )

    def starts(u, length, k, count):
        step = (length - k) / (count - 1)
        return [int((i + u) * step) - int(u * step) for i in range(count - 1)] + [length - k]

    order = (1, 0) if dims == 2 else (0, 1, 2)
    for n, c in np.ndindex(2, 3):
        begin = [starts(samples[n, c, order[d]], size[d], kernel[d], out[d]) for d in range(dims)]
        for place in np.ndindex(*out):
            window = tuple(
                slice(begin[d][place[d]], begin[d][place[d]] + kernel[d]) for d in range(dims)
            )
            assert y[(n, c, *place)] == x[n, c][window].max()
            assert x[n, c].ravel()[indices[(n, c, *place)]] == y[(n, c, *place)]
    single = layer(kernel, output_ratio=0.4)(mt.tensor(x[0]))
    assert single.shape == (3, *[int(0.4 * n) for n in size])


def test_fractional_pooling_takes_the_last_nan():
    x = mt.tensor([[[1.0, math.nan], [math.nan, 2.0]]])
    y, index = F.fractional_max_pool2d(x, 2, 1, return_indices=True)
    assert math.isnan(y.item()) and index.item() == 2


# Bags ---------------------------------------------------------------------------------------------


@given(
    st.lists(st.integers(0, 4), max_size=12),
    st.lists(st.integers(0, 12), max_size=4),
    st.sampled_from(["sum", "mean", "max"]),
    st.sampled_from([None, 1, -2]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_embedding_bag(rows, cuts, mode, padding_idx, last):
    table = np.random.default_rng(0).integers(-9, 10, (5, 3)).astype(float)
    starts = sorted([0, *(cut for cut in cuts if cut <= len(rows))])
    ends = [*starts[1:], len(rows)]
    offsets = [*starts, len(rows)] if last else starts
    expected = np.zeros((len(starts), 3))
    for b, (start, end) in enumerate(zip(starts, ends, strict=True)):
        kept = [r for r in rows[start:end] if padding_idx is None or r != padding_idx % 5]
        if kept:
            expected[b] = getattr(np, mode)(table[kept], axis=0)
    layer = nn.EmbeddingBag.from_pretrained(
        mt.tensor(table), mode=mode, include_last_offset=last, padding_idx=padding_idx
    )
    y = layer(mt.tensor(rows, dtype=mt.int64), mt.tensor(offsets))
    np.testing.assert_allclose(y.numpy(), expected, atol=1e-12)


def test_embedding_bag_layer():
    layer = nn.EmbeddingBag(6, 2, padding_idx=-1, mode="sum", scale_grad_by_freq=True)
    assert repr(layer) == "EmbeddingBag(6, 2, scale_grad_by_freq=True, mode='sum', padding_idx=5)"
    assert layer.weight[5].tolist() == [0, 0]
    layer(mt.tensor([[1, 1, 5], [1, 0, 5]])).sum().backward()
    np.testing.assert_allclose(layer.weight.grad[:, 0].numpy(), [1, 1, 0, 0, 0, 0], atol=1e-6)
    layer = nn.EmbeddingBag(3, 2, max_norm=0.5, norm_type=1)
    layer(mt.tensor([[0, 2]]))
    norms = layer.weight.detach().abs().sum(1)
    assert (norms[[0, 2]] <= 0.5 + 1e-6).all()
    assert repr(layer) == "EmbeddingBag(3, 2, max_norm=0.5, norm_type=1, mode='mean')"
    with pytest.raises(AssertionError, match="padding_idx must be within num_embeddings"):
        nn.EmbeddingBag(3, 2, padding_idx=3)
    weighted = F.embedding_bag(
        mt.tensor([[0, 1]]), mt.eye(2), per_sample_weights=mt.tensor([[2.0, 3.0]]), mode="sum"
    )
    assert weighted.tolist() == [[2.0, 3.0]]
