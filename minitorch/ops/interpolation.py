"""`interpolate`: images made larger or smaller, by the taps of resampling.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend
from ..user_warnings import warn
from . import operands
from .pool import adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d
from .resampling import FILTERS, operation, taps_for
from .sizes import is_integer

RANKS = {"linear": 3, "bilinear": 4, "trilinear": 5}
AREA = (adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)
NOT_WITH_CORNERS = ("nearest", "area", "nearest-exact")


def interpolate(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """``input`` with its spatial dimensions resized to ``size``, or by ``scale_factor``.

    Shapes: (N, C, L), (N, C, H, W) or (N, C, D, H, W). ``mode`` is nearest, nearest-exact or area
    for all of them, linear, bilinear or trilinear for the one with as many dimensions, bicubic or
    lanczos for images. Output i lies at ``(i + 1/2) in/out - 1/2`` of the input, with
    ``align_corners`` at ``i (in - 1)/(out - 1)``; ``recompute_scale_factor`` says to take the
    ratio from the sizes and not from the factor. ``antialias`` makes the filter wider where the
    image becomes smaller; lanczos needs it.

    >>> import minitorch as mt
    >>> x = mt.arange(4.0).reshape(1, 1, 2, 2)
    >>> mt.nn.functional.interpolate(x, scale_factor=2)
    tensor([[[[0., 0., 1., 1.],
              [0., 0., 1., 1.],
              [2., 2., 3., 3.],
              [2., 2., 3., 3.]]]])
    >>> mt.nn.functional.interpolate(x, size=(2, 3), mode="bilinear")
    tensor([[[[0.0000, 0.5000, 1.0000],
              [2.0000, 2.5000, 3.0000]]]])
    """
    if mode in NOT_WITH_CORNERS and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: "
            "linear | bilinear | bicubic | trilinear"
        )
    rank = input.dim() - 2
    lengths = list(input._array.shape[2:])
    counts = per_dimension("size", size, lengths) if size is not None else None
    scales: Any = per_dimension("scale_factor", scale_factor, lengths) if size is None else None
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None and recompute_scale_factor:
        raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
    check_mode(mode, rank + 2, bool(align_corners), antialias)
    if counts is None:
        counts = [int(n * s) for n, s in zip(lengths, scales, strict=True)]
        if recompute_scale_factor or mode == "area":
            scales = None
    if mode == "area":
        return AREA[rank - 1](input, counts)
    check_sizes(input, lengths, counts)
    array = input._array
    check_dtype(array, mode, antialias)
    real = np.float64 if array.dtype.char in "dB" else np.float32
    device, corners = backend.device_index(array), bool(align_corners)
    maps = [
        taps_for(device, mode, n, m, s, corners, antialias, real)
        for n, m, s in zip(lengths, counts, scales or [None] * rank, strict=True)
    ]
    title = "".join(word.capitalize() for word in mode.split("-"))
    return operation(f"Upsample{title}{rank}D{'Aa' if antialias else ''}").apply(input, maps)


def per_dimension(name: str, value: Any, lengths: list[int]) -> list[Any]:
    """``size`` or ``scale_factor`` for each spatial dimension."""
    if value is None:
        raise ValueError("either size or scale_factor should be defined")
    if not isinstance(value, list | tuple):
        value = [value] * len(lengths)
    elif len(value) != len(lengths):
        what, names = ("output size of", "o") if name == "size" else ("scale_factor of shape", "s")
        other = "Input and output must" if name == "size" else "Input and scale_factor must"
        raise ValueError(
            f"{other} have the same number of spatial dimensions, but got input with spatial "
            f"dimensions of {lengths} and {what} {value}. Please provide input tensor in "
            f"(N, C, d1, d2, ...,dK) format and {name.replace('size', 'output size')} in "
            f"({names}1, {names}2, ...,{names}K) format."
        )
    whole = name == "size"
    if whole and not all(is_integer(v) for v in value):
        raise TypeError(
            "expected size to be one of int or Tuple[int] or Tuple[int, int] or "
            f"Tuple[int, int, int], but got size with types {[type(v) for v in value]}"
        )
    return [int(v) if whole else float(v) for v in value]


def check_mode(mode: str, ndim: int, align_corners: bool, antialias: bool) -> None:
    """Refuse modes that there are not, or not for this number of dimensions."""
    if antialias and not (mode in FILTERS and ndim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires "
            "a 4-D tensor as input"
        )
    if ndim in (3, 4, 5) and mode in RANKS and ndim != RANKS[mode]:
        raise NotImplementedError(f"Got {ndim}D input, but {mode} mode needs {RANKS[mode]}D input")
    images = mode in FILTERS and ndim == 4
    if ndim not in (3, 4, 5) or not (mode in NOT_WITH_CORNERS or mode in RANKS or images):
        raise NotImplementedError(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {ndim}D) for the modes: "
            "nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact "
            f"(got {mode})"
        )
    if mode == "lanczos" and align_corners:
        raise ValueError("Lanczos mode does not support align_corners=True")
    if mode == "lanczos" and not antialias:
        raise ValueError("Lanczos mode requires antialias=True")


def check_sizes(input: Any, lengths: list[int], counts: list[int]) -> None:
    """Refuse images without pixels."""
    shape = list(input._array.shape)
    if min(lengths) <= 0 or min(counts) <= 0:
        before, after = (
            ", ".join(
                f"{axis}: {n}" for axis, n in zip("DHW"[3 - len(sizes) :], sizes, strict=True)
            )
            for sizes in (lengths, counts)
        )
        word = " and" if len(lengths) == 1 else ""
        raise RuntimeError(
            "Input and output sizes should be greater than 0, but got input "
            f"({before}){word} output ({after})"
        )
    if shape[1] == 0:
        raise RuntimeError(
            f"Non-empty {len(shape)}D data tensor expected but got a tensor with sizes {shape}"
        )


def check_dtype(array: Any, mode: str, antialias: bool) -> None:
    """Refuse the dtypes for which PyTorch has no kernel."""
    kind = array.dtype.kind
    if kind == "f" and not (antialias and array.dtype.itemsize == 2):
        return
    if kind == "u" and mode not in ("linear", "trilinear"):
        return
    name = {"bicubic": "cubic"}.get(mode, "nearest" if mode.startswith("nearest") else "linear")
    kernel = "compute_index_ranges_weights" if antialias else f"compute_indices_weights_{name}"
    raise operands.not_implemented(kernel, array)


def deprecated(name: str) -> None:
    """PyTorch's warning at the older functions."""
    warn(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.")


def upsample(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Any:
    """The older name of `interpolate`; warns.

    >>> import minitorch as mt
    >>> F.upsample(mt.tensor([[[1.0, 2.0]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """`interpolate` with the mode nearest; warns that it is an older name.

    >>> import minitorch as mt
    >>> F.upsample_nearest(mt.tensor([[[1.0, 2.0]]]), scale_factor=2)
    tensor([[[1., 1., 2., 2.]]])
    """
    deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Any:
    """`interpolate` with ``align_corners`` and mode bilinear; warns that it is an older name.

    >>> import minitorch as mt
    >>> F.upsample_bilinear(mt.tensor([[[[0.0, 3.0]]]]), scale_factor=2)
    tensor([[[[0., 1., 2., 3.],
              [0., 1., 2., 3.]]]])
    """
    deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, "bilinear", True)
