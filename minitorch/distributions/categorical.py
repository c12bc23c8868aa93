"""`Categorical`."""

from __future__ import annotations

from typing import Any

from ..autograd.modes import no_grad
from ..inspection import finfo
from ..ops.expanding import broadcast_tensors
from ..ops.reduction import logsumexp
from ..sampling import multinomial
from ..size import Size
from . import constraints
from .distribution import Family
from .utils import ProbsOrLogits, numbers


class Categorical(ProbsOrLogits, Family):
    """The class k, one of 0 … K − 1, with the probability ``probs[k]``.

    ``probs`` ``(…, K)`` need not sum to 1; or ``logits`` ``(…, K)``, their logarithms.

    >>> _ = mt.manual_seed(0)
    >>> m = mt.distributions.Categorical(mt.tensor([0.25, 0.25, 0.25, 0.25]))
    >>> m.sample(), m.entropy()
    (tensor(2), tensor(1.3863))
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True
    is_binary = False

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set_one(probs, logits)
        given, name = self._given, "logits" if probs is None else "probs"
        if given.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if probs is None:
            self.logits = given - logsumexp(given, -1, keepdim=True)
        else:
            self.probs = given / given.sum(-1, keepdim=True)
        self._num_events = given.shape[-1]
        super().__init__(given.shape[:-1], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        new = super().expand(batch_shape, _instance)
        new._num_events = self._num_events
        return new

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """The classes' numbers."""
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Any:
        """NaN: classes have no mean."""
        return self.probs.new_full(self._extended_shape(), float("nan"))

    @property
    def mode(self) -> Any:
        """The most likely class."""
        return self.probs.argmax(-1)

    variance = mean

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random classes."""
        sample_shape = Size(sample_shape)
        probs = self.probs.detach().reshape(-1, self._num_events)
        with no_grad():
            samples = multinomial(probs, sample_shape.numel(), True)
        return samples.T.reshape(self._extended_shape(sample_shape))

    def log_prob(self, value: Any) -> Any:
        """``ln probs[value]``."""
        self._check(value)
        value = value.long().unsqueeze(-1)
        value, log_pmf = broadcast_tensors(value, self.logits)
        return log_pmf.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        """``−Σ probs·ln probs``."""
        logits = self.logits.clamp(min=finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        """0, 1, …, K − 1."""
        return numbers(self, self._num_events, self.mode, expand)


class OfClasses(Family):
    """The base of distributions of vectors, with an element for each class of a `Categorical`."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._categorical = Categorical(probs, logits)
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    def _expand_parameters(self, new: Any, batch_shape: Size) -> None:
        new._categorical = self._categorical.expand(batch_shape)

    @property
    def probs(self) -> Any:
        """The classes' probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        """Their logarithms."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Size:
        """The shape of the probabilities."""
        return self._categorical.param_shape
