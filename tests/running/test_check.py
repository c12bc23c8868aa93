"""``minitorch check``: what it sees in a program, and what it does not."""

from __future__ import annotations

import json
import re

import pytest

import minitorch as mt
from minitorch import cli
from minitorch.running import names
from tests.running.starting import write


def rows(capsys):
    """The table that was printed: name -> (places, what MiniTorch does)."""
    out = capsys.readouterr().out
    found = re.findall(r"^  (\S+)  +(\S.*?)(?:  +)(\S.*)$", out, re.MULTILINE)
    return out.splitlines()[0], {name: (places, say) for name, places, say in found}


def check(capsys, tmp_path, program, name="program.py"):
    code = cli.main(["check", str(write(tmp_path, name, program))])
    return code, *rows(capsys)


def test_a_table(capsys, tmp_path):
    program = """
    import torch
    from torch import nn, jit
    import torch.nn.functional as F

    x = F.relu(torch.ones(3))
    y = torch.compile(nn.Linear(3, 3))
    z = torch.topk(x, 1), torch.jit.script(y), jit.trace

    """
    code, title, table = check(capsys, tmp_path, program)
    assert code == 1
    assert title == f"{tmp_path / 'program.py'}: 9 names of torch, 1 not in MiniTorch"
    assert next(iter(table)) == "torch.jit"
    assert table == {
        "torch.jit": ("line 3, 8", "lacks"),
        "torch.compile": ("line 7", names.OTHERWISE["torch.compile"]),
        "torch.topk": ("line 8", names.OTHERWISE["torch.topk"]),
        "torch": ("line 2", "has"),
        "torch.nn": ("line 3", "has"),
        "torch.nn.Linear": ("line 7", "has"),
        "torch.nn.functional": ("line 4", "has"),
        "torch.nn.functional.relu": ("line 6", "has"),
        "torch.ones": ("line 6", "has"),
    }


@pytest.mark.parametrize(
    ("program", "lacking"),
    [
        ("import torch as t; t.nn.init.nothing_", "torch.nn.init.nothing_"),
        ("import torch.nn as layers; layers.Nothing()", "torch.nn.Nothing"),
        ("from torch.utils import data as d; d.Nothing", "torch.utils.data.Nothing"),
        ("from torch.nn import Module as M; M.nothing", "torch.nn.Module.nothing"),
        ("import torch; nn = torch.nn; nn.Nothing", "torch.nn.Nothing"),
        ("import torch\ndef f():\n    return [torch.nothing for _ in 'x']", "torch.nothing"),
        ("def f():\n    import torch.fx as g\n    return g.wrap", "torch.fx"),
        ("import torch\nclass A(torch.nn.Nothing): pass", "torch.nn.Nothing"),
        ("import torch\n@torch.nothing\nasync def f(x: torch.Tensor): pass", "torch.nothing"),
        ("import torch\nf'{torch.nothing}'", "torch.nothing"),
        (
            "from torch.utils.data import *; TensorDataset.nothing",
            "torch.utils.data.TensorDataset.nothing",
        ),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None\ntorch.fx", "torch.fx"),
        ("from torchvision.nothing import x", "torchvision.nothing"),
    ],
)
def test_what_it_sees(capsys, tmp_path, program, lacking):
    pytest.importorskip("PIL")
    code, _, table = check(capsys, tmp_path, program)
    assert code == 1
    assert [name for name, (_, say) in table.items() if say == "lacks"] == [lacking]


@pytest.mark.parametrize(
    "program",
    [
        "import torch\ndef f(torch): return torch.nothing",
        "import torch\nf = lambda torch: torch.nothing",
        "import torch\ndef f():\n    torch = 1\n    return torch.nothing",
        "import torch; torch.zeros(3).nothing; torch.float32.nothing",
        "import torch; torch.nn.Linear(1, 1).nothing",
        "import torch\nimport numpy as torch\ntorch.nothing",
        "import torch.nn.functional as F\nF = x.shape\nF.nothing",
        "import numpy as np; np.storage; np.random.to_sparse_csr",
        "from . import torch; from .torch import nothing; torch.nothing",
        "x.nothing",
    ],
)
def test_what_it_cannot_know(capsys, tmp_path, program):
    code, title, _ = check(capsys, tmp_path, program)
    assert code == 0
    assert title.endswith(", 0 not in MiniTorch")


