"""Solutions of chapter 6: optimizers."""

import math

import minitorch as mt


class Momentum:
    """The buffers are a dict by parameter: a parameter without a gradient gets none.

    ``b = g`` for the first step needs a copy: the next ``b *= momentum`` would change ``.grad``.
    """

    def __init__(self, params, lr, momentum=0.9, nesterov=False, weight_decay=0.0):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        self.buffers = {}

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @mt.no_grad()  # or autograd would refuse to change a leaf in place
    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            g = p.grad + self.weight_decay * p
            if p in self.buffers:
                self.buffers[p] = self.momentum * self.buffers[p] + g
            else:
                self.buffers[p] = g.clone()
            b = self.buffers[p]
            p -= self.lr * (g + self.momentum * b if self.nesterov else b)


class Adam:
    """Each parameter counts its own steps: one that joins late is corrected from its first step."""

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled=False
    ):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.decoupled = decoupled
        self.state = {p: (0, mt.zeros_like(p), mt.zeros_like(p)) for p in self.params}

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @mt.no_grad()
    def step(self):
        beta1, beta2 = self.betas
        for p in self.params:
            if p.grad is None:
                continue
            g = p.grad
            if self.decoupled:
                p *= 1 - self.lr * self.weight_decay  # beside the formula
            else:
                g = g + self.weight_decay * p  # a part of the gradient, divided by √v with it
            t, m, v = self.state[p]
            t, m, v = t + 1, beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
            self.state[p] = t, m, v
            m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
            p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)


def largest_lr(loss, w):
    """The steepest direction sets the limit; eigenvalues below 0 are slopes to run down."""
    largest = mt.linalg.eigvalsh(mt.func.hessian(loss)(w)).max().item()
    return 2 / largest if largest > 0 else math.inf


def fit(model, optimizer, scheduler, batches, epochs):
    """``zero_grad`` was missing, and the scheduler took a step after each batch."""
    losses = []
    for _ in range(epochs):
        for x, y in batches:
            optimizer.zero_grad()
            loss = mt.nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
    return losses


def warmup_cosine(step, warmup, total):
    """``(1 + cos(πx)) / 2`` falls from 1 to 0 while x goes from 0 to 1."""
    if step < warmup:
        return step / warmup
    done = min((step - warmup) / (total - warmup), 1)
    return (1 + math.cos(math.pi * done)) / 2
