"""`DistributedSampler`: each of several processes takes its share of the indices."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ...random import Generator
from .sampler import Sampler, random_order


class DistributedSampler(Sampler[int]):
    """Process ``rank`` of ``num_replicas`` takes every ``num_replicas``-th index, from ``rank`` on.

    All have the same order, from ``seed + epoch``, and as many indices: what is missing is filled
    up from the start, or with ``drop_last`` the rest is left out. ValueError if the rank is none.

    >>> [list(DistributedSampler(range(5), 2, rank, shuffle=False)) for rank in range(2)]
    [[0, 2, 4], [1, 3, 0]]
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None or rank is None:
            raise ValueError(
                "Default process group has not been initialized, please make sure to call "
                "init_process_group.\nGive both num_replicas and rank."
            )
        if rank >= num_replicas or rank < 0:
            raise ValueError(
                f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]"
            )
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        count = len(dataset)
        self.num_samples = count // num_replicas if drop_last else math.ceil(count / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self) -> Iterator[int]:
        order = list(range(len(self.dataset)))
        if self.shuffle:
            order = random_order(len(order), Generator().manual_seed(self.seed + self.epoch))
        while len(order) < self.total_size:
            order += order[: self.total_size - len(order)]
        return iter(order[self.rank : self.total_size : self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Another ``epoch`` is another order; without it all passes have the same."""
        self.epoch = epoch
