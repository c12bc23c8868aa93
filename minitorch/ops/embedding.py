"""Looking up rows of a table by index: `embedding`, `one_hot`."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import backend, dtypes
from ..autograd.operation import wrap
from ..autograd.views import bump
from . import operands
from .comparison import Eq
from .places import Spread, counts, refuse_outside


class Embedding(operands.OnlyReal):
    """``weight[indices]``; a row's gradient is the sum over the places where it was looked up."""

    def forward(
        self, xp: Any, weight: Any, indices: Any, padding_idx: int, scale_grad_by_freq: bool
    ) -> Any:
        check_indices(weight, indices)
        self.rows = weight.shape[0]
        return weight[indices]

    def grad_weight(
        self, grad: Any, indices: Any, padding_idx: int, scale_grad_by_freq: bool
    ) -> Any:
        rows = indices.reshape(-1)
        grad = grad.reshape(rows._array.shape[0], grad._array.shape[-1])
        if padding_idx >= 0:
            grad = grad.masked_fill((rows == padding_idx).unsqueeze(1), 0)
        if scale_grad_by_freq:
            xp = backend.array_module(rows._array)
            often = counts(xp, rows._array, self.rows)[rows._array]
            grad = grad / wrap(grad, often.astype(grad._array.dtype)).unsqueeze(1)
        return Spread.apply(grad, (self.rows, grad._array.shape[1]), 0, 1, rows._array)


def check_indices(weight: Any, indices: Any) -> None:
    """Refuse tables and indices that PyTorch refuses."""
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if indices.dtype.char not in "ilq":
        kind = dtypes.SCALAR_TYPE[dtypes.of(indices)]
        shown = f"CPU{kind}Type" if indices.dtype.kind in "bc" else f"torch.{kind}Tensor"
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got {shown} instead (while checking arguments for embedding)"
        )
    rows = weight.shape[0]
    refuse_outside(indices, 0, rows, lambda bad: IndexError("index out of range in self"))


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """The rows of ``weight`` for the indices in ``input``: ``(*)`` becomes ``(*, columns)``.

    Row ``padding_idx`` gets no gradient. Rows that are longer than ``max_norm`` (in the norm
    ``norm_type``) are first shortened to it, in place. With ``scale_grad_by_freq`` gradients are
    divided by how often a row was looked up. ``sparse`` has no effect: gradients are always dense.

    >>> F.embedding(mt.tensor([1, 0]), mt.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[3., 4.],
            [1., 2.]])
    """
    if padding_idx is not None:
        rows = weight._array.shape[0]
        if not -rows <= padding_idx < max(rows, 1):
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx += rows if padding_idx < 0 else 0
    if max_norm is not None:
        shorten(weight, input._array, max_norm, norm_type)
    return lookup(weight, input, -1 if padding_idx is None else padding_idx, scale_grad_by_freq)


@backend.at_its_gpu
def shorten(weight: Any, indices: Any, max_norm: float, norm_type: float) -> None:
    """Scale rows of ``weight`` that will be looked up and are longer to the norm ``max_norm``."""
    table = weight._array
    check_indices(table, indices)
    xp = backend.array_module(table)
    rows = xp.unique(indices)
    norms = xp.linalg.norm(table[rows], norm_type, axis=1)
    long = norms > max_norm
    scale = max_norm / (norms[long].astype(np.float64) + 1e-7)
    table[rows[long]] *= scale[:, None].astype(table.dtype)
    bump(weight)


@backend.at_its_gpu
def one_hot(input: Any, num_classes: int = -1) -> Any:
    """For each index a row of zeros with a one at that place: ``(*, num_classes)`` of ``(*)``.

    ``num_classes`` is the greatest index plus one unless given.

    >>> F.one_hot(mt.tensor([1, 0, 2]))
    tensor([[0, 1, 0],
            [1, 0, 0],
            [0, 0, 1]])
    """
    indices = input._array
    if indices.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    xp = backend.array_module(indices)
    if indices.size == 0:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
    elif num_classes == -1:
        num_classes = int(input.max()) + 1

    def wrong(index: int) -> RuntimeError:
        negative = index < 0 or (xp is np and indices.min() < 0)
        wanted = "non-negative" if negative else "smaller than num_classes"
        return RuntimeError(f"Class values must be {wanted}.")

    refuse_outside(indices, 0, num_classes, wrong)
    classes = wrap(input, xp.arange(num_classes))
    return Eq.apply(input.unsqueeze(-1), classes).to(dtypes.int64)


def lookup(
    weight: Any,
    indices: Any,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """``torch.embedding``: as `embedding`, with the table first and -1 for no padding index.

    >>> mt.embedding(mt.tensor([[1.0, 2.0], [3.0, 4.0]]), mt.tensor([1, 0, 1]))
    tensor([[3., 4.],
            [1., 2.],
            [3., 4.]])
    """
    operands.tensor(weight, "embedding", "weight", 1)
    operands.tensor(indices, "embedding", "indices", 2)
    return Embedding.apply(weight, indices, padding_idx, scale_grad_by_freq)
