"""`detect_anomaly`: remember where each operation was called, stop where a gradient becomes NaN."""

from __future__ import annotations

import warnings
from typing import Any

from .. import backend
from .modes import state

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
        state.anomaly, state.check_nan = self.wanted

    def __exit__(self, *exc: object) -> None:
        state.anomaly, state.check_nan = self.previous


class set_detect_anomaly(detect_anomaly):  # noqa: N801 - PyTorch's name
    """Anomaly detection on or off, at once when called, and until the end of a ``with`` block."""

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.wanted = mode, check_nan
        self.previous = state.anomaly, state.check_nan
        state.anomaly, state.check_nan = self.wanted

    def __enter__(self) -> None:
        """The mode holds since the call."""


def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on."""
    return state.anomaly


def refuse_nan(node: Any, grad: Any, place: int) -> None:
    """Stop if ``grad`` has a NaN, and show the line that made the node."""
    if not state.check_nan or not backend.array_module(grad._array).isnan(grad._array).any():
        return
    if node.stack is not None:
        warnings.warn(
            f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n"
            + "".join(node.stack),
            stacklevel=2,
        )
    raise RuntimeError(f"Function '{node.name()}' returned nan values in its {place}th output.")
