"""`Constraint`: the base of constraints.py and compound_constraints.py."""

from __future__ import annotations

from typing import Any


class Constraint:
    """A region of values. Subclasses define ``check``.

    >>> positive = mt.distributions.constraints.positive
    >>> positive, positive.check(mt.tensor([-1.0, 1.0]))
    (GreaterThan(lower_bound=0.0), tensor([False,  True]))
    """

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Any:
        """A tensor of bools, of the sample and batch shape: which events are inside."""
        raise NotImplementedError(f"{type(self).__name__} does not say which values it takes")

    def __repr__(self) -> str:
        return self.__class__.__name__[1:] + "()"
