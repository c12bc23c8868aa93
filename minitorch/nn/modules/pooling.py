"""Pooling layers: the functions of `minitorch.nn.functional` with their settings kept."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .module import Module


class _MaxPoolNd(Module):
    """What the layers for 1, 2 and 3 dimensions share."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        """The largest element of each window, with its place if ``return_indices``."""
        return self._function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """The largest element of each window of (N, C, L): see `MaxPool2d`.

    >>> nn.MaxPool1d(2)(mt.tensor([[1.0, 3.0, 2.0, 5.0, 9.0]]))
    tensor([[3., 5.]])
    """

    _function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPoolNd):
    """The largest element of each window of an image.

    Shapes: (N, C, H, W) or (C, H, W) to (N, C, H', W') with
    ``H' = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1``; ``stride`` is the
    kernel size if not given.

    >>> nn.MaxPool2d(2)(mt.zeros(1, 3, 8, 8)).shape
    torch.Size([1, 3, 4, 4])
    """

    _function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPoolNd):
    """The largest element of each window of (N, C, D, H, W): see `MaxPool2d`.

    >>> nn.MaxPool3d(2)(mt.zeros(1, 3, 4, 8, 8)).shape
    torch.Size([1, 3, 2, 4, 4])
    """

    _function = staticmethod(F.max_pool3d)


class AvgPool1d(Module):
    """The mean of each window of (N, C, L): see `AvgPool2d`.

    >>> nn.AvgPool1d(2)(mt.tensor([[1.0, 3.0, 2.0, 5.0]]))
    tensor([[2.0000, 3.5000]])
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = _single(kernel_size)
        self.stride = _single(kernel_size if stride is None else stride)
        self.padding = _single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """The mean of each window."""
        return F.avg_pool1d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
        )

    def extra_repr(self) -> str:
        """The settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


def _single(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


class _AvgPool(Module):
    """What the layers for 2 and 3 dimensions share."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """The mean of each window."""
        return self._function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        """The settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(_AvgPool):
    """The mean of each window of an image; shapes as for `MaxPool2d`.

    >>> nn.AvgPool2d(2)(mt.ones(1, 1, 4, 4))
    tensor([[[[1., 1.],
              [1., 1.]]]])
    """

    _function = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPool):
    """The mean of each window of (N, C, D, H, W): see `AvgPool2d`.

    >>> nn.AvgPool3d(2)(mt.zeros(1, 3, 4, 8, 8)).shape
    torch.Size([1, 3, 2, 4, 4])
    """

    _function = staticmethod(F.avg_pool3d)


class _AdaptiveAvgPoolNd(Module):
    """What the layers for 1, 2 and 3 dimensions share."""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """The mean of each window."""
        return self._function(input, self.output_size)

    def extra_repr(self) -> str:
        """The size that comes out."""
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """The means of ``output_size`` windows of (N, C, L): see `AdaptiveAvgPool2d`.

    >>> nn.AdaptiveAvgPool1d(2)(mt.tensor([[1.0, 3.0, 5.0]]))  # the windows share an element
    tensor([[2., 4.]])
    """

    _function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """The means of windows of (N, C, H, W), such that (N, C, *output_size) comes out.

    >>> nn.AdaptiveAvgPool2d((1, None))(mt.zeros(1, 3, 8, 9)).shape
    torch.Size([1, 3, 1, 9])
    """

    _function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """The means of windows of (N, C, D, H, W): see `AdaptiveAvgPool2d`.

    >>> nn.AdaptiveAvgPool3d((1, 2, 2))(mt.zeros(1, 3, 4, 8, 8)).shape
    torch.Size([1, 3, 1, 2, 2])
    """

    _function = staticmethod(F.adaptive_avg_pool3d)


