"""First and second derivatives of every operation, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch.autograd import grad, gradcheck, gradgradcheck
from tests.ops.samples import CALLS

# The first four look at the memory itself; dropout draws its numbers in the order of the memory.
BY_MEMORY = "as_strided view view_as view_as_complex dropout alpha_dropout".split()

BY_ELEMENTS = [p for p in CALLS if p.values[1].name not in BY_MEMORY]


@pytest.mark.parametrize(("function", "sample"), CALLS)
def test_derivatives(function, sample):
    def call(*leaves):
        return sample(function, *leaves)

    assert gradcheck(call, sample.leaves(), rtol=1e-4)
    assert gradgradcheck(call, sample.leaves(), rtol=1e-4)


def derivatives(call, leaves):
    """The results, their derivatives, and the derivatives of those, each as a weighted sum."""
    results = call(*leaves)
    found = list(results) if isinstance(results, tuple | list) else [results]
    for _ in range(2):
        found.append(weighted(found))
        grads = grad(
            found[-1], leaves, create_graph=True, allow_unused=True, materialize_grads=True
        )
        found.extend(grads)
        if not any(g.requires_grad for g in grads):
            break
    return [tensor.detach().numpy() for tensor in found]


def weighted(tensors):
    """The sum of the real parts of all elements, each with a weight of its own."""
    rng = np.random.default_rng(0)
    return sum(
        (t * mt.tensor(rng.uniform(1, 2, t.shape))).real.sum() for t in tensors if t.requires_grad
    )


def scatter(array):
    """The same numbers with the dimensions in reverse order in memory, and gaps between them."""
    return np.repeat(array.T, 2, axis=-1)[..., ::2].T if array.ndim else array


@pytest.mark.parametrize(("function", "sample"), BY_ELEMENTS)
def test_memory_that_is_not_contiguous(function, sample):
    plain = sample.leaves()
    spread = [mt.from_numpy(scatter(array)).requires_grad_() for array in sample.arrays()]
    expected, found = (
        derivatives(lambda *leaves: sample(function, *leaves), leaves) for leaves in (plain, spread)
    )
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
