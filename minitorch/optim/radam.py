"""RAdam."""

from __future__ import annotations

from typing import Any

from .checks import check_betas, check_lr, check_positive
from .formulas import advance, average, average_square, counter, number
from .optimizer import Array, Group, Optimizer, State


class RAdam(Optimizer):
    """RAdam: Adam that does without the second moment until this is known well enough.

    See `update` for the formula, https://arxiv.org/abs/1908.03265 for the paper and
    https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.RAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.8000, -16.0000], requires_grad=True)
    """

    elementwise = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check_positive(eps, "epsilon")
        check_betas(betas)
        check_positive(weight_decay, "weight_decay")
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """Both averages start at zero."""
        return {
            "step": counter(),
            "exp_avg": xp.zeros_like(param),
            "exp_avg_sq": xp.zeros_like(param),
        }

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average as Adam does (m, v); use v once about five gradients are in it.

        - ``m ← β₁ m + (1 − β₁) g``, ``v ← β₂ v + (1 − β₂) g²``, ``m̂ = m/(1 − β₁ᵗ)``
        - ``ρ∞ = 2/(1 − β₂) − 1``, ``ρ = ρ∞ − 2t β₂ᵗ/(1 − β₂ᵗ)``: how many gradients v averages
        - ρ > 5: ``θ ← θ − lr · m̂ · r · √(1 − β₂ᵗ) / (√v + ε)`` with
          ``r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ))``; else ``θ ← θ − lr · m̂``
        """
        beta1, beta2 = group["betas"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        t = advance(state["step"])
        average(xp, m, grad, 1 - beta1, a)
        average_square(xp, v, grad, beta2, a)
        bias2 = 1 - beta2**t
        rho_max = 2 / (1 - beta2) - 1
        rho = rho_max - 2 * t * beta2**t / bias2
        xp.divide(m, 1 - beta1**t, out=a)
        a *= number(group["lr"])
        if rho > 5:
            r = ((rho - 4) * (rho - 2) * rho_max / ((rho_max - 4) * (rho_max - 2) * rho)) ** 0.5
            xp.sqrt(v, out=b)
            b += group["eps"]
            a *= xp.divide(bias2**0.5, b, out=b)
            a *= r
        param -= a
