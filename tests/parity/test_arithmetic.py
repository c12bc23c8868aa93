"""Operators beside PyTorch: every pair of dtypes and of kinds of operand, and refusals."""

from __future__ import annotations

import fractions
import itertools
import operator
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.compare import compare, first_sentence, same, same_error

DTYPES = "bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128".split()
OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip
IN_PLACE = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv,
    "//=": operator.ifloordiv, "%=": operator.imod, "**=": operator.ipow,
    "&=": operator.iand, "|=": operator.ior, "^=": operator.ixor,
    "<<=": operator.ilshift, ">>=": operator.irshift,
}  # fmt: skip
NUMBERS = [
    True,
    2,
    -3,
    300,
    2.5,
    -0.5,
    0,
    0.0,
    1.5 + 2j,
    np.float64(1.5),
    np.float32(2.5),
    np.int64(3),
]


def agree(function, *arrays, slack=2, any_words=False):
    """Both libraries give the same result without gradients, or refuse in the same words."""
    ours, theirs = (outcome(lib, function, arrays) for lib in (mt, torch))
    if isinstance(theirs, Exception):
        if "ComplexHalf" in str(theirs):  # a dtype that MiniTorch does not have
            return
        assert isinstance(ours, Exception), f"should raise {theirs!r}"
        assert issubclass(type(ours), type(theirs)) if any_words else type(ours) is type(theirs)
        assert any_words or first_sentence(ours) == first_sentence(theirs)
    elif getattr(theirs, "dtype", None) is not torch.complex32:
        assert not isinstance(ours, Exception), ours
        compare("result", ours, theirs, slack)


def outcome(lib, function, arrays):
    tensors = [lib.tensor(a) if isinstance(a, np.ndarray) else a for a in arrays]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(*tensors)
        except Exception as raised:
            return raised


def values(dtype, seed):
    """Small numbers of both signs without 0, different for each ``seed``."""
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return np.array([True, False, True, True])
    whole = rng.integers(1, 6, 4)
    if dtype == "uint8":
        return whole.astype(dtype)
    whole = whole * rng.choice([-1, 1], 4)
    if "complex" in dtype:
        return (whole * 0.5 + 1j).astype(dtype)
    return (whole * (0.75 if "float" in dtype else 1)).astype(dtype)


@pytest.mark.parametrize("sign", OPERATORS)
@pytest.mark.parametrize("shapes", [(4, 4), (0, 4), (4, 0), (0, 0)])
def test_every_pair_of_dtypes(sign, shapes):
    for a, b in itertools.product(DTYPES, DTYPES):
        x, y = values(a, 0), values(b, 1)
        x, y = (v if n else v[1] for v, n in zip((x, y), shapes, strict=True))
        agree(OPERATORS[sign], np.asarray(x), np.asarray(y))


@pytest.mark.parametrize("sign", OPERATORS)
@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_numbers_on_either_side(sign, number):
    for dtype in DTYPES:
        for x in (values(dtype, 0), values(dtype, 0)[0:1].reshape(())):
            agree(OPERATORS[sign], x, number)
            agree(lambda a, b: OPERATORS[sign](b, a), x, number)


@pytest.mark.parametrize("sign", IN_PLACE)
@pytest.mark.parametrize(
    "other", [2, -1.5, True, "int64", "float32", "float64", "bool", "complex64"]
)
def test_in_place_operators(sign, other):
    for dtype in DTYPES:
        y = values(other, 1) if isinstance(other, str) else other
        # PyTorch looks at the dtype of the target before it looks for a kernel
        agree(IN_PLACE[sign], values(dtype, 0), y, any_words=True)


@pytest.mark.parametrize("sign", [*OPERATORS, *IN_PLACE])
@pytest.mark.parametrize("other", ["a", None, [1, 2], (1, 2), {}, fractions.Fraction(1, 2), object])
def test_foreign_operands(sign, other):
    function = (OPERATORS | IN_PLACE)[sign]
    for lib_sides in (lambda x: function(x, other), lambda x: function(other, x)):
        if sign == "%" and other == "a":
            continue  # formatting, which takes any operand
        ours, theirs = (outcome(lib, lib_sides, [np.array([1.0, 2.0])]) for lib in (mt, torch))
        assert str(ours) == str(theirs)


@pytest.mark.parametrize("sign", OPERATORS)
def test_numpy_arrays_as_operands(sign):
    array = np.array([1, 2])
    agree(lambda x: OPERATORS[sign](x, array), np.array([3, 2]))
    if sign != "/":  # `array / tensor` happens to work in PyTorch
        agree(lambda x: OPERATORS[sign](array, x), np.array([3, 2]))


