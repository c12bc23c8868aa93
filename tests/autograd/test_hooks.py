"""Hooks on tensors and nodes, and gradients of inner tensors that are kept on demand."""

from __future__ import annotations

import gc
import weakref

import pytest

import minitorch as mt


def leaf(*values):
    return mt.tensor(values, dtype=mt.float32, requires_grad=True)


def test_hooks_see_and_replace_gradients():
    x, seen = leaf(1, 2), []
    y = x * 3
    first = y.register_hook(lambda grad: grad * 2)
    y.register_hook(lambda grad: seen.append(grad.tolist()))
    x.register_hook(lambda grad: grad + 1)
    y.sum().backward(retain_graph=True)
    assert seen == [[2, 2]]
    assert x.grad.tolist() == [7, 7]
    first.remove()
    first.remove()
    assert mt.autograd.grad(y.sum(), x)[0].tolist() == [4, 4]


def test_hook_of_a_leaf_runs_once_a_pass_on_the_whole_gradient():
    x, seen = leaf(1, 2), []
    with x.register_hook(lambda grad: seen.append(grad.tolist())):
        (x * 3 + x * 4).sum().backward()
    (x * 3).sum().backward()
    assert seen == [[7, 7]]


def test_a_kept_gradient_is_not_written_by_the_engine():
    x, kept = leaf(1, 2), []
    x.register_hook(kept.append)
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    x.grad.mul_(100)
    assert [g.tolist() for g in kept] == [[2, 2], [3, 3]]


def test_post_accumulate_hook():
    x, seen = leaf(1, 2), []
    handle = x.register_post_accumulate_grad_hook(lambda t: seen.append((t is x, t.grad.tolist())))
    (x * 3).sum().backward()
    (x * 3).sum().backward()
    handle.remove()
    (x * 3).sum().backward()
    assert seen == [(True, [3, 3]), (True, [6, 6])]


def test_optimizer_in_the_backward_pass():
    x = leaf(1, 2)

    def step(parameter):
        with mt.no_grad():
            parameter.sub_(parameter.grad, alpha=0.5)
        parameter.grad = None

    x.register_post_accumulate_grad_hook(step)
    (x * x).sum().backward()
    assert x.tolist() == [0, 0]
    assert x.grad is None


def test_node_hooks():
    x, seen = leaf(1, 2), []
    y = x * 3
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    y.grad_fn.register_prehook(lambda grads: grads[0] + 1)
    y.grad_fn.register_hook(lambda new, old: seen.append((new[0].tolist(), old[0].tolist())))
    handle = y.grad_fn.register_hook(lambda new, old: (new[0] * 2, *new[1:]))
    y.sum().backward(retain_graph=True)
    assert seen == [([33, 33], [11, 11])]
    assert x.grad.tolist() == [66, 66]
    handle.remove()
    x.grad = None
    y.sum().backward()
    assert x.grad.tolist() == [33, 33]


def test_inner_gradients_are_kept_on_demand():
    x = leaf(1, 2)
    y = x * x
    y.retain_grad()
    x.retain_grad()
    assert y.retains_grad
    assert not x.retains_grad
    (y * y).sum().backward(retain_graph=True)
    assert y.grad.tolist() == [2, 8]
    (y * y).sum().backward()
    assert y.grad.tolist() == [4, 16]
    assert x.grad.tolist() == [8, 64]


def test_kept_gradient_is_what_the_hooks_made_of_it():
    x = leaf(1, 2)
    y = x * 3
    y.retain_grad()
    y.register_hook(lambda grad: grad * 2)
    y.sum().backward()
    assert y.grad.tolist() == [2, 2]
    y.grad.zero_()
    assert x.grad.tolist() == [6, 6]


def test_retained_gradient_of_a_tensor_that_is_gone():
    gc.disable()
    try:
        x = leaf(1, 2)
        y = x * 3
        y.retain_grad()
        gone, z = weakref.ref(y), y.sum()
        del y
        assert gone() is None
    finally:
        gc.enable()
    z.backward()
    assert x.grad.tolist() == [3, 3]


def test_inner_gradient_is_warned_of():
    y = leaf(1, 2) * 2
    y.sum().backward()
    with pytest.warns(UserWarning, match=r"\.grad attribute of a Tensor that is not a leaf"):
        assert y.grad is None


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda x: x.detach().register_hook(print), "a hook on a tensor that doesn't require"),
        (
            lambda x: x.detach().register_post_accumulate_grad_hook(print),
            "cannot register a hook on a tensor that doesn't require gradient",
        ),
        (
            lambda x: (x * 2).register_post_accumulate_grad_hook(print),
            "post accumulate grad hooks cannot be registered on non-leaf tensors",
        ),
    ],
)
def test_refused(run, message):
    with pytest.raises(RuntimeError, match=message):
        run(leaf(1, 2))
