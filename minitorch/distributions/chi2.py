"""`Chi2`."""

from __future__ import annotations

from typing import Any

from ..size import Size
from . import constraints
from .gamma import Gamma
from .utils import broadcast_all


class Chi2(Gamma):
    """The sum of ``df`` squared standard normals: `Gamma` with ``df / 2`` and rate ½.

    >>> m = mt.distributions.Chi2(mt.tensor([3.0]))
    >>> m.mean, m.variance
    (tensor([3.]), tensor([6.]))
    """

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df: Any, validate_args: bool | None = None) -> None:
        (df,) = broadcast_all(df)
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    def _expand_parameters(self, new: Any, batch_shape: Size) -> None:
        new.concentration = self.concentration.expand(batch_shape)
        new.rate = self.rate.expand(batch_shape)

    @property
    def df(self) -> Any:
        """Twice the concentration."""
        return self.concentration * 2
