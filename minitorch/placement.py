"""``layout=`` and ``pin_memory=``: where and how a new tensor lies in memory, as far as one says.

The functions themselves know nothing of them. Here they get the arguments, as functions of `mt`.
There is one layout that they can make. Pinned memory (see transfers.py) is there where a GPU is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from . import backend, transfers
from .memory_formats import layout as layout_, strided
from .ops.dims import WITHOUT_NAMES

NAMES = """
arange bartlett_window blackman_window empty empty_like empty_strided eye full full_like
hamming_window hann_window kaiser_window linspace logspace normal ones ones_like rand rand_like
randint randint_like randn randn_like randperm range scalar_tensor tril_indices triu_indices zeros
zeros_like
""".split()


def placed(function: Callable[..., Any], name: str = "") -> Callable[..., Any]:
    """``function`` with two more arguments: ``layout`` and ``pin_memory``."""
    name = name or function.__name__

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            return function(*args)
        check_layout(name, kwargs.pop("layout", None))
        pins = check_pinning(name, kwargs.pop("pin_memory", None))
        tensor = function(*args, **kwargs)
        return pinned(tensor) if pins else tensor

    WITHOUT_NAMES[call] = function
    return call


def placed_all(functions: dict[str, Any]) -> dict[str, Any]:
    """Those of ``functions``, by name, that are in the list above."""
    return {name: placed(functions[name], name) for name in NAMES}


def check_layout(name: str, layout: Any) -> None:
    """Refuse every layout but the one there is."""
    if layout is None or layout is strided:
        return
    if not isinstance(layout, layout_):
        raise TypeError(
            f"{name}(): argument 'layout' must be torch.layout, not {type(layout).__name__}"
        )
    raise NotImplementedError(
        f"{name}() makes strided tensors. x.to_sparse() makes a sparse one of them."
    )


def pinned(tensor: Any) -> Any:
    """A new tensor, given pinned memory."""
    if not isinstance(tensor._array, np.ndarray):
        raise RuntimeError("Only dense CPU tensors can be pinned")
    tensor._array = transfers.pinned(tensor._array)
    return tensor


def check_pinning(name: str, pin_memory: Any) -> bool:
    """Whether pinned memory is wanted; refuses it where there is no GPU to be faster with."""
    if pin_memory is not None and not isinstance(pin_memory, bool):
        raise TypeError(
            f"{name}(): argument 'pin_memory' must be bool, not {type(pin_memory).__name__}"
        )
    if pin_memory and not backend.has_gpu():
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory "
            "allocator is available on this system."
        )
    return bool(pin_memory)
