"""The examples run and learn what they should; so do the two programs of the specification."""

from __future__ import annotations

import re
import runpy
import sys
import textwrap
from pathlib import Path

import pytest

import minitorch as mt
import minitorch.nn as nn
from tests.seed_scripts import MINITORCH_LOOP, MINITORCH_MODEL

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run an example as from the command line; what it prints."""

    def run(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        monkeypatch.chdir(tmp_path)
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr().out

    return run


def test_every_example_is_tested_here():
    names = {file.name for file in EXAMPLES.glob("*.py")}
    assert names == {"training_loop.py", "migration.py", "two_spirals.py"}


def test_training_loop(run):
    out = run("training_loop.py", "--epochs", "60")
    losses = [float(loss) for loss in re.findall(r"loss (\S+)", out)]
    assert losses[0] > 1 > 0.1 > losses[-1]
    assert run("training_loop.py", "--epochs", "60") == out
    assert run("training_loop.py", "--epochs", "60", "--seed", "1") != out


def test_migration(run):
    out = run("migration.py", "--epochs", "2")
    assert float(re.search(r"accuracy: (\S+)%", out).group(1)) > 85


def test_two_spirals(run, tmp_path):
    out = run("two_spirals.py", "--epochs", "400", "--points", "50", "--picture", "spirals.png")
    right, points = map(int, re.search(r"(\d+) of (\d+) points", out).groups())
    assert points == 100
    assert right > 90
    assert (tmp_path / "spirals.png").read_bytes().startswith(b"\x89PNG")
    assert out.splitlines()[-1] == f"Picture: {tmp_path / 'spirals.png'}"


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("training_loop.py", ["--epochs", "0"], "above 0"),
        ("training_loop.py", ["--lr", "nan"], "above 0"),
        ("training_loop.py", ["--epochs", "many"], "invalid int value: 'many'"),
        ("migration.py", ["--epochs", "-1"], "above 0"),
        ("migration.py", ["--batch-size", "0"], "above 0"),
        ("two_spirals.py", ["--points", "0"], "above 0"),
        ("two_spirals.py", ["--picture", "nowhere/a.png"], "there is no folder nowhere"),
    ],
)
def test_wrong_arguments_are_refused(run, capsys, name, arguments, words):
    with pytest.raises(SystemExit) as exit_:
        run(name, *arguments)
    assert exit_.value.code == 2
    assert words in capsys.readouterr().err


def test_the_training_loop_of_the_specification():
    mt.manual_seed(0)
    x = mt.randn(32, 10)
    y = x.sum(dim=1, keepdim=True)
    here = {"mt": mt, "nn": nn, "x": x, "y": y}
    exec(textwrap.dedent(MINITORCH_LOOP), here)
    untrained = nn.MSELoss()(here["model"](x) * 0, y)
    assert here["loss"].item() < untrained.item() / 2


def test_the_migration_example_of_the_specification():
    mt.manual_seed(0)
    here = {}
    exec(textwrap.dedent(MINITORCH_MODEL), here)
    x, y = mt.rand(16, 784), mt.arange(16) % 10
    losses = []
    for _ in range(30):
        here["optimizer"].zero_grad()
        loss = here["criterion"](here["model"](x), y)
        loss.backward()
        here["optimizer"].step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 4
