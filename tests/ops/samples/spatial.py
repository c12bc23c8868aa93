"""Images resized, padded, shuffled, folded, sampled; poolings undone; bags of embeddings."""

from __future__ import annotations

import numpy as np

from .sample import Sample, positive, real

LAYOUTS = {3: (1, 2, 4), 4: (1, 2, 3, 4), 5: (1, 1, 2, 3, 2)}  # sizes by number of dimensions

RESIZED = [
    *(
        Sample("interpolate", real(*LAYOUTS[ndim]), scale_factor=factor, mode=mode)
        for mode, ndims in {
            "nearest": (3, 4, 5),
            "nearest-exact": (3, 4, 5),
            "area": (3, 4, 5),
            "linear": (3,),
            "bilinear": (4,),
            "trilinear": (5,),
            "bicubic": (4,),
        }.items()
        for ndim in ndims
        for factor in ((0.5, 1.7) if ndim < 5 else (1.7,))
    ),
    *(
        Sample("interpolate", real(1, 1, 4, 5), (6, 3), mode=mode, align_corners=True)
        for mode in ("bilinear", "bicubic")
    ),
    *(
        Sample("interpolate", real(1, 1, 5, 4), (2, 6), mode=mode, antialias=True)
        for mode in ("bilinear", "bicubic", "lanczos")
    ),
    Sample("interpolate", real(1, 1, 2, 2), 2),
    Sample("interpolate", real(1, 1, 100), 150, mode="linear"),  # too long for a matrix
    Sample("interpolate", real(0, 1, 2), 3, mode="linear"),
    Sample("interpolate", real(1, 1, 3), scale_factor=1.6, recompute_scale_factor=True),
]

GRID = real(1, 2, 2, 2, low=-1.3, high=1.3)
SAMPLED = [
    *(
        Sample("grid_sample", real(1, 2, 3, 4), GRID, mode, padding, corners)
        for mode in ("bilinear", "nearest", "bicubic")
        for padding in ("zeros", "border", "reflection")
        for corners in (False, True)
    ),
    Sample(
        "grid_sample",
        real(1, 1, 2, 3, 2),
        real(1, 1, 2, 1, 3, low=-1.2, high=1.2),
        align_corners=True,
    ),
    Sample("affine_grid", real(2, 2, 3), (2, 1, 2, 3), align_corners=True),
    Sample("affine_grid", real(1, 3, 4), (1, 1, 2, 1, 3), align_corners=False),
]

SHUFFLED = [
    Sample("pixel_shuffle", real(1, 8, 2, 1), 2),
    Sample("pixel_unshuffle", real(1, 2, 2, 4), 2),
    Sample("channel_shuffle", real(2, 6, 2), 3),
    Sample("F.unfold", real(1, 2, 3, 4), 2),
    Sample("F.unfold", real(2, 4, 3), (2, 3), dilation=2, padding=(1, 2), stride=(2, 1)),
    Sample("fold", real(1, 8, 6), (3, 4), 2),
    Sample("fold", real(8, 6), (5, 4), 2, padding=(1, 0), stride=2),
    Sample("constant_pad_nd", real(2, 3), (1, -1, 0, 2), 2.0),
    Sample("pad", real(1, 1, 4), (-1, 2), "circular"),
    Sample("pad", real(1, 2, 2, 2), (1, 1, 1, 1, 1, 0), "reflect"),
]

UNPOOLED = [
    Sample("max_unpool1d", real(1, 2, 2), np.array([[[1, 2], [0, 3]]]), 2),
    Sample("max_unpool2d", real(1, 1, 2), np.array([[[1, 6]]]), 2, output_size=(3, 4)),
    Sample("max_unpool3d", real(1, 1, 1, 2), np.array([[[[1, 14]]]]), 2),
    *(Sample(f"lp_pool{n}d", positive(1, 1, *[3] * n), 2.5, 2, 1) for n in (1, 2, 3)),
    Sample("lp_pool2d", real(1, 3, 3), float("inf"), 2),
    Sample("fractional_max_pool2d", real(1, 1, 5, 6), 2, (2, 3)),
    Sample("fractional_max_pool2d", real(2, 4, 5), 2, output_ratio=(0.5, 0.4), return_indices=True),
    Sample("fractional_max_pool3d", real(1, 1, 3, 4, 4), (1, 2, 2), (2, 2, 2)),
]

ENTRIES, STARTS = np.array([0, 2, 1, 1, 3]), np.array([0, 2, 2])
BAGS = [
    *(
        Sample("embedding_bag", ENTRIES, real(4, 2), STARTS, mode=mode, **options)
        for mode in ("sum", "mean", "max")
        for options in ({}, {"padding_idx": 1}, {"include_last_offset": True})
    ),
    Sample("embedding_bag", ENTRIES[:4].reshape(2, 2), real(4, 2)),
    Sample("embedding_bag", ENTRIES, real(4, 2), STARTS, mode="sum", per_sample_weights=real(5)),
    Sample(
        "embedding_bag",
        ENTRIES[:4].reshape(2, 2),
        real(4, 2),
        mode="sum",
        per_sample_weights=real(2, 2),
    ),
]

SPATIAL = [*RESIZED, *SAMPLED, *SHUFFLED, *UNPOOLED, *BAGS]
