"""Losses that ask for a margin: what is right must score higher than what is wrong, by so much.

A pair that keeps the margin adds nothing to the loss and gets no gradient. All are composed of
other operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import dtypes
from . import operands
from .activation import logsigmoid
from .embedding import one_hot
from .limits import minimum
from .loss import FLOAT_EPS, reduce_tensor, reduction_of
from .masking import masked
from .overwriting import refuse_shape
from .places import refuse_outside
from .similarity import pairwise_distance


def margin_ranking_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``max(0, -target · (input1 - input2) + margin)``.

    ``target`` is 1 where ``input1`` should rank higher and -1 where ``input2`` should. All three
    have as many dimensions.

    >>> import minitorch as mt
    >>> mt.nn.functional.margin_ranking_loss(mt.tensor([1.0]), mt.tensor([3.0]), mt.tensor([1]))
    tensor(2.)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    loss = (-target * (input1 - input2) + float(margin)).clamp_min(0)
    return reduce_tensor(loss, reduction)


def hinge_embedding_loss(
    input: Any,
    target: Any,
    margin: float = 1.0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``input`` itself where ``target`` is 1, ``max(0, margin - input)`` where it is -1.

    ``input`` is a distance: of pairs that are alike (1) it should be small, of others at least
    ``margin``.

    >>> import minitorch as mt
    >>> distance, alike = mt.tensor([0.5, 0.5]), mt.tensor([1, -1])
    >>> mt.nn.functional.hinge_embedding_loss(distance, alike, reduction="none")
    tensor([0.5000, 0.5000])
    """
    reduction = reduction_of(size_average, reduce, reduction)
    zero = input.new_zeros(())
    if input._array.dtype.kind in "iu":
        margin = int(margin)  # as PyTorch, for the loss to have the dtype of the input
    apart = (margin - input).clamp_min(0).where(target != 1, zero)
    together = input.where(target != -1, zero)
    return reduce_tensor(apart + together, reduction)


