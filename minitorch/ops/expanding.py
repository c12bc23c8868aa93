"""Broadcasting as a view (`expand`), and repetition, which copies."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap as constant
from ..size import Size
from . import operands, sizes
from .dims import takes_axis, wrap
from .places import integers


class Expand(Operation):
    """Dimensions of length 1 seen as longer ones: their elements appear many times, stride 0."""

    is_view = True

    def forward(self, xp: Any, x: Any, shape: Any) -> Any:
        have, steps = x.shape, x.strides
        if not have:
            return strided(xp, x, shape, (0,) * len(shape))
        new = len(shape) - len(have)
        strides = [
            step if length == wanted else 0
            for length, wanted, step in zip(have, shape[new:], steps, strict=True)
        ]
        for length in reversed(shape[:new]):
            following = shape[len(shape) - len(strides)] * strides[0]
            strides.insert(0, following if length == 1 else 0)
        return strided(xp, x, shape, tuple(strides))

    def grad_x(self, grad: Any) -> Any:
        return grad  # the engine adds up what broadcasting has spread


def strided(xp: Any, x: Any, shape: tuple[int, ...], strides: tuple[int, ...]) -> Any:
    """The view that begins where ``x`` does, with these lengths and steps in bytes.

    NumPy's own functions for it take ten times as long, or give arrays that cannot be written.
    """
    if xp is np and x.size and (x.flags.c_contiguous or x.flags.f_contiguous):
        return np.ndarray(shape, x.dtype, x, 0, strides)
    return xp.lib.stride_tricks.as_strided(x, shape, strides)


def expand(self: Any, *lengths: Any, size: Any = None) -> Any:
    """This tensor broadcast to a larger size, as a view; -1 leaves a dimension as it is.

    >>> import minitorch as mt
    >>> mt.tensor([[1], [2]]).expand(2, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    wanted = sizes.sizes(lengths if size is None else (size,), "expand")
    return Expand.apply(self, sizes.expanded(self, wanted))


def expand_as(self: Any, other: Any) -> Any:
    """This tensor broadcast to the size of ``other``, as a view.

    >>> import minitorch as mt
    >>> mt.tensor([[1], [2]]).expand_as(mt.zeros(2, 3))
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    return expand(self, other._array.shape)


def broadcast_to(input: Any, size: Any) -> Any:
    """``input`` broadcast to ``size``, as a view. The same as `Tensor.expand`.

    >>> import minitorch as mt
    >>> x = mt.broadcast_to(mt.tensor([1, 2]), (3, 2))
    >>> x, x.stride()  # no copy: a step of 0 from row to row
    (tensor([[1, 2],
            [1, 2],
            [1, 2]]), (0, 1))
    """
    return expand(input, sizes.listed(size, "broadcast_to", "size"))


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape to which tensors of ``shapes`` are broadcast together.

    >>> import minitorch as mt
    >>> mt.broadcast_shapes((2, 1), (3,))
    torch.Size([2, 3])
    """
    result: tuple[int, ...] = ()
    for place, given in enumerate(shapes):
        shape = sizes.sizes((given,), "broadcast_shapes")
        for back, (length, so_far) in enumerate(
            zip(reversed(shape), reversed(result), strict=False)
        ):
            if length != so_far and 1 not in (length, so_far):
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {length} at {-1 - back}! "
                    "Mismatching "
                    f"argument at index {place} had {given}; but expected shape should be "
                    "broadcastable "
                    f"to {list(result)}"
                )
        result = sizes.broadcast(result, shape)
    return Size(result)


def broadcast_tensors(*tensors: Any) -> tuple[Any, ...]:
    """``tensors`` broadcast to their common shape, as views.

    >>> import minitorch as mt
    >>> a, b = mt.broadcast_tensors(mt.zeros(2, 1), mt.zeros(3))
    >>> a.shape, b.shape
    (torch.Size([2, 3]), torch.Size([2, 3]))
    """
    operands.refuse_elements(tensors)
    shape: tuple[int, ...] = ()
    for tensor in tensors:
        shape = sizes.broadcast(shape, tensor._array.shape)
    return tuple([x if x._array.shape == shape else Expand.apply(x, shape) for x in tensors])


def atleast(tensors: tuple[Any, ...], ndim: int, caller: str) -> Any:
    """Each of ``tensors`` with dimensions of length 1 added, so that there are ``ndim``."""
    if len(tensors) == 1 and not isinstance(tensors[0], list | tuple):
        return deepened(tensors[0], ndim, caller)
    if len(tensors) == 1:
        tensors = tuple(tensors[0])
    operands.refuse_elements(tensors)
    return tuple([deepened(tensor, ndim, caller) for tensor in tensors])


def deepened(tensor: Any, ndim: int, caller: str) -> Any:
    """``tensor`` with at least ``ndim`` dimensions: new ones in front, the third one behind."""
    if not isinstance(tensor, TensorBase):
        raise operands.invalid_combination(caller, (tensor,))
    have = tensor._array.ndim
    if have == 0:
        return tensor.reshape((1,) * ndim)
    if have == 1 and ndim > 1:
        tensor = tensor.unsqueeze(0)
    if have < 3 and ndim == 3:
        tensor = tensor.unsqueeze(-1)
    return tensor


def atleast_1d(*tensors: Any) -> Any:
    """``tensors`` with at least one dimension: 0-d ones get one of length 1.

    >>> import minitorch as mt
    >>> mt.atleast_1d(mt.tensor(3))
    tensor([3])
    """
    return atleast(tensors, 1, "atleast_1d")


