"""Transforms of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

from ..creation import eye
from ..inspection import finfo
from ..nn.functional import logsigmoid, pad, softplus
from ..ops.factoring import cholesky
from ..size import Size
from . import constraints
from .elementwise_transforms import _Fixed, clipped_sigmoid
from .transform import Transform
from .utils import tril_matrix_to_vec, vec_to_tril_matrix


def _with_dims(shape: Any, count: int) -> Any:
    """``shape``, if it has as many dimensions."""
    if len(shape) < count:
        raise ValueError("Too few dimensions on input")
    return shape


class SoftmaxTransform(_Fixed):
    """``y = exp(x) / Σ exp(x)``; the inverse is ``ln y``. Not bijective: x may be shifted.

    >>> t = mt.distributions.SoftmaxTransform()
    >>> t(mt.tensor([1.0, 2.0])), t.inv(t(mt.tensor([1.0, 2.0])))
    (tensor([0.2689, 0.7311]), tensor([-1.3133, -0.3133]))
    """

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Any) -> Any:
        exp = (x - x.max(-1, True)[0]).exp()
        return exp / exp.sum(-1, True)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        """The same."""
        return _with_dims(shape, 1)

    inverse_shape = forward_shape


class StickBreakingTransform(_Fixed):
    """K numbers say what part of the rest of a stick of length 1 is broken off: K + 1 lengths.

    ``zᵢ = sigmoid(xᵢ − ln(K + 1 − i))`` (i = 1 … K), ``yᵢ = zᵢ Πⱼ₍ⱼ₌₁…ᵢ₋₁₎ (1 − zⱼ)``.

    >>> mt.distributions.StickBreakingTransform()(mt.tensor([0.0, 0.0, 2.0]))  # ¼, ¼, …
    tensor([0.2500, 0.2500, 0.4404, 0.0596])
    """

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    def _call(self, x: Any) -> Any:
        z = clipped_sigmoid(x - self._offset(x))
        rest = (1 - z).cumprod(-1)
        return pad(z, [0, 1], value=1) * pad(rest, [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        broken = y[..., :-1]
        rest = (1 - broken.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return broken.log() - rest.log() + self._offset(broken)

    @staticmethod
    def _offset(x: Any) -> Any:
        """``ln(K + 1 − i)``: where x is 0, all lengths are equal."""
        k = x.shape[-1]
        return (k + 1 - x.new_ones(k).cumsum(-1)).log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``Σ ln(yᵢ (1 − zᵢ))``."""
        x = x - self._offset(x)
        return (-x + logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        """One element more."""
        shape = _with_dims(shape, 1)
        return Size((*shape[:-1], shape[-1] + 1))

    def inverse_shape(self, shape: Any) -> Any:
        """One element less."""
        shape = _with_dims(shape, 1)
        return Size((*shape[:-1], shape[-1] - 1))


class LowerCholeskyTransform(_Fixed):
    """A matrix without what is above its diagonal, and with the exponential of the diagonal.

    >>> mt.distributions.LowerCholeskyTransform()(mt.tensor([[0.0, 5.0], [2.0, 1.0]]))
    tensor([[1.0000, 0.0000],
            [2.0000, 2.7183]])
    """

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(_Fixed):
    """``L Lᵀ`` with the L of `LowerCholeskyTransform`.

    >>> mt.distributions.PositiveDefiniteTransform()(mt.tensor([[0.0, 5.0], [2.0, 0.0]]))
    tensor([[1., 2.],
            [2., 5.]])
    """

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        lower = LowerCholeskyTransform()(x)
        return lower @ lower.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(cholesky(y))


class CorrCholeskyTransform(Transform):
    """From ``D (D − 1) / 2`` numbers to the Cholesky factor ``(D, D)`` of a correlation matrix.

    Each row is a point of a half sphere: its elements are broken off from its squared length, 1,
    by the squares of ``tanh(x)`` (Lewandowski, Kurowicka and Joe, 2009).

    >>> factor = mt.distributions.CorrCholeskyTransform()(mt.tensor([0.5, 0.0, -0.5]))
    >>> factor @ factor.T
    tensor([[ 1.0000,  0.4621,  0.0000],
            [ 0.4621,  1.0000, -0.4098],
            [ 0.0000, -0.4098,  1.0000]])
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        eps = finfo(x.dtype).eps
        r = vec_to_tril_matrix(x.tanh().clamp(min=-1 + eps, max=1 - eps), diag=-1)
        rest = (1 - r**2).sqrt().cumprod(-1)
        r = r + eye(r.shape[-1], dtype=r.dtype, device=r.device)
        return r * pad(rest[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        rest = pad((1 - (y * y).cumsum(-1))[..., :-1], [1, 0], value=1)
        t = tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(rest, diag=-1).sqrt()
        return (t.log1p() - (-t).log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any, intermediates: Any = None) -> Any:
        """That of breaking, and of tanh. ``intermediates`` is not looked at, as in PyTorch."""
        rest = tril_matrix_to_vec(1 - (y * y).cumsum(-1), diag=-2)
        tanh = x + softplus(-2 * x) - math.log(2.0)
        return 0.5 * rest.log().sum(-1) - 2 * tanh.sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        """``(…, D, D)``."""
        n = _with_dims(shape, 1)[-1]
        d = round((0.25 + 2 * n) ** 0.5 + 0.5)
        if d * (d - 1) // 2 != n:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return Size((*shape[:-1], d, d))

    def inverse_shape(self, shape: Any) -> Any:
        """``(…, D (D − 1) / 2)``."""
        rows, d = _with_dims(shape, 2)[-2:]
        if rows != d:
            raise ValueError("Input is not square")
        return Size((*shape[:-2], d * (d - 1) // 2))
