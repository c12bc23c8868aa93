"""The stand-in's arrays, ufuncs and functions.

Stricter than CuPy where CuPy is loose: an index out of bounds reads another element in silence, of
values for one place the first stays, NumPy's functions refuse the arrays although CuPy takes some
over, arrays on a GPU that is not the current one are refused. `waits` counts what makes the
processor wait for the GPU, and within `no_sync` it is an error.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import inspect
import operator
import re
from pathlib import Path
from typing import Any

import numpy as np
import scipy.special

from minitorch import cpp

NAMES = dict(
    line.split(" ", 1) if " " in line else (line, "")
    for line in Path(__file__).parents[1].joinpath("names.txt").read_text().splitlines()
)
REFUSED = (
    "Implicit conversion to a NumPy array is not allowed. "
    "Please use `.get()` to construct a NumPy array explicitly."
)
LOOKS = "nonzero item tolist tobytes".split()  # methods that wait for the GPU
FUNCTIONS_THAT_LOOK = """unique bincount argwhere flatnonzero nonzero
    histogram unravel_index""".split()
SCALARS = (bool, int, float, complex, np.generic)

waits: collections.Counter[str] = collections.Counter()
_refused = False


@contextlib.contextmanager
def no_sync() -> Any:
    """A context in which to wait for the GPU is an error."""
    global _refused
    _refused = True
    try:
        yield
    finally:
        _refused = False


def waited(why: str) -> None:
    """The processor has waited for the GPU."""
    from . import cuda

    if _refused:
        raise AssertionError(f"the processor waits for the GPU: {why}")
    waits[why] += 1
    cuda.wait()


def current() -> int:
    from .cuda import runtime

    return runtime.getDevice()


class Flags:
    """CuPy's flags are these five."""

    def __init__(self, flags: Any) -> None:
        self.c_contiguous, self.f_contiguous = flags.c_contiguous, flags.f_contiguous
        self.owndata, self.fnc, self.forc = flags.owndata, flags.fnc, flags.forc


class ndarray:  # noqa: N801 - CuPy's name
    """An array on a GPU, or what passes for one."""

    __slots__ = ("_a", "_gpu")
    __array_priority__ = 100
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, shape: Any, dtype: Any = float, memptr=None, strides=None, order="C"):
        self._a, self._gpu = np.empty(shape, dtype, order=order), current()

    # ---- main memory is elsewhere

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise TypeError(REFUSED)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        raise TypeError(f"numpy.{func.__name__} was given an array on a GPU. {REFUSED}")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__" and not kwargs and not any(type(x) is np.ndarray for x in inputs):
            mine = globals()["UFUNCS"].get(ufunc.__name__)  # np.float32(2) * x comes here
            if mine and any(isinstance(x, np.generic) for x in inputs):
                return mine(*inputs)
        raise TypeError(f"numpy.{ufunc.__name__} was given an array on a GPU. {REFUSED}")

    def get(self, stream=None, order="C", out=None, blocking=True) -> np.ndarray:
        from . import cuda

        if not blocking:
            then = self._a.copy()
            cuda.later(lambda: out.__setitem__(..., then))
            return out
        waited("get")
        if out is not None:
            out[...] = self._a
            return out
        return self._a.copy(order)

    def set(self, arr: Any, stream: Any = None) -> None:
        if not isinstance(arr, np.ndarray) or arr.dtype != self.dtype or arr.shape != self.shape:
            raise TypeError("Only numpy.ndarray of the same shape and dtype can be set")
        array_of(self)[...] = arr

    def __bool__(self) -> bool:
        waited("bool")
        return bool(self._a)

    def __float__(self) -> float:
        waited("float")
        return float(self._a)

    def __int__(self) -> int:
        waited("int")
        return int(self._a)

    def __complex__(self) -> complex:
        waited("complex")
        return complex(self._a)

    def __repr__(self) -> str:
        return repr(self.get())

    def __reduce__(self) -> Any:
        from . import asarray

        return asarray, (self.get(),)

    # ---- facts

    dtype = property(lambda self: self._a.dtype)
    ndim = property(lambda self: self._a.ndim)
    size = property(lambda self: self._a.size)
    itemsize = property(lambda self: self._a.itemsize)
    nbytes = property(lambda self: self._a.nbytes)
    shape = property(lambda self: self._a.shape)
    strides = property(lambda self: self._a.strides)
    flags = property(lambda self: Flags(self._a.flags))
    T = property(lambda self: wrap(self._a.T, self._gpu))
    mT = property(lambda self: wrap(self._a.mT, self._gpu))
    real = property(
        lambda self: wrap(self._a.real, self._gpu),
        lambda self, v: _write(array_of(self).real, ..., v),
    )
    imag = property(
        lambda self: wrap(self._a.imag, self._gpu),
        lambda self, v: _write(array_of(self).imag, ..., v),
    )

    @property
    def base(self) -> Any:
        return None if self._a.base is None else wrap(self._a.base, self._gpu)

    @property
    def device(self) -> Any:
        from .cuda import Device

        return Device(self._gpu)

    @property
    def data(self) -> Any:
        from .cuda import MemoryPointer

        return MemoryPointer(self._a.ctypes.data)

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        facts = {"shape": self.shape, "typestr": self.dtype.str, "strides": self.strides}
        return {**facts, "data": (self.data.ptr, False), "version": 3}

    def __dlpack__(self, **options: Any) -> Any:
        raise BufferError("the stand-in has no memory on a GPU")

    def __dlpack_device__(self) -> tuple[int, int]:
        return 2, self._gpu

    def __len__(self) -> int:
        return len(self._a)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __copy__(self) -> Any:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    # ---- elements

    def __getitem__(self, index: Any) -> Any:
        found = self._a[_index(self._a, index)]
        if not np.may_share_memory(found, self._a):
            array_of(self)
        return wrap(found, self._gpu)

    def __setitem__(self, index: Any, value: Any) -> None:
        _write(array_of(self), _index(self._a, index), value)

    def take(self, indices: Any, axis=None, out=None) -> Any:
        length = self.size if axis is None else self.shape[axis]
        places = operand(indices)
        if np.size(places) and not length:
            raise IndexError("cannot do a non-empty take from an empty axes.")
        return wrap(array_of(self).take(places % max(length, 1), axis))

    def fill(self, value: Any) -> None:
        array_of(self).fill(operand(value))

    def astype(self, dtype: Any, order="K", casting=None, subok=None, copy=True) -> Any:
        if np.dtype(dtype).kind not in "biufc":
            raise ValueError(f"Unsupported dtype {np.dtype(dtype)}")
        if not copy and self.dtype == dtype:
            return self
        return wrap(array_of(self).astype(dtype, order, casting or "unsafe"))

    def copy(self, order="C") -> Any:
        """A copy on the current GPU, from whichever it is."""
        return wrap(self._a.copy(order))

    def view(self, dtype=None, type=None) -> Any:
        return wrap(self._a.view() if dtype is None else self._a.view(dtype), self._gpu)

    def scatter_add(self, slices: Any, value: Any) -> None:
        UFUNCS["add"].at(self, slices, value)


