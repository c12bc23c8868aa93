"""The examples print the same with PyTorch, once their imports are changed."""

from __future__ import annotations

import re
import sys

import pytest

torch = pytest.importorskip("torch")

from tests.test_examples import EXAMPLES, SMALL

RUNS = {"training_loop.py": "", "migration.py": "", "two_spirals.py": "--points 50", **SMALL}


@pytest.fixture
def figures(monkeypatch, capsys, tmp_path):
    """The figures in what an example prints with a library, and the words between them."""

    def figures(library, name, *arguments):
        source = EXAMPLES.joinpath(name).read_text(encoding="utf-8")
        # All but the view of the training loop, which is MiniTorch's own.
        ours = r"^(import|from) minitorch\b(?!\.live)"
        source = re.sub(ours, rf"\1 {library}", source, flags=re.MULTILINE)
        monkeypatch.setattr(sys, "argv", [name, *RUNS[name].split(), *arguments])
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(EXAMPLES)
        exec(compile(source, name, "exec"), {"__name__": "__main__"})
        # Pictures and samples come after a line that ends in a colon.
        words = re.split(r"(-?\d+\.\d+)", capsys.readouterr().out.partition(":\n")[0])
        return [float(figure) for figure in words[1::2]], words[::2]

    return figures


def same(ours, theirs):
    """Both printed the same words, and figures that differ by rounding."""
    assert len(ours[0]) > 0
    assert ours[1] == theirs[1]
    assert ours[0] == pytest.approx(theirs[0], rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("name", RUNS)
def test_example(name, figures):
    ours = figures("minitorch", name, "--epochs", "2")
    same(ours, figures("torch", name, "--epochs", "2"))


@pytest.mark.parametrize("name", SMALL)
def test_each_library_goes_on_from_the_others_checkpoint(name, figures):
    for library in "minitorch", "torch":
        figures(library, name, "--epochs", "1", "--save", f"{library}.pt")
    ours = figures("minitorch", name, "--epochs", "2", "--resume", "torch.pt")
    same(ours, figures("torch", name, "--epochs", "2", "--resume", "minitorch.pt"))
