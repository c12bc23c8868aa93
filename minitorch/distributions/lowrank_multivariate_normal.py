"""`LowRankMultivariateNormal`."""

from __future__ import annotations

import math
from typing import Any

from ..ops.expanding import broadcast_shapes
from ..ops.factoring import cholesky
from ..ops.solving import solve_triangular
from ..size import Size
from . import constraints
from .distribution import Family
from .multivariate_normal import log_diagonal, squared_distance, times_vector
from .utils import lazy_property, standard_normal


def capacitance_tril(factor: Any, diag: Any) -> Any:
    """The Cholesky factor of ``I + Wᵀ D⁻¹ W``, of shape ``(…, M, M)``."""
    scaled = factor.mT / diag.unsqueeze(-2)
    product = scaled @ factor
    return cholesky(product + product.new_ones(product.shape[-1]).diag_embed())


def lowrank_logdet(diag: Any, lower: Any) -> Any:
    """``ln |W Wᵀ + D| = ln |I + Wᵀ D⁻¹ W| + ln |D|``."""
    return 2 * log_diagonal(lower) + diag.log().sum(-1)


def lowrank_distance(factor: Any, diag: Any, x: Any, lower: Any) -> Any:
    """``xᵀ (W Wᵀ + D)⁻¹ x``, by Woodbury's formula."""
    scaled = factor.mT / diag.unsqueeze(-2)
    whole = (x.pow(2) / diag).sum(-1)
    return whole - squared_distance(lower, times_vector(scaled, x))


class LowRankMultivariateNormal(Family):
    """A `MultivariateNormal` with the covariance matrix ``W Wᵀ + D``.

    ``W = cov_factor`` has few columns, ``(…, N, M)``, and D is diagonal, with the vector
    ``cov_diag`` ``(…, N)``. Only matrices of M rows are factored.

    >>> m = mt.distributions.LowRankMultivariateNormal(
    ...     mt.zeros(2), cov_factor=mt.tensor([[1.0], [2.0]]), cov_diag=mt.ones(2)
    ... )
    >>> m.covariance_matrix
    tensor([[2., 2.],
            [2., 5.]])
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event_shape = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError(
                "cov_factor must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        if cov_factor.shape[-2:-1] != event_shape:
            raise ValueError(
                f"cov_factor must be a batch of matrices with shape {event_shape[0]} x m"
            )
        if cov_diag.shape[-1:] != event_shape:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event_shape}")
        try:
            batch_shape = broadcast_shapes(
                loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1]
            )
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, "
                f"cov_diag {cov_diag.shape}"
            ) from error
        self._unbroadcasted = cov_factor, cov_diag
        self._capacitance_tril = capacitance_tril(cov_factor, cov_diag)
        self.loc = loc.expand((*batch_shape, -1))
        self.cov_factor = cov_factor.expand((*batch_shape, -1, -1))
        self.cov_diag = cov_diag.expand((*batch_shape, -1))
        super().__init__(Size(batch_shape), event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)
        new._unbroadcasted = self._unbroadcasted
        new._capacitance_tril = self._capacitance_tril
        return new

    @property
    def mean(self) -> Any:
        """``loc``."""
        return self.loc

    mode = mean

    @lazy_property
    def variance(self) -> Any:
        """The diagonal of the covariance matrix."""
        factor, diag = self._unbroadcasted
        return (factor.pow(2).sum(-1) + diag).expand((*self._batch_shape, *self._event_shape))

    @lazy_property
    def scale_tril(self) -> Any:
        """The Cholesky factor of the covariance matrix."""
        factor, diag = self._unbroadcasted
        root = diag.sqrt().unsqueeze(-1)
        scaled = factor / root
        product = scaled @ scaled.mT
        lower = root * cholesky(product + product.new_ones(product.shape[-1]).diag_embed())
        return lower.expand((*self._batch_shape, *lower.shape[-2:]))

    @lazy_property
    def covariance_matrix(self) -> Any:
        """``W Wᵀ + D``."""
        factor, diag = self._unbroadcasted
        matrix = factor @ factor.mT + diag.diag_embed()
        return matrix.expand((*self._batch_shape, *matrix.shape[-2:]))

    @lazy_property
    def precision_matrix(self) -> Any:
        """``D⁻¹ − D⁻¹ W (I + Wᵀ D⁻¹ W)⁻¹ Wᵀ D⁻¹``."""
        factor, diag = self._unbroadcasted
        scaled = factor.mT / diag.unsqueeze(-2)
        half = solve_triangular(self._capacitance_tril, scaled, upper=False)
        matrix = diag.reciprocal().diag_embed() - half.mT @ half
        return matrix.expand((*self._batch_shape, *matrix.shape[-2:]))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc + W z₁ + √D z₂`` with standard normals z."""
        factor, diag = self._unbroadcasted
        shape = self._extended_shape(sample_shape)
        z1 = standard_normal(shape[:-1] + factor.shape[-1:], self.loc)
        z2 = standard_normal(shape, self.loc)
        return self.loc + times_vector(factor, z1) + diag.sqrt() * z2

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        lower = self._capacitance_tril
        distance = lowrank_distance(*self._unbroadcasted, value - self.loc, lower)
        log_det = lowrank_logdet(self._unbroadcasted[1], lower)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + log_det + distance)

    def entropy(self) -> Any:
        """``½ N (1 + ln 2π) + ½ ln |W Wᵀ + D|``."""
        log_det = lowrank_logdet(self._unbroadcasted[1], self._capacitance_tril)
        entropy = 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + log_det)
        return entropy.expand(self._batch_shape)
