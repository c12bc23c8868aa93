"""A variational autoencoder presses handwritten digits into four numbers, and makes new digits.

Kingma and Welling (2013): the encoder says where a digit lies, as a normal distribution in a small
space; the decoder draws the digit from a point of that space. The loss asks for two things: that
the digit comes back, and that the distributions do not stray from the standard normal one.

    pip install "minitorch-learn[demo]"
    python examples/vae.py --epochs 60 --save vae.pt
"""

from __future__ import annotations

import argparse

from sklearn.datasets import load_digits

import minitorch as mt
import minitorch.nn as nn
import minitorch.nn.functional as F
from minitorch.live import Live
from minitorch.utils.data import DataLoader


class VAE(nn.Module):
    """Images (N, 64) to distributions of codes (N, code), a code of each, and images again."""

    def __init__(self, code):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU())
        self.mean = nn.Linear(128, code)
        self.log_variance = nn.Linear(128, code)
        self.decoder = nn.Sequential(
            nn.Linear(code, 128), nn.ReLU(), nn.Linear(128, 64), nn.Sigmoid()
        )

    def forward(self, x):
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        # Written so that the gradient goes through the mean and the spread, not through the chance.
        code = mean + mt.randn_like(mean) * (log_variance / 2).exp()
        return self.decoder(code), mean, log_variance


def loss_of(x, image, mean, log_variance):
    """Returns how badly the images came back, and how far their codes are from normal ones."""
    reconstruction = F.binary_cross_entropy(image, x, reduction="sum")
    divergence = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum()
    return reconstruction, divergence


def show(images):
    """Prints images (N, 64) beside each other, with a darker sign for a darker pixel."""
    shades = (images.clamp(0, 0.999) * 5).int().view(len(images), 8, 8)
    for row in range(8):
        print("   ".join("".join(" .:*#"[i] * 2 for i in image[row].tolist()) for image in shades))


def main() -> None:
    """Trains, then shows digits, what came back of them, and digits that never were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=30, help="rounds over the data (default 30)")
    parser.add_argument("--batch-size", type=int, default=32, help="digits per step (default 32)")
    parser.add_argument("--code", type=int, default=4, help="numbers per digit (default 4)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if min(args.epochs, args.batch_size, args.code) < 1:
        parser.error("--epochs, --batch-size and --code must be above 0")

    mt.manual_seed(args.seed)
    images = mt.tensor(load_digits().data, dtype=mt.float32) / 16  # (1797, 64), from 0 to 1
    training, held_out = images[360:], images[:360].to(args.device)
    loader = DataLoader(training, batch_size=args.batch_size, shuffle=True)

    model = VAE(args.code).to(args.device)
    optimizer = mt.optim.Adam(model.parameters(), lr=0.002)
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in view(range(first, args.epochs + 1), "epochs"):
        total = 0.0
        for x in loader:
            x = x.to(args.device)
            optimizer.zero_grad()
            reconstruction, divergence = loss_of(x, *model(x))
            loss = reconstruction + divergence
            loss.backward()
            optimizer.step()
            total += loss.item()
        with mt.no_grad():
            reconstruction, divergence = loss_of(held_out, *model(held_out))
        view.log(loss=total / len(training))
        if epoch % 5 == 0 or epoch in (1, args.epochs):
            view.write(
                f"epoch {epoch:3}  loss {total / len(training):.3f}  held out: reconstruction "
                f"{reconstruction.item() / 360:.3f}, divergence {divergence.item() / 360:.3f}"
            )
        if args.save:
            state = {
                "epoch": epoch,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "rng": mt.get_rng_state(),
            }
            mt.save(state, args.save)

    with mt.no_grad():
        print("Held-out digits, and what came back of them:")
        show(held_out[:5])
        show(model(held_out[:5])[0])
        print("New digits, from random codes:")
        show(model.decoder(mt.randn(5, args.code).to(args.device)))


if __name__ == "__main__":
    main()
