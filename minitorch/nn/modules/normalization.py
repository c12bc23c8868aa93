"""Normalization of each sample by itself."""

from __future__ import annotations

from typing import Any

from ... import creation
from ...ops.response_norm import cross_map_lrn2d
from ...tensor import Tensor
from .. import functional as F, init
from ..parameter import Parameter
from .module import Module


def _add(
    layer: Module, name: str, shape: tuple[int, ...], wanted: bool, device: Any, dtype: Any
) -> None:
    """Give ``layer`` a parameter, without content yet, or None if it is not ``wanted``."""
    parameter = None
    if wanted:
        parameter = Parameter(creation.empty(shape, device=device, dtype=dtype))
    layer.register_parameter(name, parameter)


def _reset(layer: Any) -> None:
    """Scale 1, shift 0."""
    if layer.weight is not None:
        init.ones_(layer.weight)
    if layer.bias is not None:
        init.zeros_(layer.bias)


class LayerNorm(Module):
    """Normalize each sample over its last dimensions, which are ``normalized_shape``.

    ``y = (x - mean) / sqrt(var + eps) * weight + bias``, with weight and bias of
    ``normalized_shape``. Ba, Kiros and Hinton, *Layer Normalization*, 2016.

    >>> nn.LayerNorm(3)(mt.tensor([[1.0, 2.0, 3.0]]))
    tensor([[-1.2247,  0.0000,  1.2247]], grad_fn=<NativeLayerNormBackward0>)
    """

    weight: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        _add(self, "weight", self.normalized_shape, elementwise_affine, device, dtype)
        _add(self, "bias", self.normalized_shape, elementwise_affine and bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scale 1, shift 0."""
        _reset(self)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, of the same shape."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


class GroupNorm(Module):
    """Normalize each of ``num_groups`` groups of channels of each sample: input (N, C, *).

    ``y = (x - mean) / sqrt(var + eps) * weight + bias``, with weight and bias per channel, (C,).
    Wu and He, *Group Normalization*, 2018.

    >>> nn.GroupNorm(2, 4)(mt.tensor([[1.0, 3.0, 4.0, 8.0]]))
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]],
           grad_fn=<NativeGroupNormBackward0>)
    """

    weight: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError(
                f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})"
            )
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        _add(self, "weight", (num_channels,), affine, device, dtype)
        _add(self, "bias", (num_channels,), affine and bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scale 1, shift 0."""
        _reset(self)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, of the same shape."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """``y = x / sqrt(mean(x²) + eps) * weight`` over the last dimensions, ``normalized_shape``.

    ``eps`` None stands for the smallest step of the dtype at 1. Zhang and Sennrich, *Root Mean
    Square Layer Normalization*, 2019.

    >>> nn.RMSNorm(2)(mt.tensor([[1.0, 7.0]]))
    tensor([[0.2000, 1.4000]], grad_fn=<MulBackward0>)
    """

    weight: Tensor | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        _add(self, "weight", self.normalized_shape, elementwise_affine, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Scale 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """The normalized input, of the same shape."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


class LocalResponseNorm(Module):
    """``x / (k + alpha · mean of x² over size neighbouring channels) ** beta``, (N, C, *).

    Krizhevsky, Sutskever and Hinton, *ImageNet classification with deep convolutional neural
    networks*, 2012.

    >>> nn.LocalResponseNorm(2, alpha=2.0, beta=1.0)(mt.ones(1, 3, 1)).flatten()
    tensor([0.5000, 0.3333, 0.3333])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, of the same shape."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


class CrossMapLRN2d(LocalResponseNorm):
    """`LocalResponseNorm` as Torch had it, for images (N, C, H, W).

    >>> nn.CrossMapLRN2d(3)(mt.zeros(1, 4, 2, 2)).shape
    torch.Size([1, 4, 2, 2])
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> None:
        super().__init__(size, alpha, beta, k)

    def forward(self, input: Tensor) -> Tensor:
        """The normalized input, of the same shape."""
        return cross_map_lrn2d(input, self.size, self.alpha, self.beta, self.k)
