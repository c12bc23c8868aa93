"""Pinned memory, and copies for which nobody waits."""

from __future__ import annotations

import collections
import gc

import numpy as np
import pytest

import minitorch as mt
from minitorch import late, nn, transfers

POOLED = collections.namedtuple("POOLED", "x name")


def waits():
    """The stand-in's counter of what waited for the GPU, empty."""
    core = pytest.importorskip("cupy._core")
    if not hasattr(core, "waits"):
        pytest.skip("only the stand-in counts what waits")
    core.waits.clear()
    return core.waits


def test_pinned():
    x = mt.arange(6.0).view(2, 3).requires_grad_()
    pinned = x.pin_memory()
    assert pinned.is_pinned() and not x.is_pinned() and pinned.is_cpu
    assert pinned.pin_memory() is pinned
    assert pinned.tolist() == x.tolist() and pinned[1:].is_pinned()
    assert repr(pinned.grad_fn).startswith("<PinMemoryBackward0")
    (pinned * pinned).sum().backward()
    assert x.grad.tolist() == (2 * x).tolist()
    assert not pinned.cuda().is_pinned()
    with pytest.raises(RuntimeError, match=r"cannot pin 'torch\.cuda\.LongTensor' only dense CPU"):
        mt.arange(3, device="cuda").pin_memory()
    with pytest.warns(DeprecationWarning, match=r"The argument 'device' of Tensor\.is_pinned\(\)"):
        assert not x.is_pinned("cuda")


@pytest.mark.parametrize("shape", [(), (1,), (2, 0), (2, 3, 4, 5)])
def test_the_order_of_dimensions_stays(shape):
    x = mt.randn(shape)
    if x.ndim == 4:
        x = x.to(memory_format=mt.channels_last)
    pinned = x.pin_memory()
    assert pinned.equal(x) and pinned.stride() == x.stride()
    assert pinned.to("cuda", non_blocking=True).cpu().equal(x)


@pytest.mark.parametrize("non_blocking", [False, True])
def test_there_and_back(non_blocking):
    images = mt.randn(2, 3, 4, 5)
    views = images.permute(0, 2, 3, 1), images[0, 0].T, images[:, :, ::2], images[0, 0, 0, 0]
    for x in (images.to(memory_format=mt.channels_last), *views):
        there = x.to("cuda", non_blocking=non_blocking)
        back = there.to("cpu", non_blocking=non_blocking)
        mt.cuda.synchronize()
        assert back.equal(x) and back.shape == there.shape == x.shape
        dense = x.is_contiguous() or x.storage_offset() or x.numel() == images.numel()
        if dense or x.ndim == 2:
            assert there.stride() == back.stride() == x.stride()


@pytest.mark.skipif(mt.cuda.device_count() < 2, reason="there is one GPU")
def test_from_one_gpu_to_the_other():
    x = mt.randn(2, 3, 4, 5, device="cuda:0").permute(0, 2, 3, 1)
    for y in (x, x[:, ::2]):
        moved = y.to("cuda:1")
        assert moved.device.index == 1 and moved.cpu().equal(y.cpu())
    assert x.to("cuda:1").stride() == x.stride()


def test_new_tensors():
    for x in (
        mt.zeros(2, pin_memory=True), mt.tensor([1, 2], pin_memory=True),
        mt.rand(3, pin_memory=True, requires_grad=True), mt.zeros(2).new_ones(3, pin_memory=True),
    ):  # fmt: skip
        assert x.is_pinned() and x.is_leaf
    assert x.requires_grad is False and not mt.zeros(2, pin_memory=False).is_pinned()
    with pytest.raises(RuntimeError, match="Only dense CPU tensors can be pinned"):
        mt.zeros(2, device="cuda", pin_memory=True)


@pytest.mark.parametrize(
    "move",
    [
        lambda x: x.to("cuda", non_blocking=True),
        lambda x: x.to("cuda", mt.float32, True),
        lambda x: x.cuda(non_blocking=True),
        lambda x: x.type("torch.cuda.FloatTensor", non_blocking=True),
        lambda x: mt.zeros(2, 3, device="cuda").copy_(x, non_blocking=True),
    ],
)
def test_to_the_gpu_without_waiting(move):
    count = waits()
    x = mt.arange(6.0).view(2, 3).pin_memory()
    y = move(x)
    assert not count
    assert y.is_cuda and y.cpu().equal(x)
    assert move(x.t().contiguous().t()).cpu().equal(x)  # not pinned: an ordinary copy


