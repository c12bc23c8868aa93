"""Padding: more elements at the ends of dimensions (``pad``)."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..autograd.operation import Operation, wrap

COMBINATIONS = (
    "Supported combinations for non-constant padding:\n"
    "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
    "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
    "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
)


class ConstantPadNd(Operation):
    """``value`` around ``x``; ``widths`` has (before, after) of each dimension, below 0 to cut."""

    def forward(self, xp: Any, x: Any, widths: Any, value: Any) -> Any:
        shape = tuple(n + sum(width) for n, width in zip(x.shape, widths, strict=True))
        out = xp.zeros(shape, x.dtype) if value == 0 else xp.full(shape, value, x.dtype)
        inside, kept = [], []
        for n, (before, after) in zip(x.shape, widths, strict=True):
            inside.append(slice(max(before, 0), n + before + min(after, 0)))
            kept.append(slice(max(-before, 0), n + min(after, 0)))
        out[tuple(inside)] = x[tuple(kept)]
        return out

    def grad_x(self, grad: Any, widths: Any) -> Any:
        cut = tuple((-before, -after) for before, after in widths)
        return ConstantPadNd.apply(grad, cut, 0)


def pad(input: Any, pad: Any, mode: str = "constant", value: float | None = None) -> Any:
    """``input`` with more elements at the ends of its last dimensions.

    ``pad`` is (before, after) for the last dimension, then for the one before it, and so on.
    ``mode`` says what the new elements are: ``constant`` (``value``, 0 if not given), ``reflect``
    (mirrored at the edge), ``replicate`` (the edge itself), ``circular`` (from the other end).

    >>> import minitorch as mt
    >>> mt.nn.functional.pad(mt.tensor([[1, 2, 3]]), (1, 2))
    tensor([[0, 1, 2, 3, 0, 0]])
    >>> mt.nn.functional.pad(mt.tensor([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
    tensor([[3., 2., 1., 2., 3., 2.]])
    """
    pad = tuple(int(width) for width in pad)
    shape = input._array.shape
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * len(shape):
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {len(shape)}"
        )
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    if mode == "constant":
        widths = tuple([(0, 0)] * (len(shape) - len(pairs)) + pairs)
        if any(n + sum(width) < 0 for n, width in zip(shape, widths, strict=True)):
            raise RuntimeError("narrow(): length must be non-negative.")
        return ConstantPadNd.apply(input, widths, 0 if value is None else value)
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if len(pairs) not in (1, 2, 3) or len(shape) - len(pairs) not in (1, 2):
        raise NotImplementedError(
            f"Padding size {len(pad)} is not supported for {len(shape)}D input tensor.\n"
            + COMBINATIONS
        )
    for dim, width in enumerate(pairs, start=len(shape) - len(pairs)):
        input = input.index_select(dim, source(input, dim, width, mode))
    return input


def source(input: Any, dim: int, width: tuple[int, int], mode: str) -> Any:
    """For each place after padding of ``dim``, the place in ``input`` from which it comes."""
    before, after = width
    shape = input._array.shape
    n = shape[dim]
    if mode == "reflect" and max(width) >= n:
        raise RuntimeError(
            "Argument #4: Padding size should be less than the corresponding input dimension, but "
            f"got: padding {width} at dimension {dim} of input {list(shape)}"
        )
    if mode == "circular" and max(width) > n:
        raise RuntimeError("Padding value causes wrapping around more than once.")
    xp = backend.array_module(input._array)
    places = xp.arange(-before, n + after)
    if mode == "replicate":
        places = xp.clip(places, 0, n - 1)
    elif mode == "circular":
        places = places % n
    else:
        places = xp.abs(places)
        places = (n - 1) - xp.abs((n - 1) - places)
    return wrap(input, places)
