"""Reading and writing by index and by mask."""

from __future__ import annotations

import numpy as np

from .sample import Sample, cube, mask, real, rows, scalar, x, y

INDEXING = [
    *(
        Sample("__getitem__", numbers, index)
        for numbers, index in [
            (x, 0),
            (x, -1),
            (x, slice(None, None, 2)),
            (x, (slice(None), 1)),
            (x, (..., None, slice(1, 3))),
            (x, None),
            (x, mask),
            (x, rows),
            (x, np.array(1)),
            (x, (slice(None), np.array([2, 0, 0]))),
            (scalar, ...),
            (x, True),
            (cube, (rows, slice(None), np.array([0, 1, 1]))),
            (cube, (0, np.array([[0, 1], [2, 2]]))),
            (x, np.zeros(0, int)),
            (x, (slice(1, 1),)),
            (cube, (slice(None), np.array([True, False, True]))),
        ]
    ),
    Sample("index_select", x, 1, np.array([2, 0, 0])),
    Sample("index_select", x, 0, np.zeros(0, int)),
    Sample("gather", x, 1, np.array([[0, 0], [2, 1]])),
    Sample("gather", x, 0, np.array([[1, 0, 1]])),
    Sample("take", x, np.array([[5, 0], [0, -1]])),
    Sample("take_along_dim", x, np.array([[0], [2]]), 1),
    Sample("masked_select", x, mask),
    Sample("masked_select", real(2, 1), mask),
    Sample("masked_fill", x, mask, 7.0),
    Sample("masked_fill", x, mask, scalar),
    Sample("masked_scatter", x, mask, real(5)),
    Sample("mt.where", mask, x, y),
    Sample("mt.where", mask, real(2, 1), real(3)),
    Sample("mt.where", mask, x, 1.5),
    Sample("Tensor.where", x, mask, real(3)),
    Sample("index_put", x, (rows,), real(3, 3), True),
    Sample("index_put", x, (np.array([1]), np.array([2])), real(1)),
    Sample("index_put", x, (mask,), scalar),
    Sample("put", x, np.array([4, 0]), real(2)),
    Sample("put", x, np.array([4, 4]), real(2), True),
    Sample("index_add", x, 1, np.array([2, 2]), real(2, 2), alpha=3),
    Sample("index_add", x, 0, rows, real(3, 3)),
    Sample("index_copy", x, 1, np.array([2, 0]), real(2, 2)),
    Sample("index_fill", x, 1, np.array([2, 0]), 7.0),
    Sample("index_fill", x, 1, np.array([2]), scalar),
    Sample("scatter", x, 1, np.array([[0, 2], [1, 0]]), real(2, 2)),
    Sample("scatter", x, 1, np.array([[0, 2], [1, 0]]), value=7.0),
    Sample("scatter_add", x, 1, np.array([[0, 0], [1, 0]]), real(2, 3)),
    Sample("scatter_add", x, 0, np.array([[1, 0, 1]]), y),
    *(
        Sample("scatter_reduce", x, 1, np.array([[0, 0], [1, 0]]), real(2, 2), how)
        for how in ("sum", "prod", "mean", "amax", "amin")
    ),
    Sample(
        "scatter_reduce", x, 1, np.array([[0, 0], [1, 0]]), real(2, 2), "mean", include_self=False
    ),
    Sample("F.embedding", np.array([[1, 0], [1, 1]]), real(2, 3)),
    Sample("mt.embedding", real(2, 3), rows),
    Sample("fill", x, scalar),
    Sample("fill", x, 3.0),
]
