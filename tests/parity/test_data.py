"""Datasets, samplers and loaders: the same batches in the same order, the same random numbers."""

from __future__ import annotations

import inspect
import random
from collections import OrderedDict, namedtuple
from importlib import import_module
from types import MappingProxyType

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt
from tests.parity.programs import agree

NAMES = (
    "Dataset IterableDataset TensorDataset StackDataset ConcatDataset ChainDataset Subset "
    "random_split Sampler SequentialSampler RandomSampler SubsetRandomSampler BatchSampler "
    "WeightedRandomSampler DistributedSampler DataLoader default_collate default_convert "
    "get_worker_info"
).split()
HOMES = {
    "dataset": "Dataset IterableDataset TensorDataset StackDataset ConcatDataset ChainDataset "
    "Subset random_split",
    "sampler": "Sampler SequentialSampler RandomSampler SubsetRandomSampler WeightedRandomSampler "
    "BatchSampler",
    "dataloader": "DataLoader default_collate default_convert get_worker_info",
    "distributed": "DistributedSampler",
    "_utils.collate": "collate default_collate default_convert default_collate_fn_map",
}


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(lib.utils.data, name)) for lib in (mt, torch))
    assert [(p.name, p.kind) for p in ours.parameters.values()] == [
        (p.name, p.kind) for p in theirs.parameters.values()
    ]
    if name == "random_split":
        return  # its default is a generator
    for parameter in ours.parameters.values():
        assert parameter.default == theirs.parameters[parameter.name].default


@pytest.mark.parametrize("home", HOMES)
def test_names_are_where_programs_import_them_from(home):
    for lib in ("minitorch", "torch"):
        module = import_module(f"{lib}.utils.data.{home}")
        assert [name for name in HOMES[home].split() if not hasattr(module, name)] == []


def dataset(torch, n=11):
    return torch.utils.data.TensorDataset(torch.randn(n, 3), torch.arange(n))


def two_passes(torch, loader):
    """All batches of two passes, and a random number drawn after each of them."""
    for _ in range(2):
        yield list(loader)
        yield torch.rand(1)


OPTIONS = [
    {},
    {"batch_size": 4},
    {"batch_size": 4, "drop_last": True},
    {"batch_size": None},
    {"batch_size": 4, "shuffle": True},
    {"batch_size": None, "shuffle": True},
    {"batch_size": 4, "shuffle": True, "generator": True},
    {"batch_size": 4, "generator": True},
    {"batch_size": 4, "shuffle": True, "num_workers": 2},
    {"batch_size": 4, "shuffle": True, "num_workers": 2, "generator": True},
    {"batch_size": 4, "shuffle": True, "num_workers": 2, "persistent_workers": True},
    {"batch_size": 4, "shuffle": True, "num_workers": 1, "prefetch_factor": 1},
    {"batch_size": None, "shuffle": True, "num_workers": 2},
]


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_batches(options):
    def program(torch):
        given = dict(options)
        if "generator" in given:
            given["generator"] = torch.Generator().manual_seed(3)
        yield from two_passes(torch, torch.utils.data.DataLoader(dataset(torch), **given))
        if "generator" in given:
            yield given["generator"].get_state()

    agree(program)


