"""Reads PyTorch programs without running them: which of their names does MiniTorch have?

It follows imports and what they are called (``from torch import nn as layers``), and attributes of
modules and classes (``layers.functional.relu``). What a variable holds it cannot know: of
``x.name`` it says something only if ``name`` is one that PyTorch's tensors and modules have and
MiniTorch's have not.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from .names import LACKING, is_ours, otherwise, resolve

FINE, FAULTS, UNREADABLE = 0, 1, 2  # exit codes, the worst counts
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Uses = dict[str, list[str]]  # a dotted name, and the places that use it


def check(files: Sequence[Path]) -> int:
    """Prints a table for each program and returns the exit code: 1 if one lacks something."""
    code = FINE
    for file in files:
        try:
            reader = Reader()
            for place, source in cells(file):
                reader.read(source, place)
            faults = table(str(file), reader)
        except (ImportError, KeyError, OSError, SyntaxError, TypeError, ValueError) as error:
            print(f"{file}: cannot be checked: {error}", file=sys.stderr)
            code = UNREADABLE
        else:
            code = max(code, FAULTS if faults else FINE)
    return code


def cells(file: Path) -> Iterator[tuple[str, str]]:
    """(what to say before a line's number, source) of a program's parts."""
    if file.suffix != ".ipynb":
        with tokenize.open(file) as program:
            yield "line ", program.read()
        return
    for number, cell in enumerate(json.loads(file.read_bytes())["cells"], 1):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and not re.match(r"\s*%%(?!time|capture)", source):
            # Lines for the notebook itself: %matplotlib inline, !pip install, help?
            plain = re.sub(r"(?m)^(\s*)(%%?\w.*|!(?!=).*|[\w.]+\?+)$", r"\1pass", source)
            yield f"cell {number}, line ", plain


class Reader(ast.NodeVisitor):
    """Collects the names of torch and torchvision in a program, and where they are."""

    def __init__(self) -> None:
        self.uses: Uses = {}
        self.perhaps: Uses = {}
        self.stars: list[str] = []  # modules of `from torch.nn import *`
        # What names stand for, by function: "torch.nn", or None for anything else.
        self.scopes: list[dict[str, str | None]] = [{}]
        self.place = "line "

    def read(self, source: str, place: str) -> None:
        """Reads one part; what the parts before it have imported is known."""
        self.place = place
        self.visit(ast.parse(source))

    def add(self, uses: Uses, name: str, node: ast.stmt | ast.expr) -> None:
        where = f"{self.place}{node.lineno}"
        if where not in uses.setdefault(name, []):
            uses[name].append(where)

    def visit_Import(self, node: ast.Import) -> None:
        """``import torch.nn as nn``."""
        for alias in node.names:
            if is_ours(alias.name):
                self.add(self.uses, alias.name, node)
            root = alias.name.partition(".")[0]
            self.bind(alias.asname or root, alias.name if alias.asname else root)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """``from torch import nn``."""
        module = node.module or ""
        for alias in node.names:
            path = f"{module}.{alias.name}"
            if not is_ours(module) or node.level:
                self.bind(alias.asname or alias.name, "")
            elif alias.name == "*":
                self.add(self.uses, module, node)
                self.stars.append(module)
            else:
                self.add(self.uses, path, node)
                self.bind(alias.asname or alias.name, path)

    def bind(self, name: str, path: str) -> None:
        self.scopes[-1][name] = path if is_ours(path) else None

    def visit_Name(self, node: ast.Name) -> None:
        """A name that ``from torch.nn import *`` may have brought."""
        if isinstance(node.ctx, ast.Load):
            self.use(node, [])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """``F.relu``, ``torch.nn.functional.relu``, ``x.relu``."""
        names: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            names.insert(0, inner.attr)
            inner = inner.value
        if not (isinstance(inner, ast.Name) and self.use(inner, names)):
            for name in LACKING.intersection(names):
                self.add(self.perhaps, name, node)
            self.visit(inner)

    def use(self, root: ast.Name, names: list[str]) -> bool:
        """Notes ``root.names``; whether that is a matter of torch, or of another module."""
        for scope in reversed(self.scopes):
            if root.id in scope:
                path = scope[root.id]
                if path and names:
                    self.add(self.uses, ".".join([path, *names]), root)
                return path is not None or scope is self.scopes[0]
        for module in self.stars:
            path = f"{module}.{root.id}"
            if resolve(path)[1] is not None:
                self.add(self.uses, ".".join([path, *names]), root)
                return True
        return False

    def visit_Assign(self, node: ast.Assign) -> None:
        """``nn = torch.nn`` is an import as well."""
        self.generic_visit(node)
        path = self.path(node.value)
        for target in node.targets:
            if not isinstance(target, ast.Name):
                continue
            # `torch = None`, where an import failed, is no other meaning of torch.
            known = target.id in self.scopes[-1] and not isinstance(node.value, ast.Constant)
            if path or known:
                self.bind(target.id, path or "")

    def path(self, node: ast.expr) -> str | None:
        """The dotted name that an expression is, if it is one of torch's."""
        if isinstance(node, ast.Attribute):
            inner = self.path(node.value)
            return inner and f"{inner}.{node.attr}"
        if isinstance(node, ast.Name):
            return next((s[node.id] for s in reversed(self.scopes) if node.id in s), None)
        return None

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        """A function: its own variables hide those outside."""
        self.scopes.append(dict.fromkeys(variables(node)))
        self.generic_visit(node)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Lambda = visit_FunctionDef


def variables(function: ast.AST) -> Iterator[str]:
    """The parameters and variables of a function, without those of the functions in it."""
    inside = list(ast.iter_child_nodes(function))
    while inside:
        node = inside.pop()
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if not isinstance(node, FUNCTIONS):
            inside.extend(ast.iter_child_nodes(node))


def table(title: str, reader: Reader) -> bool:
    """Prints what the ``reader`` has found in a program; whether MiniTorch lacks something."""
    lacks: Uses = {}
    has: Uses = {}
    for name, places in reader.uses.items():
        part, thing = resolve(name)
        known = (lacks if thing is None else has).setdefault(part, [])
        known += [place for place in places if place not in known]
    rows = [(name, places, "lacks") for name, places in sorted(lacks.items())]
    rows += [
        (f".{name}", places, "lacks, if this is a tensor or a module")
        for name, places in sorted(reader.perhaps.items())
    ]
    notes = {name: otherwise(name) for name in has}
    rows += [(name, has[name], f"{note}") for name, note in sorted(notes.items()) if note]
    rows += [(name, has[name], "has") for name, note in sorted(notes.items()) if not note]
    print(f"{title}: {len(lacks) + len(has)} names of torch, {len(lacks)} not in MiniTorch")
    wide = max((len(name) for name, *_ in rows), default=0)
    for name, places, say in rows:
        print(f"  {name:{wide}}  {short(places):24}  {say}")
    for module in reader.stars:
        print(f"  {module} is imported with *: names that it lacks cannot be seen.")
    return bool(lacks)


def short(places: list[str]) -> str:
    """``line 3, 8, 9, …``."""
    more = ", …" if len(places) > 3 else ""
    return ", ".join([places[0], *(p.removeprefix("line ") for p in places[1:3])]) + more
