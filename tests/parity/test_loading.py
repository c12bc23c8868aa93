"""What `load` refuses and what it needs to be told, beside PyTorch; whole modules."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import textwrap
import warnings
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import minitorch as mt

from .compare import first_sentence
from .test_saving import Run, both_ways, carried, net, same, saved

ROOT = Path(__file__).resolve().parents[2]


# Whole objects ------------------------------------------------------------------------------------

MODULES = {
    "Linear": (lambda nn: nn.Linear(3, 2), (4, 3)),
    "Bilinear": (lambda nn: nn.Bilinear(3, 3, 2), None),
    "Conv1d": (lambda nn: nn.Conv1d(2, 4, 3, padding=1, groups=2), (2, 2, 5)),
    "Conv2d": (lambda nn: nn.Conv2d(2, 3, 3, padding="same", dilation=2), (1, 2, 6, 6)),
    "Conv2d reflect": (
        lambda nn: nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), (1, 1, 4, 4)
    ),
    "ConvTranspose2d": (lambda nn: nn.ConvTranspose2d(2, 3, 3, stride=2), (1, 2, 3, 3)),
    "BatchNorm1d": (lambda nn: nn.BatchNorm1d(3), (4, 3)),
    "BatchNorm2d": (lambda nn: nn.BatchNorm2d(3, affine=False), (2, 3, 2, 2)),
    "LayerNorm": (lambda nn: nn.LayerNorm([2, 3]), (4, 2, 3)),
    "pools": (lambda nn: nn.Sequential(nn.MaxPool2d(2, padding=1), nn.AvgPool2d(2),
                                       nn.AdaptiveAvgPool2d(1)), (1, 1, 8, 8)),
    "activations": (lambda nn: nn.Sequential(nn.PReLU(), nn.LeakyReLU(0.2), nn.ELU(),
                                             nn.GELU("tanh"), nn.SiLU(), nn.Softplus(2)), (3, 4)),
    "softmax": (lambda nn: nn.Sequential(nn.Softmax(1), nn.LogSoftmax(0)), (3, 4)),
    "dropout": (lambda nn: nn.Sequential(nn.Dropout(0.5), nn.AlphaDropout(0.1)), (3, 4)),
    "shapes": (lambda nn: nn.Sequential(nn.Flatten(), nn.Unflatten(1, (2, 3))), (2, 6)),
    "lists": (lambda nn: nn.ModuleList([nn.ModuleDict({"a": nn.Linear(1, 1)})]), None),
    "parameter lists": (lambda nn: nn.ParameterList([nn.Parameter(torch.ones(2))]), None),
    "losses": (lambda nn: nn.ModuleList([nn.CrossEntropyLoss(label_smoothing=0.1), nn.MSELoss(),
                                         nn.HuberLoss(delta=2.0), nn.KLDivLoss()]), None),
}  # fmt: skip


@pytest.mark.parametrize(("make", "shape"), MODULES.values(), ids=MODULES.keys())
@pytest.mark.parametrize("training", [True, False])
def test_whole_modules_of_pytorch(make, shape, training):
    torch.manual_seed(0)
    module = make(torch.nn).train(training)
    ours = carried(torch, mt, module, weights_only=False)
    assert isinstance(ours, mt.nn.Module) and repr(ours) == repr(module)
    assert ours.state_dict().keys() == module.state_dict().keys()
    if shape is not None:
        x = np.random.default_rng(0).standard_normal(shape).astype("float32")
        torch.manual_seed(1)
        mt.manual_seed(1)
        a, b = module(torch.tensor(x)).detach().numpy(), ours(mt.tensor(x)).detach().numpy()
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)


def test_whole_optimizers_of_pytorch():
    run = Run(torch)
    run.train(2)
    parts = [run.model, run.optimizer, run.scheduler]
    model, optimizer, scheduler = carried(torch, mt, parts, weights_only=False)
    assert optimizer.param_groups[0]["params"][0] is model[0].weight
    assert scheduler.optimizer is optimizer
    run.scheduler.step()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # neither optimizer was stepped since
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] == run.optimizer.param_groups[0]["lr"]


def test_whole_modules_from_here():
    """PyTorch refuses them, or makes MiniTorch's module with parameters of its own, of no use."""
    data = saved(mt, mt.nn.Linear(2, 3))
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL minitorch\.nn\.modules\.linear"):
        torch.load(io.BytesIO(data))
    module = torch.load(io.BytesIO(data), weights_only=False)
    assert type(module) is mt.nn.Linear and type(module.weight) is torch.nn.Parameter


# Refusals -----------------------------------------------------------------------------------------


class Mine:
    pass


