"""Switches for the libraries that PyTorch computes with.

NumPy and CuPy compute here, and these switches change nothing. They are kept, so that programs that
set and read them run.
"""

from . import cuda, cudnn, mkl, mkldnn, mps, openmp

__all__ = ["cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]
