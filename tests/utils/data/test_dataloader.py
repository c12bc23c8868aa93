"""Datasets, samplers and the loader in one process; `tests/lines/data.txt` has their values."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest

import minitorch as mt
from minitorch.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from minitorch.utils.data._utils import collate, fetch


class Counted(TensorDataset):
    """A TensorDataset that says how many samples were asked for, one by one."""

    asked = 0

    def __getitem__(self, index):
        self.asked += 1
        return super().__getitem__(index)


def tensors(n=20):
    return mt.randn(n, 3), mt.arange(n)


def lists(batches):
    return [[part.tolist() for part in batch] for batch in batches]


@pytest.mark.parametrize("options", [{}, {"shuffle": True}, {"drop_last": True}], ids=repr)
def test_taking_rows_at_once_is_the_same_as_one_by_one(options):
    parts = tensors()
    slow = Counted(*parts)
    both = []
    for data in (TensorDataset(*parts), slow):
        mt.manual_seed(3)
        both.append(lists(DataLoader(data, batch_size=6, **options)))
    assert both[0] == both[1]
    assert slow.asked == (18 if "drop_last" in options else 20)


def refused(case):
    x, y = tensors(5)
    data, index = TensorDataset(x, y), [0, 1]
    if case == "out of range":
        index = [0, 5]
    elif case == "negative and out of range":
        index = [-6]
    elif case == "a bool":
        index = [True]
    elif case == "a tensor":
        index = [mt.tensor(1)]
    elif case == "nothing":
        index = []
    elif case == "gradients":
        data = TensorDataset(x.requires_grad_(), y)
    elif case == "a parameter":
        data = TensorDataset(mt.nn.Parameter(x))
    elif case == "another class of dataset":
        data = Counted(x, y)
    elif case == "a list":
        data = [1, 2]
    return fetch.rows_of_tensors(data, index)


def test_rows_are_taken_at_once_only_where_that_is_sure_to_be_the_same():
    assert len(refused("")) == 2
    for case in (
        "out of range, negative and out of range, a bool, a tensor, nothing, gradients, "
        "a parameter, another class of dataset, a list"
    ).split(", "):
        assert refused(case) is None, case


def test_a_table_changed_by_the_user_counts(monkeypatch):
    def largest(batch, *, collate_fn_map=None):
        return max(part.max().item() for part in batch)

    monkeypatch.setitem(collate.default_collate_fn_map, mt.Tensor, largest)
    assert list(DataLoader(TensorDataset(mt.arange(4)), 2)) == [[1], [3]]


def test_batches_are_copies():
    x = mt.zeros(4, 2)
    for (batch,) in DataLoader(TensorDataset(x), batch_size=4):
        batch += 1
    assert x.sum() == 0


def test_gradients_reach_the_data():
    x = mt.ones(4, 2, requires_grad=True)
    for (batch,) in DataLoader(TensorDataset(x), batch_size=2):
        batch.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0]] * 4


def test_an_order_for_each_pass_and_the_same_for_the_same_seed():
    loader = DataLoader(range(50), batch_size=50, shuffle=True)
    mt.manual_seed(1)
    first, second = (batch.tolist() for _ in range(2) for batch in loader)
    assert first != second
    assert sorted(first) == list(range(50))
    mt.manual_seed(1)
    assert next(iter(loader)).tolist() == first


def test_two_iterators_of_one_loader_do_not_disturb_each_other():
    loader = DataLoader(range(4), batch_size=2)
    one, two = iter(loader), iter(loader)
    assert next(one).tolist() == next(two).tolist() == [0, 1]
    assert next(one).tolist() == next(two).tolist() == [2, 3]


def test_getitems_is_asked_for_a_whole_batch():
    class Whole(Dataset):
        def __getitems__(self, indices):
            return [10 * index for index in indices]

        def __len__(self):
            return 5

    assert [batch.tolist() for batch in DataLoader(Whole(), 2)] == [[0, 10], [20, 30], [40]]
    assert [b.tolist() for b in DataLoader(Subset(Whole(), [4, 1]), 2)] == [[40, 10]]
    joined = StackDataset(a=Whole(), b=range(5))
    assert next(iter(DataLoader(joined, 2)))["a"].tolist() == [0, 10]


def test_sampler_of_data_that_grows():
    data = [1]
    sampler = RandomSampler(data)
    data.extend([2, 3])
    assert len(sampler) == 3
    assert sorted(sampler) == [0, 1, 2]


def test_a_sampler_without_iter():
    with pytest.raises(NotImplementedError):
        iter(Sampler())


def test_order_does_not_depend_on_where_the_data_goes(monkeypatch):
    """`set_default_device` is for new tensors; the order is always drawn on the CPU."""
    asked = []
    from minitorch import sampling

    original = sampling.randperm
    monkeypatch.setattr(
        sampling,
        "randperm",
        lambda *args, **kw: asked.append(kw["device"]) or original(*args, **kw),
    )
    list(DataLoader(range(3), shuffle=True))
    assert asked and set(asked) == {"cpu"}


def test_random_split_warns_of_an_empty_part():
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
        parts = random_split(range(1), [0.5, 0.5])
    assert [len(part) for part in parts] == [1, 0]


def test_an_old_name_warns():
    with pytest.warns(FutureWarning, match="is renamed to `cumulative_sizes`"):
        assert (TensorDataset(mt.ones(2)) + TensorDataset(mt.ones(3))).cummulative_sizes == [2, 5]


class Short(IterableDataset):
    """Says that it has three samples, and gives five."""

    def __iter__(self):
        return iter(range(5))

    def __len__(self):
        return 3


def test_warning_of_an_iterable_dataset_that_is_longer_than_it_says():
    loader = DataLoader(Short())
    assert len(list(loader)) == 5  # nobody has asked for the length yet: no warning
    assert len(loader) == 3
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(list(loader)) == 5
    assert [str(warning.message).split("but ")[1] for warning in caught] == [
        "4 samples have been fetched. ",
        "5 samples have been fetched. ",
    ]
    assert caught[0].filename == __file__


def test_pinned_memory_is_not_there():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(list(DataLoader(range(2), pin_memory=True, pin_memory_device="cuda"))) == 2
    first, second = (str(warning.message) for warning in caught)
    assert first.startswith("pin_memory_device is deprecated")
    assert second.startswith("'pin_memory' argument is set as true but no accelerator is found")
    assert caught[0].filename == __file__


def test_warning_of_too_many_workers(monkeypatch):
    with pytest.warns(UserWarning, match="This DataLoader will create 1000 worker processes"):
        DataLoader([1], num_workers=1000)
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    with pytest.warns(UserWarning, match=r"\(`cpuset` is not taken into account\), which"):
        DataLoader([1], num_workers=1000)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    with pytest.warns(UserWarning, match="not able to compute a suggested max number"):
        DataLoader([1], num_workers=1)


def test_an_iterator_cannot_be_pickled_but_a_loader_can():
    loader = DataLoader([1, 2], batch_size=2)
    with pytest.raises(NotImplementedError, match="cannot be pickled"):
        pickle.dumps(iter(loader))
    (batch,) = pickle.loads(pickle.dumps(loader))
    assert batch.tolist() == [1, 2]


def test_type_hints_may_be_subscripted():
    class Typed(Dataset[int]):
        pass

    assert DataLoader[int] and mt.utils.data.Sampler[int] and issubclass(Typed, Dataset)


def test_numpy_data():
    images, labels = np.ones((4, 2, 2), np.float32), np.arange(4)
    x, y = next(iter(DataLoader(list(zip(images, labels, strict=True)), batch_size=4)))
    assert (x.dtype, x.shape, y.dtype) == (mt.float32, (4, 2, 2), mt.int64)
