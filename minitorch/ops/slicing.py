"""Views of parts of a tensor: `select`, `narrow`, `diagonal`; copies with a part replaced.

The gradient of a part is the whole with zeros around it; `InZeros` makes that, and its own
derivative is the part again.
"""

from __future__ import annotations

import operator
from typing import Any

from ..autograd.operation import Operation
from ..memory_formats import contiguous_format
from .conversion import copied
from .dims import takes_axis, wrap
from .expanding import strided
from .operands import OnlyReal


class Part(Operation):
    """The part of a tensor that NumPy's basic index ``where`` shows."""

    is_view = True

    def forward(self, xp: Any, x: Any, where: Any) -> Any:
        self.sizes = x.shape
        return self.look(xp, x, where)

    @staticmethod
    def look(xp: Any, x: Any, where: Any) -> Any:
        """The part, as a view of the array ``x``."""
        if None in where:  # first: of a new dimension NumPy would make the stride 0
            shape, dim, items = [], 0, []
            for item in where[:-1]:  # the last one is `...`
                shape.append(1 if item is None else x.shape[dim])
                items.append(slice(None) if item is None else item)
                dim += item is not None
            return x.reshape((*shape, *x.shape[dim:]))[(*items, ...)]
        return x[where]

    def grad_x(self, grad: Any, where: Any) -> Any:
        return InZeros.apply(grad, self.sizes, type(self), where)


class InZeros(Operation):
    """Zeros, of which the part that ``view`` sees at ``where`` is ``values``."""

    def forward(self, xp: Any, values: Any, shape: Any, view: Any, where: Any) -> Any:
        whole = xp.zeros(shape, values.dtype)
        view.look(xp, whole, where)[...] = values
        return whole

    def grad_values(self, grad: Any, view: Any, where: Any) -> Any:
        return view.apply(grad, where)


class Select(Part):
    """One place of a dimension, which goes away."""


class Slice(Part):
    """A range of a dimension."""


class Diagonal(Part):
    """The diagonal of two dimensions, as a last one; ``where`` is (offset, dim1, dim2)."""

    @staticmethod
    def look(xp: Any, x: Any, where: Any) -> Any:
        offset, dim1, dim2 = where
        first = [slice(None)] * x.ndim
        shifted = dim2 if offset > 0 else dim1
        first[shifted] = slice(abs(offset), None)
        x = x[tuple(first)]
        others = [dim for dim in range(x.ndim) if dim not in (dim1, dim2)]
        shape = [x.shape[dim] for dim in others] + [min(x.shape[dim1], x.shape[dim2])]
        strides = [x.strides[dim] for dim in others] + [x.strides[dim1] + x.strides[dim2]]
        return strided(xp, x, tuple(shape), tuple(strides))


class PartScatter(Operation):
    """``x`` with the part that ``view`` sees at ``where`` replaced by ``src``; copies."""

    def forward(self, xp: Any, x: Any, src: Any, view: Any, where: Any) -> Any:
        result = copied(x)
        view.look(xp, result, where)[...] = src
        return result

    def grad_x(self, grad: Any, view: Any, where: Any) -> Any:
        return PartScatter.apply(grad, 0, view, where)

    def grad_src(self, grad: Any, view: Any, where: Any) -> Any:
        return view.apply(grad, where)


class SelectScatter(PartScatter, OnlyReal):
    """`PartScatter` of a `select`."""


class SliceScatter(PartScatter, OnlyReal):
    """`PartScatter` of a range."""


class DiagonalScatter(PartScatter):
    """`PartScatter` of a `diagonal`."""


def at_dim(dim: int, index: Any) -> tuple[Any, ...]:
    """The index that applies ``index`` to dimension ``dim``; with ``...`` it is a view in NumPy."""
    return (*(slice(None),) * dim, index, ...)


@takes_axis
def select(input: Any, dim: int, index: int) -> Any:
    """The slice of ``input`` at ``index`` of dimension ``dim``, which goes away: a view.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2], [3, 4]]).select(1, 0)
    tensor([1, 3])
    """
    shape = input._array.shape
    if not shape:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    at = wrap(dim, len(shape))
    if not -shape[at] <= index < shape[at]:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(shape)} at dimension "
            f"{dim}"
        )
    return Select.apply(input, at_dim(at, operator.index(index)))


