"""Making tensors beside PyTorch's: values, dtypes, shapes, and what is refused."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import same, same_error

RIGHT = """
torch.tensor(3)
torch.tensor(3.5)
torch.tensor(True)
torch.tensor(1j)
torch.tensor([1, 2, 3])
torch.tensor([1, 2.5])
torch.tensor([True, 2])
torch.tensor([1, 2.5, 1j])
torch.tensor([])
torch.tensor([[], []])
torch.tensor([[1, 2], [3, 4]], dtype=torch.float64)
torch.tensor((1, 2))
torch.tensor(range(3))
torch.tensor([1.7], dtype=torch.int64)
torch.tensor([np.float32(1), 2.0])
torch.tensor([np.float64(1)])
torch.tensor(np.float32(1))
torch.tensor(np.float64(1))
torch.tensor([np.ones(2), np.ones(2)])
torch.tensor([np.int32(3)])
torch.tensor(np.arange(4, dtype=np.int16))
torch.tensor(np.ones((2, 2))[::-1].copy())
torch.tensor([torch.tensor(1.0), torch.tensor(2.0)])
torch.tensor([[torch.tensor(1), torch.tensor(2)]])
torch.tensor([1.0, 2.0], requires_grad=True).requires_grad
torch.Tensor([1, 2])
torch.Tensor((2, 3))
torch.Tensor(np.array([1, 2]))
torch.Tensor(torch.tensor([1, 2]))
torch.Tensor().shape
torch.Tensor(2, 3).shape
torch.Tensor(torch.Size([2, 3])).shape
torch.as_tensor([1, 2])
torch.as_tensor(np.ones(2))
torch.as_tensor(torch.ones(2), dtype=torch.float64)
torch.asarray([1, 2], dtype=torch.float32)
torch.from_numpy(np.arange(3))
torch.zeros(2, 3)
torch.zeros((2, 3), dtype=torch.int32)
torch.zeros([2, 0])
torch.zeros(())
torch.zeros(2, dtype=float)
torch.zeros(2, device="cpu")
torch.ones(2, 3)
torch.ones(2, dtype=torch.bool)
torch.empty(2, 3).shape
torch.full((2,), 3)
torch.full((2,), True)
torch.full((2,), 1.5)
torch.full([2, 2], 1, dtype=torch.float16)
torch.zeros_like(torch.ones(2, 3, dtype=torch.int8))
torch.ones_like(torch.ones(2), dtype=torch.int64)
torch.full_like(torch.ones(2), 5)
torch.empty_like(torch.ones(2, 3)).shape
torch.ones(2, dtype=torch.float64).new_zeros(3)
torch.ones(2, dtype=torch.float64).new_ones(3, 2)
torch.ones(2, dtype=torch.float64).new_ones((3, 2), dtype=torch.int32)
torch.ones(2, dtype=torch.float64).new_full((3,), 7)
torch.ones(2, dtype=torch.float64).new_tensor([1, 2])
torch.ones(2).new_empty(3).shape
torch.arange(5)
torch.arange(3.0)
torch.arange(1, 10, 3)
torch.arange(10, 1, -3)
torch.arange(0, 1, 0.3)
torch.arange(0, 1, 0.1)
torch.arange(-1, 1, 0.25, dtype=torch.float64)
torch.arange(5, dtype=torch.float32)
torch.arange(0)
torch.arange(torch.tensor(4))
torch.linspace(0, 1, 5)
torch.linspace(-3, 3, 200)
torch.linspace(1, 0, 7, dtype=torch.float64)
torch.linspace(0, 10, 5, dtype=torch.int64)
torch.linspace(0, 1, 1)
torch.linspace(0, 1, 0)
torch.logspace(0, 2, 3)
torch.logspace(0, 4, 5, base=2)
torch.eye(3)
torch.eye(2, 3)
torch.eye(2, dtype=torch.int64)
torch.is_tensor(torch.ones(1))
torch.is_tensor(1)
torch.is_floating_point(torch.ones(1))
torch.is_complex(torch.ones(1))
torch.is_nonzero(torch.ones(1))
torch.numel(torch.ones(2, 3))
str(torch.result_type(torch.tensor([1, 2]), 1.0))
str(torch.result_type(1, 2.0))
str(torch.promote_types(torch.uint8, torch.int8))
torch.can_cast(torch.float32, torch.int64)
repr(torch.finfo(torch.float32))
repr(torch.finfo(torch.float16))
repr(torch.finfo(torch.float64))
repr(torch.iinfo(torch.uint8))
torch.finfo(torch.complex64).dtype
torch.finfo().bits
(torch.pi, torch.e, torch.inf, torch.newaxis)
str(torch.device("cuda:1"))
repr(torch.device("cpu"))
torch.device("cuda", 0) == torch.device("cuda:0")
repr(torch.Size([2, 3]) + (4,))
torch.Size([2, 3]).numel()
""".strip().splitlines()


@pytest.mark.parametrize("text", RIGHT)
def test_same(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch is slow with lists of arrays, and says so
        same(lambda lib: eval(text, {"torch": lib, "np": np}))


WRONG = """
torch.tensor([[1, 2], [3]])
torch.tensor([[1, 2], 3])
torch.tensor([1, [3]])
torch.tensor("ab")
torch.tensor(["a"])
torch.tensor(None)
torch.tensor([None])
torch.tensor({1: 2})
torch.tensor([torch.ones(2), torch.ones(2)])
torch.tensor([2**63])
torch.tensor([300], dtype=torch.uint8)
torch.tensor([1], requires_grad=True)
torch.Tensor(3.5)
torch.Tensor(-1)
torch.zeros(-1)
torch.zeros(2.5)
torch.zeros()
torch.zeros(2, dtype="float")
torch.zeros(2, dtype=np.float32)
torch.zeros(2, dtype=torch.int64, requires_grad=True)
torch.zeros(2, device="cuda")
torch.full(2, 3)
torch.arange(5, 0)
torch.arange(0, 5, 0)
torch.arange(0, 5, -1)
torch.linspace(0, 1, -1)
torch.eye(-1)
torch.from_numpy([1])
torch.from_numpy(np.ones(3)[::-1])
torch.numel(3)
torch.is_complex(2)
torch.finfo(torch.int32)
torch.iinfo(torch.float32)
torch.iinfo(torch.bool)
torch.device("cpu:a")
torch.device("")
torch.set_default_dtype(torch.int64)
torch.ones(2).cuda()
""".strip().splitlines()


@pytest.mark.parametrize("text", WRONG)
def test_refused(text):
    same_error(lambda lib: eval(text, {"torch": lib, "np": np}))


def test_tensor_from_tensor_warns_and_copies():
    x = mt.ones(2)
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        y = mt.tensor(x)
    y[0] = 5
    assert x.tolist() == [1, 1]


def test_from_numpy_and_numpy_share_memory():
    array = np.zeros(3)
    x = mt.from_numpy(array)
    x[0] = 1
    array[1] = 2
    assert x.tolist() == array.tolist() == [1, 2, 0]
    x.numpy()[2] = 3
    assert array[2] == 3


def test_default_dtype():
    try:
        for lib in (mt, torch):
            lib.set_default_dtype(lib.float64)
        same(lambda lib: [lib.tensor(1.5), lib.zeros(2), lib.arange(2.0), lib.tensor([1]) / 2])
    finally:
        for lib in (mt, torch):
            lib.set_default_dtype(lib.float32)


def test_default_device_is_a_context_too():
    with mt.device("cpu"):
        assert mt.zeros(2).device == mt.device("cpu")
    with (
        pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"),
        mt.device("cuda"),
    ):
        mt.zeros(2)
    assert mt.zeros(1).device.type == "cpu"


DTYPES = "uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128 bool".split()


@pytest.mark.parametrize("first", DTYPES)
@pytest.mark.parametrize("second", DTYPES)
def test_promotion_of_every_pair(first, second):
    def run(lib):
        a, b = getattr(lib, first), getattr(lib, second)
        x, y = lib.ones(2, dtype=a), lib.ones(2, dtype=b)
        zero = lib.ones((), dtype=b)
        return [
            str(lib.promote_types(a, b)),
            str(lib.result_type(x, y)),
            str(lib.result_type(x, zero))
            if (first, second[:7]) != ("float16", "complex")
            else None,
            str(lib.result_type(x, 1)),
            str(lib.result_type(x, 1.0)),
            # a float16 tensor and a complex number: there is no complex32 here
            str(lib.result_type(x, 1j)) if first != "float16" else None,
            lib.can_cast(a, b),
        ]

    same(run)


def test_linspace_to_the_last_bit():
    rng = np.random.default_rng(0)
    for steps in range(2, 300):
        start, end = (float(number) for number in rng.normal(size=2) * 10)
        ours, theirs = (lib.linspace(start, end, steps).numpy() for lib in (mt, torch))
        assert np.array_equal(ours, theirs), (start, end, steps)
