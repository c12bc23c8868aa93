"""Formulas as one kernel each, for arrays on a GPU.

There each call of CuPy goes through memory once, and a formula is up to ten calls. A kernel reads
each number once and writes it once: CuPy compiles the statements, which are C, into a loop over the
elements. Each kernel stands beside the same formula in NumPy, for the reader to compare; the tests
compile it for the CPU and compare the numbers.

``T`` is the dtype of the arrays, float32 or float64. Constants are written ``T(0.5)``: a bare 0.5
would make all of the arithmetic float64, for which GPUs have few units.
"""

from __future__ import annotations

import functools
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
    the same one.
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

    def __call__(self, *args: Any) -> Any:
        return self.compiled(*args)


def fits(array: Array) -> bool:
    """Whether kernels are for ``array``: it is on a GPU, and of float32 or float64."""
    return array.__class__ is not np.ndarray and (  # the first question is quick, for the CPU
        backend.is_gpu_array(array) and array.dtype.char in "fd"
    )
