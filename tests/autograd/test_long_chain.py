"""The reverse pass is a loop, so a graph may be deeper than Python's stack."""

from __future__ import annotations

import sys

import pytest

import minitorch as mt

LENGTH = 100_000


@pytest.mark.parametrize("length", [LENGTH])
def test_chain_of_operations(length):
    assert length > 10 * sys.getrecursionlimit()
    x = mt.tensor([1.0, 2.0], dtype=mt.float64, requires_grad=True)
    y = x
    for _ in range(length):
        y = y * 1.00001 + 0.5
    y.sum().backward()
    assert x.grad.tolist() == pytest.approx([1.00001**length] * 2)
    assert y.tolist() == pytest.approx(
        [50000 * (2.718268237 - 1) + 2.718268237 * v for v in (1, 2)], rel=1e-5
    )
    del y  # the graph goes, without recursion either


def test_gradient_of_inputs_at_the_far_end():
    x = mt.tensor(2.0, dtype=mt.float64, requires_grad=True)
    y = x * 3
    z = y
    for _ in range(LENGTH):
        z = z + 0.25
    (gradient,) = mt.autograd.grad(z * x, y)
    assert gradient.item() == 2.0


def test_chain_of_views_and_in_place_changes():
    x = mt.ones(4, dtype=mt.float64, requires_grad=True)
    y = x * 1
    for _ in range(5_000):
        y = y.view(2, 2).view(4)
    y.sum().backward()
    assert x.grad.tolist() == [1.0] * 4
    y = x * 1
    for _ in range(20_000):
        y.add_(1)
    y.backward(mt.ones(4, dtype=mt.float64))
    assert x.grad.tolist() == [2.0] * 4
    assert y.tolist() == [20_001.0] * 4
