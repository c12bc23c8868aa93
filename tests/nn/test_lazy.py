"""Lazy layers: what they are before their first input, and that they become the ordinary ones."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn
from minitorch.nn.modules.lazy import LazyModuleMixin
from minitorch.nn.parameter import is_lazy

# A lazy layer, the ordinary one that it becomes, and the size of an input.
PAIRS = [
    (nn.LazyLinear, nn.Linear, (3,), {}, (5, 4)),
    (nn.LazyLinear, nn.Linear, (3,), {"bias": False}, (4,)),
    *(
        (getattr(nn, f"Lazy{kind}{n}d"), getattr(nn, f"{kind}{n}d"), (2, 3), {}, (2, 4, *[5] * n))
        for kind in ("Conv", "ConvTranspose")
        for n in (1, 2, 3)
    ),
    (nn.LazyConv2d, nn.Conv2d, (4, 3), {"groups": 2, "padding": 1, "bias": False}, (2, 6, 6)),
    (nn.LazyConvTranspose2d, nn.ConvTranspose2d, (4, 3, 2, 1, 1, 2), {}, (1, 2, 6, 6)),
]
NORMS = [
    (getattr(nn, f"LazyBatchNorm{n}d"), getattr(nn, f"BatchNorm{n}d"), (3, 4, *[2] * n))
    for n in (1, 2, 3)
]


def drawn(shape):
    return mt.tensor(np.random.default_rng(0).standard_normal(shape).astype("float32"))


@pytest.mark.parametrize(("lazy", "ordinary", "args", "options", "shape"), PAIRS)
def test_becomes_the_ordinary_layer(lazy, ordinary, args, options, shape):
    x = drawn(shape)
    layer = lazy(*args, **options)
    assert isinstance(layer, ordinary) and type(layer) is lazy
    assert all(is_lazy(p) for p in layer.parameters()) and layer.has_uninitialized_params()
    mt.manual_seed(3)
    out = layer(x)
    inputs = x.shape[-1] if ordinary is nn.Linear else x.shape[-layer.dims - 1]
    mt.manual_seed(3)
    expected = ordinary(inputs, *args, **options)
    assert type(layer) is ordinary and repr(layer) == repr(expected)
    assert layer.__dict__.keys() == expected.__dict__.keys()
    np.testing.assert_array_equal(out.detach().numpy(), expected(x).detach().numpy())
    state = layer.state_dict()
    assert list(state) == list(expected.state_dict())
    assert all(state[name].equal(tensor) for name, tensor in expected.state_dict().items())
    assert all(type(p) is nn.Parameter and p.requires_grad for p in layer.parameters())


@pytest.mark.parametrize(("lazy", "ordinary", "shape"), NORMS)
@pytest.mark.parametrize("options", [{}, {"affine": False}, {"bias": False, "momentum": None}])
def test_norms_become_ordinary_ones(lazy, ordinary, shape, options):
    x = drawn(shape)
    layer, expected = lazy(**options), ordinary(4, **options)
    for _ in range(2):
        assert layer(x).equal(expected(x))
    assert type(layer) is ordinary and repr(layer) == repr(expected)
    for name, tensor in expected.state_dict().items():
        assert layer.state_dict()[name].equal(tensor)


def test_optimizer_knows_the_parameters_from_the_beginning():
    net = nn.Sequential(nn.LazyLinear(8), nn.Tanh(), nn.LazyLinear(1))
    parameters = list(net.parameters())
    optimizer = mt.optim.SGD(net.parameters(), lr=0.1)
    x, y = drawn((16, 3)), drawn((16, 1))
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert [id(p) for p in net.parameters()] == [id(p) for p in parameters]


USES = [
    lambda p: p + 1,
    lambda p: p[0],
    lambda p: p.sum(),
    lambda p: p.numel(),
    lambda p: len(p),
    lambda p: p.clone(),
    lambda p: p.detach(),
    lambda p: p.zero_(),
    lambda p: mt.zeros_like(p),
    lambda p: nn.init.uniform_(p),
    lambda p: nn.init.zeros_(p),
    lambda p: nn.functional.linear(mt.ones(2), p),
]


@pytest.mark.parametrize("use", USES)
def test_what_is_uninitialized_cannot_be_used(use):
    for tensor in (nn.UninitializedParameter(), nn.UninitializedBuffer()):
        with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter in"):
            use(tensor)


def test_what_an_uninitialized_tensor_knows():
    parameter = nn.UninitializedParameter(dtype=mt.float64)
    assert repr(parameter) == "<UninitializedParameter>"
    assert parameter.dtype is mt.float64 and parameter.device == mt.device("cpu")
    assert parameter.is_floating_point() and not parameter.is_complex()
    assert parameter.requires_grad and parameter.is_leaf and parameter.grad is None
    assert not nn.UninitializedParameter(False).requires_grad
    with pytest.raises(RuntimeError, match="Can't access the shape of an uninitialized"):
        _ = parameter.shape
    for converted, dtype in (
        (parameter.half(), mt.float16),
        (parameter.to(mt.float32), mt.float32),
    ):
        assert is_lazy(converted) and converted.dtype is dtype
    parameter.data = mt.zeros(0, dtype=mt.float16)
    assert is_lazy(parameter) and parameter.dtype is mt.float16
    parameter.materialize((2, 3))
    assert type(parameter) is nn.Parameter and parameter.shape == (2, 3)
    assert parameter.dtype is mt.float16 and parameter.requires_grad
    buffer = nn.UninitializedBuffer()
    buffer.materialize([4], dtype=mt.int64)
    assert type(buffer) is mt.Tensor and buffer.dtype is mt.int64 and buffer.shape == (4,)


def test_copies_stay_lazy():
    layer = nn.LazyLinear(3, dtype=mt.float64)
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert is_lazy(twin.weight) and twin.weight is not layer.weight
        assert twin(mt.ones(2, 5).double()).shape == (2, 3) and type(twin) is nn.Linear
        assert twin.weight.dtype is mt.float64
    assert is_lazy(layer.weight)
    assert layer.float()(mt.ones(2, 5)).dtype is mt.float32


def test_state_of_lazy_layers():
    lazy, filled = nn.LazyLinear(3), nn.LazyLinear(3)
    assert repr(lazy.state_dict()["weight"]) == "<UninitializedParameter>"
    filled(mt.ones(2, 5))
    assert repr(lazy.load_state_dict(filled.state_dict())) == "<All keys matched successfully>"
    assert lazy.weight.equal(filled.weight) and type(lazy) is nn.LazyLinear
    assert repr(lazy) == "LazyLinear(in_features=0, out_features=3, bias=True)"
    x = drawn((2, 5))
    assert lazy(x).equal(filled(x)) and type(lazy) is nn.Linear
    assert repr(lazy) == "Linear(in_features=5, out_features=3, bias=True)"
    again = nn.LazyLinear(3)
    again.load_state_dict(filled.state_dict())
    with pytest.raises(AssertionError, match="in_features inferred from input: 4 is not equal to"):
        again(mt.ones(2, 4))
    assert again.load_state_dict(filled.state_dict(), assign=True) == ([], [])
    with pytest.raises(RuntimeError, match="Can't access the shape of an uninitialized"):
        filled.load_state_dict(nn.LazyLinear(3).state_dict())
    empty = nn.LazyBatchNorm1d()
    assert empty.load_state_dict(nn.LazyBatchNorm1d().state_dict()) == ([], [])
    assert empty.has_uninitialized_params()


class Scale(LazyModuleMixin, nn.Module):
    """A lazy layer of a user."""

    def __init__(self):
        super().__init__()
        self.factor = nn.UninitializedParameter()

    def initialize_parameters(self, input):
        with mt.no_grad():
            self.factor.materialize(input.shape[-1:])
            self.factor.fill_(2)

    def forward(self, input):
        return input * self.factor


def test_lazy_layer_of_a_user():
    layer = Scale()
    assert layer(mt.ones(3)).tolist() == [2, 2, 2] and type(layer) is Scale
    assert layer(mt.zeros(3)).tolist() == [0, 0, 0]
    with pytest.raises(AttributeError):
        _ = layer._initialize_hook

    class Forgets(Scale):
        def initialize_parameters(self, input):
            pass

    class Lacks(LazyModuleMixin, nn.Linear):
        pass

    with pytest.raises(RuntimeError, match="module Forgets has not been fully initialized"):
        Forgets()(mt.ones(3))
    with pytest.raises(NotImplementedError, match="initialize_parameters is not implemented"):
        Lacks(2, 2)(mt.ones(2))


def test_hooks_see_the_initialized_layer():
    layer, seen = nn.LazyLinear(3), []
    layer.register_forward_pre_hook(lambda module, args: seen.append(module.weight.shape))
    layer(mt.ones(2, 4))
    layer(mt.ones(2, 4))
    assert seen == [(3, 4), (3, 4)]
