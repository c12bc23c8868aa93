"""`ExpRelaxedCategorical` and `RelaxedOneHotCategorical`."""

from __future__ import annotations

import math
from typing import Any

from ..ops.reduction import logsumexp
from ..sampling import rand
from . import constraints
from .categorical import OfClasses
from .relaxed import Relaxed, Tempered
from .transforms import ExpTransform
from .utils import broadcast_all, clamp_probs


class ExpRelaxedCategorical(Tempered, OfClasses):
    """The logarithms of `RelaxedOneHotCategorical`."""

    arg_constraints = OfClasses.arg_constraints
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        super().__init__(probs, logits, validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``log_softmax((logits + g) / temperature)`` with Gumbel numbers ``g = −ln(−ln u)``."""
        shape = self._extended_shape(sample_shape)
        u = clamp_probs(rand(shape, dtype=self.logits.dtype, device=self.logits.device))
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - logsumexp(scores, -1, keepdim=True)

    def log_prob(self, value: Any) -> Any:
        """``ln (K − 1)! + (K − 1) ln t + Σ dᵢ − K ln Σ exp dᵢ``, ``d = logits − t·value``."""
        self._check(value)
        k = self._event_shape[-1]
        logits, value = broadcast_all(self.logits, value)
        scores = logits - value.mul(self.temperature)
        scores = (scores - logsumexp(scores, -1, keepdim=True)).sum(-1)
        scale = math.lgamma(k) - self.temperature.log().mul(-(k - 1))
        return scores + scale


class RelaxedOneHotCategorical(Relaxed):
    """Shares that sum to 1, near a corner for a low temperature: with gradients to ``probs``.

    (Maddison, Mnih and Teh, 2017; Jang, Gu and Poole, 2017)

    >>> _ = mt.manual_seed(0)
    >>> m = mt.distributions.RelaxedOneHotCategorical(mt.tensor([0.1]), mt.tensor([0.2, 0.3, 0.5]))
    >>> m.rsample().sum().round(decimals=4)
    tensor(1.)
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)
