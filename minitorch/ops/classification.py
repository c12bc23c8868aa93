"""Losses for choosing the right one of C classes: negative log-likelihood and cross-entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes, kernels
from . import sums
from .arrays import wide
from .fused import Fused
from .linear import linear
from .loss import reduce_tensor, reduced, reduction_of
from .operands import not_implemented, refuse_grad, tensor
from .rows import EXP_BELOW, largest, shares


class NllLoss(Fused):
    """``-weight[t] · x[t]`` for the right class t of each sample, from log-probabilities x.

    ``x`` is (N, C, *) and ``target`` (N, *). Targets that equal ``ignore_index`` do not count. The
    mean is weighted: the sum of the losses over the sum of the weights.
    """

    def forward(
        self, xp: Any, x: Any, target: Any, weight: Any, ignore_index: int, reduction: str
    ) -> Any:
        right, factor = right_class(xp, x, target, weight, ignore_index)
        self.save(right=right, factor=factor)
        return weighted_reduction(xp, -x[right], factor, reduction, target, ignore_index)

    def gradient(
        self,
        xp: Any,
        grad: Any,
        x: Any,
        target: Any,  # asked for, as `weight`, to refuse one that was changed: `right` may hold it
        weight: Any,
        reduction: str,
        right: Any,
        factor: Any,
    ) -> Any:
        grad_x = xp.zeros(x.shape, x.dtype)
        grad_x[right] = -share_of(xp, grad, right[1], factor, reduction)
        return (grad_x,)

    @staticmethod
    def formula(x: Any, target: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
        counted = target.ne(ignore_index)
        index = target.where(counted, target.new_zeros(())).long()
        factor = counted.to(x.dtype) if weight is None else weight[index] * counted
        loss = -x.gather(1, index.unsqueeze(1)).squeeze(1) * factor
        return loss.sum() / factor.sum() if reduction == "mean" else reduce_tensor(loss, reduction)


def right_class(xp: Any, x: Any, target: Any, weight: Any, ignore_index: int) -> Any:
    """Where the right classes stand in x, as an index, and how much each sample counts.

    The latter is of the target's shape, or None where it is known that each counts once.
    """
    classes = x.shape[1]
    index, counted = target, None
    on_cpu = isinstance(x, np.ndarray)
    if not on_cpu or (target.size and not largest_unsigned(target) < classes):
        counted = target != ignore_index
        index = xp.where(counted, target, 0)
        if on_cpu and not ((index >= 0) & (index < classes)).all():
            wrong = index[(index < 0) | (index >= classes)]
            raise IndexError(f"Target {wrong[0]} is out of bounds.")
    elif ignore_index >= 0:
        counted = target != ignore_index
    factor = None if counted is None else counted.astype(x.dtype)
    if not on_cpu:  # to raise an error would be to wait for the GPU: the loss is NaN instead
        factor = xp.where((index >= 0) & (index < classes), factor, x.dtype.type(np.nan))
    if weight is not None:
        factor = weight[index] if factor is None else weight[index] * factor
    sample = xp.arange(len(target))
    if target.ndim == 1:
        return (sample, index), factor
    sample, *place = xp.ix_(sample, *[xp.arange(length) for length in target.shape[1:]])
    return (sample, index, *place), factor


def largest_unsigned(target: Any) -> int:
    """The largest class number; a negative one is a very large one without its sign."""
    bits = target if target.dtype.kind == "u" else target.view(np.uint64)
    return np.maximum.reduce(bits, axis=None)


def weighted_reduction(
    xp: Any, loss: Any, factor: Any, reduction: str, target: Any, ignore_index: int
) -> Any:
    """Losses, each times its ``factor``, reduced; the mean is over the factors."""
    if factor is None:
        return reduced(xp, loss, reduction)
    loss *= factor
    xp.copyto(loss, 0, where=target == ignore_index)  # also where the loss is infinite
    return loss.sum() / factor.sum() if reduction == "mean" else reduced(xp, loss, reduction)


def share_of(xp: Any, grad: Any, index: Any, factor: Any, reduction: str) -> Any:
    """The part of the gradient that goes to each sample; none to samples that do not count."""
    if factor is None:
        return grad / index.size if reduction == "mean" else grad
    share = grad * factor
    return xp.where(factor == 0, 0, share / factor.sum()) if reduction == "mean" else share


class CrossEntropy(Fused):
    """`NllLoss` of ``log_softmax(x)``, in one step: ``log Σ exp(x) - x[t]``.

    The derivative by x is ``softmax(x)``, less 1 at the right class.
    """

    torch_name = "NllLossBackward0"

    def forward(
        self, xp: Any, x: Any, target: Any, weight: Any, ignore_index: int, reduction: str
    ) -> Any:
        right, factor = right_class(xp, x, target, weight, ignore_index)
        dtype, x = x.dtype, wide(x)
        top = largest(xp, x, 1)
        if kernels.fits(x):
            softmax, picked = EXP_BELOW(x, top), x[right] - top[:, 0]
        else:
            softmax = x - top
            picked = softmax[right]
            xp.exp(softmax, out=softmax)
        total = sums.over(xp, softmax, (1,))
        shares(softmax, total[:, None])
        self.save(right=right, factor=factor, softmax=softmax)
        loss = xp.log(total) - picked
        loss = weighted_reduction(xp, loss, factor, reduction, target, ignore_index)
        return loss.astype(dtype, copy=False)

    def gradient(
        self,
        xp: Any,
        grad: Any,
        target: Any,  # these two as in `NllLoss`
        weight: Any,
        reduction: str,
        right: Any,
        factor: Any,
        softmax: Any,
    ) -> Any:
        share = share_of(xp, grad, right[1], factor, reduction)
        if kernels.fits(softmax):
            columns = xp.arange(softmax.shape[1]).reshape(-1, *(1,) * (softmax.ndim - 2))
            classes = right[1][:, None].astype("int64", copy=False)
            share = share.astype(softmax.dtype, copy=False)
            grad_x = GRADIENT(softmax, classes, columns, share[:, None] if share.ndim else share)
            return (grad_x.astype(grad.dtype, copy=False),)
        grad_x = softmax * (share[:, None] if share.ndim else share)
        grad_x[right] -= share
        return (grad_x.astype(grad.dtype, copy=False),)

    @staticmethod
    def formula(x: Any, target: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
        return NllLoss.formula(x.log_softmax(1), target, weight, ignore_index, reduction)


# The same as `gradient` for a GPU: see kernels.py.
GRADIENT = kernels.Kernel(
    "cross_entropy_gradient",
    "T softmax, int64 target, int64 column, T share",
    "T slope",
    "slope = (softmax - T(target == column)) * share",
)


def check_classes(input: Any, target: Any, weight: Any) -> None:
    """Refuse shapes and dtypes that are no classification of N samples (or one) in C classes."""
    shape, target_shape = input._array.shape, target._array.shape
    if not shape:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    expected = shape[:1] + shape[2:] if len(shape) > 1 else ()
    if target_shape != expected:
        refuse_target(shape, target_shape)
    if dtypes.of(target._array) not in (dtypes.int64, dtypes.uint8):
        raise RuntimeError(
            "expected target dtype to be Long or Byte, but got "
            f"{dtypes.SCALAR_TYPE[dtypes.of(target._array)]}"
        )
    classes = shape[min(1, len(shape) - 1)]
    if weight is not None and weight._array.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but "
            f"got weight tensor of shape: {list(weight._array.shape)}"
        )
    if weight is not None and weight._array.dtype != input._array.dtype:
        raise RuntimeError(
            f"expected scalar type {dtypes.SCALAR_TYPE[input.dtype]} but found "
            f"{dtypes.SCALAR_TYPE[weight.dtype]}"
        )


def refuse_target(shape: tuple[int, ...], target_shape: tuple[int, ...]) -> None:
    """PyTorch's errors for a target of the wrong shape; it takes (1) for a single sample."""
    batch = target_shape[0] if target_shape else 0
    if len(shape) > 1 and shape[0] != batch:
        raise ValueError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size ({batch})."
        )
    if len(shape) < 3:
        if len(target_shape) > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if batch != 1:
            raise ValueError(
                f"For 1D input, 1D target must have size 1, but got target size: {batch}"
            )
    elif len(shape) == 4 and len(target_shape) != 3:
        raise RuntimeError(
            "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
            f"{len(target_shape)}"
        )
    elif len(shape) == 4:
        raise RuntimeError(
            f"size mismatch (got input: {list(shape)} , target: {list(target_shape)}"
        )
    else:
        expected = shape[:1] + shape[2:]
        raise RuntimeError(f"Expected target size {list(expected)}, got {list(target_shape)}")


