"""Grids, images in files, boxes; what is said where Pillow is missing."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import minitorch as mt
from minitorch.vision.utils import (
    draw_bounding_boxes,
    draw_segmentation_masks,
    make_grid,
    save_image,
)


def test_grid():
    images = mt.arange(3.0).view(3, 1, 1, 1).expand(3, 1, 2, 2) + 1
    grid = make_grid(images, nrow=2, padding=1, pad_value=9)
    expected = [
        [9, 9, 9, 9, 9, 9, 9],
        [9, 1, 1, 9, 2, 2, 9],
        [9, 1, 1, 9, 2, 2, 9],
        [9, 9, 9, 9, 9, 9, 9],
        [9, 3, 3, 9, 9, 9, 9],
        [9, 3, 3, 9, 9, 9, 9],
        [9, 9, 9, 9, 9, 9, 9],
    ]
    assert grid.tolist() == [expected] * 3
    assert mt.equal(make_grid(list(images), 2, 1, pad_value=9), grid)
    assert make_grid(mt.zeros(5, 4)).shape == make_grid(mt.zeros(1, 5, 4)).shape == (3, 5, 4)
    assert make_grid(mt.zeros(2, 3, 5, 4, requires_grad=True)).requires_grad is False


def test_grid_stretched():
    images = mt.tensor([[0.0, 2.0], [4.0, 8.0]]).view(2, 1, 1, 2)
    assert make_grid(images, padding=0, normalize=True)[0].tolist() == [[0, 0.25, 0.5, 1]]
    assert make_grid(images, padding=0, normalize=True, scale_each=True)[0].tolist() == [
        [0, 1, 0, 1]
    ]
    half = make_grid(images, padding=0, normalize=True, value_range=(2, 4))
    assert half[0].tolist() == [[0, 0, 1, 1]]
    assert images.max() == 8
    with pytest.raises(TypeError, match="value_range has to be a tuple"):
        make_grid(images, normalize=True, value_range=[2, 4])
    with pytest.raises(TypeError, match="tensor or list of tensors expected, got <class 'int'>"):
        make_grid(1)
    with pytest.raises(
        TypeError, match="tensor or list of tensors expected, got a list containing"
    ):
        make_grid([1])


def test_save_image(tmp_path):
    x = mt.tensor([0.0, 0.5, 1.0, 7.0]).view(1, 2, 2)
    save_image(x, tmp_path / "x.png")
    saved = np.asarray(Image.open(tmp_path / "x.png"))
    assert saved[..., 0].tolist() == [[0, 128], [255, 255]]
    file = io.BytesIO()
    save_image([x, x], file, format="bmp", padding=1)
    assert Image.open(file).size == (7, 4)


def test_boxes():
    image = mt.zeros(3, 20, 30, dtype=mt.uint8)
    boxes = mt.tensor([[2, 3, 12, 13], [15, 5, 25, 15]])
    drawn = draw_bounding_boxes(image, boxes, colors=["red", (0, 255, 0)])
    assert drawn[:, 3, 5].tolist() == [255, 0, 0]
    assert drawn[:, 15, 20].tolist() == [0, 255, 0]
    assert drawn[:, 8, 7].sum() == image.sum() == 0
    filled = draw_bounding_boxes(image, boxes, colors="red", fill=True)
    assert 0 < filled[0, 8, 7] < 255
    labelled = draw_bounding_boxes(image, boxes, labels=["a", None], colors="red")
    assert labelled[:, 4:12, 3:11].any()
    assert not labelled[:, 6:14, 16:24].any()
    with pytest.warns(UserWarning, match="No box was drawn"):
        assert draw_bounding_boxes(image, mt.zeros(0, 4)) is image
    with pytest.warns(UserWarning, match="'font_size' will be ignored"):
        draw_bounding_boxes(image, boxes, font_size=9)
    behind = draw_bounding_boxes(
        image, boxes, ["a", "b"], fill_labels=True, label_background_colors="lime"
    )
    lime = behind == mt.tensor([0, 255, 0]).view(3, 1, 1)
    assert 20 < lime.all(dim=0).sum() < 200
    real = draw_bounding_boxes(mt.zeros(1, 20, 30), boxes, colors=[(255, 0, 0)] * 2, fill=True)
    assert real.dtype is mt.float32
    assert real[:, 3, 5].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        ("x", {}, "Tensor expected, got <class 'str'>"),
        (mt.zeros(3, 2, 2, dtype=mt.int32), {}, "The image dtype must be uint8 or float, got"),
        (mt.zeros(1, 3, 2, 2), {}, "Pass individual images, not batches"),
        (mt.zeros(2, 2, 2), {}, "Only grayscale and RGB images are supported"),
        (mt.zeros(3, 2, 2), {"boxes": mt.tensor([[1, 0, 0, 0]])}, "Boxes need to be in"),
        (mt.zeros(3, 2, 2), {"labels": []}, r"Number of boxes \(1\) and labels \(0\) mismatch"),
        (mt.zeros(3, 2, 2), {"colors": []}, "Number of colors must be equal or larger"),
        (mt.zeros(3, 2, 2), {"colors": (1, 2)}, "colors should be an RGB triplet"),
        (mt.zeros(3, 2, 2), {"colors": 3}, "colors must be a tuple or a string"),
    ],
)
def test_boxes_that_cannot_be_drawn(image, options, message):
    options = {"boxes": mt.tensor([[0, 0, 1, 1]])} | options
    with pytest.raises((TypeError, ValueError), match=message):
        draw_bounding_boxes(image, **options)


def test_masks():
    image = mt.full((3, 2, 3), 100, dtype=mt.uint8)
    masks = mt.tensor([[[1, 1, 0], [0, 0, 0]], [[0, 1, 1], [0, 0, 0]]]).bool()
    drawn = draw_segmentation_masks(image, masks, 0.5, ["red", (0, 200, 0)])
    assert drawn[:, 0].T.tolist() == [[177, 50, 50], [50, 50, 50], [50, 150, 50]]
    assert (drawn[:, 1] == 100).all()
    real = draw_segmentation_masks(image / 200, masks[0], 1.0, "lime")
    assert real[:, 0, 0].tolist() == [0, 1, 0]
    with pytest.warns(UserWarning, match="No mask was drawn"):
        assert draw_segmentation_masks(image, masks[:0]) is image


@pytest.mark.parametrize(
    ("image", "masks", "message"),
    [
        ("x", mt.ones(2, 2), "The image must be a tensor, got <class 'str'>"),
        (mt.zeros(1, 2, 2), mt.ones(2, 2), "Pass an RGB image"),
        (mt.zeros(3, 2, 2), mt.ones(2), "masks must be of shape"),
        (mt.zeros(3, 2, 2), mt.ones(2, 2), "The masks must be of dtype bool. Got torch.float32"),
        (mt.zeros(3, 2, 2), mt.ones(3, 3).bool(), "must have the same height and width"),
    ],
)
def test_masks_that_cannot_be_drawn(image, masks, message):
    with pytest.raises((TypeError, ValueError), match=message):
        draw_segmentation_masks(image, masks)


def test_without_pillow():
    program = """
import sys
import minitorch
assert "PIL" not in sys.modules and "minitorch.vision" not in sys.modules
sys.modules["PIL"] = None
try:
    import minitorch.vision
except ModuleNotFoundError as error:
    print(error)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert said == (
        "minitorch.vision needs Pillow, which is not installed. Install it with "
        'pip install "minitorch-learn[vision]"\n'
    )
