"""``__torch_function__``: which classes are asked what a function does, and how they are asked.

A class may have a class method ``__torch_function__(cls, func, types, args=(), kwargs=None)``. Then
the functions of MiniTorch, and the methods and properties of tensors, do nothing with its instances
but call it, and it says the result. A subclass of `Tensor` inherits one that computes as usual.

A `Dispatched` asks first, and computes if nobody has an answer. It stands in the place of a
function from the first such class on: overrides.py puts it there.
"""

from __future__ import annotations

import functools
import threading
import types
from collections.abc import Callable, Iterable
from typing import Any

from .tensor import Tensor

NAMES: dict[Any, str] = {}  # what a function is called in PyTorch, of those that are dispatched


class State(threading.local):
    """Of each thread: the modes that are on, and whether subclasses are asked."""

    modes: tuple[Any, ...] = ()
    enabled = True


state = State()


class DisableTorchFunctionSubclass:
    """A context in which no class is asked: functions compute as usual."""

    def __enter__(self) -> None:
        self.before = state.enabled
        state.enabled = False

    def __exit__(self, *error: object) -> None:
        state.enabled = self.before


def compute_as_usual(cls: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """What `Tensor.__torch_function__` does: the result as usual, with tensors of class ``cls``."""
    if not all(issubclass(cls, kind) for kind in types):
        return NotImplemented
    with DisableTorchFunctionSubclass():
        result = func(*args, **(kwargs or {}))
    return result if func in get_default_nowrap_functions() else converted(result, cls)


def converted(result: Any, cls: type) -> Any:
    """The tensors in ``result`` as instances of ``cls``."""
    if isinstance(result, Tensor):
        return result if isinstance(result, cls) else result.as_subclass(cls)
    if isinstance(result, tuple | list):
        items = [converted(item, cls) for item in result]
        return type(result)(items)
    return result


def get_default_nowrap_functions() -> set[Any]:
    """Of what `Tensor.__torch_function__` leaves the results as they are: the ``__get__`` of these.

    >>> mt.Tensor.grad.__get__ in mt.overrides.get_default_nowrap_functions()
    True
    """
    return {Tensor.grad.__get__, Tensor._base.__get__}


Tensor.__torch_function__ = classmethod(compute_as_usual)  # type: ignore[attr-defined]


def overridden(kind: type) -> bool:
    """Whether instances of the class ask to be asked."""
    handler = getattr(kind, "__torch_function__", None)
    return handler is not None and getattr(handler, "__func__", handler) is not compute_as_usual


def overloaded(values: Iterable[Any]) -> list[Any]:
    """The values to ask, one of each class, those of subclasses before those of their bases."""
    found: list[Any] = []
    if not state.enabled:
        return found
    for value in values:
        kind = type(value)
        if kind is Tensor or not overridden(kind) or any(type(v) is kind for v in found):
            continue
        place = next((i for i, v in enumerate(found) if issubclass(kind, type(v))), len(found))
        found.insert(place, value)
    return found


def flat(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterable[Any]:
    """The arguments, and what is in those that are lists or tuples."""
    for value in (*args, *kwargs.values()):
        if type(value) in (list, tuple):
            yield from value
        else:
            yield value


def asked(func: Any, relevant: list[Any], args: Any, kwargs: Any) -> Any:
    """What the modes and classes say ``func`` gives; NotImplemented if none of them does."""
    kinds = tuple([type(value) for value in relevant])
    if state.modes:
        *outer, mode = before = state.modes
        state.modes = tuple(outer)
        try:
            result = mode.__torch_function__(func, kinds, args, kwargs)
        finally:
            state.modes = before
        if result is not NotImplemented:
            return result
    for value in relevant:
        result = value.__torch_function__(func, kinds, args, kwargs)
        if result is not NotImplemented:
            return result
    return NotImplemented


class Dispatched:
    """A function that asks the classes of its arguments first; it equals the one it wraps."""

    def __init__(self, name: str, function: Callable[..., Any], operator: bool = False) -> None:
        functools.update_wrapper(self, function)
        self.__name__ = name
        self._function, self._operator, self._func = function, operator, self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        relevant = overloaded(flat(args, kwargs))
        if not relevant and not state.modes:
            return self._function(*args, **kwargs)
        result = asked(self._func, relevant, args, kwargs or None)
        if result is NotImplemented and not self._operator:
            raise refused(self._func, relevant)
        return result

    def __get__(self, tensor: Any, owner: Any = None) -> Any:
        return self if tensor is None or not self.is_method else types.MethodType(self, tensor)

    is_method = False

    def __eq__(self, other: object) -> bool:
        return self is other or self._function is other

    def __hash__(self) -> int:
        return hash(self._function)

    def __repr__(self) -> str:
        return repr(self._function)


class DispatchedMethod(Dispatched):
    """The same for a method."""

    is_method = True


class DispatchedProperty(property):
    """A property that asks the class of its tensor first; ``func`` is its ``__get__``."""

    def __init__(self, name: str, inner: Any) -> None:
        super().__init__(inner.fget, inner.fset, inner.fdel, inner.__doc__)
        self.name = name

    def __get__(self, tensor: Any, owner: Any = None) -> Any:
        if tensor is None:
            return self
        return self.asked(self.__get__, super().__get__, tensor)

    def __set__(self, tensor: Any, value: Any) -> None:
        self.asked(self.__set__, super().__set__, tensor, value)

    def asked(self, func: Any, usual: Any, *args: Any) -> Any:
        relevant = overloaded(args[:1])
        if not relevant and not state.modes:
            return usual(*args)
        result = asked(func, relevant, args, None)
        if result is NotImplemented:
            raise refused(func, relevant)
        return result


def refused(func: Any, relevant: list[Any]) -> TypeError:
    """All that were asked returned NotImplemented."""
    kinds = "".join(f"\n\n  - tensor subclass {type(value)}" for value in relevant)
    return TypeError(
        f"Multiple dispatch failed for '{NAMES.get(func)}'; all __torch_function__ handlers "
        f"returned NotImplemented:{kinds}\n\nFor more information, try re-running with "
        "TORCH_LOGS=not_implemented"
    )
