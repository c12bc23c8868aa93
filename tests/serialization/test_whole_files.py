"""Whatever happens while a file is written: there is the old file, or the new one."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import minitorch as mt

ROOT = Path(__file__).resolve().parents[2]
needs_posix = pytest.mark.skipif(os.name != "posix", reason="permissions and signals as on Unix")


def test_what_cannot_be_pickled_leaves_the_file_alone(tmp_path):
    mt.save(1, tmp_path / "x.pt")
    with pytest.raises((AttributeError, pickle.PicklingError)):
        mt.save(lambda: None, tmp_path / "x.pt")
    assert mt.load(tmp_path / "x.pt") == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_an_error_while_writing_leaves_the_file_alone(tmp_path, monkeypatch):
    mt.save(1, tmp_path / "x.pt")
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(full))
    with pytest.raises(OSError, match="No space left"):
        mt.save(2, tmp_path / "x.pt")
    monkeypatch.undo()
    assert mt.load(tmp_path / "x.pt") == 1
    assert len(list(tmp_path.iterdir())) == 1


@needs_posix
def test_permissions_stay(tmp_path):
    path = tmp_path / "x.pt"
    before = os.umask(0o027)
    try:
        mt.save(1, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o604)
        mt.save(2, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o604
    finally:
        os.umask(before)


@needs_posix
def test_links_and_devices_stay(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.pt").symlink_to("folder/x.pt")
    mt.save(1, tmp_path / "link.pt")
    assert (tmp_path / "link.pt").is_symlink()
    assert mt.load(tmp_path / "folder" / "x.pt") == 1
    mt.save(1, os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


DIES = """
    import os, signal, sys
    import minitorch as mt

    def die(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    path, moment = sys.argv[1:]
    if moment == "write":
        import zlib
        crc32, calls = zlib.crc32, []
        zlib.crc32 = lambda *args: (calls.append(1), len(calls) > 5 and die(), crc32(*args))[2]
        import zipfile
        zipfile.crc32 = zlib.crc32
    elif moment == "fsync":
        os.fsync = die
    elif moment == "before":
        os.replace = die
    elif moment == "after":
        replace = os.replace
        os.replace = lambda *args: (replace(*args), die())
    mt.save({"x": mt.full((100_000,), 2.0), "y": mt.zeros(3)}, path)
"""


@needs_posix
@pytest.mark.parametrize("moment", ["write", "fsync", "before", "after"])
def test_a_kill_leaves_the_old_file_or_the_new_one(moment, tmp_path):
    path = tmp_path / "x.pt"
    mt.save({"x": mt.full((100_000,), 1.0)}, path)
    run = [sys.executable, "-c", textwrap.dedent(DIES), str(path), moment]
    assert subprocess.run(run, cwd=ROOT, check=False).returncode == -9
    expected = 2.0 if moment == "after" else 1.0
    assert (mt.load(path)["x"] == expected).all()


SAVES = """
    import sys
    import minitorch as mt

    x = mt.zeros(1_000_000)
    for n in range(1, 10_000):
        mt.save({"n": n, "x": x.fill_(n)}, sys.argv[1])
"""


@needs_posix
@pytest.mark.slow
def test_a_kill_at_any_moment(tmp_path):
    path = tmp_path / "x.pt"
    random = np.random.default_rng(0)
    for _ in range(8):
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(SAVES), path], cwd=ROOT)
        until = time.monotonic() + 60
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.1))
        process.kill()
        process.wait()
        state = mt.load(path)
        assert (state["x"] == state["n"]).all()
        path.unlink()
