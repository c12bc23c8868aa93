"""What MiniTorch has of PyTorch's names, for `minitorch check`."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType
from typing import Any

from .alias import STANDS_FOR

# What is there and does something else. Each has a line in docs/deliberate-differences.md.
OTHERWISE = {
    "torch.Tensor.share_memory_": "raises NotImplementedError: processes share no memory",
    "torch.amp.GradScaler": "is there, disabled",
    "torch.amp.autocast": "is there, disabled: no mixed precision",
    "torch.autocast": "is there, disabled: no mixed precision",
    "torch.backends": "keeps what is set, and nothing comes of it",
    "torch.bfloat16": "is a name only: no tensor can have it",
    "torch.compile": "has loops in C++ compute, and returns what it gets as it is",
    "torch.det": "has the right gradient for a singular matrix too",
    "torch.func.vmap": "calls its function once for every sample",
    "torch.kthvalue": "takes the first of equal elements",
    "torch.median": "takes the first of equal elements",
    "torch.nn.DataParallel": "gives its GPUs their work one after the other",
    "torch.set_flush_denormal": "returns False",
    "torch.set_float32_matmul_precision": "keeps what is set, and nothing comes of it",
    "torch.set_num_threads": "only the loops of mt.compile obey",
    "torch.topk": "takes the first of equal elements",
    "torch.use_deterministic_algorithms": "keeps what is set, and nothing comes of it",
    "torch.vmap": "calls its function once for every sample",
}

# Methods and attributes of PyTorch's tensors and modules that MiniTorch's do not have: with these
# names `x.name` is a fault, if x is one of them.
LACKING = frozenset(
    """
    apply_ chalf col_indices crow_indices dequantize int_repr is_conj is_distributed is_mkldnn
    is_mps is_neg is_nested is_set_to is_sparse_csr map2_ map_ q_scale q_zero_point
    qscheme record_stream reinforce resize_as_sparse_ smm sparse_mask
    sparse_resize_ storage_type to_mkldnn to_padded_tensor to_sparse_csr unsafe_chunk
    unsafe_split xpu
    """.split()
)


def is_ours(path: str) -> bool:
    """Whether a dotted name begins with torch or torchvision."""
    return path.partition(".")[0] in STANDS_FOR


def resolve(path: str) -> tuple[str, Any]:
    """What ``torch.nn.Linear`` is here, as far as it is a matter of names: (the part, the thing).

    The part ends with the first name that is missing (the thing is then None), or that is neither
    a module nor a class: what the attributes of a function's result are, nobody knows before.
    """
    root, *rest = path.split(".")
    thing = child(None, STANDS_FOR[root])
    part = root
    for name in rest:
        if not isinstance(thing, (ModuleType, type)):
            break
        part, thing = f"{part}.{name}", child(thing, name)
    return part, thing


def child(parent: Any, name: str) -> Any:
    """The attribute ``name``, or the module of that name in the package ``parent``, or None."""
    if parent is not None and hasattr(parent, name):
        return getattr(parent, name)
    if isinstance(parent, type):
        return None
    path = name if parent is None else f"{parent.__name__}.{name}"
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:  # a package that vision needs
            raise
        return None


def otherwise(path: str) -> str | None:
    """What MiniTorch does otherwise, for a name or what it is in."""
    while path:
        if path in OTHERWISE:
            return OTHERWISE[path]
        path = path.rpartition(".")[0]
    return None
