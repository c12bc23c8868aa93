"""Losses that ask for a margin, as modules; their functions are in ops/margin.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .distance import PairwiseDistance
from .loss import _Loss, _WeightedLoss


class _MarginLoss(_Loss):
    """A loss whose only setting is ``margin``."""

    def __init__(
        self,
        margin: float = 0.0,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin


class MarginRankingLoss(_MarginLoss):
    """``max(0, -target · (input1 - input2) + margin)``; target is 1 or -1.

    Shapes: all three (N), or ().

    >>> nn.MarginRankingLoss()(mt.tensor([1.0]), mt.tensor([3.0]), mt.tensor([1]))
    tensor(2.)
    """

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """The loss of two scores and which of them should be higher."""
        return F.margin_ranking_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class CosineEmbeddingLoss(_MarginLoss):
    """``1 - cos(input1, input2)`` where target is 1, ``max(0, cos - margin)`` where it is -1.

    Shapes: (N, D) and (N, D) with targets (N), or (D) and (D) with one target ().

    >>> a, b = mt.tensor([[1.0, 0.0]]), mt.tensor([[1.0, 1.0]])
    >>> nn.CosineEmbeddingLoss()(a, b, mt.tensor([1]))
    tensor(0.2929)
    """

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """The loss of two vectors, or rows of them, and whether they should be alike."""
        return F.cosine_embedding_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class HingeEmbeddingLoss(_MarginLoss):
    """``input`` itself where target is 1, ``max(0, margin - input)`` where it is -1.

    Shapes: both (*).

    >>> nn.HingeEmbeddingLoss(reduction="none")(mt.tensor([0.3, 0.3]), mt.tensor([1, -1]))
    tensor([0.3000, 0.7000])
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(margin, size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of distances and whether they should be small."""
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    """``log(1 + exp(-target · input))`` for targets 1 and -1.

    Shapes: both (*).

    >>> nn.SoftMarginLoss(reduction="none")(mt.tensor([2.0, 2.0]), mt.tensor([1.0, -1.0]))
    tensor([0.1269, 2.1269])
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores and their signs."""
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    """``Σ max(0, 1 - (x[j] - x[i])) / C`` over the right classes j and the wrong ones i.

    Shapes: (N, C) or (C) both. A row of target lists the right classes; -1 ends the list.

    >>> nn.MultiLabelMarginLoss()(mt.tensor([0.1, 0.2, 0.4, 0.8]), mt.tensor([3, 0, -1, 1]))
    tensor(0.8500)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores and lists of classes."""
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """Binary cross-entropy of ``sigmoid(input)``, the mean over the classes.

    Shapes: (N, C) or (C) both, ``weight`` (C).

    >>> nn.MultiLabelSoftMarginLoss()(mt.tensor([[2.0, -1.0]]), mt.tensor([[1.0, 0.0]]))
    tensor(0.2201)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores and for each class whether it is right, 1 or 0."""
        return F.multilabel_soft_margin_loss(
            input, target, weight=self.weight, reduction=self.reduction
        )


class MultiMarginLoss(_WeightedLoss):
    """``Σ max(0, margin - x[t] + x[j]) ** p / C`` over the wrong classes j, for the right class t.

    Shapes: input (N, C) or (C), target (N) or (), ``weight`` (C).

    >>> nn.MultiMarginLoss()(mt.tensor([[0.1, 0.2, 0.4, 0.8]]), mt.tensor([3]))
    tensor(0.3250)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError("only p == 1 and p == 2 supported")
        if weight is not None and weight.dim() != 1:
            raise ValueError(
                "MultiMarginLoss: expected weight to be None or 1D tensor, got "
                f"{weight.dim()}D instead"
            )
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of scores and class numbers."""
        return F.multi_margin_loss(
            input,
            target,
            p=self.p,
            margin=self.margin,
            weight=self.weight,
            reduction=self.reduction,
        )


class TripletMarginLoss(_Loss):
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)``, d the ``p``-norm distance.

    Shapes: (N, D) or (D). With ``swap`` the distance from positive to negative counts where it is
    the smaller one.

    >>> anchor, near, far = mt.tensor([[0.0], [1.0], [1.5]])
    >>> nn.TripletMarginLoss()(anchor, near, far)  # 1 - 1.5 + 1
    tensor(0.5000)
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        check_margin(self, margin)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """The loss of vectors, or rows of them: positive should be nearer to anchor."""
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(_Loss):
    """`TripletMarginLoss` with a distance of your own, a function or module of two tensors.

    Shapes: (N, *), as the function takes them.

    >>> anchor, near, far = mt.tensor([[[0.0]], [[1.0]], [[1.2]]])
    >>> squared = lambda a, b: ((a - b) ** 2).sum(-1)
    >>> nn.TripletMarginWithDistanceLoss(distance_function=squared)(anchor, near, far)
    tensor(0.5600)
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        check_margin(self, margin)
        self.distance_function = (
            PairwiseDistance() if distance_function is None else distance_function
        )
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """The loss of vectors, or rows of them: positive should be nearer to anchor."""
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


def check_margin(loss: _Loss, margin: float) -> None:
    """Refuse a margin that is none."""
    if margin <= 0:
        raise ValueError(
            f"{type(loss).__name__}: expected margin to be greater than 0, got {margin} instead"
        )
