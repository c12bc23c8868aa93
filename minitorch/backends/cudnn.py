"""cuDNN, NVIDIA's library for neural networks, is not used: these switches change nothing.

CuPy has had no interface to it since version 14.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

enabled: bool = True
benchmark: bool = False
benchmark_limit: int | None = None
deterministic: bool = False
allow_tf32: bool = True
NAMES = ("enabled", "benchmark", "benchmark_limit", "deterministic", "allow_tf32")


def is_available() -> bool:
    """False: convolutions are matrix products here.

    >>> mt.backends.cudnn.is_available()
    False
    """
    return False


def version() -> int | None:
    """None, as where there is no cuDNN.

    >>> print(mt.backends.cudnn.version())
    None
    """
    return None


def is_acceptable(tensor: Any) -> bool:
    """False: no tensor goes to cuDNN.

    >>> mt.backends.cudnn.is_acceptable(mt.zeros(1))
    False
    """
    return False


def set_flags(
    _enabled: bool | None = None,
    _benchmark: bool | None = None,
    _benchmark_limit: int | None = None,
    _deterministic: bool | None = None,
    _allow_tf32: bool | None = None,
) -> tuple[Any, ...]:
    """Set those that are not None; returns all as they were.

    >>> before = mt.backends.cudnn.set_flags(_benchmark=True)
    >>> _ = mt.backends.cudnn.set_flags(*before)
    >>> mt.backends.cudnn.benchmark
    False
    """
    given = _enabled, _benchmark, _benchmark_limit, _deterministic, _allow_tf32
    before = tuple(globals()[name] for name in NAMES)
    for name, value in zip(NAMES, given, strict=True):
        if value is not None:
            globals()[name] = value
    return before


@contextmanager
def flags(
    enabled: bool = False,
    benchmark: bool = False,
    benchmark_limit: int | None = 10,
    deterministic: bool = False,
    allow_tf32: bool = True,
) -> Iterator[None]:
    """A context in which the switches are set so.

    >>> with mt.backends.cudnn.flags(benchmark=True):
    ...     mt.backends.cudnn.benchmark
    True
    """
    before = set_flags(enabled, benchmark, benchmark_limit, deterministic, allow_tf32)
    try:
        yield
    finally:
        globals().update(zip(NAMES, before, strict=True))
