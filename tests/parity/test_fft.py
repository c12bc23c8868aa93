"""Fourier transforms beside PyTorch: values, dtypes, two derivatives."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests.parity.compare import same, same_error

rng = np.random.default_rng(0)
REAL, COMPLEX = rng.standard_normal((2, 4, 5)), rng.standard_normal((2, 4, 5, 2)) @ [1, 1j]
KINDS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
OF_REAL = ("rfft", "ihfft")
CASES = [
    (kind, end, x)
    for kind in KINDS
    for end in ("", "2", "n")
    for x in ((REAL,) if kind in OF_REAL else (REAL, COMPLEX))
]


@pytest.mark.parametrize("norm", [None, "ortho", "forward", "backward"])
@pytest.mark.parametrize(("kind", "end", "x"), CASES, ids=lambda v: getattr(v, "dtype", v))
def test_transforms(kind, end, x, norm):
    """Over the last dimension or others, cut or filled up."""
    for n in (None, 3, 6, 2):
        size = {} if n is None else {"s": (n, n + 1)} if end else {"n": n}
        for dim in ({}, {"dim": (0, 1)} if end else {"dim": 1}):

            def cube(lib, x, size=size, dim=dim):
                y = getattr(lib.fft, kind + end)(x, **size, **dim, norm=norm)
                return y.resolve_conj() * y  # so that there is a second derivative

            if end != "n" or size or dim:
                same(cube, x, names=False, slack=100)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float16", "int64", "bool", "complex64"])
def test_dtypes(kind, dtype):
    x = np.arange(8).reshape(2, 4).astype(dtype)

    def transform(lib, x):
        return getattr(lib.fft, kind)(x).resolve_conj()

    if dtype == "float16" or (dtype == "complex64" and kind in OF_REAL):
        same_error(transform, x)
    else:
        same(transform, x, names=False, second=False, slack=3)


@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
@pytest.mark.parametrize("dim", [None, 0, (-1, 0)])
def test_shifts(name, dim):
    same(lambda lib, x: getattr(lib.fft, name)(x * x, dim), REAL)


@pytest.mark.parametrize("name", ["fftfreq", "rfftfreq"])
@pytest.mark.parametrize("n", [1, 4, 5, 100])
def test_frequencies(name, n):
    same(lambda lib: getattr(lib.fft, name)(n, 0.3))
    same(lambda lib: getattr(lib.fft, name)(n, dtype=lib.float64))


WAVE, WINDOW = rng.standard_normal((2, 24)), np.hanning(8)[1:-1]
OPTIONS = [
    {},
    {"hop_length": 3},
    {"center": False},
    {"normalized": True, "pad_mode": "constant"},
    {"onesided": False},
    {"center": False, "align_to_window": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("signal", [WAVE, WAVE[0], WAVE + 1j], ids=["batch", "one", "complex"])
def test_stft(signal, options):
    def transform(lib, x, window):
        z = lib.stft(x, 8, win_length=6, window=window, return_complex=True, **options)
        return z * z

    same(transform, signal, WINDOW, names=False, slack=100)


SPECTRA = rng.standard_normal((2, 5, 12, 2)) @ [1, 1j]


@pytest.mark.parametrize("options", [{}, {"hop_length": 3}, {"normalized": True}], ids=str)
@pytest.mark.parametrize("length", [None, 20, 40])
@pytest.mark.parametrize("spectra", [SPECTRA, SPECTRA[0]], ids=["batch", "one"])
def test_istft(spectra, options, length):
    def inverse(lib, z, window):
        x = lib.istft(z, 8, window=window, length=length, **options)
        return x * x

    same(inverse, spectra, np.hanning(10)[1:-1], names=False, slack=1000)


def test_istft_of_complex_numbers():
    z = rng.standard_normal((8, 5, 2)) @ [1, 1j]
    for one in (False, True):

        def transform(lib, z, one=one):
            x = lib.istft(z, 8, 2, window=lib.ones(8, dtype=lib.float64), onesided=False,
                          return_complex=one)  # fmt: skip
            return x * x

        same(transform, z, names=False, slack=1000)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "bartlett", "kaiser"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("periodic", [True, False])
def test_window_functions(name, dtype, periodic):
    for n in (0, 1, 2, 3, 10, 101):

        def make(lib, n=n):
            return getattr(lib, f"{name}_window")(n, periodic, dtype=getattr(lib, dtype))

        same(make, slack=10)


@pytest.mark.parametrize(
    "name",
    "bartlett blackman cosine exponential gaussian general_cosine general_hamming hamming hann "
    "kaiser nuttall".split(),
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sym", [True, False])
def test_signal_windows(name, dtype, sym):
    options = {"a": [0.4, 0.3, 0.2, 0.1]} if name == "general_cosine" else {}
    for n in (0, 1, 2, 3, 10, 101):

        def make(lib, n=n):
            window = getattr(lib.signal.windows, name)
            return window(n, sym=sym, dtype=getattr(lib, dtype), **options)

        same(make, slack=10)
