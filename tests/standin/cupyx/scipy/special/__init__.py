"""`cupyx.scipy.special`: SciPy's functions, for CuPy's names and dtypes."""

from __future__ import annotations

import scipy.special
from cupy._core import public

globals().update(public("cupyx.scipy.special", scipy.special))
