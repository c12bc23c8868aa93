"""What PyTorch's functions take: their signatures, and its words for arguments that fit none.

``signatures.txt`` lists them in PyTorch's notation, one line for each way to call a function:

    sum nansum
        (Tensor input, ints[1]? dim=None, bool keepdim=False, *, dtype? dtype=None)

``ints[1]`` takes one integer for several, ``?`` None, and ``...`` stands for the arguments of what
makes a tensor. A method takes what its function takes after the tensor, and its in-place form takes
the same; where that is not so, there is a line for ``.method``. ``old`` ways are not recommended.
Functions that are written in Python in PyTorch have a line for the function that they call:
for ``F.dropout`` ``dropout(Tensor input, float p, bool train<training)``, whose ``train`` it gives
``training``.

`check` looks through them as PyTorch does. It is slow, so it is asked rarely (see checking.py).
"""

from __future__ import annotations

import functools
import numbers
import operator
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import devices, dtypes, memory_formats
from .autograd.errors import type_name
from .autograd.graph import TensorBase
from .ops.sizes import OVERFLOW, fits
from .random import Generator

TABLE = __file__.removesuffix("py") + "txt"  # (pathlib would take 2 ms to load)
REFUSED_ANYWAY = ("Tensor", "Tensors", "int", "ints", "object")  # by functions, if wrong
MAKING = (  # the arguments for which ``...`` stands
    "dtype? dtype=None, layout? layout=None, device? device=None, bool? pin_memory=False, "
    "bool? requires_grad=False"
)
OLD = "old "  # before signatures that PyTorch does not tell of
OF_TENSOR = "Tensor input"  # what a method does not list, if it is not the first argument
NUMBERS_FOR_TENSORS = frozenset(  # functions that take a number where the signature has a tensor
    "add sub subtract mul multiply div divide true_divide floor_divide copy_".split()
)
ALIASES = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",)}


# What is of which kind ----------------------------------------------------------------------------


def is_integer(value: Any) -> bool:
    """A Python or NumPy integer, or a tensor that holds one; not a bool."""
    if value.__class__ is int:
        return True
    if isinstance(value, TensorBase):
        return scalar(value) and is_size(value)
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_size(value: Any) -> bool:
    """As `is_integer`; a tensor with one element may have dimensions, too."""
    if isinstance(value, TensorBase):
        return value._array.size == 1 and value._array.dtype.kind in "iu"
    return is_integer(value)


def scalar(tensor: Any) -> bool:
    """Whether a tensor counts as a number."""
    return tensor._array.ndim == 0 and not tensor.requires_grad


def is_number(value: Any) -> bool:
    """A Python or NumPy number."""
    return isinstance(value, numbers.Complex | np.bool_)


def is_sequence(value: Any) -> bool:
    """A list or tuple."""
    return isinstance(value, list | tuple)


