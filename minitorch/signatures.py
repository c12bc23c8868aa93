"""What PyTorch's functions take: their signatures, and its words for arguments that fit none.

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

`check` looks through them as PyTorch does. It is slow, so it is asked rarely (see checking.py).
"""

from __future__ import annotations

import functools
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
from .user_warnings import warn

TABLE = __file__.removesuffix("py") + "txt"  # (pathlib would take 2 ms to load)
REFUSED_ANYWAY = "Tensor Tensors int ints size object".split()  # by functions, if wrong
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


# What is of which kind ----------------------------------------------------------------------------


def is_long(value: Any) -> bool:
    """A Python or NumPy integer; not a bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """As `is_long`, or a tensor without dimensions that holds an integer."""
    if isinstance(value, TensorBase):
        return scalar(value) and value._array.dtype.kind in "iu"
    return is_long(value)


def is_size(value: Any) -> bool:
    """Whatever can be an index, but a bool: a tensor with one element, too."""
    if value.__class__ is int:
        return True
    if isinstance(value, TensorBase):
        return value._array.size == 1 and value._array.dtype.kind in "iu"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return False
    try:
        operator.index(value)
    except TypeError:  # an array with dimensions
        return False
    return True


def scalar(tensor: Any) -> bool:
    """Whether a tensor counts as a number."""
    return tensor._array.ndim == 0 and not tensor.requires_grad


def is_sequence(value: Any) -> bool:
    """A list or tuple."""
    return isinstance(value, list | tuple)


def listed(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Lists and tuples whose first element is of the kind; PyTorch looks at the others later."""
    return lambda value: is_sequence(value) and (not value or kind(value[0]))


def instance(*classes: type) -> Callable[[Any], bool]:
    """Instances of the classes."""
    return lambda value: isinstance(value, classes)


