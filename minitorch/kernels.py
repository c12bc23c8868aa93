"""Formulas as one kernel each: for arrays on a GPU, and for the processor if the user asks.

On a GPU each call of CuPy goes through memory once, and a formula is up to ten calls. A kernel
reads each number once and writes it once: CuPy compiles the statements, which are C, into a loop
over the elements. Each kernel stands beside the same formula in NumPy, for the reader to compare;
the tests compare the numbers. After `minitorch.compile` large arrays on the CPU use kernels, too:
see cpp.py.

``T`` is the dtype of the arrays, float32 or float64. Constants are written ``T(0.5)``: a bare 0.5
would make all of the arithmetic float64, for which GPUs have few units.
"""

from __future__ import annotations

import functools
import importlib
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from . import backend
from .backend import Array


class Kernel:
    """A kernel that CuPy compiles when it is first called.

    ``reads`` and ``writes`` name the parameters, ``"T x, T y"``, as for `cupy.ElementwiseKernel`;
    what is read may also be ``bool`` or ``int64``. Numbers are among ``reads``. What is written may
    be given, to be changed in place; else new arrays are returned.

    Of a ``raw`` array the statements may read every element, not only that at their own place,
    ``i``. The array is given as it lies in memory, row by row. That is how sums over some elements
    are made: each thread of the GPU reads what belongs into its own element, and no two write to
    the same one. Of a ``raw`` array that is written, each thread may change what no other looks at.
    """

    all: ClassVar[dict[str, Kernel]] = {}  # for the tests

    def __init__(self, name: str, reads: str, writes: str, statements: str) -> None:
        self.name, self.reads, self.writes, self.statements = name, reads, writes, statements
        self.all[name] = self

    @functools.cached_property
    def compiled(self) -> Any:
        """CuPy's kernel."""
        parts = self.reads, self.writes, self.statements
        return backend.cupy().ElementwiseKernel(*parts, self.name)

    @functools.cached_property
    def loop(self) -> Any:
        """The kernel for the processor."""
        return cpp().Loop(self.reads, self.writes, self.statements)

    def __call__(self, *args: Any) -> Any:
        for arg in args:  # `any` would take 1.5 µs longer, a quarter of a small loop's call
            if arg.__class__ is np.ndarray:
                return self.loop(*args)
        return self.compiled(*args)


@functools.cache
def cpp() -> Any:
    """The file cpp.py, loaded when first needed."""
    return importlib.import_module("minitorch.cpp")


MANY = 8192  # elements: for fewer, short formulas take no longer in NumPy
_cpu = SimpleNamespace(use_loops=False)


def use_loops(wanted: bool = True) -> None:
    """Let kernels compute on the CPU, too, or no longer; RuntimeError if that cannot be."""
    if wanted:
        cpp().threads.share()
    _cpu.use_loops = wanted


def loops_wanted() -> bool:
    """Whether kernels are to compute on the CPU."""
    wanted: bool = _cpu.use_loops
    return wanted


def fits(array: Array) -> bool:
    """Whether kernels are for ``array``, of float32 or float64: on a GPU, or where loops are."""
    if array.__class__ is np.ndarray:
        return _cpu.use_loops and array.size >= MANY and array.dtype.char in "fd"
    return on_gpu(array)


def on_gpu(array: Array) -> bool:
    """Whether ``array`` is on a GPU, and of float32 or float64."""
    return array.__class__ is not np.ndarray and (  # the first question is quick, for the CPU
        backend.is_gpu_array(array) and array.dtype.char in "fd"
    )
