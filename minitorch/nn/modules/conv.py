"""Convolutional layers: kernels that slide over sequences, images and volumes."""

from __future__ import annotations

import math
from typing import Any

from ... import creation
from ...ops.conv_arguments import per_dim
from ...tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter
from .module import Module


class _ConvNd(Module):
    """What all convolutional layers share: their numbers, their parameters, and how these begin."""

    dims: int
    transposed = False

    weight: Tensor
    bias: Tensor | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        output_padding: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        for name, count in (("in_channels", in_channels), ("out_channels", out_channels)):
            if count % groups:
                raise ValueError(f"{name} must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(
                    f"Invalid padding string '{padding}', should be one of {{'same', 'valid'}}"
                )
            if padding == "same" and any(step != 1 for step in per_dim(stride, self.dims, "")):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = ("zeros", "reflect", "replicate", "circular")
        if padding_mode not in modes:
            raise ValueError(
                f"padding_mode must be one of {{{', '.join(map(repr, modes))}}}, "
                f"but got padding_mode='{padding_mode}'"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = per_dim(kernel_size, self.dims, "kernel_size")
        self.stride = per_dim(stride, self.dims, "stride")
        self.padding = padding
        if not isinstance(padding, str):
            self.padding = per_dim(padding, self.dims, "padding")
        self.dilation = per_dim(dilation, self.dims, "dilation")
        self.output_padding = per_dim(output_padding, self.dims, "output_padding")
        self.groups = groups
        self.padding_mode = padding_mode
        shape = self.weight_shape()
        self.weight = Parameter(creation.empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(creation.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def weight_shape(self) -> tuple[int, ...]:
        """(C_out, C_in / groups, *kernel_size); of a transposed convolution C_in comes first."""
        outer, inner = self.out_channels, self.in_channels
        if self.transposed:
            outer, inner = inner, outer
        return outer, inner // self.groups, *self.kernel_size

    def reset_parameters(self) -> None:
        """Draw weight and bias anew, uniform on ±1/√n, n the numbers that make one output."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = math.prod(self.weight._array.shape[1:])
            if fan_in:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def ends(self) -> list[int]:
        """The padding as `F.pad` wants it: before and after, the last dimension first."""
        if self.padding == "valid":
            return [0, 0] * self.dims
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return [part for t in totals[::-1] for part in (t // 2, t - t // 2)]
        return [width for width in self.padding[::-1] for _ in range(2)]

    def extra_repr(self) -> str:
        """The settings that are not the usual ones."""
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        text += f", stride={self.stride}"
        none, one = (0,) * self.dims, (1,) * self.dims
        if self.padding != none:
            text += f", padding={self.padding}"
        if self.dilation != one:
            text += f", dilation={self.dilation}"
        if self.output_padding != none:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Convolution(_ConvNd):
    """A layer that slides its kernel over the input."""

    def __init__(
        self,
        in_channels: int,
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
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor) -> Tensor:
        """The convolution of (N, C, *) or (C, *)."""
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self.ends(), mode=self.padding_mode)
            padding = 0
        function = (F.conv1d, F.conv2d, F.conv3d)[self.dims - 1]
        return function(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )


class Conv1d(_Convolution):
    """Convolution over (N, C_in, L) or (C_in, L) to (N, C_out, L'): see `Conv2d`.

    >>> layer = nn.Conv1d(4, 8, kernel_size=3, padding=1)
    >>> layer(mt.zeros(2, 4, 10)).shape, layer.weight.shape
    (torch.Size([2, 8, 10]), torch.Size([8, 4, 3]))
    """

    dims = 1


class Conv2d(_Convolution):
    """``y[o] = b[o] + Σ_c w[o, c] * x[c]``: an output channel is a sum of filtered input channels.

    Shapes: input (N, C_in, H, W) or (C_in, H, W), output (N, C_out, H', W') with
    ``H' = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1``; ``weight`` is
    (C_out, C_in / groups, *kernel_size), ``bias`` (C_out). ``padding`` is a number, or ``"same"``
    or ``"valid"``; ``padding_mode`` zeros, reflect, replicate or circular. Both parameters begin
    uniform on ±1/√(C_in / groups · kernel size).

    >>> layer = nn.Conv2d(3, 16, 3, padding=1)
    >>> layer
    Conv2d(3, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    >>> layer(mt.zeros(8, 3, 32, 32)).shape
    torch.Size([8, 16, 32, 32])
    """

    dims = 2


class Conv3d(_Convolution):
    """Convolution over (N, C_in, D, H, W) to (N, C_out, D', H', W'): see `Conv2d`.

    >>> nn.Conv3d(4, 8, kernel_size=3)(mt.zeros(2, 4, 10, 10, 10)).shape
    torch.Size([2, 8, 8, 8, 8])
    """

    dims = 3


class _ConvTransposeNd(_ConvNd):
    """A layer that spreads each input element over a patch of the output."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
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
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            bias,
            padding_mode,
            device,
            dtype,
        )

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """The transposed convolution; ``output_size`` chooses among the sizes a stride allows."""
        function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self.dims - 1]
        extra = self.output_padding if output_size is None else self.extra(input, output_size)
        return function(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            extra,
            self.groups,
            self.dilation,
        )

    def extra(self, input: Tensor, output_size: Any) -> tuple[int, ...]:
        """The output padding that gives ``output_size``."""
        wanted = tuple(output_size)[-self.dims :]
        sizes = input._array.shape[-self.dims :]
        least = [
            (s - 1) * step - 2 * p + d * (k - 1) + 1
            for s, step, p, d, k in zip(
                sizes, self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        most = [low + step - 1 for low, step in zip(least, self.stride, strict=True)]
        if any(not low <= n <= high for low, n, high in zip(least, wanted, most, strict=True)):
            raise ValueError(
                f"requested an output size of {list(wanted)}, but valid sizes range from {least} "
                f"to {most} (for an input of {input.size()[2:]})"
            )
        return tuple(n - low for n, low in zip(wanted, least, strict=True))


class ConvTranspose1d(_ConvTransposeNd):
    """Transposed convolution over (N, C_in, L) to (N, C_out, L'): see `ConvTranspose2d`.

    >>> nn.ConvTranspose1d(4, 8, kernel_size=2, stride=2)(mt.zeros(2, 4, 10)).shape
    torch.Size([2, 8, 20])
    """

    dims = 1


class ConvTranspose2d(_ConvTransposeNd):
    """The gradient of a `Conv2d` by its input, as a layer: it makes images larger.

    Shapes: input (N, C_in, H, W), output (N, C_out, H', W') with
    ``H' = (H - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1``;
    ``weight`` is (C_in, C_out / groups, *kernel_size).

    >>> nn.ConvTranspose2d(16, 8, 2, stride=2)(mt.zeros(1, 16, 7, 7)).shape
    torch.Size([1, 8, 14, 14])
    """

    dims = 2


class ConvTranspose3d(_ConvTransposeNd):
    """Transposed convolution over (N, C, D, H, W) to (N, C', D', H', W'): see `ConvTranspose2d`.

    >>> nn.ConvTranspose3d(4, 8, kernel_size=2, stride=2)(mt.zeros(2, 4, 5, 5, 5)).shape
    torch.Size([2, 8, 10, 10, 10])
    """

    dims = 3
