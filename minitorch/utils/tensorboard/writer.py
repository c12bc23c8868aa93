"""`SummaryWriter`: what a training program calls; `FileWriter`: one file of events.

An event is a summary with a step and a time. A thread of the library ``tensorboard`` writes the
events to the file, so that training does not wait for the disk.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from . import media, summary
from .graph import graph
from .projector import ProjectorConfig, write_embedding


class FileWriter:
    """Writes events to a new file in the folder ``log_dir``.

    >>> import tempfile
    >>> from minitorch.utils.tensorboard import FileWriter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     writer = FileWriter(folder)
    ...     writer.get_logdir() == folder
    ...     writer.close()
    True
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
    ) -> None:
        self.event_writer = EventFileWriter(str(log_dir), max_queue, flush_secs, filename_suffix)

    def get_logdir(self) -> str:
        """The folder of the file."""
        return self.event_writer.get_logdir()

    def add_event(
        self, event: Event, step: int | None = None, walltime: float | None = None
    ) -> None:
        """Writes an event, at this step and this time."""
        event.wall_time = time.time() if walltime is None else walltime
        if step is not None:
            event.step = int(step)
        self.event_writer.add_event(event)

    def add_summary(
        self, summary: Summary, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Writes a summary as an event."""
        self.add_event(Event(summary=summary), global_step, walltime)

    def add_graph(self, graph: GraphDef, walltime: float | None = None) -> None:
        """Writes a graph as an event."""
        self.add_event(Event(graph_def=graph.SerializeToString()), None, walltime)

    def flush(self) -> None:
        """Returns when all events are in the file."""
        self.event_writer.flush()

    def close(self) -> None:
        """Writes what is left, and closes the file."""
        self.event_writer.close()


class SummaryWriter:
    """Writes what TensorBoard is to show of a run; ``tensorboard --logdir runs`` shows it.

    ``log_dir`` is the folder, by default one in ``runs`` named after the time, the machine and
    ``comment``. With ``purge_step`` TensorBoard forgets what an earlier run wrote from that step
    on. Events wait in a queue of ``max_queue``, at most ``flush_secs`` seconds.

    In all methods ``global_step`` is the step on the horizontal axis, and ``walltime`` the time in
    seconds since 1970, by default now. Values are tensors, NumPy arrays or numbers.

    >>> import tempfile
    >>> from minitorch.utils.tensorboard import SummaryWriter
    >>> with tempfile.TemporaryDirectory() as runs, SummaryWriter(runs) as writer:
    ...     for step in range(100):
    ...         writer.add_scalar("loss", 1 / (step + 1), step)
    """

    _projector_config: ProjectorConfig | None = None

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
    ) -> None:
        if not log_dir:
            now = datetime.now().strftime("%b%d_%H-%M-%S")
            log_dir = os.path.join("runs", f"{now}_{socket.gethostname()}{comment}")
        self.log_dir = log_dir
        self.purge_step = purge_step
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        self.file_writer: FileWriter | None = None
        self.all_writers: dict[str, FileWriter] | None = None  # by folder
        self._get_file_writer()
        # Each bin is a tenth wider than the one before, on both sides of zero.
        positive = [1e-12]
        while positive[-1] * 1.1 < 1e20:
            positive.append(positive[-1] * 1.1)
        self.default_bins = [-limit for limit in reversed(positive)] + [0] + positive

    def _get_file_writer(self) -> FileWriter:
        """The writer of this run's own file, begun anew if it was closed."""
        if self.file_writer is None or self.all_writers is None:
            self.file_writer = self._new_writer(self.log_dir)
            self.all_writers = {self.file_writer.get_logdir(): self.file_writer}
            if self.purge_step is not None:
                step, self.purge_step = self.purge_step, None
                start = SessionLog(status=SessionLog.START)
                self.file_writer.add_event(Event(step=step, file_version="brain.Event:2"))
                self.file_writer.add_event(Event(step=step, session_log=start))
        return self.file_writer

    def _new_writer(self, folder: str | os.PathLike[str]) -> FileWriter:
        return FileWriter(folder, self.max_queue, self.flush_secs, self.filename_suffix)

    def _add(self, summary: Summary, global_step: int | None, walltime: float | None) -> None:
        self._get_file_writer().add_summary(summary, global_step, walltime)

    def get_logdir(self) -> str | os.PathLike[str]:
        """The folder of the run."""
        return self.log_dir

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """A number: a point of the curve ``tag``."""
        message = summary.scalar(tag, scalar_value, new_style, double_precision)
        self._add(message, global_step, walltime)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Numbers for several curves of one picture; each curve gets a file in its own folder."""
        walltime = time.time() if walltime is None else walltime
        run = self._get_file_writer().get_logdir()
        assert self.all_writers is not None
        for tag, value in tag_scalar_dict.items():
            folder = f"{run}/{main_tag.replace('/', '_')}_{tag}"
            if folder not in self.all_writers:
                self.all_writers[folder] = self._new_writer(folder)
            message = summary.scalar(main_tag, value, False, False)
            self.all_writers[folder].add_summary(message, global_step, walltime)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """How the numbers are spread, over bins as `numpy.histogram` takes them."""
        if isinstance(bins, str) and bins == "tensorflow":
            bins = self.default_bins
        self._add(summary.histogram(tag, values, bins, max_bins), global_step, walltime)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """A picture: floats from 0 to 1, or uint8; ``dataformats`` names its dimensions."""
        self._add(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Several pictures of one size, side by side."""
        self._add(summary.image(tag, img_tensor, dataformats), global_step, walltime)

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: int | None = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """A figure of Matplotlib or a list of them, as pictures; ``close`` closes them."""
        from matplotlib import pyplot
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        figures = figure if isinstance(figure, list) else [figure]
        pictures = []
        for one in figures:
            canvas = FigureCanvasAgg(one)
            canvas.draw()
            pictures.append(np.array(canvas.buffer_rgba())[:, :, :3])
            if close:
                pyplot.close(one)
        self.add_images(tag, np.stack(pictures), global_step, walltime, "NHWC")

    def add_video(
        self,
        tag: str,
        vid_tensor: Any,
        global_step: int | None = None,
        fps: float = 4,
        walltime: float | None = None,
    ) -> None:
        """Films ``(N, T, C, H, W)``, floats from 0 to 1 or uint8, side by side."""
        self._add(media.video(tag, vid_tensor, fps), global_step, walltime)

    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: int | None = None,
        sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:
        """Sound ``(1, L)``, from -1 to 1."""
        self._add(media.audio(tag, snd_tensor, sample_rate), global_step, walltime)

    def add_text(
        self,
        tag: str,
        text_string: str,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Text, in Markdown."""
        self._add(summary.text(tag, text_string), global_step, walltime)

    def add_graph(
        self,
        model: Any,
        input_to_model: Any = None,
        verbose: bool = False,
        use_strict_trace: bool = True,
    ) -> None:
        """The operations of ``model(*input_to_model)``, grouped by module.

        It shows what autograd recorded, not what PyTorch's compiler traced: operations that no
        gradient flows through are missing. ``verbose`` prints it. ``use_strict_trace`` is there
        for PyTorch's programs; it has no meaning here.
        """
        self._get_file_writer().add_graph(graph(model, input_to_model, verbose))

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """The curve of precision against recall, from labels (0 or 1) and chances (0 to 1)."""
        message = summary.pr_curve(tag, labels, predictions, num_thresholds, weights)
        self._add(message, global_step, walltime)

    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """The same curve, from the numbers for each threshold. ``weights`` are not used."""
        counts = [true_positive_counts, false_positive_counts]
        counts += [true_negative_counts, false_negative_counts]
        message = summary.pr_curve_raw(tag, [*counts, precision, recall], num_thresholds)
        self._add(message, global_step, walltime)

    def add_embedding(
        self,
        mat: Any,
        metadata: Any = None,
        label_img: Any = None,
        global_step: int | None = None,
        tag: str = "default",
        metadata_header: list[str] | None = None,
    ) -> None:
        """Points ``(N, D)`` for the projector, with labels and pictures ``(N, C, H, W)`` of them.

        With ``metadata_header`` a label is a list, of one value for each column.
        """
        if self._projector_config is None:
            self._projector_config = ProjectorConfig()
        run = self._get_file_writer().get_logdir()
        step = global_step or 0
        write_embedding(
            run, self._projector_config, mat, metadata, label_img, step, tag, metadata_header
        )

    def add_custom_scalars(self, layout: dict[str, dict[str, list[Any]]]) -> None:
        """Charts of several curves: ``{category: {title: ["Multiline", tags]}}``, once for a run.

        ``["Margin", [value, lower, upper]]`` is a curve with an area around it.
        """
        self._add(media.custom_scalars(layout), None, None)

    def add_custom_scalars_multilinechart(
        self, tags: list[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """One chart of several curves."""
        self.add_custom_scalars({category: {title: ["Multiline", tags]}})

    def add_custom_scalars_marginchart(
        self, tags: list[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """One chart of a curve and of those below and above it."""
        if len(tags) != 3:
            raise AssertionError(f"Expected 3 tags, got {len(tags)}.")
        self.add_custom_scalars({category: {title: ["Margin", tags]}})

    def add_mesh(
        self,
        tag: str,
        vertices: Any,
        colors: Any = None,
        faces: Any = None,
        config_dict: dict[str, Any] | None = None,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Points ``(N, V, 3)``, colours for them, and triangles ``(N, F, 3)`` between them.

        ``config_dict`` has settings of three.js, which draws them.
        """
        self._add(media.mesh(tag, vertices, colors, faces, config_dict), global_step, walltime)

    def add_hparams(
        self,
        hparam_dict: dict[str, Any],
        metric_dict: dict[str, Any],
        hparam_domain_discrete: dict[str, list[Any]] | None = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """The settings of a run and what came of it, to compare with those of other runs.

        They go into a folder of their own, ``run_name`` or the time. ``hparam_domain_discrete``
        lists all the values that a setting can have.
        """
        if type(hparam_dict) is not dict or type(metric_dict) is not dict:
            raise TypeError("hparam_dict and metric_dict should be dictionary.")
        messages = summary.hparams(hparam_dict, metric_dict, hparam_domain_discrete)
        folder = os.path.join(self._get_file_writer().get_logdir(), run_name or str(time.time()))
        with SummaryWriter(folder) as writer:
            for message in messages:
                writer._add(message, global_step, None)
            for tag, value in metric_dict.items():
                writer.add_scalar(tag, value, global_step)

    def flush(self) -> None:
        """Returns when all events are in their files."""
        for writer in (self.all_writers or {}).values():
            writer.flush()

    def close(self) -> None:
        """Writes what is left, and closes the files. What is added later begins new ones."""
        for writer in (self.all_writers or {}).values():
            writer.flush()
            writer.close()
        self.file_writer = self.all_writers = None

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()
