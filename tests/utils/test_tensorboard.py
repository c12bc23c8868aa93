"""`mt.utils.tensorboard`, read back by TensorBoard's own reader."""

from __future__ import annotations

import io
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import minitorch as mt
from minitorch import nn

pytest.importorskip("tensorboard")

from google.protobuf import text_format
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.plugins.mesh.plugin_data_pb2 import MeshPluginData
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from minitorch.utils.tensorboard import FileWriter, SummaryWriter


def read(folder):
    """All that TensorBoard finds in the folder."""
    return EventAccumulator(str(folder), {"histograms": 0, "tensors": 0, "images": 0}).Reload()


@pytest.fixture
def writer(tmp_path):
    with SummaryWriter(tmp_path / "run") as writer:
        yield writer


@pytest.fixture
def written(writer):
    """What is in the writer's file so far."""

    def written():
        writer.flush()
        return read(writer.log_dir)

    return written


def picture(written, tag):
    """The pixels of the picture ``tag``."""
    (image,) = written().Images(tag)
    pixels = np.array(Image.open(io.BytesIO(image.encoded_image_string)))
    assert pixels.shape[:2] == (image.height, image.width)
    return pixels


def test_import_minitorch_does_not_load_it():
    program = "import minitorch, sys; sys.exit('tensorboard' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_the_library_a_sentence_names_the_extra():
    program = """
import sys
sys.modules["tensorboard"] = None
try:
    import minitorch.utils.tensorboard
except ModuleNotFoundError as error:
    sys.exit('pip install "minitorch-learn[tensorboard]"' not in str(error))
sys.exit(2)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_scalars(writer, written):
    for step, value in enumerate([mt.tensor(0.5, requires_grad=True), np.float64(2), 3]):
        writer.add_scalar("loss", value, step, walltime=100 + step)
    writer.add_scalar("exact", 0.1, new_style=True, double_precision=True)
    writer.add_scalar("new", mt.tensor([1.5]), new_style=True)
    found = written()
    points = [(e.wall_time, e.step, e.value) for e in found.Scalars("loss")]
    assert points == [(100, 0, 0.5), (101, 1, 2), (102, 2, 3)]
    assert found.Tensors("exact")[0].tensor_proto.double_val == [0.1]
    assert found.Tensors("new")[0].tensor_proto.float_val == [1.5]


def test_several_scalars_go_into_a_folder_each(writer):
    for step in range(2):
        writer.add_scalars("a/loss", {"train": step, "test": 10 + step}, step)
    writer.flush()
    for tag, values in {"train": [0, 1], "test": [10, 11]}.items():
        found = read(f"{writer.log_dir}/a_loss_{tag}")
        assert [e.value for e in found.Scalars("a/loss")] == values


def test_histogram(writer, written):
    values = mt.tensor([-2.0, 0.5, 0.5, 3.0])
    writer.add_histogram("own bins", values, 7, bins=[-3, -1, 0, 1, 2, 5, 9])
    writer.add_histogram("fewer bins", values, bins=[-3, -1, 0, 1, 2, 5, 9, 10], max_bins=3)
    writer.add_histogram("all bins", values)
    found = written()
    (event,) = found.Histograms("own bins")
    told = event.histogram_value
    assert event.step == 7
    assert (told.min, told.max, told.num, told.sum, told.sum_squares) == (-2, 3, 4, 2, 13.5)
    assert told.bucket_limit == [-3, -1, 0, 1, 2, 5]
    assert told.bucket == [0, 1, 0, 2, 0, 1]
    told = found.Histograms("fewer bins")[0].histogram_value
    assert told.bucket_limit == [-3, 0, 2, 9]
    assert told.bucket == [0, 1, 2, 1]
    told = found.Histograms("all bins")[0].histogram_value
    edges = np.array(told.bucket_limit)
    for value in values.tolist():
        place = edges.searchsorted(value)
        assert told.bucket[place] == values.tolist().count(value)
    assert sum(told.bucket) == 4


def test_images(writer, written):
    red = mt.zeros(3, 4, 5)
    red[0] = 1.5  # cut off at 1
    writer.add_image("red", red)
    writer.add_image("bytes", np.full((4, 5), 7, np.uint8), dataformats="HW")
    writer.add_image("rows", mt.rand(4, 5, 1), dataformats="hwc")
    writer.add_images("ten", mt.arange(10.0).reshape(10, 1, 1, 1).expand(10, 3, 2, 2) / 10)
    writer.add_images("one", mt.ones(1, 1, 2, 2))
    assert (picture(written, "red") == [255, 0, 0]).all()
    assert (picture(written, "bytes") == 7).all()
    assert picture(written, "rows").shape == (4, 5, 3)
    ten = picture(written, "ten")[::2, ::2, 0]
    assert ten.shape == (2, 8)
    np.testing.assert_allclose(ten.ravel()[:10], np.arange(10) * 25.5, atol=1)
    assert (ten.ravel()[10:] == 0).all()
    assert picture(written, "one").shape == (2, 2, 3)


def test_figures(writer, written):
    from matplotlib import pyplot

    figures = [pyplot.figure(figsize=(1, 2), dpi=30, facecolor="#010203") for _ in range(3)]
    writer.add_figure("one", figures[0], close=False)
    assert pyplot.get_fignums() != []
    writer.add_figure("all", figures)
    assert pyplot.get_fignums() == []
    assert (picture(written, "one") == [1, 2, 3]).all()
    assert picture(written, "all").shape == (60, 90, 3)


def test_text(writer, written):
    writer.add_text("notes", "**ünïcode**", 3)
    (event,) = written().Tensors("notes/text_summary")
    assert event.step == 3
    assert event.tensor_proto.string_val[0].decode() == "**ünïcode**"


def test_pr_curve(writer, written):
    labels, chances = mt.tensor([1, 0, 1, 0]), mt.tensor([0.9, 0.6, 0.5, 0.1])
    writer.add_pr_curve("curve", labels, chances, num_thresholds=3)  # limits 0, 0.5, 1
    proto = written().Tensors("curve")[0].tensor_proto
    shape = [dim.size for dim in proto.tensor_shape.dim]
    tp, fp, tn, fn, precision, recall = np.array(proto.float_val).reshape(shape)
    assert tp.tolist() == [2, 2, 0]
    assert fp.tolist() == [2, 1, 0]
    assert tn.tolist() == [0, 1, 2]
    assert fn.tolist() == [0, 0, 2]
    np.testing.assert_allclose(precision, [0.5, 2 / 3, 0], rtol=1e-6)
    assert recall.tolist() == [1, 1, 0]


def test_hparams(writer):
    settings = {"lr": 0.1, "name": "adam", "nesterov": True, "none": None, "t": mt.tensor([2.0])}
    writer.add_hparams(settings, {"accuracy": 0.9}, {"lr": [0.1, 0.2]}, run_name="first")
    found = read(writer.log_dir / "first")
    assert found.Scalars("accuracy")[0].value == pytest.approx(0.9)
    tags = found.PluginTagToContent("hparams")
    contents = {tag: HParamsPluginData.FromString(content) for tag, content in tags.items()}
    start = contents["_hparams_/session_start_info"].session_start_info.hparams
    assert {key: start[key].number_value for key in ("lr", "nesterov", "t")} == {
        "lr": 0.1,
        "nesterov": 1,
        "t": 2,
    }
    assert start["name"].string_value == "adam"
    assert "none" not in start
    experiment = contents["_hparams_/experiment"].experiment
    assert list(experiment.hparam_infos[0].domain_discrete) == [0.1, 0.2]
    assert [info.name.tag for info in experiment.metric_infos] == ["accuracy"]
    assert contents["_hparams_/session_end_info"].session_end_info.status == 1


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.layers = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

    def forward(self, index, x):
        y = self.layers(self.embed(index) + x)
        return {"out": y, "parts": y.split(1, dim=1)}


def test_graph(writer, written, capsys):
    model = Net()
    model.layers.eval()
    writer.add_graph(model, (mt.tensor([1, 2]), mt.ones(2, 3)), verbose=True)
    graph = written().Graph()
    nodes = {node.name: node for node in graph.node}
    assert capsys.readouterr().out.strip() == str(graph).strip()
    first = "Net/Sequential[layers]/Linear[0]"
    assert nodes[f"{first}/weight"].op == "Parameter"
    shape = nodes[f"{first}/weight"].attr["_output_shapes"].list.shape[0]
    assert [dim.size for dim in shape.dim] == [4, 3]
    assert nodes["input/1"].op == "IO Node"
    assert "input/0" not in nodes  # no gradient flows through an index
    (add,) = (node for node in graph.node if node.op == "Add")
    assert add.name == "Net/Add"
    assert set(add.input) == {"Net/Embedding[embed]/Embedding", "input/1"}
    assert set(nodes["Net/Sequential[layers]/ReLU[1]/Relu"].input) == {f"{first}/Addmm"}
    assert nodes["output/0"].input == ["Net/Sequential[layers]/Linear[2]/Addmm"]
    assert [nodes[f"output/{i}"].input[0].partition(":")[2] for i in (1, 2)] == ["", "1"]
    for node in graph.node:  # each comes from those before it
        assert all(name.partition(":")[0] in nodes for name in node.input)
    assert model.training
    assert not model.layers.training
    assert not model.layers[0]._forward_hooks


def test_graph_of_a_model_that_fails_leaves_it_as_it_was(writer):
    model = nn.Sequential(nn.Linear(3, 4))
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        writer.add_graph(model, mt.ones(2, 2))
    assert model[0].training
    assert not model[0]._forward_pre_hooks


def test_graph_with_a_constant_and_a_layer_that_is_used_twice(writer, written):
    shift = mt.ones(2, requires_grad=True)

    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            y = self.layer(self.layer(x) + older)
            return y.argmax(), y, x

    older = shift * 2
    writer.add_graph(Twice(), mt.ones(1, 2))
    nodes = {node.name: node for node in written().Graph().node}
    assert set(nodes["Twice/Mul"].input) == {"constant"}
    first, second = "Twice/Linear[layer]/Addmm", "Twice/Linear[layer]/Addmm_1"
    assert set(nodes["Twice/Add"].input) == {first, "Twice/Mul"}
    assert "Twice/Add" in nodes[second].input
    assert "output/0" not in nodes  # no gradient flows through an index
    assert nodes["output/1"].input == [second]
    assert nodes["output/2"].input == ["input/0"]


def test_the_default_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with SummaryWriter(comment="-mine") as writer:
        assert writer.get_logdir().startswith("runs")
        assert writer.get_logdir().endswith("-mine")
        writer.add_scalar("x", 1)
    assert read(tmp_path / writer.log_dir).Scalars("x")[0].value == 1


def test_purge_step_hides_what_an_earlier_run_wrote(tmp_path):
    for start, value in (0, 1), (2, 9):
        suffix = f".{start}"
        with SummaryWriter(tmp_path, purge_step=start or None, filename_suffix=suffix) as writer:
            for step in range(start, 4):
                writer.add_scalar("x", value, step)
    assert [event.value for event in read(tmp_path).Scalars("x")] == [1, 1, 9, 9]


def test_after_close_another_file_is_begun(tmp_path):
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("x", 1, 1)
    writer.close()
    writer.close()
    writer.filename_suffix = ".second"
    writer.add_scalar("x", 2, 2)
    writer.close()
    writer.flush()
    assert len(list(tmp_path.iterdir())) == 2
    assert [event.step for event in read(tmp_path).Scalars("x")] == [1, 2]


def test_a_file_writer_by_itself(tmp_path):
    writer = FileWriter(tmp_path, filename_suffix=".mine")
    writer.close()
    assert writer.get_logdir() == str(tmp_path)
    assert [file.suffix for file in tmp_path.iterdir()] == [".mine"]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda w: w.add_scalar("a", mt.ones(2)), AssertionError, "should contain one element"),
        (lambda w: w.add_scalar("a", [1]), NotImplementedError, "numpy array or torch tensor"),
        (lambda w: w.add_histogram("a", mt.ones(0)), ValueError, "The input has no element"),
        (lambda w: w.add_histogram("a", 1e30), ValueError, "The histogram is empty"),
        (lambda w: w.add_image("a", mt.ones(2, 2)), AssertionError, "format are different"),
        (lambda w: w.add_image("a", mt.ones(1, 2, 2), dataformats="CCH"), AssertionError, "twice"),
        (lambda w: w.add_image("a", mt.ones(1, 2, 2), dataformats="CXY"), ValueError, "letters"),
        (lambda w: w.add_images("a", mt.ones(1, 2, 2, 2)), AssertionError, "with 3 channels"),
        (lambda w: w.add_hparams([], {}), TypeError, "should be dictionary"),
        (lambda w: w.add_hparams({"a": 1}, {}, []), None, ""),
        (lambda w: w.add_hparams({"a": 1}, {}, [1]), TypeError, "should be a dictionary"),
        (lambda w: w.add_hparams({"a": 1}, {}, {"a": ["b"]}), TypeError, "list of same type"),
        (lambda w: w.add_hparams({"a": {}}, {}), ValueError, "value should be one of"),
    ],
)
def test_bad_input(writer, call, error, words):
    if error is None:
        call(writer)
        return
    with pytest.raises(error, match=words):
        call(writer)


# Sound, films, bodies, charts, points -------------------------------------------------------------


def test_sound(writer, capsys):
    writer.add_audio("a", mt.tensor([[0.0, 1.0, -1.0, 3.0]]), 4, sample_rate=8000)
    assert "auto clipped" in capsys.readouterr().out
    writer.flush()
    (event,) = EventAccumulator(str(writer.log_dir), {"audio": 0}).Reload().Audio("a")
    assert (event.step, event.sample_rate, event.length_frames) == (4, 8000.0, 4)
    with wave.open(io.BytesIO(event.encoded_audio_string)) as sound:
        samples = np.frombuffer(sound.readframes(4), "<i2")
    assert samples.tolist() == [0, 32767, -32767, 32767]
    with pytest.raises(AssertionError, match="input tensor should be 1 dimensional"):
        writer.add_audio("a", mt.zeros(2, 3))


@pytest.mark.parametrize("channels", [1, 3])
def test_films(writer, written, channels):
    films = mt.zeros(3, 2, channels, 4, 5)
    films[1, 1] = 1.0
    writer.add_video("film", films if channels == 3 else (films * 255).to(mt.uint8), 1, fps=2)
    (event,) = written().Images("film")
    assert (event.height, event.width) == (4, 20)  # the fourth one is black
    animation = Image.open(io.BytesIO(event.encoded_image_string))
    assert (animation.n_frames, animation.info["duration"]) == (2, 500)
    frames = []
    for number in range(2):
        animation.seek(number)
        frames.append(np.asarray(animation.convert("L")))
    assert frames[0].max() == 0
    assert (frames[1][:, 5:10] == 255).all()
    assert frames[1].sum() == 4 * 5 * 255


def test_bodies(writer, written):
    corners = mt.arange(12.0).view(1, 4, 3)
    writer.add_mesh("body", corners, faces=mt.tensor([[[0, 1, 2]]]), config_dict={"camera": 1})
    found = written()
    tags = found.Tags()["tensors"]
    assert tags == ["body_VERTEX", "body_FACE"]
    (event,) = found.Tensors("body_VERTEX")
    assert list(event.tensor_proto.float_val) == list(range(12))
    about = found.SummaryMetadata("body_FACE").plugin_data
    content = MeshPluginData.FromString(about.content)
    assert (about.plugin_name, list(content.shape)) == ("mesh", [1, 1, 3])
    assert content.json_config == '{"camera": 1}'


def test_charts(writer, written):
    writer.add_custom_scalars(
        {"losses": {"both": ["Multiline", ["train", "test"]], "one": ["Margin", ["a", "b", "c"]]}}
    )
    (event,) = written().Tensors("custom_scalars__config__")
    layout = layout_pb2.Layout.FromString(event.tensor_proto.string_val[0])
    (category,) = layout.category
    both, one = category.chart
    assert (category.title, both.title) == ("losses", "both")
    assert list(both.multiline.tag) == ["train", "test"]
    assert one.margin.series[0].upper == "c"


def test_charts_in_short(writer, written):
    writer.add_custom_scalars_multilinechart(["a"], "b", "c")
    writer.add_custom_scalars_marginchart(["d", "e", "f"])
    charts = [
        layout_pb2.Layout.FromString(event.tensor_proto.string_val[0]).category[0].chart[0]
        for event in written().Tensors("custom_scalars__config__")
    ]
    assert [chart.title for chart in charts] == ["c", "untitled"]
    with pytest.raises(AssertionError, match="Expected 3 tags, got 1"):
        writer.add_custom_scalars_marginchart(["a"])
    with pytest.raises(AssertionError, match="len"):
        writer.add_custom_scalars({"a": {"b": ["Margin", ["c"]]}})


def test_precision_and_recall_as_numbers(writer, written):
    writer.add_pr_curve_raw("a", *mt.arange(12.0).view(6, 2), num_thresholds=2)
    (event,) = written().Tensors("a")
    assert list(event.tensor_proto.float_val) == list(range(12))


def test_points(writer, capsys):
    points, pictures = mt.tensor([[1.0, 2.0], [3.0, 4.5], [0.0, -1.0]]), mt.ones(3, 1, 2, 4) / 2
    writer.add_embedding(points, ["a", 2, None], pictures, 7, "x/y")
    for _ in range(2):
        writer.add_embedding(points, [["a", 1], ["b", 2], ["c", 3]], metadata_header=["k", "v"])
    assert "Embedding dir exists" in capsys.readouterr().out
    run = Path(writer.log_dir)
    config = text_format.Parse(
        (run / "projector_config.pbtxt").read_text(encoding="utf-8"), ProjectorConfig()
    )
    first, second, _ = config.embeddings
    assert (first.tensor_name, second.tensor_name) == ("x/y:00007", "default:00000")
    assert (run / first.tensor_path).read_text() == "1.0\t2.0\n3.0\t4.5\n0.0\t-1.0\n"
    assert (run / first.metadata_path).read_text() == "a\n2\nNone\n"
    assert (run / second.metadata_path).read_text() == "k\tv\na\t1\nb\t2\nc\t3\n"
    sprite = np.asarray(Image.open(run / first.sprite.image_path))
    assert list(first.sprite.single_image_dim) == [4, 2]
    assert sprite.shape == (8, 8, 3)  # two columns, and two rows of which the last has one
    assert sprite[:4].sum() == 3 * 8 * 3 * 127
    (run / "00009").mkdir()
    (run / "00009" / "default").write_text("a file")
    for wrong, message in (
        ({"metadata": ["a"]}, "#labels should equal"),
        ({"label_img": pictures[:1]}, "#images should equal"),
        ({"metadata": [["a"]] * 3, "metadata_header": ["k", "v"]}, "len of header must be equal"),
        ({"mat": points[0]}, "mat should be 2D"),
    ):
        with pytest.raises(AssertionError, match=message):
            writer.add_embedding(**{"mat": points, "global_step": 8, **wrong})
    with pytest.raises(NotADirectoryError, match="exists, but is a file"):
        writer.add_embedding(points, global_step=9)
