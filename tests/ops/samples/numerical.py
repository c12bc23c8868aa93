"""Fourier transforms, special functions, and numerical calculus."""

from __future__ import annotations

import numpy as np

from .sample import Numbers, Sample, cplx, cube, positive, real, scalar, x

SIGNALS = [
    *(
        Sample(f"fft.{name}", numbers, **options)
        for name in ("fft", "ifft", "hfft", "irfft")
        for numbers in (real(2, 4), cplx(5))
        for options in (
            {},
            {"n": 3},
            {"n": 6, "norm": "ortho"},
            {"dim": 0, "norm": "forward", "n": 4},
        )
    ),
    *(
        Sample(f"fft.{name}", numbers, **options)
        for name in ("rfft", "ihfft")
        for numbers in (real(2, 4), real(5))
        for options in ({}, {"n": 3}, {"n": 6, "norm": "ortho"}, {"dim": 0, "norm": "forward"})
    ),
    *(
        Sample(f"fft.{name}{end}", real(2, 3, 2), s=(3, 4), dim=(0, 2))
        for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
        for end in ("2", "n")
    ),
    *(Sample(f"fft.{name}n", cplx(2, 3)) for name in ("fft", "ifft", "irfft", "hfft")),
    *(
        Sample(f"fft.{name}", x, **o)
        for name in ("fftshift", "ifftshift")
        for o in ({}, {"dim": 1})
    ),
    Sample("stft", real(2, 9), 4, 3, window=np.hanning(6)[1:-1], return_complex=True),
    Sample(
        "stft",
        real(8),
        4,
        2,
        3,
        real(3),
        False,
        onesided=False,
        normalized=True,
        return_complex=True,
    ),
    Sample("stft", cplx(8), 4, pad_mode="constant"),
    Sample("istft", cplx(2, 3, 4), 4, 2, window=positive(4)),
    Sample(
        "istft", cplx(4, 4), 4, window=positive(4), length=5, onesided=False, return_complex=True
    ),
]

EVERYWHERE = (-3.0, 3.0)
SPECIAL = [
    *(
        Sample(f"special.{name}", Numbers(shape, *domain))
        for name, domain in {
            "i0e": EVERYWHERE,
            "i1": EVERYWHERE,
            "i1e": EVERYWHERE,
            "erfcx": EVERYWHERE,
            "ndtr": EVERYWHERE,
            "log_ndtr": EVERYWHERE,
            "ndtri": (0.1, 0.9),
            "entr": (0.2, 3.0),
        }.items()
        for shape in [(2, 3), (), (0,)]
    ),
    *(
        Sample(name, np.array([[0.5], [1.0], [2.5]]), positive(2))
        for name in ("special.gammainc", "special.gammaincc", "igamma", "igammac")
    ),
    Sample("special.zeta", np.array([[1.5], [3.0]]), positive(3)),
    Sample("special.zeta", 2.0, positive(3)),
    Sample("special.xlog1py", x, positive(3)),
    Sample("special.xlog1py", 2.0, positive(3)),
    Sample("special.xlog1py", x, 1.5),
]

weights = np.array([1, 2, 3])
NUMERICAL = [
    *(
        Sample(name, numbers, **options)
        for name in ("quantile", "nanquantile")
        for numbers, options in [
            (x, {"q": 0.3}),
            (x, {"q": np.array([0.1, 0.5, 1.0]), "dim": 1, "keepdim": True}),
            (cube, {"q": real(2, low=0.2, high=0.6), "dim": 1}),
            (scalar, {"q": 0.5}),
            *(
                (x, {"q": 0.4, "interpolation": i})
                for i in ("lower", "higher", "nearest", "midpoint")
            ),
        ]
    ),
    Sample("diff", x),
    Sample("diff", cube, 2, 1),
    Sample("diff", x, prepend=real(2, 1), append=real(2, 2)),
    Sample("mt.gradient", x),
    Sample("mt.gradient", real(4, 3), spacing=0.5, dim=0, edge_order=2),
    Sample("mt.gradient", real(4), spacing=[np.array([0.0, 1.0, 3.0, 4.5])], edge_order=2),
    Sample(
        "mt.gradient", real(2, 4), spacing=[np.array([0.0, 0.5]), np.array([0.0, 1.0, 3.0, 4.5])]
    ),
    *(
        Sample(f"mt.{name}", *args, **options)
        for name in ("trapezoid", "cumulative_trapezoid", "trapz")
        for args, options in [
            ((x,), {}),
            ((x,), {"dx": 0.5, "dim": 0}),
            ((x, real(3)), {}),
            ((cplx(2, 3), real(2, 3)), {"dim": 0}),
        ]
    ),
    Sample("cov", x),
    Sample("cov", cplx(2, 3), correction=0),
    Sample("cov", real(4)),
    Sample("cov", x, fweights=weights, aweights=positive(3)),
    Sample("corrcoef", x),
    Sample("corrcoef", cplx(2, 3)),
    Sample("renorm", x, 2, 0, 1.0),
    Sample("renorm", x, 1, 1, 1.5),
    Sample("frexp", positive(2, 3)).then(lambda results: results[0]),
    Sample("logcumsumexp", cplx(2, 3), 1),
    Sample("as_strided_scatter", x, real(2, 2), (2, 2), (1, 2), 1),
    Sample("narrow_copy", x, 1, 1, 2),
]
