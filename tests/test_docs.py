"""What the documents say is so: links lead somewhere, code runs, names exist."""

from __future__ import annotations

import importlib
import re
import textwrap
from pathlib import Path

import pytest

import minitorch as mt

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
# docs/api is written when the site is built.
DOCUMENTS += [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "api"]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document):
    text = document.read_text(encoding="utf-8")
    text = re.sub(r"^(```+).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)  # code has no links
    for target in re.findall(r"\]\(([^)#]+)", text):
        if not target.startswith(("https://", "http://")):
            assert (document.parent / target).exists(), target


def test_readme_code_prints_what_it_says(capsys):
    lesson, chain, *_ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    here = {}
    exec(lesson, here)
    said = capsys.readouterr().out.strip()
    assert said.startswith("tensor(0.")
    assert f"It prints `{said}`." in README
    exec(chain, here)
    assert f"# {capsys.readouterr().out.strip()}\n" in README


def test_readme_quotes_the_source():
    """The three jumps: each block of code is in the file that is named before it."""
    jumps = re.findall(r"\((minitorch/\S+\.py)\)\)\n\n```python\n(.*?)```", README, re.DOTALL)
    assert len(jumps) == 3
    for file, quoted in jumps:
        source = textwrap.dedent((ROOT / file).read_text(encoding="utf-8"))
        lines = [line.strip() for line in source.splitlines()]
        for line in quoted.splitlines():
            assert line.strip() in ("...", *lines), f"{file}: {line}"


@pytest.mark.parametrize(("name", "needs"), [("saving", "safetensors"), ("vision", "PIL")])
def test_code_in_a_page_prints_what_it_says(name, needs, tmp_path, monkeypatch, capsys):
    pytest.importorskip(needs)
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert len(examples) == page.count("```python") > 5
    here = {}
    for program, said in examples:
        exec(program, here)
        assert capsys.readouterr().out == said


def test_names_in_the_readme_exist():
    table = re.findall(r"^\| `mt(\.[\w.]+)?` \| (.*) \|$", README, re.MULTILINE)
    assert len(table) > 8
    for namespace, names in table:
        module = importlib.import_module("minitorch" + namespace)
        names = re.findall(r"`([\w.]+)`", names)
        assert names
        for name in names:
            holder = mt if name.startswith("mt.") else module
            assert hasattr(holder, name.removeprefix("mt.")), f"mt{namespace} has no {name}"


def test_readme_has_the_two_commands():
    assert 'pip install ".[demo]" && minitorch demo\n' in README
    assert 'pip install ".[test]" && pytest\n' in README