SAMPLERS = {
    "random": lambda d, g: d.RandomSampler(range(7), generator=g),
    "replacement": lambda d, g: d.RandomSampler(range(7), True, 100, g),
    "many": lambda d, g: d.RandomSampler(range(7), num_samples=20, generator=g),
    "few": lambda d, g: d.RandomSampler(range(7), num_samples=3, generator=g),
    "subset": lambda d, g: d.SubsetRandomSampler([1, 3, 5], g),
    "weighted": lambda d, g: d.WeightedRandomSampler([0.1, 0.9, 2.0, 0.4], 9, generator=g),
    "weighted once": lambda d, g: d.WeightedRandomSampler([0.1, 0.9, 2.0, 0.4], 3, False, g),
}


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("given", [False, True])
def test_samplers(name, given):
    def program(torch):
        generator = torch.Generator().manual_seed(9) if given else None
        sampler = SAMPLERS[name](torch.utils.data, generator)
        yield list(sampler), list(sampler), len(sampler)
        yield torch.rand(1)
        data = dataset(torch)
        yield list(torch.utils.data.DataLoader(data, 3, sampler=sampler))
        batches = torch.utils.data.BatchSampler(sampler, 2, False)
        yield list(torch.utils.data.DataLoader(data, batch_sampler=batches))
        yield torch.rand(1)

    agree(program)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_sampler_that_draws_when_it_is_asked_for_its_iterator(workers):
    def program(torch):
        class Eager(torch.utils.data.Sampler):
            def __iter__(self):
                return iter(torch.randperm(5).tolist())

        for options in ({"batch_size": None, "sampler": Eager()}, {"sampler": Eager()}):
            loader = torch.utils.data.DataLoader(range(5), num_workers=workers, **options)
            yield from two_passes(torch, loader)

    agree(program)


def test_random_split():
    def program(torch):
        split = torch.utils.data.random_split
        for lengths in ([3, 8], [0.2, 0.3, 0.5], [1 / 3, 1 / 3, 1 / 3], [11], [0.999, 0.001]):
            yield [part.indices for part in split(range(11), lengths)]
            generator = torch.Generator().manual_seed(42)
            parts = split(dataset(torch), lengths, generator)
            yield [list(torch.utils.data.DataLoader(part, 2)) for part in parts if len(part)]
        yield torch.rand(1)

    agree(program)


def own_dataset(torch):
    class Noise(torch.utils.data.Dataset):
        def __len__(self):
            return 8

        def __getitem__(self, index):
            return index, random.random(), torch.rand(2), np.random.rand()

    return Noise()


def test_random_numbers_in_workers():
    def program(torch):
        def seed(worker):
            info = torch.utils.data.get_worker_info()
            random.seed(info.seed + worker + info.num_workers)

        Loader = torch.utils.data.DataLoader
        data = own_dataset(torch)
        yield from two_passes(torch, Loader(data, 2, num_workers=2))
        loader = Loader(data, 2, num_workers=2, persistent_workers=True, worker_init_fn=seed)
        yield from two_passes(torch, loader)
        yield next(iter(loader))
        yield from two_passes(torch, loader)

    agree(program)


def part_of(torch, n):
    class Part(torch.utils.data.IterableDataset):
        def __iter__(self):
            info = torch.utils.data.get_worker_info()
            return iter(range(info.id, n, info.num_workers) if info else range(n))

    return Part()


@pytest.mark.parametrize("workers", [0, 2, 3])
def test_iterable_datasets(workers):
    def program(torch):
        Loader = torch.utils.data.DataLoader
        for n in (3, 8, 13, 40):
            for options in ({"batch_size": 3}, {"batch_size": 3, "drop_last": True}, {}):
                loader = Loader(part_of(torch, n), num_workers=workers, **options)
                yield from two_passes(torch, loader)
            yield list(Loader(part_of(torch, n), batch_size=None, num_workers=workers))
        chain = part_of(torch, 3) + part_of(torch, 4)
        yield list(Loader(chain, 2, num_workers=workers))

    # That these are more workers than processors is said in both, or in neither.
    agree(program)


def test_warnings_of_lengths_and_pinned_memory():
    def program(torch):
        class Sized(torch.utils.data.IterableDataset):
            def __iter__(self):
                return iter(range(5))

            def __len__(self):
                return 3

            def __repr__(self):
                return "Sized()"

        for workers in (0, 1):
            loader = torch.utils.data.DataLoader(Sized(), num_workers=workers)
            yield list(loader)
            yield len(loader)
            yield list(loader)
        for device in ("", "cuda"):
            options = {"pin_memory": True, "pin_memory_device": device}
            yield list(torch.utils.data.DataLoader(range(2), **options))
        yield torch.utils.data.DataLoader(range(2), num_workers=1000).num_workers

    agree(program)


Point = namedtuple("Point", "x y")


