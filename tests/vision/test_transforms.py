"""The transforms: their values on tensors and PIL images, their randomness, what they refuse."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from PIL import Image

import minitorch as mt
from minitorch.vision import transforms as T
from minitorch.vision.transforms import InterpolationMode, functional as F

rng = np.random.default_rng(0)
PIXELS = rng.integers(0, 256, (6, 8, 3), np.uint8)
PICTURE = Image.fromarray(PIXELS)
BYTES = mt.from_numpy(PIXELS.transpose(2, 0, 1).copy())
SMOOTH = mt.from_numpy(
    np.add.outer(np.arange(32) * 3, np.arange(40) * 2)[None].repeat(3, 0).astype(np.uint8)
)


def pixels(picture):
    """A PIL image as (C, H, W)."""
    return F.pil_to_tensor(picture)


# On PIL images and tensors ------------------------------------------------------------------------

EXACT = {
    "hflip": lambda x: F.hflip(x),
    "vflip": lambda x: F.vflip(x),
    "crop": lambda x: F.crop(x, 1, 2, 3, 4),
    "crop outside": lambda x: F.crop(x, -2, -1, 9, 12),
    "crop far outside": lambda x: F.crop(x, -9, 3, 4, 4),
    "center_crop": lambda x: F.center_crop(x, [3, 4]),
    "center_crop, larger": lambda x: F.center_crop(x, [9, 5]),
    "center_crop, much larger": lambda x: F.center_crop(x, 11),
    "pad": lambda x: F.pad(x, 2),
    "pad with a colour": lambda x: F.pad(x, [1], fill=7),
    "pad two": lambda x: F.pad(x, (1, 2)),
    "pad four": lambda x: F.pad(x, [1, 2, 3, 0]),
    "pad, edge": lambda x: F.pad(x, (3, 1), padding_mode="edge"),
    "pad, reflect": lambda x: F.pad(x, (3, 1, 0, 2), padding_mode="reflect"),
    "pad, symmetric": lambda x: F.pad(x, (3, 1, 0, 2), padding_mode="symmetric"),
    "rotate 90": lambda x: F.rotate(x, 90, expand=True),
    "rotate 180": lambda x: F.rotate(x, 180),
    "rotate 270": lambda x: F.rotate(x, -90, expand=True),
    "affine, moved": lambda x: F.affine(x, 0, (2, -1), 1.0, 0.0),
    "affine, turned": lambda x: F.affine(x, 180, [0, 0], 1.0, [0.0, 0.0], fill=9),
    "nearest": lambda x: F.resize(x, [12, 16], InterpolationMode.NEAREST),
    "same size": lambda x: F.resize(x, [6, 8]),
    "invert": lambda x: F.invert(x),
    "posterize": lambda x: F.posterize(x, 3),
    "solarize": lambda x: F.solarize(x, 100),
    "autocontrast": lambda x: F.autocontrast(x),
    "autocontrast of one tone": lambda x: F.autocontrast(F.adjust_brightness(x, 0)),
    "equalize": lambda x: F.equalize(F.resize(x, [36, 48], InterpolationMode.NEAREST)),
    "equalize few": lambda x: F.equalize(x),
    "five_crop": lambda x: F.five_crop(x, 3)[3],
    "ten_crop": lambda x: F.ten_crop(x, (2, 3), vertical_flip=True)[6],
}
# What Pillow computes in whole numbers may be 1 away.
NEAR = {
    "brightness": (lambda x: F.adjust_brightness(x, 1.5), 1),
    "darkness": (lambda x: F.adjust_brightness(x, 0.3), 1),
    "contrast": (lambda x: F.adjust_contrast(x, 0.4), 1),
    "saturation": (lambda x: F.adjust_saturation(x, 1.7), 2),
    "hue": (lambda x: F.adjust_hue(x, 0.25), 12),  # Pillow's hue is one of 256
    "sharpness": (lambda x: F.adjust_sharpness(x, 1.8), 1),
    "smoothness": (lambda x: F.adjust_sharpness(x, 0.2), 1),
    "gamma": (lambda x: F.adjust_gamma(x, 2.2, 0.9), 0),
    "hue of gray": (lambda x: F.adjust_hue(F.rgb_to_grayscale(x, 3), 0.3), 1),
    "gray": (lambda x: F.rgb_to_grayscale(x), 1),
    "gray in three": (lambda x: F.rgb_to_grayscale(x, num_output_channels=3), 1),
    "blur": (lambda x: F.gaussian_blur(x, [5, 3], [0.5, 2.0]), 0),
    "bilinear": (lambda x: F.resize(x, [3, 5]), 1),
    # Pillow cuts off what leaves the range between the two directions, too.
    "bicubic": (lambda x: F.resize(x, [9, 13], InterpolationMode.BICUBIC), 12),
    "resized_crop": (lambda x: F.resized_crop(x, 1, 2, 4, 5, [7, 3]), 1),
}


@pytest.mark.parametrize("name", EXACT)
def test_pil_images_and_tensors_agree(name):
    on_picture, on_tensor = EXACT[name](PICTURE), EXACT[name](BYTES)
    assert on_tensor.dtype is mt.uint8
    assert mt.equal(pixels(on_picture), on_tensor)


@pytest.mark.parametrize("name", NEAR)
def test_pil_images_and_tensors_nearly_agree(name):
    call, bound = NEAR[name]
    on_picture, on_tensor = pixels(call(PICTURE)), call(BYTES)
    assert on_picture.shape == on_tensor.shape
    assert (on_picture.int() - on_tensor.int()).abs().max() <= bound


@pytest.mark.parametrize("mode", [InterpolationMode.NEAREST, InterpolationMode.BILINEAR])
def test_turned_images_agree_inside(mode):
    picture = F.to_pil_image(SMOOTH)
    calls = [
        lambda x: F.rotate(x, 30, mode),
        lambda x: F.rotate(x, 30, mode, expand=True),
        lambda x: F.rotate(x, -45, mode, center=(10, 12)),
        lambda x: F.affine(x, 20, (3, -2), 1.2, (10, -5), mode),
        lambda x: F.affine(x, 20, (3, -2), 0.8, [15], mode, center=[3, 4]),
    ]
    for call in calls:
        on_picture, on_tensor = pixels(call(picture)).int(), call(SMOOTH).int()
        assert on_picture.shape == on_tensor.shape
        assert ((on_picture - on_tensor).abs() > 5).float().mean() < 0.05  # at the edges


def test_turning_by_hand():
    x = mt.arange(8.0).view(1, 2, 4)
    assert F.rotate(x, 90, expand=True).tolist() == [[[3, 7], [2, 6], [1, 5], [0, 4]]]
    filled = F.rotate(x, 45, fill=[9])
    assert filled[0, 0, 0] == 9
    assert F.rotate(x, 90, InterpolationMode.BILINEAR, fill=9.0).shape == x.shape
    half = F.affine(mt.ones(1, 1, 2), 0, (0.5, 0), 1, 0, InterpolationMode.BILINEAR, fill=5)
    # As in torchvision, black and the colour are both mixed in: ½ (½·1 + ½·0) + ½·5.
    assert half.tolist() == [[[2.75, 1.0]]]
    batch = mt.stack([x, 2 * x])
    assert mt.equal(F.rotate(batch, 90)[1], 2 * F.rotate(x, 90))
    assert F.rotate(Image.new("F", (2, 2)), 90, fill=0.5).mode == "F"


def test_sizes():
    assert F.resize(BYTES, 3).shape == (3, 3, 4)
    assert F.resize(PICTURE, [3]).size == (4, 3)
    assert F.resize(BYTES, 6, max_size=7).shape == (3, 5, 7)
    assert F.resize(BYTES.transpose(1, 2), 3).shape == (3, 4, 3)
    assert F.resize(PICTURE, 3, 3).size == (4, 3)  # Pillow's number for bicubic
    assert F.resize(BYTES.float()[None], (2, 2), antialias=False).shape == (1, 3, 2, 2)
    with pytest.raises(ValueError, match="max_size = 3 must be strictly greater"):
        F.resize(BYTES, 4, max_size=3)
    with pytest.raises(ValueError, match="max_size should only be passed if size specifies"):
        F.resize(BYTES, [4, 5], max_size=9)
    with pytest.raises(ValueError, match="Lanczos mode requires antialias=True"):
        F.resize(BYTES, 4, InterpolationMode.LANCZOS)
    with pytest.raises(ValueError, match="Size must be an int or a 1 or 2 element tuple/list"):
        F.resize(BYTES, [4, 5, 6])
    with pytest.warns(UserWarning, match="Anti-alias option is always applied for PIL Image"):
        assert F.resize(PICTURE, 3, antialias=False).size == (4, 3)
    assert F.pad(BYTES, (-1, 2), padding_mode="reflect").shape == (3, 10, 6)
    assert F.pad(PICTURE, (-1, 2), padding_mode="edge").size == (6, 10)
    with pytest.raises(ValueError, match="'bicubic' is unsupported with Tensor input"):
        F.rotate(BYTES, 4, InterpolationMode.BICUBIC)
    assert F.get_dimensions(PICTURE) == F.get_dimensions(BYTES) == [3, 6, 8]
    assert F.get_dimensions(BYTES[0]) == [1, 6, 8]
    assert F.get_image_size(PICTURE) == [8, 6]
    assert F.get_image_num_channels(PICTURE) == 3


# Conversions --------------------------------------------------------------------------------------


def test_to_tensor():
    x = F.to_tensor(PICTURE)
    assert x.dtype is mt.float32
    assert x.is_contiguous()
    assert (x.numpy() == PIXELS.transpose(2, 0, 1).astype(np.float32) / 255).all()
    assert mt.equal(T.ToTensor()(PIXELS), x)
    assert F.to_tensor(PIXELS[:, :, 0]).shape == (1, 6, 8)
    assert F.to_tensor(PIXELS.astype(np.float64)).dtype is mt.float64
    assert F.to_tensor(Image.fromarray(PIXELS[:, :, 0] > 99)).unique().tolist() == [0, 1]
    assert F.pil_to_tensor(Image.fromarray(PIXELS[:, :, 0] > 99)).dtype is mt.bool
    for dtype in (np.int32, np.float32):
        array = PIXELS[:, :, 0].astype(dtype)
        assert (F.to_tensor(Image.fromarray(array)).numpy() == array).all()
    wide = F.pil_to_tensor(Image.fromarray(np.array([[65535, 1]], np.uint16)))
    assert wide.tolist() == [[[65535, 1]]]
    with pytest.raises(TypeError, match=r"pic should be PIL Image or ndarray. Got <class 'list'>"):
        F.to_tensor([1])
    with pytest.raises(ValueError, match=r"pic should be 2/3 dimensional. Got 1 dimensions"):
        F.to_tensor(np.zeros(3))
    with pytest.raises(TypeError, match=r"pic should be PIL Image. Got"):
        T.PILToTensor()(PIXELS)


@pytest.mark.parametrize("mode", ["RGB", "YCbCr", "HSV", "RGBA", "CMYK", "LA", "L", "I", "F"])
def test_there_and_back(mode):
    picture = PICTURE.convert(mode)
    x = T.PILToTensor()(picture)
    assert x.shape == (len(picture.getbands()), 6, 8)
    back = T.ToPILImage(mode)(x)
    assert back.mode == mode
    assert back.tobytes() == picture.tobytes()
    array = np.asarray(picture)
    assert F.to_pil_image(array, mode).tobytes() == picture.tobytes()


def test_to_pil_image():
    assert (np.asarray(F.to_pil_image(BYTES.float() / 255)) == PIXELS).all()
    assert F.to_pil_image(BYTES[0]).mode == F.to_pil_image(PIXELS[:, :, 0]).mode == "L"
    assert F.to_pil_image(mt.zeros(1, 2, 2), mode="F").mode == "F"
    assert F.to_pil_image(mt.zeros(1, 2, 2, dtype=mt.int16)).mode == "I;16"
    for wrong, message in (
        (mt.zeros(1, 1, 1, 1), "pic should be 2/3 dimensional. Got 4 dimensions."),
        (np.zeros(3), "pic should be 2/3 dimensional. Got 1 dimensions."),
        (mt.zeros(5, 1, 1), "pic should not have > 4 channels. Got 5 channels."),
        (np.zeros((1, 1, 5)), "pic should not have > 4 channels. Got 5 channels."),
        ("x", "pic should be Tensor or ndarray. Got <class 'str'>."),
        (np.zeros((1, 1)), "Input type float64 is not supported"),
    ):
        with pytest.raises((TypeError, ValueError)) as said:
            F.to_pil_image(wrong)
        assert str(said.value) == message
    with pytest.raises(ValueError, match=r"Incorrect mode \(RGB\) supplied for input type uint8"):
        F.to_pil_image(BYTES[0], "RGB")
    with pytest.raises(ValueError, match=r"Only modes \['LA'\] are supported for 2D inputs"):
        F.to_pil_image(BYTES[:2], "RGB")


def test_convert_image_dtype():
    white = mt.tensor([[0, 128, 255]], dtype=mt.uint8)
    assert F.convert_image_dtype(white).tolist()[0][::2] == [0, 1]
    assert F.convert_image_dtype(white, mt.int16).tolist() == [[0, 16384, 32640]]
    assert F.convert_image_dtype(mt.tensor([32767, 300], dtype=mt.int16), mt.uint8).tolist() == [
        255,
        2,
    ]
    assert F.convert_image_dtype(mt.rand(3), mt.float64).dtype is mt.float64
    assert F.convert_image_dtype(white, mt.uint8) is white
    as_bytes = T.ConvertImageDtype(mt.uint8)
    assert as_bytes(mt.tensor([0.0, 0.9999, 1.0])).tolist() == [0, 255, 255]
    assert mt.equal(as_bytes(F.convert_image_dtype(BYTES)), BYTES)
    for image, dtype in ((mt.rand(2), mt.int32), (mt.rand(2).double(), mt.int64)):
        with pytest.raises(
            RuntimeError, match=r"The cast from torch.float\d+ to torch.int\d+ cannot"
        ):
            F.convert_image_dtype(image, dtype)
    with pytest.raises(TypeError, match="Input img should be Tensor Image"):
        F.convert_image_dtype(PICTURE)
    with pytest.raises(TypeError, match="Argument dtype should be of type"):
        T.ConvertImageDtype("uint8")


def test_normalize():
    x = mt.rand(2, 3, 4, 5)
    mean, std = np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0, 4.0])
    y = T.Normalize(mean.tolist(), std.tolist())(x)
    assert np.allclose(y.numpy(), (x.numpy() - mean[:, None, None]) / std[:, None, None], atol=1e-6)
    assert F.normalize(x, [0.5], [0.5], inplace=True) is x
    for image, stds, kind, message in (
        (PICTURE, [1], TypeError, "img should be Tensor Image. Got"),
        (BYTES, [1], TypeError, "Input tensor should be a float tensor. Got torch.uint8."),
        (x[0, 0], [1], ValueError, "Expected tensor to be a tensor image of size"),
        (x, [0], ValueError, "std evaluated to zero after conversion to torch.float32"),
    ):
        with pytest.raises(kind) as said:
            F.normalize(image, [0], stds)
        assert str(said.value).startswith(message)


# Colours ------------------------------------------------------------------------------------------


def test_colours_by_hand():
    red = mt.tensor([1.0, 0.0, 0.0]).view(3, 1, 1)
    assert np.allclose(F.adjust_hue(red, 1 / 3).flatten().tolist(), [0, 1, 0], atol=1e-6)
    assert np.allclose(F.adjust_hue(red, -1 / 3).flatten().tolist(), [0, 0, 1], atol=1e-6)
    assert np.allclose(F.rgb_to_grayscale(red).item(), 0.2989)
    assert np.allclose(F.adjust_saturation(red, 0).flatten(), [0.2989] * 3)
    assert F.adjust_brightness(red, 2).flatten().tolist() == [1, 0, 0]
    assert np.allclose(F.adjust_gamma(red / 2, 2, 2).flatten(), [0.5, 0, 0])
    assert np.allclose(F.adjust_contrast(mt.tensor([[[0.0, 1.0]]]), 0.5), [[[0.25, 0.75]]])
    colours = mt.rand(3, 9, 9)
    turned = F.adjust_hue(F.adjust_hue(colours, 0.2), -0.2)
    assert np.allclose(turned, colours, atol=1e-5)
    grey = mt.rand(1, 2, 2)
    assert F.adjust_hue(grey, 0.1) is F.adjust_saturation(grey, 3) is grey
    assert F.rgb_to_grayscale(grey, 3).shape == (1, 2, 2)
    assert F.adjust_brightness(mt.tensor([[[200]]], dtype=mt.uint8), 2).item() == 255
    assert F.adjust_sharpness(grey, 3) is grey
    assert F.adjust_hue(PICTURE.convert("L"), 0.1).mode == "L"
    assert F.to_grayscale(PICTURE, 3).mode == "RGB"


def test_blur_by_hand():
    point = mt.zeros(1, 5, 5)
    point[0, 2, 2] = 1
    blurred = F.gaussian_blur(point, 3, 1.0)
    side = math.exp(-0.5) / (1 + 2 * math.exp(-0.5))
    assert np.isclose(blurred[0, 1, 1].item(), side * side)
    assert np.isclose(blurred.sum().item(), 1)
    assert mt.equal(F.gaussian_blur(point, 3), F.gaussian_blur(point, [3, 3], [0.8]))


WRONG = [
    (lambda: F.adjust_brightness(BYTES, -1), "brightness_factor (-1) is not non-negative."),
    (lambda: F.adjust_hue(BYTES, 0.6), "hue_factor (0.6) is not in [-0.5, 0.5]."),
    (lambda: F.adjust_gamma(BYTES, -1), "Gamma should be a non-negative real number"),
    (lambda: F.adjust_hue(mt.zeros(2, 1, 1), 0), "Input image tensor permitted channel values are"),
    (lambda: F.rgb_to_grayscale(BYTES, 2), "num_output_channels should be either 1 or 3"),
    (lambda: F.rgb_to_grayscale(BYTES[0]), "Input image tensor should have at least 3 dimensions"),
    (lambda: F.to_grayscale(BYTES), "Input should be PIL Image"),
    (lambda: F.hflip("x"), "img should be PIL Image. Got <class 'str'>"),
    (lambda: F.get_dimensions("x"), "Unexpected type <class 'str'>"),
    (lambda: F.invert(BYTES[0]), "Input image tensor should have at least 3 dimensions, but found"),
    (lambda: F.equalize(BYTES[0]), "Input image tensor should have 3 or 4 dimensions, but found 2"),
    (lambda: F.posterize(BYTES / 255, 2), "Only torch.uint8 image tensors are supported, but"),
    (lambda: F.solarize(BYTES, 256), "Threshold should be less than bound of img."),
    (lambda: F.adjust_sharpness(BYTES, -1), "sharpness_factor (-1) is not non-negative."),
    (lambda: F.perspective(BYTES, [[0, 0]], []), "Please provide exactly four corners, got 1"),
    (lambda: F.gaussian_blur(BYTES, "x"), "kernel_size should be int or a sequence of integers."),
    (lambda: F.gaussian_blur(BYTES, 3, "x"), "sigma should be either float or sequence of floats"),
    (lambda: T.Pad(1, None), "Got inappropriate fill arg"),
    (lambda: F.affine(BYTES, 0, [0, 0], 1, 0, center=3), "Argument center should be a sequence"),
    (lambda: F.hflip(mt.zeros(3)), "Tensor is not a torch image."),
    (lambda: F.pad(BYTES, "x"), "Got inappropriate padding arg"),
    (lambda: F.pad(BYTES, [1, 2, 3]), "Padding must be an int or a 1, 2, or 4 element tuple, not"),
    (lambda: F.pad(BYTES, 1, "red"), "Got inappropriate fill arg"),
    (lambda: F.pad(BYTES, 1, (1, 2, 3)), "Got inappropriate fill arg"),
    (lambda: F.pad(BYTES, 1, padding_mode=1), "Got inappropriate padding_mode arg"),
    (lambda: T.Pad(1, padding_mode="x"), "Padding mode should be either constant, edge, reflect"),
    (lambda: F.pad(PICTURE, 1, (1, 2)), "The number of elements in 'fill' does not match the"),
    (lambda: F.rotate(BYTES, 1, fill=[1, 2]), "The number of elements in 'fill' cannot broadcast"),
    (lambda: F.rotate(BYTES, "x"), "Argument angle should be int or float"),
    (lambda: F.rotate(BYTES, 1, center=5), "Argument center should be a sequence"),
    (lambda: F.rotate(BYTES, 1, "nearest"), "Argument interpolation should be a InterpolationMode"),
    (lambda: F.affine(BYTES, "x", [0, 0], 1, 0), "Argument angle should be int or float"),
    (lambda: F.affine(BYTES, 0, 1, 1, 0), "Argument translate should be a sequence"),
    (lambda: F.affine(BYTES, 0, [1], 1, 0), "Argument translate should be a sequence of length 2"),
    (lambda: F.affine(BYTES, 0, [0, 0], 0, 0), "Argument scale should be positive"),
    (lambda: F.affine(BYTES, 0, [0, 0], 1, None), "Shear should be either a single value or a"),
    (lambda: F.affine(BYTES, 0, [0, 0], 1, [1] * 3), "Shear should be a sequence containing two"),
    (lambda: F.gaussian_blur(BYTES, 2), "kernel_size should have odd and positive integers. Got"),
    (lambda: F.gaussian_blur(BYTES, [3]), "If kernel_size is a sequence its length should be 2."),
    (lambda: F.gaussian_blur(BYTES, 3, 0), "sigma should have positive values. Got"),
    (lambda: F.gaussian_blur(BYTES, 3, [1] * 3), "If sigma is a sequence, its length should be 2."),
    (lambda: F.five_crop(BYTES, 7), "Requested crop size (7, 7) is bigger than input size (6, 8)"),
    (lambda: F.erase(PICTURE, 0, 0, 1, 1, 0), "img should be Tensor Image. Got"),
    (lambda: T.Resize(2.5), "Size should be int or sequence. Got"),
    (lambda: T.Resize([1, 2, 3]), "If size is a sequence, it should have 1 or 2 values"),
    (lambda: T.CenterCrop([1, 2, 3]), "Please provide only two dimensions (h, w) for size."),
    (lambda: T.RandomCrop(9)(BYTES), "Required crop size (9, 9) is larger than input image size"),
    (lambda: T.RandomResizedCrop(9, scale=1), "Scale should be a sequence"),
    (lambda: T.RandomResizedCrop(9, ratio=1), "Ratio should be a sequence"),
    (lambda: T.RandomRotation(-1), "If degrees is a single number, it must be positive."),
    (lambda: T.RandomRotation([1, 2, 3]), "degrees should be a sequence of length 2."),
    (lambda: T.RandomRotation("x"), "degrees should be a sequence of length 2."),
    (lambda: T.RandomRotation(None), "degrees should be a sequence of length 2."),
    (lambda: T.RandomRotation(1, fill={}), "Fill should be either a sequence or a number."),
    (lambda: T.RandomAffine(1, (2, 0)), "translation values should be between 0 and 1"),
    (lambda: T.RandomAffine(1, scale=(0, 1)), "scale values should be positive"),
    (lambda: T.RandomAffine(1, shear=[1] * 3), "shear should be a sequence of length 2 or 4."),
    (lambda: T.ColorJitter(-1), "If brightness is a single number, it must be non negative."),
    (lambda: T.ColorJitter(hue=0.7), "hue values should be between (-0.5, 0.5), but got"),
    (
        lambda: T.ColorJitter(contrast=[1]),
        "contrast should be a single number or a list/tuple with",
    ),
    (lambda: T.GaussianBlur(2), "Kernel size value should be an odd and positive number."),
    (lambda: T.GaussianBlur([1, 1, 1]), "Kernel size should be a tuple/list of two integers"),
    (lambda: T.GaussianBlur(3, 0), "If sigma is a single number, it must be positive."),
    (
        lambda: T.GaussianBlur(3, [2, 1]),
        "sigma values should be positive and of the form (min, max).",
    ),
    (
        lambda: T.GaussianBlur(3, [2]),
        "sigma should be a single number or a list/tuple with length 2.",
    ),
    (lambda: T.RandomErasing(2), "Random erasing probability should be between 0 and 1"),
    (lambda: T.RandomErasing(scale=(0, 2)), "Scale should be between 0 and 1"),
    (lambda: T.RandomErasing(value="x"), "If value is str, it should be 'random'"),
    (lambda: T.RandomErasing(value=None), "Argument value should be either a number or str or a"),
    (
        lambda: T.RandomErasing(1, value=[1, 2])(BYTES),
        "If value is a sequence, it should have either",
    ),
    (lambda: T.Lambda(1), "Argument lambd should be callable, got 'int'"),
    (lambda: T.RandomChoice({}), "Argument transforms should be a sequence"),
    (lambda: T.RandomChoice([], p=1), "Argument p should be a sequence"),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[message for _, message in WRONG])
def test_wrong_arguments(call, message):
    with pytest.raises((TypeError, ValueError)) as said:
        call()
    assert str(said.value).startswith(message)


# Chance -------------------------------------------------------------------------------------------


def seeded(transform, image, seed=0):
    mt.manual_seed(seed)
    return transform(image)


RANDOM = [
    T.RandomCrop(4),
    T.RandomCrop((4, 12), padding=1, pad_if_needed=True, padding_mode="reflect"),
    T.RandomCrop(12, pad_if_needed=True, fill=3),
    T.RandomResizedCrop(5),
    T.RandomHorizontalFlip(),
    T.RandomVerticalFlip(),
    T.RandomGrayscale(0.5),
    T.RandomInvert(),
    T.RandomPosterize(2),
    T.RandomSolarize(100, 0.7),
    T.RandomAdjustSharpness(3),
    T.RandomAutocontrast(),
    T.RandomApply([T.RandomHorizontalFlip(1.0), T.RandomVerticalFlip(1.0)], p=0.5),
]


@pytest.mark.parametrize("transform", RANDOM, ids=str)
def test_the_same_seed_gives_the_same_image(transform):
    results = [seeded(transform, BYTES, seed) for seed in range(12)]
    assert any(not mt.equal(result, results[0]) for result in results[1:])
    for seed, result in enumerate(results):
        assert mt.equal(seeded(transform, BYTES, seed), result)
        near = pixels(seeded(transform, PICTURE, seed)).int() - result.int()
        assert near.abs().max() <= 1


def test_what_is_drawn():
    """The numbers of the generator that each transform uses, and in which order."""

    def drawn(seed):
        mt.manual_seed(seed)

    drawn(3)
    top, left = (mt.randint(0, n, size=(1,)).item() for n in (3, 5))
    assert mt.equal(seeded(T.RandomCrop(4), BYTES, 3), BYTES[:, top : top + 4, left : left + 4])
    drawn(3)
    angle = mt.empty(1).uniform_(-20, 20).item()
    assert mt.equal(seeded(T.RandomRotation(20), BYTES, 3), F.rotate(BYTES, angle))
    drawn(3)
    low, high = math.log(np.float32(0.75)), math.log(np.float32(4 / 3))
    area = 48 * mt.empty(1).uniform_(0.08, 1).item()
    aspect = math.exp(mt.empty(1).uniform_(low, high).item())
    h, w = round(math.sqrt(area / aspect)), round(math.sqrt(area * aspect))
    place = [mt.randint(0, n, size=(1,)).item() for n in (6 - h + 1, 8 - w + 1)]
    expected = (*place, h, w)
    drawn(3)
    assert T.RandomResizedCrop.get_params(BYTES, (0.08, 1.0), (0.75, 4 / 3)) == expected
    drawn(3)
    angle, dx, dy, scale, x, y = (
        mt.empty(1).uniform_(a, b).item()
        for a, b in ((-9, 9), (-0.8, 0.8), (-3, 3), (0.5, 2), (-1, 1), (4, 5))
    )
    drawn(3)
    params = T.RandomAffine.get_params([-9, 9], (0.1, 0.5), (0.5, 2), [-1, 1, 4, 5], (8, 6))
    assert params == (angle, (round(dx), round(dy)), scale, (x, y))
    drawn(3)
    order = mt.randperm(4).tolist()
    brightness, hue = (mt.empty(1).uniform_(*pair).item() for pair in ((0.5, 1.5), (-0.1, 0.1)))
    drawn(3)
    params = T.ColorJitter.get_params((0.5, 1.5), None, None, (-0.1, 0.1))
    assert params[0].tolist() == order
    assert params[1:] == (brightness, None, None, hue)


def test_perspective():
    square = [[0, 0], [7, 0], [7, 5], [0, 5]]
    for image in (PICTURE, BYTES):
        same = F.perspective(image, square, square, InterpolationMode.NEAREST)
        assert np.array_equal(np.asarray(same), np.asarray(image))
    moved = F.perspective(BYTES, square, [[x + 2, y] for x, y in square], fill=9)
    assert (moved[:, :, :2] == 9).all()
    assert mt.equal(moved[:, :, 2:], BYTES[:, :, :-2])
    start, end = T.RandomPerspective.get_params(8, 6, 0.5)
    assert start == square
    for (x, y), (new_x, new_y) in zip(start, end, strict=True):
        assert abs(new_x - x) <= 2 and abs(new_y - y) <= 1
    assert T.RandomPerspective(p=0.0)(PICTURE) is PICTURE
    assert not mt.equal(seeded(T.RandomPerspective(p=1.0), BYTES), BYTES)


@pytest.mark.parametrize("image", [PICTURE, BYTES], ids=["PIL", "tensor"])
@pytest.mark.parametrize("transform", [T.RandAugment(1, 20), T.TrivialAugmentWide(21)], ids=str)
def test_augmentation(transform, image):
    before, results = np.asarray(image).copy(), set()
    for seed in range(60):
        result = seeded(transform, image, seed)
        assert np.asarray(result).shape == before.shape
        results.add(np.asarray(result).tobytes())
    assert len(results) > 12  # of fourteen changes, most of them of two signs
    assert before.tobytes() in results  # one is the identity
    assert np.array_equal(np.asarray(image), before)


def test_parts_of_odd_images():
    wide, high = mt.zeros(1, 2, 50), mt.zeros(1, 50, 2)
    params = T.RandomResizedCrop.get_params
    assert params(wide, (1, 1), (0.75, 4 / 3)) == (0, 23, 2, 3)
    assert params(high, (1, 1), (0.75, 4 / 3)) == (23, 0, 3, 2)
    assert params(mt.zeros(1, 5, 5), (2, 2), (1, 1)) == (0, 0, 5, 5)
    assert T.RandomCrop.get_params(wide, (2, 50)) == (0, 0, 2, 50)


def test_jitter_and_blur():
    everything = T.ColorJitter(0.5, [0.5, 1.5], 0.5, 0.1)
    assert not mt.equal(seeded(everything, BYTES), seeded(everything, BYTES, 1))
    assert mt.equal(seeded(everything, BYTES), seeded(everything, BYTES))
    assert seeded(everything, PICTURE).size == PICTURE.size
    assert T.ColorJitter()(BYTES) is BYTES
    mt.manual_seed(0)
    sigma = mt.empty(1).uniform_(0.1, 2.0).item()
    blurred = seeded(T.GaussianBlur((3, 5)), BYTES)
    assert mt.equal(blurred, F.gaussian_blur(BYTES, (3, 5), sigma))
    assert mt.equal(T.GaussianBlur(3, 0.7)(BYTES), F.gaussian_blur(BYTES, 3, 0.7))


def test_affine():
    changed = T.RandomAffine(20, (0.2, 0.2), (0.5, 2), 10, InterpolationMode.BILINEAR, fill=3)
    assert mt.equal(seeded(changed, BYTES), seeded(changed, BYTES))
    assert seeded(changed, PICTURE).size == PICTURE.size
    assert T.RandomAffine(0)(BYTES).tolist() == BYTES.tolist()


def test_erasing():
    for value in (7, "random", [1.0, 2.0, 3.0]):
        erased = seeded(T.RandomErasing(1.0, value=value), mt.ones(3, 20, 20) * 9)
        hole = (erased[1] != 9).nonzero()
        (top, left), (bottom, right) = hole.amin(0).tolist(), hole.amax(0).tolist()
        assert (erased[:, top : bottom + 1, left : right + 1] != 9).all()
        assert 2 <= len(hole) <= 140
        if value != "random":
            assert erased[1, top, left] == (7 if value == 7 else 2)
    x = mt.ones(3, 20, 20)
    assert T.RandomErasing(0.0)(x) is x
    assert T.RandomErasing(1.0, inplace=True)(x) is x
    assert x.min() == 0
    tall = T.RandomErasing(1.0, scale=(1, 1))
    assert mt.equal(tall(x), x)  # no place for such a hole
    with pytest.warns(UserWarning, match="Scale and ratio should be of kind"):
        T.RandomErasing(scale=(0.5, 0.1))


def test_combinations():
    add, double = T.Lambda(lambda x: x + 1), T.Lambda(lambda x: 2 * x)
    assert T.Compose([add, double])(3) == 8
    random.seed(0)
    results = {T.RandomOrder([add, double])(3) for _ in range(20)}
    assert results == {7, 8}
    assert {T.RandomChoice([add, double])(3) for _ in range(20)} == {4, 6}
    assert {T.RandomChoice([add, double], p=[0.0, 1.0])(3) for _ in range(20)} == {6}
    results = [T.RandomApply([add], p=0.25)(0) for _ in range(400)]
    assert 50 < sum(results) < 150


def test_classes_do_what_the_functions_do():
    for transform, expected in (
        (T.Resize(3), F.resize(BYTES, 3)),
        (T.CenterCrop(3), F.center_crop(BYTES, 3)),
        (T.Pad([1, 2], 3), F.pad(BYTES, [1, 2], 3)),
        (T.Grayscale(3), F.rgb_to_grayscale(BYTES, 3)),
        (T.PILToTensor(), BYTES),
        (T.RandomEqualize(1.0), F.equalize(BYTES)),
    ):
        image = PICTURE if isinstance(transform, T.PILToTensor) else BYTES
        assert mt.equal(transform(image), expected)
    five, ten = T.FiveCrop(3)(BYTES), T.TenCrop([3, 3])(BYTES)
    assert [len(five), len(ten)] == [5, 10]
    assert all(mt.equal(a, b) for a, b in zip(five, ten, strict=False))
    assert mt.equal(ten[5], F.hflip(BYTES)[:, :3, :3])
    assert F.pad(PICTURE.convert("P"), 1, padding_mode="edge").mode == "P"


REPRS = {
    "Compose(\n    ToTensor()\n    Normalize(mean=(0.5,), std=(0.5,))\n)": T.Compose(
        [T.ToTensor(), T.Normalize((0.5,), (0.5,))]
    ),
    "ToPILImage()": T.ToPILImage(),
    "ToPILImage(mode=RGB)": T.ToPILImage("RGB"),
    "PILToTensor()": T.PILToTensor(),
    "ConvertImageDtype()": T.ConvertImageDtype(mt.float32),
    "Resize(size=224, interpolation=bilinear, max_size=None, antialias=True)": T.Resize(224),
    "CenterCrop(size=(224, 224))": T.CenterCrop(224),
    "FiveCrop(size=(2, 3))": T.FiveCrop((2, 3)),
    "TenCrop(size=(2, 2), vertical_flip=False)": T.TenCrop(2),
    "RandomCrop(size=(32, 32), padding=4)": T.RandomCrop(32, padding=4),
    "RandomResizedCrop(size=(224, 224), scale=(0.08, 1.0), ratio=(0.75, 1.3333), "
    "interpolation=bilinear, antialias=True)": T.RandomResizedCrop(224),
    "RandomHorizontalFlip(p=0.5)": T.RandomHorizontalFlip(),
    "RandomVerticalFlip(p=0.1)": T.RandomVerticalFlip(0.1),
    "RandomRotation(degrees=[-10.0, 10.0], interpolation=nearest, expand=False, fill=0)": (
        T.RandomRotation(10, fill=None)
    ),
    "RandomRotation(degrees=[0.0, 10.0], interpolation=bilinear, expand=True, center=(1, 2), "
    "fill=0)": T.RandomRotation((0, 10), InterpolationMode.BILINEAR, True, (1, 2)),
    "RandomAffine(degrees=[-10.0, 10.0], translate=(0.1, 0.1))": T.RandomAffine(10, (0.1, 0.1)),
    "RandomAffine(degrees=[-1.0, 1.0], scale=(1, 2), shear=[-3.0, 3.0], interpolation=bilinear, "
    "fill=4, center=(5, 6))": T.RandomAffine(
        1, None, (1, 2), 3, InterpolationMode.BILINEAR, 4, (5, 6)
    ),
    "ColorJitter(brightness=(0.5, 1.5), contrast=None, saturation=(0.0, 3.0), hue=(-0.25, 0.25))": (
        T.ColorJitter(0.5, 0, 2.0, 0.25)
    ),
    "Grayscale(num_output_channels=1)": T.Grayscale(),
    "RandomGrayscale(p=0.1)": T.RandomGrayscale(),
    "RandomInvert(p=0.5)": T.RandomInvert(),
    "RandomPosterize(bits=3,p=0.1)": T.RandomPosterize(3, 0.1),
    "RandomPerspective(p=0.5)": T.RandomPerspective(),
    "RandAugment(num_ops=2, magnitude=9, num_magnitude_bins=31, "
    "interpolation=InterpolationMode.NEAREST, fill=None)": T.RandAugment(),
    "TrivialAugmentWide(num_magnitude_bins=31, interpolation=InterpolationMode.NEAREST, "
    "fill=None)": T.TrivialAugmentWide(),
    "Pad(padding=4, fill=0, padding_mode=constant)": T.Pad(4),
    "Lambda()": T.Lambda(abs),
    "RandomApply(\n    p=0.5\n    ToTensor()\n)": T.RandomApply([T.ToTensor()]),
    "RandomOrder(\n    ToTensor()\n)": T.RandomOrder([T.ToTensor()]),
    "RandomChoice(\n    ToTensor()\n)(p=None)": T.RandomChoice([T.ToTensor()]),
    "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)": (
        T.RandomErasing()
    ),
    "GaussianBlur(kernel_size=(3, 3), sigma=(0.1, 2.0))": T.GaussianBlur(3),
}


@pytest.mark.parametrize("shown", REPRS)
def test_how_they_print(shown):
    assert repr(REPRS[shown]) == shown
