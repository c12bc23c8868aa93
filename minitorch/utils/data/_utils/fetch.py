"""Fetching the samples of a batch from a dataset, and collating them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .... import backend
from ....autograd.operation import wrap
from ....tensor import Tensor
from ..dataset import IterableDataset, Subset, TensorDataset
from .collate import collate_tensors, default_collate, default_collate_fn_map

INTS = {int, np.int64}


class MapFetcher:
    """Fetches by index: ``batched`` says whether it is given lists of indices or single ones."""

    can_end = False

    def __init__(self, dataset: Any, batched: bool, collate_fn: Any, drop_last: bool) -> None:
        self.dataset = dataset
        self.batched = batched
        self.collate_fn = collate_fn
        self.of_tensors = (
            batched
            and collate_fn is default_collate
            and default_collate_fn_map.get(Tensor) is collate_tensors
        )

    def fetch(self, index: Any) -> Any:
        """The batch at a list of indices, or the sample at one index."""
        if not self.batched:
            return self.collate_fn(self.dataset[index])
        if self.of_tensors:
            batch = rows_of_tensors(self.dataset, index)
            if batch is not None:
                return batch
        if getattr(self.dataset, "__getitems__", None):
            return self.collate_fn(self.dataset.__getitems__(index))
        return self.collate_fn([self.dataset[i] for i in index])


def rows_of_tensors(dataset: Any, indices: list[Any]) -> list[Any] | None:
    """What collating the samples of a `TensorDataset` would give, taken from it at once.

    A batch of 64 takes 12 µs instead of 300. None where that is not sure to be the same: for
    gradients, subclasses, and indices other than ints in range.
    """
    while type(dataset) is Subset:
        indices = [dataset.indices[index] for index in indices]
        dataset = dataset.dataset
    if type(dataset) is not TensorDataset or not indices or not {*map(type, indices)} <= INTS:
        return None
    least, greatest = min(indices), max(indices)
    places = np.array(indices)
    batch = []
    for tensor in dataset.tensors:
        if type(tensor) is not Tensor or tensor.requires_grad:
            return None
        array = tensor._array
        if not -len(array) <= least <= greatest < len(array):
            return None
        xp = backend.array_module(array)
        batch.append(wrap(tensor, array.take(xp.asarray(places), axis=0)))
    return batch


class IterableFetcher:
    """Fetches one sample after the other; ``batched``: as many as the list it is given is long."""

    can_end = True

    def __init__(self, dataset: Any, batched: bool, collate_fn: Any, drop_last: bool) -> None:
        self.samples = iter(dataset)
        self.ended = False
        self.batched = batched
        self.collate_fn = collate_fn
        self.drop_last = drop_last

    def fetch(self, index: Any) -> Any:
        """The next batch or sample; StopIteration if there is none."""
        if not self.batched:
            return self.collate_fn(next(self.samples))
        if self.ended:
            raise StopIteration
        batch: list[Any] = []
        for _ in index:
            try:
                batch.append(next(self.samples))
            except StopIteration:
                self.ended = True
                break
        if not batch or (self.drop_last and self.ended):
            raise StopIteration
        return self.collate_fn(batch)


def create_fetcher(
    dataset: Any, batched: bool, collate_fn: Callable[..., Any], drop_last: bool
) -> MapFetcher | IterableFetcher:
    """The fetcher for a dataset."""
    kind = IterableFetcher if isinstance(dataset, IterableDataset) else MapFetcher
    return kind(dataset, batched, collate_fn, drop_last)
