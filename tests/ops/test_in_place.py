"""Every in-place form: ``x.exp_()``, ``F.relu(x, inplace=True)``, against the form that is not."""

from __future__ import annotations

import functools
import inspect

import numpy as np
import pytest

import minitorch as mt
from tests.ops.samples import PLACES, PLAIN, SAMPLES, forms

# These change the shape of a tensor, not its numbers: see programs/in_place_views.txt.
VIEWS = {"squeeze", "unsqueeze", "t", "transpose", "swapaxes", "swapdims", "as_strided"}


def in_place_forms(sample):
    """The in-place forms of what the sample calls, each with the form that is not in place."""
    if sample.name in VIEWS:
        return
    for label, function in forms(sample.name, sample.place).items():
        if label.startswith("F.") and "inplace" in inspect.signature(function).parameters:
            yield f"{label}-inplace", functools.partial(function, inplace=True), function
    if not sample.name.endswith("_"):
        for label, method in forms(f"{sample.name}_", sample.place).items():
            owner = PLACES[label.partition(".")[0]]
            yield label, method, getattr(owner, sample.name, None) or getattr(mt, sample.name)


def first_of(sample):
    """The tensor that the in-place form changes."""
    return sample(lambda target, *args, **kwargs: target, *sample.leaves())


CALLS = [
    pytest.param(method, function, sample, id=f"{label}-{sample}")
    for sample in [*SAMPLES, *PLAIN]
    if isinstance(first_of(sample), mt.Tensor)
    for label, method, function in in_place_forms(sample)
]
ON_LEAVES = [p for p in CALLS if first_of(p.values[2]).requires_grad]


@pytest.mark.parametrize(("in_place", "function", "sample"), CALLS)
def test_as_out_of_place(in_place, function, sample):
    def change(target, *args, **kwargs):
        target = target.clone()
        version = target._version
        result = in_place(target, *args, **kwargs)
        assert result is target
        assert result._version > version or not result.numel()
        return result

    first, leaves = first_of(sample), sample.leaves()
    expected = sample(function, *leaves)
    fits = mt.can_cast(expected.dtype, first.dtype) and expected.shape == first.shape
    if not fits or first.is_complex() > expected.is_complex():
        with pytest.raises(
            RuntimeError, match=r"doesn't match the broadcast|can't be cast|complex"
        ):
            sample(change, *leaves)
        return
    found = sample(change, *leaves)
    np.testing.assert_array_equal(found.detach(), expected.to(first.dtype).detach())
    assert found.dtype is first.dtype
    if leaves:
        gradients = [gradient_of(out, leaves) for out in (found, expected)]
        for ours, theirs in zip(*gradients, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def gradient_of(out, leaves):
    """The gradients by all leaves, zeros where there is none."""
    if not out.requires_grad:
        return [mt.zeros_like(leaf) for leaf in leaves]
    mt.manual_seed(0)
    return mt.autograd.grad(out, leaves, mt.rand_like(out), materialize_grads=True)


@pytest.mark.parametrize(("in_place", "function", "sample"), ON_LEAVES)
def test_leaf_is_refused(in_place, function, sample):
    leaves = sample.leaves()
    with pytest.raises(RuntimeError, match=r"a leaf Variable that requires grad|for complex"):
        sample(in_place, *leaves)
    for leaf, array in zip(leaves, sample.arrays(), strict=True):
        np.testing.assert_array_equal(leaf.detach(), array)
        assert leaf._version == 0
