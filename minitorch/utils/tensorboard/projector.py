"""Points of many dimensions for TensorBoard's projector: files beside the events."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector.projector_config_pb2 import EmbeddingInfo, ProjectorConfig

from .summary import to_numpy


def write_embedding(
    run: str,
    config: ProjectorConfig,
    points: Any,
    labels: Any,
    images: Any,
    step: int,
    tag: str,
    header: list[str] | None,
) -> None:
    """Writes the points and what is known of each, and adds them to the run's list of points."""
    array = to_numpy(points)
    name = tag.replace("%", "%25").replace("/", "%2f").replace("\\", "%5c")
    place = f"{step:05}/{name}"
    folder = Path(run, place)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"Path: `{folder}` exists, but is a file. Cannot proceed.")
    if folder.exists():
        print("warning: Embedding dir exists, did you set global_step for add_embedding()?")
    folder.mkdir(parents=True, exist_ok=True)
    info = EmbeddingInfo(tensor_name=f"{tag}:{step:05}", tensor_path=f"{place}/tensors.tsv")
    if labels is not None:
        if len(array) != len(labels):
            raise AssertionError("#labels should equal with #data points")
        _write(folder / "metadata.tsv", _rows(labels, header))
        info.metadata_path = f"{place}/metadata.tsv"
    if images is not None:
        if len(array) != len(images):
            raise AssertionError("#images should equal with #data points")
        _sprite(to_numpy(images)).save(folder / "sprite.png")
        info.sprite.image_path = f"{place}/sprite.png"
        info.sprite.single_image_dim.extend([images.shape[3], images.shape[2]])
    if array.ndim != 2:
        raise AssertionError("mat should be 2D, where mat.size(0) is the number of data points")
    _write(folder / "tensors.tsv", ["\t".join(str(x.item()) for x in row) for row in array])
    config.embeddings.append(info)
    Path(run, "projector_config.pbtxt").write_text(
        text_format.MessageToString(config), encoding="utf-8"
    )


def _rows(labels: Any, header: list[str] | None) -> list[str]:
    """A line for each point; with a header a label has several columns."""
    if not header:
        return [str(label) for label in labels]
    if len(header) != len(labels[0]):
        raise AssertionError("len of header must be equal to the number of columns in metadata")
    return ["\t".join(str(part) for part in row) for row in [header, *labels]]


def _write(path: Path, lines: list[str]) -> None:
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def _sprite(images: np.ndarray) -> Image.Image:
    """All images ``(N, C, H, W)``, of floats from 0 to 1, as one square picture."""
    count, _, height, width = images.shape
    columns = math.ceil(count**0.5)
    side = width * min(count, columns)  # the projector expects a square
    canvas = np.zeros((side, side, 3))
    for place, image in enumerate(np.broadcast_to(images, (count, 3, height, width))):
        top, left = (place // columns) * height, (place % columns) * width
        part = image.transpose(1, 2, 0)[: side - top]
        canvas[top : top + height, left : left + width] = part
    return Image.fromarray((canvas * 255).clip(0, 255).astype(np.uint8))
