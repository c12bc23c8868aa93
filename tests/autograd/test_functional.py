"""`autograd.functional` and `func` against formulas; PyTorch's errors are in tests/parity."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import func
from minitorch.autograd import functional

X, V = np.array([0.5, 1.0, 2.0]), np.array([1.0, -2.0, 3.0])
A = np.array([[1.0, 2.0, -1.0], [0.0, 3.0, 1.0]])
x, v, a = mt.tensor(X), mt.tensor(V), mt.tensor(A)


def quadratic(x):
    """½ xᵀ AᵀA x + Σ x³, whose Hessian is AᵀA + 6 diag(x)."""
    return 0.5 * ((a @ x) ** 2).sum() + (x**3).sum()


GRADIENT = A.T @ A @ X + 3 * X**2
HESSIAN = A.T @ A + 6 * np.diag(X)


def wave(x):
    """sin(A x), whose Jacobian is diag(cos(A x)) A."""
    return (a @ x).sin()


JACOBIAN = np.cos(A @ X)[:, None] * A


def equal(ours, expected):
    np.testing.assert_allclose(ours.detach().numpy(), expected, rtol=1e-12, atol=1e-12)


def test_products():
    weights = mt.tensor([2.0, -1.0], dtype=mt.float64)
    out, product = functional.vjp(wave, x, weights)
    equal(out, np.sin(A @ X))
    equal(product, weights.numpy() @ JACOBIAN)
    equal(functional.jvp(wave, x, v)[1], JACOBIAN @ V)
    equal(functional.vhp(quadratic, x, v)[1], V @ HESSIAN)
    equal(functional.hvp(quadratic, x, v)[1], HESSIAN @ V)
    assert not product.requires_grad


@pytest.mark.parametrize("create_graph", [False, True])
def test_matrices(create_graph):
    inner = x.clone().requires_grad_()
    for matrix, expected in (
        (functional.jacobian(wave, inner, create_graph), JACOBIAN),
        (functional.hessian(quadratic, inner, create_graph), HESSIAN),
    ):
        equal(matrix, expected)
        assert matrix.requires_grad is create_graph
    if create_graph:
        (third,) = mt.autograd.grad(functional.hessian(quadratic, inner, True).sum(), inner)
        equal(third, 6 * np.ones(3))


def test_several_inputs():
    y = mt.tensor([3.0, 5.0], dtype=mt.float64)
    rows = functional.hessian(lambda x, y: (x**2).sum() * y.sum(), (x, y))
    equal(rows[0][0], 2 * 8 * np.eye(3))
    equal(rows[0][1], 2 * X[:, None] * np.ones(2))
    equal(rows[1][1], np.zeros((2, 2)))


def test_transforms():
    equal(func.grad(quadratic)(x), GRADIENT)
    gradient, (value, aux) = func.grad_and_value(lambda x: (quadratic(x), "aux"), has_aux=True)(x)
    equal(gradient, GRADIENT)
    equal(value, quadratic(x).numpy())
    assert aux == "aux"
    for jacobian in (func.jacrev, func.jacfwd):
        equal(jacobian(wave)(x), JACOBIAN)
    equal(func.hessian(quadratic)(x), HESSIAN)
    equal(func.jvp(wave, (x,), (v,))[1], JACOBIAN @ V)
    out, push = func.linearize(wave, x)
    equal(out, np.sin(A @ X))
    equal(push(v), JACOBIAN @ V)
    equal(push(2 * v), 2 * JACOBIAN @ V)
    out, back = func.vjp(wave, x)
    equal(back(mt.tensor([1.0, 0.0], dtype=mt.float64))[0], JACOBIAN[0])
    equal(back(mt.tensor([0.0, 1.0], dtype=mt.float64))[0], JACOBIAN[1])


def test_nested_transforms_do_not_mix_their_inputs():
    one = mt.tensor(2.0)
    assert func.grad(lambda x: x * func.grad(lambda y: x * y)(one))(one) == 4.0
    assert func.grad(func.grad(func.grad(lambda x: x**4)))(one) == 48.0
    assert func.grad(lambda x: func.jvp(lambda y: x * y**3, (x,), (one,))[1])(one) == 6 * 3 * 4


def test_history_is_kept_only_for_others():
    w = mt.tensor(3.0, requires_grad=True)
    slope = func.grad(lambda x: w * x**2)(mt.tensor(2.0))
    slope.backward()
    assert slope == 12 and w.grad == 4
    assert not func.grad(lambda x: x**2)(mt.tensor(2.0)).requires_grad
    with mt.no_grad():
        assert not func.grad(lambda x: w * x**2)(mt.tensor(2.0)).requires_grad


def test_trees():
    params = {"w": x, "b": [v, {"c": x}]}
    found = func.grad(lambda p: (p["w"] * p["b"][0]).sum() + (p["b"][1]["c"] ** 2).sum())(params)
    equal(found["w"], V)
    equal(found["b"][0], X)
    equal(found["b"][1]["c"], 2 * X)


def test_vmap():
    rows = mt.tensor(A)
    equal(func.vmap(lambda row: row * row.sum())(rows), A * A.sum(1, keepdims=True))
    equal(func.vmap(lambda column: column.sum(), in_dims=1)(rows), A.sum(0))
    equal(func.vmap(lambda row: row * 2, out_dims=1)(rows), 2 * A.T)
    equal(func.vmap(func.grad(quadratic), in_dims=0)(rows), A @ (a.T @ a).numpy() + 3 * A**2)


def test_random_numbers_under_vmap():
    with pytest.raises(RuntimeError, match="called random operation"):
        func.vmap(lambda x: x + mt.rand(()))(x)
    mt.manual_seed(0)
    different = func.vmap(lambda x: mt.rand(()), randomness="different")(x)
    same = func.vmap(lambda x: mt.rand(()), randomness="same")(x)
    assert len(set(different.tolist())) == 3
    assert len(set(same.tolist())) == 1


def network():
    mt.manual_seed(0)
    return mt.nn.Sequential(mt.nn.Linear(3, 2), mt.nn.BatchNorm1d(2), mt.nn.Linear(2, 1))


def test_functional_call():
    model, inputs = network(), mt.randn(4, 3)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    zeros = {name: mt.zeros_like(p) for name, p in model.named_parameters()}
    equal(func.functional_call(model, zeros, inputs), np.zeros((4, 1)))
    for name, parameter in model.named_parameters():
        assert isinstance(parameter, mt.nn.Parameter)
        equal(parameter, before[name].numpy())
    found = func.grad(lambda p: func.functional_call(model, p, (inputs,)).square().sum())(before)
    assert found.keys() == before.keys()
    assert (found["0.weight"] != 0).any()


def test_functional_call_restores_after_an_error():
    model = network()
    weight = model[0].weight
    with pytest.raises(ValueError, match="stop"):
        model.register_forward_hook(lambda *_: (_ for _ in ()).throw(ValueError("stop")))
        func.functional_call(model, {"0.weight": mt.zeros(2, 3)}, mt.ones(2, 3))
    assert model[0].weight is weight


def test_functional_call_refuses():
    model = network()
    with pytest.raises(ValueError, match="appeared in multiple dictionaries"):
        func.functional_call(model, ({"0.bias": x}, {"0.bias": x}), x)
    with pytest.raises(RuntimeError, match="Missing key"):
        func.functional_call(model, {"0.bias": x}, x, strict=True)
    with pytest.raises(AttributeError, match="has no attribute `nothing`"):
        func.functional_call(model, {"0.nothing": x}, x)
    model[2].weight = mt.nn.Parameter(mt.ones(1, 2))
    model.register_parameter("tied", model[2].weight)
    with pytest.raises(ValueError, match="multiple values for keys"):
        func.functional_call(model, {"tied": mt.ones(1, 2), "2.weight": mt.zeros(1, 2)}, x)
    one = func.functional_call(model, {"tied": mt.zeros(1, 2), "2.bias": mt.ones(1)}, mt.ones(2, 3))
    equal(one, np.ones((2, 1)))


def test_ensemble():
    models = [mt.nn.Linear(3, 2) for _ in range(3)]
    inputs = mt.randn(4, 3)
    params, buffers = func.stack_module_state(models)
    assert params["weight"].shape == (3, 2, 3) and params["weight"].is_leaf and buffers == {}

    def one(params, buffers, inputs):
        return func.functional_call(models[0], (params, buffers), inputs)

    out = func.vmap(one, in_dims=(0, 0, None))(params, buffers, inputs)
    equal(out, np.stack([model(inputs).detach().numpy() for model in models]))
    with pytest.raises(RuntimeError, match="same training/eval mode"):
        func.stack_module_state([models[0], mt.nn.Linear(3, 2).eval()])
