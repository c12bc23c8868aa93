"""Exercises of chapter 3. Run ``pytest exercises -k ch3``."""

import minitorch as mt
from minitorch.autograd.graph import Node


class Softplus(mt.autograd.Function):
    """Exercise 3.1: ``log(1 + e**x)``, with a first and a second derivative.

    Nothing may overflow, at x = 1000 or at x = -1000. Do not call `softplus` or `logaddexp`, of
    which this is a case.
    """

    @staticmethod
    def forward(ctx, x):
        """The value."""
        raise NotImplementedError("exercise 3.1: forward")

    @staticmethod
    def backward(ctx, grad):
        """The gradient of x."""
        raise NotImplementedError("exercise 3.1: backward")


def victim(x):
    """Exercise 3.2: return a number, computed from ``x``, whose gradient `gradients` gets wrong."""
    raise NotImplementedError("exercise 3.2: a program for which the order matters")


def gradients(loss):
    """Exercise 3.2: the gradient of each leaf behind ``loss``. Mend it.

    It walks the nodes in the order in which it finds them.
    """
    arrived = {loss.grad_fn: mt.ones_like(loss)}
    found = {}
    waiting = [loss.grad_fn]
    for node in waiting:  # grows while we walk
        with mt.no_grad():
            results = node.run([arrived[node]], None)
        for edge, result in zip(node.edges, results, strict=True):
            if edge is None:
                continue
            target = edge[0]
            if isinstance(target, Node):
                result = result.sum_to_size(target.outputs[0][0])
                if target in arrived:
                    arrived[target] = arrived[target] + result
                else:
                    arrived[target] = result
                    waiting.append(target)
            else:
                result = result.sum_to_size(target.shape)
                found[target] = found[target] + result if target in found else result
    return found


def softmax(x, sharpness=1.0):
    """Exercise 3.3: ``e**x`` over its sum, in the last dimension. Backward refuses; mend it.

    ``x`` is multiplied by ``sharpness`` first. One of the two changes in place is harmless: keep
    that one.
    """
    shifted = x - x.detach().amax(-1, keepdim=True)  # so that nothing overflows
    shifted *= sharpness
    powers = shifted.exp()
    powers /= powers.sum(-1, keepdim=True)
    return powers


def kept():
    """Exercise 3.4: what does each operation keep for the gradient of its input ``x``?

    Replace each ``...`` by "input", "result" or "nothing".
    """
    raise NotImplementedError("exercise 3.4: fill in the table, and take this line away")
    return {
        "x.log()": ...,
        "x.sqrt()": ...,
        "x.sigmoid()": ...,
        "x.cos()": ...,
        "x.neg()": ...,
        "x.relu()": ...,
        "x.cumsum(0)": ...,
    }


def hessian_times(f, x, v):
    """Exercise 3.5: ``H @ v`` for the Hessian of ``f``, from tensors to a number, at ``x``.

    No matrix may be formed: two passes are enough, whatever the size of ``x``.
    """
    raise NotImplementedError("exercise 3.5: H @ v")


def jacobian_times(f, x, v):
    """Exercise 3.5: ``J @ v`` for the Jacobian of ``f``, from vectors to vectors, at ``x``.

    Backward gives ``u @ J``. That is a linear function of ``u``: what is the gradient of
    ``(u @ J) @ v`` by ``u``?
    """
    raise NotImplementedError("exercise 3.5: J @ v")
