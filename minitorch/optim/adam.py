"""Adam."""

from __future__ import annotations

from typing import Any

from .. import kernels
from ..tensor import Tensor
from .checks import check_betas, check_lr, check_positive
from .formulas import add_quotient, advance, average, average_square, counter, number
from .optimizer import Array, Group, Optimizer, State


class Adam(Optimizer):
    """Adam: steps along the average gradient, divided by the root of the average squared gradient.

    Every element of a parameter so moves by about ``lr`` a step, whatever its gradient's scale. See
    `update` for the formula, https://arxiv.org/abs/1412.6980 for the paper (amsgrad:
    https://openreview.net/forum?id=ryQu7f-RZ) and
    https://pytorch.org/docs/stable/generated/torch.optim.Adam.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.9000, -19.9000], requires_grad=True)
    """

    elementwise = True
    one_kernel = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        for name, value in (("lr", lr), ("betas[0]", betas[0]), ("betas[1]", betas[1])):
            if isinstance(value, Tensor) and foreach and not capturable:
                raise ValueError(
                    f"{name} as a Tensor is not supported for capturable=False and foreach=True"
                )
        check_lr(lr)
        check_positive(eps, "epsilon")
        check_betas(betas)
        check_positive(weight_decay, "weight_decay")
        if not any(all(isinstance(beta, kind) for beta in betas) for kind in (float, Tensor)):
            raise ValueError("betas must be either both floats or both Tensors")
        for i, beta in enumerate(betas):
            if isinstance(beta, Tensor) and beta.numel() != 1:
                raise ValueError(f"Tensor betas[{i}] must be 1-element")
        betas = tuple(beta.squeeze() if isinstance(beta, Tensor) else beta for beta in betas)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """Both averages start at zero."""
        state = {
            "step": counter(),
            "exp_avg": xp.zeros_like(param),
            "exp_avg_sq": xp.zeros_like(param),
        }
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = xp.zeros_like(param)
        return state

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average the gradient (m) and its square (v), and step along m/√v.

        - ``m ← β₁ m + (1 − β₁) g``
        - ``v ← β₂ v + (1 − β₂) g²``
        - ``θ ← θ − lr · m̂ / (√v̂ + ε)`` with ``m̂ = m/(1 − β₁ᵗ)``, ``v̂ = v/(1 − β₂ᵗ)``: at step t
          the averages, which started at 0, are too small by these factors
        - amsgrad takes for v in the last line the largest v so far
        """
        beta1, beta2 = map(number, group["betas"])
        m, v = state["exp_avg"], state["exp_avg_sq"]
        t = advance(state["step"])
        # √v̂ = √v / root; the fraction is taken with both sides times root, which saves a pass
        root = (1 - beta2**t) ** 0.5
        eps, factor = group["eps"] * root, -number(group["lr"]) * root / (1 - beta1**t)
        if kernels.fits(param) and beta1 > 0.5 and not group["amsgrad"]:
            numbers = [float(x) for x in (1 - beta1, beta2, 1 - beta2, eps, factor)]
            KERNEL(grad, *numbers, param, m, v)
            return
        average(xp, m, grad, 1 - beta1, a)
        average_square(xp, v, grad, beta2, a)
        if group["amsgrad"]:
            v = xp.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        xp.sqrt(v, out=b)
        b += eps
        add_quotient(xp, param, m, b, factor, a)


# The same for a GPU: see kernels.py.
KERNEL = kernels.Kernel(
    "adam",
    "T grad, T weight, T beta2, T rest, T eps, T factor",
    "T param, T m, T v",
    "m += weight * (grad - m); v = beta2 * v + rest * grad * grad; "
    "param += factor * m / (sqrt(v) + eps)",
)
