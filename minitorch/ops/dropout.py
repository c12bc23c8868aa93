"""Dropout in all its forms. The random masks are PyTorch's for the same seed.

The functions are those of `nn.functional`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend, dtypes, kernels, random
from ..autograd.operation import Operation, wrap
from ..autograd.views import in_place
from ..user_warnings import warn
from . import operands
from .arrays import empty_like


class Dropout(Operation):
    """``x · mask / (1 − p)`` with a random mask of zeros and ones, which is all that is kept."""

    torch_name = "MulBackward0"

    def forward(self, xp: Any, x: Any, p: float, by_channel: bool) -> Any:
        kept = mask(xp, x, p, by_channel)
        # One over 1 - p, and then the product, each rounded as PyTorch does it.
        number = np.float32 if x.dtype == np.float16 else x.dtype.type
        self.scale = x.dtype.type(number(1) / number(1 - p)) if p < 1 else None
        self.save(mask=kept)
        return masked(x, kept, self.scale)

    def grad_x(self, grad: Any, mask: Any) -> Any:
        return Masked.apply(grad, mask, self.scale)


class Masked(Operation):
    """``x · mask · scale``, with a mask that is there already."""

    torch_name = "MulBackward0"

    def forward(self, xp: Any, x: Any, mask: Any, scale: Any) -> Any:
        return masked(x, mask, scale)

    def grad_x(self, grad: Any, mask: Any, scale: Any) -> Any:
        return Masked.apply(grad, mask, scale)


def masked(x: Any, kept: Any, scale: Any) -> Any:
    """``x · kept · scale``; without a scale everything is dropped."""
    if kernels.fits(x) and scale is not None:
        return MASKED(x, kept, float(scale))
    return x * (kept if scale is None else kept * scale)


# The same for a GPU: see kernels.py.
MASKED = kernels.Kernel("masked", "T x, bool kept, T scale", "T y", "y = x * kept * scale")


def mask(xp: Any, x: Any, p: float, by_channel: bool) -> Any:
    """True, where an element of ``x`` stays; by channels, the first two dimensions decide."""
    if by_channel and x.ndim < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    shape = (*x.shape[:2], *(1,) * (x.ndim - 2)) if by_channel else x.shape
    if p == 1:
        return xp.zeros(shape, bool)
    if x.dtype.kind == "c":
        raise operands.not_implemented("bernoulli_scalar_cpu_", x)
    if x.dtype.kind != "f":
        kind = dtypes.SCALAR_TYPE[dtypes.of(x)]
        raise RuntimeError(f"result type Float can't be cast to the desired output type {kind}")
    kept = xp.empty(shape, bool) if by_channel else empty_like(xp, x, bool)
    in_order = random.memory_order(kept)  # PyTorch draws in the order of memory
    generator = random.default_for(backend.device_index(x))
    in_order[...] = random.bernoulli(generator, in_order.shape, np.bool_, 1 - p)
    return kept


def apply(input: Any, p: float, by_channel: bool) -> Any:
    """Dropout while training."""
    return Dropout.apply(input, p, by_channel)


@backend.at_its_gpu
def apply_alpha(input: Any, p: float, by_channel: bool) -> Any:
    """Alpha dropout while training: ``a · (x where it stays, −1.7581 elsewhere) + b``.

    a and b are such that mean and variance stay. The steps are PyTorch's, for the same rounding.
    """
    if p == 1:
        return Dropout.apply(input, p, by_channel)
    x = input._array
    xp = backend.array_module(x)
    alpha = 1.7580993408473766  # SELU's limit at minus infinity, with the other sign
    a = 1 / math.sqrt((alpha * alpha * p + 1) * (1 - p))
    noise = mask(xp, x, p, by_channel).astype(x.dtype)
    shift = (noise - 1) * (alpha * a) + alpha * a * p
    return input * wrap(input, noise * a) + wrap(input, shift)


apply_ = in_place(apply)
apply_alpha_ = in_place(apply_alpha)


def drop(input: Any, p: float, training: bool, inplace: bool, alpha: bool, by_channel: bool) -> Any:
    """Any of the functions below, after their checks."""
    operands.tensor(input, "dropout", "input", 1)
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0 or input._array.size == 0:
        return input
    if alpha:
        return (apply_alpha_ if inplace else apply_alpha)(input, float(p), by_channel)
    return (apply_ if inplace else apply)(input, float(p), by_channel)


def check_probability(p: float) -> None:
    """Refuse a ``p`` that is no probability."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Each element becomes zero with probability ``p``; the others are scaled by ``1/(1 − p)``.

    The input itself unless ``training``.

    >>> _ = mt.manual_seed(0)
    >>> F.dropout(mt.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    """
    check_probability(p)
    return drop(input, p, training, inplace, alpha=False, by_channel=False)


def dropout1d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """As `dropout`, for whole channels of ``(N, C, L)`` or ``(C, L)``.

    >>> _ = mt.manual_seed(0)
    >>> F.dropout1d(mt.ones(1, 3, 2))
    tensor([[[0., 0.],
             [0., 0.],
             [2., 2.]]])
    """
    check_probability(p)
    ndim = input.dim()
    if ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {ndim}D input. Note that "
            "dropout1d exists to provide channel-wise dropout on inputs with 1 spatial "
            "dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D "
            "inputs)."
        )
    return channels(input, p, training, inplace, batched=ndim == 3)


def dropout2d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """As `dropout`, for whole channels of ``(N, C, H, W)`` or ``(N, C, L)``.

    >>> _ = mt.manual_seed(0)
    >>> F.dropout2d(mt.ones(1, 6, 4, 4))[0, :, 0, 0]
    tensor([0., 0., 2., 0., 0., 0.])
    """
    check_probability(p)
    ndim = input.dim()
    if ndim not in (3, 4):
        warn_of_rank("dropout2d", ndim, 2, "3D or 4D")
    if ndim == 3:
        warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout "
            "behavior is desired - input is interpreted as shape (N, C, L), where C is the channel "
            "dim. This behavior will change in a future release to interpret the input as one "
            "without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise "
            "dropout behavior, please switch to using dropout1d instead."
        )
    return channels(input, p, training, inplace, batched=True)


def dropout3d(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """As `dropout`, for whole channels of ``(N, C, D, H, W)`` or ``(C, D, H, W)``.

    >>> _ = mt.manual_seed(0)
    >>> F.dropout3d(mt.ones(1, 6, 2, 4, 4))[0, :, 0, 0, 0]
    tensor([0., 0., 2., 0., 0., 0.])
    """
    check_probability(p)
    ndim = input.dim()
    if ndim not in (4, 5):
        warn_of_rank("dropout3d", ndim, 3, "4D or 5D")
    return channels(input, p, training, inplace, batched=ndim == 5)


def warn_of_rank(caller: str, ndim: int, spatial: int, wanted: str) -> None:
    """The warning of `dropout2d` and `dropout3d` for inputs of other ranks."""
    warn(
        f"{caller}: Received a {ndim}-D input to {caller}, which is deprecated and will result "
        "in an error in a future release. To retain the behavior and silence this warning, "
        f"please use dropout instead. Note that {caller} exists to provide channel-wise dropout on "
        f"inputs with {spatial} spatial dimensions, a channel dimension, and an optional batch "
        f"dimension (i.e. {wanted} inputs)."
    )


def channels(input: Any, p: float, training: bool, inplace: bool, batched: bool) -> Any:
    """Dropout of whole channels, with a batch dimension or without."""
    whole = input if batched else input.unsqueeze(0)
    result = drop(whole, p, training, inplace, alpha=False, by_channel=True)
    if inplace:
        return input
    return result if batched else result.squeeze(0)


def alpha_dropout(input: Any, p: float = 0.5, training: bool = False, inplace: bool = False) -> Any:
    """Dropout that keeps the mean 0 and variance 1 of what comes out of `selu`.

    >>> _ = mt.manual_seed(0)
    >>> F.alpha_dropout(mt.zeros(4), training=True)
    tensor([-0.7792, -0.7792,  0.7792, -0.7792])
    """
    check_probability(p)
    return drop(input, p, training, inplace, alpha=True, by_channel=False)


def feature_alpha_dropout(
    input: Any, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Any:
    """As `alpha_dropout`, for whole channels of ``(N, C, *)``.

    >>> _ = mt.manual_seed(0)
    >>> F.feature_alpha_dropout(mt.zeros(1, 3, 2), training=True)
    tensor([[[-0.7792, -0.7792],
             [-0.7792, -0.7792],
             [ 0.7792,  0.7792]]])
    """
    check_probability(p)
    return drop(input, p, training, inplace, alpha=True, by_channel=True)


def named(name: str, alpha: bool, by_channel: bool, inplace: bool) -> Callable[..., Any]:
    """One of the functions that stand beside those of `nn.functional` in ``torch`` itself."""

    def function(input: Any, p: float, train: bool) -> Any:
        operands.tensor(input, name, "input", 1)
        return drop(input, p, train, inplace, alpha, by_channel)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{name}(input, p, train): see `nn.functional`, where it has defaults.

    >>> mt.{name}(mt.ones(1, 3), 0.5, train=False)
    tensor([[1., 1., 1.]])
    """
    return function


plain_dropout = named("dropout", alpha=False, by_channel=False, inplace=False)
plain_dropout_ = named("dropout_", alpha=False, by_channel=False, inplace=True)
feature_dropout = named("feature_dropout", alpha=False, by_channel=True, inplace=False)
feature_dropout_ = named("feature_dropout_", alpha=False, by_channel=True, inplace=True)
plain_alpha_dropout = named("alpha_dropout", alpha=True, by_channel=False, inplace=False)
alpha_dropout_ = named("alpha_dropout_", alpha=True, by_channel=False, inplace=True)
plain_feature_alpha_dropout = named("feature_alpha_dropout", True, True, False)
feature_alpha_dropout_ = named("feature_alpha_dropout_", True, True, True)
