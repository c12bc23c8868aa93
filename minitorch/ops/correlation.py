"""How variables go together: covariance and correlation."""

from __future__ import annotations

from typing import Any

from .. import backend, dtypes
from ..user_warnings import warn


def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """The covariances of the variables, the rows of ``input``; its columns are observations.

    ``Σ w (x - x̄)(y - ȳ) / (Σ w - correction)``. ``fweights`` says how often each observation was
    made, ``aweights`` how much it counts.

    >>> import minitorch as mt
    >>> mt.cov(mt.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    array = input._array
    if array.ndim > 2:
        raise RuntimeError(
            "cov(): expected input to have two or fewer dimensions but got an input with "
            f"{array.ndim} dimensions"
        )
    if array.dtype.kind == "b":
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if array.ndim == 2 else input.reshape(1, -1)
    count = x._array.shape[1]
    for name, given, kinds, what in (
        ("fweights", fweights, "iu", "integral"),
        ("aweights", aweights, "f", "floating point"),
    ):
        if given is not None:
            check_weights(name, given, kinds, what, count)
    weights = fweights
    if aweights is not None:
        weights = aweights if fweights is None else fweights * aweights
    x = x if array.dtype.kind in "fc" else x.to(dtypes.get_default_dtype())
    total: Any = count if weights is None else weights.sum()
    if weights is not None and count and not total.item():
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = x.mean(1, True) if weights is None else (x * weights).sum(1, True) / total
    if correction and aweights is not None:
        freedom = total - correction * (weights * aweights).sum() / total
    else:
        freedom = total - correction
    if freedom <= 0:
        warn(
            "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number "
            "of observations."
        )
        freedom = 0
    centred = x - mean
    weighted = centred if weights is None else centred * weights
    products = centred @ weighted.mT.conj()
    return (products / freedom).squeeze()


def check_weights(name: str, weights: Any, kinds: str, what: str, count: int) -> None:
    """Refuse weights of the wrong kind."""
    w = weights._array
    if w.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {w.ndim} "
            "dimensions"
        )
    if w.dtype.kind not in kinds:
        raise RuntimeError(
            f"cov(): expected {name} to have {what} dtype but got {name} with "
            f"{dtypes.SCALAR_TYPE[dtypes.of(w)]} dtype"
        )
    if w.size != count:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input "
            f"but got {w.size} != {count}"
        )
    if count and backend.run_at(w, lambda: bool(w.min() < 0)):
        raise RuntimeError(f"cov(): {name} cannot be negative")


def corrcoef(input: Any) -> Any:
    """Pearson's correlations of the variables, the rows of ``input``: `cov` by the deviations.

    >>> import minitorch as mt
    >>> mt.corrcoef(mt.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input._array.ndim > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{input._array.ndim} dimensions"
        )
    c = cov(input)
    if not c._array.ndim:
        return c / c
    deviations = c.diagonal().real.sqrt()
    c = c / deviations.unsqueeze(1) / deviations.unsqueeze(0)
    if c._array.dtype.kind == "c":
        return c.real.clamp(-1, 1) + c.imag.clamp(-1, 1) * 1j
    return c.clamp(-1, 1)  # rounding errors may lead beyond
