"""`Distribution`: what all probability distributions have in common."""

from __future__ import annotations

from typing import Any

from ..autograd.graph import TensorBase
from ..autograd.modes import no_grad
from ..size import Size
from ..user_warnings import warn
from . import constraints
from .utils import lazy_property

EMPTY = Size()


class Distribution:
    """The base of all distributions.

    ``batch_shape``: the shape of the parameters, for independent distributions side by side;
    ``event_shape``: of a single event. A sample has the shape ``sample_shape + batch_shape +
    event_shape``, ``log_prob`` of it ``sample_shape + batch_shape``.

    >>> m = mt.distributions.MultivariateNormal(mt.zeros(3, 2), mt.eye(2))
    >>> m.batch_shape, m.event_shape, m.sample((5,)).shape, m.log_prob(mt.zeros(2)).shape
    (torch.Size([3]), torch.Size([2]), torch.Size([5, 3, 2]), torch.Size([3]))
    """

    has_rsample = False
    has_enumerate_support = False
    _validate_args: bool = __debug__

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions check their arguments unless told; True at first."""
        if value not in [True, False]:
            raise ValueError
        Distribution._validate_args = value

    def __init__(
        self,
        batch_shape: Any = EMPTY,
        event_shape: Any = EMPTY,
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape = batch_shape
        self._event_shape = event_shape
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._validate_parameters()
        super().__init__()

    def _validate_parameters(self) -> None:
        """Raise ValueError unless the parameters are as `arg_constraints` says."""
        try:
            arg_constraints = self.arg_constraints
        except NotImplementedError:
            arg_constraints = {}
            warn(
                f"{self.__class__} does not define `arg_constraints`. "
                "Please set `arg_constraints = {}` or initialize the distribution "
                "with `validate_args=False` to turn off validation."
            )
        for name, constraint in arg_constraints.items():
            if constraints.is_dependent(constraint):
                continue
            given = name in self.__dict__
            if not given and isinstance(getattr(type(self), name), lazy_property):
                continue  # it would be computed from another parameter
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(
                    f"Expected parameter {name} "
                    f"({type(value).__name__} of shape {tuple(value.shape)}) "
                    f"of distribution {self!r} "
                    f"to satisfy the constraint {constraint!r}, "
                    f"but found invalid values:\n{value}"
                )

    # Shapes ---------------------------------------------------------------------------------------

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        raise NotImplementedError

    @property
    def batch_shape(self) -> Size:
        """The shape of the parameters."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of a single event."""
        return self._event_shape

    @property
    def arg_constraints(self) -> dict[str, Any]:
        """By name of a parameter, the constraint that it must satisfy."""
        raise NotImplementedError

    @property
    def support(self) -> Any:
        """The constraint that tells where the distribution's values lie."""
        raise NotImplementedError

    # Moments --------------------------------------------------------------------------------------

    @property
    def mean(self) -> Any:
        """The expected value."""
        raise NotImplementedError

    @property
    def mode(self) -> Any:
        """The most likely value."""
        raise NotImplementedError(f"{self.__class__} does not implement mode")

    @property
    def variance(self) -> Any:
        """The expected squared distance from the mean."""
        raise NotImplementedError

    @property
    def stddev(self) -> Any:
        """The square root of the variance."""
        return self.variance.sqrt()

    # Samples --------------------------------------------------------------------------------------

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random values, of shape ``sample_shape + batch_shape + event_shape``; no gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random values through which gradients flow to the parameters."""
        raise NotImplementedError

    def sample_n(self, n: int) -> Any:
        """``n`` samples; deprecated: use ``sample((n,))``."""
        warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning)
        return self.sample(Size((n,)))

    # Probabilities --------------------------------------------------------------------------------

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, or of the probability, at ``value``."""
        raise NotImplementedError

    def cdf(self, value: Any) -> Any:
        """The probability of values up to ``value``."""
        raise NotImplementedError

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`: up to where there are values of probability ``value``."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values of a discrete distribution, along a new first dimension.

        Their batch dimensions have size 1 unless ``expand``.
        """
        raise NotImplementedError

    def entropy(self) -> Any:
        """The expected ``-log_prob`` of the values."""
        raise NotImplementedError

    def perplexity(self) -> Any:
        """``exp(entropy)``: among how many equally likely values one would be as unsure."""
        return self.entropy().exp()

    # For subclasses -------------------------------------------------------------------------------

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        """The shape of samples."""
        return Size((*tuple(sample_shape), *self._batch_shape, *self._event_shape))

    def _validate_sample(self, value: Any) -> None:
        """Raise ValueError unless ``value`` can be one of this distribution's."""
        if not isinstance(value, TensorBase):
            raise ValueError("The value argument to log_prob must be a Tensor")
        event_start = len(value.shape) - len(self._event_shape)
        if value.shape[event_start:] != self._event_shape:
            raise ValueError(
                "The right-most size of value must match event_shape: "
                f"{value.shape} vs {self._event_shape}."
            )
        expected = Size((*self._batch_shape, *self._event_shape))
        for i, j in zip(reversed(value.shape), reversed(expected), strict=False):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    "Value is not broadcastable with batch_shape+event_shape: "
                    f"{value.shape} vs {expected}."
                )
        try:
            support = self.support
        except NotImplementedError:
            warn(
                f"{self.__class__} does not define `support` to enable "
                "sample validation. Please initialize the distribution with "
                "`validate_args=False` to turn off validation."
            )
            return
        if not support.check(value).all():
            raise ValueError(
                "Expected value argument "
                f"({type(value).__name__} of shape {tuple(value.shape)}) "
                f"to be within the support ({support!r}) "
                f"of the distribution {self!r}, "
                f"but found invalid values:\n{value}"
            )

    def _check(self, value: Any) -> None:
        """`_validate_sample`, if arguments are checked."""
        if self._validate_args:
            self._validate_sample(value)

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Any:
        """An empty object to expand into; refuses a subclass that is made in another way."""
        if _instance is None and type(self).__init__ != cls.__init__:  # type: ignore[misc]
            raise NotImplementedError(
                f"Subclass {self.__class__.__name__} of {cls.__name__} that defines a custom "
                "__init__ method must also define a custom .expand() method."
            )
        return self.__new__(type(self)) if _instance is None else _instance

    def __repr__(self) -> str:
        shown = {k: self.__dict__[k] for k in self.arg_constraints if k in self.__dict__}
        args = ", ".join(f"{k}: {v if v.numel() == 1 else v.size()}" for k, v in shown.items())
        return f"{self.__class__.__name__}({args})"


class Family(Distribution):
    """A distribution that is its parameters: tensors that share the batch shape."""

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution with its parameters expanded to ``batch_shape``."""
        family = next(cls for cls in type(self).__mro__ if "arg_constraints" in vars(cls))
        new = self._get_checked_instance(family, _instance)
        batch_shape = Size(batch_shape)
        self._expand_parameters(new, batch_shape)
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _expand_parameters(self, new: Any, batch_shape: Size) -> None:
        """Give ``new`` this one's parameters, expanded."""
        for name in self.arg_constraints:
            if name in self.__dict__:
                value = self.__dict__[name]
                own = value.shape[len(self._batch_shape) :]  # the dimensions of one parameter
                setattr(new, name, value.expand((*batch_shape, *own)))
