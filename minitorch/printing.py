"""The text of a tensor: what ``repr`` and ``print`` show, equal to PyTorch's to the character.

Four steps, one function each:

1. ``_corners`` cuts a large array down to the edges that will be seen.
2. ``element_texts`` writes every number with the same number of digits, so that columns line up.
3. ``_layout`` nests the texts in brackets and breaks lines at ``linewidth``.
4. ``_join_suffixes`` appends ``dtype=``, ``requires_grad=`` and the rest.

``tensor_repr`` runs them. It works on arrays and knows nothing of the Tensor class.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from . import backend, dtypes


class PrintOptions(NamedTuple):
    """The settings of `set_printoptions`, with PyTorch's defaults."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: float = 80
    sci_mode: bool | None = None


_PROFILES = {
    "default": PrintOptions(),
    "short": PrintOptions(precision=2, edgeitems=2),
    "full": PrintOptions(threshold=math.inf),
}
_options = PrintOptions()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: float | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors are printed, for the whole program.

    Args:
        precision: digits after the point (4).
        threshold: a tensor with more elements than this is shortened to its edges (1000).
        edgeitems: elements shown at each end of a shortened dimension (3).
        linewidth: characters in a line (80).
        profile: start from ``"default"``, ``"short"`` (2 digits, 2 edge items) or ``"full"``
            (never shorten); the other arguments change it further. As in PyTorch, any other
            name is ignored.
        sci_mode: write ``1.0000e+00`` always (True), never (False), or when numbers of very
            different size meet (None). As in PyTorch, a call that leaves it out sets it to None.

    >>> mt.set_printoptions(precision=2)
    >>> mt.tensor([0.5, 1.23456])
    tensor([0.50, 1.23])
    >>> mt.set_printoptions(profile="default")
    """
    global _options
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    start = _PROFILES.get(profile or "", _options)
    _options = start._replace(sci_mode=sci_mode, **changes)


def get_printoptions() -> dict[str, Any]:
    """Return the print options in force.

    >>> get_printoptions()
    {'precision': 4, 'threshold': 1000, 'edgeitems': 3, 'linewidth': 80, 'sci_mode': None}
    """
    return _options._asdict()


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Set print options inside a ``with`` block; takes what `set_printoptions` takes.

    >>> with printoptions(sci_mode=True):
    ...     print(tensor_repr(np.array([0.5, 250.0], dtype=np.float32)))
    tensor([5.0000e-01, 2.5000e+02])
    """
    global _options
    before = _options
    set_printoptions(**options)
    try:
        yield
    finally:
        _options = before


