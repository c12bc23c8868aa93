"""Training from the same seed gives PyTorch's numbers, without copying a weight across."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import minitorch as mt

STEPS = 20


def mlp(nn):
    return nn.Sequential(
        nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 5)
    )


def cnn(nn):
    return nn.Sequential(
        # A bias has no effect here, so its gradient is rounding, which Adam would blow up.
        nn.Conv2d(1, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Dropout(0.25),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 5),
    )


def train(lib, make_model, make_optimizer, size):
    """The initial weights, the losses on the way, and the weights at the end."""
    lib.manual_seed(0)
    model = make_model(lib.nn)
    before = {key: value.detach().clone() for key, value in model.state_dict().items()}
    optimizer = make_optimizer(lib.optim, model.parameters())
    criterion = lib.nn.CrossEntropyLoss()
    losses = []
    for _ in range(STEPS):
        x, y = lib.randn(24, *size), lib.randint(0, 5, (24,))
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return before, losses, model.state_dict()


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda optim, p: optim.SGD(p, lr=0.1),
        lambda optim, p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-3),
        lambda optim, p: optim.Adam(p, lr=0.01),
        lambda optim, p: optim.AdamW(p, lr=0.01),
        lambda optim, p: optim.RMSprop(p, lr=0.01),
        lambda optim, p: optim.Adagrad(p, lr=0.1),
    ],
    ids=["SGD", "Nesterov", "Adam", "AdamW", "RMSprop", "Adagrad"],
)
@pytest.mark.parametrize(("model", "size"), [(mlp, (20,)), (cnn, (1, 16, 16))], ids=["mlp", "cnn"])
def test_same_seed_same_training(model, size, optimizer):
    before, losses, after = train(mt, model, optimizer, size)
    expected_before, expected_losses, expected_after = train(torch, model, optimizer, size)
    assert list(before) == list(expected_before)
    for key, value in expected_before.items():
        np.testing.assert_array_equal(before[key].numpy(), value.numpy(), err_msg=key)
    assert losses == pytest.approx(expected_losses, rel=1e-4)
    assert len(set(losses)) == STEPS
    for key, value in expected_after.items():
        ours, theirs = after[key].detach().numpy(), value.detach().numpy()
        np.testing.assert_allclose(ours, theirs, rtol=1e-2, atol=1e-3, err_msg=key)


def test_demo_with_its_imports_changed():
    """``minitorch demo`` is a PyTorch program: the same digits, weights, masks and losses."""
    file = Path(mt.__file__).parent / "demo" / "digits.py"
    ours = file.read_text(encoding="utf-8")
    theirs = ours.replace("import minitorch as mt", "import torch as mt")
    theirs = theirs.replace("import minitorch.nn as nn", "import torch.nn as nn")
    losses = []
    for text in (theirs, ours):
        demo = {"__name__": "minitorch.demo.digits", "__package__": "minitorch.demo"}
        exec(compile(text, str(file), "exec"), demo)
        demo = SimpleNamespace(**demo)
        demo.mt.manual_seed(0)
        x, y, held_out_x, held_out_y = demo.load("cpu")
        model, criterion = demo.Net(), demo.nn.CrossEntropyLoss()
        optimizer = demo.mt.optim.Adam(model.parameters(), lr=0.003)
        view = demo.Live()
        demo.train(model, criterion, optimizer, view, "", demo.shuffled(x, y, 64)[:STEPS])
        losses.append(
            [*view.history["loss"], demo.evaluate(model, criterion, held_out_x, held_out_y)[0]]
        )
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
