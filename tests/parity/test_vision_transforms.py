"""The transforms beside torchvision's: values, what is drawn at random, how they print, errors.

A row is an expression of `T` (transforms), `F` (transforms.functional), `M` (InterpolationMode),
`lib` and the image `x`. It is computed with both libraries, for several kinds of images; where one
raises an error, the other has to raise it too.
"""

from __future__ import annotations

import random
import re
import warnings

import numpy as np
import pytest
from PIL import Image

from .real_torchvision import torch, torchvision  # isort: skip
import torchvision.transforms.functional

import minitorch as mt
from minitorch import vision

from .compare import dtype_name, first_sentence

rng = np.random.default_rng(0)
BYTES = rng.integers(0, 256, (3, 12, 10), np.uint8)
REAL = rng.random((2, 3, 12, 10)).astype(np.float32)
COLOURS = Image.fromarray(np.ascontiguousarray(BYTES.transpose(1, 2, 0)))

IMAGES = {
    "picture": lambda lib: COLOURS,
    "grey picture": lambda lib: COLOURS.convert("L"),
    "picture with alpha": lambda lib: COLOURS.convert("RGBA"),
    "black and white": lambda lib: COLOURS.convert("1"),
    "palette": lambda lib: COLOURS.convert("P"),
    "picture of integers": lambda lib: COLOURS.convert("I"),
    "picture of floats": lambda lib: COLOURS.convert("F"),
    "bytes": lambda lib: lib.from_numpy(BYTES.copy()),
    "grey bytes": lambda lib: lib.from_numpy(BYTES[:1].copy()),
    "floats": lambda lib: lib.from_numpy(REAL.copy()),
    "doubles": lambda lib: lib.from_numpy(REAL[0].astype(np.float64)),
    "integers": lambda lib: lib.from_numpy(BYTES.astype(np.int64)),
    "a matrix": lambda lib: lib.from_numpy(REAL[0, 0].copy()),
    "an array": lambda lib: BYTES.transpose(1, 2, 0).copy(),
    "a list": lambda lib: [1],
}

# torchvision refuses in many words what is no image. It takes a matrix here, and refuses it there.
EXCEPTIONS = ("a matrix", "an array", "a list")

