"""Files in the format of PyTorch before 1.6: as they should be, broken, and hostile."""

from __future__ import annotations

import io
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minitorch as mt
from tests.serialization.programs import call, old_file, storage, tensor, value

SIX = {"0": np.arange(6, dtype="<f4")}
GOOD = tensor(part=None) + b"."


def load(data, **options):
    return mt.load(io.BytesIO(data), **options)


@pytest.mark.parametrize("options", [{}, {"weights_only": False}, {"map_location": "cpu"}])
def test_a_tensor(options):
    assert load(old_file(GOOD, SIX), **options).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_shared_memory_and_several_types():
    pair = [tensor(part=None), tensor(1, (2,), (3,), part=None)]
    pair.append(tensor(0, (2,), (1,), kind="LongStorage", key="1", length=2, part=None))
    storages = {"1": np.array([7, -8]), **SIX}
    x, column, longs = load(old_file(b"(" + b"".join(pair) + b"t.", storages))
    x[1, 1] = 70
    assert column.tolist() == [1, 70]
    assert longs.tolist() == [7, -8]
    assert longs.dtype is mt.int64


def test_a_part_of_a_storage():
    with pytest.raises(NotImplementedError, match=r"as before PyTorch 0\.4"):
        load(old_file(tensor(part=("view", 3, 2)) + b".", SIX))


def test_the_other_byte_order():
    swapped = {"0": SIX["0"].byteswap()}
    assert load(old_file(GOOD, swapped, little_endian=False)).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_function_says_where():
    asked = []
    x = load(old_file(GOOD, SIX), map_location=lambda s, place: asked.append(place) or s)
    assert (asked, x[1, 2].item()) == (["cpu"], 5.0)


def test_a_class_with_its_source():
    named = b"(" + value("module") + call("collections.OrderedDict") + value("file") + b"tQ."
    assert load(old_file(named), weights_only=False) == {}
    with pytest.raises(pickle.UnpicklingError, match="Only persistent_load of storage"):
        load(old_file(named))


HUGE = storage(length=10**12, part=None) + b"."
BROKEN = {
    "another version": (old_file(GOOD, SIX, version=1000), "Invalid protocol version: 1000"),
    "more than the file": (old_file(HUGE, SIX), "for which the file is too short"),
    "less than nothing": (old_file(storage(length=-4, part=None) + b"."), "is too short"),
    "no storage": (old_file(GOOD), "does not have the storages"),
    "another storage": (old_file(GOOD, {"1": SIX["0"]}), "does not have the storages"),
    "twice": (old_file(GOOD, SIX, keys=["0", "0"]), "does not have the storages"),
    "no list": (old_file(GOOD, SIX, keys="0"), "does not have the storages"),
    "fewer numbers": (old_file(GOOD, {"0": SIX["0"][:5]}), "storage 0 is cut off"),
    "cut off": (old_file(GOOD, SIX)[:-1], "storage 0 is cut off"),
    "two types": (
        old_file(b"(" + storage(part=None) + storage("IntStorage", part=None) + b"t.", SIX),
        "of two types",
    ),
    "a new name": (old_file(storage() + b".", SIX), "Only persistent_load of storage"),
    "code": (old_file(call("os.system", value("echo")) + b"."), "os"),
}


@pytest.mark.parametrize(("data", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_refused(data, why):
    with pytest.raises((RuntimeError, pickle.UnpicklingError), match=why):
        load(data)


def test_names_are_not_looked_for_in_old_files():
    with pytest.raises(NotImplementedError, match=r"before 1\.6"):
        mt.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(old_file(GOOD, SIX)))


@settings(max_examples=300, deadline=None)
@given(st.integers(16, len(old_file(GOOD, SIX)) - 1), st.integers(0, 255), st.booleans())
def test_damaged_bytes(place, byte, cut):
    data = bytearray(old_file(GOOD, SIX))
    data[place] = byte
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of another pickle protocol
        try:
            x = load(bytes(data[:place] if cut else data))
        except (EOFError, RuntimeError, pickle.UnpicklingError):
            return
    assert not cut
    assert type(x) in (mt.Tensor, mt.nn.Parameter) or x is None or isinstance(x, tuple | list | int)
