"""Switches for CUDA's libraries; they change nothing here."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass


def is_built() -> bool:
    """Whether CuPy is installed; `mt.cuda.is_available` also asks for a GPU.

    >>> mt.backends.cuda.is_built() or not mt.cuda.is_available()
    True
    """
    return importlib.util.find_spec("cupy") is not None


@dataclass
class _Matmul:
    """How matrix products may round."""

    allow_tf32: bool = False
    allow_fp16_reduced_precision_reduction: bool = True
    allow_bf16_reduced_precision_reduction: bool = True


matmul = _Matmul()
