"""Dimensions as users give them: negative ones count from the end; wrong ones are refused."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from typing import Any

from ..autograd.graph import TensorBase
from .sizes import long

# Functions that only add arguments with names to another one: without names it does the same.
WITHOUT_NAMES: dict[Callable[..., Any], Callable[..., Any]] = {}


def wrap(dim: Any, ndim: int, caller: str = "", position: int = 1) -> int:
    """``dim`` counted from the front. A tensor without dimensions takes 0 and -1, as in PyTorch.

    Where it is no integer, the error names the ``caller`` and the argument's position.
    """
    if type(dim) is not int:
        dim = index(dim, caller, position)
    if 0 <= dim < ndim:
        return dim
    ndim = ndim or 1
    if not -ndim <= dim < ndim:
        long(dim)
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], "
            f"but got {dim})"
        )
    return dim % ndim


def wrap_all(dims: Any, ndim: int) -> tuple[int, ...]:
    """One dimension or several, in ascending order, for a reduction; None and ``()`` mean all."""
    if type(dims) is int and ndim:
        return (wrap(dims, ndim),)
    if dims is None:
        return tuple(range(ndim))
    if not isinstance(dims, list | tuple):
        dims = (dims,)
    wrapped = sorted([wrap(dim, ndim) for dim in dims])
    for dim, after in itertools.pairwise(wrapped):
        if dim == after:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")
    return tuple(wrapped) if wrapped and ndim else tuple(range(ndim))


def index(dim: Any, caller: str = "", position: int = 1) -> int:
    """A dimension that is no plain int: an integer tensor or NumPy integer; not a bool."""
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        where = f"{caller}(): argument 'dim' (position {position})" if caller else "argument 'dim'"
        raise TypeError(f"{where} must be int, not {type(dim).__name__}")
    return operator.index(dim)


def refuse_empty(name: str, shape: tuple[int, ...], dims: tuple[int, ...]) -> None:
    """Refuse what cannot be said of no elements, such as their maximum."""
    for dim in dims:
        if dim < len(shape) and shape[dim] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


def rename(kwargs: dict[str, Any]) -> None:
    """NumPy's names ``axis`` and ``keepdims`` stand for ``dim`` and ``keepdim``, as in PyTorch."""
    if "axis" in kwargs:
        kwargs["dim"] = kwargs.pop("axis")
    if "keepdims" in kwargs:
        kwargs["keepdim"] = kwargs.pop("keepdims")


def takes_axis(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with NumPy's names of arguments as well."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            rename(kwargs)
        return function(*args, **kwargs)

    WITHOUT_NAMES[call] = function
    return call


def also_named(**names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: arguments have second names, as PyTorch's functions of several signatures.

    ``also_named(self="input")`` takes ``self=`` for ``input=``.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **{names.get(key, key): kwargs[key] for key in kwargs})

        WITHOUT_NAMES[call] = function
        return call

    return decorate


def over_dims(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with NumPy's names of arguments, and a tensor for ``dim`` that holds one."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            rename(kwargs)
            if isinstance(kwargs.get("dim"), TensorBase):
                kwargs["dim"] = operator.index(kwargs["dim"])  # not the other operand of `max`
        return function(*args, **kwargs)

    WITHOUT_NAMES[call] = function
    return call
