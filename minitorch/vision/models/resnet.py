"""ResNet: layers that learn what to add to their input (He, Zhang, Ren and Sun, 2015)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from minitorch import nn

from . import weights as known
from .registry import builder, fix, trained


def conv3x3(
    in_planes: int, out_planes: int, stride: int = 1, groups: int = 1, dilation: int = 1
) -> nn.Conv2d:
    """A convolution of 3×3 that leaves the size of the image as it is, but for the stride."""
    return nn.Conv2d(
        in_planes,
        out_planes,
        kernel_size=3,
        stride=stride,
        padding=dilation,
        groups=groups,
        bias=False,
        dilation=dilation,
    )


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    """A convolution of 1×1: a linear layer for each pixel."""
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """``relu(x + convolution(relu(convolution(x))))``; ``downsample`` makes x of the same shape."""

    expansion = 1  # channels of the result, for each of ``planes``

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        if groups != 1 or base_width != 64:
            raise ValueError("BasicBlock only supports groups=1 and base_width=64")
        if dilation > 1:
            raise NotImplementedError("Dilation > 1 not supported in BasicBlock")
        norm = norm_layer or nn.BatchNorm2d
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm(planes)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Any) -> Any:
        """The sum, of ``planes`` channels."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class Bottleneck(nn.Module):
    """As `BasicBlock`, with fewer channels for the convolution of 3×3 than before and after it."""

    expansion = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: nn.Module | None = None,
        groups: int = 1,
        base_width: int = 64,
        dilation: int = 1,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        norm = norm_layer or nn.BatchNorm2d
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = conv1x1(inplanes, width)
        self.bn1 = norm(width)
        # The stride is here and not in conv1, as in torchvision ("ResNet v1.5").
        self.conv2 = conv3x3(width, width, stride, groups, dilation)
        self.bn2 = norm(width)
        self.conv3 = conv1x1(width, planes * self.expansion)
        self.bn3 = norm(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x: Any) -> Any:
        """The sum, of ``4 · planes`` channels."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet(nn.Module):
    """Four rows of ``layers`` blocks for images ``(N, 3, 224, 224)``.

    ``groups`` and ``width_per_group`` make a ResNeXt or a wide ResNet of it; with
    ``replace_stride_with_dilation`` the last three rows keep the size of the image.

    Source: He et al., *Deep residual learning for image recognition*, 2015.

    >>> block = mt.vision.models.resnet.BasicBlock
    >>> ResNet(block, [1, 1, 1, 1], num_classes=10)(mt.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 10])
    """

    def __init__(
        self,
        block: type[BasicBlock | Bottleneck],
        layers: list[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
        groups: int = 1,
        width_per_group: int = 64,
        replace_stride_with_dilation: list[bool] | None = None,
        norm_layer: Callable[..., nn.Module] | None = None,
    ) -> None:
        super().__init__()
        dilated = replace_stride_with_dilation or [False, False, False]
        if len(dilated) != 3:
            raise ValueError(
                "replace_stride_with_dilation should be None or a 3-element tuple, got "
                f"{replace_stride_with_dilation}"
            )
        self._norm_layer = norm_layer or nn.BatchNorm2d
        self.inplanes = 64
        self.dilation = 1
        self.groups = groups
        self.base_width = width_per_group
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = self._norm_layer(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], stride=2, dilate=dilated[0])
        self.layer3 = self._make_layer(block, 256, layers[2], stride=2, dilate=dilated[1])
        self.layer4 = self._make_layer(block, 512, layers[3], stride=2, dilate=dilated[2])
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        if zero_init_residual:  # each block begins as the identity (Goyal et al., 2017)
            for module in self.modules():
                last = module.bn2 if isinstance(module, BasicBlock) else None
                last = module.bn3 if isinstance(module, Bottleneck) else last
                if last is not None and last.weight is not None:
                    nn.init.zeros_(last.weight)

    def _make_layer(
        self,
        block: type[BasicBlock | Bottleneck],
        planes: int,
        blocks: int,
        stride: int = 1,
        dilate: bool = False,
    ) -> nn.Sequential:
        """A row of blocks, of which the first one may make the image smaller."""
        before = self.dilation
        if dilate:
            self.dilation *= stride
            stride = 1
        channels = planes * block.expansion
        downsample = None
        if stride != 1 or self.inplanes != channels:
            downsample = nn.Sequential(
                conv1x1(self.inplanes, channels, stride), self._norm_layer(channels)
            )
        shared: dict[str, Any] = {
            "groups": self.groups,
            "base_width": self.base_width,
            "norm_layer": self._norm_layer,
        }
        row = [block(self.inplanes, planes, stride, downsample, dilation=before, **shared)]
        self.inplanes = channels
        row += [block(channels, planes, dilation=self.dilation, **shared) for _ in range(1, blocks)]
        return nn.Sequential(*row)

    def forward(self, x: Any) -> Any:
        """Scores ``(N, num_classes)``."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


