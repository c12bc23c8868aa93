"""Arguments that fit none of a function's signatures are refused, in PyTorch's words.

`check` looks through the signatures as PyTorch does. It is slow, so it is asked rarely (see
checking.py).
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .argument_kinds import is_sequence, is_size
from .autograd.errors import type_name
from .autograd.graph import TensorBase
from .ops.sizes import OVERFLOW, fits
from .signatures import ALIASES, Signature, inside, signatures
from .user_warnings import warn


def check(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Refuse, with PyTorch's TypeError, what function ``name`` or ``.name`` does not take.

    True if all arguments of these classes are fine: if none stands for a Python number.
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


def check_inside(name: str, given: dict[str, Any]) -> bool:
    """As `check`, for a function that calls another one `inside`, with its arguments by name."""
    called, signature, args, kwargs = call_inside(name, given)
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
        if isinstance(value, TensorBase | np.generic):
            by_class = by_class and parameter.kind in ("Tensor", "object")
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
    if signature.spread and args and is_size(args[0]):
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


# What was given, and what there is ----------------------------------------------------------------


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
