"""How parameters get their first numbers. Every function fills a tensor in place and returns it.

*fan_in* is the number of inputs that one output of a layer is computed from, *fan_out* the number
of outputs that one input goes into: for a weight of shape ``(out, in, *kernel)`` these are
``in · prod(kernel)`` and ``out · prod(kernel)``. With the same seed the numbers are PyTorch's.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from .. import backend, creation
from ..autograd.modes import no_grad
from ..random import Generator
from ..sampling import randperm
from ..tensor import Tensor
from ..user_warnings import warn

_GAINS = {
    **dict.fromkeys(
        ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
         "conv_transpose3d", "sigmoid"), 1,
    ),
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4,
}  # fmt: skip


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much a layer's weights should be larger for the nonlinearity that follows it.

    ``param`` is the negative slope of ``"leaky_relu"`` (0.01 unless given): √(2 / (1 + slope²)).
    ValueError for a name that is not known.

    >>> nn.init.calculate_gain("leaky_relu", 0.2)
    1.3867504905630728
    """
    if nonlinearity in _GAINS:
        return _GAINS[nonlinearity]
    if nonlinearity != "leaky_relu":
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    if param is None:
        param = 0.01
    elif isinstance(param, bool) or not isinstance(param, int | float):
        raise ValueError(f"negative_slope {param} not a valid number")
    return math.sqrt(2.0 / (1 + param**2))


# Given distributions and values -------------------------------------------------------------------


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Numbers spread evenly over ``[a, b)``.

    >>> _ = mt.manual_seed(0)
    >>> nn.init.uniform_(mt.empty(3), -1.0, 1.0)
    tensor([-0.0075,  0.5364, -0.8230])
    """
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Normally distributed numbers.

    >>> _ = mt.manual_seed(0)
    >>> nn.init.normal_(mt.empty(2, 2), mean=1.0, std=0.1)
    tensor([[1.1541, 0.9707],
            [0.7821, 1.0568]])
    """
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Normally distributed numbers, those outside of ``[a, b]`` drawn again.

    >>> _ = mt.manual_seed(0)
    >>> nn.init.trunc_normal_(mt.empty(1000), a=-1.0, b=1.0).abs().max() <= 1
    tensor(True)
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of "
            "values may be incorrect."
        )
    inside = _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std)
    with no_grad():
        # Where most normals would lie outside, begin from uniform numbers instead.
        draw = _normals_inside if inside > 0.3 else _uniforms_thinned
        return tensor.copy_(draw(tensor, mean, std, a, b, generator))


