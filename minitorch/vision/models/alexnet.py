"""AlexNet (Krizhevsky, Sutskever and Hinton, 2012; in the form of Krizhevsky, 2014)."""

from __future__ import annotations

from typing import Any

from minitorch import nn

from .weights import refuse_weights


class AlexNet(nn.Module):
    """Five convolutions and three linear layers for images ``(N, 3, 224, 224)``."""

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


def alexnet(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> AlexNet:
    """An `AlexNet`, untrained."""
    refuse_weights("alexnet", pretrained, weights)
    return AlexNet(**kwargs)
