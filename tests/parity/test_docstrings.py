"""The examples of the docstrings print on PyTorch what they print here."""

from __future__ import annotations

import importlib
import sys
import types

import pytest

torch = pytest.importorskip("torch")

from tests.test_docstrings import IMPORTED, NAME, QUICK, failing

# What `import torch` does not load.
SUBMODULES = (
    "nn.utils.parametrizations nn.utils.parametrize nn.utils.prune optim.swa_utils "
    "utils.checkpoint utils.data.distributed utils.dlpack"
).split()
# Names that only MiniTorch has, or whose examples show what it does otherwise.
OURS = set(
    "Generator Live Optimizer StandardTransform bfloat16 explain memory set_flush_denormal "
    "share_memory_ summary trace".split()
)
# Places that PyTorch does not have, or not without another package, or that differ by machine.
ELSEWHERE = ("tracing", "serialization", "utils.tensorboard", "backends", "onnx")


class Lesson(types.ModuleType):
    """PyTorch under MiniTorch's name."""

    def __getattr__(self, name):
        return getattr(torch, name)


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, of what it uses
@pytest.mark.parametrize(
    "place", [place for place in QUICK if not place.module.startswith(ELSEWHERE)], ids=NAME
)
def test_examples_print_the_same_on_pytorch(place, monkeypatch):
    for module in SUBMODULES:
        importlib.import_module(f"torch.{module}")
    lesson = Lesson("minitorch")
    given = {"mt": lesson, "nn": torch.nn, "F": torch.nn.functional}
    if place.module.startswith("vision"):
        from tests.parity.real_torchvision import torchvision

        lesson.vision = torchvision
        given |= vars(importlib.import_module(f"torch{place.module}"))
    elif place.module.startswith(IMPORTED):
        given |= vars(importlib.import_module(f"torch.{place.module}"))
    if not place.module:
        given["vmap"] = torch.vmap  # described in torch.func
    monkeypatch.setitem(sys.modules, "minitorch", lesson)
    try:
        assert set(failing(place, given)) <= OURS
    finally:
        torch.set_flush_denormal(False)  # an example turns it on, and NumPy would flush, too
