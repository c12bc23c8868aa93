"""Max pooling undone: what was the largest goes back to its place, all else is zero."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .module import Module


class _MaxUnpool(Module):
    """What the layers for 1, 2 and 3 dimensions share."""

    dims: int

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = self.per_dim(kernel_size)
        self.stride = self.per_dim(kernel_size if stride is None else stride)
        self.padding = self.per_dim(padding)

    def per_dim(self, value: Any) -> tuple[int, ...]:
        """``value`` for each dimension: one number stands for all."""
        return tuple(value) if isinstance(value, list | tuple) else (value,) * self.dims

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        """Each element of ``input`` at the place that ``indices`` tells, zeros elsewhere."""
        return self._function(
            input, indices, self.kernel_size, self.stride, self.padding, output_size
        )

    def extra_repr(self) -> str:
        """The settings."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpool):
    """`MaxPool1d` undone, (N, C, L') to (N, C, L): see `MaxUnpool2d`.

    >>> y, where = nn.MaxPool1d(2, return_indices=True)(mt.tensor([[1.0, 3.0, 5.0, 2.0]]))
    >>> nn.MaxUnpool1d(2)(y, where)
    tensor([[0., 3., 5., 0.]])
    """

    dims = 1
    _function = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpool):
    """`MaxPool2d` undone: each element goes back to where it was found, all others are zero.

    Shapes: (N, C, H', W'), elements and indices, to (N, C, H, W) with
    ``H = (H' - 1) stride - 2 padding + kernel_size``, unless ``output_size`` is given.

    >>> pool, unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
    >>> unpool(*pool(mt.tensor([[[1.0, 2.0], [4.0, 3.0]]])))
    tensor([[[0., 0.],
             [4., 0.]]])
    """

    dims = 2
    _function = staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpool):
    """`MaxPool3d` undone, (N, C, D', H', W') to (N, C, D, H, W): see `MaxUnpool2d`.

    >>> y, where = nn.MaxPool3d(2, return_indices=True)(mt.zeros(1, 3, 4, 8, 8))
    >>> nn.MaxUnpool3d(2)(y, where).shape
    torch.Size([1, 3, 4, 8, 8])
    """

    dims = 3
    _function = staticmethod(F.max_unpool3d)
