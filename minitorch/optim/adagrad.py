"""Adagrad."""

from __future__ import annotations

from typing import Any

from .. import backend, kernels
from .checks import check_lr, check_positive
from .formulas import add_quotient, advance, counter, number
from .optimizer import Array, Group, Optimizer, State, real


class Adagrad(Optimizer):
    """Adagrad: steps along the gradient divided by the root of the sum of all squared gradients.

    Elements whose gradient is rarely other than zero so keep a large learning rate. See `update`
    for the formula, https://jmlr.org/papers/v12/duchi11a.html for the paper and
    https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html for the arguments.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.Adagrad([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([  0.9000, -19.9000], requires_grad=True)
    """

    one_kernel = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        check_positive(lr_decay, "lr_decay")
        check_positive(weight_decay, "weight_decay")
        check_positive(initial_accumulator_value, "initial_accumulator_value")
        check_positive(eps, "epsilon")
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                array = real(param._array)
                xp = backend.array_module(array)
                backend.run_at(array, self._begin, xp, param, array, array, group)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """The sum starts at ``initial_accumulator_value``."""
        start = self.defaults["initial_accumulator_value"]
        return {"step": counter(), "sum": xp.full_like(param, start)}

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Add up the squared gradients (s), and step along g/√s.

        - ``s ← s + g²``
        - ``θ ← θ − lr / (1 + (t − 1)·lr_decay) · g / (√s + ε)``
        """
        s = state["sum"]
        t = advance(state["step"])
        rate = number(group["lr"]) / (1 + (t - 1) * group["lr_decay"])
        if kernels.fits(param):
            KERNEL(grad, float(group["eps"]), float(-rate), param, s)
            return
        xp.multiply(grad, grad, out=a)
        s += a
        xp.sqrt(s, out=b)
        b += group["eps"]
        add_quotient(xp, param, grad, b, -rate, a)


# The same for a GPU: see kernels.py.
KERNEL = kernels.Kernel(
    "adagrad",
    "T grad, T eps, T factor",
    "T param, T s",
    "s += grad * grad; param += factor * grad / (sqrt(s) + eps)",
)
