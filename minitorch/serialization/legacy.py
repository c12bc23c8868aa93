"""Files in the format of PyTorch before 1.6; many trained weights on the net are such files.

One after the other: four pickles (a magic number, the version, facts about the machine, the object,
whose tensors name their storages), a pickle with a list of the storages' names, and in this order
the storages: how many numbers, in eight bytes, and the numbers.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import Any

import numpy as np

from .. import backend
from .storage import StorageType, TypedStorage, UntypedStorage, restoring, swapped
from .unpickling import load_anything, load_weights

MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # the first pickle
VERSION = 1001


def load_legacy(
    file: Any, map_location: Any, weights_only: bool, pickle_module: Any, **options: Any
) -> Any:
    """What the file holds. RuntimeError if it is damaged, UnpicklingError if it is not allowed."""
    start = file.tell()
    size = file.seek(0, os.SEEK_END) - start
    file.seek(start + len(MAGIC))
    version, machine = (load_weights(file, refuse) for _ in range(2))
    if version != VERSION:
        raise RuntimeError(f"Invalid protocol version: {version}")
    is_little = machine.get("little_endian", True) if isinstance(machine, dict) else True
    storages = LaterStorages(restoring(map_location), size, not weights_only)
    if weights_only:
        result = load_weights(file, storages.load, **options)
    else:
        result = load_anything(file, storages.load, pickle_module or pickle, **options)
    storages.fill(file, load_weights(file, refuse), is_little != (sys.byteorder == "little"))
    return result


def refuse(name: Any) -> Any:
    """No storage is where only plain values should be."""
    raise pickle.UnpicklingError("a storage where only plain values should be")


class LaterStorages:
    """Storages that tensors are made of before their numbers are read.

    ``size`` is how long the file is: no more memory is taken. ``with_modules`` lets a pickle name
    the classes of modules, beside which old files have their source.
    """

    def __init__(self, restore: Any, size: int, with_modules: bool) -> None:
        self.restore = restore
        self.left = size
        self.with_modules = with_modules
        self.loaded: dict[str, tuple[UntypedStorage, StorageType]] = {}

    def load(self, name: Any) -> Any:
        """The storage of ``("storage", type, key, location, length, part)``."""
        if self.with_modules and type(name) is tuple and name[:1] == ("module",):
            return name[1]
        types = [type(each) for each in name] if type(name) is tuple else [type(name)]
        if types[:5] != [str, StorageType, str, str, int] or len(types) != 6:
            raise pickle.UnpicklingError(
                f"Only persistent_load of storage is allowed, but got a tuple of {types[:9]}"
            )
        _, kind, key, location, length, part = name
        itemsize = kind.dtype.itemsize
        if key not in self.loaded:
            self.left -= length * itemsize
            if length < 0 or self.left < 0:
                raise RuntimeError(
                    f"the pickle says that storage {key} has {length} numbers, for which the file "
                    "is too short"
                )
            array = np.zeros(length * itemsize, np.uint8)
            self.loaded[key] = self.restore(UntypedStorage(array), location), kind
        storage, same = self.loaded[key]
        if same is not kind:
            raise pickle.UnpicklingError(f"storage {key} is of two types")
        if part is not None:
            raise NotImplementedError("the file has storages in storages, as before PyTorch 0.4")
        return TypedStorage(storage, kind.dtype)

    def fill(self, file: Any, keys: Any, is_swapped: bool) -> None:
        """Reads the numbers; RuntimeError if some are missing."""
        if type(keys) is not list or sorted(map(str, keys)) != sorted(self.loaded):
            raise RuntimeError("the file does not have the storages that its pickle names")
        for key in keys:
            storage, kind = self.loaded[key]
            count = int.from_bytes(file.read(8), "little")
            data = file.read(storage.array.size)
            if count * kind.dtype.itemsize != storage.array.size or len(data) < storage.array.size:
                raise RuntimeError(f"storage {key} is cut off. The file might be corrupted.")
            array = np.frombuffer(data, np.uint8)
            array = swapped(array, kind.dtype) if is_swapped else array
            device = backend.device_index(storage.array)
            storage.array[...] = backend.to_device(array, device)
