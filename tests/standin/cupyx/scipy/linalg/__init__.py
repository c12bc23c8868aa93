"""`cupyx.scipy.linalg`: one matrix at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
from cupy._core import array_of, wrap


def solve_triangular(
    a: Any, b: Any, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=False
) -> Any:
    try:
        found = scipy.linalg.solve_triangular(array_of(a), array_of(b), trans, lower, unit_diagonal)
    except np.linalg.LinAlgError:  # cuBLAS does not look
        found = np.full(b.shape, np.nan, b.dtype)
    return wrap(found)


def lu_factor(a: Any, overwrite_a=False, check_finite=True) -> Any:
    return wrap(scipy.linalg.lu_factor(array_of(a)))


def lu_solve(lu_and_piv: Any, b: Any, trans=0, overwrite_b=False, check_finite=True) -> Any:
    factors = tuple(array_of(part) for part in lu_and_piv)
    return wrap(scipy.linalg.lu_solve(factors, array_of(b), trans))


def expm(a: Any) -> Any:
    return wrap(scipy.linalg.expm(array_of(a)))
