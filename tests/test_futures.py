"""What no program prints: a value that is not there yet, and GPUs of other machines."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import minitorch as mt
from minitorch import backend


def test_a_value_that_is_not_there_yet():
    with pytest.raises(RuntimeError, match="The Future is not completed: it has no value yet"):
        mt.futures.Future().value()


def test_the_error_of_a_callback_has_its_cause():
    future = mt.futures.Future()
    failed = future.then(lambda done: done.value() / 0)
    future.set_result(1)
    with pytest.raises(RuntimeError, match="ZeroDivisionError: division by zero") as error:
        failed.wait()
    assert isinstance(error.value.__cause__, ZeroDivisionError)


def test_devices(monkeypatch):
    monkeypatch.setattr(backend, "has_gpu", lambda: False)
    with pytest.raises(RuntimeError, match="not linked with support for cuda devices"):
        mt.futures.Future(devices=["cuda:0"])
    monkeypatch.setattr(backend, "has_gpu", lambda: True)
    assert not mt.futures.Future(devices=["cuda:0", mt.device("cuda", 1)]).done()


@pytest.mark.parametrize(("number", "version"), [(21805, (2, 18, 5)), (2708, (2, 7, 8))])
def test_the_version_of_nccl(monkeypatch, number, version):
    nccl = SimpleNamespace(get_version=lambda: number)
    monkeypatch.setattr(backend, "cupy", lambda: None)
    monkeypatch.setitem(sys.modules, "cupy_backends.cuda.libs.nccl", nccl)
    assert mt.cuda.nccl.version() == version
    monkeypatch.setitem(sys.modules, "cupy_backends.cuda.libs.nccl", None)
    with pytest.raises(RuntimeError, match="CuPy has no NCCL here"):
        mt.cuda.nccl.version()


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")
def test_no_nccl_without_a_gpu():
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        mt.cuda.nccl.version()
