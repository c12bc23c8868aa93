"""NumPy or CuPy: which of the two an array belongs to, and how data moves between them.

MiniTorch has one source for both. Code that works on arrays asks for their *array module*,
called ``xp``, and calls ``xp.exp(x)``: NumPy for an array in main memory, CuPy for one on a GPU.
CuPy is imported when a GPU is first asked for, and never before.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
import warnings
from typing import Any

import numpy as np

Array = Any  # numpy.ndarray, or cupy.ndarray on a GPU

# PyTorch computes log(0) = -inf and 0 / 0 = nan without a word, NumPy warns. The filter speaks of
# warnings raised from MiniTorch's own lines only: the user's NumPy code warns as before.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch(\.|$)")

# The C library takes memory for large arrays from the system, page by page, and gives it back when
# they go, unless a larger block was freed before: then it keeps memory for the next one. So free
# one. The gradient of a 784x128 weight takes 59 µs instead of 155 (two threads; glibc 2.36).
np.empty(31 << 20, np.uint8)


@functools.cache
def cupy() -> Any:
    """The CuPy module; raises an error that says what is missing where there is none."""
    try:
        module = importlib.import_module("cupy")
        if module.cuda.runtime.getDeviceCount() > 0:
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


OF_NUMPY = (np.ndarray, np.generic)  # made once: `np.ndarray | np.generic` takes 0.2 µs each time


def array_module(array: Array) -> Any:
    """``numpy`` or ``cupy``: the module that ``array`` belongs to."""
    return np if isinstance(array, OF_NUMPY) else cupy()


def is_gpu_array(value: Any) -> bool:
    """Whether ``value`` is a CuPy array; loads no CuPy to find out."""
    module = sys.modules.get("cupy")
    return module is not None and isinstance(value, module.ndarray)


def on_device(index: int | None) -> Any:
    """A context in which CuPy makes arrays on GPU ``index``; an empty one for main memory."""
    return contextlib.nullcontext() if index is None else cupy().cuda.Device(index)


def to_numpy(array: Array) -> np.ndarray:
    """The array in main memory: itself where it is there already, else a copy."""
    return array if isinstance(array, np.ndarray) else cupy().asnumpy(array)


def to_device(array: Array, index: int | None) -> Array:
    """``array`` in main memory (``index`` None) or on GPU ``index``; copied only to move."""
    if index is None:
        return to_numpy(array)
    with on_device(index):
        return cupy().asarray(array)


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
