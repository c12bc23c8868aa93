"""`Live`: the view of a training loop, in a terminal, in a notebook and in neither."""

from __future__ import annotations

import io
import math
import runpy
import sys
import types
import xml.etree.ElementTree as ElementTree

import pytest

import minitorch as mt
from minitorch import live


def terminal(monkeypatch):
    """A terminal in the place of standard error (no fixture: pytest takes that over after it)."""
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(live, "PAUSE", 0)
    return screen


def test_a_line_of_a_terminal(monkeypatch):
    screen = terminal(monkeypatch)
    view = mt.Live()
    loader = [(mt.zeros(4, 2), mt.zeros(4))] * 3
    for step, (x, _) in enumerate(view(loader, "epoch 1")):
        assert x.shape == (4, 2)
        view.log(loss=mt.tensor(3.0 - step), accuracy=step / 2)
    lines = screen.getvalue().split("\r")
    last = next(line for line in reversed(lines) if "3/3" in line)
    assert "epoch 1: 100%" in last
    assert "loss 1.0000 █▅▁, accuracy 1.0000" in last
    assert "samples/s" in last
    assert view.history == {"loss": [3.0, 2.0, 1.0], "accuracy": [0.0, 0.5, 1.0]}


def test_the_history_goes_on_in_the_next_pass():
    view = mt.Live()
    for epoch in range(2):
        for number in view(range(2), f"epoch {epoch}"):
            view.log(loss=number)
    assert view.history["loss"] == [0, 1, 0, 1]


def test_what_is_no_number_leaves_no_trace():
    view = mt.Live()
    with pytest.raises(ValueError):
        view.log(loss="low")
    assert view.history == {}


def test_a_loss_is_logged_without_a_warning():
    view = mt.Live()
    view.log(loss=mt.tensor(2.0, requires_grad=True) * 3)
    assert view.history == {"loss": [6.0]}


def test_an_iterator_without_a_length(capsys):
    view = mt.Live()
    for number in view(iter([1.0, 2.0])):
        view.log(loss=number)
        view.write(f"step {number}")
    captured = capsys.readouterr()
    assert captured.out == "step 1.0\nstep 2.0\n"
    assert "2it" in captured.err


def test_lines_are_written_above_the_progress(monkeypatch, capsys):
    screen = terminal(monkeypatch)
    view = mt.Live()
    for _ in view([1], "a pass"):
        view.write("above")
    view.write("after")
    assert capsys.readouterr().out == "above\nafter\n"
    assert "a pass" in screen.getvalue()


def test_the_line_is_closed_after_an_error(monkeypatch):
    screen = terminal(monkeypatch)
    view = mt.Live()
    with pytest.raises(ZeroDivisionError):
        for number in view([1, 0]):
            1 / number
    assert view._screen is None
    assert screen.getvalue().endswith(" \r")  # the line is wiped


def test_a_panel_of_a_notebook(monkeypatch):
    shown = []
    handle = types.SimpleNamespace(update=shown.append)
    notebook = types.ModuleType("IPython")
    notebook.get_ipython = lambda: types.SimpleNamespace(kernel=None)
    parts = types.ModuleType("IPython.display")
    parts.HTML = str
    parts.display = lambda page, display_id: shown.append(page) or handle
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.setitem(sys.modules, "IPython.display", parts)
    monkeypatch.setattr(live, "PAUSE", 0)
    view = mt.Live()
    for number in view([4.0, 2.0, 1.0], "epoch <1>"):
        view.log(loss=number)
    assert len(shown) == 4  # one for each step, and the end
    page = ElementTree.fromstring(shown[-1])
    text = "".join(page.itertext())
    assert "epoch <1>" in text
    assert "3 of 3 · loss 1.0000" in text
    assert "loss: 1.0000 to 4.0000 in 3 steps" in text
    assert page.find(".//path").get("d").startswith("M0.0 2.0L")
    assert page.find(".//progress").get("max") == "3"
    assert "samples" not in text  # each item is one


def test_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ModuleNotFoundError, match=r"mt\.Live needs with: pip install tqdm"):
        runpy.run_path(live.__file__)


def test_a_terminal_of_ipython_is_no_notebook(monkeypatch):
    shell = types.ModuleType("IPython")
    shell.get_ipython = lambda: None
    monkeypatch.setitem(sys.modules, "IPython", shell)
    assert not live.in_notebook()


@pytest.mark.parametrize(
    ("item", "samples"),
    [
        (mt.zeros(5, 2), 5),
        ([mt.zeros(3), mt.zeros(3)], 3),
        ((mt.tensor(1.0), 2), 1),
        ({"x": 1, "y": 2}, 2),
        (7, 1),
        ((), 0),
    ],
)
def test_samples(item, samples):
    assert live.samples_in(item) == samples


def test_curve():
    assert live.curve([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert live.curve([5.0, 5.0]) == "▁▁"
    assert live.curve([1.0, math.nan, math.inf, 0.0]) == "█!!▁"
    assert live.curve([math.inf]) == "!"
    assert live.curve([]) == ""
    assert live.curve([0.0] * 50 + [1.0] * 50, width=2) == "▁█"
    assert live.curve([1, 1, 3, 3, 2, 2], width=3) == "▁█▅"


def test_the_picture_has_a_gap_where_there_is_no_number():
    path = live.drawing("loss", [1.0, math.nan, 0.0, 1.0])
    assert path.count("M") == 2
    assert path.count("L") == 1
    assert "nan" in live.drawing("loss", [math.nan])


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.25, "0.2500"), (0.0, "0.0000"), (1.5e-7, "1.5e-07"), (2.5e9, "2.5e+09"), (-3.0, "-3.0000")],
)
def test_number(value, text):
    assert live.number(value) == text
