"""`save`: objects into files that PyTorch can read."""

from __future__ import annotations

import io
import os
import pickle
import sys
from typing import Any

from .. import backend
from ..autograd.graph import TensorBase
from ..nn.parameter import Parameter
from ..size import Size
from ..tensor import Tensor
from . import files
from .archive import ALIGNMENT, ArchiveWriter
from .tensors import TORCH_NAMES, Stored, reduced

OWN_WAY = (Tensor.__reduce_ex__, Parameter.__reduce_ex__)


class TorchNames:
    """What a pickler has to do so that PyTorch understands it; goes before a pickler class.

    It writes PyTorch's names for what both libraries have, and keeps the storages of the tensors
    out of the pickle.
    """

    proto: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storages: dict[Any, Stored] = {}

    def persistent_id(self, obj: Any) -> Any:
        """What the pickle says in place of a storage."""
        if type(obj) is not Stored:
            return None
        if self.proto == 0:
            raise pickle.PicklingError("persistent IDs in protocol 0 must be ASCII strings")
        return obj.persistent_id()

    def reducer_override(self, obj: Any) -> Any:
        """What to pickle for ``obj``; a name, or a function and its arguments."""
        if id(obj) in TORCH_NAMES:
            return TORCH_NAMES[id(obj)]
        if isinstance(obj, TensorBase) and type(obj).__reduce_ex__ in OWN_WAY:
            return reduced(obj, self.store)
        if type(obj) is Size:
            return Size, (tuple(obj),)
        return NotImplemented

    def store(self, memory: Any) -> Stored:
        """The storage for ``memory``: one for all tensors that share it."""
        key = (backend.address(memory), memory.nbytes) if memory.nbytes else len(self.storages)
        stored = self.storages.setdefault(key, Stored(memory, str(len(self.storages))))
        if stored.memory.dtype != memory.dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different "
                "types"
            )
        return stored

    def save_global(self, obj: Any, name: Any = None) -> None:
        """Write the name of ``obj``: PyTorch's, if it has one."""
        pickler: Any = self
        if id(obj) in TORCH_NAMES:
            module, _, name = TORCH_NAMES[id(obj)].rpartition(".")
            pickler.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
            pickler.memoize(obj)
        else:
            super().save_global(obj, name)  # type: ignore[misc]


class Pickler(TorchNames, pickle._Pickler):
    """Python's pickler in Python: the one in C insists on importing what it writes the name of."""


def pickler_of(pickle_module: Any) -> Any:
    """A class as `Pickler`, of the pickler in ``pickle_module``."""
    base = getattr(pickle_module, "_Pickler", pickle_module.Pickler)
    if base is pickle._Pickler:
        return Pickler
    if not issubclass(base, pickle._Pickler):
        raise TypeError(
            f"the Pickler of {pickle_module.__name__} cannot write PyTorch's names, since it is "
            "not written in Python\nUse pickle_module=pickle, or dill."
        )
    return type("Pickler", (TorchNames, base), {})


def save(
    obj: object,
    f: Any,
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Write ``obj`` to ``f``, a path or an open file, in PyTorch's format.

    ``obj`` may be a tensor, a state dict, or any object that can be pickled and holds such. Tensors
    that share memory share it again after loading. A view is saved with all the memory that it is a
    view of; ``clone`` it to save only what it shows. Gradients and history are not saved.

    PyTorch loads the file with ``weights_only=True`` if `load` does, and the other way round.

    A path is replaced in one step when all is on the disk: whatever happens, there is the old file
    or the new one.

    >>> import io
    >>> file = io.BytesIO()
    >>> mt.save({"weight": mt.arange(3), "epoch": 7}, file)
    >>> start = file.seek(0)
    >>> mt.load(file)
    {'weight': tensor([0, 1, 2]), 'epoch': 7}
    """
    if not files.is_path(f) and not hasattr(f, "write"):
        raise AttributeError(
            "expected 'f' to be string, path, or a file-like object with a 'write' attribute"
        )
    if not _use_new_zipfile_serialization:
        raise NotImplementedError(
            "MiniTorch writes the zip format of PyTorch 1.6 and later, and no other"
        )
    pickled = io.BytesIO()
    pickler = pickler_of(pickle_module)(pickled, protocol=pickle_protocol)
    pickler.dump(obj)  # first of all: what cannot be pickled leaves no file behind
    memories = [stored.memory for stored in pickler.storages.values()]
    # From 2 GiB on zipfile chooses longer headers than PyTorch would. Version 1 allows a reader to
    # work out where storages are, version 0 has it look.
    small = sum(memory.nbytes for memory in memories) < 2**31
    with files.writing(f) as file, ArchiveWriter(file, folder_in(f)) as archive:
        archive.write("data.pkl", pickled.getbuffer())
        archive.write(".format_version", b"1" if small else b"0")
        archive.write(".storage_alignment", str(ALIGNMENT).encode())
        if not _disable_byteorder_record:
            archive.write("byteorder", sys.byteorder.encode())
        for number, memory in enumerate(memories):
            archive.write(f"data/{number}", backend.to_numpy(memory).view("uint8"))
        archive.write("version", b"3\n")


def folder_in(f: Any) -> str:
    """The folder in the archive: the name of the file without its ending, as in PyTorch."""
    name = os.path.splitext(os.path.basename(os.fspath(f)))[0] if files.is_path(f) else ""
    return name if name and name.isascii() else "archive"
