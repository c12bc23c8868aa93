"""From a constraint to a transform that leads from all numbers into its region.

``biject_to(constraint)`` is a bijection: its log-determinant makes densities of one into densities
of the other. ``transform_to(constraint)`` need not be one, and may suit optimization better.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import constraints, transforms


class ConstraintRegistry:
    """Functions from constraints to transforms, by class of constraint.

    >>> scale = mt.distributions.constraints.positive
    >>> to_scale = mt.distributions.biject_to(scale)
    >>> to_scale, to_scale(mt.tensor([-1.0, 1.0]))
    (ComposeTransform(
        ExpTransform(),
        AffineTransform()
    ), tensor([0.3679, 2.7183]))
    """

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Any]] = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Say what makes the transform for a class of constraints; also a decorator."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        if isinstance(constraint, constraints.Constraint):
            constraint = type(constraint)
        if not (isinstance(constraint, type) and issubclass(constraint, constraints.Constraint)):
            raise TypeError(
                "Expected constraint to be either a Constraint subclass or instance, "
                f"but got {constraint}"
            )
        self._registry[constraint] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """A transform whose ``codomain`` is ``constraint``."""
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def _to_interval(constraint: Any) -> Any:
    """A sigmoid, stretched unless the interval is [0, 1]."""
    low, high = constraint.lower_bound, constraint.upper_bound
    sigmoid = transforms.SigmoidTransform()
    numbers = isinstance(low, int | float) and isinstance(high, int | float)
    if numbers and low == 0 and high == 1:
        return sigmoid
    affine = transforms.AffineTransform(loc=low, scale=high - low)
    return transforms.ComposeTransform([sigmoid, affine])


def _exp_and(loc: Any, scale: int) -> Any:
    exp = transforms.ExpTransform()
    return transforms.ComposeTransform([exp, transforms.AffineTransform(loc, scale)])


def _independent(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda constraint: transforms.IndependentTransform(
        registry(constraint.base_constraint), constraint.reinterpreted_batch_ndims
    )


def _cat(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda constraint: transforms.CatTransform(
        [registry(c) for c in constraint.cseq], constraint.dim, constraint.lengths
    )


def _stack(registry: ConstraintRegistry) -> Callable[[Any], Any]:
    return lambda constraint: transforms.StackTransform(
        [registry(c) for c in constraint.cseq], constraint.dim
    )


for _registry in (biject_to, transform_to):
    _registry.register(constraints.real, lambda c: transforms.identity_transform)
    _registry.register(constraints.independent, _independent(_registry))
    for _above in (constraints.greater_than, constraints.greater_than_eq):
        _registry.register(_above, lambda c: _exp_and(c.lower_bound, 1))
    _registry.register(constraints.less_than, lambda c: _exp_and(c.upper_bound, -1))
    for _between in (constraints.interval, constraints.half_open_interval):
        _registry.register(_between, _to_interval)
    _registry.register(constraints.corr_cholesky, lambda c: transforms.CorrCholeskyTransform())
    _registry.register(constraints.cat, _cat(_registry))
    _registry.register(constraints.stack, _stack(_registry))

biject_to.register(constraints.simplex, lambda c: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda c: transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, lambda c: transforms.LowerCholeskyTransform())
for _positive in (constraints.positive_definite, constraints.positive_semidefinite):
    transform_to.register(_positive, lambda c: transforms.PositiveDefiniteTransform())