def tensor_repr(
    array: backend.Array,
    *,
    class_name: str = "tensor",
    requires_grad: bool = False,
    grad_fn: str | None = None,
) -> str:
    """Return the text PyTorch prints for a tensor that holds ``array``.

    Args:
        array: the data, of any shape, in main memory or on a GPU; of a shortened one only the
            edges are read, or copied from the GPU.
        class_name: the word before the parenthesis: ``tensor``, or a subclass's name.
        requires_grad: shown as ``requires_grad=True`` when there is no ``grad_fn``.
        grad_fn: name of the operation that made the tensor, as ``"AddBackward0"``.

    >>> print(tensor_repr(np.arange(6).reshape(2, 3)))
    tensor([[0, 1, 2],
            [3, 4, 5]])
    >>> print(tensor_repr(np.array([1.0, np.nan]), requires_grad=True))
    tensor([1., nan], dtype=torch.float64, requires_grad=True)
    """
    indent = len(class_name) + 1
    suffixes = []
    device = backend.device_name(array)
    if device != "cpu":
        suffixes.append(f"device='{device}'")
    brackets_show_shape = array.ndim == 1 if array.size == 0 else _options.edgeitems != 0
    if not brackets_show_shape:
        suffixes.append(f"size={tuple(array.shape)}")
    if not _goes_without_saying(array):
        suffixes.append(f"dtype={dtypes.of(array)}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _join_suffixes(f"{class_name}({_body(array, indent)}", suffixes, indent) + ")"


def sparse_repr(indices: backend.Array, values: backend.Array, suffixes: Sequence[str]) -> str:
    """Return the text PyTorch prints for a sparse tensor; ``suffixes`` begin with its size."""
    parts = []
    for start, array in (("tensor(indices=tensor(", indices), ("       values=tensor(", values)):
        size = f", size={tuple(array.shape)}" if array.size == 0 else ""
        parts.append(f"{start}{_body(array, len(start))}{size})")
    indent = len("tensor(")
    device = backend.device_name(values)
    shown = [] if device == "cpu" else [f"device='{device}'"]
    shown += suffixes[:2]
    if not _is_unwritten(dtypes.of(values)):
        shown.append(f"dtype={dtypes.of(values)}")
    shown += ["layout=torch.sparse_coo", *suffixes[2:]]
    text = ",\n".join([*parts, " " * indent + shown[0]])
    return _join_suffixes(text, shown[1:], indent) + ")"


def _body(array: backend.Array, indent: int) -> str:
    """The numbers in their brackets, ``indent`` columns from the left; a long array shortened."""
    shortened = array.ndim > 0 and array.size > _options.threshold
    if array.size == 0:
        return "[]"
    if shortened and _options.edgeitems == 0:
        return "[...]"
    shown = _corners(array) if shortened else backend.to_numpy(array)
    texts, width = element_texts(shown)
    return _layout(texts, array.shape, indent, width)


def _goes_without_saying(array: backend.Array) -> bool:
    """Whether ``tensor(...)`` of the printed numbers would come out with the array's dtype."""
    if array.size == 0:
        return dtypes.of(array) is dtypes.get_default_dtype()
    return _is_unwritten(dtypes.of(array))


def _is_unwritten(dtype: dtypes.dtype) -> bool:
    """Whether Python's own numbers would give this dtype."""
    default = dtypes.get_default_dtype()
    return dtype in (default, default.to_complex(), dtypes.int64, dtypes.bool_)


def _corners(array: backend.Array) -> np.ndarray:
    """Copy to main memory the ``edgeitems`` elements at both ends of each long dimension."""
    edge = _options.edgeitems
    ends = [(slice(edge), slice(-edge, None)) if n > 2 * edge else (slice(n),) for n in array.shape]
    host = np.empty([min(n, 2 * edge) for n in array.shape], dtype=array.dtype)
    for corner in product(*ends):
        host[corner] = backend.to_numpy(array[corner])
    return host


def element_texts(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the texts of all elements, an array of the same shape, and their common width."""
    if values.dtype.kind in "biu":
        texts = [str(value) for value in values.ravel().tolist()]
        width = max(map(len, texts))
        texts = [text.rjust(width) for text in texts]
    elif values.dtype.kind == "c":
        reals, imags = FloatFormatter(values.real), FloatFormatter(values.imag)
        texts = [
            reals.text(value.real).rjust(reals.width) + _signed(imags.text(value.imag)) + "j"
            for value in values.ravel().tolist()
        ]
        width = reals.width + imags.width + 1
    else:
        floats = FloatFormatter(values)
        width = floats.width
        texts = [floats.text(value).rjust(width) for value in values.ravel().tolist()]
    return np.array(texts, dtype=object).reshape(values.shape), width


def _signed(text: str) -> str:
    return text if text.startswith("-") else "+" + text


class FloatFormatter:
    """The one way in which all floats of a tensor are written: ``1.``, ``1.5000`` or ``1e+00``.

    The choice looks at the magnitudes of all finite numbers but zero. Scientific when the largest
    is over 1000 times the smallest, or over 1e8, or the smallest under 1e-4; else ``1.`` when all
    are whole. Zero, infinity and nan take the width that the others need.
    """

    def __init__(self, values: np.ndarray) -> None:
        numbers = [v for v in values.ravel().tolist() if v != 0 and math.isfinite(v)]
        self.precision = _options.precision
        self.whole = all(v.is_integer() for v in numbers)
        self.scientific = self._prefers_scientific([abs(v) for v in numbers])
        self.width = max((len(self.text(v)) for v in numbers), default=1)

    def _prefers_scientific(self, magnitudes: list[float]) -> bool:
        if not magnitudes:
            return False
        if _options.sci_mode is not None:
            return bool(_options.sci_mode)
        largest, smallest = max(magnitudes), min(magnitudes)
        return largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4

    def text(self, value: float) -> str:
        """``value`` in the chosen way, not yet padded to ``width``."""
        if self.scientific:
            return f"{value:.{self.precision}e}"
        if self.whole:
            return f"{value:.0f}." if math.isfinite(value) else str(value)
        return f"{value:.{self.precision}f}"


def _layout(texts: np.ndarray, shape: Sequence[int], indent: int, width: int) -> str:
    """Nest the texts in brackets; where there are fewer than ``shape`` says, put an ellipsis."""
    if texts.ndim == 0:
        return str(texts.item())
    if texts.ndim == 1:
        items, ellipsis = texts.tolist(), " ..."
        per_line = max(1, int((_options.linewidth - indent) // (width + 2)))
    else:
        items = [_layout(part, shape[1:], indent + 1, width) for part in texts]
        ellipsis, per_line = "...", 1
    if len(items) < shape[0]:
        items.insert(len(items) // 2, ellipsis)
    lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
    # Rows follow each other, matrices are a blank line apart, stacks of matrices two, and so on.
    line_break = "," + "\n" * max(1, texts.ndim - 1) + " " * (indent + 1)
    return "[" + line_break.join(lines) + "]"


def _join_suffixes(text: str, suffixes: Sequence[str], indent: int) -> str:
    """Append each suffix to the last line of ``text``, or on a new line where it would not fit."""
    # As in PyTorch, the line where the numbers end is two columns shorter than those that follow.
    used = len(text) - (text.rfind("\n") + 1) + 2
    for suffix in suffixes:
        used += len(suffix) + 2
        if used <= _options.linewidth:
            text += ", " + suffix
        else:
            text += ",\n" + " " * indent + suffix
            used = indent + len(suffix)
    return text
