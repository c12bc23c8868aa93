"""oneDNN, Intel's library for neural networks, is not used."""

from __future__ import annotations

enabled: bool = False


def is_available() -> bool:
    """False: NumPy computes here.

    >>> mt.backends.mkldnn.is_available()
    False
    """
    return False
