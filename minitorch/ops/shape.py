"""Views of a whole tensor in another shape: `view`, `reshape`, `squeeze` ...

A view costs no copy; a change of it is a change of its base. `reshape` copies where no view can
give the shape asked for, `view` refuses.
"""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.operation import Operation
from . import operands, sizes
from .dims import wrap, wrap_all
from .expanding import strided


class View(Operation):
    """The same elements in another shape, as a view."""

    is_view = True

    def forward(self, xp: Any, x: Any, shape: Any) -> Any:
        self.sizes = x.shape
        return x.reshape(shape)

    def grad_x(self, grad: Any) -> Any:
        return grad.reshape(self.sizes)


class ReshapeAlias(View):
    """`View` of a tensor that is not contiguous."""


class UnsafeView(View):
    """The same elements in another shape, copied because no view has it."""

    is_view = False


class Unsqueeze(View):
    """One more dimension, of length 1."""

    def forward(self, xp: Any, x: Any, where: Any) -> Any:
        shape, at = where  # one argument: two are faster than three
        self.sizes = x.shape
        if x.flags.c_contiguous:
            return x.reshape(shape)
        step = x.shape[at] * x.strides[at] if at < x.ndim else x.itemsize
        return strided(xp, x, shape, (*x.strides[:at], step, *x.strides[at:]))


class Squeeze(View):
    """All dimensions of length 1 taken away."""


class SqueezeDim(View):
    """One dimension taken away, if its length is 1."""

    torch_name = "SqueezeBackward1"


class SqueezeDims(View):
    """Those of some dimensions taken away that have length 1."""

    torch_name = "SqueezeBackward2"


class ViewDtype(Operation):
    """The same bytes read as another dtype; there is no derivative."""

    def forward(self, xp: Any, x: Any, dtype: Any) -> Any:
        return x.view(dtype)


def can_view(array: Any, shape: tuple[int, ...]) -> bool:
    """Whether a view of ``array`` can have ``shape``, which has as many elements.

    Dimensions that lie in memory at equal distances are one run. Within a run, from the last one to
    the first, the new dimensions must come out even.
    """
    have, steps = array.shape, array.strides
    new = len(shape) - 1
    run, used = 1, 1  # elements of the present run, and how many of them new dimensions use
    for dim in reversed(range(len(have))):
        if run == 1:
            first = steps[dim]
        run *= have[dim]
        if dim == 0 or (have[dim - 1] != 1 and steps[dim - 1] != run * first):
            while new >= 0 and (used < run or shape[new] == 1):
                used *= shape[new]
                new -= 1
            if used != run:
                return False
            run, used = 1, 1
    return new == -1


def reshape(input: Any, shape: Any) -> Any:
    """``input``'s elements, in the same order, in ``shape``: a view if possible, else a copy.

    One length may be -1: it is inferred.

    >>> import minitorch as mt
    >>> mt.reshape(mt.arange(6), (2, -1))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    return reshape_method(input, sizes.listed(shape, "reshape", "shape"))


def reshape_method(self: Any, *lengths: Any, shape: Any = None) -> Any:
    """This tensor's elements in the shape ``lengths``: ``x.reshape(2, 3)``. See `reshape`.

    >>> import minitorch as mt
    >>> mt.arange(6).reshape(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    if not lengths:
        if shape is None:
            raise TypeError('reshape() missing 1 required positional arguments: "shape"')
        lengths = (shape,)
    array = self._array
    wanted = sizes.infer(sizes.sizes(lengths, "reshape", "shape"), array.size)
    if array.flags.c_contiguous:
        return View.apply(self, wanted)
    return (ReshapeAlias if can_view(array, wanted) else UnsafeView).apply(self, wanted)


def view(self: Any, *lengths: Any, size: Any = None, dtype: Any = None) -> Any:
    """This tensor in another shape, or its bytes read as another dtype, sharing memory.

    A tensor whose elements do not lie in memory in the right order is refused; `reshape` copies it.

    >>> import minitorch as mt
    >>> mt.arange(6).view(3, 2)
    tensor([[0, 1],
            [2, 3],
            [4, 5]])
    """
    if dtype is None and len(lengths) == 1 and isinstance(lengths[0], dtypes.dtype):
        dtype = lengths[0]
    if dtype is not None:
        return view_dtype(self, dtype)
    if not lengths:
        if size is None:
            raise operands.invalid_combination("view", ())
        lengths = (size,)
    elif len(lengths) == 1 and not (
        isinstance(lengths[0], list | tuple) or sizes.is_integer(lengths[0])
    ):
        raise operands.invalid_combination("view", lengths)
    array = self._array
    wanted = sizes.infer(sizes.sizes(lengths, "view"), array.size)
    if not array.flags.c_contiguous and not can_view(array, wanted):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one "
            "dimension "
            "spans across two contiguous subspaces). Use .reshape(...) instead."
        )
    return View.apply(self, wanted)


