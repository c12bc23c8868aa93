"""The default dtype and the default device, which a program may change."""

from __future__ import annotations

import threading

import pytest

import minitorch as mt


@pytest.fixture(autouse=True)
def restored():
    yield
    mt.set_default_dtype(mt.float32)
    mt.set_default_device(None)


@pytest.mark.parametrize(
    ("dtype", "complex_dtype"),
    [(mt.float16, mt.complex64), (mt.float32, mt.complex64), (mt.float64, mt.complex128)],
)
def test_default_dtype(dtype, complex_dtype):
    mt.set_default_dtype(dtype)
    assert mt.get_default_dtype() is dtype
    for made in (
        mt.tensor(1.5),
        mt.tensor([]),
        mt.Tensor([1, 2]),
        mt.zeros(2),
        mt.full((2,), 1.5),
        mt.arange(0, 1, 0.5),
        mt.linspace(0, 1, 3),
        mt.tensor([1]) / 2,
        mt.tensor([1]) + 1.5,
        mt.tensor([4]).sqrt(),
    ):
        assert made.dtype is dtype
    assert mt.tensor(1j).dtype is complex_dtype
    assert mt.tensor([1]).dtype is mt.int64
    assert mt.tensor([True]).dtype is mt.bool


def test_default_dtype_in_repr():
    mt.set_default_dtype(mt.float64)
    assert repr(mt.tensor([1.0])) == "tensor([1.])"
    assert repr(mt.zeros(1, dtype=mt.float32)) == "tensor([0.], dtype=torch.float32)"


def test_default_device():
    with mt.device("cpu") as cpu:
        assert mt.get_default_device() == cpu == mt.zeros(1).device
    mt.set_default_device("cpu")
    mt.set_default_device(mt.device("cpu"))
    assert mt.get_default_device() == mt.device("cpu")


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")
def test_default_device_that_is_not_there():
    mt.set_default_device("cuda")
    with pytest.raises(AssertionError, match=r"CuPy|CUDA|compiled"):
        mt.zeros(1)
    mt.set_default_device(None)
    with mt.device("cuda"), pytest.raises(AssertionError):
        mt.zeros(1)
    assert mt.zeros(1).device == mt.device("cpu")


def test_the_default_dtype_is_that_of_all_threads():
    mt.set_default_dtype(mt.float64)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(mt.zeros(1).dtype))
    thread.start()
    thread.join()
    assert seen == [mt.float64]


@pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")
def test_a_device_of_a_number_is_a_gpu():
    for number in (0, 3):
        with pytest.raises(RuntimeError, match="Cannot access accelerator device when none is"):
            mt.zeros(1, device=number)
    with pytest.raises(RuntimeError, match="Device index must not be negative"):
        mt.device(-1)
