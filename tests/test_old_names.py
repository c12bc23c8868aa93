"""Old names and switches: what they warn of, what they keep, and what needs a GPU."""

from __future__ import annotations

import importlib

import pytest

import minitorch as mt

without_gpu = pytest.mark.skipif(mt.cuda.is_available(), reason="there is a GPU")


@pytest.fixture(autouse=True)
def restored():
    yield
    mt.set_default_dtype(mt.float32)
    mt.set_default_device(None)
    mt.use_deterministic_algorithms(False)


def test_default_tensor_type():
    for kind, dtype in [
        (mt.DoubleTensor, mt.float64),
        ("torch.HalfTensor", mt.float16),
        ("torch.FloatTensor", mt.float32),
    ]:
        with pytest.warns(UserWarning, match="deprecated as of PyTorch 2.1"):
            mt.set_default_tensor_type(kind)
        assert mt.get_default_dtype() is dtype
        assert mt.zeros(1).dtype is mt.Tensor([1]).dtype is dtype


def test_a_tensor_takes_any_tensor_as_it_is():
    x = mt.tensor([1, 2])
    y = mt.Tensor(x)
    assert y.dtype is mt.int64
    assert y.data_ptr() == x.data_ptr()


@without_gpu
def test_types_on_a_gpu_that_is_not_there():
    message = "type torch.cuda.FloatTensor not available"
    with pytest.raises(TypeError, match=message):
        mt.cuda.FloatTensor([1])
    with pytest.raises(TypeError, match=message):
        mt.set_default_tensor_type("torch.cuda.FloatTensor")
    with pytest.raises(AssertionError):
        mt.ones(1).type("torch.cuda.LongTensor")


def test_volatile_warns():
    with pytest.warns(UserWarning, match="volatile was removed"):
        mt.autograd.Variable(mt.ones(1), volatile=True)
    with pytest.raises(ValueError, match="volatile and require_grad"):
        mt.autograd.Variable(mt.ones(1), True, volatile=True)


def test_a_lesson_from_before_0_4():
    x = mt.autograd.Variable(mt.FloatTensor([[1.0], [2.0]]))
    w = mt.autograd.Variable(mt.FloatTensor([1.0]), requires_grad=True)
    with pytest.warns(UserWarning, match="size_average and reduce"):
        loss = mt.nn.MSELoss(size_average=False)
    loss(x * w, mt.FloatTensor([[2.0], [4.0]])).backward()
    assert w.grad.data[0] == -10.0
    assert w.type() == "torch.FloatTensor"


def test_deterministic_algorithms():
    mt.use_deterministic_algorithms(True)
    assert mt.are_deterministic_algorithms_enabled()
    assert mt.get_deterministic_debug_mode() == 2
    mt.use_deterministic_algorithms(True, warn_only=True)
    assert mt.is_deterministic_algorithms_warn_only_enabled()
    for number, word in enumerate(["default", "warn", "error"]):
        mt.set_deterministic_debug_mode(word)
        assert mt.get_deterministic_debug_mode() == number
        mt.set_deterministic_debug_mode(number)
        assert mt.get_deterministic_debug_mode() == number


def test_switches_that_are_kept():
    before = mt.get_num_threads(), mt.get_num_interop_threads()
    mt.set_num_threads(3), mt.set_num_interop_threads(2)
    assert (mt.get_num_threads(), mt.get_num_interop_threads()) == (3, 2)
    mt.set_num_threads(before[0]), mt.set_num_interop_threads(before[1])
    mt.set_float32_matmul_precision("high")
    assert mt.get_float32_matmul_precision() == "high"
    with pytest.warns(UserWarning, match="a is not one of 'highest', 'high', or 'medium'"):
        mt.set_float32_matmul_precision("a")
    assert mt.get_float32_matmul_precision() == "high"
    mt.set_float32_matmul_precision("highest")
    mt.set_warn_always(True)
    assert mt.is_warn_always_enabled()
    mt.set_warn_always(False)
    assert mt.set_flush_denormal(True) is False


