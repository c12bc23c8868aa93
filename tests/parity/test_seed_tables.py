"""The tables of the project's first specification, row by row, each column in its library.

The rows stand here as they stand there. From the same seed both columns give the same numbers.
"""

from __future__ import annotations

import textwrap

import numpy as np
import pytest
import torch

import minitorch as mt
from tests.parity.compare import error, first_sentence, same
from tests.seed_scripts import MINITORCH_LOOP, MINITORCH_MODEL, PYTORCH_LOOP, PYTORCH_MODEL

CREATION = """
torch.tensor([1,2,3])           mt.Tensor([1,2,3])
torch.zeros(2, 3)               mt.zeros(2, 3)
torch.ones(2, 3)                mt.ones(2, 3)
torch.randn(2, 3)               mt.randn(2, 3)
torch.rand(2, 3)                mt.rand(2, 3)
torch.arange(0, 10)             mt.arange(0, 10)
torch.eye(3)                    mt.eye(3)
"""

OPERATIONS = """
x + y                           x + y
x - y                           x - y
x * y                           x * y
x / y                           x / y
x ** y                          x ** y
x @ y                           x @ y
x.t()                           x.t()
x.reshape(2, 3)                 x.reshape(2, 3)
x.view(2, 3)                    x.view(2, 3)
x.transpose(0, 1)               x.transpose(0, 1)
x.sum()                         x.sum()
x.mean()                        x.mean()
x.max()                         x.max()
x.exp()                         x.exp()
x.log()                         x.log()
x.sqrt()                        x.sqrt()
"""

LAYERS = """
nn.Linear(10, 20)                         nn.Linear(10, 20)
nn.Conv2d(3, 16, 3)                       nn.Conv2d(3, 16, 3)
nn.MaxPool2d(2)                           nn.MaxPool2d(2)
nn.AvgPool2d(2)                           nn.AvgPool2d(2)
nn.BatchNorm1d(10)                        nn.BatchNorm1d(10)
nn.BatchNorm2d(16)                        nn.BatchNorm2d(16)
nn.Dropout(0.5)                           nn.Dropout(0.5)
nn.ReLU()                                 nn.ReLU()
nn.Sigmoid()                              nn.Sigmoid()
nn.Tanh()                                 nn.Tanh()
nn.Softmax(dim=1)                         nn.Softmax(dim=1)
nn.Embedding(1000, 128)                   nn.Embedding(1000, 128)
nn.Sequential(...)                        nn.Sequential(...)
"""

LOSSES = """
nn.MSELoss()                    nn.MSELoss()
nn.CrossEntropyLoss()           nn.CrossEntropyLoss()
nn.BCELoss()                    nn.BCELoss()
nn.L1Loss()                     nn.L1Loss()
"""

OPTIMIZERS = """
optim.SGD(params, lr=0.01)                optim.SGD(params, lr=0.01)
optim.Adam(params, lr=0.001)              optim.Adam(params, lr=0.001)
optim.RMSprop(params, lr=0.01)            optim.RMSprop(params, lr=0.01)
optim.Adagrad(params, lr=0.01)            optim.Adagrad(params, lr=0.01)
"""

AUTOGRAD = """
x.requires_grad = True          x = mt.Tensor(data, requires_grad=True)
x.backward()                    x.backward()
x.grad                          x.grad
optimizer.zero_grad()           optimizer.zero_grad()
x.detach()                      x.detach()
"""

DEVICES = """
x.cuda()                        x.cuda()
x.cpu()                         x.cpu()
x.to('cuda')                    x.to('cuda')
model.cuda()                    model.cuda()
model.cpu()                     model.cpu()
"""


def split(table):
    """The two columns of each line."""
    return [[cell.strip() for cell in line.split("   ", 1)] for line in table.strip().split("\n")]


def rows(table):
    """The lines, as parameters of a test."""
    columns = split(table)
    return pytest.mark.parametrize(("theirs", "ours"), columns, ids=[ours for _, ours in columns])


def names(lib):
    """What a lesson has imported."""
    return {"torch": torch, "mt": mt, "nn": lib.nn, "optim": lib.optim}


def value(lib, text, **given):
    """What the expression gives, on the library, after the seed 0."""
    lib.manual_seed(0)
    return eval(text, names(lib) | given)


