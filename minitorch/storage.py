"""``mt.storage``: the memory that tensors are views of.

In MiniTorch memory belongs to the NumPy or CuPy array at the bottom of all views. A storage is a
view of that array: of its bytes, or of its elements.
"""

from __future__ import annotations

import functools
import operator
from typing import Any

from . import backend, devices, dtypes
from .ops.memory_views import bytes_of, memory_of
from .user_warnings import warn

DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the "
    "only storage class. This should only matter to you if you are using storages directly.  To "
    "access UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
)


class Storage:
    """What the two kinds of storage have in common: a vector, in ``array``."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        if not hasattr(array, "ndim"):
            raise TypeError("storages come of tensors: x.untyped_storage()")
        self.array = array

    @property
    def device(self) -> devices.device:
        """Where the memory is."""
        return devices.of(self.array)

    @property
    def is_cuda(self) -> bool:
        """Whether the memory is on a GPU."""
        return self.device.type == "cuda"

    def data_ptr(self) -> int:
        """The address of the memory.

        >>> x = mt.zeros(2, 3)
        >>> x[1].untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
        True
        """
        return backend.address(self.array)

    def nbytes(self) -> int:
        """How many bytes there are."""
        return int(self.array.nbytes)

    def element_size(self) -> int:
        """How many bytes an element has."""
        return int(self.array.itemsize)

    def size(self) -> int:
        """How many elements there are."""
        return int(self.array.size)

    __len__ = size

    def tolist(self) -> list[Any]:
        """The elements as a list."""
        elements: list[Any] = backend.to_numpy(self.array).tolist()
        return elements

    def __iter__(self) -> Any:
        return iter(self.tolist())

    def _place(self, index: Any) -> int:
        """The place that ``index`` names; refuses one that there is not."""
        place, size = operator.index(index), self.size()
        if not -size <= place < size:
            raise IndexError(f"index {index} out of range for storage of size {size}")
        return place

    def __getitem__(self, index: Any) -> Any:
        return self.array[self._place(index)].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self.array[index if isinstance(index, slice) else self._place(index)] = value

    def fill_(self, value: Any) -> Any:
        """Write ``value`` into all elements."""
        self.array[...] = value
        return self

    def copy_(self, source: Any) -> Any:
        """Write the elements of another storage here."""
        self.array[...] = source.array
        return self

    def clone(self) -> Any:
        """The same elements in memory of their own."""
        return type(self)(self.array.copy())

    def cpu(self) -> Any:
        """The same elements in main memory."""
        return type(self)(backend.to_numpy(self.array))

    def cuda(self, device: Any = None) -> Any:
        """The same elements on a GPU."""
        where = devices.array_index("cuda" if device is None else device)
        return type(self)(backend.to_device(self.array, where))

    def is_shared(self) -> bool:
        """False: no other process has the memory."""
        return False

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._key() == other._key()

    def _key(self) -> tuple[Any, ...]:
        return self.device, self.data_ptr(), self.size(), self.array.dtype

    def __hash__(self) -> int:
        return hash(self._key())

    def _shown(self, facts: str) -> str:
        lines = "\n ".join(map(str, self.tolist()))
        return f" {lines}\n[torch.storage.{type(self).__name__}({facts}) of size {self.size()}]"


class UntypedStorage(Storage):
    """The bytes of all the memory that a tensor is a view of: ``x.untyped_storage()``.

    >>> x = mt.tensor([1, 2], dtype=mt.int16)
    >>> x.untyped_storage()
     1
     0
     2
     0
    [torch.storage.UntypedStorage(device=cpu) of size 4]
    """

    __slots__ = ()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return UntypedStorage(self.array[index])
        return super().__getitem__(index)

    def untyped(self) -> UntypedStorage:
        """Itself."""
        return self

    def __repr__(self) -> str:
        return self._shown(f"device={self.device}")


class TypedStorage(Storage):
    """The elements of all the memory that a tensor is a view of: ``x.storage()``; an older name.

    >>> x = mt.arange(4.0).view(2, 2)
    >>> memory = x[1].storage()
    >>> memory[0] = 5.0
    >>> x, len(memory)
    (tensor([[5., 1.],
            [2., 3.]]), 4)
    """

    __slots__ = ()

    @property
    def dtype(self) -> dtypes.dtype:
        """The dtype of the elements."""
        return dtypes.of(self.array)

    def __getitem__(self, index: Any) -> Any:
        refuse_slice(index, "get")
        return super().__getitem__(index)

    def untyped(self) -> UntypedStorage:
        """The bytes."""
        return UntypedStorage(self.array.view("uint8"))

    def __repr__(self) -> str:
        return self._shown(f"dtype={self.dtype}, device={self.device}")


def refuse_slice(index: Any, verb: str) -> None:
    """Typed storages know single elements only."""
    if isinstance(index, slice):
        raise RuntimeError(f"slices are only supported in UntypedStorage.__{verb}item__")


@functools.cache
def warn_once() -> None:
    """PyTorch's warning, at the first use."""
    warn(DEPRECATED)


def untyped_storage(self: Any) -> UntypedStorage:
    """The bytes of all the memory that this tensor is a view of.

    >>> x = mt.zeros(2, 3)
    >>> x[1].untyped_storage().nbytes(), x[1].untyped_storage() == x.untyped_storage()
    (24, True)
    """
    array = self._array
    with backend.at(array):
        return UntypedStorage(bytes_of(backend.array_module(array), array))


def storage(self: Any) -> TypedStorage:
    """The elements of all the memory that this tensor is a view of; an older name.

    >>> mt.tensor([[1.0, 2.0]]).storage()
     1.0
     2.0
    [torch.storage.TypedStorage(dtype=torch.float32, device=cpu) of size 2]
    """
    warn_once()
    array = self._array
    with backend.at(array):
        return TypedStorage(memory_of(backend.array_module(array), array))
