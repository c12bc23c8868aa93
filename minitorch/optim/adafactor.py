"""Adafactor."""

from __future__ import annotations

from typing import Any

from .checks import check_lr
from .formulas import advance, average, counter, number
from .optimizer import Array, Group, Optimizer, State


class Adafactor(Optimizer):
    """Adafactor: of a matrix's squared gradients it keeps the averages of rows and columns only.

    So its state is as small as a vector. See `update` for the formula,
    https://arxiv.org/abs/1804.04235 for the paper and
    https://pytorch.org/docs/stable/generated/torch.optim.Adafactor.html for the arguments.

    >>> w = mt.tensor([[1.0, -20.0], [1.0, 20.0]], requires_grad=True)
    >>> optimizer = mt.optim.Adafactor([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([[ -0.4160, -18.5840],
            [ -0.4160,  18.5840]], requires_grad=True)
    """

    takes_complex = False
    decays_itself = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_lr(lr, "Learning rate should be >= 0 but is")
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not eps[0] >= 0.0:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not eps[1] >= 0.0:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": eps,
            "d": d,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """Averages of rows and columns; of every element if there is but one dimension."""
        if param.ndim > 1:
            return {
                "step": counter(),
                "row_var": xp.zeros_like(param[..., :1]),
                "col_var": xp.zeros_like(param[..., :1, :]),
            }
        return {"step": counter(), "variance": xp.zeros_like(param)}

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average g² over rows (R) and columns (C), and step along g/√v, where v is made of them.

        - ``w = t^beta2_decay``, ``R ← R + w (mean of g² over columns − R)``, C likewise
        - ``v = R C / mean(R)``; of a vector ``v ← v + w (g² − v)``
        - ``u = g / √v``, made shorter if its RMS (root of the mean square) is above d
        - ``θ ← θ − lr·λθ``
        - ``θ ← θ − max(ε₂, RMS(θ)) · min(lr, 1/√t) · u``
        """
        lr = number(group["lr"])
        eps1, eps2 = group["eps"]
        if eps1 is None:
            eps1 = float(xp.finfo(param.dtype).eps)
        t = advance(state["step"])
        weight = t ** group["beta2_decay"]
        alpha = xp.fmax(eps2, rms(xp, param)) * min(lr, 1 / t**0.5)
        if group["weight_decay"] != 0:
            param *= 1 - lr * group["weight_decay"]
        xp.multiply(grad, grad, out=a)
        if param.ndim > 1:
            rows, columns = state["row_var"], state["col_var"]
            for mean, axis in ((rows, -1), (columns, -2)):
                now = a.mean(axis=axis, keepdims=True)
                average(xp, mean, now, weight, xp.empty_like(now))
            v = xp.multiply(rows, columns, out=a)
            v /= xp.maximum(rows.mean(axis=-2, keepdims=True), eps1)
        else:
            average(xp, state["variance"], a, weight, b)
            v = state["variance"]
        xp.sqrt(xp.maximum(v, eps1 * eps1, out=b), out=b)
        u = xp.divide(grad, b, out=b)
        u *= alpha / xp.fmax(1.0, rms(xp, u) / group["d"])
        param -= u


def rms(xp: Any, x: Array) -> Any:
    """The root of the mean square of ``x``; 0 if it is empty."""
    return xp.linalg.norm(x) / max(x.size, 1) ** 0.5
