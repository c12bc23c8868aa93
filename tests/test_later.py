"""Parts that are loaded when they are first asked for: they are there, and not before."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ["", ".autograd", ".cuda", ".nn", ".nn.modules", ".nn.utils", ".optim"]


def run(program):
    """What a fresh interpreter prints."""
    run = [sys.executable, "-c", program]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def promised(package):
    """What type checkers are told, by name: where it comes from."""
    folder = ROOT / package.replace(".", "/")
    names = {}
    for node in ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for line in node.body:
                names |= {alias.name: line.module for alias in line.names}
    return names


@pytest.mark.parametrize("package", [f"minitorch{name}" for name in PACKAGES])
def test_what_type_checkers_are_told_is_there(package):
    module, names = importlib.import_module(package), promised(package)
    assert names
    assert set(names) <= set(dir(module))
    for name, source in names.items():
        found = importlib.import_module(f"{package}.{source or name}")
        assert getattr(module, name) is (getattr(found, name) if source else found)
        # or `import minitorch.nn.summary` would put a file in the place of the function
        assert not source or importlib.util.find_spec(f"{package}.{name}") is None
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nowhere'"):
        module.nowhere  # noqa: B018


def test_the_import_loads_none_of_them():
    late = {
        f"{package}.{source or name}"
        for package in [f"minitorch{name}" for name in PACKAGES]
        for name, source in promised(package).items()
    }
    assert not late & set(run("import minitorch, sys; print(*sys.modules)"))


@pytest.mark.parametrize(
    "program",
    [
        "import minitorch as mt; mt.optim.lr_scheduler.StepLR",
        "import minitorch.optim.lr_scheduler as s; s.StepLR",
        "from minitorch.optim import lr_scheduler, SGD",
        "from minitorch import optim, save, vmap",
        "from minitorch import *; load, nn, optim.lr_scheduler",
        "from minitorch.nn import *; DataParallel, Linear, utils.prune",
        "from minitorch.optim import *; SGD, lr_scheduler.StepLR",
        "from minitorch.utils.data import DataLoader",
        "import minitorch.nn.utils.rnn as r, minitorch as mt; mt.nn.utils.rnn.PackedSequence",
        "import minitorch as mt; mt.cuda.amp.autocast, mt.backends.cudnn.benchmark",
        "import minitorch as mt; mt.autograd.functional.jacobian",
        "import minitorch as mt; mt.ones(2).to_sparse()",
        "import minitorch as mt; mt.overrides.TorchFunctionMode",
        "import minitorch as mt; mt.nn.LSTM(1, 1)(mt.nn.utils.rnn.pack_sequence([mt.ones(2, 1)]))",
    ],
)
def test_each_way_to_ask_is_enough_alone(program):
    run(program)
