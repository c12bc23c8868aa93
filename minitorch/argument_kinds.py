"""The kinds of arguments in signatures.txt, and which values are of them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from . import devices, dtypes, memory_formats
from .autograd.graph import TensorBase
from .random import Generator

PYTHONS = (bool, int, float, complex)  # types that stand for dtypes


def is_long(value: Any) -> bool:
    """A Python or NumPy integer; not a bool."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    """As `is_long`, or a tensor without dimensions that holds an integer."""
    if isinstance(value, TensorBase):
        return scalar(value) and value._array.dtype.kind in "iu"
    return is_long(value)


def is_size(value: Any) -> bool:
    """Whatever can be an index, but a bool: a tensor with one element, too."""
    if value.__class__ is int:
        return True
    if isinstance(value, TensorBase):
        return value._array.size == 1 and value._array.dtype.kind in "iu"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return False
    try:
        operator.index(value)
    except TypeError:  # an array with dimensions
        return False
    return True


def scalar(tensor: Any) -> bool:
    """Whether a tensor counts as a number."""
    return tensor._array.ndim == 0 and not tensor.requires_grad


def is_sequence(value: Any) -> bool:
    """A list or tuple."""
    return isinstance(value, list | tuple)


def listed(kind: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Lists and tuples whose first element is of the kind; PyTorch looks at the others later."""
    return lambda value: is_sequence(value) and (not value or kind(value[0]))


def instance(*classes: type) -> Callable[[Any], bool]:
    """Instances of the classes."""
    return lambda value: isinstance(value, classes)


is_float = instance(float, int, np.integer, np.floating, np.bool_)
is_number = instance(int, float, complex, np.number, np.bool_)
# By the name in the table: PyTorch's word for it in sentences, and whether a value is of the kind.
# A tensor that holds one number passes for it (`Parameter.takes`).
KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "Tensor": ("Tensor", instance(TensorBase)),
    "Tensors": ("tuple of Tensors", is_sequence),
    "Number": ("Number", is_number),
    "Numbers": ("tuple of Scalars", listed(is_number)),
    "complex": ("complex", is_number),
    "float": ("float", is_float),
    "floats": ("tuple of floats", listed(is_float)),
    "int": ("int", is_integer),
    "ints": ("tuple of ints", listed(is_size)),
    "size": ("int", is_size),
    "bool": ("bool", instance(bool)),
    "str": ("str", instance(str)),
    "dtype": (
        "torch.dtype",
        lambda value: isinstance(value, dtypes.dtype) or any(value is one for one in PYTHONS),
    ),
    "device": (
        "torch.device",
        lambda value: isinstance(value, str | devices.device) or is_long(value),
    ),
    "layout": ("torch.layout", instance(memory_formats.layout)),
    "memory_format": ("torch.memory_format", instance(memory_formats.memory_format)),
    "Generator": ("torch.Generator", instance(Generator)),
    "names": ("tuple of names", listed(instance(str))),
    "object": ("object", lambda value: True),
}
