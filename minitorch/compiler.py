"""``mt.compile``: formulas of the operations as loops in C++, which the system's compiler makes.

PyTorch's compiler takes a model as a whole, and makes loops that fit it. Here the operations stay
as they are, and those that have a *kernel* (see kernels.py) use it: what a GPU would run, compiled
for the processor. Nothing is written anew for a model, so there is nothing to go wrong with one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import kernels
from .user_warnings import warn


def compile(
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: str | Callable[..., Any] | None = None,
    mode: str | None = None,
    options: dict[str, Any] | None = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """Returns ``model``, a function or a module, and lets compiled loops compute from now on.

    That is so for all tensors on the CPU, not only those of ``model``, until `reset`; also in
    backward and in optimizers. The last digits may change. A loop is compiled when it is first
    needed, which takes 0.1 to 0.4 s, and again in each run of the program. Without a C++ compiler
    (``g++`` or ``clang++``, with OpenMP) there is a warning, and NumPy computes as before.

    In PyTorch ``state_dict`` keys of a compiled module begin with ``_orig_mod.``; here they do not.
    Also a decorator, with or without arguments; ``disable=True`` leaves everything as it is, the
    other arguments change nothing.

    >>> double = mt.compile(lambda x: 2 * x)
    >>> double(mt.tensor([1.0, 2.0]))
    tensor([2., 4.])
    >>> mt.compiler.reset()
    """
    if model is None:
        return lambda given: compile(given, disable=disable)
    if not callable(model):
        raise AssertionError(f"A callable function is expected, but {type(model)} is provided.")
    if not disable:
        try:
            kernels.use_loops()
        except RuntimeError as error:
            warn(f"torch.compile returns its argument as it is: {error}")
    return model


def reset() -> None:
    """Let NumPy compute again, as before `minitorch.compile`.

    >>> mt.compiler.reset()
    """
    kernels.use_loops(False)


def is_compiling() -> bool:
    """False: no model is taken as a whole.

    >>> mt.compiler.is_compiling()
    False
    """
    return False
