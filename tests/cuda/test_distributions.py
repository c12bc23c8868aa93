"""Distributions on the GPU: densities as on the CPU; samples and their gradients stay there."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from tests.distributions.cases import CASES


def made(name, device):
    make, parameters, value = CASES[name]
    tensors = [mt.tensor(np.asarray(p), device=device, requires_grad=True) for p in parameters]
    return make(mt.distributions, *tensors), tensors, mt.tensor(value, device=device)


@pytest.mark.parametrize("name", CASES)
def test_densities_are_the_same(name):
    (there, on_gpu, value), (here, on_cpu, same) = made(name, "cuda"), made(name, "cpu")
    found, expected = there.log_prob(value), here.log_prob(same)
    assert found.is_cuda
    np.testing.assert_allclose(found.detach().cpu(), expected.detach(), rtol=1e-4, atol=1e-5)
    found.sum().backward()
    expected.sum().backward()
    for a, b in zip(on_gpu, on_cpu, strict=True):
        if b.grad is not None:
            np.testing.assert_allclose(a.grad.cpu(), b.grad, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_samples_stay_there(name):
    distribution, parameters, _ = made(name, "cuda")
    samples = distribution.sample((5,))
    assert samples.is_cuda and samples.shape[0] == 5
    assert distribution.support.check(samples).all()
    if distribution.has_rsample:
        distribution.rsample((5,)).sum().backward()
        assert any(p.grad is not None and p.grad.is_cuda for p in parameters)
