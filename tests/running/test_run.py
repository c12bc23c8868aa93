"""``minitorch run``: torch is MiniTorch, and the rest is as Python does it."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

import minitorch as mt
from minitorch import cli
from tests.running.starting import ENVIRONMENT, python, run, write

ALIASES = """
import pickle, sys
import minitorch
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim.lr_scheduler
from torch import Tensor, optim
from torch.utils.data import DataLoader

assert torch is minitorch and nn is minitorch.nn and F is minitorch.nn.functional
assert sys.modules["torch.optim"] is optim is minitorch.optim
assert nn.__name__ == nn.__spec__.name == "minitorch.nn"
assert isinstance(torch.ones(1), Tensor) and Tensor is minitorch.Tensor
assert type(pickle.loads(pickle.dumps(nn.Linear(1, 1)))) is minitorch.nn.Linear
assert "tensor" in dir(torch) and callable(torch.tensor)
assert tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 0)
import importlib.util
assert importlib.util.find_spec("torch") and not hasattr(torch, "_dynamo")
minitorch.use_as_torch()  # once more changes nothing
print("fine")
"""


def test_torch_is_minitorch(tmp_path):
    write(tmp_path, "program.py", ALIASES)
    done = run(tmp_path, "program.py")
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_one_line_for_notebooks(tmp_path):
    done = python(tmp_path, "-c", "import minitorch; minitorch.use_as_torch()\n" + ALIASES)
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_it_is_too_late_after_pytorch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", sys)
    with pytest.raises(RuntimeError, match=r"torch is already imported: call use_as_torch\(\) bef"):
        mt.use_as_torch()


LACKING = [
    ("torch.fx.symbolic_trace", "AttributeError", "torch.fx"),
    ("torch.nn.Nothing", "AttributeError", "torch.nn.Nothing"),
    ("torch.optim.lr_scheduler.Nothing", "AttributeError", "torch.optim.lr_scheduler.Nothing"),
    ("import torch.fx", "ModuleNotFoundError", "torch.fx"),
    ("import torch.tensor", "ModuleNotFoundError", "torch.tensor"),
    ("import torch.nn.init.nothing", "ModuleNotFoundError", "torch.nn.init.nothing"),
    ("from torch import fx", "ImportError", "torch.fx"),
    ("from torch.nn import Linear, Nothing", "ImportError", "torch.nn.Nothing"),
    ("from torch.nn.init import nothing_", "ImportError", "torch.nn.init.nothing_"),
    ("from torch.distributed.rpc import RRef", "ModuleNotFoundError", "torch.distributed"),
]


def test_names_that_are_lacking(tmp_path):
    program = ["import torch"]
    for line, error, _ in LACKING:
        program += ["try:", f"    {line}", f"except {error} as error:"]
        program += ["    print(type(error).__name__, error, sep=': ')"]
    write(tmp_path, "train.py", "\n".join(program))
    done = run(tmp_path, "train.py")
    assert done.stdout.splitlines() == [
        f"{error}: {name} is not in MiniTorch (asked for in train.py, line {4 * row + 3})"
        for row, (_, error, name) in enumerate(LACKING)
    ]


def test_a_lacking_name_ends_the_program(tmp_path):
    write(tmp_path, "train.py", "import torch\n\ndef main():\n    torch.fx\n\nmain()\n")
    done = run(tmp_path, "train.py")
    assert done.returncode == 1
    assert "torch.fx is not in MiniTorch (asked for in train.py, line 4)" in done.stderr
    assert done.stderr.splitlines()[1].endswith('train.py", line 6, in <module>')


LOOKS = """
import json, sys
main = sys.modules["__main__"]
print(json.dumps([sys.argv, __name__, __file__, sys.path[0], __package__, repr(__spec__)[:24]]))
print(main.__dict__ is globals(), sorted({*globals()} - {"__annotations__"}))
print(type(__loader__).__name__, __doc__)
def fail():
    return {}["key"]
"""


@pytest.mark.parametrize(
    "end",
    ["", "fail()", "sys.exit(3)", "sys.exit('bye')", "raise SystemExit", "1 +", "import nothing"],
)
def test_a_script_is_as_with_python(tmp_path, end):
    (tmp_path / "folder").mkdir()
    write(tmp_path / "folder", "program.py", LOOKS + end)
    words = ["folder/program.py", "--help", "-m", "two words", "--", "x"]
    ours, theirs = run(tmp_path, *words), python(tmp_path, *words)
    assert (ours.returncode, ours.stdout, ours.stderr) == (
        theirs.returncode,
        theirs.stdout,
        theirs.stderr,
    )


NAN = """
import warnings, torch
with warnings.catch_warnings(record=True) as told, torch.autograd.detect_anomaly():
    warnings.simplefilter("always")
    try:
        torch.zeros(1, requires_grad=True).sqrt().mul(0).sum().backward()
    except RuntimeError:
        print(told[-1].message)
