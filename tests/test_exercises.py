"""The exercises can be solved, are not solved already, and their answers stay where they belong."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = ROOT / "exercises"
CHAPTERS = sorted(file.stem for file in EXERCISES.glob("ch[0-9]*.py"))


@functools.cache
def outcomes(report: Path, *options: str) -> tuple[dict[str, bool], list[str]]:
    """Each test of the exercises, and whether it passed; and the lines that were printed."""
    # No doctests here: the files under test are the learner's own, and so are examples in them.
    arguments = ["-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider", "-q"]
    run = [sys.executable, "-m", "pytest", "exercises", f"--junitxml={report}", *arguments]
    ran = subprocess.run([*run, *options], cwd=ROOT, capture_output=True, text=True)
    assert report.exists(), ran.stdout + ran.stderr
    cases = ElementTree.parse(report).iter("testcase")
    passed = {f"{case.get('classname')}::{case.get('name')}": len(case) == 0 for case in cases}
    return passed, ran.stdout.splitlines()


@pytest.fixture(scope="module")
def untouched_run(tmp_path_factory):
    return outcomes(tmp_path_factory.mktemp("untouched") / "report.xml")


@pytest.fixture(scope="module")
def solved_run(tmp_path_factory):
    return outcomes(tmp_path_factory.mktemp("solved") / "report.xml", "--solutions")


@pytest.fixture
def untouched(untouched_run):
    return untouched_run[0]


@pytest.fixture
def solved(solved_run):
    return solved_run[0]


def functions(file: Path) -> dict[str, str]:
    """The functions and classes of a file, without names, docstrings and line numbers."""
    found = {}
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            found[node.name] = "\n".join(map(ast.dump, body))
    return found


def shown(chapter: str) -> list[str]:
    """The names that the chapter's page shows of the file with the solutions."""
    (page,) = (ROOT / "docs" / "chapters").glob(f"{chapter.removeprefix('ch')}-*.md")
    quote = rf"solutions/{chapter}\.py\n(?::\w[^\n]*\n)*?:pyobject: (\w+)"
    return re.findall(quote, page.read_text(encoding="utf-8"))


def test_the_tests_pass_on_the_solutions(solved):
    assert len(solved) >= 3 * len(CHAPTERS) > 0
    assert [test for test, passed in solved.items() if not passed] == []


def test_every_test_fails_on_the_untouched_files(untouched, solved):
    assert untouched.keys() == solved.keys()
    assert [test for test, passed in untouched.items() if passed] == []


def test_each_exercise_has_a_line(untouched_run, solved_run):
    for (_, printed), states in [
        (untouched_run, {"1.1  not written yet", "1.2  0 of 2 tests pass"}),
        (solved_run, {"1.1  done", "1.2  done"}),
    ]:
        assert states <= set(printed)
        # They come last, below pytest's list of what failed.
        last = printed[max(i for i, line in enumerate(printed) if line.startswith("===")) :]
        assert states <= set(last)


def test_what_is_not_written_has_no_traceback(untouched_run):
    assert "not written yet: exercise 1.1: log" in untouched_run[1]
    assert not any("raise NotImplementedError" in line for line in untouched_run[1])


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_its_files(chapter):
    assert (EXERCISES / f"test_{chapter}.py").exists()
    assert (EXERCISES / "solutions" / f"{chapter}.py").exists()
    assert len(shown(chapter)) >= 3


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_learners_file_has_a_solution(chapter):
    given = functions(EXERCISES / f"{chapter}.py")
    answers = functions(EXERCISES / "solutions" / f"{chapter}.py")
    for name in shown(chapter):
        assert name in given
        assert answers[name] not in given.values(), name


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_tests_do_not_read_the_solutions(chapter):
    assert "solutions" not in (EXERCISES / f"test_{chapter}.py").read_text(encoding="utf-8")
