"""Products composed of others: outer, Kronecker and cross products, trace ..."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from ..user_warnings import warn
from .arrays import row_major
from .dims import takes_axis, wrap
from .matmul import arrays_of, mm
from .operands import not_implemented, only, refuse_elements


def outer(input: Any, vec2: Any) -> Any:
    """The products of all elements of one vector with all of another, as a matrix.

    Shapes: (n) and (m) to (n, m).

    >>> import minitorch as mt
    >>> mt.outer(mt.tensor([1, 2]), mt.tensor([3, 4, 5]))
    tensor([[ 3,  4,  5],
            [ 6,  8, 10]])
    """
    a, b = arrays_of("outer", input=input, vec2=vec2)
    for name, array in (("self", a), ("vec2", b)):
        if array.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {array.ndim}-D")
    return input.view(-1, 1) * vec2 if a.flags.c_contiguous else input.unsqueeze(1) * vec2


def kron(input: Any, other: Any) -> Any:
    """The Kronecker product: each element of ``input`` times all of ``other``, put side by side.

    >>> import minitorch as mt
    >>> mt.kron(mt.tensor([[1, 2]]), mt.tensor([[1, 1], [0, 1]]))
    tensor([[1, 1, 2, 2],
            [0, 1, 0, 2]])
    """
    x, y = arrays_of("kron", input=input, other=other)
    ndim = max(x.ndim, y.ndim)
    rows = (1,) * (ndim - x.ndim) + x.shape
    columns = (1,) * (ndim - y.ndim) + y.shape
    spread = [n for pair in zip(rows, (1,) * ndim, strict=True) for n in pair]
    beside = [n for pair in zip((1,) * ndim, columns, strict=True) for n in pair]
    shape = [n * m for n, m in zip(rows, columns, strict=True)]
    return (input.reshape(spread) * other.reshape(beside)).reshape(shape)


class Trace(Operation):
    """The sum of the diagonal of a matrix."""

    def forward(self, xp: Any, input: Any) -> Any:
        self.sizes = input.shape
        return xp.trace(input, dtype="int64" if input.dtype.kind in "iu" else None)

    def grad_input(self, grad: Any) -> Any:
        zeros = grad.new_zeros(self.sizes)
        return zeros.diagonal_scatter(grad.expand(min(self.sizes)))


def trace(input: Any) -> Any:
    """The sum of the diagonal of a matrix.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 2], [3, 4]]).trace()
    tensor(5)
    """
    (x,) = arrays_of("trace", input=input)
    if x.ndim != 2:
        raise RuntimeError(
            f"trace: expected a matrix, but got tensor with dim {x.ndim}\n"
            "(To record a backward pass, mt.trace needs a scalar that requires grad, or gradient=.)"
        )
    if x.dtype.kind == "b":
        raise not_implemented("trace", x)
    return Trace.apply(input)


class LinalgCross(Operation):
    """The cross product of vectors of length 3 along a dimension."""

    promote = only("iufc", "cross")

    def forward(self, xp: Any, input: Any, other: Any, dim: Any) -> Any:
        return row_major(xp, xp.cross(input, other, axis=dim))

    def grad_input(self, grad: Any, other: Any, dim: Any) -> Any:
        return cross(other.conj(), grad, dim)

    def grad_other(self, grad: Any, input: Any, dim: Any) -> Any:
        return cross(grad, input.conj(), dim)


@takes_axis
def cross(input: Any, other: Any, dim: int | None = None) -> Any:
    """The cross product of vectors of length 3, along ``dim`` or the first dimension of length 3.

    Shapes: (..., 3, ...) both, broadcast.

    >>> import minitorch as mt
    >>> mt.cross(mt.tensor([1, 0, 0]), mt.tensor([0, 1, 0]), dim=0)
    tensor([0, 0, 1])
    """
    x, y = arrays_of("cross", input=input, other=other)
    if dim is None:
        warn(
            "Using torch.cross without specifying the dim arg is deprecated.\n"
            "Please either pass the dim explicitly or simply use torch.linalg.cross.\n"
            "The default value of dim will change to agree with that of linalg.cross in a future "
            "release."
        )
        if 3 not in x.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = x.shape.index(3)
    if x.ndim != y.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    place = wrap(dim, x.ndim)
    if x.shape[place] != 3 or y.shape[place] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {x.shape[place]} and "
            f"{y.shape[place]}"
        )
    if x.dtype != y.dtype:
        raise RuntimeError(
            f"expected scalar type {dtypes.SCALAR_TYPE[dtypes.of(x)]} but found "
            f"{dtypes.SCALAR_TYPE[dtypes.of(y)]}"
        )
    return LinalgCross.apply(input, other, place)


def multi_dot(tensors: Sequence[Any]) -> Any:
    """The product of two or more matrices, in the order that takes the fewest multiplications.

    The first and the last may be vectors.

    >>> import minitorch as mt
    >>> mt.linalg.multi_dot([mt.ones(10, 100), mt.ones(100, 5), mt.ones(5, 50)]).shape
    torch.Size([10, 50])
    """
    refuse_elements(tensors)
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    check_chain([tensor._array for tensor in tensors])
    shapes = [list(t._array.shape) for t in tensors]
    for i, (a, b) in enumerate(itertools.pairwise(shapes)):
        if a[-1] != b[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {a} and {b} cannot be multiplied"
            )
    first, last = tensors[0], tensors[-1]
    matrices = list(tensors)
    if first._array.ndim == 1:
        matrices[0] = first.unsqueeze(0)
    if last._array.ndim == 1:
        matrices[-1] = last.unsqueeze(1)
    result = in_best_order(matrices)
    if last._array.ndim == 1:
        result = result.squeeze(-1)
    return result.squeeze(0) if first._array.ndim == 1 else result


def check_chain(arrays: list[Any]) -> None:
    """Refuse what `multi_dot` cannot multiply for its dtypes or dimensions."""
    for place, array in enumerate(arrays):
        end = place in (0, len(arrays) - 1)
        if end and array.ndim not in (1, 2):
            which = "last" if place else "first"
            raise RuntimeError(
                f"multi_dot(): the {which} tensor must be 1D or 2D but got {array.ndim}D"
            )
        if not end and array.ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {place} must be 2D but got {array.ndim}D")
        if array.dtype != arrays[0].dtype:
            kinds = [dtypes.C_TYPE[dtypes.of(x)] for x in (arrays[0], array)]
            raise RuntimeError(
                "multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                f"{kinds[0]} and tensor {place} {kinds[1]}"
            )


def in_best_order(matrices: list[Any]) -> Any:
    """The product of a chain of matrices; the cheapest order is found by dynamic programming."""
    count = len(matrices)
    sizes = [m._array.shape[0] for m in matrices] + [matrices[-1]._array.shape[1]]
    cost = [[0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(2, count + 1):
        for i in range(count - length + 1):
            j = i + length - 1
            cost[i][j], split[i][j] = min(
                (cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return multiplied(matrices, split, 0, count - 1)


def multiplied(matrices: list[Any], split: list[list[int]], i: int, j: int) -> Any:
    """The product of matrices ``i`` to ``j``, which are ``i`` to ``split[i][j]`` times the rest.

    Not a function inside the one above: one that calls itself would be a reference cycle.
    """
    if i == j:
        return matrices[i]
    k = split[i][j]
    return mm(multiplied(matrices, split, i, k), multiplied(matrices, split, k + 1, j))


def chain_matmul(*matrices: Any) -> Any:
    """The product of matrices in the cheapest order; the old name of ``linalg.multi_dot``.

    >>> import minitorch as mt
    >>> mt.chain_matmul(mt.ones(2, 3), mt.ones(3, 4), mt.ones(4, 1)).shape
    torch.Size([2, 1])
    """
    warn(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use "
        "torch.linalg.multi_dot instead, which accepts a list of two or more tensors rather than "
        "multiple parameters."
    )
    return matrices[0] if len(matrices) == 1 else multi_dot(matrices)
