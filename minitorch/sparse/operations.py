"""What is computed of sparse tensors: the methods of `SparseTensor`, and functions of `mt.sparse`.

An operation on the numbers of a sparse tensor is one on a dense tensor: see ops/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import dtypes
from ..autograd.graph import TensorBase
from ..ops import dims, joining, matmul as matmul_
from ..ops.coordinates import SparseProduct
from ..ops.expanding import repeat_interleave
from ..ops.sorting import isin, searchsorted
from ..spacing import arange

NO_SUCH_SUM = "add(sparse, dense) is not supported. Use add(dense, sparse) instead."


def of_numbers(function: Callable[..., Any]) -> Any:
    """The method that applies to all elements a function that leaves zero at zero."""

    def method(self: Any) -> Any:
        whole = self.coalesce()
        return whole._with(function(whole._numbers))

    method.__name__ = function.__name__
    method.__doc__ = f"`mt.{function.__name__}` of each element."
    return method


def neg(self: Any) -> Any:
    """The negative of each element."""
    return self._with(-self._numbers)


def pow(self: Any, exponent: Any) -> Any:
    """Each element to the power of a number other than zero."""
    if exponent == 0:
        raise RuntimeError(
            "pow: cannot raise to zeroth power on sparse tensor; it would make the result "
            "tensor dense"
        )
    whole = self.coalesce()
    return whole._with(whole._numbers**exponent)


def mul(self: Any, other: Any) -> Any:
    """The product with a number, or element by element with a tensor: a sparse one."""
    if not isinstance(other, TensorBase) or (not other.is_sparse and other.dim() == 0):
        return self._with(self._numbers * other)
    if other.is_sparse:
        return mul_sparse(self.coalesce(), other.coalesce())
    here = other.expand(self._size)[tuple(self._places.unbind(0))]
    return self._with(self._numbers * here)


def mul_sparse(a: Any, b: Any) -> Any:
    """The product element by element of two coalesced tensors: where both have one."""
    mine, theirs = a._positions(), b._positions()
    left = isin(mine, theirs).nonzero().squeeze(1)
    right = searchsorted(theirs, mine[left])
    return a.of(a._places[:, left], a._numbers[left] * b._numbers[right], a._size, True)


def div(self: Any, other: Any) -> Any:
    """Each element divided by a number."""
    if isinstance(other, TensorBase) and other.dim() > 0:
        raise RuntimeError(
            "Sparse division requires a scalar or zero-dim dense tensor divisor (got shape "
            f"{list(other.shape)} for divisor)"
        )
    return self._with(self._numbers / other)


# Sums ---------------------------------------------------------------------------------------------


def add(self: Any, other: Any, *, alpha: Any = 1) -> Any:
    """The sum of two sparse tensors, the second ``alpha`` times."""
    if not (isinstance(other, TensorBase) and other.is_sparse):
        raise RuntimeError(NO_SUCH_SUM)
    if self._size != other._size:
        raise RuntimeError(
            "add: expected sizes of 'self' and 'other' to match, but "
            f"{list(self._size)} != {list(other._size)}"
        )
    places = joining.cat([self._places, other._places], 1)
    numbers = joining.cat([self._numbers, other._numbers * alpha])
    return self.of(places, numbers, self._size, False).coalesce()


def sub(self: Any, other: Any, *, alpha: Any = 1) -> Any:
    """The difference of two sparse tensors, the second ``alpha`` times."""
    return add(self, other, alpha=-alpha)


def radd(self: Any, dense: Any) -> Any:
    """``dense + self``, a dense tensor."""
    if not isinstance(dense, TensorBase):
        raise RuntimeError(NO_SUCH_SUM)
    if dense.shape != self.shape:
        raise RuntimeError(
            "add: expected 'self' and 'other' to have same size, but self has size "
            f"{list(dense.shape)} while other has size {list(self._size)} (FYI: dense-sparse "
            "addition does not currently support broadcasting)"
        )
    return dense + self.to_dense()


def rsub(self: Any, dense: Any) -> Any:
    """``dense - self``, a dense tensor."""
    return radd(neg(self), dense)


def sum(input: Any, dim: Any = None, dtype: Any = None) -> Any:
    """The sum of all elements, or over dimensions: sparse as long as a sparse one is left.

    >>> A = mt.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3, 4, 5])
    >>> mt.sparse.sum(A), mt.sparse.sum(A, 1).to_dense()
    (tensor(12), tensor([3, 9]))
    """
    input.is_coalesced()  # asks for a sparse tensor
    if dtype is not None:
        input = input.to(dtype)
    numbers = input._numbers
    if dim is None:
        return numbers.sum()
    summed = dims.wrap_all(dim, input.ndim)
    count = input.sparse_dim()
    if summed[-1] >= count:
        numbers = numbers.sum(tuple(d - count + 1 for d in summed if d >= count))
    kept = [d for d in range(count) if d not in summed]
    if not kept:
        return numbers.sum(0)
    size = [length for d, length in enumerate(input._size) if d not in summed]
    return input.of(input._places[kept], numbers, size, False).coalesce()


def softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The softmax along a sparse dimension of the elements that are there; the others stay zero.

    >>> mt.sparse.softmax(mt.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 4.0]), 1)
    tensor(indices=tensor([[0, 1, 1],
                           [2, 0, 2]]),
           values=tensor([1.0000, 0.5000, 0.5000]),
           size=(2, 3), nnz=3, layout=torch.sparse_coo)
    """
    return normalized("softmax", input, dim, dtype)


