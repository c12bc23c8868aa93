"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import inspect
import operator
import subprocess
import sys
from pathlib import Path

import pytest

import minitorch as mt
from tools.count_lines import code_lines
from tools.places import PLACES, public

ROOT = Path(__file__).resolve().parents[1]


def loaded_by(program: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after ``program``."""
    program += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = [sys.executable, "-c", program]
    return set(
        subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    )


def test_import_loads_only_numpy():
    heavy = {"PIL", "cupy", "matplotlib", "scipy", "sklearn", "torch", "tqdm"}
    loaded = loaded_by("import minitorch")
    assert "numpy" in loaded
    assert loaded & heavy == set()


def test_no_module_loads_torch_or_cupy():
    walk = """
import importlib, pkgutil, minitorch
for module in pkgutil.walk_packages(minitorch.__path__, "minitorch."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
    assert loaded_by(walk) & {"torch", "cupy"} == set()


def test_no_line_imports_torch():
    def imported(node):
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []

    files = sorted((ROOT / "minitorch").rglob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = {name.partition(".")[0] for name in imported(node)}
            assert "torch" not in names, f"{file}:{node.lineno}"


@pytest.mark.parametrize("place", PLACES, ids=operator.attrgetter("name"))
def test_every_public_name_has_a_docstring(place):
    missing = []
    for name, value in public(place).items():
        if not inspect.getdoc(value):
            missing.append(name)
        if inspect.isclass(value):
            methods = (m for m in vars(value) if not m.startswith("_"))
            members = ((m, getattr(value, m)) for m in methods)
            missing += [
                f"{name}.{m}"
                for m, member in members
                if callable(member) and not inspect.getdoc(member)
            ]
    assert missing == []


def test_version_has_a_changelog_entry():
    assert f"\n## [{mt.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_code_lines_are_those_with_code():
    source = '''"""Module docstring,
of two lines."""

# comment
import os  # code


def f(
    x,  # code
):
    """Docstring."""
    text = """a string
    # that is code"""

    return f"""{x}
    {text}"""


class A:
    """Only a docstring."""
'''
    assert sorted(code_lines(source)) == [5, 8, 9, 10, 12, 13, 15, 16, 19]