def listed(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Lists and tuples whose first element is of the kind; PyTorch looks at the others later."""
    return lambda value: is_sequence(value) and (not value or kind(value[0]))


def instance(*classes: type) -> Callable[[Any], bool]:
    """Instances of the classes."""
    return lambda value: isinstance(value, classes)


is_float = instance(float, int, np.integer, np.floating)
# By the name in the table: PyTorch's word for it in sentences, and whether a value is of the kind.
# A tensor that holds one number passes for it (`Parameter.takes`).
KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "Tensor": ("Tensor", instance(TensorBase)),
    "Tensors": ("tuple of Tensors", is_sequence),
    "Number": ("Number", is_number),
    "Numbers": ("tuple of Scalars", listed(is_number)),
    "complex": ("complex", is_number),
    "float": ("float", is_float),
    "floats": ("tuple of floats", listed(is_float)),
    "int": ("int", is_integer),
    "ints": ("tuple of ints", listed(is_size)),
    "bool": ("bool", instance(bool)),
    "str": ("str", instance(str)),
    "dtype": (
        "torch.dtype",
        lambda value: isinstance(value, dtypes.dtype) or value in (bool, int, float, complex),
    ),
    "device": (
        "torch.device",
        lambda value: isinstance(value, str | devices.device) or is_integer(value),
    ),
    "layout": ("torch.layout", instance(memory_formats.layout)),
    "memory_format": ("torch.memory_format", instance(memory_formats.memory_format)),
    "Generator": ("torch.Generator", instance(Generator)),
    "names": ("tuple of names", listed(instance(str))),
    "object": ("object", lambda value: True),
}


# The table ----------------------------------------------------------------------------------------


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

    def takes(self, value: Any, function: str) -> bool:
        """Whether the argument may be ``value``."""
        if KINDS[self.kind][1](value):
            return True
        if isinstance(value, TensorBase) and self.kind in ("Number", "float", "complex"):
            return scalar(value)
        if self.kind == "Tensor":
            return function.rstrip("_") in NUMBERS_FOR_TENSORS and is_number(value)
        return self.takes_one and self.kind == "ints" and is_size(value)

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
        return "" if named == len(kwargs) else self.unexpected(kwargs)

    def too_many(self, given: int) -> str:
        """More arguments without a name than there are."""
        most, were = self.positional, "was" if given == 1 else "were"
        if self.required != most:
            takes = f"from {self.required} to {most} positional arguments"
        else:
            takes = f"{most} positional argument{'' if most == 1 else 's'}"
        return f" takes {takes} but {given} {were} given"

    def missing(self, start: int) -> str:
        """Arguments from number ``start`` on are not there."""
        names = [f'"{p.name}"' for p in self.parameters[start:] if p.default is None]
        plural = "s" if len(names) == 1 else ""  # the wrong way round, as in PyTorch
        return f" missing {len(names)} required positional argument{plural}: {', '.join(names)}"

    def unexpected(self, kwargs: dict[str, Any]) -> str:
        """Arguments have names that there are not, or were given twice."""
        known = [p.name for p in self.parameters]
        for key in kwargs:
            if key not in known:
                return f" got an unexpected keyword argument '{key}'"
        return f" got multiple values for argument '{next(iter(kwargs))}'"


def refuse_elements(values: Any, number: int) -> None:
    """Refuse a list of tensors with something else in it."""
    for place, value in enumerate(values or ()):
        if not isinstance(value, TensorBase):
            raise TypeError(
                f"expected Tensor as element {place} in argument {number}, but got "
                f"{type_name(value)}"
            )


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
    tensor = OF_TENSOR if OF_TENSOR in parts else parts[0]
    rest = [part for part in parts if part != tensor and not part.endswith(" out=None")]
    return rest[:-1] if rest[-1:] == ["*"] else rest


def refused_anyway(name: str) -> int:
    """How many arguments in front a function itself refuses if they are of a wrong kind.

    Tensors and dimensions; not flags, numbers and dtypes.
    """
    known = [signature for signature in signatures(name) if not signature.old]
    if any(signature.spread for signature in known):
        return sys.maxsize
    most = 0
    for at in range(max((signature.positional for signature in known), default=0)):
        kinds = [s.parameters[at].kind for s in known if at < s.positional]
        if not any(kind in REFUSED_ANYWAY for kind in kinds):  # a tensor, or a number instead
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


# The question -------------------------------------------------------------------------------------


def check(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Refuse, with PyTorch's TypeError, what function ``name`` or ``.name`` does not take.

    True if all arguments of these classes are fine: if no tensor stands for a number.
    """
    known = signatures(name)
    name = name.lstrip(".")
    refusals = []
    for signature in known:
        refusals.append(signature.refusal(name, args, kwargs))
        if not refusals[-1]:
            return unpack(name, signature, args, kwargs)
    count = len(args) + len(kwargs)
    close = [
        place
        for place, signature in enumerate(known)
        if signature.required <= count <= len(signature.parameters) and not signature.old
    ]
    if len(known) == 1 or len(close) == 1:
        raise TypeError(f"{name}(){refusals[close[0] if close else 0]}")
    kinds = [type_name(value) for value in args]
    kinds += [f"{key}={type_name(value)}" for key, value in kwargs.items()]
    shown = ", ".join(kinds) + (", " if kwargs else "")
    options = [str(signature) for signature in known if not signature.old]
    expected = options[0] if len(options) == 1 else "\n * ".join(["one of:", *options])
    raise TypeError(
        f"{name}() received an invalid combination of arguments - got ({shown}), but expected "
        f"{expected}"
    )


def check_inside(name: str, given: dict[str, Any]) -> bool:
    """As `check`, for a function that calls another one `inside`, with its arguments by name."""
    called, signature = inside(name) or ("", Signature([], old=False))
    values = {p.name: given[p.source] for p in signature.parameters}
    args = tuple(values.values())[: signature.positional]
    kwargs = dict(list(values.items())[signature.positional :])
    refusal = signature.refusal(called, args, kwargs)
    if refusal:
        raise TypeError(f"{called}(){refusal}")
    return unpack(called, signature, args, kwargs)


def unpack(name: str, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Refuse integers beyond 64 bits, and lists that begin with an integer only; as `check`."""
    place = 0
    by_class = True
    for parameter in signature.parameters:
        value = args[place] if place < len(args) else kwargs.get(parameter.name)
        place += 1
        if isinstance(value, TensorBase) and parameter.kind not in ("Tensor", "object"):
            by_class = False
        if parameter.kind == "int" and value is not None and not fits(operator.index(value)):
            raise ValueError(OVERFLOW)
        if parameter.kind == "ints" and value is not None:
            values = value if is_sequence(value) else args if signature.spread else ()
            if not values and not is_sequence(value) and not fits(operator.index(value)):
                raise ValueError(OVERFLOW)
            for at, size in enumerate(values):
                if not is_size(size) and not (at and isinstance(size, bool)):
                    reason = f'type must be tuple of ints,but got {type_name(size)}"'
                elif not fits(operator.index(size)):
                    reason = OVERFLOW
                else:
                    continue
                raise TypeError(
                    f"{name}(): argument '{parameter.name}' failed to unpack the object at pos "
                    f'{at + 1} with error "{reason}'
                )
    return by_class
