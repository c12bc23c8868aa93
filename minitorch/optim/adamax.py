"""Adamax."""

from __future__ import annotations

from typing import Any

from .checks import check_betas, check_lr, check_positive
from .formulas import add_quotient, advance, average, counter, number
from .optimizer import Array, Group, Optimizer, State


class Adamax(Optimizer):
    """Adamax: Adam with the largest recent gradient in place of the root of the mean square.

    See `update` for the formula, https://arxiv.org/abs/1412.6980 (section 7.1) for the paper and
    https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.Adamax([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.9000, -19.9000], requires_grad=True)
    """

    elementwise = True

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
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
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """The average and the maximum start at zero."""
        return {
            "step": counter(),
            "exp_avg": xp.zeros_like(param),
            "exp_inf": xp.zeros_like(param),
        }

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average the gradient (m), take its largest size (u), and step along m/u.

        - ``m ← β₁ m + (1 − β₁) g``
        - ``u ← max(β₂ u, |g| + ε)``
        - ``θ ← θ − lr / (1 − β₁ᵗ) · m / u``
        """
        beta1, beta2 = group["betas"]
        m, u = state["exp_avg"], state["exp_inf"]
        t = advance(state["step"])
        average(xp, m, grad, 1 - beta1, a)
        xp.abs(grad, out=a)
        a += group["eps"]
        u *= beta2
        xp.maximum(u, a, out=u)
        add_quotient(xp, param, m, u, -number(group["lr"]) / (1 - beta1**t), a)
