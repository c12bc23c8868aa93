"""``work`` is the file under test: yours, or with ``--solutions`` the solution of the same name.

After the tests comes a line for each exercise. What is not written yet fails without a traceback.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Say in one line what is not written yet."""
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance(NotImplementedError):
        report.longrepr = f"not written yet: {call.excinfo.value}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around pytest's own: so these lines come last
def pytest_terminal_summary(terminalreporter: Any) -> Generator[None, Any, Any]:
    """A line for each exercise, in the order of the chapters."""
    result = yield
    found: dict[tuple[int, int], list[str]] = {}
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            if number := re.search(r"::test_(\d+)_(\d+)_", report.nodeid):
                said = found.setdefault((int(number[1]), int(number[2])), [])
                written = not str(report.longrepr).startswith("not written yet")
                said.append(outcome if written else "not written yet")
    if found:
        terminalreporter.section("exercises")
    for (chapter, exercise), said in sorted(found.items()):
        state = f"{said.count('passed')} of {len(said)} tests pass"
        if set(said) == {"passed"}:
            state = "done"
        elif "not written yet" in said:
            state = "not written yet"
        terminalreporter.write_line(f"{chapter}.{exercise}  {state}")
    return result
