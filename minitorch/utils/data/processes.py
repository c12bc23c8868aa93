"""One pass over the data of a `DataLoader` with worker processes.

The parent sends each worker tasks, lists of indices, in turn, up to ``prefetch_factor`` of them
ahead; the worker answers each with a batch. Between the two is a socket and nothing else: there is
no thread, which a fork could find in the middle of something, and no lock, which a worker could
take to its grave. A worker that dies is seen at once, since its end of the socket closes; and it
ends when the parent closes the other end, or dies.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import multiprocessing
import os
import selectors
import signal
import socket
import time
import weakref
from collections import deque
from collections.abc import Callable
from multiprocessing.context import BaseContext
from pickle import PicklingError
from typing import TYPE_CHECKING, Any

from ...user_warnings import warn
from ._utils import worker
from ._utils.channel import Channel, encode
from .iterators import _BaseDataLoaderIter

if TYPE_CHECKING:
    from .dataloader import DataLoader

CHECK = 5.0  # seconds: how often to look whether a silent worker is alive
GRACE = 5.0  # seconds that workers get to finish a batch before they are killed
BOTH = selectors.EVENT_READ | selectors.EVENT_WRITE
END: Any = object()  # what follows the last indices
Selector: Any = getattr(selectors, "PollSelector", selectors.SelectSelector)

NOT_PICKLABLE = (
    "Got pickle error when attempting to start a worker Process. This might be because the worker "
    "Process arguments are not picklable. Python 3.14+ changed the multiprocessing start method in "
    "non-Mac POSIX platforms to 'forkserver', which requires the worker Process arguments to be "
    "picklable. You can also try multiprocessing.set_start_method('fork')."
)

# The parent's ends of all sockets. A process that forks off inherits them, and would keep them open
# when the parent dies: the workers would never learn of it.
_ends: weakref.WeakSet[socket.socket] = weakref.WeakSet()


def _close_ends() -> None:
    for end in list(_ends):
        end.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_ends)


def checked_context(context: Any) -> BaseContext:
    """``context``, or the one of that name; ValueError or TypeError if it is none."""
    if isinstance(context, str):
        methods = multiprocessing.get_all_start_methods()
        if context not in methods:
            raise ValueError(
                f"multiprocessing_context option should specify a valid start method in {methods}, "
                f"but got multiprocessing_context={context!r}"
            )
        return multiprocessing.get_context(context)
    if not isinstance(context, BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string "
            f"specifying the start method, but got multiprocessing_context={context}"
        )
    return context


def stop(workers: list[Worker], parent: int) -> None:
    """Let the workers end, and kill those that do not; nothing in a forked copy of the parent."""
    if os.getpid() != parent:
        return
    for one in workers:
        one.connection.close()
    deadline = time.monotonic() + GRACE
    for one in workers:
        one.process.join(max(0.0, deadline - time.monotonic()))
        if one.process.is_alive():
            one.process.kill()
            one.process.join()


class Worker(Channel):
    """A worker process, as its parent sees it.

    To send is not to wait for a worker that itself waits for its answer to be read: what it answers
    in the meantime goes to ``answers``.
    """

    def __init__(self, context: Any, *args: Any) -> None:
        connection, other_end = socket.socketpair()
        super().__init__(connection)
        _ends.add(connection)
        connection.setblocking(False)
        self.answers: deque[Any] = deque()
        self.deadline = math.inf
        self.active = True  # until its IterableDataset has ended
        self.owes = 0  # how many tasks it has not answered
        self.process = context.Process(target=worker.work, args=(other_end, *args), daemon=True)
        try:
            self.process.start()
        except BaseException:
            connection.close()
            raise
        finally:
            other_end.close()

    def post(self, word: str, indices: Any = None) -> None:
        """Send a task. That the worker is dead is found out when its turn to answer has come."""
        self.deadline = math.inf
        blocks = encode((word, indices))
        with contextlib.suppress(EOFError, ConnectionError):
            self.send(blocks)

    def take(self, timeout: float) -> Any:
        """The next answer; RuntimeError if the worker is dead, or after ``timeout`` seconds."""
        if self.answers:
            return self.answers.popleft()
        self.deadline = time.monotonic() + timeout if timeout else math.inf
        try:
            return self.receive()
        except (EOFError, ConnectionError):
            raise self.death() from None
        except TimeoutError:
            raise timed_out(timeout) from None

    def send_some(self, block: memoryview) -> int:
        while True:
            with contextlib.suppress(BlockingIOError):
                return self.connection.send(block)
            ((_, ready),) = wait_for([self], BOTH, self.deadline)
            if ready & selectors.EVENT_READ:
                self.answers.append(self.receive())

    def receive_into(self, block: memoryview) -> int:
        while True:
            with contextlib.suppress(BlockingIOError):
                return self.connection.recv_into(block)
            wait_for([self], selectors.EVENT_READ, self.deadline)

    def death(self) -> RuntimeError:
        """The error that says what has become of the worker."""
        self.process.join(1.0)  # its connection may close before it is quite gone
        pid, status = self.process.pid, self.process.exitcode
        if status is None:
            reason = "It has closed its connection."
        elif status < 0:
            reason = (
                f"DataLoader worker (pid {pid}) is killed by signal: {signal.strsignal(-status)}."
            )
        else:
            reason = f"Its exit status was {status}."
        return RuntimeError(f"DataLoader worker (pid(s) {pid}) exited unexpectedly\n{reason}")


def timed_out(timeout: float) -> RuntimeError:
    """PyTorch's error for a batch that did not come."""
    return RuntimeError(f"DataLoader timed out after {timeout} seconds")


