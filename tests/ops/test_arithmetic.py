"""Arithmetic and comparison without PyTorch: NumPy's values, and finite differences."""

from __future__ import annotations

import enum
import operator
import re

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import minitorch as mt
from minitorch.autograd.gradcheck import gradcheck, gradgradcheck

SMOOTH = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
ROUNDED = {"//": operator.floordiv, "%": operator.mod}
COMPARED = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
BITS = {
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}


AWAY_FROM_ZERO = st.floats(0.5, 2.0)


@st.composite
def pairs(draw, elements=AWAY_FROM_ZERO, dtype=np.float64):
    """Two arrays that can be broadcast together."""
    shapes = draw(
        hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0)
    )
    return [draw(hnp.arrays(dtype, shape, elements=elements)) for shape in shapes.input_shapes]


def leaf(array):
    return mt.tensor(array, requires_grad=True)


@pytest.mark.parametrize("sign", SMOOTH)
@given(arrays=pairs())
@settings(max_examples=15, deadline=None)
def test_smooth_operators(sign, arrays):
    x, y = arrays
    op = SMOOTH[sign]
    np.testing.assert_allclose(op(mt.tensor(x), mt.tensor(y)).numpy(), op(x, y), rtol=1e-15)
    assert gradcheck(op, (leaf(x), leaf(y)))
    assert gradgradcheck(op, (leaf(x), leaf(y)))


@pytest.mark.parametrize("sign", [*SMOOTH, *ROUNDED, *COMPARED])
@given(arrays=pairs(st.integers(-5, 5).filter(bool), np.int64))
@settings(max_examples=15, deadline=None)
def test_integers(sign, arrays):
    x, y = arrays
    op = (SMOOTH | ROUNDED | COMPARED)[sign]
    expected = op(x, np.abs(y) if sign == "**" else y)
    got = op(mt.tensor(x), mt.tensor(np.abs(y) if sign == "**" else y))
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-6)
    assert got.dtype is (mt.float32 if sign == "/" else mt.bool if sign in COMPARED else mt.int64)


@pytest.mark.parametrize("sign", BITS)
@given(arrays=pairs(st.integers(0, 20), np.int64))
@settings(max_examples=15, deadline=None)
def test_bits(sign, arrays):
    x, y = arrays
    np.testing.assert_array_equal(BITS[sign](mt.tensor(x), mt.tensor(y)).numpy(), BITS[sign](x, y))


EXACT = {"remainder": np.remainder, "fmod": np.fmod, "floor_divide": np.floor_divide}