@pytest.mark.parametrize(
    ("sign", "dtype"),
    [
        *itertools.product(["+", "-", "*", "/", "%", "**"], ["float32", "float64"]),
        *itertools.product(["+", "-", "*", "/", "**"], ["complex128"]),  # it has no remainder
    ],
)
def test_derivatives(sign, dtype):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0.5, 2, (3, 1, 2)), rng.uniform(0.5, 2, (4, 1))
    if "complex" in dtype:
        x, y = x + 1j * x[::-1], y - 0.5j
    x, y = x.astype(dtype), y.astype(dtype)
    op = OPERATORS[sign]
    same(lambda lib, x, y: op(x, y), x, y, slack=10)
    same(lambda lib, x: op(x, 2), x, slack=10)
    same(lambda lib, x: op(x, 1.7), x, slack=10)
    if sign != "%":
        same(lambda lib, x: op(2.5, x), x, slack=10)
    same(lambda lib, x, y: op(x * 1, y[0, 0]), x, y, slack=10)


@pytest.mark.parametrize("exponent", [0, 0.0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, -3, 2.5, 2j])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex128"])
def test_powers(exponent, dtype):
    x = np.array([-2.0, -0.5, 0.0, 0.3, 1.7, 40.0]).astype(dtype)
    if dtype == "float16" and exponent.imag:
        pytest.skip("PyTorch's result has a dtype that MiniTorch does not have")
    smooth = dtype != "float16" and exponent.imag == 0
    same(lambda lib, x: x**exponent, x, grad=smooth and dtype != "complex128", slack=4)
    same(lambda lib, x: x.abs() ** exponent, x, grad=False, slack=4)
    same(lambda lib, x: x**exponent, x[3:], grad=smooth, slack=4)


@pytest.mark.parametrize("base", [0, 0.0, 1, 2, 2.5, -2, 1j])
def test_powers_of_a_number(base):
    x = np.array([-2.0, -0.5, 0.0, 0.3, 1.7])
    same(lambda lib, x: base**x, x)
    same(lambda lib, x: lib.pow(base, x), np.array([-2, -1, 0, 1, 2, 3]))


def test_powers_at_zero():
    x, y = np.array([0.0, 0.0, 0.0, 2.0, -1.0]), np.array([0.0, 1.0, 2.0, 0.0, 2.0])
    same(lambda lib, x, y: x**y, x, y)


def test_integer_powers():
    x = np.array([2, 1, -1, 0, -1, 3, -2])
    y = np.array([-1, -2, -3, -2, 2, 3, -1])
    same(lambda lib, x, y: x**y, x, y)
    same(lambda lib, y: (-1) ** y, y)
    same(lambda lib, x: x**2, x)


CALLS = {
    "add alpha": lambda lib, x, y: lib.add(x, y, alpha=2.5),
    "add alpha number": lambda lib, x, y: x.add(3, alpha=2),
    "add number": lambda lib, x, y: lib.add(2.0, y),
    "add_ alpha": lambda lib, x, y: (x * 1).add_(y[0], alpha=-2),
    "sub alpha": lambda lib, x, y: lib.sub(x, y, alpha=3),
    "rsub": lambda lib, x, y: lib.rsub(x, y),
    "rsub alpha": lambda lib, x, y: lib.rsub(x, y, alpha=3),
    "rsub number": lambda lib, x, y: lib.rsub(x, 2),
    "subtract": lambda lib, x, y: lib.subtract(x, y),
    "mul number": lambda lib, x, y: lib.mul(2.0, y),
    "multiply": lambda lib, x, y: x.multiply(y),
    "div floor": lambda lib, x, y: lib.div(x, y, rounding_mode="floor"),
    "div trunc": lambda lib, x, y: x.div(y, rounding_mode="trunc"),
    "divide": lambda lib, x, y: lib.divide(x, y),
    "true_divide": lambda lib, x, y: x.true_divide(2),
    "div_": lambda lib, x, y: (x * 1).div_(y[0]),
    "div_ floor": lambda lib, x, y: (x * 1).div_(2, rounding_mode="floor"),
    "fmod": lambda lib, x, y: lib.fmod(x, y),
    "fmod number": lambda lib, x, y: x.fmod(0.7),
    "remainder": lambda lib, x, y: lib.remainder(x, y),
    "remainder number": lambda lib, x, y: x.remainder(-0.7),
    "float_power": lambda lib, x, y: lib.float_power(x.abs(), 2.5),
    "float_power tensors": lambda lib, x, y: x.abs().float_power(y),
    "float_power base": lambda lib, x, y: lib.float_power(2, y),
    "pow_": lambda lib, x, y: (x * 1).pow_(3),
    "addcmul": lambda lib, x, y: lib.addcmul(x, x, y),
    "addcmul value": lambda lib, x, y: x.addcmul(y, y, value=-0.5),
    "addcmul_": lambda lib, x, y: (x * 1).addcmul_(x, y[0], value=2),
    "addcdiv": lambda lib, x, y: lib.addcdiv(x, x, y),
    "addcdiv value": lambda lib, x, y: x.addcdiv(x, y, value=-0.5),
    "lerp": lambda lib, x, y: lib.lerp(x, y, 0.3),
    "lerp far": lambda lib, x, y: x.lerp(y, 0.8),
    "lerp tensors": lambda lib, x, y: lib.lerp(x, y, x),
    "lerp_": lambda lib, x, y: (x * 1).lerp_(y[0], 0.1),
    "ldexp": lambda lib, x, y: lib.ldexp(x, y),
    "neg": lambda lib, x, y: lib.neg(x),
    "positive": lambda lib, x, y: +(x * 1),
    "abs": lambda lib, x, y: abs(x),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_functions(call, dtype):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 3)), rng.standard_normal((4, 1, 3)) + 3
    # the sum of alpha * y, and remainders, are other nodes here than in PyTorch
    names = "alpha" not in call and call not in (
        "ldexp",
        "lerp tensors",
        "float_power tensors",
        "float_power",
    )
    same(CALLS[call], x.astype(dtype), y.astype(dtype), names=names, slack=10)


