"""Indices out of range: nobody waits for a GPU to check them, and the error comes all the same."""

from __future__ import annotations

import collections
import os

import pytest

import minitorch as mt
import minitorch.nn.functional as F
from minitorch import late


@pytest.fixture(autouse=True)
def nothing_waits(monkeypatch):
    mt.cuda.synchronize()
    monkeypatch.setattr(late, "waiting", collections.deque())


def wrong():
    """A lookup of a row that is not there; returns a number that is there."""
    F.embedding(mt.tensor([0, 7], device="cuda"), mt.ones(3, 2, device="cuda"))
    return mt.ones(1, device="cuda")


READS = {
    "item": lambda x: x.item(),
    "tolist": lambda x: x.tolist(),
    "bool": bool,
    "float": float,
    "print": repr,
    "cpu": lambda x: x.cpu(),
    "numpy": lambda x: x.numpy(force=True),
    "format": lambda x: f"{x.sum():.2f}",
    "synchronize": lambda x: mt.cuda.synchronize(),
    "a stream": lambda x: mt.cuda.current_stream().synchronize(),
}


@pytest.mark.parametrize("name", READS)
def test_whoever_waits_for_a_number_gets_the_error(name):
    x = wrong()
    with pytest.raises(IndexError) as refused:
        READS[name](x)
    first, second = str(refused.value).splitlines()
    assert first == "index out of range in self"
    assert second.startswith("An earlier operation on the GPU was given this index")
    READS[name](x)  # it is said once
    assert not late.waiting


def test_the_next_index_tells():
    wrong()
    for mark, _ in late.waiting:
        mark.synchronize()
    table = mt.ones(3, 2, device="cuda")
    with pytest.raises(IndexError, match="index out of range in self"):
        table[mt.tensor([0], device="cuda")]


@pytest.mark.parametrize("index", [-1, -3, 0, 2])
def test_indices_that_are_there(index):
    x = mt.arange(3.0, device="cuda")
    assert x[mt.tensor([index, 0], device="cuda")].tolist() == [index % 3, 0]
    assert x.take(mt.tensor([index], device="cuda", dtype=mt.int64)).item() == index % 3
    assert not late.waiting


@pytest.mark.parametrize(("index", "dtype"), [(3, mt.int64), (-4, mt.int64), (-4, mt.int32)])
def test_the_index_in_the_sentence(index, dtype):
    x = mt.arange(3.0, device="cuda")
    read = x[mt.tensor([0, index], device="cuda", dtype=dtype)]
    sentence = f"index {index} is out of bounds for dimension 0 with size 3\n"
    with pytest.raises(IndexError, match=sentence):
        read.tolist()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
def test_a_forked_process_does_not_ask_the_gpu():
    wrong()
    before = late.waiting
    late.forget()  # what the system calls in the child
    assert len(before) == 1 and not late.waiting
    mt.ones(1).item()
