"""Floating-point numbers as they are stored: mantissa and exponent, the next number."""

from __future__ import annotations

from typing import Any

from .. import dtypes, return_types
from ..autograd.operation import Operation
from .masking import masked
from .operands import binary, only


class Frexp(Operation):
    """Mantissa and exponent: ``x = mantissa * 2 ** exponent``."""

    def forward(self, xp: Any, x: Any) -> Any:
        mantissa, exponent = xp.frexp(x)
        exponent = xp.where(xp.isfinite(x), exponent, 0).astype("int32")
        self.save(exponent=exponent.copy())  # the user may change the result in place
        return mantissa, exponent

    def grad_x(self, grad: Any, exponent: Any) -> Any:
        return grad[0] / exponent.to(grad[0].dtype).exp2()


def frexp(input: Any) -> Any:
    """Mantissas, from 0.5 up to 1 in absolute value, and exponents: ``x = m * 2 ** e``.

    >>> import minitorch as mt
    >>> mt.frexp(mt.tensor([1.0, 3.0]))
    torch.return_types.frexp(
    mantissa=tensor([0.5000, 0.7500]),
    exponent=tensor([1, 2], dtype=torch.int32))
    """
    if input._array.dtype.kind != "f":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    return return_types.frexp(Frexp.apply(input))


class Nextafter(Operation):
    """The next floating-point number after ``a`` on the way to ``b``.

    >>> import minitorch as mt
    >>> mt.nextafter(mt.tensor([1.0]), mt.tensor([2.0])) - 1
    tensor([1.1921e-07])
    """

    promote = only("w", "nextafter_cpu", dtypes.arithmetic)

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.nextafter(a, b)

    def grad_a(self, grad: Any, a: Any, b: Any) -> Any:  # as PyTorch's
        return masked(grad, a != b)

    def grad_b(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


nextafter = binary(Nextafter)
