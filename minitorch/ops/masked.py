"""Choosing by a mask: `where`, `masked_fill`, `masked_select`, `nonzero` ..."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap as constant
from ..user_warnings import warn
from . import operands, overwriting, scalars, sizes
from .arrays import row_major
from .joining import cat
from .masking import BITS, masked
from .overwriting import Change
from .places import Pick, Put, refuse_outside, unravelled

MANY = 10_000  # so many elements or more are chosen without branches


def choose(xp: Any, condition: Any, a: Any, b: Any) -> Any:
    """``a`` where ``condition`` holds, else ``b``: arrays of one dtype, or numbers.

    `where` branches at every element, and guesses half of the branches wrong if the condition looks
    random: 7 ms for a million elements. On their bits ``b ^ ((a ^ b) & condition)`` takes 0.6 ms.
    """
    dtype = a.dtype if hasattr(a, "dtype") else b.dtype
    a = a if hasattr(a, "dtype") else dtype.type(a)
    b = b if hasattr(b, "dtype") else dtype.type(b)
    if xp is not np or max(a.size, b.size) < MANY or dtype.char not in BITS:
        return xp.where(condition, a, b)
    b = b.view(BITS[dtype.char])
    bits = np.bitwise_xor(a.view(BITS[dtype.char]), b)
    if sizes.broadcast(bits.shape, condition.shape) != bits.shape:
        return np.where(condition, a, b.view(dtype))
    np.bitwise_and(bits, np.negative(condition.view(np.int8)), out=bits)
    return np.bitwise_xor(bits, b, out=bits).view(dtype)


def of_both(values: list[Any]) -> list[Any]:
    """The condition as it is, and both values in their common dtype."""
    condition, a, b = values
    if not hasattr(a, "dtype") and not hasattr(b, "dtype"):
        common = dtypes.result_type(a, b)
        return [condition, *dtypes.convert([a, b], common)]
    for number, array in (a, b), (b, a):
        if number.__class__ is int and array.dtype.kind in "iu":
            scalars.number(number, dtypes.of(array), "where")
    return [condition, *dtypes.arithmetic([a, b])]


class Where(Operation):
    """``input`` where ``condition`` holds, ``other`` elsewhere."""

    promote = staticmethod(of_both)

    def forward(self, xp: Any, condition: Any, input: Any, other: Any) -> Any:
        return choose(xp, condition, input, other)

    def grad_input(self, grad: Any, condition: Any) -> Any:
        return masked(grad, condition)

    def grad_other(self, grad: Any, condition: Any) -> Any:
        return masked(grad, ~condition)


class MaskedFill(Change):
    """``x`` with ``value`` where ``mask`` holds."""

    expanded = "masked_fill_"

    def forward(self, xp: Any, x: Any, mask: Any, value: Any) -> Any:
        return row_major(xp, choose(xp, mask, value, x))

    @staticmethod
    def change(xp: Any, x: Any, mask: Any, value: Any) -> Any:
        if x.size > MANY:
            x[...] = choose(xp, mask, value, x)
        else:
            xp.copyto(x, value, where=mask)
        return x

    def grad_x(self, grad: Any, mask: Any) -> Any:
        return masked(grad, ~mask)

    def grad_value(self, grad: Any, mask: Any) -> Any:
        return masked(grad, mask).sum()


class MaskedFillTensor(MaskedFill):
    """`MaskedFill` with the value of a 0-d tensor."""

    torch_name = "MaskedFillBackward1"
    overlap = "any"


class MaskedSelect(Pick):
    """The elements where a mask holds, as a vector."""


class MaskedScatter(Put):
    """The elements where a mask holds, replaced by those of a source, one after the other."""

    overlap = "any"
    order = "C"


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """``input`` where ``condition`` holds, ``other`` elsewhere; both are tensors or numbers.

    With the condition alone: the places where it is not zero, as `nonzero` with ``as_tuple=True``.

    >>> import minitorch as mt
    >>> x = mt.tensor([-1.0, 2.0])
    >>> mt.where(x > 0, x, 0)
    tensor([0., 2.])
    """
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    given = condition, input, other
    if not isinstance(input, TensorBase):
        input = operands.plain(input)
    if not isinstance(other, TensorBase):
        other = operands.plain(other)
    if input is None or other is None or not isinstance(condition, TensorBase):
        raise operands.invalid_combination("where", given)
    kind = condition._array.dtype
    if kind.name == "uint8":
        warn(
            "where received a uint8 condition tensor. This behavior is deprecated and will be "
            "removed in a "
            "future version of PyTorch. Use a boolean condition instead."
        )
        condition = condition.bool()
    elif kind.kind != "b":
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            + dtypes.SCALAR_TYPE[dtypes.from_numpy(kind)]
        )
    try:
        return Where.apply(condition, input, other)
    except ValueError:
        shapes = [
            x._array.shape if isinstance(x, TensorBase) else () for x in (condition, input, other)
        ]
        sizes.broadcast(shapes[0], sizes.broadcast(shapes[1], shapes[2]))
        raise


def where_method(self: Any, condition: Any, other: Any) -> Any:
    """This tensor where ``condition`` holds, ``other`` elsewhere.

    >>> import minitorch as mt
    >>> x = mt.tensor([-1.0, 2.0])
    >>> x.where(x > 0, mt.tensor(0.0))
    tensor([0., 2.])
    """
    return where(condition, self, other)


def boolean(mask: Any, message: str) -> Any:
    """``mask`` if it holds bools."""
    if mask._array.dtype.kind != "b":
        raise RuntimeError(message)
    return mask


def fill_arguments(input: Any, mask: Any, value: Any) -> tuple[Any, Any, Any]:
    """The operation of `masked_fill`, the mask, and the value in ``input``'s dtype; checked."""
    if not isinstance(value, TensorBase):
        value = operands.plain(value)
    if mask._array.dtype.kind != "b":
        raise RuntimeError(
            "masked_fill_ only supports boolean masks, but got mask with dtype "
            + dtypes.C_TYPE[dtypes.of(mask._array)]
        )
    if not isinstance(value, TensorBase):
        return MaskedFill, mask, scalars.number(value, dtypes.of(input._array), "masked_fill")
    if value._array.ndim:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value._array.ndim} dimension(s)."
        )
    return MaskedFillTensor, mask, scalars.element(value, input, "masked_fill")


