"""Views of parts of a tensor: `select`, `narrow`, `split`, `diagonal`.

The gradient of a part is the whole with zeros around it; `InZeros` makes that, and its own
derivative is the part again.
"""

from __future__ import annotations

import itertools
import operator
from typing import Any

from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from ..memory_formats import contiguous_format
from . import sizes
from .conversion import copied
from .dims import also_named, takes_axis, wrap
from .expanding import strided
from .joining import Cat, Stack
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


class Split(Operation):
    """Ranges of ``lengths`` one after the other along ``dim``."""

    is_view = True

    def forward(self, xp: Any, x: Any, lengths: Any, dim: Any) -> Any:
        before = (slice(None),) * dim
        parts, start = [], 0
        for length in lengths:
            parts.append(x[(*before, slice(start, start + length))])
            start += length
        return tuple(parts)

    def grad_x(self, grad: Any, dim: Any) -> Any:
        return Cat.apply(dim, *(grad if isinstance(grad, tuple) else (grad,)))


class SplitWithSizes(Split):
    """`Split` where the user named every length."""


class Unbind(Operation):
    """Each place of dimension ``dim``, which goes away."""

    is_view = True

    def forward(self, xp: Any, x: Any, dim: Any) -> Any:
        x = x.swapaxes(0, dim) if dim < 2 else xp.moveaxis(x, dim, 0)
        return tuple([x[i, ...] for i in range(len(x))])

    def grad_x(self, grad: Any, dim: Any) -> Any:
        return Stack.apply(dim, *(grad if isinstance(grad, tuple) else (grad,)))


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


