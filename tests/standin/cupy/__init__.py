"""A strict stand-in for CuPy, for the tests: CuPy's names and rules, with no GPU behind them.

Its arrays are kept in main memory and computed with NumPy, but they are of a class of their own and
NumPy cannot get at them. What the real CuPy does not have is missing here (names.txt, read from the
real one), and where CuPy's rules are loose the stand-in takes the worse reading: see `_core`.
"""

from __future__ import annotations

import builtins
import types

import numpy as np
from numpy import (
    bool_,
    complex64,
    complex128,
    e,
    finfo,
    float16,
    float32,
    float64,
    iinfo,
    inf,
    int8,
    int16,
    int32,
    int64,
    nan,
    newaxis,
    pi,
    promote_types,
    result_type,
    uint8,
    uint16,
    uint32,
    uint64,
)  # fmt: skip

from . import _core, cuda, fft, linalg, random
from ._core import NAMES, ElementwiseKernel, asnumpy, lend, ndarray, ufunc, wrap

__version__ = NAMES["version"]
globals().update(_core.public("cupy", np))


def asarray(a, dtype=None, order=None, *, copy=None, blocking=False):
    """An array on the current device; the only way there from main memory."""
    if isinstance(a, ndarray):
        here = a.device.id == cuda.runtime.getDevice()
        if not here and not a.flags.forc:
            raise NotImplementedError("CuPy cannot copy non-contiguous array between devices.")
        same = (dtype is None or a.dtype == dtype) and here
        return a if same and not copy else wrap(np.array(a._a, dtype, order=order or "K"))
    if isinstance(a, list | tuple) and builtins.any(isinstance(item, ndarray) for item in a):
        a = [item._a if isinstance(item, ndarray) else item for item in a]
    columns = isinstance(a, np.ndarray) and a.flags.fnc
    host = np.array(a, dtype, order=order or ("F" if columns else "C"))
    if host.dtype.kind not in "biufc":
        raise ValueError(f"Unsupported dtype {host.dtype}")
    return wrap(host)


def array(obj, dtype=None, copy=True, order="K", subok=False, ndmin=0, *, blocking=False):
    """`asarray` that copies."""
    return asarray(obj, dtype, order, copy=copy)


def ascontiguousarray(a, dtype=None):
    """`asarray` with the elements one after the other."""
    a = asarray(a, dtype)
    return a if a.flags.c_contiguous and a.ndim else wrap(np.ascontiguousarray(a._a))


def where(condition, x=None, y=None):
    """A ufunc in CuPy: the condition is an array, the choices are arrays or numbers."""
    if x is None and y is None:
        return condition.nonzero()
    if not isinstance(condition, ndarray | np.generic):
        raise AttributeError(f"'{type(condition).__name__}' object has no attribute 'astype'")
    return lend("cupy.where", np.where, scalars=True)(condition.astype("?"), x, y)


def copyto(dst, src, casting="same_kind", where=None):
    """Elements of ``dst`` replaced by those of an array or a number."""
    given = {} if where is None else {"where": _core.array_of(where)}
    np.copyto(dst._a, _core.operand(src), casting=casting, **given)


def from_dlpack(source):
    """Another library's array in GPU memory."""
    if not isinstance(source, ndarray):
        raise BufferError("the stand-in takes its own arrays only")
    return source


def get_default_memory_pool():
    """The pool that all arrays come from."""
    return cuda.POOL


def get_default_pinned_memory_pool():
    """The pool of pinned memory."""
    return cuda.POOL


lib = types.SimpleNamespace(
    stride_tricks=types.SimpleNamespace(
        as_strided=lambda x, shape=None, strides=None: wrap(
            np.lib.stride_tricks.as_strided(x._a, shape, strides), x.device.id
        )
    )
)
