"""What stands between the brackets of ``x[...]``: its basic part, a view, and its advanced part."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .. import from_data
from ..autograd.errors import type_name
from ..autograd.graph import TensorBase
from ..user_warnings import warn
from .places import integers
from .sizes import long
from .slicing import Part, Select, Slice


class Alias(Part):
    """All of a tensor: ``x[...]``."""


class NewDim(Part):
    """A part in which the last thing done was to insert a dimension: ``x[None]``."""

    torch_name = "UnsqueezeBackward0"


class Entry:
    """An advanced index: integers or a mask, and the first dimension that they speak of."""

    __slots__ = ("array", "at", "span")

    def __init__(self, at: int, array: Any, span: int) -> None:
        self.at = at
        self.array = array
        self.span = span  # how many dimensions: as many as a mask has, else one


def split(shape: tuple[int, ...], index: Any) -> tuple[Any, Any, list[Entry]]:
    """For a tensor of ``shape``: the operation of the view and its argument, and the advanced part.

    The operation is None if the advanced part is for the tensor itself.
    """
    items = index if index.__class__ is tuple else as_items(index)
    used = 0  # dimensions that the items speak of
    basic = True
    for item in items:
        kind = item.__class__
        if kind is int or kind is slice:
            used += 1
        elif item is not None and item is not Ellipsis:
            basic = False
            break
    if not basic:
        items = [basic_or_array(item) for item in items]
        used = sum([width(item) for item in items])
    if used > len(shape):
        raise too_many(index, len(shape))

    where: list[Any] = []
    entries: list[Entry] = []
    operation: Any = None
    dim = at = 0  # of the tensor, and of the view
    for position, item in enumerate(items):
        if item.__class__ is int:
            if dim >= len(shape) or not -shape[dim] <= item < shape[dim]:
                # PyTorch, too, counts the items here, not the dimensions.
                raise out_of_range(item, position, shape[dim] if dim < len(shape) else 0)
            where.append(item)
            operation = Select
            dim += 1
            continue
        if item.__class__ is slice:
            start, stop, step = item.indices(shape[dim] if dim < len(shape) else 0)
            if step < 1:
                raise ValueError("step must be greater than zero")
            where.append(slice(start, stop, step))
            if dim < len(shape) and (step != 1 or start > 0 or stop < shape[dim]):
                operation = Slice
            dim += 1
        elif item is Ellipsis:
            rest = len(shape) - used
            if dim <= len(shape) - rest:  # a second `...` finds nothing left
                where.extend([slice(None)] * rest)
                at += rest
            dim += rest
            continue
        elif item is None:
            where.append(None)
            operation = NewDim
        elif item.__class__ is bool:
            where.append(None)
            operation = NewDim
            entries.append(Entry(at, np.arange(int(item)), 1))  # no place, or the first one
        else:
            span = width(item)
            entries.append(Entry(at, item, span))
            where.extend([slice(None)] * span)
            dim += span
            at += span - 1
        if dim > len(shape):
            raise too_many(index, len(shape))
        at += 1
    if operation is None and not entries:
        operation = Slice if index.__class__ is slice else Alias
    return operation, (*where, ...), entries


def as_items(index: Any) -> Any:
    """An index as items: a `Size` is a tuple, a list of lists, tensors or slices counts as one."""
    if isinstance(index, tuple):
        return tuple(index)
    if not isinstance(index, list) or len(index) >= 32:
        return (index,)
    for item in index:
        if item is None or item is Ellipsis or isinstance(item, TensorBase | list | tuple | slice):
            warn(
                "Using a non-tuple sequence for multidimensional indexing is deprecated and will "
                "be "
                "changed in pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this "
                "will be interpreted as tensor index, x[torch.tensor(seq)], which will result "
                "either "
                "in an error or a different result"
            )
            return index
    return (index,)


def basic_or_array(item: Any) -> Any:
    """``item`` as an int, slice, None, ``...``, bool, or an array of integers or bools."""
    if item is None or item is Ellipsis or item.__class__ in (int, bool, slice):
        return item
    if isinstance(item, TensorBase):
        array = item._array
    elif isinstance(item, np.ndarray):
        array = item
    elif isinstance(item, list | tuple | range):
        array = from_data.array_from(item)
        if array.size == 0 or array.dtype.kind in "fc":
            array = array.astype(np.int64)
    elif isinstance(item, str):
        raise TypeError("new(): invalid data type 'str'")
    elif hasattr(item, "__index__") and not isinstance(item, np.bool_):
        return operator.index(item)
    else:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type_name(item)})"
        )
    kind = array.dtype.kind
    if array.ndim == 0 and kind in "iub":
        return bool(array) if kind in "ub" else int(array)
    if kind == "u":
        warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool "
            "instead."
        )
        return array.astype(np.bool_)
    if kind != "b" and not integers(array):
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return array


def width(item: Any) -> int:
    """How many dimensions of the tensor ``item`` speaks of."""
    if item is None or item is Ellipsis or item.__class__ is bool:
        return 0
    return item.ndim if hasattr(item, "ndim") and item.dtype.kind == "b" else 1


def too_many(index: Any, ndim: int) -> IndexError:
    """The error for an index of more dimensions than the tensor has."""
    if ndim == 0 and index.__class__ is int:
        if index:
            return out_of_range(index, 0, 0)
        return IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` "
            "in "
            "C++ to convert a 0-dim tensor to a number"
        )
    if ndim == 0 and index.__class__ is slice:
        return IndexError("slice() cannot be applied to a 0-dim tensor.")
    return IndexError(f"too many indices for tensor of dimension {ndim}")


def out_of_range(index: int, dim: int, length: int) -> IndexError:
    """The error for a number that names no place of a dimension."""
    long(index)
    return IndexError(f"index {index} is out of bounds for dimension {dim} with size {length}")
