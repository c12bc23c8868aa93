"""Reductions to fewer elements: sums, means, products ... over all dimensions or some."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..autograd.engine import expandable
from ..autograd.modes import state
from ..autograd.operation import Operation
from . import sums
from .arithmetic import conj
from .arrays import row_major
from .dims import over_dims, wrap, wrap_all
from .joining import cat

# Sums ---------------------------------------------------------------------------------------------


class Sum(Operation):
    """The sum of all elements."""

    def forward(self, xp: Any, input: Any, dtype: Any) -> Any:
        self.sizes = input.shape
        if input.dtype.kind == "b" and dtype is None:  # several times as fast
            return xp.asarray(xp.count_nonzero(input))
        return sums.total(xp, summable(input, dtype))

    def grad_input(self, grad: Any) -> Any:
        return grad.expand(self.sizes)


class SumDim(Operation):
    """The sum over some dimensions."""

    torch_name = "SumBackward1"

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any, dtype: Any) -> Any:
        self.sizes = input.shape
        return sums.over(xp, summable(input, dtype), dims, keepdim)

    def grad_input(self, grad: Any, dims: Any, keepdim: Any) -> Any:
        return restore(grad, self.sizes, dims, keepdim).expand(self.sizes)


class Nansum(Operation):
    """The sum over some dimensions of what is not NaN."""

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any, dtype: Any) -> Any:
        x = summable(input, dtype)
        return sums.over(xp, xp.where(xp.isnan(x), x.dtype.type(0), x), dims, keepdim)

    def grad_input(self, grad: Any, input: Any, dims: Any, keepdim: Any) -> Any:
        return restore(grad, input._array.shape, dims, keepdim) * ~input.isnan()


class Mean(Operation):
    """The mean of all elements."""

    def forward(self, xp: Any, input: Any, dtype: Any) -> Any:
        self.sizes = input.shape
        x = summable(input, dtype)
        if x.dtype.char == "e":  # a sum of float16 overflows easily
            return (sums.total(xp, x.astype("f")) / x.size).astype("e")
        return sums.total(xp, x) / x.size

    def grad_input(self, grad: Any) -> Any:
        return (grad / math.prod(self.sizes)).expand(self.sizes)


class MeanDim(Operation):
    """The mean over some dimensions."""

    torch_name = "MeanBackward1"

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any, dtype: Any) -> Any:
        self.sizes = input.shape
        self.count = math.prod([self.sizes[dim] for dim in dims])
        x = summable(input, dtype)
        if x.dtype.char == "e":
            return (sums.over(xp, x.astype("f"), dims, keepdim) / self.count).astype("e")
        return sums.over(xp, x, dims, keepdim) / self.count

    def grad_input(self, grad: Any, dims: Any, keepdim: Any) -> Any:
        return restore(grad / self.count, self.sizes, dims, keepdim).expand(self.sizes)


def summable(x: Any, dtype: Any) -> Any:
    """``x`` in the dtype of its sum: the one that is asked for, or int64 for bools and integers."""
    if dtype is not None:
        return x.astype(dtype.numpy, copy=False)
    return x if x.dtype.kind in "fc" else x.astype(dtypes.int64.numpy, copy=False)


def restore(reduced: Any, sizes: tuple[int, ...], dims: tuple[int, ...], keepdim: bool) -> Any:
    """What was reduced over ``dims`` with these dimensions back, of length 1."""
    if keepdim or not sizes:
        return reduced
    return reduced.reshape([1 if i in dims else size for i, size in enumerate(sizes)])


@over_dims
def sum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The sum of all elements, or over ``dim``, one dimension or several.

    The dimensions summed over vanish, or get length 1 with ``keepdim``. Bools and integers are
    added up in int64 unless a ``dtype`` is given.

    >>> import minitorch as mt
    >>> x = mt.tensor([[1, 2], [3, 4]])
    >>> x.sum(), x.sum(0), x.sum(1, keepdim=True)
    (tensor(10), tensor([4, 6]), tensor([[3],
            [7]]))
    """
    if dim is None and not keepdim:
        return Sum.apply(input, dtype)
    return SumDim.apply(input, wrap_all(dim, input._array.ndim), keepdim, dtype)