ROWS = """
T.Compose([T.Resize(8), T.CenterCrop(6), T.ToTensor(), T.Normalize([0.5], [0.25])])(x)
T.ToTensor()(x)
T.PILToTensor()(x)
F.to_tensor(x)
F.pil_to_tensor(x)
T.ToPILImage()(x)
T.ToPILImage("RGB")(x)
F.to_pil_image(x, "F")
F.to_pil_image(x, "L")
T.ConvertImageDtype(lib.float32)(x)
T.ConvertImageDtype(lib.float64)(x)
T.ConvertImageDtype(lib.uint8)(x)
T.ConvertImageDtype(lib.int64)(x)
T.ConvertImageDtype(lib.int16)(x)
F.convert_image_dtype(x)
T.Normalize([0.1, 0.2, 0.3], [0.5, 0.6, 0.7])(x)
T.Normalize(0.5, 0.25)(x)
T.Normalize([0.5], [0.0])(x)
F.normalize(x, [0.5], [0.5], inplace=True)
T.Resize(7)(x)
T.Resize([7])(x)
T.Resize((17, 5))(x)
T.Resize((12, 10))(x)
T.Resize(7, M.NEAREST)(x)
T.Resize(7, M.NEAREST_EXACT)(x)
T.Resize((5, 21), M.BICUBIC)(x)
T.Resize((5, 21), M.BICUBIC, antialias=False)(x)
T.Resize(23, M.BILINEAR, max_size=25)(x)
T.Resize(6, antialias=False)(x)
T.Resize(6, antialias=None)(x)
T.Resize(6, M.BOX)(x)
T.Resize(6, M.HAMMING)(x)
T.Resize(6, M.LANCZOS)(x)
T.Resize(6, 2)(x)
T.Resize(6, 3)(x)
T.Resize(6, max_size=6)(x)
T.Resize(None, max_size=9)(x)
F.resize(x, 8)
F.resize(x, [8, 9], max_size=10)
F.resize(x, (4, 5, 6))
F.resize(x, 7.5)
F.resize(x, 7, "bilinear")
T.CenterCrop(5)(x)
T.CenterCrop((5, 14))(x)
T.CenterCrop([20])(x)
T.CenterCrop((7, 4))(x)
F.center_crop(x, 3)
T.Pad(2)(x)
T.Pad((1, 2))(x)
T.Pad([1])(x)
T.Pad([1, 2, 3, 4], fill=9)(x)
T.Pad(1, fill=(1, 2, 3))(x)
T.Pad(1, fill=(1,))(x)
T.Pad(1, fill=0.5)(x)
T.Pad((1, 2), padding_mode="symmetric")(x)
T.Pad((1, 2), padding_mode="reflect")(x)
T.Pad((3, 2, 1, 0), padding_mode="edge")(x)
T.Pad(-2)(x)
F.pad(x, [-1, 2, 1, -2])
F.pad(x, -1, padding_mode="symmetric")
F.pad(x, -1, padding_mode="reflect")
F.pad(x, -1, padding_mode="edge")
F.pad(x, (-1, 3, 2, -2), padding_mode="reflect")
F.pad(x, 3, None)
F.pad(x, (1, 2, 3))
F.pad(x, "a")
F.pad(x, 1, "a")
F.pad(x, 1, 0, 3)
F.pad(x, 1, 0, "circular")
F.crop(x, 2, 3, 4, 5)
F.crop(x, -2, -3, 8, 9)
F.crop(x, 8, 7, 8, 9)
F.crop(x, 20, 20, 2, 2)
F.resized_crop(x, 1, 2, 6, 5, [4, 4])
F.resized_crop(x, 1, 2, 6, 5, 3, M.NEAREST)
T.FiveCrop(4)(x)
T.FiveCrop((4, 6))(x)
T.FiveCrop(40)(x)
T.TenCrop(4)(x)
T.TenCrop((4, 5), vertical_flip=True)(x)
F.five_crop(x, [3])
F.ten_crop(x, (1, 2, 3))
F.hflip(x)
F.vflip(x)
F.rotate(x, 30)
F.rotate(x, 90)
F.rotate(x, 30.5, M.BILINEAR)
F.rotate(x, 30, M.BICUBIC)
F.rotate(x, 30, expand=True)
F.rotate(x, 200, M.BILINEAR, True, fill=7)
F.rotate(x, 30, center=(0, 0))
F.rotate(x, 30, center=[2, 9], fill=[1, 2, 3])
F.rotate(x, 30, fill=[1])
F.rotate(x, 30, fill=0.5)
F.rotate(x, -30, 2, fill=(1, 2))
F.rotate(x, "a")
F.rotate(x, 3, center=3)
F.affine(x, 20, [1, 2], 1.2, [3, 4])
F.affine(x, 20, (1, 2), 0.7, 10, M.BILINEAR, 5)
F.affine(x, -20.5, (1, 2), 0.7, [10], M.BILINEAR, [5, 6, 7])
F.affine(x, 20, [0, 0], 1.0, [0, 0], center=[1, 2])
F.affine(x, 20, [0, 0], 1.0, (3, 4, 5))
F.affine(x, 20, [0], 1.0, 0)
F.affine(x, 20, 0, 1.0, 0)
F.affine(x, 20, [0, 0], 0, 0)
F.affine(x, "a", [0, 0], 1, 0)
F.affine(x, 20, [0, 0], 1, "a")
F.affine(x, 20, [0, 0], 1, 0, center=3)
F.adjust_brightness(x, 0.4)
F.adjust_brightness(x, 1.7)
F.adjust_brightness(x, 2)
F.adjust_brightness(x, -1)
F.adjust_contrast(x, 0.4)
F.adjust_contrast(x, 1.7)
F.adjust_contrast(x, 3)
F.adjust_contrast(x, -1)
F.adjust_saturation(x, 0.4)
F.adjust_saturation(x, 1.7)
F.adjust_saturation(x, -1)
F.adjust_hue(x, 0.3)
F.adjust_hue(x, -0.5)
F.adjust_hue(x, 0.6)
F.adjust_gamma(x, 2.0)
F.adjust_gamma(x, 0.5, gain=1.5)
F.adjust_gamma(x, -1)
F.adjust_sharpness(x, 0.3)
F.adjust_sharpness(x, 2)
F.adjust_sharpness(x, -1)
F.invert(x)
F.posterize(x, 3)
F.solarize(x, 100)
F.solarize(x, 0.4)
F.solarize(x, 300)
F.autocontrast(x)
F.equalize(x)
F.equalize(F.resize(x, [36, 40], M.NEAREST))
F.perspective(x, [[0, 0], [9, 0], [9, 11], [0, 11]], [[1, 2], [8, 1], [9, 9], [2, 11]])
F.perspective(x, [[0, 0], [9, 0], [9, 11], [0, 11]], [[1, 2], [8, 1], [9, 9], [2, 11]], M.NEAREST)
F.rgb_to_grayscale(x)
F.rgb_to_grayscale(x, 3)
F.rgb_to_grayscale(x, 2)
F.to_grayscale(x)
F.to_grayscale(x, 3)
F.to_grayscale(x, 2)
F.gaussian_blur(x, 3)
F.gaussian_blur(x, [3, 5], [0.7, 1.5])
F.gaussian_blur(x, 5, 2)
F.gaussian_blur(x, [3], [1.0])
F.gaussian_blur(x, 4)
F.gaussian_blur(x, [3, 5, 7])
F.gaussian_blur(x, 3, -1.0)
F.gaussian_blur(x, 3, [1.0, 2.0, 3.0])
F.gaussian_blur(x, "a")
F.gaussian_blur(x, 3, "a")
F.erase(x, 1, 2, 3, 4, 0)
F.erase(x, 1, 2, 3, 4, lib.ones(3, 1, 1), True)
F.get_dimensions(x)
F.get_image_size(x)
F.get_image_num_channels(x)
T.Grayscale()(x)
T.Grayscale(3)(x)
T.Lambda(lambda x: x)(x)
""".strip().splitlines()  # fmt: skip

