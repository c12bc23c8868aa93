"""What `explain` says of an error: what it is, where it came from, why, and how to mend it.

The sentences that are known stand in sentences.py. Here the traceback is read: which line is the
user's own, which layer was at work, and what the tensors' shapes were.
"""

from __future__ import annotations

import html
import linecache
import os
import string
import sysconfig
import textwrap
import traceback
from collections.abc import Iterator
from typing import Any

from ..nn.modules.module import Module
from ..notebook import file_name
from .cases import shape_of
from .sentences import KNOWN

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
LIBRARIES = tuple(
    os.path.abspath(path) + os.sep
    for path in {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}
)
UNKNOWN = (
    "MiniTorch has no explanation of this error yet. The sentence is PyTorch's, or Python's: a "
    "search for it will find what others have written."
)
WIDTH = 80
INDENT = 7
STYLE = """<style>
.mt-error {font: 13px/1.5 system-ui, sans-serif; color: inherit; max-width: 760px}
.mt-error p.mt-sentence {border-left: 4px solid #d64545; padding: 4px 12px; margin: 0 0 10px;
  background: rgba(214, 69, 69, .12); white-space: pre-wrap; overflow-wrap: anywhere}
.mt-error dl {display: grid; grid-template-columns: max-content minmax(0, auto);
  gap: 6px 14px; margin: 0}
.mt-error dl dt {font-weight: 600; margin: 0} .mt-error dd {margin: 0}
.mt-error dd, .mt-error pre {white-space: pre-wrap; overflow-wrap: anywhere}
.mt-error pre {margin: 0; padding: 0; background: none; color: inherit}
</style>"""


class Error:
    """An error and its traceback, as the explanations ask for them."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.message = str(error)
        self.frames = list(traceback.walk_tb(error.__traceback__))
        own = [frame for frame in self.frames if is_own(frame[0].f_code.co_filename)]
        self.user = own[-1] if own else None
        inside = [frame.f_locals.get("self") for frame, _ in self.frames]
        self.modules = [value for value in inside if isinstance(value, Module)]

    @property
    def line(self) -> str:
        """The user's own line."""
        if self.user is None:
            return ""
        frame, number = self.user
        return linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()

    def local(self, *names: str) -> Any:
        """The value of the innermost variable of one of these names that is not None."""
        for frame, _ in reversed(self.frames):
            for name in names:
                if frame.f_locals.get(name) is not None:
                    return frame.f_locals[name]
        return None

    @property
    def layer(self) -> Module | None:
        """The layer that was at work, if it was one of MiniTorch's."""
        inner = self.modules[-1] if self.modules else None
        return inner if type(inner).__module__.startswith("minitorch.") else None

    @property
    def layer_name(self) -> str:
        """Its name in the outermost module that was at work: ``fc1``; empty if it is that one."""
        named = self.modules[0].named_modules() if self.modules else ()
        return next((name for name, module in named if module is self.layer), "")

    def the_layer(self) -> str:
        """The layer in a sentence: ``The layer fc1``, ``The Linear``."""
        name = self.layer_name
        if self.layer is None:
            return "The function"
        return f"The layer {name}" if name else f"The {type(self.layer).__name__}"

    def where(self) -> list[str]:
        """The place, in lines."""
        lines = []
        if self.user is not None:
            frame, number = self.user
            name = frame.f_code.co_name
            place = f"{file_name(frame.f_code.co_filename)}, line {number}"
            lines.append(place if name.startswith("<") else f"{place}, in {name}")
            if self.line:
                lines.append("    " + self.line)
        if self.layer is not None:
            name = f"the layer {self.layer_name}: " if self.layer_name else "the layer "
            lines.append(name + f"{self.layer._get_name()}({self.layer.extra_repr()})")
        return lines or ["unknown: the error has no traceback (it was made, but not raised)"]


def is_own(file: str) -> bool:
    """Whether a file is the user's, and not of MiniTorch, of Python or of a library."""
    path = os.path.abspath(file)
    return not path.startswith((PACKAGE, *LIBRARIES)) and not file.startswith("<frozen")


class Shapes(dict[str, Any]):
    """The shapes of the variables where the error was raised, by name."""

    def __init__(self, error: Error) -> None:
        self.error = error

    def __missing__(self, name: str) -> Any:
        return shape_of(self.error.local(name))


class ErrorExplained:
    """What `explain` found of an error: ``print`` it, or let a notebook show it.

    ``what``, ``where``, ``why`` and ``mend`` are its parts; ``known`` says whether there is an
    explanation at all. Of an error that was raised from another one, that one is explained.
    """

    def __init__(self, error: BaseException) -> None:
        while error.__cause__ is not None:
            error = error.__cause__
        found = Error(error)
        parts = explanation(found)
        self.known = parts is not None
        self.sentence = f"{type(error).__name__}: {found.message}".rstrip(": \n")
        self.where = "\n".join(found.where())
        self.what, self.why, self.mend = parts or (UNKNOWN, "", "")

    def _parts(self) -> Iterator[tuple[str, str]]:
        for name in ("what", "where", "why", "mend"):
            if getattr(self, name):
                yield name, getattr(self, name)

    def text(self) -> str:
        """The explanation in characters."""
        lines = [*wrapped(self.sentence, WIDTH), ""]
        for name, part in self._parts():
            for place, line in enumerate(wrapped(part, WIDTH - INDENT)):
                lines.append((name.title() if place == 0 else "").ljust(INDENT) + line)
        return "\n".join(line.rstrip() for line in lines)

    def html(self) -> str:
        """The explanation as a part of a page."""
        parts = ""
        for name, part in self._parts():
            lines = [
                f"<pre>{html.escape(line)}</pre>"
                if line.startswith(" ")
                else html.escape(line) + " "
                for line in part.split("\n")
            ]
            parts += f"<dt>{name.title()}</dt><dd>{''.join(lines)}</dd>"
        sentence = f'<p class="mt-sentence">{html.escape(self.sentence)}</p>'
        return f'{STYLE}<div class="mt-error">{sentence}<dl>{parts}</dl></div>'

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html()


def wrapped(part: str, width: int) -> list[str]:
    """The lines of a part, no longer than ``width``; one that begins with spaces stays as it is."""
    lines = []
    for line in part.split("\n"):
        lines += [line] if line.startswith(" ") else textwrap.wrap(line, width)
    return lines


def explanation(error: Error) -> tuple[str, str, str] | None:
    """What the first known sentence has to say: what, why, how to mend."""
    for pattern, said in KNOWN.items():
        match = pattern.search(error.message)
        if match and callable(said):
            said = said(error, *match.groups())
        elif match:
            fill = string.Formatter().vformat
            said = tuple(fill(part, match.groups(), Shapes(error)) for part in said)
        if match and said is not None:
            return said
    return None
