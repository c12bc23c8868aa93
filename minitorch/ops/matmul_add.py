"""Products with something added: ``beta * input + alpha * (mat1 @ mat2)`` and its kin."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from .complexes import conj
from .matmul import (
    C_NAMES,
    Bmm,
    Mm,
    Mv,
    arrays_of,
    check_batch_dtypes,
    check_batches,
    check_matrices,
    check_vector,
    product,
)
from .operands import not_implemented
from .sizes import expanded


def add_scaled(input: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """``beta * input + alpha * product`` of arrays; with beta 0 the input is not read."""
    if product.dtype.kind in "iu":  # as in PyTorch: 0.5 is 0 for integers
        beta, alpha = int(beta), int(alpha)
    if alpha != 1:
        product *= product.dtype.type(alpha)
    if beta == 1:
        product += input
    elif beta != 0:
        product += input * product.dtype.type(beta)
    return product


class Addmm(Operation):
    """``beta * input + alpha * (mat1 @ mat2)``."""

    def forward(self, xp: Any, input: Any, mat1: Any, mat2: Any, beta: Any, alpha: Any) -> Any:
        return add_scaled(input, product(mat1, mat2), beta, alpha)

    def grad_input(self, grad: Any, beta: Any) -> Any:
        return scaled(grad, beta)

    def grad_mat1(self, grad: Any, mat2: Any, alpha: Any) -> Any:
        return Mm.apply(scaled(grad, alpha), conj(mat2), False, True)

    def grad_mat2(self, grad: Any, mat1: Any, alpha: Any) -> Any:
        return Mm.apply(conj(mat1), scaled(grad, alpha), True, False)


class Addmv(Operation):
    """``beta * input + alpha * (mat @ vec)``."""

    def forward(self, xp: Any, input: Any, mat: Any, vec: Any, beta: Any, alpha: Any) -> Any:
        return add_scaled(input, product(mat, vec), beta, alpha)

    def grad_input(self, grad: Any, beta: Any) -> Any:
        return scaled(grad, beta)

    def grad_mat(self, grad: Any, vec: Any, alpha: Any) -> Any:
        return scaled(grad, alpha).unsqueeze(1) * conj(vec)

    def grad_vec(self, grad: Any, mat: Any, alpha: Any) -> Any:
        return Mv.apply(conj(mat), scaled(grad, alpha), True)


def promoted(operands: list[Any]) -> list[Any]:
    """The three arrays in their common dtype; beta and alpha as they are."""
    arrays = operands[:3]
    return dtypes.convert(arrays, dtypes.result_type(*arrays)) + operands[3:]


class Addr(Operation):
    """``beta * input + alpha * outer(vec1, vec2)``."""

    promote = staticmethod(promoted)

    def forward(self, xp: Any, input: Any, vec1: Any, vec2: Any, beta: Any, alpha: Any) -> Any:
        return add_scaled(input, vec1[:, None] * vec2, beta, alpha)

    def grad_input(self, grad: Any, beta: Any) -> Any:
        return scaled(grad, beta)

    def grad_vec1(self, grad: Any, vec2: Any, alpha: Any) -> Any:
        return Mv.apply(scaled(grad, alpha), conj(vec2), False)

    def grad_vec2(self, grad: Any, vec1: Any, alpha: Any) -> Any:
        return Mv.apply(scaled(grad, alpha), conj(vec1), True)


class Baddbmm(Operation):
    """``beta * input + alpha * bmm(batch1, batch2)``."""

    def forward(self, xp: Any, input: Any, batch1: Any, batch2: Any, beta: Any, alpha: Any) -> Any:
        return add_scaled(input, product(batch1, batch2), beta, alpha)

    def grad_input(self, grad: Any, beta: Any) -> Any:
        return scaled(grad, beta)

    def grad_batch1(self, grad: Any, batch2: Any, alpha: Any) -> Any:
        return Bmm.apply(scaled(grad, alpha), conj(batch2), False, True)

    def grad_batch2(self, grad: Any, batch1: Any, alpha: Any) -> Any:
        return Bmm.apply(conj(batch1), scaled(grad, alpha), True, False)


class Addbmm(Operation):
    """``beta * input + alpha * bmm(batch1, batch2).sum(0)``."""

    def forward(self, xp: Any, input: Any, batch1: Any, batch2: Any, beta: Any, alpha: Any) -> Any:
        total = product(batch1, batch2).sum(axis=0, dtype=batch1.dtype)
        return add_scaled(input, total, beta, alpha)

    def grad_input(self, grad: Any, beta: Any) -> Any:
        return scaled(grad, beta)

    def grad_batch1(self, grad: Any, batch1: Any, batch2: Any, alpha: Any) -> Any:
        return batches(grad, alpha, batch1) @ conj(batch2).transpose(1, 2)

    def grad_batch2(self, grad: Any, batch1: Any, alpha: Any) -> Any:
        return conj(batch1).transpose(1, 2) @ batches(grad, alpha, batch1)


def scaled(grad: Any, factor: Any) -> Any:
    """``grad`` times the conjugate of ``factor``, which most often is 1."""
    return grad if factor == 1 else grad * factor.conjugate()


def batches(grad: Any, alpha: Any, batch: Any) -> Any:
    """The gradient of a sum over the batch: the same for each."""
    return scaled(grad, alpha).expand(batch._array.shape[0], *grad._array.shape)


def check_same_dtype(input: Any, mat1: Any, mat2: Any) -> None:
    """Refuse arrays that are not of one dtype, and bools."""
    for array in (input, mat1):
        if array.dtype != mat2.dtype:
            names = [dtypes.SCALAR_TYPE[dtypes.of(x)] for x in (array, mat2)]
            raise RuntimeError(
                f"self and mat2 must have the same dtype, but got {names[0]} and {names[1]}"
            )
    if mat2.dtype.kind == "b":
        raise not_implemented("addmm_impl_cpu_", mat2)


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * (mat1 @ mat2)``; ``input`` is broadcast. With beta 0 it is not read.

    Shapes: mat1 (n, m), mat2 (m, p), input broadcast to (n, p).

    >>> import minitorch as mt
    >>> mt.addmm(mt.tensor([10, 20]), mt.tensor([[1, 2]]), mt.tensor([[1, 0], [0, 1]]))
    tensor([[11, 22]])
    """
    x, a, b = arrays_of("addmm", input=input, mat1=mat1, mat2=mat2)
    for name, array in (("mat1", a), ("mat2", b)):
        if array.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {array.ndim}-D tensor")
    check_matrices(a.shape, b.shape)
    expanded(input, (a.shape[0], b.shape[1]))
    check_same_dtype(x, a, b)
    return Addmm.apply(input, mat1, mat2, beta, alpha)


