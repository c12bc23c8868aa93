"""The transforms and models beside themselves on PyTorch: the same source, with torch for mt.

It shows that after the same seed the same numbers are drawn, and that every operation that the
source uses is PyTorch's.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import random
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import minitorch as mt
from minitorch import vision

SOURCE = Path(vision.__file__).parent
NAME = "vision_on_torch"


class Loader(importlib.machinery.SourceFileLoader):
    """Has a file import torch where it imports MiniTorch."""

    def get_code(self, fullname):
        text = Path(self.path).read_text(encoding="utf-8")
        text = text.replace("import minitorch as mt", "import torch as mt")
        text = text.replace("from minitorch import nn", "from torch import nn")
        return compile(text, self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds `vision_on_torch.transforms` where `minitorch.vision.transforms` is."""

    def find_spec(self, fullname, path=None, target=None):
        if not fullname.startswith(NAME + "."):
            return None
        place = SOURCE.joinpath(*fullname.split(".")[1:])
        folders = [str(place)] if place.is_dir() else None
        file = place / "__init__.py" if folders else place.with_suffix(".py")
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=Loader(fullname, str(file)),
            submodule_search_locations=folders,
        )


@pytest.fixture(scope="module")
def on_torch():
    finder, package = Finder(), types.ModuleType(NAME)
    package.__path__ = []
    sys.meta_path.insert(0, finder)
    sys.modules[NAME] = package
    for name in ("transforms", "utils", "models"):
        importlib.import_module(f"{NAME}.{name}")
    yield package
    sys.meta_path.remove(finder)
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


rng = np.random.default_rng(0)
PIXELS = rng.integers(0, 256, (3, 12, 10), np.uint8)
PICTURE = Image.fromarray(np.ascontiguousarray(PIXELS.transpose(1, 2, 0)))
REAL = rng.random((2, 3, 12, 10)).astype(np.float32)

# What to make of `transforms` and `InterpolationMode`.
TRANSFORMS = {
    "RandomCrop": lambda t, m: t.RandomCrop((6, 5), padding=2),
    "RandomCrop, reflected": lambda t, m: t.RandomCrop(20, None, True, 0, "reflect"),
    "RandomCrop, filled": lambda t, m: t.RandomCrop(8, [1, 2, 3, 4], fill=7),
    "RandomResizedCrop": lambda t, m: t.RandomResizedCrop(7),
    "RandomResizedCrop, wide": lambda t, m: t.RandomResizedCrop(6, (0.2, 0.5), (1, 3), m.BICUBIC),
    "RandomHorizontalFlip": lambda t, m: t.RandomHorizontalFlip(),
    "RandomVerticalFlip": lambda t, m: t.RandomVerticalFlip(0.3),
    "RandomRotation": lambda t, m: t.RandomRotation(40),
    "RandomRotation, bilinear": lambda t, m: t.RandomRotation((10, 80), m.BILINEAR, True, fill=3),
    "RandomRotation, around": lambda t, m: t.RandomRotation(90, m.BILINEAR, center=(2, 3)),
    "RandomAffine": lambda t, m: t.RandomAffine(20, (0.2, 0.1), (0.5, 2.0), (-10, 10, -5, 5)),
    "RandomAffine, bilinear": lambda t, m: t.RandomAffine(9, None, None, 8, m.BILINEAR, 5, (1, 2)),
    "ColorJitter": lambda t, m: t.ColorJitter(0.4, 0.4, 0.4, 0.2),
    "RandomGrayscale": lambda t, m: t.RandomGrayscale(0.5),
    "GaussianBlur": lambda t, m: t.GaussianBlur((3, 5)),
    "RandomApply": lambda t, m: t.RandomApply([t.RandomRotation(30), t.ColorJitter(0.5)], 0.7),
    "RandomOrder": lambda t, m: t.RandomOrder([t.RandomRotation(30), t.RandomCrop(9)]),
    "RandomChoice": lambda t, m: t.RandomChoice([t.RandomRotation(30), t.RandomCrop(9)]),
    "Resize": lambda t, m: t.Resize(7),
    "Resize, two": lambda t, m: t.Resize((17, 5), m.BICUBIC, antialias=False),
    "Resize, nearest": lambda t, m: t.Resize(23, m.NEAREST_EXACT, max_size=25),
    "CenterCrop": lambda t, m: t.CenterCrop((5, 14)),
    "Pad": lambda t, m: t.Pad((1, 2), padding_mode="symmetric"),
}  # fmt: skip
ON_TENSORS = {
    "RandomErasing": lambda t, m: t.RandomErasing(0.8, value="random"),
    "RandomErasing, coloured": lambda t, m: t.RandomErasing(0.8, value=(1, 2, 3)),
    "Normalize": lambda t, m: t.Normalize([0.1, 0.2, 0.3], [0.5, 0.6, 0.7]),
}


