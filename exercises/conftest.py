"""``work`` is the file under test: yours, or with ``--solutions`` the solution of the same name."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    help = "test the files in exercises/solutions"
    parser.addoption("--solutions", action="store_true", help=help)


@pytest.fixture
def work(request: pytest.FixtureRequest) -> ModuleType:
    """A fresh copy of the module under test: that of ``test_ch3.py`` is ``ch3.py``."""
    folder = HERE / "solutions" if request.config.getoption("--solutions") else HERE
    name = request.path.stem.removeprefix("test_")
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
