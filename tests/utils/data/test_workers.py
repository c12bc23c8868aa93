"""Worker processes: the batches, and what happens when something goes wrong."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import minitorch as mt
from minitorch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset, processes
from minitorch.utils.data._utils import worker, worker_info
from minitorch.utils.data._utils.channel import Channel, encode

ROOT = Path(__file__).resolve().parents[3]
METHODS = multiprocessing.get_all_start_methods()
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

pytestmark = [
    # Python 3.12 and later: pytest-xdist has threads of its own.
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
    # A machine may have one processor only.
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
]


@pytest.fixture(autouse=True)
def no_process_is_left():
    yield
    gc.collect()
    assert multiprocessing.active_children() == []


class Samples(Dataset):
    """Eight samples, made by a function."""

    def __init__(self, make):
        self.make = make

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return self.make(index)


def image_and_label(index):
    return mt.full((3, 50, 50), float(index)), index


def load(make, **options):
    return DataLoader(Samples(make), batch_size=2, num_workers=2, **options)


@pytest.mark.parametrize("method", METHODS)
def test_batches_are_those_of_one_process(method):
    wanted = DataLoader(Samples(image_and_label), batch_size=2)
    found = load(image_and_label, multiprocessing_context=method)
    for (x, label), (other_x, other_label) in zip(found, wanted, strict=True):
        assert mt.equal(x, other_x) and mt.equal(label, other_label)
        x += 1  # it can be written into


def test_what_travels():
    array = np.arange(10000.0)[::2]
    sample = {
        "large": mt.arange(10000),
        "view": mt.arange(6).view(2, 3).t(),
        "array": array,
        "read-only": np.broadcast_to(1.0, (100, 100)),
        "leaf": mt.ones(2, requires_grad=True),
        "parameter": mt.nn.Parameter(mt.zeros(2)),
        "empty": mt.zeros(0, 3),
        "text": "ä",
    }
    (found,) = next(iter(load(lambda index: sample, collate_fn=lambda batch: batch[:1])))
    assert mt.equal(found["large"], sample["large"])
    assert mt.equal(found["view"], sample["view"])
    assert np.array_equal(found["array"], array)
    assert found["read-only"].shape == (100, 100)
    assert found["leaf"].requires_grad and found["leaf"].is_leaf
    assert isinstance(found["parameter"], mt.nn.Parameter) and found["parameter"].requires_grad
    assert found["empty"].shape == (0, 3)
    assert found["text"] == "ä"


def test_a_view_takes_only_itself_along():
    assert sum(map(len, encode(mt.arange(1_000_000)[:3]))) < 1000


def test_lists_of_indices_longer_than_a_socket_holds():
    """The parent sends while the worker waits for it to read: neither may wait for the other."""
    data = TensorDataset(mt.arange(400_000))
    loader = DataLoader(data, batch_size=100_000, num_workers=1, prefetch_factor=4)
    assert [part.sum().item() for (part,) in loader] == [
        sum(range(start, start + 100_000)) for start in range(0, 400_000, 100_000)
    ]


class Shard(IterableDataset):
    """0 … n − 1; a worker takes every second number, or the second worker all of them."""

    def __init__(self, n, second_only=False):
        self.n = n
        self.second_only = second_only

    def __iter__(self):
        info = mt.utils.data.get_worker_info()
        if self.second_only:
            return iter(range(self.n) if info.id == 1 else [])
        return iter(range(info.id, self.n, info.num_workers))


def test_iterable_dataset():
    loader = DataLoader(Shard(7), batch_size=2, num_workers=2, persistent_workers=True)
    for _ in range(2):
        assert [b.tolist() for b in loader] == [[0, 2], [1, 3], [4, 6], [5]]
    del loader
    loader = DataLoader(Shard(5, second_only=True), num_workers=2, prefetch_factor=3)
    assert [batch.item() for batch in loader] == [0, 1, 2, 3, 4]


def test_worker_info_and_seeds():
    def look(index):
        info = mt.utils.data.get_worker_info()
        assert isinstance(info.dataset, Samples)
        return info.id, info.num_workers, info.seed, os.getpid(), random.random(), np.random.rand()

    mt.manual_seed(0)
    loader = load(look)
    first = [[column.tolist() for column in batch] for batch in loader]
    assert [batch[0] for batch in first] == [[0, 0], [1, 1], [0, 0], [1, 1]]
    assert first[0][1] == [2, 2]
    assert first[1][2][0] == first[0][2][0] + 1
    assert first[0][3] != first[1][3]
    mt.manual_seed(0)
    again = [[column.tolist() for column in batch] for batch in loader]
    assert [batch[4:] for batch in again] == [batch[4:] for batch in first]
    assert first[0][4] != first[1][4]
    assert first[0][5] != first[1][5]
    assert mt.utils.data.get_worker_info() is None


def test_persistent_workers_stay_and_forget_a_pass_broken_off():
    loader = load(lambda index: (index, os.getpid()), persistent_workers=True)
    first = [pids.tolist() for _, pids in loader]
    next(iter(loader))
    again = list(loader)
    assert [indices.tolist() for indices, _ in again] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert [pids.tolist() for _, pids in again] == first


def test_other_workers_for_each_pass_without():
    loader = load(lambda index: os.getpid())
    assert {p for batch in loader for p in batch.tolist()}.isdisjoint(
        {p for batch in loader for p in batch.tolist()}
    )


def wait_for_the_first(index):
    time.sleep(0.5 if index == 0 else 0)
    return index


def test_in_order_or_not():
    assert [b.tolist()[0] for b in load(wait_for_the_first)] == [0, 2, 4, 6]
    found = [b.tolist()[0] for b in load(wait_for_the_first, in_order=False)]
    assert sorted(found) == [0, 2, 4, 6]
    assert found[0] != 0


def test_worker_init_fn():
    def prepare(worker_id):
        mt.utils.data.get_worker_info().dataset.make = lambda index: 100 * worker_id

    loader = load(None, worker_init_fn=prepare)
    assert [b.tolist() for b in loader] == [[0, 0], [100, 100], [0, 0], [100, 100]]


# ---- what goes wrong


class Odd(Exception):
    """Cannot be made from a text alone."""

    def __init__(self, a, b):
        super().__init__(a)


def at_three(action):
    def make(index):
        return action() if index == 3 else index

    return make


def raise_local():
    class Local(Exception):
        pass

    raise Local("here")


def raises(error):
    def action():
        raise error

    return action


# What the dataset does, and the class and a part of the message that arrive.
FAILURES = {
    "exception": (raises(ValueError("boom")), ValueError, r"test_workers.py.*ValueError: boom"),
    "KeyError": (lambda: {}["k"], KeyError, r"KeyError: 'k'"),
    "two arguments": (raises(Odd(1, 2)), RuntimeError, r"Caught Odd in"),
    "local class": (raise_local, RuntimeError, r"Caught Local in.*Local: here"),
    "no pickle": (lambda: lambda: 0, AttributeError, r"<locals>\.<lambda>"),
    "history": (
        lambda: mt.ones(2, requires_grad=True) * 2,
        RuntimeError,
        r"Cowardly refusing to serialize non-leaf tensor which requires_grad",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_exception_is_raised_here(name):
    action, kind, message = FAILURES[name]
    iterator = iter(load(at_three(action), collate_fn=list))
    assert next(iterator) == [0, 1]
    with pytest.raises(kind, match=f"(?s){message}") as caught:
        next(iterator)
    assert f"Caught {'' if kind is RuntimeError else kind.__name__}" in str(caught.value)
    assert "in DataLoader worker process 1.\nOriginal Traceback (most recent" in str(caught.value)
    assert next(iterator) == [4, 5]  # the workers go on


def test_a_failing_worker_init_fn():
    with pytest.raises(ValueError, match="Caught ValueError in DataLoader worker process 0"):
        next(iter(load(abs, worker_init_fn=lambda worker_id: raises(ValueError("no"))())))


DEATHS = {
    "killed": (
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        r"is killed by signal: Killed\.",
    ),
    "exit": (lambda: sys.exit(3), r"Its exit status was 3\."),
    "abrupt exit": (lambda: os._exit(4), r"Its exit status was 4\."),
}


@POSIX
@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("name", DEATHS)
def test_a_worker_that_dies_ends_the_pass(name, in_order):
    action, message = DEATHS[name]
    start = time.monotonic()
    iterator = iter(load(at_three(action), in_order=in_order))
    if in_order:
        assert next(iterator).tolist() == [0, 1]
    sentence = r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly\n.*"
    with pytest.raises(RuntimeError, match=sentence + message):
        list(iterator)
    with pytest.raises(RuntimeError, match="stopped by an earlier error"):
        next(iterator)
    assert time.monotonic() - start < 4


@POSIX
def test_a_worker_killed_from_outside_and_new_ones_for_the_next_pass():
    loader = load(lambda index: os.getpid(), persistent_workers=True)
    iterator = iter(loader)
    victim = int(next(iterator)[0])
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(RuntimeError, match=f"worker \\(pid\\(s\\) {victim}\\) exited unexpectedly"):
        list(iterator)
        list(loader)
    assert len(list(loader)) == 4


@POSIX
def test_a_dead_worker_whose_child_holds_the_socket(monkeypatch):
    def leave_a_child():
        if os.fork() == 0:
            time.sleep(2)
        os._exit(5)

    monkeypatch.setattr(processes, "CHECK", 0.2)
    start = time.monotonic()
    with pytest.raises(RuntimeError, match=r"exited unexpectedly\nIts exit status was 5"):
        list(load(at_three(leave_a_child)))
    assert time.monotonic() - start < 1.5


@pytest.mark.parametrize("in_order", [True, False])
def test_timeout(in_order, monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.1)
    loader = load(lambda index: time.sleep(60), timeout=0.3, in_order=in_order)
    start = time.monotonic()
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.3 seconds"):
        list(loader)
    assert time.monotonic() - start < 10


def test_an_interrupt_stops_the_workers(monkeypatch):
    iterator = iter(load(wait_for_the_first))
    workers = [each.process for each in iterator._workers]
    monkeypatch.setattr(processes, "wait_for", lambda *args: raises(KeyboardInterrupt())())
    with pytest.raises(KeyboardInterrupt):
        next(iterator)
    assert not any(process.is_alive() for process in workers)


def test_an_iterator_that_nobody_holds_stops_its_workers():
    iterator = iter(load(abs))
    next(iterator)
    workers = [each.process for each in iterator._workers]
    del iterator
    assert not any(process.is_alive() for process in workers)


@POSIX
def test_a_forked_copy_of_the_parent_does_not_disturb_the_workers():
    iterator = iter(load(abs, persistent_workers=True))
    next(iterator)
    child = os.fork()
    if child == 0:
        iterator.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert len(list(iterator)) == 3


@pytest.mark.skipif("spawn" not in METHODS, reason="no spawn")
def test_a_dataset_that_cannot_be_pickled():
    loader = load(lambda index: index, multiprocessing_context="spawn")
    with pytest.warns(UserWarning, match="Got pickle error"), pytest.raises(AttributeError):
        iter(loader)


# ---- a whole program, interrupted or killed

PROGRAM = """
import signal, sys, time
import numpy as np
import minitorch as mt
from minitorch.utils.data import DataLoader, Dataset

signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it

class Data(Dataset):
    def __len__(self):
        return 1000000

    def __getitem__(self, index):
        if sys.argv[1] == "stuck" and index > 10:
            time.sleep(60)
        return mt.ones(64, 64) @ mt.ones(64, 64)  # threads of the BLAS, in the workers, too

mt.ones(500, 500) @ mt.ones(500, 500)
other = iter(DataLoader(Data(), num_workers=1, persistent_workers=True))
for number, batch in enumerate(DataLoader(Data(), batch_size=4, num_workers=2)):
    assert (batch == 64).all()
    if number == 1:
        print("running", flush=True)
    if sys.argv[1] == "idle" and number == 1:
        time.sleep(60)
"""


def processes_of(group):
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return sum(int(pgid) == group and not stat.startswith("Z") for pgid, stat in rows)


@POSIX
@pytest.mark.parametrize(
    ("doing", "ended_by"),
    [
        ("busy", "Ctrl-C"),
        ("idle", "Ctrl-C"),
        ("stuck", "Ctrl-C"),
        ("busy", "SIGINT"),
        ("busy", "SIGTERM"),
        ("busy", "SIGKILL"),
        ("idle", "SIGKILL"),
    ],
)
def test_no_process_is_left_behind(doing, ended_by):
    program = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, doing],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert program.stdout.readline() == "running\n"
        if ended_by == "Ctrl-C":  # a terminal sends it to all of them
            os.killpg(program.pid, signal.SIGINT)
        else:
            os.kill(program.pid, getattr(signal, ended_by))
        _, said = program.communicate(timeout=20)  # the workers hold these pipes, too
        assert program.returncode != 0
        # The parent alone says that it was interrupted, and only if it was.
        assert said.count("KeyboardInterrupt") == (ended_by in ("Ctrl-C", "SIGINT")), said
        deadline = time.monotonic() + 5
        while processes_of(program.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert processes_of(program.pid) == 0
    finally:
        program.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)


# ---- the worker's side, in this process


@pytest.fixture
def random_states():
    states = random.getstate(), np.random.get_state()
    with mt.random.fork_rng():
        yield
    random.setstate(states[0])
    np.random.set_state(states[1])


def conversation(how, tasks, worker_init_fn=None):
    """What a worker answers to ``tasks``."""
    here, there = socket.socketpair()
    channel = Channel(here)
    for task in tasks:
        channel.send(encode(task))
    here.shutdown(socket.SHUT_WR)
    worker.work(there, how, 5, worker_init_fn, 0, 1)
    answers = []
    try:
        while True:
            answers.append(channel.receive())
    except EOFError:
        here.close()
        return answers


def test_answers(random_states):
    how = (Samples(at_three(raises(KeyError("k")))), True, list, False)
    first, second, third = conversation(how, [("fetch", [0, 1]), ("fetch", [3]), ("resume", None)])
    assert first == ("fetch", [0, 1])
    assert second[0] == "failed"
    assert repr(second[1].exception().args[0]).startswith("Caught KeyError in DataLoader worker")
    assert third == ("resume", None)
    assert worker_info.current is None


def test_answers_of_an_iterable_dataset(random_states):
    tasks = [("fetch", [None] * 4)] * 4 + [("resume", None), ("fetch", [None] * 4)]
    answers = conversation((Shard(6), True, list, False), tasks)
    assert answers == [
        ("fetch", [0, 1, 2, 3]),
        ("fetch", [4, 5]),
        ("ended", None),
        ("resume", None),
        ("fetch", [0, 1, 2, 3]),
    ]


def test_answers_when_the_worker_could_not_begin(random_states):
    answers = conversation(
        (Samples(abs), True, list, False), [("fetch", [0])] * 2, raises(ValueError("x"))
    )
    assert [word for word, _ in answers] == ["failed", "failed"]


@pytest.mark.parametrize(
    ("name", "kind"), [("local class", RuntimeError), ("exception", ValueError)]
)
def test_exceptions_that_travel(name, kind, random_states):
    how = (Samples(at_three(FAILURES[name][0])), True, list, False)
    ((word, failure),) = conversation(how, [("fetch", [3])])
    assert word == "failed"
    assert type(failure.exception()) is kind
    assert type(worker.Failure(Odd(1, 2), 0).exception()) is RuntimeError