def classify(
    operation: Any, input: Any, target: Any, weight: Any, ignore_index: int, reduction: str
) -> Any:
    """Run a classification loss on input (C), (N, C) or (N, C, d1, ...)."""
    if weight is not None:
        name = "nll_loss_forward" if input._array.ndim < 3 else "nll_loss2d_forward"
        refuse_grad(name, "weight", weight)
    check_classes(input, target, weight)
    if input._array.ndim > 1:
        return operation.apply(input, target, weight, ignore_index, reduction)
    one = operation.apply(input.unsqueeze(0), target.reshape(1), weight, ignore_index, reduction)
    return one.squeeze(0) if reduction == "none" else one


def nll_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
) -> Any:
    """Minus the log-probability of the right class: ``-weight[t] · input[n, t]``.

    ``input`` are log-probabilities (N, C, d1, ...), ``target`` class numbers (N, d1, ...).

    >>> import minitorch as mt
    >>> log_p = mt.tensor([[0.7, 0.2, 0.1], [0.2, 0.2, 0.6]]).log()
    >>> F.nll_loss(log_p, mt.tensor([0, 2]), reduction="none")
    tensor([0.3567, 0.5108])
    """
    reduction = reduction_of(size_average, reduce, reduction)
    if input._array.dtype.kind != "f":
        check_classes(input, target, None)
        flat = input._array.ndim < 3
        kernel = "nll_loss_out_frame" if flat else "nll_loss2d_forward_out_frame"
        raise not_implemented(kernel, input._array)
    return classify(NllLoss, input, target, weight, ignore_index, reduction)


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: Any = None,
    ignore_index: int = -100,
    reduce: Any = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Minus the log-probability that ``softmax(input)`` gives to the right class.

    ``input`` are scores of any size (N, C, d1, ...); ``target`` class numbers (N, d1, ...), or
    probabilities of the classes in the shape of ``input``. ``label_smoothing`` moves that part of
    the target's probability to all classes alike.

    >>> import minitorch as mt
    >>> scores = mt.tensor([[2.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    >>> mt.nn.functional.cross_entropy(scores, mt.tensor([0, 2]), reduction="none")
    tensor([0.2395, 1.0986])
    """
    reduction = reduction_of(size_average, reduce, reduction)
    tensor(target, "cross_entropy_loss", "target")
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    if input._array.shape == target._array.shape:
        if target._array.dtype.kind != "f":
            raise RuntimeError(
                "Expected floating point type for target with class probabilities, got "
                + dtypes.SCALAR_TYPE[target.dtype]
            )
        if ignore_index >= 0:
            raise RuntimeError("ignore_index is not supported for floating point target")
        return soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    if input._array.dtype.kind != "f" or not input._array.ndim:
        input.log_softmax(class_dim(input))  # refuses it
    loss = classify(CrossEntropy, input, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return loss
    if target._array.ndim == input._array.ndim == 1:
        raise RuntimeError("output with shape [] doesn't match the broadcast shape [1]")
    smooth = smoothing_loss(input, target, weight, ignore_index, reduction)
    return (1 - label_smoothing) * loss + label_smoothing / classes_of(input) * smooth


def classes_of(input: Any) -> int:
    """C of (C) or (N, C, ...)."""
    return int(input.size(class_dim(input)))


def class_dim(input: Any) -> int:
    """The dimension of the classes."""
    return 0 if input._array.ndim == 1 else 1


def per_class(weight: Any, input: Any) -> Any:
    """The weights of the classes in a shape that broadcasts with ``input``."""
    return weight if input._array.ndim == 1 else weight.reshape(-1, *[1] * (input._array.ndim - 2))


def soft_cross_entropy(
    input: Any, target: Any, weight: Any, reduction: str, label_smoothing: float
) -> Any:
    """Cross-entropy with probabilities as targets; the mean is over the samples."""
    dim, classes = class_dim(input), classes_of(input)
    if weight is not None and weight._array.shape != (classes,):
        raise RuntimeError(
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or "
            f"no classes but got weight tensor of shape: {list(weight._array.shape)}"
        )
    if label_smoothing > 0:
        target = target * (1 - label_smoothing) + label_smoothing / classes
    loss = input.log_softmax(dim) * target
    if weight is not None:
        loss = loss * per_class(weight, input)
    if reduction == "none":
        return -loss.sum(dim)
    samples = input._array.size // max(classes, 1)
    return -loss.sum() / samples if reduction == "mean" else -loss.sum()


def smoothing_loss(input: Any, target: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
    """The loss towards all classes alike, with the weights and omissions of `nll_loss`."""
    dim = class_dim(input)
    scores = input.log_softmax(dim)
    if weight is not None:
        scores = scores * per_class(weight, input)
    counted = target.ne(ignore_index)
    loss = -scores.sum(dim) * counted
    if reduction != "mean":
        return reduce_tensor(loss, reduction)
    if weight is None:
        return loss.sum() / counted.sum()
    index = target.where(counted, target.new_zeros(())).long()
    return loss.sum() / (weight[index] * counted).sum()


def linear_cross_entropy(
    input: Any,
    linear_weight: Any,
    target: Any,
    *,
    linear_bias: Any = None,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Any:
    """`cross_entropy` of the scores ``input @ linear_weight.T + linear_bias``.

    Shapes: input (N, D) or (D), linear_weight (C, d1, ..., D), linear_bias (C, d1, ...); target as
    `cross_entropy` takes it for scores (N, C, d1, ...). ``options`` say how PyTorch should save
    memory, and change nothing here.

    >>> import minitorch as mt
    >>> x, target = mt.tensor([[1.0, 2.0]]), mt.tensor([1])
    >>> F.linear_cross_entropy(x, mt.eye(2), target), F.cross_entropy(x, target)
    (tensor(0.3133), tensor(0.3133))
    """
    shape, sizes = input._array.shape, linear_weight._array.shape
    if not 1 <= len(shape) <= 2:
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {len(shape)}")
    if len(sizes) < 2:
        raise RuntimeError(
            f"expected linear_weight with dimensionality at least 2, got {len(sizes)}"
        )
    if shape[-1] != sizes[-1]:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{shape[-1]} and {sizes[-1]}, respectively"
        )
    if linear_bias is not None and linear_bias._array.shape != sizes[:-1]:
        raise RuntimeError(
            f"expected linear_bias shape {sizes[:-1]}, got {linear_bias._array.shape}"
        )
    if len(sizes) > 2 and len(shape) == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {sizes} requires batched input, "
            f"(N, {sizes[-1]}), got unbatched input with shape {shape}"
        )
    scores_shape = shape[:-1] + sizes[:-1]
    if ignore_index is None:
        ignore_index = -100
    elif target._array.shape == scores_shape:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    bias = None if linear_bias is None else linear_bias.reshape(-1)
    scores = linear(input, linear_weight.flatten(0, -2), bias).reshape(scores_shape)
    return cross_entropy(
        scores,
        target,
        weight,
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
