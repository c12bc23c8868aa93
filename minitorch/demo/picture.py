"""The picture that ``minitorch demo`` leaves behind."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

INK, GREY, PALE = "#1f2933", "#7b8794", "#e4e7eb"
BLUE, LIGHT_BLUE, ORANGE, RED = "#1f6feb", "#a9c9f7", "#e36209", "#cf222e"
HEADING: dict[str, Any] = {"x": 0.01, "ha": "left", "color": INK, "fontweight": "bold"}
ROWS, COLUMNS = 2, 12  # of digits
FORMATS = (".jpg", ".pdf", ".png", ".svg")


def check(out: Path) -> None:
    """Raises ValueError or OSError, with a sentence, if no picture can be written to ``out``."""
    if out.suffix.lower() not in FORMATS:
        raise ValueError(f"'{out}' should end in one of {', '.join(FORMATS)}")
    if not out.parent.is_dir():
        raise ValueError(f"there is no folder '{out.parent}'")
    if out.exists() and not out.is_file():  # a folder, or a device such as /dev/null
        raise ValueError(f"'{out}' is there already and is not a file")
    write(out, None)


def write(out: Path, content: bytes | None) -> None:
    """Writes the whole file or, whatever goes wrong, none of it; None only tries if it could."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_bytes(content or b"")
        if content is not None:
            beside.replace(out)
    except OSError as error:
        raise OSError(f"cannot write '{out}': {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)


def draw(
    out: Path,
    losses: list[float],
    held_out_losses: list[float],
    images: np.ndarray,
    labels: np.ndarray,
    answers: np.ndarray,
) -> None:
    """Draws the loss of each step and each epoch, some held-out digits, and the confusions."""
    figure = Figure(
        figsize=(12, 8), layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08), facecolor="white"
    )
    panels: Any = figure.subfigures(2, 1, height_ratios=(1.75, 1), hspace=0.04)
    above, below = panels
    left, right = above.subplots(1, 2, width_ratios=(1.35, 1))
    figure.suptitle(
        f"MiniTorch reads {np.mean(answers == labels):.1%} of {len(labels)} handwritten digits "
        "that it has never seen",
        fontsize=16,
        **HEADING,
    )
    draw_losses(left, losses, held_out_losses)
    draw_confusions(right, labels, answers)
    draw_digits(below, images, labels, answers)
    content = io.BytesIO()
    figure.savefig(
        content, format=out.suffix[1:].lower(), dpi=120, bbox_inches="tight", pad_inches=0.3
    )
    write(out, content.getvalue())


def draw_losses(axes: Axes, losses: list[float], held_out_losses: list[float]) -> None:
    """Draws how the loss falls: of every batch, of every epoch, of the held-out digits."""
    epochs = len(held_out_losses)
    steps = np.arange(1, len(losses) + 1) / len(losses) * epochs  # in epochs
    ends = np.arange(1, epochs + 1)
    means = np.reshape(losses, (epochs, -1)).mean(axis=1)
    axes.plot(steps, losses, color=LIGHT_BLUE, lw=1, label="each batch")
    axes.plot(ends - 0.5, means, color=BLUE, lw=2, marker="o", ms=4, label="mean of an epoch")
    axes.plot(
        ends,
        held_out_losses,
        color=ORANGE,
        lw=2,
        marker="o",
        ms=4,
        label="held-out digits",
        clip_on=False,
    )
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlim(0, epochs)
    axes.set_title("Loss", loc="left", color=INK, fontweight="bold")
    axes.set_xlabel("epoch", color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color=PALE)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(colors=GREY, which="both")
    axes.legend(frameon=False, labelcolor=INK)


def draw_confusions(axes: Axes, labels: np.ndarray, answers: np.ndarray) -> None:
    """Draws how often each digit got each answer: the right ones in blue, the others in red."""
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (labels, answers), 1)
    axes.set_title("Confusions", loc="left", color=INK, fontweight="bold")
    axes.set(xlim=(-0.5, 9.5), ylim=(9.5, -0.5), aspect="equal", xticks=range(10), yticks=range(10))
    axes.set_xlabel("the model's answer", color=INK)
    axes.set_ylabel("the digit", color=INK)
    axes.tick_params(length=0, colors=INK)
    axes.spines[:].set_visible(False)
    for (row, column), count in np.ndenumerate(counts):
        strength = 0.0
        if count:  # one mistake is to be seen, however small its share is
            strength = 0.25 + 0.75 * count / counts[row].sum()
            ink = "white" if strength > 0.6 else INK
            axes.text(column, row, str(count), ha="center", va="center", color=ink, fontsize=9)
        colour = blend(BLUE if row == column else RED, strength)
        corner = (column - 0.5, row - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor=PALE, lw=1))


def blend(colour: str, share: float) -> tuple[float, ...]:
    """Returns ``colour`` mixed with white; ``share`` of the mixture is the colour."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(1 - share * (1 - part) for part in parts)


def draw_digits(figure: Any, images: np.ndarray, labels: np.ndarray, answers: np.ndarray) -> None:
    """Draws some held-out digits with the model's answers: the wrong ones first, in red."""
    wrong_first = np.argsort(answers == labels, kind="stable")[: ROWS * COLUMNS]
    figure.suptitle(
        "Held-out digits and the model's answers (mistakes come first)",
        fontsize=12,
        **HEADING,
    )
    for axes, index in zip(figure.subplots(ROWS, COLUMNS).flat, wrong_first, strict=True):
        digit, answer = labels[index], answers[index]
        axes.imshow(images[index], cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        colour = PALE if answer == digit else RED
        for spine in axes.spines.values():
            spine.set(color=colour, lw=1.5)
        text, ink = (str(answer), INK) if answer == digit else (f"{answer}, is {digit}", RED)
        axes.set_title(text, color=ink, fontsize=11, pad=3)
