"""Softmax and its logarithm: scores along a dimension become probabilities.

These end every classifier, so they are written for few passes over memory. Their gradients are
operations of their own, which can be differentiated once more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import kernels
from ..autograd.operation import Operation
from ..user_warnings import warn
from . import dims, rows
from .arrays import row_major, wide
from .operands import not_implemented, tensor


class Softmax(Operation):
    """``exp(x) / Σ exp(x)``."""

    def forward(self, xp: Any, x: Any, dim: int) -> Any:
        check_floating(x, dim)
        if x.size == 0 or x.ndim == 0:
            return xp.exp(x - x)
        out = rows.softmax(xp, wide(x), dim).astype(x.dtype, copy=False)
        return row_major(xp, out)

    def grad_x(self, grad: Any, dim: int, out: Any) -> Any:
        return SoftmaxBackwardData.apply(grad, out, dim)


class SoftmaxBackwardData(Operation):
    """The gradient of softmax: ``y (grad - Σ grad y)``."""

    def forward(self, xp: Any, grad: Any, y: Any, dim: int) -> Any:
        if y.size == 0 or y.ndim == 0:
            return y * (grad - grad * y)
        wider = wide(y)
        inner = rows.inner(xp, wide(grad), wider, dim)
        if kernels.fits(y) and kernels.fits(grad):
            return SOFTMAX_GRADIENT(grad, y, inner)
        with rows.of_length(y.shape[-1]):
            result = grad - inner
        result *= wider
        return result.astype(y.dtype, copy=False)

    def grad_grad(self, g: Any, y: Any, dim: int) -> Any:  # the matrix of derivatives is symmetric
        return SoftmaxBackwardData.apply(g, y, dim)

    def grad_y(self, g: Any, grad: Any, y: Any, dim: int) -> Any:
        inner = (grad * y).sum(dim, keepdim=True)
        return g * (grad - inner) - grad * (g * y).sum(dim, keepdim=True)


# The same for a GPU: see kernels.py.
SOFTMAX_GRADIENT = kernels.Kernel(
    "softmax_gradient", "T grad, T y, T inner", "T result", "result = (grad - inner) * y"
)


class LogSoftmax(Operation):
    """``x - ln Σ exp(x)``."""

    def forward(self, xp: Any, x: Any, dim: int) -> Any:
        check_floating(x, dim, "log_")
        if x.size == 0 or x.ndim == 0:
            return x - x
        wider = wide(x)
        top = rows.largest(xp, wider, dim)
        if kernels.fits(x):
            sums = rows.total(xp, rows.EXP_BELOW(x, top), dim)
            return row_major(xp, LOG_SOFTMAX(x, top, xp.log(sums)))
        with rows.of_length(x.shape[-1]):
            out = wider - top
            out -= xp.log(rows.total(xp, xp.exp(out), dim))
        out = out.astype(x.dtype, copy=False)
        return row_major(xp, out)

    def grad_x(self, grad: Any, dim: int, out: Any) -> Any:
        return LogSoftmaxBackwardData.apply(grad, out, dim)


class LogSoftmaxBackwardData(Operation):
    """The gradient of log_softmax: ``grad - exp(y) Σ grad``."""

    def forward(self, xp: Any, grad: Any, y: Any, dim: int) -> Any:
        if y.size == 0 or y.ndim == 0:
            return grad - grad * xp.exp(y)
        total = rows.total(xp, wide(grad), dim)
        if kernels.fits(y) and kernels.fits(grad):
            return LOG_SOFTMAX_GRADIENT(grad, y, total)
        result = xp.exp(wide(y))
        with rows.of_length(y.shape[-1]):
            result *= total
        xp.subtract(grad, result, out=result)
        return result.astype(y.dtype, copy=False)

    def grad_grad(self, g: Any, y: Any, dim: int) -> Any:
        return g - (g * y.exp()).sum(dim, keepdim=True)

    def grad_y(self, g: Any, grad: Any, y: Any, dim: int) -> Any:
        return -g * y.exp() * grad.sum(dim, keepdim=True)


# The same for a GPU: see kernels.py.
LOG_SOFTMAX = kernels.Kernel("log_softmax", "T x, T top, T log_sum", "T y", "y = x - top - log_sum")
LOG_SOFTMAX_GRADIENT = kernels.Kernel(
    "log_softmax_gradient", "T grad, T y, T total", "T result", "result = grad - exp(y) * total"
)


def check_floating(x: Any, dim: int, prefix: str = "") -> None:
    """Refuse dtypes that have no fractions, in the words of PyTorch's kernels."""
    if x.dtype.kind != "f":
        last = "lastdim_" if dim == x.ndim - 1 or not x.ndim else ""
        raise not_implemented(f"{prefix}softmax_{last}kernel_impl", x)


# Functions ----------------------------------------------------------------------------------------


@dims.takes_axis
def softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """``exp(x) / Σ exp(x)`` along ``dim``: positive numbers that add up to 1.

    With ``dtype`` the input is converted first.

    >>> import minitorch as mt
    >>> mt.softmax(mt.tensor([0.0, 1.0, 2.0]), dim=0)
    tensor([0.0900, 0.2447, 0.6652])
    """
    return Softmax.apply(*prepared("softmax", input, dim, dtype))


@dims.takes_axis
def log_softmax(input: Any, dim: int, dtype: Any = None) -> Any:
    """``ln softmax(x)`` along ``dim``, exact also where the softmax is tiny.

    >>> import minitorch as mt
    >>> mt.log_softmax(mt.tensor([0.0, 1000.0]), dim=0)
    tensor([-1000.,     0.])
    """
    return LogSoftmax.apply(*prepared("log_softmax", input, dim, dtype))


def softmin(input: Any, dim: int, dtype: Any = None) -> Any:
    """``softmax(-x)``: the smallest number gets the largest share.

    >>> import minitorch as mt
    >>> F.softmin(mt.tensor([1.0, 2.0, 3.0]), dim=-1)
    tensor([0.6652, 0.2447, 0.0900])
    """
    return Softmax.apply(*prepared("softmin", -input, dim, dtype))


def prepared(caller: str, input: Any, dim: Any, dtype: Any) -> tuple[Any, int]:
    """The input in ``dtype``, and ``dim`` counted from the front."""
    tensor(input, caller, "input", 1)
    if dim.__class__ is not int:
        if dim is None or isinstance(dim, float | str):
            raise TypeError(
                f"{caller}(): argument 'dim' (position 2) must be int, not {type(dim).__name__}"
            )
        dim = dims.index(dim)
    return (input if dtype is None else input.to(dtype)), dims.wrap(dim, input._array.ndim)


def with_implicit_dim(function: Callable[..., Any]) -> Callable[..., Any]:
    """The form in `nn.functional`, where ``dim`` may be left out, with PyTorch's warning.

    The warning names the user's line, so ``_stacklevel`` has no effect.
    """

    def call(input: Any, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Any:
        if dim is None:
            warn(
                f"Implicit dimension choice for {function.__name__} has been deprecated. "
                "Change the call to include dim=X as an argument."
            )
            dim = 0 if input.dim() in (0, 1, 3) else 1
        return function(input, dim, dtype)

    call.__name__ = call.__qualname__ = function.__name__
    call.__module__, call.__doc__ = function.__module__, function.__doc__
    return call


functional_softmax = with_implicit_dim(softmax)
functional_log_softmax = with_implicit_dim(log_softmax)
functional_softmin = with_implicit_dim(softmin)
