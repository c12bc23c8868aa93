"""Files to save to and to load from, and the arguments that say how."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile

import numpy as np
import pytest

import minitorch as mt
from minitorch import nn
from minitorch.serialization import (
    LoadEndianness,
    default_restore_location,
    get_default_load_endianness,
    set_default_load_endianness,
)
from tests.serialization.programs import archive, tensor


def saved(obj, **options):
    file = io.BytesIO()
    mt.save(obj, file, **options)
    return file.getvalue()


def loaded(data, **options):
    return mt.load(io.BytesIO(data), **options)


# Places, devices, options -------------------------------------------------------------------------


def test_paths_and_files(tmp_path):
    x = mt.arange(3)
    for f in (tmp_path / "a.pt", str(tmp_path / "b.tar.gz"), tmp_path / "ä", tmp_path / ".pt"):
        mt.save(x, f)
        assert mt.equal(mt.load(f), x)
        assert not list(tmp_path.glob(".minitorch-*"))
    with open(tmp_path / "c", "wb") as file:
        mt.save(x, file)
    with open(tmp_path / "c", "rb") as file:
        assert mt.equal(mt.load(file), x)
    folders = {name.partition("/")[0] for name in zipfile.ZipFile(tmp_path / "b.tar.gz").namelist()}
    assert folders == {"b.tar"}


def test_a_file_that_begins_further_on():
    file = io.BytesIO()
    file.write(b"x" * 100)
    mt.save(mt.arange(3), file)
    file.seek(100)
    assert mt.load(file).tolist() == [0, 1, 2]


class OnlyWrites:
    def __init__(self, room=10**9):
        self.data = b""
        self.room = room
        self.flushed = 0

    def write(self, data):
        taken = bytes(data)[: self.room]
        self.data += taken
        self.room -= len(taken)
        return len(taken)

    def flush(self):
        self.flushed += 1


def test_a_file_needs_only_write_and_flush():
    file = OnlyWrites()
    mt.save({"a": mt.arange(3)}, file)
    assert file.flushed
    assert loaded(file.data)["a"].tolist() == [0, 1, 2]


def test_a_file_that_takes_only_a_part():
    with pytest.raises(OSError, match="bytes could be written"):
        mt.save(mt.zeros(1000), OnlyWrites(room=2000))


class OnlyReads:
    """Neither ``readinto`` nor all that was asked for at once."""

    def __init__(self, data):
        self.file = io.BytesIO(data)
        self.seek, self.tell = self.file.seek, self.file.tell

    def read(self, size=-1):
        return self.file.read(min(size, 5000) if size >= 0 else size)


def test_a_file_needs_only_read_seek_and_tell():
    assert mt.load(OnlyReads(saved(mt.arange(10_000)))).sum() == 49_995_000


def test_the_same_state_gives_the_same_bytes():
    state = nn.Linear(3, 2).state_dict()
    assert saved(state) == saved(state)


def test_every_entry_begins_at_a_multiple_of_64():
    data = saved({f"{n}": mt.zeros(n) for n in range(20)})
    for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
        header = info.header_offset + 26
        name, extra = (int.from_bytes(data[i : i + 2], "little") for i in (header, header + 2))
        assert (info.header_offset + 30 + name + extra) % 64 == 0
        assert info.compress_type == zipfile.ZIP_STORED
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_large_entries_say_so(monkeypatch):
    """Every entry is "large" here: the form that files above 2 GiB have."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 0)
    data = saved({"a": mt.arange(5), "b": mt.arange(100)})
    monkeypatch.undo()
    assert loaded(data)["b"].sum() == 4950
    for info in zipfile.ZipFile(io.BytesIO(data)).infolist():
        header = info.header_offset + 26
        name, extra = (int.from_bytes(data[i : i + 2], "little") for i in (header, header + 2))
        assert (info.header_offset + 30 + name + extra) % 64 == 0