def wrap(value: Any, gpu: int | None = None) -> Any:
    """A result of NumPy as one of CuPy: 0-d arrays instead of numbers, plain tuples."""
    from . import cuda

    if isinstance(value, np.ndarray | np.generic | bool | int | float | complex):
        array = object.__new__(ndarray)
        array._a = np.asarray(value)
        array._gpu = current() if gpu is None else gpu
        if array._a.base is None:
            cuda.get_allocator()(array._a.nbytes)
        return array
    if isinstance(value, tuple | list):
        return (
            type(value)(wrap(v) for v in value) if type(value) is list else tuple(map(wrap, value))
        )
    return value


def array_of(value: Any, here: bool = True) -> Any:
    """The NumPy array in an array of the stand-in, which must be on the current GPU."""
    if not isinstance(value, ndarray):
        raise TypeError(f"Unsupported type {type(value)}")
    if here and value._gpu != current():
        raise ValueError(
            "Array device must be same as the current device: "
            f"array device = {value._gpu} while current = {current()}"
        )
    return value._a


def operand(value: Any) -> Any:
    """The same of an operand, which may also be a number."""
    return value if isinstance(value, SCALARS) else array_of(value)


def argument(value: Any) -> Any:
    """The same of any argument: shapes, axes, dtypes and names pass, NumPy's arrays do not."""
    if isinstance(value, ndarray):
        return value._a
    if isinstance(value, np.ndarray | set | dict):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, list | tuple):
        if any(isinstance(item, float | complex) for item in value):
            raise TypeError(f"Unsupported type {type(value)}")
        return type(value)([argument(item) for item in value])
    return value


def asnumpy(a: Any, stream=None, order="C", out=None, *, blocking=True) -> np.ndarray:
    """A copy in main memory."""
    return a.get(stream, order, out) if isinstance(a, ndarray) else np.asarray(a, order=order)


# Elements -----------------------------------------------------------------------------------------