RANDOM_ROWS = """
T.RandomCrop((6, 5), padding=2)(x)
T.RandomCrop(20, pad_if_needed=True)(x)
T.RandomCrop(16, None, True, 0, "reflect")(x)
T.RandomCrop(8, [1, 2, 3, 4], fill=7)(x)
T.RandomCrop(13)(x)
T.RandomCrop((12, 10))(x)
T.RandomCrop(4, padding=(1, 2), padding_mode="edge")(x)
T.RandomResizedCrop(7)(x)
T.RandomResizedCrop((6, 9), (0.2, 0.5), (1, 3), M.BICUBIC)(x)
T.RandomResizedCrop(6, (1.5, 2.0))(x)
T.RandomResizedCrop(6, (1.5, 2.0), (3.0, 4.0))(x)
T.RandomResizedCrop(6, (1.5, 2.0), (0.1, 0.2))(x)
T.RandomResizedCrop(6, interpolation=0)(x)
T.RandomHorizontalFlip()(x)
T.RandomVerticalFlip(0.3)(x)
T.RandomRotation(40)(x)
T.RandomRotation((10, 80), M.BILINEAR, True, fill=3)(x)
T.RandomRotation(90, M.BILINEAR, center=(2, 3))(x)
T.RandomRotation(90, fill=[1, 2, 3])(x)
T.RandomAffine(20, (0.2, 0.1), (0.5, 2.0), (-10, 10, -5, 5))(x)
T.RandomAffine(9, None, None, 8, M.BILINEAR, 5, (1, 2))(x)
T.RandomAffine((0, 5), shear=[1, 9])(x)
T.RandomAffine(0, translate=(0.1, 0.1))(x)
T.RandomPerspective()(x)
T.RandomPerspective(0.3, 1.0, M.NEAREST, 4)(x)
T.ColorJitter(0.4, 0.4, 0.4, 0.2)(x)
T.ColorJitter(brightness=0.5)(x)
T.ColorJitter(contrast=(0.5, 0.6))(x)
T.ColorJitter(saturation=3)(x)
T.ColorJitter(hue=0.5)(x)
T.RandomGrayscale(0.5)(x)
T.RandomInvert()(x)
T.RandomPosterize(2)(x)
T.RandomSolarize(100)(x)
T.RandomSolarize(0.5, 0.9)(x)
T.RandomAdjustSharpness(2)(x)
T.RandomAdjustSharpness(0, 0.9)(x)
T.RandomAutocontrast()(x)
T.RandomEqualize()(x)
T.GaussianBlur((3, 5))(x)
T.GaussianBlur(5, 1.5)(x)
T.GaussianBlur(3, (0.5, 0.7))(x)
T.RandomApply([T.RandomRotation(30), T.ColorJitter(0.5)], 0.7)(x)
T.RandomOrder([T.RandomRotation(30), T.RandomCrop(9)])(x)
T.RandomChoice([T.RandomRotation(30), T.RandomCrop(9)])(x)
T.RandomChoice([T.RandomRotation(30), T.RandomCrop(9)], p=[0.9, 0.1])(x)
T.RandomErasing(0.8)(x)
T.RandomErasing(0.8, value="random")(x)
T.RandomErasing(0.8, value=(1, 2, 3))(x)
T.RandomErasing(0.8, value=(1, 2))(x)
T.RandomErasing(1.0, (0.9, 1.0), (0.9, 1.1), 5)(x)
T.RandAugment()(x)
T.RandAugment(3, 21, fill=[1, 2, 3])(x)
T.TrivialAugmentWide()(x)
T.TrivialAugmentWide(fill=7)(x)
""".strip().splitlines()

