"""Muon."""

from __future__ import annotations

from math import sqrt
from typing import Any

from .checks import check_lr
from .formulas import add_scaled, average, number
from .optimizer import Array, Group, Optimizer, State


class Muon(Optimizer):
    """Muon: steps along the momentum made orthogonal, which moves a matrix alike in all directions.

    It is for the matrices of hidden layers; other parameters go to another optimizer. See `update`
    for the formula, https://kellerjordan.github.io/posts/muon/ for its author's text and
    https://pytorch.org/docs/stable/generated/torch.optim.Muon.html for the arguments.

    >>> w = mt.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> optimizer = mt.optim.Muon([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.shape
    torch.Size([2, 2])
    """

    takes_complex = False
    decays_itself = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_lr(lr, "Learning rate should be >= 0 but is")
        if not momentum >= 0.0:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not weight_decay >= 0.0:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = {
            "lr": lr,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_coefficients": ns_coefficients,
            "eps": eps,
            "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for param in group["params"]:
                if param.ndim != 2:
                    raise ValueError(
                        "Muon only supports 2D parameters whereas we found a parameter with size: "
                        f"{param.size()}"
                    )

    def new_state(self, xp: Any, param: Array, grad: Array, group: Group) -> State:
        """The average starts at zero."""
        return {"momentum_buffer": xp.zeros_like(param)}

    def update(
        self, xp: Any, param: Array, grad: Array, state: State, group: Group, a: Array, b: Array
    ) -> None:
        """Average the gradient (m), make it orthogonal, and step along it.

        - ``m ← μ m + (1 − μ) g``; with nesterov ``d = μ m + (1 − μ) g``, else ``d = m``
        - ``θ ← θ − lr·λθ``
        - ``θ ← θ − lr · √max(1, A/B) · O(d)`` for an A×B matrix, with O from `orthogonalized`;
          "match_rms_adamw" takes 0.2·√max(A, B) as the factor
        """
        lr, momentum = number(group["lr"]), group["momentum"]
        rows, columns = param.shape
        m = state["momentum_buffer"]
        average(xp, m, grad, 1 - momentum, a)
        d = m
        if group["nesterov"]:
            d = grad.copy()
            average(xp, d, m, momentum, a)
        d = orthogonalized(xp, d, group["ns_coefficients"], group["ns_steps"], group["eps"])
        if group["adjust_lr_fn"] == "match_rms_adamw":
            factor = 0.2 * sqrt(max(rows, columns))
        else:
            factor = sqrt(max(1, rows / columns))
        param *= 1 - lr * group["weight_decay"]
        add_scaled(xp, param, d, -lr * factor, a)


def orthogonalized(
    xp: Any, matrix: Array, coefficients: tuple[float, float, float], steps: int, eps: float
) -> Array:
    """About the orthogonal matrix nearest to ``matrix``: its singular values all become about 1.

    Each Newton-Schulz step ``X ← a X + (b XXᵀ + c (XXᵀ)²) X`` turns a singular value s into
    a·s + b·s³ + c·s⁵. PyTorch iterates in bfloat16, so the results are rounded to that here.
    """
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    x = bfloat16(xp, matrix.T if tall else matrix)
    x = bfloat16(xp, x / bfloat16(xp, xp.maximum(xp.linalg.norm(x), eps)))
    for _ in range(steps):
        gram = bfloat16(xp, x @ x.T)
        polynomial = bfloat16(xp, b * gram + c * (gram @ gram))
        x = bfloat16(xp, a * x + polynomial @ x)
    return x.T if tall else x


def bfloat16(xp: Any, x: Array) -> Array:
    """``x`` as float32, rounded to the 8 significant bits of bfloat16, halves to even."""
    bits = xp.asarray(x, dtype=xp.float32).view(xp.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).view(xp.float32)