def view_dtype(self: Any, dtype: dtypes.dtype) -> Any:
    """This tensor's bytes read as ``dtype``; the last dimension grows or shrinks with its width."""
    array, have = self._array, dtypes.of(self._array)
    if have.itemsize != dtype.itemsize:
        kinds = f"{dtypes.SCALAR_TYPE[have]} as {dtypes.SCALAR_TYPE[dtype]}"
        names = f"to view {kinds} (different element sizes)"
        if array.ndim == 0:
            raise RuntimeError(f"self.dim() cannot be 0 {names}")
        ratio = max(dtype.itemsize // have.itemsize, 1)
        if array.shape[-1] % ratio:
            raise RuntimeError(
                f"self.size(-1) must be divisible by {ratio} {names}, but got {array.shape[-1]}"
            )
        if array.strides[-1] != array.itemsize and array.size:
            raise RuntimeError(f"self.stride(-1) must be 1 {names}, but got {self.stride(-1)}")
        steps = {f"stride({dim})": step for dim, step in enumerate(self.stride()[:-1])}
        for place, step in {"storage_offset()": self.storage_offset(), **steps}.items():
            if step % ratio:
                raise RuntimeError(
                    f"self.{place} must be divisible by {ratio} {names}, but got {step}"
                )
    result = ViewDtype.apply(self, dtype.numpy)
    result._counter = self._counter  # a change of one is a change of both
    return result


def view_as(self: Any, other: Any) -> Any:
    """This tensor in the shape of ``other``, sharing memory.

    >>> import minitorch as mt
    >>> mt.arange(4).view_as(mt.zeros(2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    return view(self, other._array.shape)


def reshape_as(self: Any, other: Any) -> Any:
    """This tensor in the shape of ``other``.

    >>> import minitorch as mt
    >>> mt.arange(4).reshape_as(mt.zeros(2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    return reshape_method(self, other._array.shape)


def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """The dimensions from ``start_dim`` to ``end_dim``, both included, as one.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3, 4).flatten(1).shape
    torch.Size([2, 12])
    """
    shape = input._array.shape
    start, end = wrap(start_dim, len(shape)), wrap(end_dim, len(shape))
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return input.view(1)
    if start == end:
        return input
    merged = 1
    for length in shape[start : end + 1]:
        merged *= length
    return reshape_method(input, (*shape[:start], merged, *shape[end + 1 :]))


def ravel(input: Any) -> Any:
    """All elements in one dimension: a view if possible, else a copy.

    >>> import minitorch as mt
    >>> mt.ravel(mt.tensor([[1, 2], [3, 4]]))
    tensor([1, 2, 3, 4])
    """
    return view(input.contiguous(), -1)


def unflatten(input: Any, dim: int, sizes: Any) -> Any:
    """Dimension ``dim`` split into several of lengths ``sizes``, one of which may be -1.

    >>> import minitorch as mt
    >>> mt.zeros(2, 12).unflatten(1, (3, -1)).shape
    torch.Size([2, 3, 4])
    """
    shape = input._array.shape
    at = wrap(dim, len(shape))
    lengths = split_lengths(sizes, shape[at], dim)
    return view(input, (*shape[:at], *lengths, *shape[at + 1 :]))


def split_lengths(lengths: Any, whole: int, dim: int) -> tuple[int, ...]:
    """The ``lengths`` for `unflatten` of a dimension of length ``whole``, -1 replaced; checked."""
    if not isinstance(lengths, list | tuple):
        raise TypeError(
            "unflatten(): argument 'sizes' (position 2) must be tuple of ints, "
            f"not {type(lengths).__name__}"
        )
    if not lengths:
        raise RuntimeError("unflatten: sizes must be non-empty")
    wanted = sizes.sizes((lengths,), "unflatten", "sizes")
    try:
        return sizes.infer(wanted, whole)
    except RuntimeError as error:
        if "is invalid for input" in str(error):
            raise RuntimeError(
                f"unflatten: Provided sizes {list(wanted)} don't multiply up to the size of dim "
                f"{dim} "
                f"({whole}) in the input tensor"
            ) from None
        raise RuntimeError(f"unflatten got an unexpected error:\n{error}") from None


def unsqueeze(input: Any, dim: Any = None, *, axis: Any = None) -> Any:
    """``input`` with a dimension of length 1 inserted at ``dim``.

    >>> import minitorch as mt
    >>> mt.zeros(2, 3).unsqueeze(1).shape
    torch.Size([2, 1, 3])
    """
    if dim is None:
        if axis is None:
            raise TypeError('unsqueeze() missing 1 required positional arguments: "dim"')
        dim = axis  # NumPy's name, as in PyTorch; a decorator would take a tenth of the time
    shape = input._array.shape
    at = wrap(dim, len(shape) + 1)
    return Unsqueeze.apply(input, ((*shape[:at], 1, *shape[at:]), at))


def squeeze(input: Any, dim: Any = None, *more: Any, axis: Any = None) -> Any:
    """``input`` without its dimensions of length 1: all of them, or those among ``dim``.

    >>> import minitorch as mt
    >>> x = mt.zeros(1, 3, 1)
    >>> x.squeeze().shape, x.squeeze(0).shape, x.squeeze(1).shape
    (torch.Size([3]), torch.Size([3, 1]), torch.Size([1, 3, 1]))
    """
    shape = input._array.shape
    dim = axis if dim is None else dim
    if dim is None:
        return Squeeze.apply(input, tuple([length for length in shape if length != 1]))
    if not more and not isinstance(dim, list | tuple):
        if not sizes.is_integer(dim):
            raise operands.invalid_combination("squeeze", (dim,))
        at = wrap(dim, len(shape))
        small = bool(shape) and shape[at] == 1
        return SqueezeDim.apply(input, shape[:at] + shape[at + 1 :] if small else shape)
    dims = wrap_all((dim, *more) if more else dim, len(shape)) if more or dim else ()
    kept = [length for at, length in enumerate(shape) if length != 1 or at not in dims]
    return SqueezeDims.apply(input, tuple(kept))
