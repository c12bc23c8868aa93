"""What errors and traces call the cells of a notebook."""

from __future__ import annotations

import sys
import types

import pytest

import minitorch as mt
from minitorch.notebook import file_name


@pytest.fixture
def shell(monkeypatch):
    """IPython with one cell: Python's name of it, and the notebook's."""
    names = {"/kernel/123.py": ("Cell", "In[3]")}
    compiler = types.SimpleNamespace(format_code_name=names.get)
    module = types.ModuleType("IPython")
    module.get_ipython = lambda: types.SimpleNamespace(compile=compiler)
    monkeypatch.setitem(sys.modules, "IPython", module)


def test_a_cell_has_the_notebooks_name(shell):
    assert file_name("/kernel/123.py") == "In[3]"
    assert file_name("/home/train.py") == "train.py"


def test_errors_and_traces_name_the_cell(shell):
    cell = compile("loss = (w * 2).sum()\nw @ w.reshape(1, 2)", "/kernel/123.py", "exec")
    here = {"w": mt.ones(2, requires_grad=True)}
    with mt.tracing.recording(), pytest.raises(RuntimeError) as raised:
        exec(cell, here)
    assert "In[3], line 2" in str(mt.explain(raised.value))
    assert mt.trace(here["loss"]).steps[0].line.file == "In[3]"


def test_without_a_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert file_name("/home/train.py") == "train.py"
    module = types.ModuleType("IPython")
    module.get_ipython = lambda: None
    monkeypatch.setitem(sys.modules, "IPython", module)
    assert file_name("/home/train.py") == "train.py"