@takes_axis
def narrow(input: Any, dim: int, start: Any, length: int) -> Any:
    """``length`` places of dimension ``dim`` from ``start`` on: a view.

    >>> import minitorch as mt
    >>> mt.arange(5).narrow(0, 1, 3)
    tensor([1, 2, 3])
    """
    shape = input._array.shape
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    at, start = wrap(dim, len(shape)), operator.index(start)
    whole = shape[at]
    if not -whole <= start <= whole:
        raise IndexError(
            f"start out of range (expected to be in range of [{-whole}, {whole}], but got {start})"
        )
    if start < 0:
        start += whole
    if start + length > whole:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({whole}).")
    return Slice.apply(input, at_dim(at, slice(start, start + length)))


@takes_axis
def narrow_copy(input: Any, dim: int, start: Any, length: int) -> Any:
    """As `narrow`, in memory of its own.

    >>> import minitorch as mt
    >>> mt.narrow_copy(mt.tensor([1, 2, 3, 4]), 0, 1, 2)
    tensor([2, 3])
    """
    return narrow(input, dim, start, length).clone(memory_format=contiguous_format)


def diagonal_places(ndim: int, offset: int, dim1: int, dim2: int) -> tuple[int, int, int]:
    """The arguments of `Diagonal`, with dimensions counted from the front; checked."""
    first, second = wrap(dim1, ndim), wrap(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return int(offset), first, second


def diagonal(input: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The diagonal of the matrices in ``dim1`` and ``dim2``, as a last dimension: a view.

    ``offset`` > 0 is a diagonal above the main one, < 0 one below it.

    >>> import minitorch as mt
    >>> mt.arange(9).view(3, 3).diagonal(1)
    tensor([1, 5])
    """
    return Diagonal.apply(input, diagonal_places(input._array.ndim, offset, dim1, dim2))


# Copies with a part replaced ----------------------------------------------------------------------


def scattered(operation: Any, input: Any, src: Any, view: Any, where: Any) -> Any:
    """``input`` with a part replaced by ``src``, which must have the part's shape."""
    part = view.apply(input.detach(), where)._array.shape
    if src._array.shape != part:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. src size = "
            f"{list(src._array.shape)}, slice size = {list(part)}"
        )
    return operation.apply(input, src.to(input), view, where)


@takes_axis
def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """``input`` with its slice at ``index`` of dimension ``dim`` replaced by ``src``; copies.

    >>> import minitorch as mt
    >>> mt.select_scatter(mt.zeros(2, 2), mt.ones(2), 0, 1)
    tensor([[0., 0.],
            [1., 1.]])
    """
    select(input.detach(), dim, index)  # refuses what it must
    where = at_dim(wrap(dim, input._array.ndim), int(index))
    return scattered(SelectScatter, input, src, Select, where)


@takes_axis
def slice_scatter(
    input: Any,
    src: Any,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Any:
    """``input`` with places ``start:end:step`` of dimension ``dim`` replaced by ``src``; copies.

    >>> import minitorch as mt
    >>> mt.slice_scatter(mt.zeros(2, 3), mt.ones(2, 1), dim=1, start=1, end=2)
    tensor([[0., 1., 0.],
            [0., 1., 0.]])
    """
    if step < 1:
        raise RuntimeError("slice step must be positive")
    where = at_dim(wrap(dim, input._array.ndim), slice(start, end, step))
    return scattered(SliceScatter, input, src, Slice, where)


def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """``input`` with a diagonal replaced by ``src``; copies. See `diagonal`.

    >>> import minitorch as mt
    >>> mt.diagonal_scatter(mt.zeros(2, 2), mt.tensor([5.0, 6.0]))
    tensor([[5., 0.],
            [0., 6.]])
    """
    where = diagonal_places(input._array.ndim, offset, dim1, dim2)
    return scattered(DiagonalScatter, input, src, Diagonal, where)
