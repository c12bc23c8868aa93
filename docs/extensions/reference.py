"""Writes the reference: a Markdown page for each place, made of the docstrings.

The text of a docstring is plain: sentences, ``formulas`` in code style, doctests. Here it becomes
Markdown. A name is described where it comes first; other places refer to it.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import minitorch as mt
from minitorch.nn import Module
from tools.places import PLACES, Place, public

ROOT = Path(mt.__file__).parents[1]

# Those with a page, in the order in which a name is looked for.
PAGES = [place for place in PLACES if place.title]

# Every layer has these; the page of `Module` describes them.
COMMON = {"forward", "extra_repr", "reset_parameters"}


# Names -----------------------------------------------------------------------------------------


def page_of(place: Place) -> str:
    """The name of its page: ``nn-functional``."""
    return place.name.removeprefix("mt.").replace(".", "-").lower()


def described(place: Place) -> dict[str, Any]:
    """The public names of a place, without instances: a transform is what its class describes."""
    kinds = inspect.isroutine, inspect.isclass, inspect.isdatadescriptor
    names = public(place)
    return {name: names[name] for name in names if any(kind(names[name]) for kind in kinds)}


def original(value: Any) -> Any:
    """The function as it is written, without what wraps it."""
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    if isinstance(value, property):
        value = value.fget
    return inspect.unwrap(value) if callable(value) else value


def base_of(name: str) -> str | None:
    """``exp`` for the in-place form ``exp_``."""
    return name[:-1] if name.endswith("_") and not name.endswith("__") else None


def where(value: Any) -> tuple[str, int] | None:
    """The file below minitorch/ and the line where something is written."""
    value = original(value)
    closure = inspect.getclosurevars(value).nonlocals if inspect.isfunction(value) else {}
    operation = getattr(closure.get("apply"), "__self__", None)
    if inspect.isclass(operation):  # a function that `ops.operands.function` made
        value = operation
    try:
        file, line = inspect.getsourcefile(value), inspect.getsourcelines(value)[1]
    except (TypeError, OSError):
        return None
    path = Path(str(file))
    return (path.relative_to(ROOT).as_posix(), line) if path.is_relative_to(ROOT) else None


# Text ------------------------------------------------------------------------------------------

CODE = re.compile(r"(``.+?``|`[^`]+`|https?://[^\s)>,;]*[^\s)>,;.:])", re.DOTALL)


def prose(text: str) -> str:
    """Plain text as Markdown: code stays code, addresses become links, the rest is escaped."""
    parts = CODE.split(text)
    for i, part in enumerate(parts):
        if part.startswith("http"):
            parts[i] = f"<{part}>"
        elif not part.startswith("`"):
            parts[i] = re.sub(r"([\\*_\[\]<>$|~#])", r"\\\1", part)
    return "".join(parts)


def blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """The paragraphs of a docstring: ``text``, ``doctest``, or ``code``, which is indented."""
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        lines = block.split("\n")
        start = next((i for i, line in enumerate(lines) if line.lstrip().startswith(">>>")), None)
        before = lines[:start]
        if before:
            yield "code" if before[0].startswith("    ") else "text", before
        if start is not None:
            yield "doctest", lines[start:]


def markdown(text: str) -> str:
    """A docstring as Markdown."""
    out: list[str] = []
    for kind, lines in blocks(text):
        if kind == "text":
            is_list = lines[0].startswith(("- ", "* "))
            joined = ("\n" if is_list else " ").join(lines)
            out.append(
                "- " + prose(joined[2:]).replace("\n\\* ", "\n- ") if is_list else prose(joined)
            )
            continue
        code = inspect.cleandoc("\n".join(lines)).replace("<BLANKLINE>", "")
        if kind == "doctest":
            code = re.sub(r"^>>> import minitorch as mt\n?", "", code)
            code = re.sub(r"\s*# doctest:.*", "", code)
        language = "pycon" if kind == "doctest" else "text"
        if not code:
            continue
        if kind == "doctest" and out and out[-1].startswith("```pycon"):  # one example, in parts
            out[-1] = out[-1].removesuffix("\n```") + f"\n\n{code}\n```"
        else:
            out.append(f"```{language}\n{code}\n```")
    return "\n\n".join(out)


def signature(value: Any, bound: bool = False) -> str:
    """Names and defaults of the arguments; without types, which the source has."""
    try:
        given = inspect.signature(value)
    except (TypeError, ValueError):
        return "()"
    parameters = [p.replace(annotation=p.empty) for p in given.parameters.values()]
    parameters = parameters[1:] if bound else parameters
    text = str(given.replace(parameters=parameters, return_annotation=given.empty))
    text = re.sub(r"<(?:class|function) '?([\w.]+\.)?(\w+)'?[^>]*>", r"\2", text)
    return re.sub(r"<[^<>]*>", "...", text)


# Pages -----------------------------------------------------------------------------------------


class Reference:
    """All places, and where each name is described."""

    def __init__(self) -> None:
        self.names = {place: described(place) for place in PAGES}
        self.home: dict[Any, tuple[str, Place]] = {}  # what is described, and under which name
        for place, names in self.names.items():
            # A function under several names is described under its own.
            for name, value in sorted(
                names.items(),
                key=lambda item: item[0] != getattr(original(item[1]), "__name__", item[0]),
            ):
                self.home.setdefault(original(value), (f"{place.name}.{name}", place))

    def sections(self, place: Place) -> dict[str, dict[str, Any]]:
        """The names that are described here, by the file where they are written."""
        found: dict[str, dict[str, Any]] = {}
        for name, value in self.names[place].items():
            if self.home[original(value)][0] == f"{place.name}.{name}" and not self.changes(
                place, name
            ):
                at = where(value)
                found.setdefault(at[0] if at else "", {})[name] = value
        # Large families first; of the same size by the name of the file.
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def changes(self, place: Place, name: str) -> str | None:
        """The name without its underscore, if this one is its in-place form."""
        base = base_of(name)
        if base is None or place.module == "nn.init":
            return None
        for owner in (place, PAGES[0], PAGES[1], PAGES[3]):
            if base in self.names[owner]:
                return self.home[original(self.names[owner][base])][0]
        return None

    def page(self, place: Place) -> str:
        out = [f"# `{place.name}`: {place.title}"]
        text = inspect.getdoc(place.owner)
        if text and place.module:
            out.append(markdown(text))
        sections = self.sections(place)
        for file, names in sections.items():
            if len(sections) > 1:
                out.append(heading(file))
            out.extend(self.entry(place, name, value) for name, value in names.items())
        out.extend(self.elsewhere(place))
        return "\n\n".join(out) + "\n"

    def elsewhere(self, place: Place) -> Iterator[str]:
        """What is public here too, but described under another name: a line for each."""
        other, in_place = [], []
        for name, value in self.names[place].items():
            home = self.home[original(value)][0]
            base = self.changes(place, name)
            if base is not None:
                in_place.append((name, base))
            elif home != f"{place.name}.{name}":
                other.append((name, home))
        for title, names in (
            ("Described elsewhere", other),
            ("In-place forms: they write the result into the tensor", in_place),
        ):
            if names:
                rows = "\n".join(
                    f'| <a id="{place.name}.{name}"></a>`{name}` | {{py:obj}}`{home}` |'
                    for name, home in names
                )
                yield f"## {title}\n\n| name | see |\n| --- | --- |\n{rows}"

    def entry(self, place: Place, name: str, value: Any) -> str:
        full = f"{place.name}.{name}"
        others = [
            n for n, v in self.names[place].items() if n != name and original(v) is original(value)
        ]
        also = "Also called " + ", ".join(f"`{other}`" for other in others) + "." if others else ""
        if inspect.isclass(value):
            return directive(
                "class",
                full + signature(value),
                [text_of(value), also, *members(full, value)],
                value,
            )
        if isinstance(value, property):
            return directive("attribute", full, [text_of(value), also], value)
        bound = place.owner is mt.Tensor and not isinstance(value, staticmethod)
        kind = "method" if place.owner is mt.Tensor else "function"
        value = getattr(value, "__func__", value)
        return directive(kind, full + signature(value, bound), [text_of(value), also], value)


def heading(file: str) -> str:
    """The title of the names of one file: the first sentence of its text."""
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    text = inspect.getdoc(importlib.import_module(module)) if file else ""
    sentence = re.split(r"(?<=[^.]\.)\s", (text or "The rest.").strip(), maxsplit=1)[0].rstrip(".")
    sentence = " ".join(sentence.split())
    return f"## {prose(sentence)}"


def text_of(value: Any) -> str:
    """Its docstring as Markdown."""
    return markdown(inspect.getdoc(value) or "")


def members(full: str, value: type) -> Iterator[str]:
    """The methods and properties of a class that its bases do not have."""
    if value is mt.Tensor:  # it has a page of its own
        return
    bases = value.__mro__[1:]
    for name, member in vars(value).items():
        if name.startswith("_") or any(hasattr(base, name) for base in bases):
            continue
        if issubclass(value, Module) and value is not Module and name in COMMON:
            continue
        if isinstance(member, property):
            yield directive("property", f"{full}.{name}", [text_of(member)], member)
        elif isinstance(member, staticmethod | classmethod):
            function = member.__func__
            kind = "staticmethod" if isinstance(member, staticmethod) else "classmethod"
            taken = signature(function, kind == "classmethod")
            yield directive(
                "method", f"{full}.{name}{taken}", [f":{kind}:", text_of(function)], function
            )
        elif inspect.isfunction(member):
            yield directive(
                "method", f"{full}.{name}{signature(member, True)}", [text_of(member)], member
            )


def directive(kind: str, head: str, parts: list[str], value: Any) -> str:
    """A description of Sphinx's Python domain; what is inside has one colon less around it."""
    options = "\n".join(part for part in parts if part.startswith(":"))
    body = "\n\n".join(part for part in parts if part and not part.startswith(":"))
    at = where(value)
    if at:
        body += f'\n\n<a class="source" href="../source/{at[0]}.html#line-{at[1]}">{at[0]}</a>'
    fence = "::::" if kind == "class" else ":::"
    return f"{fence}{{py:{kind}}} {head}\n{options}\n{body}\n{fence}".replace("\n\n\n", "\n\n")


def write(folder: Path) -> None:
    """Write all pages into ``folder``, those that have changed."""
    reference = Reference()
    folder.mkdir(exist_ok=True)
    for place in PAGES:
        file, text = folder / f"{page_of(place)}.md", reference.page(place)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    """The pages are written before Sphinx looks for pages; only where api.md lists them."""

    def begin(app: Any) -> None:
        if (Path(app.srcdir) / "api.md").exists():
            write(Path(app.srcdir) / "api")

    app.connect("builder-inited", begin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
