"""Fourier transforms beside NumPy's, windows beside SciPy's, special functions beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import scipy.special

import minitorch as mt

rng = np.random.default_rng(0)
X = rng.standard_normal((4, 6))


@pytest.mark.parametrize("kind", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
def test_transforms(kind, norm):
    x = mt.tensor(X)
    for n in (None, 3, 8):
        expected = getattr(np.fft, kind)(X, n, norm=norm)
        np.testing.assert_allclose(getattr(mt.fft, kind)(x, n, norm=norm), expected, atol=1e-12)
    if "h" not in kind:
        expected = getattr(np.fft, f"{kind}n")(X, norm=norm)
        np.testing.assert_allclose(getattr(mt.fft, f"{kind}n")(x, norm=norm), expected, atol=1e-12)
        np.testing.assert_allclose(getattr(mt.fft, f"{kind}2")(x, norm=norm), expected, atol=1e-12)


def test_inverses():
    z = mt.tensor(X + 1j * X[::-1])
    for there, back in [(mt.fft.fftn, mt.fft.ifftn), (mt.fft.fftshift, mt.fft.ifftshift)]:
        np.testing.assert_allclose(back(there(z)), z, atol=1e-12)
    x, window = mt.tensor(X[0]).tile(5), mt.hann_window(8, dtype=mt.float64)
    for options in ({}, {"normalized": True}, {"onesided": False}):
        spectra = mt.stft(x, 8, window=window, return_complex=True, **options)
        np.testing.assert_allclose(mt.istft(spectra, 8, window=window, **options), x, atol=1e-12)


def test_stft_without_a_window_warns():
    with pytest.warns(UserWarning, match="A window was not provided"):
        mt.stft(mt.ones(8), 4, return_complex=True)
    with pytest.warns(UserWarning, match="A window was not provided"):
        mt.istft(mt.ones(3, 4) + 0j, 4)
    with pytest.warns(UserWarning, match="return_complex=False is deprecated"):
        mt.stft(mt.ones(8), 4, window=mt.ones(4), return_complex=False)
    with pytest.warns(UserWarning, match="length of signal is shorter"):
        mt.istft(mt.ones(3, 4) + 0j, 4, window=mt.ones(4), length=20)


WINDOWS = {
    "bartlett": ({}, "bartlett"), "blackman": ({}, "blackman"), "cosine": ({}, "cosine"),
    "exponential": ({"tau": 2.0}, ("exponential", None, 2.0)), "hamming": ({}, "hamming"),
    "gaussian": ({"std": 1.5}, ("gaussian", 1.5)), "hann": ({}, "hann"), "nuttall": ({}, "nuttall"),
    "kaiser": ({"beta": 5.0}, ("kaiser", 5.0)),
    "general_cosine": ({"a": [0.5, 0.3, 0.2]}, ("general_cosine", [0.5, 0.3, 0.2])),
    "general_hamming": ({"alpha": 0.7}, ("general_hamming", 0.7)),
}  # fmt: skip


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("sym", [True, False])
@pytest.mark.parametrize("n", [0, 1, 2, 5, 8])
def test_windows(name, sym, n):
    options, scipys = WINDOWS[name]
    found = getattr(mt.signal.windows, name)(n, sym=sym, dtype=mt.float64, **options)
    if (name, sym, n) == ("kaiser", False, 2):
        expected = [1 / scipy.special.i0(5.0), 1.0]
    else:
        expected = scipy.signal.get_window(scipys, n, fftbins=not sym) if n else []
    np.testing.assert_allclose(found, expected, atol=1e-7 if name == "nuttall" else 1e-12)
    older = getattr(mt, f"{name}_window", None)
    if older is not None and name != "kaiser":
        np.testing.assert_allclose(older(n, not sym, dtype=mt.float64), expected, atol=1e-12)


def test_kaiser_window():
    expected = scipy.signal.get_window(("kaiser", 12.0), 7)
    np.testing.assert_allclose(mt.kaiser_window(7), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda w: w.hann(-1), "requires non-negative window length, got M=-1"),
        (lambda w: w.hann(3, dtype=mt.int64), "expects float32 or float64 dtypes"),
        (lambda w: w.gaussian(3, std=0), "Standard deviation must be positive, got: 0 instead"),
        (lambda w: w.exponential(3, tau=0), "Tau must be positive, got: 0 instead"),
        (lambda w: w.exponential(3, center=1), "Center must be None for symmetric windows"),
        (lambda w: w.kaiser(3, beta=-1), "beta must be non-negative, got: -1 instead"),
        (lambda w: w.general_cosine(3, a=[]), "Coefficients cannot be empty"),
    ],
)
def test_windows_refuse(call, error):
    with pytest.raises(ValueError, match=error):
        call(mt.signal.windows)
    with pytest.raises(TypeError, match="Coefficients must be a list/tuple"):
        mt.signal.windows.general_cosine(3, a=1)


SPECIAL = {
    "airy_ai": lambda x: scipy.special.airy(x)[0], "bessel_j0": scipy.special.j0,
    "bessel_j1": scipy.special.j1, "bessel_y0": scipy.special.y0, "bessel_y1": scipy.special.y1,
    "modified_bessel_k0": scipy.special.k0, "scaled_modified_bessel_k1": scipy.special.k1e,
    "spherical_bessel_j0": lambda x: scipy.special.spherical_jn(0, x),
    "erfcx": scipy.special.erfcx, "log_ndtr": scipy.special.log_ndtr, "ndtr": scipy.special.ndtr,
    "entr": scipy.special.entr, "i1e": scipy.special.i1e,
}  # fmt: skip
POLYNOMIALS = {
    "chebyshev_polynomial_t": scipy.special.eval_chebyt,
    "chebyshev_polynomial_u": scipy.special.eval_chebyu,
    "chebyshev_polynomial_v": lambda n, x: np.polynomial.chebyshev.Chebyshev.basis(n)(x)
    - (1 - x) * scipy.special.eval_chebyu(n - 1, x) if n else np.ones_like(x),
    "shifted_chebyshev_polynomial_t": scipy.special.eval_sh_chebyt,
    "shifted_chebyshev_polynomial_u": scipy.special.eval_sh_chebyu,
    "hermite_polynomial_h": scipy.special.eval_hermite,
    "hermite_polynomial_he": scipy.special.eval_hermitenorm,
    "laguerre_polynomial_l": scipy.special.eval_laguerre,
    "legendre_polynomial_p": scipy.special.eval_legendre,
}  # fmt: skip


@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions(name):
    x = np.linspace(0.1, 9, 50)
    found = getattr(mt.special, name)(mt.tensor(x, requires_grad=True))
    np.testing.assert_allclose(found.detach(), SPECIAL[name](x), rtol=1e-10)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials(name):
    x = np.linspace(-0.9, 1.5, 9)
    for n in range(9):
        found = getattr(mt.special, name)(mt.tensor(x), n)
        np.testing.assert_allclose(found, POLYNOMIALS[name](n, x), rtol=1e-9, atol=1e-9)
    assert getattr(mt.special, name)(mt.tensor(x), -1).tolist() == [0] * 9
