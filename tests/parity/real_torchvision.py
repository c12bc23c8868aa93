"""Imports torchvision, beside a PyTorch for the CPU too.

The torchvision that package registries offer is built for CUDA: beside a PyTorch without it the
part in C++ does not load. The part in Python, with which the tests compare, then misses nothing but
the names of two operators.
"""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

try:
    import torchvision
except ModuleNotFoundError:
    pytest.skip("torchvision is not installed", allow_module_level=True)
except RuntimeError:
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    operators = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision  # noqa: F401
