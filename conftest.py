"""What every test and doctest finds here."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

import pytest

# The tests run in several processes: one thread each, or they would fight over the cores.
# pytest reads this file before NumPy is loaded, and before it starts its workers.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# The parity tests ask torch for every expected value.
collect_ignore = [] if find_spec("torch") else ["tests/parity"]


def pytest_report_header() -> list[str]:
    return [f"{folder} is left out: torch is not installed" for folder in collect_ignore]


@pytest.fixture(autouse=True)
def doctest_names(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> None:
    """Doctests begin as every PyTorch lesson does, with the imports."""
    if isinstance(request.node, pytest.DoctestItem):
        import minitorch as mt

        doctest_namespace["mt"] = mt
        if hasattr(mt, "nn") and hasattr(mt.nn, "functional"):
            doctest_namespace.update(nn=mt.nn, F=mt.nn.functional)
