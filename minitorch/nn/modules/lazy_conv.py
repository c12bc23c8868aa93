"""Convolutional layers that learn from their first input how many channels it has."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from ..parameter import UninitializedParameter
from .conv import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from .lazy import Inferred


class _LazyConv(Inferred):
    """A convolutional layer that learns ``in_channels`` from its first input."""

    inferred = "in_channels"
    weight: Any
    bias: Any

    def wait(self, out_channels: int, bias: bool, device: Any, dtype: Any) -> None:
        """Have parameters without a shape."""
        self.out_channels = out_channels
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def initialize_parameters(self: Any, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Make weight and bias for the channels of ``input``."""
        if not self.has_uninitialized_params():
            return
        ndim = input.dim() - self.dims
        if ndim not in (1, 2):
            raise RuntimeError(
                f"Expected {self.dims + 1}D (unbatched) or {self.dims + 2}D (batched) input to "
                f"{type(self).__name__}, but got input of size: {input.shape}"
            )
        self.in_channels = input.shape[ndim - 1]
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        self.weight.materialize(self.weight_shape())
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


class _LazyConvolution(_LazyConv):
    """The arguments of the convolutions."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        numbers = (kernel_size, stride, padding, dilation, groups)
        super().__init__(0, 0, *numbers, False, padding_mode, device, dtype)
        self.wait(out_channels, bias, device, dtype)


class _LazyConvolutionTransposed(_LazyConv):
    """The arguments of the transposed convolutions."""

    def __init__(
        self,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        numbers = (kernel_size, stride, padding, output_padding, groups)
        super().__init__(0, 0, *numbers, False, dilation, padding_mode, device, dtype)
        self.wait(out_channels, bias, device, dtype)


class LazyConv1d(_LazyConvolution, Conv1d):
    """A `Conv1d` that learns ``in_channels`` from its first input, and then is one.

    >>> layer = nn.LazyConv1d(8, 3)
    >>> _ = layer(mt.zeros(2, 4, 10))
    >>> layer
    Conv1d(4, 8, kernel_size=(3,), stride=(1,))
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConvolution, Conv2d):
    """A `Conv2d` that learns ``in_channels`` from its first input, and then is one.

    >>> layer = nn.LazyConv2d(16, 3)
    >>> layer(mt.zeros(8, 3, 32, 32)).shape
    torch.Size([8, 16, 30, 30])
    >>> layer
    Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1))
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConvolution, Conv3d):
    """A `Conv3d` that learns ``in_channels`` from its first input, and then is one.

    >>> layer = nn.LazyConv3d(8, 3)
    >>> _ = layer(mt.zeros(2, 4, 5, 5, 5))
    >>> layer.in_channels
    4
    """

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvolutionTransposed, ConvTranspose1d):
    """A `ConvTranspose1d` that learns ``in_channels`` from its first input, and then is one.

    >>> layer = nn.LazyConvTranspose1d(8, 3)
    >>> _ = layer(mt.zeros(2, 4, 10))
    >>> layer
    ConvTranspose1d(4, 8, kernel_size=(3,), stride=(1,))
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvolutionTransposed, ConvTranspose2d):
    """A `ConvTranspose2d` that learns ``in_channels`` from its first input, and then is one.

    >>> layer = nn.LazyConvTranspose2d(8, 3)
    >>> _ = layer(mt.zeros(2, 4, 5, 5))
    >>> layer.in_channels
    4
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvolutionTransposed, ConvTranspose3d):
    """A `ConvTranspose3d` that learns ``in_channels`` from its first input, and then is one.

    >>> layer = nn.LazyConvTranspose3d(8, 3)
    >>> _ = layer(mt.zeros(2, 4, 5, 5, 5))
    >>> layer.in_channels
    4
    """

    cls_to_become = ConvTranspose3d
