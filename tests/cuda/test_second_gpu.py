"""Everything on a GPU that is not the current one: each operation goes where its operands are."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn
from tests.cuda import test_distributions, test_layers, test_operations, test_training

if mt.cuda.device_count() < 2:
    pytest.skip("there is one GPU", allow_module_level=True)

OTHER = "cuda:1"


@pytest.fixture(autouse=True)
def the_current_gpu_stays():
    yield
    assert mt.cuda.current_device() == 0


@pytest.mark.parametrize(("function", "sample"), test_operations.ON_THE_GPU)
def test_operation(function, sample):
    test_operations.compare_with_cpu(function, sample, OTHER)


@pytest.mark.parametrize(("function", "sample"), test_operations.IN_FLOAT32)
def test_in_float32(function, sample):
    test_operations.compare_in_float32(function, sample, OTHER)


@pytest.mark.parametrize(("in_place", "function", "sample"), test_operations.IN_PLACE_CALLS)
def test_in_place(in_place, function, sample):
    test_operations.compare_in_place(in_place, sample, OTHER)


ROWS = [row for row in test_layers.ROWS if not row[0].startswith("Lazy")]


@pytest.mark.filterwarnings("ignore:.*(NLLLoss2d|mean.*batchmean|nested.tensor)")
@pytest.mark.parametrize(("name", "args", "arrays"), ROWS, ids=lambda value: str(value)[:12])
def test_layer(name, args, arrays):
    mt.manual_seed(0)
    test_layers.compare(getattr(nn, name)(*args), arrays, gpu=OTHER)


@pytest.mark.parametrize("n", [2, 3])
def test_pooling_with_random_windows_and_back(n):
    x = mt.tensor(test_layers.BY_RANK[n], device=OTHER, requires_grad=True)
    getattr(nn, f"FractionalMaxPool{n}d")(2, 3)(x).sum().backward()
    out, places = getattr(nn, f"MaxPool{n}d")(2, return_indices=True)(x)
    back = getattr(nn, f"MaxUnpool{n}d")(2)(out, places)
    assert x.grad.device == back.device == mt.device(OTHER)


@pytest.mark.parametrize("name", "Dropout AlphaDropout FeatureAlphaDropout RReLU".split())
def test_random_layers(name):
    x = mt.tensor(test_layers.IMAGE, device=OTHER)
    assert getattr(nn, name)()(x).device == mt.device(OTHER)


@pytest.mark.parametrize("name", test_training.MODELS)
def test_model(name):
    make, x = test_training.MODELS[name]
    model = make()
    compare_training(model, x, lambda params: mt.optim.SGD(params, 0.1, 0.9))


@pytest.mark.parametrize(("name", "options"), test_training.OPTIMIZERS)
def test_optimizer(name, options):
    make, x = test_training.MODELS["mlp"]
    model = nn.Linear(5, 4, bias=False) if name == "Muon" else make()
    compare_training(model, x, lambda params: getattr(mt.optim, name)(params, **options))


def compare_training(model, x, make):
    runs = [test_training.trained(model, x, device, make) for device in ("cpu", OTHER)]
    for theirs, ours in zip(*runs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", test_distributions.CASES)
def test_distribution(name):
    distribution, parameters, value = test_distributions.made(name, OTHER)
    distribution.log_prob(value).sum().backward()
    samples = distribution.sample((3,))
    assert {t.device for t in (*parameters, samples)} == {mt.device(OTHER)}


def test_gradients_that_meet():
    weight = mt.ones(3, device=OTHER, requires_grad=True)
    here = mt.ones(3, device="cuda:0", requires_grad=True)
    for _ in range(2):  # the second time they are added to what is there
        moved = here.to(OTHER)
        loss = (
            (weight * moved).sum()
            + (weight * weight).sum()
            + moved.exp().to("cuda:0").to(OTHER).sum()
        )
        loss.backward()
    assert weight.grad.device == weight.device and here.grad.device == here.device
    assert weight.grad.tolist() == [6, 6, 6]
    np.testing.assert_allclose(here.grad.cpu(), [2 + 2 * np.e] * 3, rtol=1e-6)
    nn.utils.clip_grad_norm_([weight, here], 1.0)
    assert nn.utils.get_total_norm([weight.grad, here.grad]).item() == pytest.approx(1, rel=1e-5)


def test_a_model_on_two_gpus():
    first, second = nn.Linear(3, 4).to("cuda:0"), nn.Linear(4, 2).to(OTHER)
    optimizer = mt.optim.AdamW([*first.parameters(), *second.parameters()])
    before = [p.detach().cpu() for p in (*first.parameters(), *second.parameters())]
    optimizer.zero_grad(set_to_none=False)
    second(first(mt.ones(5, 3, device="cuda:0")).relu().to(OTHER)).sum().backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    after = [p.detach().cpu() for p in (*first.parameters(), *second.parameters())]
    assert not any(a.equal(b) for a, b in zip(before, after, strict=True))
    fresh = mt.optim.AdamW([*first.parameters(), *second.parameters()])
    fresh.load_state_dict(optimizer.state_dict())
    assert fresh.state[second.weight]["exp_avg"].device == mt.device(OTHER)


@pytest.mark.parametrize("index", test_training.INDICES, ids=str)
def test_index(index):
    x = mt.arange(12.0).view(3, 4)
    y = x.to(OTHER)
    assert y[index].cpu().equal(x[index])
    x[index] = y[index] = -1.0
    assert y.cpu().equal(x)


def test_reading_and_printing():
    x = mt.tensor([[1.5, 2.0], [3.0, float("nan")]], device=OTHER)
    assert repr(x).endswith("device='cuda:1')") and x[0, 0].item() == 1.5
    assert x.nonzero().device == x.device and x.isnan().any()
    assert mt.allclose(x[0], x[0]) and x[:, 0].equal(x[:, 0])
    with pytest.raises(RuntimeError, match="two devices, cuda:1 and cuda:0!"):
        x + mt.ones(2, device="cuda:0")
    with pytest.raises(IndexError, match="index -3 is out of bounds for dimension 0 with size 2"):
        x[mt.tensor([0, -3], device=OTHER)].tolist()