def test_names_of_tensors_are_said_and_are_no_fault(capsys, tmp_path):
    code, _, table = check(capsys, tmp_path, "x = f(1).to_sparse_csr().values; model.map_()\n")
    assert code == 0
    say = "lacks, if this is a tensor or a module"
    assert table == {".to_sparse_csr": ("line 1", say), ".map_": ("line 1", say)}


def test_a_star_is_said(capsys, tmp_path):
    cli.main(["check", str(write(tmp_path, "a.py", "from torch.nn import *\nLinear; Nothing\n"))])
    out = capsys.readouterr().out
    assert "torch.nn.Linear" in out
    assert "torch.nn is imported with *: names that it lacks cannot be seen." in out


def test_a_notebook(capsys, tmp_path):
    cells = [
        ("markdown", ["# import torch.fx\n"]),
        ("code", ["%matplotlib inline\n", "!pip install torch\n", "import torch\n", "torch?\n"]),
        ("code", ["%%bash\n", "ls | grep torch.fx\n"]),
        ("code", ["%%time\n", "for _ in range(2):\n", "    %time torch.nothing\n", "torch.ones"]),
        ("code", ["x = (7\n", "     % 3\n", "     != 2)"]),
        ("code", "torch.nothing_2"),
    ]
    notebook = {"cells": [{"cell_type": kind, "source": source} for kind, source in cells]}
    code, title, table = check(capsys, tmp_path, json.dumps(notebook), "lesson.ipynb")
    assert code == 1
    assert title.endswith("lesson.ipynb: 3 names of torch, 1 not in MiniTorch")
    assert table == {
        "torch.nothing_2": ("cell 6, line 1", "lacks"),
        "torch": ("cell 2, line 3", "has"),
        "torch.ones": ("cell 4, line 4", "has"),
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", "print 'hello'"),
        ("a.ipynb", "{}"),
        ("a.ipynb", "no JSON"),
        ("a.ipynb", "[]"),
        ("b.py", None),
    ],
)
def test_what_cannot_be_read(capsys, tmp_path, name, content):
    if content:
        write(tmp_path, name, content)
    write(tmp_path, "fine.py", "import torch, torch.fx\n")
    code = cli.main(["check", str(tmp_path / name), str(tmp_path / "fine.py")])
    said = capsys.readouterr()
    assert code == 2
    assert f"{name}: cannot be checked: " in said.err
    assert "fine.py: 2 names of torch, 1 not in MiniTorch" in said.out


def test_many_places_are_cut(capsys, tmp_path):
    _, _, table = check(capsys, tmp_path, "import torch\n" + "torch.ones\n" * 9)
    assert table["torch.ones"][0] == "line 2, 3, 4, …"


def test_a_package_that_is_missing_is_not_a_missing_name(capsys, tmp_path, monkeypatch):
    write(tmp_path, "needs_more.py", "import nothing_of_that_name\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(names.STANDS_FOR, "torchvision", "needs_more")
    program = write(tmp_path, "program.py", "import torchvision.models")
    assert cli.main(["check", str(program)]) == 2
    assert "checked: No module named 'nothing_of_that_name'" in capsys.readouterr().err


def test_minitorch_lacks_the_names_of_tensors_that_it_is_said_to_lack():
    assert not names.LACKING & {*dir(mt.Tensor), *dir(mt.nn.Module)}


@pytest.mark.parametrize("name", names.OTHERWISE)
def test_names_that_do_something_else_exist(name):
    part, thing = names.resolve(name)
    assert part == name
    assert thing is not None


def test_help_keeps_the_names_as_they_are_written(capsys):
    with pytest.raises(SystemExit):
        cli.main(["check", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Read programs, without running them, and say which names MiniTorch has." in said
