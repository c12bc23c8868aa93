"""Reductions, softmax, running values and order."""

from __future__ import annotations

from .sample import Sample, cplx, cube, empty, real, scalar, x, y

SOFTMAX = [
    *(
        Sample(name, numbers, dim=dim)
        for name in ("softmax", "log_softmax", "softmin", "logcumsumexp", "logsumexp")
        for numbers, dim in [(x, 1), (cube, 0), (scalar, 0), (empty, 1), (real(3), -1)]
    ),
    Sample("logsumexp", cube, dim=(0, 2), keepdim=True),
    Sample("logsumexp", cplx(2, 3), dim=1),
    Sample("gumbel_softmax", x, 0.5),
    Sample("gumbel_softmax", x, dim=0),
]

REDUCTIONS = [
    *(
        Sample(name, numbers, **options)
        for name in (
            "sum",
            "mean",
            "nansum",
            "nanmean",
            "prod",
            "var",
            "std",
            "norm",
            "amax",
            "amin",
        )
        for numbers, options in [
            (x, {}),
            (cube, {"dim": 1}),
            (cube, {"dim": -1, "keepdim": True}),
            (real(2, 0), {"dim": 0}),
        ]
    ),
    *(
        Sample(name, numbers, **options)
        for name in ("sum", "mean", "nansum", "nanmean", "prod", "norm", "amax", "amin")
        for numbers, options in [(scalar, {})]
    ),
    *(
        Sample(name, cube, dim=(0, 2))
        for name in ("sum", "mean", "nansum", "nanmean", "var", "std", "norm", "amax", "amin")
    ),
    *(
        Sample(name, *args, **options)
        for name in ("max", "min", "median", "nanmedian")
        for args, options in [
            ((x,), {}),
            ((cube, 1), {}),
            ((x,), {"dim": -1, "keepdim": True}),
            ((scalar,), {}),
        ]
    ),
    Sample("sum", empty),
    Sample("nansum", empty),
    Sample("prod", empty),
    Sample("sum", cplx(2, 3), 1),
    Sample("mean", cplx(2, 3)),
    Sample("prod", cplx(3)),
    Sample("prod", cplx(2, 3), 1),
    Sample("var", x, correction=0),
    Sample("std", x, 1, correction=2),
    Sample("var", x, unbiased=False),
    Sample("var", cplx(2, 3), 1),
    Sample("std", cplx(4)),
    Sample("var_mean", cube, 1),
    Sample("std_mean", x, correction=0, keepdim=True),
    *(Sample("norm", x, p) for p in (0, 1, 2, 3, 0.5, float("inf"), -float("inf"))),
    Sample("norm", cube, 2, (0, 1), True),
    Sample("norm", cplx(3)),
    Sample("norm", cplx(2, 3), 1, 1),
    *(Sample("dist", x, real(3), p) for p in (0, 1, 2, 3, float("inf"))),
    *(Sample("cdist", real(2, 3), real(4, 3), p) for p in (1.0, 2.0, 3.0, float("inf"))),
    Sample("cdist", real(2, 2, 3), real(1, 2, 3)),
    Sample("cdist", real(2, 2, 3), real(1, 4, 3), compute_mode="use_mm_for_euclid_dist"),
    Sample("max", x, y),
    Sample("min", x, y),
    Sample("mt.max", x, other=real(3)),
    Sample("aminmax", x),
    Sample("aminmax", cube, dim=1, keepdim=True),
    Sample("sum_to_size", cube, 3, 1),
    Sample("sum_to_size", cube, 2, 1, 2),
]

ORDER = [
    *(
        Sample(name, cube, dim)
        for name in "cumsum cumprod cummax cummin".split()
        for dim in (1, -1)
    ),
    *(Sample(name, scalar, 0) for name in "cumsum cumprod cummax cummin".split()),
    *(Sample(name, empty, 0) for name in "cumsum cumprod logcumsumexp".split()),
    Sample("cumsum", cplx(3), 0),
    Sample("cumprod", cplx(3), 0),
    Sample("sort", cube, 1),
    Sample("sort", x, descending=True),
    Sample("sort", scalar),
    Sample("sort", empty, 0),
    Sample("sort", x, stable=True),
    Sample("msort", cube),
    Sample("topk", x, 2),
    Sample("topk", cube, 1, dim=0, largest=False),
    Sample("topk", x, 2, sorted=False),
    Sample("kthvalue", x, 2),
    Sample("kthvalue", cube, 1, 0, True),
    Sample("mode", x),
    Sample("mode", cube, 1, True),
]
