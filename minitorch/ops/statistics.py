"""How far numbers spread: variance and standard deviation."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.operation import Operation
from ..user_warnings import warn
from . import sums
from .dims import over_dims, wrap_all
from .masking import masked
from .operands import invalid_combination
from .reduction import restore

# Variance -----------------------------------------------------------------------------------------


class Var(Operation):
    """``((x - mean) ** 2).sum(dims) / (n - correction)``."""

    def forward(self, xp: Any, input: Any, dims: Any, correction: Any, keepdim: Any) -> Any:
        return variance(xp, input, dims, correction, keepdim)[0].astype(
            input.real.dtype, copy=False
        )

    def grad_input(self, grad: Any, input: Any, dims: Any, correction: Any, keepdim: Any) -> Any:
        return grad_variance(grad, input, dims, correction, keepdim)


class VarMean(Operation):
    """The variance and the mean."""

    def forward(self, xp: Any, input: Any, dims: Any, correction: Any, keepdim: Any) -> Any:
        spread, mean = variance(xp, input, dims, correction, keepdim)
        return spread.astype(input.real.dtype, copy=False), mean.astype(input.dtype, copy=False)

    def grad_input(self, grad: Any, input: Any, dims: Any, correction: Any, keepdim: Any) -> Any:
        return grad_variance(grad[0], input, dims, correction, keepdim) + grad_mean(
            grad[1], input, dims, keepdim
        )


class Std(Operation):
    """The square root of the variance."""

    def forward(self, xp: Any, input: Any, dims: Any, correction: Any, keepdim: Any) -> Any:
        spread = xp.sqrt(variance(xp, input, dims, correction, keepdim)[0])
        return spread.astype(input.real.dtype, copy=False)

    def grad_input(
        self, grad: Any, input: Any, dims: Any, correction: Any, keepdim: Any, out: Any
    ) -> Any:
        return grad_variance(grad_root(grad, out), input, dims, correction, keepdim)


class StdMean(Operation):
    """The standard deviation and the mean."""

    def forward(self, xp: Any, input: Any, dims: Any, correction: Any, keepdim: Any) -> Any:
        spread, mean = variance(xp, input, dims, correction, keepdim)
        spread = xp.sqrt(spread)
        return spread.astype(input.real.dtype, copy=False), mean.astype(input.dtype, copy=False)

    def grad_input(
        self, grad: Any, input: Any, dims: Any, correction: Any, keepdim: Any, out: Any
    ) -> Any:
        return grad_variance(
            grad_root(grad[0], out[0]), input, dims, correction, keepdim
        ) + grad_mean(grad[1], input, dims, keepdim)


def variance(
    xp: Any, x: Any, dims: tuple[int, ...], correction: float, keepdim: bool
) -> tuple[Any, Any]:
    """The arrays (variance, mean), in two passes: first the mean, then the squares about it.

    The variance of complex numbers is that of both parts together, which is real.
    """
    if x.dtype.char == "e":
        x = x.astype("f")
    count = math.prod([x.shape[dim] for dim in dims])
    mean = sums.over(xp, x, dims, True) / count
    centred = x - mean
    if x.dtype.kind == "c":
        total = sums.over(xp, (centred * centred.conj()).real, dims, keepdim)
    elif len(dims) == x.ndim and not keepdim:
        total = sums.total_of_squares(xp, centred)
    else:
        centred *= centred
        total = sums.over(xp, centred, dims, keepdim)
    freedom = total.dtype.type(max(count - correction, 0))
    return total / freedom, mean if keepdim else mean.squeeze(dims)


def count_of(x: Any, dims: tuple[int, ...]) -> int:
    """How many elements of ``x`` are reduced to one."""
    return math.prod([x._array.shape[dim] for dim in dims])


def grad_variance(
    grad: Any, input: Any, dims: tuple[int, ...], correction: float, keepdim: bool
) -> Any:
    """The gradient of the variance."""
    freedom = count_of(input, dims) - correction
    scale = 2 / freedom if freedom else math.inf
    scaled = restore(grad * scale, input._array.shape, dims, keepdim)
    return scaled * (input - input.mean(dims, True))


def grad_mean(grad: Any, input: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
    """The gradient of the mean."""
    return restore(grad / count_of(input, dims), input._array.shape, dims, keepdim)


def grad_root(grad: Any, root: Any) -> Any:
    """The gradient of what is under a square root; zero where the root is zero, as in PyTorch."""
    return masked(grad / (2 * root), root != 0)


def spread(
    name: str, input: Any, dim: Any, unbiased: Any, keepdim: Any, correction: Any
) -> tuple[Any, ...]:
    """The arguments of `Var` and its kin, from those of the public function called ``name``."""
    array = input._array
    if array.dtype.kind not in "fc":
        subject = name if name.endswith("_mean") else "std and var"
        raise RuntimeError(f"{subject} only support floating point and complex dtypes")
    if dim.__class__ is bool:  # x.var(False)
        dim, unbiased = None, dim
    if unbiased is not None:
        if correction is not None:
            raise invalid_combination(name, (input, unbiased, correction))
        correction = int(unbiased)
    correction = 1 if correction is None else correction
    dims = wrap_all(dim, array.ndim)
    if (count_of(input, dims) if array.size else 0) - correction <= 0:
        warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the "
            "reduction factor (input numel divided by output numel)."
        )
    return input, dims, correction, keepdim


@over_dims
def var(
    input: Any,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: bool = False,
    *,
    correction: Any = None,
) -> Any:
    """The variance over ``dim`` (all): ``((x - x.mean()) ** 2).sum() / (n - correction)``.

    ``correction`` is 1 unless given (Bessel's); ``unbiased=False`` is another word for 0.

    >>> import minitorch as mt
    >>> x = mt.tensor([1.0, 2.0, 3.0, 4.0])
    >>> x.var(), x.var(correction=0)
    (tensor(1.6667), tensor(1.2500))
    """
    return Var.apply(*spread("var", input, dim, unbiased, keepdim, correction))


@over_dims
def std(
    input: Any,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: bool = False,
    *,
    correction: Any = None,
) -> Any:
    """The standard deviation of all elements, or over ``dim``: the square root of the variance.

    ``correction`` is 1 unless given; ``unbiased=False`` is another word for 0. See `var`.

    >>> import minitorch as mt
    >>> mt.tensor([1.0, 2.0, 3.0, 4.0]).std()
    tensor(1.2910)
    """
    return Std.apply(*spread("std", input, dim, unbiased, keepdim, correction))


@over_dims
def var_mean(
    input: Any,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: bool = False,
    *,
    correction: Any = None,
) -> Any:
    """The variance and the mean, of all elements or over ``dim``. See `var`.

    >>> import minitorch as mt
    >>> mt.var_mean(mt.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    return VarMean.apply(*spread("var_mean", input, dim, unbiased, keepdim, correction))


@over_dims
def std_mean(
    input: Any,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: bool = False,
    *,
    correction: Any = None,
) -> Any:
    """The standard deviation and the mean, of all elements or over ``dim``. See `std`.

    >>> import minitorch as mt
    >>> mt.std_mean(mt.tensor([1.0, 2.0, 3.0]))
    (tensor(1.), tensor(2.))
    """
    return StdMean.apply(*spread("std_mean", input, dim, unbiased, keepdim, correction))
