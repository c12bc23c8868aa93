"""``mt.overrides``: classes of one's own that say what functions do with them.

How they are asked is in torch_function.py. It costs nothing before the first such class: only then
`activate` puts a `Dispatched` in the place of every function, method and property.
"""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

from . import autograd, fft, linalg, special
from .autograd import engine
from .nn import functional
from .tensor import Tensor
from .to_python import ToPython
from .torch_function import (
    NAMES,
    DisableTorchFunctionSubclass,
    Dispatched,
    DispatchedMethod,
    DispatchedProperty,
    asked,
    get_default_nowrap_functions as get_default_nowrap_functions,
    overloaded,
    state,
)

# The functions that operators stand for; the others are called by the name of their method.
OPERATORS = {
    "__abs__": "abs", "__add__": "add", "__ge__": "ge", "__gt__": "gt", "__iadd__": "add_",
    "__ifloordiv__": "floor_divide_", "__imod__": "remainder_", "__imul__": "mul_",
    "__ipow__": "pow_", "__isub__": "sub_", "__itruediv__": "div_", "__le__": "le", "__lt__": "lt",
    "__matmul__": "matmul", "__mod__": "remainder", "__mul__": "mul", "__ne__": "ne",
    "__neg__": "neg", "__pos__": "positive", "__pow__": "pow", "__radd__": "add",
    "__rand__": "bitwise_and", "__rmul__": "mul", "__ror__": "bitwise_or",
    "__rxor__": "bitwise_xor", "__sub__": "sub", "__truediv__": "div",
}  # fmt: skip
# What asks nobody: how objects are made and compared, and what is for the subclass to be one.
SILENT = frozenset(
    "__class__ __delattr__ __dir__ __getattribute__ __getstate__ __hash__ __init__ __new__ "
    "__init_subclass__ __setattr__ __sizeof__ __str__ __subclasshook__ _dim as_subclass".split()
)
NOT_HERE = frozenset("as_tensor asarray from_numpy is_tensor tensor".split())
FROM = (
    "minitorch.ops.", "minitorch.creation", "minitorch.inspection", "minitorch.sampling",
    "minitorch.older_windows",
)  # fmt: skip
PREFIXES = {"torch.linalg": "linalg_", "torch.fft": "fft_", "torch.special": "special_"}


# Activation ---------------------------------------------------------------------------------------

ALL: dict[Any, Dispatched] = {}  # by what is dispatched
BEFORE: list[tuple[Any, str, Any]] = []  # (owner, name, value) of all that `activate` replaced


def put(owner: Any, name: str, value: Any) -> None:
    """``owner.name = value``, until `deactivate`."""
    BEFORE.append((owner, name, vars(owner)[name]))
    setattr(owner, name, value)


def deactivate() -> None:
    """All as it was before `activate`, for tests."""
    while BEFORE:
        setattr(*BEFORE.pop())


def activate() -> None:
    """Let all functions, methods and properties ask their arguments' classes."""
    if BEFORE:
        return
    replaced: dict[Any, Dispatched] = {}  # functions
    main = sys.modules["minitorch"]
    places = {"torch.nn.functional": functional, "torch.linalg": linalg}
    places |= {"torch.fft": fft, "torch.special": special, "torch": main}
    for place, module in places.items():
        for name, value in list(vars(module).items()):
            origin = getattr(value, "__module__", None) or ""
            if name[0] == "_" or name in NOT_HERE or not origin.startswith(FROM):
                continue
            if isinstance(value, types.FunctionType) and value not in replaced:
                replaced[value] = Dispatched(PREFIXES.get(place, "") + name, value)
                NAMES[replaced[value]] = f"{place}.{name}"
    ALL.update(replaced)
    for name, module in list(sys.modules.items()):  # the layers have the functions as globals
        if name in ("minitorch", "minitorch.fft", "minitorch.linalg", "minitorch.special") or (
            name.startswith("minitorch.nn.")
        ):
            for key, value in list(vars(module).items()):
                if isinstance(value, types.FunctionType) and value in replaced:
                    put(module, key, replaced[value])
    for kind in reversed(Tensor.__mro__[:-1]):
        for name, value in list(vars(kind).items()):
            if name in SILENT or (name[0] == "_" and name[:2] != "__"):
                continue
            if isinstance(value, property):
                put(kind, name, DispatchedProperty(name, value))
                NAMES[getattr(kind, name).__get__] = f"torch.Tensor.{name}.__get__"
            elif isinstance(value, types.FunctionType):
                ALL[value] = method = DispatchedMethod(name, value, name[:2] == "__")
                put(kind, name, method)
                NAMES[method] = f"torch.Tensor.{name}"
    for name, function in OPERATORS.items():
        operator = getattr(Tensor, name, None)
        if isinstance(operator, Dispatched) and hasattr(Tensor, function):
            operator._func = getattr(Tensor, function)

    # What is called by other names inside is one call; and the engine's calculations are none.
    silent: tuple[tuple[Any, str], ...]
    silent = (
        (engine, "run_backward"),
        (main, "tensor"),
        (main, "as_tensor"),
        (ToPython, "as_subclass"),
    )
    for owner, name in silent:
        put(owner, name, unasked(getattr(owner, name)))
    put(autograd, "grad", Dispatched("grad", autograd.grad))
    NAMES[autograd.grad] = "torch.autograd.grad"


