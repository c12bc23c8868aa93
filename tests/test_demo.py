"""``minitorch demo``: it learns, leaves a picture, and says clearly what is wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import minitorch as mt
from minitorch import cli
from minitorch.demo import digits, picture

ROOT = Path(__file__).resolve().parents[1]
PNG = b"\x89PNG\r\n"


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused(capsys, *arguments):
    """The exit code of a command that goes wrong, and what it says."""
    with pytest.raises(SystemExit) as exit_:
        cli.main(arguments)
    return exit_.value.code, capsys.readouterr().err


@pytest.mark.slow
def test_demo_reads_digits(tmp_path):
    """The whole command, as a user runs it."""
    command = [sys.executable, "-m", "minitorch", "demo"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    accuracy, right, all_ = re.fullmatch(
        r"Held-out accuracy: (\S+)% \((\d+) of (\d+) digits\)", lines[-1]
    ).groups()
    assert int(all_) == 1797 // 5
    assert float(accuracy) == pytest.approx(100 * int(right) / int(all_), abs=0.01)
    assert float(accuracy) >= 97
    assert lines[-2] == f"Picture: {tmp_path / 'minitorch-demo.png'}"
    assert (tmp_path / "minitorch-demo.png").read_bytes().startswith(PNG)
    assert [path.name for path in tmp_path.iterdir()] == ["minitorch-demo.png"]
    assert sum(line.startswith("epoch ") for line in lines) == 30
    # The progress bars go to the other stream, with the loss and the accuracy so far.
    assert re.search(r"epoch 30/30: .*23.*loss [\d.]+ [▁-█]+, accuracy [\d.]+", done.stderr)


def test_the_same_seed_gives_the_same_run(capsys):
    said = []
    for seed in ("3", "3", "4"):
        assert cli.main(["demo", "--epochs", "1", "--seed", seed]) == 0
        out = capsys.readouterr().out
        said.append([line for line in out.splitlines() if not line.startswith("Trained in")])
    assert said[0] == said[1] != said[2]


def test_options_reach_the_training(capsys, tmp_path):
    file = tmp_path / "folder" / "picture.svg"
    file.parent.mkdir()
    file.write_text("what was there before")
    arguments = ["--epochs", "2", "--batch-size", "5000", "--lr", "1e-30", "--out", str(file)]
    assert cli.main(["demo", *arguments]) == 0
    out = capsys.readouterr().out
    # One batch an epoch and a learning rate of nothing: dropout apart, nothing changes.
    losses = [float(loss) for loss in re.findall(r"epoch ./2  loss (\S+),", out)]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
    assert losses[0] > 2
    assert "<svg" in file.read_text(encoding="utf-8")


def test_training_does_not_see_the_held_out_digits():
    mt.manual_seed(0)
    x, y, held_out_x, held_out_y = digits.load("cpu")
    assert x.shape == (1438, 1, 8, 8)
    assert held_out_x.shape == (359, 1, 8, 8)
    assert len(y) == 1438
    assert len(held_out_y) == 359
    assert (x.min().item(), x.max().item()) == (0, 1)
    whole = digits.load_digits()
    together = sorted(mt.cat([x, held_out_x]).mul(16).reshape(-1, 64).tolist())
    assert together == sorted(whole.data.tolist())
    batches = digits.shuffled(x, y, 64)
    assert [len(labels) for _, labels in batches] == [64] * 22 + [30]
    images = mt.cat([images for images, _ in batches])
    assert sorted(images.reshape(-1, 64).tolist()) == sorted(x.reshape(-1, 64).tolist())
    assert not mt.equal(images, x)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "-1"], "argument --seed: '-1' is not a whole number from 0 to 2**64 - 1"),
        (["--seed", str(2**64)], "is not a whole number from 0"),
        (["--epochs", "0"], "argument --epochs: '0' is not a whole number above 0"),
        (["--epochs", "2.5"], "argument --epochs: '2.5' is not a whole number above 0"),
        (["--batch-size", "none"], "argument --batch-size: 'none' is not a whole number"),
        (["--lr", "nan"], "argument --lr: 'nan' is not a finite number above 0"),
        (["--lr", "inf"], "argument --lr: 'inf' is not a finite number above 0"),
        (["--lr", "-1"], "argument --lr: '-1' is not a finite number above 0"),
        (["--device", "gpu"], "argument --device: Expected one of cpu, cuda"),
        (["--out", "picture"], "argument --out: 'picture' should end in one of .jpg, .pdf, .png"),
        (["--out", "no/a.png"], "argument --out: there is no folder 'no'"),
        (["--out", "folder.png"], "argument --out: 'folder.png' is there already and is not"),
        (["--out", "x" * 300 + ".png"], "argument --out: "),  # too long for a file's name
        (["--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_wrong_arguments_are_refused(capsys, tmp_path, arguments, words):
    (tmp_path / "folder.png").mkdir()
    code, said = refused(capsys, "demo", *arguments)
    assert code == 2
    assert words in said
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there(capsys):
    code, said = refused(capsys, "demo", "--device", "cuda")
    assert code == 2
    assert "argument --device: Torch not compiled with CUDA enabled" in said
    assert "CuPy" in said


@pytest.mark.parametrize("name", ["matplotlib", "sklearn", "threadpoolctl", "tqdm"])
def test_a_missing_package_names_the_extra(capsys, monkeypatch, name):
    for module in list(sys.modules):
        if module.split(".")[0] == name or module.startswith(("minitorch.demo", "minitorch.live")):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delattr(mt, "demo")
    code, said = refused(capsys, "demo")
    assert code == 1
    assert f"needs {name.replace('sklearn', 'scikit-learn')}" in said
    assert 'pip install "minitorch-learn[demo]"' in said
    assert 'pip install ".[demo]"' in said


def test_a_module_that_is_missing_for_another_reason_is_not_blamed_on_the_extra(monkeypatch):
    for module in list(sys.modules):
        if module.startswith("minitorch.demo"):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "minitorch.demo", None)
    monkeypatch.delattr(mt, "demo")
    with pytest.raises(ModuleNotFoundError):
        cli.main(["demo"])


def test_a_loss_that_explodes_is_said(capsys, tmp_path):
    code, said = refused(capsys, "demo", "--epochs", "3", "--lr", "1e30")
    assert code == 1
    assert "the loss is no longer a finite number: try a smaller --lr" in said
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_picture(capsys, monkeypatch, tmp_path):
    file = tmp_path / "a.png"
    file.write_text("old")
    picture.check(file)

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(picture, "check", lambda out: None)
    monkeypatch.setattr(Path, "write_bytes", full)
    code, said = refused(capsys, "demo", "--epochs", "1", "--out", str(file))
    assert code == 1
    assert f"minitorch demo: cannot write '{file}': No space left on device" in said
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_interrupted_write_leaves_nothing(monkeypatch, tmp_path):
    def interrupt(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        picture.write(tmp_path / "a.png", b"picture")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_ctrl_c(tmp_path):
    program = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it
from minitorch.cli import main
sys.exit(main(["demo", "--epochs", "100000"]))
"""
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    with child:
        for line in child.stdout:
            if line.startswith("epoch"):
                break
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert said.rstrip().endswith("Interrupted.")
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_version(capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"minitorch {mt.__version__}\n"


def test_a_command_is_needed(capsys):
    code, said = refused(capsys)
    assert code == 2
    assert "the following arguments are required: COMMAND" in said


def test_python_dash_m():
    done = subprocess.run(
        [sys.executable, "-m", "minitorch", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "demo" in done.stdout
