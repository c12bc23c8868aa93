"""NAdam."""

from __future__ import annotations

from typing import Any

from .checks import check_betas, check_lr, check_positive
from .formulas import add_quotient, advance, average, average_square, counter, number
from .optimizer import Array, Group, Optimizer, State


class NAdam(Optimizer):
    """NAdam: Adam with Nesterov's momentum, which looks one step ahead.

    See `update` for the formula, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ for the paper
    and https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.NAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.8944, -19.8944], requires_grad=True)
    """

    counters = ("step", "mu_product")
    capturable = "params, mu_products and state_steps"
    elementwise = True

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
        check_positive(momentum_decay, "momentum_decay")
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """Both averages start at zero, the product of the momenta at one."""
        return {
            "step": counter(),
            "mu_product": counter(1.0),
            "exp_avg": xp.zeros_like(param),
            "exp_avg_sq": xp.zeros_like(param),
        }

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average as Adam does (m, v); step along the gradient and the momentum of the next step.

        - ``m ← β₁ m + (1 − β₁) g``
        - ``v ← β₂ v + (1 − β₂) g²``
        - ``μₜ = β₁ (1 − ½ · 0.96^(t·momentum_decay))``, ``P ← P μₜ`` (the product of all so far)
        - ``θ ← θ − lr · ((1 − μₜ)/(1 − P) · g + μₜ₊₁/(1 − P μₜ₊₁) · m) / (√(v/(1 − β₂ᵗ)) + ε)``
        """
        beta1, beta2 = group["betas"]
        lr, decay = number(group["lr"]), group["momentum_decay"]
        m, v, mu_product = state["exp_avg"], state["exp_avg_sq"], state["mu_product"]
        t = advance(state["step"])
        mu = beta1 * (1 - 0.5 * 0.96 ** (t * decay))
        mu_next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * decay))
        mu_product *= mu
        product = mu_product.item()
        average(xp, m, grad, 1 - beta1, a)
        average_square(xp, v, grad, beta2, a)
        xp.sqrt(xp.divide(v, 1 - beta2**t, out=b), out=b)
        b += group["eps"]
        add_quotient(xp, param, grad, b, -lr * (1 - mu) / (1 - product), a)
        add_quotient(xp, param, m, b, -lr * mu_next / (1 - product * mu_next), a)
