"""Distinct values, and where numbers fall among sorted ones: unique, searchsorted, bincount ..."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap as constant
from .dims import also_named, over_dims, wrap
from .operands import invalid_combination, not_implemented, plain

# Distinct values ----------------------------------------------------------------------------------


class Unique2(Operation):
    """The distinct elements in order, where each element went, how many there are of each."""

    def forward(self, xp: Any, input: Any) -> Any:
        values, inverse, counts = xp.unique(
            input.reshape(-1), return_inverse=True, return_counts=True, equal_nan=False
        )
        return values, inverse.reshape(input.shape), counts

    def backward(self, grad: Any) -> Any:
        raise NotImplementedError("the derivative for '_unique2' is not implemented.")


class UniqueDim(Operation):
    """The distinct slices along a dimension in lexicographic order, with inverse and counts."""

    def forward(self, xp: Any, input: Any, dim: Any) -> Any:
        values, inverse, counts = xp.unique(
            input, return_inverse=True, return_counts=True, axis=dim
        )
        return values, inverse.reshape(-1), counts

    def backward(self, grad: Any) -> Any:
        raise NotImplementedError("the derivative for 'unique_dim' is not implemented.")


class UniqueConsecutive(Operation):
    """The elements, or slices along a dimension, that differ from the one before."""

    def forward(self, xp: Any, input: Any, dim: Any) -> Any:
        rows = input.reshape(-1) if dim is None else xp.moveaxis(input, dim, 0)
        length = len(rows)
        begins = xp.ones(length, bool)
        differs = rows[1:] != rows[:-1]
        begins[1:] = differs if dim is None else differs.any(axis=tuple(range(1, rows.ndim)))
        starts = xp.flatnonzero(begins)
        values = rows[starts] if dim is None else xp.moveaxis(rows[starts], 0, dim)
        inverse = begins.cumsum() - 1
        counts = xp.diff(xp.concatenate([starts, xp.asarray([length])]))
        return values, inverse.reshape(input.shape if dim is None else length), counts

    def backward(self, grad: Any) -> Any:
        raise NotImplementedError("the derivative for 'unique_consecutive' is not implemented.")


@over_dims
def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: Any = None,
) -> Any:
    """The distinct elements of ``input``, or its distinct slices along ``dim``.

    They come in ascending order, whether or not that is asked for by ``sorted``. With
    ``return_inverse`` there follows the index of each element in the result, with ``return_counts``
    how many there are of each.

    >>> import minitorch as mt
    >>> mt.tensor([3, 1, 2, 1]).unique(return_counts=True)
    (tensor([1, 2, 3]), tensor([2, 1, 1]))
    """
    if input._array.dtype.kind == "c":
        raise not_implemented("unique", input._array)
    if dim is None:
        return chosen(Unique2.apply(input), return_inverse, return_counts)
    return chosen(UniqueDim.apply(input, sliced(input, dim)), return_inverse, return_counts)


@over_dims
def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: Any = None
) -> Any:
    """``input`` without the elements, or slices along ``dim``, that equal the one before.

    >>> import minitorch as mt
    >>> mt.tensor([1, 1, 2, 1]).unique_consecutive()
    tensor([1, 2, 1])
    """
    if dim is not None:
        dim = sliced(input, dim)
    return chosen(UniqueConsecutive.apply(input, dim), return_inverse, return_counts)


def sliced(input: Any, dim: Any) -> int:
    """``dim`` counted from the front; its slices must have elements."""
    shape = input._array.shape
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap(dim, len(shape))
    if 0 in shape[:dim] + shape[dim + 1 :]:
        raise RuntimeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
        )
    return dim


def chosen(results: tuple[Any, Any, Any], inverse: bool, counts: bool) -> Any:
    """The values, followed by what else was asked for."""
    picked = results[:1] + results[1:2] * inverse + results[2:] * counts
    return picked if len(picked) > 1 else picked[0]


# Among sorted numbers -----------------------------------------------------------------------------


class Searchsorted(Operation):
    """For each value the place in a sorted sequence, one for all or one a row."""

    def forward(self, xp: Any, sequence: Any, values: Any, side: Any, sorter: Any) -> Any:
        if sorter is not None:
            sequence = xp.take_along_axis(sequence, sorter, -1)
        if sequence.ndim == 1:
            return after_nan(xp, sequence, values, side)
        count = math.prod(sequence.shape[:-1])
        rows = sequence.reshape(count, sequence.shape[-1])
        queries = values.reshape(count, values.shape[-1])
        places = [after_nan(xp, *pair, side) for pair in zip(rows, queries, strict=True)]
        return xp.stack(places).reshape(values.shape) if places else xp.zeros(values.shape, "int64")


def after_nan(xp: Any, sequence: Any, values: Any, side: str) -> Any:
    """``searchsorted`` that sends NaN to the end on either side, as PyTorch's does."""
    places = xp.searchsorted(sequence, values, side=side)
    return xp.where(values == values, places, len(sequence))


