"""OpenMP is what PyTorch's threads are made of; NumPy's library brings its own."""

from __future__ import annotations


def is_available() -> bool:
    """False: nothing here is built with it.

    >>> mt.backends.openmp.is_available()
    False
    """
    return False