def numbers(tensor):
    return tensor.detach().numpy()


def assert_close(ours, theirs, rtol=1e-5):
    ours, theirs = numbers(ours), numbers(theirs)
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * np.abs(theirs).max(initial=0))


@rows(CREATION)
def test_creation(theirs, ours):
    a, b = value(mt, ours), value(torch, theirs)
    np.testing.assert_array_equal(numbers(a), numbers(b))
    # The one row that differs in its dtype: Tensor makes float32, as torch.Tensor does.
    if ours == "mt.Tensor([1,2,3])":
        b = torch.Tensor([1, 2, 3])
        assert str(mt.tensor([1, 2, 3]).dtype) == str(torch.tensor([1, 2, 3]).dtype)
    assert str(a.dtype) == str(b.dtype)
    assert repr(a) == repr(b)


OPERANDS = {"x @ y": ((2, 3), (3, 4))}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@rows(OPERATIONS)
def test_operations(theirs, ours, dtype):
    shapes = OPERANDS.get(ours, ((3, 2), (3, 2)))
    rng = np.random.default_rng(0)
    x, y = (rng.uniform(0.5, 2, shape).astype(dtype) for shape in shapes)
    used = (x, y) if "y" in ours else (x,)

    def run(lib, x, y=None):
        return value(lib, theirs if lib is torch else ours, x=x, y=y)

    same(run, *used, slack=4)


INPUTS = {
    "nn.Linear(10, 20)": (5, 10),
    "nn.Conv2d(3, 16, 3)": (2, 3, 8, 8),
    "nn.MaxPool2d(2)": (2, 3, 8, 8),
    "nn.AvgPool2d(2)": (2, 3, 8, 8),
    "nn.BatchNorm1d(10)": (5, 10),
    "nn.BatchNorm2d(16)": (2, 16, 4, 4),
    "nn.Embedding(1000, 128)": None,  # numbers of words
}
SEQUENTIAL = "nn.Sequential(nn.Linear(10, 20), nn.BatchNorm1d(20), nn.ReLU(), nn.Linear(20, 5))"


@rows(LAYERS)
def test_layers(theirs, ours):
    """The same initial weights, outputs, gradients and buffers, in training and evaluation."""
    shape = INPUTS.get(ours, (5, 10))
    steps = []
    for lib, text in ((mt, ours), (torch, theirs)):
        layer = value(lib, text.replace("nn.Sequential(...)", SEQUENTIAL))
        seen = [repr(layer), list(layer.state_dict()), *layer.state_dict().values()]
        for mode in (True, False):
            layer.train(mode)
            if shape is None:
                x = lib.randint(0, 1000, (4, 6))
            else:
                x = lib.randn(shape, requires_grad=True)
            out = layer(x)
            loss = (out * lib.randn(out.shape)).sum()
            if loss.requires_grad:
                loss.backward()
            seen += [out, x.grad, *(p.grad for p in layer.parameters())]
            seen += list(layer.state_dict().values())
        steps.append(seen)
    for a, b in zip(*steps, strict=True):
        if isinstance(b, torch.Tensor):
            assert_close(a, b)
        else:
            assert a == b


def test_layers_begin_with_the_very_weights():
    for theirs, ours in split(LAYERS)[:-1]:
        a, b = value(mt, ours).state_dict(), value(torch, theirs).state_dict()
        assert list(a) == list(b)
        for key in a:
            np.testing.assert_array_equal(numbers(a[key]), numbers(b[key]), err_msg=f"{ours} {key}")


@rows(LOSSES)
def test_losses(theirs, ours):
    rng = np.random.default_rng(0)
    x = rng.uniform(0.1, 0.9, (6, 4)).astype(np.float32)
    classes = rng.integers(0, 4, 6)
    target = rng.uniform(0, 1, (6, 4)).astype(np.float32)

    def run(lib, x):
        chosen = classes if "CrossEntropy" in ours else target
        return value(lib, theirs if lib is torch else ours)(x, lib.tensor(chosen))

    same(run, x, slack=4)


