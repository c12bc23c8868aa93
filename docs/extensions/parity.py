"""Makes the table of names: which tests look at a name, as read from the tests themselves.

What the tests are parametrized with is taken from their modules, not from a copy of it. Which files
name something is read from their code: attributes, and strings that are names, as in
``getattr(lib, "exp")`` and in tables.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from reference import PAGES, ROOT, Place, Reference, original, page_of

from tests.test_every_public_name import ELSEWHERE

TESTS = ROOT / "tests"
BOTH_LIBRARIES = ("parity/test_*.py", "lines/*.txt", "programs/*.txt")
STAND_IN = ("cuda/test_*.py",)
HOW_FAR = ("value", "gradient", "second")  # on the stand-in
# A string that is names or a line of a program, and no sentence.
LINE = re.compile(r"^[\w.\s]+$|torch\.|\(")
WITHOUT_TORCH = ("**/*.py", "lines/*.txt", "programs/*.txt")


class Row(NamedTuple):
    """What is known of a name."""

    name: str
    beside: list[str]  # the files that name it and run on both libraries
    gradient: str
    second: str
    alone: list[str]  # the files that name it and need no torch
    stand_in: str
    example: bool


# What the tests run -----------------------------------------------------------------------------


def cases(module: str, test: str) -> list[tuple[Any, ...]]:
    """The values that a test is parametrized with."""
    function = getattr(importlib.import_module(f"tests.{module}"), test)
    (mark,) = [mark for mark in function.pytestmark if mark.name == "parametrize"]
    return [getattr(value, "values", value) for value in mark.args[1]]


def functions(module: str, test: str) -> set[Any]:
    """The functions that a test calls, one for each of its cases."""
    return {original(case[0]) for case in cases(module, test)}


@cache
def words(file: Path) -> frozenset[str]:
    """The attributes in the code of a file, and the names in its strings."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        return frozenset(re.findall(r"\w+", text))
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.ImportFrom):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and LINE.search(str(node.value)):
            found.update(re.findall(r"\w+", str(node.value)))
    return frozenset(found)


@cache
def naming(name: str, patterns: tuple[str, ...]) -> list[str]:
    """The files below tests/ that match one of the patterns and name something."""
    files = (file for pattern in patterns for file in sorted(TESTS.glob(pattern)))
    return [file.relative_to(TESTS).as_posix() for file in files if name in words(file)]


# The table --------------------------------------------------------------------------------------


class Table:
    """The rows of all places."""

    def __init__(self) -> None:
        self.reference = Reference()
        self.differentiable = functions("ops.test_gradients", "test_derivatives")
        self.plain = functions("ops.test_plain_values", "test_values")
        self.in_place = functions("ops.test_in_place", "test_as_out_of_place")
        self.on_gpu = functions("cuda.test_operations", "test_as_on_the_cpu")
        self.in_place_on_gpu = functions("cuda.test_operations", "test_in_place")
        self.layers = {case[0] for case in cases("cuda.test_layers", "test_as_on_the_cpu")}
        self.elsewhere = {n: file for file, names in ELSEWHERE.items() for n in names.split()}

    def rows(self, place: Place) -> Iterator[Row]:
        """A row for each name that is described in this place."""
        for name, value in self.reference.names[place].items():
            if self.reference.home[original(value)][0] == f"{place.name}.{name}":
                yield self.row(place, name, value)

    def row(self, place: Place, name: str, value: Any) -> Row:
        function = original(value)
        gradient = second = table = ""
        if function in self.differentiable:
            gradient = second = "checked"
            table = "ops/test_gradients.py"
        elif function in self.plain:
            gradient = second = "none"
            table = "ops/test_plain_values.py"
        elif function in self.in_place:
            gradient = "in place"
            table = "ops/test_in_place.py"
        alone = [
            file
            for file in naming(name, WITHOUT_TORCH)
            if not file.startswith(("parity/", "cuda/", "standin/", "running/scripts/"))
        ]
        first = table or self.elsewhere.get(name, "")
        if first:
            alone = [first, *(file for file in alone if file != first)]
        return Row(
            f"{place.name}.{name}",
            naming(name, BOTH_LIBRARIES),
            gradient,
            second,
            alone,
            self.stand_in(place, name, function),
            ">>>" in (inspect.getdoc(value) or ""),
        )

    def stand_in(self, place: Place, name: str, function: Any) -> str:
        if function in self.on_gpu:
            return "second" if function in self.differentiable else "value"
        if function in self.in_place_on_gpu or (place.module == "nn" and name in self.layers):
            return "gradient"
        return "named" if naming(name, STAND_IN) else ""


def files(names: list[str]) -> str:
    """The first file, and how many more; all of them when pointed at."""
    if not names:
        return ""
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    first = Path(names[0]).stem
    return f'<span title="{escape(", ".join(names))}">{escape(first)}{more}</span>'


def html(place: Place, rows: list[Row]) -> str:
    """The rows of a place as a table."""
    heads = (
        "name",
        "beside PyTorch",
        "gradient",
        "second",
        "without PyTorch",
        "stand-in GPU",
        "example",
    )
    out = ["<div class='table-wrapper'><table class='names'><thead><tr>"]
    out += [f"<th>{head}</th>" for head in heads] + ["</tr></thead><tbody>"]
    for row in rows:
        short = row.name.removeprefix(f"{place.name}.")
        link = f"<a href='api/{page_of(place)}.html#{row.name}'><code>{short}</code></a>"
        cells = (link, files(row.beside), row.gradient, row.second, files(row.alone), row.stand_in)
        out.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells))
        out.append(f"<td>{'ran' if row.example else ''}</td></tr>")
    return "\n".join([*out, "</tbody></table></div>"])


def counts(rows: list[Row]) -> str:
    """How many names have what."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen["named by a test that runs on both libraries"] += bool(row.beside)
        seen["gradient and second gradient checked numerically"] += row.gradient == "checked"
        seen["no gradient exists, and a test says so"] += row.gradient == "none"
        seen["in-place form, compared with the form that is not"] += row.gradient == "in place"
        seen["named by a test that needs no PyTorch"] += bool(row.alone)
        seen["computed on the stand-in and compared with the CPU"] += row.stand_in in HOW_FAR
        seen["with an example of its own that ran"] += row.example
    lines = [f"| {what} | {number:,} |" for what, number in seen.items()]
    return "\n".join([f"| {len(rows):,} names | |", "| --- | ---: |", *lines])


def tables() -> str:
    """All tables, as Markdown."""
    table = Table()
    every = {place: list(table.rows(place)) for place in PAGES}
    out = [counts([row for rows in every.values() for row in rows])]
    for place, rows in every.items():
        if rows:
            out.append(f"## `{place.name}`: {place.title}\n\n{html(place, rows)}")
    return "\n\n".join(out)


def setup(app: Any) -> dict[str, Any]:
    """The tables take their place in the page when it is read."""

    def read(app: Any, page: str, source: list[str]) -> None:
        if page == "parity":
            source[0] = source[0].replace("<!-- the tables -->", tables())

    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
