"""Reading pickles: one reader that never runs code, and one that does as the file says.

A pickle is a program: it names functions and says what to call them with. `WeightsUnpickler` knows
the names in `NAMES`, those that a user declared safe with `add_safe_globals`, and nothing else. It
calls what it knows only with arguments that make sense, and changes only what it has just made.
"""

from __future__ import annotations

import _compat_pickle
import importlib
import pickle
import re
import warnings
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from ..autograd.graph import TensorBase
from ..devices import device
from ..size import Size
from .safe import safe_by_name
from .tensors import NAMES, rebuild_from_type_v2, refuse_lacking, with_attributes

BLOCKED = {"sys", "os", "posix", "nt"}
MAPPINGS = (dict, OrderedDict, Counter)
KEY_PARTS = 1000  # a dict's key with more parts than this is nobody's

# What may be called without having been declared safe ---------------------------------------------


def key(value: Any) -> Any:
    """``value``, as a key or a member of a set.

    Not every tuple of tuples: Python would crash on the hash of one that is deep enough, and not
    come to an end with one that holds the same tuple twice, which holds the same tuple twice, …
    """
    waiting = [value]
    for part in waiting:
        if isinstance(part, tuple):
            waiting.extend(part)
        if len(waiting) > KEY_PARTS:
            raise pickle.UnpicklingError("a key has too many parts")
    return value


def sequence(items: Any) -> Any:
    """``items``, a list or tuple. A tensor is small in a file and can be endless to go through."""
    if not isinstance(items, list | tuple):
        raise TypeError(f"{type(items)} where a list or tuple should be")
    return items


def filled(kind: type, items: Any = ()) -> Any:
    """A mapping of class ``kind`` with these items."""
    result = kind()
    for name, value in items.items() if type(items) in MAPPINGS else sequence(items):
        result[key(name)] = value
    return result


def text_as_bytes(text: Any = "", encoding: Any = "latin1") -> bytes:
    """Bytes, which old pickles write as text."""
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str) or type(encoding) is not str or encoding[:5] != "latin":
        raise TypeError("bytes are written as text in latin1")
    return text.encode("latin1")


def complex_of(real: float, imag: float) -> complex:
    """A complex number."""
    return complex(float(real), float(imag))


def size_of(lengths: Any) -> Size:
    """A shape."""
    return Size([int.__index__(length) for length in sequence(lengths)])


# In place of what `NAMES` says. What is neither here nor a function that rebuilds tensors cannot be
# called: `Tensor(10 ** 12)` would fill the memory.
CALLS: dict[Any, Callable[..., Any]] = {
    OrderedDict: lambda items=(): filled(OrderedDict, items),
    Counter: lambda items=(): filled(Counter, items),
    NAMES["_codecs.encode"]: text_as_bytes,
    bytes: text_as_bytes,
    bytearray: lambda *text: bytearray(text_as_bytes(*text)),
    complex: complex_of,
    set: lambda items=(): {key(item) for item in sequence(items)},
    Size: size_of,
    device: device,
}
CALLS.update((function, function) for name, function in NAMES.items() if "._rebuild_" in name)


def described(thing: Any) -> Any:
    """What to say of ``thing``: not all of it, it may be tuples of the same tuples of …"""
    return thing if isinstance(thing, type) else type(thing)


class Operations(dict[int, Callable[..., Any]]):
    """The steps of a pickle's program that are allowed."""

    def __missing__(self, code: int) -> Any:
        raise pickle.UnpicklingError(f"Unsupported operand {code}")


HARMLESS = """
    STOP MARK TUPLE TUPLE1 TUPLE2 TUPLE3 NONE NEWFALSE NEWTRUE EMPTY_TUPLE EMPTY_LIST
    EMPTY_DICT EMPTY_SET BININT BININT1 BININT2 BINFLOAT BINUNICODE SHORT_BINSTRING LONG1 GLOBAL
    BINPERSID BINGET LONG_BINGET BINPUT LONG_BINPUT
"""


