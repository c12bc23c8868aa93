"""Tests of the exercises of chapter 4."""

from itertools import product

import pytest

import minitorch as mt
from exercises.checking import same

SHAPES = [(), (1,), (3,), (0,), (4, 1), (1, 3), (4, 3), (2, 1, 1), (2, 4, 3), (2, 1, 0), (1, 1)]


def broadcast(a, b):
    """What the library says; None if they do not fit."""
    try:
        return tuple(mt.broadcast_shapes(a, b))
    except RuntimeError:
        return None


PAIRS = [(a, b, broadcast(a, b)) for a, b in product(SHAPES, SHAPES)]


def test_4_1_shapes_that_fit(work):
    for a, b, shape in PAIRS:
        if shape is not None:
            assert work.common_shape(a, b) == shape, f"{a} with {b}"


def test_4_1_shapes_that_do_not_fit(work):
    for a, b, shape in PAIRS:
        if shape is None:
            with pytest.raises(ValueError):
                work.common_shape(a, b)


def test_4_2_what_the_engine_does(work):
    for a, b, shape in PAIRS:
        if shape is None:
            continue
        mt.manual_seed(0)
        x = mt.zeros(a, dtype=mt.float64, requires_grad=True)
        grad = mt.randn(shape, dtype=mt.float64)
        (x + mt.zeros(b, dtype=mt.float64)).backward(grad)
        mine = work.undo(grad, a)
        same(mine, x.grad, f"from {shape} to {a}")


EXPRESSIONS = [
    "column + row",
    "x + column.squeeze(1)",
    "x - x.mean(1)",
    "x - x.mean(1, keepdim=True)",
    "x.t() * column.squeeze(1)",
    "cube * column",
    "cube.sum((0, 2)) + one",
    "x @ row + column",
    "row[:, None] - row",
    "(cube * column).sum().backward(); column.grad",
    "(one * x).sum().backward(); one.grad",
]


@pytest.mark.parametrize("line", EXPRESSIONS)
def test_4_3_prediction(work, line):
    shapes = {"x": (4, 3), "row": (3,), "column": (4, 1), "cube": (2, 4, 3), "one": ()}
    names = {name: mt.ones(shape, requires_grad=True) for name, shape in shapes.items()}
    before, _, last = line.rpartition("; ")
    try:
        exec(before, names)
        real = tuple(eval(last, names).shape)
    except RuntimeError:
        real = None
    predicted = work.predictions()[line]
    assert predicted is not ..., "not predicted yet"
    predicted = tuple(predicted) if isinstance(predicted, list) else predicted
    assert (predicted == real) is True, "it is another shape"  # and not said here which


def test_4_4_every_row_of_every_table(work):
    mt.manual_seed(4)
    for shape in (1, 5), (3, 3), (4, 3), (6, 2):
        result = work.standardize(mt.randn(shape, dtype=mt.float64) * 5 + mt.arange(shape[1]))
        assert result.shape == shape
        zeros = mt.zeros(shape[0], dtype=mt.float64)
        same(result.mean(1), zeros, f"means of rows, table {shape}")
        same(result.var(1, unbiased=False), zeros + 1, f"variances of rows, table {shape}")


def test_4_5_distances(work):
    mt.manual_seed(5)
    a, b = mt.randn(6, 3, dtype=mt.float64), mt.randn(4, 3, dtype=mt.float64)
    same(work.distances(a, b), mt.cdist(a, b))
    assert work.distances(a[:1], b).shape == (1, 4)


def test_4_5_gradient(work):
    mt.manual_seed(5)
    a, b = (mt.randn(n, 3, dtype=mt.float64, requires_grad=True) for n in (3, 4))
    assert mt.autograd.gradcheck(work.distances, (a, b))
