"""The engine of chapter 1, for its exercises."""

import itertools
import math

numbers = itertools.count()


class Value:
    """A number that knows what it was computed from, and how steeply it follows each of them."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = float(data), 0.0
        self.parents = parents  # the values that this one was computed from
        self.slopes = slopes  # for each parent: d(this value) / d(parent)
        self.number = next(numbers)  # a value is always younger than its parents

    def __add__(self, other):
        other = value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):  # n is a plain number
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self):
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def tanh(self):
        result = math.tanh(self.data)
        return Value(result, (self,), (1 - result**2,))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -value(other)

    def __truediv__(self, other):
        return self * value(other) ** -1

    def __rsub__(self, other):
        return value(other) - self

    def __rtruediv__(self, other):
        return value(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def __repr__(self):
        return f"Value({self.data:.4g}, grad={self.grad:.4g})"


def value(x):
    """``x`` as a `Value`."""
    return x if isinstance(x, Value) else Value(x)


def youngest_first(root):
    """Everything that ``root`` was computed from, each value before its parents."""
    seen, waiting = {root}, [root]
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return sorted(seen, key=lambda node: node.number, reverse=True)


def backward(root):
    """Add to the ``grad`` of everything behind ``root`` the slope of ``root`` for it."""
    arrived = {root: 1.0}  # y grows exactly as fast as y
    for node in youngest_first(root):
        grad = arrived.pop(node)
        node.grad += grad
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            arrived[parent] = arrived.get(parent, 0.0) + slope * grad
