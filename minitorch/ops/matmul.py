"""Products of matrices and vectors.

The derivative of a matrix product is made of matrix products with one factor transposed:

    C = A @ B:    grad_A = grad @ Bᵀ,    grad_B = Aᵀ @ grad

(with complex numbers, of the conjugates). So the operations here take *flags*, as BLAS does, that
say which factor is to be taken transposed: the rules need no transposed copies nor further nodes.
"""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.errors import not_a_tensor
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from .complexes import conj
from .operands import not_implemented
from .shape import UnsafeView
from .sizes import broadcast

# Operations ---------------------------------------------------------------------------------------


def product(a: Any, b: Any) -> Any:
    """The matrix product of two arrays; of float16 it is computed in float32, as in PyTorch."""
    if a.dtype.char == "e":
        return product(a.astype("f"), b.astype("f")).astype("e")
    return a.dot(b) if a.ndim <= 2 >= b.ndim else a @ b  # dot takes 0.4 µs less than matmul


def flipped(a: Any, flag: bool) -> Any:
    """The array, its last two dimensions exchanged if ``flag``."""
    if not flag:
        return a
    return a.T if a.ndim == 2 else a.swapaxes(-1, -2)


class Mm(Operation):
    """``input @ mat2``, where each may be taken transposed (``flip1``, ``flip2``)."""

    def forward(self, xp: Any, input: Any, mat2: Any, flip1: Any, flip2: Any) -> Any:
        return product(flipped(input, flip1), flipped(mat2, flip2))

    def grad_input(self, grad: Any, mat2: Any, flip1: Any, flip2: Any) -> Any:
        if flip1:
            return self.apply(conj(mat2), grad, flip2, True)
        return self.apply(grad, conj(mat2), False, not flip2)

    def grad_mat2(self, grad: Any, input: Any, flip1: Any, flip2: Any) -> Any:
        if flip2:
            return self.apply(grad, conj(input), True, flip1)
        return self.apply(conj(input), grad, not flip1, False)


class Bmm(Mm):
    """The matrix products of two batches."""


class Matmul(Mm):
    """The matrix products of two batches whose leading dimensions are broadcast together."""

    torch_name = "UnsafeViewBackward0"


class Fold(Operation):
    """``input @ mat2`` of a batch and one matrix, as the product of two matrices.

    That is faster than one product for each matrix of the batch, and so is the gradient of
    ``mat2``: one product, instead of one for each matrix and their sum.
    """

    torch_name = "UnsafeViewBackward0"

    def forward(self, xp: Any, input: Any, mat2: Any, flip2: Any) -> Any:
        out = product(input.reshape(folded(input.shape)), flipped(mat2, flip2))
        return out.reshape(input.shape[:-1] + out.shape[-1:])

    def grad_input(self, grad: Any, mat2: Any, flip2: Any) -> Any:
        return Fold.apply(grad, conj(mat2), not flip2)

    def grad_mat2(self, grad: Any, input: Any, flip2: Any) -> Any:
        a, b = conj(rows_of(input)), rows_of(grad)
        return Mm.apply(b, a, True, False) if flip2 else Mm.apply(a, b, True, False)


