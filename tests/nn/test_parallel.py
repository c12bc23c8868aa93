"""Data parallelism: what is shared out comes back as if one device had done it."""

from __future__ import annotations

import importlib
from typing import NamedTuple

import pytest

import minitorch as mt
from minitorch import nn
from minitorch.nn.parallel import scatter_gather

data_parallel_file = importlib.import_module("minitorch.nn.parallel.data_parallel")

TWO = ["cpu", mt.device("cpu")]
X = mt.arange(12.0).view(6, 2)


class Pair(NamedTuple):
    a: mt.Tensor
    b: int


def test_scatter():
    assert [part.tolist() for part in nn.parallel.scatter(X, TWO)] == [
        X[:3].tolist(),
        X[3:].tolist(),
    ]
    assert nn.parallel.scatter(X, TWO, dim=1)[1].equal(X[:, 1:])
    assert len(nn.parallel.scatter(X[:1], TWO)) == 1
    assert nn.parallel.scatter(3, TWO) == [3, 3]
    first, second = nn.parallel.scatter({"x": [X, 1], "y": (X, "s"), "z": Pair(X, 2)}, TWO)
    assert first["x"][0].equal(X[:3])
    assert second["y"] == (second["y"][0], "s")
    assert isinstance(second["z"], Pair)
    assert second["z"].a.equal(X[3:])


def test_gather():
    parts = nn.parallel.scatter(X, TWO)
    assert nn.parallel.gather(parts, "cpu").equal(X)
    assert nn.parallel.gather([None, None], "cpu") is None
    whole = nn.parallel.gather([{"x": Pair(part, part)} for part in parts], "cpu")
    assert whole["x"].b.equal(X)
    assert nn.parallel.gather([[part] for part in parts], "cpu")[0].equal(X)
    with pytest.warns(UserWarning, match="all input tensors were scalars"):
        assert nn.parallel.gather([mt.tensor(1.0), mt.tensor(2.0)], "cpu").tolist() == [1, 2]
    with pytest.raises(ValueError, match="same number of keys"):
        nn.parallel.gather([{"x": X}, {}], "cpu")


def network():
    mt.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3, bias=False), nn.BatchNorm1d(3), nn.Linear(3, 1)).eval()


def test_replicas_send_their_gradients_home():
    net, alone = network(), network()
    replicas = nn.parallel.replicate(net, TWO)
    parts = nn.parallel.scatter(X, TWO)
    outputs = nn.parallel.parallel_apply(replicas, parts)
    nn.parallel.gather(outputs, "cpu").square().sum().backward()
    alone(X).square().sum().backward()
    for a, b in zip(net.parameters(), alone.parameters(), strict=True):
        assert a.grad.allclose(b.grad)
    assert list(replicas[0].parameters()) == []
    assert not nn.parallel.replicate(net, TWO, detach=True)[0][0].weight.requires_grad
    assert nn.parallel.parallel_apply([net], [(X,)], [None])[0].equal(net(X))
    with pytest.raises(AssertionError, match="number of modules 1 is not equal"):
        nn.parallel.parallel_apply([net], [X, X])


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_calls_the_module():
    net = network()
    model = nn.DataParallel(net, device_ids=[0, 1])
    assert model.device_ids == []
    assert model(X).equal(net(X))
    assert next(iter(model.state_dict())) == "module.0.weight"
    with pytest.raises(RuntimeError, match="device type could not be determined"):
        nn.parallel.data_parallel(net, X)


@pytest.mark.parametrize("count", [1, 2])
def test_with_gpus(monkeypatch, count):
    """GPUs that are main memory in disguise."""
    monkeypatch.setattr(mt.cuda, "is_available", lambda: True)
    monkeypatch.setattr(mt.cuda, "device_count", lambda: count)
    for file in (scatter_gather, data_parallel_file):
        monkeypatch.setattr(file, "place", lambda target: mt.device("cpu"))
    net, calls = network(), []
    net.register_forward_hook(lambda *_: calls.append(1))
    for model in (nn.DataParallel(net), nn.DataParallel(net, range(count), output_device=0)):
        assert model.device_ids == list(range(count))
        assert model(X).allclose(network()(X))
    assert nn.parallel.data_parallel(net, X).allclose(network()(X))
    assert nn.parallel.data_parallel(net, (), module_kwargs={"input": X}).shape == (6, 1)
    assert len(calls) == 4 * count
    monkeypatch.setattr(data_parallel_file, "place", lambda target: mt.device("cuda", int(target)))
    with pytest.raises(RuntimeError, match="found one of them on device: cpu"):
        nn.parallel.data_parallel(net, X)


def test_a_gpu_by_name():
    assert data_parallel_file.gpu_number("cuda:1") == 1
    assert data_parallel_file.gpu_number(mt.device("cuda")) == 0
