"""L-BFGS, which needs the whole loss as a function: it may ask for it several times in a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend
from ..autograd.modes import enable_grad
from ..autograd.operation import wrap
from ..autograd.views import bump
from ..backend import array_module
from ..ops.operands import plain
from ..tensor import Tensor
from .checks import check_lr
from .formulas import number
from .line_search import Point, strong_wolfe
from .optimizer import Array, Optimizer, real


class LBFGS(Optimizer):
    """L-BFGS: Newton's method, with the curvature guessed from the last ``history_size`` steps.

    ``step(closure)`` makes up to ``max_iter`` iterations: each finds a direction (see
    `Memory.direction`) and goes along it by ``lr``, or as far as the line search "strong_wolfe"
    says. It ends early if the gradient is below ``tolerance_grad``, if the loss or the parameters
    change by less than ``tolerance_change``, or after ``max_eval`` evaluations. All parameters are
    one long vector, in one group. Arguments:
    https://pytorch.org/docs/stable/generated/torch.optim.LBFGS.html.

    >>> w = mt.tensor([1.0, -20.0], requires_grad=True)
    >>> optimizer = mt.optim.LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (w * w).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure)
    tensor(401., grad_fn=<SumBackward0>)
    >>> closure().item() < 1e-9
    True
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_lr(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    def step(self, closure: Callable[[], Any]) -> Any:
        """Minimise the loss that ``closure`` computes with its gradients; returns the first one."""
        first = self.param_groups[0]["params"][0]._array
        return backend.run_at(first, self._step, closure)

    def _step(self, closure: Callable[[], Any]) -> Any:
        if len(self.param_groups) != 1:
            raise AssertionError(
                f"Expected exactly one param_group, but got {len(self.param_groups)}"
            )
        group = self.param_groups[0]
        params = group["params"]
        max_iter, max_eval = group["max_iter"], group["max_eval"]
        lr = number(group["lr"]) if isinstance(group["lr"], Tensor) else plain(group["lr"])
        tolerance = group["tolerance_change"]
        state = self.state[params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        result, loss, grad = evaluate(params, closure)
        evaluations = 1
        state["func_evals"] += 1
        if abs(grad).max() <= group["tolerance_grad"]:
            return result
        memory = Memory(state, group["history_size"])
        for iteration in range(1, max_iter + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d = -grad
                t = min(1.0, 1.0 / abs(grad).sum()) * lr
            else:
                memory.learn(grad)
                d = memory.direction(grad)
                t = lr
            memory.d, memory.t, memory.grad, memory.loss = d, t, grad, loss
            slope = grad @ d
            if slope > -tolerance:
                break
            count = 0
            if group["line_search_fn"] is None:
                move(params, t, d)
                if iteration < max_iter:  # after the last iteration nobody asks for the loss
                    _, loss, grad = evaluate(params, closure)
                    count = 1
            elif group["line_search_fn"] == "strong_wolfe":
                start = Point(0, loss, grad, slope)
                points = along(params, d, closure)
                found, count = strong_wolfe(points, start, t, abs(d).max(), max_eval - evaluations)
                t, loss, grad, _ = found
                memory.t = t
                move(params, t, d)
            else:
                raise RuntimeError("only 'strong_wolfe' is supported")
            evaluations += count
            state["func_evals"] += count
            if (
                evaluations >= max_eval
                or abs(grad).max() <= group["tolerance_grad"]
                or abs(d * t).max() <= tolerance
                or abs(loss - memory.loss) < tolerance
            ):
                break
        memory.save(state, params[0])
        return result


class Memory:
    """What is known of the curvature: how the gradient changed (y) over the last steps (s).

    Its place between two calls of ``step`` is the optimizer's state, under PyTorch's names.
    """

    def __init__(self, state: dict[str, Any], size: int) -> None:
        self.size = size
        self.d, self.t = untensored(state.get("d")), untensored(state.get("t"))
        self.grad, self.loss = untensored(state.get("prev_flat_grad")), state.get("prev_loss")
        self.y = [untensored(y) for y in state.get("old_dirs", ())]
        self.s = [untensored(s) for s in state.get("old_stps", ())]
        self.rho = [untensored(rho) for rho in state.get("ro", ())]  # 1 / (y · s)
        self.scale = untensored(state.get("H_diag", 1))
        self.alphas: list[Any] | None = None  # of the last direction

    def learn(self, grad: Array) -> None:
        """Remember the last step ``t·d`` and the gradient's change, if these make sense."""
        y, s = grad - self.grad, self.d * self.t
        ys = y @ s
        if ys > 1e-10:
            for items, new in ((self.y, y), (self.s, s), (self.rho, 1.0 / ys)):
                if len(items) == self.size:
                    items.pop(0)
                items.append(new)
            self.scale = ys / (y @ y)

    def direction(self, grad: Array) -> Array:
        """``−H g`` with an approximation H of the inverse Hessian, by the two-loop recursion.

        Source: Nocedal and Wright, Numerical Optimization, algorithm 7.4.
        """
        q = -grad
        alphas = []
        for y, s, rho in zip(reversed(self.y), reversed(self.s), reversed(self.rho), strict=True):
            alpha = (s @ q) * rho
            q -= alpha * y
            alphas.append(alpha)
        q *= self.scale
        for y, s, rho, alpha in zip(self.y, self.s, self.rho, reversed(alphas), strict=True):
            q += (alpha - (y @ q) * rho) * s
        self.alphas = alphas[::-1]
        return q

    def save(self, state: dict[str, Any], param: Tensor) -> None:
        """Put everything into the state, arrays as tensors."""
        known = {
            "d": self.d,
            "t": self.t,
            "old_dirs": self.y,
            "old_stps": self.s,
            "ro": self.rho,
            "H_diag": self.scale,
            "prev_flat_grad": self.grad,
            "prev_loss": self.loss,
        }
        if self.alphas is not None:  # of no use later, but PyTorch has them there
            state["al"] = [wrap(param, alpha) for alpha in self.alphas]
            state["al"] += [None] * (self.size - len(self.alphas))
        for name, value in known.items():
            if isinstance(value, list):
                state[name] = [wrap(param, item) for item in value]
            else:
                state[name] = wrap(param, value) if hasattr(value, "dtype") else value


def untensored(value: Any) -> Any:
    """The array of a tensor; anything else as it is."""
    return value._array if isinstance(value, Tensor) else value


# All parameters as one vector
# -----------------------------------------------------------------------


def evaluate(params: list[Tensor], closure: Callable[[], Any]) -> tuple[Any, float, Array]:
    """What ``closure`` returns, this loss as a number, and the gradients as one vector."""
    with enable_grad():
        result = closure()
    grads = [
        real(param._grad._array).reshape(-1) if param._grad is not None else flat_zeros(param)
        for param in params
    ]
    loss = float(result.detach() if isinstance(result, Tensor) else result)
    return result, loss, array_module(grads[0]).concatenate(grads)


def flat_zeros(param: Tensor) -> Array:
    """Zeros in place of a gradient that is not there."""
    array = real(param._array)
    return array_module(array).zeros(array.size, array.dtype)


def move(params: list[Tensor], t: Any, d: Array) -> None:
    """Go from here by ``t·d``."""
    start = 0
    for param in params:
        array = real(param._array)
        end = start + array.size
        array += t * d[start:end].reshape(array.shape)
        bump(param)
        start = end


def along(params: list[Tensor], d: Array, closure: Callable[[], Any]) -> Callable[[Any], Point]:
    """A function of t: the point at ``t·d`` from here; it leaves the parameters where they are."""
    here = [param._array.copy() for param in params]

    def at(t: Any) -> Point:
        move(params, t, d)
        _, loss, grad = evaluate(params, closure)
        for param, array in zip(params, here, strict=True):
            param._array[...] = array
            bump(param)
        return Point(t, loss, grad, grad @ d)

    return at
