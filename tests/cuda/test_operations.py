"""Every operation on the GPU: results, first and second derivatives are those of the CPU."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import minitorch as mt
from minitorch.autograd import grad
from tests.ops.samples import CALLS, PLAIN_CALLS, WARNINGS, filled
from tests.ops.test_in_place import CALLS as IN_PLACE_CALLS

# Random numbers on a GPU are not those of the CPU.
RANDOM = "dropout", "rrelu", "gumbel", "lowrank", "multi_head_attention_forward"


def on(device):
    return lambda array: mt.tensor(array, device=device)


def call(function, sample, leaves, device):
    """What ``sample(function, *leaves)`` does, with its other arrays on ``device``."""
    args, kwargs = filled([sample.args, sample.kwargs], iter(leaves), on(device))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", WARNINGS)
        result = function(*args, **kwargs)
        return sample.after(result) if sample.after else result


def tensors_of(value):
    if isinstance(value, mt.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in tensors_of(item)]
    return []


def weighted(tensors, device):
    rng = np.random.default_rng(0)
    return sum(
        (t * mt.tensor(rng.uniform(1, 2, t.shape), device=device)).real.sum()
        for t in tensors
        if t.requires_grad
    )


def derivatives(function, sample, device):
    """The results, their derivatives, and the derivatives of those, in main memory."""
    leaves = [mt.tensor(array, device=device, requires_grad=True) for array in sample.arrays()]
    found = tensors_of(call(function, sample, leaves, device))
    for _ in range(2):
        if not any(t.requires_grad for t in found):
            break
        total = weighted(found, device)
        grads = grad(total, leaves, create_graph=True, allow_unused=True, materialize_grads=True)
        found.extend([total, *grads])
    if leaves:
        assert {t.device for t in found} <= {mt.zeros(0, device=device).device}
    return [tensor.detach().cpu().numpy() for tensor in found]


def is_determined(sample):
    return not any(name in f"{sample.name} {sample.kwargs}" for name in RANDOM)


ON_THE_GPU = [
    p
    for p in [*CALLS, *PLAIN_CALLS]
    if is_determined(p.values[1]) and p.values[1].name not in ("cpu", "numpy")
]


def compare_with_cpu(function, sample, gpu):
    expected = derivatives(function, sample, "cpu")
    found = derivatives(function, sample, gpu)
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("function", "sample"), ON_THE_GPU)
def test_as_on_the_cpu(function, sample):
    compare_with_cpu(function, sample, "cuda")


# Of float32 numbers the CPU makes the same by other steps: fused, or in other orders.
IN_FLOAT32 = [p for p in ON_THE_GPU if all(a.dtype.kind == "f" for a in p.values[1].arrays())]


def compare_in_float32(function, sample, gpu):
    def run(device):
        leaves = [
            mt.tensor(array, device=device, dtype=mt.float32, requires_grad=True)
            for array in sample.arrays()
        ]
        found = tensors_of(call(function, sample, leaves, device))
        if any(t.requires_grad for t in found):
            found += grad(weighted(found, device), leaves, materialize_grads=True)
        return [t.detach().cpu().numpy() for t in found]

    try:
        expected = run("cpu")
    except RuntimeError as error:  # the sample's other arrays are of float64
        with pytest.raises(type(error)):
            run(gpu)
        return
    for ours, theirs in zip(run(gpu), expected, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("function", "sample"), IN_FLOAT32)
def test_in_float32(function, sample):
    compare_in_float32(function, sample, "cuda")


def compare_in_place(in_place, sample, gpu):
    if not is_determined(sample):
        pytest.skip("draws random numbers")

    def run(device):
        leaves = [mt.tensor(a, device=device, requires_grad=True) for a in sample.arrays()]

        def change(target, *args, **kwargs):
            target = target.clone()
            assert in_place(target, *args, **kwargs) is target
            return target

        found = [call(change, sample, leaves, device)]
        if found[0].requires_grad:
            total = weighted(found, device)
            found += grad(total, leaves, allow_unused=True, materialize_grads=True)
        return [t.detach().cpu().numpy() for t in found]

    try:
        expected = run("cpu")
    except RuntimeError as error:  # the result does not fit
        with pytest.raises(type(error)):
            run(gpu)
        return
    for ours, theirs in zip(run(gpu), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("in_place", "function", "sample"), IN_PLACE_CALLS)
def test_in_place(in_place, function, sample):
    compare_in_place(in_place, sample, "cuda")
