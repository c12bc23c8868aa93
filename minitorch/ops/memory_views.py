"""Views by arithmetic on memory: windows (`unfold`) and any lengths and steps (`as_strided`)."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..autograd.operation import Operation, wrap as constant
from ..autograd.views import Step, View
from . import sizes
from .dims import wrap
from .expanding import strided
from .places import counts


class Unfold(Operation):
    """Windows of ``size`` places, ``step`` apart, along ``dim``; as a last dimension."""

    is_view = True

    def forward(self, xp: Any, x: Any, dim: Any, size: Any, step: Any) -> Any:
        self.sizes = x.shape
        if not x.ndim:
            return x.reshape(1)[:size]
        shape, strides = list(x.shape), list(x.strides)
        shape[dim] = (x.shape[dim] - size) // step + 1
        strides[dim] *= step
        return strided(xp, x, (*shape, size), (*strides, x.strides[dim]))

    def grad_x(self, grad: Any, dim: Any, size: Any, step: Any) -> Any:
        if not self.sizes:
            return grad.sum()
        count = grad._array.shape[dim]
        xp = backend.array_module(grad._array)
        places = (xp.arange(count) * step)[:, None] + xp.arange(size)
        windows = grad.movedim(-1, dim + 1).flatten(dim, dim + 1)
        whole = grad.new_zeros(self.sizes)
        return whole.index_add(dim, constant(grad, places.reshape(-1)), windows)


class AsStrided(Operation):
    """The memory of ``x``, from ``offset`` after its first element, with any lengths and steps."""

    is_view = True

    def forward(self, xp: Any, x: Any, size: Any, stride: Any, offset: Any) -> Any:
        memory, own = memory_of(xp, x), offset_of(x)
        check_within(memory, size, stride, own + offset)
        self.own = x.shape, steps_of(x), own, memory.size
        steps = tuple([step * x.itemsize for step in stride])
        return strided(xp, memory[own + offset :], size, steps)

    def grad_x(self, grad: Any, size: Any, stride: Any, offset: Any) -> Any:
        """Gradients of one place in memory add up; those of an input's shared place are divided."""
        xp = backend.array_module(grad._array)
        *own, length = self.own
        seen, given = places(xp, size, stride, own[2] + offset), places(xp, *own)
        memory = grad.new_zeros(length).index_add(0, constant(grad, seen), grad.reshape(-1))
        shared = counts(xp, given, length)[given].reshape(own[0])
        result = memory[constant(grad, given)].reshape(own[0])
        return result / constant(grad, shared)


def check_within(memory: Any, size: Any, stride: Any, offset: int) -> None:
    """Refuse a view that begins before the vector ``memory``, or ends behind it."""
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if 0 in size:
        return
    last = sum([(n - 1) * step for n, step in zip(size, stride, strict=True)])
    needed = (offset + last + 1) * memory.itemsize
    if needed > memory.nbytes:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and "
            f"itemsize {memory.itemsize} requiring a storage size of {needed} are out of bounds "
            f"for storage of size {memory.nbytes}"
        )


def find(now: Any, sought: Any) -> Step | None:
    """The step from a tensor that holds the array ``now`` to one that holds ``sought``.

    None where the two lie in different memory.
    """
    xp = backend.array_module(now)
    if owner_of(xp, now) is not owner_of(xp, sought):
        return None
    return AsStrided, (sought.shape, steps_of(sought), offset_of(sought) - offset_of(now))


View.find = staticmethod(find)


