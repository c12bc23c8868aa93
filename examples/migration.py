"""A PyTorch model after its move to MiniTorch: a two-layer network reads handwritten digits.

The class `Net` is written as for PyTorch; only the imports have changed. It takes images of 28 × 28
pixels, so scikit-learn's digits of 8 × 8 are enlarged to that size.

    pip install "minitorch-learn[demo]"
    python examples/migration.py --epochs 20
"""

from __future__ import annotations

import argparse

from sklearn.datasets import load_digits

import minitorch as mt
import minitorch.nn as nn
from minitorch.live import Live


class Net(nn.Module):
    """Two linear layers with a rectifier between them."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.fc1(
            x
        ).relu()  # mt.relu(self.fc1(x)), as PyTorch's programs write it, does the same
        x = self.fc2(x)
        return x


def load():
    """Returns images (1797, 784), with pixels from 0 to 1, and labels (1797,)."""
    digits = load_digits()
    images = mt.tensor(digits.images, dtype=mt.float32) / 16  # (1797, 8, 8)
    nearest = mt.arange(28) * 8 // 28  # the old row (or column) for each new one
    enlarged = images[:, nearest][:, :, nearest]  # (1797, 28, 28)
    return enlarged.reshape(-1, 784), mt.tensor(digits.target)


def main() -> None:
    """Trains on four fifths of the digits, and tests on the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10, help="rounds over the data (default 10)")
    parser.add_argument("--batch-size", type=int, default=32, help="digits per step (default 32)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    args = parser.parse_args()
    if args.epochs < 1 or args.batch_size < 1:
        parser.error("--epochs and --batch-size must be above 0")

    mt.manual_seed(args.seed)
    images, labels = load()
    order = mt.randperm(len(images))
    test, train = order[:359], order[359:]  # a fifth is held out

    model = Net()
    optimizer = mt.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()

    view = Live()
    for _ in view(range(args.epochs), "epochs"):
        for batch in train[mt.randperm(len(train))].split(args.batch_size):
            optimizer.zero_grad()
            output = model(images[batch])
            loss = criterion(output, labels[batch])
            loss.backward()
            optimizer.step()
        view.log(loss=loss.item())

    with mt.no_grad():
        right = (model(images[test]).argmax(dim=1) == labels[test]).sum().item()
    print(f"Held-out accuracy: {right / len(test):.2%} ({right} of {len(test)} digits)")


if __name__ == "__main__":
    main()
