"""The examples of the docstrings print on PyTorch what they print here."""

from __future__ import annotations

import importlib
import sys
import types

import pytest

torch = pytest.importorskip("torch")

from tests.test_docstrings import IMPORTED, PLACES, failing

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
# Places that PyTorch does not have, that take seconds, or whose answers differ by machine.
ELSEWHERE = {".tracing", ".vision.models", ".serialization", ".utils.tensorboard"}
ELSEWHERE |= {place for place in PLACES if place.startswith(".backends")}


class Lesson(types.ModuleType):
    """PyTorch under MiniTorch's name."""

    def __getattr__(self, name):
        return getattr(torch, name)


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, of what it uses
@pytest.mark.parametrize("place", sorted(PLACES.keys() - ELSEWHERE))
def test_examples_print_the_same_on_pytorch(place, monkeypatch):
    for module in SUBMODULES:
        importlib.import_module(f"torch.{module}")
    lesson = Lesson("minitorch")
    given = {"mt": lesson, "nn": torch.nn, "F": torch.nn.functional}
    if place.startswith(".vision"):
        from tests.parity.real_torchvision import torchvision

        lesson.vision = torchvision
        given |= vars(importlib.import_module(f"torchvision{place.removeprefix('.vision')}"))
    elif place.startswith(IMPORTED):
        given |= vars(importlib.import_module(f"torch{place}"))
    if not place:
        given["vmap"] = torch.vmap  # described in torch.func
    monkeypatch.setitem(sys.modules, "minitorch", lesson)
    try:
        assert set(failing(place, given)) <= OURS
    finally:
        torch.set_flush_denormal(False)  # an example turns it on, and NumPy would flush, too
