"""The code in the page on traces prints what the page says."""

from __future__ import annotations

import linecache
import re
from pathlib import Path

import minitorch as mt

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trace.md"


def test_the_code_prints_what_it_says(capsys):
    page = PAGE.read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    assert len(examples) == page.count("```python") == 3
    mt.manual_seed(0)
    here = {}
    for number, (program, said) in enumerate(examples):
        name = f"<example {number}>"  # known to linecache, so that a trace finds its lines
        linecache.cache[name] = (len(program), None, program.splitlines(True), name)
        exec(compile(program, name, "exec"), here)
        assert capsys.readouterr().out == said
