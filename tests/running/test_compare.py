"""``minitorch compare``: two outputs side by side. Here a file ``torch.py`` stands for PyTorch."""

from __future__ import annotations

import pytest

from minitorch import cli
from minitorch.running.compare import same
from tests.running.starting import ROOT, write

PROGRAM = """
import sys, torch
torch.manual_seed(0)
print("begin", *sys.argv[1:])
{}
"""
TORCH = """
manual_seed = print
__version__ = "theirs"
def ones(n):
    return "tensor([1.0000, 1.00002])"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)  # for find_spec
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("COLUMNS", "80")
    write(tmp_path, "torch.py", TORCH.replace("print", "lambda seed: None"))


def compare(capfd, tmp_path, lines, *words):
    write(tmp_path, "program.py", PROGRAM.format(lines))
    code = cli.main(["compare", *words, "program.py", "--x", "1"])
    return code, *capfd.readouterr()


def test_equal_but_for_rounding(capfd, tmp_path):
    code, out, _ = compare(capfd, tmp_path, "print(str(torch.ones(2)).replace('1.,', '1.0,'))")
    assert code == 0
    assert out.splitlines() == [
        "line    MiniTorch                            PyTorch",
        "   1    begin --x 1                          begin --x 1",
        "   2 ~  tensor([1.0, 1.])                    tensor([1.0000, 1.00002])",
        "2 lines, no difference (rtol=0.0001, atol=1e-06).",
    ]
    code, out, _ = compare(capfd, tmp_path, "print(torch.ones(2))", "--rtol", "1e-6")
    assert code == 1
    assert out.splitlines()[2:] == [
        "   2 >  tensor([1., 1.])                     tensor([1.0000, 1.00002])",
        "     ^  the first difference: the numbers differ by up to 2.0e-05 of their size",
        "1 of 2 lines differ, first line 2.",
    ]


def test_the_first_difference_is_marked(capfd, tmp_path):
    lines = "print(torch.__version__); print(3)\nif torch.__version__ != 'theirs': print('x' * 50)"
    code, out, _ = compare(capfd, tmp_path, lines)
    assert code == 1
    assert out.splitlines()[3:] == [
        "     ^  the first difference",
        "   3    3                                    3",
        f"   4 !  {'x' * 34}…  (nothing)",
        "2 of 4 lines differ, first line 2.",
    ]


def test_exit_codes_are_compared(capfd, tmp_path):
    code, out, err = compare(capfd, tmp_path, "sys.exit(4 * (torch.__version__ == 'theirs'))")
    assert code == 1
    assert out.splitlines()[-1] == "The exit codes differ: 0 and 4."
    assert "PyTorch: exit code 4" in err


def test_without_pytorch(capfd, monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, out, err = compare(capfd, tmp_path, "")
    assert (code, out) == (2, "")
    assert err == "minitorch compare needs PyTorch, which is not installed here.\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "equal"),
    [
        ("loss 0.50001", "loss 0.5", True),
        ("loss 0.501", "loss 0.5", False),
        ("1e-9", "0.0", True),
        ("epoch 3", "epoch 4", False),
        ("[1, 2]", "[1., 2.]", True),
        ("tensor([ 1.0])", "tensor([1.0])", True),
        ("a   b", "a b", True),
        ("nan inf -inf", "nan inf -inf", True),
        ("nan", "1.0", False),
        ("inf", "-inf", False),
        ("infinite", "infinite", True),
        ("one 1", "two 1", False),
        ("1 2", "1", False),
        ("1", None, False),
        ("3.0e-05", "3.00001e-5", True),
    ],
)
def test_same(ours, theirs, equal):
    assert same(ours, theirs, rtol=1e-4, atol=1e-6) is equal
    assert same(theirs, ours, rtol=1e-4, atol=1e-6) is equal


def test_not_a_number_is_told_as_a_difference(capfd, tmp_path):
    lines = "print(float('nan') if torch.__version__ == 'theirs' else 1.0)"
    code, out, _ = compare(capfd, tmp_path, lines)
    assert code == 1
    assert "     ^  the first difference\n" in out
