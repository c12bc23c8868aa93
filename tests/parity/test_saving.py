"""Files of PyTorch's, loaded here, and files from here, loaded in PyTorch."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import dtype_name
from .test_lr_scheduler import SCHEDULES

LIBRARIES = {"from torch": (torch, mt), "to torch": (mt, torch)}
both_ways = pytest.mark.parametrize(("source", "target"), LIBRARIES.values(), ids=LIBRARIES.keys())


def saved(lib, obj, **options):
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lib.save(obj, file, **options)
    return file.getvalue()


def carried(source, target, obj, **options):
    """``obj``, saved by one library and loaded by the other."""
    return target.load(io.BytesIO(saved(source, obj)), **options)


def same(a, b, places=True):
    """A tensor of one library and what the other made of it."""
    assert dtype_name(a) == dtype_name(b)
    assert tuple(a.shape) == tuple(b.shape) and a.requires_grad == b.requires_grad
    assert np.array_equal(a.detach().numpy(), b.detach().numpy(), equal_nan=a.is_floating_point())
    if a.numel() and places:
        assert tuple(a.stride()) == tuple(b.stride())
        assert a.storage_offset() == b.storage_offset()


def numbers(lib, shape=(2, 3, 4), dtype="float32"):
    return lib.arange(int(np.prod(shape))).reshape(shape).to(getattr(lib, dtype))


TENSORS = {
    "a number": lambda lib: lib.tensor(3.5),
    "nothing": lambda lib: lib.zeros(0),
    "nothing, with dimensions": lambda lib: lib.zeros(2, 0, 3),
    "transposed": lambda lib: numbers(lib).transpose(0, 2),
    "a part": lambda lib: numbers(lib)[1, 1:, ::2],
    "expanded": lambda lib: numbers(lib, (3,)).expand(4, 3),
    "windows": lambda lib: numbers(lib, (9,)).unfold(0, 4, 2),
    "a result": lambda lib: lib.ones(2, requires_grad=True) * 2,
    "a leaf": lambda lib: lib.ones(2, requires_grad=True),
    "a part of a leaf": lambda lib: lib.ones(4, requires_grad=True)[1:],
    "an imaginary part": lambda lib: lib.tensor([1 + 2j, 3j]).imag,
    "infinite": lambda lib: lib.tensor([float("inf"), float("nan"), -0.0]),
    "of generators": lambda lib: lib.Generator().manual_seed(3).get_state(),
}
for dtype in mt.dtypes.ALL:
    TENSORS[dtype.name] = lambda lib, name=dtype.name: numbers(lib, dtype=name)


@both_ways
@pytest.mark.parametrize("make", TENSORS.values(), ids=TENSORS.keys())
@pytest.mark.parametrize("weights_only", [True, False])
def test_tensors(make, source, target, weights_only):
    x = make(source)
    same(carried(source, target, x, weights_only=weights_only), x)


def test_marks_of_conjugation_and_negation():
    x = torch.tensor([1 + 2j, 3 - 1j])
    for marked in (x.conj(), x.conj().imag, x.conj()[1:]):
        same(carried(torch, mt, marked), marked.clone().resolve_neg().resolve_conj(), places=False)
    x, conj = carried(torch, mt, [x, x.conj()])
    assert mt.equal(x.conj(), conj)


@both_ways
def test_shared_memory(source, target):
    x = numbers(source, (4, 3))
    p = source.nn.Parameter(x)
    back = carried(source, target, {"x": x, "t": x.t(), "rows": [x[1:], x[:2]], "p": p, "q": p})
    back["x"][1, 2] = 70
    assert back["t"][2, 1] == back["rows"][0][0, 2] == back["rows"][1][1, 2] == 70
    assert back["p"][1, 2].item() == 70
    assert back["p"] is back["q"] and type(back["p"]) is target.nn.Parameter


PLAIN = {
    "text": lambda lib: ["", "ä€😀", {"a": {"b": ("c", ["d"])}}],
    "numbers": lambda lib: (0, 1, -1, 2**8, 2**16, 2**31, -(2**200), 0.1, float("inf"), 1j, True),
    "bytes": lambda lib: [b"\0abc\xff", bytearray(b"ab"), None],
    "sets": lambda lib: [{1, 2}, {("a", 1)}, set()],
    "dicts": lambda lib: [OrderedDict(b=1, a=2), Counter("abca"), {1: {2.5: {None: True}}}],
    "shapes": lambda lib: [lib.zeros(2, 3).shape, lib.Size([]), lib.Size([4])],
    "dtypes": lambda lib: [lib.float16, lib.bool, lib.int64, lib.complex128],
    "devices": lambda lib: [lib.device("cpu"), lib.device("cuda"), lib.device("cuda", 1)],
}


@both_ways
@pytest.mark.parametrize("make", PLAIN.values(), ids=PLAIN.keys())
def test_plain_values(make, source, target):
    assert repr(carried(source, target, make(source))) == repr(make(target))


@both_ways
def test_attributes_and_buffers(source, target):
    x, p = source.ones(2), source.nn.Parameter(source.ones(1), requires_grad=False)
    x.note, p.tag = "hi", 3
    b = source.nn.Buffer(source.zeros(2), persistent=False)
    x, p, b = carried(source, target, [x, p, b])
    assert (x.note, p.tag, p.requires_grad, b.persistent) == ("hi", 3, False, False)
    assert isinstance(b, target.nn.Buffer)


def net(lib):
    lib.manual_seed(0)
    return lib.nn.Sequential(
        lib.nn.Conv2d(1, 4, 3), lib.nn.BatchNorm2d(4), lib.nn.ReLU(), lib.nn.MaxPool2d(2),
        lib.nn.Flatten(), lib.nn.Dropout(0.3), lib.nn.Linear(36, 3),
    )  # fmt: skip


def test_the_pickles_are_the_same():
    pickles, layouts = [], []
    for lib in (mt, torch):
        model = net(lib)
        obj = {
            "model": model.state_dict(), "t": model[6].weight.t(),
            "parameters": [*model[0].parameters()], "shape": model[0].weight.shape,
            "dtype": lib.float32, "rng": lib.get_rng_state(),
        }  # fmt: skip
        archive = zipfile.ZipFile(io.BytesIO(saved(lib, obj)))
        pickles.append(archive.read("archive/data.pkl"))
        layouts.append(
            {
                info.filename: (info.header_offset, info.file_size, info.CRC)
                for info in archive.infolist()
                if "serialization_id" not in info.filename
            }
        )
    assert pickles[0] == pickles[1]
    assert layouts[0] == layouts[1]


@both_ways
def test_memory_maps(source, target, tmp_path, monkeypatch):
    state = {str(n): numbers(source, (n,)) for n in (3, 0, 1000, 17)}
    source.save(state, tmp_path / "x.pt")
    back = target.load(tmp_path / "x.pt", mmap=True)
    for name in state:
        same(back[name], state[name])
    # PyTorch can work out from the sizes where the storages are, and check it.
    monkeypatch.setenv("TORCH_SERIALIZATION_DEBUG", "1")
    from torch.utils.serialization import config

    config.load.calculate_storage_offsets = True
    try:
        for options in ({}, {"mmap": True}, {"map_location": "meta"}):
            torch.load(tmp_path / "x.pt", **options)
    finally:
        config.load.calculate_storage_offsets = False


def test_files_of_pytorch_without_checksums():
    torch.serialization.set_crc32_options(False)
    try:
        data = saved(torch, numbers(torch))
    finally:
        torch.serialization.set_crc32_options(True)
    same(mt.load(io.BytesIO(data)), numbers(torch))


# State dicts --------------------------------------------------------------------------------------


class Run:
    """A training that can be saved and gone on with, in either library."""

    def __init__(self, lib):
        self.lib = lib
        self.model = net(lib)
        self.optimizer = lib.optim.Adam(self.model.parameters(), lr=0.01)
        self.scheduler = lib.optim.lr_scheduler.StepLR(self.optimizer, 2, gamma=0.5)
        self.parts = {
            "model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler
        }  # fmt: skip

    def train(self, steps):
        losses = []
        for _ in range(steps):
            x, y = self.lib.randn(8, 1, 8, 8), self.lib.randint(3, (8,))
            self.optimizer.zero_grad()
            loss = self.lib.nn.functional.cross_entropy(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.scheduler.step()
            losses.append(loss.item())
        return losses

    def save(self, path):
        checkpoint = {name: part.state_dict() for name, part in self.parts.items()}
        self.lib.save(checkpoint | {"rng": self.lib.get_rng_state()}, path)

    def go_on(self, path):
        checkpoint = self.lib.load(path)
        for name, part in self.parts.items():
            part.load_state_dict(checkpoint[name])
        self.lib.set_rng_state(checkpoint["rng"])


@pytest.mark.parametrize("source", [mt, torch], ids=["from mt", "from torch"])
@pytest.mark.parametrize("target", [mt, torch], ids=["to mt", "to torch"])
def test_a_training_goes_on_where_it_was_left(source, target, tmp_path):
    run = Run(source)
    run.train(3)
    run.save(tmp_path / "run.pt")
    expected = run.train(5)
    resumed = Run(target)
    resumed.train(1)
    resumed.go_on(tmp_path / "run.pt")
    losses = resumed.train(5)
    if source is target:
        assert losses == expected
    else:
        np.testing.assert_allclose(losses, expected, rtol=1e-5)


OPTIMIZERS = """Adadelta Adafactor Adagrad Adam AdamW Adamax ASGD LBFGS Muon NAdam RAdam RMSprop
Rprop SGD""".split()


@both_ways
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_go_on(name, source, target):
    parameters = {}
    optimizers = {}
    data = np.random.default_rng(0).standard_normal((2, 12, 3, 3)).astype("float32")
    for lib in (source, target):
        parameters[lib] = [lib.nn.Parameter(lib.tensor(data[0, i])) for i in range(2)]
        options = {"momentum": 0.9} if name in ("SGD", "RMSprop") else {}
        optimizers[lib] = getattr(lib.optim, name)(parameters[lib], lr=0.1, **options)

    def step(lib, i):
        def closure():
            optimizers[lib].zero_grad()
            wanted = lib.tensor(data[1, i])
            loss = sum(((p @ p - wanted) ** 2).sum() for p in parameters[lib])
            loss.backward()
            return loss

        optimizers[lib].step(closure)

    for i in range(3):
        step(source, i)
    checkpoint = [[p.detach() for p in parameters[source]], optimizers[source].state_dict()]
    numbers, state = carried(source, target, checkpoint)
    for parameter, value in zip(parameters[target], numbers, strict=True):
        parameter.data.copy_(value)
    optimizers[target].load_state_dict(state)
    for i in range(3, 6):
        step(source, i)
        step(target, i)
    for a, b in zip(parameters[source], parameters[target], strict=True):
        a, b = a.detach().numpy(), b.detach().numpy()
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * np.abs(a).max())


@both_ways
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedulers_go_on(name, source, target):
    made = {}
    for lib in (source, target):
        groups = [{"params": [lib.nn.Parameter(lib.ones(1))]} for _ in range(2)]
        optimizer = lib.optim.SGD(groups, lr=0.1, momentum=0.9)
        made[lib] = optimizer, SCHEDULES[name](lib, optimizer)

    def epochs(lib, n):
        optimizer, scheduler = made[lib]
        for epoch in range(n):
            optimizer.step()
            plateau = "Plateau" in type(scheduler).__name__
            scheduler.step(*([1.0 + epoch] if plateau else []))
        return [group["lr"] for group in optimizer.param_groups]

    epochs(source, 5)
    state = [part.state_dict() for part in made[source]]
    for part, saved_state in zip(made[target], carried(source, target, state), strict=True):
        part.load_state_dict(saved_state)
    assert epochs(source, 4) == pytest.approx(epochs(target, 4), rel=1e-12)
