"""`DataLoader`: the samples of a dataset, in batches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from ...random import Generator
from ...user_warnings import warn
from ._utils.collate import default_collate, default_convert
from ._utils.worker_info import get_worker_info
from .dataset import Dataset, IterableDataset
from .iterators import _BaseDataLoaderIter, _SingleProcessDataLoaderIter
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]

T_co = TypeVar("T_co", covariant=True)


class _InfiniteConstantSampler(Sampler[None]):
    """None, for ever: an `IterableDataset` ends by itself, and needs no index."""

    def __iter__(self) -> Any:
        while True:
            yield None


class DataLoader(Generic[T_co]):
    """Iterate over a dataset in batches: ``for x, y in DataLoader(dataset, batch_size=64):``.

    Which samples, in which order:

    - ``batch_size``: samples a batch; None: single samples, with arrays turned into tensors
    - ``shuffle``: in random order, each time another, drawn from ``generator`` or the default one
    - ``sampler``: the indices in another order; or ``batch_sampler``: lists of indices
    - ``drop_last``: leave out the last batch if it is not full
    - ``collate_fn``: makes a batch of a list of samples; `default_collate` unless given

    In how many processes:

    - ``num_workers``: processes that fetch batches ahead of time; 0: this one does, when asked
    - ``prefetch_factor``: how many batches each of them may be ahead; 2 unless given
    - ``persistent_workers``: keep them for the next pass over the data
    - ``worker_init_fn``: called with 0, 1, … in each worker, when its random modules are seeded
    - ``timeout``: seconds to wait for a batch; RuntimeError after that; 0: wait as long as it takes
    - ``in_order``: False: batches come as they get ready
    - ``multiprocessing_context``: how processes start: "fork", "spawn", "forkserver"
    - ``pin_memory``: put the batches into pinned memory: see `Tensor.pin_memory`;
      ``pin_memory_device`` changes nothing

    The order and the batches are PyTorch's for the same seed. An exception in a worker is raised
    here, with its traceback; a worker that dies is a RuntimeError. ValueError or TypeError for
    arguments that cannot be, or not together.

    >>> _ = mt.manual_seed(0)
    >>> loader = DataLoader(range(5), batch_size=2, shuffle=True)
    >>> len(loader), list(loader)
    (3, [tensor([1, 4]), tensor([2, 3]), tensor([0])])
    """

    dataset: Any
    batch_size: int | None
    num_workers: int
    pin_memory: bool
    drop_last: bool
    timeout: float
    sampler: Any
    pin_memory_device: str
    prefetch_factor: int | None
    _initialized = False

    def __init__(
        self,
        dataset: Dataset[T_co] | Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler[Any] | Iterable[Any] | None = None,
        batch_sampler: Sampler[Any] | Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], None] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        if num_workers > 0 and prefetch_factor is None:
            prefetch_factor = 2
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order

        iterable = isinstance(dataset, IterableDataset)
        if iterable:
            check_iterable(shuffle, sampler, batch_sampler)
        shuffle = bool(shuffle)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, "
                    "and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with "
                "drop_last"
            )
        if sampler is None:
            if iterable:
                sampler = _InfiniteConstantSampler()
            elif shuffle:
                sampler = RandomSampler(self.dataset, generator=generator)
            else:
                sampler = SequentialSampler(self.dataset)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)

        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler: Any = batch_sampler
        self.generator = generator
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self.persistent_workers = persistent_workers
        self._promised: int | None = None  # the length that an IterableDataset was asked for
        self._iterator: Any = None  # with persistent workers: that of the last pass
        self._initialized = True
        self.check_worker_number_rationality()

    def __setattr__(self, name: str, value: Any) -> None:
        if self._initialized and name in FIXED:
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized"
            )
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self) -> Any:
        """How worker processes start: one of `multiprocessing`'s contexts, None for the usual."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context: Any) -> None:
        if context is not None:
            if self.num_workers == 0:
                raise ValueError(
                    "multiprocessing_context can only be used with multi-process loading "
                    f"(num_workers > 0), but got num_workers={self.num_workers}"
                )
            context = processes().checked_context(context)
        self._context = context

    @property
    def _index_sampler(self) -> Any:
        """What gives the indices for one fetch after the other."""
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    @property
    def _fetching(self) -> tuple[Any, ...]:
        """What a fetcher needs to know."""
        return self.dataset, self.batch_sampler is not None, self.collate_fn, self.drop_last

    def __iter__(self) -> _BaseDataLoaderIter:
        if not self.persistent_workers or self.num_workers == 0:
            return self._get_iterator()
        if self._iterator is None or self._iterator.closed:
            self._iterator = self._get_iterator()
        else:
            self._iterator.begin_again(self)
        return self._iterator

    def _get_iterator(self) -> _BaseDataLoaderIter:
        if self.num_workers == 0:
            return _SingleProcessDataLoaderIter(self)
        self.check_worker_number_rationality()
        iterator: _BaseDataLoaderIter = processes()._MultiProcessingDataLoaderIter(self)
        return iterator

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)
        length = self._promised = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return length
        rest = 0 if self.drop_last else self.batch_size - 1
        return (length + rest) // self.batch_size

    def check_worker_number_rationality(self) -> None:
        """Warn of more worker processes than this one may use processors."""
        allowed = hasattr(os, "sched_getaffinity")
        count = len(os.sched_getaffinity(0)) if allowed else os.cpu_count()
        if count is not None and self.num_workers <= count:
            return
        if count is None:
            reason = (
                "DataLoader is not able to compute a suggested max number of worker in current "
                "system."
            )
        else:
            reason = (
                f"Our suggested max number of worker in current system is {count}"
                f"{'' if allowed else ' (`cpuset` is not taken into account)'}, which is smaller "
                "than what this DataLoader is going to create."
            )
        warn(
            f"This DataLoader will create {self.num_workers} worker processes in total. {reason} "
            "Please be aware that excessive worker creation might get DataLoader running slow or "
            "even freeze, lower the worker number to avoid potential slowness/freeze if necessary."
        )


FIXED = "batch_size batch_sampler sampler drop_last dataset persistent_workers".split()


def processes() -> Any:
    """The module for worker processes; importing it takes as long as a fifth of MiniTorch."""
    from . import processes

    return processes


def check_workers(
    num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool
) -> None:
    """Raise PyTorch's error for options about processes that do not go together."""
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to disable "
            "multiprocessing."
        )
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing."
            "let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def check_iterable(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
    """Raise PyTorch's error for an order that an `IterableDataset` cannot take."""
    given = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified {name} option, but got "
                f"{name}={value}"
            )
