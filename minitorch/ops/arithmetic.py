"""Sums and products with broadcasting: ``+ - *``, true division, and what is composed of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from . import scalars
from .arrays import wide
from .complexes import conj
from .operands import NUMBERS, function, not_implemented, only, operand, plain

BOOL = np.dtype(bool)


class Add(Operation):
    """``a + b``."""

    promote = staticmethod(dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.add(a, b)

    def grad_a(self, grad: Any) -> Any:
        return grad

    def grad_b(self, grad: Any) -> Any:
        return grad


def subtraction(operands: list[Any]) -> list[Any]:
    """As `dtypes.arithmetic`, but bools cannot be subtracted."""
    a, b = operands
    if BOOL in (getattr(a, "dtype", None), getattr(b, "dtype", None)) or bool in (
        a.__class__,
        b.__class__,
    ):
        raise bool_subtraction(a, b)
    return dtypes.arithmetic(operands)


def bool_subtraction(*operands: Any) -> RuntimeError:
    """The error for bools that should be subtracted."""
    if all(dtypes.result_type(x) is dtypes.bool_ for x in operands):
        return RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    return RuntimeError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
        "invert a mask, use the `~` or `logical_not()` operator instead."
    )


class Sub(Operation):
    """``a - b``."""

    promote = staticmethod(subtraction)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.subtract(a, b)

    def grad_a(self, grad: Any) -> Any:
        return grad

    def grad_b(self, grad: Any) -> Any:
        return -grad


class Rsub(Operation):
    """``b - a``."""

    promote = staticmethod(subtraction)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.subtract(b, a)

    def grad_a(self, grad: Any) -> Any:
        return -grad

    def grad_b(self, grad: Any) -> Any:
        return grad


class RsubNumber(Rsub):
    """As `Rsub`, for a number ``b``: what ``1 - tensor`` runs."""

    torch_name = "RsubBackward1"


class Scaling(Operation):
    """The base of ``*`` and ``/``: PyTorch keeps a number operand, too, as a tensor."""

    def release(self) -> None:
        self.kept = self.kept_out = None


class Digits:
    """A number beside a float16 array: it keeps its digits, so they are computed in float32.

    Rounded to float16, as NumPy has it, 0.1 is 0.09998. (A class of its own, so that `Mul` and
    `Div` need not look for float16 in every call.)
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = float(value)

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any) -> Any:
        wide = [x.value if x.__class__ is Digits else x.astype(np.float32) for x in operands]
        return ufunc(*wide).astype(np.float16)


def beside_numbers(promote: Any, kinds: str = "") -> Any:
    """``promote`` for two operands; but a number keeps its digits beside a float16 array.

    It is asked in every call: so floats beside a number, and arrays of one dtype (out of ``kinds``,
    if it names some), stay as they are at once, which for a division takes half the time.
    """

    def promoted(operands: list[Any]) -> Any:
        a, b = operands
        if b.__class__ in NUMBERS:
            number, array = b, a
        elif a.__class__ in NUMBERS:
            number, array = a, b
        elif a.dtype is b.dtype and (not kinds or a.dtype.kind in kinds):
            return operands
        else:
            return promote(operands)
        if number.__class__ is not complex:
            if array.dtype.char in "fd":
                return operands
            if array.dtype.char == "e" and array.__class__ is np.ndarray:
                return [Digits(x) if x is number else x for x in operands]
        return promote(operands)

    return promoted


class Mul(Scaling):
    """``a * b``."""

    promote = staticmethod(beside_numbers(dtypes.arithmetic))

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.multiply(a, b)

    def grad_a(self, grad: Any, b: Any) -> Any:
        return grad * conj(b)

    def grad_b(self, grad: Any, a: Any) -> Any:
        return grad * conj(a)


class Div(Scaling):
    """``a / b``."""

    promote = staticmethod(beside_numbers(dtypes.floating, "fc"))

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.true_divide(a, b)

    def grad_a(self, grad: Any, b: Any) -> Any:
        return grad / conj(b)

    def grad_b(self, grad: Any, a: Any, b: Any) -> Any:
        return -grad * conj(a / b / b)


