"""Files of images as tensors."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import minitorch as mt
from minitorch.vision import io

rng = np.random.default_rng(0)
PIXELS = mt.from_numpy(rng.integers(0, 256, (3, 5, 7), np.uint8))


def test_png_there_and_back(tmp_path):
    io.write_png(PIXELS, tmp_path / "x.png")
    assert mt.equal(io.read_image(tmp_path / "x.png"), PIXELS)
    data = io.read_file(str(tmp_path / "x.png"))
    assert (data.dtype, data.ndim) == (mt.uint8, 1)
    assert mt.equal(io.decode_image(data), PIXELS)
    io.write_file(tmp_path / "y.png", data)
    assert (tmp_path / "y.png").read_bytes() == (tmp_path / "x.png").read_bytes()


@pytest.mark.parametrize(("mode", "channels"), [("GRAY", 1), ("GRAY_ALPHA", 2), ("RGB_ALPHA", 4)])
def test_modes(tmp_path, mode, channels):
    io.write_png(PIXELS, tmp_path / "x.png")
    image = io.read_image(tmp_path / "x.png", io.ImageReadMode[mode])
    assert image.shape == (channels, 5, 7)
    assert mt.equal(io.read_image(tmp_path / "x.png", mode.lower()), image)
    if channels == 4:
        assert mt.equal(image[:3], PIXELS)
        assert (image[3] == 255).all()


def test_a_palette_becomes_colours(tmp_path):
    Image.new("P", (4, 3), 2).save(tmp_path / "x.png")
    assert io.read_image(tmp_path / "x.png").shape == (3, 3, 4)


def test_jpeg(tmp_path):
    smooth = mt.arange(64).repeat(3, 64, 1).to(mt.uint8)
    io.write_jpeg(smooth, tmp_path / "x.jpg", quality=95)
    back = io.read_image(tmp_path / "x.jpg")
    assert (back.int() - smooth.int()).abs().max() <= 3


def test_as_the_camera_was_held(tmp_path):
    picture = Image.fromarray(np.ascontiguousarray(PIXELS.permute(1, 2, 0).numpy()))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    picture.save(tmp_path / "x.png", exif=exif)
    assert io.read_image(tmp_path / "x.png").shape == (3, 5, 7)
    turned = io.read_image(tmp_path / "x.png", apply_exif_orientation=True)
    assert mt.equal(turned, PIXELS.rot90(-1, (1, 2)))


def test_what_is_no_image(tmp_path):
    with pytest.raises(RuntimeError, match="Unsupported image file"):
        io.decode_image(mt.zeros(9, dtype=mt.uint8))
    with pytest.raises(FileNotFoundError):
        io.read_image(tmp_path / "nothing.png")
