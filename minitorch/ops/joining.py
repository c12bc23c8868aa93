"""Several tensors made one: `cat` along a dimension that they have, `stack` along a new one."""

from __future__ import annotations

from typing import Any

from .. import creation, dtypes
from ..autograd.operation import Operation
from . import expanding
from .arrays import channels_as_in
from .dims import wrap
from .operands import refuse_elements


class Cat(Operation):
    """The tensors one after the other along ``dim``."""

    def forward(self, xp: Any, dim: Any, *arrays: Any) -> Any:
        self.lengths = [array.shape[dim] for array in arrays]
        return joined(xp, in_one_dtype(arrays), dim)

    def backward(self, grad: Any, dim: Any) -> Any:
        return None, *grad.split(self.lengths, dim)


class Stack(Operation):
    """The tensors side by side along a new dimension ``dim``."""

    def forward(self, xp: Any, dim: Any, *arrays: Any) -> Any:
        arrays = in_one_dtype(arrays)
        if dim == 0 and arrays[0].ndim:  # a batch of samples: a fifth faster than what follows
            return joined(xp, arrays, 0).reshape(len(arrays), *arrays[0].shape)
        new = (*(slice(None),) * dim, None)
        return joined(xp, [array[new] for array in arrays], dim)

    def backward(self, grad: Any, dim: Any) -> Any:
        return None, *grad.unbind(dim)


def joined(xp: Any, arrays: Any, dim: int) -> Any:
    """`concatenate`, in row-major order where NumPy follows inputs that are transposed."""
    result = xp.concatenate(arrays, dim)
    return result if result.flags.c_contiguous else channels_as_in(xp, result, result)


def in_one_dtype(arrays: Any) -> Any:
    """``arrays`` in their common dtype."""
    first = arrays[0].dtype
    if all(array.dtype is first for array in arrays):
        return arrays
    return dtypes.convert(list(arrays), dtypes.result_type(*arrays))


def listed(tensors: Any, caller: str) -> Any:
    """``tensors``, if it is a list or tuple of nothing else."""
    if not isinstance(tensors, list | tuple):
        raise TypeError(
            f"{caller}(): argument 'tensors' (position 1) must be tuple of Tensors, "
            f"not {type(tensors).__name__}"
        )
    refuse_elements(tensors)
    if not tensors and caller != "cat":
        raise RuntimeError(f"{caller} expects a non-empty TensorList")
    return tensors


def cat(tensors: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    """``tensors`` one after the other along ``dim``; their other dimensions must be equal.

    >>> import minitorch as mt
    >>> mt.cat([mt.tensor([1, 2]), mt.tensor([3])])
    tensor([1, 2, 3])
    """
    tensors = listed(tensors, "cat")
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    if axis is not None:
        dim = axis
    shape = tensors[0]._array.shape
    if not shape or any(tensor._array.shape != shape for tensor in tensors):
        tensors = joinable(tensors, dim)
    elif shape == (0,):
        dim = 0  # as in PyTorch, any other will do for nothing at all
    return Cat.apply(wrap(dim, tensors[0]._array.ndim, "cat", 2), *tensors)


def joinable(tensors: Any, dim: int) -> Any:
    """``tensors``, whose shapes differ; those of shape (0,) fit to all others."""
    for place, tensor in enumerate(tensors):
        if tensor._array.ndim == 0:
            raise RuntimeError(
                f"zero-dimensional tensor (at position {place}) cannot be concatenated"
            )
    counted = [(p, x._array.shape) for p, x in enumerate(tensors) if x._array.shape != (0,)]
    _, first = counted[0]
    dim = wrap(dim, len(first))
    for place, shape in counted:
        if len(shape) != len(first):
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}"
            )
        for at, (want, have) in enumerate(zip(first, shape, strict=True)):
            if at != dim and want != have:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {want} "
                    "but got "
                    f"size {have} for tensor number {place} in the list."
                )
    if len(first) == 1 or len(counted) == len(tensors):
        return tensors
    nothing = *first[:dim], 0, *first[dim + 1 :]
    return [x.view(nothing) if x._array.shape == (0,) else x for x in tensors]


