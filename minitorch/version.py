"""The version of MiniTorch, in this one place, and what PyTorch's says of how it was built."""

__version__ = "0.1.0"
debug = False
cuda = hip = xpu = None  # built for none: CuPy, if it is there, brings CUDA (mt.cuda)
