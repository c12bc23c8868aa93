"""MobileNetV2: few multiplications, for telephones (Sandler et al., 2018)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minitorch import nn

from .registry import builder, trained
from .weights import MobileNet_V2_Weights

# Of each row: how many times as many channels inside, channels, blocks, stride.
ROWS = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
]


def _make_divisible(value: float, divisor: int) -> int:
    """The nearest multiple of ``divisor``, but not less than nine tenths of ``value``."""
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


class Conv2dNormActivation(nn.Sequential):
    """A convolution that keeps the size of the image but for the stride, its norm, and ReLU6."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        groups: int = 1,
        norm_layer: Callable[..., nn.Module] = nn.BatchNorm2d,
    ) -> None:
        super().__init__(
            nn.Conv2d(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                (kernel_size - 1) // 2,
                groups=groups,
                bias=False,
            ),
            norm_layer(out_channels),
            nn.ReLU6(inplace=True),
        )
        self.out_channels = out_channels


class InvertedResidual(nn.Module):
    """More channels, a convolution of each by itself, fewer channels; added to the input."""

    def __init__(
        self,
        inp: int,
        oup: int,
        stride: int,
        expand_ratio: int,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        norm = norm_layer or nn.BatchNorm2d
        hidden = round(inp * expand_ratio)
        layers: list[nn.Module] = []
        if expand_ratio != 1:
            layers.append(Conv2dNormActivation(inp, hidden, 1, norm_layer=norm))
        layers += [
            Conv2dNormActivation(hidden, hidden, 3, stride, hidden, norm),
            nn.Conv2d(hidden, oup, 1, 1, 0, bias=False),
            norm(oup),
        ]
        self.conv = nn.Sequential(*layers)
        self.stride = stride
        self.use_res_connect = stride == 1 and inp == oup
        self.out_channels = oup

    def forward(self, x: Any) -> Any:
        """The result, plus x if it has the same shape."""
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """Rows of `InvertedResidual` blocks for images ``(N, 3, 224, 224)``.

    ``width_mult`` is a factor for all numbers of channels, ``inverted_residual_setting`` lists the
    rows. ValueError if it does not have four numbers for each.

    Source: Sandler et al., *MobileNetV2: inverted residuals and linear bottlenecks*, 2018.

    >>> MobileNetV2(num_classes=10, width_mult=0.5).eval()(mt.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 10])
    """

    def __init__(
        self,
        num_classes: int = 1000,
        width_mult: float = 1.0,
        inverted_residual_setting: list[list[int]] | None = None,
        round_nearest: int = 8,
        block: Callable[..., nn.Module] | None = None,
        norm_layer: Callable[..., nn.Module] | None = None,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        block = block or InvertedResidual
        norm = norm_layer or nn.BatchNorm2d
        rows = ROWS if inverted_residual_setting is None else inverted_residual_setting
        if not rows or len(rows[0]) != 4:
            raise ValueError(
                "inverted_residual_setting should be non-empty or a 4-element list, got "
                f"{inverted_residual_setting}"
            )
        channels = _make_divisible(32 * width_mult, round_nearest)
        self.last_channel = _make_divisible(1280 * max(1.0, width_mult), round_nearest)
        features: list[nn.Module] = [Conv2dNormActivation(3, channels, 3, 2, norm_layer=norm)]
        for ratio, width, count, stride in rows:
            wide = _make_divisible(width * width_mult, round_nearest)
            for place in range(count):
                step = stride if place == 0 else 1
                features.append(block(channels, wide, step, expand_ratio=ratio, norm_layer=norm))
                channels = wide
        features.append(Conv2dNormActivation(channels, self.last_channel, 1, norm_layer=norm))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout), nn.Linear(self.last_channel, num_classes)
        )
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out")
            elif isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, 0, 0.01)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, x: Any) -> Any:
        """Scores ``(N, num_classes)``."""
        x = nn.functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(x.flatten(1))


@builder(MobileNet_V2_Weights)
def mobilenet_v2(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> MobileNetV2:
    """A `MobileNetV2`, untrained or with ``weights``.

    >>> sum(p.numel() for p in mobilenet_v2().parameters())
    3504872
    """
    return trained(MobileNetV2, weights, progress, kwargs)