class WeightsUnpickler(pickle._Unpickler):
    """Reads a pickle of tensors and plain values; UnpicklingError where it finds anything else."""

    stack: list[Any]
    append: Callable[[Any], None]
    read: Callable[[int], bytes]
    dispatch: ClassVar[Any] = Operations(
        (code, pickle._Unpickler.dispatch[code])
        for code in (getattr(pickle, name)[0] for name in HARMLESS.split())
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declared = safe_by_name()

    def find_class(self, module: str, name: str) -> Any:
        """What the file calls ``module.name``."""
        path = modern_path(module, name)
        if path.partition(".")[0] in BLOCKED:
            raise pickle.UnpicklingError(
                f"Trying to load unsupported GLOBAL {path} whose module "
                f"{path.rpartition('.')[0]} is blocked."
            )
        if path in NAMES:
            return NAMES[path]
        if path in self.declared:
            return self.declared[path]
        refuse_lacking(path)
        path = path.removeprefix("builtins.")
        raise pickle.UnpicklingError(
            f"Unsupported global: GLOBAL {path} was not an allowed global by default. Please use "
            f"`torch.serialization.add_safe_globals([{path}])` or the "
            f"`torch.serialization.safe_globals([{path}])` context manager to allowlist this "
            "global if you trust this class/function."
        )

    def is_declared(self, thing: Any) -> bool:
        """Whether the user declared ``thing`` safe."""
        return any(thing is safe for safe in self.declared.values())

    def call(self, function: Any, args: Any) -> Any:
        """``function(*args)``, if that is allowed."""
        if type(args) is not tuple:
            raise pickle.UnpicklingError(f"arguments must be a tuple, but are {type(args)}")
        if function is rebuild_from_type_v2:
            inner, kind, inner_args, state = args
            if inner is function or not issubclass(kind, TensorBase):
                raise pickle.UnpicklingError("this does not make a tensor")
            tensor = self.call(inner, inner_args)
            return rebuild_from_type_v2(lambda: tensor, kind, (), state)
        for known, call in CALLS.items():
            if function is known:
                return call(*args)
        if not self.is_declared(function):
            raise pickle.UnpicklingError(
                f"Trying to call reduce for unrecognized function {described(function)}"
            )
        return function(*args)

    def load_proto(self) -> None:
        self.proto = self.read(1)[0]
        if self.proto != 2:
            warnings.warn(
                f"Detected pickle protocol {self.proto} in the checkpoint, which was not the "
                "default pickle protocol used by `torch.load` (2). The weights_only Unpickler "
                "might not support all instructions implemented by this protocol, please file an "
                "issue for adding support if you encounter this.",
                stacklevel=5,  # the line that called `load`; Python's pickle is on the way
            )

    def load_reduce(self) -> None:
        args = self.stack.pop()
        self.stack[-1] = self.call(self.stack[-1], args)

    def load_newobj(self) -> None:
        args = self.stack.pop()
        kind = self.stack.pop()
        if self.is_declared(kind) and type(args) is tuple:
            self.append(kind.__new__(kind, *args))
        elif isinstance(kind, type) and kind in CALLS:
            self.append(self.call(kind, args))
        else:
            raise pickle.UnpicklingError(
                "Can only create new object for nn.Parameter or classes allowlisted via "
                f"`add_safe_globals` but got {described(kind)}"
            )

    def load_build(self) -> None:
        state = self.stack.pop()
        thing = self.stack[-1]
        if type(thing) is OrderedDict:
            with_attributes(thing, state)
        elif not self.is_declared(type(thing)):
            raise pickle.UnpicklingError(
                "Can only build Tensor, Parameter, OrderedDict or types allowlisted via "
                f"`add_safe_globals`, but got {type(thing)}"
            )
        elif hasattr(thing, "__setstate__"):
            thing.__setstate__(state)
        else:
            own, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
            if own:
                vars(thing).update(own)
            for name, value in (slots or {}).items():
                setattr(thing, name, value)

    def load_appends(self) -> None:
        self.extend(self.pop_mark())

    def load_append(self) -> None:
        self.extend([self.stack.pop()])

    def extend(self, items: list[Any]) -> None:
        """Put ``items`` into the list on top of the stack."""
        if type(self.stack[-1]) is not list:
            raise pickle.UnpicklingError(
                f"Can only append to lists, but got {type(self.stack[-1])}"
            )
        self.stack[-1].extend(items)

    def load_setitems(self) -> None:
        self.set_items(self.pop_mark())

    def load_setitem(self) -> None:
        value = self.stack.pop()
        self.set_items([self.stack.pop(), value])

    def set_items(self, items: list[Any]) -> None:
        """Put ``items``, keys and values in turn, into the mapping on top of the stack."""
        mapping = self.stack[-1]
        if type(mapping) not in MAPPINGS:
            raise pickle.UnpicklingError(
                "Can only SETITEM for dict, collections.OrderedDict, collections.Counter, but got "
                f"{type(mapping)}"
            )
        for name, value in zip(items[::2], items[1::2], strict=True):
            mapping[key(name)] = value

    def pop_mark(self) -> list[Any]:
        """What was put on the stack since the last mark."""
        return super().pop_mark()  # type: ignore[misc]

    dispatch.update(
        {
            pickle.PROTO[0]: load_proto,
            pickle.REDUCE[0]: load_reduce,
            pickle.NEWOBJ[0]: load_newobj,
            pickle.BUILD[0]: load_build,
            pickle.APPEND[0]: load_append,
            pickle.APPENDS[0]: load_appends,
            pickle.SETITEM[0]: load_setitem,
            pickle.SETITEMS[0]: load_setitems,
        }
    )


def modern_path(module: str, name: str) -> str:
    """``module.name``, by Python 3's names: protocol 2 writes Python 2's."""
    module, name = _compat_pickle.NAME_MAPPING.get((module, name), (module, name))
    return f"{_compat_pickle.IMPORT_MAPPING.get(module, module)}.{name}"


UNSAFE = (
    "In PyTorch 2.6, we changed the default value of the `weights_only` argument in `torch.load` "
    "from `False` to `True`. Re-running `torch.load` with `weights_only` set to `False` will "
    "likely succeed, but it can result in arbitrary code execution. Do it only if you got the "
    "file from a trusted source."
)


def refusal(message: str) -> pickle.UnpicklingError:
    """The error for a file that holds ``message``, with PyTorch's advice around it."""
    if re.search(r"GLOBAL (\S+) was not an allowed global by default.", message):
        start = (
            "This file can still be loaded, to do so you have two options, \033[1mdo those steps "
            f"only if you trust the source of the checkpoint\033[0m. \n\t(1) {UNSAFE}\n\t(2) "
            "Alternatively, to load with `weights_only=True` please check the recommended steps "
            "in the following error message.\n\tWeightsUnpickler error: "
        )
    else:
        start = f"{UNSAFE}\n"
        if not re.search(r"whose module (\S+) is blocked", message):
            start += (
                "Please file an issue with the following so that we can make `weights_only=True` "
                "compatible with your use case: WeightsUnpickler error: "
            )
        start += "\n\n"
    return pickle.UnpicklingError(
        f"Weights only load failed. {start}{message}\n\nCheck the documentation of torch.load to "
        "learn more about types accepted by default with weights_only "
        "https://pytorch.org/docs/stable/generated/torch.load.html."
    )


def load_weights(file: Any, persistent_load: Callable[[Any], Any], **options: Any) -> Any:
    """What the pickle in ``file`` describes. Whatever is wrong with it, an UnpicklingError says so.

    RuntimeErrors, and all that comes out of ``persistent_load``, are not about the pickle.
    """
    passing: Any = None

    def load_storage(name: Any) -> Any:
        nonlocal passing
        try:
            return persistent_load(name)
        except Exception as error:
            passing = error
            raise

    unpickler: Any = WeightsUnpickler(file, **options)
    unpickler.persistent_load = load_storage
    try:
        return unpickler.load()
    except pickle.UnpicklingError as error:
        raise refusal(str(error)) from None
    except Exception as error:
        if error is passing or isinstance(error, RuntimeError):
            raise
        raise refusal(f"{type(error).__name__}: {error}") from error


# The reader that runs what the file says ----------------------------------------------------------


def load_anything(
    file: Any, persistent_load: Callable[[Any], Any], pickle_module: Any, **options: Any
) -> Any:
    """What the pickle in ``file`` describes, with MiniTorch's in place of PyTorch's classes."""

    class Unpickler(pickle_module.Unpickler):  # type: ignore[misc]
        def persistent_load(self, name: Any) -> Any:
            return persistent_load(name)

        def find_class(self, module: str, name: str) -> Any:
            path = modern_path(module, name)
            if path in NAMES:
                return NAMES[path]
            if module.partition(".")[0] == "torch":
                refuse_lacking(path)
                return counterpart(module, name)
            return super().find_class(module, name)

    return Unpickler(file, **options).load()


def counterpart(module: str, name: str) -> Any:
    """What MiniTorch has for ``torch.nn.modules.linear.Linear``: there, or in a package above."""
    for place in packages("minitorch" + module.removeprefix("torch")):
        try:
            package = importlib.import_module(place)
        except ModuleNotFoundError:
            continue
        if hasattr(package, name):
            return getattr(package, name)
    raise AttributeError(f"MiniTorch has no {module}.{name}, which the file holds")


def packages(path: str) -> Iterable[str]:
    """``a.b.c``, ``a.b`` and ``a``."""
    while path:
        yield path
        path = path.rpartition(".")[0]
