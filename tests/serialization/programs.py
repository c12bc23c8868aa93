"""Archives and pickles written by hand: such as no `save` would write."""

from __future__ import annotations

import io
import pickle
import warnings
import zipfile

import numpy as np


def archive(program, storages=(), byteorder=b"little", compression=zipfile.ZIP_STORED):
    """An archive with the pickle ``program``, right in all else."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as out:
        out.writestr("archive/data.pkl", b"\x80\x02" * (program[:1] != b"\x80") + program)
        if byteorder is not None:
            out.writestr("archive/byteorder", byteorder)
        for key, data in dict(storages).items():
            out.writestr(f"archive/data/{key}", data)
        out.writestr("archive/version", b"3\n")
    return file.getvalue()


def zip_of(entries, **patches):
    """A zip file of these entries; ``patches`` change fields of its directory."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of two entries with one name
            for entry, data in entries:
                out.writestr(entry, data)
        for info in out.filelist:
            for field, change in patches.items():
                setattr(info, field, change)
    return file.getvalue()


# Steps of a pickle's program. A whole one ends with b".".


def value(thing):
    """Put a plain value on the stack."""
    return pickle.dumps(thing, 2)[2:-1]


def name(path):
    """Put what has this name on the stack."""
    module, _, member = path.rpartition(".")
    return b"c" + f"{module}\n{member}\n".encode()


def call(path, *args):
    """Call what has this name; ``args`` are steps."""
    return name(path) + b"(" + b"".join(args) + b"tR"


def storage(kind="FloatStorage", key="0", location="cpu", length=6, **old):
    """Put a storage on the stack; with ``part``, as files from before PyTorch 1.6 name it."""
    parts = value("storage"), name(f"torch.{kind}"), *map(value, (key, location, length))
    return b"(" + b"".join([*parts, *map(value, old.values())]) + b"tQ"


def old_file(program, storages=(), keys=None, version=1001, little_endian=True):
    """A file in the format of PyTorch before 1.6, of the pickle ``program`` and its storages.

    ``storages`` are numbers by name. ``keys`` is what the file says of their order.
    """
    storages = dict(storages)
    keys = list(storages) if keys is None else keys
    machine = {"protocol_version": 1001, "little_endian": little_endian}
    plain = [0x1950A86A20F9469CFC6C, version, machine, None, keys]
    parts = [b"\x80\x02" + value(each) + b"." for each in plain]
    parts[3] = b"\x80\x02" + program
    for array in storages.values():
        parts += [len(array).to_bytes(8, "little"), array.tobytes()]
    return b"".join(parts)


def tensor(offset=0, size=(2, 3), stride=(3, 1), requires_grad=False, more=b"", **of_storage):
    """Put a tensor on the stack."""
    numbers = map(value, (offset, size, stride, requires_grad))
    hooks = call("collections.OrderedDict")
    return call("torch._utils._rebuild_tensor_v2", storage(**of_storage), *numbers, hooks, more)


ENDLESS = tensor(size=(10**12,), stride=(0,))  # four bytes in the file
SIX = {"0": np.arange(6, dtype="<f4").tobytes()}
