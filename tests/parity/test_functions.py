"""Numerical functions beside PyTorch: quantiles, calculus, covariance, histograms ..."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.compare import same, same_error

rng = np.random.default_rng(0)
X, CUBE, ROW = (rng.standard_normal(shape) for shape in [(4, 5), (2, 4, 3), (7,)])
COMPLEX = X + 1j * X[::-1]
GAPS = np.where(rng.random((4, 5)) < 0.3, np.nan, X)
GAPS[1] = np.nan
HOWS = ("linear", "lower", "higher", "nearest", "midpoint")


@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("x", [X, CUBE, ROW, np.array(2.5), GAPS], ids=lambda x: str(x.shape))
def test_quantiles(name, how, x):
    qs = np.array([0.0, 0.3, 0.77, 1.0])
    for dim in (None, *range(-x.ndim, x.ndim)):
        for keepdim in (False, True):
            for q in (0.25, qs[2], qs, qs[:0]):

                def function(lib, x, q, dim=dim, keepdim=keepdim):
                    result = getattr(lib, name)(x, q, dim, keepdim, interpolation=how)
                    return result * result

                same(function, x, q, names=False)


def test_quantiles_in_single_precision():
    x = rng.standard_normal(1001).astype("f")
    same(lambda lib, x: [x.quantile(0.1), x.nanquantile(0.9), x.median()], x, names=False)


@pytest.mark.parametrize("x", [X, CUBE, COMPLEX], ids=["matrix", "cube", "complex"])
def test_diff(x):
    for dim in range(x.ndim):
        for n in (0, 1, 2, 9):
            same(lambda lib, x, dim=dim, n=n: lib.diff(x * x, n, dim), x, names=False)
    same(lambda lib, x: (x * x).diff(prepend=x[..., :2], append=x[..., 1:]), x, names=False)
    same(lambda lib: lib.diff(lib.tensor([True, True, False, True])))
    same(lambda lib: lib.diff(lib.tensor([[1, 5], [9, 2]], dtype=lib.uint8), dim=0))


PLACES = np.array([0.0, 0.5, 2.0, 2.2, 4.0])
SPACINGS = [
    {},
    {"spacing": 0.5},
    {"spacing": [2.0, 3.0]},
    {"dim": 1},
    {"dim": (1, 0), "spacing": [0.5, 2]},
    {"spacing": [PLACES[:4], PLACES]},
    {"spacing": (PLACES,), "dim": 1},
]


@pytest.mark.parametrize("edge_order", [1, 2])
@pytest.mark.parametrize("options", SPACINGS, ids=range(len(SPACINGS)))
@pytest.mark.parametrize("x", [X, COMPLEX, X.astype("f")], ids=["d", "D", "f"])
def test_gradient(x, options, edge_order):
    def function(lib, x):
        spacing = options.get("spacing")
        if isinstance(spacing, list | tuple) and isinstance(spacing[0], np.ndarray):
            spacing = [lib.tensor(s.astype(x.real.detach().numpy().dtype)) for s in spacing]
        given = options | ({"spacing": spacing} if spacing is not None else {})
        return lib.gradient(x * x, **given, edge_order=edge_order)

    same(function, x, names=False, slack=50)


@pytest.mark.parametrize("name", ["trapezoid", "cumulative_trapezoid", "trapz"])
@pytest.mark.parametrize("y", [X, CUBE, COMPLEX, X.astype("f")], ids=["d", "cube", "D", "f"])
def test_areas(name, y):
    def area(lib, y, *args, **options):
        return getattr(lib, name)(y * y, *args, **options)

    places = np.linspace(0, 2, y.shape[-1]) ** 2
    same(area, y, names=False)
    same(lambda lib, y: area(lib, y, dx=0.3, dim=0), y, names=False)
    same(area, y, places.astype(y.real.dtype), names=False)
    same(area, y, np.cumsum(np.abs(y), -1), names=False)
    if name != "trapz":
        same_error(lambda lib, y: area(lib, y, lib.ones(2)), y)


COV = [
    {},
    {"correction": 0},
    {"fweights": np.array([1, 0, 3, 2, 1])},
    {"aweights": np.array([0.5, 1.0, 0.1, 2.0, 0.3])},
    {"fweights": np.array([1, 0, 3, 2, 1]), "aweights": np.array([0.5, 1.0, 0.1, 2.0, 0.3])},
    {"aweights": np.array([0.5, 1.0, 0.1, 2.0, 0.3]), "correction": 2},
]


@pytest.mark.parametrize("options", COV, ids=range(len(COV)))
@pytest.mark.parametrize("x", [X, COMPLEX, X[0], (X * 9).astype(int)], ids=["d", "D", "row", "int"])
def test_cov(x, options):
    def function(lib, x):
        given = {k: lib.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        c = lib.cov(x, **given)
        return [c * c, x.cov(**given)]

    # PyTorch keeps the imaginary rounding errors of a row's variance
    same(function, x, names=False, slack=20)


@pytest.mark.parametrize("x", [X, COMPLEX], ids=["d", "D"])
def test_corrcoef(x):
    same(lambda lib, x: [lib.corrcoef(x), x.corrcoef()], x, names=False, slack=1000)


def test_corrcoef_of_one_row():
    """It is 1, whatever the numbers: what the derivatives say is what rounding left of 0."""
    same(lambda lib, x: [lib.corrcoef(x), x.corrcoef()], X[0], grad=False)
    for lib in (mt, torch):
        x = lib.tensor(X[0], requires_grad=True)
        (once,) = lib.autograd.grad(x.corrcoef(), x, create_graph=True)
        (twice,) = lib.autograd.grad(once.sum(), x)
        assert max(once.abs().max().item(), twice.abs().max().item()) < 1e-14


@pytest.mark.parametrize("p", [0.5, 1, 2, 3.5, np.inf])
@pytest.mark.parametrize("dim", [0, -1])
@pytest.mark.parametrize("x", [X, CUBE, COMPLEX, X.astype("f")], ids=["d", "cube", "D", "f"])
def test_renorm(p, dim, x):
    same(lambda lib, x: lib.renorm(x, p, dim, 1.5), x, names=False, slack=20)


BINS = [
    (3, {}),
    (4, {"range": (-1.0, 2.0)}),
    (np.array([-1.0, 0.0, 0.25, 3.0]), {}),
    (5, {"density": True}),
    (1, {}),
]


@pytest.mark.parametrize(("bins", "options"), BINS, ids=range(len(BINS)))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("weighted", [False, True])
def test_histogram(bins, options, dtype, weighted):
    def histogram(lib, x):
        edges = lib.tensor(bins.astype(dtype)) if isinstance(bins, np.ndarray) else bins
        weight = x.abs() if weighted else None
        return lib.histogram(x, edges, weight=weight, **options)

    same(histogram, X.astype(dtype), grad=False)


@pytest.mark.parametrize("bins", [3, [2, 3, 4], "edges"])
@pytest.mark.parametrize("options", [{}, {"range": [-1.0, 1.0] * 3}, {"density": True}], ids=str)
def test_histogramdd(bins, options):
    points = rng.standard_normal((20, 3))

    def histogram(lib, x):
        edges = [lib.tensor([-9.0, 0.0, 9.0], dtype=lib.float64)] * 3 if bins == "edges" else bins
        hist, edges = lib.histogramdd(x, edges, **options)
        return [hist, *edges]

    same(histogram, points, grad=False)
    same(lambda lib, x: lib.histogramdd(x, 2, weight=x[:, 0]).hist, points, grad=False)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_parts_of_floats(dtype):
    x = np.array([0.0, -0.0, 1.0, -3.7, 1e-4, 1000.0, np.inf, -np.inf, np.nan]).astype(dtype)
    same(lambda lib, x: lib.frexp(x), x, grad=False)
    same(lambda lib, x: x.frexp().mantissa, x[2:6])
    if dtype != "float16":
        same(lambda lib, x: lib.nextafter(x, x.flip(0)), x)


def test_isin():
    x, y = np.array([[1, 2, 3], [4, 5, 6]]), np.array([2, 6, 9])
    for dtype in ("int64", "uint8", "float32"):
        same(lambda lib, x, y: lib.isin(x, y), x.astype(dtype), y.astype(dtype), grad=False)
    same(lambda lib, x: [lib.isin(x, 3), lib.isin(3, x), lib.isin(x, x, invert=True)], x)


@pytest.mark.parametrize("dim", [0, 1])
def test_logcumsumexp_of_complex_numbers(dim):
    same(lambda lib, x: lib.logcumsumexp(x, dim), COMPLEX * 3, names=False, slack=20)
    same(lambda lib, x: lib.logcumsumexp(x, 0), np.array(1 + 2j))


def test_memory_of_other_libraries():
    array = np.arange(6.0).reshape(2, 3)
    tensor = mt.from_dlpack(array)
    tensor[0, 0] = 9
    assert array[0, 0] == 9
    assert np.from_dlpack(mt.tensor([1, 2])).tolist() == [1, 2]
    assert torch.from_dlpack(mt.tensor([1.0, 2.0])).tolist() == [1, 2]
    assert mt.from_dlpack(torch.tensor([1.0, 2.0])).tolist() == [1, 2]
    buffer = bytearray(8)
    mt.frombuffer(buffer, dtype=mt.int32)[1] = 5
    assert buffer[4] == 5
    with pytest.raises(BufferError, match="require gradient"):
        np.from_dlpack(mt.ones(1, requires_grad=True))
