"""What a profiler has seen: events, their averages, and the table that shows them.

Times are in microseconds. What happens inside an event is its child; the *self* time of an event is
its time without that of its children, so the self times add up to the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

WIDTH = 12  # of a column with numbers
UNITS = {"s": 1e6, "ms": 1e3, "us": 1.0}
PREFIXES = {1: "", 10**3: "K", 10**6: "M", 10**9: "G", 10**12: "T", 10**15: "P"}


class Interval(NamedTuple):
    """From when to when, in microseconds since the profiler started."""

    start: float
    end: float

    def elapsed_us(self) -> float:
        """How long that is."""
        return self.end - self.start


class Times:
    """What an event and an average have in common: times as people read them."""

    cpu_time_total: Any
    self_cpu_time_total: Any
    count: int

    @property
    def cpu_time(self) -> float:
        """The time of one call, on average."""
        return self.cpu_time_total / self.count if self.count else 0.0

    @property
    def cpu_time_str(self) -> str:
        """``cpu_time`` with its unit."""
        return in_time(self.cpu_time)

    @property
    def cpu_time_total_str(self) -> str:
        """``cpu_time_total`` with its unit."""
        return in_time(self.cpu_time_total)

    @property
    def self_cpu_time_total_str(self) -> str:
        """``self_cpu_time_total`` with its unit."""
        return in_time(self.self_cpu_time_total)


class FunctionEvent(Times):
    """One call: of an operation, of a backward node, of what has a label.

    >>> x = mt.ones(2)
    >>> with mt.autograd.profiler.profile() as profiler:
    ...     y = x.exp()
    >>> event = profiler.function_events[-1]
    >>> event.name, event.count, event.cpu_parent, event.cpu_children
    ('aten::exp', 1, None, [])
    """

    count = 1

    def __init__(self, id: int, name: str, thread: int, start: float) -> None:
        self.id = id
        self.trace_name = name
        step = name.startswith("ProfilerStep#")  # all steps of a schedule are one row of the table
        self.name = self.key = "ProfilerStep*" if step else name
        self.thread = thread
        self.time_range = Interval(start, start)
        self.cpu_parent: FunctionEvent | None = None
        self.cpu_children: list[FunctionEvent] = []
        self.input_shapes: Any = []
        self.stack: list[str] = []
        self.cpu_memory_usage = 0
        self.flops = 0
        self.is_user_annotation = False

    @property
    def cpu_time_total(self) -> float:
        """How long it took."""
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self) -> float:
        """How long it took, without what happened inside."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def self_cpu_memory_usage(self) -> int:
        """How much more memory is held after it than before, without what happened inside."""
        return self.cpu_memory_usage - sum(child.cpu_memory_usage for child in self.cpu_children)

    def __repr__(self) -> str:
        return (
            f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time_str} "
            f"start_us={self.time_range.start} end_us={self.time_range.end} "
            f"cpu_children={[child.id for child in self.cpu_children]} thread={self.thread} "
            f"input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage}>"
        )


class FunctionEventAvg(Times):
    """All calls of one thing, added up: a row of the table.

    >>> x = mt.ones(2)
    >>> with mt.autograd.profiler.profile() as profiler:
    ...     y = x.exp().exp()
    >>> row = profiler.key_averages()[-1]
    >>> row.key, row.count, row.cpu_time == row.cpu_time_total / 2
    ('aten::exp', 2, True)
    """

    def __init__(self) -> None:
        self.key: str | None = None
        self.count = 0
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = 0
        self.flops = 0

    def add(self, other: Any) -> FunctionEventAvg:
        """Add an event, or another average."""
        if self.key is None:
            self.key = other.key
            self.input_shapes = other.input_shapes
            self.stack = other.stack
            self.cpu_parent = other.cpu_parent
            self.is_user_annotation = other.is_user_annotation
        self.count += other.count
        self.cpu_time_total += other.cpu_time_total
        self.self_cpu_time_total += other.self_cpu_time_total
        self.cpu_memory_usage += other.cpu_memory_usage
        self.self_cpu_memory_usage += other.self_cpu_memory_usage
        self.flops += other.flops
        return self

    __iadd__ = add

    def __repr__(self) -> str:
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} "
            f"cpu_time={self.cpu_time_str} count={self.count}>"
        )