MIXED = {
    "add alpha": lambda lib, x, y: lib.add(x, y, alpha=2),
    "sub alpha": lambda lib, x, y: lib.sub(x, y, alpha=2),
    "div floor": lambda lib, x, y: lib.div(x, y, rounding_mode="floor"),
    "div trunc": lambda lib, x, y: lib.div(x, y, rounding_mode="trunc"),
    "fmod": lambda lib, x, y: lib.fmod(x, y),
    "addcmul": lambda lib, x, y: lib.addcmul(x, x, y),
    "addcmul value": lambda lib, x, y: lib.addcmul(x, x, y, value=2),
    "addcdiv": lambda lib, x, y: lib.addcdiv(x, x, y),
    "lerp": lambda lib, x, y: lib.lerp(x, y, 0.5),
    "lerp tensors": lambda lib, x, y: lib.lerp(x, x, y),
    "float_power": lambda lib, x, y: lib.float_power(x, y),
    "isclose": lambda lib, x, y: lib.isclose(x, y),
    "logical_and": lambda lib, x, y: lib.logical_and(x, y),
    "logical_or": lambda lib, x, y: lib.logical_or(x, y),
    "logical_xor": lambda lib, x, y: lib.logical_xor(x, y),
    "logical_xor_": lambda lib, x, y: x.logical_xor_(y),
    "eq_": lambda lib, x, y: x.eq_(y),
    "lt_": lambda lib, x, y: x.lt_(y),
    "bitwise_and": lambda lib, x, y: lib.bitwise_and(x, y),
    "bitwise_not": lambda lib, x, y: ~x,
    "greater": lambda lib, x, y: lib.greater(x, y),
    "gcd": lambda lib, x, y: lib.gcd(x, y),
    "lcm": lambda lib, x, y: x.lcm(y),
    "clamp": lambda lib, x, y: x.clamp(y, y),
}  # fmt: skip


@pytest.mark.parametrize("call", MIXED)
def test_functions_of_two_dtypes(call):
    for a, b in itertools.product(DTYPES, DTYPES):
        for lib_function in [
            lambda x, y: MIXED[call](mt if isinstance(x, mt.Tensor) else torch, x, y)
        ]:
            agree(lib_function, values(a, 0), values(b, 1), slack=4)


