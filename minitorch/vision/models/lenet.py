"""LeNet-5, the network that MNIST was made for (LeCun et al., 1998)."""

from __future__ import annotations

from typing import Any

import minitorch as mt
from minitorch import nn

from .registry import builder, trained


class LeNet(nn.Module):
    """Two convolutions and three linear layers for images ``(N, 1, 28, 28)``.

    With ReLU and the largest of four pixels, where the paper has the hyperbolic tangent and a sum.
    torchvision has no LeNet; the names are those of PyTorch's lessons.

    >>> LeNet()(mt.zeros(1, 1, 28, 28)).shape
    torch.Size([1, 10])
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: Any) -> Any:
        """Scores ``(N, num_classes)``."""
        x = self.pool(mt.relu(self.conv1(x)))  # (N, 6, 14, 14)
        x = self.pool(mt.relu(self.conv2(x)))  # (N, 16, 5, 5)
        x = mt.relu(self.fc1(x.flatten(1)))
        return self.fc3(mt.relu(self.fc2(x)))


@builder()
def lenet(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> LeNet:
    """A `LeNet`, untrained: there are no ``weights``.

    >>> [tuple(p.shape) for p in lenet().parameters()][::2]
    [(6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (10, 84)]
    """
    return trained(LeNet, weights, progress, kwargs)
