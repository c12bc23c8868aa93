"""A residual network sorts images of CIFAR-10's format: 32 × 32 pixels, three colours, ten classes.

Without CIFAR-10 it makes images of its own: stripes in ten directions, in random colours, under
noise. ``--data`` reads the real one: the folder "cifar-10-batches-bin" out of the archive
"CIFAR-10 binary version" from https://www.cs.toronto.edu/~kriz/cifar.html.

    pip install "minitorch-learn[demo]"
    python examples/resnet.py --epochs 10 --save resnet.pt
    python examples/resnet.py --data cifar-10-batches-bin --blocks 3 --width 16
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.live import Live
from minitorch.utils.data import DataLoader, TensorDataset


class Block(nn.Module):
    """Two convolutions that learn what to add to their input (He and others, 2015)."""

    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class ResNet(nn.Module):
    """Three stages of blocks; each halves the image and doubles the channels, but the first."""

    def __init__(self, blocks, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(width)
        stages, channels_in = [], width
        for stage in range(3):
            channels = width * 2**stage
            for number in range(blocks):
                stride = 2 if stage > 0 and number == 0 else 1
                stages.append(Block(channels_in, channels, stride))
                channels_in = channels
        self.stages = nn.Sequential(*stages)
        self.fc = nn.Linear(channels_in, 10)

    def forward(self, x):
        x = self.stages(F.relu(self.bn(self.conv(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def stripes(count):
    """Returns images (count, 3, 32, 32) of stripes, and which of ten directions they run in."""
    labels = mt.arange(count) % 10
    angle = (labels * math.pi / 10).view(-1, 1, 1)
    down, across = mt.meshgrid(mt.linspace(-1, 1, 32), mt.linspace(-1, 1, 32), indexing="ij")
    frequency, phase = 8 + 8 * mt.rand(count, 1, 1), 6.3 * mt.rand(count, 1, 1)
    waves = mt.sin(frequency * (across * angle.cos() + down * angle.sin()) + phase)
    images = waves.unsqueeze(1) * mt.randn(count, 3, 1, 1) + mt.randn(count, 3, 32, 32)
    return TensorDataset(images, labels)


def cifar(folder, names):
    """Returns the images and labels of files of CIFAR-10: a byte for the class, 3072 for pixels."""
    rows = np.concatenate([np.fromfile(folder / name, np.uint8) for name in names])
    rows = rows.reshape(-1, 3073)
    images = mt.tensor(rows[:, 1:]).view(-1, 3, 32, 32).float() / 127.5 - 1
    return TensorDataset(images, mt.tensor(rows[:, 0]).long())


def main() -> None:
    """Trains, and tests on images that were held out after every epoch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5, help="rounds over the data (default 5)")
    parser.add_argument("--images", type=int, default=1000, help="to make (default 1000)")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="of CIFAR-10's binary version")
    parser.add_argument("--blocks", type=int, default=1, help="per stage (default 1)")
    parser.add_argument("--width", type=int, default=8, help="first channels (default 8)")
    parser.add_argument("--batch-size", type=int, default=32, help="images per step (default 32)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if min(args.epochs, args.images, args.blocks, args.width, args.batch_size) < 1:
        parser.error("numbers must be above 0")
    if args.data and not (args.data / "test_batch.bin").is_file():
        parser.error(f"--data: there is no file {args.data / 'test_batch.bin'}")

    mt.manual_seed(args.seed)
    if args.data:
        training = cifar(args.data, [f"data_batch_{i}.bin" for i in range(1, 6)])
        held_out = cifar(args.data, ["test_batch.bin"])
    else:
        training, held_out = stripes(args.images), stripes(200)
    train_loader = DataLoader(training, batch_size=args.batch_size, shuffle=True)
    test_loader = DataLoader(held_out, batch_size=100)

    model = ResNet(args.blocks, args.width).to(args.device)
    optimizer = mt.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in range(first, args.epochs + 1):
        model.train()
        total = 0.0
        for x, y in view(train_loader, f"epoch {epoch}"):
            x, y = x.to(args.device), y.to(args.device)
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
            view.log(loss=loss.item())

        model.eval()
        right = 0
        with mt.no_grad():
            for x, y in test_loader:
                right += (model(x.to(args.device)).argmax(dim=1).cpu() == y).sum().item()
        accuracy = right / len(held_out)
        print(f"epoch {epoch}  loss {total / len(training):.4f}  held-out accuracy {accuracy:.1%}")
        if args.save:
            state = {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "rng": mt.get_rng_state(),
            }
            mt.save(state, args.save)


if __name__ == "__main__":
    main()