def test_mmap(tmp_path):
    state = {"a": mt.arange(1000.0), "t": mt.arange(6).reshape(2, 3).t(), "e": mt.zeros(0)}
    mt.save(state, tmp_path / "x.pt")
    before = (tmp_path / "x.pt").read_bytes()
    back = mt.load(tmp_path / "x.pt", mmap=True)
    for name in state:
        assert mt.equal(back[name], state[name])
        assert back[name].stride() == state[name].stride()
    back["a"].zero_()
    assert (tmp_path / "x.pt").read_bytes() == before
    mt.save({"b": mt.ones(3)}, tmp_path / "x.pt")  # the mapped file stays the old one
    assert back["t"].tolist() == state["t"].tolist()
    mt.save(back, tmp_path / "y.pt")
    assert not mt.load(tmp_path / "y.pt")["a"].any()
    with pytest.raises(ValueError, match="must be a file path in order to use the mmap"):
        loaded(before, mmap=True)


def test_map_location():
    x = mt.arange(3)
    data = saved([x, x[1:]])
    calls = []

    def keep(storage, location):
        calls.append((storage.nbytes(), len(storage), str(storage.device), location))
        return storage

    for where in (None, "cpu", b"cpu", mt.device("cpu"), {"cuda:0": "cpu"}, keep):
        assert loaded(data, map_location=where)[1].tolist() == [1, 2]
    assert calls == [(24, 24, "cpu", "cpu")]
    assert loaded(data, map_location=lambda storage, location: None)[0].tolist() == [0, 1, 2]
    moved = loaded(data, map_location=lambda s, _: default_restore_location(s, "cpu").cpu())
    assert moved[0].tolist() == [0, 1, 2]
    for where in ("mars", {"cpu": "mars"}, lambda s, _: default_restore_location(s, "mars")):
        with pytest.raises(RuntimeError, match=r"how to restore data location of .* with mars"):
            loaded(data, map_location=where)
    with pytest.raises(TypeError, match="map_location must return a storage or None"):
        loaded(data, map_location=lambda storage, location: 3)
    with pytest.raises(KeyError):  # an error in the user's function stays what it is
        loaded(data, map_location=lambda storage, location: {}[location])


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")
def test_a_file_from_a_gpu():
    data = archive(tensor(location="cuda:0") + b".", {"0": bytes(24)})
    with pytest.raises(RuntimeError, match="Attempting to deserialize object on a CUDA device but"):
        loaded(data)
    for where in ("cpu", {"cuda:0": "cpu"}, lambda storage, location: storage):
        assert loaded(data, map_location=where).device == mt.device("cpu")


def test_a_file_from_another_gpu(monkeypatch):
    data = archive(tensor(location="cuda:1") + b".", {"0": bytes(24)})
    monkeypatch.setattr(mt.cuda, "is_available", lambda: True)
    monkeypatch.setattr(mt.cuda, "device_count", lambda: 1)
    with pytest.raises(RuntimeError, match=r"CUDA device 1 but torch\.cuda\.device_count\(\) is 1"):
        loaded(data)


def test_options():
    data = saved({"a": 1})
    with pytest.raises(RuntimeError, match="Can not safely load weights when explicit pickle_mod"):
        loaded(data, pickle_module=pickle)
    assert loaded(data, pickle_module=pickle, weights_only=False) == {"a": 1}
    with pytest.warns(UserWarning, match="pickle_load_args only works if `weights_only=False`"):
        assert loaded(data, encoding="latin1") == {"a": 1}
    assert loaded(data, weights_only=False, encoding="latin1") == {"a": 1}
    with pytest.raises(NotImplementedError, match="zip format"):
        saved({}, _use_new_zipfile_serialization=False)


