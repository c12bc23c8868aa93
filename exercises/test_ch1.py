"""Tests of chapter 1: they compare with MiniTorch and with the chapter's engine."""

import math
import random

import pytest

import minitorch as mt
from exercises.scalars import Value, backward


def random_graph(seed, size=30):
    """Values of which each was computed from two that came before; the first three are leaves."""
    draws = random.Random(seed)
    values = [Value(draws.uniform(-1, 1)) for _ in range(3)]
    for _ in range(size):
        a, b = draws.choice(values), draws.choice(values)
        values.append(a * b if draws.random() < 0.5 else (a - b).tanh())
    return values


@pytest.mark.parametrize("name", ["log", "sigmoid"])
def test_1_1_operation(work, name):
    for number in (0.01, 0.5, 1.0, 3.0):
        x = Value(number)
        y = getattr(work, name)(x * x) * x
        backward(y)
        other = mt.tensor(number, dtype=mt.float64, requires_grad=True)
        result = getattr(mt, name)(other * other) * other
        result.backward()
        assert y.data == pytest.approx(result.item(), abs=1e-12)
        assert x.grad == pytest.approx(other.grad.item(), abs=1e-12)


@pytest.mark.parametrize("number", [-800.0, 800.0])
def test_1_1_sigmoid_of_large_numbers(work, number):
    x = Value(number)
    y = work.sigmoid(x)
    backward(y)
    assert (y.data, x.grad) == pytest.approx((float(number > 0), 0.0), abs=1e-12)


def test_1_2_twice(work):
    x = Value(3.0)
    work.backward(x * x)
    assert x.grad == 6.0


def test_1_2_random_graphs(work):
    for seed in range(5):
        grads = []
        for function in (work.backward, backward):
            values = random_graph(seed)
            function(values[-1])
            grads.append([value.grad for value in values])
        assert grads[0] == pytest.approx(grads[1], abs=1e-14)


def test_1_3_as_sgd(work):
    w, b = Value(0.5), Value(-1.0)
    data = [(1.0, 2.0), (2.0, 3.0), (-1.0, 0.5)]
    losses = work.train(
        [w, b], lambda: sum((w * x + b - y) ** 2 for x, y in data), backward, rate=0.05, steps=8
    )
    v = mt.tensor([0.5, -1.0], dtype=mt.float64, requires_grad=True)
    x, y = mt.tensor(data, dtype=mt.float64).unbind(1)
    optimizer = mt.optim.SGD([v], lr=0.05)
    for number in losses:
        loss = (v[0] * x + v[1] - y).square().sum()
        assert number == pytest.approx(loss.item(), abs=1e-10)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert len(losses) == 8
    assert [w.data, b.data] == pytest.approx(v.tolist(), abs=1e-10)


def check_order(order, root):
    place = {node: number for number, node in enumerate(order)}
    assert len(place) == len(order), "a value comes twice"
    assert order[0] is root
    for node in order:
        for parent in node.parents:
            assert place[parent] > place[node], "a value comes before one that uses it"


def test_1_4_order(work):
    for seed in range(20):
        values = random_graph(seed)
        for value in values:
            value.number = 0
        check_order(work.ordered(values[-1]), values[-1])


def test_1_4_long_chain(work):
    x = y = Value(1.0)
    for _ in range(100_000):
        y = y + 0.0
    order = work.ordered(y)
    assert order[0] is y
    assert x in order[-2:]
    assert len(order) == 200_001


def test_1_5_forward(work):
    for seed in range(5):
        values = random_graph(seed)
        root, leaves = values[-1], values[:3]
        slopes = [work.forward_slope(root, leaf) for leaf in leaves]
        assert all(value.grad == 0.0 for value in values), "forward mode needs no grad"
        backward(root)
        assert slopes == pytest.approx([leaf.grad for leaf in leaves], abs=1e-13)


def test_1_5_not_used(work):
    x, y = Value(2.0), Value(3.0)
    assert work.forward_slope(x * 2.0, y) == 0.0
    assert work.forward_slope(x, x) == 1.0
    assert math.isclose(work.forward_slope(x.exp(), x), math.exp(2.0))
