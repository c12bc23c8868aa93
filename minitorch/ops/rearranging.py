"""Copies with the elements in another place: flips, rolls, rotations, triangles, diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes, from_data
from ..autograd.operation import Operation
from . import sizes
from .arrays import channels_as_in, row_major
from .conversion import copied
from .dims import wrap
from .masking import keep
from .slicing import Diagonal, InZeros, Part, diagonal_places


class Flip(Operation):
    """The order of places reversed along ``dims``."""

    def forward(self, xp: Any, x: Any, dims: Any) -> Any:
        return copied(xp.flip(x, dims))

    def grad_x(self, grad: Any, dims: Any) -> Any:
        return Flip.apply(grad, dims)


class Roll(Operation):
    """Places shifted along dimensions; what falls off one end comes in at the other."""

    def forward(self, xp: Any, x: Any, shifts: Any, dims: Any) -> Any:
        rolled = xp.roll(x, shifts, dims)
        return row_major(xp, rolled) if dims is None else channels_as_in(xp, rolled, x)

    def grad_x(self, grad: Any, shifts: Any, dims: Any) -> Any:
        back = tuple([-shift for shift in shifts]) if dims else -shifts
        return Roll.apply(grad, back, dims)


class Rot90(Operation):
    """A plane turned by ``k`` right angles."""

    def forward(self, xp: Any, x: Any, k: Any, dims: Any) -> Any:
        return copied(xp.rot90(x, k, dims))

    def grad_x(self, grad: Any, k: Any, dims: Any) -> Any:
        return Rot90.apply(grad, -k, dims)


class Tril(Operation):
    """Zeros above a diagonal."""

    def forward(self, xp: Any, x: Any, diagonal: Any) -> Any:
        return row_major(xp, keep(xp, x, xp.tri(*x.shape[-2:], diagonal, dtype="bool")))

    def grad_x(self, grad: Any, diagonal: Any) -> Any:
        return Tril.apply(grad, diagonal)


class Triu(Operation):
    """Zeros below a diagonal."""

    def forward(self, xp: Any, x: Any, diagonal: Any) -> Any:
        return row_major(xp, keep(xp, x, ~xp.tri(*x.shape[-2:], diagonal - 1, dtype="bool")))

    def grad_x(self, grad: Any, diagonal: Any) -> Any:
        return Triu.apply(grad, diagonal)


class DiagEmbed(InZeros):
    """Zeros with a diagonal of the given values."""


class DiagonalCopy(Part):
    """A diagonal, copied."""

    torch_name = "DiagonalBackward0_copy"
    is_view = False

    @staticmethod
    def look(xp: Any, x: Any, where: Any) -> Any:
        return Diagonal.look(xp, x, where).copy()

    def grad_x(self, grad: Any, where: Any) -> Any:
        return InZeros.apply(grad, self.sizes, Diagonal, where)


def all_dims(given: tuple[Any, ...], ndim: int, caller: str) -> tuple[int, ...]:
    """Dimensions given as ``f(0, 1)`` or ``f((0, 1))``, counted from the front; none twice."""
    dims = [wrap(dim, ndim) for dim in sizes.sizes(given, caller, "dims")]
    for dim in dims:
        if dims.count(dim) > 1:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")
    return tuple(dims) if ndim else ()


def flip(input: Any, dims: Any) -> Any:
    """``input`` with the places along ``dims`` in reverse order; copies.

    >>> import minitorch as mt
    >>> mt.flip(mt.tensor([[1, 2], [3, 4]]), (0,))
    tensor([[3, 4],
            [1, 2]])
    """
    return flip_method(input, sizes.listed(dims, "flip", "dims"))


def flip_method(self: Any, *order: Any, dims: Any = None) -> Any:
    """This tensor with places in reverse order along dimensions: ``x.flip(0)``. See `flip`.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2], [3, 4]]).flip(0, 1)
    tensor([[4, 3],
            [2, 1]])
    """
    if not order and dims is None:
        raise TypeError('flip() missing 1 required positional arguments: "dims"')
    return Flip.apply(self, all_dims(order or (dims,), self._array.ndim, "flip"))


def fliplr(input: Any) -> Any:
    """``input`` with its columns in reverse order; copies.

    >>> import minitorch as mt
    >>> mt.fliplr(mt.tensor([[1, 2], [3, 4]]))
    tensor([[2, 1],
            [4, 3]])
    """
    if input._array.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return Flip.apply(input, (1,))


def flipud(input: Any) -> Any:
    """``input`` with its rows in reverse order; copies.

    >>> import minitorch as mt
    >>> mt.flipud(mt.tensor([[1, 2], [3, 4]]))
    tensor([[3, 4],
            [1, 2]])
    """
    if input._array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return Flip.apply(input, (0,))


def roll(input: Any, shifts: Any, dims: Any = None) -> Any:
    """``input`` shifted along ``dims``; what falls off one end comes in at the other.

    Without ``dims`` the tensor is shifted as if it were flat.

    >>> import minitorch as mt
    >>> mt.roll(mt.arange(5), 2)
    tensor([3, 4, 0, 1, 2])
    """
    steps = sizes.sizes((shifts,), "roll", "shifts")
    along = () if dims is None else sizes.sizes((dims,), "roll", "dims")
    if not steps:
        raise RuntimeError("`shifts` required")
    if len(steps) != len(along) and not (len(steps) == 1 and not along):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(along)}"
        )
    shape = input._array.shape
    if along and not shape:
        raise IndexError(f"Dimension specified as {along[0]} but tensor has no dimensions")
    if not along:
        return Roll.apply(input, steps[0], None)
    return Roll.apply(input, steps, tuple([wrap(dim, len(shape)) for dim in along]))


def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """``input`` turned by ``k`` right angles in the plane of ``dims``, from first to second.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2], [3, 4]]).rot90()
    tensor([[2, 4],
            [1, 3]])
    """
    ndim = input._array.ndim
    plane = sizes.sizes((dims,), "rot90", "dims")
    if len(plane) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(plane)}")
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    if plane[0] == plane[1]:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {plane[0]} and dim1 = "
            f"{plane[1]}"
        )
    return Rot90.apply(input, k, tuple([wrap(dim, ndim) for dim in plane]))


def tril(input: Any, diagonal: int = 0) -> Any:
    """The lower triangle of matrices, up to the given diagonal; zeros above it.

    >>> import minitorch as mt
    >>> mt.ones(3, 3).tril()
    tensor([[1., 0., 0.],
            [1., 1., 0.],
            [1., 1., 1.]])
    """
    if input._array.ndim < 2:
        raise RuntimeError("tril: input tensor must have at least 2 dimensions")
    return Tril.apply(input, diagonal)


def fill_diagonal_(self: Any, fill_value: Any, wrap: bool = False) -> Any:
    """Write a number on the diagonal; with ``wrap`` again below it, in a tall matrix.

    A tensor of more than two dimensions must have all of one length.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3).fill_diagonal_(5)
    tensor([[5., 0., 0.],
            [0., 5., 0.]])
    """
    shape = self._array.shape
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step = sum(self.stride())
    tops = range(0, shape[0], shape[1] + 1) if wrap and len(shape) == 2 and shape[1] else [0]
    for top in tops:
        length = min(shape[0] - top, *shape[1:])
        start = self.storage_offset() + top * self.stride(0)
        self.as_strided((length,), (step,), start).fill_(fill_value)
    return self


def triu(input: Any, diagonal: int = 0) -> Any:
    """The upper triangle of matrices, from the given diagonal on; zeros below it.

    >>> import minitorch as mt
    >>> mt.triu(mt.ones(3, 3), diagonal=1)  # what a causal mask hides
    tensor([[0., 1., 1.],
            [0., 0., 1.],
            [0., 0., 0.]])
    """
    if input._array.ndim < 2:
        raise RuntimeError("triu: input tensor must have at least 2 dimensions")
    return Triu.apply(input, diagonal)


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Matrices, in ``dim1`` and ``dim2``, with the last dimension of ``input`` as their diagonal.

    Shapes: (..., n) to (..., n, n).

    >>> import minitorch as mt
    >>> mt.diag_embed(mt.tensor([1, 2]), 1)
    tensor([[0, 1, 0],
            [0, 0, 2],
            [0, 0, 0]])
    """
    shape = input._array.shape
    where = diagonal_places(len(shape) + 1, offset, dim1, dim2)
    length = shape[-1] + abs(offset)
    rest = iter(shape[:-1])
    whole = [length if dim in where[1:] else next(rest) for dim in range(len(shape) + 1)]
    return DiagEmbed.apply(input, tuple(whole), Diagonal, where)