class Alpha(Mul):
    """``x * number`` as a part of ``add(x, alpha=number)``, which keeps nothing."""

    promote = staticmethod(dtypes.arithmetic)
    torch_name = "MulBackward0"

    def release(self) -> None:
        """There is nothing to free."""


class Neg(Operation):
    """``-x``. A bool tensor is refused: ``~mask`` inverts a mask.

    >>> import minitorch as mt
    >>> -mt.tensor([1.0, 0.0, -2.0])
    tensor([-1., -0.,  2.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        if x.dtype.kind == "b":
            raise RuntimeError(
                "Negation, the `-` operator, on a bool tensor is not supported. If you are trying "
                "to invert a mask, use the `~` or `logical_not()` operator instead."
            )
        return xp.negative(x)

    def grad_x(self, grad: Any) -> Any:
        return -grad


def common(operands: list[Any]) -> list[Any]:
    """Three arrays in their common dtype, and the number after them as a number of it."""
    *arrays, value = operands
    dtype = dtypes.result_type(*arrays)
    # float16 is computed in float32
    held = dtypes.float32 if dtype is dtypes.float16 else dtype
    value = scalars.number(value, held, "value")
    return [*dtypes.convert(arrays, dtype), *dtypes.convert([value], held)]


class Addcmul(Operation):
    """``a + value * b * c``."""

    promote = only("iufc", "addcmul_cpu_out", common)

    def forward(self, xp: Any, a: Any, b: Any, c: Any, value: Any) -> Any:
        return (a + value * wide(b) * wide(c)).astype(a.dtype, copy=False)

    def grad_a(self, grad: Any) -> Any:
        return grad

    def grad_b(self, grad: Any, c: Any, value: Any) -> Any:
        return grad * conj(c * value)

    def grad_c(self, grad: Any, b: Any, value: Any) -> Any:
        return grad * conj(b * value)


class Addcdiv(Operation):
    """``a + value * b / c``."""

    promote = staticmethod(common)

    def forward(self, xp: Any, a: Any, b: Any, c: Any, value: Any) -> Any:
        return (a + value * wide(b) / wide(c)).astype(a.dtype, copy=False)

    def grad_a(self, grad: Any) -> Any:
        return grad

    def grad_b(self, grad: Any, c: Any, value: Any) -> Any:
        return grad * conj(value / c)

    def grad_c(self, grad: Any, b: Any, c: Any, value: Any) -> Any:
        return -grad * conj(value * b / (c * c))


class Lerp(Operation):
    """``start + weight * (end - start)``, computed from the nearer end; ``weight`` is a number."""

    def forward(self, xp: Any, start: Any, end: Any, weight: Any) -> Any:
        way = end - start
        if not hasattr(weight, "dtype"):
            return start + weight * way if abs(weight) < 0.5 else end - way * (1 - weight)
        near = xp.absolute(weight) < 0.5
        return xp.where(near, start + weight * way, end - way * (1 - weight))

    def grad_start(self, grad: Any, weight: Any) -> Any:
        return grad * conj(1 - weight)

    def grad_end(self, grad: Any, weight: Any) -> Any:
        return grad * conj(weight)

    def grad_weight(self, grad: Any, start: Any, end: Any) -> Any:
        return grad * conj(end - start)


class LerpTensor(Lerp):
    """As `Lerp`, for a tensor ``weight``."""

    torch_name = "LerpBackward1"


# Functions ----------------------------------------------------------------------------------------


def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input + alpha * other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.add(mt.tensor([1, 2]), 10, alpha=2)
    tensor([21, 22])
    """
    other = operand(other)
    return Add.apply(input, other if is_one(alpha) else scaled("add", input, other, alpha))


def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input - alpha * other``, elementwise with broadcasting. Bools cannot be subtracted.

    >>> import minitorch as mt
    >>> mt.sub(mt.tensor([5, 7]), mt.tensor([1, 2]), alpha=2)
    tensor([3, 3])
    """
    other = operand(other)
    return Sub.apply(input, other if is_one(alpha) else scaled("sub", input, other, alpha))


def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``other - alpha * input``: subtraction the other way round.

    >>> import minitorch as mt
    >>> mt.rsub(mt.tensor([1, 2]), 10)
    tensor([9, 8])
    """
    other = operand(other)
    rule = Rsub if isinstance(other, TensorBase) else RsubNumber
    return rule.apply(input if is_one(alpha) else scaled("rsub", other, input, alpha), other)


