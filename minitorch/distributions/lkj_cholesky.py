"""`LKJCholesky`."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.modes import no_grad
from ..inspection import finfo
from ..ops.gamma import mvlgamma
from ..ops.joining import cat
from ..ops.norms import vector_norm
from ..sampling import randn
from ..size import Size
from ..spacing import arange
from . import constraints
from .beta import Beta
from .distribution import Family
from .utils import broadcast_all


class LKJCholesky(Family):
    """Cholesky factors L ``(dim, dim)`` of random correlation matrices.

    The density of the matrix is ``|L Lᵀ|^(concentration − 1)``, up to a constant (Lewandowski,
    Kurowicka and Joe, 2009): all are as likely for 1, near to the unit matrix for more.

    >>> _ = mt.manual_seed(0)
    >>> factor = mt.distributions.LKJCholesky(3, 0.5).sample()
    >>> mt.allclose((factor @ factor.T).diagonal(), mt.ones(3))
    True
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(
        self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(
                f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}."
            )
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        super().__init__(self.concentration.size(), Size((dim, dim)), validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)
        new.dim = self.dim
        return new

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random factors, row by row: a direction, and a beta number for the length ("onion")."""
        like = {"dtype": self.concentration.dtype, "device": self.concentration.device}
        with no_grad():
            below = cat([self.concentration.new_zeros(1), arange(self.dim - 1, **like)])
            rest = (self.concentration + 0.5 * (self.dim - 2)).unsqueeze(-1) - 0.5 * below
            square = Beta(below + 0.5, rest, validate_args=False).sample(sample_shape)
            directions = randn(self._extended_shape(sample_shape), **like).tril(-1)
            directions = directions / vector_norm(directions, dim=-1, keepdim=True)
            directions[..., 0, :] = 0.0  # the first row has nothing left of its diagonal
            factor = square.unsqueeze(-1).sqrt() * directions
            left = (1 - (factor**2).sum(-1)).clamp(min=finfo(factor.dtype).tiny)
            return factor + left.sqrt().diag_embed()

    def log_prob(self, value: Any) -> Any:
        """``Σ (dim − i + 2 concentration − 2) ln Lᵢᵢ`` over rows i = 2 …, less a constant."""
        self._check(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        rows = arange(2, self.dim + 1, device=self.concentration.device)
        power = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - rows
        minus = self.dim - 1
        alpha = self.concentration + 0.5 * minus
        log_pi = 0.5 * minus * math.log(math.pi)
        normalizer = log_pi + mvlgamma(alpha - 0.5, minus) - alpha.lgamma() * minus
        return (power * diagonal.log()).sum(-1) - normalizer