def ask_first(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """The first call of a function with an instance of a class that asks to be asked."""
    activate()
    return ALL.get(function, function)(*args, **kwargs)


def unasked(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` in which nobody is asked: the engine's own calculations are no calls."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        modes, state.modes = state.modes, ()
        try:
            with DisableTorchFunctionSubclass():
                return function(*args, **kwargs)
        finally:
            state.modes = modes

    return call


# PyTorch's names ----------------------------------------------------------------------------------


class TorchFunctionMode:
    """A context whose method ``__torch_function__`` is asked by every function called in it.

    >>> class Names(mt.overrides.TorchFunctionMode):
    ...     def __torch_function__(self, func, types, args=(), kwargs=None):
    ...         print(mt.overrides.resolve_name(func))
    ...         return func(*args, **(kwargs or {}))
    >>> with Names():
    ...     x = mt.ones(2).exp()
    torch.ones
    torch.Tensor.exp
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """The result of ``func(*args, **kwargs)``; NotImplemented asks the classes."""
        raise NotImplementedError

    def __enter__(self) -> Any:
        activate()
        state.modes = (*state.modes, self)
        return self

    def __exit__(self, *error: object) -> None:
        state.modes = state.modes[:-1]


class BaseTorchFunctionMode(TorchFunctionMode):
    """A mode that computes as usual.

    >>> with mt.overrides.BaseTorchFunctionMode():
    ...     mt.ones(1) + 1
    tensor([2.])
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Whether one of the arguments is of a class with a ``__torch_function__``, or a mode is on.

    >>> mt.overrides.has_torch_function((mt.ones(1), 2))
    False
    """
    if state.modes:
        return True
    kinds = {type(value) for value in relevant_args} if state.enabled else set()
    return any(
        kind._result_class is not Tensor
        if issubclass(kind, Tensor)
        else hasattr(kind, "__torch_function__")
        for kind in kinds
    )


def has_torch_function_unary(tensor: Any) -> bool:
    """`has_torch_function` of one argument.

    >>> mt.overrides.has_torch_function_unary(mt.ones(1))
    False
    """
    return has_torch_function((tensor,))


def has_torch_function_variadic(*relevant_args: Any) -> bool:
    """`has_torch_function` of several arguments.

    >>> mt.overrides.has_torch_function_variadic(mt.ones(1), 2)
    False
    """
    return has_torch_function(relevant_args)


def handle_torch_function(
    public_api: Callable[..., Any], relevant_args: Iterable[Any], *args: Any, **kwargs: Any
) -> Any:
    """What the classes of ``relevant_args`` say that ``public_api(*args, **kwargs)`` gives.

    For functions of one's own that can be overridden:

    >>> def double(x):
    ...     if mt.overrides.has_torch_function((x,)):
    ...         return mt.overrides.handle_torch_function(double, (x,), x)
    ...     return 2 * x
    >>> class Words:
    ...     @classmethod
    ...     def __torch_function__(cls, func, types, args=(), kwargs=None):
    ...         return f"{func.__name__} of words"
    >>> double(Words())
    'double of words'
    """
    relevant = overloaded(relevant_args)
    result = asked(public_api, relevant, args, kwargs)
    if result is NotImplemented:
        raise TypeError(
            f"no implementation found for '{public_api.__module__}.{public_api.__name__}' on types "
            f"that implement __torch_function__: {[type(value) for value in relevant]}"
        )
    return result


def wrap_torch_function(dispatcher: Callable[..., Iterable[Any]]) -> Callable[..., Any]:
    """A decorator for functions that can be overridden; ``dispatcher`` names the arguments to ask.

    >>> @mt.overrides.wrap_torch_function(lambda x: (x,))
    ... def double(x):
    ...     return 2 * x
    >>> double(mt.ones(1))
    tensor([2.])
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            relevant = tuple(dispatcher(*args, **kwargs))
            if has_torch_function(relevant):
                return handle_torch_function(call, relevant, *args, **kwargs)
            return function(*args, **kwargs)

        return call

    return decorate


def is_tensor_like(inp: Any) -> bool:
    """Whether ``inp`` is a tensor, or of a class with a ``__torch_function__``.

    >>> mt.overrides.is_tensor_like(mt.ones(1)), mt.overrides.is_tensor_like(1.0)
    (True, False)
    """
    return isinstance(inp, Tensor) or hasattr(inp, "__torch_function__")


def resolve_name(f: Callable[..., Any]) -> str | None:
    """PyTorch's name of a function that can be overridden, or None.

    >>> mt.overrides.resolve_name(mt.Tensor.add)
    'torch.Tensor.add'
    """
    activate()
    return NAMES.get(f)


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether ``func`` is a method of tensors, or the ``__get__`` of a property.

    >>> mt.overrides.is_tensor_method_or_property(mt.Tensor.add)
    True
    """
    return str(resolve_name(func)).startswith("torch.Tensor.")
