"""The source of the rules by which a node computes its gradients."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from ..autograd.function import FunctionNode
from ..autograd.kept import argument
from ..autograd.operation import OUT, Operation
from ..ops.fused import Fused
from .record import Rule

PACKAGE = Path(__file__).resolve().parents[1]


def rules_of(node: Any) -> list[Rule]:
    """What runs when ``node`` runs backward, in the order of its arguments."""
    if isinstance(node, Operation):
        wanted = [(place, rule) for place, rule, _ in node.plan.rules]
        found = [rule_of("" if p == OUT else argument(node, p), rule) for p, rule in wanted]
        if isinstance(node, Fused):
            found.append(rule_of("", node.formula))
        return found
    own = node.function.backward if isinstance(node, FunctionNode) else type(node).run
    return [rule_of("", own)]


def rule_of(name: str, function: Callable[..., Any]) -> Rule:
    """The source of ``function``, without its docstring, and in one line if it is one."""
    function = inspect.unwrap(function)
    try:
        source = textwrap.dedent("".join(inspect.getsourcelines(function)[0]))
        definition = ast.parse(source).body[0]
    except (OSError, SyntaxError, TypeError):  # typed into an interpreter, or made by a program
        return Rule(name, None, "", "")
    formula = None
    if isinstance(definition, ast.FunctionDef):
        body = definition.body
        if ast.get_docstring(definition) is not None and len(body) > 1:
            lines = source.splitlines()
            text = body.pop(0)
            source = "\n".join(lines[: text.lineno - 1] + lines[text.end_lineno :])
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
            formula = f"{definition.name} = {ast.unparse(body[0].value)}"
    return Rule(name, formula, source.rstrip(), where(function))


def where(function: Any) -> str:
    """The file and line of ``function``; of MiniTorch's own files with their folder."""
    code = function.__code__
    path = Path(code.co_filename)
    inside = path.is_relative_to(PACKAGE)
    file = path.relative_to(PACKAGE.parent).as_posix() if inside else path.name
    return f"{file}:{code.co_firstlineno}"


@cache
def operation_at(place: str) -> tuple[str, str]:
    """The place and the source of the class that a rule of MiniTorch's own stands in, if any."""
    file, _, number = place.rpartition(":")
    if not file.startswith(PACKAGE.name + "/"):
        return "", ""
    source = (PACKAGE.parent / file).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.lineno < int(number) <= (node.end_lineno or 0):
            lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
            return f"{file}:{node.lineno}", "\n".join(lines)
    return "", ""


def text_of(node: Any) -> str:
    """The first paragraph of the operation's docstring: its formula."""
    described = node.function if isinstance(node, FunctionNode) else type(node)
    return (inspect.cleandoc(described.__doc__ or "")).partition("\n\n")[0].replace("\n", " ")