def memory_of(xp: Any, x: Any) -> Any:
    """All the memory that ``x`` is a view of, as a vector of its dtype."""
    whole = bytes_of(xp, x)
    return whole[: whole.size // x.itemsize * x.itemsize].view(x.dtype)


def bytes_of(xp: Any, x: Any) -> Any:
    """All the memory that ``x`` is a view of, as a vector of bytes."""
    owner = owner_of(xp, x)
    return strided(xp, owner, (owner.size,), (owner.itemsize,)).view("uint8")


def owner_of(xp: Any, x: Any) -> Any:
    """The array that ``x`` is a view of, or ``x`` itself."""
    while True:
        base = x.base
        if not isinstance(base, xp.ndarray):
            base = getattr(base, "base", None)  # NumPy's as_strided puts an object in between
            if not isinstance(base, xp.ndarray):
                return x
        x = base


def offset_of(x: Any) -> int:
    """How many elements of its memory lie before the first one of ``x``."""
    xp = backend.array_module(x)
    return (backend.address(x) - backend.address(memory_of(xp, x))) // x.itemsize


def steps_of(x: Any) -> tuple[int, ...]:
    """The strides of ``x`` in elements."""
    return tuple([step // x.itemsize for step in x.strides])


def places(xp: Any, size: tuple[int, ...], stride: tuple[int, ...], offset: int) -> Any:
    """Where in memory the elements of a view lie, as a vector."""
    place = xp.full((), offset, dtype="int64")
    for length, step in zip(size, stride, strict=True):
        place = place[..., None] + xp.arange(length) * step
    return place.reshape(-1)


def unfold(self: Any, dimension: int, size: int, step: int) -> Any:
    """Windows of ``size`` places, ``step`` apart, along ``dimension``, as a view.

    What is in a window is the last dimension of the result.

    >>> import minitorch as mt
    >>> mt.arange(5).unfold(0, 3, 1)
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])
    """
    shape = self._array.shape
    dim = wrap(dimension, len(shape))
    whole = shape[dim] if shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > whole:
        raise RuntimeError(
            f"maximum size for tensor at dimension {dim} is {whole} but size is {size}"
        )
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return Unfold.apply(self, dim, size, step)


def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """A view of ``input``'s memory with any lengths and steps.

    Element (i, j, ...) lies at storage_offset + i * stride[0] + j * stride[1] + ... Several
    elements may share a place; their gradients add up.

    >>> import minitorch as mt
    >>> mt.arange(4).as_strided((2, 3), (1, 1))
    tensor([[0, 1, 2],
            [1, 2, 3]])
    """
    array = input._array
    lengths = sizes.sizes((size,), "as_strided")
    steps = sizes.sizes((stride,), "as_strided", "stride")
    if len(lengths) != len(steps):
        raise RuntimeError("mismatch in length of strides and shape")
    offset = offset_of(array) if storage_offset is None else int(storage_offset)
    if any(step < 0 for step in steps):
        raise RuntimeError(
            "as_strided: Negative strides are not supported at the moment, "
            f"got strides: {list(steps)}"
        )
    if any(length < 0 for length in lengths):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(lengths)} and "
            f"strides={list(steps)}"
        )
    return AsStrided.apply(input, lengths, steps, offset - offset_of(array))


class AsStridedScatter(Operation):
    """The memory of ``input`` with the places that `AsStrided` sees replaced; copies."""

    def forward(self, xp: Any, input: Any, src: Any, size: Any, stride: Any, offset: Any) -> Any:
        seen = places(xp, size, stride, offset)
        self.save(seen=seen)
        result = input.copy(order="C")
        result.reshape(-1)[seen] = src.reshape(-1)
        return result

    def grad_input(self, grad: Any, seen: Any) -> Any:
        flat = grad.reshape(-1)
        return flat.index_fill(0, seen, 0).reshape(grad._array.shape)

    def grad_src(self, grad: Any, size: Any, seen: Any) -> Any:
        return grad.reshape(-1)[seen].reshape(size)


def as_strided_scatter(
    input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None
) -> Any:
    """``input`` with the places that `as_strided` would show replaced by ``src``; copies.

    >>> import minitorch as mt
    >>> mt.as_strided_scatter(mt.zeros(2, 2), mt.ones(2), (2,), (3,))
    tensor([[1., 0.],
            [0., 1.]])
    """
    whole = input.contiguous()
    part = as_strided(whole.detach(), size, stride, storage_offset or 0)
    if src._array.shape != part._array.shape:
        raise RuntimeError(
            "expected src to have a size equal to the slice of self. src size = "
            f"{list(src._array.shape)}, slice size = {list(part._array.shape)}"
        )
    return AsStridedScatter.apply(
        whole, src.to(input), tuple(size), tuple(stride), storage_offset or 0
    )


def storage_offset(self: Any) -> int:
    """How many elements of the memory that this tensor is a view of lie before its first one.

    >>> import minitorch as mt
    >>> mt.zeros(3, 4)[1:].storage_offset()
    4
    """
    return offset_of(self._array)