class EventList(list[Any]):
    """Events, or their averages. ``print`` shows them as a table.

    >>> x = mt.ones(2)
    >>> with mt.autograd.profiler.profile() as profiler:
    ...     y = x.exp().exp()
    >>> [(row.key, row.count) for row in profiler.function_events.key_averages()]
    [('aten::exp', 2)]
    """

    def __init__(
        self, events: Iterable[Any] = (), profile_memory: bool = False, with_flops: bool = False
    ) -> None:
        super().__init__(events)
        self.shown = profile_memory, with_flops

    def __str__(self) -> str:
        return self.table()

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all of them."""
        return sum(event.self_cpu_time_total for event in self)

    def total_average(self) -> FunctionEventAvg:
        """All events added up, whatever they are."""
        total = FunctionEventAvg()
        for event in self:
            total.add(event)
        total.key, total.input_shapes = "Total", []
        return total

    def key_averages(
        self, group_by_input_shapes: bool = False, group_by_stack_n: int = 0
    ) -> EventList:
        """One row for each name; or for each name with these shapes, or called from these lines."""
        rows: dict[Any, FunctionEventAvg] = {}
        for event in self:
            shapes = str(event.input_shapes) if group_by_input_shapes else ""
            key = event.key, event.is_user_annotation, shapes, *event.stack[:group_by_stack_n]
            rows.setdefault(key, FunctionEventAvg()).add(event)
        for row in rows.values():
            row.stack = row.stack[:group_by_stack_n]
            row.input_shapes = row.input_shapes if group_by_input_shapes else ""
        return EventList(rows.values(), *self.shown)

    def export_chrome_trace(self, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Write the events as a file that ``chrome://tracing`` and Perfetto show as a drawing.

        A ``path`` that ends in ``.gz`` is compressed.
        """
        import gzip  # these take milliseconds, which the import of MiniTorch need not
        import json
        import os

        events = [
            {
                "ph": "X",
                "cat": "user_annotation" if event.is_user_annotation else "cpu_op",
                "name": event.trace_name,
                "pid": os.getpid(),
                "tid": event.thread,
                "ts": event.time_range.start,
                "dur": event.time_range.elapsed_us(),
                "args": {"Input Dims": event.input_shapes} if event.input_shapes else {},
            }
            for event in self
        ]
        opened = gzip.open if str(path).endswith(".gz") else open
        with opened(path, "wt", encoding="utf-8") as file:
            json.dump({"displayTimeUnit": "ms", **(metadata or {}), "traceEvents": events}, file)

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Write the lines that called each event, and its time: what flame graphs are made of."""
        if metric != "self_cpu_time_total":
            raise ValueError(f"metric should be one of: {['self_cpu_time_total']}")
        without = str.maketrans(" ;\t\n", "____")
        with open(path, "w", encoding="utf-8") as file:
            for event in self:
                if event.stack and int(event.self_cpu_time_total) > 0:
                    lines = ";".join(line.translate(without) for line in reversed(event.stack))
                    file.write(f"{lines} {int(event.self_cpu_time_total)}\n")

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int | None = 75,
        max_name_column_width: int | None = 55,
        max_shapes_column_width: int | None = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The events as a text, the largest of ``sort_by`` first, in PyTorch's columns.

        AttributeError if ``sort_by`` is none of them. ``time_unit`` is s, ms or us for all rows.
        """
        if not self:
            return ""
        rows = list(self)
        if sort_by is not None:
            rows.sort(key=lambda row: getattr(row, sort_by), reverse=True)
        total = self.self_cpu_time_total

        def share(time: float) -> str:
            return f"{time * 100 / total:.2f}%" if total else "NaN"

        def shown(time: float) -> str:
            return (
                f"{time / UNITS[time_unit]:.3f}{time_unit}" if time_unit in UNITS else in_time(time)
            )

        columns: list[tuple[str, int, Any]] = [
            ("Name", width((r.key for r in rows), max_name_column_width), lambda r: r.key),
            ("Self CPU %", WIDTH, lambda r: share(r.self_cpu_time_total)),
            ("Self CPU", WIDTH, lambda r: shown(r.self_cpu_time_total)),
            ("CPU total %", WIDTH, lambda r: share(r.cpu_time_total)),
            ("CPU total", WIDTH, lambda r: shown(r.cpu_time_total)),
            ("CPU time avg", WIDTH, lambda r: shown(r.cpu_time)),
        ]
        memory, flops = self.shown
        if memory:
            columns.append(("CPU Mem", WIDTH, lambda r: in_memory(r.cpu_memory_usage)))
            columns.append(("Self CPU Mem", WIDTH, lambda r: in_memory(r.self_cpu_memory_usage)))
        columns.append(("# of Calls", WIDTH, lambda r: str(r.count)))
        if any(row.input_shapes for row in rows):
            wide = width((str(row.input_shapes) for row in rows), max_shapes_column_width)
            columns.append(("Input Shapes", wide, lambda r: str(r.input_shapes)[:wide]))
        if any(row.stack for row in rows):
            lines = (line for row in rows for line in row.stack)
            room = width(lines, max_src_column_width)
            columns.append(("Source Location", -room, lambda r: last(r.stack[:1], room)))
        counted = [row.flops for row in rows if row.flops]
        if flops and counted:
            scale = max(factor for factor in PREFIXES if factor == 1 or factor <= min(counted))
            title = f"Total {PREFIXES[scale]}FLOPs"
            columns.append((title, WIDTH, lambda r: f"{r.flops / scale:8.3f}" if r.flops else "--"))

        if top_level_events_only:
            rows = [row for row in rows if row.cpu_parent is None]
        rule = "".join("-" * abs(wide) + "  " for _, wide, _ in columns)
        said = [] if header is None else ["=" * (len(rule) - 2), header]
        if top_level_events_only:
            said += ["=" * (len(rule) - 2), "This report only display top-level ops statistics"]
        said += [rule, line((title, wide) for title, wide, _ in columns), rule]
        for row in rows[: row_limit if row_limit >= 0 else None]:
            said.append(line((cut(value(row), wide), wide) for _, wide, value in columns))
            for called in row.stack[1:]:
                cells = [last([called], -w) if w < 0 else "" for _, w, _ in columns]
                said.append(line(zip(cells, (w for _, w, _ in columns), strict=True)))
        return "\n".join([*said, rule, f"Self CPU time total: {shown(total)}", ""])