def _index(array: np.ndarray, index: Any) -> Any:
    """The index for NumPy; integers of an array that lie outside come in again at the other end."""
    parts = list(index) if isinstance(index, tuple) else [index]
    for part in parts:
        if isinstance(part, np.ndarray | list):
            raise TypeError(f"an index on the GPU is wanted, not {type(part)}")
    width = sum(
        (part.ndim if part.dtype == bool else 1) if isinstance(part, ndarray) else part is not None
        for part in parts
        if part is not Ellipsis
    )
    at, found = 0, []
    for part in parts:
        if part is Ellipsis:
            at += array.ndim - width
        elif isinstance(part, ndarray) and part.dtype == bool:
            waited("mask")
            at += part.ndim
            part = array_of(part)
        elif isinstance(part, ndarray):
            length = array.shape[at]
            part = array_of(part) % length if length else array_of(part)
            at += 1
        elif part is not None:
            at += 1
        found.append(part)
    return tuple(found)


def _write(array: np.ndarray, index: Any, value: Any) -> None:
    """``array[index] = value``; of several values for one place the first stays, not the last."""
    value = operand(value)
    parts = index if isinstance(index, tuple) else (index,)
    if not array.ndim or not any(isinstance(part, np.ndarray) for part in parts):
        array[index] = value
        return
    places = np.arange(array.size).reshape(array.shape)[index]
    values = np.broadcast_to(value, places.shape).reshape(-1)[::-1]
    array[np.unravel_index(places.reshape(-1)[::-1], array.shape)] = values


# Functions ----------------------------------------------------------------------------------------


def signature(text: str) -> inspect.Signature:
    """What a line of names.txt says about parameters."""
    kind, found = inspect.Parameter.POSITIONAL_OR_KEYWORD, []
    for word in text.split():
        if word == "/":
            continue
        name, default = word.rstrip("="), None if word.endswith("=") else inspect.Parameter.empty
        this = kind
        if word.startswith("**"):
            this = inspect.Parameter.VAR_KEYWORD
        elif word.startswith("*"):
            kind = inspect.Parameter.KEYWORD_ONLY
            if word == "*":
                continue
            this = inspect.Parameter.VAR_POSITIONAL
        found.append(inspect.Parameter(name.lstrip("*"), this, default=default))
    return inspect.Signature(found)


def lend(name: str, function: Any, scalars: bool = False) -> Any:
    """NumPy's ``function`` for the stand-in's arrays, with the parameters that CuPy's has."""
    checked = signature(NAMES[name])
    short = name.rpartition(".")[2]
    owner_is_array = name.startswith("cupy.ndarray.")

    def call(*args: Any, **kwargs: Any) -> Any:
        checked.bind(*args[owner_is_array:], **kwargs)
        if short in (LOOKS if owner_is_array else FUNCTIONS_THAT_LOOK):
            waited(short)
        given = [*args, *kwargs.values()]
        convert = operand if scalars else argument
        out = kwargs.get("out")
        result = function(
            *[convert(arg) for arg in args], **{k: argument(v) for k, v in kwargs.items()}
        )
        if out is not None:
            return out
        if short in ("item", "tolist", "tobytes", "shape", "ndim", "size", "can_cast"):
            return result
        arrays = [a for a in flat(given) if isinstance(a, ndarray)]
        gpu = arrays[0]._gpu if arrays else None
        shared = isinstance(result, np.ndarray) and any(
            np.may_share_memory(result, a._a) for a in arrays
        )
        if not shared:
            for array in arrays:
                array_of(array)
        return wrap(result, gpu)

    call.__name__ = short
    return call


def flat(values: Any) -> Any:
    for value in values:
        if isinstance(value, list | tuple):
            yield from flat(value)
        else:
            yield value


linalg_raises = [False]  # set by cupyx.errstate