class _AdaptiveMaxPoolNd(Module):
    """What the layers for 1, 2 and 3 dimensions share."""

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        """The largest element of each window, with its place if ``return_indices``."""
        return self._function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """The size that comes out."""
        return f"output_size={self.output_size}"


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """The largest elements of ``output_size`` windows of (N, C, L).

    >>> nn.AdaptiveMaxPool1d(2)(mt.tensor([[1.0, 3.0, 5.0]]))
    tensor([[3., 5.]])
    """

    _function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """The largest elements of windows of (N, C, H, W), such that (N, C, *output_size) comes out.

    >>> nn.AdaptiveMaxPool2d((1, None))(mt.zeros(1, 3, 8, 6)).shape
    torch.Size([1, 3, 1, 6])
    """

    _function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """The largest elements of windows of (N, C, D, H, W).

    >>> nn.AdaptiveMaxPool3d(2)(mt.zeros(1, 3, 4, 8, 8)).shape
    torch.Size([1, 3, 2, 2, 2])
    """

    _function = staticmethod(F.adaptive_max_pool3d)


class _LPPoolNd(Module):
    """What the layers for 1, 2 and 3 dimensions share."""

    def __init__(
        self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """The norm of each window."""
        return self._function(
            input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode
        )

    def extra_repr(self) -> str:
        """The settings."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """The p-norm of each window of (N, C, L): see `LPPool2d`.

    >>> nn.LPPool1d(2, 2)(mt.tensor([[3.0, 4.0, 5.0, 12.0]]))
    tensor([[ 5., 13.]])
    """

    _function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPoolNd):
    """``(Σ xᵖ)^(1/p)`` of each window, p = ``norm_type``; shapes as for `MaxPool2d`.

    >>> nn.LPPool2d(2, 2)(mt.tensor([[[3.0, 0.0], [0.0, 4.0]]]))
    tensor([[[5.]]])
    """

    _function = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPoolNd):
    """The p-norm of each window of (N, C, D, H, W): see `LPPool2d`.

    >>> nn.LPPool3d(2, 2)(mt.zeros(1, 3, 4, 8, 8)).shape
    torch.Size([1, 3, 2, 4, 4])
    """

    _function = staticmethod(F.lp_pool3d)


class _FractionalMaxPool(Module):
    """What the layers for 2 and 3 dimensions share."""

    dims: int

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ) -> None:
        super().__init__()
        self.kernel_size = self.per_dim(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else self.per_dim(output_size)
        self.output_ratio = None if output_ratio is None else self.per_dim(output_ratio)
        if output_size is None and output_ratio is None:
            raise ValueError(
                f"{type(self).__name__} requires specifying either an output size, or a pooling "
                "ratio"
            )
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            shown = self.output_ratio if isinstance(output_ratio, tuple) else output_ratio
            raise ValueError(f"output_ratio must be between 0 and 1 (got {shown})")

    def per_dim(self, value: Any) -> tuple[Any, ...]:
        """``value`` for each dimension: one number stands for all."""
        return tuple(value) if isinstance(value, list | tuple) else (value,) * self.dims

    def forward(self, input: Tensor) -> Any:
        """The largest element of each window, with its place if ``return_indices``."""
        return self._function(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPool):
    """Max pooling whose windows begin at random steps, so that any size can come out.

    ``output_size``, or ``output_ratio`` times the input's. Graham, *Fractional max-pooling*, 2014.

    Shapes: (N, C, H, W) or (C, H, W) to (N, C, *output_size) or (C, *output_size).

    >>> nn.FractionalMaxPool2d(3, output_ratio=0.6)(mt.zeros(1, 2, 10, 10)).shape
    torch.Size([1, 2, 6, 6])
    """

    dims = 2
    _function = staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPool):
    """`FractionalMaxPool2d` for (N, C, D, H, W).

    >>> nn.FractionalMaxPool3d(2, output_ratio=0.75)(mt.zeros(1, 3, 8, 8, 8)).shape
    torch.Size([1, 3, 6, 6, 6])
    """

    dims = 3
    _function = staticmethod(F.fractional_max_pool3d)
