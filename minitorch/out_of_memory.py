"""`OutOfMemoryError`: what an operation raises when a GPU has no memory for its result."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any


class OutOfMemoryError(RuntimeError):
    """A GPU has no memory for a new tensor; the sentence says how much there is, and what helps.

    >>> try:
    ...     raise mt.OutOfMemoryError("CUDA out of memory.")
    ... except RuntimeError as error:  # half the batch, and once more
    ...     print(error)
    CUDA out of memory.
    """


def watch(cupy: Any) -> None:
    """Have CuPy raise `OutOfMemoryError` instead of its own.

    All memory on a GPU, for results, gradients and optimizers alike, comes from CuPy's allocator.
    So this is the one place to translate its error.
    """
    inner = cupy.cuda.get_allocator()
    if getattr(inner, "func", None) is allocate:
        return
    with contextlib.suppress(ValueError):  # the program is inside `cupy.cuda.using_allocator`
        cupy.cuda.set_allocator(functools.partial(allocate, cupy, inner))


def allocate(cupy: Any, inner: Callable[[int], Any], size: int) -> Any:
    """``size`` bytes from CuPy's allocator ``inner``."""
    try:
        return inner(size)
    except cupy.cuda.memory.OutOfMemoryError:
        raise OutOfMemoryError(sentence(cupy, size)) from None


def sentence(cupy: Any, size: int) -> str:
    """PyTorch's sentence, with CuPy's numbers, and what helps."""
    free, total = cupy.cuda.runtime.memGetInfo()
    pool = cupy.get_default_memory_pool()
    used = pool.used_bytes()
    return (
        f"CUDA out of memory. Tried to allocate {bytes_as_text(size)}. "
        f"GPU {cupy.cuda.runtime.getDevice()} has a total capacity of {bytes_as_text(total)} of "
        f"which {bytes_as_text(free)} is free. "
        f"Of the allocated memory {bytes_as_text(used)} is allocated by CuPy, and "
        f"{bytes_as_text(pool.total_bytes() - used)} is reserved by CuPy but unallocated.\n"
        "A smaller batch needs less. So does evaluation inside `with mt.no_grad():`, and a sum of "
        "`loss.item()` instead of `loss`, which holds its whole graph."
    )


def bytes_as_text(size: int) -> str:
    """``"512 bytes"``, ``"2.00 KiB"``, ``"1.50 GiB"``."""
    if size <= 1024:
        return f"{size} bytes"
    unit, name = next(
        ((unit, name) for unit, name in ((1 << 10, "KiB"), (1 << 20, "MiB")) if size <= unit << 10),
        (1 << 30, "GiB"),
    )
    return f"{size / unit:.2f} {name}"
