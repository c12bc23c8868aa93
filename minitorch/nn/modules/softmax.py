"""Scores become probabilities: softmax and its kin as layers."""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from .module import Module


class _Dim(Module):
    """An activation along one dimension."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """The dimension."""
        return f"dim={self.dim}"


class Softmax(_Dim):
    """``exp(x) / Σ exp(x)`` along ``dim``: `functional.softmax`.

    >>> nn.Softmax(dim=1)(mt.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``exp(input) / Σ exp(input)``."""
        return F.softmax(input, self.dim)


class LogSoftmax(_Dim):
    """``x − log Σ exp(x)`` along ``dim``: `functional.log_softmax`.

    >>> nn.LogSoftmax(dim=-1)(mt.tensor([1000.0, 1000.0]))
    tensor([-0.6931, -0.6931])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input − log Σ exp(input)``."""
        return F.log_softmax(input, self.dim)


class Softmin(_Dim):
    """The softmax of ``−x``: `functional.softmin`.

    >>> nn.Softmin(dim=-1)(mt.tensor([1.0, 2.0, 3.0]))
    tensor([0.6652, 0.2447, 0.0900])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``softmax(−input)``."""
        return F.softmin(input, self.dim)


class Softmax2d(Module):
    """The softmax over the channels of ``(N, C, H, W)`` or ``(C, H, W)``.

    >>> nn.Softmax2d()(mt.zeros(1, 4, 8, 8))[0, :, 0, 0]
    tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``softmax(input, dim=-3)``."""
        if input.dim() not in (3, 4):
            raise ValueError(
                f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead"
            )
        return F.softmax(input, -3)
