"""`gather`, and the places in a tensor that an index for each element names.

scattering.py and scatter_reduction.py write to these places.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from . import scalars, sizes
from .dims import takes_axis, wrap
from .places import Pick, integers, refuse_outside


class Gather(Pick):
    """For each index, the element of its own row with that place along ``dim``."""


@backend.at_its_gpu
def along(input: Any, dim: int, index: Any, caller: str, src: Any = None) -> Any:
    """The places in the flat ``input`` that ``index`` along ``dim`` names; checked.

    The element ``index[i][j]`` means place (i, j), but with itself as the place along ``dim``.
    """
    shape, array = input._array.shape, index._array
    dim = wrap(dim, len(shape))
    if array.size == 0:
        return array.astype("int64")
    if not integers(array):
        raise RuntimeError(f"{caller}(): Expected dtype int32/int64 for index")
    check_sizes(
        shape or (1,), dim, array.shape or (1,), src, "self" if caller != "gather" else "input"
    )
    length = shape[dim] if shape else 1

    def error(bad: int) -> Exception:
        return RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {length}")

    refuse_outside(array, 0, length, error)
    xp = backend.array_module(array)
    places: Any = 0
    for at, size in enumerate(shape):
        if at == dim:
            places = places * size + array
        else:
            row = xp.arange(array.shape[at])
            places = places * size + row.reshape((-1,) + (1,) * (len(shape) - at - 1))
    return places if shape else array.astype("int64")


def check_sizes(
    shape: tuple[int, ...], dim: int, given: tuple[int, ...], src: Any, name: str
) -> None:
    """Refuse an index whose shape does not fit those of input and source."""
    if len(given) != len(shape):
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {name} tensor")
    too_long = [d for d in range(len(shape)) if d != dim and given[d] > shape[d]]
    if name == "input":
        if too_long:
            raise RuntimeError(
                f"Size does not match at dimension {too_long[0]} expected index {list(given)} to "
                "be no "
                f"larger than self {list(shape)} apart from dimension {dim}"
            )
        return
    message = (
        f"Expected index {list(given)} to be no larger than self {list(shape)} apart from "
        f"dimension {dim}"
    )
    if src is not None:
        source = src._array.shape or (1,)
        if len(source) != len(given):
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
        message += f" and to be no larger size than src {list(source)}"
        too_long += [d for d in range(len(shape)) if given[d] > source[d]]
    if too_long:
        raise RuntimeError(message)


@takes_axis
def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Any:
    """``out[i][j] = input[index[i][j]][j]`` for ``dim`` 0, ``input[i][index[i][j]]`` for 1 ...

    >>> import minitorch as mt
    >>> mt.gather(mt.tensor([[1, 2], [3, 4]]), 1, mt.tensor([[0, 0], [1, 0]]))
    tensor([[1, 1],
            [4, 3]])
    """
    return Gather.apply(input, 0, input._array.ndim, along(input, dim, index, "gather"))


@takes_axis
def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Any:
    """As `gather`, with ``input`` and ``indices`` broadcast; flat without ``dim``.

    It reads what `argmax` and `argsort` name:

    >>> import minitorch as mt
    >>> x = mt.tensor([[3, 1, 2]])
    >>> mt.take_along_dim(x, mt.tensor([[1, 2, 0]]), 1)
    tensor([[1, 2, 3]])
    """
    array = indices._array
    if array.dtype != np.int64:
        raise RuntimeError(
            "torch.take_along_dim(): dtype of indices should be Long but got "
            + dtypes.SCALAR_TYPE[dtypes.of(array)]
        )
    if dim is None:
        return gather(input.reshape(-1), 0, counted(indices, input.numel()).reshape(-1))
    have, given = input._array.shape, array.shape
    if len(have) != len(given):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            "but got "
            f"{len(have)} dimensions for input, and {len(given)} dimensions for indices"
        )
    dim = wrap(dim, len(have))
    common = list(
        sizes.broadcast((*have[:dim], 1, *have[dim + 1 :]), (*given[:dim], 1, *given[dim + 1 :]))
    )
    common[dim] = have[dim]
    source = input.expand(common)
    common[dim] = given[dim]
    return gather(source, dim, counted(indices, have[dim]).expand(common))


def counted(indices: Any, length: int) -> Any:
    """``indices`` with negative ones counted from the front."""
    array = indices._array
    if not array.size or (indices.is_cpu and array.min() >= 0):
        return indices
    return indices.where(indices >= 0, indices + length)


def scatter_arguments(input: Any, dim: int, index: Any, src: Any, caller: str) -> tuple[Any, ...]:
    """The arguments of a `Put` or `AddAt` of ``src``, tensor or number, where ``index`` says."""
    if not isinstance(src, TensorBase):
        places = along(input, dim, index, "scatter")
        value = scalars.number(src, dtypes.of(input._array), caller)
        return 0, input._array.ndim, places, value
    places = along(input, dim, index, "scatter", src)
    values: Any = src
    if values._array.dtype != input._array.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    shape = index._array.shape
    if values._array.shape != shape and places.size:
        values = values[tuple([slice(length) for length in shape])]
    if values._array.shape != places.shape:
        values = values.reshape(places.shape) if places.size else values.new_zeros(places.shape)
    return 0, input._array.ndim, places, values
