"""Largest and smallest elements: max, min, amax, argmax, aminmax ...

``max`` and its kin come in two forms. Over all elements the gradient is shared out evenly among
those that are equal to the result. Over one dimension the result says by an index which element it
took, and that one gets the gradient.
"""

from __future__ import annotations

from typing import Any

from .. import return_types
from ..autograd.graph import TensorBase
from ..autograd.operation import Operation, wrap as constant
from .arrays import row_major
from .dims import over_dims, refuse_empty, wrap, wrap_all
from .limits import maximum, minimum
from .masking import masked
from .operands import not_implemented
from .reduction import restore

# Over all elements or several dimensions ----------------------------------------------------------


class Max(Operation):
    """The largest of all elements."""

    torch_name = "MaxBackward1"

    def forward(self, xp: Any, input: Any) -> Any:
        return input.max()

    def grad_input(self, grad: Any, input: Any, out: Any) -> Any:
        ties = equal_to(input, out)
        return masked(grad / ties.sum(), ties)


class Min(Max):
    """The smallest of all elements."""

    torch_name = "MinBackward1"

    def forward(self, xp: Any, input: Any) -> Any:
        return input.min()


class Amax(Operation):
    """The largest elements over some dimensions."""

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any) -> Any:
        return row_major(xp, input.max(axis=dims, keepdims=keepdim))

    def grad_input(self, grad: Any, input: Any, dims: Any, keepdim: Any, out: Any) -> Any:
        return grad_extreme(grad, input, dims, keepdim, out)


class Amin(Amax):
    """The smallest elements over some dimensions."""

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any) -> Any:
        return row_major(xp, input.min(axis=dims, keepdims=keepdim))


class Aminmax(Operation):
    """The smallest and the largest elements over some dimensions."""

    def forward(self, xp: Any, input: Any, dims: Any, keepdim: Any) -> Any:
        best = input.min(axis=dims, keepdims=keepdim), input.max(axis=dims, keepdims=keepdim)
        return row_major(xp, best[0]), row_major(xp, best[1])

    def grad_input(self, grad: Any, input: Any, dims: Any, keepdim: Any, out: Any) -> Any:
        total: Any = 0
        for grad_one, one in zip(grad, out, strict=True):
            total = total + grad_extreme(grad_one, input, dims, keepdim, one)
        return total


def grad_extreme(grad: Any, input: Any, dims: tuple[int, ...], keepdim: bool, out: Any) -> Any:
    """``grad`` in equal shares for the elements of ``input`` that equal ``out``, their extreme."""
    sizes = input._array.shape
    ties = input == restore(out, sizes, dims, keepdim)
    return masked(restore(grad, sizes, dims, keepdim), ties) / ties.sum(dims, True)


def equal_to(input: Any, extreme: Any) -> Any:
    """Where ``input`` is ``extreme``; here NaN is NaN."""
    x, best = input._array, extreme._array
    return constant(input, (x == best) | ((x != x) & (best != best)))


def ordered(name: str, input: Any) -> Any:
    """The array of ``input``, whose elements must be numbers that one can compare."""
    array = input._array
    if array.dtype.kind == "c":
        raise not_implemented(name, array)
    return array


def refuse_no_elements(name: str, array: Any) -> None:
    """Refuse the extreme of no elements, if no dimension is given."""
    if array.size == 0:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
            "Specify the reduction dim with the 'dim' argument."
        )


# Over one dimension, by index ---------------------------------------------------------------------


class Selection(Operation):
    """Picks elements along a dimension and says which: results (values, indices)."""

    materialize = False  # the indices never get a gradient

    def pick(self, xp: Any, x: Any, indices: Any, dim: int, keepdim: bool) -> Any:
        """The elements at ``indices``; without ``keepdim`` there is one, and ``dim`` goes."""
        self.sizes = x.shape
        self.save(places=indices)
        if x.ndim == 0:
            return x.copy(), indices.copy()
        values = xp.take_along_axis(x, indices, dim)
        if keepdim:
            return values, indices.copy()  # the user may change the indices in place
        return values.squeeze(dim), indices.copy().squeeze(dim)


class Choice(Selection):
    """Picks one element along a dimension."""

    def grad_input(self, grad: Any, dim: Any, keepdim: Any, places: Any) -> Any:
        chosen = restore(grad[0], self.sizes, (dim,), keepdim)
        return chosen.new_zeros(self.sizes).scatter(dim, places, chosen)


class MaxDim(Choice):
    """The largest element along a dimension, the first of equal ones."""

    torch_name = "MaxBackward0"

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any) -> Any:
        return self.pick(xp, input, xp.asarray(argbest(input.argmax, input, dim)), dim, keepdim)


class MinDim(Choice):
    """The smallest element along a dimension, the first of equal ones."""

    torch_name = "MinBackward0"

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any) -> Any:
        return self.pick(xp, input, xp.asarray(argbest(input.argmin, input, dim)), dim, keepdim)


def argbest(search: Any, x: Any, dim: int) -> Any:
    """``x.argmax`` or ``x.argmin`` along ``dim``, which stays; a 0-d array has one place, 0."""
    return search(axis=dim, keepdims=True) if x.ndim else search()


