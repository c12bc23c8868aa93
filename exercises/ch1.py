"""Exercises of chapter 1. The engine they use is in exercises/scalars.py: read it first."""

import math  # noqa: F401 - for 1.1

from exercises.scalars import Value, youngest_first  # noqa: F401


def log(x):
    """Exercise 1.1: the natural logarithm of a `Value`, as a `Value` with parent and slope."""
    raise NotImplementedError("exercise 1.1: log")


def sigmoid(x):
    """Exercise 1.1: ``1 / (1 + e**-x)`` of a `Value`.

    Look twice at x = -800 and 800: nothing may overflow.
    """
    raise NotImplementedError("exercise 1.1: sigmoid")


def backward(root):
    """Exercise 1.2: add to ``grad`` of everything behind ``root`` the slope of ``root`` for it.

    It is right for ``x + y``, and wrong for ``x * x``. Mend it.
    """
    arrived = {root: 1.0}
    for node in youngest_first(root):
        grad = arrived.pop(node)
        node.grad += grad
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            arrived[parent] = slope * grad


def train(parameters, loss_of, backward, rate, steps):
    """Exercise 1.3: gradient descent; returns the losses, one for each step.

    ``loss_of()`` computes the loss from the ``parameters``. The first step is right, from the
    second on something is forgotten. Mend it.
    """
    losses = []
    for _ in range(steps):
        loss = loss_of()
        losses.append(loss.data)
        backward(loss)
        for parameter in parameters:
            parameter.data -= rate * parameter.grad
    return losses


def ordered(root):
    """Exercise 1.4: everything behind ``root``, each value before its parents, as a list.

    Do not look at ``number``, and do not call a function in itself: a chain may have 100,000
    values, and Python gives up after about a thousand calls inside each other.
    """
    raise NotImplementedError("exercise 1.4: an order without ages")


def forward_slope(root, leaf):
    """Exercise 1.5: the slope of ``root`` for ``leaf``, by one walk from the oldest value on.

    The slope of a value for the leaf follows from those of its parents. No ``grad`` changes.
    """
    raise NotImplementedError("exercise 1.5: forward mode")
