"""Grids of coordinates and all the tuples or choices that can be made of vectors."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtypes
from ..user_warnings import warn
from . import joining
from .operands import refuse_elements


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """Coordinates of a grid: each vector spread along a dimension of its own, as views.

    ``indexing="xy"`` exchanges the first two dimensions, ``"ij"`` does not.

    Shapes: k vectors (nᵢ) to k tensors (n₁, …, nₖ).

    >>> import minitorch as mt
    >>> mt.meshgrid(mt.tensor([1, 2]), mt.tensor([3, 4, 5]), indexing="ij")[0]
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
        tensors = tuple(tensors[0])
    refuse_elements(tensors)
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if indexing is None:
        warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing "
            "argument."
        )
    elif indexing not in ("ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    for tensor in tensors:
        if tensor._array.dtype != tensors[0]._array.dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
        if tensor._array.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {tensor}"
            )
    dims = list(range(len(tensors)))
    if indexing == "xy":
        dims[:2] = reversed(dims[:2])
    shape = [tensors[dim].numel() for dim in dims]
    grids = []
    for dim, tensor in zip(dims, tensors, strict=True):
        alone = [-1 if at == dim else 1 for at in range(len(tensors))]
        grids.append(tensor.view(alone).expand(shape))
    return tuple(grids)


def unravel_index(indices: Any, shape: Any) -> tuple[Any, ...]:
    """The places in a tensor of this ``shape`` that flat ``indices`` mean, one tensor a dimension.

    >>> import minitorch as mt
    >>> mt.unravel_index(mt.tensor([3, 5]), (2, 3))
    (tensor([1, 1]), tensor([0, 2]))
    """
    if indices.is_complex() or dtypes.of(indices._array).category != dtypes.INTEGER:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    shape = (shape,) if isinstance(shape, int) else shape
    if not isinstance(shape, Sequence):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    if any(length < 0 for length in shape):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(shape)}")
    places = []
    for length in reversed(shape):
        places.append(indices % length)
        indices = indices.div(length, rounding_mode="floor")
    return tuple(reversed(places))


def cartesian_prod(*tensors: Any) -> Any:
    """All tuples of one element from each vector, one a row, the last one changing fastest.

    Shapes: k vectors (nᵢ) to (Π nᵢ, k); of one vector itself.

    >>> import minitorch as mt
    >>> mt.cartesian_prod(mt.tensor([1, 2]), mt.tensor([3, 4]))
    tensor([[1, 3],
            [1, 4],
            [2, 3],
            [2, 4]])
    """
    refuse_elements(tensors)
    for tensor in tensors:
        if tensor._array.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(tensor._array.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    grids = meshgrid(*tensors, indexing="ij")
    return joining.stack([grid.flatten() for grid in grids], 1)


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """All choices of ``r`` elements of a vector, in order, one a row.

    >>> import minitorch as mt
    >>> mt.combinations(mt.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    if input._array.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input._array.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input.new_empty(0)
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = np.array(list(choose(range(input.numel()), r)), dtype=np.int64).reshape(-1, r)
    columns = input.new_tensor(rows.T, dtype=dtypes.int64)
    return joining.stack([input[column] for column in columns], 1)
