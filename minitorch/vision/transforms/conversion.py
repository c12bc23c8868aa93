"""From PIL images and NumPy arrays to tensors and back; dtypes; normalization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

import minitorch as mt
from minitorch import nn


def pil_to_tensor(pic: Any) -> Any:
    """The PIL image as a tensor ``(C, H, W)`` of its own dtype; TypeError for anything else.

    Greys of 16 bits become int32: there is no uint16 here.

    >>> from PIL import Image
    >>> pil_to_tensor(Image.new("RGB", (2, 1), (1, 2, 3)))[:, 0, 0]
    tensor([1, 2, 3], dtype=torch.uint8)
    """
    if not isinstance(pic, Image.Image):
        raise TypeError(f"pic should be PIL Image. Got {type(pic)}")
    array = np.array(pic)  # a copy: the image's own memory cannot be written
    if array.dtype == np.uint16:
        array = array.astype(np.int32)
    array = array.reshape(*array.shape[:2], -1).transpose(2, 0, 1)
    return mt.from_numpy(np.ascontiguousarray(array))


def to_tensor(pic: Any) -> Any:
    """The image ``(H, W, C)``, PIL or NumPy, as a tensor ``(C, H, W)``: bytes become 0 to 1.

    TypeError if it is neither, ValueError for an array of other than 2 or 3 dimensions.

    >>> import numpy as np
    >>> to_tensor(np.array([[[255, 0, 51]]], np.uint8)).flatten()
    tensor([1.0000, 0.0000, 0.2000])
    """
    if isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        array = pic[:, :, None] if pic.ndim == 2 else pic
        image = mt.from_numpy(array.transpose(2, 0, 1).copy())
    elif isinstance(pic, Image.Image):
        image = pil_to_tensor(pic)
        if pic.mode == "1":
            image = 255 * image.to(mt.uint8)
    else:
        raise TypeError(f"pic should be PIL Image or ndarray. Got {type(pic)}")
    if image.dtype != mt.uint8:
        return image
    return image.to(dtype=mt.get_default_dtype()).div_(255)


# The mode that an image of one channel has, by its dtype.
ONE_CHANNEL = {
    np.dtype(np.uint8): "L",
    np.dtype(np.int16): "I;16",
    np.dtype(np.int32): "I",
    np.dtype(np.float32): "F",
}
# The modes that an image of bytes may have, by its number of channels; the first one is meant.
MODES: dict[int, list[str]] = {
    2: ["LA"],
    3: ["RGB", "YCbCr", "HSV"],
    4: ["RGBA", "CMYK", "RGBX"],
}


def to_pil_image(pic: Any, mode: str | None = None) -> Image.Image:
    """A tensor ``(C, H, W)`` or a NumPy array ``(H, W, C)`` as a PIL image.

    Floating tensors hold 0 to 1. Without ``mode``, it follows from the number of channels and the
    dtype: L, LA, RGB, RGBA, or I, I;16, F. TypeError for what is no image, ValueError for more than
    4 channels or a mode that does not fit.

    >>> to_pil_image(mt.tensor([[[0, 128, 255]]], dtype=mt.uint8)).mode
    'L'
    """
    if isinstance(pic, mt.Tensor):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        channels = 1 if pic.ndim == 2 else pic.shape[0]
        if channels > 4:
            raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
        if pic.is_floating_point() and mode != "F":
            pic = pic.mul(255).byte()
        image = (pic.unsqueeze(0) if pic.ndim == 2 else pic).permute(1, 2, 0)
        array = image.detach().cpu().numpy()
    elif isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pic.ndim} dimensions.")
        array = pic[:, :, None] if pic.ndim == 2 else pic
        channels = array.shape[2]
        if channels > 4:
            raise ValueError(f"pic should not have > 4 channels. Got {channels} channels.")
    else:
        raise TypeError(f"pic should be Tensor or ndarray. Got {type(pic)}.")

    if channels == 1:
        expected = ONE_CHANNEL.get(array.dtype)
        if mode is not None and mode != expected:
            raise ValueError(
                f"Incorrect mode ({mode}) supplied for input type {array.dtype}. "
                f"Should be {expected}"
            )
        mode = expected
    else:
        permitted = MODES[channels]
        if mode is not None and mode not in permitted:
            raise ValueError(f"Only modes {permitted} are supported for {channels}D inputs")
        if mode is None and array.dtype == np.uint8:
            mode = permitted[0]
    if mode is None:
        raise TypeError(f"Input type {array.dtype} is not supported")
    height, width = array.shape[:2]
    return Image.frombytes(mode, (width, height), np.ascontiguousarray(array).tobytes())


def convert_image_dtype(image: Any, dtype: Any = mt.float32) -> Any:
    """The image in another dtype, scaled: white is 1, or the largest number of an integer dtype.

    RuntimeError from float32 to int32 or int64, and from float64 to int64: white would be wrong.

    >>> convert_image_dtype(mt.tensor([[0.0, 0.5, 1.0]]), mt.uint8)
    tensor([[  0, 127, 255]], dtype=torch.uint8)
    """
    if not isinstance(image, mt.Tensor):
        raise TypeError("Input img should be Tensor Image")
    if image.dtype == dtype or (image.is_floating_point() and dtype.is_floating_point):
        return image.to(dtype)
    if image.is_floating_point():
        wide = (mt.int32, mt.int64) if image.dtype == mt.float32 else (mt.int64,)
        if image.dtype in (mt.float32, mt.float64) and dtype in wide:
            raise RuntimeError(
                f"The cast from {image.dtype} to {dtype} cannot be performed safely."
            )
        # A little less than one step more: each number gets an interval of about the same length.
        return image.mul(mt.iinfo(dtype).max + 1.0 - 1e-3).to(dtype)
    largest = mt.iinfo(image.dtype).max
    if dtype.is_floating_point:
        return image.to(dtype) / largest
    if largest > mt.iinfo(dtype).max:
        steps = (largest + 1) // (mt.iinfo(dtype).max + 1)
        return mt.div(image, steps, rounding_mode="floor").to(dtype)
    return image.to(dtype) * ((mt.iinfo(dtype).max + 1) // (largest + 1))


def normalize(
    tensor: Any, mean: Sequence[float], std: Sequence[float], inplace: bool = False
) -> Any:
    """``(tensor − mean) / std`` for each channel of floating images ``(…, C, H, W)``.

    TypeError if it is no floating tensor, ValueError for too few dimensions or a zero in ``std``.

    >>> normalize(mt.ones(1, 1, 2), [0.5], [0.25])
    tensor([[[2., 2.]]])
    """
    if not isinstance(tensor, mt.Tensor):
        raise TypeError(f"img should be Tensor Image. Got {type(tensor)}")
    if not tensor.is_floating_point():
        raise TypeError(f"Input tensor should be a float tensor. Got {tensor.dtype}.")
    if tensor.ndim < 3:
        raise ValueError(
            "Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = "
            f"{tensor.size()}"
        )
    middle, spread = (
        mt.as_tensor(values, dtype=tensor.dtype, device=tensor.device) for values in (mean, std)
    )
    if not spread.all():
        raise ValueError(
            f"std evaluated to zero after conversion to {tensor.dtype}, leading to division by "
            "zero."
        )
    middle, spread = (x.view(-1, 1, 1) if x.ndim == 1 else x for x in (middle, spread))
    return (tensor.sub_(middle) if inplace else tensor - middle).div_(spread)


class ToTensor:
    """`to_tensor`: a PIL image or array of bytes becomes a tensor ``(C, H, W)`` from 0 to 1.

    >>> from PIL import Image
    >>> ToTensor()(Image.new("RGB", (1, 1), (0, 51, 255))).flatten()
    tensor([0.0000, 0.2000, 1.0000])
    """

    def __call__(self, pic: Any) -> Any:
        return to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PILToTensor:
    """`pil_to_tensor`: a PIL image becomes a tensor ``(C, H, W)``, its numbers as they are.

    >>> from PIL import Image
    >>> PILToTensor()(Image.new("RGB", (2, 1), (1, 2, 3))).shape
    torch.Size([3, 1, 2])
    """

    def __call__(self, pic: Any) -> Any:
        return pil_to_tensor(pic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class ToPILImage:
    """`to_pil_image`: a tensor or array becomes a PIL image.

    >>> image = ToPILImage()(mt.ones(3, 2, 5))
    >>> image.mode, image.size, image.getpixel((0, 0))
    ('RGB', (5, 2), (255, 255, 255))
    """

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, pic: Any) -> Image.Image:
        return to_pil_image(pic, self.mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.mode is None else f'mode={self.mode}'})"


class ConvertImageDtype(nn.Module):
    """`convert_image_dtype`: a tensor in another dtype, scaled.

    >>> ConvertImageDtype(mt.float32)(mt.tensor([0, 51, 255], dtype=mt.uint8))
    tensor([0.0000, 0.2000, 1.0000])
    """

    def __init__(self, dtype: Any) -> None:
        super().__init__()
        if not isinstance(dtype, mt.dtype):
            raise TypeError("Argument dtype should be of type torch.dtype")
        self.dtype = dtype

    def forward(self, image: Any) -> Any:
        """The image in the dtype."""
        return convert_image_dtype(image, self.dtype)


class Normalize(nn.Module):
    """`normalize`: ``(tensor − mean) / std`` for each channel.

    >>> Normalize(mean=[0.5], std=[0.25])(mt.tensor([[[0.5, 1.0]]]))
    tensor([[[0., 2.]]])
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        super().__init__()
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def forward(self, tensor: Any) -> Any:
        """The normalized image."""
        return normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"
