"""The zip file in which PyTorch keeps what it saves.

======================  ===========================================================================
``model/data.pkl``      the pickle; in it tensors name the storages that hold their numbers
``model/byteorder``     ``little`` or ``big``
``model/data/0`` …      the storages: bytes as they lie in memory, not compressed
``model/version`` …     what readers of later days want to know of the format
======================  ===========================================================================

Every entry begins at a multiple of 64 bytes, so that a program can map the file into memory and
use a storage where it lies.

Reading trusts nothing. The sizes that a file states are compared with those of the file before
memory is taken, and checksums with the bytes.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

ALIGNMENT = 64
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, …, length of the name, of the extra field
ZIP64_FIELD = 20  # bytes that an entry of 2 GiB or more needs besides


class ArchiveWriter:
    """Writes entries one after the other into ``file``, which needs only ``write`` and ``flush``.

    ``folder`` is what the names of all entries begin with. Use it in a ``with`` statement.
    """

    def __init__(self, file: Any, folder: str) -> None:
        import zipfile  # 7 ms, which `import minitorch` shall not take

        self.folder = folder
        self.sink = Sink(file)
        self.zip = zipfile.ZipFile(self.sink, "w")  # type: ignore[call-overload]  # needs no more

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.zip.close()

    def write(self, name: str, data: Any) -> None:
        """Add the entry ``name`` with the bytes of ``data``."""
        from zipfile import ZIP64_LIMIT, ZipInfo

        info = ZipInfo(f"{self.folder}/{name}")
        large = memoryview(data).nbytes > ZIP64_LIMIT
        # PyTorch fills up to the alignment with an extra field "FB" of Zs.
        start = self.sink.position + LOCAL_HEADER.size + len(info.filename) + 4
        fill = -(start + (ZIP64_FIELD if large else 0)) % ALIGNMENT
        info.extra = struct.pack("<2sH", b"FB", fill) + b"Z" * fill
        with self.zip.open(info, "w", force_zip64=large) as entry:
            info.extra = b""  # it is in place, and the directory at the end need not repeat it
            entry.write(data)


class Sink:
    """A file that can only be written to, so that zipfile never goes back.

    It writes the size of an entry behind it, then, as PyTorch does. PyTorch counts on that where
    it computes from the sizes of storages at which places in the file they are.
    """

    def __init__(self, file: Any) -> None:
        self.file = file
        self.position = 0

    def write(self, data: Any) -> int:
        """Write all of ``data``."""
        size = memoryview(data).nbytes
        written = self.file.write(data) if size else 0
        if written not in (None, size):
            raise OSError(f"only {written} of {size} bytes could be written")
        self.position += size
        return size

    def flush(self) -> None:
        """Let what waits in buffers go out."""
        self.file.flush()


class ArchiveReader:
    """The entries of the archive in ``file``, by their names without the folder.

    Raises RuntimeError for what is no whole archive.
    """

    def __init__(self, file: Any) -> None:
        import zipfile

        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
            raise damaged(
                "PytorchStreamReader failed reading zip archive: failed finding central directory",
                error,
            ) from error
        self.file = file
        self.end = archive.start_dir  # of the entries; behind them is their directory
        self.entries: dict[str, Any] = {}
        infos = archive.infolist()
        folder = infos[0].orig_filename.partition("/")[0] if infos else ""
        for info in infos:
            name = info.orig_filename.removeprefix(folder + "/")
            if name in self.entries:
                raise damaged(f"the archive has two entries '{name}'")
            self.entries[name] = info
        if sum(info.compress_size for info in infos) > self.end:
            raise damaged("the entries of the archive are larger than the file")
        # torch.serialization.set_crc32_options(False) leaves 0 for all checksums.
        self.has_checksums = any(info.CRC for info in infos)

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def place(self, name: str) -> tuple[int, int]:
        """Where in the file the bytes of ``name`` begin, and how many there are."""
        info = self.entries.get(name)
        if info is None:
            raise RuntimeError(f"PytorchStreamReader failed locating file {name}: file not found")
        if info.compress_type or info.flag_bits & 1 or info.compress_size != info.file_size:
            raise RuntimeError(
                f"the entry '{name}' is compressed or encrypted\n"
                "PyTorch's archives are neither. Unpack it, and zip it with `zip -0`."
            )
        if not 0 <= info.header_offset <= self.end - LOCAL_HEADER.size:
            raise damaged(f"there is no entry where '{name}' should be")
        self.file.seek(info.header_offset)
        header = self.file.read(LOCAL_HEADER.size)
        signature, name_length, extra_length = LOCAL_HEADER.unpack(header)
        written_name = self.file.read(name_length).decode("utf-8", "replace")
        if signature != b"PK\3\4" or written_name != info.orig_filename:
            raise damaged(f"there is another entry where '{name}' should be")
        start = info.header_offset + LOCAL_HEADER.size + name_length + extra_length
        if start + info.file_size > self.end:
            raise damaged(f"the entry '{name}' is cut off")
        return start, info.file_size

    def read(self, name: str) -> Any:
        """The bytes of ``name``, as a new array."""
        start, size = self.place(name)
        array: Any = np.empty(size, np.uint8)
        self.file.seek(start)
        rest = memoryview(array)
        while rest:
            count = read_into(self.file, rest)
            if not count:
                raise damaged(f"the entry '{name}' is cut off")
            rest = rest[count:]
        if self.has_checksums and zlib.crc32(array) != self.entries[name].CRC:
            raise damaged(f"the checksum of the entry '{name}' is wrong")
        return array


def read_into(file: Any, memory: memoryview) -> int:
    """Read at most as many bytes as ``memory`` holds; returns how many came."""
    if hasattr(file, "readinto"):
        return int(file.readinto(memory))
    data = file.read(len(memory))
    memory[: len(data)] = data
    return len(data)


def damaged(what: str, cause: Exception | None = None) -> RuntimeError:
    """The error for an archive that is not as it was written."""
    why = "" if cause is None else f" ({cause})"
    return RuntimeError(
        f"{what}{why}\nThe file is damaged, or was not written to its end: copy or save it again."
    )
