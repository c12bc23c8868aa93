"""`scatter` and `scatter_add`: values go to the places that `gather` reads."""

from __future__ import annotations

from typing import Any

from ..autograd.graph import TensorBase
from ..user_warnings import warn
from . import operands
from .dims import takes_axis
from .gathering import scatter_arguments
from .places import AddAt, Put
from .scatter_reduction import scatter_reduce, scatter_reduce_


class Scatter(Put):
    """The elements that `Gather` reads, replaced."""

    order = "C"


class ScatterValue(Put):
    """The elements that `Gather` reads, all replaced by one number."""

    torch_name = "ScatterBackward1"
    order = "C"


class ScatterAdd(AddAt):
    """The elements that `Gather` reads, with values added."""

    order = "C"


@takes_axis
def scatter(
    input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Any:
    """``input`` with ``out[index[i][j]][j] = src[i][j]`` for ``dim`` 0, and so on; copies.

    ``src`` is a tensor or a number. See `gather`, which reads what this writes. ``reduce``, "add"
    or "multiply", is an older way to say `scatter_reduce`.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3).scatter(1, mt.tensor([[0], [2]]), 1.0)
    tensor([[1., 0., 0.],
            [0., 0., 1.]])
    """
    given = value if src is None else src
    if reduce is not None:
        return scatter_reduce(input, dim, index, *as_reduction(input, index, given, reduce))
    operation = Scatter if isinstance(given, TensorBase) else ScatterValue
    return operation.apply(input, *scatter_arguments(input, dim, index, given, "scatter"))


@takes_axis
def scatter_(
    self: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Any:
    """`scatter` in place.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3).scatter_(1, mt.tensor([[2], [0]]), 1.0)  # one-hot rows
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    given = value if src is None else src
    if reduce is not None:
        return scatter_reduce_(self, dim, index, *as_reduction(self, index, given, reduce))
    operation = Scatter if isinstance(given, TensorBase) else ScatterValue
    return operation.apply_(self, *scatter_arguments(self, dim, index, given, "scatter_"))


def as_reduction(input: Any, index: Any, src: Any, reduce: Any) -> tuple[Any, str]:
    """Source and kind of the `scatter_reduce` that ``scatter(..., reduce=reduce)`` means."""
    if reduce not in ("add", "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    if isinstance(src, TensorBase):
        warn(
            "The reduce argument of torch.scatter with Tensor src is deprecated and will be "
            "removed in a "
            "future PyTorch release. Use torch.scatter_reduce instead for more reduction options."
        )
    else:
        src = input.new_full(index._array.shape, src)
    return src, "sum" if reduce == "add" else "prod"


@takes_axis
def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """``input`` with ``out[index[i][j]][j] += src[i][j]`` for ``dim`` 0, and so on; copies.

    >>> import minitorch as mt
    >>> mt.zeros(3).scatter_add(0, mt.tensor([0, 0, 2]), mt.tensor([1.0, 2.0, 3.0]))
    tensor([3., 0., 3.])
    """
    operands.tensor(src, "scatter_add", "src", 3)
    return ScatterAdd.apply(input, *scatter_arguments(input, dim, index, src, "scatter_add"))


@takes_axis
def scatter_add_(self: Any, dim: int, index: Any, src: Any) -> Any:
    """`scatter_add` in place.

    >>> import minitorch as mt
    >>> mt.zeros(2).scatter_add_(0, mt.tensor([0, 0, 1]), mt.tensor([1.0, 2.0, 3.0]))
    tensor([3., 3.])
    """
    operands.tensor(src, "scatter_add_", "src", 3)
    return ScatterAdd.apply_(self, *scatter_arguments(self, dim, index, src, "scatter_add_"))
