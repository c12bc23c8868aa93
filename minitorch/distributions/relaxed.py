"""What the two relaxed distributions share: a temperature, and classes' probabilities below."""

from __future__ import annotations

from typing import Any

from .transformed_distribution import TransformedDistribution


class Tempered:
    """A distribution with a ``temperature``, which has no batch shape of its own."""

    temperature: Any

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)  # type: ignore[misc]
        new.temperature = self.temperature
        return new


class Relaxed(TransformedDistribution):
    """Numbers that are nearly 0 and 1 for a low temperature, with gradients to ``probs``."""

    has_rsample = True
    base_dist: Any

    @property
    def temperature(self) -> Any:
        """How far the numbers keep from 0 and 1."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Any:
        """The log-odds, or the logarithms of the probabilities."""
        return self.base_dist.logits

    @property
    def probs(self) -> Any:
        """The probabilities."""
        return self.base_dist.probs
