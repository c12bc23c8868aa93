"""Rprop."""

from __future__ import annotations

from typing import Any

from ..ops.arrays import sign
from .checks import check_lr
from .formulas import advance, counter, number
from .optimizer import Array, Group, Optimizer, State


class Rprop(Optimizer):
    """Rprop: only the sign of the gradient counts; every element has a step length of its own.

    It is made for gradients of the whole data set, not of batches. See `update` for the formula,
    https://doi.org/10.1109/ICNN.1993.298623 for the paper and
    https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.Rprop([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.9000, -19.9000], requires_grad=True)
    """

    elementwise = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """Every element's first step has the length lr."""
        return {
            "step": counter(),
            "prev": xp.zeros_like(param),
            "step_size": xp.full_like(param, number(group["lr"])),
        }

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Lengthen the steps (s) while the sign stays, shorten them when it changes, and step.

        - ``s ← s · η₊`` where g and the last g have the same sign, ``s · η₋`` where they have not;
          then s is kept within ``step_sizes``
        - ``g ← 0`` where the signs differ: this element waits for the next step
        - ``θ ← θ − sign(g) · s``
        """
        eta_minus, eta_plus = group["etas"]
        smallest, largest = group["step_sizes"]
        previous, step_size = state["prev"], state["step_size"]
        advance(state["step"])
        factor = xp.multiply(grad, previous, out=a)
        same, turned = factor > 0, factor < 0  # of NaN neither
        factor.fill(1)
        xp.copyto(factor, eta_plus, where=same)
        xp.copyto(factor, eta_minus, where=turned)
        step_size *= factor
        xp.clip(step_size, smallest, largest, out=step_size)
        xp.copyto(previous, grad)
        xp.copyto(previous, 0, where=turned)
        xp.multiply(sign(xp, previous), step_size, out=b)
        param -= b
