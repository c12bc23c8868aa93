"""`Wishart`."""

from __future__ import annotations

import math
from typing import Any

from ..ops.determinants import slogdet
from ..ops.expanding import broadcast_shapes
from ..ops.gamma import mvlgamma
from ..ops.masked import where
from ..ops.rearranging import tril_indices
from ..ops.solving import cholesky_solve
from ..sampling import randn
from ..size import Size
from ..spacing import arange
from ..user_warnings import warn
from . import constraints
from .chi2 import Chi2
from .exp_family import ExponentialFamily
from .multivariate_normal import MatrixParameters, log_diagonal
from .utils import given_matrix


def mvdigamma(x: Any, p: int) -> Any:
    """The derivative of the logarithm of the gamma function in ``p`` dimensions."""
    steps = arange(p, dtype=x.dtype, device=x.device) / 2
    return (x.unsqueeze(-1) - steps).digamma().sum(-1)


class Wishart(MatrixParameters, ExponentialFamily):
    """``Σ zᵢ zᵢᵀ`` over ``df`` normal vectors zᵢ of a given covariance matrix: matrices ``(p, p)``.

    The matrix is given as in `MultivariateNormal`; ``df`` need not be whole, but above p − 1.

    >>> m = mt.distributions.Wishart(mt.tensor([4.0]), covariance_matrix=mt.eye(2))
    >>> m.mean, m.log_prob(mt.eye(2))
    (tensor([[[4., 0.],
             [0., 4.]]]), tensor([-4.2242]))
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        df: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        name, matrix = given_matrix(AssertionError, covariance_matrix, precision_matrix, scale_tril)
        if matrix.dim() < 2:
            raise ValueError(
                "scale_tril must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        event_shape = matrix.shape[-2:]
        df = matrix.new_tensor(df) if isinstance(df, int | float) else df
        batch_shape = Size(broadcast_shapes(matrix.shape[:-2], df.shape))
        if (df <= event_shape[-1] - 1).any():
            raise ValueError(
                f"Value of df={df} expected to be greater than ndim - 1 = {event_shape[-1] - 1}."
            )
        self.df = df.expand(batch_shape)
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        if (self.df < event_shape[-1]).any():
            warn(
                "Low df values detected. Singular samples are highly likely to occur for "
                "ndim - 1 < df < ndim."
            )
        super().__init__(batch_shape, event_shape, validate_args=validate_args)
        self._set_factor(name, matrix)

    @property
    def arg_constraints(self) -> dict[str, Any]:
        """A positive definite matrix, and ``df`` above p − 1."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        return new

    @property
    def mean(self) -> Any:
        """``df Σ``."""
        return self.df.view((*self._batch_shape, 1, 1)) * self.covariance_matrix

    @property
    def mode(self) -> Any:
        """``(df − p − 1) Σ``; NaN where that is not positive."""
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor = factor.masked_fill(factor <= 0, float("nan"))
        return factor.view((*self._batch_shape, 1, 1)) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        """``df (Σᵢⱼ² + Σᵢᵢ Σⱼⱼ)``."""
        matrix = self.covariance_matrix
        diagonal = matrix.diagonal(dim1=-2, dim2=-1)
        outer = diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        return self.df.view((*self._batch_shape, 1, 1)) * (matrix.pow(2) + outer)

    def _bartlett_sampling(self, sample_shape: Size) -> Any:
        """``L A Aᵀ Lᵀ``: A has χ numbers on its diagonal and normals below (Bartlett, 1933)."""
        p = self._event_shape[-1]
        steps = arange(p, dtype=self.df.dtype, device=self.df.device)
        squares = Chi2(self.df.unsqueeze(-1) - steps, validate_args=False).rsample(sample_shape)
        noise = squares.sqrt().diag_embed()
        i, j = tril_indices(p, p, offset=-1)
        shape = (*sample_shape, *self._batch_shape, p * (p - 1) // 2)
        noise[..., i, j] = randn(shape, dtype=noise.dtype, device=noise.device)
        lower = self._unbroadcasted_scale_tril @ noise
        return lower @ lower.mT

    def rsample(
        self,
        sample_shape: Any = (),
        max_try_correction: int | None = None,
    ) -> Any:
        """Random matrices; those that rounding made singular are drawn again, up to 10 times."""
        sample_shape = Size(sample_shape)
        sample = self._bartlett_sampling(sample_shape)
        singular = ~self.support.check(sample)
        if singular.any():
            warn("Singular sample detected.")
        for _ in range(10 if max_try_correction is None else max_try_correction):
            if not singular.any():
                break
            again = self._bartlett_sampling(sample_shape)
            sample = where(singular[..., None, None], again, sample)
            singular = ~self.support.check(sample)
        return sample

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        nu, p = self.df, self._event_shape[-1]
        lower = self._unbroadcasted_scale_tril
        solved = cholesky_solve(value, lower.expand((*value.shape[:-2], -1, -1)))
        trace = solved.diagonal(dim1=-2, dim2=-1).sum(-1)
        return (
            -nu * (p * math.log(2) / 2 + log_diagonal(lower))
            - mvlgamma(nu / 2, p)
            + (nu - p - 1) / 2 * slogdet(value).logabsdet
            - trace / 2
        )

    def entropy(self) -> Any:
        """The expected ``-log_prob``."""
        nu, p = self.df, self._event_shape[-1]
        return (
            (p + 1) * (p * math.log(2) / 2 + log_diagonal(self._unbroadcasted_scale_tril))
            + mvlgamma(nu / 2, p)
            - (nu - p - 1) / 2 * mvdigamma(nu / 2, p)
            + nu * p / 2
        )

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        p = self._event_shape[-1]
        return -self.precision_matrix / 2, (self.df - p - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        p = self._event_shape[-1]
        return (y + (p + 1) / 2) * (p * math.log(2) - slogdet(-2 * x).logabsdet) + mvlgamma(
            y + (p + 1) / 2, p
        )
