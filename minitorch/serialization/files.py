"""Files to load from and to save to. A file is replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from typing import Any


def is_path(f: Any) -> bool:
    """Whether ``f`` names a file, rather than being one."""
    return isinstance(f, str | os.PathLike)


@contextlib.contextmanager
def reading(f: Any) -> Iterator[Any]:
    """The file ``f``, open for reading; what was a path is closed afterwards."""
    if is_path(f):
        with open(f, "rb") as file:
            yield file
        return
    try:
        f.seek(f.tell())
    except (io.UnsupportedOperation, AttributeError) as error:
        raise type(error)(
            f"{error}. You can only torch.load from a file that is seekable. Please pre-load the "
            "data into a buffer like io.BytesIO and try to load from it instead."
        ) from None
    yield f


@contextlib.contextmanager
def writing(f: Any) -> Iterator[Any]:
    """The file ``f``, open for writing. A path is only touched when all is written."""
    if not is_path(f):
        yield f
        f.flush()
        return
    target = os.path.realpath(f)  # what a symbolic link points to is replaced, not the link
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        raise RuntimeError(f"Parent directory {os.path.dirname(os.fspath(f))} does not exist.")
    if not os.fspath(f) or os.path.isdir(target):
        raise RuntimeError(f"invalid file name: {os.fspath(f)}")
    before = os.stat(target) if os.path.exists(target) else None
    if before is not None and not stat.S_ISREG(before.st_mode):  # such as /dev/null or a pipe
        with open(target, "wb") as file:
            yield file
        return
    with replacing(folder, name, before) as file:
        yield file


@contextlib.contextmanager
def replacing(folder: str, name: str, before: os.stat_result | None) -> Iterator[Any]:
    """A new file that takes the place of ``folder/name`` at the end, if no error came.

    Until then it has a name of its own in the same folder. Taking the place is one step of the file
    system: whoever looks finds the old file or the new one, also after a crash. The new file has
    the permissions of the one ``before``.
    """
    temporary = os.path.join(folder, f".minitorch-{os.urandom(8).hex()}.tmp")
    try:
        with open(temporary, "xb") as file:
            if before is not None:
                if hasattr(os, "chown"):
                    with contextlib.suppress(PermissionError):
                        os.chown(temporary, before.st_uid, before.st_gid)
                os.chmod(temporary, stat.S_IMODE(before.st_mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, os.path.join(folder, name))
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    with contextlib.suppress(OSError):  # not every system can open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)  # the new name, too
        finally:
            os.close(handle)