class Labelled(list):
    """A list that knows more than its items."""

    label = None


class Triple(tuple):
    """A tuple of another class."""


def labelled(items, label):
    result = Labelled(items)
    result.label = label
    return result


# Functions of the library and of default_collate or default_convert.
BATCHES = {
    "named tuple": lambda lib: [Point(1, lib.ones(2)), Point(2, lib.zeros(2))],
    "named tuples of arrays": lambda lib: [Point(np.array(0), np.ones(2))],
    "ordered dict": lambda lib: [OrderedDict(b=1, a=2.0), OrderedDict(b=3, a=4.0)],
    "mapping proxy": lambda lib: [MappingProxyType({"a": 1}), MappingProxyType({"a": 2})],
    "list subclass": lambda lib: [labelled([1, np.ones(2)], "x"), labelled([3, np.ones(2)], "y")],
    "tuple subclass": lambda lib: [Triple((1, 2, 3)), Triple((4, 5, 6))],
    "nested": lambda lib: [{"a": (1, [lib.ones(1), "s"])}, {"a": (2, [lib.zeros(1), "t"])}],
    "complex": lambda lib: [lib.tensor([1j]), lib.tensor([2.0 + 1j])],
    "mixed dtypes": lambda lib: [lib.tensor([1]), lib.tensor([2.5])],
    "gradients": lambda lib: [lib.ones(2, requires_grad=True), lib.zeros(2)],
    "bytes": lambda lib: [b"a", b"b"],
    "uint8": lambda lib: [np.zeros(2, np.uint8), np.ones(2, np.uint8)],
    "float16": lambda lib: [np.float16(1), np.float16(2)],
}


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("function", ["default_collate", "default_convert"])
def test_collate(function, name):
    def program(lib):
        made = getattr(lib.utils.data, function)(BATCHES[name](lib))
        yield type(made).__name__
        yield [type(item).__name__ for item in made] if isinstance(made, list) else ""
        yield dict(made) if isinstance(made, MappingProxyType) else made
        yield getattr(made, "label", None)

    agree(program)


def test_collate_with_a_table_of_ones_own():
    def program(torch):
        collate = import_module(f"{torch.__name__}.utils.data._utils.collate")

        def total(batch, *, collate_fn_map=None):
            return sum(batch)

        yield collate.collate([(1, 2.0), (3, 4.0)], collate_fn_map={(int, float): total})
        table = {torch.Tensor: lambda batch, *, collate_fn_map=None: torch.cat(batch)}
        yield collate.collate([{"a": torch.ones(2)}] * 2, collate_fn_map=table)
        yield [
            str(kind).replace("minitorch.tensor", "torch")
            for kind in list(collate.default_collate_fn_map)[1:]
        ]

    agree(program)


def test_fast_batches_of_tensors_are_what_collating_gives():
    def program(torch):
        data = torch.utils.data
        x = torch.arange(24.0).view(4, 3, 2)
        sets = [
            data.TensorDataset(x),
            data.TensorDataset(x.transpose(0, 2), torch.arange(2)),
            data.TensorDataset(x.clone().requires_grad_(), torch.arange(4)),
            data.TensorDataset(torch.zeros(4, 1), torch.tensor([True, False, True, False])),
            data.TensorDataset(torch.nn.Parameter(x)),
            data.Subset(data.Subset(data.TensorDataset(x), [3, 1, 0]), np.array([2, 0])),
            data.Subset(data.TensorDataset(x), torch.tensor([3, 1])),
        ]
        for each in sets:
            for sampler in ([1, 0], [-1, 0, 1], [np.int64(1)], [torch.tensor(1)]):
                (batch,) = data.DataLoader(each, 4, sampler=sampler)
                yield batch
                yield [(part.stride(), part.is_contiguous()) for part in batch]
                yield [str(part.grad_fn).partition(" ")[0] for part in batch]
        with torch.inference_mode():
            yield [part.is_inference() for part in next(iter(data.DataLoader(sets[0])))]

    agree(program)
