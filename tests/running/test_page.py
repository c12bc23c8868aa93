"""The page on running programs shows what its commands print."""

from __future__ import annotations

import re

from tests.running.starting import ROOT, python, write


def test_the_page(tmp_path):
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    examples = re.findall(
        r"`(\w+\.py)`:\n\n```python\n(.*?)```\n\n```console\n\$ minitorch (.*?)\n(.*?)```",
        page,
        re.DOTALL,
    )
    assert len(examples) == page.count("```python") == page.count("```console") == 2
    for name, program, words, said in examples:
        write(tmp_path, name, program)
        done = python(tmp_path, "-m", "minitorch", *words.split())
        assert done.stdout == said
        assert done.stderr == ""
    lacking = re.search(r"`(torch.fx is not in MiniTorch \(.*, line 12\))`", page)
    write(tmp_path, "train.py", "import torch\n" + "\n" * 10 + "torch.fx")
    assert lacking[1] in python(tmp_path, "-m", "minitorch", "run", "train.py").stderr