"""


def test_the_lines_of_an_anomaly_begin_with_the_program(tmp_path):
    write(tmp_path, "program.py", NAN)
    said = run(tmp_path, "program.py").stdout.splitlines()
    assert said[0].endswith("Traceback of forward call that caused the error:")
    assert said[1].endswith('program.py", line 6, in <module>')


def test_the_word_run_may_be_left_out(tmp_path):
    write(tmp_path, "program.py", "import sys; print(sys.argv)")
    done = python(tmp_path, "-m", "minitorch", "program.py", "demo", "--version")
    assert done.stdout == "['program.py', 'demo', '--version']\n"


def test_a_module_is_as_with_python(tmp_path):
    (tmp_path / "pack").mkdir()
    write(tmp_path / "pack", "__init__.py", "")
    write(tmp_path / "pack", "work.py", LOOKS + "fail()")
    write(tmp_path / "pack", "__main__.py", "from . import work")
    for name in ("pack.work", "pack"):
        ours, theirs = run(tmp_path, "-m", name, "-x"), python(tmp_path, "-m", name, "-x")
        assert (ours.returncode, ours.stdout) == (theirs.returncode, theirs.stdout)
        # Python shows the frames of its own runpy before those of the program.
        assert theirs.stderr.endswith(ours.stderr.partition("\n")[2])
        assert "runpy" not in ours.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing.py"], 2, "can't open file '{}': [Errno 2] No such file or directory"),
        (["some.ipynb"], 2, "some.ipynb is a notebook: there, put `import minitorch; "),
        (["-m", "nothing.py"], 1, "No module named nothing.py"),
        (["-m", "json"], 1, "No module named json.__main__; 'json' is a package and cannot be"),
    ],
)
def test_nothing_to_run(tmp_path, words, code, said):
    done = run(tmp_path, *words)
    assert done.returncode == code
    assert done.stderr.startswith("minitorch: " + said.format(tmp_path / "nothing.py"))


@pytest.mark.parametrize("words", [["run"], ["run", "-m"], ["compare"]])
def test_without_a_script(capsys, words):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.endswith(
        f"minitorch {words[0]}: error: the following arguments are required: SCRIPT\n"
    )


def test_the_own_help(capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    assert "minitorch run [-h] SCRIPT [ARGS] | -m MODULE [ARGS]" in capsys.readouterr().out


WORKERS = """
import torch
from torch.utils.data import DataLoader, Dataset

class Squares(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        return torch.tensor(i * i)

if __name__ == "__main__":
    import multiprocessing
    for method in multiprocessing.get_all_start_methods():
        loader = DataLoader(Squares(), 2, num_workers=1, multiprocessing_context=method)
        print(torch.cat(list(loader)).tolist())
"""


def test_workers_have_it_too(tmp_path):
    write(tmp_path, "program.py", WORKERS)
    done = run(tmp_path, "program.py")
    assert done.stderr == ""
    assert set(done.stdout.splitlines()) == {"[0, 1, 4, 9]"}


TORCHVISION = """
import torch
import torch.nn as nn
import torchvision
import torchvision.transforms as transforms
from torchvision import datasets, models
from torchvision.utils import make_grid

transform = transforms.Compose([
    transforms.RandomHorizontalFlip(), transforms.ToTensor(),
    transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))])
trainset = torchvision.datasets.FakeData(size=4, image_size=(3, 32, 32), transform=transform)
trainloader = torch.utils.data.DataLoader(trainset, batch_size=2, shuffle=True, num_workers=1)
images, labels = next(iter(trainloader))
print(images.shape, labels.dtype, make_grid(images).shape, datasets.MNIST.__name__)
print(torchvision.__version__.split("+")[0], torchvision.io.read_image.__name__)
model_ft = models.resnet18(weights=None)
model_ft.fc = nn.Linear(model_ft.fc.in_features, 2)
print(model_ft.eval()(images).shape, len(model_ft.state_dict()))
import torchvision.nothing
"""


def test_torchvision_is_minitorch_vision(tmp_path):
    pytest.importorskip("PIL")
    write(tmp_path, "program.py", TORCHVISION)
    done = run(tmp_path, "program.py")
    assert done.stdout.splitlines() == [
        "torch.Size([2, 3, 32, 32]) torch.int64 torch.Size([3, 36, 70]) MNIST",
        "0.28.0 read_image",
        "torch.Size([2, 2]) 122",
    ]
    assert "torchvision.nothing is not in MiniTorch (asked for in program.py, l" in done.stderr


SAFETENSORS = """
import torch
from safetensors.torch import load, load_file, save, save_file

net = torch.nn.Linear(2, 3)
save_file(net.state_dict(), "net.safetensors", metadata={"format": "pt"})
print(net.load_state_dict(load_file("net.safetensors", device="cpu")))
print(load(save({"x": torch.arange(3)})))
try:
    save({"x": torch.ones(2, 3).t()})
except ValueError as error:
    print(str(error)[:54])
"""


def test_safetensors(tmp_path):
    pytest.importorskip("safetensors")
    write(tmp_path, "program.py", SAFETENSORS)
    done = run(tmp_path, "program.py")
    assert done.stdout.splitlines() == [
        "<All keys matched successfully>",
        "{'x': tensor([0, 1, 2])}",
        "You are trying to save a non contiguous tensor: `x` wh",
    ], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_ctrl_c(tmp_path):
    program = """
    import signal, time
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it
    print("ready", flush=True)
    time.sleep(60)
    """
    write(tmp_path, "program.py", program)
    child = subprocess.Popen(
        [sys.executable, "-m", "minitorch", "program.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=ENVIRONMENT,
    )
    with child:
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert said.startswith("Traceback (most recent call last):\n")
    assert "minitorch" not in said
    assert said.endswith("KeyboardInterrupt\n")
