"""A convolutional network reads handwritten digits, which a `DataLoader` brings in batches.

The digits are scikit-learn's, 8 × 8 pixels each, so there is nothing to download.

    pip install "minitorch-learn[demo]"
    python examples/digits_cnn.py --epochs 10 --save cnn.pt
    python examples/digits_cnn.py --epochs 20 --resume cnn.pt
"""

from __future__ import annotations

import argparse

from sklearn.datasets import load_digits

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.live import Live
from minitorch.optim.lr_scheduler import StepLR
from minitorch.utils.data import DataLoader, TensorDataset, random_split


class Net(nn.Module):
    """Two convolutions look for strokes; two linear layers read the digit from them."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.dropout = nn.Dropout(0.25)
        self.fc1 = nn.Linear(32 * 4 * 4, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))  # (N, 16, 8, 8)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)  # (N, 32, 4, 4)
        x = F.relu(self.fc1(self.dropout(x).flatten(1)))
        return F.log_softmax(self.fc2(x), dim=1)


def train(model, loader, optimizer, epoch, device, view):
    """Learns from every batch once; returns the mean loss."""
    model.train()
    total = 0.0
    for x, y in view(loader, f"epoch {epoch}"):
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        loss = F.nll_loss(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        view.log(loss=loss.item())
    return total / len(loader.dataset)


def test(model, loader, device):
    """Returns the mean loss and the share of right answers on digits that were held out."""
    model.eval()
    total, right = 0.0, 0
    with mt.no_grad():
        for x, y in loader:
            x, y = x.to(device), y.to(device)
            output = model(x)
            total += F.nll_loss(output, y, reduction="sum").item()
            right += (output.argmax(dim=1) == y).sum().item()
    return total / len(loader.dataset), right / len(loader.dataset)


def main() -> None:
    """Trains on four fifths of the digits, and tests on the others after every epoch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=8, help="rounds over the data (default 8)")
    parser.add_argument("--batch-size", type=int, default=32, help="digits per step (default 32)")
    parser.add_argument("--lr", type=float, default=0.002, help="learning rate (default 0.002)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if args.epochs < 1 or args.batch_size < 1:
        parser.error("--epochs and --batch-size must be above 0")

    mt.manual_seed(args.seed)
    digits = load_digits()
    images = mt.tensor(digits.images, dtype=mt.float32).unsqueeze(1) / 16  # from 0 to 1
    dataset = TensorDataset(images, mt.tensor(digits.target))
    split = mt.Generator().manual_seed(0)  # the same digits are held out whatever the seed
    training, held_out = random_split(dataset, [0.8, 0.2], generator=split)
    train_loader = DataLoader(training, batch_size=args.batch_size, shuffle=True)
    test_loader = DataLoader(held_out, batch_size=256)

    model = Net().to(args.device)
    optimizer = mt.optim.Adam(model.parameters(), lr=args.lr)
    scheduler = StepLR(optimizer, step_size=5, gamma=0.5)
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler.load_state_dict(checkpoint["scheduler"])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in range(first, args.epochs + 1):
        loss = train(model, train_loader, optimizer, epoch, args.device, view)
        scheduler.step()
        test_loss, accuracy = test(model, test_loader, args.device)
        print(f"epoch {epoch}  loss {loss:.4f}  held out: {test_loss:.4f}, accuracy {accuracy:.1%}")
        if args.save:
            state = {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
                "rng": mt.get_rng_state(),
            }
            mt.save(state, args.save)


if __name__ == "__main__":
    main()