def width(texts: Iterable[str], limit: int | None) -> int:
    """As wide as the longest text and 4 more, within the limit."""
    wide = max(map(len, texts)) + 4
    return wide if limit is None else min(wide, limit)


def line(cells: Iterable[tuple[str, int]]) -> str:
    """One line of the table; a negative width means that the text stands at the left."""
    return "".join((c.rjust(w) if w > 0 else c.ljust(-w)) + "  " for c, w in cells)


def cut(text: str, wide: int) -> str:
    """A name that is too long for its column ends in dots."""
    return text if len(text) < wide - 3 or wide <= WIDTH else text[: wide - 3] + "..."


def last(texts: list[str], wide: int) -> str:
    """The end of a line of source, which says more than its beginning."""
    text = texts[0] if texts else ""
    return text if len(text) <= wide else "..." + text[len(text) - wide + 3 :]


def in_time(time: float) -> str:
    """Microseconds as people read them.

    >>> in_time(1.5), in_time(2500), in_time(3e6)
    ('1.500us', '2.500ms', '3.000s')
    """
    unit = "s" if time >= 1e6 else "ms" if time >= 1e3 else "us"
    return f"{time / UNITS[unit]:.3f}{unit}"


def in_memory(count: int) -> str:
    """A number of bytes as PyTorch's table has it.

    >>> in_memory(-336), in_memory(1198), in_memory(3 << 20)
    ('-336 B', '1.17 KB', '3.00 MB')
    """
    for size, unit in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")):
        if abs(count) >= size:
            return f"{count / size:.2f} {unit}"
    return f"{count} B"