def test_cudnn():
    cudnn = importlib.import_module("minitorch.backends.cudnn")
    assert cudnn is mt.backends.cudnn
    cudnn.benchmark = True
    with cudnn.flags(enabled=False, deterministic=True):
        assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic) == (False, False, True)
    assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic) == (True, True, False)
    assert cudnn.set_flags(_benchmark=False) == (True, True, None, False, True)
    assert cudnn.benchmark is False
    with pytest.raises(KeyError), cudnn.flags():
        raise KeyError
    assert cudnn.enabled is True


def test_other_backends():
    assert mt.backends.mkl.is_available() in (True, False)
    assert not mt.backends.mkldnn.is_available()
    assert not mt.backends.openmp.is_available()
    assert mt.backends.cuda.is_built() >= mt.cuda.is_available()
    mt.backends.cuda.matmul.allow_tf32 = True
    mt.backends.cuda.matmul.allow_tf32 = False


@without_gpu
def test_no_accelerator():
    accelerator = mt.accelerator
    assert not accelerator.is_available()
    assert accelerator.device_count() == 0
    assert accelerator.current_accelerator() is None
    assert accelerator.current_accelerator(check_available=True) is None
    with accelerator.device_index(None):
        pass
    for call in (
        accelerator.current_device_index,
        lambda: accelerator.set_device_index(0),
        accelerator.synchronize,
        accelerator.empty_cache,
        accelerator.memory_allocated,
        accelerator.memory_reserved,
        accelerator.max_memory_allocated,
        accelerator.reset_peak_memory_stats,
        accelerator.get_memory_info,
        accelerator.current_stream,
        accelerator.device_index(0).__enter__,
    ):
        with pytest.raises(RuntimeError, match="Cannot access accelerator device when none"):
            call()
    for old, call in (
        ("current_device_index", accelerator.current_device_idx),
        ("set_device_index", lambda: accelerator.set_device_idx(0)),
    ):
        warned = pytest.warns(FutureWarning, match=f"Use `{old}` instead")
        with warned, pytest.raises(RuntimeError, match="none is available"):
            call()


@without_gpu
def test_cuda_without_a_gpu():
    mt.cuda.empty_cache()
    assert mt.cuda.memory_allocated() == mt.cuda.memory_reserved() == 0
    assert not mt.cuda.is_bf16_supported()


class TwoGpus:
    """What `minitorch.cuda` says of a machine with two GPUs, of which the first is current."""

    current = 0

    def __init__(self, monkeypatch):
        for name, answer in {
            "is_available": lambda: True,
            "device_count": lambda: 2,
            "current_device": lambda: self.current,
            "set_device": lambda device: setattr(self, "current", device),
            "synchronize": lambda device=None: None,
            "empty_cache": lambda: None,
            "memory_allocated": lambda device=None: 7,
            "memory_reserved": lambda device=None: 9,
            "max_memory_allocated": lambda device=None: 8,
            "reset_peak_memory_stats": lambda device=None: None,
            "mem_get_info": lambda device=None: (1, 10),
            "current_stream": lambda device=None: ("stream", device),
            "set_stream": lambda stream: setattr(self, "stream", stream),
        }.items():
            monkeypatch.setattr(mt.cuda, name, answer)


def test_with_an_accelerator(monkeypatch):
    gpus = TwoGpus(monkeypatch)
    accelerator = mt.accelerator
    assert accelerator.is_available()
    assert accelerator.current_accelerator() == mt.device("cuda")
    assert accelerator.device_count() == 2
    accelerator.set_device_index(1)
    assert accelerator.current_device_index() == 1
    with accelerator.device_index(0):
        assert accelerator.current_device_index() == 0
    assert accelerator.current_device_index() == 1
    accelerator.synchronize()
    accelerator.empty_cache()
    assert (accelerator.memory_allocated(), accelerator.memory_reserved()) == (7, 9)
    accelerator.reset_peak_memory_stats()
    assert (accelerator.max_memory_allocated(), accelerator.get_memory_info()) == (8, (1, 10))
    accelerator.set_stream(accelerator.current_stream(1))
    assert gpus.stream == ("stream", 1)


def test_a_number_before_the_tensors_is_warned_of():
    x = mt.ones(2)
    sentence = r"This overload of add_ is deprecated:\n\tadd_\(Number alpha, Tensor other\)\nCons"
    with pytest.warns(UserWarning, match=sentence):
        x.add_(2, mt.ones(2))
    assert x.tolist() == [3, 3]
