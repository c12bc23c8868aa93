"""Samplers: in which order the indices of a dataset come, and how they are put into batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

from ... import creation, dtypes, from_data, sampling
from ...ops import drawing
from ...random import Generator

T_co = TypeVar("T_co", covariant=True)


# Where the data will go (`set_default_device`) does not matter here: orders are drawn on the CPU.


def random_seed(generator: Generator | None) -> int:
    """A seed in [0, 2⁶³), drawn from ``generator``; None is the default one."""
    number = creation.empty((), dtype=dtypes.int64, device="cpu")
    return int(drawing.random_(number, generator=generator).item())


def random_order(n: int, generator: Generator | None) -> list[int]:
    """The numbers 0 … n − 1 in random order, drawn from ``generator``; None is the default one."""
    order: list[int] = sampling.randperm(n, generator=generator, device="cpu").tolist()
    return order


class Sampler(Generic[T_co]):
    """Gives indices, or lists of them: a subclass says ``__iter__``, and most say ``__len__``.

    >>> class Backwards(Sampler):
    ...     def __iter__(self):
    ...         return iter([2, 1, 0])
    >>> list(mt.utils.data.DataLoader("abc", sampler=Backwards()))
    [['c'], ['b'], ['a']]
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """0, 1, 2 … up to the length of ``data_source``.

    >>> list(mt.utils.data.SequentialSampler("abc"))
    [0, 1, 2]
    """

    data_source: Sized

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The indices of ``data_source`` in random order; with ``replacement`` any of them each time.

    ``num_samples`` indices, by default one for each sample; if there are more, one order follows
    another. Without a ``generator`` each pass seeds one of its own from the default generator.
    TypeError or ValueError for arguments that cannot be.

    >>> list(RandomSampler("abcde", generator=mt.Generator().manual_seed(0)))
    [4, 0, 1, 3, 2]
    """

    data_source: Sized
    replacement: bool

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        check_positive("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many indices a pass gives; the length of the data, which may change, by default."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, generator = len(self.data_source), self.generator
        if generator is None:
            generator = Generator().manual_seed(random_seed(None))
        if not self.replacement:
            for _ in range(self.num_samples // n):
                yield from random_order(n, generator)
            yield from random_order(n, generator)[: self.num_samples % n]
            return
        # By 32, as PyTorch does: somebody else may draw from the same generator between them.
        whole, rest = divmod(self.num_samples, 32)
        for count in [*itertools.repeat(32, whole), rest]:
            drawn = sampling.randint(n, (count,), generator=generator, device="cpu")
            yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """The given ``indices`` in random order.

    >>> list(SubsetRandomSampler([10, 20, 30], generator=mt.Generator().manual_seed(0)))
    [30, 10, 20]
    """

    indices: Sequence[int]

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for place in random_order(len(self.indices), self.generator):
            yield self.indices[place]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """``num_samples`` of the indices 0 … len(weights) − 1, index i with a chance ∝ ``weights[i]``.

    Without ``replacement`` no index comes twice. ValueError for arguments that cannot be.

    >>> g = mt.Generator().manual_seed(0)
    >>> list(WeightedRandomSampler([1.0, 2.0, 0.0, 3.0], 6, generator=g))
    [3, 3, 1, 3, 3, 3]
    """

    weights: Any
    num_samples: int
    replacement: bool

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        check_positive("num_samples", num_samples, of_bool=False)
        check_bool("replacement", replacement)
        self.weights = from_data.as_tensor(weights, dtype=dtypes.float64)
        if self.weights.ndim != 1:
            raise ValueError(
                "weights should be a 1d sequence but given weights have shape "
                f"{tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        drawn = sampling.multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of ``batch_size`` indices from ``sampler``; the last may be shorter, or is dropped.

    ValueError for arguments that cannot be.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self, sampler: Sampler[int] | Iterable[int], batch_size: int, drop_last: bool
    ) -> None:
        check_positive("batch_size", batch_size, of_bool=False)
        check_bool("drop_last", drop_last)
        self.sampler: Any = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        rest = 0 if self.drop_last else self.batch_size - 1
        return int((len(self.sampler) + rest) // self.batch_size)


def check_positive(name: str, value: Any, of_bool: bool = True) -> None:
    """Raise PyTorch's error unless ``value`` is a positive int."""
    if not isinstance(value, int) or (isinstance(value, bool) and not of_bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def check_bool(name: str, value: Any) -> None:
    """Raise PyTorch's error unless ``value`` is a bool."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} should be a boolean value, but got {name}={value}")