SHOWN = """
T.Compose([T.ToTensor(), T.Normalize((0.5,), (0.5,))])
T.Compose([])
T.ToTensor()
T.PILToTensor()
T.ToPILImage()
T.ToPILImage("RGB")
T.ConvertImageDtype(lib.float32)
T.Normalize([1], 2, True)
T.Resize(224)
T.Resize([1, 2], M.NEAREST, None, None)
T.Resize(1.5)
T.Resize((1, 2, 3))
T.Resize(3, 9)
T.Resize("12")
T.CenterCrop(224)
T.CenterCrop([1, 2])
T.CenterCrop((1, 2, 3))
T.CenterCrop(2.5)
T.FiveCrop((2, 3))
T.FiveCrop((2, 3, 4))
T.TenCrop(2)
T.TenCrop((2, 3, 4))
T.Pad(4)
T.Pad("4")
T.Pad((1, 2, 3))
T.Pad(1, "a")
T.Pad(1, None)
T.Pad(1, 0, "a")
T.Pad([1, 2], (1, 2, 3), "edge")
T.Lambda(abs)
T.Lambda(3)
T.RandomCrop(32, padding=4)
T.RandomCrop((1, 2, 3))
T.RandomResizedCrop(224)
T.RandomResizedCrop((1, 2), [0.1, 1], [1, 2], M.BICUBIC, None)
T.RandomResizedCrop((1, 2, 3))
T.RandomResizedCrop(3, 1)
T.RandomResizedCrop(3, (0, 1), 1)
T.RandomResizedCrop(3, (1, 0))
T.RandomHorizontalFlip()
T.RandomVerticalFlip(0.1)
T.RandomRotation(10, fill=None)
T.RandomRotation(10)
T.RandomRotation((0, 10), M.BILINEAR, True, (1, 2))
T.RandomRotation(-1)
T.RandomRotation((1, 2, 3))
T.RandomRotation("a")
T.RandomRotation(1, center=3)
T.RandomRotation(1, center=(1, 2, 3))
T.RandomRotation(1, fill="a")
T.RandomRotation(1, fill=lib.ones(1))
T.RandomAffine(10, (0.1, 0.1))
T.RandomAffine(1, None, (1, 2), 3, M.BILINEAR, 4, (5, 6))
T.RandomAffine(-10)
T.RandomAffine(10, 3)
T.RandomAffine(10, (1, 2))
T.RandomAffine(10, (1, 0, 0))
T.RandomAffine(10, None, (0, 1))
T.RandomAffine(10, None, 2)
T.RandomAffine(10, None, None, -1)
T.RandomAffine(10, None, None, (1, 2, 3))
T.RandomAffine(10, fill="abc")
T.RandomAffine(10, center=(1,))
T.RandomPerspective()
T.RandomPerspective(fill=3)
T.RandomPerspective(fill=lib.ones(1))
T.ColorJitter(0.5, 0, 2.0, 0.25)
T.ColorJitter()
T.ColorJitter(-1)
T.ColorJitter(hue=0.6)
T.ColorJitter((1, 2, 3))
T.ColorJitter((2, 1))
T.ColorJitter((-1, 1))
T.ColorJitter("a")
T.Grayscale()
T.RandomGrayscale()
T.RandomInvert()
T.RandomPosterize(3)
T.RandomSolarize(3, 0.1)
T.RandomAdjustSharpness(3)
T.RandomAutocontrast()
T.RandomEqualize(0.2)
T.GaussianBlur(3)
T.GaussianBlur(4)
T.GaussianBlur((3, 5, 7))
T.GaussianBlur(3, -1)
T.GaussianBlur(3, (1, 2, 3))
T.GaussianBlur(3, (2, 1))
T.GaussianBlur(3, [1, 2])
T.GaussianBlur(3, "ab")
T.GaussianBlur(3, lib.ones(2))
T.RandomApply([T.ToTensor()])
T.RandomOrder([T.ToTensor()])
T.RandomOrder(3)
T.RandomChoice([T.ToTensor()])
T.RandomChoice([T.ToTensor()], 3)
T.RandomChoice(3)
T.RandomErasing()
T.RandomErasing(2)
T.RandomErasing(scale=(0.5, 2))
T.RandomErasing(scale=1)
T.RandomErasing(ratio=1)
T.RandomErasing(ratio=(2, 1))
T.RandomErasing(value="zero")
T.RandomErasing(value=lib.ones(1))
T.RandAugment()
T.TrivialAugmentWide()
list(M)
""".strip().splitlines()


