"""A convolutional network learns to read handwritten digits: the program of ``minitorch demo``.

It is an ordinary PyTorch program. With ``import torch as mt`` and ``import torch.nn as nn`` in
place of the two imports of MiniTorch it runs in PyTorch, from the same random numbers.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

from sklearn.datasets import load_digits

import minitorch as mt
import minitorch.nn as nn

from ..live import Live
from . import picture


class Net(nn.Module):
    """Two convolutions look for strokes in the image; a linear layer reads the digit from them."""

    def __init__(self) -> None:
        super().__init__()
        # The normalization subtracts the mean, and any bias with it.
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.pool = nn.MaxPool2d(2)
        self.dropout = nn.Dropout(0.25)
        self.linear = nn.Linear(32 * 4 * 4, 10)

    def forward(self, x: Any) -> Any:
        """Turns images ``(N, 1, 8, 8)`` into scores ``(N, 10)``: the highest is the answer."""
        x = mt.relu(self.norm1(self.conv1(x)))  # (N, 16, 8, 8)
        x = mt.relu(self.norm2(self.conv2(x)))  # (N, 32, 8, 8)
        x = self.dropout(self.pool(x))  # (N, 32, 4, 4)
        return self.linear(x.flatten(1))


def load(device: str) -> tuple[Any, ...]:
    """Returns training images and labels, held-out images and labels: a fifth, at random."""
    digits = load_digits()
    images = mt.tensor(digits.images, dtype=mt.float32).unsqueeze(1) / 16  # from 0 to 1
    labels = mt.tensor(digits.target)
    order = mt.randperm(len(images))
    held_out, training = order[: len(order) // 5], order[len(order) // 5 :]
    parts = images[training], labels[training], images[held_out], labels[held_out]
    return tuple(part.to(device) for part in parts)


def shuffled(images: Any, labels: Any, batch_size: int) -> list[tuple[Any, Any]]:
    """Returns all images with their labels in random order, in batches."""
    order = mt.randperm(len(images), device=images.device)
    return [(images[batch], labels[batch]) for batch in order.split(batch_size)]


def train(
    model: Any, criterion: Any, optimizer: Any, view: Live, title: str, batches: list[Any]
) -> float:
    """Learns from every batch once; returns the accuracy on the way."""
    model.train()
    seen = right = 0
    for x, y in view(batches, title):
        optimizer.zero_grad()
        output = model(x)
        loss = criterion(output, y)
        loss.backward()
        optimizer.step()

        seen += len(y)
        right += (output.argmax(dim=1) == y).sum().item()
        view.log(loss=loss.item(), accuracy=right / seen)
    return right / seen


def evaluate(model: Any, criterion: Any, x: Any, y: Any) -> tuple[float, Any]:
    """Returns the loss on ``x``, from which nothing is learnt here, and the model's answers."""
    model.eval()
    with mt.no_grad():
        output = model(x)
        return criterion(output, y).item(), output.argmax(dim=1)


def run(*, seed: int, epochs: int, batch_size: int, lr: float, device: str, out: Path) -> None:
    """Trains, prints how it goes, and draws a picture of it."""
    mt.manual_seed(seed)
    x, y, held_out_x, held_out_y = load(device)
    model = Net().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = mt.optim.Adam(model.parameters(), lr=lr)

    print(f"A small CNN on {device} learns from {len(x)} digits; {len(held_out_x)} are held out.")
    began = time.perf_counter()
    view = Live()
    held_out_curve: list[float] = []
    for epoch in range(1, epochs + 1):
        title = f"epoch {epoch:{len(str(epochs))}}/{epochs}"
        batches = shuffled(x, y, batch_size)
        accuracy = train(model, criterion, optimizer, view, title, batches)
        losses = view.history["loss"][-len(batches) :]
        held_out_loss, answers = evaluate(model, criterion, held_out_x, held_out_y)
        right = (answers == held_out_y).sum().item()
        print(
            f"{title}  loss {sum(losses) / len(losses):.4f}, accuracy {accuracy:6.1%}"
            f"  held out: loss {held_out_loss:.4f}, accuracy {right / len(answers):6.1%}",
            flush=True,
        )
        if not math.isfinite(losses[-1] + held_out_loss):
            raise FloatingPointError("the loss is no longer a finite number: try a smaller --lr")
        held_out_curve.append(held_out_loss)
    seconds = time.perf_counter() - began

    picture.draw(
        out,
        view.history["loss"],
        held_out_curve,
        held_out_x.squeeze(1).cpu().numpy(),
        held_out_y.cpu().numpy(),
        answers.cpu().numpy(),
    )
    print(f"Trained in {seconds:.1f} seconds.")
    print(f"Picture: {out.resolve()}")
    print(f"Held-out accuracy: {right / len(answers):.2%} ({right} of {len(answers)} digits)")
