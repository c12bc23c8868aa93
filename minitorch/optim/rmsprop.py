"""RMSprop."""

from __future__ import annotations

from typing import Any

from .. import kernels
from .checks import check_lr, check_positive
from .formulas import add_quotient, add_scaled, advance, average, average_square, counter, number
from .optimizer import Array, Group, Optimizer, State


class RMSprop(Optimizer):
    """RMSprop: steps along the gradient divided by the root of the average squared gradient.

    See `update` for the formula, Hinton's lecture
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf (centered:
    https://arxiv.org/abs/1308.0850) and
    https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.RMSprop([w], lr=0.01)
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
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        check_positive(eps, "epsilon")
        check_positive(momentum, "momentum")
        check_positive(weight_decay, "weight_decay")
        check_positive(alpha, "alpha")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """The averages that the options ask for start at zero."""
        state = {"step": counter(), "square_avg": xp.zeros_like(param)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = xp.zeros_like(param)
        if group["centered"]:
            state["grad_avg"] = xp.zeros_like(param)
        return state

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average the squared gradient (v), and step along g/√v.

        - ``v ← α v + (1 − α) g²``
        - ``θ ← θ − lr · g / (√v + ε)``
        - with momentum ``b ← μ b + g / (√v + ε)`` and ``θ ← θ − lr · b``
        - centered takes in these for v the variance v − m², with ``m ← α m + (1 − α) g``
        """
        alpha, momentum = group["alpha"], group["momentum"]
        v = state["square_avg"]
        advance(state["step"])
        if kernels.fits(param) and not group["centered"]:
            numbers = [float(x) for x in (alpha, 1 - alpha, group["eps"], -number(group["lr"]))]
            if momentum > 0:
                MOMENTUM(grad, *numbers, float(momentum), param, v, state["momentum_buffer"])
            else:
                PLAIN(grad, *numbers, param, v)
            return
        average_square(xp, v, grad, alpha, a)
        if group["centered"]:
            m = state["grad_avg"]
            average(xp, m, grad, 1 - alpha, a)
            xp.multiply(m, m, out=a)
            v = xp.subtract(v, a, out=b)
        xp.sqrt(v, out=b)
        b += group["eps"]
        if momentum > 0:
            buffer = state["momentum_buffer"]
            buffer *= momentum
            xp.divide(grad, b, out=a)
            buffer += a
            add_scaled(xp, param, buffer, -number(group["lr"]), a)
        else:
            add_quotient(xp, param, grad, b, -number(group["lr"]), a)


# The same for a GPU: see kernels.py.
PLAIN = kernels.Kernel(
    "rmsprop",
    "T grad, T alpha, T rest, T eps, T factor",
    "T param, T v",
    "v = alpha * v + rest * grad * grad; param += factor * grad / (sqrt(v) + eps)",
)
MOMENTUM = kernels.Kernel(
    "rmsprop_momentum",
    "T grad, T alpha, T rest, T eps, T factor, T momentum",
    "T param, T v, T buffer",
    "v = alpha * v + rest * grad * grad; "
    "buffer = momentum * buffer + grad / (sqrt(v) + eps); param += factor * buffer",
)
