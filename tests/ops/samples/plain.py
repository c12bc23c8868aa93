"""What has no gradient: comparisons, logic, bits, counts, places."""

from __future__ import annotations

import numpy as np

from .sample import Sample, empty, mask, real, scalar, x, y

ints, others = np.array([[3, -5, 0], [2, 7, -8]]), np.array([3, 2, 1])
small = np.array([2, 0, 2, 1])
odd = np.array([1.5, np.inf, np.nan, -np.inf, 0.0])
COMPARISONS = "eq ne not_equal lt less le less_equal gt greater ge greater_equal"

PLAIN = [
    *(
        Sample(name, *pair)
        for name in COMPARISONS.split()
        for pair in [
            (ints, others),
            (x, real(3)),
            (x, 1),
            (ints, 2),
            (scalar, scalar),
            (empty, real(3)),
        ]
    ),
    *(Sample("floor_divide", ints, other) for other in (others, 2, np.array(1.5))),
    *(Sample(name, ints, others) for name in ("gcd", "lcm")),
    *(Sample(f"__{name}__", ints, others) for name in "eq ne lt le gt ge floordiv".split()),
    Sample("__rfloordiv__", others, 7),
    *(
        Sample(name, *pair)
        for name in ("logical_and", "logical_or", "logical_xor")
        for pair in [(ints, others), (x, mask), (mask, mask[0])]
    ),
    *(Sample("logical_not", value) for value in (ints, x, mask)),
    *(
        Sample(name, *pair)
        for name in "bitwise_and bitwise_or bitwise_xor __and__ __or__ __xor__".split()
        for pair in [(ints, others), (mask, mask[0]), (ints, 5)]
    ),
    *(
        Sample(name, ints, others)
        for name in "bitwise_left_shift bitwise_right_shift __lshift__ __rshift__".split()
    ),
    *(Sample(name, value) for name in ("bitwise_not", "__invert__") for value in (ints, mask)),
    *(
        Sample(name, value)
        for name in "isnan isinf isfinite isposinf isneginf isreal signbit".split()
        for value in (odd, ints)
    ),
    Sample("isclose", x, y, rtol=0.5),
    Sample("allclose", x, y),
    Sample("allclose", odd, odd, equal_nan=True),
    Sample("equal", x, x),
    Sample("equal", ints, ints),
    Sample("heaviside", odd, np.array(0.5)),
    *(
        Sample(name, x, **options)
        for name in ("argmax", "argmin", "all", "any", "count_nonzero")
        for options in ({}, {"dim": 0}, {"dim": 1})
    ),
    Sample("argsort", x),
    Sample("argsort", x, 0, True),
    Sample("nonzero", ints),
    Sample("argwhere", ints),
    Sample("unique", ints),
    Sample("unique_consecutive", small),
    Sample("bincount", small),
    Sample("bincount", small, minlength=5),
    Sample("histc", x, 4, -2, 2),
    *(Sample("isin", *pair) for pair in [(ints, others), (ints, 2), (7, ints)]),
    Sample("isin", ints, others, invert=True),
    Sample("mt.unravel_index", small, (2, 3)),
    Sample("linalg.matrix_rank", real(3, 3)),
    Sample("searchsorted", others[::-1], ints),
    Sample("bucketize", ints, others[::-1], right=True),
    Sample("one_hot", small),
    Sample("tril_indices", 3, 2, 1),
    Sample("triu_indices", 3, 2, -1),
]
