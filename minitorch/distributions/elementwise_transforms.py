"""Transforms of single numbers."""

from __future__ import annotations

import math
from typing import Any

from ..autograd.graph import TensorBase
from ..inspection import finfo
from ..nn.functional import softplus
from ..ops.expanding import broadcast_shapes
from ..size import Size
from . import constraints
from .transform import Transform
from .utils import broadcast_all, sum_rightmost


class _Fixed(Transform):
    """A transform without parameters: two of a class are equal."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)


class ExpTransform(_Fixed):
    """``y = exp(x)``.

    >>> t, x = mt.distributions.ExpTransform(), mt.tensor([0.0, 1.0])
    >>> t(x), t.log_abs_det_jacobian(x, t(x))
    (tensor([1.0000, 2.7183]), tensor([0., 1.]))
    """

    domain = constraints.real
    codomain = constraints.positive
    bijective = True
    sign = +1

    def _call(self, x: Any) -> Any:
        return x.exp()

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``x``."""
        return x


class PowerTransform(Transform):
    """``y = x^exponent``, for positive x.

    >>> t = mt.distributions.PowerTransform(mt.tensor(2.0))
    >>> t(mt.tensor([1.5])), t.inv(mt.tensor([0.25]))
    (tensor([2.2500]), tensor([0.5000]))
    """

    domain = constraints.positive
    codomain = constraints.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        (self.exponent,) = broadcast_all(exponent)

    @property
    def sign(self) -> Any:
        """That of the exponent."""
        return self.exponent.sign()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PowerTransform) and bool((self.exponent == other.exponent).all())

    def _call(self, x: Any) -> Any:
        return x.pow(self.exponent)

    def _inverse(self, y: Any) -> Any:
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``ln |exponent·y / x|``."""
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Any) -> Any:
        """Broadcast with the exponent's."""
        return _broadcast(shape, self.exponent)

    inverse_shape = forward_shape


def _broadcast(shape: Any, *parameters: Any) -> Any:
    """``shape`` broadcast with the shapes of ``parameters``, tensors or numbers."""
    from_tensors = [p.shape for p in parameters if isinstance(p, TensorBase)]
    return Size(broadcast_shapes(shape, *from_tensors))


def clipped_sigmoid(x: Any) -> Any:
    """The sigmoid function, kept away from 0 and 1."""
    info = finfo(x.dtype)
    return x.sigmoid().clamp(min=info.tiny, max=1.0 - info.eps)


class SigmoidTransform(_Fixed):
    """``y = 1 / (1 + exp(−x))``, kept away from 0 and 1.

    >>> t = mt.distributions.SigmoidTransform()
    >>> t(mt.tensor([-2.0, 0.0])), t.inv(mt.tensor([0.5]))
    (tensor([0.1192, 0.5000]), tensor([0.]))
    """

    domain = constraints.real
    codomain = constraints.unit_interval
    bijective = True
    sign = +1

    def _call(self, x: Any) -> Any:
        return clipped_sigmoid(x)

    def _inverse(self, y: Any) -> Any:
        info = finfo(y.dtype)
        y = y.clamp(min=info.tiny, max=1.0 - info.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``ln y + ln(1 − y)``."""
        return -softplus(-x) - softplus(x)


class SoftplusTransform(_Fixed):
    """``y = ln(1 + exp(x))``.

    >>> mt.distributions.SoftplusTransform()(mt.tensor([-1.0, 0.0, 1.0]))
    tensor([0.3133, 0.6931, 1.3133])
    """

    domain = constraints.real
    codomain = constraints.positive
    bijective = True
    sign = +1

    def _call(self, x: Any) -> Any:
        return softplus(x)

    def _inverse(self, y: Any) -> Any:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``−ln(1 + exp(−x))``."""
        return -softplus(-x)


class TanhTransform(_Fixed):
    """``y = tanh(x)``.

    >>> t = mt.distributions.TanhTransform()
    >>> t(mt.tensor([0.5])), t.inv(mt.tensor([0.5]))
    (tensor([0.4621]), tensor([0.5493]))
    """

    domain = constraints.real
    codomain = constraints.interval(-1.0, 1.0)
    bijective = True
    sign = +1

    def _call(self, x: Any) -> Any:
        return x.tanh()

    def _inverse(self, y: Any) -> Any:
        return y.atanh()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``ln(1 − y²)``, without its rounding errors."""
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(_Fixed):
    """``y = |x|``; the inverse gives the x that is not negative.

    >>> t = mt.distributions.AbsTransform()
    >>> t(mt.tensor([-2.0, 3.0])), t.inv(mt.tensor([2.0]))
    (tensor([2., 3.]), tensor([2.]))
    """

    domain = constraints.real
    codomain = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.abs()

    def _inverse(self, y: Any) -> Any:
        return y


class AffineTransform(Transform):
    """``y = loc + scale·x``; ``event_dim`` says how many dimensions are one event.

    >>> t = mt.distributions.AffineTransform(loc=1.0, scale=2.0)
    >>> x = mt.tensor([0.0, 3.0])
    >>> t(x), t.inv(t(x)), t.log_abs_det_jacobian(x, t(x))  # ln 2
    (tensor([1., 7.]), tensor([0., 3.]), tensor([0.6931, 0.6931]))
    """

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.loc = loc
        self.scale = scale
        self._event_dim = event_dim

    @property
    def event_dim(self) -> int:
        """As given."""
        return self._event_dim

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        """All numbers, or vectors of them."""
        if self.event_dim == 0:
            return constraints.real
        return constraints.independent(constraints.real, self.event_dim)

    codomain = domain

    @property
    def sign(self) -> Any:
        """That of ``scale``."""
        if isinstance(self.scale, TensorBase):
            return self.scale.sign()
        return 1 if self.scale > 0 else -1 if self.scale < 0 else 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AffineTransform):
            return False
        pairs = (self.loc, other.loc), (self.scale, other.scale)
        return all(bool((a == b).all()) for a, b in (broadcast_all(*pair) for pair in pairs))

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``ln |scale|``, summed over the event."""
        if isinstance(self.scale, TensorBase):
            result = self.scale.abs().log().expand(x.shape)
        else:
            result = x.new_full(x.shape, math.log(abs(self.scale)))
        return sum_rightmost(result, self.event_dim)

    def forward_shape(self, shape: Any) -> Any:
        """Broadcast with the parameters'."""
        return _broadcast(shape, self.loc, self.scale)

    inverse_shape = forward_shape


class CumulativeDistributionTransform(Transform):
    """``y = cdf(x)`` of a distribution: its values become uniform ones.

    >>> normal = mt.distributions.Normal(0.0, 1.0)
    >>> mt.distributions.CumulativeDistributionTransform(normal)(mt.tensor([-1.0, 0.0, 1.0]))
    tensor([0.1587, 0.5000, 0.8413])
    """

    bijective = True
    codomain = constraints.unit_interval
    sign = +1

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size=cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        """Where the distribution's values lie."""
        return self.distribution.support

    def _call(self, x: Any) -> Any:
        return self.distribution.cdf(x)

    def _inverse(self, y: Any) -> Any:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the density."""
        return self.distribution.log_prob(x)