@pytest.mark.parametrize(
    "make",
    [
        lambda: Mine(), lambda: Mine, lambda: torch.save, lambda: print, lambda: date(2024, 2, 29),
        lambda: torch.nn.Linear(1, 1), lambda: frozenset([1]), lambda: slice(1), lambda: range(3),
        lambda: sys.exit, lambda: subprocess.os.system, lambda: np.float32(1), lambda: np.arange(3),
        lambda: 2**3000, lambda: Fraction(1, 3), lambda: Path("x"), lambda: ..., lambda: int,
        lambda: torch.max(torch.eye(2), 0), lambda: torch.optim.SGD([torch.ones(1)], lr=1.0),
    ],
)  # fmt: skip
def test_what_weights_only_refuses(make):
    data = saved(torch, make())
    errors = []
    for lib in (mt, torch):
        with pytest.raises(pickle.UnpicklingError) as raised:
            lib.load(io.BytesIO(data))
        errors.append(str(raised.value))
    assert errors[0] == errors[1]


def test_other_protocols_are_refused_alike():
    data = saved(torch, {"x": torch.ones(1)}, pickle_protocol=4)
    errors = []
    for lib in (mt, torch):
        with (
            pytest.warns(UserWarning, match="protocol 4") as warned,
            pytest.raises(pickle.UnpicklingError) as raised,
        ):
            lib.load(io.BytesIO(data))
        errors.append((str(raised.value), str(warned[0].message)))
    assert errors[0] == errors[1]


GOOD = saved(torch, [torch.ones(3)])
REFUSED = {
    "no file": lambda lib: lib.load("there/is/no/file.pt"),
    "a folder": lambda lib: lib.load("."),
    "a number": lambda lib: lib.load(3),
    "nothing to write to": lambda lib: lib.save({}, 3),
    "no folder": lambda lib: lib.save({}, "there/x.pt"),
    "no such place": lambda lib: lib.load(io.BytesIO(GOOD), map_location="mars"),
    "no such place in a dict": lambda lib: lib.load(io.BytesIO(GOOD), {"cpu": "mars"}),
    "no storage": lambda lib: lib.load(io.BytesIO(GOOD), lambda storage, location: 3),
    "an error of the user's": lambda lib: lib.load(io.BytesIO(GOOD), lambda s, place: {}[place]),
    "a pickle module": lambda lib: lib.load(
        io.BytesIO(GOOD), pickle_module=pickle, weights_only=True
    ),
    "a map of no file": lambda lib: lib.load(io.BytesIO(GOOD), mmap=True),
    "a part": lambda lib: lib.load(io.BytesIO(GOOD[:-30])),
    "nothing": lambda lib: lib.load(io.BytesIO(b"")),
    "two dtypes": lambda lib: lib.save([x := lib.tensor([1j]), lib.view_as_real(x)], io.BytesIO()),
    "a byte order": lambda lib: lib.serialization.set_default_load_endianness("big"),
    "a pair of one": lambda lib: load_with(lib, [(Mine,)]),
    "a pair without a name": lambda lib: load_with(lib, [(Mine, 3)]),
}


def load_with(lib, names):
    with lib.serialization.safe_globals(names):
        lib.load(io.BytesIO(saved(torch, Mine())))


@pytest.mark.parametrize("what", REFUSED)
def test_errors_are_pytorch_s(what):
    errors = []
    for lib in (mt, torch):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(Exception) as raised:
                REFUSED[what](lib)
        errors.append(raised.value)
    ours, theirs = errors
    assert type(ours) is type(theirs)
    if what in ("a part",):
        assert str(theirs).startswith(str(ours).split(" (")[0])
    elif what not in ("no storage", "nothing"):
        assert first_sentence(ours) == first_sentence(theirs)


