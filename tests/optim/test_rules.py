"""Each algorithm against its formula, spelled in plain NumPy as its paper has it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minitorch as mt
from minitorch.optim.line_search import Point, strong_wolfe


def sgd(w: Any, grads: Any, lr: float, mu: float, nesterov: bool) -> Any:
    b = 0
    for g in grads:
        b = mu * b + g
        w = w - lr * (g + mu * b if nesterov else b)
    return w


def dampened(w: Any, grads: Any, lr: float, mu: float, tau: float) -> Any:
    b = grads[0]
    for t, g in enumerate(grads):
        if t:
            b = mu * b + (1 - tau) * g
        w = w - lr * b
    return w


def adam(
    w: Any, grads: Any, lr: float, b1: float, b2: float, eps: float, l2: float, decoupled: float,
    amsgrad: bool,
) -> Any:  # fmt: skip
    m = v = largest = 0
    for t, g in enumerate(grads, 1):
        g = g + l2 * w
        w = w * (1 - lr * decoupled)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        largest = np.maximum(largest, v) if amsgrad else v
        w = w - lr * m / (1 - b1**t) / (np.sqrt(largest / (1 - b2**t)) + eps)
    return w


def rmsprop(w: Any, grads: Any, lr: float, alpha: float, eps: float, mu: float, c: bool) -> Any:
    v = m = b = 0
    for g in grads:
        v = alpha * v + (1 - alpha) * g**2
        m = alpha * m + (1 - alpha) * g
        b = mu * b + g / (np.sqrt(v - m**2 if c else v) + eps)
        w = w - lr * b
    return w


def adagrad(w: Any, grads: Any, lr: float, decay: float, start: float, eps: float) -> Any:
    total = start
    for t, g in enumerate(grads):
        total = total + g**2
        w = w - lr / (1 + t * decay) * g / (np.sqrt(total) + eps)
    return w


def adadelta(w: Any, grads: Any, lr: float, rho: float, eps: float) -> Any:
    v = u = 0
    for g in grads:
        v = rho * v + (1 - rho) * g**2
        d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * d**2
        w = w - lr * d
    return w


def adamax(w: Any, grads: Any, lr: float, b1: float, b2: float, eps: float) -> Any:
    m = u = 0
    for t, g in enumerate(grads, 1):
        m = b1 * m + (1 - b1) * g
        u = np.maximum(b2 * u, abs(g) + eps)
        w = w - lr / (1 - b1**t) * m / u
    return w


def nadam(w: Any, grads: Any, lr: float, b1: float, b2: float, eps: float, psi: float) -> Any:
    m = v = 0
    product = 1.0
    for t, g in enumerate(grads, 1):
        mu, after = (b1 * (1 - 0.5 * 0.96 ** (s * psi)) for s in (t, t + 1))
        product *= mu
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        ahead = after * m / (1 - product * after) + (1 - mu) * g / (1 - product)
        w = w - lr * ahead / (np.sqrt(v / (1 - b2**t)) + eps)
    return w


def radam(w: Any, grads: Any, lr: float, b1: float, b2: float, eps: float) -> Any:
    m = v = 0
    longest = 2 / (1 - b2) - 1
    for t, g in enumerate(grads, 1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        length = longest - 2 * t * b2**t / (1 - b2**t)
        step = m / (1 - b1**t)
        if length > 5:
            r2 = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            step = step * np.sqrt(r2) * np.sqrt(1 - b2**t) / (np.sqrt(v) + eps)
        w = w - lr * step
    return w


def asgd(w: Any, grads: Any, lr: float, lambd: float, alpha: float, t0: float) -> Any:
    eta = lr
    for t, g in enumerate(grads, 1):
        w = w * (1 - lambd * eta) - eta * g
        eta = lr / (1 + lambd * lr * t) ** alpha
    return w


def rprop(w: Any, grads: Any, lr: float, down: float, up: float, low: float, high: float) -> Any:
    before, size = np.zeros_like(w), np.full_like(w, lr)
    for g in grads:
        same, other = g * before > 0, g * before < 0
        size = np.clip(np.where(same, size * up, np.where(other, size * down, size)), low, high)
        before = np.where(other, 0, g)
        w = w - np.sign(before) * size
    return w


def adafactor(w: Any, grads: Any, lr: float, decay: float, eps1: float, eps2: float) -> Any:
    rows = columns = 0
    for t, g in enumerate(grads, 1):
        beta = 1 - t**decay
        alpha = max(eps2, np.sqrt((w**2).mean())) * min(lr, 1 / np.sqrt(t))
        rows = beta * rows + (1 - beta) * (g**2).mean(1, keepdims=True)
        columns = beta * columns + (1 - beta) * (g**2).mean(0, keepdims=True)
        v = rows @ columns / max(rows.mean(), eps1)
        u = g / np.sqrt(np.maximum(v, eps1**2))
        w = w - alpha * u / max(1, np.sqrt((u**2).mean()))
    return w


ROWS: list[tuple[str, dict[str, Any], Any, tuple[Any, ...]]] = [
    ("SGD", {"lr": 0.1}, sgd, (0.1, 0, False)),
    ("SGD", {"lr": 0.1, "momentum": 0.9}, sgd, (0.1, 0.9, False)),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, sgd, (0.1, 0.9, True)),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}, dampened, (0.1, 0.9, 0.3)),
    ("Adam", {"lr": 0.1}, adam, (0.1, 0.9, 0.999, 1e-8, 0, 0, False)),
    ("Adam", {"lr": 0.1, "betas": (0.3, 0.6), "eps": 0.1, "weight_decay": 0.2}, adam,
     (0.1, 0.3, 0.6, 0.1, 0.2, 0, False)),
    ("Adam", {"lr": 0.1, "betas": (0.3, 0.6), "amsgrad": True}, adam,
     (0.1, 0.3, 0.6, 1e-8, 0, 0, True)),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.2}, adam, (0.1, 0.9, 0.999, 1e-8, 0, 0.2, False)),
    ("RMSprop", {"lr": 0.1}, rmsprop, (0.1, 0.99, 1e-8, 0, False)),
    ("RMSprop", {"lr": 0.1, "alpha": 0.4, "momentum": 0.5}, rmsprop, (0.1, 0.4, 1e-8, 0.5, False)),
    ("RMSprop", {"lr": 0.1, "centered": True, "eps": 0.1}, rmsprop, (0.1, 0.99, 0.1, 0, True)),
    ("Adagrad", {"lr": 0.1}, adagrad, (0.1, 0, 0, 1e-10)),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.3, "initial_accumulator_value": 2.0}, adagrad,
     (0.1, 0.3, 2.0, 1e-10)),
    ("Adadelta", {"lr": 3.0, "rho": 0.7, "eps": 1e-3}, adadelta, (3.0, 0.7, 1e-3)),
    ("Adamax", {"lr": 0.1, "betas": (0.8, 0.7)}, adamax, (0.1, 0.8, 0.7, 1e-8)),
    ("NAdam", {"lr": 0.1, "momentum_decay": 0.1}, nadam, (0.1, 0.9, 0.999, 1e-8, 0.1)),
    ("RAdam", {"lr": 0.1}, radam, (0.1, 0.9, 0.999, 1e-8)),
    ("ASGD", {"lr": 0.1, "lambd": 0.1, "alpha": 0.5}, asgd, (0.1, 0.1, 0.5, 1e6)),
    ("Rprop", {"lr": 0.1, "step_sizes": (0.05, 0.2)}, rprop, (0.1, 0.5, 1.2, 0.05, 0.2)),
    ("Adafactor", {"lr": 0.1, "eps": (1e-2, 1e-3)}, adafactor, (0.1, -0.8, 1e-2, 1e-3)),
]  # fmt: skip
IDS = [f"{name}-{options}" for name, options, *_ in ROWS]


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize(("name", "options", "formula", "constants"), ROWS, ids=IDS)
def test_rule(name, options, formula, constants, maximize):
    rng = np.random.default_rng(0)
    start = rng.standard_normal((3, 4))
    grads = rng.standard_normal((12, 3, 4))
    w = mt.tensor(start, requires_grad=True)
    optimizer = getattr(mt.optim, name)([w], **options, maximize=maximize)
    for grad in grads:
        w.grad = mt.tensor(grad)
        optimizer.step()
        np.testing.assert_array_equal(w.grad.numpy(), grad)  # it is the user's
    expected = formula(start, -grads if maximize else grads, *constants)
    np.testing.assert_allclose(w.detach().numpy(), expected, rtol=2e-6)  # step is a float32


def test_muon_takes_orthogonal_steps():
    rng = np.random.default_rng(0)
    for shape in ((4, 4), (6, 3), (3, 6)):
        w = mt.zeros(*shape, requires_grad=True)
        w.grad = mt.tensor(rng.standard_normal(shape).astype(np.float32))
        mt.optim.Muon([w], lr=1.0, weight_decay=0.0, ns_steps=20).step()
        values = np.linalg.svd(w.detach().numpy(), compute_uv=False)
        values /= np.sqrt(max(1, shape[0] / shape[1]))
        assert values.min() > 0.6
        assert values.max() < 1.3


def test_averaged_sgd_averages_from_t0_on():
    w = mt.zeros(1, dtype=mt.float64, requires_grad=True)
    optimizer = mt.optim.ASGD([w], lr=1.0, lambd=0.0, t0=2)
    seen = []
    for _ in range(6):
        w.grad = mt.ones(1, dtype=mt.float64)
        optimizer.step()
        seen.append(w.item())
    assert optimizer.state[w]["ax"].item() == pytest.approx(np.mean(seen[3:]))


CONVERGE: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.02, "momentum": 0.8}),
    ("Adam", {"lr": 0.1}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.0}),
    ("RMSprop", {"lr": 0.05}),
    ("Adagrad", {"lr": 1.0}),
    ("Adadelta", {"lr": 30.0}),
    ("Adamax", {"lr": 0.3}),
    ("NAdam", {"lr": 0.1}),
    ("RAdam", {"lr": 0.3}),
    ("ASGD", {"lr": 0.05, "lambd": 0.0}),
    ("Rprop", {"lr": 0.1}),
    ("Adafactor", {"lr": 0.3}),
    ("Muon", {"lr": 0.2, "weight_decay": 0.0}),
]


@pytest.mark.parametrize(("name", "options"), CONVERGE, ids=str)
def test_convergence(name, options):
    """Every algorithm finds the lowest point of a bowl that is steeper in one direction."""
    goal = mt.tensor([[1.0, -2.0], [0.5, 3.0]])
    steepness = mt.tensor([[1.0, 5.0], [2.0, 0.5]])
    w = mt.zeros(2, 2, requires_grad=True)
    optimizer = getattr(mt.optim, name)([w], **options)
    scheduler = mt.optim.lr_scheduler.ExponentialLR(optimizer, 0.99)
    for _ in range(500):
        optimizer.zero_grad()
        (steepness * (w - goal) * (w - goal)).sum().backward()
        optimizer.step()
        scheduler.step()
    assert np.abs((w - goal).detach().numpy()).max() < 0.1


@pytest.mark.parametrize("line_search", [None, "strong_wolfe"])
def test_lbfgs_finds_the_end_of_the_valley(line_search):
    """Rosenbrock's function, on which gradient descent needs thousands of steps."""
    w = mt.tensor([-1.5, 2.0], dtype=mt.float64, requires_grad=True)
    lr = 1.0 if line_search else 0.1
    optimizer = mt.optim.LBFGS([w], lr=lr, max_iter=100, line_search_fn=line_search)
    calls = []

    def closure():
        optimizer.zero_grad()
        a, b = w[1] - w[0] * w[0], 1 - w[0]
        loss = 100 * a * a + b * b
        loss.backward()
        calls.append(loss.item())
        return loss

    for _ in range(5):
        first = optimizer.step(closure)
    assert first.item() in calls
    np.testing.assert_allclose(w.detach().numpy(), [1.0, 1.0], atol=1e-3)
    if line_search:
        assert len(calls) < 100


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_line_search_conditions(scale):
    """Where the search ends, the strong Wolfe conditions hold; from many starts, both ways."""

    def at(t: Any) -> Point:
        x = float(t) / scale
        loss = 0.05 * x**4 - x**3 / 3 + np.sin(3 * x) - 2 * x
        slope = (0.2 * x**3 - x**2 + 3 * np.cos(3 * x) - 2) / scale
        return Point(t, loss, np.zeros(1), slope)

    flipped = at(0)._replace(slope=-abs(at(0).slope))
    for first in np.geomspace(1e-2, 1e2, 25) * scale:
        start = at(0)
        if start.slope >= 0:
            start = flipped
        point, count = strong_wolfe(at, start, first, 1.0, 25)
        assert count <= 26
        if count < 26:
            assert point.loss <= start.loss + 1e-4 * point.t * start.slope
            assert abs(point.slope) <= 0.9 * abs(start.slope) or abs(point.t) < 1e-9


def test_muon_without_nesterov_and_with_adams_lengths():
    w = mt.zeros(4, 2, requires_grad=True)
    w.grad = mt.ones(4, 2)
    mt.optim.Muon([w], lr=1.0, nesterov=False, adjust_lr_fn="match_rms_adamw", ns_steps=9).step()
    size = np.linalg.norm(w.detach().numpy()) / (0.2 * np.sqrt(4))  # the only singular value
    assert 0.6 < size < 1.3


def test_adafactor_of_a_vector():
    w = mt.tensor([3.0, 4.0], requires_grad=True)
    w.grad = mt.tensor([1.0, -2.0])
    mt.optim.Adafactor([w], lr=0.1, weight_decay=0.5).step()
    length = 0.1 * np.sqrt(12.5)  # the RMS of w, times lr, along g/√g²
    np.testing.assert_allclose(
        w.detach().numpy(), [3 * 0.95 - length, 4 * 0.95 + length], rtol=1e-6
    )
