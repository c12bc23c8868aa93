"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from .. import kernels
from .checks import check_one_element
from .formulas import add_scaled, number
from .optimizer import Array, Group, Optimizer, State


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for.

    A step is ``θ ← θ − lr · g``; with momentum it follows a decaying sum of the gradients instead
    of the last one. See `update` for the formula and
    https://pytorch.org/docs/stable/generated/torch.optim.SGD.html for the arguments.

    >>> w = mt.tensor([1.0, 2.0], requires_grad=True)
    >>> optimizer = mt.optim.SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 1.6000], requires_grad=True)
    """

    elementwise = True
    one_kernel = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: Any = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_one_element(lr)
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """The first buffer is the gradient itself, without dampening: b₀ is such that b₁ = g."""
        if group["momentum"] == 0:
            return {}
        ratio = float(group["dampening"] / group["momentum"])
        # (0 times an infinite gradient would be NaN.)
        return {"momentum_buffer": grad * ratio if ratio else xp.zeros_like(grad)}

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Follow the gradient, or the buffer b with momentum μ and dampening τ.

        - ``b ← μ b + (1 − τ) g``
        - ``θ ← θ − lr · b``; with nesterov ``θ ← θ − lr · (g + μ b)``
        - without momentum ``θ ← θ − lr · g``
        """
        momentum, rest = group["momentum"], 1.0 - group["dampening"]
        factor = -number(group["lr"])
        if kernels.fits(param):
            if momentum == 0:
                PLAIN(grad, float(factor), param)
            else:
                kernel = NESTEROV if group["nesterov"] else MOMENTUM
                kernel(grad, momentum, rest, float(factor), param, state["momentum_buffer"])
            return
        if momentum != 0:
            buffer = state["momentum_buffer"]
            buffer *= momentum
            add_scaled(xp, buffer, grad, rest, a)
            if group["nesterov"]:
                xp.multiply(buffer, momentum, out=b)
                b += grad
                grad = b
            else:
                grad = buffer
        add_scaled(xp, param, grad, factor, a)


# The same for a GPU: see kernels.py.
PLAIN = kernels.Kernel("sgd", "T grad, T factor", "T param", "param += factor * grad")
MOMENTUM = kernels.Kernel(
    "sgd_momentum",
    "T grad, T momentum, T rest, T factor",
    "T param, T buffer",
    "buffer = momentum * buffer + rest * grad; param += factor * buffer",
)
NESTEROV = kernels.Kernel(
    "sgd_nesterov",
    "T grad, T momentum, T rest, T factor",
    "T param, T buffer",
    "buffer = momentum * buffer + rest * grad; param += factor * (momentum * buffer + grad)",
)
