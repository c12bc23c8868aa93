"""``mt.cuda.nccl``: which version there is of NVIDIA's library for work on several GPUs."""

from __future__ import annotations

import importlib

from .. import backend

__all__ = ["version"]


def version() -> tuple[int, ...]:
    """The version of NCCL that CuPy uses; RuntimeError if it uses none.

    >>> if mt.cuda.is_available():
    ...     major, minor, patch = mt.cuda.nccl.version()
    """
    backend.cupy()  # or it says what is missing
    try:
        number = importlib.import_module("cupy_backends.cuda.libs.nccl").get_version()
    except ImportError as error:
        raise RuntimeError(f"CuPy has no NCCL here: {error}") from None
    # 21805 is 2.18.5. Up to 2.8 there was a digit less: 2708 is 2.7.8.
    major, rest = divmod(number, 10000 if number >= 10000 else 1000)
    return (major, *divmod(rest, 100))
