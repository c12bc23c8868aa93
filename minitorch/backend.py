"""NumPy or CuPy: which of the two an array belongs to, and how data moves between them.

MiniTorch has one source for both. Code that works on arrays asks for their *array module*,
called ``xp``, and calls ``xp.exp(x)``: NumPy for an array in main memory, CuPy for one on a GPU.
CuPy is imported when a GPU is first asked for, and never before.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from . import late, out_of_memory
from .memory_formats import inverse, slowest_first

F = TypeVar("F", bound=Callable[..., Any])
Array = Any  # numpy.ndarray, or cupy.ndarray on a GPU

# PyTorch computes log(0) = -inf and 0 / 0 = nan without a word, NumPy warns. The filter speaks of
# warnings raised from MiniTorch's own lines only: the user's NumPy code warns as before.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch(\.|$)")

# The C library takes memory for large arrays from the system, page by page, and gives it back when
# they go, unless a larger block was freed before: then it keeps memory for the next one. So free
# one. The gradient of a 784x128 weight takes 59 µs instead of 155 (two threads; glibc 2.36).
np.empty(31 << 20, np.uint8)


several = False  # GPUs: then one of them may not be the current one, on which CuPy works


@functools.cache
def cupy() -> Any:
    """The CuPy module; raises an error that says what is missing where there is none."""
    try:
        module = importlib.import_module("cupy")
        if module.cuda.runtime.getDeviceCount() > 0:
            global several
            several = module.cuda.runtime.getDeviceCount() > 1
            out_of_memory.watch(module)
            return module
        reason = "CuPy is installed, but it found no NVIDIA GPU"
    except ImportError:
        reason = "CuPy is not installed: pip install 'minitorch-learn[cuda]'"
    except Exception as error:  # CuPy is there, but its driver or libraries are not
        reason = f"CuPy is installed, but CUDA did not start: {error}"
    raise AssertionError(
        f"Torch not compiled with CUDA enabled\n{reason}. "
        "(mt.cuda.is_available() tells beforehand whether a GPU can be used.)"
    )


def has_gpu() -> bool:
    """Whether CuPy is installed and finds a GPU."""
    try:
        cupy()
    except AssertionError:
        return False
    return True


OF_NUMPY = (np.ndarray, np.generic)  # made once: `np.ndarray | np.generic` takes 0.2 µs each time


def array_module(array: Array) -> Any:
    """``numpy`` or ``cupy``: the module that ``array`` belongs to."""
    return np if isinstance(array, OF_NUMPY) else cupy()


def is_gpu_array(value: Any) -> bool:
    """Whether ``value`` is a CuPy array; loads no CuPy to find out."""
    module = sys.modules.get("cupy")
    return module is not None and isinstance(value, module.ndarray)


NOWHERE = contextlib.nullcontext()


def on_device(index: int | None) -> Any:
    """A context in which CuPy makes arrays on GPU ``index``; an empty one for main memory."""
    return NOWHERE if index is None else cupy().cuda.Device(index)


def at(array: Array) -> Any:
    """A context in which the GPU that holds ``array`` is the current one.

    It is for lines that compute with arrays. An `Operation` runs on the GPU of its operands anyway.
    """
    return array.device if several and is_gpu_array(array) else NOWHERE


def at_its_gpu(function: F) -> F:
    """A decorator: ``function`` runs where the GPU of its first argument is the current one."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not several:
            return function(*args, **kwargs)
        first = args[0] if args else next(iter(kwargs.values()))
        with at(getattr(first, "_array", first)):
            return function(*args, **kwargs)

    return call  # type: ignore[return-value]


def run_at(array: Array, function: Callable[..., Any], *args: Any) -> Any:
    """``function(*args)`` where the GPU that holds ``array`` is the current one."""
    if not several:
        return function(*args)
    with at(array):
        return function(*args)


def one_like(array: Array) -> Array:
    """A 1 of the dtype of ``array``, which has one element, and in as many dimensions."""
    if isinstance(array, np.ndarray):
        return np.array(1, array.dtype, ndmin=array.ndim)
    return run_at(array, cupy().ones, (1,) * array.ndim, array.dtype)