def log_softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The logarithm of `softmax`, of the elements that are there.

    >>> A = mt.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 4.0])
    >>> mt.sparse.log_softmax(A, 1).values()
    tensor([ 0.0000, -0.6931, -0.6931])
    """
    return normalized("log_softmax", input, dim, dtype)


def normalized(name: str, input: Any, dim: int, dtype: Any) -> Any:
    """`softmax` or `log_softmax`: the elements that differ in ``dim`` only are a group."""
    whole = (input if dtype is None else input.to(dtype)).coalesce()
    numbers = whole._numbers
    if not numbers.is_floating_point():
        kind = dtypes.SCALAR_TYPE[numbers.dtype]
        raise NotImplementedError(f"\"softmax\" not implemented for '{kind}'")
    dim = dims.wrap(dim, whole.ndim)
    if dim >= whole.sparse_dim():
        return whole._with(getattr(numbers, name)(dim - whole.sparse_dim() + 1))
    _, groups = whole._positions(without=dim).unique(return_inverse=True)
    none = numbers.new_zeros(len(groups), *numbers.shape[1:])  # as many groups as there can be
    each = groups.reshape(-1, *[1] * whole.dense_dim()).expand(numbers.shape)
    greatest = none.scatter_reduce(0, each, numbers.detach(), "amax", include_self=False)
    shifted = numbers - greatest[groups]
    sums = none.index_add(0, groups, shifted.exp())[groups]
    return whole._with(shifted.exp() / sums if name == "softmax" else shifted - sums.log())


# Matrices -----------------------------------------------------------------------------------------


def transpose(self: Any, dim0: int, dim1: int) -> Any:
    """The tensor with two of its sparse dimensions swapped."""
    order = list(range(self.ndim))
    one, two = dims.wrap(dim0, self.ndim), dims.wrap(dim1, self.ndim)
    order[one], order[two] = two, one
    if max(one, two) >= self.sparse_dim():
        raise RuntimeError("transpose: transposed dimensions must be sparse")
    places = self._places[order[: self.sparse_dim()]]
    return self.of(places, self._numbers, [self._size[d] for d in order], False)


def t(self: Any) -> Any:
    """The transposed matrix."""
    return transpose(self, 0, 1)


def matmul(self: Any, other: Any) -> Any:
    """The product with a matrix or a vector; sparse, if the other is sparse."""
    if other.dim() == 1:
        return mv(self, other)
    if self.sparse_dim() != 2 or self.dense_dim() != 0 or other.dim() != 2:
        raise RuntimeError("addmm: matrices expected")
    if other.is_sparse:
        matmul_.check_matrices(self._size, other._size)
        return matmul_sparse(self.coalesce(), other.coalesce())
    if self._size[1] != other.shape[0]:
        raise RuntimeError(
            f"addmm: Argument #3 (dense): Expected dim 0 size {self._size[1]}, got {other.shape[0]}"
        )
    matmul_.check_dtypes(self._numbers._array, other._array)
    rows, columns = self._places.unbind(0)
    return SparseProduct.apply(self._numbers, other, rows, columns, self._size[0])


def mv(self: Any, vec: Any) -> Any:
    """The product with a vector."""
    if vec.dim() != 1 or self._size[-1] != vec.shape[0]:
        raise RuntimeError("mv: expected self.size(-1) == vec.size(-1)")
    return matmul(self, vec.unsqueeze(1)).squeeze(1)


def matmul_sparse(a: Any, b: Any) -> Any:
    """The product of two coalesced matrices: an element in column j of a meets row j of b."""
    rows, columns = b._places[0], a._places[1]
    first = searchsorted(rows, columns)  # where in b row j begins
    count = searchsorted(rows, columns, right=True) - first
    left = repeat_interleave(count)
    nth = arange(len(left), device=left.device) - (count.cumsum(0) - count)[left]
    right = first[left] + nth
    places = joining.stack([a._places[0][left], b._places[1][right]])
    numbers = a._numbers[left] * b._numbers[right]
    return a.of(places, numbers, (a._size[0], b._size[1]), False).coalesce()


def operator(self: Any, other: Any) -> Any:
    """``self @ other``."""
    return matmul(self, other) if isinstance(other, TensorBase) else NotImplemented


def reflected(self: Any, other: Any) -> Any:
    """``other @ self``, a dense tensor."""
    return matmul(t(self), other.t()).t() if isinstance(other, TensorBase) else NotImplemented


def mm(sparse: Any, dense: Any) -> Any:
    """The product of a sparse matrix and a dense or sparse one.

    ``out[i, j] = Σₖ sparse[i, k] · dense[k, j]``, over the elements that are there. The gradient
    for the sparse matrix is that of its ``values``.

    >>> A = mt.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0])
    >>> mt.sparse.mm(A, mt.ones(3, 2))
    tensor([[3., 3.],
            [9., 9.]])
    """
    return matmul_.mm(sparse, dense)


def addmm(mat: Any, mat1: Any, mat2: Any, *, beta: float = 1.0, alpha: float = 1.0) -> Any:
    """``beta * mat + alpha * (mat1 @ mat2)``, where ``mat1`` is sparse.

    >>> A = mt.sparse_coo_tensor([[0, 1], [1, 0]], [2.0, 3.0])
    >>> mt.sparse.addmm(mt.ones(2, 1), A, mt.ones(2, 1), beta=10)
    tensor([[12.],
            [13.]])
    """
    return beta * mat + alpha * matmul_.mm(mat1, mat2)
