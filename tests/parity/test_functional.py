"""`autograd.functional` and `func` against PyTorch: values, histories, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

RNG = np.random.default_rng(3)
X, Y, Z = RNG.uniform(0.5, 1.5, 3), RNG.uniform(0.5, 1.5, 2), RNG.uniform(0.5, 1.5, (2, 3))


def seen(lib, value):
    """A result as something to compare: containers, shapes, numbers, whether it can go on."""
    if isinstance(value, lib.Tensor):
        return tuple(value.shape), value.requires_grad, value.detach().numpy().round(9).tolist()
    if isinstance(value, tuple | list):
        return [type(value).__name__, *(seen(lib, item) for item in value)]
    if isinstance(value, dict):
        return {key: seen(lib, item) for key, item in value.items()}
    return value


def outcome(lib, line):
    """What a line of Python says with ``lib`` as torch: a value, or an error."""
    names = {"torch": lib, "F": lib.autograd.functional, "func": lib.func, "nn": lib.nn}
    for name, array in (("x", X), ("y", Y), ("z", Z)):
        names[name] = lib.tensor(array)
        names[name.upper()] = lib.tensor(array, requires_grad=True)
    names["one"] = lib.tensor(1.5, dtype=lib.float64)
    names["cubes"] = lambda *xs: sum((x**3).sum() for x in xs)
    names["mixed"] = lambda x, y: (x.sin().outer(y), (x.sum() * y).exp())
    names["product"] = lambda x, y: x.sum() ** 2 * y.prod()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return seen(lib, eval(line, names))
        except Exception as error:
            sentence = str(error).replace("minitorch.tensor", "torch").split("\n")[0]
            return type(error).__name__, sentence.split(". cotangents")[0].split(" structure")[0]


PRODUCTS = """
F.vjp(torch.sin, x, x)
F.vjp(torch.sin, X, x)
F.vjp(torch.sin, X, x, create_graph=True)
F.vjp(torch.sin, x, X, create_graph=True)
F.vjp(mixed, (x, y), (z.t(), y))
F.vjp(cubes, x)
F.vjp(lambda x, y: x.sum(), (x, y))
F.vjp(lambda x, y: x.sum(), (x, y), strict=True)
F.vjp(lambda x: x * 2, x, x, create_graph=True, strict=True)
F.vjp(lambda x: x.detach(), x, x)
F.vjp(lambda x: x.detach(), x, x, strict=True)
F.vjp(torch.sin, x)
F.vjp(mixed, (x, y))
F.vjp(torch.sin, x, y)
F.vjp(torch.sin, x, (x, x))
F.vjp(mixed, (x, y), (x, y))
F.vjp(mixed, (x, y), x)
F.vjp(torch.sin, x, 3)
F.vjp(torch.sin, [x], x)
F.vjp(torch.sin, (x, 1), x)
F.vjp(lambda x: 1, x, x)
F.vjp(lambda x: (x, 1), x, x)
F.jvp(torch.sin, x, x)
F.jvp(torch.sin, X, x, create_graph=True)
F.jvp(torch.sin, x, X, create_graph=True)
F.jvp(mixed, (x, y), (x, y))
F.jvp(torch.sin, one)
F.jvp(torch.sin, x)
F.jvp(mixed, (x, y), x)
F.jvp(lambda x, y: x.sum(), (x, y), (x, y))
F.jvp(lambda x, y: x.sum(), (x, y), (x, y), strict=True)
F.jvp(lambda x: x.detach(), x, x)
F.jvp(lambda x: x.detach(), x, x, strict=True)
F.jvp(lambda x: x + 1, x, x, strict=True)
F.jvp(lambda x: x * 2, x, x, strict=True, create_graph=True)
F.vhp(cubes, x, x)
F.vhp(cubes, (x, y), (x, y))
F.vhp(cubes, X, x, create_graph=True)
F.vhp(product, (x, y), (x, y))
F.vhp(cubes, one)
F.vhp(cubes, x)
F.vhp(cubes, (x, y), x)
F.vhp(torch.sin, x, x)
F.vhp(mixed, (x, y), (x, y))
F.vhp(lambda x: x.sum(), x, x)
F.vhp(lambda x: x.sum(), x, x, strict=True)
F.vhp(lambda x, y: (x**2).sum(), (x, y), (x, y), strict=True)
F.vhp(lambda x, y: (x**2).sum() + y.sum(), (x, y), (x, y), strict=True)
F.vhp(lambda x: (x * x).sum(), x, x, strict=True, create_graph=True)
F.hvp(cubes, x, x)
F.hvp(cubes, X, x, create_graph=True)
F.hvp(product, (x, y), (x, y))
F.hvp(cubes, one)
F.hvp(cubes, x)
F.hvp(lambda x: x.sum(), x, x)
F.hvp(lambda x: x.sum(), x, x, strict=True)
F.hvp(lambda x: (x**2).sum(), x, x, strict=True)
F.hvp(lambda x: (x * x).sum(), x, x, strict=True, create_graph=True)
"""

MATRICES = """
F.jacobian(torch.sin, x)
F.jacobian(torch.sin, X)
F.jacobian(torch.sin, X, create_graph=True)
F.jacobian(torch.sin, x, create_graph=True)
F.jacobian(mixed, (x, y))
F.jacobian(mixed, (X, y), create_graph=True)
F.jacobian(lambda x: (x.sum(), x), x)
F.jacobian(lambda x: (x.sum(),), (x,))
F.jacobian(cubes, one)
F.jacobian(lambda x, y: x, (x, y))
F.jacobian(lambda x, y: x, (x, y), strict=True)
F.jacobian(lambda x: x.detach(), x)
F.jacobian(lambda x: x.detach(), x, strict=True)
F.jacobian(lambda x: x * 2, x, strict=True, create_graph=True)
F.jacobian(mixed, (x, y), vectorize=True)
F.jacobian(mixed, (x, y), vectorize=True, strict=True)
F.jacobian(torch.sin, x, strategy="forward-mode", vectorize=True)
F.jacobian(mixed, (x, y), strategy="forward-mode")
F.jacobian(mixed, (x, y), strategy="forward-mode", strict=True)
F.jacobian(mixed, (x, y), strategy="forward-mode", create_graph=True)
F.jacobian(mixed, (x, y), strategy="sideways")
F.jacobian(torch.sin, 1)
F.jacobian(lambda x: 1, x)
F.jacobian(torch.sin, (x, 1))
F.hessian(cubes, x)
F.hessian(cubes, X)
F.hessian(cubes, X, create_graph=True)
F.hessian(product, (x, y))
F.hessian(product, (x, y), vectorize=True)
F.hessian(cubes, one)
F.hessian(lambda x: x.sum(), x)
F.hessian(lambda x: x.sum(), x, strict=True)
F.hessian(lambda x: (x**2).sum(), x, strict=True)
F.hessian(lambda x: (x * x).sum(), x, strict=True, create_graph=True)
F.hessian(torch.sin, x)
F.hessian(lambda x: (x.sum(),), x)
F.hessian(cubes, x, outer_jacobian_strategy="sideways")
"""

TRANSFORMS = """
func.grad(cubes)(x)
func.grad(cubes)(X)
func.grad(cubes, argnums=1)(x, y)
func.grad(cubes, argnums=(0, 1))(x, y)
func.grad(cubes, argnums=-1)(x, y)
func.grad(lambda p: cubes(p["a"], *p["b"]))({"a": x, "b": (y, z)})
func.grad(lambda x: (cubes(x), x + 1), has_aux=True)(x)
func.grad(lambda x: (cubes(x), x + 1), has_aux=True)(X)
func.grad(lambda x: cubes(x * Y.sum()))(x)
func.grad(lambda x, scale: scale * x.sum())(x, scale=Y.prod())
func.grad(lambda x: y.sum())(x)
func.grad(func.grad(lambda x: x**4))(one)
func.grad(func.grad(func.grad(torch.sin)))(one)
func.grad(lambda x: (x * func.grad(lambda y: x * y)(one)).sum())(one)
func.grad_and_value(cubes)(x)
func.grad_and_value(lambda x: (cubes(x), {"twice": x * 2}), has_aux=True)(x)
func.grad(torch.sin)(x)
func.grad(lambda x: 1.0)(x)
func.grad(lambda x: (x.sum(),))(x)
func.grad(lambda x: x.sum(), has_aux=True)(x)
func.grad(cubes, argnums=2)(x, y)
func.grad(cubes, argnums=(0, 0))(x, y)
func.grad(cubes, argnums=())(x, y)
func.grad(cubes, argnums="x")(x, y)
func.grad(lambda x: x)(1.0)
func.vjp(torch.sin, x)[0]
func.vjp(torch.sin, x)[1](x)
func.vjp(torch.sin, X)[1](x)
func.vjp(mixed, x, y)[1]((z.t(), y))
func.vjp(lambda x: (x, x), x, has_aux=True)[2]
func.vjp(mixed, x, y)[1](x)
func.vjp(lambda x: 1, x)
func.vjp(lambda x: None, x)
func.vjp(lambda x: x > 0, x)
func.jvp(torch.sin, (x,), (x,))
func.jvp(torch.sin, (x,), (X,))
func.jvp(torch.sin, (X,), (x,))
func.jvp(mixed, (x, y), (x, y))
func.jvp(lambda x: (x.sin(), x), (x,), (x,), has_aux=True)
func.jvp(lambda x: y, (x,), (x,))
func.jvp(torch.sin, x, x)
func.jvp(torch.sin, (x,), (x, x))
func.jvp(lambda x: 1, (x,), (x,))
func.grad(lambda x: func.jvp(cubes, (x,), (x,))[1])(x)
func.jvp(func.grad(cubes), (x,), (x,))
func.linearize(torch.sin, x)[1](x)
func.linearize(mixed, x, y)[1](x, y)
func.jacrev(torch.sin)(x)
func.jacrev(torch.sin)(X)
func.jacrev(mixed, argnums=(0, 1))(x, y)
func.jacrev(mixed, argnums=1)(x, y)
func.jacrev(lambda x: {"a": x.sum(), "b": x})(x)
func.jacrev(lambda x: (x.sin(), x), has_aux=True)(x)
func.jacrev(func.jacrev(torch.sin))(x)
func.jacrev(torch.sin, chunk_size=2)(x)
func.jacrev(torch.sin, chunk_size=0)
func.jacrev(torch.sin)(x + 1j)
func.jacrev(lambda x: x + 1j)(x)
func.jacfwd(torch.sin)(x)
func.jacfwd(mixed, argnums=(0, 1))(x, y)
func.jacfwd(torch.sin)(x + 1j)
func.hessian(cubes)(x)
func.jacrev(lambda x: x[:0])(x)
func.jacfwd(lambda x: x[:0])(x)
func.jacrev(lambda x: x)(x[:0])
func.hessian(product, argnums=(0, 1))(x, y)
"""

BATCHES = """
func.vmap(torch.dot)(z, z)
func.vmap(torch.dot, in_dims=(0, None))(z, x)
func.vmap(lambda a: a.sum(), in_dims=1)(z)
func.vmap(lambda a: a.sum(), in_dims=-1)(z)
func.vmap(lambda a: a * 2, out_dims=1)(z)
func.vmap(lambda a: (a * 2, a.sum()), out_dims=(1, 0))(z)
func.vmap(lambda p: p["a"] * p["b"], in_dims=({"a": 0, "b": None},))({"a": z, "b": x})
func.vmap(lambda a: {"s": a.sum()})(z)
func.vmap(func.vmap(lambda a: a * 2))(z)
func.vmap(func.grad(cubes))(z)
func.vmap(func.grad(lambda x, y: (x * y).sum()), in_dims=(0, None))(z, x)
func.vmap(func.jacrev(torch.sin))(z)
func.jacrev(func.vmap(torch.sum))(z)
func.grad(lambda z: func.vmap(cubes)(z).sum())(z)
func.vmap(lambda a: a.sum())(Z)
func.vmap(lambda a, k: a * k)(z, k=z)
func.vmap(lambda a: a, chunk_size=1)(z)
torch.vmap(torch.sum)(z)
func.vmap(lambda a: (a, 1), out_dims=(0, None))(z)
func.vmap(torch.dot)(z, x)
func.vmap(torch.sum)()
func.vmap(lambda a: a, in_dims="0")(z)
func.vmap(lambda a: a, in_dims=(0, 0))(z)
func.vmap(lambda a: a, in_dims=2)(z)
func.vmap(lambda a: a, in_dims=(0.5,))(z)
func.vmap(lambda a, b: a, in_dims=(0, 0))(z, 1)
func.vmap(lambda a: a, in_dims=(None,))(z)
func.vmap(lambda a: 1)(z)
func.vmap(lambda a: (a, a), out_dims=(0, 0, 0))(z)
func.vmap(lambda a: a + torch.rand(3))(z)
func.vmap(lambda a: a, randomness="sometimes")(z)
func.vmap(lambda a: a, chunk_size=0)(z)
"""

LINES = [line for block in (PRODUCTS, MATRICES, TRANSFORMS, BATCHES) for line in block.split("\n")]


@pytest.mark.parametrize("line", [line for line in LINES if line])
def test_line(line):
    assert outcome(mt, line) == outcome(torch, line)