REFUSED = {
    "broadcast": lambda lib, x: x + lib.ones(3),
    "broadcast in place": lambda lib, x: x.add_(lib.ones(3, 2)),
    "compare shapes": lambda lib, x: x == lib.ones(3),
    "where shapes": lambda lib, x: x.addcmul(lib.ones(3), x),
    "matmul number": lambda lib, x: x @ 3,
    "add string": lambda lib, x: lib.add(x, "a"),
    "add None": lambda lib, x: lib.add(x, None),
    "add array": lambda lib, x: lib.add(x, np.ones(2)),
    "mul string first": lambda lib, x: lib.mul("a", x),
    "sub string": lambda lib, x: lib.sub(x, "a"),
    "div string": lambda lib, x: lib.div(x, "a"),
    "pow string": lambda lib, x: lib.pow(x, "a"),
    "pow numbers": lambda lib, x: lib.pow(2.0, 3.0),
    "remainder string": lambda lib, x: lib.remainder(x, "a"),
    "fmod string": lambda lib, x: lib.fmod(x, "a"),
    "floor_divide string": lambda lib, x: lib.floor_divide(x, "a"),
    "eq string": lambda lib, x: lib.eq(x, "a"),
    "eq None": lambda lib, x: lib.eq(x, None),
    "eq number first": lambda lib, x: lib.eq(2.0, x),
    "copysign string": lambda lib, x: lib.copysign(x, "a"),
    "lerp end": lambda lib, x: lib.lerp(x, 2.0, 0.5),
    "lerp weight": lambda lib, x: lib.lerp(x, x, "a"),
    "addcmul number": lambda lib, x: lib.addcmul(x, x, 2),
    "alpha string": lambda lib, x: lib.add(x, x, alpha="a"),
    "alpha bool": lambda lib, x: lib.add(x, x, alpha=True),
    "alpha complex": lambda lib, x: lib.add(x, x, alpha=1j),
    "alpha float": lambda lib, x: lib.add(x.long(), x.long(), alpha=1.5),
    "rounding_mode": lambda lib, x: lib.div(x, x, rounding_mode="a"),
    "integers by 0": lambda lib, x: x.long() // 0,
    "integers by zeros": lambda lib, x: x.long() % (x.long() * 0),
    "integers fmod 0": lambda lib, x: x.long().fmod(0),
    "integers trunc 0": lambda lib, x: lib.div(x.long(), 0, rounding_mode="trunc"),
    "negative integer power": lambda lib, x: x.long() ** -1,
    "bool minus bool": lambda lib, x: (x > 0) - (x > 0),
    "1 - mask": lambda lib, x: 1 - (x > 0),
    "-mask": lambda lib, x: -(x > 0),
    "+mask": lambda lib, x: +(x > 0),
    "abs mask": lambda lib, x: abs(x > 0),
    "~float": lambda lib, x: ~x,
    "floor_divide backward": lambda lib, x: (x.requires_grad_() // 2).sum().backward(),
    "isclose dtypes": lambda lib, x: lib.isclose(x, x.float()),
    "isclose rtol": lambda lib, x: lib.isclose(x, x, rtol=-1),
    "isclose atol": lambda lib, x: lib.isclose(x, x, atol=-0.5),
    "isclose number": lambda lib, x: lib.isclose(x, 2),
    "equal number": lambda lib, x: lib.equal(x, 2),
    "logical_and number": lambda lib, x: lib.logical_and(x, 2),
    "bitwise numbers": lambda lib, x: lib.bitwise_and(2, 3),
    "bitwise floats": lambda lib, x: lib.bitwise_or(x, x),
    "in-place dtype": lambda lib, x: x.long().add_(1.5),
    "in-place bool": lambda lib, x: (x > 0).add_(1),
    "in-place complex": lambda lib, x: x.mul_(1j),
    "divmod": lambda lib, x: divmod(x, 2),
}  # fmt: skip


@pytest.mark.parametrize("call", REFUSED)
def test_refused(call):
    same_error(REFUSED[call], np.array([1.0, 2.0]))


def test_too_large_a_number():
    for lib in (mt, torch):
        with pytest.raises(OverflowError):
            lib.tensor([1]) + 2**70


def test_comparison_with_none():
    for lib in (mt, torch):
        x = lib.tensor([1.0])
        assert (x == None) is False and (x != None) is True  # noqa: E711
        assert x.__eq__(None) is NotImplemented


EDGES = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "//", "%", "**", "==", "<", ">="])
def test_edges(sign):
    x, y = np.array(list(itertools.product(EDGES, EDGES)), "float32").T.copy()
    agree(OPERATORS[sign], x, y)
    agree(lambda x, y: x.fmod(y), x, y)
    agree(lambda x, y: x.div(y, rounding_mode="trunc"), x, y)


@pytest.mark.parametrize("sign", ["<<", ">>"])
def test_shifts_out_of_range(sign):
    for dtype in ("uint8", "int8", "int32", "int64"):
        x = np.array([1, 5, 100], dtype)
        for shift in (0, 1, 7, 8, 31, 32, 63, 64):
            if shift < 2 ** (8 * x.itemsize - 1):
                agree(OPERATORS[sign], x, np.array(shift, dtype))


def test_isclose_and_equal():
    x = np.array([1.0, 1.0, np.nan, np.inf, -np.inf, 0.0, 1e-9])
    y = np.array([1.0, 1.000001, np.nan, np.inf, np.inf, 1e-9, 0.0])
    for options in (
        {},
        {"equal_nan": True},
        {"rtol": 0, "atol": 0},
        {"rtol": 0.1},
        {"atol": 1e-10},
    ):
        same(lambda lib, x, y, o=options: lib.isclose(x, y, **o), x, y)
        same(lambda lib, x, y, o=options: x.allclose(y, **o), x, y)
    same(
        lambda lib, x, y: [
            lib.equal(x, y),
            lib.equal(x, x),
            x.equal(x[:1]),
            lib.equal(y[:2], y[:2]),
        ],
        x,
        y,
    )
    same(lambda lib, x, y: lib.equal(x, x.float()), x[:2], y[:2])
