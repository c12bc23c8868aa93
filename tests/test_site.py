"""The documentation's tables name what there is. The pages themselves are built by .ci/run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def test_where_this_lives_names_files_and_names_that_exist():
    page = (DOCS / "where-this-lives.md").read_text(encoding="utf-8")
    sources = re.findall(r"\{source\}`([^`:]+)(?::(\w+))?`", page)
    assert len(sources) > 50
    for file, name in sources:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(rf"^(def|class) {name}", text, re.MULTILINE) or not name, f"{file}: {name}"


def test_every_page_is_in_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    lists = re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
    listed = {line.strip() for text in lists for line in text.splitlines()}
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    assert pages <= listed
    assert "chapters/*" in listed


@pytest.fixture
def extensions(monkeypatch):
    monkeypatch.syspath_prepend(DOCS / "extensions")


def test_a_docstring_becomes_markdown(extensions):
    from reference import markdown

    text = "The sum ``a * b`` of a_i*b_i,\nsee https://x.org/a_b.\n\n"
    text += ">>> import minitorch as mt\n>>> mt.ones(2)\ntensor([1., 1.])\n\n- one\n- two"
    assert markdown(text) == (
        "The sum ``a * b`` of a\\_i\\*b\\_i, see <https://x.org/a_b>.\n\n"
        "```pycon\n>>> mt.ones(2)\ntensor([1., 1.])\n```\n\n- one\n- two"
    )


def test_the_table_of_tests_says_what_the_tests_do(extensions):
    from parity import PAGES, Table

    table = Table()
    functions, methods, nn, *_ = ({row.name: row for row in table.rows(p)} for p in PAGES)
    row = functions["mt.exp"]
    assert (row.gradient, row.second, row.stand_in) == ("checked", "checked", "second")
    assert row.example
    assert "parity/test_pointwise.py" in row.beside
    assert row.alone[0] == "ops/test_gradients.py"
    assert (functions["mt.eq"].gradient, functions["mt.eq"].stand_in) == ("none", "value")
    assert functions["mt.exp_"].gradient == "in place"
    assert functions["mt.save"].alone[0] == "serialization/test_saving.py"
    assert methods["mt.Tensor.backward"].gradient == ""
    assert nn["mt.nn.Conv2d"].stand_in == "gradient"


def test_a_name_is_described_once(extensions):
    from parity import PAGES
    from reference import Reference

    reference = Reference()
    described = [f"{place.name}.{n}" for place in PAGES for n in names_in(reference, place)]
    assert len(described) == len(set(described)) > 1000
    assert {"mt.exp", "mt.nn.Conv2d", "mt.Tensor.backward"} < set(described)
    assert not {"mt.Tensor.exp", "mt.nn.functional.conv2d", "mt.exp_"} & set(described)


def names_in(reference, place):
    return [name for names in reference.sections(place).values() for name in names]