is_float = instance(float, int, np.integer, np.floating, np.bool_)
is_number = instance(int, float, complex, np.number, np.bool_)
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
    "size": ("int", is_size),
    "bool": ("bool", instance(bool)),
    "str": ("str", instance(str)),
    "dtype": (
        "torch.dtype",
        lambda value: isinstance(value, dtypes.dtype) or value in (bool, int, float, complex),
    ),
    "device": (
        "torch.device",
        lambda value: isinstance(value, str | devices.device) or is_long(value),
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
    if name[0] == "." and (args or kwargs) and len(known) == 1 and not known[0].parameters:
        takes = f"no arguments ({len(args)} given)" if not kwargs else "no keyword arguments"
        raise TypeError(f"TensorBase.{name[1:]}() takes {takes}")
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
    options = [str(signature) for signature in known if not signature.old]
    said = f"{name}() received an invalid combination of arguments - "
    raise TypeError(said + combination(options, args, kwargs))


def restated(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """The arguments that `check` took, in plain Python values; in the new order, if it was an old.

    None if they are so already.
    """
    known = signatures(name)
    signature = next((one for one in known if not one.refusal(name, args, kwargs)), None)
    if signature is None:
        return None
    parameters = signature.parameters
    if signature.spread and len(args) > 1:
        args = (args,)
    plain = [one.plain(value) for one, value in zip(parameters, args, strict=False)]
    named = {}
    for one in parameters[len(args) :]:
        for key in (one.name, *ALIASES.get(one.name, ())):
            if key in kwargs and not (kwargs[key] is None and one.default == "None"):
                named[key] = one.plain(kwargs[key])
    if signature.old:
        warn_of_overload(name.lstrip("."), signature, known)
        return (), dict(zip((one.name for one in parameters), plain, strict=False)) | named
    before, after = (*args, *kwargs.values()), (*plain, *named.values())
    if len(before) == len(after) and all(map(operator.is_, before, after)):
        return None
    return tuple(plain), named


def warn_of_overload(name: str, signature: Signature, known: list[Signature]) -> None:
    """Say that a function should be called in a newer way."""
    new = "".join(f"\n\t{name}{one}" for one in known if not one.old)
    warn(
        f"This overload of {name} is deprecated:\n\t{name}{signature}\n"
        f"Consider using one of the following signatures instead:{new}"
    )


def combination(options: list[str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """What was given, and the ``options`` that there were; why not, where the number is right."""
    named = dict(reversed(kwargs.items()))  # in the order of PyTorch's sentences
    shown = [type_name(value) for value in args]
    shown += [f"{key}={type_name(value)}" for key, value in named.items()]
    given = enclosed(shown, args)
    lines = []
    for option in options:
        # PyTorch reads its own words: each part between commas is an argument for it, `*` too, and
        # what follows the last space is the name, also if that is a default.
        parts = [part.rpartition(" ") for part in option[1:-1].split(", ")]
        names = [name for _, _, name in parts]
        unknown = ", ".join(key for key in named if key not in names[-len(named) :])
        if len(options) == 1 and unknown:
            return f"got unrecognized keyword arguments: {unknown}"
        lines.append(f" * {option}")
        if len(parts) != len(shown):
            continue
        reason = f"keywords were incorrect: {unknown}"
        if not unknown:
            types = marked([kind for kind, _, _ in parts], names, args, kwargs)
            given = types if len(options) == 1 else given
            reason = f"arguments have invalid types: {types}"
        lines.append(f"      didn't match because some of the {reason}")
    if len(options) == 1:
        return f"got {given}, but expected {options[0]}"
    return "\n".join([f"got {given}, but expected one of:", *lines, ""])


def marked(kinds: list[str], names: list[str], args: tuple[Any, ...], kwargs: Any) -> str:
    """The classes of the arguments, those of another kind marked: ``(Tensor, !int!)``."""
    shown = []
    for place, (kind, name) in enumerate(zip(kinds, names, strict=True)):
        value = args[place] if place < len(args) else kwargs[name]
        word = contents(value) if place < len(args) else f"{name}={contents(value)}"
        fits = type_name(value) in (kind, "int" if kind == "float" else kind)
        shown.append(word if fits else f"!{word}!")
    return enclosed(shown, args)


def enclosed(shown: list[str], args: tuple[Any, ...]) -> str:
    """The words in parentheses; with a comma at the end if all have names, as in PyTorch."""
    return f"({', '.join(shown)}{'' if args or not shown else ', '})"


def contents(value: Any) -> str:
    """The class of a value, and of what is in a list or tuple."""
    if not is_sequence(value):
        return type_name(value)
    items = ", ".join(map(type_name, value))
    if isinstance(value, list):
        return f"{type_name(value)} of [{items}]"
    return f"{type_name(value)} of ({items}{',' if len(value) == 1 else ''})"


def check_inside(name: str, given: dict[str, Any]) -> bool:
    """As `check`, for a function that calls another one `inside`, with its arguments by name."""
    called, signature, args, kwargs = call_inside(name, given)
    refusal = signature.refusal(called, args, kwargs)
    if refusal:
        raise TypeError(f"{called}(){refusal}")
    return unpack(called, signature, args, kwargs)


def restated_inside(name: str, given: dict[str, Any]) -> dict[str, Any] | None:
    """As `restated`, for arguments by name that `check_inside` took."""
    called, signature, args, kwargs = call_inside(name, given)
    if signature.refusal(called, args, kwargs):
        return None
    plain = {one.source: one.plain(given[one.source]) for one in signature.parameters}
    return None if all(given[key] is plain[key] for key in plain) else given | plain


def call_inside(name: str, given: dict[str, Any]) -> Any:
    """The name of the function that ``name`` calls, its signature, and its arguments."""
    called, signature = inside(name) or ("", Signature([], old=False))
    values = {one.name: given[one.source] for one in signature.parameters}
    args = tuple(values.values())[: signature.positional]
    return called, signature, args, dict(list(values.items())[signature.positional :])


def unpack(name: str, signature: Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Refuse integers beyond 64 bits, and lists that begin with an integer only; as `check`."""
    place = 0
    by_class = True
    for parameter in signature.parameters:
        value = args[place] if place < len(args) else kwargs.get(parameter.name)
        place += 1
        if isinstance(value, TensorBase) and parameter.kind not in ("Tensor", "object"):
            by_class = False
        if value is None:
            continue
        if parameter.kind in ("int", "size") and not fits(operator.index(value)):
            raise ValueError(OVERFLOW)
        if parameter.kind == "ints":
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
