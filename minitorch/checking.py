"""Public functions refuse what PyTorch's refuse, in its words: `check` of signatures.py for all.

Tensors and dimensions are left to the functions: what fails there is looked at afterwards. Flags,
numbers and dtypes are looked at first, as a function may take a wrong one and say nothing; but not
if a call with the same classes of arguments was fine. So a call costs 0.08 µs more, 0.2 with flags.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from .autograd.graph import TensorBase
from .ops.dims import WITHOUT_NAMES
from .signatures import check, check_inside, inside, refused_anyway, table

# These are called often, take less time than others, and look at all their arguments themselves.
SELF_CHECKING = frozenset(
    """
    relu .relu .add .sub .mul .div .pow .eq .ne .lt .le .gt .ge .matmul .mm .bmm .view .reshape
    .expand .permute .transpose .squeeze .unsqueeze .select .contiguous .float .double .half
    .long .int .size .stride .dim .numel .item .detach
    """.split()
)
VARIABLE = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS


def checked(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """``function`` for the arguments that PyTorch's ``name`` takes; ``.name`` is a method."""
    known: set[tuple[Any, ...]] = set()  # what was fine: classes of arguments, and their names
    most = -1  # so many arguments without names need no look
    first = 1 if name[0] == "." else 0  # `self` is not among the arguments of a method
    without_names = function
    while without_names in WITHOUT_NAMES:
        without_names = WITHOUT_NAMES[without_names]

    def look(kinds: tuple[Any, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nonlocal most
        if most < 0:
            most = 0 if inside(name) else refused_anyway(name) + first
        if ask(args, kwargs):
            known.add(kinds)

    def ask(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        if not inside(name):
            return check(name, args[first:], kwargs)
        try:
            given = inspect.signature(function).bind(*args, **kwargs)
        except TypeError:  # of a wrong number of arguments Python tells itself
            return False
        given.apply_defaults()
        return check_inside(name, given.arguments)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            if kwargs:
                kinds = (*map(type, args), *kwargs, *map(type, kwargs.values()))
                if kinds not in known:
                    look(kinds, args, kwargs)
                return function(*args, **kwargs)
            if len(args) > most and (kinds := tuple(map(type, args))) not in known:
                look(kinds, args, kwargs)
            return without_names(*args)
        except Exception:
            overrides = sys.modules[__package__].overrides if foreign(args, kwargs) else None
            if overrides is None or overrides.BEFORE:
                refuse(ask, args, kwargs)
                raise
        return overrides.ask_first(call, args, kwargs)

    return call


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
    """Those of ``functions``, by name, that are in the table under ``prefix`` and their name."""
    return {
        name: checked(function, prefix + name)
        for name, function in functions.items()
        if prefix + name in table() and prefix + name not in SELF_CHECKING
    }


def checked_methods(methods: type) -> None:
    """Let the methods of the class that take arguments check them."""
    for name, function in list(vars(methods).items()):
        code = getattr(function, "__code__", None)
        in_table = {"." + name, name, name.removesuffix("_")} & table().keys()
        if code is None or not in_table or "." + name in SELF_CHECKING:
            continue
        if code.co_argcount + code.co_kwonlyargcount > 1 or code.co_flags & VARIABLE:
            setattr(methods, name, checked(function, "." + name))
