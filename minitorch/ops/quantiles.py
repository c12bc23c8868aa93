"""Quantiles: the values below which given shares of the numbers lie."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..autograd.graph import TensorBase
from .dims import over_dims, wrap

INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


@over_dims
def quantile(
    input: Any, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Any:
    """The value at rank ``q * (n - 1)`` of the ``n`` sorted numbers; along ``dim``, or of all.

    ``q`` is a number from 0 to 1 or a vector of such, which becomes the first dimension. Between
    two ranks the value is found by ``interpolation``: linear, lower, higher, midpoint, nearest.
    NaN among the numbers gives NaN.

    >>> import minitorch as mt
    >>> x = mt.tensor([0.0, 1.0, 2.0, 3.0])
    >>> mt.quantile(x, 0.5), mt.quantile(x, mt.tensor([0.0, 0.4]), interpolation="lower")
    (tensor(1.5000), tensor([0., 1.]))
    """
    return compute("quantile", input, q, dim, keepdim, interpolation)


@over_dims
def nanquantile(
    input: Any, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Any:
    """As `quantile`, of the numbers that are not NaN.

    >>> import minitorch as mt
    >>> mt.nanquantile(mt.tensor([float("nan"), 1.0, 2.0]), 0.5)
    tensor(1.5000)
    """
    return compute("nanquantile", input, q, dim, keepdim, interpolation)


def compute(name: str, input: Any, q: Any, dim: Any, keepdim: bool, how: str) -> Any:
    """Sort, and pick the two ranks around each q."""
    is_number = not isinstance(q, TensorBase)
    if is_number and not 0 <= q <= 1:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    check(input, q, is_number)
    if how not in INTERPOLATIONS:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {how}"
        )
    ndim = input._array.ndim
    place = 0 if dim is None else wrap(dim, ndim)
    q = input.new_tensor(q) if is_number else q
    rows = input.flatten() if dim is None else input if ndim else input.unsqueeze(0)
    rows = rows.movedim(place, -1).sort(-1).values
    last = rows._array.shape[-1] - 1
    missing = rows.detach().isnan()
    if name == "nanquantile":
        ranks = (q.reshape(-1) * ((~missing).sum(-1, keepdim=True) - 1)).clamp_min(0)
    else:
        ranks = (q.reshape(-1) * last).masked_fill(missing.any(-1, keepdim=True), last)
    if how in ("lower", "higher", "nearest"):
        ranks = {"lower": ranks.floor, "higher": ranks.ceil, "nearest": ranks.round}[how]()
    below = ranks.long()
    values = rows.gather(-1, below)
    if how in ("linear", "midpoint"):
        weights = ranks - below if how == "linear" else ranks.new_full(ranks._array.shape, 0.5)
        values = values.lerp(rows.gather(-1, ranks.ceil().long()), weights)
    values = values.movedim(-1, 0)  # the ranks come first
    if keepdim:
        if dim is None:
            values = values.reshape(-1, *[1] * ndim)
        elif ndim:
            values = values.unsqueeze(place + 1)
    return values if q._array.ndim else values.squeeze(0)


def check(input: Any, q: Any, is_number: bool) -> None:
    """Refuse what has no quantiles."""
    array = input._array
    if not array.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if array.dtype.char not in "fd":
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if is_number:
        return
    if q._array.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if q._array.dtype != array.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    # (A GPU is not waited for: there a rank out of range is an error later.)
    if not backend.is_gpu_array(q._array) and not ((q >= 0) & (q <= 1)).all():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
