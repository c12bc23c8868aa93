"""`record`: run a model once, and write down which operations made which arrays from which.

Every operation's ``forward`` is replaced while the model runs, as the profiler does, so nothing is
slower when nobody records. What is written down is a list of `Step`. An array that no step has made
is an input, a parameter, a buffer, or a constant.

A file has no Python in it. So a model that reads a number of what depends on its input, to decide
something, is refused. What is changed in place goes by its new value from then on; a view that was
taken before, and so has changed as well, is refused where it is used.
"""

from __future__ import annotations

import functools
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .. import backend
from ..autograd import views
from ..autograd.graph import TensorBase
from ..autograd.modes import no_grad
from ..autograd.operation import Operation
from ..autograd.profiler import kinds
from ..methods import Methods
from ..nn.modules.hooks import register_module_forward_hook, register_module_forward_pre_hook
from ..ops import attention, conversion, fused, shape, subscript
from ..ops.overwriting import Change
from ..to_python import ToPython
from .errors import OnnxExporterError

PACKAGE = str(Path(__file__).parents[1])
MODELS = str(Path(PACKAGE, "vision"))  # models, which may be shown as a user's


# Which of these runs is a matter of memory, and may be another for another size.
COPIES = {conversion.Clone, conversion.Contiguous, conversion.Ordered, fused.Alias, subscript.Alias}
ALIKE: dict[type, type] = {
    shape.ReshapeAlias: shape.View,
    shape.UnsafeView: shape.View,
    attention.FlashAttention: attention.ScaledDotProductAttention,
}


class Cast:
    """In place of an operation: an operand is made the dtype of another, ``Cast(x, dtype)``."""


@dataclass(eq=False)
class Value:
    """An array that a run has come across; equal numbers mean the same in two runs."""

    number: int
    array: Any  # as it was then, of all but inputs and parameters a copy or untouched
    where: str = ""  # the line that has used or made it first
    name: str | None = None  # of an input, a parameter or a buffer
    is_state: bool = False  # a parameter or a buffer
    is_input: bool = False
    depends: bool = False  # on an input of the model
    step: Step | None = None  # that made it
    fixed: bool = True  # comparing.py: no input and no dynamic size goes into it
    shape: tuple[Any, ...] = ()  # comparing.py: with `Dim` for a dynamic size
    progression: Any = None  # comparing.py: (first, step) of a constant with a dynamic size

    def __post_init__(self) -> None:
        self.shape = tuple(self.array.shape)

    @property
    def dtype(self) -> Any:
        """NumPy's dtype of it."""
        return self.array.dtype


@dataclass(eq=False)
class Step:
    """One operation that ran: the arguments of its ``forward``, arrays as `Value`."""

    operation: type
    arguments: tuple[Any, ...]
    results: tuple[Value, ...]
    module: str  # the innermost that was running: "layer1.0.conv1"
    where: str

    def described(self) -> str:
        """``operation Expm1 in the module 'head' (model.py, line 7: y = x.expm1())``."""
        module = f" in the module '{self.module}'" if self.module else ""
        return f"operation {self.operation.__qualname__}{module}{at(self.where)}"


@dataclass(eq=False)
class Recording:
    """What a run of the model has left behind."""

    values: list[Value] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)


