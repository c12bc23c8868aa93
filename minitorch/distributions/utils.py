"""What the distributions share: broadcasting of parameters, probabilities and their logits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import dtypes
from ..autograd.graph import TensorBase
from ..autograd.modes import enable_grad
from ..creation import empty
from ..from_data import tensor
from ..inspection import finfo
from ..ops.expanding import broadcast_tensors
from ..ops.softmax import softmax
from ..size import Size
from ..spacing import arange

euler_constant = 0.57721566490153286060  # Euler and Mascheroni: the limit of Σ 1/k − ln n


def broadcast_all(*values: Any) -> tuple[Any, ...]:
    """Tensors of one shape from tensors and numbers; numbers take the dtype of the first tensor."""
    if not all(isinstance(value, TensorBase | int | float) for value in values):
        raise ValueError(
            "Input arguments must all be instances of Number, "
            "torch.Tensor or objects implementing __torch_function__."
        )
    first = next((value for value in values if isinstance(value, TensorBase)), None)
    like: dict[str, Any] = {"dtype": dtypes.get_default_dtype()}
    if first is not None:
        like = {"dtype": first.dtype, "device": first.device}
    tensors = [v if isinstance(v, TensorBase) else tensor(v, **like) for v in values]
    return tuple(broadcast_tensors(*tensors))


def given_matrix(
    error: type[Exception], covariance_matrix: Any, precision_matrix: Any, scale_tril: Any
) -> tuple[str, Any]:
    """Which of the three matrices that say the same is given, and that matrix; exactly one is."""
    matrices = {
        "covariance_matrix": covariance_matrix,
        "precision_matrix": precision_matrix,
        "scale_tril": scale_tril,
    }
    given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
    if len(given) != 1:
        raise error(
            "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
        )
    return given[0]


def standard_normal(shape: Any, like: Any) -> Any:
    """Standard normals of the dtype and on the device of ``like``."""
    return empty(shape, dtype=like.dtype, device=like.device).normal_()


def sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last ``dim`` dimensions."""
    if dim == 0:
        return value
    return value.reshape((*value.shape[:-dim], -1)).sum(-1)


def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """Probabilities from log-odds (``is_binary``), or from logarithms up to a constant."""
    return logits.sigmoid() if is_binary else softmax(logits, -1)


def clamp_probs(probs: Any) -> Any:
    """Probabilities kept away from 0 and 1, by the dtype's precision, for finite logarithms."""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """The log-odds (``is_binary``) or the logarithms of probabilities."""
    clamped = clamp_probs(probs)
    if is_binary:
        return clamped.log() - (-clamped).log1p()
    return clamped.log()


class lazy_property:  # noqa: N801 (PyTorch's name)
    """A property that is computed when it is first asked for, and then stays."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """Compute the value and store it in the instance, where it hides this descriptor."""
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


class ProbsOrLogits:
    """The two ways to say probabilities. The one that was not given is computed when needed."""

    is_binary = True  # logits are log-odds; else logarithms, one for each of several classes

    @lazy_property
    def logits(self) -> Any:
        """The log-odds, or the logarithms."""
        return probs_to_logits(self.probs, self.is_binary)

    @lazy_property
    def probs(self) -> Any:
        """The probabilities."""
        return logits_to_probs(self.logits, self.is_binary)

    def _set_one(self, probs: Any, logits: Any, *others: Any) -> tuple[Any, ...]:
        """Keep the given one of the two, broadcast with ``others``, which are returned."""
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        given, *rest = broadcast_all(logits if probs is None else probs, *others)
        setattr(self, "logits" if probs is None else "probs", given)
        return tuple(rest)

    @property
    def _given(self) -> Any:
        given = self.__dict__.get("probs")
        return self.logits if given is None else given

    @property
    def param_shape(self) -> Size:
        """The shape of the probabilities."""
        return self._given.size()


def numbers(distribution: Any, count: int, like: Any, expand: bool) -> Any:
    """0, 1, …, count − 1 along a new first dimension, for ``enumerate_support``."""
    batch_shape = distribution.batch_shape
    values = arange(count, dtype=like.dtype, device=like.device)
    values = values.view((-1,) + (1,) * len(batch_shape))
    return values.expand((-1, *batch_shape)) if expand else values


def tril_matrix_to_vec(mat: Any, diag: int = 0) -> Any:
    """The elements of ``(…, D, D)`` on and below diagonal ``diag``, row by row."""
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    places = arange(n, device=mat.device)
    return mat[..., places < places.view(-1, 1) + (diag + 1)]


def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Any:
    """The lower triangular matrices ``(…, D, D)`` that `tril_matrix_to_vec` has taken apart."""
    length = vec.shape[-1]
    odd = 1 + 2 * diag
    n = (-odd + math.sqrt(odd**2 + 8 * length + 4 * abs(diag) * (diag + 1))) / 2
    if round(n) - n > finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {length} which cannot be expressed as "
            "the lower triangular part of a square D x D matrix."
        )
    size = round(n)
    result = vec.new_zeros((*vec.shape[:-1], size, size))
    places = arange(size, device=vec.device)
    result[..., places < places.view(-1, 1) + (diag + 1)] = vec
    return result
