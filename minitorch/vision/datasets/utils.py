"""Files from the network: whole, with the right checksum, or not at all.

A download goes to ``NAME.part``, and gets its name when its checksum is right. What a cut
connection left of it is completed, not fetched again. Archives are unpacked only if all that they
hold stays in the folder.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import http.client
import lzma
import os
import re
import shutil
import tarfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import IO, Any

from ...serialization.files import replacing
from ...version import __version__

PIECE = 2**16  # bytes that are read at a time
ATTEMPTS = 5  # times that a connection may break in one download
SECONDS = 30.0  # without a byte from the server, after which a connection counts as broken


def calculate_md5(fpath: str | Path, chunk_size: int = 2**20) -> str:
    """The MD5 checksum of a file, in hexadecimal."""
    return _digest(fpath, "md5", chunk_size)


def _digest(path: str | Path, kind: str, chunk_size: int = 2**20) -> str:
    """A checksum of a file, in hexadecimal."""
    digest = hashlib.new(kind, usedforsecurity=False)
    with open(path, "rb") as file:
        while piece := file.read(chunk_size):
            digest.update(piece)
    return digest.hexdigest()


def check_md5(fpath: str | Path, md5: str) -> bool:
    """Whether the file has this checksum."""
    return calculate_md5(fpath) == md5


def check_integrity(fpath: str | Path, md5: str | None = None) -> bool:
    """Whether there is such a file, with this checksum if one is given."""
    return os.path.isfile(fpath) and (md5 is None or check_md5(fpath, md5))


# Downloading --------------------------------------------------------------------------------------


class _NoBar:
    """Takes the place of a progress bar where tqdm is not installed."""

    def update(self, count: int) -> None:
        """Shows nothing."""


@contextlib.contextmanager
def _progress(name: str, total: int | None, done: int, shown: bool) -> Iterator[Any]:
    """A progress bar, if it is wanted and tqdm is installed."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        yield _NoBar()
        return
    with tqdm(
        desc=name,
        total=total,
        initial=done,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        disable=not shown,
    ) as bar:
        yield bar