@also_named(self="input")
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Any = None,
) -> Any:
    """The places in ``sorted_sequence`` where the values ``input`` would keep it in order.

    The place before equal elements, with ``right`` (or ``side="right"``) the one after them. A
    sequence of more than one dimension has one row for each row of ``input``. ``sorter`` holds the
    indices that sort the sequence, if it is not sorted.

    >>> import minitorch as mt
    >>> mt.searchsorted(mt.tensor([1, 3, 5]), mt.tensor([0, 3, 6]))
    tensor([0, 1, 3])
    """
    if side not in (None, "left", "right"):
        raise RuntimeError(
            f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}"
        )
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left "
            "while right was True"
        )
    is_tensor = isinstance(input, TensorBase)
    values = input if is_tensor else constant(sorted_sequence, np.asarray(input))
    check_sequence(sorted_sequence._array, values._array, sorter)
    if values._array.dtype.kind == "c" or sorted_sequence._array.dtype.kind in "bc":
        kinds = sorted_sequence._array.dtype, input._array.dtype if is_tensor else input
        raise not_implemented("searchsorted_out_cpu", np.empty(0, np.result_type(*kinds)))
    side = "right" if right or side == "right" else "left"
    places = Searchsorted.apply(sorted_sequence, values, side, sorter)
    return places.int() if out_int32 else places


def check_sequence(sequence: Any, values: Any, sorter: Any) -> None:
    """Refuse shapes that do not fit."""
    if sequence.ndim == 0:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 "
            "dimension"
        )
    if values.ndim == 0 and sequence.ndim != 1:
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor "
            f"dimension is 1, but we got boundaries tensor dim({sequence.ndim}) and input value's "
            "dim(0) numel(1)"
        )
    if sequence.ndim != 1 and sequence.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            "dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {list(sequence.shape)} and input value tensor {list(values.shape)}"
        )
    if sorter is None:
        return
    indices = sorter._array
    if indices.shape != sequence.shape:
        raise RuntimeError(
            "torch.searchsorted(): boundary and sorter must have the same size, but got boundary "
            f"tensor {list(sequence.shape)}and got sorter tensor {list(indices.shape)}"
        )
    if indices.dtype != np.int64:
        raise RuntimeError(
            "torch.searchsorted(): sorter must be a tensor of long dtype but got dtype "
            f"{dtypes.SCALAR_TYPE[dtypes.of(indices)]}"
        )
    if indices.size and not 0 <= indices.min() <= indices.max() < sequence.shape[-1]:
        raise RuntimeError("torch.searchsorted(): sorter index out of range")


@also_named(self="input")
def bucketize(input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False) -> Any:
    """The number of the bucket, between sorted ``boundaries``, that each element falls into.

    A boundary belongs to the bucket below it, with ``right`` to the one above it.

    >>> import minitorch as mt
    >>> mt.bucketize(mt.tensor([0, 1, 2, 9]), mt.tensor([1, 5]))
    tensor([0, 0, 1, 2])
    """
    if boundaries._array.ndim != 1:
        raise RuntimeError(
            f"boundaries tensor must be 1 dimension, but got dim({boundaries._array.ndim})"
        )
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


