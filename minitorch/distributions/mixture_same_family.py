"""`MixtureSameFamily`."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..ops.reduction import logsumexp
from ..ops.softmax import log_softmax
from ..size import Size
from . import constraints
from .categorical import Categorical
from .distribution import Distribution


class MixtureSameFamily(Distribution):
    """Each value comes from one of K components, which a `Categorical` picks.

    The components are the last batch dimension of ``component_distribution``.

    >>> weights = mt.distributions.Categorical(mt.tensor([0.25, 0.75]))
    >>> parts = mt.distributions.Normal(mt.tensor([-1.0, 3.0]), mt.tensor([1.0, 1.0]))
    >>> m = mt.distributions.MixtureSameFamily(weights, parts)
    >>> m.mean, m.variance
    (tensor(2.), tensor(4.))
    """

    arg_constraints: Any = {}

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(
                " The Mixture distribution needs to be an  instance of "
                "torch.distributions.Categorical"
            )
        if not isinstance(component_distribution, Distribution):
            raise ValueError(
                "The Component distribution needs to be an instance of "
                "torch.distributions.Distribution"
            )
        mixtures = mixture_distribution.batch_shape
        components = component_distribution.batch_shape[:-1]
        for a, b in zip(reversed(mixtures), reversed(components), strict=False):
            if a != 1 and b != 1 and a != b:
                raise ValueError(
                    f"`mixture_distribution.batch_shape` ({mixtures}) is not compatible with "
                    f"`component_distribution.batch_shape`({components})"
                )
        picked = mixture_distribution.logits.shape[-1]
        there = component_distribution.batch_shape[-1]
        if picked != there:
            raise ValueError(
                f"`mixture_distribution component` ({picked}) does not equal "
                f"`component_distribution.batch_shape[-1]` ({there})"
            )
        self._mixture_distribution = mixture_distribution
        self._component_distribution = component_distribution
        super().__init__(components, component_distribution.event_shape, validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        batch_shape = Size(batch_shape)
        new = self._get_checked_instance(MixtureSameFamily, _instance)
        count = self._component_distribution.batch_shape[-1]
        new._component_distribution = self._component_distribution.expand((*batch_shape, count))
        new._mixture_distribution = self._mixture_distribution.expand(batch_shape)
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    @constraints.dependent_property
    def support(self) -> Any:
        """That of the components."""
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Categorical:
        """Which picks a component."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Distribution:
        """The components."""
        return self._component_distribution

    def _weights(self) -> Any:
        """The components' probabilities, with dimensions for the event."""
        probs = self._mixture_distribution.probs
        return probs.reshape(probs.shape + (1,) * len(self._event_shape))

    @property
    def _place(self) -> int:
        """The dimension of the components."""
        return -1 - len(self._event_shape)

    @property
    def mean(self) -> Any:
        """The components' means, weighted."""
        return (self._weights() * self._component_distribution.mean).sum(self._place)

    @property
    def variance(self) -> Any:
        """The variances within, and that of the means."""
        weights, components = self._weights(), self._component_distribution
        within = (weights * components.variance).sum(self._place)
        apart = components.mean - self.mean.unsqueeze(self._place)
        return within + (weights * apart.pow(2)).sum(self._place)

    def cdf(self, x: Any) -> Any:
        """The components', weighted."""
        cdf = self._component_distribution.cdf(self._padded(x))
        return (cdf * self._mixture_distribution.probs).sum(-1)

    def log_prob(self, x: Any) -> Any:
        """``ln Σ weight·density``."""
        self._check(x)
        log_prob = self._component_distribution.log_prob(self._padded(x))
        weights = log_softmax(self._mixture_distribution.logits, -1)
        return logsumexp(log_prob + weights, -1)

    def sample(self, sample_shape: Any = ()) -> Any:
        """All components draw, and one of them is taken."""
        with no_grad():
            picked = self._mixture_distribution.sample(sample_shape)
            values = self._component_distribution.sample(sample_shape)
            dims = len(self._event_shape)
            picked = picked.reshape(picked.shape + (1,) * (dims + 1))
            place = values.dim() - dims - 1
            shape = (*values.shape[:place], 1, *values.shape[place + 1 :])
            return values.gather(place, picked.expand(shape)).squeeze(place)

    def _padded(self, value: Any) -> Any:
        """``value`` with a dimension for the components."""
        return value.unsqueeze(self._place)

    def __repr__(self) -> str:
        parts = f"{self._mixture_distribution},\n  {self._component_distribution}"
        return f"MixtureSameFamily(\n  {parts})"