def _normal_cdf(x: float) -> float:
    return (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0


def _normals_inside(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Generator | None
) -> Tensor:
    """Normals, drawn again until they lie inside."""
    low, high = tensor.new_tensor([a, b]).tolist()  # rounded as the tensor's own numbers are
    result = tensor.detach().normal_(mean, std, generator=generator)
    while (outside := (result < low) | (result > high)).any():
        again = creation.empty_like(result).normal_(mean, std, generator=generator)
        result = again.where(outside, result)
    return result


def _uniforms_thinned(
    tensor: Tensor, mean: float, std: float, a: float, b: float, generator: Generator | None
) -> Tensor:
    """Uniform numbers, each kept with a probability that is proportional to the normal density."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2  # the density's highest logarithm

    def refused(numbers: Tensor) -> Tensor:
        log_density = ((numbers - mean) / std) ** 2 * -0.5 - peak
        accept = creation.empty_like(numbers).uniform_(generator=generator)
        return accept.log() > log_density

    result = tensor.detach().uniform_(a, b, generator=generator)
    pending = refused(result)
    while pending.any():
        again = creation.empty_like(result).uniform_(a, b, generator=generator)
        result = again.where(pending, result)
        pending = pending & refused(again)
    return result


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The number ``val`` everywhere.

    >>> nn.init.constant_(mt.empty(2, 2), 0.5)
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Ones.

    >>> nn.init.ones_(mt.empty(2))
    tensor([1., 1.])
    """
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros.

    >>> nn.init.zeros_(mt.empty(2))
    tensor([0., 0.])
    """
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: a linear layer that changes as little as its shape allows.

    Shapes: any matrix (m, n).

    >>> nn.init.eye_(mt.empty(2, 3))
    tensor([[1., 0., 0.],
            [0., 1., 0.]])
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    with no_grad():
        return tensor.copy_(creation.eye(*tensor.shape))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution weight that copies as many input channels as it can to the output.

    Shapes: (C_out, C_in, *) with one to three dimensions for *.

    >>> nn.init.dirac_(mt.empty(2, 2, 3))  # a convolution that changes nothing
    tensor([[[0., 1., 0.],
             [0., 0., 0.]],
    <BLANKLINE>
            [[0., 0., 0.],
             [0., 1., 0.]]])
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.shape[0] % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    outputs = tensor.shape[0] // groups
    middle = tuple(length // 2 for length in tensor.shape[2:])
    with no_grad():
        tensor.zero_()
        for group in range(groups):
            for channel in range(min(outputs, tensor.shape[1])):
                tensor[(group * outputs + channel, channel, *middle)] = 1
    return tensor


# Distributions that keep the variance of what flows through ---------------------------------------


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    outputs, inputs, *kernel = tensor.shape
    return inputs * math.prod(kernel), outputs * math.prod(kernel)


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Uniform on ``[-a, a)`` with ``a = gain · √(6 / (fan_in + fan_out))``.

    Source: Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural
    networks*, 2010.

    >>> _ = mt.manual_seed(0)
    >>> bound = (6 / (20 + 30)) ** 0.5
    >>> (nn.init.xavier_uniform_(mt.empty(20, 30)).abs() <= bound).all()
    tensor(True)
    """
    return uniform_(tensor, *_both_ways(math.sqrt(3.0) * _xavier_std(tensor, gain)), generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normal with mean 0 and standard deviation ``gain · √(2 / (fan_in + fan_out))``.

    Source: as `xavier_uniform_`.

    >>> _ = mt.manual_seed(0)
    >>> nn.init.xavier_normal_(mt.empty(2, 2))
    tensor([[ 1.0896, -0.2075],
            [-1.5406,  0.4019]])
    """
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2.0 / sum(_calculate_fan_in_and_fan_out(tensor)))


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform on ``[-bound, bound)`` with ``bound = gain · √(3 / fan)``.

    ``mode`` says which fan, ``nonlinearity`` and its parameter ``a`` the gain (`calculate_gain`).
    Source: He et al., *Delving deep into rectifiers*, 2015.

    >>> _ = mt.manual_seed(0)
    >>> nn.init.kaiming_uniform_(mt.empty(2, 3), nonlinearity="relu")
    tensor([[-0.0106,  0.7586, -1.1640],
            [-1.0408, -0.5447,  0.3792]])
    """
    if 0 in tensor.shape:
        return _nothing_to_do(tensor)
    return uniform_(
        tensor, *_both_ways(math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)), generator
    )


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normal with mean 0 and standard deviation ``gain / √fan``. Source: as `kaiming_uniform_`.

    >>> _ = mt.manual_seed(0)
    >>> w = nn.init.kaiming_normal_(mt.empty(256, 128), nonlinearity="relu")
    >>> x = mt.randn(128, 1000)
    >>> (w @ x).relu().pow(2).mean().round(decimals=1)  # as x: the signal neither fades nor grows
    tensor(1.)
    """
    if 0 in tensor.shape:
        return _nothing_to_do(tensor)
    return normal_(tensor, 0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    modes = ["fan_in", "fan_out"]
    if mode.lower() not in modes:
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of {modes}")
    fan = _calculate_fan_in_and_fan_out(tensor)[modes.index(mode.lower())]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _nothing_to_do(tensor: Tensor) -> Tensor:
    warn("Initializing zero-element tensors is a no-op")
    return tensor


def _both_ways(bound: float) -> tuple[float, float]:
    return -bound, bound


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """A matrix (all dimensions but the first taken as one) whose rows or columns are orthonormal.

    It is the Q of the QR decomposition of normal numbers, times ``gain``. Source: Saxe et al.,
    *Exact solutions to the nonlinear dynamics of learning in deep linear neural networks*, 2013.

    >>> _ = mt.manual_seed(0)
    >>> q = nn.init.orthogonal_(mt.empty(3, 3))
    >>> mt.allclose(q @ q.T, mt.eye(3), atol=1e-6)
    True
    """
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows, columns = tensor.shape[0], tensor.numel() // tensor.shape[0]
    normals = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)._array
    xp = backend.array_module(normals)
    q, r = xp.linalg.qr(normals.T if rows < columns else normals)
    q *= xp.sign(xp.diagonal(r))  # QR leaves the signs open: these make Q uniformly distributed
    q = q.T if rows < columns else q
    with no_grad():
        return tensor.copy_(tensor.new_tensor(q).reshape(tensor.shape)).mul_(gain)


def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """Normal numbers with standard deviation ``std``; a part ``sparsity`` of each column is zero.

    Source: Martens, *Deep learning via Hessian-free optimization*, 2010.

    Shapes: any matrix (m, n).

    >>> _ = mt.manual_seed(0)
    >>> (nn.init.sparse_(mt.empty(10, 3), sparsity=0.4) == 0).sum(0)
    tensor([4, 4, 4])
    """
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    with no_grad():
        tensor.normal_(0, std, generator=generator)
        for column in range(columns):
            tensor[randperm(rows)[:zeros], column] = 0
    return tensor


# Old names ----------------------------------------------------------------------------------------


def _deprecated(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` under its old name, without the underscore at the end."""
    new = function.__name__
    old = new[:-1]

    @functools.wraps(function)
    def deprecated(*args: Any, **kwargs: Any) -> Any:
        warn(f"`nn.init.{old}` is now deprecated in favor of `nn.init.{new}`.", FutureWarning)
        return function(*args, **kwargs)

    deprecated.__name__ = deprecated.__qualname__ = old
    deprecated.__doc__ = f"Old name of `{new}`."
    return deprecated


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
dirac = _deprecated(dirac_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)
