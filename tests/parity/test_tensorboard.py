"""The files of `SummaryWriter` have the same events as PyTorch's."""

from __future__ import annotations

import inspect
import io

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")
pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from torch.utils.tensorboard import SummaryWriter as TheirWriter

import minitorch as mt
from minitorch.utils.tensorboard import SummaryWriter as OurWriter

CALLS = {
    "scalar": lambda lib, w: w.add_scalar("a", lib.tensor(0.1), 3),
    "scalar new": lambda lib, w: w.add_scalar("a", 0.1, new_style=True),
    "scalar double": lambda lib, w: w.add_scalar("a", 0.1, None, None, True, True),
    "scalars": lambda lib, w: w.add_scalars("a/b", {"c": 1, "d": lib.tensor([2])}, 5),
    "histogram": lambda lib, w: w.add_histogram("a", lib.arange(100.0) / 16 - 3, 1),
    "histogram zero": lambda lib, w: w.add_histogram("a", lib.zeros(3)),
    "histogram auto": lambda lib, w: w.add_histogram("a", lib.arange(50.0) / 64, 1, "auto"),
    "histogram fewer": lambda lib, w: w.add_histogram("a", lib.arange(50.0) / 32 - 1, max_bins=31),
    "histogram int": lambda lib, w: w.add_histogram("a", lib.arange(5), bins=3),
    "histogram empty": lambda lib, w: w.add_histogram("a", lib.zeros(0)),
    "histogram nan": lambda lib, w: w.add_histogram("a", lib.full((2,), float("nan"))),
    "image": lambda lib, w: w.add_image("a", (lib.arange(60.0) / 32 - 0.5).view(3, 4, 5)),
    "image HW": lambda lib, w: w.add_image("a", lib.ones(4, 5) / 3, dataformats="HW"),
    "image WH": lambda lib, w: w.add_image("a", lib.rand(4, 5), dataformats="WH"),
    "image bytes": lambda lib, w: w.add_image("a", lib.arange(12).view(1, 3, 4).to(lib.uint8)),
    "image alpha": lambda lib, w: w.add_image("a", lib.rand(2, 3, 4), dataformats="HWC"),
    "images": lambda lib, w: w.add_images("a", lib.rand(11, 3, 4, 5)),
    "images grey": lambda lib, w: w.add_images("a", lib.rand(2, 4, 5, 1), dataformats="nhwc"),
    "images bad": lambda lib, w: w.add_images("a", lib.rand(2, 2, 4, 5)),
    "image bad": lambda lib, w: w.add_image("a", lib.rand(2, 2)),
    "text": lambda lib, w: w.add_text("a", "# b"),
    "pr curve": lambda lib, w: w.add_pr_curve("a", lib.arange(50) % 2, lib.rand(50), 1),
    "pr curve few": lambda lib, w: w.add_pr_curve("a", lib.arange(9) % 2, lib.rand(9), 1, 5),
    "pr curve weights": lambda lib, w: w.add_pr_curve(
        "a", lib.arange(9) % 2, lib.rand(9), num_thresholds=300, weights=np.arange(9)
    ),
    "pr curve raw": lambda lib, w: w.add_pr_curve_raw("a", *np.arange(30.0).reshape(6, 5), 2, 5),
    "audio": lambda lib, w: w.add_audio("a", lib.linspace(-1, 1, 9)[None], 1, 8000),
    "audio bad": lambda lib, w: w.add_audio("a", lib.rand(2, 9)),
    "audio loud": lambda lib, w: w.add_audio("a", lib.arange(5.0)),
    "charts": lambda lib, w: w.add_custom_scalars(
        {"a": {"b": ["Multiline", ["c", "d"]]}, "e": {"f": ["Margin", ["g", "h", "i"]]}}
    ),
    "lines": lambda lib, w: w.add_custom_scalars_multilinechart(["a", "b"], "c", "d"),
    "margin": lambda lib, w: w.add_custom_scalars_marginchart(["a", "b", "c"]),
    "margin bad": lambda lib, w: w.add_custom_scalars_marginchart(["a", "b"]),
    "margin bad too": lambda lib, w: w.add_custom_scalars({"a": {"b": ["Margin", ["c"]]}}),
    "mesh": lambda lib, w: w.add_mesh(
        "a", lib.rand(1, 4, 3), lib.arange(12).view(1, 4, 3), lib.tensor([[[0, 1, 2]]]), {"b": 1}
    ),
    "points": lambda lib, w: w.add_mesh("a", lib.rand(2, 4, 3), global_step=3),
    "embedding": lambda lib, w: w.add_embedding(lib.rand(5, 3), ["a", 1, 2.5, "b", None], None, 2),
    "embeddings": lambda lib, w: [
        w.add_embedding(
            lib.rand(6, 2),
            [["a", i] for i in range(6)],
            lib.rand(6, 3, 4, 5),
            tag=tag,
            metadata_header=["letter", "number"],
        )
        for tag in ("x/y", "z%")
    ],
    "embedding grey": lambda lib, w: w.add_embedding(lib.rand(4, 2), None, lib.rand(4, 1, 3, 3)),
    "embedding labels": lambda lib, w: w.add_embedding(lib.rand(5, 3), ["a"]),
    "embedding header": lambda lib, w: w.add_embedding(
        lib.rand(1, 3), [["a"]], metadata_header=["b", "c"]
    ),
    "embedding images": lambda lib, w: w.add_embedding(lib.rand(5, 3), None, lib.rand(1, 3, 4, 4)),
    "embedding bad": lambda lib, w: w.add_embedding(lib.rand(5)),
    "hparams": lambda lib, w: w.add_hparams(
        {"a": 1, "b": "c", "d": True, "e": None, "f": lib.tensor([0.5])},
        {"g": 3},
        {"a": [1, 2], "b": ["c"]},
        run_name="r",
    ),
    "hparams bad": lambda lib, w: w.add_hparams({"a": []}, {}),
    "hparams choices": lambda lib, w: w.add_hparams({"a": 1}, {}, {"a": ["b"]}),
    "not a number": lambda lib, w: w.add_scalar("a", "b"),
    "not an array": lambda lib, w: w.add_scalar("a", [1]),
    "several": lambda lib, w: w.add_scalar("a", lib.ones(2)),
}


