"""What PyTorch's functions take: the table of their signatures.

``signatures.txt`` lists them in PyTorch's notation, one line for each way to call a function:

    sum nansum
        (Tensor input, ints[1]? dim=None, bool keepdim=False, *, dtype? dtype=None)

``ints[1]`` takes one integer for several, ``?`` None; a ``size`` is an integer that may be whatever
has ``__index__``, such as a tensor with one element; and ``...`` stands for the arguments of what
makes a tensor. A method takes what its function takes after the tensor, and its in-place form takes
the same; where that is not so, there is a line for ``.method``. ``old`` ways are for old programs.
Functions that are written in Python in PyTorch have a line for the function that they call:
for ``F.dropout`` ``dropout(Tensor input, float p, bool train<training)``, whose ``train`` it gives
``training``.
"""

from __future__ import annotations

import functools
import operator
import sys
from typing import Any, NamedTuple

import numpy as np

from . import dtypes
from .argument_kinds import KINDS, is_number, is_sequence, is_size, scalar
from .autograd.errors import type_name
from .autograd.graph import TensorBase
from .from_data import tensor
from .ops.operands import refuse_elements

TABLE = __file__.removesuffix("py") + "txt"  # (pathlib would take 2 ms to load)
REFUSED_ANYWAY = "Tensor Tensors int ints size object".split()  # by functions, if wrong
OFTEN_CALLED = "select narrow chunk unfold eye repeat_interleave".split()  # refuse integers, too
REFUSING_NOTHING = (  # functions that would take what they should not
    "addcdiv addcmul copysign fmod ldexp linalg_matrix_rank linalg_pinv normal pairwise_distance "
    "rsub searchsorted type_as"
).split()
MAKING = (  # the arguments for which ``...`` stands
    "dtype? dtype=None, layout? layout=None, device? device=None, bool? pin_memory=False, "
    "bool? requires_grad=False"
)
OLD = "old "  # before signatures that PyTorch does not tell of
OF_TENSOR = "Tensor input"  # what a method does not list, if it is not the first argument
NUMBERS_FOR_TENSORS = frozenset(  # functions that take a number where the signature has a tensor
    "add sub subtract mul multiply div divide true_divide floor_divide copy to".split()
)
NAMED_DTYPES = {
    bool: dtypes.bool_, int: dtypes.int64, float: dtypes.float64, complex: dtypes.complex128
}  # fmt: skip
ALIASES = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",)}


class Parameter(NamedTuple):
    """One argument of a signature."""

    name: str
    source: str  # what the function in front of it calls it
    kind: str
    takes_none: bool
    takes_one: bool  # one integer for several
    default: str | None

    @classmethod
    def read(cls, text: str) -> Parameter:
        """The argument ``ints[1]? dim=None``."""
        left, _, default = text.partition("=")
        kind, _, name = left.rpartition(" ")
        name, _, source = name.partition("<")
        bare, size, _ = kind.rstrip("?").partition("[")
        takes_none = kind.endswith("?") or default == "None"
        return cls(name, source or name, bare, takes_none, bool(size), default or None)

    @property
    def is_count(self) -> bool:
        """Whether it is an integer, but no dimension: functions may take a wrong one."""
        return self.kind in ("int", "size") and "dim" not in self.name

    def takes(self, value: Any, function: str) -> bool:
        """Whether the argument may be ``value``."""
        if KINDS[self.kind][1](value):
            return True
        if isinstance(value, TensorBase) and self.kind in ("Number", "float", "complex"):
            return scalar(value)
        if self.kind == "Tensor":
            return function.rstrip("_") in NUMBERS_FOR_TENSORS and is_number(value)
        return self.takes_one and self.kind == "ints" and is_size(value)

    def plain(self, value: Any) -> Any:
        """``value`` as the Python value that it stands for: a tensor's number, for instance."""
        if self.kind in ("int", "size"):
            return value if value is None or type(value) is int else operator.index(value)
        if self.kind == "ints" and is_sequence(value):
            standing = any(type(item) is not int for item in value)
            return [operator.index(item) for item in value] if standing else value
        if self.kind == "ints":
            return operator.index(value) if is_size(value) else value
        if self.kind in ("Number", "float") and isinstance(value, TensorBase | np.generic):
            return value.item()
        if self.kind == "float" and isinstance(value, bool):
            return float(value)
        if self.kind == "Tensor" and self.name == "input" and is_number(value):
            return tensor(value.item() if isinstance(value, np.generic) else value)  # add(1, 2)
        return NAMED_DTYPES.get(value, value) if self.kind == "dtype" else value

    def __str__(self) -> str:
        default = "" if self.default is None else f" = {self.default}"
        return f"{KINDS[self.kind][0]} {self.name}{default}"


