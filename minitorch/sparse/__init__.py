"""``mt.sparse``: functions for sparse tensors, in PyTorch's place.

`mt.sparse_coo_tensor` and ``x.to_sparse()`` make such tensors; tensor.py says what one is.
"""

from .creation import DoubleTensor, FloatTensor, LongTensor, sparse_coo_tensor
from .operations import addmm, log_softmax, mm, softmax, sum

__all__ = [
    "DoubleTensor",
    "FloatTensor",
    "LongTensor",
    "addmm",
    "log_softmax",
    "mm",
    "softmax",
    "sum",
]
