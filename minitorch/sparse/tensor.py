"""`SparseTensor`: a tensor in coordinates (COO).

It is two dense ones. ``places`` of shape ``(sparse_dim, nnz)`` says where the elements are that are
not zero, one column an element; ``numbers`` says what they are. What is computed of a sparse tensor
is computed of its numbers with the operations of dense tensors, so gradients come by themselves.

One place may occur several times: the element is the sum of these numbers. A *coalesced* tensor
names each place once, in rising order.
"""

from __future__ import annotations

import copy
import math
from typing import Any

from .. import backend, dtypes, printing
from ..autograd.operation import Operation, wrap
from ..copying import NOT_A_LEAF
from ..memory_formats import sparse_coo
from ..ops import complexes, dims, pointwise, powers, rectifiers, signs, trigonometry
from ..size import Size
from ..tensor import Tensor
from . import operations
from .operations import of_numbers


class SparseCooTensorWithDimsAndTensors(Operation):
    """The numbers of a tensor as those of a sparse one."""

    is_view = True

    def forward(self, xp: Any, values: Any) -> Any:
        return values[...]

    def grad_values(self, grad: Any) -> Any:
        return grad


class SparseTensor(Tensor):
    """A tensor that holds only the elements that are not zero. `mt.sparse_coo_tensor` makes one.

    What it has no method of its own for raises NotImplementedError: see ``to_dense``.
    """

    __slots__ = ("_coalesced", "_numbers", "_places", "_size")

    _numbers: Any
    _places: Any

    @classmethod
    def of(cls, places: Any, numbers: Any, size: Any, coalesced: bool) -> Any:
        """The tensor of these parts."""
        tensor: Any = object.__new__(cls)
        tensor._places, tensor._numbers = places, numbers
        tensor._size, tensor._coalesced = tuple(size), coalesced
        tensor._requires_grad, tensor._view = False, None
        return tensor

    def _with(self, numbers: Any) -> Any:
        """Other numbers in the same places."""
        places = self._places.to(numbers.device)
        return self.of(places, numbers, self._size, self._coalesced)

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        """What an operation on dense tensors meets when it asks for the elements."""
        raise NotImplementedError(
            f"Could not run this operation with arguments from the 'Sparse"
            f"{self.device.type.upper()}' backend.\nIt takes dense tensors: x.to_dense() is one."
        )

    _array = _counter = _grad_fn = property(_refuse)
    register_hook = register_post_accumulate_grad_hook = detach_ = share_memory_ = _refuse

    # What it is -----------------------------------------------------------------------------------

    layout = property(lambda self: sparse_coo, doc="``mt.sparse_coo``.")
    is_sparse = True
    shape = property(lambda self: Size(self._size), doc="The length of each dimension.")
    ndim = property(lambda self: len(self._size), doc="The number of dimensions.")
    dtype = property(lambda self: self._numbers.dtype, doc="The type of the elements.")
    device = property(lambda self: self._numbers.device, doc="Where the tensor lives.")
    is_cuda = property(lambda self: self._numbers.is_cuda, doc="Whether it lives on a GPU.")

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of dimension ``dim``."""
        return self.shape if dim is None else self._size[dims.wrap(dim, self.ndim)]

    def dim(self) -> int:
        """The number of dimensions."""
        return len(self._size)

    ndimension = dim

    def numel(self) -> int:
        """The number of elements, with all zeros."""
        return math.prod(self._size)

    nelement = numel

    def __len__(self) -> int:
        return self._size[0]

    def sparse_dim(self) -> int:
        """How many dimensions the places are in: the first ones."""
        return int(self._places.shape[0])

    def dense_dim(self) -> int:
        """How many dimensions each element has itself: the last ones."""
        return len(self._size) - self.sparse_dim()

    def _nnz(self) -> int:
        """How many elements it holds."""
        return int(self._places.shape[1])

    def is_coalesced(self) -> bool:
        """Whether each place is named once, in rising order."""
        return self._coalesced

    def _indices(self) -> Any:
        return self._places

    def _values(self) -> Any:
        return self._numbers.detach()

    def indices(self) -> Any:
        """The places of the elements, ``(sparse_dim, nnz)``, of a coalesced tensor."""
        return self._checked("indices")._places

    def values(self) -> Any:
        """The numbers in these places, of a coalesced tensor."""
        return self._checked("values")._numbers

    def _checked(self, asked: str) -> Any:
        if not self._coalesced:
            raise RuntimeError(
                f"Cannot get {asked} on an uncoalesced tensor, please call .coalesce() first"
            )
        return self

    def is_floating_point(self) -> bool:
        """Whether the dtype is float16, float32 or float64."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the dtype is complex64 or complex128."""
        return self.dtype.is_complex

    def __repr__(self) -> str:
        suffixes = [f"size={self._size}", f"nnz={self._nnz()}"]
        node = self.grad_fn
        if node is not None:
            suffixes.append(f"grad_fn=<{node.name()}>")
        elif self.requires_grad:
            suffixes.append("requires_grad=True")
        return printing.sparse_repr(self._places._array, self._numbers._array, suffixes)

    # Autograd: the gradient is that of the numbers ------------------------------------------------

    grad_fn = property(lambda self: self._numbers.grad_fn, doc="What made the numbers.")
    is_leaf = property(lambda self: self._numbers.is_leaf, doc="Whether the user made it.")
    retains_grad = property(lambda self: self._numbers.retains_grad, doc="Whether it has .grad.")

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded."""
        return bool(self._numbers.requires_grad)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self._numbers.requires_grad = value

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Set ``requires_grad`` of a leaf, and return the tensor."""
        self._numbers.requires_grad_(requires_grad)
        return self

    def retain_grad(self) -> None:
        """Keep ``.grad`` of this tensor, though it is no leaf."""
        self._numbers.retain_grad()

    @property
    def grad(self) -> Any:
        """The gradient, in the same places: what the other zeros would need, nobody asks."""
        grad = self._numbers.grad
        return None if grad is None else self._with(grad)

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            self._refuse()
        self._numbers.grad = None

    def detach(self) -> Any:
        """The same numbers without history."""
        return self._with(self._numbers.detach())

    data = property(detach, _refuse, doc="The same numbers without history.")

    # To another layout, dtype, device -------------------------------------------------------------

    def to_dense(self, dtype: Any = None, *, masked_grad: bool | None = None) -> Any:
        """The tensor with all its zeros.

        >>> mt.sparse_coo_tensor([[0, 1], [1, 0]], [2, 3]).to_dense()
        tensor([[0, 2],
                [3, 0]])
        """
        if dtype is not None:
            raise RuntimeError("dtype argument is not supported by sparse_to_dense")
        sums = self._sums(self._positions(), math.prod(self._size[: self.sparse_dim()]))
        return sums.reshape(self._size)

    def to_sparse(self, sparse_dim: int | None = None, *, layout: Any = None) -> Any:
        """The tensor itself."""
        return self

    def coalesce(self) -> Any:
        """The same tensor with each place named once: numbers in one place are added up."""
        if self._coalesced:
            return self
        one_number = self._positions()
        xp = backend.array_module(one_number._array)
        _, first, group = xp.unique(one_number._array, return_index=True, return_inverse=True)
        numbers = self._sums(wrap(one_number, group.reshape(-1)), len(first))
        places = self._places[:, wrap(one_number, first)]
        return self.of(places, numbers, self._size, True)

    def _positions(self, without: int | None = None) -> Any:
        """One number for each place: its position, counted row by row, in the sparse dimensions."""
        position = self._places.new_zeros(self._nnz())
        for dim in range(self.sparse_dim()):
            if dim != without:
                position = position * self._size[dim] + self._places[dim]
        return position

    def _sums(self, groups: Any, count: int) -> Any:
        """The sum of the numbers of each of ``count`` groups."""
        numbers = self._numbers.long() if self.dtype is dtypes.bool_ else self._numbers
        sums = numbers.new_zeros(count, *numbers.shape[1:]).index_add(0, groups, numbers)
        return sums.to(self.dtype)

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """The tensor in another dtype, or on another device, as of dense ones."""
        return self._with(self._numbers.to(*args, **kwargs))

    def clone(self, *, memory_format: Any = None) -> Any:
        """A copy that is part of the graph."""
        copied = self._with(self._numbers.clone())
        copied._places = self._places.clone()
        return copied

    def cpu(self, memory_format: Any = None) -> Any:
        """The tensor in main memory."""
        return self.to("cpu")

    def cuda(
        self, device: Any = None, non_blocking: bool = False, memory_format: Any = None
    ) -> Any:
        """The tensor on a GPU."""
        return self._with(self._numbers.cuda(device, non_blocking))

    def half(self) -> Any:
        """The tensor in float16."""
        return self.to(dtypes.float16)

    def float(self) -> Any:
        """The tensor in float32."""
        return self.to(dtypes.float32)

    def double(self) -> Any:
        """The tensor in float64."""
        return self.to(dtypes.float64)

    def long(self) -> Any:
        """The tensor in int64."""
        return self.to(dtypes.int64)

    def numpy(self, *, force: bool = False) -> Any:
        """Refused: a NumPy array has all its zeros."""
        raise TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.")

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if not self.is_leaf:
            raise RuntimeError(NOT_A_LEAF)
        parts = copy.deepcopy((self._places, self._numbers), memo)
        return self.of(*parts, self._size, self._coalesced)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return SparseTensor.of, (self._places, self._numbers, self._size, self._coalesced)

    # Operations (operations.py) -------------------------------------------------------------------

    abs = of_numbers(complexes.abs)
    sqrt = of_numbers(pointwise.sqrt)
    expm1 = of_numbers(pointwise.expm1)
    log1p = of_numbers(pointwise.log1p)
    square = of_numbers(powers.square)
    sign = of_numbers(signs.sign)
    sin = of_numbers(trigonometry.sin)
    tanh = of_numbers(trigonometry.tanh)
    relu = of_numbers(rectifiers.relu)
    neg = __neg__ = operations.neg
    pow = __pow__ = operations.pow
    mul = __mul__ = __rmul__ = operations.mul
    div: Any = operations.div
    add: Any = operations.add
    sub: Any = operations.sub
    __truediv__ = operations.div
    __add__ = operations.add
    __sub__ = operations.sub
    __radd__ = operations.radd
    __rsub__ = operations.rsub
    sum = operations.sum
    transpose = operations.transpose
    t = operations.t
    T = mT = property(operations.t, doc="The transposed matrix.")
    matmul = operations.matmul
    mm: Any = operations.matmul
    mv = operations.mv
    __matmul__ = operations.operator
    __rmatmul__ = operations.reflected


SparseTensor._result_class = Tensor  # what is computed of a sparse tensor is dense, unless it says
