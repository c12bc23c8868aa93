"""Special functions beside PyTorch, and beside SciPy where PyTorch is less exact."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.compare import same, same_error

X = np.array([-5.0, -2.5, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.3, 0.5, 0.9, 1.0, 2.0, 3.3, 7.0, 20.0])
INSIDE = np.array([0.01, 0.2, 0.5, 0.7, 0.99])

ONE = {"entr": np.abs(X) + 0.1, "erfcx": X, "i0e": X, "i1": X, "i1e": X, "ndtr": X, "log_ndtr": X,
       "ndtri": INSIDE, "expit": X, "psi": np.abs(X) + 0.3, "gammaln": np.abs(X) + 0.3}  # fmt: skip
LOOSE = {"erfcx": 1e4, "i0e": 1e4, "i1": 1e5, "i1e": 1e5, "psi": 1e5, "gammaln": 1e5, "ndtri": 10,
         "log_ndtr": 100}  # fmt: skip  # PyTorch's digits end there


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_argument(name, dtype):
    x = ONE[name].astype(dtype)
    slack = LOOSE.get(name, 2) if dtype == "float64" else 20
    second = dtype == "float64"
    same(lambda lib, x: getattr(lib.special, name)(x), x, names=False, second=second, slack=slack)


@pytest.mark.parametrize("name", ["gammainc", "gammaincc", "zeta"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_second_argument(name, dtype):
    a, x = (np.abs(X) + 1.1).astype(dtype), (np.abs(X[::-1]) + 0.1).astype(dtype)

    def function(lib, x):
        return getattr(lib.special, name)(lib.tensor(a), x)

    same(function, x, slack=200)
    same_error(
        lambda lib, a: getattr(lib.special, name)(a, lib.tensor(x)).sum().backward(), a, grad=True
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_xlog1py(dtype):
    x, y = X.astype(dtype), np.abs(X[::-1]).astype(dtype)
    same(lambda lib, x, y: lib.special.xlog1py(x, y), x, y)
    same(lambda lib, y: lib.special.xlog1py(2, y), y)
    same(lambda lib, x: lib.special.xlog1py(x, 0.5), x)


BESSEL = {"airy_ai": lambda x: scipy.special.airy(x)[0], "bessel_j0": scipy.special.j0,
          "bessel_j1": scipy.special.j1, "bessel_y0": scipy.special.y0,
          "bessel_y1": scipy.special.y1, "modified_bessel_i0": scipy.special.i0,
          "modified_bessel_i1": scipy.special.i1, "modified_bessel_k0": scipy.special.k0,
          "modified_bessel_k1": scipy.special.k1, "scaled_modified_bessel_k0": scipy.special.k0e,
          "scaled_modified_bessel_k1": scipy.special.k1e,
          "spherical_bessel_j0": lambda x: scipy.special.spherical_jn(0, x)}  # fmt: skip


@pytest.mark.parametrize("name", BESSEL)
def test_bessel(name):
    """PyTorch has about seven digits, so SciPy decides."""
    x = np.linspace(0.1, 9, 50)
    ours, theirs = getattr(mt.special, name), getattr(torch.special, name)
    found = ours(mt.tensor(x, requires_grad=True))
    assert not found.requires_grad
    np.testing.assert_allclose(found, BESSEL[name](x), rtol=1e-12)
    np.testing.assert_allclose(found, theirs(torch.tensor(x)), rtol=1e-3, atol=1e-4)
    same(lambda lib, x: getattr(lib.special, name)(x), x.astype("f"), grad=False, slack=100)


POLYNOMIALS = [name for name in dir(torch.special) if "polynomial" in name]


@pytest.mark.parametrize("name", POLYNOMIALS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_polynomials(name, dtype):
    x = X[2:12].astype(dtype)
    degrees = np.array([[-1], [0], [1], [2], [3], [7], [12]])
    function = lambda lib, x, n: getattr(lib.special, name)(x, n)  # noqa: E731
    same(function, x, degrees, grad=False, slack=100)
    same(function, x, 5, grad=False, slack=100)
    same(function, 0.3, degrees, grad=False, slack=100)
