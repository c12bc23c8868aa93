"""`index_select`, `index_add`, `take` and their kin: a vector names places of one dimension."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from . import scalars
from .dims import takes_axis, wrap
from .places import AddAt, Pick, Put, integers, refuse_outside


class IndexSelect(Pick):
    """Places of a dimension, in any order and number."""


class IndexAdd(AddAt):
    """The slices that `IndexSelect` reads, with values added."""

    order = "C"


class IndexCopy(Put):
    """The slices that `IndexSelect` reads, replaced."""

    order = "C"


class IndexFill(Put):
    """The slices that `IndexSelect` reads, all replaced by one number."""

    expanded = "index_fill_"


class IndexFillTensor(Put):
    """The slices that `IndexSelect` reads, all replaced by the value of a 0-d tensor."""

    torch_name = "IndexFillBackward1"
    expanded = "index_fill_"
    overlap = "any"


class Take(Pick):
    """Elements of the tensor as if it were flat."""


class PutFlat(Put):
    """The elements that `Take` reads, replaced."""

    torch_name = "PutBackward0"


class PutFlatAccumulate(AddAt):
    """The elements that `Take` reads, with values added."""

    torch_name = "PutBackward0"


@backend.at_its_gpu
def vector(index: Any, error: Exception) -> Any:
    """The array of a 1-d (or 0-d) tensor of indices."""
    array = index._array
    if array.ndim > 1:
        raise error
    return array.reshape(-1).astype("int64")


@takes_axis
def index_select(input: Any, dim: int, index: Any) -> Any:
    """The places of dimension ``dim`` that a vector names, in its order; copies.

    >>> import minitorch as mt
    >>> mt.index_select(mt.tensor([[1, 2], [3, 4]]), 1, mt.tensor([1, 1, 0]))
    tensor([[2, 2, 1],
            [4, 4, 3]])
    """
    error = IndexError("index_select(): Index is supposed to be a vector")
    places = vector(index, error)
    if not integers(index._array):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    shape = input._array.shape
    dim = wrap(dim, len(shape))
    if not shape and places.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {places.size} value(s)"
        )
    length = shape[dim] if shape else 1
    refuse_outside(places, 0, length, lambda bad: IndexError("index out of range in self"))
    return IndexSelect.apply(input, dim, 1 if shape else 0, places if shape else places[0])


@backend.at_its_gpu
def slices_written(
    self: Any, dim: int, index: Any, source: Any, caller: str, low: int = 0
) -> tuple[int, int, Any]:
    """Dimension, span and places for a `Put` or `AddAt` of slices; checked."""
    shape = self._array.shape
    dim = wrap(dim, len(shape))
    array = index._array
    if caller == "index_add_":
        check_combined(self, dim, array, source, caller)
    elif array.ndim > 1:
        if caller == "index_fill_":
            raise RuntimeError("Index has to be a vector/scalar")
        raise IndexError("index_copy_(): Index should have dimension 1 or 0 (got 2)")
    elif array.dtype != np.int64:
        raise IndexError(f"{caller}(): Expected dtype int64 for index.")
    elif source is not None:
        check_copied(self, dim, array, source)
    places = array.reshape(-1).copy()
    length = shape[dim] if shape else 1

    def error(bad: int) -> Exception:
        where = f"index {bad} is out of bounds for dimension {dim} with size {length}"
        if caller == "index_add_":
            return RuntimeError(where)
        return IndexError(f"index_copy_(): {where}" if caller == "index_copy_" else where)

    refuse_outside(places, low * length, length, error)
    return (
        (dim, 1, places)
        if shape
        else (0, 0, places.reshape(()) if places.size == 1 else places[-1])
    )


def check_combined(self: Any, dim: int, index: Any, source: Any, caller: str) -> None:
    """Refuse an index or a source that does not fit `index_add_` or `index_reduce_`."""
    have, given = self._array.shape, source._array.shape
    kind, *kinds = [dtypes.SCALAR_TYPE[dtypes.of(x)] for x in (index, self._array, source._array)]
    if index.ndim > 1:
        raise IndexError(
            f"{caller}(): Index is supposed to be a vector, but got dim: {index.ndim} with type: "
            f"{kind} and size: {list(index.shape)}"
        )
    if not integers(index):
        raise RuntimeError(f"{caller}(): Expected dtype int32/int64 for index but got: {kind}")
    if kinds[0] != kinds[1]:
        raise RuntimeError(
            f"{caller}(): self ({kinds[0]}) and source ({kinds[1]}) must have the same scalar type"
        )
    if not given and dim:
        raise RuntimeError(
            f"{caller}(): Indexing dim {dim} is out of bounds of the source tensor with dim 0"
        )
    if not given and index.size != 1:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    count = given[dim] if dim < len(given) else 1
    if index.size != count:
        raise RuntimeError(
            f"{caller}(): Number of indices ({index.size}) should be equal to source.size(dim): "
            f"({count}), for dim: {dim}"
        )
    if have[:dim] + have[dim + 1 :] != given[:dim] + given[dim + 1 :] or len(have) != len(given):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. "
            f"Got self.shape = {list(have)} source.shape = {list(given)}"
        )


def check_copied(self: Any, dim: int, index: Any, source: Any) -> None:
    """Refuse a source whose dtype or shape does not fit `index_copy_`."""
    have, given = self._array.shape, source._array.shape
    kinds = [dtypes.SCALAR_TYPE[dtypes.of(x._array)] for x in (self, source)]
    count = given[dim] if dim < len(given) else 1
    if have and given and len(have) != len(given):
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must "
            "match. "
            f"Source dimensionality ({len(given)}), destination dimensionality ({len(have)})"
        )
    if kinds[0] != kinds[1]:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{kinds[0]} and (source) {kinds[1]}"
        )
    slices = have[:dim] + have[dim + 1 :], given[:dim] + given[dim + 1 :]
    if slices[0] != slices[1]:
        shown = [" ".join(map(str, part)) for part in slices]
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination "
            "slice "
            f"shape: {shown[0]} at dimension {dim} and source slice shape: {shown[1]} at dimension "
            "0."
        )
    if index.size != count:
        raise IndexError(
            f"index_copy_(): Number of indices ({index.size}) should be equal to source.size(dim) "
            f"({count})"
        )


@takes_axis
def index_add_(self: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """Add slice i of ``alpha * source`` to slice ``index[i]`` of dimension ``dim``, in place.

    >>> import minitorch as mt
    >>> mt.zeros(3).index_add_(0, mt.tensor([0, 0, 2]), mt.tensor([1.0, 2.0, 3.0]))
    tensor([3., 0., 3.])
    """
    return IndexAdd.apply_(self, *add_arguments(self, dim, index, source, alpha))


@takes_axis
def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """`Tensor.index_add_` on a copy.

    >>> import minitorch as mt
    >>> mt.index_add(mt.zeros(3), 0, mt.tensor([0, 2, 0]), mt.tensor([1.0, 2.0, 3.0]))
    tensor([4., 0., 2.])
    """
    return IndexAdd.apply(input, *add_arguments(input, dim, index, source, alpha))


def add_arguments(self: Any, dim: int, index: Any, source: Any, alpha: Any) -> tuple[Any, ...]:
    """The arguments of `IndexAdd`."""
    where = slices_written(self, dim, index, source, "index_add_")
    if alpha != 1:
        source = source * scalars.number(alpha, dtypes.of(self._array), "index_add")
    return *where, source


@takes_axis
def index_copy_(self: Any, dim: int, index: Any, source: Any) -> Any:
    """Write slice i of ``source`` into slice ``index[i]`` of dimension ``dim``, in place.

    >>> import minitorch as mt
    >>> mt.zeros(3).index_copy_(0, mt.tensor([2, 0]), mt.tensor([1.0, 2.0]))
    tensor([2., 0., 1.])
    """
    return IndexCopy.apply_(self, *copy_arguments(self, dim, index, source))


@takes_axis
def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """`Tensor.index_copy_` on a copy.

    >>> import minitorch as mt
    >>> mt.index_copy(mt.zeros(3), 0, mt.tensor([2, 0]), mt.tensor([1.0, 2.0]))
    tensor([2., 0., 1.])
    """
    return IndexCopy.apply(input, *copy_arguments(input, dim, index, source))


def copy_arguments(self: Any, dim: int, index: Any, source: Any) -> tuple[Any, ...]:
    """The arguments of `IndexCopy`."""
    dim, span, places = slices_written(self, dim, index, source, "index_copy_")
    shape = self._array.shape
    slices = shape[:dim] + places.shape + shape[dim + 1 :]
    return dim, span, places, source if source._array.shape == slices else source.reshape(slices)


@takes_axis
def index_fill_(self: Any, dim: int, index: Any, value: Any) -> Any:
    """Fill the slices ``index`` of ``dim`` with a number or the value of a 0-d tensor, in place.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3).index_fill_(1, mt.tensor([0, 2]), 7)
    tensor([[7., 0., 7.],
            [7., 0., 7.]])
    """
    operation, args = fill_arguments(self, dim, index, value)
    return operation.apply_(self, *args)


@takes_axis
def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """`Tensor.index_fill_` on a copy.

    >>> import minitorch as mt
    >>> mt.index_fill(mt.zeros(3), 0, mt.tensor([0, 2]), 1)
    tensor([1., 0., 1.])
    """
    operation, args = fill_arguments(input, dim, index, value)
    return operation.apply(input, *args)


def fill_arguments(self: Any, dim: int, index: Any, value: Any) -> tuple[Any, tuple[Any, ...]]:
    """The operation of an `index_fill`, and its arguments."""
    where = slices_written(self, dim, index, None, "index_fill_", low=-1)
    is_complex = isinstance(value, complex)
    if isinstance(value, TensorBase):
        if value._array.ndim:
            raise RuntimeError(
                "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{value._array.ndim} dimension(s)."
            )
        is_complex = value.is_complex()
    if is_complex and self._array.dtype.kind != "c":
        raise RuntimeError(
            "index_fill_(): Converting complex Scalar to non-complex type is not supported"
        )
    if isinstance(value, TensorBase):
        return IndexFillTensor, (*where, scalars.element(value, self, "index_fill"))
    return IndexFill, (*where, scalars.number(value, dtypes.of(self._array), "index_fill"))


# The tensor as if it were flat --------------------------------------------------------------------


@backend.at_its_gpu
def flat_places(self: Any, index: Any, caller: str) -> tuple[int, int, Any]:
    """Dimension, span and places for elements of the flat tensor; checked."""
    array = index._array
    if array.dtype != np.int64:
        kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
        raise RuntimeError(f"{caller}(): Expected a long tensor for index, but got {kind}")
    size = int(self._array.size)
    if size == 0 and array.size:
        raise IndexError(f"{caller}(): tried to take from an empty tensor")

    def error(bad: int) -> Exception:
        return IndexError(
            f"out of range: tried to access index {bad} on a tensor of {size} elements."
        )

    refuse_outside(array, -size, size, error)
    return 0, self._array.ndim, array % max(size, 1)


def take(input: Any, index: Any) -> Any:
    """The elements that ``index`` names in the flat ``input``, in the shape of ``index``.

    >>> import minitorch as mt
    >>> mt.take(mt.tensor([[1, 2], [3, 4]]), mt.tensor([0, 3]))
    tensor([1, 4])
    """
    return Take.apply(input, *flat_places(input, index, "take"))


def put_arguments(self: Any, index: Any, source: Any) -> tuple[Any, ...]:
    """The arguments of `PutFlat`."""
    where = flat_places(self, index, "put_")
    kinds = [dtypes.SCALAR_TYPE[dtypes.of(x._array)] for x in (self, source)]
    if kinds[0] != kinds[1]:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{kinds[0]} and source.dtype = {kinds[1]}"
        )
    if source.numel() != index.numel():
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got "
            f"source.numel() = {source.numel()}, index.numel() = {index.numel()}"
        )
    return *where, source.reshape(index._array.shape)


def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """`Tensor.put_` on a copy.

    >>> import minitorch as mt
    >>> mt.zeros(2, 2).put(mt.tensor([1, 2]), mt.tensor([5.0, 6.0]))
    tensor([[0., 5.],
            [6., 0.]])
    """
    operation = PutFlatAccumulate if accumulate else PutFlat
    return operation.apply(input, *put_arguments(input, index, source))


def put_(self: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """Write ``source`` where ``index`` names elements of the flat tensor, in place.

    With ``accumulate`` the values are added.

    >>> import minitorch as mt
    >>> mt.zeros(2, 2).put_(mt.tensor([3, 0]), mt.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 1.]])
    """
    operation = PutFlatAccumulate if accumulate else PutFlat
    return operation.apply_(self, *put_arguments(self, index, source))
