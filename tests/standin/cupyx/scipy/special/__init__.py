"""`cupyx.scipy.special`: SciPy's functions, for CuPy's names and dtypes."""

from __future__ import annotations

from typing import Any

import scipy.special
from cupy._core import array_of, public

_found = public("cupyx.scipy.special", scipy.special)
globals().update(_found)


def polygamma(n: Any, x: Any) -> Any:
    """For arrays only: CuPy compares them."""
    array_of(n)
    return _found["polygamma"](n, x)
