"""What every test and doctest finds here."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

# The tests run in several processes: one thread each, or they would fight over the cores.
# pytest reads this file before NumPy is loaded, and before it starts its workers.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# The parity tests ask torch for every expected value.
collect_ignore = [] if find_spec("torch") else ["tests/parity"]
# No tests, but the module `cupy` of `pytest --standin`; names in it are CuPy's.
collect_ignore_glob = ["tests/standin/*"]

# What the examples of old and of unusual names tell the user beside their result.
TOLD = (
    r"(?s).*(deprecated|is in beta|torch.compile returns its|Anomaly Detection has been enabled|"
    r"Error detected in|enable_nested_tensor is True)"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    help = "import tests/standin/cupy as `cupy`: a strict stand-in, which needs no GPU"
    parser.addoption("--standin", action="store_true", help=help)
    help = "with the loops of `minitorch.compile`, for arrays of any size"
    parser.addoption("--compiled", action="store_true", help=help)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--standin"):
        sys.path.insert(0, str(Path(__file__).parent / "tests" / "standin"))


def pytest_report_header(config: pytest.Config) -> list[str]:
    left_out = [f"{folder} is left out: torch is not installed" for folder in collect_ignore]
    if not (find_spec("cupy") or config.getoption("--standin")):
        left_out.append("tests/cuda is left out: CuPy is not installed (--standin runs it)")
    return left_out


@pytest.fixture(autouse=True)
def usual_functions(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test leaves the functions as they were: see overrides.py and kernels.py."""
    if request.config.getoption("--compiled"):
        kernels = importlib.import_module("minitorch.kernels")
        kernels.MANY = 0
        kernels.use_loops()
    yield
    if "minitorch.kernels" in sys.modules:
        sys.modules["minitorch.kernels"].use_loops(False)
    if "minitorch.overrides" in sys.modules:
        sys.modules["minitorch.overrides"].deactivate()


@pytest.fixture(autouse=True)
def doctest_names(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> None:
    """Doctests begin as every PyTorch lesson does, with the imports."""
    if isinstance(request.node, pytest.DoctestItem):
        import minitorch as mt

        warnings.filterwarnings("ignore", TOLD)
        doctest_namespace["mt"] = mt
        if hasattr(mt, "nn") and hasattr(mt.nn, "functional"):
            doctest_namespace.update(nn=mt.nn, F=mt.nn.functional)
