"""VGG: convolutions of 3×3, many of them (Simonyan and Zisserman, 2014)."""

from __future__ import annotations

from typing import Any

from minitorch import nn

from .weights import refuse_weights

# The numbers of channels; M halves the image. By how many layers have weights.
LAYERS: dict[int, list[int | str]] = {
    11: [64, "M", 128, "M", *[256] * 2, "M", *[512] * 2, "M", *[512] * 2, "M"],
    13: [*[64] * 2, "M", *[128] * 2, "M", *[256] * 2, "M", *[512] * 2, "M", *[512] * 2, "M"],
    16: [*[64] * 2, "M", *[128] * 2, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"],
    19: [*[64] * 2, "M", *[128] * 2, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
}


def make_layers(cfg: list[int | str], batch_norm: bool = False) -> nn.Sequential:
    """The convolutions that ``cfg`` lists."""
    layers: list[nn.Module] = []
    channels = 3
    for width in cfg:
        if isinstance(width, str):
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(channels, width, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(width))
        layers.append(nn.ReLU(inplace=True))
        channels = width
    return nn.Sequential(*layers)


class VGG(nn.Module):
    """``features``, then three linear layers, for images ``(N, 3, 224, 224)``."""

    def __init__(
        self,
        features: nn.Module,
        num_classes: int = 1000,
        init_weights: bool = True,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, 4096),
            nn.ReLU(True),
            nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )
        if not init_weights:
            return
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, 0, 0.01)
            else:
                continue
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, x: Any) -> Any:
        """Scores ``(N, num_classes)``."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


def _vgg(layers: int, batch_norm: bool, pretrained: Any, weights: Any, **kwargs: Any) -> VGG:
    refuse_weights(f"vgg{layers}{'_bn' if batch_norm else ''}", pretrained, weights)
    return VGG(make_layers(LAYERS[layers], batch_norm), **kwargs)


def vgg11(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 11 layers, untrained."""
    return _vgg(11, False, pretrained, weights, **kwargs)


def vgg11_bn(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 11 layers with batch normalization, untrained."""
    return _vgg(11, True, pretrained, weights, **kwargs)


def vgg13(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 13 layers, untrained."""
    return _vgg(13, False, pretrained, weights, **kwargs)


def vgg13_bn(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 13 layers with batch normalization, untrained."""
    return _vgg(13, True, pretrained, weights, **kwargs)


def vgg16(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 16 layers, untrained."""
    return _vgg(16, False, pretrained, weights, **kwargs)


def vgg16_bn(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 16 layers with batch normalization, untrained."""
    return _vgg(16, True, pretrained, weights, **kwargs)


def vgg19(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 19 layers, untrained."""
    return _vgg(19, False, pretrained, weights, **kwargs)


def vgg19_bn(
    pretrained: bool = False, progress: bool = True, *, weights: Any = None, **kwargs: Any
) -> VGG:
    """A `VGG` of 19 layers with batch normalization, untrained."""
    return _vgg(19, True, pretrained, weights, **kwargs)
