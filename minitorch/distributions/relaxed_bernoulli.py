"""`LogitRelaxedBernoulli` and `RelaxedBernoulli`."""

from __future__ import annotations

from typing import Any

from ..sampling import rand
from . import constraints
from .distribution import Family
from .relaxed import Relaxed, Tempered
from .transforms import SigmoidTransform
from .utils import ProbsOrLogits, broadcast_all, clamp_probs


class LogitRelaxedBernoulli(Tempered, ProbsOrLogits, Family):
    """The log-odds of `RelaxedBernoulli`."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._set_one(probs, logits)
        super().__init__(self.param_shape, validate_args=validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``(logit u + logit probs) / temperature`` with uniform u."""
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(rand(shape, dtype=probs.dtype, device=probs.device))
        odds = u.log() - (-u).log1p() + probs.log() - (-probs).log1p()
        return odds / self.temperature

    def log_prob(self, value: Any) -> Any:
        """``ln temperature + d − 2 ln(1 + exp d)`` with ``d = logits − temperature·value``."""
        self._check(value)
        logits, value = broadcast_all(self.logits, value)
        difference = logits - value.mul(self.temperature)
        return self.temperature.log() + difference - 2 * difference.exp().log1p()


class RelaxedBernoulli(Relaxed):
    """Numbers in (0, 1), near 0 and 1 for a low temperature: a `Bernoulli` with gradients.

    (Maddison, Mnih and Teh, 2017; Jang, Gu and Poole, 2017)

    >>> _ = mt.manual_seed(0)
    >>> mt.distributions.RelaxedBernoulli(mt.tensor([0.1]), mt.tensor([0.3, 0.7])).sample()
    tensor([1.7994e-04, 1.0000e+00])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)
