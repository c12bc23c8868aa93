"""`Live`: what a training loop does, seen while it runs.

    view = Live()
    for epoch in range(1, 11):
        for x, y in view(loader, f"epoch {epoch}"):
            ...
            view.log(loss=loss.item())

In a terminal this is a line of text, drawn by tqdm: progress, the numbers that were logged, samples
a second, and the first of the numbers as a small curve. In a notebook it is a panel with the curve.
The numbers stay in ``view.history``. Nothing here needs MiniTorch: it is for any training loop.
"""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Iterable, Iterator, Sized
from itertools import pairwise
from time import perf_counter
from typing import Any, TypeVar

try:
    from tqdm import tqdm
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"{error}. Install what mt.Live needs with: pip install tqdm", name=error.name
    ) from None

T = TypeVar("T")
PAUSE = 0.1  # seconds from one drawing to the next: more is not seen, and would cost time
BLOCKS = "▁▂▃▄▅▆▇█"


class Live:
    """A view of a training loop: progress, numbers, throughput, and a curve of the first number.

    >>> view = mt.Live()
    >>> for x in view([1.0, 0.5, 0.25], "a pass"):
    ...     view.log(loss=x)
    >>> view.history["loss"]
    [1.0, 0.5, 0.25]
    >>> print(view)
    loss 0.2500 █▃▁
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self._screen: Any = None

    def __call__(self, items: Iterable[T], title: str = "") -> Iterator[T]:
        """The items one after the other, while the progress is shown under ``title``.

        An item with a length, or a tuple whose first part has one, counts as so many samples.
        """
        total = len(items) if isinstance(items, Sized) else None
        self._screen = screen = (_Panel if in_notebook() else _Line)(title, total)
        done = samples = 0
        began, drawn = perf_counter(), -math.inf
        try:
            for item in items:
                yield item
                done, samples = done + 1, samples + samples_in(item)
                now = perf_counter()
                if now - drawn >= PAUSE:
                    screen.draw(done, speed(done, samples, now - began), self)
                    drawn = now
            screen.draw(done, speed(done, samples, perf_counter() - began), self)
        finally:
            screen.close()
            self._screen = None

    def log(self, **numbers: Any) -> None:
        """Note the numbers of a step: anything that ``float`` takes, such as a 0-d tensor."""
        for name, value in numbers.items():
            if hasattr(value, "detach"):  # a loss; float() would warn that it requires grad
                value = value.detach()
            value = float(value)
            self.history.setdefault(name, []).append(value)

    def write(self, text: str) -> None:
        """Print a line, above the progress where that is shown in a terminal."""
        if isinstance(self._screen, _Line):
            self._screen.bar.write(text)
        else:
            print(text)

    def __str__(self) -> str:
        """The last numbers, the first of them with its curve."""
        parts = [f"{name} {number(values[-1])}" for name, values in self.history.items()]
        if parts:
            parts[0] += " " + curve(next(iter(self.history.values())))
        return ", ".join(parts)


class _Line:
    """A line of a terminal, which the next one takes the place of."""

    def __init__(self, title: str, total: int | None) -> None:
        self.bar = tqdm(desc=title or None, total=total, leave=False)

    def draw(self, done: int, speed: str, view: Live) -> None:
        self.bar.n = done
        self.bar.set_postfix_str(", ".join(filter(None, [str(view), speed])))

    def close(self) -> None:
        self.bar.close()


class _Panel:
    """A panel in a notebook, which stays there."""

    def __init__(self, title: str, total: int | None) -> None:
        self.title, self.total = title, total
        self.handle: Any = None

    def draw(self, done: int, speed: str, view: Live) -> None:
        from IPython.display import HTML, display

        page = HTML(panel(self.title, done, self.total, speed, view.history))
        if self.handle is None:
            self.handle = display(page, display_id=True)
        else:
            self.handle.update(page)

    def close(self) -> None:
        """The panel stays as it is."""


def in_notebook() -> bool:
    """Whether this is a notebook's kernel, not a terminal."""
    module = sys.modules.get("IPython")
    return module is not None and hasattr(module.get_ipython(), "kernel")


def samples_in(item: Any) -> int:
    """How many samples a batch has: the length of its first part; 1 for what has no length."""
    if isinstance(item, tuple | list) and item:
        item = item[0]
    return len(item) if isinstance(item, Sized) and getattr(item, "ndim", None) != 0 else 1


def speed(done: int, samples: int, seconds: float) -> str:
    """Samples a second; nothing where each item is one, since tqdm says that already."""
    return "" if samples == done else f"{samples / max(seconds, 1e-9):,.0f} samples/s"


def number(value: float) -> str:
    """Four digits after the point, or as a power of ten where that shows nothing."""
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e6 else f"{value:.3g}"


def means(values: list[float], width: int) -> list[float]:
    """At most ``width`` numbers for all the values: the means of as many pieces."""
    count = min(width, len(values))
    ends = [len(values) * i // max(1, count) for i in range(count + 1)]
    return [math.fsum(values[i:j]) / (j - i) for i, j in pairwise(ends)]


def heights(values: list[float], width: int) -> list[float]:
    """The means, from 0 for the lowest to 1 for the highest; NaN where a value is not finite."""
    points = means([value if math.isfinite(value) else math.nan for value in values], width)
    finite = [point for point in points if not math.isnan(point)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return [(point - low) / ((high - low) or 1.0) for point in points]


def curve(values: list[float], width: int = 16) -> str:
    """A small curve of the values, in blocks of text; ``!`` where one is infinite or NaN."""
    return "".join(
        "!" if math.isnan(height) else BLOCKS[round(height * (len(BLOCKS) - 1))]
        for height in heights(values, width)
    )


def panel(
    title: str, done: int, total: int | None, speed: str, history: dict[str, list[float]]
) -> str:
    """The panel of a notebook, as HTML."""
    share = f'<progress value="{done}" max="{total}"></progress> ' if total else ""
    of = f"{done} of {total}" if total else f"{done}"
    last = [f"{html.escape(name)} {number(values[-1])}" for name, values in history.items()]
    facts = " · ".join(filter(None, [of, *last, speed]))
    return (
        '<div style="font: 13px/1.6 system-ui, sans-serif">'
        f"<div><b>{html.escape(title)}</b> {share}{facts}</div>"
        f"{''.join(drawing(*entry) for entry in list(history.items())[:1])}</div>"
    )


def drawing(name: str, values: list[float], width: int = 360, height: int = 80) -> str:
    """The curve of the values as a picture (SVG); there is a gap where one is infinite or NaN."""
    points = heights(values, width // 2)
    step = width / max(1, len(points) - 1)
    path = "".join(
        f"{'M' if i == 0 or math.isnan(points[i - 1]) else 'L'}"
        f"{i * step:.1f} {height - 2 - point * (height - 4):.1f}"
        for i, point in enumerate(points)
        if not math.isnan(point)
    )
    finite = [value for value in values if math.isfinite(value)] or [math.nan]
    label = f"{name}: {number(min(finite))} to {number(max(finite))} in {len(values)} steps"
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" style="width: 100%; max-width: {width}px">'
        f"<title>{html.escape(label)}</title>"
        f'<path d="{path}" fill="none" stroke="#3b82c4" stroke-width="1.5"/></svg>'
        f'<div style="opacity: 0.7">{html.escape(label)}</div>'
    )
