"""Putting samples together into a batch (`default_collate`), and arrays into tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from .... import dtypes, from_data
from ....ops import joining
from ....tensor import Tensor

FOUND = (
    "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"
)


def default_convert(data: Any) -> Any:
    """``data`` with every NumPy array and number in it turned into a tensor.

    >>> import numpy as np
    >>> default_convert({"x": np.array([1, 2]), "name": "a"})
    {'x': tensor([1, 2]), 'name': 'a'}
    """
    if type(data).__module__ == "numpy" and not isinstance(data, np.str_):
        texts = isinstance(data, np.ndarray) and data.dtype.kind in "SUO"
        return data if texts else from_data.as_tensor(data)
    if isinstance(data, Mapping):
        return mapping_like(data, {key: default_convert(data[key]) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):  # a named tuple
        return type(data)(*map(default_convert, data))
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return sequence_like(data, [default_convert(item) for item in data])
    return data


def default_collate(batch: Any) -> Any:
    """One batch out of a list of samples.

    Tensors and arrays are stacked along a new first dimension, numbers become a tensor (floats one
    of float64), strings stay a list. Of dicts, tuples and lists the parts are put together: a list
    of pairs becomes a pair of batches. TypeError for anything else, RuntimeError if lengths differ.

    >>> default_collate([(mt.ones(2), 0), (mt.zeros(2), 1)])
    [tensor([[1., 1.],
            [0., 0.]]), tensor([0, 1])]
    >>> default_collate([{"name": "a", "x": 0.5}, {"name": "b", "x": 1.0}])
    {'name': ['a', 'b'], 'x': tensor([0.5000, 1.0000], dtype=torch.float64)}
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)


def collate(batch: Any, *, collate_fn_map: dict[Any, Callable[..., Any]] | None = None) -> Any:
    """As `default_collate`, with a table of one's own: what to do with samples of which class.

    The function for a class, or for a tuple of classes, is called as
    ``function(batch, collate_fn_map=collate_fn_map)``.
    """
    first = batch[0]
    table = collate_fn_map or {}
    function = table.get(type(first))
    if function is None:
        function = next((table[kind] for kind in table if isinstance(first, kind)), None)
    if function is not None:
        return function(batch, collate_fn_map=collate_fn_map)

    def together(samples: Any) -> Any:
        return collate(samples, collate_fn_map=collate_fn_map)

    if isinstance(first, Mapping):
        return mapping_like(first, {key: together([d[key] for d in batch]) for key in first})
    if isinstance(first, tuple) and hasattr(first, "_fields"):  # a named tuple
        return type(first)(*map(together, zip(*batch, strict=False)))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return sequence_like(first, [together(column) for column in zip(*batch, strict=True)])
    raise TypeError(FOUND.format(type(first)))


def mapping_like(data: Any, content: dict[Any, Any]) -> Any:
    """``content`` in a mapping of the class of ``data``; in a dict if that cannot be made."""
    try:
        if isinstance(data, MutableMapping):
            clone: Any = copy.copy(data)  # it may hold more than its items
            clone.update(content)
            return clone
        return type(data)(content)
    except TypeError:
        return content


def sequence_like(data: Any, content: list[Any]) -> Any:
    """``content`` in a sequence of the class of ``data``; a list for a tuple, as in PyTorch."""
    if isinstance(data, tuple):
        return content
    try:
        if isinstance(data, MutableSequence):
            clone: Any = copy.copy(data)  # it may hold more than its items
            for place, item in enumerate(content):
                clone[place] = item
            return clone
        return type(data)(content)
    except TypeError:  # a range, for instance
        return content


def collate_tensors(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Tensors, side by side along a new first dimension."""
    return joining.stack(batch)


def collate_arrays(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """NumPy arrays, made tensors."""
    if batch[0].dtype.kind in "SUO":
        raise TypeError(FOUND.format(batch[0].dtype))
    tensors = [from_data.as_tensor(array) for array in batch]
    return collate(tensors, collate_fn_map=collate_fn_map)


def collate_numbers(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Python's ints and bools, and NumPy's numbers, which bring their own dtypes."""
    return from_data.tensor(batch)


def collate_floats(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Python's floats have 64 bits."""
    return from_data.tensor(batch, dtype=dtypes.float64)


def collate_texts(batch: Any, *, collate_fn_map: Any = None) -> Any:
    """Strings stay what they are."""
    return batch


default_collate_fn_map: dict[Any, Callable[..., Any]] = {
    Tensor: collate_tensors,
    np.ndarray: collate_arrays,
    (np.bool_, np.number, np.object_): collate_numbers,
    float: collate_floats,
    int: collate_numbers,
    str: collate_texts,
    bytes: collate_texts,
}
