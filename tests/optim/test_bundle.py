"""Small parameters are updated as one array; nobody can tell, but by the time it takes."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import minitorch as mt
from minitorch.optim import bundle

ALGORITHMS = [
    (mt.optim.SGD, {"lr": 0.1}),
    (mt.optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    (mt.optim.Adam, {"amsgrad": True}),
    (mt.optim.AdamW, {"lr": 0.1, "maximize": True}),
    (mt.optim.RMSprop, {"centered": True, "momentum": 0.9}),
    (mt.optim.Adadelta, {}),
    (mt.optim.Adamax, {}),
    (mt.optim.NAdam, {}),
    (mt.optim.RAdam, {}),
    (mt.optim.Rprop, {}),
    (mt.optim.ASGD, {"t0": 2}),
]
SHAPES = [(3,), (2, 4), (), (5, 1)]


def parameters(shapes=SHAPES):
    rng = np.random.default_rng(0)
    return [mt.tensor(rng.standard_normal(shape), requires_grad=True) for shape in shapes]


def give_gradients(params, step):
    rng = np.random.default_rng(step)
    for param in params:
        param.grad = mt.tensor(np.asarray(rng.standard_normal(tuple(param.shape))))


def step(optimizer, params, number):
    give_gradients(params, number)
    optimizer.step()


def one_by_one(make, steps=6):
    """The numbers and states after some steps of an optimizer for each parameter."""
    params = parameters()
    optimizers = [make([param]) for param in params]
    for number in range(steps):
        give_gradients(params, number)
        for optimizer in optimizers:
            optimizer.step()
    return params, [
        optimizer.state[param] for optimizer, param in zip(optimizers, params, strict=True)
    ]


def check(optimizer, params, expected_params, expected_states):
    for param, expected, state in zip(params, expected_params, expected_states, strict=True):
        assert np.array_equal(param.numpy(force=True), expected.numpy(force=True))
        assert list(optimizer.state[param]) == list(state)
        for name, tensor in state.items():
            assert np.array_equal(optimizer.state[param][name].numpy(), tensor.numpy()), name
            assert optimizer.state[param][name].shape == tensor.shape


@pytest.mark.parametrize(("algorithm", "options"), ALGORITHMS)
def test_as_one_by_one(algorithm, options):
    params = parameters()
    optimizer = algorithm(params, **options)
    for number in range(6):
        step(optimizer, params, number)
    assert optimizer._bundles
    check(optimizer, params, *one_by_one(lambda param: algorithm(param, **options)))


def test_a_parameter_without_gradient_for_a_while():
    params, twins = parameters(), parameters()
    together = mt.optim.Adam(params)
    alone = [mt.optim.Adam([twin]) for twin in twins]
    for number in range(6):
        give_gradients(params, number)
        give_gradients(twins, number)
        if number in (2, 3):
            params[1].grad = twins[1].grad = None
        together.step()
        for optimizer in alone:
            optimizer.step()
    assert together.state[params[1]]["step"].item() == 4
    assert together.state[params[0]]["step"].item() == 6
    for param, twin in zip(params, twins, strict=True):
        assert mt.equal(param, twin)


def test_a_changed_state_counts():
    def run(params, optimizers):
        for number in range(6):
            give_gradients(params, number)
            for optimizer in optimizers:
                optimizer.step()
                if number == 2:
                    for state in optimizer.state.values():
                        state["exp_avg"].zero_()
                        state["exp_avg_sq"] = mt.ones_like(state["exp_avg_sq"])
        return params

    first, second = parameters(), parameters()
    run(first, [mt.optim.Adam(first)])
    run(second, [mt.optim.Adam([param]) for param in second])
    assert all(map(mt.equal, first, second))


def test_a_forgotten_state_begins_anew():
    params = parameters()
    optimizer = mt.optim.Adam(params)
    step(optimizer, params, 0)
    optimizer.state.clear()
    step(optimizer, params, 1)
    assert [state["step"].item() for state in optimizer.state.values()] == [1] * len(params)


def test_saved_and_loaded():
    params, others = parameters(), parameters()
    optimizer, loaded = mt.optim.Adam(params), mt.optim.Adam(others)
    for number in range(3):
        step(optimizer, params, number)
    for other, param in zip(others, params, strict=True):
        other.data.copy_(param.data)
    loaded.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for number in range(3, 6):
        step(optimizer, params, number)
        step(loaded, others, number)
    assert all(map(mt.equal, params, others))


def test_overlapping_parameters_are_updated_one_after_the_other():
    memory = np.zeros(4, np.float32)
    params = [
        mt.from_numpy(memory[:3]).requires_grad_(),
        mt.from_numpy(memory[1:]).requires_grad_(),
    ]
    for param in params:
        param.grad = mt.ones(3)
    mt.optim.SGD(params, lr=1).step()
    assert memory.tolist() == [-1, -2, -2, -1]


def test_a_formula_over_all_elements_is_never_bundled():
    class Normalized(mt.optim.SGD):
        def update(self, xp, param, grad, state, group, a, b):
            param -= group["lr"] * grad / xp.linalg.norm(grad)

    params = [mt.zeros(2, requires_grad=True) for _ in range(2)]
    for param in params:
        param.grad = mt.tensor([3.0, 4.0])
    Normalized(params, lr=1).step()
    for param in params:
        assert param.tolist() == pytest.approx([-0.6, -0.8])


def test_large_parameters_stay_alone():
    params = parameters([(bundle.SMALL + 1,), (3,), (4,)])
    optimizer = mt.optim.Adam(params)
    step(optimizer, params, 0)
    assert optimizer._bundles[0].params == params[1:]
    assert len(optimizer.state) == 3


def test_each_change_is_counted():
    params = parameters()
    optimizer = mt.optim.Adam(params)
    versions = [param._version for param in params]
    step(optimizer, params, 0)
    assert [param._version for param in params] == [version + 1 for version in versions]


def test_momentum_that_a_schedule_gives_later():
    def make(params):
        return mt.optim.SGD(params, lr=0.1)

    def steps(optimizers, params):
        for number in range(6):
            give_gradients(params, number)
            for optimizer in optimizers:
                optimizer.param_groups[0]["momentum"] = 0.0 if number in (0, 1, 4) else 0.9
                optimizer.step()

    params, alone = parameters(), parameters()
    together, each = make(params), [make([param]) for param in alone]
    steps([together], params)
    steps(each, alone)
    assert together._bundles
    states = [optimizer.state[param] for optimizer, param in zip(each, alone, strict=True)]
    assert all(list(state) == ["momentum_buffer"] for state in states)
    check(together, params, alone, states)
