"""A page for each file of MiniTorch, ``source/minitorch/tensor.py.html``, each line with an anchor.

In a page ``{source}`minitorch/tensor.py``` links to it; a name after a colon,
``{source}`minitorch/autograd/engine.py:run_node```, to its line.
"""

from __future__ import annotations

import ast
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

ROOT = Path(__file__).resolve().parents[2]


STYLES = ("default", "github-dark")  # light and dark
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<link rel="stylesheet" href="{up}_static/source-colours.css">
<link rel="stylesheet" href="{up}_static/source.css">
</head>
<body>
<p><a href="{up}index.html">MiniTorch</a> / <b>{name}</b></p>
{code}
</body>
</html>
"""


def write(app: Any, exception: Exception | None) -> None:
    """The pages; without the frame of the others, which would take most of the build's time."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    formatter = HtmlFormatter(linenos="inline", linespans="line", anchorlinenos=True)
    for file in sorted((ROOT / "minitorch").rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        code = highlight(file.read_text(encoding="utf-8"), PythonLexer(), formatter)
        page = out / "source" / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * (name.count("/") + 1)
        page.write_text(PAGE.format(name=escape(name), code=code, up=up), encoding="utf-8")
    light, dark = (HtmlFormatter(style=style).get_style_defs() for style in STYLES)
    colours = f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    (out / "_static" / "source-colours.css").write_text(colours, encoding="utf-8")


@cache
def lines(file: str) -> dict[str, int]:
    """The line of each function and class of a file, and of ``Class.method``."""
    found = {}
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node.lineno
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    found[f"{node.name}.{inner.name}"] = inner.lineno
    return found


def source(
    role: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any, **__: Any
) -> tuple[list[nodes.Node], list[Any]]:
    """The role ``source``: a link to a file, or to a name in it. Both must exist."""
    file, _, name = text.partition(":")
    env = inliner.document.settings.env
    if not (ROOT / file).exists() or (name and name not in lines(file)):
        message = inliner.reporter.error(f"no such source: {text}", line=lineno)
        return [inliner.problematic(rawtext, rawtext, message)], [message]
    up = "../" * env.docname.count("/")
    anchor = f"#line-{lines(file)[name]}" if name else ""
    link = nodes.reference("", "", refuri=f"{up}source/{file}.html{anchor}")
    link += nodes.literal(text=name or file)
    return [link], []


def setup(app: Any) -> dict[str, Any]:
    """Sphinx calls this."""
    app.add_role("source", source)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