def _open(url: str, start: int) -> tuple[Any, int, int | None]:
    """The server's answer, at which byte it begins, and how many bytes the whole file has."""
    headers = {"User-Agent": f"minitorch/{__version__}"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = urllib.request.Request(url, headers=headers)
    answer = urllib.request.urlopen(request, timeout=SECONDS)
    said = answer.headers
    if getattr(answer, "status", 200) == 206:  # "bytes 100-199/200": a part, as asked for
        place = re.match(r"bytes (\d+)-\d+/(\d+|\*)$", said.get("Content-Range", ""))
        if place is None:
            raise ConnectionError("the server sent a part of the file, without saying which")
        return answer, int(place[1]), None if place[2] == "*" else int(place[2])
    return answer, 0, int(said["Content-Length"]) if said["Content-Length"] else None


def _fetch(url: str, part: Path, progress: bool) -> None:
    """Add to the file ``part`` what it lacks of ``url``; ConnectionError if that was not all."""
    start = part.stat().st_size if part.exists() else 0
    try:
        answer, begin, total = _open(url, start)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 416 or not start:  # 416: there is nothing from that byte on
            raise
        part.unlink()
        answer, begin, total = _open(url, 0)
    if begin > start:
        answer.close()
        raise ConnectionError(f"asked for byte {start} on, the server sent {begin} on")
    with answer, open(part, "r+b" if begin else "wb") as file:
        file.truncate(begin)
        file.seek(begin)
        with _progress(part.name.removesuffix(".part"), total, begin, progress) as bar:
            while piece := answer.read(PIECE):
                file.write(piece)
                bar.update(len(piece))
        if total is not None and file.tell() != total:
            raise ConnectionError(f"the connection ended at byte {file.tell()} of {total}")


def _fetch_stubbornly(url: str, part: Path, progress: bool) -> None:
    """`_fetch`, going on where the connection broke, up to `ATTEMPTS` times without progress."""
    failures = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            return _fetch(url, part, progress)
        except urllib.error.HTTPError:
            raise  # the server has decided
        except (OSError, http.client.HTTPException) as error:
            after = part.stat().st_size if part.exists() else 0
            failures = 1 if after > before else failures + 1
            refused = isinstance(getattr(error, "reason", None), OSError)  # nobody is there
            if refused or failures >= ATTEMPTS:
                raise ConnectionError(f"{url} cannot be downloaded: {error}") from error


def download_url(
    url: str,
    root: str | Path,
    filename: str | Path | None = None,
    md5: str | None = None,
    max_redirect_hops: int = 3,
) -> None:
    """Put the file at ``url`` into the folder ``root``, unless it is there with this checksum.

    A broken connection is taken up again, in this call and, if there is a checksum to tell that
    the parts belong together, in the next one. RuntimeError if the checksum is not ``md5``: then
    there is no file. ``max_redirect_hops`` is there for compatibility: urllib has a limit.
    """
    folder = Path(root).expanduser()
    download_file(url, folder / (filename or url.rpartition("/")[2]), md5)


def download_file(
    url: str, target: Path, checksum: str | None, kind: str = "md5", progress: bool = True
) -> None:
    """`download_url` to the file ``target``, with the first digits of a checksum of ``kind``."""

    def right(path: Path) -> bool:
        return path.is_file() and (checksum is None or _digest(path, kind).startswith(checksum))

    if right(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    if checksum is None:
        part.unlink(missing_ok=True)
    continued = part.exists()
    if not right(part):  # else it lacks nothing but its name
        _fetch_stubbornly(url, part, progress)
        if continued and not right(part):  # the old part may be of another file
            part.unlink()
            _fetch_stubbornly(url, part, progress)
    if not right(part):
        found = _digest(part, kind)[: len(checksum or "")]
        part.unlink()
        raise RuntimeError(
            f"File not found or corrupted. {url} has the {kind.upper()} checksum {found} instead "
            f"of {checksum}."
        )
    os.replace(part, target)


# Archives -----------------------------------------------------------------------------------------

OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
SHORT = {".tgz": ".tar.gz", ".tbz": ".tar.bz2", ".tbz2": ".tar.bz2", ".txz": ".tar.xz"}


def _place_of(name: str, folder: Path, archive: Path) -> Path:
    """Where the member ``name`` goes; RuntimeError if that is not inside of ``folder``."""
    path = PureWindowsPath(name)  # knows all that a path can be: "/a", "C:a", "a\\\\b"
    place = folder.joinpath(*path.parts)
    # The last: a folder on the way may be a link that was there before.
    if path.anchor or ".." in path.parts or not place.resolve().is_relative_to(folder.resolve()):
        raise RuntimeError(f"{archive} is not unpacked: its member {name!r} leaves the folder")
    return place


def _write(source: IO[bytes], place: Path) -> None:
    """Write the file ``place``, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with replacing(str(place.parent), place.name, None) as file:
        shutil.copyfileobj(source, file, PIECE)


def _extract_tar(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        for member in members:
            _place_of(member.name, folder, archive)
            if not (member.isfile() or member.isdir()):
                raise RuntimeError(
                    f"{archive} is not unpacked: its member {member.name!r} is a link or a device"
                )
        for member in members:
            if member.isfile():
                source: Any = tar.extractfile(member)
                _write(source, _place_of(member.name, folder, archive))


def _extract_zip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as container:
        members = container.infolist()
        for member in members:
            _place_of(member.filename, folder, archive)
        for member in members:
            if not member.is_dir():
                with container.open(member) as source:
                    _write(source, _place_of(member.filename, folder, archive))


def extract_archive(
    from_path: str | Path, to_path: str | Path | None = None, remove_finished: bool = False
) -> str | Path:
    """Unpack a tar or zip archive, or a file packed with gzip, bzip2 or xz, into a folder.

    RuntimeError, and nothing unpacked, if a member would be written outside of the folder, or is a
    link. ``remove_finished`` deletes the archive afterwards.
    """
    archive = Path(from_path)
    if not archive.suffixes:
        raise RuntimeError(
            f"File '{archive}' has no suffixes that could be used to detect the archive type and "
            "compression."
        )
    folder = archive.parent if to_path is None else Path(to_path)
    name = archive.name
    for short, long in SHORT.items():
        name = name.removesuffix(short) + long if name.endswith(short) else name
    packing = Path(name).suffix
    inner = name.removesuffix(packing) if packing in OPENERS else name
    result = folder
    if inner.endswith(".tar"):
        _extract_tar(archive, folder)
    elif inner.endswith(".zip"):
        _extract_zip(archive, folder)
    elif packing in OPENERS:
        result = folder / inner
        with OPENERS[packing](archive, "rb") as source:
            _write(source, result)
    else:
        raise RuntimeError(
            f"Unknown compression or archive type: '{packing}'.\nKnown suffixes are: "
            f"'{sorted([*OPENERS, *SHORT, '.tar', '.zip'])}'."
        )
    if remove_finished:
        archive.unlink()
    return str(result) if isinstance(from_path, str) else result


def download_and_extract_archive(
    url: str,
    download_root: str | Path,
    extract_root: str | Path | None = None,
    filename: str | Path | None = None,
    md5: str | None = None,
    remove_finished: bool = False,
) -> None:
    """`download_url`, then `extract_archive` into ``extract_root``."""
    folder = Path(download_root).expanduser()
    filename = filename or url.rpartition("/")[2]
    download_url(url, folder, filename, md5)
    extract_archive(folder / filename, extract_root or folder, remove_finished)


def verify_str_arg(
    value: Any, arg: str | None = None, valid_values: Any = None, custom_msg: str | None = None
) -> str:
    """``value``, if it is one of the strings; ValueError with the list of them otherwise."""
    if not isinstance(value, str):
        where = "" if arg is None else f" for argument {arg}"
        raise ValueError(f"Expected type str{where}, but got type {type(value)}.")
    if valid_values is not None and value not in valid_values:
        known = "', '".join(valid_values)
        raise ValueError(
            custom_msg
            or f"Unknown value '{value}' for argument {arg}. Valid values are {{'{known}'}}."
        )
    return value
