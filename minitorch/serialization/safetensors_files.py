"""What ``safetensors.torch`` is where MiniTorch is torch: tensors by name, in files and bytes.

The library's own module asks PyTorch for its storages. Here the arrays go through its NumPy module.
Tensors that share memory are written each by itself, where the library refuses them.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .loading import load_safetensors, tensors_of


def _arrays(tensors: dict[str, Any]) -> dict[str, np.ndarray]:
    """The tensors as arrays of their own; ValueError for one that is not contiguous."""
    for name, tensor in tensors.items():
        if not tensor.is_contiguous():
            raise ValueError(
                f"You are trying to save a non contiguous tensor: `{name}` which is not allowed. "
                "It either means you are trying to save tensors which are reference of each other "
                "in which case it's recommended to save only the full tensors, and reslice at load "
                "time, or simply call `.contiguous()` on your tensor to pack it before saving."
            )
    return {name: tensor.detach().cpu().numpy() for name, tensor in tensors.items()}


def save_file(
    tensors: dict[str, Any],
    filename: str | os.PathLike[str],
    metadata: dict[str, str] | None = None,
) -> None:
    """Write tensors by name, and ``metadata``, into a file."""
    from safetensors.numpy import save_file as save_arrays

    save_arrays(_arrays(tensors), filename, metadata)


def save(tensors: dict[str, Any], metadata: dict[str, str] | None = None) -> bytes:
    """`save_file` into bytes."""
    from safetensors.numpy import save as save_arrays

    return save_arrays(_arrays(tensors), metadata)


def load_file(filename: str | os.PathLike[str], device: Any = "cpu") -> dict[str, Any]:
    """The tensors in a file, by name."""
    return load_safetensors(os.fspath(filename), device)


def load(data: bytes) -> dict[str, Any]:
    """The tensors in the bytes of a file, by name."""
    from safetensors.numpy import load as load_arrays

    return tensors_of(load_arrays, data, "cpu")