def wait_for(workers: Any, events: int, deadline: float) -> list[tuple[Worker, int]]:
    """The workers that can be read from or written to; waits until there is one.

    TimeoutError after the deadline; RuntimeError if one is dead though its socket is open, because
    a process that it has started holds it.
    """
    with Selector() as selector:
        for one in workers:
            selector.register(one.connection, events, one)
        while True:
            ready = selector.select(min(CHECK, deadline - time.monotonic()))
            if ready:
                return [(key.data, event) for key, event in ready]
            if time.monotonic() >= deadline:
                raise TimeoutError
            for one in workers:
                if not one.process.is_alive():
                    raise one.death()


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
    """Has worker processes fetch the batches."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        super().__init__(loader)
        if loader.prefetch_factor <= 0:  # type: ignore[operator]
            raise AssertionError(
                "prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter"
            )
        self._in_order = loader.in_order
        self._persistent = loader.persistent_workers
        self._ahead: int = loader.prefetch_factor * self._num_workers  # type: ignore[operator]
        self._workers: list[Worker] = []
        # Called when nobody holds this iterator any more, or at the end of the program.
        self.close = weakref.finalize(self, stop, self._workers, os.getpid())
        context = loader.multiprocessing_context or multiprocessing
        for number in range(self._num_workers):
            how = (self._base_seed, loader.worker_init_fn, number, self._num_workers)
            try:
                self._workers.append(Worker(context, loader._fetching, *how))
            except (TypeError, AttributeError, PicklingError):
                warn(NOT_PICKLABLE)
                raise
        self._begin(loader)  # once more, as PyTorch: a sampler may draw random numbers here
        self._send_first_tasks()

    @property
    def closed(self) -> bool:
        """Whether the workers have been stopped."""
        return not self.close.alive

    def begin_again(self, loader: DataLoader[Any]) -> None:
        """Begin the next pass with the same workers; what is left of the last one is dropped."""
        self._begin(loader)
        for one in self._workers:
            self._or_close(one.post, worker.RESUME)
        for one in self._workers:
            while self._or_close(one.take, self._timeout)[0] != worker.RESUME:
                pass
        self._send_first_tasks()

    def _send_first_tasks(self) -> None:
        for one in self._workers:
            one.active, one.owes = True, 0
        self._owing: deque[Worker] = deque()  # a worker for each task not answered, in order
        self._turns = itertools.cycle(self._workers)
        for _ in range(self._ahead):
            self._send_task()

    def _send_task(self) -> None:
        """Send the next indices, if there are any, to the next worker in turn that takes them."""
        indices = next(self._sampler_iter, END)
        if indices is END:
            return
        most = self._ahead  # for one worker
        if not self._in_order:
            most //= max(1, sum(one.active for one in self._workers))
        for one in itertools.islice(self._turns, len(self._workers)):
            if one.active and (self._in_order or one.owes < most):
                self._or_close(one.post, worker.FETCH, indices)
                self._owing.append(one)
                one.owes += 1
                return

    def _next_data(self) -> Any:
        while self._owing:
            if self.closed:
                raise RuntimeError("The DataLoader's workers were stopped by an earlier error")
            one = self._owing[0] if self._in_order else self._or_close(self._first_ready)
            word, data = self._or_close(one.take, self._timeout)
            self._owing.remove(one)
            one.owes -= 1
            if word == worker.ENDED:
                one.active = False
                self._owing = deque(other for other in self._owing if other is not one)
            self._send_task()
            if word == worker.FAILED:
                raise data.exception()
            if word == worker.FETCH:
                return data
        if not self._persistent:
            self.close()
        raise StopIteration

    def _first_ready(self) -> Worker:
        """The worker that has an answer, or is the first to have one."""
        owing = set(self._owing)
        for one in owing:
            if one.answers:
                return one
        deadline = time.monotonic() + self._timeout if self._timeout else math.inf
        try:
            return wait_for(owing, selectors.EVENT_READ, deadline)[0][0]
        except TimeoutError:
            raise timed_out(self._timeout) from None

    def _or_close(self, action: Callable[..., Any], *args: Any) -> Any:
        """``action(*args)``; if it is broken off, nobody knows what comes next from the workers."""
        try:
            return action(*args)
        except BaseException:
            self.close()
            raise
