"""Complex numbers: parts, conjugate, absolute value and angle.

The gradient of a real loss by a complex ``z = x + iy`` is ∂L/∂x + i ∂L/∂y, as in PyTorch. A rule
multiplies by the conjugate of the factor that the derivative would be for real numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from ..autograd.views import in_place
from . import arrays
from .masking import masked
from .operands import function, not_implemented, only, tensor

COMPLEX = {"e": np.dtype("complex64"), "f": np.dtype("complex64"), "d": np.dtype("complex128")}


class Conj(Operation):
    """``x - iy`` of ``x + iy``."""

    def forward(self, xp: Any, z: Any) -> Any:
        return xp.conjugate(z)

    def grad_z(self, grad: Any) -> Any:
        return conj(grad)


class ConjPhysical(Conj):
    """As `Conj`: in PyTorch the two differ in when they compute."""


def conj(x: Any) -> Any:
    """The complex conjugate of a tensor or number, for rules; a real one is its own."""
    if isinstance(x, TensorBase):
        return Conj.apply(x) if x._array.dtype.kind == "c" else x
    return x.conjugate()


class Real(Operation):
    """``x`` of ``x + iy``."""

    torch_name = "SelectBackward0"
    is_view = True

    def forward(self, xp: Any, z: Any) -> Any:
        return z.real

    def grad_z(self, grad: Any) -> Any:
        return grad


class Imag(Operation):
    """``y`` of ``x + iy``."""

    torch_name = "SelectBackward0"
    is_view = True

    def forward(self, xp: Any, z: Any) -> Any:
        return z.imag

    def grad_z(self, grad: Any) -> Any:
        return grad * 1j


class ViewAsReal(Operation):
    """(..., ) complex to (..., 2) real, on the same memory."""

    is_view = True

    def forward(self, xp: Any, z: Any) -> Any:
        return z[..., None].view(z.real.dtype)

    def grad_z(self, grad: Any) -> Any:
        return complex(grad[..., 0], grad[..., 1])


class ViewAsComplex(Operation):
    """(..., 2) real to (...) complex, on the same memory."""

    is_view = True

    def forward(self, xp: Any, x: Any) -> Any:
        return x.view(COMPLEX[x.dtype.char])[..., 0]

    def grad_x(self, grad: Any) -> Any:
        return view_as_real(grad)


class Complex(Operation):
    """``real + i * imag``."""

    def forward(self, xp: Any, real: Any, imag: Any) -> Any:
        dtype = COMPLEX[real.dtype.char]
        if real.shape == imag.shape:
            out = arrays.empty_like(xp, real, dtype)
        else:
            out = xp.empty(np.broadcast_shapes(real.shape, imag.shape), dtype)
        out.real, out.imag = real, imag
        return out

    def grad_real(self, grad: Any) -> Any:
        return grad.real

    def grad_imag(self, grad: Any) -> Any:
        return grad.imag


class Abs(Operation):
    """The absolute value ``|x|``, of complex numbers √(x² + y²).

    >>> import minitorch as mt
    >>> mt.abs(mt.tensor([-1.5, 2.0]))
    tensor([1.5000, 2.0000])
    """

    promote = only("iufc", "abs_cpu")

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.absolute(x)

    def grad_x(self, grad: Any, x: Any) -> Any:
        return grad * x.sgn()


class Sgn(Operation):
    """The sign: -1, 0 or 1; of complex numbers ``z / |z|``, and 0 of 0.

    >>> import minitorch as mt
    >>> mt.sgn(mt.tensor([3 + 4j, 0]))
    tensor([0.6000+0.8000j, 0.0000+0.0000j])
    """

    def forward(self, xp: Any, x: Any) -> Any:
        if x.dtype.kind != "c":
            return arrays.sign(xp, x)
        size = xp.absolute(x)
        return x / xp.where(size == 0, size.dtype.type(1), size)

    def grad_x(self, grad: Any, x: Any, out: Any) -> Any:
        if x._array.dtype.kind != "c":
            return grad.new_zeros(grad._array.shape)
        size = x.abs()  # what points away from 0 changes |z|, not z / |z|
        return masked((grad - (grad * conj(out)).real * out) / size, size != 0)


class Angle(Operation):
    """The angle of a complex number in radians; of a real one 0, or π if it is negative.

    >>> import minitorch as mt
    >>> mt.angle(mt.tensor([1j, -1]))
    tensor([1.5708, 3.1416])
    """

    promote = staticmethod(dtypes.floating)

    def forward(self, xp: Any, z: Any) -> Any:
        if z.dtype.kind == "c":
            return xp.arctan2(z.imag, z.real)
        return xp.where(xp.isnan(z), z, (z < 0) * z.dtype.type(np.pi))

    def grad_z(self, grad: Any, z: Any) -> Any:
        if z._array.dtype.kind != "c":
            return grad.new_zeros(grad._array.shape)
        return masked(grad * 1j * z / (z.real * z.real + z.imag * z.imag), z != 0)


# Functions ----------------------------------------------------------------------------------------

abs = function(Abs)
absolute = function(Abs, "absolute")
sgn = function(Sgn)
angle = function(Angle)
abs_of_real_ = in_place(abs)


def abs_(self: Any) -> Any:
    """In-place form of `abs`; not for complex numbers, whose absolute values are real."""
    if self._array.dtype.kind == "c":
        raise RuntimeError("In-place abs is not supported for complex tensors.")
    return abs_of_real_(self)


def real(input: Any) -> Any:
    """The real part, as a view; a real tensor is its own.

    >>> import minitorch as mt
    >>> mt.real(mt.tensor([1 + 2j, 3j]))
    tensor([1., 0.])
    """
    return Real.apply(input) if input._array.dtype.kind == "c" else input


def imag(input: Any) -> Any:
    """The imaginary part, as a view; not of a real tensor.

    >>> import minitorch as mt
    >>> mt.imag(mt.tensor([1 + 2j, 3j]))
    tensor([2., 3.])
    """
    if input._array.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return Imag.apply(input)


def set_real(self: Any, value: Any) -> None:
    """Overwrite the real part."""
    real(self).copy_(value)


def set_imag(self: Any, value: Any) -> None:
    """Overwrite the imaginary part."""
    imag(self).copy_(value)


def conj_(input: Any) -> Any:
    """The complex conjugate, in memory of its own; a real tensor is its own.

    >>> import minitorch as mt
    >>> mt.conj(mt.tensor([1 + 2j]))
    tensor([1.-2.j])
    """
    return conj(tensor(input, "conj", "input", 1))


def conj_physical(input: Any) -> Any:
    """The complex conjugate, in memory of its own; a real tensor is its own.

    >>> import minitorch as mt
    >>> mt.conj_physical(mt.tensor([1 + 2j, 3 - 4j]))
    tensor([1.-2.j, 3.+4.j])
    """
    is_complex = input._array.dtype.kind == "c"
    return ConjPhysical.apply(input) if is_complex else input


def resolve_conj(input: Any) -> Any:
    """The tensor itself: here a conjugate is computed at once.

    >>> import minitorch as mt
    >>> mt.resolve_conj(mt.tensor([1 + 2j]).conj())
    tensor([1.-2.j])
    """
    return tensor(input, "resolve_conj", "input", 1)


def resolve_neg(input: Any) -> Any:
    """``input`` itself: a negative is computed at once, never only marked.

    >>> import minitorch as mt
    >>> mt.resolve_neg(mt.tensor([1 + 2j]).conj().imag)
    tensor([-2.])
    """
    return tensor(input, "resolve_neg", "input", 1)


def view_as_real(input: Any) -> Any:
    """A complex tensor of shape (...) as a real one of shape (..., 2), on the same memory.

    >>> import minitorch as mt
    >>> mt.view_as_real(mt.tensor([1 + 2j, 3j]))
    tensor([[1., 2.],
            [0., 3.]])
    """
    if input._array.dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return ViewAsReal.apply(input)


def view_as_complex(input: Any) -> Any:
    """A real tensor of shape (..., 2) as a complex one of shape (...), on the same memory.

    >>> import minitorch as mt
    >>> mt.view_as_complex(mt.tensor([[1.0, 2.0], [0.0, 3.0]]))
    tensor([1.+2.j, 0.+3.j])
    """
    array = input._array
    if array.dtype.char not in "fd":
        kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a "
            f"tensor of scalar type: {kind}"
        )
    if not array.ndim:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if array.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    steps = input.stride()
    if steps[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    if any(step % 2 and length != 1 for step, length in zip(steps[:-1], array.shape, strict=False)):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    if input.storage_offset() % 2:
        raise RuntimeError("Tensor must have a storage_offset divisible by 2")
    return ViewAsComplex.apply(input)


def complex(real: Any, imag: Any) -> Any:
    """The complex tensor ``real + i * imag``, of two tensors of one floating dtype.

    >>> import minitorch as mt
    >>> mt.complex(mt.tensor([1.0, 2.0]), mt.tensor([3.0, 4.0]))
    tensor([1.+3.j, 2.+4.j])
    """
    return Complex.apply(*parts(real, imag))


def polar(abs: Any, angle: Any) -> Any:
    """The complex tensor of that absolute value and angle: ``abs * (cos(angle) + i * sin(angle))``.

    >>> import minitorch as mt
    >>> mt.polar(mt.tensor([1.0, 2.0]), mt.tensor([0.0, 1.0]))
    tensor([1.0000+0.0000j, 1.0806+1.6829j])
    """
    size, angle = parts(abs, angle)
    if size._array.dtype.char == "e":
        raise not_implemented("polar_cpu", size._array)
    return Complex.apply(size * angle.cos(), size * angle.sin())


def parts(a: Any, b: Any) -> tuple[Any, Any]:
    """Two real tensors for a complex one; refuses dtypes that do not fit."""
    first, second = (dtypes.SCALAR_TYPE[dtypes.of(x._array)] for x in (a, b))
    if a._array.dtype.kind != "f" or b._array.dtype.kind != "f":
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {first} and {second}"
        )
    if first != second:
        raise RuntimeError(
            f"Expected object of scalar type {first} but got scalar type {second} for second "
            "argument"
        )
    return a, b