class Recorder:
    """Knows of every array in a run which `Value` it is."""

    def __init__(self, model: Any) -> None:
        self.recording = Recording()
        self.known: dict[int, tuple[Any, Value]] = {}  # by id; an array that is kept keeps its id
        self.spoiled: list[tuple[Any, str]] = []  # memory that was changed, and where
        self.inside = False  # a forward: what it calls itself is not a step
        self.names = {id(module): name for name, module in model.named_modules()}
        self.modules: list[str] = []
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if id(tensor._array) not in self.known:
                self.new(tensor._array, name=name, is_state=True)

    # Arrays and values ----------------------------------------------------------------------------

    def new(self, array: Any, keep: Any = None, **facts: Any) -> Value:
        """A value for ``array``, which holds what ``keep`` holds now."""
        values = self.recording.values
        value = Value(len(values), array if keep is None else keep, line(), **facts)
        values.append(value)
        self.known[id(array)] = array, value
        return value

    def value(self, array: Any) -> Value:
        """Which value ``array`` is; one that nothing is known of is a constant."""
        if id(array) in self.known:
            return self.known[id(array)][1]
        for other, where in self.spoiled:
            if overlap(array, other):
                raise OnnxExporterError(
                    f"A tensor is used{at(line())} that shares memory with one that depends on the "
                    f"model's input and was changed in place{at(where)}. MiniTorch does not export "
                    "that. Write the change as an operation that returns a new tensor."
                )
        return self.new(array, array.copy())

    def argument(self, argument: Any) -> Any:
        """An argument of forward, with values in the place of arrays."""
        if is_array(argument):
            return self.value(argument)
        if type(argument) in (list, tuple):
            return type(argument)([self.argument(item) for item in argument])
        return argument

    def depends(self, thing: Any) -> bool:
        """Whether a tensor, or one in a list of them, depends on the model's input."""
        if isinstance(thing, list | tuple):
            return any(self.depends(item) for item in thing)
        if not isinstance(thing, TensorBase):
            return False
        if id(thing._array) not in self.known:
            return any(overlap(thing._array, other) for other, _ in self.spoiled)
        return self.known[id(thing._array)][1].depends

    def add(self, operation: type, arguments: tuple[Any, ...], arrays: tuple[Any, ...]) -> None:
        """A step has made ``arrays``; a copy is the same value."""
        if operation in COPIES:
            self.known[id(arrays[0])] = arrays[0], arguments[0]
            return
        depends = any(value.depends for value in values_in(arguments))
        kept = [None if depends else array.copy() for array in arrays]
        results = tuple(
            [self.new(*pair, depends=depends) for pair in zip(arrays, kept, strict=True)]
        )
        module = self.modules[-1] if self.modules else ""
        step = Step(ALIKE.get(operation, operation), arguments, results, module, line())
        for result in results:
            result.step = step
        self.recording.steps.append(step)

    def changed(self, array: Any, depends: bool = False) -> None:
        """The memory of ``array`` was written to: what else is there is not what it was."""
        for key, (other, value) in list(self.known.items()):
            if overlap(array, other):
                if value.is_state:
                    raise OnnxExporterError(
                        f"The model changes its parameter or buffer '{value.name}' in place"
                        f"{at(line())}; what an ONNX file holds cannot change."
                    )
                del self.known[key]
                if depends or value.depends:
                    self.spoiled.append((other, line()))
        if depends:
            self.spoiled.append((array, line()))

    # What stands in for MiniTorch's own functions -------------------------------------------------

    def forward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """``forward`` of an operation, which leaves a step."""

        def recorded(node: Any, xp: Any, *arrays: Any) -> Any:
            if self.inside:
                return original(node, xp, *arrays)
            arguments = tuple([self.argument(array) for array in arrays])
            self.inside = True
            try:
                out = original(node, xp, *arrays)
            finally:
                self.inside = False
            several = type(out) is tuple
            made = tuple([xp.asarray(array) for array in (out if several else (out,))])
            self.add(type(node), arguments, made)
            return made if several else made[0]

        return recorded

    def promote(self, original: Callable[..., Any]) -> Any:
        """The rule for dtypes of an operation: what it converts leaves a step `Cast`."""

        def recorded(operands: Any) -> Any:
            given = list(operands)
            converted = list(original(operands))
            for before, after in zip(given, converted, strict=True):
                if after is not before and is_array(before) and not self.inside:
                    self.add(Cast, (self.value(before), after.dtype), (after,))
            return converted

        return staticmethod(recorded)

    def write(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The in-place form of an operation: the tensor is from now on what it returns."""

        def recorded(target: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            made = []

            @functools.wraps(function)
            def noted(*args: Any, **kwargs: Any) -> Any:
                made.append(function(*args, **kwargs))
                return made[0]

            result = original(target, noted, *args, **kwargs)
            value = self.value(made[0]._array)
            self.changed(target._array, value.depends)
            if target._array.dtype != made[0]._array.dtype:
                self.add(Cast, (value, target._array.dtype), (target._array,))
            else:
                self.known[id(target._array)] = target._array, value
            return result

        return recorded

    def setitem(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """``x[index] = value``: what depends on an input spoils the memory of ``x``."""

        def recorded(target: Any, index: Any, value: Any) -> None:
            depends = self.depends(value) or self.depends(index)
            original(target, index, value)
            if depends:
                self.changed(target._array, True)

        return recorded

    def apply_(self, original: Any) -> Any:
        """In-place changes that go straight into memory: as operations, so that they are seen."""

        def recorded(cls: Any, target: Any, *args: Any) -> Any:
            if not self.depends([target, *args]):
                return original(cls, target, *args)
            views.check_writable(target)
            return views.write(target, cls.apply, *args)

        return classmethod(recorded)

    def bump(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The count of in-place changes, which every one of them goes through."""

        def recorded(tensor: Any) -> None:
            original(tensor)
            self.changed(tensor._array)

        return recorded

    def reading(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """A function that makes Python's numbers or NumPy's arrays of a tensor."""

        def recorded(tensor: Any, *args: Any, **kwargs: Any) -> Any:
            if self.depends(tensor):
                raise OnnxExporterError(
                    "The model reads the numbers of a tensor that depends on its input"
                    f"{at(line())}. What it does with them in Python would not be in the ONNX "
                    "file, so the file would be wrong for other inputs. Use mt.where, or "
                    "operations on tensors."
                )
            return original(tensor, *args, **kwargs)

        return recorded

    def replacements(self) -> Iterator[tuple[Any, str, Callable[..., Any]]]:
        """(owner, attribute, what makes its stand-in)."""
        for kind in kinds(Operation):
            if inspect.isfunction(vars(kind).get("forward")):
                yield kind, "forward", self.forward
            if vars(kind).get("promote") is not None:
                yield kind, "promote", self.promote
        for name in ("_number", "tolist", "numpy"):
            yield ToPython, name, self.reading
        yield Methods, "__setitem__", self.setitem
        yield Change, "apply_", self.apply_
        for name, stand_in in (("bump", self.bump), ("write", self.write)):
            function = getattr(views, name)
            for title, module in list(sys.modules.items()):
                if title.startswith("minitorch.") and vars(module).get(name) is function:
                    yield module, name, stand_in

    @contextmanager
    def running(self) -> Iterator[None]:
        """In this context operations leave steps."""

        def enter(module: Any, args: Any) -> None:
            self.modules.append(self.names.get(id(module), ""))

        def leave(module: Any, args: Any, result: Any) -> None:
            self.modules.pop()

        replaced = []
        handles = (
            register_module_forward_pre_hook(enter),
            register_module_forward_hook(leave, always_call=True),
        )
        try:
            for owner, name, stand_in in list(self.replacements()):
                before = vars(owner)[name]
                replaced.append((owner, name, before))
                bound = isinstance(before, staticmethod | classmethod)
                function = before.__func__ if bound else before
                setattr(owner, name, stand_in(function))
            yield
        finally:
            for owner, name, before in reversed(replaced):
                setattr(owner, name, before)
            for handle in handles:
                handle.remove()


def record(model: Any, args: Any, kwargs: Any, inputs: list[tuple[str, Any]]) -> Any:
    """Run ``model(*args, **kwargs)``, which has the ``inputs`` in it; the recording, the result."""
    recorder = Recorder(model)
    for name, tensor in inputs:
        recorder.new(tensor._array, name=name, is_input=True, depends=True)
    with no_grad(), recorder.running():
        result = model(*args, **kwargs)
        tensors = tensors_in(result)
        recorder.recording.outputs = [recorder.value(tensor._array) for tensor in tensors]
    return recorder.recording, result


def tensors_in(result: Any) -> list[Any]:
    """The tensors that a model returns, in order; None is no output."""
    if result is None:
        return []
    if isinstance(result, list | tuple):
        return [tensor for item in result for tensor in tensors_in(item)]
    if isinstance(result, dict):
        return [tensor for item in result.values() for tensor in tensors_in(item)]
    if isinstance(result, TensorBase):
        return [result]
    raise OnnxExporterError(
        f"The model returns a {type(result).__name__}; MiniTorch exports tensors, and tuples, "
        "lists and dicts of them."
    )


def values_in(arguments: Any) -> Iterator[Value]:
    """The values among arguments."""
    for argument in arguments:
        if isinstance(argument, Value):
            yield argument
        elif type(argument) in (list, tuple):
            yield from values_in(argument)


def is_array(thing: Any) -> bool:
    """Whether it is an array of NumPy or CuPy."""
    return isinstance(thing, np.ndarray) or backend.is_gpu_array(thing)


def overlap(one: Any, other: Any) -> bool:
    """Whether two arrays may share memory."""
    return type(one) is type(other) and bool(backend.array_module(one).may_share_memory(one, other))


def at(where: str) -> str:
    """A line of the model in brackets, if it is known."""
    return f" ({where})" if where else ""


def line() -> str:
    """The line of the model that runs, as ``net.py, line 7: y = x.exp()``; or nothing."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        if code is record.__code__:  # the model is made of MiniTorch's own layers
            return ""
        file = code.co_filename
        if not file.startswith(PACKAGE) or file.startswith(MODELS):
            text = linecache.getline(file, frame.f_lineno).strip()
            return f"{Path(file).name}, line {frame.f_lineno}" + (f": {text}" if text else "")
        frame = frame.f_back
    return ""
