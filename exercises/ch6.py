"""Exercises of chapter 6: optimizers. Test them with ``pytest exercises -k ch6``."""

import minitorch as mt


class Momentum:
    """6.1: gradient descent with momentum, as ``mt.optim.SGD`` does it, for a list of parameters.

    With g = gradient + weight_decay · θ, and a buffer b for each parameter:

    - the first b is g; later ``b ← momentum · b + g``
    - ``θ ← θ − lr · b``; with ``nesterov`` ``θ ← θ − lr · (g + momentum · b)``

    ``step`` changes the parameters in place. One whose ``.grad`` is None stays as it is.
    ``zero_grad`` sets every ``.grad`` to None. Do not use ``mt.optim``.
    """

    def __init__(self, params, lr, momentum=0.9, nesterov=False, weight_decay=0.0):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay

    def zero_grad(self):
        raise NotImplementedError("exercise 6.1: forget the gradients")

    def step(self):
        raise NotImplementedError("exercise 6.1: one step with momentum")


class Adam:
    """6.2: Adam, as ``mt.optim.Adam`` does it; with ``decoupled`` it is ``mt.optim.AdamW``.

    With the averages m and v, which start at 0, at the t-th step of a parameter:

    - ``m ← β₁ m + (1 − β₁) g`` and ``v ← β₂ v + (1 − β₂) g²``
    - ``θ ← θ − lr · m̂ / (√v̂ + eps)`` with ``m̂ = m / (1 − β₁ᵗ)`` and ``v̂ = v / (1 − β₂ᵗ)``

    Where does ``weight_decay`` go, and where if it is decoupled? The chapter quotes the answer.
    """

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False
    ):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.decoupled = decoupled

    def zero_grad(self):
        raise NotImplementedError("exercise 6.2: forget the gradients")

    def step(self):
        raise NotImplementedError("exercise 6.2: one step of Adam")


def largest_lr(loss, w):
    """6.3: the limit 2/L of the learning rate near the point ``w``, as a Python float.

    ``loss`` takes a tensor like ``w``, of one dimension, and returns a number. L is the largest
    eigenvalue of its Hessian at ``w``: `mt.func.hessian` and `mt.linalg.eigvalsh` will help.
    If no direction is curved upwards, there is no limit: `float("inf")`.
    """
    raise NotImplementedError("exercise 6.3: the largest learning rate")


def fit(model, optimizer, scheduler, batches, epochs):
    """6.4: train ``model`` on ``batches``, pairs of input and target, ``epochs`` times over.

    The scheduler's numbers are epochs: it shall take one step after each epoch. Returns the loss
    of every batch. The function has two mistakes.
    """
    losses = []
    for _ in range(epochs):
        for x, y in batches:
            loss = mt.nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            scheduler.step()
            losses.append(loss.item())
    return losses


def warmup_cosine(step, warmup, total):
    """6.5: the factor of the learning rate at ``step`` = 0, 1, …, ``total``.

    It rises in a straight line from 0 at step 0 to 1 at step ``warmup``. From there it falls along
    half a wave of the cosine to 0 at step ``total``, and is 0 ever after.
    """
    raise NotImplementedError("exercise 6.5: the schedule")
