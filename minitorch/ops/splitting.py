"""A tensor in pieces along a dimension: `split`, `chunk`, `unbind` ... All pieces are views."""

from __future__ import annotations

import itertools
from typing import Any

from ..autograd.graph import TensorBase
from ..autograd.operation import Operation
from . import sizes
from .dims import also_named, takes_axis, wrap
from .joining import Cat, Stack
from .slicing import Slice, at_dim


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