def folded(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a matrix: all dimensions but the last in one."""
    return (math.prod(shape[:-1]), shape[-1])


def rows_of(tensor: Any) -> Any:
    """The tensor as a matrix."""
    return tensor if tensor._array.ndim == 2 else tensor.reshape(folded(tensor._array.shape))


class Mv(Operation):
    """Matrix times vector; with ``flip``, vector times matrix."""

    def forward(self, xp: Any, input: Any, vec: Any, flip: Any) -> Any:
        return product(flipped(input, flip), vec)

    def grad_input(self, grad: Any, vec: Any, flip: Any) -> Any:
        vec = conj(vec)
        return vec.unsqueeze(1) * grad if flip else grad.unsqueeze(1) * vec

    def grad_vec(self, grad: Any, input: Any, flip: Any) -> Any:
        return Mv.apply(conj(input), grad, not flip)


class Vm(Mv):
    """Vector times matrix."""

    torch_name = "SqueezeBackward4"


class Dot(Operation):
    """The sum of ``a[i] * b[i]``."""

    def forward(self, xp: Any, input: Any, tensor: Any) -> Any:
        return product(input, tensor)

    def grad_input(self, grad: Any, tensor: Any) -> Any:
        return grad * conj(tensor)

    def grad_tensor(self, grad: Any, input: Any) -> Any:
        return grad * conj(input)


class Vdot(Operation):
    """The sum of ``conj(a[i]) * b[i]``."""

    def forward(self, xp: Any, input: Any, other: Any) -> Any:
        return product(input.conj(), other)

    def grad_input(self, grad: Any, other: Any) -> Any:
        return conj(grad) * other

    def grad_other(self, grad: Any, input: Any) -> Any:
        return grad * input


# Checks -------------------------------------------------------------------------------------------

C_NAMES = {
    "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
    "int64": "long int", "float16": "c10::Half", "float32": "float", "float64": "double",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>", "bool": "bool",
}  # fmt: skip  # PyTorch's names for dtypes in the errors of matrix products


def shown(shape: tuple[int, ...]) -> str:
    """A shape as errors show it: ``2x3``."""
    return "x".join(map(str, shape))


def check_matrices(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Refuse the shapes of two matrices that cannot be multiplied."""
    if a[1] != b[0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({shown(a)} and {shown(b)})")


def check_dtypes(a: Any, b: Any) -> None:
    """Refuse two arrays that are not of one dtype, and bools."""
    if a.dtype != b.dtype:
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: "
            f"{C_NAMES[a.dtype.name]} != {C_NAMES[b.dtype.name]}"
        )
    if a.dtype.kind == "b":
        raise not_implemented("addmm_impl_cpu_", a)


def check_batches(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    """Refuse shapes of two batches of matrices that cannot be multiplied."""
    if b[:2] != (a[0], a[2]):
        raise RuntimeError(
            "Expected size for first two dimensions of batch2 tensor to be: "
            f"[{a[0]}, {a[2]}] but got: [{b[0]}, {b[1]}]."
        )


def check_vector(a: Any, v: Any, addend: Any = None) -> None:
    """Refuse a matrix and a vector that cannot be multiplied, or added to ``addend``."""
    ndim = 1 if addend is None else addend.ndim
    if a.ndim != 2 or v.ndim != 1 or ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {ndim}, {a.ndim}, {v.ndim}")
    length = a.shape[0] if addend is None else addend.size
    if a.shape[1] != v.shape[0] or length not in (1, a.shape[0]):
        raise RuntimeError(
            f"size mismatch, got input ({length}), mat ({shown(a.shape)}), vec ({v.shape[0]})"
        )
    addend = v if addend is None else addend
    if a.dtype != v.dtype or a.dtype != addend.dtype:
        names = [dtypes.SCALAR_TYPE[dtypes.of(x)] for x in (addend, a, v)]
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and "
            f"{names[2]}"
        )
    if a.dtype.kind == "b":
        raise not_implemented("addmv_impl_cpu", a)


def check_vectors(a: Any, b: Any) -> None:
    """Refuse two vectors without a dot product."""
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.dtype != b.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{dtypes.SCALAR_TYPE[dtypes.of(a)]} and {dtypes.SCALAR_TYPE[dtypes.of(b)]}"
        )
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the "
            f"same number of elements, but got {a.size} and {b.size} elements respectively"
        )
    if a.dtype.kind == "b":
        raise not_implemented("dot", a)


def arrays_of(caller: str, **tensors: Any) -> list[Any]:
    """The arrays of arguments that must be tensors, given by name in their order."""
    for position, (name, tensor) in enumerate(tensors.items()):
        if not isinstance(tensor, TensorBase):
            raise not_a_tensor(tensor, caller, name, position + 1)
    return [tensor._array for tensor in tensors.values()]


# Public functions ---------------------------------------------------------------------------------


def matmul(input: Any, other: Any) -> Any:
    """The matrix product ``input @ other``.

    Two vectors: their dot product. Matrix and vector: matrix times vector, or vector times matrix.
    With more than two dimensions: the products of the matrices in the last two; the dimensions
    before them are broadcast together.

    >>> import minitorch as mt
    >>> a = mt.tensor([[1, 2], [3, 4]])
    >>> a @ a, a @ mt.tensor([1, 1])
    (tensor([[ 7, 10],
            [15, 22]]), tensor([3, 7]))
    >>> (mt.ones(5, 1, 2, 3) @ mt.ones(4, 3, 2)).shape
    torch.Size([5, 4, 2, 2])
    """
    if not (isinstance(input, TensorBase) and isinstance(other, TensorBase)):
        arrays_of("matmul", input=input, other=other)
    if input.is_sparse or other.is_sparse:
        return sparse_product(input, other)
    a, b = input._array, other._array
    if a.ndim == 2 == b.ndim:
        if a.shape[1] != b.shape[0]:
            check_matrices(a.shape, b.shape)
        check_dtypes(a, b)
        return Mm.apply(input, other, False, False)
    if a.ndim == 0 or b.ndim == 0:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D"
        )
    if a.ndim == 1 == b.ndim:
        return dot(input, other)
    if a.ndim == 2 and b.ndim == 1:
        return mv(input, other)
    if a.ndim == 1 and b.ndim == 2:
        check_matrices((1, *a.shape), b.shape)
        check_dtypes(a, b)
        return Vm.apply(other, input, True)
    return matmul_batches(input, other)


