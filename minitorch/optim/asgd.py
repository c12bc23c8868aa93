"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from .checks import check_lr, check_positive
from .formulas import add_scaled, advance, counter, number
from .optimizer import Array, Group, Optimizer, State


class ASGD(Optimizer):
    """Averaged stochastic gradient descent: SGD that also keeps the average of the parameters.

    The average is in the state, as ``ax``. See `update` for the formula,
    https://dl.acm.org/citation.cfm?id=131098 for the paper and
    https://pytorch.org/docs/stable/generated/torch.optim.ASGD.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.ASGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.8000, -15.9998], requires_grad=True)
    """

    counters = ("step", "eta", "mu")
    capturable = "params, mus, etas, and state_steps"
    elementwise = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_lr(lr)
        check_positive(weight_decay, "weight_decay")
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """The first step has the length lr, and is not averaged."""
        return {
            "step": counter(),
            "eta": counter(number(group["lr"])),
            "mu": counter(1.0),
            "ax": xp.zeros_like(param),
        }

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Step along the gradient by a decreasing η, and average the parameters (x̄) from t₀ on.

        - ``θ ← (1 − λη) θ − η g``
        - ``x̄ ← x̄ + μ (θ − x̄)``
        - ``η ← lr / (1 + λ·lr·t)^α``, ``μ ← 1 / max(1, t − t₀)``, for the next step
        """
        lr, lambd = number(group["lr"]), group["lambd"]
        eta, mu, ax = state["eta"], state["mu"], state["ax"]
        t = advance(state["step"])
        param *= 1 - lambd * eta.item()
        add_scaled(xp, param, grad, -eta.item(), a)
        if mu.item() == 1:
            xp.copyto(ax, param)
        else:
            xp.subtract(param, ax, out=a)
            add_scaled(xp, ax, a, mu.item(), a)
        eta.fill(lr / (1 + lambd * lr * t) ** group["alpha"])
        mu.fill(1 / max(1, t - group["t0"]))
