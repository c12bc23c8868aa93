"""What has no gradient: comparisons, logic, bits, counts and places, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from tests.ops.samples import PLAIN_CALLS, filled

# NumPy's functions where their names or arguments differ.
NUMPY = {
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal, "floordiv": np.floor_divide, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift, "invert": np.invert,
    "bitwise_left_shift": np.left_shift, "bitwise_right_shift": np.right_shift,
    "rfloordiv": lambda x, y: np.floor_divide(y, x),
    "heaviside": lambda x, y: np.where(x == 0, y, x > 0), "equal": np.array_equal,
    "argsort": lambda x, dim=-1, descending=False: np.argsort(-x if descending else x, dim),
    "nonzero": np.argwhere, "unique_consecutive": lambda x: x[np.insert(np.diff(x) != 0, 0, True)],
    "histc": lambda x, bins, low, high: np.histogram(x, bins, (low, high))[0],
    "matrix_rank": np.linalg.matrix_rank,
    "bucketize": lambda x, edges, right: np.searchsorted(edges, x, "right" if right else "left"),
    "one_hot": lambda x: np.eye(x.max() + 1, dtype=int)[x],
    "tril_indices": lambda n, m, k: np.stack(np.tril_indices(n, k, m)),
    "triu_indices": lambda n, m, k: np.stack(np.triu_indices(n, k, m)),
}  # fmt: skip


@pytest.mark.parametrize(("function", "sample"), PLAIN_CALLS)
def test_values(function, sample):
    name = sample.name.strip("_")
    reference = NUMPY.get(name) or getattr(np, name)
    args, kwargs = filled([sample.args, sample.kwargs], iter(sample.arrays()), np.asarray)
    expected = reference(*args, **{{"dim": "axis"}.get(k, k): v for k, v in kwargs.items()})
    leaves = sample.leaves()
    found = sample(function, *leaves)
    assert not getattr(found, "grad_fn", None)
    found = found.detach().numpy() if isinstance(found, mt.Tensor) else found
    np.testing.assert_array_equal(found, expected)
    for leaf, array in zip(leaves, sample.arrays(), strict=True):
        np.testing.assert_array_equal(leaf.detach().numpy(), array)
