"""Copies between main memory and a GPU for which nobody waits, and the memory that they need.

The system may move ordinary memory to another place, or out to a disk. *Pinned* memory stays where
it is: a GPU reads and writes it by itself, while the processor goes on.
"""

from __future__ import annotations

import importlib

import numpy as np

from . import backend, late
from .backend import Array
from .memory_formats import inverse, slowest_first

PINNED = 1  # CUDA's number for it among the kinds of memory: cudaMemoryTypeHost


def is_pinned(array: Array) -> bool:
    """Whether ``array`` lies in pinned memory; CUDA knows, so this asks for a GPU."""
    if not isinstance(array, np.ndarray):
        return False
    attributes = backend.cupy().cuda.runtime.pointerGetAttributes(array.ctypes.data)
    return bool(attributes.type == PINNED)


def empty_pinned(like: Array) -> np.ndarray:
    """A new array in pinned memory, of the shape, dtype and order of dimensions of ``like``."""
    order = slowest_first(like)
    shape = [like.shape[dim] for dim in order]
    made: np.ndarray = importlib.import_module("cupyx").empty_pinned(shape, like.dtype)
    return made.transpose(inverse(order))


def pinned(array: np.ndarray) -> np.ndarray:
    """A copy in pinned memory; no memory is no pinned memory."""
    if not array.size:
        return array.copy()
    copy = empty_pinned(array)
    copy[...] = array
    return copy


def hold(array: np.ndarray) -> None:
    """Keep ``array``, pinned memory that a GPU is to read or write now, until that is done."""
    late.when_done(lambda: array)
    late.look()


def begun(array: Array) -> np.ndarray:
    """A copy of an array on a GPU in pinned memory, for which nobody has waited yet."""
    rows = array if array.flags.c_contiguous else array.copy()
    target = empty_pinned(rows)
    rows.get(out=target, blocking=False)
    hold(target)
    return target


def copied(array: Array, index: int | None, non_blocking: bool) -> Array:
    """``array`` in main memory (``index`` None) or on GPU ``index``; copied only to move.

    With ``non_blocking`` a copy from pinned memory to a GPU, and any copy from a GPU to main
    memory, is put into the current stream, and there may be no numbers yet when this returns.
    """
    here = backend.device_index(array)
    if not non_blocking or here == index or not array.size:
        return backend.to_device(array, index)
    if index is None:
        with backend.on_device(here):
            return backend.in_order(array, begun)
    if here is None and array.flags.forc and is_pinned(array):
        with backend.on_device(index):
            order = "C" if array.flags.c_contiguous else "F"
            target = backend.cupy().empty(array.shape, array.dtype, order)
            target.set(array)
            hold(array)
        return target
    return backend.to_device(array, index)
