"""`mt.cuda`, several GPUs, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch as mt
from minitorch import backend, nn

two_gpus = pytest.mark.skipif(mt.cuda.device_count() < 2, reason="there is one GPU")


def pool_of_the_standin():
    cuda = pytest.importorskip("cupy").cuda
    return getattr(cuda, "POOL", None) or pytest.skip("only the stand-in's pool can be told")


def test_facts():
    assert mt.cuda.is_available() and mt.accelerator.is_available()
    assert mt.cuda.device_count() >= 1 and mt.cuda.current_device() == 0
    assert isinstance(mt.cuda.get_device_name(), str)
    assert all(isinstance(n, int) for n in mt.cuda.get_device_capability("cuda:0"))
    properties = mt.cuda.get_device_properties(0)
    assert properties.name == mt.cuda.get_device_name(0)
    assert (properties.major, properties.minor) == mt.cuda.get_device_capability(0)
    assert properties.multi_processor_count > 0
    free, total = mt.cuda.mem_get_info()
    assert 0 < free <= properties.total_memory
    assert 0 < free <= total
    assert mt.cuda.memory_allocated() <= mt.cuda.memory_reserved()
    mt.cuda.synchronize()
    mt.cuda.synchronize(0)
    mt.cuda.empty_cache()


def test_peak():
    pool = pool_of_the_standin()
    assert mt.cuda.max_memory_allocated() == mt.cuda.memory_reserved()  # nobody counted
    for _ in range(2):
        mt.cuda.reset_peak_memory_stats()
        before = mt.cuda.memory_allocated()
        assert mt.cuda.max_memory_allocated() == before
        for size in (100, 50, -100, 20, -70):
            pool.take(size)
        assert mt.cuda.max_memory_allocated() == before + 150
        assert mt.cuda.memory_allocated() == before


def test_figures():
    pool = pool_of_the_standin()
    mt.cuda.reset_peak_memory_stats()
    pool.take(4096)
    pool.take(-4096)
    figures = mt.cuda.memory_stats(0)
    assert figures["allocated_bytes.all.current"] == mt.cuda.memory_allocated()
    assert figures["allocated_bytes.all.peak"] == mt.cuda.memory_allocated() + 4096
    assert figures["reserved_bytes.all.current"] == mt.cuda.memory_reserved()
    assert figures["reserved_bytes.all.peak"] == mt.cuda.max_memory_reserved()
    assert mt.cuda.max_memory_reserved() == mt.cuda.memory_reserved() + 4096
    lines = mt.cuda.memory_summary().splitlines()
    assert lines[0].startswith("Memory of GPU 0") and lines[2].split()[-2:] == ["4.50", "KiB"]


def test_a_part_of_the_memory():
    pool = pool_of_the_standin()
    mt.cuda.set_per_process_memory_fraction(0.25)
    assert pool.fraction == 0.25
    with pytest.raises(TypeError, match="must be `float`"):
        mt.cuda.set_per_process_memory_fraction(1)
    with pytest.raises(ValueError, match="Invalid fraction value: "):
        mt.cuda.set_per_process_memory_fraction(1.5)


@two_gpus
def test_current_device():
    with mt.cuda.device(1):
        assert mt.cuda.current_device() == 1
        assert mt.zeros(1, device="cuda").device == mt.device("cuda:1")
        with mt.cuda.device(None), mt.cuda.device_of(mt.zeros(1)):
            assert mt.cuda.current_device() == 1
        with mt.cuda.device_of(mt.zeros(1, device="cuda:0")):
            assert mt.cuda.current_device() == 0
    mt.cuda.set_device("cuda:1")
    mt.cuda.set_device(-1)
    assert mt.cuda.current_device() == 1
    mt.cuda.set_device(0)
    assert mt.zeros(1).cuda().device == mt.device("cuda:0")


MAKERS = {
    "rand": lambda device: mt.rand(3, device=device),
    "randint": lambda device: mt.randint(5, (3,), device=device),
    "randperm": lambda device: mt.randperm(4, device=device),
    "rand_like": lambda device: mt.rand_like(mt.zeros(2, device=device)),
    "normal_": lambda device: mt.zeros(2, device=device).normal_(),
    "full": lambda device: mt.full((2,), 3.0, device=device),
    "linspace": lambda device: mt.linspace(0, 1, 4, device=device),
    "tensor": lambda device: mt.tensor([1, 2], device=device),
    "a layer": lambda device: nn.Linear(2, 3, device=device).weight,
    "moved": lambda device: mt.zeros(2, device="cuda:0").to(device),
}


@two_gpus
@pytest.mark.parametrize("name", MAKERS)
def test_new_tensors_on_the_second_gpu(name):
    assert MAKERS[name]("cuda:1").device == mt.device("cuda:1")
    assert mt.cuda.current_device() == 0


@two_gpus
def test_the_second_gpu():
    x = mt.arange(6.0, device="cuda:1").view(2, 3).requires_grad_()
    layer = nn.Linear(3, 2).to("cuda:1")
    with mt.cuda.device(1):
        out = layer(x).relu() + x[:, :2] * 2
        (out.sum() + (x * x).sum()).backward()
        optimizer = mt.optim.Adam(layer.parameters())
        optimizer.step()
    for tensor in (out, x.grad, layer.weight.grad, optimizer.state[layer.weight]["exp_avg"]):
        assert tensor.device == mt.device("cuda:1")
    assert mt.cuda.current_device() == 0
    assert x.to("cuda:0").device.index == 0 and x.cpu().tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(RuntimeError, match="at least two devices, cuda:1 and cuda:0!"):
        x + mt.ones(3, device="cuda:0")


def test_streams_and_events():
    default = mt.cuda.current_stream()
    assert default == mt.cuda.default_stream() and default.cuda_stream == 0
    assert repr(default) == "<torch.cuda.Stream device=cuda:0 cuda_stream=0x0>"
    s = mt.cuda.Stream()
    assert s != default and s.device == mt.device("cuda:0") and s.priority == 0
    assert len({s, default, mt.cuda.current_stream()}) == 2
    start, end = (mt.cuda.Event(enable_timing=True) for _ in range(2))
    assert start.query() and repr(start) == "<torch.cuda.Event uninitialized>"
    with pytest.raises(ValueError, match="must be recorded before"):
        start.elapsed_time(end)
    with mt.cuda.stream(s), mt.cuda.stream(None):
        assert mt.cuda.current_stream() == s
        start.record()
        x = mt.ones(3, device="cuda") * 2
        s.record_event(end)
    assert mt.cuda.current_stream() == default
    default.wait_stream(s)
    default.wait_event(end)
    end.wait(s)
    end.synchronize()
    s.synchronize()
    assert s.query() and end.query() and repr(end) == "<torch.cuda.Event>"
    assert start.elapsed_time(end) >= 0
    assert x.tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match="enable_timing=True"):
        start.elapsed_time(mt.cuda.Event())
    mt.cuda.set_stream(s)
    assert mt.cuda.current_stream() == s
    mt.cuda.set_stream(default)


@two_gpus
def test_an_event_of_another_gpu():
    start, end = (mt.cuda.Event(enable_timing=True) for _ in range(2))
    stream = mt.cuda.Stream("cuda:1")
    stream.record_event(start)
    with mt.cuda.stream(stream):
        x = mt.ones(2, device="cuda") * 2
        end.record()
    stream.synchronize()
    assert x.device == stream.device == mt.device("cuda:1") and mt.cuda.current_device() == 0
    assert start.elapsed_time(end) >= 0 and end.query()


def test_seeds():
    def draw(device):
        return mt.rand(4, device=device)

    mt.manual_seed(3)
    first = draw("cuda")
    mt.cuda.manual_seed(3)
    assert draw("cuda").equal(first) and not draw("cuda").equal(first)
    mt.cuda.manual_seed_all(3)
    for index in range(mt.cuda.device_count()):
        with mt.cuda.device(index):
            assert draw("cuda").cpu().equal(first.cpu())


def test_no_such_gpu():
    for call in (
        lambda: mt.zeros(1, device="cuda:7"), lambda: mt.cuda.set_device(7),
        lambda: mt.zeros(1).cuda(7), lambda: mt.cuda.get_device_name(7),
        lambda: mt.cuda.Stream(7), lambda: mt.cuda.device(7),
    ):  # fmt: skip
        with pytest.raises(RuntimeError, match="CUDA error: invalid device ordinal\ncuda:7 was"):
            call()
    with pytest.raises(ValueError, match="Expected a cuda device, but got: cpu"):
        mt.cuda.memory_allocated("cpu")


def test_mixed_devices():
    x, y = mt.ones(2, device="cuda"), mt.ones(2)
    sentence = "Expected all tensors to be on the same device, but found at least two devices, cuda"
    for call in (lambda: x + y, lambda: y @ x, lambda: mt.cat([x, y]), lambda: nn.Linear(2, 1)(x)):
        with pytest.raises(RuntimeError, match=sentence):
            call()
    assert (x * mt.tensor(3.0)).tolist() == [3, 3]  # a 0-d tensor counts as a number
    with pytest.raises(RuntimeError, match="indices should be either on cpu"):
        y[mt.tensor([0], device="cuda")]


def test_numpy_on_a_gpu_tensor():
    x = mt.ones(2, device="cuda")
    sentence = (
        "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu\\(\\) to copy the "
        "tensor to host memory first."
    )
    for call in (x.numpy, lambda: np.asarray(x), lambda: np.exp(x)):
        with pytest.raises(TypeError, match=sentence):
            call()
    assert x.numpy(force=True).tolist() == [1, 1]


def test_sharing_memory_with_others():
    x = mt.ones(2, 3, device="cuda")
    facts = x.__cuda_array_interface__
    assert facts["shape"] == (2, 3) and facts["typestr"] == "<f4"
    assert facts["data"] == (x.data_ptr(), False)
    assert not hasattr(x.cpu(), "__cuda_array_interface__")
    sentence = "Can't get __cuda_array_interface__ on non-CUDA tensor type: torch.FloatTensor If"
    with pytest.raises(AttributeError, match=sentence):
        mt.ones(1).__cuda_array_interface__  # noqa: B018 - it raises
    with pytest.raises(RuntimeError, match="on Variable that requires grad"):
        x.requires_grad_().__cuda_array_interface__  # noqa: B018


def test_dlpack():
    x = mt.ones(2, device="cuda")
    try:
        capsule = mt.utils.dlpack.to_dlpack(x)
    except BufferError:
        pytest.skip("the stand-in has no memory on a GPU")
    for source in (x, capsule):  # a bare capsule does not say on which device it is
        shared = mt.utils.dlpack.from_dlpack(source)
        assert shared.is_cuda and shared.data_ptr() == x.data_ptr()


def no_driver():
    raise pytest.importorskip("cupy").cuda.runtime.CUDARuntimeError("cudaErrorInsufficientDriver")


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        (lambda: 0, "CuPy is installed, but it found no NVIDIA GPU. "),
        (no_driver, "CuPy is installed, but CUDA did not start: cudaErrorInsufficientDriver. "),
    ],
)
def test_what_is_missing(monkeypatch, count, reason):
    pool_of_the_standin()  # a real one cannot be taken away
    monkeypatch.setattr(pytest.importorskip("cupy").cuda.runtime, "getDeviceCount", count)
    backend.cupy.cache_clear()
    try:
        assert not mt.cuda.is_available() and mt.cuda.device_count() == 0
        assert mt.cuda.memory_allocated() == mt.cuda.max_memory_allocated() == 0
        mt.cuda.empty_cache()
        mt.cuda.manual_seed_all(1)
        for call in (mt.zeros(1).cuda, mt.cuda.current_stream, mt.cuda.Event, mt.cuda.mem_get_info):
            with pytest.raises(AssertionError) as refused:
                call()
            assert str(refused.value).startswith(f"Torch not compiled with CUDA enabled\n{reason}")
    finally:
        backend.cupy.cache_clear()
