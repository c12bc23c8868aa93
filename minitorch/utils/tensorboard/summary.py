"""Numbers, pictures and text as ``Summary`` messages, in the form that TensorBoard's tabs read.

A summary is a list of values; a value has a tag and one of: a number, a histogram, an image, or a
tensor with the name of the tab (plugin) that knows what to do with it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from tensorboard.compat.proto.histogram_pb2 import HistogramProto
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.plugins.hparams import metadata as hparams_tab
from tensorboard.plugins.hparams.api_pb2 import (
    DataType,
    Experiment,
    HParamInfo,
    MetricInfo,
    MetricName,
    Status,
)
from tensorboard.plugins.hparams.plugin_data_pb2 import (
    HParamsPluginData,
    SessionEndInfo,
    SessionStartInfo,
)
from tensorboard.plugins.pr_curve.plugin_data_pb2 import PrCurvePluginData
from tensorboard.plugins.text.plugin_data_pb2 import TextPluginData

from ...tensor import Tensor


def to_numpy(x: Any) -> np.ndarray:
    """An array, a number or a tensor as a NumPy array; a number as one of one element."""
    if isinstance(x, np.ndarray):
        return x
    if np.isscalar(x):
        return np.array([x])
    if isinstance(x, Tensor):
        return x.detach().cpu().numpy()
    raise NotImplementedError(f"Got {type(x)}, but numpy array or torch tensor are expected.")


def shape_of(sizes: Sequence[int]) -> TensorShapeProto:
    """A shape as a message."""
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])


def for_tab(name: str, content: Any = None) -> SummaryMetadata:
    """What says which tab a value is for, with that tab's own message."""
    data = SummaryMetadata.PluginData(plugin_name=name)
    if content is not None:
        data.content = content.SerializeToString()
    return SummaryMetadata(plugin_data=data)


def summary(tag: str, **value: Any) -> Summary:
    """A summary of one value."""
    return Summary(value=[Summary.Value(tag=tag, **value)])


def scalar(tag: str, x: Any, new_style: bool, double_precision: bool) -> Summary:
    """One number: as such or, in the new style, as a tensor."""
    array = to_numpy(x).squeeze()
    if array.ndim:
        raise AssertionError(
            "Tensor should contain one element (0 dimensions). "
            f"Was given size: {array.size} and {array.ndim} dimensions."
        )
    number = float(array)
    if not new_style:
        return summary(tag, simple_value=number)
    if double_precision:
        tensor = TensorProto(double_val=[number], dtype="DT_DOUBLE")
    else:
        tensor = TensorProto(float_val=[number], dtype="DT_FLOAT")
    return summary(tag, tensor=tensor, metadata=for_tab("scalars"))


def histogram(tag: str, x: Any, bins: Any, max_bins: int | None) -> Summary:
    """How many of the numbers fall into each bin, from the first bin to the last with any."""
    values = to_numpy(x).astype(float).reshape(-1)
    if not values.size:
        raise ValueError("The input has no element.")
    counts, limits = np.histogram(values, bins)
    if max_bins is not None and len(counts) > max_bins:  # several bins become one
        step = len(counts) // max_bins
        counts = np.add.reduceat(counts, np.arange(0, len(counts), step))
        limits = np.append(limits[:-1:step], limits[-1])
    filled = np.flatnonzero(counts)
    if not filled.size:  # not a number, or too large for any bin
        raise ValueError("The histogram is empty, please file a bug report.")
    first, last = filled[0], filled[-1]
    message = HistogramProto(
        min=values.min(),
        max=values.max(),
        num=len(values),
        sum=values.sum(),
        sum_squares=values.dot(values),
        # A bin is known by its upper limit. An empty bin before the first says where that begins.
        bucket_limit=limits[first : last + 2].tolist(),
        bucket=[0, *counts[first : last + 1].tolist()],
    )
    return summary(tag, histo=message)