class Signature:
    """One way to call a function."""

    def __init__(self, parameters: list[str], old: bool) -> None:
        self.old = old
        at = parameters.index("*") if "*" in parameters else len(parameters)
        self.parameters = [Parameter.read(text) for text in parameters if text != "*"]
        self.positional = at
        # f(1, 2) for f((1, 2))
        self.spread = at == 1 and self.parameters[0].kind == "ints"
        self.required = sum(p.default is None for p in self.parameters)

    def __str__(self) -> str:
        shown = [str(parameter) for parameter in self.parameters]
        if self.positional < len(shown):
            shown.insert(self.positional, "*")
        return f"({', '.join(shown)})"

    def refusal(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Why the function ``name`` cannot be called so with these arguments; empty if it can."""
        if len(args) > self.positional and not (self.spread and is_size(args[0])):
            return self.too_many(len(args))
        place, named = 0, 0
        for number, parameter in enumerate(self.parameters):
            positional = place < len(args)
            if positional:
                if number >= self.positional:
                    return self.too_many(len(args))
                value = args[place]
                place += 1
            else:
                given = (parameter.name, *ALIASES.get(parameter.name, ()))
                key = next((key for key in given if key in kwargs), None)
                if key is None:
                    if parameter.default is None:
                        return self.missing(number)
                    continue
                value = kwargs[key]
                named += 1
            if (value is None and parameter.takes_none) or parameter.takes(value, name):
                if parameter.kind == "Tensors":
                    refuse_elements(value, number)
                continue
            if positional and number == 0 and self.spread and is_size(value):
                place = len(args)
                continue
            where = f"argument '{parameter.name}'"
            if positional:
                where += f" (position {place})"
            wrong = f"not {type_name(value)}"
            if parameter.kind == "ints" and positional and is_sequence(value):
                wrong = f"but found element of type {type_name(value[0])} at pos 0"
            return f": {where} must be {KINDS[parameter.kind][0]}, {wrong}"
        return "" if named == len(kwargs) else self.unexpected(len(args), kwargs)

    def too_many(self, given: int) -> str:
        """More arguments without a name than there are."""
        most = self.positional
        if self.required != most:
            takes = f"from {self.required} to {most} positional arguments but {given} were given"
            return f" takes {takes}"
        were = "was" if given == 1 else "were"
        return f" takes {most} positional argument{'s' * (most != 1)} but {given} {were} given"

    def missing(self, start: int) -> str:
        """Arguments from number ``start`` on are not there."""
        names = [f'"{p.name}"' for p in self.parameters[start:] if p.default is None]
        plural = "s" if len(names) == 1 else ""  # the wrong way round, as in PyTorch
        return f" missing {len(names)} required positional argument{plural}: {', '.join(names)}"

    def unexpected(self, given: int, kwargs: dict[str, Any]) -> str:
        """Arguments have names that there are not, or were given twice."""
        known = [p.name for p in self.parameters]
        for key in kwargs:
            if key not in known:
                return f" got an unexpected keyword argument '{key}'"
            if known.index(key) < given:
                return f" got multiple values for argument '{key}'"
        return "(): invalid keyword arguments"


@functools.cache
def table() -> dict[str, list[str]]:
    """The lines of every function and ``.method`` in signatures.txt."""
    found: dict[str, list[str]] = {}
    names: list[str] = []
    lines: list[str] = []
    with open(TABLE, encoding="utf-8") as file:
        rows = file.read().splitlines()
    for line in rows:
        if line.startswith("        "):
            lines[-1] += " " + line.strip()
        elif line.startswith("    "):
            lines.append(line.strip())
        else:
            if lines:
                names, lines = [], []
            names += line.split()
            found.update(dict.fromkeys(line.split(), lines))
    return found


@functools.cache
def signatures(name: str) -> list[Signature]:
    """The signatures of a function or, with a point before its name, of a method."""
    for known in (name, name.removesuffix("_")):
        if known in table():
            return [Signature(split(line), line.startswith(OLD)) for line in table()[known]]
        if known[0] == "." and known[1:] in table():
            lines = [line for line in table()[known[1:]] if "(Tensor " in line or OF_TENSOR in line]
            return [Signature(method(split(line)), line.startswith(OLD)) for line in lines]
    return []


def split(line: str) -> list[str]:
    """The arguments in a line of the table."""
    inner = line.removeprefix(OLD)[1:-1].replace("...", MAKING)
    return inner.split(", ") if inner else []


def method(parts: list[str]) -> list[str]:
    """The arguments of a method, from those of its function: without the tensor and ``out``."""
    itself = OF_TENSOR if OF_TENSOR in parts else parts[0]
    rest = [part for part in parts if part != itself and not part.endswith(" out=None")]
    return rest[:-1] if rest[-1:] == ["*"] else rest


def refused_anyway(name: str) -> int:
    """How many arguments in front a function itself refuses if they are of a wrong kind.

    Tensors and dimensions; not flags, numbers, counts and dtypes.
    """
    known = [signature for signature in signatures(name) if not signature.old]
    function = name.lstrip(".").removesuffix("_")
    if function in REFUSING_NOTHING:
        return 0
    spread = [signature.spread for signature in known]
    counts = [one.is_count for s in known for one in s.parameters[: s.positional]]
    if function in OFTEN_CALLED or (any(spread) and not any(counts)):
        return sys.maxsize
    most = 0
    for at in range(max((signature.positional for signature in known), default=0)):
        there = [s.parameters[at] for s in known if at < s.positional]
        anyway = any(one.kind in REFUSED_ANYWAY for one in there)  # a tensor, or a number instead
        if not anyway or any(one.is_count for one in there):
            break
        most += 1
    return most


@functools.cache
def inside(name: str) -> tuple[str, Signature] | None:
    """The function that a Python function of PyTorch calls with its arguments, and how."""
    called, _, parameters = table().get(name, ["("])[0].rstrip(")").partition("(")
    if not called or called == OLD:
        return None
    return called, Signature(parameters.split(", "), old=False)