def events(lib, writer_class, call, folder):
    """What the call writes, by folder and in order, without the times; or its error."""
    lib.manual_seed(0)
    error = None
    with writer_class(folder, purge_step=1) as writer:
        try:
            call(lib, writer)
        except Exception as raised:
            error = type(raised), " ".join(str(raised).split())[:60]
    found = []
    for file in sorted(folder.rglob("events*")):
        for event in LegacyEventFileLoader(str(file)).Load():
            event.ClearField("wall_time")
            event.ClearField("source_metadata")
            found.append((str(file.parent.relative_to(folder)), str(event)))
    for file in sorted(folder.rglob("*")):  # of the projector
        if file.is_file() and not file.name.startswith("events"):
            data = file.read_bytes()
            if file.suffix == ".png":
                data = np.asarray(Image.open(io.BytesIO(data))).tobytes()
            found.append((str(file.relative_to(folder)), data))
    return sorted(found, key=lambda pair: pair[0]), error


@pytest.mark.parametrize("name", CALLS)
def test_events(name, tmp_path):
    ours = events(mt, OurWriter, CALLS[name], tmp_path / "ours")
    theirs = events(torch, TheirWriter, CALLS[name], tmp_path / "theirs")
    assert len(ours[0]) >= 3
    wrong = ours[1][0] if ours[1] else None
    if wrong is NotImplementedError:  # it names the class of the value
        ours, theirs = (ours[0], wrong), (theirs[0], theirs[1][0])
    assert ours == theirs


def test_figure(tmp_path):
    from matplotlib import pyplot

    def call(lib, writer):
        figure = pyplot.figure(figsize=(2, 1), dpi=40)
        figure.gca().plot([1, 3, 2])
        writer.add_figure("one", figure, 4, close=False)
        writer.add_figure("two", [figure, figure])
        assert pyplot.get_fignums() == []

    ours = events(mt, OurWriter, call, tmp_path / "ours")
    assert ours == events(torch, TheirWriter, call, tmp_path / "theirs")


def test_default_bins(tmp_path):
    with OurWriter(tmp_path / "ours") as ours, TheirWriter(tmp_path / "theirs") as theirs:
        assert ours.default_bins == theirs.default_bins
        assert vars(ours).keys() == vars(theirs).keys()


@pytest.mark.parametrize(
    "name", [name for name in vars(OurWriter) if name == "__init__" or name[0] != "_"]
)
def test_arguments(name):
    ours, theirs = (inspect.signature(getattr(one, name)) for one in (OurWriter, TheirWriter))
    told = [[(p.name, p.kind, p.default) for p in s.parameters.values()] for s in (ours, theirs)]
    assert told[0] == told[1]