def atleast_2d(*tensors: Any) -> Any:
    """``tensors`` with at least two dimensions: a vector becomes one row.

    >>> import minitorch as mt
    >>> mt.atleast_2d(mt.tensor([1, 2])), mt.atleast_2d(mt.tensor(5))
    (tensor([[1, 2]]), tensor([[5]]))
    """
    return atleast(tensors, 2, "atleast_2d")


def atleast_3d(*tensors: Any) -> Any:
    """``tensors`` with at least three dimensions: a vector of N becomes (1, N, 1).

    >>> import minitorch as mt
    >>> mt.atleast_3d(mt.zeros(4)).shape, mt.atleast_3d(mt.zeros(4, 5)).shape
    (torch.Size([1, 4, 1]), torch.Size([4, 5, 1]))
    """
    return atleast(tensors, 3, "atleast_3d")


# Repetition ---------------------------------------------------------------------------------------


class Repeat(Operation):
    """The tensor put several times side by side along each dimension."""

    def forward(self, xp: Any, x: Any, counts: Any) -> Any:
        self.sizes = x.shape
        return xp.tile(x, counts)

    def grad_x(self, grad: Any, counts: Any) -> Any:
        new = len(counts) - len(self.sizes)
        lengths = (1,) * new + self.sizes
        pairs = [n for pair in zip(counts, lengths, strict=True) for n in pair]
        if not pairs:
            return grad
        total = grad.reshape(pairs).sum(tuple(range(0, len(pairs), 2)))
        return total.reshape(self.sizes)


def repeat(self: Any, *counts: Any, repeats: Any = None) -> Any:
    """This tensor put ``counts[i]`` times side by side along dimension i; copies.

    >>> import minitorch as mt
    >>> mt.tensor([1, 2]).repeat(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    if not counts and repeats is None:
        raise TypeError('repeat() missing 1 required positional arguments: "repeats"')
    wanted = sizes.sizes(counts or (repeats,), "repeat", "repeats")
    if len(wanted) < self._array.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    if any(count < 0 for count in wanted):
        shape = (1,) * (len(wanted) - self._array.ndim) + self._array.shape
        result = [count * length for count, length in zip(wanted, shape, strict=True)]
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(result)}: {result}"
        )
    return Repeat.apply(self, wanted)


def tile(input: Any, dims: Any) -> Any:
    """As `Tensor.repeat`, but ``dims`` may be shorter than the shape: it counts from the last one.

    >>> import minitorch as mt
    >>> mt.tile(mt.tensor([[1], [2]]), (3,))
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    return tile_method(input, sizes.listed(dims, "tile", "dims"))


def tile_method(self: Any, *counts: Any, dims: Any = None) -> Any:
    """This tensor repeated: ``x.tile(2, 3)``. See `tile`.

    >>> import minitorch as mt
    >>> mt.tensor([1, 2]).tile(2, 2)
    tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    """
    wanted = sizes.sizes(counts if dims is None else (dims,), "tile", "dims")
    return repeat(self, (1,) * (self._array.ndim - len(wanted)) + wanted)


@takes_axis
def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Any:
    """Each place along ``dim`` repeated ``repeats`` times: a number, or a tensor of one a place.

    Without ``dim`` the tensor is flattened first. With one argument, the ``repeats``, the result
    holds place i as often as they say.

    >>> import minitorch as mt
    >>> mt.repeat_interleave(mt.tensor([5, 6]), mt.tensor([1, 3]))
    tensor([5, 6, 6, 6])
    >>> mt.repeat_interleave(mt.tensor([1, 0, 2]))
    tensor([0, 2, 2])
    """
    if repeats is None:
        return repeated_places(input, output_size)
    if dim is None:
        input, dim = input.reshape(-1), 0
    if isinstance(repeats, int):
        if repeats < 0:
            raise RuntimeError("Repeats must be non-negative")
        dim = wrap(dim, input._array.ndim)
        longer = input.unsqueeze(dim + 1)
        shape = list(longer._array.shape)
        shape[dim + 1] = repeats
        length = shape[dim] * repeats
        if output_size is not None and output_size != length:
            raise RuntimeError(
                f"repeat_interleave: Invalid output_size, expected {length} but got {output_size}"
            )
        return longer.expand(shape).clone().contiguous().flatten(dim, dim + 1)
    counts = repeats._array
    if counts.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    dim = wrap(dim, input._array.ndim)
    length = input._array.shape[dim] if input._array.ndim else 1
    if counts.size == 1:
        repeats = repeats.reshape(1).expand(length)
    elif counts.size != length:
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{counts.size} "
            f"and input.size({dim}) = {length}"
        )
    return input.index_select(dim, repeated_places(repeats, output_size))


@backend.at_its_gpu
def repeated_places(repeats: Any, output_size: int | None) -> Any:
    """A vector in which i appears ``repeats[i]`` times."""
    counts = repeats._array
    if counts.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if not integers(counts):
        raise NotImplementedError(
            '"repeat_interleave_cpu" not implemented for '
            f"'{dtypes.SCALAR_TYPE[dtypes.of(counts)]}'"
        )
    if counts.size and counts.min() < 0:
        raise RuntimeError("repeats can not be negative")
    xp = backend.array_module(counts)
    ends = xp.cumsum(counts)
    places = xp.searchsorted(ends, xp.arange(int(ends[-1]) if counts.size else 0), side="right")
    places = places.astype(counts.dtype)
    if output_size is not None and output_size != places.size:
        raise RuntimeError("allocated size does not match required size")
    return constant(repeats, places)