def sum_to_size(self: Any, *size: Any) -> Any:
    """The tensor summed to ``size``, from which broadcasting would make its present shape.

    >>> import minitorch as mt
    >>> mt.ones(3, 2).sum_to_size(1, 2)
    tensor([[3., 3.]])
    """
    shape = tuple(size[0]) if len(size) == 1 and isinstance(size[0], list | tuple) else size
    sizes = self._array.shape
    if not shape:
        return Sum.apply(self, None)
    if shape == sizes:
        return self
    if not expandable(shape, sizes):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(sizes)}}}.")
    leading = len(sizes) - len(shape)
    inner = [i + leading for i, size in enumerate(shape) if size == 1 != sizes[i + leading]]
    if not inner:
        return SumDim.apply(self, tuple(range(leading)), False, None)
    summed = SumDim.apply(self, (*range(leading), *inner), True, None)
    return summed.view(shape) if leading else summed


@over_dims
def nansum(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The sum over ``dim`` (all dimensions by default) with NaN counted as zero.

    >>> import minitorch as mt
    >>> mt.tensor([1.0, float("nan"), 2.0]).nansum()
    tensor(3.)
    """
    array = input._array
    if array.dtype.kind == "c":
        raise RuntimeError("nansum on CPU does not support complex inputs")
    return Nansum.apply(input, wrap_all(dim, array.ndim), keepdim, dtype)


@over_dims
def mean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The mean of all elements, or over ``dim``, one dimension or several.

    Of integers it is an error, unless a floating ``dtype`` is given.

    >>> import minitorch as mt
    >>> x = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> x.mean(), x.mean(0)
    (tensor(2.5000), tensor([2., 3.]))
    """
    array = input._array
    kind = dtypes.of(array) if dtype is None else dtype
    if kind.category < dtypes.FLOATING:
        raise RuntimeError(
            f"mean(): could not infer output dtype. {'Input' if dtype is None else 'Optional'} "
            "dtype must be either a floating point or complex dtype. Got: "
            f"{dtypes.SCALAR_TYPE[kind]}"
        )
    if dim is None and not keepdim:
        return Mean.apply(input, dtype)
    return MeanDim.apply(input, wrap_all(dim, array.ndim), keepdim, dtype)


@over_dims
def nanmean(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The mean over ``dim`` (all dimensions by default) of the elements that are not NaN.

    >>> import minitorch as mt
    >>> mt.tensor([1.0, float("nan"), 2.0]).nanmean()
    tensor(1.5000)
    """
    kind = dtypes.of(input._array)
    if kind.category < dtypes.FLOATING:
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{dtypes.SCALAR_TYPE[kind]}"
        )
    count = (~input.detach().isnan()).sum(dim, keepdim)
    return nansum(input, dim, keepdim, dtype=dtype) / count


# Products -----------------------------------------------------------------------------------------


class Prod(Operation):
    """The product of all elements."""

    def forward(self, xp: Any, input: Any, dtype: Any) -> Any:
        return product(summable(input, dtype), None, False)

    def grad_input(self, grad: Any, input: Any, out: Any) -> Any:
        if input._array.ndim == 0:
            return grad
        zeros = (input == 0).sum()
        if zeros > 1 and not state.grad:
            return input.new_zeros(input._array.shape)
        if zeros:
            flat = input.reshape(-1)
            return grad * conj(product_of_others(flat, 0).reshape(input._array.shape))
        return grad * conj(out / input)


class ProdDim(Operation):
    """The product over one dimension."""

    torch_name = "ProdBackward1"

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any, dtype: Any) -> Any:
        return row_major(xp, product(summable(input, dtype), dim if input.ndim else None, keepdim))

    def grad_input(self, grad: Any, input: Any, dim: Any, keepdim: Any, out: Any) -> Any:
        sizes = input._array.shape
        if not sizes:
            return grad
        grad = restore(grad, sizes, (dim,), keepdim)
        if (input == 0).any():
            return grad * conj(product_of_others(input, dim))
        return grad * conj(restore(out, sizes, (dim,), keepdim) / input)


def product(x: Any, dim: int | None, keepdim: bool) -> Any:
    """The product of the array ``x``; that of float16 is computed in float32, as in PyTorch."""
    if x.dtype.char == "e":
        return x.prod(axis=dim, keepdims=keepdim, dtype="f").astype("e")
    if dim is None and x.ndim > 1 and not keepdim:  # side by side: a tenth of the time
        x = x.prod(axis=0, dtype=x.dtype)
    return x.prod(axis=dim, keepdims=keepdim, dtype=x.dtype)


def product_of_others(x: Any, dim: int) -> Any:
    """For each element the product of those before it and those after it along ``dim``."""
    sizes = list(x._array.shape)
    length, sizes[dim] = sizes[dim], 1
    one = x.new_ones(sizes)
    before = cat([one, x.narrow(dim, 0, length - 1)], dim).cumprod(dim)
    after = cat([x.narrow(dim, 1, length - 1), one], dim).flip(dim).cumprod(dim).flip(dim)
    return before * after


@over_dims
def prod(input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Any:
    """The product of all elements, or over the dimension ``dim``.

    >>> import minitorch as mt
    >>> x = mt.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> x.prod(), x.prod(0)
    (tensor(24.), tensor([3., 8.]))
    """
    if dim is None:
        return Prod.apply(input, dtype)
    return ProdDim.apply(input, wrap(dim, input._array.ndim), keepdim, dtype)


# Counting and logic -------------------------------------------------------------------------------


class AllTrue(Operation):
    """Whether all elements over some dimensions are true."""

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any) -> Any:
        return truth(xp, input.all(axis=dims, keepdims=keepdim) if dims else input != 0, input)


class AnyTrue(Operation):
    """Whether any element over some dimensions is true."""

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any) -> Any:
        return truth(xp, input.any(axis=dims, keepdims=keepdim) if dims else input != 0, input)


class CountNonzero(Operation):
    """How many elements over some dimensions are not zero."""

    def forward(self, xp: Any, input: Any, dims: Any) -> Any:
        return row_major(xp, xp.count_nonzero(input, axis=dims))


def truth(xp: Any, result: Any, x: Any) -> Any:
    """A result of `all` or `any`: bool, but uint8 for uint8, as in PyTorch."""
    return row_major(xp, result.astype(x.dtype if x.dtype.char == "B" else bool))


def dims_or_none(dim: Any, ndim: int) -> tuple[int, ...]:
    """As `wrap_all`, but ``()`` is no dimension: only `all` and `any` of PyTorch take it so."""
    return () if isinstance(dim, list | tuple) and not dim else wrap_all(dim, ndim)


@over_dims
def all(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether all elements, or all over ``dim``, are true (not zero).

    >>> import minitorch as mt
    >>> mt.tensor([[True, False], [True, True]]).all(0)
    tensor([ True, False])
    """
    return AllTrue.apply(input, dims_or_none(dim, input._array.ndim), keepdim)


@over_dims
def any(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Whether any element, or any over ``dim``, is true (not zero).

    >>> import minitorch as mt
    >>> mt.tensor([[True, False], [True, True]]).any(0)
    tensor([True, True])
    """
    return AnyTrue.apply(input, dims_or_none(dim, input._array.ndim), keepdim)


@over_dims
def count_nonzero(input: Any, dim: Any = None) -> Any:
    """How many elements, in all or over ``dim``, are not zero.

    >>> import minitorch as mt
    >>> mt.tensor([[0, 1], [2, 3]]).count_nonzero(0)
    tensor([1, 2])
    """
    return CountNonzero.apply(input, wrap_all(dim, input._array.ndim))


# Log of a sum of exponentials ---------------------------------------------------------------------


class Logsumexp(Operation):
    """``log(exp(x).sum(dims))``, computed so that nothing overflows."""

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any) -> Any:
        (x,) = dtypes.floating([input])
        if x.size == 0:
            return xp.log(sums.over(xp, x, dims, keepdim))
        x = x.astype("f") if x.dtype.char == "e" else x
        peak = x.real.max(axis=dims, keepdims=True)
        peak = xp.where(xp.isinf(peak), peak.dtype.type(0), peak)
        out = xp.log(sums.over(xp, xp.exp(x - peak), dims, True)) + peak
        out = out if keepdim else out.squeeze(dims)
        return row_major(xp, out.astype("e") if input.dtype.char == "e" else out)

    def grad_input(self, grad: Any, input: Any, dims: Any, keepdim: Any, out: Any) -> Any:
        sizes = input._array.shape
        share = (input - restore(out, sizes, dims, keepdim)).exp()
        return restore(grad, sizes, dims, keepdim) * conj(share)


@over_dims
def logsumexp(input: Any, dim: Any, keepdim: bool = False) -> Any:
    """``log(exp(input).sum(dim))``, computed so that nothing overflows.

    >>> import minitorch as mt
    >>> mt.tensor([500.0, 500.0]).logsumexp(0)
    tensor(500.6931)
    """
    if dim is None:
        raise TypeError(
            "logsumexp(): argument 'dim' (position 2) must be tuple of ints, not NoneType"
        )
    return Logsumexp.apply(input, wrap_all(dim, input._array.ndim), keepdim)
