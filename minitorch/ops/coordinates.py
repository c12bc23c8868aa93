"""What dense tensors say to sparse ones: how to become one, and the product with one.

A sparse tensor is two dense ones, the places of its elements and their numbers: see
sparse/tensor.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap
from ..memory_formats import layout as layout_, sparse_coo
from . import places
from .complexes import conj_


class SparseProduct(Operation):
    """The product of a sparse matrix and a dense one, ``(count, k) @ (k, m)``.

    Element i of the sparse matrix is ``numbers[i]``, in row ``rows[i]`` and column ``columns[i]``:
    ``out[r] = Σᵢ numbers[i] · dense[columns[i]]``, over the i with ``rows[i] = r``.
    """

    torch_name = "MmBackward0"

    def forward(
        self, xp: Any, numbers: Any, dense: Any, rows: Any, columns: Any, count: int
    ) -> Any:
        return places.row_sums(xp, numbers[:, None] * dense[columns], rows, count)

    def grad_numbers(self, grad: Any, dense: Any, rows: Any, columns: Any) -> Any:
        return (grad.index_select(0, rows) * conj_(dense.index_select(0, columns))).sum(1)

    def grad_dense(self, grad: Any, numbers: Any, dense: Any, rows: Any, columns: Any) -> Any:
        count = dense._array.shape[0]
        return SparseProduct.apply(conj_(numbers), grad, columns, rows, count)


def to_sparse(input: Any, sparse_dim: int | None = None, *, layout: Any = None) -> Any:
    """The elements that are not zero, as a sparse tensor.

    Its first ``sparse_dim`` dimensions are sparse, all of them unless said.

    >>> mt.tensor([[0.0, 2.0], [3.0, 0.0]]).to_sparse()
    tensor(indices=tensor([[0, 1],
                           [1, 0]]),
           values=tensor([2., 3.]),
           size=(2, 2), nnz=2, layout=torch.sparse_coo)
    """
    if isinstance(sparse_dim, layout_):
        sparse_dim, layout = None, sparse_dim
    if layout not in (None, sparse_coo):
        raise NotImplementedError(f"to_sparse: of the sparse layouts there is {sparse_coo} only")
    array = input._array
    count = array.ndim if sparse_dim is None else sparse_dim
    if not 0 <= count <= array.ndim:
        raise RuntimeError(
            f"dense_to_sparse: sparse_dim argument must be in [0,{array.ndim}] range, but {count} "
            "is given"
        )
    given = (array != 0).any(axis=tuple(range(count, array.ndim)))
    found = wrap(input, given).nonzero()
    numbers = input[tuple(found.unbind(1))] if count else input.unsqueeze(0)[: len(found)]
    from ..sparse.tensor import SparseTensor  # few programs need it; it stands above this file

    return SparseTensor.of(found.t().contiguous(), numbers, array.shape, True)


def to_dense(input: Any, dtype: Any = None, *, masked_grad: bool | None = None) -> Any:
    """The tensor itself, in ``dtype`` if that is given: it is dense.

    >>> mt.tensor([[0.0, 2.0], [3.0, 0.0]]).to_sparse().to_dense()
    tensor([[0., 2.],
            [3., 0.]])
    """
    return input if dtype is None else input.to(dtype)


def sparse_dim(input: Any) -> int:
    """How many dimensions are sparse: none of a dense tensor.

    >>> x = mt.zeros(2, 3)
    >>> x.sparse_dim(), x.to_sparse().sparse_dim()
    (0, 2)
    """
    return 0


def dense_dim(input: Any) -> int:
    """How many dimensions are dense: all of a dense tensor.

    >>> x = mt.zeros(2, 3)
    >>> x.dense_dim(), x.to_sparse().dense_dim()
    (2, 0)
    """
    return int(input._array.ndim)


def for_sparse(name: str, kind: str = "sparse coordinate tensor") -> Callable[[Any], Any]:
    """A method that only sparse tensors have."""

    def method(self: TensorBase) -> Any:
        raise RuntimeError(f"{name} expected {kind} layout but got Strided")

    method.__name__ = name
    method.__doc__ = f"""Refused: ``{name}`` is a question to sparse tensors.

    >>> mt.zeros(2).{name}()
    Traceback (most recent call last):
        ...
    RuntimeError: {name} expected {kind} layout but got Strided
    """
    return method


coalesce = for_sparse("coalesce")
is_coalesced = for_sparse("is_coalesced")
indices = for_sparse("indices")
values = for_sparse("values", "sparse tensor")
