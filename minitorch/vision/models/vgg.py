"""VGG: convolutions of 3×3, many of them (Simonyan and Zisserman, 2014)."""

from __future__ import annotations

import functools
from typing import Any

from minitorch import nn

from . import weights as known
from .registry import builder, trained

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
    """``features``, then three linear layers, for images ``(N, 3, 224, 224)``.

    Source: Simonyan and Zisserman, *Very deep convolutional networks for large-scale image
    recognition*, 2014.

    >>> features = mt.vision.models.vgg.make_layers([64, "M", 128, "M"])  # M halves the image
    >>> features(mt.zeros(1, 3, 32, 32)).shape
    torch.Size([1, 128, 8, 8])
    """

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


def _vgg(layers: int, batch_norm: bool, weights: Any, progress: bool, kwargs: Any) -> VGG:
    if weights is not None:
        kwargs["init_weights"] = False  # they come from the file
    make = functools.partial(VGG, make_layers(LAYERS[layers], batch_norm))
    return trained(make, weights, progress, kwargs)


@builder(known.VGG11_Weights)
def vgg11(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 11 layers, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg11).DEFAULT.meta["num_params"]
    132863336
    """
    return _vgg(11, False, weights, progress, kwargs)


@builder(known.VGG11_BN_Weights)
def vgg11_bn(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 11 layers with batch normalization, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg11_bn).DEFAULT.meta["num_params"]
    132868840
    """
    return _vgg(11, True, weights, progress, kwargs)


@builder(known.VGG13_Weights)
def vgg13(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 13 layers, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg13).DEFAULT.meta["num_params"]
    133047848
    """
    return _vgg(13, False, weights, progress, kwargs)


@builder(known.VGG13_BN_Weights)
def vgg13_bn(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 13 layers with batch normalization, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg13_bn).DEFAULT.meta["num_params"]
    133053736
    """
    return _vgg(13, True, weights, progress, kwargs)


@builder(known.VGG16_Weights)
def vgg16(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 16 layers, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg16).DEFAULT.meta["num_params"]
    138357544
    """
    return _vgg(16, False, weights, progress, kwargs)


@builder(known.VGG16_BN_Weights)
def vgg16_bn(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 16 layers with batch normalization, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg16_bn).DEFAULT.meta["num_params"]
    138365992
    """
    return _vgg(16, True, weights, progress, kwargs)


@builder(known.VGG19_Weights)
def vgg19(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 19 layers, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg19).DEFAULT.meta["num_params"]
    143667240
    """
    return _vgg(19, False, weights, progress, kwargs)


@builder(known.VGG19_BN_Weights)
def vgg19_bn(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> VGG:
    """A `VGG` of 19 layers with batch normalization, untrained or with ``weights``.

    >>> mt.vision.models.get_model_weights(vgg19_bn).DEFAULT.meta["num_params"]
    143678248
    """
    return _vgg(19, True, weights, progress, kwargs)