def test_weights_only_can_be_forced(monkeypatch):
    monkeypatch.setenv("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
    with pytest.raises(pickle.UnpicklingError):
        loaded(saved(nn.Linear(1, 1)), weights_only=False)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_pickle_protocols(protocol):
    x = {"a": mt.arange(3), "k": nn.Linear(4, 1)}
    if protocol == 0:  # its names for storages would have to be text
        with pytest.raises(pickle.PicklingError, match="must be ASCII strings"):
            saved(x, pickle_protocol=protocol)
        return
    back = loaded(saved(x, pickle_protocol=protocol), weights_only=False)
    assert back["a"].tolist() == [0, 1, 2] and back["k"].in_features == 4


def test_protocols_after_the_second_are_not_for_weights_only():
    data = saved({"a": mt.arange(3)}, pickle_protocol=4)
    with (
        pytest.warns(UserWarning, match="Detected pickle protocol 4") as told,
        pytest.raises(pickle.UnpicklingError, match="Unsupported operand"),
    ):
        loaded(data)
    assert told[0].filename == __file__


class OtherPickle:
    """A module as dill is one: its pickler is Python's, in Python."""

    __name__ = "other"
    Unpickler = pickle.Unpickler

    class Pickler(pickle._Pickler):
        pass


def test_pickle_module():
    x = {"a": mt.arange(3)}
    file = io.BytesIO()
    mt.save(x, file, OtherPickle())
    assert loaded(file.getvalue())["a"].tolist() == [0, 1, 2]
    other = OtherPickle()
    other.Pickler = pickle.Pickler
    with pytest.raises(TypeError, match="cannot write PyTorch's names"):
        mt.save(x, io.BytesIO(), other)


# Byte order ---------------------------------------------------------------------------------------

NUMBERS = np.array([1, 2, 258], ">i8")
BIG = {"0": NUMBERS.tobytes()}


def test_byte_order():
    program = tensor(kind="LongStorage", length=3, size=(3,), stride=(1,)) + b"."
    assert loaded(archive(program, BIG, byteorder=b"big")).tolist() == [1, 2, 258]
    for order, expected in [
        (None, NUMBERS.view("<i8").tolist()),
        (LoadEndianness.LITTLE, NUMBERS.view("<i8").tolist()),
        (LoadEndianness.BIG, [1, 2, 258]),
        (LoadEndianness.NATIVE, NUMBERS.view("=i8").tolist()),
    ]:
        set_default_load_endianness(order)
        assert get_default_load_endianness() is order
        assert loaded(archive(program, BIG, byteorder=None)).tolist() == expected
    set_default_load_endianness(None)
    with pytest.raises(TypeError, match="Invalid argument type"):
        set_default_load_endianness("big")


def test_byte_order_of_complex_numbers():
    program = tensor(kind="ComplexFloatStorage", length=1, size=(1,), stride=(1,)) + b"."
    data = archive(program, {"0": np.array([1 + 2j], ">c8").tobytes()}, byteorder=b"big")
    assert loaded(data).tolist() == [1 + 2j]


# Arguments ----------------------------------------------------------------------------------------


def test_what_is_no_file():
    for f in (3, None):
        with pytest.raises(AttributeError, match=r"You can only torch\.load from a file that is"):
            mt.load(f)
        with pytest.raises(AttributeError, match="expected 'f' to be string, path, or a file-like"):
            mt.save({}, f)


def test_places_where_no_file_can_be(tmp_path):
    with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist\."):
        mt.save({}, tmp_path / "nowhere" / "x.pt")
    for f in (tmp_path, ""):
        with pytest.raises(RuntimeError, match="invalid file name"):
            mt.save({}, f)
    with pytest.raises(FileNotFoundError):
        mt.load(tmp_path / "x.pt")
    with pytest.raises(IsADirectoryError):
        mt.load(tmp_path)
    assert not list(tmp_path.iterdir())


# Other formats ------------------------------------------------------------------------------------


def test_safetensors(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy")
    state = nn.Linear(3, 2).state_dict()
    path = tmp_path / "x.safetensors"
    numpy.save_file({key: value.numpy() for key, value in state.items()}, path)
    for where in (None, "cpu", mt.device("cpu")):
        back = mt.load(path, map_location=where)
        assert mt.equal(back["weight"], state["weight"])
    for where, kind in [({}, "dict"), (lambda s, _: s, "callable")]:
        with pytest.raises(RuntimeError, match=f"with {kind} map_location is not supported"):
            mt.load(path, map_location=where)
    head = b'{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}'
    path.write_bytes(len(head).to_bytes(8, "little") + head + bytes(2))
    with pytest.raises(NotImplementedError, match="a dtype that MiniTorch does not have"):
        mt.load(path)


def test_safetensors_without_its_library(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(RuntimeError, match="safetensors is not installed"):
        mt.load(tmp_path / "x.safetensors")


def test_npz(tmp_path):
    state = nn.Linear(3, 2).state_dict()
    np.savez(tmp_path / "x.npz", **{key: value.numpy() for key, value in state.items()})
    with np.load(tmp_path / "x.npz") as file:
        back = {key: mt.from_numpy(value) for key, value in file.items()}
    assert nn.Linear(3, 2).load_state_dict(back).missing_keys == []
