"""Tests of chapter 2: they ask real tensors."""

import itertools

import pytest

import minitorch as mt
from exercises.checking import same

SHAPES = [(), (5,), (3, 4), (1, 4), (3, 1), (2, 3, 4), (2, 1, 3), (1, 1, 1), (4, 3, 2, 5)]


def test_2_1_strides(work):
    for shape in SHAPES:
        assert tuple(work.contiguous_strides(shape)) == mt.zeros(shape).stride(), shape


def test_2_1_is_contiguous(work):
    for shape in SHAPES:
        x = mt.zeros(shape)
        views = [x.permute(order) for order in itertools.permutations(range(x.ndim))]
        views += [v[..., ::2] for v in views if v.ndim] + [v[1:] for v in views if v.ndim]
        views += [v.expand(2, *v.shape) for v in views]
        for v in views:
            if v.numel():
                said = work.is_contiguous(tuple(v.shape), v.stride())
                right = v.is_contiguous()
                assert said == right, f"shape {tuple(v.shape)}, strides {v.stride()}"


def is_view(expression):
    """Whether the result has the memory of x: a change of x is seen in it."""
    x = mt.arange(12.0).reshape(3, 4)
    result = eval(expression, {"x": x})
    before = result.clone()
    x += 100.0
    return not mt.equal(result, before)


def test_2_2_view_or_copy(work):
    said = work.shares_memory()
    assert len(said) == 12
    wrong = [
        expression for expression, verdict in said.items() if verdict is not is_view(expression)
    ]
    assert not wrong, f"look again at {', '.join(wrong)}"


@pytest.mark.parametrize("name", ["plain", "transposed", "part"])
def test_2_3_windows(work, name):
    whole = mt.arange(70.0).reshape(7, 10)
    image = {"plain": whole, "transposed": whole.t(), "part": whole[1:, 1::2]}[name]
    for size, step in [(1, 1), (2, 1), (3, 1), (2, 2), (3, 2)]:
        expected = image.unfold(0, size, step).unfold(1, size, step)
        result = work.windows(image, size, step)
        same(result, expected, f"size {size}, step {step}")


def test_2_3_nothing_is_copied(work):
    image = mt.zeros(6, 6)
    result = work.windows(image, 2, 2)
    image[2, 3] = 1.0
    assert result.mean((2, 3)).tolist() == [[0, 0, 0], [0, 0.25, 0], [0, 0, 0]]


def test_2_4_record(work):
    record = work.descend(mt.tensor([1.0, -2.0]), 0.01, 5)
    w = mt.tensor([1.0, -2.0], requires_grad=True)
    optimizer = mt.optim.SGD([w], lr=0.01)
    assert len(record) == 5
    for number, weights in enumerate(record, 1):
        optimizer.zero_grad()
        (w**4).sum().backward()
        optimizer.step()
        same(weights, w, f"after step {number}")


def test_2_4_start_is_left_alone(work):
    start = mt.tensor([1.0, -2.0])
    work.descend(start, 0.01, 5)
    assert start.tolist() == [1.0, -2.0]


def programs():
    """The programs of exercise 2.5, and the gradients that they really print."""
    x = mt.ones(2, requires_grad=True)
    x.expand(3, 2).sum().backward()
    yield "expand", x.grad.tolist()
    x = mt.ones(5, requires_grad=True)
    x.unfold(0, 2, 1).sum().backward()
    yield "unfold", x.grad.tolist()
    x = mt.ones(3, requires_grad=True)
    y = x * 2
    y[0] = 7.0
    y.sum().backward()
    yield "write", x.grad.tolist()
    x = mt.ones(3, requires_grad=True)
    y = x * 2
    y[1:].mul_(3.0)
    y[:2].mul_(5.0)
    y.sum().backward()
    yield "overlap", x.grad.tolist()


def test_2_5_gradients(work):
    said = work.gradients()
    wrong = [name for name, numbers in programs() if said[name] != numbers]
    assert not wrong, f"look again at {', '.join(wrong)}"
