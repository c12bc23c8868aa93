"""The page on looking inside prints what it says."""

from __future__ import annotations

import linecache
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "looking-inside.md"


def test_code_in_the_page_prints_what_it_says(capsys, monkeypatch):
    page = PAGE.read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert len(examples) == page.count("```python") > 5
    here = {}
    for program, said in examples:
        lines = (len(program), None, program.splitlines(keepends=True), "lesson.py")
        monkeypatch.setitem(linecache.cache, "lesson.py", lines)  # so that tracebacks find them
        exec(compile(program, "lesson.py", "exec"), here)
        assert capsys.readouterr().out == said
