"""Exercises of chapter 8, attention. Run ``pytest exercises -k ch8``."""

import minitorch.nn.functional as F


def attention(query, key, value, may_look=None):
    """Exercise 8.1: ``softmax(Q Kᵀ / √E) V`` without `F.scaled_dot_product_attention`.

    Shapes: query (*, L, E), key (*, S, E), value (*, S, V), and ``may_look`` (L, S), a tensor of
    bools or None: where it is False, the query of this row must not look at the key of this column.
    """
    raise NotImplementedError("exercise 8.1: scores, mask, softmax, product")


def leaks(model, x):
    """Exercise 8.2: whether a place of ``model(x)`` depends on a later place of ``x``.

    ``x`` and the result are (1, L, E) tensors of floats. You may call ``model`` as often as you
    like, with other inputs too.
    """
    raise NotImplementedError("exercise 8.2: change the future, and see whether the past changes")


def causal_weights(scores):
    """Exercise 8.3: weights (L, L) from scores (L, L), each row looking at itself and before.

    There is a mistake in here.
    """
    weights = F.softmax(scores, dim=-1)
    return weights.tril()


def positions(length, width):
    """Exercise 8.4: a tensor (length, width) of sines and cosines, ``width`` even.

    Row p has in its columns 2i and 2i + 1 the sine and the cosine of ``p / 10000 ** (2i / width)``.
    """
    raise NotImplementedError("exercise 8.4: angles, sines, cosines")


def order_gap(f, x, order):
    """Exercise 8.5: the largest difference between reordering before ``f`` and after it, a float.

    ``f`` turns (1, L, E) into (1, L, E); ``order`` is a tensor with a permutation of 0 ... L - 1.
    """
    raise NotImplementedError("exercise 8.5: two ways, and the largest absolute difference")
