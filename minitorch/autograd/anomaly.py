"""`detect_anomaly`: remember where each operation was called, stop where a gradient becomes NaN."""

from __future__ import annotations

import os
from typing import Any

from .. import backend
from ..user_warnings import warn
from .errors import type_name
from .modes import state

PACKAGE = os.path.dirname(os.path.dirname(__file__))
RUNNER = os.path.join(PACKAGE, "running", "script.py")
ENABLED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
    "enabled for debugging."
)
ERROR = "Error detected in {}. "
INDUCED = "\n\nPrevious calculation was induced by {}. "


class detect_anomaly:  # noqa: N801 - PyTorch's name
    """Remember the line that made each operation, and stop backward where a gradient becomes NaN.

    Slow; for looking for an error. ``check_nan=False`` only remembers the lines.

    >>> x = mt.tensor(0.0, requires_grad=True)
    >>> with mt.autograd.detect_anomaly():
    ...     (x.sqrt() * 0).backward()
    Traceback (most recent call last):
        ...
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    """

    def __init__(self, check_nan: bool = True) -> None:
        warn(ENABLED)
        self.wanted = True, check_nan

    def __enter__(self) -> None:
        self.previous = state.anomaly, state.check_nan
        self.set(*self.wanted)

    def __exit__(self, *exc: object) -> None:
        self.set(*self.previous)

    @staticmethod
    def set(mode: bool, check_nan: bool) -> None:
        """What the current thread does."""
        state.anomaly, state.check_nan = mode, check_nan
        state.watching = mode or bool(state.saved_hooks)


class set_detect_anomaly(detect_anomaly):  # noqa: N801 - PyTorch's name
    """Anomaly detection on or off, at once when called, and until the end of a ``with`` block.

    >>> with mt.autograd.set_detect_anomaly(False):
    ...     mt.is_anomaly_enabled()
    False
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                "set_anomaly_enabled(): argument 'enabled' (position 1) must be bool, not "
                + type_name(mode)
            )
        self.wanted = mode, check_nan
        self.previous = state.anomaly, state.check_nan
        self.set(*self.wanted)

    def __enter__(self) -> None:
        """The mode holds since the call."""


def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on.

    >>> with mt.autograd.detect_anomaly():
    ...     mt.is_anomaly_enabled()
    True
    """
    return state.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly detection, where it is on, looks for NaN.

    >>> with mt.autograd.detect_anomaly(check_nan=False):
    ...     mt.is_anomaly_check_nan_enabled()
    False
    """
    return state.check_nan


def stack(node: Any) -> None:
    """Note in ``node`` the lines of the program that led to it, and in whose backward it is."""
    import traceback  # takes a while, and few programs need it

    frames = traceback.extract_stack()
    for place in reversed(range(len(frames))):
        if frames[place].filename == RUNNER:  # what `minitorch run` does before the program
            del frames[: place + 1]
            break
    while len(frames) > 1 and frames[-1].filename.startswith(PACKAGE):
        frames.pop()
    node.stack = frames.format(), state.node


def run_watched(node: Any, grads: list[Any], needed: list[bool] | None) -> Any:
    """Run ``node``; where that fails or gives a NaN, show the line that made the node."""
    outer, state.node = state.node, node
    try:
        results = node.run(grads, needed)
        for place, grad in enumerate(results if state.check_nan else ()):
            if grad is not None and node.edges[place] is not None:
                refuse_nan(node, grad, place)
    except Exception:
        told = forward_of(node, "caused the error")
        warn(ERROR.format(node.name()) + told)
        while node.stack is not None and (node := node.stack[1]) is not None:
            told = forward_of(node, "induced the previous calculation")
            warn(INDUCED.format(node.name()) + told)
        raise
    finally:
        state.node = outer
    return results


def forward_of(node: Any, what: str) -> str:
    """The lines that made ``node``, which ``what``."""
    if node.stack is None:
        return (
            "No forward pass information available. Enable detect anomaly during forward pass for "
            "more information."
        )
    return f"Traceback of forward call that {what}:\n" + "".join(node.stack[0])


def refuse_nan(node: Any, grad: Any, place: int) -> None:
    """Refuse the gradient of argument ``place`` if there is a NaN in it."""
    if backend.array_module(grad._array).isnan(grad._array).any():
        rules = getattr(node, "_rules", ())
        before = enumerate(node.edges[:place])
        number = sum(p in rules or edge is not None for p, edge in before)
        raise RuntimeError(
            f"Function '{node.name()}' returned nan values in its {number}th output."
        )
