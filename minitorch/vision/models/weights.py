"""Trained weights: which there are, where they come from, what they know.

An enum for each model, as in torchvision: ``ResNet18_Weights.DEFAULT``. The files are those that
torchvision fetches, and they lie where it puts them: either finds what the other has downloaded.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import minitorch as mt

from ..datasets.utils import download_file
from ..transforms.presets import ImageClassification

SERVER = "https://download.pytorch.org/models/"


@dataclass
class Weights:
    """A file of trained weights: its address, the transforms for its images, and facts.

    >>> best = mt.vision.models.ResNet18_Weights.DEFAULT
    >>> type(best.value).__name__, best.meta["categories"][3]
    ('Weights', 'tiger shark')
    """

    url: str
    transforms: Callable[..., Any]
    meta: dict[str, Any]


class WeightsEnum(Enum):
    """The trained weights of a model; each is a `Weights`, whose attributes it has.

    >>> weights = mt.vision.models.ResNet50_Weights
    >>> [str(each) for each in weights], weights.verify("DEFAULT") is weights.DEFAULT
    (['ResNet50_Weights.IMAGENET1K_V1', 'ResNet50_Weights.IMAGENET1K_V2'], True)
    """

    @classmethod
    def verify(cls, obj: Any) -> Any:
        """The weights of that name, or these; KeyError or TypeError for others."""
        if isinstance(obj, str):
            return cls[obj.replace(f"{cls.__name__}.", "")]
        if obj is not None and not isinstance(obj, cls):
            raise TypeError(
                f"Invalid Weight class provided; expected {cls.__name__} but received "
                f"{type(obj).__name__}."
            )
        return obj

    def get_state_dict(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The weights, downloaded if need be: see `load_state_dict_from_url`."""
        return load_state_dict_from_url(self.url, *args, **kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    @property
    def url(self) -> str:
        """Where the file comes from."""
        return self.value.url

    @property
    def transforms(self) -> Callable[..., Any]:
        """Call it for a transform that makes of an image what the model wants."""
        return self.value.transforms

    @property
    def meta(self) -> dict[str, Any]:
        """Facts: ``categories`` are the names of the classes."""
        return self.value.meta


def load_state_dict_from_url(
    url: str,
    model_dir: str | Path | None = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = True,
) -> dict[str, Any]:
    """The state dict in the file at ``url``, which is kept in ``model_dir``.

    That is PyTorch's folder, if none is given. With ``check_hash`` the file must have the SHA-256
    checksum that its name tells the first digits of, ``resnet18-f37072fd.pth``. ConnectionError if
    it cannot be had, RuntimeError if it has another checksum. It is read by `mt.load`.
    """
    cache = Path(os.getenv("XDG_CACHE_HOME", "~/.cache")).expanduser() / "torch"
    home = Path(os.getenv("TORCH_HOME", cache)).expanduser()
    folder = home / "hub" / "checkpoints" if model_dir is None else Path(model_dir)
    name = file_name or url.rpartition("/")[2]
    digits = re.search(r"-([a-f0-9]*)\.", name)
    try:
        download_file(
            url,
            folder / name,
            digits[1] if check_hash and digits else None,
            kind="sha256",
            progress=progress,
        )
    except ConnectionError as error:
        raise ConnectionError(
            f"{error}\nWithout a network, copy the file to {folder / name}"
        ) from error
    return mt.load(folder / name, map_location=map_location, weights_only=weights_only)


@functools.cache
def imagenet_classes() -> list[str]:
    """The names of the thousand classes of ImageNet, in torchvision's order."""
    text = Path(__file__).with_name("imagenet_classes.txt").read_text(encoding="utf-8")
    return text.splitlines()


def _weights(
    file: str, parameters: int, smallest: int, resize: int, labelled: bool = True, **how: Any
) -> Weights:
    """A file on the server; ``how`` are further settings of its transforms."""
    return Weights(
        f"{SERVER}{file}.pth",
        functools.partial(ImageClassification, crop_size=224, resize_size=resize, **how),
        {
            "num_params": parameters,
            "min_size": (smallest, smallest),
            "categories": imagenet_classes() if labelled else None,
        },
    )


def _enum(
    model: str, parameters: int, *files: str, smallest: int = 1, resize: int = 256, **more: Weights
) -> Any:
    """The enum of a model. The first weights are of older recipes; if there are second, of newer.

    Those are for images resized to 232, and they are the default.
    """
    members = {
        f"IMAGENET1K_V{version}": _weights(file, parameters, smallest, size)
        for version, (file, size) in enumerate(zip(files, (resize, 232), strict=False), 1)
    }
    best = members[f"IMAGENET1K_V{len(files)}"]
    members |= {**more, "DEFAULT": best}
    make: Any = WeightsEnum  # called with members it makes an enum
    enum = make(f"{model}_Weights", members, module=__name__)
    enum.__doc__ = f"""The trained weights of {model.replace("_", " ")}.

    >>> {model}_Weights.DEFAULT, {model}_Weights.DEFAULT.meta["num_params"]
    ({enum.DEFAULT!r}, {parameters})
    """
    return enum


AlexNet_Weights = _enum("AlexNet", 61100840, "alexnet-owt-7be5be79", smallest=63)
VGG11_Weights = _enum("VGG11", 132863336, "vgg11-8a719046", smallest=32)
VGG11_BN_Weights = _enum("VGG11_BN", 132868840, "vgg11_bn-6002323d", smallest=32)
VGG13_Weights = _enum("VGG13", 133047848, "vgg13-19584684", smallest=32)
VGG13_BN_Weights = _enum("VGG13_BN", 133053736, "vgg13_bn-abd245e5", smallest=32)
VGG16_Weights = _enum(
    "VGG16",
    138357544,
    "vgg16-397923af",
    smallest=32,
    # The convolutions only; the linear layers are not numbers. For images of 0 to 255.
    IMAGENET1K_FEATURES=_weights(
        "vgg16_features-amdegroot-88682ab5",
        138357544,
        32,
        256,
        labelled=False,
        mean=(0.48235, 0.45882, 0.40784),
        std=(1 / 255,) * 3,
    ),
)
VGG16_BN_Weights = _enum("VGG16_BN", 138365992, "vgg16_bn-6c64b313", smallest=32)
VGG19_Weights = _enum("VGG19", 143667240, "vgg19-dcbb9e9d", smallest=32)
VGG19_BN_Weights = _enum("VGG19_BN", 143678248, "vgg19_bn-c79401a0", smallest=32)
ResNet18_Weights = _enum("ResNet18", 11689512, "resnet18-f37072fd")
ResNet34_Weights = _enum("ResNet34", 21797672, "resnet34-b627a593")
ResNet50_Weights = _enum("ResNet50", 25557032, "resnet50-0676ba61", "resnet50-11ad3fa6")
ResNet101_Weights = _enum("ResNet101", 44549160, "resnet101-63fe2227", "resnet101-cd907fc2")
ResNet152_Weights = _enum("ResNet152", 60192808, "resnet152-394f9c45", "resnet152-f82ba261")
ResNeXt50_32X4D_Weights = _enum(
    "ResNeXt50_32X4D", 25028904, "resnext50_32x4d-7cdf4587", "resnext50_32x4d-1a0047aa"
)
ResNeXt101_32X8D_Weights = _enum(
    "ResNeXt101_32X8D", 88791336, "resnext101_32x8d-8ba56ff5", "resnext101_32x8d-110c445d"
)
ResNeXt101_64X4D_Weights = _enum(
    "ResNeXt101_64X4D", 83455272, "resnext101_64x4d-173b62eb", resize=232
)
Wide_ResNet50_2_Weights = _enum(
    "Wide_ResNet50_2", 68883240, "wide_resnet50_2-95faca4d", "wide_resnet50_2-9ba9bcbe"
)
Wide_ResNet101_2_Weights = _enum(
    "Wide_ResNet101_2", 126886696, "wide_resnet101_2-32ee1156", "wide_resnet101_2-d733dc28"
)
MobileNet_V2_Weights = _enum(
    "MobileNet_V2", 3504872, "mobilenet_v2-b0353104", "mobilenet_v2-7ebf99e0"
)
