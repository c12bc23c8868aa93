"""`LogisticNormal`."""

from __future__ import annotations

from typing import Any

from ..size import Size
from . import constraints
from .normal import Normal
from .transformed_distribution import TransformedDistribution
from .transforms import StickBreakingTransform


class LogisticNormal(TransformedDistribution):
    """Shares that sum to 1, made of normals by `StickBreakingTransform`.

    >>> _ = mt.manual_seed(0)
    >>> x = mt.distributions.LogisticNormal(mt.zeros(3), mt.ones(3)).sample()
    >>> x.shape, x.sum().round(decimals=4)
    (torch.Size([4]), tensor(1.))
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        if not base.batch_shape:
            base = base.expand([1])
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    def _expand_parameters(self, new: Any, batch_shape: Size) -> None:
        """They are those of the base."""

    @property
    def loc(self) -> Any:
        """The means of the normals."""
        return self.base_dist.base_dist.loc  # type: ignore[attr-defined]

    @property
    def scale(self) -> Any:
        """The standard deviations of the normals."""
        return self.base_dist.base_dist.scale  # type: ignore[attr-defined]
