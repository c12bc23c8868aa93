"""What the functions of matrices share: checks, errors, and calls of LAPACK for each matrix.

NumPy and CuPy have the common decompositions for batches of matrices. Where they do not, or where
the user must hear which matrix of a batch failed, SciPy's LAPACK is called for one after the other.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import backend, dtypes
from .operands import not_implemented


class LinAlgError(RuntimeError):
    """A matrix does not have what was asked for: an inverse, a Cholesky factor, ...

    >>> try:
    ...     mt.linalg.inv(mt.zeros(2, 2))
    ... except mt.linalg.LinAlgError:
    ...     print("no inverse")
    no inverse
    """

    __module__ = "minitorch.linalg"


@functools.cache
def library(xp: Any) -> Any:
    """SciPy's functions of matrices for NumPy, or CuPy's; loaded when first needed."""
    return importlib.import_module("scipy.linalg" if xp is np else "cupyx.scipy.linalg")


@functools.cache
def routine(name: str, char: str) -> Any:
    """LAPACK's (or BLAS') function of this name for the dtype of this letter."""
    module = importlib.import_module("scipy.linalg")
    find = module.get_blas_funcs if name == "trsm" else module.get_lapack_funcs
    return find((name,), dtype=np.dtype(char))[0]


# Checks -------------------------------------------------------------------------------------------


def kind_of(array: Any) -> str:
    """The name of an array's dtype in error sentences."""
    return dtypes.SCALAR_TYPE[dtypes.of(array)]


def check(name: str, A: Any, square: bool = True, kernel: str = "") -> Any:
    """The array of ``A``, which must be a matrix or a batch of them, of floating numbers.

    ``kernel`` is what PyTorch calls the function that it does not have for float16.
    """
    array = A._array
    if array.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if square:
        check_square(name, array)
    if array.dtype.kind not in "fc":
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {kind_of(array)}"
        )
    if array.dtype.char == "e":
        if kernel:
            raise not_implemented(kernel, array)
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got Half")
    return array


def check_square(name: str, array: Any) -> None:
    """Refuse matrices that are not square."""
    rows, columns = array.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {rows} by {columns} "
            "matrices"
        )


def check_same_dtype(name: str, a: Any, b: Any, names: tuple[str, str] = ("A", "B")) -> None:
    """Refuse two arrays of different dtypes."""
    if a.dtype != b.dtype:
        raise RuntimeError(
            f"{name}: Expected {names[0]} and {names[1]} to have the same dtype, but found "
            f"{names[0]} of type {kind_of(a)} and {names[1]} of type {kind_of(b)} instead"
        )


def refuse(name: str, info: Any, sentence: str, error: type[RuntimeError] = LinAlgError) -> None:
    """Raise an error if LAPACK's ``info`` is not 0 for one of the matrices; it names the first."""
    numbers = backend.to_numpy(info._array)
    if numbers.any():
        flat = numbers.reshape(-1)
        place = int(flat.nonzero()[0][0])
        where = f"(Batch element {place}): " if numbers.ndim else ""
        raise error(f"{name}: {where}{sentence.format(int(flat[place]))}")


# Calls --------------------------------------------------------------------------------------------


def each(xp: Any, function: Callable[..., Any], *batches: Any) -> Any:
    """``function`` of each matrix (or of each several) of batches of one shape, stacked again."""
    batch = batches[0].shape[:-2]
    if not batch:
        return function(*batches)
    many = [x.reshape(math.prod(batch), *x.shape[len(batch) :]) for x in batches]
    if 0 in batch:  # no matrix: ask one of zeros what shapes come out
        results = [function(*[xp.zeros(x.shape[1:], x.dtype) for x in many])]
    else:
        results = [function(*matrices) for matrices in zip(*many, strict=True)]

    def stacked(parts: Any) -> Any:
        whole = xp.stack([xp.asarray(part) for part in parts])
        return whole[: math.prod(batch)].reshape(*batch, *whole.shape[1:])

    if isinstance(results[0], tuple):
        return tuple([stacked(parts) for parts in zip(*results, strict=True)])
    return stacked(results)


def broadcast(xp: Any, *arrays: Any) -> list[Any]:
    """Batches of matrices, the dimensions before the last two broadcast together."""
    batch = np.broadcast_shapes(*[x.shape[:-2] for x in arrays])
    return [xp.broadcast_to(x, batch + x.shape[-2:]) for x in arrays]


def strict(xp: Any) -> Any:
    """A context in which CuPy, like NumPy, raises an error where a matrix is singular."""
    if xp is np:
        return contextlib.nullcontext()
    return importlib.import_module("cupyx").errstate(linalg="raise")


def attempt(
    xp: Any, function: Callable[[Any], Any], failure: Callable[[Any], int], a: Any
) -> tuple[Any, Any]:
    """The result of ``function(a)``, and ``info``, which is not 0 for matrices that failed.

    If NumPy reports a failure, ``failure`` is asked for LAPACK's ``info`` of each matrix, in main
    memory. The results for those that failed are NaN.
    """
    try:
        with strict(xp):
            return function(a), xp.zeros(a.shape[:-2], "int32")
    except np.linalg.LinAlgError:
        info = xp.asarray(each(np, lambda x: np.int32(failure(x)), backend.to_numpy(a)))
        bad = (info != 0)[..., None, None]
        result = function(xp.where(bad, xp.eye(a.shape[-1], dtype=a.dtype), a))
        return xp.where(bad, result.dtype.type(np.nan), result), info


def zero_pivot(a: Any) -> int:
    """The number, from 1 on, of the first zero on the diagonal of U in ``a = P L U``; 0: none."""
    info = int(routine("getrf", a.dtype.char)(a)[2]) if a.size else 0
    if info == 0:
        try:
            np.linalg.inv(a)
        except np.linalg.LinAlgError:  # so near to singular that NumPy and SciPy do not agree
            return len(a)
    return info


def minor_not_positive(a: Any) -> int:
    """The order of the first leading minor that is not positive, or NaN; 0 if all are."""
    if not a.size:
        return 0
    factor, info = routine("potrf", a.dtype.char)(a, lower=1)
    missing = np.isnan(factor.diagonal())
    if info or missing.any():
        return int(info) or int(missing.argmax()) + 1
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:  # so near to singular that NumPy and SciPy do not agree
        return len(a)
    return 0


def cholesky(xp: Any, a: Any) -> Any:
    """The Cholesky factor, lower triangular; NumPy's error also where it is NaN."""
    factor = xp.linalg.cholesky(a)
    if xp.isnan(factor.diagonal(0, -2, -1)).any():
        raise np.linalg.LinAlgError
    return factor


def singular(xp: Any, a: Any, **options: Any) -> Any:
    """What ``xp.linalg.svd`` returns; PyTorch's error where it does not converge."""
    try:
        with strict(xp):
            return xp.linalg.svd(a, **options)
    except np.linalg.LinAlgError:
        finite = np.isfinite(backend.to_numpy(a)).all(axis=(-2, -1))
        place = int(finite.reshape(-1).argmin())
        where = f"(Batch element {place}): " if a.ndim > 2 else ""
        raise LinAlgError(
            f"linalg.svd: {where}The algorithm failed to converge because the input matrix "
            "contained non-finite values."
        ) from None


def transposed(x: Any) -> Any:
    """The conjugate transpose of an array."""
    return x.conj().swapaxes(-1, -2)
