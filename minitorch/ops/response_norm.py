"""Normalization without learning: by neighbouring channels, and of vectors to length 1."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..autograd.operation import wrap
from .padding import pad
from .pool import avg_pool2d, avg_pool3d


def local_response_norm(
    input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Any:
    """``x / (k + alpha · mean of x² over size channels) ** beta``, the channels round about.

    Shape ``(N, C, *)``. Krizhevsky, Sutskever and Hinton, *ImageNet classification with deep
    convolutional neural networks*, 2012.

    >>> F.local_response_norm(mt.ones(1, 3, 1), size=2, alpha=2.0, beta=1.0)
    tensor([[[0.5000],
             [0.3333],
             [0.3333]]])
    """
    ndim = input.dim()
    if ndim < 3:
        raise ValueError(
            "Expected 3D or higher dimensionality                          "
            f"input (got {ndim} dimensions)"
        )
    if input.numel() == 0:
        return input
    n, channels = input.shape[:2]
    squares = (input * input).reshape(n, 1, channels, 1, -1)
    squares = pad(squares, (0, 0, 0, 0, size // 2, (size - 1) // 2))
    if ndim == 3:  # the same, but float16 is taken
        mean = avg_pool2d(squares.squeeze(3), (size, 1), stride=1).reshape(input.shape)
    else:
        mean = avg_pool3d(squares, (size, 1, 1), stride=1).reshape(input.shape)
    return input / (mean * alpha + k) ** beta


@backend.at_its_gpu
def cross_map_lrn2d(input: Any, size: int, alpha: float, beta: float, k: float) -> Any:
    """`local_response_norm` as the older `nn.CrossMapLRN2d` has it.

    The window of a channel reaches ``(size - 1) // 2`` channels to both sides, and channel 0 is in
    every window. (So it is in PyTorch, whose gradient knows nothing of it and is wrong.)
    """
    if input.dim() != 4:
        raise ValueError(f"CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead.")
    channels = input.size(1)
    xp = backend.array_module(input._array)
    place = xp.arange(channels)
    counted = xp.abs(place[:, None] - place) <= (size - 1) // 2
    counted[:, 0] = True
    window = wrap(input, counted.astype(input._array.dtype))
    squares = (input * input).flatten(2)
    mean = (window @ squares).reshape(input.shape) / size
    return input * (mean * alpha + k) ** -beta


def normalize(input: Any, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Any = None) -> Any:
    """``x / max(‖x‖ₚ, eps)``: the vectors along ``dim`` get the ``p``-norm 1.

    >>> F.normalize(mt.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    result = input / input.norm(p, dim, True).clamp_min(eps)
    if out is None:
        return result
    if result.requires_grad or out.requires_grad:
        raise RuntimeError(
            "div(): functions with out=... arguments don't support automatic differentiation, but "
            "one of the arguments requires grad."
        )
    return out.copy_(result)