def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """``input`` with ``value``, a number or 0-d tensor, where ``mask`` holds; copies.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, 2.0])
    >>> x.masked_fill(x > 1, -mt.inf)
    tensor([1., -inf])
    """
    operation, mask, value = fill_arguments(input, mask, value)
    if mask._array.shape != input._array.shape:
        sizes.broadcast(mask._array.shape, input._array.shape)
    return operation.apply(input, mask, value)


def masked_fill_(self: Any, mask: Any, value: Any) -> Any:
    """`masked_fill` in place.

    >>> import minitorch as mt
    >>> mt.tensor([1.0, 2.0, 3.0]).masked_fill_(mt.tensor([True, False, True]), -mt.inf)
    tensor([-inf, 2., -inf])
    """
    operation, mask, value = fill_arguments(self, mask, value)
    if mask._array.shape != self._array.shape:
        overwriting.refuse_shape(self._array.shape, mask._array.shape)
    return operation.apply_(self, mask, value)


def masked_select(input: Any, mask: Any) -> Any:
    """The elements of ``input`` where ``mask`` holds, as a vector; both are broadcast.

    >>> import minitorch as mt
    >>> x = mt.tensor([[1, 2], [3, 4]])
    >>> x.masked_select(x > 1)
    tensor([2, 3, 4])
    """
    boolean(mask, "masked_select: expected BoolTensor for mask")
    if mask._array.shape != input._array.shape:
        shape = sizes.broadcast(mask._array.shape, input._array.shape)
        mask, input = mask.expand(shape), input.expand(shape)
    return MaskedSelect.apply(input, 0, input._array.ndim, true_places(mask))


@backend.at_its_gpu
def true_places(mask: Any) -> Any:
    """The places in the flat ``mask`` that hold."""
    return mask._array.reshape(-1).nonzero()[0]


