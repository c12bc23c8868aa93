"""The text of a tensor. PyTorch 2.13 on a CPU printed every expected text but ``device=``."""

from __future__ import annotations

import time
from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pytest

from minitorch import backend, dtypes
from minitorch.printing import get_printoptions, printoptions, set_printoptions, tensor_repr


def f32(values):
    return np.array(values, dtype=np.float32)


def f64(values):
    return np.array(values, dtype=np.float64)


def arange(*shape):
    return np.arange(np.prod(shape)).reshape(shape)


CASES = [
    # Whole and fractional.
    (f32([1, 2, -3]), {}, "tensor([ 1.,  2., -3.])"),
    (f32([[1, 2.5], [-3, 0.125]]), {}, "tensor([[ 1.0000,  2.5000],\n        [-3.0000,  0.1250]])"),
    (f32([0, -0.0]), {}, "tensor([0., -0.])"),
    (f32([0, -0.0, 1.5]), {}, "tensor([0.0000, -0.0000, 1.5000])"),
    (f32([1, 1000]), {}, "tensor([   1., 1000.])"),
    (f32([1.5, 1001]), {}, "tensor([   1.5000, 1001.0000])"),
    (f32([1e8]), {}, "tensor([100000000.])"),
    (f64([1e-4]), {}, "tensor([0.0001], dtype=torch.float64)"),
    (f32([1, 2.25]).astype(np.float16), {}, "tensor([1.0000, 2.2500], dtype=torch.float16)"),
    (f32(2.5), {}, "tensor(2.5000)"),
    (f32(7), {}, "tensor(7.)"),
    (
        f32([16777216, 0.5, 99999]),
        {"sci_mode": False},
        "tensor([16777216.0000,        0.5000,    99999.0000])",
    ),
    # Scientific form, and where it starts.
    (f32([1, 1001]), {}, "tensor([1.0000e+00, 1.0010e+03])"),
    (f32([1.5, 1501]), {}, "tensor([1.5000e+00, 1.5010e+03])"),
    (f32([1e8 + 8]), {}, "tensor([1.0000e+08])"),
    (f32([1e-4]), {}, "tensor([1.0000e-04])"),
    (f32([-1e-5, 0, 3]), {}, "tensor([-1.0000e-05,  0.0000e+00,  3.0000e+00])"),
    (f32([1e-4]), {"sci_mode": False}, "tensor([0.0001])"),
    (f32([1, 2]), {"sci_mode": True}, "tensor([1.0000e+00, 2.0000e+00])"),
    (f32([0, nan]), {"sci_mode": True}, "tensor([0., nan])"),
    (f64([5e-324, 1.7e308]), {}, "tensor([4.9407e-324, 1.7000e+308], dtype=torch.float64)"),
    (f64([1e20]), {"sci_mode": False}, "tensor([100000000000000000000.], dtype=torch.float64)"),
    # Not finite.
    (f32([1, nan]), {}, "tensor([1., nan])"),
    (f32([nan, inf, -inf]), {}, "tensor([nan, inf, -inf])"),
    (f32([1.5, nan, inf, -inf]), {}, "tensor([1.5000,    nan,    inf,   -inf])"),
    (f32([10, nan, -inf]), {}, "tensor([10., nan, -inf])"),
    (f32([1e9, inf, 1]), {}, "tensor([1.0000e+09,        inf, 1.0000e+00])"),
    (f32(-inf), {}, "tensor(-inf)"),
    # Integers and bools.
    (np.array([1, -1000]), {}, "tensor([    1, -1000])"),
    (np.array(3), {}, "tensor(3)"),
    (np.array([2**63 - 1, -(2**63)]), {}, "tensor([ 9223372036854775807, -9223372036854775808])"),
    (np.array([0, 255], dtype=np.uint8), {}, "tensor([  0, 255], dtype=torch.uint8)"),
    (
        np.array([[-1], [10]], dtype=np.int32),
        {},
        "tensor([[-1],\n        [10]], dtype=torch.int32)",
    ),
    (np.array([True, False]), {}, "tensor([ True, False])"),
    (np.array(False), {}, "tensor(False)"),
    # Complex: real and imaginary parts each choose a form.
    (np.array(1 + 2j), {}, "tensor(1.+2.j, dtype=torch.complex128)"),
    (
        np.array([1.5 - 2j, complex(nan, 0)], dtype=np.complex64),
        {},
        "tensor([1.5000-2.j,    nan+0.j])",
    ),
    (
        np.array([1e9 - 2j, 1e-9 + 30j], dtype=np.complex64),
        {},
        "tensor([1.0000e+09-2.j, 1.0000e-09+30.j])",
    ),
    (
        np.array([complex(-0.0, -0.0), complex(inf, -inf), complex(nan, nan)], dtype=np.complex64),
        {},
        "tensor([-0.-0.j, inf-infj, nan+nanj])",
    ),
    (
        np.array([10 + 1.25j, 1 - 100j], dtype=np.complex64),
        {},
        "tensor([10.+1.2500j,  1.-100.0000j])",
    ),
    (
        (np.arange(12) * (1 + 0.5j)).astype(np.complex64),
        {},
        "tensor([ 0.+0.0000j,  1.+0.5000j,  2.+1.0000j,  3.+1.5000j,  4.+2.0000j,  5.+2.5000j,\n"
        "         6.+3.0000j,  7.+3.5000j,  8.+4.0000j,  9.+4.5000j, 10.+5.0000j, 11.+5.5000j])",
    ),
    # Empty.
    (f32([]), {}, "tensor([])"),
    (np.zeros((0, 3), dtype=np.float32), {}, "tensor([], size=(0, 3))"),
    (np.zeros((2, 0), dtype=np.int64), {}, "tensor([], size=(2, 0), dtype=torch.int64)"),
    (np.zeros(0, dtype=bool), {}, "tensor([], dtype=torch.bool)"),
    (np.zeros(0, dtype=np.complex64), {}, "tensor([], dtype=torch.complex64)"),
    # Nested.
    (arange(1, 1, 1), {}, "tensor([[[0]]])"),
    (
        arange(2, 2, 2),
        {},
        "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]])",
    ),
    (
        arange(2, 2, 1, 2),
        {},
        "tensor([[[[0, 1]],\n\n         [[2, 3]]],\n\n\n        [[[4, 5]],\n\n         [[6, 7]]]])",
    ),
    # Lines that are too long.
    (
        (np.arange(4) * (1 + 0.5j)).astype(np.complex64),
        {"linewidth": 39},
        "tensor([0.+0.0000j, 1.+0.5000j,\n        2.+1.0000j, 3.+1.5000j])",
    ),
    (
        (np.arange(4) * (1 + 0.5j)).astype(np.complex64),
        {"linewidth": 40},
        "tensor([0.+0.0000j, 1.+0.5000j, 2.+1.0000j,\n        3.+1.5000j])",
    ),
    (
        arange(22),
        {},
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
        "        18, 19, 20, 21])",
    ),
    (
        f32(arange(2, 10)) / 4,
        {},
        "tensor([[0.0000, 0.2500, 0.5000, 0.7500, 1.0000, 1.2500, 1.5000, 1.7500, 2.0000,\n"
        "         2.2500],\n"
        "        [2.5000, 2.7500, 3.0000, 3.2500, 3.5000, 3.7500, 4.0000, 4.2500, 4.5000,\n"
        "         4.7500]])",
    ),
    (arange(5), {"linewidth": 20}, "tensor([0, 1, 2, 3,\n        4])"),
    (arange(3), {"linewidth": 0}, "tensor([0,\n        1,\n        2])"),
    # Shortened.
    (np.array(7), {"edgeitems": 0, "threshold": 0}, "tensor(7, size=())"),
    (arange(1001), {}, "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
    (
        f32(arange(2, 501)) / 2,
        {},
        "tensor([[0.0000e+00, 5.0000e-01, 1.0000e+00,  ..., 2.4900e+02, 2.4950e+02,\n"
        "         2.5000e+02],\n"
        "        [2.5050e+02, 2.5100e+02, 2.5150e+02,  ..., 4.9950e+02, 5.0000e+02,\n"
        "         5.0050e+02]])",
    ),
    (
        arange(3, 400),
        {},
        "tensor([[   0,    1,    2,  ...,  397,  398,  399],\n"
        "        [ 400,  401,  402,  ...,  797,  798,  799],\n"
        "        [ 800,  801,  802,  ..., 1197, 1198, 1199]])",
    ),
    (
        arange(400, 3),
        {},
        "tensor([[   0,    1,    2],\n"
        "        [   3,    4,    5],\n"
        "        [   6,    7,    8],\n"
        "        ...,\n"
        "        [1191, 1192, 1193],\n"
        "        [1194, 1195, 1196],\n"
        "        [1197, 1198, 1199]])",
    ),
    (
        arange(3, 3, 3),
        {"threshold": 5, "edgeitems": 1},
        "tensor([[[ 0,  ...,  2],\n"
        "         ...,\n"
        "         [ 6,  ...,  8]],\n"
        "\n"
        "        ...,\n"
        "\n"
        "        [[18,  ..., 20],\n"
        "         ...,\n"
        "         [24,  ..., 26]]])",
    ),
    (
        arange(2, 3, 3),
        {"threshold": 5, "edgeitems": 1},
        "tensor([[[ 0,  ...,  2],\n"
        "         ...,\n"
        "         [ 6,  ...,  8]],\n"
        "\n"
        "        [[ 9,  ..., 11],\n"
        "         ...,\n"
        "         [15,  ..., 17]]])",
    ),
    (f32(arange(9)) / 4, {"threshold": 5, "edgeitems": 1}, "tensor([0.,  ..., 2.])"),
    (arange(9), {"threshold": 5, "edgeitems": 0}, "tensor([...], size=(9,))"),
    (arange(2, 2), {"edgeitems": 0}, "tensor([[0, 1],\n        [2, 3]], size=(2, 2))"),
    (arange(9), {"threshold": 5, "profile": "full"}, "tensor([0, 1, 2,  ..., 6, 7, 8])"),
    (
        f32(arange(9)) / 4,
        {"profile": "short", "threshold": 5},
        "tensor([0.00, 0.25,  ..., 1.75, 2.00])",
    ),
    # Precision.
    (f32([1 / 3, 2.5]), {"precision": 2}, "tensor([0.33, 2.50])"),
    (f32([1 / 3, 2.5]), {"precision": 0}, "tensor([0, 2])"),
    (f32([1, 2]), {"precision": 0}, "tensor([1., 2.])"),
    (
        f64([1 / 3, 1e9]),
        {"precision": 10},
        "tensor([3.3333333333e-01, 1.0000000000e+09], dtype=torch.float64)",
    ),
]


@pytest.mark.parametrize(("array", "options", "expected"), CASES)
def test_text(array, options, expected):
    with printoptions(**options):
        assert tensor_repr(array) == expected


def test_only_more_elements_than_the_threshold_are_shortened():
    assert "..." not in tensor_repr(arange(10, 100))
    assert "..." in tensor_repr(arange(1001))


@pytest.mark.parametrize(
    ("array", "properties", "expected"),
    [
        (f32([1]), {"requires_grad": True}, "tensor([1.], requires_grad=True)"),
        (
            f32([1]),
            {"requires_grad": True, "grad_fn": "AddBackward0"},
            "tensor([1.], grad_fn=<AddBackward0>)",
        ),
        (
            np.zeros((0, 3)),
            {"requires_grad": True},
            "tensor([], size=(0, 3), dtype=torch.float64, requires_grad=True)",
        ),
        (
            f64(np.full(9, 2.5)),
            {"grad_fn": "MulBackward0"},
            "tensor([2.5000, 2.5000, 2.5000, 2.5000, 2.5000, 2.5000, 2.5000, 2.5000, 2.5000],\n"
            "       dtype=torch.float64, grad_fn=<MulBackward0>)",
        ),
        (f32([[1, 2], [3, 4]]), {"class_name": "My"}, "My([[1., 2.],\n    [3., 4.]])"),
    ],
)
def test_suffixes(array, properties, expected):
    assert tensor_repr(array, **properties) == expected


def test_suffix_moves_to_a_new_line_two_columns_early():
    with printoptions(linewidth=33):
        assert tensor_repr(f32([1]), requires_grad=True) == "tensor([1.], requires_grad=True)"
    with printoptions(linewidth=32):
        assert tensor_repr(f32([1]), requires_grad=True) == (
            "tensor([1.],\n       requires_grad=True)"
        )


def test_suffixes_share_a_new_line_that_has_room():
    array = f64([1, 1, 1, 1, 1])
    with printoptions(linewidth=46):
        assert tensor_repr(array, requires_grad=True) == (
            "tensor([1., 1., 1., 1., 1.],\n       dtype=torch.float64, requires_grad=True)"
        )
    with printoptions(linewidth=45):
        assert tensor_repr(array, requires_grad=True) == (
            "tensor([1., 1., 1., 1., 1.],\n       dtype=torch.float64,\n       requires_grad=True)"
        )


def test_suffixes_each_on_a_line_of_its_own():
    with printoptions(linewidth=20):
        assert tensor_repr(f64([1]), requires_grad=True) == (
            "tensor([1.],\n       dtype=torch.float64,\n       requires_grad=True)"
        )


def test_dtypes_that_follow_the_default_are_left_out():
    dtypes.set_default_dtype(dtypes.float64)
    try:
        assert tensor_repr(f64([1])) == "tensor([1.])"
        assert tensor_repr(f32([1])) == "tensor([1.], dtype=torch.float32)"
        assert tensor_repr(np.array([1j])) == "tensor([0.+1.j])"
        complex64 = np.array([1j], dtype=np.complex64)
        assert tensor_repr(complex64) == "tensor([0.+1.j], dtype=torch.complex64)"
        assert tensor_repr(np.zeros(0, dtype=complex)) == "tensor([], dtype=torch.complex128)"
    finally:
        dtypes.set_default_dtype(dtypes.float32)


def test_a_million_million_elements_only_the_corners_are_read():
    huge = np.broadcast_to(f32(1.5), (10**6, 10**6))
    start = time.perf_counter()
    text = tensor_repr(huge)
    assert time.perf_counter() - start < 1
    row = "[1.5000, 1.5000, 1.5000,  ..., 1.5000, 1.5000, 1.5000]"
    rows = [row, row, row, "...", row, row, row]
    assert text == "tensor([" + ",\n        ".join(rows) + "])"


class OnGpu:
    """Stands for a CuPy array: NumPy may not read it, and ``moved`` counts what leaves the GPU."""

    moved = 0

    def __init__(self, array):
        self.array = array
        self.shape, self.ndim, self.size, self.dtype = (
            array.shape,
            array.ndim,
            array.size,
            array.dtype,
        )
        self.flags, self.strides = array.flags, array.strides
        self.device = SimpleNamespace(id=0)

    def __getitem__(self, index):
        return OnGpu(self.array[index])

    def transpose(self, *dims):
        return OnGpu(self.array.transpose(*dims))

    def __array__(self, *args, **kwargs):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")


@pytest.fixture
def gpu(monkeypatch):
    def asnumpy(array):
        OnGpu.moved += array.size
        return array.array

    monkeypatch.setattr(OnGpu, "moved", 0)
    monkeypatch.setattr(backend, "cupy", lambda: SimpleNamespace(asnumpy=asnumpy))


@pytest.mark.usefixtures("gpu")
def test_a_tensor_on_a_gpu_names_its_device_and_moves_only_its_corners():
    assert tensor_repr(OnGpu(f32(1))) == "tensor(1., device='cuda:0')"
    assert tensor_repr(OnGpu(np.zeros((0, 3)))) == (
        "tensor([], device='cuda:0', size=(0, 3), dtype=torch.float64)"
    )
    OnGpu.moved = 0
    on_cpu = tensor_repr(arange(400, 400))
    assert tensor_repr(OnGpu(arange(400, 400))) == on_cpu[:-1] + ",\n       device='cuda:0')"
    assert OnGpu.moved == 36


DEFAULTS = {
    "precision": 4,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 80,
    "sci_mode": None,
}


@pytest.fixture
def default_options():
    with printoptions(profile="default"):
        yield


@pytest.mark.usefixtures("default_options")
def test_set_printoptions():
    assert get_printoptions() == DEFAULTS
    set_printoptions(precision=2, sci_mode=True)
    assert get_printoptions() == {**DEFAULTS, "precision": 2, "sci_mode": True}
    set_printoptions(linewidth=100)
    assert get_printoptions() == {**DEFAULTS, "precision": 2, "linewidth": 100}
    set_printoptions(profile="full")
    assert get_printoptions() == {**DEFAULTS, "threshold": inf}
    set_printoptions(profile="short", precision=7)
    assert get_printoptions() == {**DEFAULTS, "precision": 7, "edgeitems": 2}
    set_printoptions(profile="no such profile")
    assert get_printoptions() == {**DEFAULTS, "precision": 7, "edgeitems": 2}


@pytest.mark.usefixtures("default_options")
def test_printoptions_come_back_after_an_error():
    with pytest.raises(ZeroDivisionError), printoptions(precision=1):
        assert get_printoptions()["precision"] == 1
        raise ZeroDivisionError
    assert get_printoptions() == DEFAULTS


def test_precision_that_is_no_number_of_digits():
    with printoptions(precision=-1), pytest.raises(ValueError, match="Format specifier missing"):
        tensor_repr(f32([0.5]))