def unless_strict(function: Any) -> Any:
    """A decomposition that goes on where it failed, as cuSOLVER does, with NaN for results."""

    def call(a: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(a, *args, **kwargs)
        except np.linalg.LinAlgError:
            if linalg_raises[-1]:
                raise
            unit = np.broadcast_to(np.eye(*a.shape[-2:], dtype=a.dtype), a.shape)
            found = function(unit, *args, **kwargs)
        if not isinstance(found, tuple):
            return np.full_like(found, np.nan)
        return tuple([np.full_like(part, np.nan) for part in found])

    return call


class ufunc:  # noqa: N801 - CuPy's name
    """A function of elements, for the dtypes for which CuPy has a kernel."""

    def __init__(self, name: str, function: Any, text: str) -> None:
        self.name = self.__name__ = name
        self.function = function
        self.scatter, *self.types = text.split()
        self.loops = [tuple(map(tuple, one.split("->"))) for one in self.types]
        self.nin, self.nout = len(self.loops[0][0]), len(self.loops[0][1])

    def __call__(self, *args: Any, out=None, dtype=None, casting="same_kind", **wrong: Any) -> Any:
        if wrong:
            raise TypeError(f"Wrong arguments {wrong}")
        if len(args) == self.nin + self.nout:
            args, out = args[: self.nin], args[self.nin]
        if len(args) != self.nin:
            raise TypeError(f"{self.name}: {self.nin} arguments are wanted, not {len(args)}")
        values = [operand(arg) for arg in args]
        ins, outs = self.loop(values, dtype)
        given = [np.asarray(v).astype(t, copy=False) for v, t in zip(values, ins, strict=True)]
        with np.errstate(all="ignore"):  # a GPU does not warn
            result = self.function(*given)
        results = result if isinstance(result, tuple) else (result,)
        results = tuple(np.asarray(r).astype(t, "C") for r, t in zip(results, outs, strict=True))
        if out is None:
            return wrap(results[0] if len(results) == 1 else results)
        targets = out if isinstance(out, tuple) else (out,)
        for target, value in zip(targets, results, strict=True):
            if not np.can_cast(value.dtype, target.dtype, casting):
                raise TypeError(
                    f"output (typecode '{value.dtype.char}') could not be coerced to provided "
                    f"output parameter (typecode '{target.dtype.char}')"
                )
            if np.broadcast_shapes(value.shape, target.shape) != target.shape:
                raise ValueError("Out shape is mismatched")
            array_of(target)[...] = value
        return out

    def loop(self, values: list[Any], dtype: Any) -> Any:
        """The dtypes of the first kernel that takes the values without loss."""
        strong = [v.dtype for v in values if hasattr(v, "dtype")]
        kinds = [v.dtype if hasattr(v, "dtype") else np.result_type(*strong, v) for v in values]
        for ins, outs in self.loops:
            if dtype is not None:
                if np.dtype(outs[0]) == dtype:
                    return ins, outs
            elif all(np.can_cast(k, t, "safe") for k, t in zip(kinds, ins, strict=True)):
                return ins, outs
        raise TypeError(f"Wrong type ({kinds}) of arguments for cupy_{self.name}")

    def reduce(self, array: Any, axis=0, dtype=None, out=None, keepdims=False) -> Any:
        if self.name not in ("add", "multiply"):
            raise NotImplementedError(f"`{self.name}.reduce` is not supported yet")
        method = array.sum if self.name == "add" else array.prod
        return method(axis, dtype, out, keepdims)

    def accumulate(self, array: Any, axis=0, dtype=None, out=None) -> Any:
        if self.name not in ("add", "multiply"):
            raise NotImplementedError(f"`{self.name}.accumulate` is not supported yet")
        return (array.cumsum if self.name == "add" else array.cumprod)(axis, dtype, out)

    def reduceat(self, array: Any, indices: Any, axis=0, dtype=None, out=None) -> Any:
        if self.name != "add":
            raise NotImplementedError(f"`{self.name}.reduceat` is not supported yet")
        return wrap(np.add.reduceat(array_of(array), operand(indices), axis, dtype))

    def outer(self, a: Any, b: Any, **kwargs: Any) -> Any:
        return self(a.reshape(a.shape + (1,) * b.ndim), b, **kwargs)

    def at(self, a: Any, indices: Any, b: Any = None) -> None:
        """In place, adding up where a place is named twice; CuPy has it for a few dtypes."""
        allowed = {"max": "iIlLfd", "min": "iIlLfd", "add": "iIlLefd", "sub": "iI"}
        if self.scatter == "-":
            raise NotImplementedError(f"`{self.name}.at` is not supported yet")
        if a.dtype not in {np.dtype(c) for c in allowed.get(self.scatter, "iIlL")}:
            raise TypeError(f"{self.name}.at only supports some dtypes, not {a.dtype}")
        self.function.at(array_of(a), _index(a._a, indices), operand(b))


class ElementwiseKernel:
    """A loop around statements of C: read as Python where that can read them, else compiled."""

    def __init__(self, in_params: str, out_params: str, operation: str, name: str) -> None:
        self.params, self.operation, self.name = (in_params, out_params), operation, name
        self.ins, self.outs = map(cpp.parameters, self.params)
        known = ("T", "bool", "int64", "uint32", "uint64")
        assert all(kind in known for _, kind, _ in self.ins + self.outs)

    def __call__(self, *args: Any) -> Any:
        arrays = [operand(arg) for arg in args]
        assert any(isinstance(array, np.ndarray) for array in arrays), "how long is the loop?"
        wide = "raw " in " ".join(self.params) or "for (" in self.operation
        run = self.compiled if wide else self.read
        found = run(*arrays)
        given = args[len(self.ins) :]
        if not given:
            return wrap(found)
        return given[0] if len(given) == 1 else given

    def compiled(self, *arrays: Any) -> Any:
        assert cpp.compiler(), "a C++ compiler is wanted"
        floats = {a.dtype for a in arrays if isinstance(a, np.ndarray) and a.dtype.kind == "f"}
        assert len(floats) <= 1, "T is one dtype"
        return self.loop(*arrays)

    @functools.cached_property
    def loop(self) -> cpp.Loop:
        return cpp.Loop(*self.params, self.operation)

    def read(self, *arrays: Any) -> Any:
        names = [name for _, _, name in self.ins + self.outs]
        values = dict(zip(names, arrays, strict=False))
        others = {name: kind for _, kind, name in self.ins if kind != "T"}
        assert all(values[name].dtype == kind for name, kind in others.items())
        (dtype,) = {v.dtype for n, v in values.items() if hasattr(v, "dtype") and n not in others}
        here = {n: v if hasattr(v, "dtype") else dtype.type(v) for n, v in values.items()}
        known = {name: getattr(np, name) for name in self.KNOWN}
        known |= {"erf": scipy.special.erf, "T": dtype.type}
        with np.errstate(all="ignore"):
            exec(self.python, known, here)
        given = arrays[len(self.ins) :]
        results = tuple(here[name] for _, _, name in self.outs)
        for array, result in zip(given, results, strict=False):
            array[...] = result
        results = tuple(result.astype(dtype) for result in results)
        return results[0] if len(results) == 1 else results

    KNOWN = "sqrt exp expm1 log1p tanh fabs where".split()

    @property
    def python(self) -> str:
        """The statements without declarations, and with ``where`` for ``?`` and ``:``."""
        lines = [
            re.sub(r"^\s*T (?=\w+ = )", "", line).strip() for line in self.operation.split(";")
        ]
        choice = r"(\w+) = (.+) \? (.+) : (.+)"
        return "\n".join(re.sub(choice, r"\1 = where(\2, \3, \4)", line) for line in lines)


UFUNCS: dict[str, ufunc] = {}


def public(place: str, twin: Any) -> dict[str, Any]:
    """The functions and ufuncs of a module of CuPy, each with its twin's help."""
    found: dict[str, Any] = {}
    for full, text in NAMES.items():
        owner, _, name = full.rpartition(".")
        if owner != place:
            continue
        is_ufunc = name.endswith(":")
        name = name.rstrip(":")
        function = getattr(twin, name, None)
        if function is None:
            continue
        if is_ufunc:
            found[name] = ufunc(name, function, text)
            UFUNCS.setdefault(name, found[name])
        elif place != "cupy.ndarray" or name not in vars(ndarray):
            found[name] = lend(full, unless_strict(function) if ".linalg." in full else function)
    return found


for _name, _method in public("cupy.ndarray", np.ndarray).items():
    setattr(ndarray, _name, _method)

OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "pow": "power",
    "floordiv": "floor_divide", "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or",
    "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift",
}  # fmt: skip
COMPARISONS = "lt:less le:less_equal gt:greater ge:greater_equal eq:equal ne:not_equal"


