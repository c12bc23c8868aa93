"""A small network learns to tell two spirals apart that wind around each other.

No straight line separates them, so the hidden layers have to bend the plane. ``--picture`` draws
what they made of it: the colour of each point of the plane is the network's answer there.

    pip install "minitorch-learn[demo]"
    python examples/two_spirals.py --picture spirals.png
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import minitorch as mt
import minitorch.nn as nn
from minitorch.live import Live


def two_spirals(points: int):
    """Returns the points (2 * points, 2) of two noisy spirals, and their labels 0 and 1."""
    turn = 3 * math.pi * mt.rand(points).sqrt()  # the angle, from the centre outwards
    spiral = mt.stack([turn * turn.cos(), turn * turn.sin()], dim=1) / (3 * math.pi)
    x = mt.cat([spiral, -spiral]) + 0.02 * mt.randn(2 * points, 2)
    y = mt.cat([mt.zeros(points), mt.ones(points)])
    return x, y.unsqueeze(1)


def draw(model: nn.Module, x: mt.Tensor, y: mt.Tensor, path: Path) -> None:
    """Draws the spirals on the network's answers for the whole plane."""
    from matplotlib.figure import Figure  # here, for the program runs without it as well

    axis = mt.linspace(-1.2, 1.2, 241)
    down, across = mt.meshgrid(axis, axis, indexing="ij")
    plane = mt.stack([across, down], dim=-1).reshape(-1, 2)
    with mt.no_grad():
        answer = model(plane).sigmoid().reshape(241, 241)

    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    pale = {"cmap": "RdBu", "vmin": -0.7, "vmax": 1.7}  # the points keep the strong colours
    axes.imshow(answer.numpy(), extent=(-1.2, 1.2, -1.2, 1.2), origin="lower", **pale)
    axes.contour(axis.numpy(), axis.numpy(), answer.numpy(), levels=[0.5], colors="#1f2933")
    for label, colour in (0, "#b2182b"), (1, "#2166ac"):
        spiral = x[y.squeeze(1) == label].numpy()
        axes.scatter(spiral[:, 0], spiral[:, 1], s=12, color=colour, edgecolors="white", lw=0.4)
    axes.set(xticks=[], yticks=[], title="Two spirals, and where the network draws the line")
    figure.savefig(path, dpi=120)


def main() -> None:
    """Trains the network, and draws the picture if one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=500, help="steps to take (default 500)")
    parser.add_argument("--points", type=int, default=200, help="per spiral (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the result")
    args = parser.parse_args()
    if args.epochs < 1 or args.points < 1:
        parser.error("--epochs and --points must be above 0")
    if args.picture is not None and not args.picture.parent.is_dir():
        parser.error(f"--picture: there is no folder {args.picture.parent}")

    mt.manual_seed(args.seed)
    x, y = two_spirals(args.points)
    model = nn.Sequential(
        nn.Linear(2, 32),
        nn.Tanh(),
        nn.Linear(32, 32),
        nn.Tanh(),
        nn.Linear(32, 1),
    )
    criterion = nn.BCEWithLogitsLoss()
    optimizer = mt.optim.Adam(model.parameters(), lr=0.01)

    view = Live()
    for epoch in view(range(args.epochs), "epochs"):
        optimizer.zero_grad()
        output = model(x)
        loss = criterion(output, y)
        loss.backward()
        optimizer.step()
        if epoch % 10 == 0:
            accuracy = ((output > 0) == (y > 0)).float().mean().item()
            view.log(loss=loss.item(), accuracy=accuracy)

    with mt.no_grad():
        right = ((model(x) > 0) == (y > 0)).sum().item()
    print(f"Loss {loss.item():.4f}; {right} of {len(x)} points are on the right side.")
    if args.picture is not None:
        draw(model, x, y, args.picture)
        print(f"Picture: {args.picture.resolve()}")


if __name__ == "__main__":
    main()
