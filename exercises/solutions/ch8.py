"""Solutions of chapter 8, attention."""

import math

import minitorch as mt
import minitorch.nn.functional as F


def attention(query, key, value, may_look=None):
    """-inf before the softmax, so that the weights that are left sum to 1."""
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    if may_look is not None:
        scores = scores.masked_fill(~may_look, -math.inf)
    return F.softmax(scores, dim=-1) @ value


def leaks(model, x):
    """Ask autograd: place i leaks if it has a gradient at a place after i.

    Changing the input and comparing results works as well. Each place must have its own turn: a
    sum over all places could cancel, and a single leak would drown.
    """
    x = x.detach().requires_grad_()
    y = model(x)
    for place in range(x.shape[1] - 1):
        weight = mt.randn(y.shape[-1])  # a sum with equal weights may be constant, after a norm say
        (grad,) = mt.autograd.grad((y[0, place] * weight).sum(), x, retain_graph=True)
        if grad[0, place + 1 :].abs().max() > 0:
            return True
    return False


def causal_weights(scores):
    """Mask before the softmax.

    Otherwise the sum in its denominator runs over all keys, so the weights that are kept say how
    large the hidden scores were, and a row does not sum to 1.
    """
    later = mt.ones(scores.shape, dtype=mt.bool).triu(diagonal=1)
    return F.softmax(scores.masked_fill(later, -math.inf), dim=-1)


def positions(length, width):
    """``sin a sin b + cos a cos b = cos(a - b)``: the distance is all that a product sees."""
    frequencies = 10000.0 ** (-mt.arange(0, width, 2) / width)
    angles = mt.arange(length)[:, None] * frequencies
    return mt.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def order_gap(f, x, order):
    """0 means that ``f`` is *equivariant*: it treats the places as a set, not as a row.

    So it is for attention, which is why a GPT needs positions. A mask or a convolution knows order.
    """
    before = f(x[:, order])
    after = f(x)[:, order]
    return (before - after).abs().max().item()
