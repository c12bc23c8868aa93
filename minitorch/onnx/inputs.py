"""The inputs of a model that is exported: their names, their dynamic sizes, and other examples."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import pytree
from ..tensor import Tensor
from ..user_warnings import warn

# Names --------------------------------------------------------------------------------------------


def arguments(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[tuple[str, Any]]:
    """The arguments of the model's ``forward``, with their names there."""
    names: list[str] = []
    for parameter in inspect.signature(model.forward).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}_{place}" for place in range(len(args) - len(names))]
        elif parameter.kind is not parameter.VAR_KEYWORD:
            names.append(parameter.name)
    return [*zip(names, args, strict=False), *kwargs.items()]


def named_tensors(
    model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[tuple[str, Any]]:
    """The tensors among the arguments: ``x``, or ``hx_0`` and ``hx_1`` for those of a tuple."""
    found = []
    for name, argument in arguments(model, args, kwargs):
        tensors = [leaf for leaf in pytree.leaves(argument) if isinstance(leaf, Tensor)]
        alone = isinstance(argument, Tensor)
        found += [(name if alone else f"{name}_{n}", x) for n, x in enumerate(tensors)]
    return found


def renamed(names: list[str], wanted: Any, kind: str) -> list[str]:
    """``names``, the first of them replaced by those ``wanted``."""
    wanted = list(wanted or ())
    if len(wanted) > len(names):
        raise RuntimeError(
            f"number of {kind} names provided ({len(wanted)}) exceeded number of {kind}s "
            f"({len(names)})"
        )
    return wanted + names[len(wanted) :]


def with_tensors(args: Any, kwargs: Any, tensors: Iterator[Any]) -> tuple[Any, Any]:
    """The arguments with the next of ``tensors`` in the place of each tensor."""

    def other(leaf: Any) -> Any:
        return next(tensors) if isinstance(leaf, Tensor) else leaf

    changed: tuple[Any, Any] = pytree.mapped(other, (args, kwargs))
    return changed


def fresh(args: Any, kwargs: Any, inputs: list[tuple[str, Any]]) -> tuple[Any, Any, Any]:
    """The arguments and the inputs with copies of the tensors, which the model may change."""
    copies = [(name, tensor.detach().clone()) for name, tensor in inputs]
    return *with_tensors(args, kwargs, iter([copy for _, copy in copies])), copies


# Dynamic sizes ------------------------------------------------------------------------------------

Axes = dict[tuple[int, int], str]  # (number of the input, its dimension): the name of the size


def axes_by_names(inputs: list[tuple[str, Any]], dynamic_axes: Any) -> Axes:
    """What ``dynamic_axes`` says of the inputs."""
    return {
        (place, axis % tensor.dim()): symbol
        for place, (name, tensor) in enumerate(inputs)
        for axis, symbol in as_axes(name, dynamic_axes.get(name, {})).items()
    }


def as_axes(name: str, axes: Any) -> dict[int, str]:
    """``{0: "batch"}``, also for a list of dimensions without names."""
    if isinstance(axes, dict):
        return axes
    return {axis: f"{name}_dynamic_axes_{place}" for place, axis in enumerate(axes, 1)}


def axes_by_shapes(model: Any, args: Any, kwargs: Any, dynamic_shapes: Any) -> Axes:
    """What ``dynamic_shapes`` says: for each argument a name for each dimension, or None."""
    given = arguments(model, args, kwargs)
    if not isinstance(dynamic_shapes, dict):
        names = [name for name, _ in given]
        dynamic_shapes = dict(zip(names, dynamic_shapes, strict=True))
    found: Axes = {}
    place = 0
    for name, argument in given:
        tensors = [leaf for leaf in pytree.leaves(argument) if isinstance(leaf, Tensor)]
        said = dynamic_shapes.get(name)
        shapes = [said] if isinstance(argument, Tensor) else said or [None] * len(tensors)
        for shape, tensor in zip(shapes, tensors, strict=True):
            pairs = shape.items() if isinstance(shape, dict) else enumerate(shape or ())
            for axis, symbol in pairs:
                if isinstance(symbol, str):
                    found[place, axis % tensor.dim()] = symbol
                elif symbol is not None:
                    raise TypeError(f"a size in dynamic_shapes is a name or None, not {symbol!r}")
            place += 1
    return found


def check_keys(dynamic_axes: Any, names: list[str]) -> None:
    """Warn of a name in ``dynamic_axes`` that is neither an input nor an output."""
    for key in dynamic_axes:
        if key not in names:
            warn(f"Provided key {key} for dynamic axes is not a valid input/output name")


def changes(inputs: list[tuple[str, Any]], asked: Axes) -> list[tuple[str, int, int]]:
    """Each dynamic size, what it is in the example, and what it is to be in a further run."""
    sizes: dict[str, int] = {}
    for (place, axis), symbol in asked.items():
        size = inputs[place][1].size(axis)
        if sizes.setdefault(symbol, size) != size:
            raise ValueError(f"the dynamic size '{symbol}' is both {sizes[symbol]} and {size}")
        if size == 0:
            raise ValueError(f"the dynamic size '{symbol}' is 0 in the example")
    # Two of each: half of the size, rounded, may be the same for one more, but not for twice more.
    found = [
        (symbol, size, other)
        for symbol, size in sizes.items()
        for other in (size + 1, 2 * size + 1)
    ]
    return found or [("", 1, 1), ("", 2, 2)]


def varied(draw: np.random.Generator, array: np.ndarray) -> np.ndarray:
    """Other numbers of the same kind and range; what are no reals in another order."""
    if array.dtype.kind == "f" and array.size and np.isfinite(array).all():
        low, high = float(array.min()), float(array.max())
        around = low == high
        return draw.uniform(low - around, high + around, array.shape).astype(array.dtype)
    rows = draw.permutation(array) if array.ndim else array
    if not np.array_equal(rows, array):
        return rows
    return draw.permutation(array.ravel()).reshape(array.shape)
