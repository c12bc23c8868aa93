"""Downloads: resumed, whole or not there, checked; archives that try to get out."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import tarfile
import zipfile

import pytest

from minitorch.vision.datasets import utils
from minitorch.vision.datasets.utils import (
    check_integrity,
    download_and_extract_archive,
    download_url,
    extract_archive,
)

DATA = bytes(range(256)) * 2000  # 512 kB: several pieces


def md5(data):
    return hashlib.md5(data).hexdigest()


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_download(server, tmp_path):
    server.files["a.bin"] = DATA
    download_url(server.url + "a.bin", tmp_path / "new", md5=md5(DATA))
    assert (tmp_path / "new" / "a.bin").read_bytes() == DATA
    assert names(tmp_path / "new") == ["a.bin"]
    download_url(server.url + "a.bin", tmp_path / "new", md5=md5(DATA))  # it is there
    assert server.asked == [("a.bin", 0)]
    download_url(server.url + "a.bin", str(tmp_path), filename="b.bin")
    assert check_integrity(tmp_path / "b.bin", md5(DATA))
    assert not check_integrity(tmp_path / "b.bin", md5(b""))
    assert not check_integrity(tmp_path / "c.bin")


def test_a_file_with_another_checksum_is_fetched_again(server, tmp_path):
    server.files["a.bin"] = DATA
    (tmp_path / "a.bin").write_bytes(b"old")
    download_url(server.url + "a.bin", tmp_path, md5=md5(DATA))
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_a_cut_connection_is_taken_up_again(server, tmp_path):
    server.files["a.bin"] = DATA
    server.cuts = [100_000, 200_000]
    download_url(server.url + "a.bin", tmp_path, md5=md5(DATA))
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert server.asked == [("a.bin", 0), ("a.bin", 100_000), ("a.bin", 300_000)]


def test_a_server_without_parts_starts_over(server, tmp_path):
    server.files["a.bin"] = DATA
    server.cuts, server.ranges = [100_000], False
    download_url(server.url + "a.bin", tmp_path, md5=md5(DATA))
    assert (tmp_path / "a.bin").read_bytes() == DATA
    assert server.asked == [("a.bin", 0)] * 2


def test_a_connection_that_never_gets_further(server, tmp_path):
    server.files["a.bin"] = DATA
    server.cuts = [100_000] + [0] * 20
    with pytest.raises(ConnectionError, match="ended at byte 100000 of 512000"):
        download_url(server.url + "a.bin", tmp_path, md5=md5(DATA))
    assert names(tmp_path) == ["a.bin.part"]
    assert len(server.asked) < 10

    server.cuts, server.asked = [], []  # the next call goes on
    download_url(server.url + "a.bin", tmp_path, md5=md5(DATA))
    assert server.asked == [("a.bin", 100_000)]
    assert names(tmp_path) == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == DATA


def test_a_part_that_is_whole(server, tmp_path):
    (tmp_path / "a.bin.part").write_bytes(DATA)
    download_url(server.url + "a.bin", tmp_path, md5=md5(DATA))
    assert server.asked == []
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("left", [b"other" * 99, b"other" * 999_999], ids=["shorter", "longer"])
def test_what_is_left_of_another_file_is_not_used(server, tmp_path, left):
    server.files["a.bin"] = DATA
    (tmp_path / "a.bin.part").write_bytes(left)
    download_url(server.url + "a.bin", tmp_path, md5=md5(DATA))
    assert (tmp_path / "a.bin").read_bytes() == DATA
    (tmp_path / "b.bin.part").write_bytes(left)
    download_url(server.url + "a.bin", tmp_path, filename="b.bin")  # nothing to check it by
    assert (tmp_path / "b.bin").read_bytes() == DATA


def test_a_wrong_checksum(server, tmp_path):
    server.files["a.bin"] = DATA
    with pytest.raises(RuntimeError, match=f"File not found or corrupted.*{md5(DATA)} instead of"):
        download_url(server.url + "a.bin", tmp_path, md5=md5(b""))
    assert names(tmp_path) == []


def test_what_is_not_there(server, tmp_path):
    with pytest.raises(OSError, match="404"):
        download_url(server.url + "a.bin", tmp_path)
    assert server.asked == [("a.bin", 0)]
    with pytest.raises(ConnectionError, match="cannot be downloaded"):
        download_url("http://127.0.0.1:9/a.bin", tmp_path)
    assert names(tmp_path) == []


def test_part_of_a_file_that_the_server_does_not_describe(server, tmp_path, monkeypatch):
    class Answer(io.BytesIO):
        status, headers = 206, {"Content-Range": "bytes 7"}

    monkeypatch.setattr(utils.urllib.request, "urlopen", lambda *args, **options: Answer())
    with pytest.raises(ConnectionError, match="without saying which"):
        download_url(server.url + "a.bin", tmp_path)
    Answer.headers = {"Content-Range": "bytes 7-8/*"}
    with pytest.raises(ConnectionError, match="asked for byte 0 on, the server sent 7 on"):
        download_url(server.url + "a.bin", tmp_path)


def test_progress(server, tmp_path, capsys, monkeypatch):
    pytest.importorskip("tqdm")
    server.files["a.bin"] = DATA
    download_url(server.url + "a.bin", tmp_path)
    assert "a.bin: 100%" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tqdm", None)  # as if it were not installed
    download_url(server.url + "a.bin", tmp_path, filename="b.bin")
    assert capsys.readouterr().err == ""


def tar(path, members, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


GOOD = {"folder/a.txt": b"a", "folder/deep/b.txt": b"b" * 99}


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tgz", "x.tar.bz2", "x.tar.xz", "x.zip"])
def test_archives(tmp_path, name):
    modes = {".gz": "w:gz", ".tgz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz", ".tar": "w"}
    path = tmp_path / name
    zipped(path, GOOD) if name == "x.zip" else tar(path, GOOD, modes[path.suffix])
    assert extract_archive(str(path), tmp_path / "out") == str(tmp_path / "out")
    files = {place: (tmp_path / "out" / place).read_bytes() for place in GOOD}
    assert files == GOOD
    assert path.exists()
    extract_archive(path, remove_finished=True)
    assert not path.exists()
    assert (tmp_path / "folder" / "a.txt").exists()


def test_folders_in_archives(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("empty/", b"")
    folder = tarfile.TarInfo("empty")
    folder.type = tarfile.DIRTYPE
    tar(tmp_path / "x.tar.gz", {"empty": folder, "./a": b"a"})
    extract_archive(tmp_path / "x.zip", tmp_path / "out")
    extract_archive(tmp_path / "x.tar.gz", tmp_path / "out")
    assert names(tmp_path / "out") == ["a"]


def test_a_packed_file(tmp_path):
    (tmp_path / "a.bin.gz").write_bytes(gzip.compress(DATA))
    assert extract_archive(tmp_path / "a.bin.gz") == tmp_path / "a.bin"
    assert (tmp_path / "a.bin").read_bytes() == DATA
    (tmp_path / "b.bin.gz").write_bytes(gzip.compress(DATA)[:-9])
    with pytest.raises(EOFError):
        extract_archive(tmp_path / "b.bin.gz")
    assert not (tmp_path / "b.bin").exists()
    with pytest.raises(RuntimeError, match=r"Unknown compression or archive type: '.rar'"):
        extract_archive(tmp_path / "a.rar")


@pytest.mark.parametrize(
    "name", ["../out", "a/../../out", "/out", "C:/out", "C:out", "..\\out", "\\\\host\\out\\x"]
)
@pytest.mark.parametrize("kind", [tar, zipped])
def test_members_that_leave_the_folder(tmp_path, kind, name):
    path = kind(tmp_path / ("x.zip" if kind is zipped else "x.tgz"), {"good": b"", name: b"bad"})
    with pytest.raises(RuntimeError, match="leaves the folder"):
        extract_archive(path, tmp_path / "a" / "b")
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_in_archives(tmp_path, kind):
    link = tarfile.TarInfo("link")
    link.type, link.linkname = kind, "/etc"
    path = tar(tmp_path / "x.tgz", {"good": b"", "link": link})
    with pytest.raises(RuntimeError, match="a link or a device"):
        extract_archive(path, tmp_path / "out")
    assert names(tmp_path) == ["x.tgz"]


def test_a_link_that_was_there_before(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "out").mkdir()
    try:
        (tmp_path / "out" / "folder").symlink_to(tmp_path / "other")
    except OSError:
        pytest.skip("no symbolic links here")
    with pytest.raises(RuntimeError, match="leaves the folder"):
        extract_archive(tar(tmp_path / "x.tgz", GOOD), tmp_path / "out")
    assert names(tmp_path / "other") == []


def test_download_and_extract(server, tmp_path):
    server.files["x.tgz"] = data = tar(tmp_path / "x.tgz", GOOD).read_bytes()
    folder = tmp_path / "new"
    download_and_extract_archive(server.url + "x.tgz", folder, md5=md5(data), remove_finished=True)
    assert names(folder) == ["folder", "folder/a.txt", "folder/deep", "folder/deep/b.txt"]
