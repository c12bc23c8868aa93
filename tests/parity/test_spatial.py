"""Spatial functions and layers beside PyTorch's: values, gradients, dtypes, random numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import same

RNG = np.random.default_rng(0)


def numbers(*shape, dtype="float64"):
    return RNG.standard_normal(shape).astype(dtype)


MODES = {
    "nearest": (3, 4, 5), "nearest-exact": (3, 4, 5), "area": (3, 4, 5),
    "linear": (3,), "bilinear": (4,), "trilinear": (5,), "bicubic": (4,),
}  # fmt: skip
SHAPES = {3: (2, 3, 13), 4: (2, 2, 11, 14), 5: (1, 2, 4, 5, 6)}
RESIZED = [
    (mode, ndim, options | ({} if corners is None else {"align_corners": corners}))
    for mode, ndims in MODES.items()
    for ndim in ndims
    for corners in ([False, True] if mode.endswith(("linear", "bicubic")) else [None])
    for options in [
        {"size": 1},
        {"size": 17},
        {"scale_factor": 2},
        {"scale_factor": 1.7},
        {"scale_factor": 0.6},
        {"scale_factor": 1.7, "recompute_scale_factor": True},
    ]
]


@pytest.mark.parametrize(("mode", "ndim", "options"), RESIZED)
def test_interpolate(mode, ndim, options):
    def run(lib, x):
        return lib.nn.functional.interpolate(x, mode=mode, **options)

    same(lambda lib, x: run(lib, x) ** 2, numbers(*SHAPES[ndim]), slack=8)
    for dtype, slack in (("float64", 4), ("float32", 4), ("float16", 4)):
        x = numbers(*SHAPES[ndim], dtype=dtype)
        grad = dtype != "float16"  # PyTorch rounds the gradient after each addition
        same(run, x, second=False, grad=grad, slack=slack)


KERNELS = [(mode, corners) for mode in ("bilinear", "bicubic") for corners in (False, True)]


@pytest.mark.parametrize(("mode", "corners"), [*KERNELS, ("lanczos", False)])
@pytest.mark.parametrize("size", [(4, 20), (7, 9), (30, 3), (11, 14)])
def test_antialias(mode, size, corners):
    def run(lib, x):
        options = {"mode": mode, "antialias": True, "align_corners": corners}
        return lib.nn.functional.interpolate(x, size, **options)

    same(run, numbers(2, 3, 11, 14), second=False, slack=8)
    same(run, numbers(2, 3, 11, 14, dtype="float32"), second=False, slack=4)
    same(run, RNG.integers(0, 256, (2, 3, 11, 14)).astype("uint8"))


@pytest.mark.parametrize("size", [(4, 20), (7, 9), (11, 5)])
def test_bytes(size):
    x = RNG.integers(0, 256, (1, 3, 11, 14)).astype("uint8")
    for mode, corners in itertools.product(("bilinear", "nearest", "nearest-exact"), (True, False)):
        options = {"align_corners": corners} if mode == "bilinear" else {}
        same(
            lambda lib, x, m=mode, o=options: lib.nn.functional.interpolate(x, size, mode=m, **o), x
        )


def test_long_rows_have_the_places_of_float32():
    x = numbers(1, 2, 5, 500, dtype="float32")
    for mode, factor in itertools.product(("nearest", "nearest-exact", "bilinear"), (1.3, 0.37)):
        same(
            lambda lib, x, m=mode, f=factor: lib.nn.functional.interpolate(
                x, scale_factor=f, mode=m
            ),
            x,
            second=False,
            slack=4,
        )


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("corners", [False, True])
def test_grid_sample(mode, padding, corners):
    def run(lib, x, grid):
        return lib.nn.functional.grid_sample(x, grid, mode, padding, corners)

    grid = RNG.uniform(-2.5, 2.5, (2, 4, 5, 2))
    same(run, numbers(2, 3, 5, 6), grid, second=False, names=False, slack=40)
    same(
        run,
        numbers(2, 3, 5, 6, dtype="float32"),
        grid.astype("float32"),
        second=False,
        names=False,
        slack=40,
    )
    same(run, numbers(1, 1, 1, 4), grid[:1], second=False, names=False, slack=40)
    if mode != "bicubic":
        grid = RNG.uniform(-1.5, 1.5, (1, 2, 3, 2, 3))
        same(run, numbers(1, 2, 3, 4, 5), grid, second=False, names=False, slack=40)


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("size", [(2, 1, 3, 4), (2, 3, 2, 3, 4)])
def test_affine_grid(corners, size):
    dims = len(size) - 2
    for dtype in ("float64", "float32"):
        same(
            lambda lib, theta: lib.nn.functional.affine_grid(theta, size, corners),
            numbers(2, dims, dims + 1, dtype=dtype),
            slack=4,
        )


FUNCTIONS = [
    ("pixel_shuffle", (2, 8, 3, 2), (2,)),
    ("pixel_unshuffle", (3, 4, 6), (2,)),
    ("channel_shuffle", (2, 6, 3, 2), (3,)),
    ("unfold", (2, 3, 5, 6), ((2, 3), 2, 1, (1, 2))),
    ("unfold", (3, 5, 6), (2,)),
    ("fold", (2, 12, 12), ((4, 5), 2)),
    ("fold", (12, 6), ((5, 4), (2, 3), 1, (1, 0), (2, 1))),
    ("lp_pool1d", (2, 3, 7), (2, 3)),
    ("lp_pool2d", (2, 3, 5, 7), (2.0, (2, 3), 2, True)),
    ("lp_pool3d", (1, 2, 4, 3, 5), (2, 2, 1)),
    ("lp_pool2d", (1, 2, 4, 4), (float("inf"), 2)),
    ("pad", (2, 3, 4), ((1, 2),)),
    *(
        ("pad", (1, 2, 3, 4, 5)[: dims + 2], ((1, 2, 0, 1, 2, 1)[: 2 * dims], mode))
        for dims in (1, 2, 3)
        for mode in ("reflect", "replicate")
    ),
    ("pad", (2, 3, 4), ((-1, 3), "replicate")),
    ("adaptive_avg_pool1d", (2, 3, 5), (1,)),
]


@pytest.mark.parametrize(("name", "shape", "args"), FUNCTIONS)
def test_functions(name, shape, args):
    def run(lib, x):
        return getattr(lib.nn.functional, name)(x, *args)

    same(run, numbers(*shape), second=False)
    same(run, numbers(*shape, dtype="float32"), second=False, slack=2)
    same(lambda lib, x: run(lib, x * x + 1) ** 2, numbers(*shape), slack=8)


def test_circular_padding():
    for dims, mode in itertools.product((1, 2, 3), ((1, 2), (-1, 2), (2, -2), (0, 0))):
        same(
            lambda lib, x, d=dims, m=mode: lib.nn.functional.pad(x, m * d, "circular") ** 2,
            numbers(2, *[3, 4, 5, 4][: dims + 1]),
        )


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float16", "complex64"])
def test_other_dtypes(dtype):
    x = RNG.uniform(0, 9, (1, 4, 4, 6)) > 4 if dtype == "bool" else RNG.uniform(0, 9, (1, 4, 4, 6))
    x = x.astype(dtype)
    for function in (
        lambda lib, x: lib.pixel_shuffle(x, 2),
        lambda lib, x: lib.channel_shuffle(x, 2),
        lambda lib, x: lib.nn.functional.pad(x, (1, 2), value=3),
        lambda lib, x: lib.nn.functional.pad(x, (1, 2, 0, 1), "circular"),
    ):
        same(function, x, second=False, names=False)
    if dtype != "bool":
        for mode in ("reflect", "replicate"):
            same(lambda lib, x, m=mode: lib.nn.functional.pad(x, (1, 2, 0, 1), m), x, second=False)
    if dtype not in ("int64", "uint8"):
        same(lambda lib, x: lib.nn.functional.unfold(x, 2), x, second=False)


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_max_unpool(dims):
    def run(lib, x, output_size=None):
        pool = getattr(lib.nn.functional, f"max_pool{dims}d")
        unpool = getattr(lib.nn, f"MaxUnpool{dims}d")(2)
        return unpool(*pool(x, 2, return_indices=True), output_size=output_size)

    same(lambda lib, x: run(lib, x) ** 2, numbers(2, 3, *[4] * dims))
    same(lambda lib, x: run(lib, x), numbers(2, *[4] * dims), second=False)
    same(lambda lib, x: run(lib, x, [2, 3, *[5] * dims]), numbers(2, 3, *[5] * dims), second=False)


@pytest.mark.parametrize(
    ("dims", "shape", "kernel", "options"),
    [
        (2, (2, 3, 7, 9), 2, {"output_size": (3, 5)}),
        (2, (3, 9, 8), (3, 2), {"output_ratio": (0.5, 0.6)}),
        (3, (2, 2, 6, 7, 9), (2, 1, 3), {"output_size": (3, 5, 4)}),
        (3, (2, 6, 7, 9), 2, {"output_ratio": 0.5}),
    ],
)
def test_fractional_max_pool_draws_the_same_windows(dims, shape, kernel, options):
    for dtype in ("float32", "float64"):

        def run(lib, x):
            lib.manual_seed(4)
            layer = getattr(lib.nn, f"FractionalMaxPool{dims}d")
            values, indices = layer(kernel, **options, return_indices=True)(x)
            return values, indices, lib.rand(1)

        same(run, numbers(*shape, dtype=dtype), second=False)


BAGS = [
    *({"mode": mode} for mode in ("sum", "mean", "max")),
    *({"mode": mode, "padding_idx": 1} for mode in ("sum", "mean", "max")),
    *({"mode": mode, "max_norm": 0.7} for mode in ("sum", "mean", "max")),
]


@pytest.mark.parametrize("options", BAGS)
def test_embedding_bag(options):
    rows = np.array([0, 2, 1, 1, 3, 1, 0])
    for dtype in ("float64", "float32"):
        table = numbers(4, 3, dtype=dtype)

        def run(lib, weight, offsets=None, shape=(-1,), **more):
            input = lib.tensor(rows[: 6 if shape != (-1,) else 7]).reshape(shape)
            offsets = None if offsets is None else lib.tensor(offsets)
            if "max_norm" in options:
                weight = weight * 1
            return lib.nn.functional.embedding_bag(input, weight, offsets, **options, **more)

        names = "max_norm" not in options
        same(lambda lib, w: run(lib, w, [0, 2, 2, 5]), table, second=False, names=names, slack=4)
        same(lambda lib, w: run(lib, w, shape=(2, 3)), table, second=False, names=names, slack=4)
        same(
            lambda lib, w: run(lib, w, [0, 3, 7], include_last_offset=True),
            table,
            second=False,
            slack=4,
        )


def test_weighted_bags():
    def run(lib, weight, factors):
        rows, offsets = lib.tensor([0, 2, 1, 1, 3]), lib.tensor([0, 0, 2])
        return lib.nn.functional.embedding_bag(
            rows, weight, offsets, mode="sum", per_sample_weights=factors
        )

    same(run, numbers(4, 3), numbers(5), second=False, slack=2)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_embedding_bag_layer_from_the_same_seed(mode):
    found = []
    for lib in (mt, torch):
        lib.manual_seed(2)
        layer = lib.nn.EmbeddingBag(10, 4, mode=mode, padding_idx=3)
        out = layer(lib.tensor([[1, 3, 2], [3, 3, 3]]))
        out.sum().backward()
        found.append((repr(layer), list(layer.state_dict()), out, layer.weight.grad))
    (text, names, out, grad), (their_text, their_names, theirs, their_grad) = found
    assert (text, names) == (their_text, their_names)
    np.testing.assert_allclose(out.detach().numpy(), theirs.detach().numpy(), rtol=1e-6)
    np.testing.assert_allclose(grad.numpy(), their_grad.numpy(), rtol=1e-6)


def test_a_spatial_transformer_trains_alike():
    losses = []
    x, y = numbers(4, 1, 8, 8, dtype="float32"), np.array([0, 1, 2, 1])
    for lib in (mt, torch):
        lib.manual_seed(0)
        nn, F = lib.nn, lib.nn.functional
        where = nn.Sequential(nn.Flatten(), nn.Linear(64, 6))
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
        optimizer = lib.optim.SGD([*where.parameters(), *net.parameters()], lr=0.1)
        images, labels, seen = lib.tensor(x), lib.tensor(y), []
        for _ in range(5):
            grid = F.affine_grid(where(images).view(-1, 2, 3), images.shape, align_corners=False)
            loss = F.cross_entropy(net(F.grid_sample(images, grid, align_corners=False)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        losses.append(seen)
    np.testing.assert_allclose(*losses, rtol=1e-4)
