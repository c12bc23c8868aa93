"""`cupy.linalg`: what CuPy has of it, for the dtypes that cuSOLVER knows."""

from __future__ import annotations

import numpy as np
from numpy.linalg import LinAlgError  # noqa: F401 - CuPy raises NumPy's

from ._core import public

globals().update(public("cupy.linalg", np.linalg))
