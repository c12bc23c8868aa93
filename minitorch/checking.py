"""Public functions refuse what PyTorch's refuse, in its words: `check` of refusals.py for all.

Tensors and dimensions are left to the functions: what fails there is looked at afterwards. Flags,
numbers and dtypes are looked at first, as a function may take a wrong one and say nothing; but not
if a call with the same classes of arguments was fine. So a call costs about 0.1 µs
more, 0.3 with flags, and 0.7 where a function hands its arguments on (`F.softmax`).
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from .autograd.graph import TensorBase
from .ops.dims import WITHOUT_NAMES
from .refusals import check, check_inside, restated, restated_inside
from .signatures import inside, refused_anyway, table

UNCHECKED = ("relu",)  # called often, and says itself all that PyTorch says
VARIABLE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def checked(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """``function`` for the arguments that PyTorch's ``name`` takes; ``.name`` is a method."""
    known: set[tuple[Any, ...]] = set()  # what was fine: classes of arguments, and their names
    most = -1  # so many arguments without names need no look
    first = 1 if name[0] == "." else 0  # `self` is not among the arguments of a method
    without_names = function
    while without_names in WITHOUT_NAMES:
        without_names = WITHOUT_NAMES[without_names]

    def look(kinds: tuple[Any, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        nonlocal most
        if most < 0:
            most = 1 if inside(name) else refused_anyway(name) + first  # 1: the tensor
        if not ask(args, kwargs):
            return again(args, kwargs)
        known.add(kinds)
        return None

    def ask(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        if not inside(name):
            return check(name, args[first:], kwargs)
        given = bound(function, args, kwargs)
        return given is not None and check_inside(name, given.arguments)

    def again(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any] | None:
        if not inside(name):
            plain = restated(name, args[first:], kwargs)
            if plain is None:
                return None
            return functools.partial(function, *args[:first], *plain[0], **plain[1])
        given = bound(function, args, kwargs)
        values = restated_inside(name, given.arguments) if given else None
        return None if values is None else functools.partial(function, **values)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if kwargs:
                kinds = (*map(type, args), *kwargs, *map(type, kwargs.values()))
                if kinds not in known and (in_plain_values := look(kinds, args, kwargs)):
                    return in_plain_values()
                return function(*args, **kwargs)
            if (
                len(args) > most
                and (kinds := tuple(map(type, args))) not in known
                and (in_plain_values := look(kinds, args, kwargs))
            ):
                return in_plain_values()
            return without_names(*args)
        except Exception as error:
            overrides = sys.modules[__package__].overrides if foreign(args, kwargs) else None
            if overrides is None or overrides.BEFORE:
                refuse(ask, args, kwargs)
                renamed(error, function, name)
                if (in_plain_values := again(args, kwargs)) is None:
                    raise
                overrides = None
        if overrides is None:
            return in_plain_values()
        return overrides.ask_first(call, args, kwargs)

    return call


def bound(function: Callable[..., Any], args: Any, kwargs: Any) -> inspect.BoundArguments | None:
    """All arguments by name; None if their number is wrong, of which Python tells itself."""
    try:
        given = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return None
    given.apply_defaults()
    return given


def renamed(error: Exception, function: Callable[..., Any], name: str) -> None:
    """Python's own error of a wrong number of arguments, under PyTorch's name of the function."""
    here, parentheses, said = str(error).partition("()")
    of_python = said.startswith((" takes ", " missing ", " got ")) and isinstance(error, TypeError)
    if of_python and here == inspect.unwrap(function).__qualname__ and "__init__" not in here:
        error.args = ("Tensor" * (name[0] == ".") + name.removeprefix("F.") + parentheses + said,)


def foreign(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether an argument is no tensor, but says itself what functions do (see overrides.py)."""
    values = [*args, *kwargs.values()]
    values += [item for value in values if isinstance(value, list | tuple) for item in value]
    return any(
        hasattr(type(value), "__torch_function__") and not isinstance(value, TensorBase)
        for value in values
    )


def refuse(ask: Callable[..., bool], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """After an error: raise PyTorch's, if the arguments are the reason."""
    try:
        ask(args, kwargs)
    except (TypeError, ValueError) as error:
        raise error.with_traceback(None) from None


def checked_all(functions: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Those of ``functions``, by name, that are in the table under ``prefix`` and their name.

    Classes there, such as `device`, check what their objects are made of from now on.
    """
    for name, kind in functions.items():
        if isinstance(kind, type) and "." + name in table():
            made: Any = kind
            made.__init__ = checked(made.__init__, "." + name)
    return {
        name: checked(function, prefix + name)
        for name, function in functions.items()
        if prefix + name in table() and prefix + name not in UNCHECKED
    }


def checked_methods(methods: type) -> None:
    """Let the methods of the class check their arguments."""
    for name, function in list(vars(methods).items()):
        code = getattr(function, "__code__", None)
        in_table = {"." + name, name, name.removesuffix("_")} & table().keys()
        if code is None or not in_table or "." + name in UNCHECKED:
            continue
        takes_some = code.co_argcount + code.co_kwonlyargcount > 1 or code.co_flags & VARIABLE
        setattr(methods, name, (checked if takes_some else lonely)(function, "." + name))


def lonely(function: Callable[[Any], Any], name: str) -> Callable[..., Any]:
    """The method ``function``, which takes no arguments; 0.03 µs more a call."""

    @functools.wraps(function)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs:
            check(name, args, kwargs)
            return function(self, *args, **kwargs)
        return function(self)

    return call
