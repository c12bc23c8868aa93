"""The GPU of Apple's computers, which NumPy and CuPy do not use."""

from __future__ import annotations


def is_available() -> bool:
    """False: there is no such device here.

    >>> mt.backends.mps.is_available()
    False
    """
    return False


def is_built() -> bool:
    """False: there is no such device here.

    >>> mt.backends.mps.is_built()
    False
    """
    return False
