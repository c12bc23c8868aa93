"""What stands for ``safetensors.torch``, beside the library's module for NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt

pytest.importorskip("safetensors")

from safetensors import safe_open
from safetensors.numpy import load_file as load_arrays, save_file as save_arrays

from minitorch.serialization.safetensors_files import load, load_file, save, save_file

TENSORS = {"a": mt.arange(6.0).view(2, 3), "b": mt.tensor([True, False]), "c": mt.tensor(3)}


def test_files(tmp_path):
    path = tmp_path / "x.safetensors"
    save_file(TENSORS, path, {"made by": "a test"})
    for name, array in load_arrays(path).items():
        assert np.array_equal(array, TENSORS[name].numpy())
    with safe_open(path, "np") as file:
        assert file.metadata() == {"made by": "a test"}
    for back in (load_file(path, device="cpu"), mt.load(path), load(path.read_bytes())):
        assert {name: x.dtype for name, x in back.items()} == {
            name: x.dtype for name, x in TENSORS.items()
        }
        assert all(mt.equal(x, TENSORS[name]) for name, x in back.items())
    save_arrays({"x": np.ones(2, np.float32)}, path)
    assert load_file(str(path))["x"].tolist() == [1, 1]


def test_bytes_and_parameters():
    net = mt.nn.Linear(2, 3)
    back = load(save(dict(net.named_parameters())))
    assert mt.equal(back["weight"], net.weight)


def test_what_is_not_contiguous_is_refused():
    with pytest.raises(ValueError, match="non contiguous tensor: `x` which is not allowed"):
        save({"x": mt.ones(2, 3).t()})
