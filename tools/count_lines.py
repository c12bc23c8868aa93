"""Count lines of code: those that are neither blank, nor comment, nor docstring.

    python tools/count_lines.py --at-most 500 minitorch/autograd/*.py

prints each file's count and the sum, and exits with 1 if the sum is over the budget.
"""

from __future__ import annotations

import argparse
import ast
import io
import tokenize
from pathlib import Path

# Tokens that carry no code: a line with nothing but these is not counted.
LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> set[int]:
    """Returns the numbers of the lines of ``source`` that hold code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            match node.body:
                case [ast.Expr(ast.Constant(str())) as docstring, *_]:
                    lines -= {*range(docstring.lineno, (docstring.end_lineno or 0) + 1)}
    return lines


def main() -> int:
    """Prints the counts; returns 1 when they add up to more than ``--at-most``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--at-most", type=int, help="the budget for all files together")
    arguments = parser.parse_args()

    total = 0
    for file in arguments.files:
        count = len(code_lines(file.read_text(encoding="utf-8")))
        total += count
        print(f"{count:6} {file}")
    budget = arguments.at_most
    print(f"{total:6} lines of code" + (f", budget {budget}" if budget is not None else ""))
    return 1 if budget is not None and total > budget else 0


if __name__ == "__main__":
    raise SystemExit(main())
