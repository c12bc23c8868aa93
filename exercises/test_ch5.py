"""Tests of the exercises of chapter 5."""

from itertools import pairwise

import pytest

import minitorch as mt
from exercises.checking import same
from minitorch import nn


def blocks(Module):
    """A small model on the given base: two blocks with a buffer each that share a parameter."""

    class Block(Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(mt.randn(3, 3))
            self.register_buffer("count", mt.tensor(0))
            self.bias = nn.Parameter(mt.randn(3))

        def forward(self, x):
            if self.training:
                self.count = self.count + 1
            return x @ self.weight + self.bias

    class Model(Module):
        def __init__(self):
            super().__init__()
            self.first = Block()
            self.second = Block()
            self.second.weight = self.first.weight
            self.scale = nn.Parameter(mt.ones(3))

        def forward(self, x):
            return self.second(self.first(x)) * self.scale

    mt.manual_seed(0)
    return Model()


def test_5_1_parameters_once(work):
    mine, real = blocks(work.Module), blocks(nn.Module)
    names = [name for name, _ in mine.named_parameters()]
    assert names == [name for name, _ in real.named_parameters()]
    assert len(mine.parameters()) == 4


def test_5_1_buffers_count_in_training_only(work):
    model, x = blocks(work.Module), mt.ones(2, 3)
    model(x)
    assert model.eval() is model and model.first.training is False
    model(x)
    assert model.train() is model and model.second.training is True
    model(x)
    assert model.first.count.item() == 2
    assert model.state_dict()["second.count"].item() == 2


def test_5_1_state_dict(work):
    mine, real = blocks(work.Module).state_dict(), blocks(nn.Module).state_dict()
    assert list(mine) == list(real)
    for name in real:
        same(mine[name], real[name], name)
    assert not any(tensor.requires_grad for tensor in mine.values()), "to be detached"


def test_5_1_load_state_dict(work):
    source, target = blocks(work.Module), blocks(work.Module)
    with mt.no_grad():
        source.second.bias.fill_(5)
    source.first.count = mt.tensor(7)
    kept = target.second.bias
    target.load_state_dict(source.state_dict())
    assert target.second.bias is kept and kept.requires_grad and kept.is_leaf
    assert kept.tolist() == [5, 5, 5] and target.first.count.item() == 7
    with mt.no_grad():
        source.second.bias.fill_(6)
    assert kept.tolist() == [5, 5, 5], "numbers are copied"


def test_5_1_load_state_dict_refuses_other_names(work):
    model = blocks(work.Module)
    for change in (lambda state: state.pop("scale"), lambda state: state.update(more=mt.ones(1))):
        state = dict(model.state_dict())
        change(state)
        with pytest.raises(RuntimeError):
            model.load_state_dict(state)


def test_5_2_everything_learns(work):
    mt.manual_seed(2)
    net = work.Net()
    assert sum(p.numel() for p in net.parameters()) == 3 * (64 + 8) + 8 + 8 + 9
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    same(before["gain"], mt.ones(8) * 0.1, "gain, to begin with")
    same(before["shift"], mt.zeros(8), "shift, to begin with")
    optimizer = mt.optim.SGD(net.parameters(), lr=0.1)
    net(mt.randn(16, 8)).square().mean().backward()
    optimizer.step()
    for name, tensor in net.state_dict().items():
        assert not mt.equal(tensor, before[name]), f"{name} stays as it is"


def test_5_2_same_first_output(work):
    mt.manual_seed(2)
    net, x = work.Net(), mt.ones(1, 8)
    mt.manual_seed(2)
    layers = [nn.Linear(8, 8) for _ in range(3)]
    head = nn.Linear(8, 1)
    for layer in layers:
        x = x + 0.1 * layer(x).tanh()
    same(net(mt.ones(1, 8)), head(x))
    assert "layers.2.bias" in net.state_dict()


@pytest.mark.parametrize("sizes", [[3, 2], [3, 5, 2], [7, 4, 4, 1]])
def test_5_3_first_weights(work, sizes):
    for seed in 0, 1234:
        mt.manual_seed(seed)
        real = [
            parameter.detach().numpy()
            for inputs, outputs in pairwise(sizes)
            for parameter in nn.Linear(inputs, outputs).parameters()
        ]
        mine = work.first_weights(seed, sizes)
        assert len(mine) == len(real)
        for a, b in zip(mine, real, strict=True):
            assert a.shape == b.shape and a.dtype == b.dtype
            assert abs(a - b).max() < 1e-6


def deep():
    """A network in which the outputs shrink."""
    mt.manual_seed(3)
    linear = [nn.Linear(32, 32, bias=False) for _ in range(6)]
    tail = nn.Sequential(linear[4], nn.Tanh(), linear[5])
    return nn.Sequential(*[nn.Sequential(one, nn.ReLU()) for one in linear[:4]], tail)


def test_5_4_sizes(work):
    model, x = deep(), mt.randn(64, 32)
    found = work.output_sizes(model, x)
    names = [name for name, module in model.named_modules() if not list(module.children())]
    assert list(found) == names
    assert found["4.2"] == pytest.approx(model(x).square().mean().sqrt().item())
    expected = model[0](x).square().mean().sqrt().item()
    assert found["0.1"] == pytest.approx(expected)


def test_5_4_leaves_no_hook(work):
    model = deep()
    work.output_sizes(model, mt.randn(4, 32))
    with pytest.raises(RuntimeError):
        work.output_sizes(model, mt.randn(4, 31))
    assert not any(module._forward_hooks for module in model.modules()), "a hook is left behind"


def test_5_5_even_outputs(work):
    model, x = deep(), mt.randn(64, 32)
    directions = [nn.functional.normalize(p.detach().flatten(), dim=0) for p in model.parameters()]
    seen = []
    work.even_out(model, x)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            module.register_forward_hook(lambda module, args, output: seen.append(output))
    model(x)
    assert len(seen) == 6
    for output in seen:
        assert output.square().mean().item() == pytest.approx(1, rel=1e-4)
    for parameter, direction in zip(model.parameters(), directions, strict=True):
        scaled = nn.functional.normalize(parameter.detach().flatten(), dim=0)
        assert parameter.requires_grad and mt.allclose(scaled, direction, atol=1e-5)
