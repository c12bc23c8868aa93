"""`MultivariateNormal`."""

from __future__ import annotations

import math
from typing import Any

from ..creation import eye
from ..ops.expanding import broadcast_shapes
from ..ops.factoring import cholesky
from ..ops.solving import cholesky_inverse, solve_triangular
from ..size import Size
from . import constraints
from .distribution import Family
from .utils import given_matrix, lazy_property, standard_normal


def times_vector(matrix: Any, vector: Any) -> Any:
    """Matrices ``(…, N, M)`` times vectors ``(…, M)``."""
    return (matrix @ vector.unsqueeze(-1)).squeeze(-1)


def squared_distance(lower: Any, x: Any) -> Any:
    """``|L⁻¹ x|²``: the squared Mahalanobis distance, for a Cholesky factor ``(…, N, N)``."""
    return solve_triangular(lower, x.unsqueeze(-1), upper=False).squeeze(-1).pow(2).sum(-1)


def log_diagonal(lower: Any) -> Any:
    """``Σ ln`` of the diagonal: half the log-determinant of ``L Lᵀ``."""
    return lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def precision_to_scale_tril(precision: Any) -> Any:
    """The Cholesky factor of the inverse, from that of the matrix turned around."""
    turned = cholesky(precision.flip((-2, -1))).flip((-2, -1)).mT
    unit = eye(precision.shape[-1], dtype=precision.dtype, device=precision.device)
    return solve_triangular(turned, unit, upper=False)


class MatrixParameters:
    """The three ways to say a covariance matrix; those not given are computed when needed.

    They are ``covariance_matrix``, its inverse ``precision_matrix``, and its Cholesky factor
    ``scale_tril``, of shape ``(…, N, N)``. ``_unbroadcasted_scale_tril`` is the factor as given.
    """

    _unbroadcasted_scale_tril: Any

    def _set_factor(self, name: str, matrix: Any) -> None:
        """Keep the Cholesky factor of the covariance, from the ``matrix`` that is given."""
        if name == "scale_tril":
            self._unbroadcasted_scale_tril = matrix
        elif name == "covariance_matrix":
            self._unbroadcasted_scale_tril = cholesky(matrix)
        else:
            self._unbroadcasted_scale_tril = precision_to_scale_tril(matrix)

    def _broadcast(self, matrix: Any) -> Any:
        return matrix.expand((*self._batch_shape, *matrix.shape[-2:]))  # type: ignore[attr-defined]

    @lazy_property
    def scale_tril(self) -> Any:
        """The Cholesky factor L of the covariance matrix."""
        return self._broadcast(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """``L Lᵀ``."""
        lower = self._unbroadcasted_scale_tril
        return self._broadcast(lower @ lower.mT)

    @lazy_property
    def precision_matrix(self) -> Any:
        """``(L Lᵀ)⁻¹``."""
        return self._broadcast(cholesky_inverse(self._unbroadcasted_scale_tril))


class MultivariateNormal(MatrixParameters, Family):
    """Vectors with density ``exp(−½ (x − loc)ᵀ Σ⁻¹ (x − loc)) / √((2π)ᴺ |Σ|)``.

    Σ is given as ``covariance_matrix``, as its inverse ``precision_matrix`` or, fastest, by its
    Cholesky factor ``scale_tril``.

    >>> m = mt.distributions.MultivariateNormal(mt.zeros(2), mt.eye(2))
    >>> m.log_prob(mt.zeros(2))
    tensor(-1.8379)
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        loc: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        name, matrix = given_matrix(ValueError, covariance_matrix, precision_matrix, scale_tril)
        if matrix.dim() < 2:
            said = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(
                f"{said} must be at least two-dimensional, with optional leading batch dimensions"
            )
        batch_shape = Size(broadcast_shapes(matrix.shape[:-2], loc.shape[:-1]))
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        self.loc = loc.expand((*batch_shape, -1))
        super().__init__(batch_shape, self.loc.shape[-1:], validate_args=validate_args)
        self._set_factor(name, matrix)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril
        return new

    @property
    def mean(self) -> Any:
        """``loc``."""
        return self.loc

    mode = mean

    @property
    def variance(self) -> Any:
        """The diagonal of the covariance matrix."""
        squares = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        return squares.expand((*self._batch_shape, *self._event_shape))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc + L z`` with standard normals z."""
        z = standard_normal(self._extended_shape(sample_shape), self.loc)
        return self.loc + times_vector(self._unbroadcasted_scale_tril, z)

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        self._check(value)
        lower = self._unbroadcasted_scale_tril
        distance = squared_distance(lower, value - self.loc)
        constant = self._event_shape[0] * math.log(2 * math.pi)
        return -0.5 * (constant + distance) - log_diagonal(lower)

    def entropy(self) -> Any:
        """``½ N (1 + ln 2π) + ½ ln |Σ|``."""
        half = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        entropy = half + log_diagonal(self._unbroadcasted_scale_tril)
        return entropy.expand(self._batch_shape)
