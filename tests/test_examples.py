"""The examples run and learn what they should; so do the two programs of the specification."""

from __future__ import annotations

import re
import runpy
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import minitorch as mt
import minitorch.nn as nn
from tests.seed_scripts import MINITORCH_LOOP, MINITORCH_MODEL

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
# Runs of two epochs that take a second at most; the parity tests give them to PyTorch too.
SMALL = {
    "char_gpt.py": "--steps 20 --batch-size 4 --context 16 --width 16",
    "dcgan.py": "--batch-size 512",  # few steps: two networks at play blow up any rounding
    "digits_cnn.py": "--batch-size 64",
    "lstm_language_model.py": "--words 6000 --vocabulary 200 --width 16",
    "reinforce.py": "--games 5",
    "resnet.py": "--images 100 --width 4",
    "sentiment.py": "--reviews 200",
    "vae.py": "",
}


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
    assert names == {"training_loop.py", "migration.py", "two_spirals.py", *SMALL}


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


def figures(name, out):
    """The numbers that stand behind ``name`` in the lines of ``out``."""
    return [float(figure) for figure in re.findall(rf"{name}\s+(-?[\d.]+)", out)]


def test_digits_cnn(run):
    out = run("digits_cnn.py", "--epochs", "2")
    assert figures("accuracy", out)[-1] > 85


def test_char_gpt(run):
    out = run("char_gpt.py", "--epochs", "3", "--steps", "40", "--context", "32", "--width", "32")
    losses = figures("loss", out)
    assert losses[0] > 3 > losses[-1] > 2
    assert len(out.partition("It writes:\n")[2]) == 203 + len("\n")


def test_lstm_language_model(run):
    out = run("lstm_language_model.py", "--epochs", "3", "--words", "20000", "--vocabulary", "300")
    perplexities = figures("perplexity", out)
    assert 300 > perplexities[0] > 1.2 * perplexities[-1]
    written = out.partition("It writes:\n")[2].split()
    assert len(written) == 61
    assert "<unk>" not in written


def test_reinforce(run):
    steps = figures("steps of a game", run("reinforce.py", "--epochs", "15"))
    assert steps[-1] > 2 * steps[0]


def test_resnet(run):
    accuracies = figures("accuracy", run("resnet.py", "--epochs", "3", "--images", "400"))
    assert accuracies[-1] > 40  # one in ten by chance


def test_resnet_reads_the_files_of_cifar10(run, tmp_path):
    random = np.random.default_rng(0)
    for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
        rows = random.integers(0, 256, (30, 3073), dtype=np.uint8)
        rows[:, 0] = np.arange(30) % 2
        rows[::2, 1:1025] = 255  # one of the two classes is red
        rows.tofile(tmp_path / name)
    out = run("resnet.py", "--data", ".", "--epochs", "4", "--width", "4")
    assert figures("accuracy", out)[-1] == 100


def test_sentiment(run):
    out = run("sentiment.py", "--epochs", "8")
    assert figures("accuracy", out)[-1] > 95
    good, bad = out.splitlines()[-2:]
    assert "superb" in good
    assert "awful" in bad


def test_vae(run):
    out = run("vae.py", "--epochs", "10")
    reconstructions = figures("reconstruction", out)
    assert reconstructions[0] - 4 > reconstructions[-1]
    assert out.count("#") > 50


def test_dcgan(run):
    out = run("dcgan.py", "--epochs", "3")
    distances = figures("distance from real", out)
    assert distances[0] > 1.5 * distances[-1]
    assert out.count("#") > 20


@pytest.mark.parametrize("name", SMALL)
def test_a_run_that_is_resumed_goes_on_as_if_never_stopped(run, name):
    small = SMALL[name].split()
    whole = run(name, *small, "--epochs", "2")
    run(name, *small, "--epochs", "1", "--save", "half.pt")
    resumed = run(name, *small, "--epochs", "2", "--resume", "half.pt")
    kept = [line for line in whole.splitlines() if not re.match(r"(epoch|round) +1 ", line)]
    assert resumed.splitlines() == kept
    assert run(name, *small, "--epochs", "2", "--seed", "1") != whole


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("training_loop.py", ["--epochs", "0"], "above 0"),
        ("training_loop.py", ["--lr", "nan"], "above 0"),
        ("training_loop.py", ["--epochs", "many"], "invalid int value: 'many'"),
        ("migration.py", ["--epochs", "-1"], "above 0"),
        ("migration.py", ["--batch-size", "0"], "above 0"),
        ("two_spirals.py", ["--points", "0"], "above 0"),
        ("resnet.py", ["--data", "nowhere"], "there is no file nowhere"),
        ("sentiment.py", ["--reviews", "3"], "above 3"),
        *((name, ["--epochs", "0"], "above 0") for name in SMALL),
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
