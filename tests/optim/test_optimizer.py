"""What all optimizers share: groups, state, in-place changes, memory, copies."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import minitorch as mt
from minitorch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
    required,
)

ALGORITHMS = (
    "SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam RAdam ASGD Rprop Adafactor Muon".split()
)


def made(name: str, dtype: Any = mt.float32) -> tuple[Any, list[Any]]:
    """An optimizer with two parameters that have gradients."""
    params = [mt.tensor([[1.0, 2.0], [3.0, -4.0]], dtype=dtype, requires_grad=True)]
    params.append(mt.tensor([[0.5]], dtype=dtype, requires_grad=True))
    for param in params:
        param.grad = mt.ones(*param.shape, dtype=dtype)
    options = {"momentum": 0.9} if name == "SGD" else {}
    return getattr(mt.optim, name)(params, lr=0.1, **options), params


@pytest.mark.parametrize("name", ALGORITHMS)
def test_steps_are_in_place(name):
    optimizer, params = made(name)
    arrays = [param.detach().numpy() for param in params]
    before = [array.copy() for array in arrays]
    versions = [param._version for param in params]
    optimizer.step()
    for param, array, old, version in zip(params, arrays, before, versions, strict=True):
        assert np.shares_memory(param.detach().numpy(), array)
        assert (array != old).all()
        assert param._version > version
        assert param.is_leaf
        assert param.requires_grad


@pytest.mark.parametrize("name", ALGORITHMS)
def test_state_is_reused(name):
    optimizer, params = made(name)
    optimizer.step()
    held = {k: v.numpy() for k, v in optimizer.state[params[0]].items()}
    assert held
    optimizer.step()
    for key, value in optimizer.state[params[0]].items():
        assert np.shares_memory(value.numpy(), held[key])


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_parameter_without_gradient_stays(name):
    optimizer, params = made(name)
    params[1].grad = None
    optimizer.step()
    assert params[1].item() == 0.5
    optimizer.step()
    params[1].grad = mt.ones(1, 1)
    optimizer.step()
    assert params[1].item() != 0.5
    state = optimizer.state[params[1]]
    assert state.get("step", mt.tensor(1.0)).item() == 1


@pytest.mark.parametrize("name", ALGORITHMS)
def test_save_and_load(name):
    """A loaded optimizer goes on as the one that was saved, and shares nothing with it."""
    optimizer, params = made(name)
    for _ in range(3):
        optimizer.step()
    other, others = made(name)
    for param, source in zip(others, params, strict=True):
        param.data = source.data.clone()
    other.load_state_dict(optimizer.state_dict())
    optimizer.step()
    other.step()
    for param, source in zip(others, params, strict=True):
        np.testing.assert_array_equal(param.detach().numpy(), source.detach().numpy())
    assert optimizer.param_groups[0]["params"][0] is params[0]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_independent(duplicate):
    optimizer, params = made("Adam")
    optimizer.step()
    twin, twins = duplicate((optimizer, params))
    assert twin.param_groups[0]["params"][0] is twins[0]
    for param in twins:
        param.grad = mt.ones(*param.shape)
    twin.step()
    twin.register_step_post_hook(lambda *args: None)
    assert not optimizer._optimizer_step_post_hooks
    assert optimizer.state[params[0]]["step"].item() == 1
    assert twin.state[twins[0]]["step"].item() == 2


def test_data_may_be_replaced():
    """The work arrays follow a parameter that changes its memory, shape or dtype."""
    optimizer, (w, _) = made("SGD")
    optimizer = mt.optim.SGD([w], lr=0.5, weight_decay=0.1, maximize=True)
    optimizer.step()
    for data in (mt.zeros(2, 2), mt.zeros(7), mt.zeros(3, dtype=mt.float64)):
        w.data = data
        w.grad = mt.ones(*data.shape, dtype=data.dtype)
        optimizer.step()
        assert (data.numpy() == 0.5).all()


def test_a_transposed_parameter():
    base = mt.zeros(2, 3)
    w = base.t().requires_grad_()
    w.grad = mt.tensor(np.arange(6, dtype=np.float32).reshape(3, 2))
    mt.optim.SGD([w], lr=1.0, weight_decay=0.5).step()
    np.testing.assert_array_equal(base.numpy(), -np.arange(6).reshape(3, 2).T)


def test_work_memory_is_shared():
    """Besides the state there are three arrays as large as the largest parameter, and no more."""
    params = [mt.zeros(size, requires_grad=True) for size in (6000, 10000, 5000)]
    optimizer = mt.optim.Adam(params)
    for param in params:
        param.grad = mt.ones(*param.shape)
    optimizer.step()
    assert sum(pool.nbytes for pool in optimizer._pools.values()) == 3 * 10000 * 4
    assert {id(work[0].base) for work in optimizer._work.values()} == {
        id(pool) for pool in optimizer._pools.values()
    }


def test_float64_default_dtype_makes_wide_counters():
    w = mt.zeros(1, requires_grad=True)
    w.grad = mt.ones(1)
    optimizer = mt.optim.NAdam([w])
    mt.set_default_dtype(mt.float64)
    try:
        optimizer.step()
    finally:
        mt.set_default_dtype(mt.float32)
    assert {k: v.dtype for k, v in optimizer.state[w].items()} == {
        "step": mt.float64,
        "mu_product": mt.float64,
        "exp_avg": mt.float32,
        "exp_avg_sq": mt.float32,
    }


def test_inference_mode_and_closures():
    w = mt.tensor([2.0], requires_grad=True)
    optimizer = mt.optim.SGD([w], lr=0.25)

    def closure():
        assert mt.is_grad_enabled()
        (w * w).backward()
        return w.item()

    with mt.no_grad():
        assert optimizer.step(closure) == 2.0
    assert w.item() == 1.0


def test_zero_grad():
    w = mt.tensor([2.0], requires_grad=True)
    optimizer = mt.optim.SGD([w])
    optimizer.zero_grad()
    (w * w).sum().backward(create_graph=True)
    grad = w.grad
    optimizer.zero_grad(set_to_none=False)
    assert w.grad is grad
    assert grad.item() == 0
    assert not grad.requires_grad
    optimizer.zero_grad()
    assert w.grad is None


def test_groups_have_their_own_options():
    a, b = (mt.zeros(1, requires_grad=True) for _ in range(2))
    optimizer = mt.optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.1)
    a.grad, b.grad = mt.ones(1), mt.ones(1)
    optimizer.step()
    assert (round(a.item(), 6), b.item()) == (-0.1, -1.0)


def test_hooks_run_once_around_a_step_that_calls_another():
    class Counting(mt.optim.SGD):
        def step(self, closure=None):
            return super().step(closure)

    seen = []
    optimizer = Counting([mt.zeros(1, requires_grad=True)])
    optimizer.register_step_pre_hook(lambda *args: seen.append("before"))
    optimizer.register_step_post_hook(lambda *args: seen.append("after"))
    optimizer.step()
    assert seen == ["before", "after"]


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_old_counter_is_a_plain_number(name):
    """Old files have the step as a Python number."""
    optimizer, params = made(name)
    optimizer.step()
    saved = copy.deepcopy(optimizer.state_dict())
    if "step" in saved["state"][0]:
        saved["state"][0]["step"] = 5
        optimizer.load_state_dict(saved)
        optimizer.step()
        assert optimizer.state[params[0]]["step"].item() == 6


def test_missing_options_are_filled_in():
    optimizer, _ = made("Adam")
    saved = optimizer.state_dict()
    del saved["param_groups"][0]["maximize"]
    saved["state"]["whole"] = 3
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["maximize"] is False
    assert optimizer.state["whole"] == 3
    optimizer.step()


def test_adamw_decays_apart_from_the_gradient_even_with_the_state_of_adam():
    optimizer, _ = made("Adam")
    other, _ = made("AdamW")
    other.load_state_dict(optimizer.state_dict())
    assert other.param_groups[0]["decoupled_weight_decay"] is True


def test_what_is_not_supported_is_refused():
    w = mt.zeros(1, requires_grad=True)
    with pytest.raises(NotImplementedError, match="differentiable=True is not supported"):
        mt.optim.SGD([w], differentiable=True)
    with pytest.raises(ValueError, match="optimizer got an empty parameter list"):
        mt.optim.Adam([])
    with pytest.raises(ValueError, match="can't optimize a non-leaf Tensor"):
        mt.optim.Adam([w * 1])
    with pytest.raises(TypeError, match=r"one of the params is mymodule\.Thing"):
        mt.optim.Adam([type("Thing", (), {"__module__": "mymodule"})()])
    with pytest.warns(UserWarning, match="duplicate parameters"):
        mt.optim.SGD([w, w])
    optimizer = mt.optim.LBFGS([w])
    optimizer.param_groups.append({"params": []})
    with pytest.raises(AssertionError, match="Expected exactly one param_group, but got 2"):
        optimizer.step(lambda: 0.0)


def test_lbfgs_with_complex_and_unused_parameters():
    z = mt.tensor([3.0 + 4.0j, 1.0j], requires_grad=True)
    unused = mt.tensor([[7.0]], requires_grad=True)
    optimizer = mt.optim.LBFGS([z, unused], line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = (z * z.conj()).real.sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert abs(z.detach().numpy()).max() < 1e-5
    assert unused.item() == 7


def test_step_hooks():
    optimizer, _ = made("SGD")
    seen = []
    handles = [
        register_optimizer_step_pre_hook(lambda o, args, kwargs: seen.append("all before")),
        register_optimizer_step_post_hook(lambda o, args, kwargs: seen.append("all after")),
        optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(kwargs)),
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(args[0] is o)),
    ]
    optimizer.step(closure=None)
    assert seen == ["all before", {"closure": None}, True, "all after"]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(seen) == 4
    with optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: "other"), {})):
        assert optimizer.step() == "other"
    optimizer.register_step_pre_hook(lambda o, args, kwargs: "nonsense")
    with pytest.raises(RuntimeError, match="must return None or a tuple of"):
        optimizer.step()


def test_state_dict_hooks():
    optimizer, _ = made("SGD")
    seen = []
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("second"))
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("first"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda o, saved: {**saved, "more": 1})
    optimizer.register_load_state_dict_pre_hook(lambda o, saved: {**saved, "seen": True})
    optimizer.register_load_state_dict_pre_hook(lambda o, saved: seen.append(sorted(saved)))
    optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded"))
    optimizer.load_state_dict(optimizer.state_dict())
    assert seen == ["first", "second", ["more", "param_groups", "seen", "state"], "loaded"]


def test_named_parameters_and_repr():
    a, b = (mt.zeros(1, requires_grad=True) for _ in range(2))
    optimizer = mt.optim.SGD([("a", a)], lr=0.5)
    optimizer.add_param_group({"params": [("b", b)], "lr": 0.25})
    lines = repr(optimizer).split("\n")
    assert lines[:2] == ["SGD (", "Parameter Group 0"]
    assert "    param_names: ['a']" in lines
    assert "    lr: 0.25" in lines[lines.index("Parameter Group 1") :]
    saved = optimizer.state_dict()
    del saved["param_groups"][0]["param_names"]
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["param_names"] == ["a"]
    assert repr(required) == "<required parameter>"


@pytest.mark.parametrize("name", ["SGD", "Adam", "Adagrad", "Rprop"])
def test_complex_parameters_are_pairs_of_real_ones(name):
    numbers = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)
    z = mt.tensor(numbers.view(np.complex64)[:, 0], requires_grad=True)
    w = mt.tensor(numbers, requires_grad=True)
    options = {"momentum": 0.9} if name == "SGD" else {}
    optimizers = [getattr(mt.optim, name)([p], lr=0.1, **options) for p in (z, w)]
    for i in range(5):
        grad = (numbers + i).astype(np.float32)
        z.grad, w.grad = mt.tensor(grad.view(np.complex64)[:, 0]), mt.tensor(grad)
        for optimizer in optimizers:
            optimizer.step()
    np.testing.assert_array_equal(
        z.detach().numpy().view(np.float32), w.detach().numpy().reshape(-1)
    )
    for value in optimizers[0].state[z].values():
        assert value.dtype is (mt.complex64 if value.ndim else mt.float32)


def test_tensor_options_are_read_at_each_step():
    lr = mt.tensor([0.5])
    w = mt.zeros(1, requires_grad=True)
    optimizer = mt.optim.SGD([w], lr=lr)
    w.grad = mt.ones(1)
    optimizer.step()
    lr.fill_(0.25)
    optimizer.step()
    assert w.item() == -0.75
