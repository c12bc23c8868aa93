"""Dropout: in training, a random part of the elements becomes zero, so that none is relied on."""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from .module import Module


class _DropoutNd(Module):
    """What all kinds share: the probability ``p``, and whether the input is overwritten."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """Each element becomes zero with probability ``p``; the others are scaled by ``1/(1 − p)``.

    In evaluation (``module.eval()``) the input passes unchanged. Source: Hinton et al., *Improving
    neural networks by preventing co-adaptation of feature detectors*, 2012.

    >>> _ = mt.manual_seed(0)
    >>> layer = nn.Dropout(0.5)
    >>> layer(mt.ones(6))
    tensor([0., 0., 2., 0., 0., 0.])
    >>> layer.eval()(mt.ones(6))
    tensor([1., 1., 1., 1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with elements dropped."""
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """As `Dropout`, for whole channels of ``(N, C, L)`` or ``(C, L)``.

    >>> _ = mt.manual_seed(0)
    >>> nn.Dropout1d(0.5)(mt.ones(1, 3, 4))
    tensor([[[0., 0., 0., 0.],
             [0., 0., 0., 0.],
             [2., 2., 2., 2.]]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with channels dropped."""
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """As `Dropout`, for whole channels of ``(N, C, H, W)``.

    >>> _ = mt.manual_seed(0)
    >>> nn.Dropout2d(0.5)(mt.ones(1, 6, 4, 4))[0, :, 0, 0]
    tensor([0., 0., 2., 0., 0., 0.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with channels dropped."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """As `Dropout`, for whole channels of ``(N, C, D, H, W)`` or ``(C, D, H, W)``.

    >>> _ = mt.manual_seed(0)
    >>> nn.Dropout3d(0.5)(mt.ones(1, 6, 2, 4, 4))[0, :, 0, 0, 0]
    tensor([0., 0., 2., 0., 0., 0.])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with channels dropped."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """Dropout for `SELU`: it keeps mean 0 and variance 1 of its input.

    Dropped elements become −1.7581, SELU's limit, and everything is scaled and moved. Source:
    Klambauer et al., *Self-normalizing neural networks*, 2017.

    >>> _ = mt.manual_seed(0)
    >>> nn.AlphaDropout(0.5)(mt.zeros(4))
    tensor([-0.7792, -0.7792,  0.7792, -0.7792])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with elements dropped."""
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """As `AlphaDropout`, for whole channels of ``(N, C, *)``.

    >>> _ = mt.manual_seed(0)
    >>> nn.FeatureAlphaDropout(0.5)(mt.zeros(1, 3, 2))
    tensor([[[-0.7792, -0.7792],
             [-0.7792, -0.7792],
             [ 0.7792,  0.7792]]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with channels dropped."""
        return F.feature_alpha_dropout(input, self.p, self.training)
