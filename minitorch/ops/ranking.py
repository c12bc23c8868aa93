"""Elements by rank: sort, topk, kthvalue, median, mode.

NaN ranks above every number. Where elements are equal the first ranks first, as in PyTorch's stable
sort; PyTorch leaves it open which of them `topk`, `kthvalue` and an unstable sort take.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import return_types
from ..autograd.operation import Operation
from .arrays import in_order_of, row_major
from .cumulative import accumulate
from .dims import over_dims, refuse_empty, wrap
from .extremes import Choice, Max, Selection
from .operands import not_implemented

SHORT = 16  # PyTorch sorts up to this length by insertion, which is stable
FEW = 16  # so many of the best elements are found faster one by one than by sorting


class Several(Selection):
    """Picks several elements along a dimension; results (values, indices)."""

    def grad_input(self, grad: Any, dim: Any, places: Any) -> Any:
        return grad[0].new_zeros(self.sizes).scatter(dim, places, grad[0])


class Sort(Several):
    """The elements along a dimension in order."""

    def forward(self, xp: Any, input: Any, dim: Any, descending: Any, stable: Any) -> Any:
        sorted = self.pick(xp, input, order(xp, input, dim, descending, stable), dim, True)
        return tuple([in_order_of(xp, one, input) for one in sorted])


class SortStable(Sort):
    """The same, where the user says whether equal elements must keep their order."""

    torch_name = "SortBackward1"


class Argsort(Operation):
    """The indices that sort a dimension."""

    def forward(self, xp: Any, input: Any, dim: Any, descending: Any, stable: Any) -> Any:
        return in_order_of(xp, order(xp, input, dim, descending, stable), input)


class Topk(Several):
    """The k largest or smallest elements along a dimension; results (values, indices)."""

    def forward(self, xp: Any, input: Any, k: Any, dim: Any, largest: Any) -> Any:
        if input.ndim == 0:
            return self.pick(xp, input, xp.zeros((), "int64"), dim, True)
        ranked = None
        if k <= FEW and input.shape[dim] > SHORT:
            ranked = one_by_one(xp, input, k, dim, largest)
        if ranked is None:
            ranked = order(xp, input, dim, largest, False)[(slice(None),) * dim + (slice(k),)]
        return self.pick(xp, input, ranked, dim, True)


def one_by_one(xp: Any, x: Any, k: int, dim: int, largest: bool) -> Any:
    """The indices of the ``k`` best elements: k times the best of those that are left.

    For small k that is several times faster than to sort or to partition. None if it does not work:
    if NaN, or the mark for those that are taken, is among the best.
    """
    rows = xp.moveaxis(x, dim, -1)
    shape = (*rows.shape[:-1], k)
    rows = xp.array(rows.reshape(-1, rows.shape[-1]))
    if x.dtype.kind == "f":
        taken = -xp.inf if largest else xp.inf
    else:
        limits = np.iinfo(x.dtype)
        taken = limits.min if largest else limits.max
    every, picked = xp.arange(len(rows)), xp.empty((len(rows), k), "int64")
    for i in range(k):
        best = rows.argmax(axis=1) if largest else rows.argmin(axis=1)
        values = rows[every, best]
        if not (values != taken).all() or (values != values).any():
            return None
        rows[every, best] = taken
        picked[:, i] = best
    return xp.moveaxis(picked.reshape(shape), -1, dim)


class Kthvalue(Choice):
    """The k-th smallest element along a dimension; results (values, indices)."""

    def forward(self, xp: Any, input: Any, k: Any, dim: Any, keepdim: Any) -> Any:
        ranked = order(xp, input, dim, False, True)
        return self.pick(xp, input, at_rank(xp, ranked, k - 1, dim), dim, keepdim)


def order(xp: Any, x: Any, dim: int, descending: bool, stable: bool) -> Any:
    """The indices that sort ``x`` along ``dim``, equal elements (if stable) in their order."""
    if x.ndim == 0:
        return xp.zeros((), "int64")
    kind = "stable" if stable or x.shape[dim] <= SHORT else None
    if not descending:
        return xp.argsort(x, axis=dim, kind=kind)
    # backwards twice, so that equal elements keep their order
    return x.shape[dim] - 1 - xp.flip(xp.argsort(xp.flip(x, dim), axis=dim, kind=kind), dim)


def at_rank(xp: Any, ranked: Any, rank: Any, dim: int) -> Any:
    """The indices of the elements of a ``rank``: a number, or an array where it differs."""
    if ranked.ndim == 0:
        return ranked
    if isinstance(rank, int):
        return ranked[(slice(None),) * dim + (slice(rank, rank + 1),)]
    return xp.take_along_axis(ranked, rank, dim)


# The middle ---------------------------------------------------------------------------------------


class Median(Max):
    """The middle one of all elements, the lower of two; NaN if there is one."""

    torch_name = "MedianBackward0"

    def forward(self, xp: Any, input: Any) -> Any:
        flat = input.reshape(-1)
        missing = xp.isnan(flat).any() if flat.dtype.kind == "f" else False
        return middle(xp, flat, flat.size * (1 + missing))


class Nanmedian(Max):
    """The middle one of the elements that are not NaN, the lower of two."""

    torch_name = "NanmedianBackward0"

    def forward(self, xp: Any, input: Any) -> Any:
        flat = input.reshape(-1)
        return middle(xp, flat, (flat == flat).sum())


def may_have_nan(xp: Any, x: Any) -> bool:
    """Whether any element is NaN; of those on a GPU nobody knows."""
    return x.dtype.kind == "f" and (xp is not np or bool(np.isnan(x).any()))


def middle(xp: Any, flat: Any, count: Any) -> Any:
    """Of the ``count`` smallest elements the middle one; beyond the end, the last, which is NaN."""
    if flat.size == 0:  # as in PyTorch, of integers too
        return xp.asarray(xp.nan).astype(flat.dtype)
    if xp is not np:  # to know the rank would be to wait for the GPU
        return xp.sort(flat).take(xp.clip((xp.asarray(count) - 1) // 2, 0, flat.size - 1))
    rank = int(min(max(count - 1, 0) // 2, flat.size - 1))
    return np.partition(flat, rank)[rank]


class MedianDim(Choice):
    """The middle element along a dimension; results (values, indices)."""

    torch_name = "MedianBackward1"

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any) -> Any:
        length = input.shape[dim] if input.ndim else 1
        indices = at_rank(xp, order(xp, input, dim, False, True), (length - 1) // 2, dim)
        if input.ndim and may_have_nan(xp, input):
            nan = xp.isnan(input)
            first = nan.argmax(axis=dim, keepdims=True)
            indices = xp.where(nan.any(axis=dim, keepdims=True), first, indices)
        return self.pick(xp, input, indices, dim, keepdim)


class NanmedianDim(Choice):
    """The middle element along a dimension of those that are not NaN; results (values, indices)."""

    torch_name = "NanmedianBackward1"

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any) -> Any:
        ranked = order(xp, input, dim, False, True)
        if input.ndim == 0:
            return self.pick(xp, input, ranked, dim, keepdim)
        count = (input == input).sum(axis=dim, keepdims=True)
        rank = row_major(xp, xp.maximum(count - 1, 0) // 2)
        return self.pick(xp, input, at_rank(xp, ranked, rank, dim), dim, keepdim)


class Mode(Choice):
    """The most frequent element along a dimension; results (values, indices)."""

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any) -> Any:
        ranked = order(xp, input, dim, False, True)
        if input.ndim == 0:
            return self.pick(xp, input, ranked, dim, keepdim)
        rows = xp.moveaxis(xp.take_along_axis(input, ranked, dim), dim, -1)
        places = xp.arange(rows.shape[-1])
        begins = xp.ones(rows.shape, bool)
        begins[..., 1:] = rows[..., 1:] != rows[..., :-1]
        # in sorted order: how many equal elements there are up to here; the first maximum is the
        # last element of the longest run, of the smallest value among those
        run = places - accumulate(xp, xp.maximum, xp.where(begins, places, 0), rows.ndim - 1)
        longest = xp.moveaxis(run.argmax(axis=-1, keepdims=True), -1, dim)
        return self.pick(xp, input, at_rank(xp, ranked, longest, dim), dim, keepdim)


# Public functions ---------------------------------------------------------------------------------


@over_dims
def sort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> Any:
    """The elements along ``dim`` in ascending or descending order, as (values, indices).

    NaN comes after all numbers. With ``stable`` equal elements keep their order.

    >>> import minitorch as mt
    >>> mt.tensor([3, 1, 2]).sort()
    torch.return_types.sort(
    values=tensor([1, 2, 3]),
    indices=tensor([1, 2, 0]))
    """
    dim = wrap(dim, input._array.ndim)
    refuse_complex(" Sort", input)
    operation = Sort if stable is None else SortStable
    return return_types.sort(operation.apply(input, dim, descending, stable))


@over_dims
def argsort(input: Any, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Any:
    """The indices that sort ``input`` along ``dim``.

    >>> import minitorch as mt
    >>> mt.tensor([3, 1, 2]).argsort(descending=True)
    tensor([0, 2, 1])
    """
    dim = wrap(dim, input._array.ndim)
    refuse_complex(" Sort", input)
    return Argsort.apply(input, dim, descending, stable)


@over_dims
def msort(input: Any) -> Any:
    """``input`` sorted along its first dimension.

    >>> import minitorch as mt
    >>> mt.msort(mt.tensor([[3, 1], [2, 4]]))
    tensor([[2, 1],
            [3, 4]])
    """
    return sort(input, 0).values


@over_dims
def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The ``k`` largest (or smallest) elements along ``dim``, as (values, indices).

    They come in order, whether or not that is asked for by ``sorted``.

    >>> import minitorch as mt
    >>> mt.tensor([3, 1, 4, 1, 5]).topk(2)
    torch.return_types.topk(
    values=tensor([5, 4]),
    indices=tensor([4, 2]))
    """
    array = input._array
    dim = wrap(dim, array.ndim, "topk", 2)
    refuse_complex(" topk", input)
    if array.dtype.kind == "b":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    if not 0 <= k <= (array.shape[dim] if array.ndim else 1):
        raise RuntimeError("selected index k out of range")
    return return_types.topk(Topk.apply(input, k, dim, largest))


