"""Channels that change places."""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from .module import Module


class ChannelShuffle(Module):
    """The channels of (N, C, *), in ``groups``, mixed: one of each group after the other.

    Zhang et al., *ShuffleNet: an extremely efficient convolutional neural network for mobile
    devices*, 2018.

    >>> nn.ChannelShuffle(2)(mt.arange(4.0).reshape(1, 4, 1)).flatten()
    tensor([0., 2., 1., 3.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with its channels mixed."""
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """The number of groups."""
        return f"groups={self.groups}"
