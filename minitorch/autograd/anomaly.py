"""`detect_anomaly`: remember where each operation was called, stop where a gradient becomes NaN."""

from __future__ import annotations

import os
import traceback
import warnings
from typing import Any

from .. import backend
from .modes import state

PACKAGE = os.path.dirname(os.path.dirname(__file__))
ENABLED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
    "enabled for debugging."
)


class detect_anomaly:  # noqa: N801 - PyTorch's name
    """Remember the line that made each operation, and stop backward where a gradient becomes NaN.

    Slow; for looking for an error. ``check_nan=False`` only remembers the lines.
    """

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(ENABLED, stacklevel=2)
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
    """Anomaly detection on or off, at once when called, and until the end of a ``with`` block."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.wanted = mode, check_nan
        self.previous = state.anomaly, state.check_nan
        self.set(*self.wanted)

    def __enter__(self) -> None:
        """The mode holds since the call."""


def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on."""
    return state.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly detection, where it is on, looks for NaN."""
    return state.check_nan


def stack() -> list[str]:
    """The lines of the program, outside MiniTorch, that led to the operation being recorded."""
    frames = traceback.extract_stack()
    while len(frames) > 1 and frames[-1].filename.startswith(PACKAGE):
        frames.pop()
    return frames.format()


def run_watched(node: Any, grads: list[Any], needed: list[bool] | None) -> Any:
    """Run ``node``; where that fails or gives a NaN, show the line that made the node."""
    try:
        results = node.run(grads, needed)
        for place, grad in enumerate(results if state.check_nan else ()):
            if grad is not None and node.edges[place] is not None:
                refuse_nan(node, grad, place)
    except Exception:
        told = f"Error detected in {node.name()}. "
        if node.stack is None:
            told += (
                "No forward pass information available. Enable detect anomaly during forward pass "
                "for more information."
            )
        else:
            told += "Traceback of forward call that caused the error:\n" + "".join(node.stack)
        warnings.warn(told, stacklevel=2)
        raise
    return results


def refuse_nan(node: Any, grad: Any, place: int) -> None:
    """Refuse the gradient of argument ``place`` if there is a NaN in it."""
    if backend.array_module(grad._array).isnan(grad._array).any():
        rules = getattr(node, "_rules", ())
        before = enumerate(node.edges[:place])
        number = sum(p in rules or edge is not None for p, edge in before)
        raise RuntimeError(
            f"Function '{node.name()}' returned nan values in its {number}th output."
        )