@pytest.mark.skipif(torch.cuda.is_available() or mt.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("where", ["cuda", "cuda:1", {"cpu": "cuda:0"}])
def test_without_a_gpu(where):
    errors = []
    for lib in (mt, torch):
        with pytest.raises(RuntimeError) as raised:
            lib.load(io.BytesIO(GOOD), where)
        errors.append(str(raised.value))
    assert errors[0] == errors[1]


@pytest.mark.filterwarnings("ignore")
def test_what_minitorch_has_not():
    x = torch.ones(2, 2)
    for value, what in [
        (x.bfloat16(), "bfloat16"), (x.to(torch.uint16), "dtype torch.uint16"),
        (x.to(torch.float8_e5m2), "dtype torch.float8_e5m2"), (x.to_sparse(), "sparse"),
        (x.to_sparse_csr(), "sparse"), (x.to("meta"), "on the device meta"),
        (torch.quantize_per_tensor(x, 1.0, 0, torch.qint8), "quantized"),
        (torch.strided, "layouts"), (torch.nested.nested_tensor([x]), "nested"),
    ]:  # fmt: skip
        with pytest.raises(NotImplementedError, match=f"the file holds .*{what}"):
            carried(torch, mt, value)


@pytest.mark.parametrize("weights_only", [True, False])
def test_files_from_before_pytorch_1_6(weights_only):
    x = torch.arange(12.0).view(3, 4)
    old = {
        "x": x, "t": x.t(), "row": x[1:], "p": torch.nn.Parameter(torch.ones(2)), "n": [1, "a"],
        "net": net(torch).state_dict(), "half": x.half(), "long": torch.tensor([3]), "c": x * 1j,
    }  # fmt: skip
    data = saved(torch, old, _use_new_zipfile_serialization=False)
    new = mt.load(io.BytesIO(data), weights_only=weights_only)
    for key in ("x", "t", "row", "p", "half", "long", "c"):
        same(new[key], old[key])
    for key, value in old["net"].items():
        same(new["net"][key], value)
    assert new["n"] == old["n"]
    new["x"][1, 2] = 70
    assert new["t"][2, 1] == new["row"][0, 2] == 70
    back = torch.load(io.BytesIO(saved(mt, new)))
    assert torch.equal(back["net"]["0.weight"], old["net"]["0.weight"])


def test_old_files_with_whole_modules():
    data = saved(torch, net(torch).eval(), _use_new_zipfile_serialization=False)
    ours = mt.load(io.BytesIO(data), weights_only=False)
    x = np.random.default_rng(0).random((2, 1, 8, 8), np.float32)
    theirs = net(torch).eval()(torch.from_numpy(x))
    found = ours(mt.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(found, theirs.detach().numpy(), rtol=1e-5)
    with pytest.raises(pickle.UnpicklingError):
        mt.load(io.BytesIO(data))


def test_old_files_cannot_be_mapped(tmp_path):
    path = tmp_path / "old.pt"
    path.write_bytes(saved(torch, torch.ones(2), _use_new_zipfile_serialization=False))
    said = []
    for lib in (mt, torch):
        with pytest.raises(RuntimeError) as error:
            lib.load(path, mmap=True)
        said.append(first_sentence(error.value))
    assert said[0] == said[1]


def test_torchscript_is_refused():
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), file)
    file.seek(0)
    with pytest.raises(NotImplementedError, match="TorchScript"):
        mt.load(file)


# What a user declares safe ------------------------------------------------------------------------


@both_ways
def test_safe_globals(source, target):
    core = np._core.multiarray
    numpy = [core._reconstruct, core.scalar, np.ndarray, np.dtype, type(np.dtype("f8"))]
    obj = {
        "array": np.arange(3.0),
        "number": np.float64(2.5),
        "mine": Mine(),
        "half": Fraction(1, 2),
    }
    data = saved(source, obj)
    names = [
        lib.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(data)) for lib in (mt, torch)
    ]
    assert names[0] == sorted(names[1])
    with target.serialization.safe_globals([*numpy, Mine, Fraction]):
        back = target.load(io.BytesIO(data))
    assert back["array"].tolist() == [0, 1, 2] and back["number"] == 2.5
    assert type(back["mine"]) is Mine and back["half"] == Fraction(1, 2)
    assert Mine not in target.serialization.get_safe_globals()


WITHOUT_TORCH = """
    import sys

    class Refuse:
        def find_spec(self, name, path=None, target=None):
            assert name.partition(".")[0] != "torch", "somebody imports torch"

    sys.meta_path.insert(0, Refuse())
    import minitorch as mt

    for path in sys.argv[1:]:
        print(mt.load(path, weights_only=False))
    mt.save(mt.load(sys.argv[1]), sys.argv[1])
"""


def test_torch_is_not_imported(tmp_path):
    torch.save({"x": torch.arange(3), "d": torch.float32}, tmp_path / "a.pt")
    torch.save(torch.nn.Linear(1, 2), tmp_path / "b.pt")
    program = [sys.executable, "-c", textwrap.dedent(WITHOUT_TORCH)]
    done = subprocess.run(
        [*program, tmp_path / "a.pt", tmp_path / "b.pt"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "{'x': tensor([0, 1, 2]), 'd': torch.float32}",
        "Linear(in_features=1, out_features=2, bias=True)",
    ]
    assert torch.load(tmp_path / "a.pt")["x"].tolist() == [0, 1, 2]


@both_ways
def test_safetensors(source, target, tmp_path):
    pytest.importorskip("safetensors")
    from safetensors.numpy import save_file

    state = net(source).state_dict()
    save_file({name: value.numpy() for name, value in state.items()}, tmp_path / "x.safetensors")
    net(target).load_state_dict(target.load(tmp_path / "x.safetensors"))