def both(on_torch, make, ours, theirs):
    """The same transform of both libraries on an image, for some seeds."""
    pairs = ((mt, vision.transforms, ours), (torch, on_torch.transforms, theirs))
    transforms = [make(package, package.InterpolationMode) for _, package, _ in pairs]
    for seed in range(5):
        results = []
        for (lib, _, image), transform in zip(pairs, transforms, strict=True):
            lib.manual_seed(seed)
            random.seed(seed)
            results.append((transform(image), lib.rand(1).item()))
        (first, next_drawn), (second, next_expected) = results
        assert next_drawn == next_expected
        yield first, second


@pytest.mark.parametrize("name", TRANSFORMS)
def test_random_transforms_of_pil_images(on_torch, name):
    for ours, theirs in both(on_torch, TRANSFORMS[name], PICTURE, PICTURE):
        near = np.asarray(ours).astype(int) - np.asarray(theirs).astype(int)
        assert np.abs(near).max() <= (name == "GaussianBlur")


@pytest.mark.parametrize("name", TRANSFORMS)
def test_random_transforms_of_bytes(on_torch, name):
    images = mt.from_numpy(PIXELS.copy()), torch.from_numpy(PIXELS.copy())
    for ours, theirs in both(on_torch, TRANSFORMS[name], *images):
        assert ours.dtype is mt.uint8
        assert ours.shape == theirs.shape
        near = np.abs(ours.numpy().astype(int) - theirs.numpy().astype(int))
        assert near.max() <= 1
        assert (near > 0).mean() < 0.02


@pytest.mark.parametrize("name", TRANSFORMS | ON_TENSORS)
def test_random_transforms_of_floats(on_torch, name):
    make = (TRANSFORMS | ON_TENSORS)[name]
    images = mt.from_numpy(REAL.copy()), torch.from_numpy(REAL.copy())
    for ours, theirs in both(on_torch, make, *images):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-5, atol=2e-6)


def test_noise(on_torch):
    """The images of `FakeData`: negative numbers become bytes as in PyTorch."""
    noise = mt.randn(3, 20, 20)
    ours = vision.transforms.ToPILImage()(noise)
    theirs = on_torch.transforms.ToPILImage()(torch.from_numpy(noise.numpy()))
    assert ours.tobytes() == theirs.tobytes()


def test_grids(on_torch):
    for options in ({}, {"normalize": True, "scale_each": True}, {"nrow": 1, "pad_value": 0.5}):
        ours = vision.utils.make_grid(mt.from_numpy(REAL.copy()), **options)
        theirs = on_torch.utils.make_grid(torch.from_numpy(REAL.copy()), **options)
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6, atol=1e-7)


MODELS = {
    "lenet": lambda models: models.lenet(),
    "resnet18": lambda models: models.resnet18(num_classes=3),
    "bottlenecks": lambda models: models.ResNet(models.resnet.Bottleneck, [1, 1, 1, 1], 2),
    "mobilenet_v2": lambda models: models.mobilenet_v2(width_mult=0.35, num_classes=3),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_begin_and_compute_the_same(on_torch, name):
    models = []
    for lib, package in ((mt, vision.models), (torch, on_torch.models)):
        lib.manual_seed(0)
        models.append(MODELS[name](package).eval())
    ours, theirs = (model.state_dict() for model in models)
    assert list(ours) == list(theirs)
    for key, value in ours.items():
        assert np.array_equal(value.numpy(), theirs[key].numpy()), key
    assert repr(models[0]) == repr(models[1])
    x = rng.random((2, 1, 28, 28) if name == "lenet" else (2, 3, 40, 40)).astype(np.float32)
    with mt.no_grad(), torch.no_grad():
        out, expected = models[0](mt.from_numpy(x)), models[1](torch.from_numpy(x))
    np.testing.assert_allclose(out.numpy(), expected.numpy(), rtol=1e-3, atol=1e-4)


def test_a_checkpoint_of_pytorch_loads(on_torch, tmp_path):
    torch.manual_seed(1)
    theirs = MODELS["mobilenet_v2"](on_torch.models).eval()
    torch.save(theirs.state_dict(), tmp_path / "model.pth")
    ours = MODELS["mobilenet_v2"](vision.models).eval()
    ours.load_state_dict(mt.load(tmp_path / "model.pth"))
    x = rng.random((1, 3, 40, 40)).astype(np.float32)
    with mt.no_grad(), torch.no_grad():
        out, expected = ours(mt.from_numpy(x)), theirs(torch.from_numpy(x))
    np.testing.assert_allclose(out.numpy(), expected.numpy(), rtol=1e-3, atol=1e-4)
