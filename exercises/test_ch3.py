"""Tests of chapter 3: they compare with MiniTorch's engine, and ask nodes what they keep."""

import pytest

import minitorch as mt
from exercises.checking import same
from minitorch.autograd.graph import Node


def points(*shape, seed=3):
    """Random numbers that ask for a gradient."""
    mt.manual_seed(seed)
    return mt.randn(*shape, dtype=mt.float64, requires_grad=True)


def test_3_1_softplus(work):
    x, y = points(20), points(20)
    ours, theirs = work.Softplus.apply(x * 5), mt.nn.functional.softplus(y * 5)
    same(ours, theirs)
    ours.sum().backward()
    theirs.sum().backward()
    same(x.grad, y.grad, "gradient")


def test_3_1_second_derivative(work):
    assert mt.autograd.gradcheck(work.Softplus.apply, points(6))
    assert mt.autograd.gradgradcheck(work.Softplus.apply, points(6))


def test_3_1_no_overflow(work):
    x = mt.tensor([-1000.0, 0.0, 1000.0], requires_grad=True)
    y = work.Softplus.apply(x)
    y.sum().backward()
    assert y.tolist() == pytest.approx([0.0, 0.6931472, 1000.0])
    assert x.grad.tolist() == [0.0, 0.5, 1.0]


def unordered(loss):
    """The gradients by a walk in the order of finding: what exercise 3.2 starts from."""
    arrived, waiting, leaves = {loss.grad_fn: mt.ones_like(loss)}, [loss.grad_fn], {}
    for node in waiting:
        for edge, result in zip(node.edges, node.run([arrived[node]], None), strict=True):
            if edge is None:
                continue
            target = edge[0]
            if isinstance(target, Node):
                result = result.sum_to_size(target.outputs[0][0])
                if target not in arrived:
                    waiting.append(target)
                arrived[target] = arrived.get(target, 0) + result
            else:
                leaves[target] = leaves.get(target, 0) + result.sum_to_size(target.shape)
    return leaves


def test_3_2_victim(work):
    x = points(4)
    (right,) = mt.autograd.grad(work.victim(x), x)
    assert not mt.allclose(unordered(work.victim(x))[x], right), "the order does not matter here"


def diamonds(x):
    """Paths of all lengths from each value to the result."""
    u = x * 1.0
    for _ in range(6):
        u = u + (u * 0.5).sin().exp() * u
    return u.sum()


def test_3_2_gradients(work):
    x = points(3)
    (right,) = mt.autograd.grad(diamonds(x), x)
    same(work.gradients(diamonds(x))[x], right)


def test_3_2_broadcast_and_several_leaves(work):
    w, b, x = points(2, 3), points(3, seed=4), points(5, 2, seed=5).detach()

    def loss():
        h = (x @ w + b).tanh()
        k = h * b
        return (h + (k * k).sin() * h).mean()

    found = work.gradients(loss())
    assert set(found) == {w, b}
    grad_w, grad_b = mt.autograd.grad(loss(), (w, b))
    same(found[w], grad_w, "gradient of w")
    same(found[b], grad_b, "gradient of b")


def test_3_3_softmax(work):
    x = points(3, 4)
    before = x.detach().clone()
    same(work.softmax(x), mt.softmax(x, -1))
    same(work.softmax(x, 3.0), mt.softmax(3.0 * x, -1), "sharpness 3")
    assert mt.equal(x, before), "x itself is not to change"
    assert mt.autograd.gradcheck(work.softmax, x)
    assert mt.isfinite(work.softmax(mt.tensor([1000.0, 0.0]))).all()
    nodes, waiting = [], [work.softmax(x).grad_fn]
    while waiting:
        node = waiting.pop()
        nodes.append(node.name())
        waiting += [n for n, _ in node.next_functions if n is not None]
    assert "MulBackward0" in nodes, "the harmless change in place is to stay"


def really_kept(expression):
    """What the operation keeps, found out by changing its input, and then its result."""
    found = "nothing"
    for place, name in enumerate(("input", "result")):
        x = mt.rand(4, requires_grad=True) * 1.0
        result = eval(expression, {"x": x})
        (x, result)[place].detach().add_(1.0)
        try:
            result.sum().backward()
        except RuntimeError:
            found = name
    return found


def test_3_4_kept(work):
    said = work.kept()
    assert len(said) == 7
    wrong = [name for name, what in said.items() if what != really_kept(name)]
    assert not wrong, f"look again at {', '.join(wrong)}"


def test_3_5_hessian_times(work):
    def f(x):
        return (x.sin() * x.cumsum(0)).sum().exp() + (x**4).sum()

    x, v = points(5), points(5, seed=6).detach()
    expected = mt.autograd.functional.hessian(f, x) @ v
    same(work.hessian_times(f, x, v), expected)


def test_3_5_no_matrix(work):
    x, v = mt.ones(200_000), mt.arange(200_000.0)
    product = work.hessian_times(lambda x: (x**3).sum(), x, v)
    same(product, 6 * v)


def test_3_5_jacobian_times(work):
    def f(x):
        return mt.stack([x.prod(), x.sin().sum(), x[0] / x[1]])

    x, v = points(4), points(4, seed=6).detach()
    expected = mt.autograd.functional.jacobian(f, x) @ v
    same(work.jacobian_times(f, x, v), expected)
