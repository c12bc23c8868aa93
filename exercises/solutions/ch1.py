"""Solutions of chapter 1."""

import math

from exercises.scalars import Value, youngest_first


def log(x):
    """The slope of the logarithm at x is 1 / x."""
    return Value(math.log(x.data), (x,), (1 / x.data,))


def sigmoid(x):
    """With s for the result, the slope is s * (1 - s): as for `tanh`, the result is enough.

    Composed, ``1 / (1 + (-x).exp())`` is right as well, until e**800 overflows. A primitive of its
    own can avoid that: sigmoid(x) is (1 + tanh(x / 2)) / 2.
    """
    s = (1 + math.tanh(x.data / 2)) / 2
    return Value(s, (x,), (s * (1 - s),))


def backward(root):
    """Both arrows of ``x * x`` lead to x: the second gradient took the place of the first.

    Effects along several ways add up.
    """
    arrived = {root: 1.0}
    for node in youngest_first(root):
        grad = arrived.pop(node)
        node.grad += grad
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            arrived[parent] = arrived.get(parent, 0.0) + slope * grad


def train(parameters, loss_of, backward, rate, steps):
    """`backward` adds to ``grad``: without zeros, each step goes along all gradients so far."""
    losses = []
    for _ in range(steps):
        loss = loss_of()
        losses.append(loss.data)
        for parameter in parameters:
            parameter.grad = 0.0
        backward(loss)
        for parameter in parameters:
            parameter.data -= rate * parameter.grad
    return losses


def ordered(root):
    """Count how many arrows lead back to each value; it is ready when all have been walked."""
    waiting, missing = [root], {root: 0}
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in missing:
                missing[parent] = 0
                waiting.append(parent)
            missing[parent] += 1
    order, ready = [], [root]
    while ready:
        node = ready.pop()
        order.append(node)
        for parent in node.parents:
            missing[parent] -= 1
            if missing[parent] == 0:
                ready.append(parent)
    return order


def forward_slope(root, leaf):
    """The chain rule the other way round: one walk for each leaf, so 33 for 33 parameters."""
    slope_for_leaf = {leaf: 1.0}
    for node in reversed(youngest_first(root)):
        if node is not leaf:
            pairs = zip(node.parents, node.slopes, strict=True)
            slope_for_leaf[node] = sum(slope * slope_for_leaf[parent] for parent, slope in pairs)
    return slope_for_leaf.get(root, 0.0)
