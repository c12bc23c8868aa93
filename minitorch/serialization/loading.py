"""`load`: objects out of files that `save` or PyTorch wrote."""

from __future__ import annotations

import io
import mmap as mmap_module
import os
import pickle
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np

from .. import dtypes, from_data
from ..user_warnings import warn
from . import files
from .archive import ArchiveReader
from .legacy import MAGIC, load_legacy
from .storage import StorageType, TypedStorage, UntypedStorage, restoring, swapped
from .tensors import NAMES
from .unpickling import WeightsUnpickler, load_anything, load_weights, modern_path

TAR = slice(257, 262)  # where a tar file says that it is one


class LoadEndianness(Enum):
    """The byte order of a file that does not tell it.

    >>> [order.name for order in mt.serialization.LoadEndianness]
    ['NATIVE', 'LITTLE', 'BIG']
    """

    NATIVE = 1
    LITTLE = 2
    BIG = 3


_endianness: LoadEndianness | None = None


def get_default_load_endianness() -> LoadEndianness | None:
    """What `set_default_load_endianness` was given.

    >>> print(mt.serialization.get_default_load_endianness())
    None
    """
    return _endianness


def set_default_load_endianness(endianness: LoadEndianness | None) -> None:
    """Which byte order files from PyTorch 2.0 and before have; None stands for little.

    >>> little = mt.serialization.LoadEndianness.LITTLE
    >>> mt.serialization.set_default_load_endianness(little)
    >>> mt.serialization.get_default_load_endianness() is little
    True
    >>> mt.serialization.set_default_load_endianness(None)
    """
    global _endianness
    if not isinstance(endianness, LoadEndianness) and endianness is not None:
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    _endianness = endianness


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """What `save`, here or in PyTorch, wrote to ``f``, a path or an open file.

    Loading runs no code out of the file. It knows tensors, plain values and containers, and what
    `mt.serialization.add_safe_globals` declares safe; anything else is refused. Whole modules and
    other objects need ``weights_only=False``: then the file may run any program, so do it only with
    files that you wrote.

    Tensors come back on the device they were saved from, unless ``map_location`` tells another: a
    device, its name, a dict such as ``{"cuda:1": "cuda:0"}``, or a function of a storage and the
    name of its device that returns a storage or None.

    ``mmap=True`` leaves the numbers in the file, which must be a path, until they are used. Changes
    do not go into the file.

    A RuntimeError tells of a damaged archive, ``pickle.UnpicklingError`` of contents that are not
    allowed.

    >>> import io
    >>> file = io.BytesIO()
    >>> mt.save({"step": 3, "w": mt.ones(2)}, file)
    >>> _ = file.seek(0)
    >>> mt.load(file)
    {'step': 3, 'w': tensor([1., 1.])}
    """
    # PyTorch's switch for those who run programs that others wrote.
    if os.getenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "0").lower() in ("1", "y", "yes", "true"):
        weights_only = True
    if weights_only is None or weights_only:
        weights_only = True
        if pickle_module is not None:
            raise RuntimeError(
                "Can not safely load weights when explicit pickle_module is specified\n"
                "If you trust the file, say weights_only=False."
            )
        if pickle_load_args:
            warn("pickle_load_args only works if `weights_only=False`.")
    options = {"encoding": "utf-8"} | pickle_load_args
    if files.is_path(f) and os.fspath(f).endswith(".safetensors"):
        return load_safetensors(os.fspath(f), map_location)
    with files.reading(f) as file:
        if is_legacy(file):
            if mmap:
                raise RuntimeError(
                    "mmap can only be used with files saved with "
                    "`torch.save(_use_new_zipfile_serialization=True), please torch.save your "
                    "checkpoint with this option in order to use mmap."
                )
            return load_legacy(file, map_location, weights_only, pickle_module, **options)
        archive = ArchiveReader(file)
        if "constants.pkl" in archive:
            raise NotImplementedError("the file holds a TorchScript program, not a checkpoint")
        mapped = None
        if mmap:
            if not files.is_path(f):
                raise ValueError("f must be a file path in order to use the mmap argument")
            mapped = mmap_module.mmap(file.fileno(), 0, access=mmap_module.ACCESS_COPY)
        storages = Storages(archive, map_location, mapped)
        pickled = io.BytesIO(archive.read("data.pkl"))
        if weights_only:
            return load_weights(pickled, storages.load, **options)
        return load_anything(pickled, storages.load, pickle_module or pickle, **options)


def is_legacy(file: Any) -> bool:
    """Whether it is of PyTorch before 1.6; raises if it is no file to load at all."""
    position = file.tell()
    start = file.read(512)
    file.seek(position)
    if start.startswith(b"PK\3\4"):
        return False
    if not start:
        raise EOFError("Ran out of input")
    if start.startswith(MAGIC):
        return True
    if start[TAR] == b"ustar":
        raise NotImplementedError(
            "the file has the format of PyTorch before 0.1.10, which MiniTorch does not read\n"
            "Load it in PyTorch, and save it again with torch.save."
        )
    raise RuntimeError("this is no file that torch.save wrote: those are zip archives")


