"""PyTorch programs as they stand: running them, reading them, comparing what they print."""

from .alias import use_as_torch
