"""`mt.save` and `mt.load`: what goes into a file comes out of it."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import Counter, OrderedDict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minitorch as mt
from minitorch import nn
from minitorch.dtypes import ALL
from minitorch.serialization import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    get_unsafe_globals_in_checkpoint,
    safe_globals,
)
from tests.serialization.programs import archive


def saved(obj, **options):
    file = io.BytesIO()
    mt.save(obj, file, **options)
    return file.getvalue()


def loaded(data, **options):
    return mt.load(io.BytesIO(data), **options)


def there_and_back(obj, **options):
    return loaded(saved(obj), **options)


def same(a, b):
    assert type(a) is type(b)
    assert a.dtype is b.dtype and a.shape == b.shape and a.requires_grad == b.requires_grad
    assert np.array_equal(a.detach().numpy(), b.detach().numpy(), equal_nan=a.is_floating_point())
    if a.numel():
        assert a.stride() == b.stride() and a.storage_offset() == b.storage_offset()


@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)], ids=str)
def test_every_dtype(dtype, shape):
    x = mt.tensor(np.arange(np.prod(shape, dtype=int)).reshape(shape)).to(dtype)
    same(there_and_back(x), x)


@given(
    st.lists(st.integers(0, 4), max_size=4),
    st.randoms(use_true_random=False),
)
def test_every_view(lengths, random):
    x = mt.arange(int(np.prod(lengths, dtype=int))).reshape(lengths)
    view = x.permute(random.sample(range(len(lengths)), len(lengths)))
    for dim, n in enumerate(view.shape):
        start = random.randint(0, n)
        view = view.narrow(dim, start, random.randint(0, n - start))
    view = view[..., None].expand(*view.shape, random.randint(1, 3))
    back_view, back = there_and_back([view, x])
    same(back_view, view)
    same(back, x)
    if view.numel():
        back.zero_()
        assert not back_view.any()


def test_sharing_is_kept():
    x = mt.arange(6.0).reshape(2, 3)
    parameter = nn.Parameter(x)
    data = saved({"x": x, "t": x.t(), "row": x[1], "parameter": parameter, "again": parameter})
    assert len([n for n in zipfile.ZipFile(io.BytesIO(data)).namelist() if "/data/" in n]) == 1
    back = loaded(data)
    back["x"][1, 1] = 70
    assert back["t"][1, 1] == back["row"][1] == 70
    assert back["parameter"][1, 1].item() == 70
    assert back["again"] is back["parameter"] and type(back["again"]) is nn.Parameter
    assert back["x"]._version == 1 and back["row"]._version == 0


def test_what_shares_nothing_stays_apart():
    a, b = there_and_back([mt.zeros(2), mt.zeros(2)])
    a += 1
    assert b.tolist() == [0, 0]


def test_one_memory_under_two_dtypes_is_refused():
    x = mt.tensor([1 + 2j])
    with pytest.raises(RuntimeError, match="view the same data as different types"):
        saved([x, mt.view_as_real(x)])
    same(there_and_back(mt.view_as_real(x)), mt.view_as_real(x))


def test_memory_of_somebody_else_is_copied():
    class Foreign:
        array = np.arange(10.0, dtype=np.float32)
        __array_interface__ = array[::-2].__array_interface__

    view = np.asarray(Foreign())
    assert not isinstance(view.base, np.ndarray) and view.strides == (-8,)
    tensor = mt.zeros(5)
    tensor._array = view
    assert there_and_back(tensor).tolist() == [9, 7, 5, 3, 1]
    unaligned = np.zeros(9, np.uint8)[1:].view(np.float32)
    tensor._array = unaligned
    assert there_and_back(tensor).tolist() == [0, 0]


def test_plain_values():
    values = {
        "numbers": [0, -1, 255, 65536, 2**31, -(2**100), 1.5, float("inf"), 1j],
        "text": ["", "ä€😀", "a\nb"],
        "bytes": [b"", b"\0\xff", bytearray(b""), bytearray(b"xy")],
        "containers": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, {1: {2: {3}}}, set()],
        "ordered": OrderedDict(b=1, a=2),
        "counter": Counter("abca"),
        "nothing": [None, True, False],
        ("a", (1, "b")): "a tuple as a key",
        "dtypes": [mt.float16, mt.bool, mt.complex128],
        "devices": [mt.device("cpu"), mt.device("cuda:1")],
        "shape": mt.zeros(2, 3).shape,
    }
    back = there_and_back(values)
    assert back == values
    assert repr(back) == repr(values)
    assert type(back["shape"]) is mt.Size


def test_a_list_that_holds_itself():
    x = [1]
    x.append(x)
    back = there_and_back(x)
    assert back[0] == 1 and back[1] is back


def test_requires_grad_and_attributes():
    x = mt.ones(2, requires_grad=True)
    y = x * 2
    y.note = "of a result"
    buffer = nn.Buffer(mt.zeros(1), persistent=False)
    parameter = nn.Parameter(mt.ones(1), requires_grad=False)
    parameter.tag = 3
    back = there_and_back([x, y, buffer, parameter])
    for before, after in zip([x, y, buffer, parameter], back, strict=True):
        same(after, before)
    assert back[1].is_leaf and back[1].note == "of a result"
    assert back[2].persistent is False and back[3].tag == 3


def test_hooks_stay_behind_with_a_warning():
    x = mt.ones(2, requires_grad=True)
    y = x * 2
    for tensor in (x, y):
        tensor.register_hook(lambda grad: grad)
        with pytest.warns(UserWarning, match="backward hook .* will not be serialized"):
            saved(tensor)


class Marked(mt.Tensor):
    pass


def test_a_subclass_must_be_declared_safe():
    x = Marked([1.0, 2.0])
    x.mark = "!"
    data = saved(x)
    with pytest.raises(pickle.UnpicklingError, match=r"Unsupported global: GLOBAL \S*\.Marked was"):
        loaded(data)
    with safe_globals([Marked]):
        back = loaded(data)
    same(back, x)
    assert back.mark == "!"


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(4 * 3 * 3, 3)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.norm(self.conv(x)).relu(), 2)
        return self.head(self.drop(x.flatten(1)))


class Run:
    """A training that can be saved and gone on with."""

    def __init__(self, seed):
        mt.manual_seed(seed)
        self.model = Net()
        self.optimizer = mt.optim.Adam(self.model.parameters(), lr=0.01)
        self.scheduler = mt.optim.lr_scheduler.StepLR(self.optimizer, 2, gamma=0.5)
        mt.manual_seed(seed)

    def step(self):
        x, y = mt.randn(8, 1, 8, 8), mt.randint(3, (8,))
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    def parts(self):
        return {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler}

    def checkpoint(self):
        state = {name: part.state_dict() for name, part in self.parts().items()}
        return state | {"random": mt.get_rng_state(), "epoch": 3, "best": float("inf")}

    def go_on(self, checkpoint):
        for name, part in self.parts().items():
            part.load_state_dict(checkpoint[name])
        mt.set_rng_state(checkpoint["random"])


def test_a_resumed_training_is_the_same_training(tmp_path):
    run = Run(0)
    losses = [run.step() for _ in range(3)]
    mt.save(run.checkpoint(), tmp_path / "run.pt")
    losses += [run.step() for _ in range(4)]
    for mmap in (False, True):
        resumed = Run(1)
        checkpoint = mt.load(tmp_path / "run.pt", mmap=mmap)
        assert checkpoint["model"]._metadata["norm"] == {"version": 2}
        resumed.go_on(checkpoint)
        assert [resumed.step() for _ in range(4)] == losses[3:]


def test_whole_modules_need_weights_only_false():
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU())
    data = saved(net)
    name = r"GLOBAL minitorch.nn.modules.container.Sequential was not an allowed global by default"
    with pytest.raises(pickle.UnpicklingError, match=name):
        loaded(data)
    back = loaded(data, weights_only=False)
    x = mt.randn(4, 2)
    assert mt.equal(back(x), net(x)) and repr(back) == repr(net)


def test_the_state_of_a_generator():
    generator = mt.Generator().manual_seed(3)
    mt.randn(3, generator=generator)
    state = there_and_back(generator.get_state())
    expected = mt.rand(4, generator=generator)
    assert mt.equal(mt.rand(4, generator=mt.Generator().set_state(state)), expected)


def test_tensors_loaded_in_inference_mode():
    data = saved(mt.ones(2))
    with mt.inference_mode():
        assert loaded(data).is_inference()
    assert not loaded(data).is_inference()


# What a user declares safe ------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_declared():
    yield
    clear_safe_globals()


class Config:
    def __init__(self, lr):
        self.lr = lr


class Slots:
    __slots__ = ("value",)


class Remembers:
    def __setstate__(self, state):
        self.state = state

    def __getstate__(self):
        return "anything"


def test_safe_globals():
    slots = Slots()
    slots.value = 4
    data = saved([Config(0.5), slots, Remembers(), Fraction(1, 3)])
    assert get_unsafe_globals_in_checkpoint(io.BytesIO(data)) == sorted(
        f"{kind.__module__}.{kind.__qualname__}" for kind in (Config, Slots, Remembers, Fraction)
    )
    with safe_globals([Config, Slots, Remembers, Fraction]):
        config, slots, remembers, fraction = loaded(data)
    assert (config.lr, slots.value, remembers.state) == (0.5, 4, "anything")
    assert fraction == Fraction(1, 3)
    assert get_safe_globals() == []
    with pytest.raises(pickle.UnpicklingError):
        loaded(data)
    with pytest.raises(pickle.UnpicklingError, match="Unsupported operand"):
        get_unsafe_globals_in_checkpoint(io.BytesIO(saved(Config(1), pickle_protocol=4)))
    add_safe_globals([Config])
    assert get_safe_globals() == [Config]
    assert loaded(saved(Config(1))).lr == 1
    clear_safe_globals()
    assert get_safe_globals() == []


def test_a_safe_global_under_another_name():
    pickled = zipfile.ZipFile(io.BytesIO(saved(Config(2)))).read("archive/data.pkl")
    data = archive(pickled.replace(b"\nConfig\n", b"\nKonfig\n"))
    with safe_globals([(Config, f"{__name__}.Konfig")]):
        assert loaded(data).lr == 2
    for item, error in [((Config,), ValueError), ((Config, 3), TypeError)]:
        with safe_globals([item]), pytest.raises(error, match="Expected"):
            loaded(data)


def test_numpy_as_pytorch_has_it():
    array, number = np.arange(3.0), np.float32(1.5)
    data = saved({"array": array, "number": number})
    assert all(name.startswith("numpy.") for name in get_unsafe_globals_in_checkpoint(
        io.BytesIO(data)
    ))  # fmt: skip
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL numpy\.\S+ was not an allowed"):
        loaded(data)
    core = np._core.multiarray
    kinds = [np.ndarray, np.dtype, type(np.dtype("f8")), type(np.dtype("f4"))]
    with safe_globals([core._reconstruct, core.scalar, *kinds]):
        back = loaded(data)
    assert np.array_equal(back["array"], array) and back["number"] == number
    assert loaded(data, weights_only=False)["number"] == number