class Isin(Operation):
    """Whether each element is among others."""

    def forward(self, xp: Any, elements: Any, others: Any, invert: Any) -> Any:
        return xp.isin(xp.asarray(elements), xp.asarray(others), invert=invert)


@also_named(element="elements", test_element="test_elements")
def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Any:
    """Whether each of ``elements`` is among ``test_elements``; one of them may be a number.

    ``invert``: whether it is not. ``assume_unique`` may be faster in PyTorch, and changes nothing.

    >>> import minitorch as mt
    >>> mt.isin(mt.tensor([[1, 2], [3, 4]]), mt.tensor([2, 3]))
    tensor([[False,  True],
            [ True, False]])
    """
    given = elements, test_elements
    tensors = [x for x in given if isinstance(x, TensorBase)]
    if not tensors or any(plain(x) is None for x in given if not isinstance(x, TensorBase)):
        raise invalid_combination("isin", given)
    for x in given:
        array = x._array if isinstance(x, TensorBase) else np.asarray(x)
        if array.dtype.kind in "bc":
            kind = dtypes.SCALAR_TYPE[dtypes.of(array)]
            raise RuntimeError(f"Unsupported input type encountered for isin(): {kind}")
    return Isin.apply(elements, test_elements, invert)


# Counting -----------------------------------------------------------------------------------------


class Histc(Operation):
    """How many elements fall into each of some bins of equal width."""

    def forward(self, xp: Any, input: Any, bins: Any, low: Any, high: Any) -> Any:
        x = input.reshape(-1)
        x = x[(x >= low) & (x <= high)]
        low, high = x.dtype.type(low), x.dtype.type(high)
        places = ((x - low) * bins / (high - low)).astype("int64")
        counts = xp.bincount(xp.minimum(places, bins - 1), minlength=bins)
        return counts.astype(input.dtype)


@over_dims
def histc(input: Any, bins: int = 100, min: float = 0, max: float = 0) -> Any:
    """How many elements fall into each of ``bins`` bins of equal width from ``min`` to ``max``.

    If both are 0 (or equal) the range is that of the elements. What lies outside is not counted.

    >>> import minitorch as mt
    >>> mt.histc(mt.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    array = input._array
    if array.dtype.kind != "f":
        raise not_implemented("histogram_cpu", array)
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")
    if min == max and array.size:
        min, max = float(array.min()), float(array.max())
    if not np.isfinite([min, max]).all():
        raise RuntimeError(f"torch.histc: range of [{min:g}, {max:g}] is not finite")
    if min > max:
        raise RuntimeError("torch.histc: max must be larger than min")
    if min == max:
        min, max = min - 1, max + 1
    return Histc.apply(input, bins, min, max)


class Bincount(Operation):
    """How often each number from 0 on occurs, or the sum of the weights of its occurrences."""

    def forward(self, xp: Any, input: Any, weights: Any, minlength: Any) -> Any:
        counts = xp.bincount(input, weights, minlength)
        if weights is not None and weights.dtype.char == "f":
            return counts.astype("f")
        return counts

    def grad_weights(self, grad: Any) -> Any:
        raise RuntimeError("derivative for aten::bincount is not implemented")


@over_dims
@backend.at_its_gpu
def bincount(input: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number from 0 on occurs in ``input``, a vector of integers.

    With ``weights`` the weights of the occurrences are added up.

    >>> import minitorch as mt
    >>> mt.bincount(mt.tensor([1, 2, 2]), minlength=4)
    tensor([0, 1, 2, 0])
    """
    array = input._array
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if array.dtype.kind not in "iu":
        raise not_implemented("bincount_cpu", array)
    if array.ndim != 1 or (array.size and array.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights._array.shape != array.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    return Bincount.apply(input, weights, minlength)
