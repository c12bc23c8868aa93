"""How alike vectors are, as modules; the functions are in ops/similarity.py."""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from .module import Module


class PairwiseDistance(Module):
    """The ``p``-norm of ``x1 - x2 + eps`` along the last dimension: (N, D) or (D) to (N) or ().

    >>> nn.PairwiseDistance()(mt.tensor([0.0, 0.0]), mt.tensor([3.0, 4.0]))
    tensor(5.0000)
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """The distance of two vectors, or of each pair of rows."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    """The cosine of the angle between vectors along ``dim``; ``eps`` is the least length counted.

    >>> nn.CosineSimilarity(dim=0)(mt.tensor([3.0, 4.0]), mt.tensor([4.0, 3.0]))
    tensor(0.9600)
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """The similarity of two tensors, which are broadcast together."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
