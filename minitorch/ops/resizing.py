"""Giving a tensor another shape in place: `resize_`, `set_`, and views of itself such as `t_`.

After ``x.t_()`` the object ``x`` is what ``x.t()`` would be, with its history. Older views of ``x``
find themselves in its memory: `memory_views.find`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, dtypes
from ..autograd.graph import TensorBase
from ..autograd.modes import state
from ..autograd.views import bump, check_writable, take_history
from ..memory_formats import contiguous_format, inverse, order, preserve_format
from . import memory_views, operands, shape as shape_, sizes, transposing
from .expanding import strided
from .memory_views import memory_of, offset_of

# PyTorch counts the in-place forms of a node's name on from the others.
LATER = {"SqueezeBackward": 3}


def resized(array: Any, shape: tuple[int, ...]) -> Any:
    """The memory of ``array``, from its first element on, in ``shape``; more of it if need be."""
    if array.shape == shape:
        return array
    xp = backend.array_module(array)
    memory = memory_of(xp, array)[offset_of(array) :]
    fresh = xp.empty(shape, array.dtype)
    if fresh.size <= memory.size:
        return strided(xp, memory, shape, fresh.strides)
    fresh.reshape(-1)[: memory.size] = memory
    return fresh


def in_order(array: Any, dims: tuple[int, ...]) -> Any:
    """A row-major array, with its elements in memory by ``dims``, the slowest first."""
    return array.reshape([array.shape[dim] for dim in dims]).transpose(inverse(dims))


def resize_(self: Any, *size: Any, memory_format: Any = contiguous_format) -> Any:
    """Give this tensor another size, in row-major order of its memory or in the one given.

    New elements are arbitrary.

    Where the memory is too small the tensor gets another, which views of the old one do not share.

    >>> import minitorch as mt
    >>> mt.arange(6).resize_(2, 2)
    tensor([[0, 1],
            [2, 3]])
    """
    if not size:
        raise TypeError('resize_() missing 1 required positional arguments: "size"')
    shape = sizes.sizes(size, "resize_")
    if self.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    if any(length < 0 for length in shape):
        raise RuntimeError("numel: integer multiplication overflow")
    if memory_format is preserve_format:
        raise RuntimeError("Unsupported memory formatPreserve")
    if self._array.shape == shape:
        return self
    array = resized(self._array, shape)
    if memory_format is not contiguous_format:
        array = in_order(array, order(array, memory_format))
    return replaced(self, array)


def resize_as_(self: Any, the_template: Any, *, memory_format: Any = contiguous_format) -> Any:
    """Give this tensor the size of another one: `resize_`.

    >>> import minitorch as mt
    >>> mt.arange(4).resize_as_(mt.zeros(2, 2))
    tensor([[0, 1],
            [2, 3]])
    """
    return resize_(self, the_template._array.shape, memory_format=memory_format)


def set_(self: Any, source: Any = None) -> Any:
    """Let this tensor be another one's memory, size and steps; without ``source``, of no elements.

    >>> import minitorch as mt
    >>> x, y = mt.zeros(2), mt.ones(3)
    >>> x.set_(y).add_(1)
    tensor([2., 2., 2.])
    >>> y
    tensor([2., 2., 2.])
    """
    if source is None:
        source = self.new_empty(0)
    if not isinstance(source, TensorBase):
        raise operands.invalid_combination("set_", (source,))
    have, given = dtypes.of(self._array), dtypes.of(source._array)
    if have is not given:
        raise RuntimeError(
            f"Could not set tensor of type {dtypes.C_TYPE[given]} to a tensor of type "
            f"{dtypes.C_TYPE[have]}"
        )
    check_writable(self)
    return replaced(self, source._array)


def replaced(self: Any, array: Any) -> Any:
    """``self``, which holds ``array`` now; no view of its base any more if that is other memory."""
    self._array = array
    bump(self)
    view = self._view
    if view is not None:
        whole = view.base._array
        step = memory_views.find(whole, array) if array.dtype == whole.dtype else None
        if step is None:
            self._view = None
        else:
            view.start, view.steps = whole, (step,)
    return self


def itself(function: Callable[..., Any]) -> Callable[..., Any]:
    """The in-place form of ``function``, which returns a view: ``x.t_()`` from ``t``."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        check_writable(self)
        result = function(self, *args, **kwargs)
        self._array = result._array
        bump(self)
        if self._view is not None:
            self._view.steps += result._view.steps[-1:]
            if state.recording:
                self._view.version = self._counter[0]
        if result._grad_fn is not None:
            take_history(self, result._grad_fn, result._output_nr)
            name, number = self._grad_fn.torch_name[:-1], int(self._grad_fn.torch_name[-1])
            self._grad_fn.torch_name = f"{name}{number + LATER.get(name, 1)}"
        return self

    name = function.__name__ + "_"
    method.__name__ = method.__qualname__ = name
    method.__doc__ = (
        f"In-place form of `{function.__name__}`: this tensor becomes the view that it returns."
    )
    return method


squeeze_ = itself(shape_.squeeze)
unsqueeze_ = itself(shape_.unsqueeze)
turned = itself(transposing.t)


def t_(self: Any) -> Any:
    """In-place form of `t`: this tensor becomes the view that it returns."""
    transposing.refuse_more(self, "t_")
    return turned(self)


transpose_ = itself(transposing.transpose)
as_strided_ = itself(memory_views.as_strided)