class Argmax(Operation):
    """The index of the first largest element."""

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any) -> Any:
        return xp.asarray(input.argmax(axis=dim if input.ndim else None, keepdims=keepdim))


class Argmin(Operation):
    """The index of the first smallest element."""

    def forward(self, xp: Any, input: Any, dim: Any, keepdim: Any) -> Any:
        return xp.asarray(input.argmin(axis=dim if input.ndim else None, keepdims=keepdim))


def along(name: str, input: Any, dim: Any) -> int:
    """``dim`` counted from the front, of a dimension that must not be empty."""
    array = input._array
    if array.dtype.kind == "c":
        raise RuntimeError(f"{name}(): does not support complex input")
    dim = wrap(dim, array.ndim, name)
    refuse_empty(name, array.shape, (dim,))
    return dim


@over_dims
def max(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The largest element; along ``dim``: (values, indices); of two tensors: `maximum`.

    NaN counts as larger than any number. The index is that of the first of equal elements.

    >>> import minitorch as mt
    >>> x = mt.tensor([[1, 5, 2], [7, 0, 7]])
    >>> x.max()
    tensor(7)
    >>> x.max(1)
    torch.return_types.max(
    values=tensor([5, 7]),
    indices=tensor([1, 0]))
    """
    if dim is None and other is None:
        refuse_no_elements("max", ordered("max_all", input))
        return Max.apply(input)
    if other is not None or isinstance(dim, TensorBase):
        return maximum(input, dim if other is None else other)
    return return_types.max(MaxDim.apply(input, along("max", input, dim), keepdim))


@over_dims
def min(input: Any, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
    """The smallest element; along ``dim``: (values, indices); of two tensors: `minimum`.

    NaN counts as smaller than any number. The index is that of the first of equal elements.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 5, 2], [7, 0, 7]]).min(1).values
    tensor([1, 0])
    """
    if dim is None and other is None:
        refuse_no_elements("min", ordered("min_all", input))
        return Min.apply(input)
    if other is not None or isinstance(dim, TensorBase):
        return minimum(input, dim if other is None else other)
    return return_types.min(MinDim.apply(input, along("min", input, dim), keepdim))


@over_dims
def amax(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
    """The largest elements over ``dim``, one dimension or several; equal ones share the gradient.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 5, 2], [7, 0, 7]]).amax(dim=(0, 1))
    tensor(7)
    """
    return Amax.apply(input, several("amax", "max_values_cpu", input, dim), keepdim)


@over_dims
def amin(input: Any, dim: Any = (), keepdim: bool = False) -> Any:
    """The smallest elements over ``dim``, one dimension or several; equal ones share the gradient.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 5, 2], [7, 0, 7]]).amin(dim=0)
    tensor([1, 0, 2])
    """
    return Amin.apply(input, several("amin", "min_values_cpu", input, dim), keepdim)


def several(name: str, kernel: str, input: Any, dim: Any) -> tuple[int, ...]:
    """The dimensions for `amax` and `amin`, none of which may be empty."""
    array = ordered(kernel, input)
    if isinstance(dim, list | tuple) and not dim:
        refuse_no_elements(name, array)
    dims = wrap_all(dim, array.ndim)
    refuse_empty(name, array.shape, dims)
    return dims


@over_dims
def aminmax(input: Any, *, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest and the largest element, of all or along ``dim``, as (min, max).

    >>> import minitorch as mt
    >>> mt.tensor([3, 1, 2]).aminmax()
    torch.return_types.aminmax(
    min=tensor(1),
    max=tensor(3))
    """
    array = ordered("aminmax_cpu", input)
    if dim is None and array.size == 0:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity."
        )
    dims = wrap_all(dim, array.ndim) if dim is None else (wrap(dim, array.ndim),)
    if dim is not None and array.ndim and array.shape[dims[0]] == 0:
        raise IndexError(f"aminmax: Expected reduction dim {dims[0]} to have non-zero size.")
    return return_types.aminmax(Aminmax.apply(input, dims if array.ndim else (), keepdim))


@over_dims
def argmax(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The index of the largest element along ``dim``, by default of all in row-major order.

    Of equal elements it is the first.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 5, 2], [7, 0, 7]]).argmax(1)
    tensor([1, 0])
    """
    return Argmax.apply(input, place("argmax", input, dim), keepdim)


@over_dims
def argmin(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """The index of the smallest element along ``dim``, by default of all in row-major order.

    Of equal elements it is the first.

    >>> import minitorch as mt
    >>> mt.tensor([[1, 5, 2], [7, 0, 7]]).argmin()
    tensor(4)
    """
    return Argmin.apply(input, place("argmin", input, dim), keepdim)


def place(name: str, input: Any, dim: Any) -> int | None:
    """The dimension for `argmax` and `argmin`."""
    array = input._array
    if array.dtype.kind == "b":
        raise RuntimeError(f"{name}(): does not support bool input")
    if dim is not None:
        return along(name, input, dim)
    if array.dtype.kind == "c":
        raise RuntimeError(f"{name}(): does not support complex input")
    if array.size == 0:
        raise IndexError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
        )
    return None
