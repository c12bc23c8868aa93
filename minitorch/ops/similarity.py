"""How alike two vectors are: the cosine of their angle, or the distance between them."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.modes import no_grad
from . import operands
from .dims import over_dims, wrap
from .expanding import broadcast_tensors
from .norms import vector_norm
from .rearranging import triu_indices


@over_dims
def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    r"""The cosine of the angle between two vectors: 1 if they point the same way, -1 if opposite.

    $\frac{x_1 \cdot x_2}{\max(|x_1|, eps) \cdot \max(|x_2|, eps)}$ along ``dim``; ``x1`` and ``x2``
    are broadcast together.

    Shapes: (..., D, ...) both, to (..., ...) without ``dim``.

    >>> import minitorch as mt
    >>> mt.cosine_similarity(mt.tensor([[3.0, 4.0]]), mt.tensor([[4.0, 3.0]]))
    tensor([0.9600])
    """
    common = dtypes.result_type(x1._array, x2._array)
    if not common.is_floating_point:
        raise RuntimeError(
            "expected common dtype to be floating point, yet common dtype is "
            f"{dtypes.SCALAR_TYPE[common]}"
        )
    x1, x2 = (x if x.is_floating_point() else x.to(common) for x in broadcast_tensors(x1, x2))
    if not eps >= 0:
        raise RuntimeError(f"eps must be non-negative, got: {eps:g}")
    dim = wrap(dim, x1._array.ndim, "cosine_similarity", 3)
    unit1, unit2 = (x / at_least(vector_norm(x, 2, dim, True), eps) for x in (x1, x2))
    return (unit1 * unit2).sum(dim)


def at_least(norm: Any, eps: float) -> Any:
    """``norm``, but ``eps`` where it is less; with the derivative of ``norm`` all the same."""
    norm = norm.clone()
    with no_grad():
        norm.clamp_(min=eps)
    return norm


@over_dims
def pairwise_distance(
    x1: Any, x2: Any, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Any:
    """The ``p``-norm of ``x1 - x2 + eps`` along the last dimension.

    Shapes: (N, D) or (D) each, or what can be broadcast; to (N), or (N, 1) with ``keepdim``.
    ``eps`` keeps the derivative finite where both are equal.

    >>> import minitorch as mt
    >>> mt.pairwise_distance(mt.tensor([[0.0, 0.0]]), mt.tensor([[3.0, 4.0]]))
    tensor([5.0000])
    """
    difference = x1 - x2 + float(eps)
    return vector_norm(difference, p, -1 if difference._array.ndim else None, keepdim)


def pdist(input: Any, p: float = 2) -> Any:
    """The ``p``-norm distances between all pairs of rows, (N, M) to (N (N - 1) / 2).

    In the order (0, 1), (0, 2), ..., (1, 2), ...

    >>> import minitorch as mt
    >>> mt.pdist(mt.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]))
    tensor([5.0000, 1.0000, 4.2426])
    """
    array = input._array
    if array.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {array.ndim}D")
    if array.dtype.kind != "f":
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    if array.dtype.char == "e" and len(array) > 1 and array.size:
        raise operands.not_implemented("pdist", array)
    rows, others = triu_indices(len(array), len(array), 1, device=input.device)
    return vector_norm(input[rows] - input[others], p, 1)