def diag(input: Any, diagonal: int = 0) -> Any:
    """The diagonal of a matrix, copied; for a vector, the matrix that has it as its diagonal.

    Shapes: (n) to (n, n), or (m, n) to (min(m, n)).

    >>> import minitorch as mt
    >>> mt.diag(mt.tensor([1, 2])), mt.diag(mt.tensor([[1, 2], [3, 4]]))
    (tensor([[1, 0],
            [0, 2]]), tensor([1, 4]))
    """
    ndim = input._array.ndim
    if ndim == 1:
        return diag_embed(input, diagonal)
    if ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")
    return DiagonalCopy.apply(input, diagonal_places(2, diagonal, 0, 1))


def diagflat(input: Any, offset: int = 0) -> Any:
    """A matrix with the elements of ``input``, flattened, as its diagonal.

    >>> import minitorch as mt
    >>> mt.diagflat(mt.tensor([1, 2]), offset=1)
    tensor([[0, 1, 0],
            [0, 0, 2],
            [0, 0, 0]])
    """
    return diag_embed(input.reshape(-1), offset)


def tril_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: Any = dtypes.int64,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """The places in the lower triangle of a ``row`` × ``col`` matrix, as row and column indices.

    >>> import minitorch as mt
    >>> mt.tril_indices(2, 3)
    tensor([[0, 1, 1],
            [0, 0, 1]])
    """
    check_sides(row, col)
    places = np.stack(np.tril_indices(row, offset, col))
    return from_data.leaf(places, device, requires_grad).to(dtype)


def triu_indices(
    row: int,
    col: int,
    offset: int = 0,
    *,
    dtype: Any = dtypes.int64,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """The places in the upper triangle of a ``row`` × ``col`` matrix, as row and column indices.

    >>> import minitorch as mt
    >>> mt.triu_indices(3, 3, offset=1)
    tensor([[0, 0, 1],
            [1, 2, 2]])
    """
    check_sides(row, col)
    places = np.stack(np.triu_indices(row, offset, col))
    return from_data.leaf(places, device, requires_grad).to(dtype)


def check_sides(row: int, col: int) -> None:
    """Refuse a negative number of rows or columns."""
    for name, length in (("row", row), ("col", col)):
        if length < 0:
            raise RuntimeError(f"{name} must be non-negative, got{length}")