def addmv(input: Any, mat: Any, vec: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * (mat @ vec)``.

    Shapes: mat (n, m), vec (m), input broadcast to (n).

    >>> import minitorch as mt
    >>> mt.addmv(mt.tensor([10, 20]), mt.tensor([[1, 2], [3, 4]]), mt.tensor([1, 1]))
    tensor([13, 27])
    """
    x, a, v = arrays_of("addmv", input=input, mat=mat, vec=vec)
    check_vector(a, v, x)
    return Addmv.apply(input, mat, vec, beta, alpha)


def addr(input: Any, vec1: Any, vec2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * outer(vec1, vec2)``.

    Shapes: vec1 (n), vec2 (m), input broadcast to (n, m).

    >>> import minitorch as mt
    >>> mt.addr(mt.zeros(2, 2), mt.tensor([1.0, 2.0]), mt.tensor([3.0, 4.0]))
    tensor([[3., 4.],
            [6., 8.]])
    """
    x, a, b = arrays_of("addr", input=input, vec1=vec1, vec2=vec2)
    for name, array in (("vec1", a), ("vec2", b)):
        if array.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {array.ndim}-D")
    expanded(input, (a.size, b.size))
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if isinstance(factor, float) and {x.dtype.kind, a.dtype.kind, b.dtype.kind} <= set("bui"):
            raise RuntimeError(
                f"For integral input tensors, argument {name} must not be a floating point number."
            )
    return Addr.apply(input, vec1, vec2, beta, alpha)


def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * bmm(batch1, batch2)``.

    Shapes: batch1 (B, n, m), batch2 (B, m, p), input broadcast to (B, n, p).

    >>> import minitorch as mt
    >>> mt.baddbmm(mt.zeros(2), mt.ones(3, 2, 4), mt.ones(3, 4, 2)).shape
    torch.Size([3, 2, 2])
    """
    x, a, b = arrays_of("baddbmm", input=input, batch1=batch1, batch2=batch2)
    for name, array in (("batch1", a), ("batch2", b)):
        if array.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    expanded(input, (a.shape[0], a.shape[1], b.shape[2]))
    check_batches(a.shape, b.shape)
    check_batch_dtypes(a, b)
    if x.dtype != a.dtype:
        names = [C_NAMES[array.dtype.name] for array in (x, a, b)]
        raise RuntimeError(
            f"Input dtypes must be the same, got: input {names[0]}, batch1: {names[1]}, batch2: "
            f"{names[2]}"
        )
    return Baddbmm.apply(input, batch1, batch2, beta, alpha)


def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """``beta * input + alpha * bmm(batch1, batch2).sum(0)``.

    Shapes: batch1 (B, n, m), batch2 (B, m, p), input broadcast to (n, p).

    >>> import minitorch as mt
    >>> mt.addbmm(mt.zeros(2, 2), mt.ones(3, 2, 4), mt.ones(3, 4, 2))
    tensor([[12., 12.],
            [12., 12.]])
    """
    x, a, b = arrays_of("addbmm", input=input, batch1=batch1, batch2=batch2)
    for name, array in (("batch1", a), ("batch2", b)):
        if array.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    if a.shape[0] != b.shape[0]:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {a.shape[0]} and {b.shape[0]}"
        )
    if a.shape[2] != b.shape[1]:
        raise RuntimeError(
            f"Incompatible matrix sizes for bmm ({a.shape[1]}x{a.shape[2]} and "
            f"{b.shape[1]}x{b.shape[2]})"
        )
    expanded(input, (a.shape[1], b.shape[2]))
    check_same_dtype(x, a, b)
    return Addbmm.apply(input, batch1, batch2, beta, alpha)
