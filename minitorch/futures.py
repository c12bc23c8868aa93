"""``mt.futures``: values that come later, under PyTorch's names.

The standard library's ``concurrent.futures.Future`` keeps the value, wakes up those who wait for
it, and calls back.
"""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from . import backend
from .devices import device

__all__ = ["Future", "collect_all", "wait_all"]

T = TypeVar("T")
S = TypeVar("S")

ARGUMENTS = "incompatible function arguments. The following argument types are supported:\n    1. "


class Future(Generic[T]):
    """A value that another thread will bring.

    ``devices`` are the GPUs that tensors in it may be on.

    >>> future = mt.futures.Future()
    >>> double = future.then(lambda done: 2 * done.value())
    >>> future.done()
    False
    >>> future.set_result(5)
    >>> future.wait(), double.wait()
    (5, 10)
    """

    def __init__(self, *, devices: Sequence[Any] | None = None) -> None:
        for one in map(device, devices or ()):
            if one.index is None:
                raise ValueError(f"Expected devices to have indices, got {one}")
            if not backend.has_gpu():
                raise RuntimeError("PyTorch is not linked with support for cuda devices")
        self._held: concurrent.futures.Future[T] = concurrent.futures.Future()

    def done(self) -> bool:
        """Whether there is a result or an exception."""
        return self._held.done()

    def wait(self) -> T:
        """The result, as soon as there is one; raises the exception if it is one."""
        return self._held.result()

    def value(self) -> T:
        """The result that is there; RuntimeError if there is none yet."""
        if not self.done():
            raise RuntimeError("The Future is not completed: it has no value yet. Use wait().")
        return self._held.result()

    def set_result(self, result: T) -> None:
        """Bring the result, once; who waits goes on, and callbacks run."""
        self._complete(self._held.set_result, result)

    def set_exception(self, result: Any) -> None:
        """Bring an exception in the place of a result."""
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        self._complete(self._held.set_exception, result)

    def _complete(self, complete: Callable[[Any], None], what: Any) -> None:
        try:
            complete(what)
        except concurrent.futures.InvalidStateError:
            raise RuntimeError(
                "Attempting to mark a completed Future as complete again. Note that a Future can "
                "only be marked completed once."
            ) from None

    def add_done_callback(self, callback: Callable[[Future[T]], Any]) -> None:
        """Call ``callback(self)`` when it is done: at once if it is. Its errors are only logged."""
        if not callable(callback):
            raise TypeError(
                f"add_done_callback(): {ARGUMENTS}(self: torch._C.Future, "
                "arg0: collections.abc.Callable) -> None"
            )
        self._held.add_done_callback(lambda _: callback(self))

    def then(self, callback: Callable[[Future[T]], S]) -> Future[S]:
        """The future of ``callback(self)``, which is called when this one is done."""
        if not callable(callback):
            raise TypeError(
                f"then(): {ARGUMENTS}(self: torch._C.Future, "
                "arg0: collections.abc.Callable) -> torch._C.Future"
            )
        following: Future[S] = Future()

        def call(future: Future[T]) -> None:
            try:
                result = callback(future)
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
                failed = RuntimeError(f"Got the following error when running the callback: {said}")
                failed.__cause__ = error
                following.set_exception(failed)
            else:
                following.set_result(result)

        self.add_done_callback(call)
        return following

    def __reduce__(self) -> Any:
        raise RuntimeError("Can not pickle torch.futures.Future")


def collect_all(futures: Sequence[Future[Any]]) -> Future[list[Future[Any]]]:
    """A future of the list of ``futures``, done when all of them are.

    If one of them has an exception, it has that of the first such.

    >>> first, second = mt.futures.Future(), mt.futures.Future()
    >>> both = mt.futures.collect_all([first, second])
    >>> first.set_result(1)
    >>> both.done()
    False
    >>> second.set_result(2)
    >>> [future.value() for future in both.wait()]
    [1, 2]
    """
    listed = isinstance(futures, list | tuple)
    if not (listed and all(isinstance(future, Future) for future in futures)):
        raise TypeError(
            f"_collect_all(): {ARGUMENTS}(arg0: collections.abc.Sequence[torch._C.Future]) "
            "-> torch._C.Future"
        )
    futures = list(futures)
    together: Future[list[Future[Any]]] = Future()
    lock = threading.Lock()
    missing = len(futures)

    def count(_: Future[Any]) -> None:
        nonlocal missing
        with lock:
            missing -= 1
            if missing:
                return
        complete()

    def complete() -> None:
        errors = [future._held.exception() for future in futures]
        error = next((error for error in errors if error is not None), None)
        if error is None:
            together.set_result(futures)
        else:
            together.set_exception(error)

    for future in futures:
        future.add_done_callback(count)
    if not futures:
        complete()
    return together


def wait_all(futures: Sequence[Future[Any]]) -> list[Any]:
    """The results of all ``futures``, when they are done; raises the first exception.

    >>> futures = [mt.futures.Future() for _ in range(2)]
    >>> for number, future in enumerate(futures):
    ...     future.set_result(number)
    >>> mt.futures.wait_all(futures)
    [0, 1]
    """
    return [future.wait() for future in collect_all(futures).wait()]