@over_dims
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The ``k``-th smallest element along ``dim`` (k counts from 1), as (values, indices).

    >>> import minitorch as mt
    >>> mt.tensor([3, 1, 4, 1, 5]).kthvalue(4).values
    tensor(4)
    """
    dim = rankable("kthvalue", input, dim)
    array = input._array
    if not 0 < k <= (array.shape[dim] if array.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}")
    return return_types.kthvalue(Kthvalue.apply(input, k, dim, keepdim))


@over_dims
def median(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The middle element, of an even number the lower one; along ``dim``: (values, indices).

    NaN if there is any NaN; `nanmedian` leaves those out.

    >>> import minitorch as mt
    >>> mt.tensor([5, 1, 4, 2]).median()
    tensor(2)
    """
    if dim is None:
        rankable("median", input, None)
        return Median.apply(input)
    dim = rankable("median", input, dim)
    return return_types.median(MedianDim.apply(input, dim, keepdim))


@over_dims
def nanmedian(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The middle one of the elements that are not NaN; along ``dim``: (values, indices).

    >>> import minitorch as mt
    >>> mt.tensor([5.0, float("nan"), 4.0, 2.0]).nanmedian()
    tensor(4.)
    """
    if dim is None:
        rankable("median", input, None)
        return Nanmedian.apply(input)
    dim = rankable("median", input, dim)  # PyTorch's errors, too, speak of median
    return return_types.nanmedian(NanmedianDim.apply(input, dim, keepdim))


@over_dims
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent element along ``dim``, as (values, indices).

    Of equally frequent ones it is the smallest, and the index is that of its last occurrence.

    >>> import minitorch as mt
    >>> mt.tensor([1, 3, 3, 2, 2]).mode()
    torch.return_types.mode(
    values=tensor(2),
    indices=tensor(4))
    """
    array = input._array
    dim = wrap(dim, array.ndim)
    refuse_empty("mode", array.shape, (dim,))
    if array.dtype.kind == "c":
        raise not_implemented("mode_cpu", array)
    return return_types.mode(Mode.apply(input, dim, keepdim))


def rankable(name: str, input: Any, dim: Any) -> int:
    """``dim`` counted from the front (0 for None), checked for a function that ranks elements."""
    array = input._array
    if dim is not None:
        dim = wrap(dim, array.ndim)
        refuse_empty(name, array.shape, (dim,))
    if array.dtype.kind in "bc":
        raise not_implemented(f"{name}_cpu", array)
    return dim or 0


def refuse_complex(name: str, input: Any) -> None:
    """Refuse complex numbers, which have no order."""
    if input._array.dtype.kind == "c":
        raise RuntimeError(f"{name} does not support complex dtypes on CPU")
