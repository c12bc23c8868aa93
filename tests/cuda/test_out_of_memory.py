"""No memory on the GPU: PyTorch's error, from wherever memory is asked for."""

from __future__ import annotations

import pytest

import minitorch as mt
from minitorch import backend, nn, out_of_memory


@pytest.fixture
def limit(monkeypatch):
    """Sets how many bytes the stand-in's GPU has for one array."""
    pool = getattr(pytest.importorskip("cupy").cuda, "POOL", None)
    if pool is None:
        pytest.skip("a real GPU has the memory that it has")
    return lambda size: monkeypatch.setattr(pool, "limit", size, raising=False)


SENTENCE = (
    "CUDA out of memory. Tried to allocate 4.88 KiB. GPU 0 has a total capacity of 1024.00 MiB of "
    "which 512.00 MiB is free. Of the allocated memory 512 bytes is allocated by CuPy, and 1024 "
    "bytes is reserved by CuPy but unallocated.\nA smaller batch"
)


def backward(x):
    x.mean().backward()


def draw(x):
    mt.rand(1250, device="cuda")


def train(x):
    weight = nn.Parameter(x)
    weight.grad = x
    mt.optim.Adam([weight]).step()


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: mt.zeros(1250, device="cuda"),
        draw,
        lambda x: mt.ones(1250).cuda(),
        lambda x: mt.ones(1250).pin_memory().cuda(non_blocking=True),
        lambda x: x.view(1250) + 1,
        lambda x: x.view(1250).clone(),
        lambda x: backward(x.requires_grad_()),
        train,
        lambda x: nn.Linear(1250, 1, device="cuda"),
    ],
)
def test_every_way_to_ask_for_memory(limit, ask):
    x = mt.ones(1250, device="cuda")
    limit(4999)
    with pytest.raises(mt.cuda.OutOfMemoryError) as refused:
        ask(x)
    # The work arrays of a step are three; random words come by four, from 256 threads together.
    asked = {train: "14.65", draw: "20.00"}.get(ask, "4.88")
    assert str(refused.value).startswith(SENTENCE.replace("4.88", asked))
    assert refused.value.__cause__ is None and refused.value.__suppress_context__
    limit(10**6)
    ask(x.detach())


def test_the_other_gpu(limit):
    x = mt.ones(1250, device="cuda:1")
    limit(100)
    with pytest.raises(mt.OutOfMemoryError, match="GPU 1 has a total capacity"), mt.cuda.device(1):
        x * 2


def test_the_allocator_is_wrapped_once():
    cupy = backend.cupy()
    allocator = cupy.cuda.get_allocator()
    out_of_memory.watch(cupy)
    assert cupy.cuda.get_allocator() is allocator