def cosine_embedding_loss(
    input1: Any,
    input2: Any,
    target: Any,
    margin: float = 0,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``1 - cos(input1, input2)`` where ``target`` is 1, ``max(0, cos - margin)`` where it is -1.

    Shapes: (N, D) and (N, D) with targets (N), or (D) and (D) with one target ().

    >>> import minitorch as mt
    >>> a, b = mt.tensor([[1.0, 0.0]]), mt.tensor([[1.0, 1.0]])
    >>> F.cosine_embedding_loss(a, b, mt.tensor([1]))
    tensor(0.2929)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    ndim = target._array.ndim
    if ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if not input1._array.ndim == input2._array.ndim == ndim + 1:
        raise RuntimeError(
            f"{ndim}D target tensor expects {ndim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1._array.shape)} and {list(input2._array.shape)}."
        )
    lengths = ((x * x).sum(-1) + FLOAT_EPS for x in (input1, input2))
    cosine = (input1 * input2).sum(-1) / (next(lengths) * next(lengths)).sqrt()
    zero = cosine.new_zeros(())
    alike = (1 - cosine).where(target == 1, zero)
    different = (cosine - margin).clamp_min(0).where(target == -1, zero)
    return reduce_tensor(alike + different, reduction)


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)``, d the ``p``-norm distance.

    Shapes: (N, D) or (D). With ``swap`` the distance from positive to negative counts where it is
    the smaller one.

    >>> import minitorch as mt
    >>> anchor, positive, negative = mt.zeros(1, 2), mt.ones(1, 2), 2 * mt.ones(1, 2)
    >>> mt.nn.functional.triplet_margin_loss(anchor, positive, negative, margin=3.0)
    tensor(1.5858)
    """
    reduction = reduction_of(size_average, reduce, reduction)

    def distance(a: Any, b: Any) -> Any:
        return pairwise_distance(a, b, p, eps)

    return triplet(anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """`triplet_margin_loss` with a distance of your own; `pairwise_distance` if there is none.

    >>> import minitorch as mt
    >>> anchor, near, far = mt.tensor([[[0.0]], [[1.0]], [[1.5]]])
    >>> F.triplet_margin_with_distance_loss(anchor, near, far)
    tensor(0.5000)
    """
    reduction_of(None, None, reduction)
    distance = pairwise_distance if distance_function is None else distance_function
    return triplet(anchor, positive, negative, distance, margin, swap, reduction)


def triplet(
    anchor: Any,
    positive: Any,
    negative: Any,
    distance: Callable[[Any, Any], Any],
    margin: float,
    swap: bool,
    reduction: str,
) -> Any:
    """What both triplet losses are."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    dims = [x.ndim for x in (anchor, positive, negative)]
    if len(set(dims)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of "
            f"dimensions, but got: anchor {dims[0]}D, positive {dims[1]}D, and negative "
            f"{dims[2]}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduce_tensor((margin + near - far).clamp_min(0), reduction)


def soft_margin_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``log(1 + exp(-target · input))`` for targets 1 and -1: a margin without an end.

    >>> import minitorch as mt
    >>> mt.nn.functional.soft_margin_loss(mt.tensor([2.0, 2.0]), mt.tensor([1.0, -1.0]))
    tensor(1.1269)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    dtype = dtypes.of(input._array)
    if dtype.category < dtypes.FLOATING:
        raise RuntimeError(
            "result type Float can't be cast to the desired output type "
            f"{dtypes.SCALAR_TYPE[dtype]}"
        )
    refuse_shape(input._array.shape, target._array.shape)
    operands.refuse_grad("soft_margin_loss", "target", target)
    return reduce_tensor((input * -target).exp().log1p(), reduction).to(dtype)


def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """Binary cross-entropy of ``sigmoid(input)`` and ``target``, the mean over the classes.

    Shapes: (N, C) or (C) both; with ``reduction="none"`` the losses are (N). ``weight`` (C) counts
    classes differently.

    >>> import minitorch as mt
    >>> F.multilabel_soft_margin_loss(mt.tensor([[2.0, -1.0]]), mt.tensor([[1.0, 0.0]]))
    tensor(0.2201)
    """
    if size_average is not None or reduce is not None:
        reduction = reduction_of(size_average, reduce, reduction)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    classes = input.dim() - 1
    loss = loss.sum(classes) / input.size(classes)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    return reduce_tensor(loss, reduction)


def multi_margin_loss(
    input: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``Σ max(0, margin - x[t] + x[j]) ** p / C`` over the wrong classes j, for the right class t.

    Shapes: input (N, C) or (C), scores; target (N) or (), class numbers. ``weight`` (C) multiplies
    the loss of samples of a class; p is 1 or 2.

    >>> import minitorch as mt
    >>> mt.nn.functional.multi_margin_loss(mt.tensor([[0.1, 0.2, 0.4, 0.8]]), mt.tensor([3]))
    tensor(0.3250)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight._array.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    scores = rows_of_scores(input)
    samples, classes = scores._array.shape
    if target._array.ndim > 1 or target._array.size != samples:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input "
            f"samples (batch size). Expected target size [{samples}], but got "
            f"{list(target._array.shape)}. Input has shape {list(input._array.shape)}."
        )
    if weight is not None and weight._array.shape != (classes,):
        raise RuntimeError(
            f"inconsistent weight size, expected {classes} but got {list(weight._array.shape)}"
        )
    check_dtypes(input, target, "multi_margin_loss_cpu_kernel")
    right = target.reshape(-1, 1)
    refuse_outside(right._array, 0, classes, lambda _: RuntimeError("target out of range"))
    short = margin - scores.gather(1, right) + scores
    short = masked(short, (short > 0).scatter(1, right, False))
    loss = short * short if p == 2 else short
    operands.refuse_grad("multi_margin_loss", "weight", weight)
    if weight is not None:
        loss = loss * weight[right]
    return reduce_tensor(loss.sum(1).reshape(target._array.shape) / classes, reduction)


def rows_of_scores(input: Any) -> Any:
    """``input`` (N, C), (C) or () as a matrix with a row for each sample."""
    array = input._array
    if array.ndim > 2 or (array.shape and array.shape[-1] == 0):
        raise RuntimeError(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"{list(array.shape)}"
        )
    return input if array.ndim == 2 else input.reshape(1, -1)


def check_dtypes(input: Any, target: Any, kernel: str) -> None:
    """Refuse scores that are not of dtype float32 or float64, and classes that are not int64."""
    if input._array.dtype.char not in "fd":
        raise operands.not_implemented(kernel, input._array)
    dtype = dtypes.of(target._array)
    if dtype is not dtypes.int64:
        raise RuntimeError(f"expected scalar type Long but found {dtypes.SCALAR_TYPE[dtype]}")


def multilabel_margin_loss(
    input: Any,
    target: Any,
    size_average: Any = None,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """``Σ max(0, 1 - (x[j] - x[i])) / C`` over the right classes j and the wrong ones i.

    Shapes: (N, C) or (C) both. A row of ``target`` lists the right classes; -1 ends the list.

    >>> import minitorch as mt
    >>> scores, right = mt.tensor([[0.1, 0.2, 0.4, 0.8]]), mt.tensor([[3, 0, -1, 1]])
    >>> mt.nn.functional.multilabel_margin_loss(scores, right)
    tensor(0.8500)
    """
    reduction = reduction_of(size_average, reduce, reduction)
    scores = rows_of_scores(input)
    if target._array.shape != input._array.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(target._array.shape)} for input of size: "
            f"{list(input._array.shape)}"
        )
    right = target.reshape(scores._array.shape)
    classes = scores._array.shape[1]
    out_of_range = RuntimeError("argument #2 'target' is out of range")
    refuse_outside((right + 1)._array, 0, classes + 1, lambda _: out_of_range)
    check_dtypes(input, target, "multilabel_margin_loss_forward_out_frame")
    listed = ((right == -1).cumsum(1) == 0).unsqueeze(2)
    if isinstance(listed._array, np.ndarray) and listed._array.size:
        # No further than the longest list: 10 ms instead of 8 s for 3 of 1000 classes.
        longest = max(int(listed._array.sum(1).max()), 1)
        right, listed = right[:, :longest], listed[:, :longest]
    index = right.clamp_min(0)
    wrong = ~(one_hot(index, classes).bool() & listed).any(1)
    short = 1 - scores.gather(1, index).unsqueeze(2) + scores.unsqueeze(1)
    loss = masked(short, (short > 0) & listed & wrong.unsqueeze(1)).sum((1, 2)) / classes
    return reduce_tensor(loss.reshape(input._array.shape[:-1]), reduction)
