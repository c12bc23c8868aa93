"""``mt.channels_last`` and its kin: in which order the dimensions of a tensor lie in memory.

Also ``mt.strided`` and ``mt.sparse_coo``, which say whether all elements lie there at all.
"""

from __future__ import annotations

from typing import Any


class memory_format:  # noqa: N801 - PyTorch's name
    """An order of dimensions in memory, such as ``mt.channels_last``.

    The shape of a tensor stays what it is: ``(N, C, H, W)``. What differs are its strides.

    >>> x = mt.zeros(1, 3, 2, 2).to(memory_format=mt.channels_last)
    >>> x.shape, x.stride()
    (torch.Size([1, 3, 2, 2]), (12, 1, 6, 3))
    """

    __slots__ = ("name", "ndim")

    def __init__(self, name: str, ndim: int | None = None) -> None:
        self.name = name
        self.ndim = ndim  # of the tensors that it is for; None: of all

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last", 4)
channels_last_3d = memory_format("channels_last_3d", 5)


class layout:  # noqa: N801 - PyTorch's name
    """How a tensor holds its elements: ``mt.strided``, or by coordinates, ``mt.sparse_coo``.

    >>> mt.zeros(1).layout, isinstance(mt.strided, mt.layout)
    (torch.strided, True)
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


strided = layout("strided")
sparse_coo = layout("sparse_coo")


def order(array: Any, format: Any) -> tuple[int, ...]:
    """The dimensions of a tensor like ``array``, from the slowest in memory to the fastest."""
    dims = tuple(range(array.ndim))
    if not isinstance(format, memory_format):
        raise TypeError(
            f"argument 'memory_format' must be torch.memory_format, not {type(format).__name__}"
        )
    if format is contiguous_format or (format is preserve_format and 0 in array.strides):
        return dims
    if format is preserve_format:
        return slowest_first(array)
    if array.ndim != format.ndim:
        raise RuntimeError(f"required rank {format.ndim} tensor to use {format.name} format")
    return (0, *dims[2:], 1)


def slowest_first(array: Any) -> tuple[int, ...]:
    """The dimensions by their steps in memory, the largest first."""
    return tuple(sorted(range(array.ndim), key=lambda dim: -array.strides[dim]))


def is_ordered(array: Any, format: memory_format) -> bool:
    """Whether the elements lie in the order of ``format``, without gaps."""
    if format is preserve_format:
        return True
    if format.ndim not in (None, array.ndim):
        return False
    step, strides = 1, strides_of(array)
    for dim in reversed(order(array, format)):
        if array.shape[dim] != 1:
            if strides[dim] != step:
                return False
            step *= array.shape[dim]
    return True


def strides_of(array: Any) -> tuple[int, ...]:
    """How many elements lie between neighbours along each dimension."""
    strides = tuple([step // array.itemsize for step in array.strides])
    if not array.size and not any(strides):  # NumPy says nothing of an array without elements
        return row_major(array.shape)
    return strides


def row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a tensor of ``shape`` without gaps; a length of 0 counts as 1."""
    strides: list[int] = []
    step = 1
    for length in reversed(shape):
        strides.append(step)
        step *= max(length, 1)
    return tuple(strides[::-1])


def inverse(order: tuple[int, ...]) -> list[int]:
    """The permutation that undoes ``order``."""
    return sorted(range(len(order)), key=order.__getitem__)
