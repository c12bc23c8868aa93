"""`convert_conv2d_weight_memory_format` and its kin: how the weights of convolutions lie."""

from __future__ import annotations

from typing import Any


def convert_conv2d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """Lay out the weights of all two-dimensional convolutions in ``memory_format``, in place.

    >>> conv = mt.nn.Conv2d(2, 3, 3)
    >>> _ = mt.nn.utils.convert_conv2d_weight_memory_format(conv, mt.channels_last)
    >>> conv.weight.stride()
    (18, 1, 6, 2)
    """
    return converted(module, 4, memory_format)


def convert_conv3d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """Lay out the weights of all three-dimensional convolutions in ``memory_format``, in place.

    >>> conv = mt.nn.Conv3d(2, 3, 1)
    >>> _ = mt.nn.utils.convert_conv3d_weight_memory_format(conv, mt.channels_last_3d)
    >>> conv.weight.is_contiguous(memory_format=mt.channels_last_3d)
    True
    """
    return converted(module, 5, memory_format)


def converted(module: Any, ndim: int, memory_format: Any) -> Any:
    """``module`` with the weights of ``ndim`` dimensions of its convolutions laid out anew."""
    for part in module.modules():
        weight = getattr(part, "weight", None)
        if hasattr(part, "kernel_size") and weight is not None and weight.dim() == ndim:
            weight.data = weight.detach().clone(memory_format=memory_format)
    return module
