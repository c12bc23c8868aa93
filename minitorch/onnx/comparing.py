"""Two runs of a model on different inputs: what must be the same, and what a dynamic size changes.

The first run alone would not tell a constant from what was computed in passing, nor the batch size
from a number that happens to equal it. So the model runs again, on other numbers, and with other
sizes where a dimension is dynamic. Then

- the operations must be the same, in the same order, with the same arguments,
- a constant must have the same elements: else something outside the operations has computed it,
- an integer that has changed must be a multiple of dynamic sizes: it becomes a `Dim`.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import backend
from .errors import OnnxExporterError
from .recording import Recording, Step, Value, at, is_array, values_in


class DynamicSize(Exception):
    """A rule needs to know a size that is dynamic."""


def unknown(*operands: Any) -> Any:
    """In the place of arithmetic with a dynamic size."""
    raise DynamicSize


@dataclass(frozen=True)
class Dim:
    """A size that is known when the file runs: ``factor`` times the product of ``symbols``.

    It is no integer: a rule that would compute with it as with a number fails.
    """

    factor: int
    symbols: tuple[str, ...]

    __index__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = unknown
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = unknown
    __lt__ = __gt__ = __le__ = __ge__ = unknown

    def __str__(self) -> str:
        """As ONNX shows it: ``4*batch``."""
        return "*".join([str(self.factor)] * (self.factor != 1) + list(self.symbols))


UNKNOWN = Dim(1, ("?",))  # a size that is no multiple of dynamic sizes: half of one, rounded


@dataclass
class Rerun:
    """A further run, in which ``symbol`` (if any) was ``size`` instead of ``before``."""

    recording: Recording
    symbol: str = ""
    before: int = 1
    size: int = 1


class Unlike(Exception):
    """Two runs differ."""


def merge(base: Recording, reruns: list[Rerun]) -> None:
    """Write what the reruns tell into ``base``; OnnxExporterError where they contradict it."""
    others = [rerun.recording for rerun in reruns]
    for other in others:
        check_steps(base, other)
    for value in base.values:
        if value.step is None:
            merge_value(value, [other.values[value.number] for other in others], reruns)
    for number, step in enumerate(base.steps):
        merge_step(step, [other.steps[number] for other in others], reruns)


def check_steps(base: Recording, other: Recording) -> None:
    """Refuse a run with other operations, or with the same on other tensors."""
    for number, step in enumerate(base.steps):
        if number == len(other.steps) or other.steps[number].operation is not step.operation:
            raise not_the_same(step, "another run has another operation in its place")
        if places(other.steps[number].arguments) != places(step.arguments):
            raise not_the_same(step, "another run gives it other tensors")
    if len(other.steps) > len(base.steps) or places(other.outputs) != places(base.outputs):
        raise not_the_same(None, "another run goes on, or returns other tensors")


def places(arguments: Any) -> list[int]:
    """The numbers of the values among arguments."""
    return [value.number for value in values_in(arguments)]


def merge_step(step: Step, others: list[Step], reruns: list[Rerun]) -> None:
    """The arguments of a step, and the shapes of its results."""
    try:
        columns = zip(step.arguments, *[other.arguments for other in others], strict=True)
        step.arguments = tuple(
            [merged(first, rest, reruns) for first, *rest in map(equally_long, columns)]
        )
        for place, result in enumerate(step.results):
            shapes = [other.results[place].shape for other in others]
            if any(len(shape) != len(result.shape) for shape in shapes):
                raise Unlike("its result has another number of dimensions in another run")
            result.shape = tuple(
                [
                    size_of_result(n, rest, reruns)
                    for n, *rest in zip(result.shape, *shapes, strict=True)
                ]
            )
    except Unlike as error:
        raise not_the_same(step, str(error)) from None
    operands = values_in(step.arguments)
    fixed = not has_dim(step.arguments) and all(v.fixed and not v.is_input for v in operands)
    for result in step.results:
        result.fixed = fixed


def equally_long(column: tuple[Any, ...]) -> list[Any]:
    """One argument of a step, in all runs; of as many equal numbers as there are time steps, one.

    A recurrent layer has that: how many sequences it runs, for each step.
    """
    if all(type(argument) is tuple for argument in column):
        lengths = {len(argument) for argument in column}
        vectors = all(type(n) is int and n == arg[0] for arg in column for n in arg)
        if len(lengths) > 1 and vectors:
            return [argument[:1] for argument in column]
    return list(column)


def size_of_result(base: int, others: list[int], reruns: list[Rerun]) -> int | Dim:
    """A size of what an operation makes, which may also be one that nobody can say."""
    try:
        return size(base, others, reruns)
    except Unlike:
        return UNKNOWN


def merge_value(value: Value, others: list[Value], reruns: list[Rerun]) -> None:
    """A value that no step has made: its shape, and of a constant its elements."""
    try:
        value.shape = merged(value.shape, [other.shape for other in others], reruns)
        value.fixed = not has_dim(value.shape) and not value.is_input
        if value.is_input or value.is_state:
            return
        arrays = [backend.to_numpy(v.array) for v in (value, *others)]
        if not value.fixed:
            value.progression = progression(arrays)
        elif not all(equal(arrays[0], array) for array in arrays[1:]):
            raise Unlike("its elements are not the same for another input")
    except Unlike as error:
        name = "An input" if value.is_input else "A constant"
        raise OnnxExporterError(
            f"{name} of {list(value.array.shape)}{at(value.where)} cannot be exported: {error}. It "
            "was computed outside of MiniTorch's operations, or drawn at random, or depends on a "
            "dynamic size otherwise than as a multiple."
        ) from None


def progression(arrays: list[np.ndarray]) -> tuple[Any, Any]:
    """(first, step) of a constant of different sizes: one number, or integers as of ``arange``."""
    numbers = max(arrays, key=np.size)
    if numbers.size and numbers.dtype.kind != "c":
        flat = numbers.ravel()
        first, step = flat[0].item(), 0
        if numbers.ndim == 1 and numbers.dtype.kind == "i" and numbers.size > 1:
            step = (flat[1] - flat[0]).item()
        if all((a.ravel() == first + step * np.arange(a.size)).all() for a in arrays):
            return first, step
    raise Unlike("it has a dynamic size, and is not the same number or range")


def merged(base: Any, others: list[Any], reruns: list[Rerun]) -> Any:
    """One argument, from all runs; `Unlike` if they do not agree."""
    if isinstance(base, Value):
        return base
    if any(type(other) is not type(base) for other in others):
        raise Unlike("its arguments are of other types in another run")
    if type(base) in (tuple, list):
        if any(len(other) != len(base) for other in others):
            raise Unlike("in another run it has another number of them")
        columns = zip(base, *others, strict=True)
        return type(base)([merged(first, list(rest), reruns) for first, *rest in columns])
    if isinstance(base, slice):
        parts = [(s.start, s.stop, s.step) for s in (base, *others)]
        return slice(*merged(parts[0], parts[1:], reruns))
    if type(base) is int:
        return size(base, others, reruns)
    if not all(equal(base, other) for other in others):
        number = isinstance(base, bool | int | float | str)
        raise Unlike(f"{repr(base) if number else 'an argument'} is not the same in another run")
    return base


def size(base: int, others: list[int], reruns: list[Rerun]) -> int | Dim:
    """An integer: itself, or the multiple of dynamic sizes that it is in all runs."""
    if all(other == base for other in others):
        return base
    pairs = list(zip(others, reruns, strict=True))
    symbols = {rerun.symbol: rerun.before for other, rerun in pairs if other != base}
    factor, rest = divmod(base, math.prod(symbols.values()))
    for other, rerun in pairs:
        expected = base * rerun.size // rerun.before if rerun.symbol in symbols else base
        if rest or "" in symbols or other != expected:
            found = ", ".join(map(str, others))
            raise Unlike(f"the number {base} is {found} in other runs: no multiple of a size")
    return Dim(factor, tuple(symbols))


def equal(a: Any, b: Any) -> bool:
    """Whether two plain arguments are the same: numbers, arrays, records of them."""
    if a is b:
        return True
    if is_array(a):
        a, b = backend.to_numpy(a), backend.to_numpy(b)
        real = a.dtype.kind in "fc"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=real)
    if dataclasses.is_dataclass(a):
        fields = [f.name for f in dataclasses.fields(a)]
        return all(equal(getattr(a, name), getattr(b, name)) for name in fields)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return bool(a == b) or (a != a and b != b)


def has_dim(thing: Any) -> bool:
    """Whether there is a `Dim` in arguments or in a shape."""
    if isinstance(thing, list | tuple):
        return any(has_dim(item) for item in thing)
    if isinstance(thing, slice):
        return has_dim((thing.start, thing.stop, thing.step))
    return isinstance(thing, Dim)


def not_the_same(step: Step | None, why: str) -> OnnxExporterError:
    """The error for runs that differ."""
    what = f" at the {step.described()}" if step else ""
    return OnnxExporterError(
        f"The model does not do the same for another input{what}: {why}. MiniTorch exports models "
        "that compute the same operations for every input, and whose sizes are multiples of the "
        "dynamic ones."
    )
