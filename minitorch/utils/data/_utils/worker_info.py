"""`get_worker_info`: in which worker process of a `DataLoader` the program is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """Which worker this is, of how many, its random seed and its copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any
    rng: Any = None
    worker_method: str | None = "multiprocessing"


current: WorkerInfo | None = None  # set in a worker process, when it starts


def get_worker_info() -> WorkerInfo | None:
    """In a worker process: its ``id``, ``num_workers``, ``seed`` and copy of the ``dataset``.

    None in the main process.

    >>> class Numbers(mt.utils.data.IterableDataset):
    ...     def __iter__(self):
    ...         info = mt.utils.data.get_worker_info()
    ...         return iter(range(6) if info is None else range(info.id, 6, info.num_workers))
    >>> list(mt.utils.data.DataLoader(Numbers(), batch_size=3))
    [tensor([0, 1, 2]), tensor([3, 4, 5])]
    """
    return current