class Storages:
    """The storages of an archive, each loaded when the pickle first asks for it."""

    def __init__(self, archive: ArchiveReader, map_location: Any, mapped: Any) -> None:
        self.archive = archive
        self.restore = restoring(map_location)
        self.mapped = mapped  # the file, mapped into memory, or None
        self.loaded: dict[str, TypedStorage] = {}
        self.is_swapped = byte_order(archive) != sys.byteorder

    def load(self, name: Any) -> TypedStorage:
        """The storage that the pickle means by ``("storage", type, key, location, length)``."""
        if type(name) is not tuple:
            raise pickle.UnpicklingError(
                f"persistent_load id must be tuple or int, but got {type(name)}"
            )
        types = [type(part) for part in name]
        if types != [str, StorageType, str, str, int] or name[0] != "storage":
            raise pickle.UnpicklingError(
                f"Only persistent_load of storage is allowed, but got a tuple of {types[:9]}"
            )
        _, kind, key, location, length = name
        if key not in self.loaded:
            array = self.bytes(f"data/{key}", kind, length)
            storage = self.restore(UntypedStorage(array), location)
            self.loaded[key] = TypedStorage(storage, kind.dtype)
        return self.loaded[key]

    def bytes(self, name: str, kind: StorageType, length: int) -> Any:
        """The bytes of the entry ``name``, ``length`` numbers of type ``kind``."""
        if self.mapped is None or not length:
            array = self.archive.read(name)
        else:
            start, size = self.archive.place(name)
            array = np.frombuffer(self.mapped, np.uint8, size, start)
        itemsize = kind.dtype.itemsize
        if array.size // itemsize != length:
            raise RuntimeError(
                f"the entry '{name}' has {array.size} bytes, and the pickle says that it has "
                f"{length} numbers of {itemsize} bytes"
            )
        if array.size % itemsize:  # the end of a memory that was seen as another dtype before
            array = array[: length * itemsize].copy()
        return swapped(array, kind.dtype) if self.is_swapped else array


def byte_order(archive: ArchiveReader) -> str:
    """``"little"`` or ``"big"``."""
    if "byteorder" in archive:
        written = archive.read("byteorder").tobytes()
        if written not in (b"little", b"big"):
            raise ValueError(f"Unknown endianness type: {written[:20].decode('utf-8', 'replace')}")
        return written.decode()
    if _endianness is LoadEndianness.NATIVE:
        return sys.byteorder
    return "big" if _endianness is LoadEndianness.BIG else "little"


def load_safetensors(path: str, map_location: Any) -> dict[str, Any]:
    """The tensors in a file of the format safetensors, by name."""
    if isinstance(map_location, dict) or callable(map_location):
        kind = "dict" if isinstance(map_location, dict) else "callable"
        raise RuntimeError(
            f"Loading safetensors file with {kind} map_location is not supported. Use a device "
            "string or torch.device instead."
        )
    try:
        from safetensors.numpy import load_file
    except ImportError as error:
        raise RuntimeError(
            "Attempting to load a safetensors file but safetensors is not installed. Please "
            "install safetensors with: pip install safetensors"
        ) from error
    return tensors_of(load_file, path, map_location or "cpu")


def tensors_of(read: Callable[[Any], dict[str, Any]], source: Any, device: Any) -> dict[str, Any]:
    """What the safetensors library reads, as tensors."""
    try:
        arrays = read(source)
        for array in arrays.values():
            dtypes.from_numpy(array.dtype)  # NumPy knows bfloat16 once ml_dtypes is imported
    except TypeError as error:
        raise NotImplementedError(
            f"the file holds tensors of a dtype that MiniTorch does not have ({error})"
        ) from error
    return {name: from_data.leaf(array, device) for name, array in arrays.items()}


def get_unsafe_globals_in_checkpoint(f: Any) -> list[str]:
    """The names in the file ``f`` that `load` would refuse, before it was told that they are safe.

    >>> import io
    >>> from datetime import date
    >>> file = io.BytesIO()
    >>> mt.save({"day": date(2024, 2, 29)}, file)
    >>> start = file.seek(0)
    >>> mt.serialization.get_unsafe_globals_in_checkpoint(file)
    ['datetime.date']
    """
    import pickletools

    with files.reading(f) as file:
        if is_legacy(file):
            raise NotImplementedError("the file has the format of PyTorch before 1.6")
        pickled = ArchiveReader(file).read("data.pkl").tobytes()
    found = set()
    for operation, argument, _ in pickletools.genops(pickled):
        WeightsUnpickler.dispatch[ord(operation.code)]  # raises where `load` would
        if operation.name == "GLOBAL":
            found.add(modern_path(*str(argument).split(" ", 1)))
    return sorted(found - NAMES.keys())
