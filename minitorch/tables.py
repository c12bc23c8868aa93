"""Tables as text for a terminal and as HTML for a notebook, and numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

RULE = "─"
# Grey of half opacity and the page's own colours: right on a light page and on a dark one.
STYLE = """<style>
.mt-table {font: 13px/1.5 system-ui, sans-serif; color: inherit; max-width: 100%; overflow-x: auto}
.mt-table table {border-collapse: collapse; margin: 0; border: 0; color: inherit}
.mt-table th, .mt-table td {padding: 3px 12px; border: 0; background: none; white-space: nowrap}
.mt-table th, .mt-table td {text-align: left; color: inherit}
.mt-table td.mt-right, .mt-table th.mt-right {text-align: right}
.mt-table td.mt-right {font-variant-numeric: tabular-nums}
.mt-table thead th {border-bottom: 1px solid rgba(128, 128, 128, .6); font-weight: 600}
.mt-table tbody tr:nth-child(even) {background: rgba(128, 128, 128, .09)}
.mt-table tbody tr:nth-child(odd) {background: none}
.mt-table tbody tr:last-child td {border-bottom: 1px solid rgba(128, 128, 128, .6)}
.mt-table p {margin: 5px 12px} .mt-table p b {font-weight: 600}
</style>"""


class Column(NamedTuple):
    """The head of a column; numbers stand at the right."""

    title: str
    right: bool = False


class Row(NamedTuple):
    """The cells of a row, and how deep in the tree of the first column it stands."""

    cells: Sequence[str]
    depth: int = 0


Note = tuple[str, str]  # a name, which may be empty, and what there is to say


class Table:
    """Columns, rows and notes under them.

    >>> rows = [Row(["model", "10"]), Row(["first", "4"], 1), Row(["second", "6"], 1)]
    >>> print(Table([Column("Layer"), Column("Size", right=True)], rows, [("Sum", "10")]).text())
    Layer      Size
    ───────────────
    model        10
    ├─ first      4
    └─ second     6
    ───────────────
    Sum  10
    """

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Row], notes: Sequence[Note] = ()
    ) -> None:
        self.columns, self.rows, self.notes = columns, rows, notes

    def text(self) -> str:
        """The table in characters; the notes alone if there are no rows."""
        wide = max((len(name) + 2 for name, _ in self.notes if name), default=0)
        notes = [name.ljust(wide) + text for name, text in self.notes]
        if not self.rows:
            return "\n".join(notes)
        branches = tree([row.depth for row in self.rows])
        lines = [[column.title for column in self.columns]]
        for branch, row in zip(branches, self.rows, strict=True):
            lines.append([branch + row.cells[0], *row.cells[1:]])
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        shown = [
            "  ".join(
                cell.rjust(width) if column.right else cell.ljust(width)
                for cell, width, column in zip(line, widths, self.columns, strict=True)
            ).rstrip()
            for line in lines
        ]
        rule = RULE * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join([shown[0], rule, *shown[1:], rule, *notes])

    def html(self) -> str:
        """The table as a part of a page."""
        import html  # takes a millisecond, which the import of MiniTorch need not

        sides = [' class="mt-right"' if column.right else "" for column in self.columns]
        head = "".join(
            f"<th{side}>{html.escape(column.title)}</th>"
            for side, column in zip(sides, self.columns, strict=True)
        )
        body = []
        for row in self.rows:
            cells = list(zip(sides, row.cells, strict=True))
            first = f' style="padding-left: {12 + 18 * row.depth}px"'
            body.append(
                "<tr>"
                + "".join(
                    f"<td{side}{first if place == 0 else ''}>{html.escape(cell)}</td>"
                    for place, (side, cell) in enumerate(cells)
                )
                + "</tr>"
            )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        notes = "".join(
            f"<p><b>{html.escape(name)}</b> {html.escape(text)}</p>" for name, text in self.notes
        )
        return f'{STYLE}<div class="mt-table">{table if body else ""}{notes}</div>'


def tree(depths: Sequence[int]) -> list[str]:
    """The branches in front of rows of these depths.

    >>> tree([0, 1, 2, 1])
    ['', '├─ ', '│  └─ ', '└─ ']
    """
    branches = []
    for place, depth in enumerate(depths):
        branch = ""
        for level in range(1, depth + 1):
            later = next((d for d in depths[place + 1 :] if d <= level), 0)
            signs = ("├─ ", "└─ ") if level == depth else ("│  ", "   ")
            branch += signs[later != level]
        branches.append(branch)
    return branches


def in_bytes(count: int) -> str:
    """A number of bytes as people read it.

    >>> in_bytes(24), in_bytes(3136), in_bytes(4_799_528)
    ('24 B', '3.1 KiB', '4.6 MiB')
    """
    if count < 1024:
        return f"{count} B"
    size, unit = count / 1024, "KiB"
    for larger in ("MiB", "GiB"):
        if size >= 1000:
            size, unit = size / 1024, larger
    return f"{size:.1f} {unit}"
