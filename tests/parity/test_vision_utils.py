"""Grids, boxes and files of images beside torchvision's."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from .real_torchvision import torch, torchvision  # isort: skip
import torchvision.utils

import minitorch as mt
from minitorch import vision

from .test_vision_transforms import check, computed

rng = np.random.default_rng(0)
REAL = rng.standard_normal((5, 3, 6, 7)).astype(np.float32)
BYTES = rng.integers(0, 256, (5, 3, 20, 24), np.uint8)

# Of `x`, five images of floats, and `b`, five of bytes.
ROWS = """
U.make_grid(x)
U.make_grid(list(x))
U.make_grid(tuple(x))
U.make_grid(x, nrow=2)
U.make_grid(x, nrow=3, padding=0)
U.make_grid(x, 2, 1, True)
U.make_grid(x, normalize=True, value_range=(-1, 1))
U.make_grid(x, normalize=True, value_range=(-0.5, 2), scale_each=True)
U.make_grid(x, normalize=True, scale_each=True)
U.make_grid(x, normalize=True, value_range=[-1, 1])
U.make_grid(x, pad_value=0.5)
U.make_grid(x[:1])
U.make_grid(x[0])
U.make_grid(x[0, 0])
U.make_grid(x[0, 0], normalize=True)
U.make_grid(x[:, :1], nrow=3)
U.make_grid(x[:, :2], nrow=3)
U.make_grid(b, nrow=2)
U.make_grid(x.double(), nrow=1)
U.make_grid(x * 0, normalize=True)
U.make_grid(3)
U.make_grid([3])
U.make_grid([x[0], 3])
U.make_grid([])
saved(U, x)
saved(U, x, normalize=True)
saved(U, x[0], nrow=1)
saved(U, list(x), padding=5, pad_value=1)
saved(U, b)
saved(U, x[:, :1], format="jpeg")
saved(U, x, format="nothing")
U.draw_bounding_boxes(b[0], lib.tensor([[1, 2, 10, 12], [4, 4, 20, 15]]), colors="red")
U.draw_bounding_boxes(b[0], lib.tensor([[1, 2, 10, 12]]), colors=["#00ff00"], width=3)
U.draw_bounding_boxes(b[0], lib.tensor([[1.5, 2, 10, 12]]), colors=(1, 2, 3), fill=True)
U.draw_bounding_boxes(b[0], lib.tensor([[1, 2, 10, 12], [4, 4, 20, 15]]))
U.draw_bounding_boxes(b[0, :1], lib.tensor([[1, 2, 10, 12]]), colors=[(1, 200, 3)])
U.draw_bounding_boxes(x[0].abs().clamp(0, 1), lib.tensor([[1, 2, 3, 4]]), colors="blue")
U.draw_bounding_boxes(b[0], lib.tensor([[1, 2, 10, 12]]), labels=["a"], colors="red")
U.draw_bounding_boxes(b[0], lib.tensor([[1, 2, 10, 12]]), labels=["a", "b"])
U.draw_bounding_boxes(b[0], lib.tensor([[1, 2, 10, 12]]), colors=[])
U.draw_bounding_boxes(b[0], lib.tensor([[11, 2, 10, 12]]))
U.draw_bounding_boxes(b, lib.tensor([[1, 2, 10, 12]]))
U.draw_bounding_boxes(b[0, :2], lib.tensor([[1, 2, 10, 12]]))
U.draw_bounding_boxes(b[0].int(), lib.tensor([[1, 2, 10, 12]]))
U.draw_bounding_boxes(3, lib.tensor([[1, 2, 10, 12]]))
U.draw_segmentation_masks(b[0], b[1, :2] > 128, colors=["red", (0, 9, 200)])
U.draw_segmentation_masks(b[0], b[1, 0] > 128, alpha=0.3, colors="#123456")
U.draw_segmentation_masks(b[0], b[1] > 128)
U.draw_segmentation_masks(x[0].abs().clamp(0, 1), x[1, :1] > 0, 0.5, "blue")
U.draw_segmentation_masks(b[0], b[1, :0] > 128)
U.draw_segmentation_masks(b[0], b[1, :1])
U.draw_segmentation_masks(b[0], b[1, :1, :4] > 1)
U.draw_segmentation_masks(b[0, :1], b[1, :1] > 1)
U.draw_segmentation_masks(b[0].int(), b[1, :1] > 1)
U.draw_segmentation_masks(b, b[1, :1] > 1)
U.draw_segmentation_masks(3, b[1, :1] > 1)
U.draw_segmentation_masks(b[0], b[1, 0, 0] > 1)
""".strip().splitlines()


def saved(utils, *images, format="png", **options):
    """The pixels of the file that `save_image` wrote."""
    file = io.BytesIO()
    utils.save_image(*images, file, format=format, **options)
    return np.asarray(Image.open(file)).copy()


@pytest.mark.parametrize("row", ROWS)
def test_utils(row):
    found = []
    for lib, package in ((mt, vision), (torch, torchvision)):
        x, b = (lib.from_numpy(array.copy()) for array in (REAL, BYTES))
        names = {"U": package.utils, "x": x, "b": b, "saved": saved}
        found.append(computed(row, lib, package, **names))
        assert np.array_equal(x.numpy(), REAL) and np.array_equal(b.numpy(), BYTES)
    ours, theirs = found
    check(ours[0], theirs[0])
    assert ours[1:] == theirs[1:]