LAYERS: dict[int, tuple[type[BasicBlock | Bottleneck], list[int]]] = {
    18: (BasicBlock, [2, 2, 2, 2]),
    34: (BasicBlock, [3, 4, 6, 3]),
    50: (Bottleneck, [3, 4, 6, 3]),
    101: (Bottleneck, [3, 4, 23, 3]),
    152: (Bottleneck, [3, 8, 36, 3]),
}


def _resnet(layers: int, weights: Any, progress: bool, kwargs: Any, **fixed: int) -> ResNet:
    for name, value in fixed.items():
        fix(kwargs, name, value)
    return trained(functools.partial(ResNet, *LAYERS[layers]), weights, progress, kwargs)


@builder(known.ResNet18_Weights)
def resnet18(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A `ResNet` of 18 layers, untrained or with ``weights``.

    >>> net = resnet18(num_classes=10)
    >>> net(mt.zeros(1, 3, 64, 64)).shape, sum(p.numel() for p in net.parameters())
    (torch.Size([1, 10]), 11181642)
    """
    return _resnet(18, weights, progress, kwargs)


@builder(known.ResNet34_Weights)
def resnet34(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A `ResNet` of 34 layers, untrained or with ``weights``.

    >>> sum(p.numel() for p in resnet34().parameters())
    21797672
    """
    return _resnet(34, weights, progress, kwargs)


@builder(known.ResNet50_Weights)
def resnet50(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A `ResNet` of 50 layers, untrained or with ``weights``.

    >>> sum(p.numel() for p in resnet50().parameters())
    25557032
    """
    return _resnet(50, weights, progress, kwargs)


@builder(known.ResNet101_Weights)
def resnet101(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A `ResNet` of 101 layers, untrained or with ``weights``.

    >>> sum(p.numel() for p in resnet101().parameters())
    44549160
    """
    return _resnet(101, weights, progress, kwargs)


@builder(known.ResNet152_Weights)
def resnet152(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A `ResNet` of 152 layers, untrained or with ``weights``.

    >>> sum(p.numel() for p in resnet152().parameters())
    60192808
    """
    return _resnet(152, weights, progress, kwargs)


@builder(known.ResNeXt50_32X4D_Weights)
def resnext50_32x4d(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A ResNeXt of 50 layers, 32 groups of 4 channels (Xie et al., 2016).

    >>> mt.vision.models.get_model_weights(resnext50_32x4d).DEFAULT.meta["num_params"]
    25028904
    """
    return _resnet(50, weights, progress, kwargs, groups=32, width_per_group=4)


@builder(known.ResNeXt101_32X8D_Weights)
def resnext101_32x8d(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A ResNeXt of 101 layers, 32 groups of 8 channels (Xie et al., 2016).

    >>> mt.vision.models.get_model_weights(resnext101_32x8d).DEFAULT.meta["num_params"]
    88791336
    """
    return _resnet(101, weights, progress, kwargs, groups=32, width_per_group=8)


@builder(known.ResNeXt101_64X4D_Weights)
def resnext101_64x4d(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A ResNeXt of 101 layers, 64 groups of 4 channels (Xie et al., 2016).

    >>> mt.vision.models.get_model_weights(resnext101_64x4d).DEFAULT.meta["num_params"]
    83455272
    """
    return _resnet(101, weights, progress, kwargs, groups=64, width_per_group=4)


@builder(known.Wide_ResNet50_2_Weights)
def wide_resnet50_2(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A `ResNet` of 50 layers, twice as wide inside (Zagoruyko and Komodakis, 2016).

    >>> mt.vision.models.get_model_weights(wide_resnet50_2).DEFAULT.meta["num_params"]
    68883240
    """
    return _resnet(50, weights, progress, kwargs, width_per_group=128)


@builder(known.Wide_ResNet101_2_Weights)
def wide_resnet101_2(*, weights: Any = None, progress: bool = True, **kwargs: Any) -> ResNet:
    """A `ResNet` of 101 layers, twice as wide inside (Zagoruyko and Komodakis, 2016).

    >>> mt.vision.models.get_model_weights(wide_resnet101_2).DEFAULT.meta["num_params"]
    126886696
    """
    return _resnet(101, weights, progress, kwargs, width_per_group=128)
