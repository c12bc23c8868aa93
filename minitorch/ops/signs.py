"""Signs of numbers, and the step function."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from . import arrays
from .masking import masked
from .operands import NUMBERS, function, only, operand
from .pointwise import Constant


class Sign(Constant):
    """The sign of real numbers: -1, 0 or 1; `sgn` takes complex ones, too.

    >>> import minitorch as mt
    >>> mt.sign(mt.tensor([-1.5, 0.0, 2.0]))
    tensor([-1.,  0.,  1.])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        if x.dtype.kind == "c":
            raise NotImplementedError(
                "Unlike NumPy, torch.sign is not intended to support complex numbers. "
                "Please use torch.sgn instead."
            )
        return arrays.sign(xp, x)


class Copysign(Operation):
    """``|x|`` with the sign of ``sign``."""

    promote = only("f", "copysign_cpu", dtypes.floating)

    def forward(self, xp: Any, x: Any, sign: Any) -> Any:
        return xp.copysign(x, sign)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        return masked(grad * (out / x), x != 0)

    def grad_sign(self, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape)


class CopysignNumber(Copysign):
    """As `Copysign`, with the sign of a number."""

    torch_name = "CopysignBackward1"


class Heaviside(Operation):
    """0 below 0, 1 above, ``values`` at 0. In backward PyTorch says: no derivative."""

    torch_name = "torch::autograd::NotImplemented"

    def forward(self, xp: Any, x: Any, values: Any) -> Any:
        out = xp.where(x == 0, values, (x > 0).astype(x.dtype))
        return xp.where(xp.isnan(x), x.dtype.type(0), out) if x.dtype.kind == "f" else out

    def backward(self, grad: Any) -> Any:
        raise RuntimeError("derivative for aten::heaviside is not implemented")


# Functions ----------------------------------------------------------------------------------------

sign = function(Sign)


def copysign(input: Any, other: Any) -> Any:
    """The absolute value of ``input`` with the sign of ``other``, elementwise with broadcasting.

    >>> import minitorch as mt
    >>> mt.copysign(mt.tensor([1.0, -2.0]), mt.tensor([-0.0, 5.0]))
    tensor([-1.,  2.])
    """
    other = operand(other)
    return (CopysignNumber if other.__class__ in NUMBERS else Copysign).apply(input, other)


def heaviside(input: Any, values: Any) -> Any:
    """The step function: 0 below 0, 1 above, and ``values`` at 0.

    >>> import minitorch as mt
    >>> mt.heaviside(mt.tensor([-1.5, 0.0, 2.0]), mt.tensor(0.5))
    tensor([0.0000, 0.5000, 1.0000])
    """
    x, at_zero = input._array, values._array
    if "c" in (x.dtype.kind, at_zero.dtype.kind):
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if x.dtype != at_zero.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return Heaviside.apply(input, values)
