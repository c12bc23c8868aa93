"""Automatic differentiation: the graph, the reverse pass, and what users may say to them.

Read in this order: graph.py (what is recorded), operation.py (how an operation records itself),
engine.py (the reverse pass), views.py (in-place changes), modes.py, function.py.
"""

from typing import TYPE_CHECKING

from ..later import later
from . import edges, forward_ad, function, grad_mode, graph
from .anomaly import detect_anomaly, set_detect_anomaly
from .engine import backward, grad
from .function import Function
from .gradcheck import gradcheck, gradgradcheck
from .modes import (
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
)
from .once import once_differentiable
from .variable import Variable

for _name in edges.PUBLIC:  # PyTorch has them there; they need the engine's files above it
    setattr(graph, _name, getattr(edges, _name))
function.once_differentiable = once_differentiable  # type: ignore[attr-defined]
del once_differentiable

__all__ = [
    "Function",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]

if TYPE_CHECKING:
    from . import profiler, profiler_util
else:
    __getattr__, __dir__ = later(__name__, "profiler profiler_util")
