"""Storages: the memory that tensors are views of, as files know it, and where it shall lie.

In MiniTorch memory belongs to NumPy and CuPy. In a file it is numbered pieces of bytes, each of
which was on some device. Tensors that shared memory name the same storage, and share it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import cuda, devices, dtypes
from ..autograd.operation import make
from ..ops.memory_views import as_strided
from ..storage import UntypedStorage
from ..tensor import Tensor


class StorageType:
    """What a file calls ``torch.FloatStorage``: the dtype of a storage."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: dtypes.dtype) -> None:
        self.dtype = dtype


class TypedStorage:
    """A storage out of a file, with the dtype that it was saved with."""

    __slots__ = ("dtype", "untyped", "vectors")

    def __init__(self, untyped: UntypedStorage, dtype: dtypes.dtype) -> None:
        self.untyped = untyped
        self.dtype = dtype
        self.vectors: dict[Any, Any] = {}

    def view(
        self, offset: int, size: Any, stride: Any, dtype: dtypes.dtype | None = None,
        conj: Any = False, neg: Any = False,
    ) -> Any:  # fmt: skip
        """The array of this size and strides that begins at element ``offset``.

        Raises PyTorch's RuntimeError for one that would reach out of the storage.
        """
        if not isinstance(size, tuple | list) or not isinstance(stride, tuple | list):
            raise TypeError("sizes and strides must be tuples")
        if any(type(number) is not int for number in (offset, *size, *stride)):
            raise TypeError("sizes, strides and offset must be ints")
        vector = make(Tensor, self.vector(dtype or self.dtype, bool(conj), bool(neg)))
        return as_strided(vector, tuple(size), tuple(stride), offset)._array

    def vector(self, dtype: dtypes.dtype, conj: bool, neg: bool) -> Any:
        """All numbers of the storage, conjugated or negated.

        In PyTorch these two may be marks on a tensor, here they are done: once for all views.
        """
        if not isinstance(dtype, dtypes.dtype):
            raise TypeError(f"{type(dtype)} is no dtype")
        key = dtype, conj, neg
        if key not in self.vectors:
            if conj or neg:
                vector = self.vector(dtype, False, False)
                vector = vector.conj() if conj else vector
                self.vectors[key] = -vector if neg else vector
            else:
                self.vectors[key] = self.untyped.array.view(dtype.numpy)
        return self.vectors[key]


def default_restore_location(storage: UntypedStorage, location: str) -> UntypedStorage:
    """``storage``, moved to where ``location`` says: ``"cpu"``, ``"cuda"``, ``"cuda:1"``.

    >>> import io
    >>> file = io.BytesIO()
    >>> mt.save(mt.ones(2), file)
    >>> _ = file.seek(0)
    >>> mt.load(file, map_location=mt.serialization.default_restore_location)
    tensor([1., 1.])
    """
    if location == "cpu":
        return storage.cpu()
    if not location.startswith("cuda"):
        raise RuntimeError(
            "don't know how to restore data location of torch.storage.UntypedStorage "
            f"(tagged with {location})"
        )
    if not cuda.is_available():
        raise RuntimeError(
            "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is "
            "False. If you are running on a CPU-only machine, please use torch.load with "
            "map_location=torch.device('cpu') to map your storages to the CPU."
        )
    index = devices.device(location).index or 0
    if index >= cuda.device_count():
        raise RuntimeError(
            f"Attempting to deserialize object on CUDA device {index} but "
            f"torch.cuda.device_count() is {cuda.device_count()}. Please use torch.load with "
            "map_location to map your storages to an existing device."
        )
    return storage.cuda(devices.device(location))


def restoring(map_location: Any) -> Callable[[UntypedStorage, str], UntypedStorage]:
    """The function of a storage and the place it was saved from that ``map_location`` stands for.

    None, a device or its name, a dict from names to names, or a function that may return None.
    """
    if map_location is None:
        return default_restore_location
    if isinstance(map_location, dict):
        return lambda storage, location: default_restore_location(
            storage, map_location.get(location, location)
        )
    if isinstance(map_location, str | bytes | devices.device):
        name = map_location.decode() if isinstance(map_location, bytes) else str(map_location)
        return lambda storage, location: default_restore_location(storage, name)

    def restore(storage: UntypedStorage, location: str) -> UntypedStorage:
        moved = map_location(storage, location)
        if moved is None:
            return default_restore_location(storage, location)
        if not isinstance(moved, UntypedStorage):
            raise TypeError(
                f"map_location must return a storage or None, but returned {type(moved)}"
            )
        return moved

    return restore


def swapped(array: Any, dtype: dtypes.dtype) -> Any:
    """Bytes from a machine of the other byte order, in this one's."""
    return np.asarray(array).view(dtype.numpy).byteswap().view(np.uint8)