def stack(tensors: Any, dim: int = 0, *, axis: int | None = None) -> Any:
    """``tensors``, all of one shape, side by side along a new dimension ``dim``.

    >>> import minitorch as mt
    >>> mt.stack([mt.tensor([1, 2]), mt.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    tensors = listed(tensors, "stack")
    shape = tensors[0]._array.shape
    dim = wrap(dim if axis is None else axis, len(shape) + 1)
    for place, tensor in enumerate(tensors):
        if tensor._array.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                f"{list(tensor._array.shape)} at entry {place}"
            )
    return Stack.apply(dim, *tensors)


def hstack(tensors: Any) -> Any:
    """``tensors`` side by side: along the second dimension, vectors along their only one.

    >>> import minitorch as mt
    >>> mt.hstack([mt.tensor([[1], [2]]), mt.tensor([[3], [4]])])
    tensor([[1, 3],
            [2, 4]])
    """
    deep = expanding.atleast_1d(listed(tensors, "hstack"))
    return cat(deep, 0 if deep[0]._array.ndim == 1 else 1)


def vstack(tensors: Any) -> Any:
    """``tensors`` one below the other: along the first dimension, vectors as rows.

    >>> import minitorch as mt
    >>> mt.vstack([mt.tensor([1, 2]), mt.tensor([3, 4])])
    tensor([[1, 2],
            [3, 4]])
    """
    return cat(expanding.atleast_2d(listed(tensors, "vstack")), 0)


def dstack(tensors: Any) -> Any:
    """``tensors`` one behind the other: along the third dimension.

    >>> import minitorch as mt
    >>> mt.dstack((mt.tensor([1, 2]), mt.tensor([3, 4])))
    tensor([[[1, 3],
             [2, 4]]])
    """
    return cat(expanding.atleast_3d(listed(tensors, "dstack")), 2)


def column_stack(tensors: Any) -> Any:
    """``tensors`` side by side, each vector as a column.

    >>> import minitorch as mt
    >>> mt.column_stack([mt.tensor([1, 2]), mt.tensor([3, 4])])
    tensor([[1, 3],
            [2, 4]])
    """
    columns = [
        x if x._array.ndim > 1 else x.reshape(-1, 1) for x in listed(tensors, "column_stack")
    ]
    return cat(columns, 1)


class BlockDiag(Operation):
    """Matrices along the diagonal of a larger one, zeros elsewhere."""

    def forward(self, xp: Any, *arrays: Any) -> Any:
        blocks = [array.reshape((1,) * (2 - array.ndim) + array.shape) for array in arrays]
        blocks = in_one_dtype(blocks)
        self.shapes = [array.shape for array in arrays]
        places: list[tuple[slice, slice]] = []
        row = column = 0
        for block in blocks:
            height, width = block.shape
            places.append((slice(row, row + height), slice(column, column + width)))
            row, column = row + height, column + width
        self.places = places
        whole = xp.zeros((row, column), blocks[0].dtype)
        for place, block in zip(places, blocks, strict=True):
            whole[place] = block
        return whole

    def backward(self, grad: Any) -> Any:
        return tuple(
            [grad[at].reshape(shape) for at, shape in zip(self.places, self.shapes, strict=True)]
        )


def block_diag(*tensors: Any) -> Any:
    """A matrix with the given ones along its diagonal and zeros elsewhere; a vector is one row.

    Shapes: (mᵢ, nᵢ) to (Σ mᵢ, Σ nᵢ).

    >>> import minitorch as mt
    >>> mt.block_diag(mt.tensor([[1, 2]]), mt.tensor(3))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    for place, tensor in enumerate(listed(tensors, "cat")):
        if tensor._array.ndim > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. "
                f"Input {place} has {tensor._array.ndim} dimensions"
            )
    return BlockDiag.apply(*tensors) if tensors else creation.empty(1, 0)