def is_one(alpha: Any) -> bool:
    """Whether there is nothing to multiply by; True counts as a bool."""
    return alpha.__class__ is int and alpha == 1


def scaled(caller: str, one: Any, other: Any, alpha: Any) -> Any:
    """``alpha * other`` in the dtype of ``one + other``; refuses an ``alpha`` of a higher kind."""
    number = plain(alpha.item() if isinstance(alpha, TensorBase) else alpha)
    arrays = [getattr(x, "_array", x) for x in (one, other)]
    if caller != "add":
        subtraction(arrays)
    dtype = dtypes.result_type(*arrays)
    if isinstance(number, bool) and dtype.category > dtypes.BOOL:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(number, float | complex) and dtype.category < dtypes.FLOATING:
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    if isinstance(number, complex) and dtype.category < dtypes.COMPLEX:
        raise RuntimeError(
            "For non-complex input tensors, argument alpha must not be a complex number."
        )
    number = scalars.number(number, dtype, caller)
    if not isinstance(other, TensorBase):
        return other and number if dtype.category == dtypes.BOOL else other * number
    return Alpha.apply(other.to(dtype), number)


def mul(input: Any, other: Any) -> Any:
    """``input * other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.mul(mt.tensor([[1], [2]]), mt.tensor([3, 4]))  # a column times a row
    tensor([[3, 4],
            [6, 8]])
    """
    return Mul.apply(operand(input), operand(other))


neg = function(Neg)
negative = function(Neg, "negative")


def positive(input: Any) -> Any:
    """``+input``: the tensor itself. A bool tensor is refused.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, -2.0])
    >>> mt.positive(x) is x, +x
    (True, tensor([ 1., -2.]))
    """
    if input._array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 * tensor2``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.addcmul(mt.ones(3), mt.tensor([1.0, 2.0, 3.0]), mt.full((3,), 10.0), value=0.5)
    tensor([ 6., 11., 16.])
    """
    return Addcmul.apply(input, tensor1, tensor2, value)


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 / tensor2``, elementwise with broadcasting; not for integers.

    >>> import minitorch as mt
    >>> mt.addcdiv(mt.zeros(2), mt.tensor([1.0, 2.0]), mt.tensor([4.0, 4.0]), value=-1)
    tensor([-0.2500, -0.5000])
    """
    if not any(x._array.dtype.kind in "fc" for x in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release "
            "addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv "
            "behavior can be implemented as (input + value * torch.trunc(tensor1 / "
            "tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter "
            "implementation: (input + value * tensor1 / tensor2), for all dtypes."
        )
    return Addcdiv.apply(input, tensor1, tensor2, value)


def lerp(input: Any, end: Any, weight: Any) -> Any:
    """Linear interpolation: ``input + weight * (end - input)``; ``weight`` is a number or a tensor.

    All tensors have one dtype; a 0-d ``weight`` counts as a number.

    >>> import minitorch as mt
    >>> mt.lerp(mt.zeros(3), mt.tensor([1.0, 2.0, 4.0]), 0.25)
    tensor([0.2500, 0.5000, 1.0000])
    """
    number = plain(weight)
    dtype = input._array.dtype
    for name, other in ("end", end), ("weight", weight if number is None else end):
        if other._array.dtype != dtype and (name == "end" or other._array.ndim):
            raise RuntimeError(
                f"expected dtype {dtypes.C_TYPE[dtypes.of(input._array)]} for `{name}` but got "
                f"dtype {dtypes.C_TYPE[dtypes.of(other._array)]}"
            )
    if dtype.kind not in "fc":
        kernel = "lerp_kernel_tensor" if number is None else "lerp_kernel_scalar"
        raise not_implemented(kernel, input._array)
    if number is None:
        return LerpTensor.apply(input, end, weight.to(input.dtype))
    return Lerp.apply(input, end, number)
