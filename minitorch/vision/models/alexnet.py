"""AlexNet (Krizhevsky, Sutskever and Hinton, 2012; in the form of Krizhevsky, 2014)."""

from __future__ import annotations

from typing import Any

from minitorch import nn

from .registry import builder, trained
from .weights import AlexNet_Weights


class AlexNet(nn.Module):
    """Five convolutions and three linear layers for images ``(N, 3, 224, 224)``.

    Source: Krizhevsky, Sutskever and Hinton, *ImageNet classification with deep convolutional
    neural networks*, 2012; in the form of Krizhevsky, 2014.

    >>> AlexNet(num_classes=10).eval()(mt.zeros(1, 3, 224, 224)).shape
    torch.Size([1, 10])
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Any) -> Any:
        """Scores ``(N, num_classes)``."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@builder(AlexNet_Weights)
def alexnet(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> AlexNet:
    """An `AlexNet`, untrained or with ``weights``.

    >>> sum(p.numel() for p in alexnet().parameters())
    61100840
    """
    return trained(AlexNet, weights, progress, kwargs)
