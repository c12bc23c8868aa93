"""A DCGAN: one network makes handwritten digits, another tells them from real ones; both learn.

Radford, Metz and Chintala (2015): the generator grows an image out of random numbers, by transposed
convolutions; the discriminator is a CNN that says how real an image looks. Each is the other's
teacher.

    pip install "minitorch-learn[demo]"
    python examples/dcgan.py --epochs 60 --save gan.pt
"""

from __future__ import annotations

import argparse

from sklearn.datasets import load_digits

import minitorch as mt
import minitorch.nn as nn
from minitorch.live import Live
from minitorch.utils.data import DataLoader

NOISE = 16  # random numbers that an image grows out of


def init_weights(layer):
    """Sets a layer's first weights as the paper does."""
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


def make_generator():
    """Returns a network from noise (N, NOISE, 1, 1) to images (N, 1, 8, 8), with pixels -1 to 1."""
    return nn.Sequential(
        nn.ConvTranspose2d(NOISE, 64, kernel_size=2, bias=False),  # (N, 64, 2, 2)
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1, bias=False),  # (N, 32, 4, 4)
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, kernel_size=4, stride=2, padding=1),  # (N, 1, 8, 8)
        nn.Tanh(),
    )


def make_discriminator():
    """Returns a network from images (N, 1, 8, 8) to scores (N,): above 0 it takes them for real."""
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1),  # (N, 32, 4, 4)
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1, bias=False),  # (N, 64, 2, 2)
        nn.BatchNorm2d(64),
        nn.LeakyReLU(0.2),
        nn.Conv2d(64, 1, kernel_size=2),  # (N, 1, 1, 1)
        nn.Flatten(0),
    )


def distance(a, b):
    """Returns the energy distance of two sets of images: 0 if they could be of one kind."""
    a, b = a.flatten(1), b.flatten(1)
    return (2 * mt.cdist(a, b).mean() - mt.cdist(a, a).mean() - mt.cdist(b, b).mean()).item()


def show(images):
    """Prints images (N, 1, 8, 8) beside each other, with a darker sign for a darker pixel."""
    shades = ((images.squeeze(1) + 1) / 2).clamp(0, 0.999).mul(5).int()
    for row in range(8):
        print("   ".join("".join(" .:*#"[i] * 2 for i in image[row].tolist()) for image in shades))


def main() -> None:
    """Trains both, and measures how far the made images are from the real ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15, help="rounds over the data (default 15)")
    parser.add_argument("--batch-size", type=int, default=64, help="digits per step (default 64)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default 0)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--save", metavar="FILE", help="write a checkpoint after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint")
    args = parser.parse_args()
    if min(args.epochs, args.batch_size) < 1:
        parser.error("--epochs and --batch-size must be above 0")

    mt.manual_seed(args.seed)
    digits = mt.tensor(load_digits().images, dtype=mt.float32).unsqueeze(1) / 8 - 1  # from -1 to 1
    loader = DataLoader(digits, batch_size=args.batch_size, shuffle=True, drop_last=True)
    digits = digits.to(args.device)
    fixed_noise = mt.randn(100, NOISE, 1, 1).to(args.device)

    generator = make_generator().apply(init_weights).to(args.device)
    discriminator = make_discriminator().apply(init_weights).to(args.device)
    criterion = nn.BCEWithLogitsLoss()
    optimizer_g = mt.optim.Adam(generator.parameters(), lr=0.001, betas=(0.5, 0.999))
    optimizer_d = mt.optim.Adam(discriminator.parameters(), lr=0.001, betas=(0.5, 0.999))
    parts = {"g": generator, "d": discriminator, "opt_g": optimizer_g, "opt_d": optimizer_d}
    first = 1
    if args.resume:
        checkpoint = mt.load(args.resume, map_location=args.device)
        for name, part in parts.items():
            part.load_state_dict(checkpoint[name])
        mt.set_rng_state(checkpoint["rng"].cpu())
        first = checkpoint["epoch"] + 1

    view = Live()
    for epoch in range(first, args.epochs + 1):
        losses_d, losses_g = [], []
        for real in view(loader, f"epoch {epoch}"):
            real = real.to(args.device)
            fake = generator(mt.randn(len(real), NOISE, 1, 1).to(args.device))
            ones = mt.ones(len(real), device=args.device)

            # The discriminator learns to say 1 to real images and 0 to made ones.
            optimizer_d.zero_grad()
            loss_d = criterion(discriminator(real), ones)
            loss_d = loss_d + criterion(discriminator(fake.detach()), 0 * ones)
            loss_d.backward()
            optimizer_d.step()

            # The generator learns to make images to which it says 1.
            optimizer_g.zero_grad()
            loss_g = criterion(discriminator(fake), ones)
            loss_g.backward()
            optimizer_g.step()
            losses_d.append(loss_d.item())
            losses_g.append(loss_g.item())
            view.log(discriminator=losses_d[-1], generator=losses_g[-1])

        with mt.no_grad():  # in train mode: batch norm goes by the batch at hand
            apart = distance(generator(fixed_noise), digits[:500])
        mean_d, mean_g = sum(losses_d) / len(losses_d), sum(losses_g) / len(losses_g)
        print(
            f"epoch {epoch:2}  loss of the discriminator {mean_d:.4f}, of the generator "
            f"{mean_g:.4f}  distance from real {apart:.4f}"
        )
        if args.save:
            state = {name: part.state_dict() for name, part in parts.items()}
            mt.save({"epoch": epoch, "rng": mt.get_rng_state(), **state}, args.save)

    print("Digits it made:")
    with mt.no_grad():
        show(generator(fixed_noise)[:5])


if __name__ == "__main__":
    main()
