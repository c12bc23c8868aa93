"""``x[...]``, read and written.

An index has two parts. Numbers, slices, None and ``...`` are *basic*: they give a view. Integer
tensors, lists and masks are *advanced*: they are applied to that view, and copy. subscript.py takes
an index apart; everything else follows from `Part` (slicing.py) and `Pick`, `Put` (places.py).
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.errors import type_name
from ..autograd.graph import TensorBase
from ..autograd.modes import state
from ..autograd.views import bump, check_memory
from . import overwriting, scalars, sizes
from .expanding import Expand
from .operands import refuse_elements
from .places import AddAt, Pick, Put, inside, integers, refuse_outside, wrapped
from .slicing import Select
from .subscript import Entry, out_of_range, split, width
from .transposing import Permute


class Index(Pick):
    """The elements that integers or masks name."""


class IndexPut(Put):
    """`Index` with the elements replaced."""

    expanded = "index_put_"


class IndexPutAccumulate(AddAt):
    """`Index` with values added to the elements."""

    torch_name = "IndexPutBackward0"


def getitem(self: Any, index: Any) -> Any:
    """``self[index]``: a view for numbers, slices, None and ``...``; else a copy.

    >>> import minitorch as mt
    >>> x = mt.arange(6).view(2, 3)
    >>> x[0, 1:], x[:, [2, 0]], x[x > 3]
    (tensor([1, 2]), tensor([[2, 0],
            [5, 3]]), tensor([4, 5]))
    """
    shape = self._array.shape
    if index.__class__ is int and shape and -shape[0] <= index < shape[0]:  # by far the commonest
        return Select.apply(self, (index, ...))
    operation, where, entries = split(shape, index)
    view = self if operation is None else operation.apply(self, where)
    if not entries:
        return view
    keep = bool(state.recording and view.requires_grad)
    view, dim, span, places = combined(view, entries, keep)
    return Index.apply(view, dim, span, places)


def setitem(self: Any, index: Any, value: Any) -> None:
    """``self[index] = value``, in place; gradients go to ``self`` and to ``value``.

    >>> import minitorch as mt
    >>> x = mt.zeros(2, 3)
    >>> x[:, 1] = mt.tensor([1.0, 2.0])
    >>> x[0, [0, 2]] = 5
    >>> x
    tensor([[5., 1., 5.],
            [0., 2., 0.]])
    """
    tensor = isinstance(value, TensorBase)
    if not tensor:
        value = assignable(self, value)
    operation, where, entries = split(self._array.shape, index)
    if not entries and unrecorded(self, value if tensor else None):
        try:
            number = value._array if tensor else value
            backend.run_at(self._array, self._array.__setitem__, where, number)
        except ValueError:
            if tensor:
                trimmed(value, self._array[where].shape)
            raise
        bump(self)
        return
    view = self if operation is None else operation.apply(self, where)
    if entries:
        put_entries(view, entries, value, IndexPut)
    elif tensor:
        overwriting.copy_(view, trimmed(value, view._array.shape))
    else:
        check_memory(view, ())
        overwriting.FillInPlace.apply_(view, value)


def unrecorded(target: Any, value: Any) -> bool:
    """Whether ``value``, a tensor or None, may go straight into memory, unknown to autograd."""
    if target.requires_grad or target._counter is None or 0 in target._array.strides:
        return False
    return value is None or not (
        value.requires_grad
        or value._counter is target._counter
        or value._array.__class__ is not target._array.__class__
        or value._array.dtype.kind == "c"
    )


def assignable(target: Any, value: Any) -> Any:
    """The number ``value`` as an element of ``target``; refuses what is no number."""
    if not isinstance(value, bool | int | float | complex | np.number):
        raise TypeError(f"can't assign a {type_name(value)} to a {target.type()}")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("Overflow when unpacking long long")
    return scalars.number(value, dtypes.of(target._array), "setitem")


def trimmed(value: Any, shape: tuple[int, ...]) -> Any:
    """``value`` without its leading dimensions of length 1, expanded to ``shape``."""
    have = value._array.shape
    if have == shape:
        return value
    extra = next((place for place, length in enumerate(have) if length != 1), len(have))
    if extra:
        value = value.reshape(have[extra:])
    return Expand.apply(value, sizes.expanded(value, shape))


# The advanced part --------------------------------------------------------------------------------


@backend.at_its_gpu
def combined(view: Any, entries: list[Entry], keep: bool) -> tuple[Any, int, int, Any]:
    """The view, and the dimension, span and places (see places.py) that say what ``entries`` say.

    Indices of dimensions that are no neighbours come first in the result: so the view is permuted.
    If ``keep``, the places do not share memory with integers of the user: backward needs them as
    they are now.
    """
    array = view._array
    places: Any
    arrays = [one_device(one.array, array) for one in entries]
    masks = [one.dtype.kind == "b" for one in arrays]
    for place, one in enumerate(entries):
        if masks[place]:
            check_mask(arrays[place], one.at, array.shape)
            arrays[place] = arrays[place].reshape(-1).nonzero()[0]
    if len(entries) == 1:
        one, places = entries[0], arrays[0]
        if not masks[0]:
            places = checked(view, one.at, places, keep)
        return view, one.at, one.span, places

    shape = broadcast(entries, arrays)
    neighbours = all(a.at + a.span == b.at for a, b in itertools.pairwise(entries))
    dims = [dim for one in entries for dim in range(one.at, one.at + one.span)]
    lengths = [array.shape[dim] for dim in dims]
    others = [dim for dim in range(array.ndim) if dim not in dims]
    empty = 0 in shape or 0 in [array.shape[dim] for dim in others]
    if not neighbours:
        view = Permute.apply(view, (*dims, *others))
    xp = backend.array_module(array)
    places = 0
    for one, part, is_mask in zip(entries, arrays, masks, strict=True):
        length = math.prod(array.shape[one.at : one.at + one.span])
        if not is_mask and not inside(part, length):
            check_places(part, dims.index(one.at), length, empty)
            part = part % length if empty and length else wrapped(xp, part, length)
        places = places * length + part
    return view, entries[0].at if neighbours else 0, len(lengths), places


def one_device(index: Any, array: Any) -> Any:
    """``index`` where ``array`` is: it may come from main memory, but not from a GPU to there."""
    device = backend.device_index(array)
    if backend.device_index(index) == device:
        return index
    if device is None:
        raise RuntimeError(
            "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
        )
    return backend.to_device(index, device)


def check_mask(mask: Any, at: int, shape: tuple[int, ...]) -> None:
    """Refuse a mask whose shape is not that of the dimensions from ``at`` on."""
    for place, length in enumerate(mask.shape):
        if length != shape[at + place]:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {place} does not match the "
                "shape "
                f"of the indexed tensor {list(shape)} at index {at + place}"
            )


def broadcast(entries: list[Entry], arrays: list[Any]) -> tuple[int, ...]:
    """The shape to which the indices are broadcast."""
    first: tuple[int, ...] = arrays[0].shape
    if all(array.shape == first for array in arrays):
        return first
    try:
        return np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        shapes = [
            str(list(array.shape))
            for one, array in zip(entries, arrays, strict=True)
            for _ in range(one.span)
        ]
        raise IndexError(
            "shape mismatch: indexing tensors could not be broadcast together with shapes "
            + ", ".join(shapes)
        ) from None


def checked(view: Any, dim: int, places: Any, keep: bool) -> Any:
    """Integers for dimension ``dim``; refused if they name places that do not exist."""
    shape = view._array.shape
    if inside(places, shape[dim]):
        return places.copy() if keep else places
    empty = 0 in places.shape or 0 in shape[:dim] + shape[dim + 1 :]
    check_places(places, 0, shape[dim], empty)
    if empty and shape[dim]:
        return places % shape[dim]
    return wrapped(backend.array_module(places), places, shape[dim])


def check_places(places: Any, dim: int, length: int, empty: bool) -> None:
    """Refuse integers that name no place, unless there is nothing to read in any place."""
    if length == 0 and places.size:
        raise IndexError("index is out of bounds for dimension with size 0")
    if not empty:
        refuse_outside(places, -length, length, lambda bad: out_of_range(bad, dim, length))


def put_entries(view: Any, entries: list[Entry], value: Any, operation: Any) -> None:
    """Write ``value``, a tensor or number, where an advanced index points to."""
    view, dim, span, places = combined(view, entries, bool(state.recording))
    shape = view._array.shape
    result = shape[:dim] + places.shape + shape[dim + span :]
    if isinstance(value, TensorBase):
        if value._array.shape != result:
            value = fitted(value, result)
        have, given = view._array.dtype, value._array.dtype
        shared = value._counter is view._counter
        if (have != given or shared) and is_fill(entries, value, operation):
            value = scalars.element(value, view, "index_put_").clone()
        elif have != given:
            names = [dtypes.SCALAR_TYPE[dtypes.from_numpy(d)] for d in (have, given)]
            raise RuntimeError(
                "Index put requires the source and destination dtypes match, "
                f"got {names[0]} for the destination and {names[1]} for the source."
            )
    operation.apply_(view, dim, span, places, value)


def is_fill(entries: list[Entry], value: Any, operation: Any) -> bool:
    """Whether one number is written where one mask holds: for PyTorch that is `masked_fill_`."""
    kinds = [one.array.dtype.kind for one in entries]
    return kinds == ["b"] and value._array.size == 1 and operation is IndexPut


def fitted(value: Any, shape: tuple[int, ...]) -> Any:
    """``value`` without leading dimensions of length 1 that ``shape`` does not have; checked."""
    have = value._array.shape
    extra = max(len(have) - len(shape), 0)
    pairs = zip(reversed(have), reversed(shape), strict=False)
    if any(n != 1 for n in have[:extra]) or any(n not in (1, wanted) for n, wanted in pairs):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(have)} cannot be broadcast to indexing "
            f"result of shape {list(shape)}"
        )
    return value.reshape(have[extra:]) if extra else value


def index_put_(self: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """Write ``values`` at the places that ``indices``, one tensor for each dimension, name.

    With ``accumulate`` they are added, also where a place is named more than once.

    >>> import minitorch as mt
    >>> i = mt.tensor([0, 0, 2])
    >>> mt.zeros(3).index_put_((i,), mt.tensor([1.0, 2.0, 3.0]), accumulate=True)
    tensor([3., 0., 3.])
    """
    entries = listed(self._array.ndim, indices, values)
    put_entries(self, entries, values, IndexPutAccumulate if accumulate else IndexPut)
    return self


def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """`Tensor.index_put_` on a copy.

    >>> import minitorch as mt
    >>> places = (mt.tensor([0, 0]), mt.tensor([1, 1]))
    >>> mt.index_put(mt.zeros(1, 2), places, mt.tensor([1.0, 2.0]), accumulate=True)
    tensor([[0., 3.]])
    """
    return index_put_(input.clone(), indices, values, accumulate)


def listed(ndim: int, indices: Any, values: Any) -> list[Entry]:
    """The indices of `index_put_` on a tensor with ``ndim`` dimensions; checked."""
    if not isinstance(indices, list | tuple):
        raise TypeError(
            "index_put(): argument 'indices' (position 1) must be tuple of Tensors, "
            f"not {indices.__class__.__name__}"
        )
    if not isinstance(values, TensorBase):
        raise TypeError(
            "index_put(): argument 'values' (position 2) must be Tensor, "
            f"not {values.__class__.__name__}"
        )
    if not indices:
        raise RuntimeError("index_put(): expected at least one index")
    entries = []
    at = 0
    refuse_elements(indices)
    for one in indices:
        array = one._array
        if array.dtype.kind != "b" and not integers(array):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        entries.append(Entry(at, array, width(array)))
        at += entries[-1].span
    if at > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim} (got {at})")
    return entries
