"""`OneHotCategorical` and `OneHotCategoricalStraightThrough`."""

from __future__ import annotations

from typing import Any

from ..creation import eye
from ..nn.functional import one_hot
from ..size import Size
from . import constraints
from .categorical import OfClasses


class OneHotCategorical(OfClasses):
    """As `Categorical`, with the classes as vectors: 1 at the class, else 0.

    >>> _ = mt.manual_seed(0)
    >>> m = mt.distributions.OneHotCategorical(mt.tensor([0.2, 0.3, 0.5]))
    >>> m.sample(), m.entropy()
    (tensor([0., 0., 1.]), tensor(1.0297))
    """

    arg_constraints = OfClasses.arg_constraints
    support = constraints.one_hot
    has_enumerate_support = True

    @property
    def mean(self) -> Any:
        """``probs``."""
        return self.probs

    @property
    def mode(self) -> Any:
        """The most likely class."""
        return one_hot(self.probs.argmax(-1), self._event_shape[0]).to(self.probs)

    @property
    def variance(self) -> Any:
        """``probs (1 − probs)``."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random classes."""
        classes = self._categorical.sample(Size(sample_shape))
        return one_hot(classes, self._event_shape[0]).to(self._categorical._given)

    def log_prob(self, value: Any) -> Any:
        """``ln probs`` of the class whose place holds the 1."""
        self._check(value)
        return self._categorical.log_prob(value.argmax(-1))

    def entropy(self) -> Any:
        """``−Σ probs·ln probs``."""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Any:
        """The rows of the unit matrix."""
        n, like = self._event_shape[0], self._categorical._given
        values = eye(n, dtype=like.dtype, device=like.device)
        values = values.view((n, *(1,) * len(self._batch_shape), n))
        return values.expand((n, *self._batch_shape, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """As `OneHotCategorical`, with gradients to ``probs`` as if a sample were they.

    It is biased (Bengio et al., 2013).

    >>> p = mt.tensor([0.2, 0.8], requires_grad=True)
    >>> m = mt.distributions.OneHotCategoricalStraightThrough(p)
    >>> m.rsample()[1].backward()  # d x₁ / d p, p divided by its sum
    >>> p.grad
    tensor([-0.8000,  0.2000])
    """

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``sample + probs − probs``, where only the first ``probs`` has a gradient."""
        return self.sample(sample_shape) + (self.probs - self.probs.detach())
