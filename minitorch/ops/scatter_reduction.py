"""`scatter_reduce` and `index_reduce`: several values for one place are combined.

By their sum, product, mean or extreme. What was there before is one of them, if the caller wants.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .. import backend, kernels
from ..user_warnings import warn
from . import operands
from .dims import takes_axis, wrap
from .gathering import scatter_arguments
from .overwriting import Change
from .places import AddAt, Pick, Put, add_at, located, update_at, wrapped
from .selection import check_combined


class ScatterReduce(Change, operands.OnlyReal):
    """The elements that `Gather` reads, combined with values: by sum, product, mean or extreme."""

    overlap = "none"

    def forward(
        self, xp: Any, x: Any, places: Any, src: Any, reduce: Any, include_self: Any
    ) -> Any:
        self.save(at=places)
        return self.change(xp, x.copy(), places, src, reduce, include_self)

    @staticmethod
    def change(xp: Any, x: Any, places: Any, src: Any, reduce: Any, include_self: Any) -> Any:
        view, index = located(xp, x, 0, x.ndim, places)
        if not include_self:
            view[index] = neutral(reduce, x.dtype)
        if reduce == "prod" and kernels.on_gpu(x):
            x[...] = multiplied(xp, x, places, src)
        elif reduce == "prod":
            multiply_at(xp, view, index, src)
        elif reduce == "amax":
            update_at(xp, xp.maximum, view, index, src)
        elif reduce == "amin":
            update_at(xp, xp.minimum, view, index, src)
        else:
            add_at(xp, view, index, src)
        if reduce == "mean":
            count = xp.full(x.shape, int(include_self), x.dtype)
            met, index = located(xp, count, 0, x.ndim, places)
            add_at(xp, met, index, xp.ones(places.shape, x.dtype))
            count = xp.maximum(count, 1)
            x[...] = x / count if x.dtype.kind in "fc" else x // count
        return x

    def backward(
        self, grad: Any, x: Any, src: Any, out: Any, at: Any, reduce: Any, include_self: Any
    ) -> Any:
        where = (0, x._array.ndim, at._array)
        if reduce == "sum":
            to_x, to_src = grad, Pick.apply(grad, *where)
        elif reduce == "mean":
            count = AddAt.apply(
                x.new_full(x._array.shape, int(include_self)),
                *where,
                src.new_ones(src._array.shape),
            )
            share = grad / count.clamp(min=1)
            to_x, to_src = share, Pick.apply(share, *where)
        elif reduce == "prod":
            to_x, to_src = grads_of_product(grad, x, src, out, where, include_self)
        else:  # who equals the extreme value shares the gradient
            best_x = (x == out).to(grad.dtype)
            best_src = (src == Pick.apply(out, *where)).to(grad.dtype)
            share = grad / AddAt.apply(best_x, *where, best_src)
            to_x, to_src = best_x * share, best_src * Pick.apply(share, *where)
        if not include_self:
            to_x = Put.apply(to_x, *where, 0)
        return to_x, None, to_src


def grads_of_product(
    grad: Any, x: Any, src: Any, out: Any, where: Any, include_self: bool
) -> tuple[Any, Any]:
    """The gradients of `scatter_reduce` with "prod", also where factors are 0.

    A factor's gradient is the product of the others: out / factor, or, for a factor that is the
    only zero at its place, the product of all but the zeros.
    """
    places = where[2]
    rest = ScatterReduce.apply(x.masked_fill(x == 0, 1), places, src, "prod", include_self)
    to_x = grad * rest / x.masked_fill(x == 0, 1)
    zero = src == 0
    zeros = AddAt.apply(x.new_zeros(x._array.shape), *where, zero.to(x.dtype))
    alone = zero & (Pick.apply(zeros, *where) == 1)
    others = ScatterReduce.apply(x, places, src.masked_fill(alone, 1), "prod", include_self)
    by_division = Pick.apply(grad * out, *where) / src.masked_fill(zero, 1)
    return to_x, Pick.apply(grad * others, *where).where(alone, by_division)


def neutral(reduce: str, dtype: Any) -> Any:
    """The value that does not change a reduction."""
    if reduce in ("sum", "mean", "prod"):
        return 1 if reduce == "prod" else 0
    if dtype.kind == "b":
        return reduce == "amin"
    limits = np.iinfo(dtype) if dtype.kind in "iu" else None
    if limits is not None:
        return limits.min if reduce == "amax" else limits.max
    return -np.inf if reduce == "amax" else np.inf


def multiply_at(xp: Any, array: Any, index: Any, values: Any) -> None:
    """``array[index] *= values``, also where ``index`` names an element more than once."""
    if xp is np:
        update_at(xp, np.multiply, array, index, values)
    else:  # CuPy has no multiply.at
        host = backend.to_numpy(array).copy()
        index = tuple([i if isinstance(i, slice) else backend.to_numpy(i) for i in index])
        np.multiply.at(host, index, backend.to_numpy(values))
        array[...] = xp.asarray(host)


def multiplied(xp: Any, x: Any, places: Any, values: Any) -> Any:
    """A copy of ``x`` with ``values`` multiplied to its elements at ``places``. For a GPU.

    Values for one place are brought next to each other, and the thread that has the first of them
    takes them all: no two threads write to one element.
    """
    out = x.copy()
    places = wrapped(xp, places.reshape(-1), x.size)
    order = xp.argsort(places, kind="stable")
    places, values = places[order], values.reshape(-1)[order]
    PRODUCTS(places, places, values, len(places), x.size, out)
    return out


PRODUCTS = kernels.Kernel(
    "products",
    "int64 place, raw int64 places, raw T values, int64 length, int64 size",
    "raw T out",
    """
    if (place >= 0 && place < size && (i == 0 || places[i - 1] != place)) {
        T product = out[place];
        for (long long p = i; p < length && places[p] == place; p++) product *= values[p];
        out[place] = product;
    }
    """,
)


def reduction_arguments(
    input: Any, dim: int, index: Any, src: Any, reduce: str
) -> tuple[Any, Any, str]:
    """Places, source and reduction for `ScatterReduce`; checked."""
    if reduce not in ("sum", "prod", "mean", "amax", "amin"):
        raise RuntimeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}"
        )
    _, _, places, src = scatter_arguments(input, dim, index, src, "scatter_reduce")
    if reduce in {"c": ("amax", "amin"), "b": ("mean",)}.get(input._array.dtype.kind, ()):
        raise operands.not_implemented(f"scatter_gather_tensor_cpu_reduce_{reduce}", input._array)
    return places, src, reduce


@takes_axis
def scatter_reduce(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """As `scatter`, but all values that meet at a place, and what was there, are combined.

    ``reduce`` is "sum", "prod", "mean", "amax" or "amin"; what was there is left out if not
    ``include_self``.

    >>> import minitorch as mt
    >>> index = mt.tensor([0, 0, 1])
    >>> mt.zeros(2).scatter_reduce(0, index, mt.tensor([1.0, 3.0, 5.0]), "mean", include_self=False)
    tensor([2., 5.])
    """
    places, src, reduce = reduction_arguments(input, dim, index, src, reduce)
    return ScatterReduce.apply(input, places, src, reduce, include_self)


@takes_axis
def scatter_reduce_(
    self: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """`scatter_reduce` in place.

    >>> import minitorch as mt
    >>> mt.zeros(2).scatter_reduce_(0, mt.tensor([0, 0, 1]), mt.tensor([1.0, 5.0, 3.0]), "amax")
    tensor([5., 3.])
    """
    places, src, reduce = reduction_arguments(self, dim, index, src, reduce)
    return ScatterReduce.apply_(self, places, src, reduce, include_self)


def index_reduce(
    input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """Combine slice i of ``source`` with slice ``index[i]`` of dimension ``dim``, on a copy.

    ``reduce`` is "prod", "mean", "amax" or "amin"; what was there is left out if not
    ``include_self``.

    >>> import minitorch as mt
    >>> mt.index_reduce(mt.zeros(2), 0, mt.tensor([0, 0]), mt.tensor([3.0, 8.0]), "amax")
    tensor([8., 0.])
    """
    places = index_reduce_arguments(input, dim, index, source, reduce)
    return ScatterReduce.apply(input, places, source, reduce, include_self)


def index_reduce_(
    self: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """In-place form of `index_reduce`."""
    places = index_reduce_arguments(self, dim, index, source, reduce)
    return ScatterReduce.apply_(self, places, source, reduce, include_self)


@functools.cache  # once, as PyTorch does
def warn_of_beta() -> None:
    """PyTorch's warning at the first `index_reduce`."""
    warn("index_reduce() is in beta and the API may change at any time.")


def index_reduce_arguments(input: Any, dim: int, index: Any, source: Any, reduce: str) -> Any:
    """Places for a `ScatterReduce` of whole slices; checked."""
    warn_of_beta()
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(
            "index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got "
            f"{reduce}."
        )
    dim = wrap(dim, input._array.ndim)
    array, shape = index._array, source._array.shape
    check_combined(input, dim, array, source, "index_reduce_")
    if array.size and not 0 <= array.min() <= array.max() < (input._array.shape or (1,))[dim]:
        raise IndexError("index out of range in self")
    if len(shape) < 2 and input._array.dtype.kind in "bc":
        raise operands.not_implemented("index_func_", input._array)
    along = index.long().reshape([array.size if d == dim else 1 for d in range(len(shape))])
    return scatter_arguments(input, dim, along.expand(shape), source, "scatter_reduce")[2]
