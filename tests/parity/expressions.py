"""Lines of Python as tests: the same expression is evaluated with each library as ``torch``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import minitorch as mt
from tests.parity.compare import listed, tensor_of


def expression(line: str, names: str) -> Callable[..., Any]:
    """The function ``(lib, *tensors)`` that evaluates ``line``.

    Each of the ``names`` is the square of a tensor: so linear operations have a second derivative
    to compare, too. ``L`` is the library's ``tensor``.
    """

    def function(lib: Any, *tensors: Any) -> Any:
        known = {"torch": lib, "L": lib.tensor, "np": np}
        squares = zip(names, [tensor * tensor for tensor in tensors], strict=True)
        return eval(line, known | dict(squares))

    return function


def same_layout(function: Callable[..., Any], *inputs: Any) -> None:
    """The results lie in memory alike: views or not, with the same strides.

    The stride of a dimension of length 1 says nothing; of an empty tensor none does.
    """
    ours, theirs = (layout(lib, function, inputs) for lib in (mt, torch))
    assert ours == theirs


def layout(lib: Any, function: Callable[..., Any], inputs: Any) -> list[Any]:
    """Whether each result is a view, and its strides."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = listed(lib, function(lib, *[tensor_of(lib, value, True) for value in inputs]))
    return [
        (
            out._is_view(),
            out.numel()
            and [n for n, length in zip(out.stride(), out.shape, strict=True) if length > 1],
        )
        for out in results
        if isinstance(out, lib.Tensor)
    ]
