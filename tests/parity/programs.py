"""Programs that run on both libraries and must say the same.

A program takes the library as ``torch`` and yields whatever is worth comparing: tensors, numbers,
texts, modules. An exception counts as what it says, its class and its message; so do warnings.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

import minitorch as mt

Program = Callable[[Any], Iterator[Any]]


def plain(value: Any) -> Any:
    """Something of either library in terms that both share."""
    if isinstance(value, torch.Tensor | mt.Tensor):
        array = value.detach().numpy()
        return str(value.dtype), tuple(value.shape), value.requires_grad, array.tolist()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, bool | int | float | None):
        return value
    return (value if isinstance(value, str) else repr(value)).replace("minitorch.", "torch.")


def said(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a call returns, or the class and message of the exception that it raises."""
    try:
        return plain(function(*args, **kwargs))
    except Exception as error:
        message = str(error).split("\nException raised from")[0].replace("minitorch.", "torch.")
        return type(error).__name__, message


def runs(program: Program, library: Any) -> tuple[list[Any], list[str]]:
    """Everything that the program yields, and all warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        library.manual_seed(0)
        seen = [plain(value) for value in program(library)]
    spoken = [
        f"{w.category.__name__}: {w.message}".partition(" (Triggered internally")[0]
        for w in caught
        if w.category is not RuntimeWarning  # NumPy's, which `simplefilter` lets through again
        and "create_graph=True" not in str(w.message)  # of a cycle that only PyTorch makes
    ]
    return seen, spoken


def agree(program: Program, tolerance: float = 0.0) -> None:
    """The program says the same on both libraries, floats up to a relative ``tolerance``."""
    ours, our_warnings = runs(program, mt)
    theirs, their_warnings = runs(program, torch)
    assert len(ours) == len(theirs)
    for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        assert close(mine, other, tolerance), f"yield {place}:\n{mine}\ninstead of\n{other}"
    assert our_warnings == their_warnings


def close(mine: Any, other: Any, tolerance: float) -> bool:
    """Equality, but for small differences of floats."""
    if isinstance(other, float) and isinstance(mine, float):
        return bool(np.isclose(mine, other, rtol=tolerance, atol=tolerance * 1e-2, equal_nan=True))
    if isinstance(other, list | tuple) and isinstance(mine, list | tuple):
        return len(mine) == len(other) and all(
            close(a, b, tolerance) for a, b in zip(mine, other, strict=True)
        )
    return bool(mine == other)