def test_pinned_memory_stays_while_a_copy_is_under_way(monkeypatch):
    monkeypatch.setattr(late, "waiting", collections.deque())
    memories = pytest.importorskip("cupy").cuda
    memories = getattr(memories, "PinnedMemory", None)
    if not hasattr(memories, "alive"):
        pytest.skip("only the stand-in can be asked")

    def alive():
        gc.collect()
        return len(memories.alive)

    before = alive()
    first = mt.ones(3, device="cuda").to("cpu", non_blocking=True)  # this one is not done
    x = mt.ones(3).pin_memory()
    x.cuda(non_blocking=True)
    del x
    assert alive() == before + 2
    mt.cuda.synchronize()
    assert first.tolist() == [1, 1, 1]
    del first
    mt.ones(3).pin_memory().cuda(non_blocking=True)
    assert alive() == before


def test_to_main_memory_without_waiting():
    count = waits()
    x = mt.arange(6.0, device="cuda").view(2, 3).t()
    y = x.to("cpu", non_blocking=True)
    assert not count and y.is_pinned()
    y._array.fill(-1)  # as if the copy came later
    mt.cuda.synchronize()
    assert y.tolist() == [[0, 3], [1, 4], [2, 5]]
    # Where the numbers are wanted at once, somebody waits.
    z = mt.zeros(3, 2)
    assert z.copy_(x, non_blocking=True).tolist() == y.tolist()
    images = mt.randn(1, 2, 3, 3, device="cuda")
    moved = images.to("cpu", non_blocking=True, memory_format=mt.channels_last)
    assert moved.equal(images.cpu()) and moved.is_contiguous(memory_format=mt.channels_last)


def test_modules():
    count = waits()
    layer = nn.Linear(2, 3)
    for param in layer.parameters():
        param.data = param.data.pin_memory()
    layer.to("cuda", non_blocking=True)
    assert not count and layer.weight.is_cuda


def test_what_is_kept_for_backward_in_pinned_memory(monkeypatch, pin=transfers.pinned):
    made = []
    monkeypatch.setattr(transfers, "pinned", lambda array: made.append(pin(array)) or made[-1])
    x = mt.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    with mt.autograd.graph.save_on_cpu(pin_memory=True):
        y = x * x
    assert [array.tolist() for array in made] == [[1, 2], [1, 2]]
    y.sum().backward()
    assert x.grad.tolist() == [2, 4]


class Batch:
    def __init__(self, samples):
        self.x, self.pinned = mt.stack(samples), False

    def pin_memory(self):
        self.x, self.pinned = self.x.pin_memory(), True
        return self


@pytest.mark.parametrize("workers", [0, 1])
def test_data_loader(workers):
    data = mt.utils.data.TensorDataset(mt.arange(10.0), mt.arange(10))
    options = {"batch_size": 4, "pin_memory": True, "num_workers": workers}
    for x, y in mt.utils.data.DataLoader(data, **options):
        assert x.is_pinned() and y.is_pinned()
        assert x.cuda(non_blocking=True).tolist() == y.tolist()


def test_batches_of_every_kind():
    def batches(collate, **options):
        data = list(mt.arange(4.0))
        return list(mt.utils.data.DataLoader(data, 2, collate_fn=collate, **options))

    (first, _) = batches(Batch, pin_memory=True)
    assert first.pinned and first.x.is_pinned()
    for collate in (
        lambda s: {"x": mt.stack(s), "name": "a"}, lambda s: [mt.stack(s), "a", None],
        lambda s: (mt.stack(s), b"a"), lambda s: POOLED(mt.stack(s), "a"),
    ):  # fmt: skip
        plain, pinned = batches(collate)[0], batches(collate, pin_memory=True)[0]
        assert type(plain) is type(pinned) or type(plain) is tuple  # then a list, as in PyTorch
        parts = pinned.values() if isinstance(pinned, dict) else pinned
        assert [p.is_pinned() for p in parts if isinstance(p, mt.Tensor)] == [True]
    packed = nn.utils.rnn.pack_sequence([mt.ones(2), mt.ones(1)]).pin_memory()
    assert packed.is_pinned() and packed.data.is_pinned() and not packed.batch_sizes.is_pinned()
    np.testing.assert_array_equal(packed.cuda().data.cpu(), packed.data)