def split(tensor: Any, split_size_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """Pieces of equal length (the last may be shorter), or of the lengths given: views.

    >>> import minitorch as mt
    >>> mt.arange(5).split(2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    >>> mt.arange(5).split([1, 4])
    (tensor([0]), tensor([1, 2, 3, 4]))
    """
    size = split_size_or_sections
    if not sizes.is_integer(size):
        return split_with_sizes(tensor, size, dim)
    shape = tensor._array.shape
    if not shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at, size = wrap(dim, len(shape)), int(size)
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    whole = shape[at]
    if size == 0 and whole:
        raise RuntimeError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {whole}"
        )
    count = max(-(-whole // size), 1) if size else 1
    lengths = [size] * (count - 1) + [whole - size * (count - 1)]
    return Split.apply(tensor, tuple(lengths), at)


def split_method(self: Any, split_size: Any, dim: int = 0) -> tuple[Any, ...]:
    """Pieces of this tensor: ``x.split(2)``, ``x.split([1, 4])``. See `split`.

    >>> import minitorch as mt
    >>> mt.arange(5).split(2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    return split(self, split_size, dim)


@takes_axis
def split_with_sizes(input: Any, split_sizes: Any, dim: int = 0) -> tuple[Any, ...]:
    """Pieces of the lengths ``split_sizes`` along ``dim``: views.

    >>> import minitorch as mt
    >>> mt.split_with_sizes(mt.arange(5), [2, 3])
    (tensor([0, 1]), tensor([2, 3, 4]))
    """
    if not isinstance(split_sizes, list | tuple):
        raise TypeError(
            "split_with_sizes(): argument 'split_sizes' (position 2) must be tuple of ints, "
            f"not {type(split_sizes).__name__}"
        )
    shape = input._array.shape
    if not shape:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    at = wrap(dim, len(shape))
    lengths = sizes.sizes((split_sizes,), "split_with_sizes", "split_sizes")
    if any(length < 0 for length in lengths):
        raise RuntimeError(
            "split_with_sizes expects split_sizes have only non-negative entries, but got "
            f"split_sizes={list(lengths)}"
        )
    if sum(lengths) != shape[at]:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {shape[at]} (input tensor's "
            "size at "
            f"dimension {dim}), but got split_sizes={list(lengths)}"
        )
    return SplitWithSizes.apply(input, lengths, at)


@takes_axis
def chunk(input: Any, chunks: int, dim: int = 0) -> tuple[Any, ...]:
    """At most ``chunks`` pieces of equal length along ``dim`` (the last may be shorter): views.

    >>> import minitorch as mt
    >>> mt.arange(5).chunk(2)
    (tensor([0, 1, 2]), tensor([3, 4]))
    """
    shape = input._array.shape
    if not shape:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    at = wrap(dim, len(shape))
    size = -(-shape[at] // chunks)
    return split(input, size, at) if size else split_with_sizes(input, (0,) * chunks, at)


@takes_axis
def unbind(input: Any, dim: int = 0) -> tuple[Any, ...]:
    """The slices of ``input`` along ``dim``, which goes away: views.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2], [3, 4]]).unbind()
    (tensor([1, 2]), tensor([3, 4]))
    """
    if input._array.ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return Unbind.apply(input, wrap(dim, input._array.ndim))


SPLITTING = also_named(
    **dict.fromkeys(["sections", "indices", "tensor_indices_or_sections"], "indices_or_sections")
)


@SPLITTING
@takes_axis
def tensor_split(input: Any, indices_or_sections: Any, dim: int = 0) -> tuple[Any, ...]:
    """``input`` cut along ``dim`` into so many nearly equal pieces, or at the indices given: views.

    >>> import minitorch as mt
    >>> mt.arange(5).tensor_split(3)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    >>> mt.arange(5).tensor_split((1, 3))
    (tensor([0]), tensor([1, 2]), tensor([3, 4]))
    """
    shape = input._array.shape
    if not shape:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    at = wrap(dim, len(shape))
    if isinstance(indices_or_sections, TensorBase):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, list | tuple):
        cuts = [0, *indices_or_sections, shape[at]]
    else:
        count = int(indices_or_sections)
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        longer = shape[at] % count
        cuts = [part * (shape[at] // count) + min(part, longer) for part in range(count + 1)]
    return tuple(
        [
            Slice.apply(input, at_dim(at, slice(start, end)))
            for start, end in itertools.pairwise(cuts)
        ]
    )


def split_along(input: Any, parts: Any, dim: int, ndim: int, caller: str) -> tuple[Any, ...]:
    """`tensor_split` into pieces that must be of equal length."""
    shape = input._array.shape
    if len(shape) < ndim:
        raise RuntimeError(
            f"torch.{caller} requires a tensor with at least {ndim} dimension, but got a tensor "
            "with "
            f"{len(shape)} dimensions!"
        )
    if isinstance(parts, int) and (parts <= 0 or shape[dim] % parts):
        raise RuntimeError(
            f"torch.{caller} attempted to split along dimension {dim}, but the size of the "
            "dimension "
            f"{shape[dim]} is not divisible by the split_size {parts}!"
        )
    return tensor_split(input, parts, dim)


@SPLITTING
def hsplit(input: Any, indices_or_sections: Any) -> tuple[Any, ...]:
    """``input`` cut along its second dimension, a vector along its only one. See `tensor_split`.

    >>> import minitorch as mt
    >>> mt.hsplit(mt.tensor([[1, 2, 3], [4, 5, 6]]), [1])
    (tensor([[1],
            [4]]), tensor([[2, 3],
            [5, 6]]))
    """
    return split_along(input, indices_or_sections, 0 if input._array.ndim == 1 else 1, 1, "hsplit")


@SPLITTING
def vsplit(input: Any, indices_or_sections: Any) -> tuple[Any, ...]:
    """``input`` cut along its first dimension. See `tensor_split`.

    >>> import minitorch as mt
    >>> mt.vsplit(mt.tensor([[1, 2], [3, 4]]), 2)
    (tensor([[1, 2]]), tensor([[3, 4]]))
    """
    return split_along(input, indices_or_sections, 0, 2, "vsplit")


@SPLITTING
def dsplit(input: Any, indices_or_sections: Any) -> tuple[Any, ...]:
    """``input`` cut along its third dimension. See `tensor_split`.

    >>> import minitorch as mt
    >>> [part.shape for part in mt.dsplit(mt.zeros(2, 3, 4), 2)]
    [torch.Size([2, 3, 2]), torch.Size([2, 3, 2])]
    """
    return split_along(input, indices_or_sections, 2, 3, "dsplit")


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