def operator(self: Any, other: Any) -> Any:
    """``self @ other``; what is no tensor is left to Python, which raises its own TypeError."""
    return matmul(self, other) if isinstance(other, TensorBase) else NotImplemented


def reflected(self: Any, other: Any) -> Any:
    """``other @ self``."""
    return matmul(other, self) if isinstance(other, TensorBase) else NotImplemented


def sparse(*operands: Any) -> bool:
    """Whether one of the operands is a sparse tensor."""
    return any(isinstance(operand, TensorBase) and operand.is_sparse for operand in operands)


def sparse_product(input: Any, other: Any) -> Any:
    """`matmul` where one of the two is sparse: these have methods of their own."""
    return input.__matmul__(other) if input.is_sparse else other.__rmatmul__(input)


def matmul_batches(input: Any, other: Any) -> Any:
    """`matmul` where one of the two has more than two dimensions."""
    a, b = input._array, other._array
    if b.ndim == 1:
        return UnsafeView.apply(mv(rows_of(input), other), a.shape[:-1])
    if b.ndim == 2:
        check_matrices(folded(a.shape), b.shape)
        check_dtypes(a, b)
        return Fold.apply(input, other, False)
    if a.ndim == 1:
        product = matmul_batches(input.unsqueeze(0), other)
        return UnsafeView.apply(product, b.shape[:-2] + b.shape[-1:])
    batch = broadcast(a.shape[:-2], b.shape[:-2])
    count = math.prod(batch)
    check_batches((count, *a.shape[-2:]), (count, *b.shape[-2:]))
    check_batch_dtypes(a, b)
    return Matmul.apply(input, other, False, False)


def check_batch_dtypes(a: Any, b: Any) -> None:
    """Refuse two batches that are not of one dtype, and bools."""
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"expected scalar type {dtypes.SCALAR_TYPE[dtypes.of(a)]} but found "
            f"{dtypes.SCALAR_TYPE[dtypes.of(b)]}"
        )
    if a.dtype.kind == "b":
        raise not_implemented("bmm", a)


def mm(input: Any, mat2: Any) -> Any:
    """The product of two matrices, ``(n, k)`` and ``(k, m)`` to ``(n, m)``.

    >>> import minitorch as mt
    >>> mt.mm(mt.tensor([[1, 2]]), mt.tensor([[3], [4]]))
    tensor([[11]])
    """
    if sparse(input, mat2) and input.dim() == 2 == mat2.dim():
        return sparse_product(input, mat2)
    a, b = arrays_of("mm", input=input, mat2=mat2)
    for name, array in (("self", a), ("mat2", b)):
        if array.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix")
    check_matrices(a.shape, b.shape)
    check_dtypes(a, b)
    return Mm.apply(input, mat2, False, False)


def bmm(input: Any, mat2: Any) -> Any:
    """The products of the matrices of two batches: ``(b, n, k)``, ``(b, k, m)`` to ``(b, n, m)``.

    >>> import minitorch as mt
    >>> mt.bmm(mt.ones(10, 3, 4), mt.ones(10, 4, 5)).shape
    torch.Size([10, 3, 5])
    """
    a, b = arrays_of("bmm", input=input, mat2=mat2)
    for name, array in (("batch1", a), ("batch2", b)):
        if array.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    check_batches(a.shape, b.shape)
    check_batch_dtypes(a, b)
    return Bmm.apply(input, mat2, False, False)


def mv(input: Any, vec: Any) -> Any:
    """The product of a matrix and a vector, ``(n, k)`` and ``(k)`` to ``(n)``.

    >>> import minitorch as mt
    >>> mt.mv(mt.tensor([[1, 2], [3, 4]]), mt.tensor([1, 1]))
    tensor([3, 7])
    """
    if sparse(input):
        return input.mv(vec)
    a, v = arrays_of("mv", input=input, vec=vec)
    check_vector(a, v)
    return Mv.apply(input, vec, False)


def dot(input: Any, tensor: Any) -> Any:
    """The dot product of two vectors: the sum of the products of their elements.

    Shapes: (n) both, to ().

    >>> import minitorch as mt
    >>> mt.dot(mt.tensor([2, 3]), mt.tensor([2, 1]))
    tensor(7)
    """
    check_vectors(*arrays_of("dot", input=input, tensor=tensor))
    return Dot.apply(input, tensor)


def vdot(input: Any, other: Any) -> Any:
    """The dot product of two vectors, of which the first is conjugated if it is complex.

    Shapes: (n) both, to ().

    >>> import minitorch as mt
    >>> mt.vdot(mt.tensor([1 + 2j]), mt.tensor([1 + 2j]))
    tensor(5.+0.j)
    """
    check_vectors(*arrays_of("vdot", input=input, other=other))
    return Vdot.apply(input, other)
