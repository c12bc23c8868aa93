"""`Geometric`."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..inspection import finfo
from ..nn.functional import binary_cross_entropy_with_logits
from . import constraints
from .distribution import Family
from .utils import ProbsOrLogits, broadcast_all


class Geometric(ProbsOrLogits, Family):
    """How many trials fail before the first succeeds: probability ``(1 − probs)ᵏ probs``.

    >>> m = mt.distributions.Geometric(mt.tensor([0.25]))
    >>> m.mean, m.log_prob(mt.tensor([2.0])).exp()  # ¾ · ¾ · ¼
    (tensor([3.]), tensor([0.1406]))
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set_one(probs, logits)
        super().__init__(self.param_shape, validate_args=validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            raise ValueError(
                f"Expected parameter probs ({type(self.probs).__name__} of shape "
                f"{tuple(self.probs.shape)}) of distribution {self!r} to be positive but found "
                f"invalid values:\n{self.probs}"
            )

    @property
    def mean(self) -> Any:
        """``1 / probs − 1``."""
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Any:
        """0."""
        return self.probs.new_zeros(self.probs.shape)

    @property
    def variance(self) -> Any:
        """``(1 / probs − 1) / probs``."""
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: Any = ()) -> Any:
        """``⌊ln u / ln(1 − probs)⌋``."""
        with no_grad():
            u = self.probs.new_empty(self._extended_shape(sample_shape))
            u.uniform_(finfo(self.probs.dtype).tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Any) -> Any:
        """``value·ln(1 − probs) + ln probs``."""
        self._check(value)
        value, probs = broadcast_all(value, self.probs)
        probs = probs.masked_fill((probs == 1) & (value == 0), 0)  # 0·ln 0 is 0
        return value * (-probs).log1p() + self.probs.log()

    def entropy(self) -> Any:
        """That of one trial, divided by ``probs``."""
        trial = binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")
        return trial / self.probs
