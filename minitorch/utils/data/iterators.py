"""One pass over the data of a `DataLoader`, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import cuda
from ...user_warnings import warn
from ._utils.fetch import create_fetcher
from ._utils.pin_memory import pin_memory
from .sampler import random_seed

if TYPE_CHECKING:
    from .dataloader import DataLoader


class _BaseDataLoaderIter:
    """What the passes in one process and in several have in common."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        self._pins = loader.pin_memory and can_pin(loader.pin_memory_device)
        self._dataset = loader.dataset
        self._num_workers = loader.num_workers
        self._index_sampler = loader._index_sampler
        self._timeout = loader.timeout
        # In this order, which is PyTorch's: both may draw from the same generator.
        self._begin(loader)
        self._base_seed = random_seed(loader.generator)

    def _begin(self, loader: DataLoader[Any]) -> None:
        """Begin a pass."""
        self._sampler_iter = iter(self._index_sampler)
        self._num_yielded = 0
        self._promised = loader._promised

    def __iter__(self) -> Any:
        return self

    def _next_data(self) -> Any:
        raise NotImplementedError

    def __next__(self) -> Any:
        data = self._next_data()
        if self._pins:
            data = pin_memory(data)
        self._num_yielded += 1
        if self._promised is not None and self._num_yielded > self._promised:
            self._warn_of_length()
        return data

    def _warn_of_length(self) -> None:
        message = (
            f"Length of IterableDataset {self._dataset} was reported to be {self._promised}"
            f"(when accessing len(dataloader)), but {self._num_yielded} samples have been fetched. "
        )
        if self._num_workers > 0:
            message += (
                "For multiprocessing data-loading, this could be caused by not properly "
                "configuring the IterableDataset replica at each worker. Please see "
                "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for "
                "examples."
            )
        warn(message)

    def __len__(self) -> int:
        return len(self._index_sampler)

    def __getstate__(self) -> Any:
        raise NotImplementedError("{} cannot be pickled", type(self).__name__)


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """Fetches each batch when it is asked for."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        super().__init__(loader)
        if self._timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        self._fetch = create_fetcher(*loader._fetching).fetch

    def _next_data(self) -> Any:
        return self._fetch(next(self._sampler_iter))


def can_pin(device: str) -> bool:
    """Whether there is pinned memory, with PyTorch's warnings."""
    if device:
        warn(
            "pin_memory_device is deprecated, the current accelerator will be used as the device,"
            f"ignore pin_memory_device='{device}'."
        )
    if cuda.is_available():
        return True
    warn(
        "'pin_memory' argument is set as true but no accelerator is found, then device pinned "
        "memory won't be used."
    )
    return False