def image(tag: str, x: Any, dataformats: str) -> Summary:
    """A picture as a PNG file; of several, one picture with all of them, eight in a row."""
    array = height_width_channel(to_numpy(x), dataformats)
    scale = 1 if array.dtype == np.uint8 else 255
    pixels = (array.astype(np.float32) * scale).clip(0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    height, width, channels = pixels.shape
    message = Summary.Image(
        height=height, width=width, colorspace=channels, encoded_image_string=file.getvalue()
    )
    return summary(tag, image=message)


def height_width_channel(array: np.ndarray, form: str) -> np.ndarray:
    """Pictures whose dimensions ``form`` names, such as ``"NCHW"``, as one of (H, W, C)."""
    if len(set(form)) != len(form):
        raise AssertionError(
            f"You can not use the same dimension shorthand twice. input_format: {form}"
        )
    if array.ndim != len(form):
        raise AssertionError(
            "size of input tensor and input format are different. "
            f"tensor shape: {array.shape}, input_format: {form}"
        )
    order = {4: "NHWC", 3: "HWC", 2: "HW"}.get(len(form), "")
    if set(form.upper()) != set(order):
        raise ValueError(f"input_format: {form} should have the letters of NCHW, CHW or HW")
    array = array.transpose([form.upper().index(letter) for letter in order])
    if order == "HW":
        array = array[:, :, None]
    if array.shape[-1] == 1:
        array = array.repeat(3, axis=-1)
    if order != "NHWC":
        return array
    number, height, width, channels = array.shape
    if channels != 3:
        raise AssertionError("Input should be a 4D numpy array with 3 channels")
    columns = min(number, 8)
    rows = -(-number // columns)
    grid = np.zeros((rows * columns, height, width, 3), array.dtype)
    grid[:number] = array
    grid = grid.reshape(rows, columns, height, width, 3).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width, 3)


def text(tag: str, string: str) -> Summary:
    """Text, which TensorBoard shows as Markdown."""
    tensor = TensorProto(
        dtype="DT_STRING", string_val=[string.encode("utf-8")], tensor_shape=shape_of([1])
    )
    metadata = for_tab("text", TextPluginData(version=0))
    return summary(f"{tag}/text_summary", tensor=tensor, metadata=metadata)


def pr_curve(tag: str, labels: Any, predictions: Any, thresholds: int, weights: Any) -> Summary:
    """Precision and recall for ``thresholds`` limits from 0 to 1: above a limit means true.

    The rows are the true positives, false positives, true negatives, false negatives, precision
    and recall.
    """
    thresholds = min(thresholds, 127)  # as many as the tab can show
    truth = to_numpy(labels).astype(np.float64)
    weights = 1.0 if weights is None else weights
    place = np.floor(to_numpy(predictions) * (thresholds - 1)).astype(np.int32)

    def at_or_above(weight: Any) -> np.ndarray:
        counts, _ = np.histogram(place, thresholds, (0, thresholds - 1), weights=weight)
        return counts[::-1].cumsum()[::-1]

    tp, fp = at_or_above(truth * weights), at_or_above((1 - truth) * weights)
    tn, fn = fp[0] - fp, tp[0] - tp
    precision, recall = tp / np.maximum(1e-7, tp + fp), tp / np.maximum(1e-7, tp + fn)
    return pr_curve_raw(tag, [tp, fp, tn, fn, precision, recall], thresholds)


def pr_curve_raw(tag: str, numbers: list[Any], thresholds: int) -> Summary:
    """The six rows of `pr_curve`."""
    thresholds = min(thresholds, 127)
    rows = np.stack([to_numpy(row) for row in numbers])
    tensor = TensorProto(
        dtype="DT_FLOAT", float_val=rows.reshape(-1).tolist(), tensor_shape=shape_of(rows.shape)
    )
    content = PrCurvePluginData(version=0, num_thresholds=thresholds)
    return summary(tag, tensor=tensor, metadata=for_tab("pr_curves", content))


def hparams(settings: dict[str, Any], metrics: dict[str, Any], choices: Any) -> list[Summary]:
    """Three summaries: what there is to compare, the settings of this run, and that it is over."""
    choices = choices or {}
    if not isinstance(choices, dict):
        raise TypeError("parameter: hparam_domain_discrete should be a dictionary, nothing logged.")
    for key, domain in choices.items():
        if (
            key not in settings
            or not isinstance(domain, list)
            or not all(isinstance(choice, type(settings[key])) for choice in domain)
        ):
            raise TypeError(
                f"parameter: hparam_domain_discrete[{key}] should be a list of same type as "
                f"hparam_dict[{key}]."
            )
    start, infos = SessionStartInfo(), []
    for key, value in settings.items():
        if value is None:
            continue
        if isinstance(value, Tensor):
            value = to_numpy(value)[0].item()
        if isinstance(value, str):
            start.hparams[key].string_value = value
            kind = "DATA_TYPE_STRING"
        elif isinstance(value, int | float):
            start.hparams[key].number_value = value
            kind = "DATA_TYPE_FLOAT64"
        else:
            raise ValueError("value should be one of int, float, str, bool, or torch.Tensor")
        info = HParamInfo(name=key, type=DataType.Value(kind))
        if key in choices:
            info.domain_discrete.extend(choices[key])
        infos.append(info)
    experiment = Experiment(
        hparam_infos=infos, metric_infos=[MetricInfo(name=MetricName(tag=key)) for key in metrics]
    )
    end = SessionEndInfo(status=Status.Value("STATUS_SUCCESS"))
    version = hparams_tab.PLUGIN_DATA_VERSION
    contents = {
        hparams_tab.EXPERIMENT_TAG: HParamsPluginData(experiment=experiment, version=version),
        hparams_tab.SESSION_START_INFO_TAG: HParamsPluginData(
            session_start_info=start, version=version
        ),
        hparams_tab.SESSION_END_INFO_TAG: HParamsPluginData(session_end_info=end, version=version),
    }
    return [
        summary(tag, metadata=for_tab(hparams_tab.PLUGIN_NAME, content))
        for tag, content in contents.items()
    ]