def computed(expression, lib, package, image=None, seed=0, **more):
    """The value or the error, the warnings, and the random number after it."""
    lib.manual_seed(seed)
    random.seed(seed)
    names = {
        "T": package.transforms,
        "F": package.transforms.functional,
        "M": package.transforms.InterpolationMode,
        "lib": lib,
        "x": image,
        **more,
    }
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, which programs do not see
        try:
            value = eval(expression, names)
        except Exception as error:
            return error, [], None
    return value, [(w.category, str(w.message)) for w in warned], lib.rand(1).item()


def said(error):
    """The first sentence. Ours has its own names of classes, and tells the dtype."""
    sentence = first_sentence(error).replace("minitorch.tensor.Tensor", "torch.Tensor")
    return re.sub(r"supplied for input type .*?\. ", "", sentence)


def array(image):
    return np.asarray(image) if isinstance(image, Image.Image) else image.detach().numpy()


def check(ours, theirs):
    """The two values are the same, up to rounding."""
    if isinstance(theirs, Exception):
        assert isinstance(ours, Exception), f"{ours!r} instead of {theirs!r}"
        assert type(ours) is type(theirs), f"{ours!r} instead of {theirs!r}"
        assert said(ours) == said(theirs)
        return
    assert not isinstance(ours, Exception), f"{ours!r}"
    if isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            check(one, other)
    elif isinstance(theirs, Image.Image):
        assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
        same_numbers(ours, theirs)
    elif isinstance(theirs, torch.Tensor):
        assert dtype_name(ours) == dtype_name(theirs)
        assert tuple(ours.shape) == tuple(theirs.shape)
        same_numbers(ours, theirs)
    elif isinstance(theirs, np.ndarray):
        assert np.array_equal(ours, theirs)
    else:
        assert ours == theirs


def same_numbers(ours, theirs):
    a, b = array(ours), array(theirs)
    assert a.dtype == b.dtype
    if a.dtype.kind == "f":
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=4e-6)
    else:  # a number on the border may be rounded to the other side
        apart = np.abs(a.astype(np.int64) - b.astype(np.int64))
        assert apart.max(initial=0) <= 1
        assert (apart > 0).sum() <= 0.01 * apart.size, f"{(apart > 0).sum()} of {apart.size}"


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("kind", IMAGES)
def test_transform(row, kind):
    both(row, kind, 0)


@pytest.mark.parametrize("row", RANDOM_ROWS)
@pytest.mark.parametrize("kind", IMAGES)
def test_random_transform(row, kind):
    for seed in range(4):
        both(row, kind, seed)


def both(row, kind, seed):
    ours = computed(row, mt, vision, IMAGES[kind](mt), seed)
    theirs = computed(row, torch, torchvision, IMAGES[kind](torch), seed)
    if kind in EXCEPTIONS and isinstance(theirs[0], Exception):
        assert kind == "a matrix" or isinstance(ours[0], Exception)
        return
    check(ours[0], theirs[0])
    assert ours[1:] == theirs[1:]


@pytest.mark.parametrize("row", SHOWN)
def test_how_it_prints_or_what_it_refuses(row):
    ours, theirs = computed(row, mt, vision), computed(row, torch, torchvision)
    if isinstance(theirs[0], Exception):
        check(ours[0], theirs[0])
    else:
        assert repr(ours[0]) == repr(theirs[0])
    assert ours[1] == theirs[1]
