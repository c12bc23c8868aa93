"""`cupy.linalg`: what CuPy has of it, for the dtypes that cuSOLVER knows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.linalg import LinAlgError  # noqa: F401 - CuPy raises NumPy's

from ._core import public

_found = public("cupy.linalg", np.linalg)
globals().update(_found)


def eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors, always complex."""
    values, vectors = _found["eig"](a)
    kind = np.result_type(a.dtype, "F")
    return values.astype(kind), vectors.astype(kind)


def eigvals(a: Any) -> Any:
    """Eigenvalues, always complex."""
    return _found["eigvals"](a).astype(np.result_type(a.dtype, "F"))