@pytest.mark.parametrize("largest", [5, 12, 38])
@pytest.mark.parametrize("name", EXACT)
def test_many_quotients(name, largest):
    """Of a thousand elements or more, which are divided in pieces where that is exact."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 100, 30))
    a = (a * 10.0 ** rng.integers(-3, largest, a.shape)).astype(np.float32)
    b = (b + np.sign(b)).astype(np.float32)[:, :1]
    a[:50] = np.rint(a[:50] / b[:50]) * b[:50]  # often without a rest
    b[0], b[1] = np.inf, -np.inf
    with np.errstate(over="ignore", invalid="ignore"):
        expected = EXACT[name](a.astype(np.float64), b.astype(np.float64)).astype(np.float32)
        if name == "floor_divide" and largest > 5:  # rounded on the way
            expected = np.floor_divide(a, b)
    got = getattr(mt, name)(mt.tensor(a), mt.tensor(b)).numpy()
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("count", [1, 2000])
@pytest.mark.parametrize("name", ["remainder", "fmod"])
def test_a_rest_of_0_has_the_sign_of_what_was_divided(name, count):
    a, b = np.float32([[-4.0, 4.0, -0.0, 0.0]] * count), np.float32([2, -2, 1, -1])
    rest = getattr(mt, name)(mt.tensor(a), mt.tensor(b)).numpy()
    assert not rest.any()
    np.testing.assert_array_equal(np.signbit(rest), np.signbit(a))


CALLS = {
    "2 - x": lambda x, y: 2 - x * y,
    "2 / x": lambda x, y: 2 / x / y,
    "x ** 3": lambda x, y: x**3 * y**-2,
    "x ** 0.5": lambda x, y: x**0.5 * y**-0.5 + x**1.7,
    "x ** 0": lambda x, y: x**0 + y,
    "2 ** x": lambda x, y: 2**x + 0.5**y,
    "-x": lambda x, y: -x + +y,
    "x % y": lambda x, y: x % y,
    "fmod": lambda x, y: mt.fmod(x, y),
    "add alpha": lambda x, y: mt.add(x, y, alpha=-2),
    "rsub alpha": lambda x, y: mt.rsub(x, y, alpha=3),
    "addcmul": lambda x, y: mt.addcmul(x, x, y, value=0.5),
    "addcdiv": lambda x, y: mt.addcdiv(x, x, y, value=0.5),
    "lerp": lambda x, y: mt.lerp(x, y, 0.3),
    "lerp tensors": lambda x, y: mt.lerp(x, y, x * y),
    "float_power": lambda x, y: mt.float_power(x, y),
    "square": lambda x, y: x.square() * y,
    "in place": lambda x, y: (x * y).add_(x).mul_(y).div_(3).sub_(1).pow_(2),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("shapes", [((), ()), ((2, 3), (2, 1)), ((0, 2), (2,))])
def test_calls(call, shapes):
    rng = np.random.default_rng(0)
    x, y = leaf(rng.uniform(1.2, 1.8, shapes[0])), leaf(rng.uniform(0.5, 1.1, shapes[1]))
    if call == "in place":
        y = leaf(np.broadcast_to(y.detach().numpy(), x.shape).copy())
    assert gradcheck(CALLS[call], (x, y))
    assert gradgradcheck(CALLS[call], (x, y))


COMPLEX = [
    "2 - x",
    "2 / x",
    "x ** 3",
    "x ** 0.5",
    "2 ** x",
    "-x",
    "addcmul",
    "addcdiv",
    "lerp",
    "square",
]


@pytest.mark.parametrize("call", [*COMPLEX, *SMOOTH])
def test_complex(call):
    rng = np.random.default_rng(0)
    x, y = (leaf(rng.uniform(0.5, 1, 3) * np.exp(1j * rng.uniform(0.2, 1.2, 3))) for _ in range(2))
    function = (CALLS | SMOOTH)[call]
    assert gradcheck(function, (x, y))
    assert gradgradcheck(function, (x, y))
    assert gradcheck(lambda x: (x * 2j) / (1 - 1j) + 3j - x, x)


def test_operators_leave_foreign_operands_to_python():
    x = mt.tensor([1.0])
    with pytest.raises(
        TypeError, match=r"unsupported operand type\(s\) for \+: 'Tensor' and 'str'"
    ):
        x + "a"
    with pytest.raises(
        TypeError, match=r"unsupported operand type\(s\) for -=: 'Tensor' and 'NoneType'"
    ):
        x -= None
    assert (x == None) is False  # noqa: E711

    class Money:
        def __radd__(self, other):
            return "money"

    assert x + Money() == "money"


def test_numbers_of_other_classes():
    class Level(enum.IntEnum):
        TWO = 2

    class Price(float):
        pass

    x = mt.tensor([1, 2])
    assert (x * Level.TWO).tolist() == [2, 4] and (x * Level.TWO).dtype is mt.int64
    assert (Price(0.5) + x).dtype is mt.float32
    assert mt.add(x, Level.TWO, alpha=Level.TWO).tolist() == [5, 6]
    assert mt.clamp(x, max=Level.TWO - 1).tolist() == [1, 1]


def test_numpy_operands():
    x = mt.tensor([1.0, 2.0])
    assert (x + np.float64(0.5)).dtype is (np.float32(0.5) * x).dtype is mt.float32
    total = x + np.array([1, 2])
    assert isinstance(total, mt.Tensor) and total.tolist() == [2.0, 4.0]
    assert isinstance(np.exp(x), mt.Tensor)
    assert (x == np.array([1.0, 3.0])).tolist() == [True, False]


def test_shapes_that_cannot_be_broadcast():
    sentence = (
        "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1"
    )
    for function in (operator.add, mt.maximum, operator.lt, mt.atan2):
        with pytest.raises(RuntimeError, match=re.escape(sentence)):
            function(mt.ones(4, 2), mt.ones(3))


def test_integers_divided_by_zero():
    x = mt.tensor([1, 2])
    for function in (lambda: x // 0, lambda: x % mt.tensor([1, 0]), lambda: mt.fmod(x, 0)):
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            function()
    assert (x / 0).tolist() == [float("inf")] * 2


def test_isclose():
    x = mt.tensor([1.0, float("nan"), float("inf")])
    assert mt.isclose(x, x).tolist() == [True, False, True]
    assert mt.allclose(x, x, equal_nan=True)
    assert not mt.equal(x, x)
    assert mt.equal(x[:1], mt.tensor([1])) and not mt.equal(x, x[:1])
