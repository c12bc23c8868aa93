"""What runs in a worker process: take a task, send the batch, until the parent hangs up."""

from __future__ import annotations

import random as python_random
import traceback
from socket import socket
from typing import Any

import numpy as np

from .... import random
from . import worker_info
from .channel import Channel, encode
from .fetch import create_fetcher
from .worker_info import WorkerInfo

# The first half of a message. A task is (FETCH, indices), its answer (FETCH, batch), (FAILED, a
# Failure), (ENDED, None), or none once an `IterableDataset` has ended. A new pass over the data
# begins with (RESUME, None), which is also the answer.
FETCH, FAILED, ENDED, RESUME = "fetch", "failed", "ended", "resume"


class Failure:
    """An exception that a worker sends to its parent, with its traceback as text."""

    def __init__(self, error: BaseException, worker_id: int) -> None:
        self.kind: Any = type(error)
        where = f"in DataLoader worker process {worker_id}"
        text = "".join(traceback.format_exception(error))
        self.text = f"Caught {self.kind.__name__} {where}.\nOriginal {text}"

    def encoded(self) -> list[Any]:
        """The blocks to send; a RuntimeError's if the class cannot travel."""
        try:
            return encode((FAILED, self))
        except Exception:
            self.kind = RuntimeError
            return encode((FAILED, self))

    def exception(self) -> BaseException:
        """An exception of the same class, whose message has the traceback."""
        try:
            error: BaseException = self.kind(
                KeyErrorText(self.text) if self.kind is KeyError else self.text
            )
        except Exception:  # it wants other arguments
            return RuntimeError(self.text)
        return error


class KeyErrorText(str):
    """The message of a KeyError, which would print its quoted form."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def seed_everything(base_seed: int, worker_id: int) -> int:
    """Seed all three random modules, each worker's differently, as PyTorch does; the seed."""
    seed = base_seed + worker_id
    python_random.seed(seed)
    random.manual_seed(seed)
    words = np.random.SeedSequence([worker_id, base_seed & 0xFFFFFFFF, base_seed >> 32, 0])
    np.random.seed(words.generate_state(4))  # noqa: NPY002 (datasets draw from it)
    return seed


class Answers:
    """What a worker answers to its tasks; ``how`` are the arguments of `create_fetcher`."""

    def __init__(self, how: tuple[Any, ...], worker_init_fn: Any, worker_id: int) -> None:
        self.how = how
        self.worker_id = worker_id
        self.failed: Failure | None = None  # what kept the worker from beginning
        self.begin(worker_init_fn)

    def begin(self, worker_init_fn: Any = None) -> None:
        """Begin a pass over the data."""
        self.ended = False
        try:
            if worker_init_fn is not None:
                worker_init_fn(self.worker_id)
            self.fetcher = create_fetcher(*self.how)
        except Exception as error:
            self.failed = Failure(error, self.worker_id)

    def answer(self, word: str, indices: Any) -> list[Any]:
        """The answer to a task, or nothing; encoded here, so that what cannot travel fails here."""
        if word == RESUME:
            self.begin()
            return encode((RESUME, None))
        if self.ended:
            return []
        if self.failed is not None:
            return self.failed.encoded()
        try:
            return encode((FETCH, self.fetcher.fetch(indices)))
        except Exception as error:
            if isinstance(error, StopIteration) and self.fetcher.can_end:
                self.ended = True
                return encode((ENDED, None))
            return Failure(error, self.worker_id).encoded()


def work(
    connection: socket,
    how: tuple[Any, ...],
    base_seed: int,
    worker_init_fn: Any,
    worker_id: int,
    num_workers: int,
) -> None:
    """Answer tasks, in the order in which they come, until the parent hangs up or is no more."""
    channel = Channel(connection)
    try:
        seed = seed_everything(base_seed, worker_id)
        worker_info.current = WorkerInfo(worker_id, num_workers, seed, how[0])
        answers = Answers(how, worker_init_fn, worker_id)
        while True:
            channel.send(answers.answer(*channel.receive()))
    except (EOFError, ConnectionError, KeyboardInterrupt):
        pass  # an interrupt has reached the parent as well, which says so
    finally:
        worker_info.current = None
        connection.close()
