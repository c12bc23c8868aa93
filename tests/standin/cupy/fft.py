"""`cupy.fft`."""

from __future__ import annotations

import numpy as np

from ._core import public

globals().update(public("cupy.fft", np.fft))
