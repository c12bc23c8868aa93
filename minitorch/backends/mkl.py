"""Intel's library for matrix products, with which some NumPys are built."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_available() -> bool:
    """Whether NumPy was built with it.

    >>> isinstance(mt.backends.mkl.is_available(), bool)
    True
    """
    found: Any = np.show_config(mode="dicts")
    return "mkl" in found["Build Dependencies"]["blas"]["name"].lower()
