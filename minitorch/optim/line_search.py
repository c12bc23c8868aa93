"""The line search of L-BFGS: how far to go along a direction.

Source: Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..backend import Array

SUFFICIENT_DECREASE = 1e-4  # c₁ of the Wolfe conditions
CURVATURE = 0.9  # c₂
SMALLEST = 1e-9  # a bracket in which the parameters change by less is not searched further


class Point(NamedTuple):
    """The loss φ(t) at a distance t along the direction."""

    t: Any
    loss: float
    grad: Array
    slope: Any  # φ'(t)


def strong_wolfe(
    evaluate: Callable[[Any], Point], start: Point, t: Any, size: Any, most: int
) -> tuple[Point, int]:
    """A point where the strong Wolfe conditions hold, and the number of evaluations it took.

    - the loss has decreased enough: ``φ(t) ≤ φ(0) + c₁ t φ'(0)``
    - the slope has flattened enough: ``|φ'(t)| ≤ c₂ |φ'(0)|``

    First the steps get longer until a bracket holds such a point, then the bracket gets smaller.
    ``evaluate(t)`` is the point at t, which is the first to be tried; ``size`` is the largest
    element of the direction. After ``most`` further evaluations the best point so far is returned.
    """

    def too_high(point: Point) -> bool:
        return bool(point.loss > start.loss + SUFFICIENT_DECREASE * point.t * start.slope)

    def flat(point: Point) -> bool:
        return bool(abs(point.slope) <= -CURVATURE * start.slope)

    before, point = start, evaluate(t)
    count = 0  # evaluations after the first
    while count < most:
        if too_high(point) or (count > 1 and point.loss >= before.loss):
            break
        if flat(point):
            return point, count + 1
        if point.slope >= 0:
            break
        bounds = point.t + 0.01 * (point.t - before.t), point.t * 10
        before, point = point, evaluate(minimum_of_cubic(before, point, bounds))
        count += 1
    else:
        before = start

    bracket = [before, point]
    low = lower_end(bracket)
    near_an_end = False
    while count < most and not abs(bracket[1].t - bracket[0].t) * size < SMALLEST:
        first, last = sorted(end.t for end in bracket)
        t = minimum_of_cubic(bracket[0], bracket[1])
        margin = 0.1 * (last - first)
        if min(last - t, t - first) < margin:  # hardly smaller: insist the second time
            if near_an_end or not first < t < last:
                t = last - margin if abs(t - last) < abs(t - first) else first + margin
                near_an_end = False
            else:
                near_an_end = True
        else:
            near_an_end = False
        point = evaluate(t)
        count += 1
        if too_high(point) or point.loss >= bracket[low].loss:
            bracket[1 - low] = point
            low = lower_end(bracket)
            continue
        if flat(point):
            return point, count + 1
        if point.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = point
    return bracket[low], count + 1


def lower_end(bracket: list[Point]) -> int:
    """Which of the two points has the lower loss."""
    return 0 if bracket[0].loss <= bracket[1].loss else 1


def minimum_of_cubic(a: Point, b: Point, bounds: tuple[Any, Any] | None = None) -> Any:
    """Where the cubic with the values and slopes of two points is lowest, within bounds.

    If it has no minimum, the middle of the bounds, which are the two points if not given.
    """
    if a.t > b.t:
        a, b = b, a
    low, high = bounds or (a.t, b.t)
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2.0
    d2 = square**0.5
    lowest = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(lowest, low), high)
