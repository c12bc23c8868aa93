"""Solutions of chapter 3."""

import minitorch as mt
from minitorch.autograd.engine import youngest_first
from minitorch.autograd.graph import Node


class Softplus(mt.autograd.Function):
    """log(1 + e**x) = max(x, 0) + log(1 + e**-|x|), where no power is larger than 1.

    The derivative is sigmoid(x). `backward` consists of operations that can be differentiated, so
    the second derivative needs no work of ours. It has to use the saved ``x``, though: something
    that `forward` computed would have no history, and the second derivative would be 0.
    """

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0) + (-x.abs()).exp().log1p()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x.sigmoid()


def victim(x):
    """The short path to u is found first: u runs before the gradient of the long path is there."""
    u = x.square().sum()
    return u + (u * 2.0)


def gradients(loss):
    """Youngest first: then all that use a node's output have run before it."""
    arrived = {loss.grad_fn: mt.ones_like(loss)}
    found = {}
    for node in youngest_first([loss.grad_fn]):
        with mt.no_grad():
            results = node.run([arrived[node]], None)
        for edge, result in zip(node.edges, results, strict=True):
            if edge is None:
                continue
            target = edge[0]
            if isinstance(target, Node):
                result = result.sum_to_size(target.outputs[0][0])
                arrived[target] = arrived[target] + result if target in arrived else result
            else:
                result = result.sum_to_size(target.shape)
                found[target] = found[target] + result if target in found else result
    return found


def softmax(x, sharpness=1.0):
    """`exp` keeps its result, so that must not change. `-` keeps nothing: its result may."""
    shifted = x - x.detach().amax(-1, keepdim=True)
    shifted *= sharpness
    powers = shifted.exp()
    return powers / powers.sum(-1, keepdim=True)


def kept():
    """Derivatives: 1/x, 1/(2√x), s(1-s), -sin x, -1, "is the result above 0?", a sum backwards.

    Where a derivative can be said with the result, it is: the next operation often keeps that
    array anyway, as its input.
    """
    return {
        "x.log()": "input",
        "x.sqrt()": "result",
        "x.sigmoid()": "result",
        "x.cos()": "input",
        "x.neg()": "nothing",
        "x.relu()": "result",
        "x.cumsum(0)": "nothing",
    }


def hessian_times(f, x, v):
    """H @ v is the gradient of (gradient @ v), since v is constant."""
    x = x.detach().requires_grad_()
    (gradient,) = mt.autograd.grad(f(x), x, create_graph=True)
    (product,) = mt.autograd.grad((gradient * v).sum(), x)
    return product


def jacobian_times(f, x, v):
    """As u @ J is linear in u, the gradient of (u @ J) @ v by u is J @ v, whatever u is."""
    x = x.detach().requires_grad_()
    y = f(x)
    u = mt.zeros_like(y, requires_grad=True)
    (u_times_j,) = mt.autograd.grad(y, x, u, create_graph=True)
    (product,) = mt.autograd.grad((u_times_j * v).sum(), u)
    return product
