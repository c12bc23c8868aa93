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


class Arguments:
    """Those of one public function: what PyTorch takes, and what was fine so far.

    An object, for functions within each `checked` were a third of all objects that an import makes,
    so many that Python looked through all for garbage: 20 ms of 130.
    """

    __slots__ = ("first", "function", "known", "name")

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function, self.name = function, name
        self.first = 1 if name[0] == "." else 0  # `self` is not among the arguments of a method
        self.known: set[tuple[Any, ...]] = set()  # what was fine: classes, and names

    def most(self) -> int:
        """So many arguments without names need no look."""
        return 1 if inside(self.name) else refused_anyway(self.name) + self.first  # 1: the tensor

    def look(self, kinds: tuple[Any, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Remember ``kinds`` if they are fine; else, if it can be, the call in plain values."""
        if not self.ask(args, kwargs):
            return self.again(args, kwargs)
        self.known.add(kinds)
        return None

    def ask(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Whether PyTorch takes them as they are; it may refuse them."""
        if not inside(self.name):
            return check(self.name, args[self.first :], kwargs)
        given = bound(self.function, args, kwargs)
        return given is not None and check_inside(self.name, given.arguments)

    def again(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[], Any] | None:
        """The call in plain values, if PyTorch takes the arguments for such."""
        if not inside(self.name):
            plain = restated(self.name, args[self.first :], kwargs)
            if plain is None:
                return None
            return functools.partial(self.function, *args[: self.first], *plain[0], **plain[1])
        given = bound(self.function, args, kwargs)
        values = restated_inside(self.name, given.arguments) if given else None
        return None if values is None else functools.partial(self.function, **values)


def checked(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """``function`` for the arguments that PyTorch's ``name`` takes; ``.name`` is a method."""
    arguments = Arguments(function, name)
    known = arguments.known
    most = -1  # to be asked for
    without_names = function
    while without_names in WITHOUT_NAMES:
        without_names = WITHOUT_NAMES[without_names]

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal most
        try:
            if kwargs:
                kinds = (*map(type, args), *kwargs, *map(type, kwargs.values()))
                if kinds not in known and (plain := arguments.look(kinds, args, kwargs)):
                    return plain()
                return function(*args, **kwargs)
            if len(args) > most and (kinds := tuple(map(type, args))) not in known:
                most = arguments.most()
                if plain := arguments.look(kinds, args, kwargs):
                    return plain()
            return without_names(*args)
        except Exception as error:
            overrides = sys.modules[__package__].overrides if foreign(args, kwargs) else None
            if overrides is None or overrides.BEFORE:
                refuse(arguments, args, kwargs)
                renamed(error, function, arguments.name)
                if (plain := arguments.again(args, kwargs)) is None:
                    raise
                overrides = None
        if overrides is None:
            return plain()
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


def refuse(arguments: Arguments, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """After an error: raise PyTorch's, if the arguments are the reason."""
    try:
        arguments.ask(args, kwargs)
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
    known = table()
    for name, function in list(vars(methods).items()):
        code = getattr(function, "__code__", None)
        in_table = "." + name in known or name in known or name.removesuffix("_") in known
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
