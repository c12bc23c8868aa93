"""Adadelta."""

from __future__ import annotations

from typing import Any

from .checks import check_lr, check_positive
from .formulas import add_scaled, advance, average_square, counter, number
from .optimizer import Array, Group, Optimizer, State


class Adadelta(Optimizer):
    """Adadelta: as `RMSprop`, but the lengths of the last steps decide on that of the next one.

    See `update` for the formula, https://arxiv.org/abs/1212.5701 for the paper and
    https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.Adadelta([w], lr=10.0)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.9684, -19.9684], requires_grad=True)
    """

    elementwise = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        check_positive(eps, "epsilon")
        check_positive(weight_decay, "weight_decay")
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """Both averages start at zero."""
        return {
            "step": counter(),
            "square_avg": xp.zeros_like(param),
            "acc_delta": xp.zeros_like(param),
        }

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average the squared gradient (v) and the squared step (u), and step along g·√u/√v.

        - ``v ← ρ v + (1 − ρ) g²``
        - ``d = √(u + ε) / √(v + ε) · g``
        - ``u ← ρ u + (1 − ρ) d²``
        - ``θ ← θ − lr · d``
        """
        rho, eps = group["rho"], group["eps"]
        v, u = state["square_avg"], state["acc_delta"]
        advance(state["step"])
        average_square(xp, v, grad, rho, a)
        xp.sqrt(xp.add(v, eps, out=a), out=a)
        d = xp.sqrt(xp.add(u, eps, out=b), out=b)
        d /= a
        d *= grad
        average_square(xp, u, d, rho, a)
        add_scaled(xp, param, d, -number(group["lr"]), a)