def _operators() -> None:
    """``x + y``, ``2 + x``, ``x += y``: the ufuncs."""

    def two(name: str) -> Any:
        def call(self: Any, other: Any) -> Any:
            return UFUNCS[name](self, other) if _known(other) else NotImplemented

        return call

    def reflected(name: str) -> Any:
        def call(self: Any, other: Any) -> Any:
            return UFUNCS[name](other, self) if _known(other) else NotImplemented

        return call

    def change(name: str) -> Any:
        return lambda self, other: UFUNCS[name](self, other, out=self)

    for sign, name in OPERATORS.items():
        setattr(ndarray, f"__{sign}__", two(name))
        setattr(ndarray, f"__r{sign}__", reflected(name))
        setattr(ndarray, f"__i{sign}__", change(name))
    for pair in COMPARISONS.split():
        sign, name = pair.split(":")
        setattr(ndarray, f"__{sign}__", two(name))
    ndarray.__matmul__ = lambda self, other: wrap(operator.matmul(array_of(self), array_of(other)))


def _known(other: Any) -> bool:
    if isinstance(other, np.ndarray | list | tuple):
        raise TypeError(f"Unsupported type {type(other)}")
    return isinstance(other, (ndarray, *SCALARS))


public("cupy", np)  # fills UFUNCS
_operators()
