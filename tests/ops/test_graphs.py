"""What every operation leaves behind: gradients in their own memory, no cycles, the inputs."""

from __future__ import annotations

import contextlib
import gc
import weakref

import pytest

import minitorch as mt
from minitorch.autograd.graph import Node
from tests.ops.samples import CALLS

every_call = pytest.mark.parametrize(("function", "sample"), CALLS)


def listed(result):
    return list(result) if isinstance(result, tuple | list) else [result]


def differentiable(result):
    return [tensor for tensor in listed(result) if tensor.requires_grad]


def bits(tensors):
    """The memory of the tensors, for comparisons in which NaN equals NaN and 0 is not -0."""
    return [tensor._array.tobytes() for tensor in tensors]


@every_call
def test_gradients_share_no_memory(function, sample):
    leaves = sample.leaves()
    outs = differentiable(sample(function, *leaves))
    weights = [mt.rand_like(out) for out in outs]
    mt.autograd.backward(outs, weights, retain_graph=True)
    gradients = [leaf.grad for leaf in leaves if leaf.grad is not None]
    expected, rest = bits(gradients), bits(leaves + outs + weights)
    for place, gradient in enumerate(gradients):
        kept = gradient.clone()
        gradient.fill_(7)
        expected_now = [bits([gradient])[0] if i == place else e for i, e in enumerate(expected)]
        assert bits(gradients) == expected_now, "another gradient has changed"
        assert bits(leaves + outs + weights) == rest, "an input, a result or a weight has changed"
        gradient.copy_(kept)
    for gradient in gradients:
        gradient.fill_(7)
    for leaf in leaves:
        leaf.grad = None
    mt.autograd.backward(outs, weights)
    again = [leaf.grad for leaf in leaves if leaf.grad is not None]
    assert bits(again) == expected, "what was kept for backward has changed"


@contextlib.contextmanager
def no_garbage_collector():
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def nodes_behind(tensors):
    """All nodes of the graph."""
    waiting = [tensor.grad_fn for tensor in tensors if tensor is not None]
    found = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Node) and node not in found:
            found.add(node)
            waiting.extend(edge[0] for edge in node.edges if edge is not None)
    return found


@every_call
@pytest.mark.parametrize("used", ["", "backward", "create_graph"])
def test_graph_goes_with_its_result(function, sample, used):
    with no_garbage_collector():
        inner = [leaf * 1 for leaf in sample.leaves()]
        outs = differentiable(sample(function, *inner))
        weights = [mt.rand_like(out) for out in outs]
        if used:
            second = used == "create_graph"
            outs += mt.autograd.grad(outs, inner, weights, create_graph=second, allow_unused=True)
        watched = [weakref.ref(x) for x in [*inner, *outs, *nodes_behind(outs)] if x is not None]
        del inner, outs, weights
        assert [thing() for thing in watched if thing() is not None] == []


@every_call
def test_no_grad_gives_the_same_values(function, sample):
    leaves = sample.leaves()
    expected = listed(sample(function, *leaves))
    with mt.no_grad():
        found = listed(sample(function, *leaves))
    assert bits(found) == bits(expected)
    assert all(out.grad_fn is None for out in found)


@every_call
def test_inputs_stay_as_they_are(function, sample):
    leaves = sample.leaves()
    before, versions = bits(leaves), [leaf._version for leaf in leaves]
    outs = differentiable(sample(function, *leaves))
    mt.autograd.backward(outs, [mt.rand_like(out) for out in outs])
    assert bits(leaves) == before
    assert [leaf._version for leaf in leaves] == versions


def tensors_in(value):
    if isinstance(value, mt.Tensor):
        return [value]
    value = list(value.values()) if isinstance(value, dict) else value
    return (
        [t for item in value for t in tensors_in(item)] if isinstance(value, tuple | list) else []
    )


@every_call
def test_what_changes_before_backward_is_refused_or_does_no_harm(function, sample):
    def gradients(changed):
        """The gradients where tensor ``changed`` of those given and returned is written into."""
        tensors = []

        def remembering(*args, **kwargs):
            result = function(*args, **kwargs)
            tensors.extend(tensors_in([args, kwargs, result]))
            return result

        inner = [leaf * 1 for leaf in sample.leaves()]
        outs = differentiable(sample(remembering, *inner))
        if changed is not None:
            tensor = tensors[changed]
            with mt.no_grad():
                tensor.copy_(tensor.logical_not() if tensor.dtype in (mt.bool, mt.int64) else 0.3)
        weights = [mt.arange(out.numel()).reshape(out.shape).to(out.dtype) for out in outs]
        found = mt.autograd.grad(outs, inner, weights, allow_unused=True)
        return len(tensors), bits(grad for grad in found if grad is not None)

    count, expected = gradients(None)
    for changed in range(count):
        with contextlib.suppress(RuntimeError):
            assert gradients(changed)[1] == expected, f"tensor {changed} was written into"