def scatter_arguments(input: Any, mask: Any, source: Any) -> tuple[Any, ...]:
    """The arguments of `MaskedScatter`; checked."""
    kinds = [dtypes.SCALAR_TYPE[dtypes.of(x._array)] for x in (input, source)]
    if kinds[0] != kinds[1]:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got{kinds[0]} and "
            f"{kinds[1]}"
        )
    boolean(
        mask,
        "masked_scatter_ only supports boolean masks, but got mask with dtype "
        + dtypes.SCALAR_TYPE[dtypes.of(mask._array)],
    )
    if mask._array.shape != input._array.shape:
        mask = mask.expand(input._array.shape)
    if input.is_cuda and mask.is_cuda and source.is_cuda and source.numel():
        return 0, input._array.ndim, *everywhere(input.reshape(-1), mask, source.reshape(-1))
    places = true_places(mask)
    if source.numel() < places.size:
        raise too_few(places.size)
    return 0, input._array.ndim, places, source.reshape(-1)[: places.size]


def too_few(ones: int) -> RuntimeError:
    """The error for a source that does not have ``ones`` elements."""
    return RuntimeError("Number of elements of source < number of ones in mask")


def everywhere(input: Any, mask: Any, source: Any) -> tuple[Any, Any]:
    """All places, and what `MaskedScatter` puts there, from the source or what is there now.

    It is for a GPU: to ask for the places where the mask holds would be to wait for it.
    """
    ones = mask.reshape(-1).cumsum(0)
    refuse_outside(ones._array[-1:], 0, source.numel() + 1, too_few)
    values = Pick.apply(source, 0, 1, (ones - 1).clamp(0, source.numel() - 1)._array)
    places = backend.run_at(ones._array, backend.cupy().arange, len(ones._array))
    return places, where(mask.reshape(-1), values, input)


def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """``input`` with the elements where ``mask`` holds replaced by ``source``, in order; copies.

    >>> import minitorch as mt
    >>> mt.zeros(3).masked_scatter(mt.tensor([True, False, True]), mt.tensor([1.0, 2.0]))
    tensor([1., 0., 2.])
    """
    shape = sizes.broadcast(input._array.shape, mask._array.shape)
    if shape != input._array.shape:
        input = input.expand(shape)
    return MaskedScatter.apply(input, *scatter_arguments(input, mask, source))


def masked_scatter_(self: Any, mask: Any, source: Any) -> Any:
    """`masked_scatter` in place.

    >>> import minitorch as mt
    >>> mt.zeros(3).masked_scatter_(mt.tensor([True, False, True]), mt.tensor([1.0, 2.0]))
    tensor([1., 0., 2.])
    """
    overwriting.refuse_shape(self._array.shape, mask._array.shape)
    return MaskedScatter.apply_(self, *scatter_arguments(self, mask, source))


@backend.at_its_gpu
def nonzero(input: Any, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not zero: one a row, or a tensor for each dimension.

    >>> import minitorch as mt
    >>> mt.nonzero(mt.tensor([[0, 1], [2, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    array = input._array
    xp = backend.array_module(array)
    places = (array if array.dtype.kind == "b" else array != 0).reshape(-1).nonzero()[0]
    found = [places] if array.ndim < 2 else unravelled(xp, places, array.shape)
    if as_tuple:
        return tuple([constant(input, row) for row in found])
    if array.ndim == 0:
        return constant(input, xp.empty((len(places), 0), np.int64))
    return constant(input, xp.stack(found).T)


def nonzero_static(input: Any, *, size: int, fill_value: int = -1) -> Any:
    """As `nonzero`, but always ``size`` rows: cut, or filled up with ``fill_value``.

    >>> import minitorch as mt
    >>> mt.nonzero_static(mt.tensor([0, 5]), size=2)
    tensor([[ 1],
            [-1]])
    """
    rows = nonzero(input)[:size]
    missing = size - rows._array.shape[0]
    return cat([rows, rows.new_full((missing, rows._array.shape[1]), fill_value)])


def argwhere(input: Any) -> Any:
    """The indices of the elements that are not zero, one a row.

    >>> import minitorch as mt
    >>> mt.argwhere(mt.tensor([[0, 7], [8, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    return nonzero(input)
