"""Whether operations are recorded for backward: ``no_grad``, ``enable_grad``, ``inference_mode``.

The answer belongs to a thread: each thread starts with recording on, as in PyTorch.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any


class State(threading.local):
    """What the current thread does with operations on tensors that require grad."""

    grad = True  # is_grad_enabled()
    inference = False  # is_inference_mode_enabled()
    recording: bool | None = True  # what every operation asks: grad, or None in inference mode
    watching = False  # whether one of the next two is on: see Operation.watch
    anomaly = False  # see anomaly.py
    saved_hooks: tuple[Any, ...] = ()  # see saved_hooks.py
    hooks_refused: str | None = None
    check_nan = True
    running: Any = None  # what the reverse pass goes through: see edges.py
    node: Any = None  # under detect_anomaly: the node that it runs

    def set(self, grad: bool, inference: bool) -> None:
        self.grad = grad
        self.inference = inference
        self.recording = None if inference else grad


state = State()


class _Mode(contextlib.ContextDecorator):
    """A context manager that is also a decorator for functions and generators."""

    def __enter__(self) -> None:
        self.previous = state.grad, state.inference
        state.set(*self.wanted())

    def __exit__(self, *exc: object) -> None:
        state.set(*self.previous)

    def wanted(self) -> tuple[bool, bool]:
        """(grad, inference) inside the context."""
        raise NotImplementedError(f"{type(self).__name__} must say which mode it sets")

    def clone(self) -> _Mode:
        """A fresh context of the same kind: a decorated function may call itself."""
        return type(self)()

    def _recreate_cm(self) -> _Mode:  # what ContextDecorator asks for
        return self.clone()

    def __call__(self, function: Any) -> Any:
        if inspect.isgeneratorfunction(function):
            return self._decorate_generator(function)
        return super().__call__(function)

    def _decorate_generator(self, function: Any) -> Any:
        """The mode holds while the generator runs, and not between its yields."""

        @functools.wraps(function)
        def decorated(*args: Any, **kwargs: Any) -> Any:
            generator = function(*args, **kwargs)
            resume = functools.partial(next, generator)
            while True:
                try:
                    with self.clone():
                        item = resume()
                except StopIteration as stop:
                    return stop.value
                try:
                    resume = functools.partial(generator.send, (yield item))
                except GeneratorExit:
                    with self.clone():
                        generator.close()
                    raise
                except BaseException as error:
                    resume = functools.partial(generator.throw, error)

        return decorated


class _Bare(_Mode):
    """A mode without arguments, which may decorate without parentheses: ``@no_grad``."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        self = super().__new__(cls)
        return self if function is None else self(function)


class no_grad(_Bare):  # noqa: N801 - PyTorch's name
    """Operations inside are not recorded: no graph, no memory kept, no gradient.

    >>> x = mt.ones(2, requires_grad=True)
    >>> with mt.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def wanted(self) -> tuple[bool, bool]:
        return False, state.inference


class enable_grad(_Bare):  # noqa: N801 - PyTorch's name
    """Operations inside are recorded, also within an outer ``no_grad``.

    >>> x = mt.tensor(2.0, requires_grad=True)
    >>> with mt.no_grad():
    ...     y = x * 3
    ...     with mt.enable_grad():
    ...         z = x * 3
    >>> y.requires_grad, z.requires_grad
    (False, True)
    """

    def wanted(self) -> tuple[bool, bool]:
        return True, state.inference


class set_grad_enabled(_Mode):  # noqa: N801 - PyTorch's name
    """Recording on or off, at once when called, and until the end of the block in a ``with``.

    >>> training = False
    >>> with mt.set_grad_enabled(training):
    ...     mt.is_grad_enabled()
    False
    """

    def __init__(self, mode: bool) -> None:
        self.mode = bool(mode)
        self.previous = state.grad, state.inference
        state.set(self.mode, state.inference)

    def __enter__(self) -> None:
        if state.grad is not self.mode:  # a second time in the same block
            state.set(self.mode, state.inference)

    def __call__(self, function: Any) -> Any:
        state.set(*self.previous)  # as a decorator it says something about the function only
        return super().__call__(function)

    def clone(self) -> set_grad_enabled:
        return type(self)(self.mode)


class inference_mode(_Mode):  # noqa: N801 - PyTorch's name
    """As ``no_grad``, and the tensors made inside can never enter a graph.

    >>> x = mt.tensor(2.0, requires_grad=True)
    >>> with mt.inference_mode():
    ...     y = x * 3
    >>> y.requires_grad, y.is_inference()
    (False, True)
    """

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        self = super().__new__(cls)
        if callable(mode):
            self.mode = True
            return self(mode)
        return self

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def wanted(self) -> tuple[bool, bool]:
        return not self.mode, self.mode  # as in PyTorch: inference_mode(False) records

    def clone(self) -> inference_mode:
        return type(self)(self.mode)


def is_grad_enabled() -> bool:
    """Whether operations on tensors that require grad are recorded now.

    >>> with mt.no_grad():
    ...     mt.is_grad_enabled()
    False
    """
    return state.grad


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside ``inference_mode``.

    >>> with mt.inference_mode():
    ...     mt.is_inference_mode_enabled(), mt.is_grad_enabled()
    (True, False)
    """
    return state.inference