@rows(OPTIMIZERS)
def test_optimizers(theirs, ours):
    """Ten steps on a small regression, from the same weights."""
    seen = []
    for lib, text in ((mt, ours), (torch, theirs)):
        lib.manual_seed(0)
        model = lib.nn.Linear(4, 3)
        x, y = lib.randn(16, 4), lib.randn(16, 3)
        optimizer = eval(text, names(lib) | {"params": model.parameters()})
        found = [repr(optimizer)]
        for _ in range(10):
            optimizer.zero_grad()
            ((model(x) - y) ** 2).mean().backward()
            optimizer.step()
            found += [p.detach().clone() for p in model.parameters()]
        seen.append(found)
    assert seen[0][0] == seen[1][0]
    for a, b in zip(seen[0][1:], seen[1][1:], strict=True):
        assert_close(a, b, rtol=1e-6)


def test_autograd():
    """The rows are a program, line after line; the loss is the ``x`` of ``x.backward()``."""
    seen = []
    for lib, column in ((torch, 0), (mt, 1)):
        lines = [row[column] for row in split(AUTOGRAD)]
        data = [[1.0, -2.0], [3.0, 0.5]]
        here = names(lib) | {"data": data, "x": lib.tensor(data)}
        exec(lines[0], here)
        leaf = here["x"]
        optimizer = here["optimizer"] = lib.optim.SGD([leaf], lr=0.1)
        assert leaf.requires_grad
        assert leaf.is_leaf
        exec(lines[1], {"x": (leaf**3).sum()})
        found = [eval(lines[2], here).clone()]
        exec(lines[1], {"x": (leaf**3).sum()})  # gradients add up …
        found.append(eval(lines[2], here).clone())
        optimizer.step()
        eval(lines[3], here)  # … until they are cleared
        assert eval(lines[2], here) is None
        detached = eval(lines[4], here)
        assert not detached.requires_grad
        assert detached.data_ptr() == leaf.data_ptr()
        seen.append([*found, detached])
    for b, a in zip(*seen, strict=True):
        assert_close(a, b)


@rows(DEVICES)
def test_devices(theirs, ours):
    def run(lib):
        given = {"x": lib.tensor([1.0, 2.0]), "model": lib.nn.Linear(2, 1)}
        return value(lib, theirs if lib is torch else ours, **given)

    if "cuda" in ours and not mt.cuda.is_available():
        if torch.cuda.is_available():
            pytest.skip("torch finds a GPU and MiniTorch has no CuPy")
        raised = error(mt, run, (), False)
        expected = error(torch, run, (), False)
        # Which sentence torch says depends on how it was built and on the driver.
        assert type(raised) is type(expected) or isinstance(expected, RuntimeError)
        assert first_sentence(raised) == "Torch not compiled with CUDA enabled"
        assert "CuPy" in str(raised)
        return
    moved = run(mt)
    tensor = moved if isinstance(moved, mt.Tensor) else moved.weight
    assert tensor.device.type == ("cuda" if "cuda" in ours else "cpu")
    if "cuda" not in ours:
        expected = run(torch)
        expected = expected if isinstance(expected, torch.Tensor) else expected.weight
        np.testing.assert_array_equal(numbers(tensor), numbers(expected))


def test_training_loop():
    losses = []
    for lib, text in ((torch, PYTORCH_LOOP), (mt, MINITORCH_LOOP)):
        lib.manual_seed(0)
        x, y = lib.randn(32, 10), lib.randn(32, 1)
        here = names(lib) | {"x": x, "y": y}
        exec(textwrap.dedent(text), here)
        losses.append(here["loss"].item())
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


def test_migration_example():
    """PyTorch's program, MiniTorch's, and PyTorch's with its imports changed."""
    moved = PYTORCH_MODEL.replace("import torch.", "import minitorch.")
    moved = moved.replace("import torch\n", "import minitorch as torch\n")
    losses = []
    for lib, text in ((torch, PYTORCH_MODEL), (mt, MINITORCH_MODEL), (mt, moved)):
        lib.manual_seed(0)
        here = {}
        exec(textwrap.dedent(text), here)
        x, y = lib.rand(32, 784), lib.randint(0, 10, (32,))
        for _ in range(5):
            here["optimizer"].zero_grad()
            loss = here["criterion"](here["model"](x), y)
            loss.backward()
            here["optimizer"].step()
        losses.append(loss.item())
    assert losses[1] == losses[2]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)
