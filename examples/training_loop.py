"""The smallest training loop: one linear layer learns a noisy linear function of ten numbers.

Step by step: clear the old gradients, compute the output, compute the loss, go backward, let the
optimizer move the weights. Every training loop is built around these five lines.

    python examples/training_loop.py --epochs 300
"""

from __future__ import annotations

import argparse

import minitorch as mt
import minitorch.nn as nn


def main() -> None:
    """Trains the layer, and compares what it learnt with the truth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=100, help="steps to take (default 100)")
    parser.add_argument("--lr", type=float, default=0.1, help="learning rate (default 0.1)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    args = parser.parse_args()
    if args.epochs < 1 or not args.lr > 0:
        parser.error("--epochs and --lr must be above 0")

    # What the layer is to find out: y = x @ true_weight + 2, with a little noise.
    mt.manual_seed(args.seed)
    true_weight = mt.randn(10, 1)
    x = mt.randn(200, 10)
    y = x @ true_weight + 2 + 0.1 * mt.randn(200, 1)

    model = nn.Sequential(nn.Linear(10, 1))
    optimizer = mt.optim.Adam(model.parameters(), lr=args.lr)
    criterion = nn.MSELoss()

    for epoch in range(args.epochs):
        optimizer.zero_grad()
        output = model(x)
        loss = criterion(output, y)
        loss.backward()
        optimizer.step()
        if epoch % 10 == 0 or epoch == args.epochs - 1:
            print(f"epoch {epoch + 1:4}  loss {loss.item():.4f}")

    weight, bias = model[0].weight.detach(), model[0].bias.item()
    error = (weight.t() - true_weight).abs().max().item()
    print(f"The weights are within {error:.3f} of the true ones; the bias is {bias:.3f}.")


if __name__ == "__main__":
    main()
