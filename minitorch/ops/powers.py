"""Powers: ``x ** 2``, ``x ** y``, ``2 ** y``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from ..autograd.views import in_place
from .arrays import row_major
from .complexes import conj
from .masking import masked
from .operands import invalid_combination, not_implemented, only, operand, plain
from .scalars import number

LARGE = 9999  # an exponent beyond those of all floats

# NumPy's power takes up to 0.1 µs an element, these a tenth of a nanosecond. PyTorch, too, computes
# these powers so.
SHORTCUTS = {
    2: lambda xp, x: x * x,
    3: lambda xp, x: x * x * x,
    0.5: lambda xp, x: xp.sqrt(x),
    1: lambda xp, x: x.copy(),
    -0.5: lambda xp, x: 1 / xp.sqrt(x),
    -1: lambda xp, x: 1 / x,
    -2: lambda xp, x: 1 / (x * x),
}


def exponents(operands: list[Any]) -> list[Any]:
    """As `dtypes.arithmetic`; refuses exponents that integers cannot have."""
    x, exponent = operands
    if exponent.__class__ is int and x.dtype.kind in "biu":
        if exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        if x.dtype.kind != "b":
            number(exponent, dtypes.of(x), "pow")
    return dtypes.arithmetic(operands)


class PowScalar(Operation):
    """``x ** n`` for a number ``n``; derivative ``n * x ** (n - 1)``."""

    torch_name = "PowBackward0"
    promote = staticmethod(exponents)

    def forward(self, xp: Any, x: Any, exponent: Any) -> Any:
        if x.dtype.kind == "b":  # to the power of True or False
            return x | ~exponent
        if x.dtype.kind in "fc" and exponent in SHORTCUTS:
            return SHORTCUTS[exponent](xp, x)
        return xp.power(x, exponent)

    def grad_x(self, grad: Any, x: Any, exponent: Any) -> Any:
        if exponent == 0:  # also where x is 0, and 0 * x ** -1 would be NaN
            return grad.new_zeros(grad._array.shape)
        return grad * conj(exponent * (x if exponent == 2 else x ** (exponent - 1)))


class PowTensor(Operation):
    """``x ** y``; derivatives ``y * x ** (y - 1)``, ``x ** y * log(x)``."""

    torch_name = "PowBackward1"
    promote = only("iufc", "pow", dtypes.arithmetic)

    def forward(self, xp: Any, x: Any, exponent: Any) -> Any:
        if exponent.dtype.kind == "i" and (exponent < 0).any():
            return whole_power(xp, x, exponent)
        return xp.power(x, exponent)

    def grad_x(self, grad: Any, x: Any, exponent: Any) -> Any:
        return masked(grad * conj(exponent * x ** (exponent - 1)), exponent != 0)

    def grad_exponent(self, grad: Any, x: Any, exponent: Any, out: Any) -> Any:
        return grad * masked(conj(out * x.log()), ~((x == 0) & not_negative(exponent)))


class PowOfNumber(Operation):
    """``base ** exponent`` for a number ``base``; derivative ``base ** exponent * log(base)``."""

    torch_name = "PowBackward2"
    promote = only("iufc", "pow", dtypes.arithmetic)

    def forward(self, xp: Any, base: Any, exponent: Any) -> Any:
        if exponent.dtype.kind == "i" and (exponent < 0).any():
            return whole_power(xp, base, exponent)
        return row_major(xp, xp.power(base, exponent))

    def grad_exponent(self, grad: Any, base: Any, exponent: Any, out: Any) -> Any:
        slope = conj(out * np.log(base).item())
        return grad * (slope if base else masked(slope, ~not_negative(exponent)))


def whole_power(xp: Any, x: Any, exponent: Any) -> Any:
    """Integer powers, some of a negative exponent: ``1 / x ** n`` without its fraction."""
    negative = exponent < 0
    out = xp.power(x, xp.where(negative, exponent & 1, exponent))  # right where x is 1 or -1
    return xp.where(negative & (abs(x) != 1), out.dtype.type(0), out)


class Ldexp(Operation):
    """``x * 2 ** n`` for floats ``x`` and integers ``n``: no power is computed."""

    def forward(self, xp: Any, x: Any, n: Any) -> Any:
        if n.dtype.kind == "b":
            raise not_implemented("ldexp_cpu_exp", n)
        return xp.ldexp(x, xp.clip(n.astype("int64"), -LARGE, LARGE).astype("int32"))

    def grad_x(self, grad: Any, n: Any) -> Any:
        return ldexp(grad, n)


def not_negative(x: Any) -> Any:
    """Where the tensor ``x`` is real and at least 0."""
    return (x.real >= 0) & (x.imag == 0) if x._array.dtype.kind == "c" else x >= 0


# Functions ----------------------------------------------------------------------------------------


def pow(input: Any, exponent: Any) -> Any:
    """``input ** exponent``, elementwise with broadcasting; one of the two may be a number.

    >>> import minitorch as mt
    >>> mt.pow(mt.tensor([1.0, 2.0, 3.0]), 2), mt.pow(2, mt.tensor([1, 2, 3]))
    (tensor([1., 4., 9.]), tensor([2, 4, 8]))
    """
    if isinstance(exponent, TensorBase):
        if isinstance(input, TensorBase):
            return PowTensor.apply(input, exponent)
        base = plain(input)
        if base is not None:
            return PowOfNumber.apply(base, exponent)
    elif isinstance(input, TensorBase):
        return PowScalar.apply(input, operand(exponent))
    raise invalid_combination("pow", (input, exponent))


def square(input: Any) -> Any:
    """``input ** 2``.

    >>> import minitorch as mt
    >>> mt.square(mt.tensor([-1.5, 2.0]))
    tensor([2.2500, 4.0000])
    """
    return PowScalar.apply(input, 2)


def float_power(input: Any, exponent: Any) -> Any:
    """``input ** exponent`` in double precision: float64, or complex128 for complex operands.

    >>> import minitorch as mt
    >>> mt.float_power(mt.tensor([1, 2, 3]), -1)
    tensor([1.0000, 0.5000, 0.3333], dtype=torch.float64)
    """
    operands = (input, exponent)
    wanted = double(*operands)
    return pow(*[x.to(wanted) if isinstance(x, TensorBase) else x for x in operands])


def double(*operands: Any) -> dtypes.dtype:
    """The dtype of double precision for these tensors and numbers."""
    arrays = [getattr(x, "_array", x) for x in operands]
    return dtypes.complex128 if dtypes.result_type(*arrays).is_complex else dtypes.float64


in_place_float_power = in_place(float_power)


def float_power_(self: Any, exponent: Any) -> Any:
    """`float_power` in place, of a tensor in double precision.

    >>> import minitorch as mt
    >>> mt.tensor([2.0, 3.0], dtype=mt.float64).float_power_(2)
    tensor([4., 9.], dtype=torch.float64)
    """
    have, wanted = dtypes.of(self._array), double(self, exponent)
    if have is not wanted:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {dtypes.SCALAR_TYPE[have]} but the "
            f"operation's result requires dtype {dtypes.SCALAR_TYPE[wanted]}"
        )
    return in_place_float_power(self, exponent)


def ldexp(input: Any, other: Any) -> Any:
    """``input * 2 ** other``: what "load exponent" does to the bits of floats.

    >>> import minitorch as mt
    >>> mt.ldexp(mt.tensor([1.5, -3.0]), mt.tensor([4, -1]))
    tensor([24.0000, -1.5000])
    """
    x, n = input._array, other._array
    if x.dtype.kind == "f" and n.dtype.kind in "biu":
        return Ldexp.apply(input, other)
    return input * PowOfNumber.apply(2.0, other)
