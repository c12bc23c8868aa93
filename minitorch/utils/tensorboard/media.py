"""Sound, films, bodies in space and charts of several curves, as ``Summary`` messages."""

from __future__ import annotations

import io
import json
import wave
from typing import Any

import numpy as np
from PIL import Image
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.mesh import metadata as mesh_tab
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData

from .summary import for_tab, shape_of, summary, to_numpy


def audio(tag: str, tensor: Any, sample_rate: int) -> Summary:
    """Sound in one channel, values from -1 to 1, as 16-bit WAV."""
    array = to_numpy(tensor).squeeze()
    if abs(array).max() > 1:
        print("warning: audio amplitude out of range, auto clipped.")
        array = array.clip(-1, 1)
    if array.ndim != 1:
        raise AssertionError("input tensor should be 1 dimensional.")
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(sample_rate)
        sound.writeframes((array * np.iinfo(np.int16).max).astype("<i2").tobytes())
    message = Summary.Audio(
        sample_rate=sample_rate,
        num_channels=1,
        length_frames=len(array),
        encoded_audio_string=file.getvalue(),
        content_type="audio/wav",
    )
    return summary(tag, audio=message)


def video(tag: str, tensor: Any, fps: float) -> Summary:
    """Films ``(N, T, C, H, W)`` side by side, bytes or floats from 0 to 1, as an animated GIF."""
    films = to_numpy(tensor)
    if films.dtype != np.uint8:
        films = (films.astype(np.float32) * 255).clip(0, 255).astype(np.uint8)
    # A power of two of films fills a rectangle; black ones are added.
    count = len(films)
    filled = 1 << (count - 1).bit_length()
    films = np.concatenate([films, np.zeros_like(films[:1]).repeat(filled - count, axis=0)])
    rows = 2 ** ((count.bit_length() - 1) // 2)
    _, frames, channels, height, width = films.shape
    grid = films.reshape(rows, -1, frames, channels, height, width).transpose(2, 0, 4, 1, 5, 3)
    grid = grid.reshape(frames, rows * height, -1, channels)
    pictures = [Image.fromarray(frame.squeeze(-1) if channels == 1 else frame) for frame in grid]
    file = io.BytesIO()
    pictures[0].save(
        file, "GIF", save_all=True, append_images=pictures[1:], duration=1000 / fps, loop=0
    )
    message = Summary.Image(
        height=grid.shape[1],
        width=grid.shape[2],
        colorspace=channels,
        encoded_image_string=file.getvalue(),
    )
    return summary(tag, image=message)


def mesh(tag: str, vertices: Any, colors: Any, faces: Any, config: Any) -> Summary:
    """Points ``(N, V, 3)``, their colours, and the triangles between them, for the mesh tab."""
    parts = [
        (to_numpy(tensor), kind)
        for tensor, kind in (
            (vertices, MeshPluginData.VERTEX),
            (faces, MeshPluginData.FACE),
            (colors, MeshPluginData.COLOR),
        )
        if tensor is not None
    ]
    components = mesh_tab.get_components_bitmask([kind for _, kind in parts])
    settings = json.dumps(config or {}, sort_keys=True)
    values = []
    for array, kind in parts:
        about = mesh_tab.create_summary_metadata(
            tag, None, kind, components, array.shape, None, json_config=settings
        )
        tensor = TensorProto(
            dtype="DT_FLOAT",
            float_val=array.reshape(-1).tolist(),
            tensor_shape=shape_of(array.shape),
        )
        name = mesh_tab.get_instance_name(tag, kind)
        values.append(Summary.Value(tag=name, tensor=tensor, metadata=about))
    return Summary(value=values)


def custom_scalars(layout: dict[str, dict[str, list[Any]]]) -> Summary:
    """Which curves go into one chart: ``{category: {title: ["Multiline", tags]}}``.

    ``["Margin", [value, lower, upper]]`` is for a curve with an area around it.
    """
    categories = []
    for category, charts in layout.items():
        messages = []
        for title, (kind, tags) in charts.items():
            content: dict[str, Any]
            if kind == "Margin":
                if len(tags) != 3:
                    raise AssertionError("len(tags) != 3")
                series = layout_pb2.MarginChartContent.Series(
                    value=tags[0], lower=tags[1], upper=tags[2]
                )
                content = {"margin": layout_pb2.MarginChartContent(series=[series])}
            else:
                content = {"multiline": layout_pb2.MultilineChartContent(tag=tags)}
            messages.append(layout_pb2.Chart(title=title, **content))
        categories.append(layout_pb2.Category(title=category, chart=messages))
    tensor = TensorProto(
        dtype="DT_STRING",
        string_val=[layout_pb2.Layout(category=categories).SerializeToString()],
        tensor_shape=shape_of([]),
    )
    return summary("custom_scalars__config__", tensor=tensor, metadata=for_tab("custom_scalars"))