def elsewhere(arrays: list[Any]) -> Any:
    """The GPU of the first of ``arrays`` that is on one, if it is not the current GPU, or None."""
    gpu = next((array.device for array in arrays if is_gpu_array(array)), None)
    return gpu if gpu is not None and gpu.id != cupy().cuda.runtime.getDevice() else None


def no_memory(shape: Any, itemsize: int) -> RuntimeError:
    """PyTorch's error for an array that does not fit into memory, or into no memory at all."""
    size = math.prod(shape) * itemsize
    if size >= 2**63 or not size:
        return RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    return RuntimeError(
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
        f"you tried to allocate {size} bytes. Error code 12 (Cannot allocate memory)"
    )


def is_of_numpy(error: Exception) -> bool:
    """Whether ``error`` says that NumPy got no memory for an array."""
    return isinstance(error, MemoryError) and hasattr(error, "shape")


class memory_for:  # noqa: N801 - a context
    """A context that makes an array of ``shape``, and says in PyTorch's words if it is too large.

    A GPU's `OutOfMemoryError` passes.
    """

    __slots__ = ("itemsize", "shape")

    def __init__(self, shape: Any, dtype: np.dtype) -> None:
        self.shape, self.itemsize = shape, dtype.itemsize

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: Any, error: Any, *rest: Any) -> None:
        if kind is ValueError or (kind is not None and is_of_numpy(error)):
            raise no_memory(self.shape, self.itemsize) from None


def to_numpy(array: Array) -> np.ndarray:
    """The array in main memory: itself where it is there already, else a copy."""
    if isinstance(array, np.ndarray):
        return array
    found: np.ndarray = in_order(array, cupy().asnumpy)
    late.look()
    return found


def in_order(array: Array, copy: Callable[[Array], Array]) -> Array:
    """``copy(array)`` with the dimensions in the same order in memory; CuPy copies row by row."""
    if array.flags.c_contiguous:
        return copy(array)
    order = slowest_first(array)
    rows = array.transpose(order)
    return copy(rows).transpose(inverse(order)) if rows.flags.c_contiguous else copy(array)


def to_device(array: Array, index: int | None) -> Array:
    """``array`` in main memory (``index`` None) or on GPU ``index``; copied only to move."""
    if index is None:
        return to_numpy(array)
    with on_device(index):
        # (`asarray` refuses arrays of another GPU whose elements do not lie row by row.)
        between = is_gpu_array(array) and array.device.id != index
        return in_order(array, cupy().ndarray.copy if between else cupy().asarray)


def address(array: Array) -> int:
    """Where in memory the first element of ``array`` lies."""
    return int(array.ctypes.data if isinstance(array, np.ndarray) else array.data.ptr)


def device_index(array: Array) -> int | None:
    """The number of the GPU that holds ``array``, None for main memory."""
    return None if isinstance(array, np.ndarray) else array.device.id


def device_name(array: Array) -> str:
    """``"cpu"`` or ``"cuda:0"``."""
    index = device_index(array)
    return "cpu" if index is None else f"cuda:{index}"


def on_one_device(arrays: list[Any]) -> tuple[Any, list[Any]]:
    """The array module for ``arrays``, at least one of which is on a GPU, and the arrays.

    A 0-d array in main memory may meet arrays on a GPU: as in PyTorch it counts as a number.
    Other mixtures raise PyTorch's error. Operands that are no arrays pass unchanged.
    """
    gpu = next((a for a in arrays if is_gpu_array(a)), None)
    if gpu is None:  # a subclass of numpy.ndarray, such as a memory-mapped file
        return np, arrays
    xp = cupy()
    for i, array in enumerate(arrays):
        if isinstance(array, np.ndarray) and array.ndim == 0:
            arrays[i] = to_device(array, device_index(gpu))
        elif isinstance(array, np.ndarray) or (
            isinstance(array, xp.ndarray) and array.device.id != gpu.device.id
        ):
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"{device_name(gpu)} and {device_name(array)}!\n"
                "Move one of them: x.to(y.device)."
            )
    return xp, arrays
