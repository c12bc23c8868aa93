"""Padding layers: `minitorch.nn.functional.pad` with its widths kept."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .module import Module


class _Pad(Module):
    """What all kinds share: ``padding``, one number or (before, after) from the last dimension."""

    dims: int
    mode: str

    def __init__(self, padding: Any) -> None:
        super().__init__()
        many = isinstance(padding, list | tuple)
        self.padding = tuple(padding) if many else (padding,) * (2 * self.dims)

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with more elements at its ends."""
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    """Pads with one number."""

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with more elements at its ends."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """The widths and the number."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    """Pads with zeros."""

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The widths."""
        return f"{self.padding}"


class _ReflectionPad(_Pad):
    """Pads with the input mirrored at its edge."""

    mode = "reflect"


class _ReplicationPad(_Pad):
    """Pads with the edge itself."""

    mode = "replicate"


class _CircularPad(_Pad):
    """Pads with what stands at the other end."""

    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        """``input`` with more elements at its ends."""
        if input.dim() not in (self.dims + 1, self.dims + 2):
            raise ValueError(
                f"expected {self.dims + 1}D or {self.dims + 2}D input (got {input.dim()}D input)"
            )
        return super().forward(input)


class ConstantPad1d(_ConstantPad):
    """The number ``value`` around (N, C, L).

    >>> nn.ConstantPad1d((2, 1), 7.0)(mt.tensor([[1.0, 2.0]]))
    tensor([[7., 7., 1., 2., 7.]])
    """

    dims = 1


class ConstantPad2d(_ConstantPad):
    """The number ``value`` around (N, C, H, W).

    >>> nn.ConstantPad2d((1, 0, 0, 1), 7.0)(mt.tensor([[[1.0, 2.0]]]))
    tensor([[[7., 1., 2.],
             [7., 7., 7.]]])
    """

    dims = 2


class ConstantPad3d(_ConstantPad):
    """The number ``value`` around (N, C, D, H, W).

    >>> nn.ConstantPad3d(1, 7.0)(mt.zeros(1, 3, 2, 4, 4)).shape
    torch.Size([1, 3, 4, 6, 6])
    """

    dims = 3


class ZeroPad1d(_ZeroPad):
    """Zeros around (N, C, L).

    >>> nn.ZeroPad1d((0, 2))(mt.tensor([[1.0, 2.0]]))
    tensor([[1., 2., 0., 0.]])
    """

    dims = 1


class ZeroPad2d(_ZeroPad):
    """Zeros around (N, C, H, W).

    ``padding`` is one number or (left, right, top, bottom).

    >>> nn.ZeroPad2d((1, 0, 0, 1))(mt.ones(1, 1, 2))
    tensor([[[0., 1., 1.],
             [0., 0., 0.]]])
    """

    dims = 2


class ZeroPad3d(_ZeroPad):
    """Zeros around (N, C, D, H, W).

    >>> nn.ZeroPad3d(1)(mt.zeros(1, 3, 2, 4, 4)).shape
    torch.Size([1, 3, 4, 6, 6])
    """

    dims = 3


class ReflectionPad1d(_ReflectionPad):
    """(N, C, L) mirrored at its edges.

    >>> nn.ReflectionPad1d(2)(mt.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 2., 1., 2., 3., 2., 1.]])
    """

    dims = 1


class ReflectionPad2d(_ReflectionPad):
    """(N, C, H, W) mirrored at its edges.

    ``padding`` is one number or (left, right, top, bottom), each less than the image's size.

    >>> nn.ReflectionPad2d(1)(mt.arange(4.0).reshape(1, 2, 2))
    tensor([[[3., 2., 3., 2.],
             [1., 0., 1., 0.],
             [3., 2., 3., 2.],
             [1., 0., 1., 0.]]])
    """

    dims = 2


class ReflectionPad3d(_ReflectionPad):
    """(N, C, D, H, W) mirrored at its edges.

    >>> nn.ReflectionPad3d(1)(mt.zeros(1, 3, 2, 4, 4)).shape
    torch.Size([1, 3, 4, 6, 6])
    """

    dims = 3


class ReplicationPad1d(_ReplicationPad):
    """(N, C, L) with its edges repeated.

    >>> nn.ReplicationPad1d(2)(mt.tensor([[1.0, 2.0, 3.0]]))
    tensor([[1., 1., 1., 2., 3., 3., 3.]])
    """

    dims = 1


class ReplicationPad2d(_ReplicationPad):
    """(N, C, H, W) with its edges repeated.

    >>> nn.ReplicationPad2d((1, 0, 1, 0))(mt.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[1., 1., 2.],
             [1., 1., 2.],
             [3., 3., 4.]]])
    """

    dims = 2


class ReplicationPad3d(_ReplicationPad):
    """(N, C, D, H, W) with its edges repeated.

    >>> nn.ReplicationPad3d(1)(mt.zeros(1, 3, 2, 4, 4)).shape
    torch.Size([1, 3, 4, 6, 6])
    """

    dims = 3


class CircularPad1d(_CircularPad):
    """(N, C, L) continued at each end by the other.

    >>> nn.CircularPad1d(1)(mt.tensor([[1.0, 2.0, 3.0]]))
    tensor([[3., 1., 2., 3., 1.]])
    """

    dims = 1


class CircularPad2d(_CircularPad):
    """(N, C, H, W) continued at each end by the other.

    >>> nn.CircularPad2d((1, 0, 0, 0))(mt.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    tensor([[[2., 1., 2.],
             [4., 3., 4.]]])
    """

    dims = 2


class CircularPad3d(_CircularPad):
    """(N, C, D, H, W) continued at each end by the other.

    >>> nn.CircularPad3d(1)(mt.zeros(1, 3, 2, 4, 4)).shape
    torch.Size([1, 3, 4, 6, 6])
    """

    dims = 3
